/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of one descriptor: its lanes as uapi/vexevt.h lays them out, the identity of its events,
 * and what was lost.
 *
 * Writers serialise on a spinlock, under which they copy; so what is published is whole. What user
 * space can write, its own positions, is read once for each decision and never trusted: the
 * kernel's positions are its private copies.
 */
#ifndef VEXEVT_RING_H
#define VEXEVT_RING_H

#include <linux/spinlock.h>
#include <linux/wait.h>

#include "stamp.h"

struct vm_area_struct;

struct vexevt_lane {
	u8 *data;		/* mapped twice */
	u32 bytes;
	u64 head;		/* where the next frame goes; published copies follow */
	u64 *published;
	const u64 *consumed;	/* user space writes this */
};

struct vexevt_ring {
	spinlock_t lock;			/* all of this but what SETUP settled */
	struct vexevt_lane normal, urgent;	/* urgent.bytes 0: no such lane */
	struct vexevt_source source;
	u64 lost_since_gap;
	u64 last_wall_ns;	/* of the last event delivered */
	u64 delivered, lost, gaps, bus;

	wait_queue_head_t wait;
	struct vexevt_consumer *consumer;
	struct vexevt_producer *producer;
	struct vexevt_setup setup;
	struct vexevt_bytes host, tenant;	/* of `setup` */
	struct page **pages;
	u32 page_count;		/* each counted once */
	size_t map_bytes;
};

/* `setup` as user space gave it, checked here. An ERR_PTR: -EINVAL, -ENOSPC, -ENOMEM. */
struct vexevt_ring *vexevt_ring_create(const struct vexevt_setup *setup);
void vexevt_ring_free(struct vexevt_ring *ring);

/* None of these sleeps. Stamps and delivers a prepared event, or counts it as lost. */
void vexevt_ring_put(struct vexevt_ring *ring, struct vexevt_frame *frame, bool urgent);
/* The same for a whole frame from the bus, which keeps its own stamp. */
void vexevt_ring_put_bytes(struct vexevt_ring *ring, const void *bytes, u32 size, bool urgent);

bool vexevt_ring_readable(const struct vexevt_ring *ring);
/*
 * Whole frames, in the order of events; the bytes copied, 0 if there are none, -EINVAL if the first
 * doesn't fit, -EFAULT. Callers serialise, and nothing is mapped.
 */
ssize_t vexevt_ring_read(struct vexevt_ring *ring, char __user *to, size_t size);
int vexevt_ring_map(struct vexevt_ring *ring, struct vm_area_struct *vma);

#endif
