/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watches: marks of a descriptor's group, with the types that are wanted there and how paths
 * below are to be spelled.
 *
 * A watch is not referenced once it is attached: a mark that is held keeps fsnotify's connector,
 * and unmounting would wait for ever.
 */
#ifndef VEXEVT_WATCH_H
#define VEXEVT_WATCH_H

#include <linux/fsnotify_backend.h>

#include "frame.h"

struct vexevt_descriptor;

struct vexevt_watch {
	struct fsnotify_mark mark;
	u64 types, urgent;
	u32 object;		/* VEXEVT_OBJECT_*: the larger, the closer */
	bool ended;		/* by its descriptor, so there is nothing to tell */
	bool unmounted;		/* a directory's file system is going */
	/* All as the caller saw them, without a slash at the end: "/" is empty. */
	struct vexevt_bytes self;	/* what is marked: a directory, or where its mount is */
	struct vexevt_bytes prefix;	/* where the mount is */
	struct vexevt_bytes root;	/* the mount's root within the file system */
	char names[];			/* the three, one after the other */
};

static inline struct vexevt_watch *vexevt_watch_of(struct fsnotify_mark *mark)
{
	return container_of(mark, struct vexevt_watch, mark);
}

/* VEXEVT_IOC_MARK and VEXEVT_IOC_UNMARK. */
int vexevt_watch_add(struct vexevt_descriptor *descriptor, const struct vexevt_mark *request);
int vexevt_watch_remove(struct vexevt_descriptor *descriptor, const struct vexevt_mark *request);
void vexevt_watch_end_all(struct vexevt_descriptor *descriptor);

/* Of fsnotify_ops. */
void vexevt_watch_ends(struct fsnotify_mark *mark, struct fsnotify_group *group);
void vexevt_watch_free(struct fsnotify_mark *mark);

#endif
