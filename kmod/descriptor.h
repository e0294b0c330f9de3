/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One open descriptor of /dev/vexevt.
 *
 * Lifetimes. The fsnotify group holds the descriptor as its private data; each mark holds the group.
 * release() takes the descriptor off the bus, destroys its marks and puts the group; the memory goes
 * in free_group_priv(), when fsnotify is through with the last mark and nobody can deliver any more.
 * The ring is made once, before the first mark and before the bus knows of it, and goes with the
 * descriptor. Filters are replaced as a whole, under RCU.
 *
 * Locks, in this order: bus, descriptor, fsnotify's own, ring. Delivery takes the ring's only.
 */
#ifndef VEXEVT_DESCRIPTOR_H
#define VEXEVT_DESCRIPTOR_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "counters.h"
#include "filter.h"
#include "ring.h"

struct fsnotify_group;

struct vexevt_descriptor {
	struct fsnotify_group *group;
	struct vexevt_ring *ring;		/* NULL before SETUP; then the same for ever */
	struct vexevt_filter_set __rcu *filter;	/* NULL: everything passes */
	struct vexevt_drops __percpu *drops;
	u32 tgid;				/* who opened it */
	atomic_t marks;

	struct mutex lock;			/* setup and filter */
	struct mutex consumer_lock;		/* reading and mapping */
	bool mapped;
	struct list_head bus_node;		/* under the bus's lock */
	struct list_head counted_node;		/* of the counters */
};

/* NULL before SETUP. */
static inline struct vexevt_ring *vexevt_ring_of(const struct vexevt_descriptor *descriptor)
{
	/* Pairs with the release in SETUP: the ring is whole. */
	return smp_load_acquire(&descriptor->ring);
}

/* An ERR_PTR: -ENOMEM. */
struct vexevt_descriptor *vexevt_descriptor_create(void);
/* Ends its marks; frees it when the last is through. */
void vexevt_descriptor_close(struct vexevt_descriptor *descriptor);
/* Waits for what was closed to be freed, before the module goes. */
void vexevt_descriptors_wait(void);

#endif
