/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts of the current process, as the initial namespaces number it. */
#ifndef VEXEVT_PROCESS_H
#define VEXEVT_PROCESS_H

#include <linux/sched.h>

#include "vexevt.h"

struct vexevt_process_names {
	char comm[TASK_COMM_LEN];
	char cgroup[1024];
};

/* Sets the event's process, which borrows `names`, and the flag that it is known. Doesn't sleep. */
void vexevt_process_fill(struct vexevt_event *event, struct vexevt_process_names *names);

#endif
