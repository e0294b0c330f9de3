/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of events: of one descriptor, and of all since the module was loaded (sysfs). */
#ifndef VEXEVT_COUNTERS_H
#define VEXEVT_COUNTERS_H

#include <linux/types.h>

#include "uapi/vexevt.h"

struct attribute_group;
struct vexevt_descriptor;

/* Why an event that a mark asked for was not wanted; 0 is for those that were. */
enum vexevt_reason {
	VEXEVT_WANTED,
	VEXEVT_OWN,
	VEXEVT_OUTSIDE,
	VEXEVT_BY_TYPE,
	VEXEVT_BY_UID,
	VEXEVT_BY_CGROUP,
	VEXEVT_BY_PID,
	VEXEVT_BY_PATH,
	VEXEVT_BY_RATE,
	VEXEVT_REASONS
};

struct vexevt_drops {
	u64 count[VEXEVT_REASONS];
};

void vexevt_counters_read(const struct vexevt_descriptor *descriptor, struct vexevt_counters *counters);

/* A descriptor is opened, is closed, and is about to be freed. */
void vexevt_counters_open(struct vexevt_descriptor *descriptor);
void vexevt_counters_close(void);
void vexevt_counters_retire(struct vexevt_descriptor *descriptor);
/* A frame went over the bus. */
void vexevt_count_injected(void);
void vexevt_count_emitted(void);

/* /sys/class/misc/vexevt/ */
extern const struct attribute_group *vexevt_attribute_groups[];

#endif
