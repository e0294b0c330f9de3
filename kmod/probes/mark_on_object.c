// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fsnotify_backend.h>
struct fsnotify_mark *(*probe)(void *object, unsigned int type, struct fsnotify_group *group) = fsnotify_find_mark;
