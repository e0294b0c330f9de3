/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts of the current process, as the initial namespaces number it. */
#ifndef VEXEVT_PROCESS_H
#define VEXEVT_PROCESS_H

#include <linux/sched.h>

#include "vexevt.h"

/* Zeroed when new. Kept from event to event: most come from the control group that the last one came from. */
struct vexevt_process_names {
	char comm[TASK_COMM_LEN];
	char cgroup[1024];
	u64 cgroup_id;		/* whose path that is; ids are not used again, and a group keeps its path */
	u32 cgroup_size;
};

/* Sets the event's process, which borrows `names`, and the flag that it is known. Doesn't sleep. */
void vexevt_process_fill(struct vexevt_event *event, struct vexevt_process_names *names);

#endif
