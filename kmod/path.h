/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths as the process that marked saw them. */
#ifndef VEXEVT_PATH_H
#define VEXEVT_PATH_H

#include "watch.h"

/* A path within a file system may be longer than what open() takes. */
#define VEXEVT_PATH_MAX (2 * PATH_MAX)

/*
 * The path of `dentry`, or of `name` in it if that is given, below the watch's mount; at the end of
 * `buffer`, VEXEVT_PATH_MAX large. Empty: outside of the mount. "?": too long. Doesn't sleep.
 */
struct vexevt_bytes vexevt_path(const struct vexevt_watch *watch, struct dentry *dentry, const struct qstr *name,
				char *buffer);

#endif
