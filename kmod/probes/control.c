// SPDX-License-Identifier: GPL-2.0-only
/* Holds for every kernel that is supported: if this fails, so would all others. */
#include <linux/fsnotify_backend.h>
struct fsnotify_group *(*probe)(const struct fsnotify_ops *operations, int flags) = fsnotify_alloc_group;
