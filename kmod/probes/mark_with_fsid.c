// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fsnotify_backend.h>
int (*probe)(struct fsnotify_mark *mark, fsnotify_connp_t *object, unsigned int type, int flags,
	     __kernel_fsid_t *fsid) = fsnotify_add_mark;
