/* SPDX-License-Identifier: GPL-2.0-only */
/* From what fsnotify tells to events of a descriptor. */
#ifndef VEXEVT_EVENT_H
#define VEXEVT_EVENT_H

#include <linux/types.h>

struct fsnotify_group;
struct fsnotify_iter_info;
struct inode;
struct qstr;
struct vexevt_descriptor;
struct vexevt_watch;

/* The FS_* that tell of VEXEVT_BIT() types. */
u32 vexevt_mask_for(u64 types);

/*
 * Of fsnotify_ops. Runs where files are worked on, under the file system's locks: no path lookup,
 * no I/O, no allocation, nothing of user space's.
 */
int vexevt_handle_event(struct fsnotify_group *group, u32 mask, const void *data, int data_type, struct inode *dir,
			const struct qstr *name, u32 cookie, struct fsnotify_iter_info *iter);

/* A watch ended because what it watched did. */
void vexevt_tell_end(struct vexevt_descriptor *descriptor, const struct vexevt_watch *watch);

int vexevt_event_init(void);
void vexevt_event_exit(void);

#endif
