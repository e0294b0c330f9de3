/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter of a descriptor: what VEXEVT_IOC_FILTER set, as one immutable whole but for the rates. */
#ifndef VEXEVT_FILTER_H
#define VEXEVT_FILTER_H

#include <linux/rcupdate.h>

#include "counters.h"
#include "rate.h"
#include "vexevt.h"

struct vexevt_filter_set {
	struct rcu_head rcu;
	u64 types;	/* 0: all */
	u32 uid_count, pid_count, cgroup_count, path_bytes;
	/* In the order of their alignment, in the memory behind this. */
	u64 *cgroups;
	struct vexevt_uids *uids;
	u32 *pids;
	char *paths;
	struct vexevt_rates rates;
};

/* Copies what the request points to. NULL: a filter that lets all pass. An ERR_PTR: -EINVAL, -EFAULT, -ENOMEM. */
struct vexevt_filter_set *vexevt_filter_create(const struct vexevt_filter *request);

/*
 * The parts that need no path, then the others. Called by the process that caused the event, under
 * rcu_read_lock(). `paths` that are empty are none.
 */
enum vexevt_reason vexevt_filter_process(const struct vexevt_filter_set *filter, u16 type);
enum vexevt_reason vexevt_filter_paths(struct vexevt_filter_set *filter, const struct vexevt_bytes *path,
				       const struct vexevt_bytes *path2);

#endif
