/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity and the times of the events of one source: what EventIds of lib/event/id_source.h
 * does in user space. Callers serialise.
 */
#ifndef VEXEVT_STAMP_H
#define VEXEVT_STAMP_H

#include "frame.h"

struct vexevt_source {
	struct vexevt_stamp last;	/* of the latest event */
	u64 hlc;			/* of all so far the latest */
};

/* A source of its own, with a random id. */
void vexevt_source_init(struct vexevt_source *source);
/*
 * Moves `last` on to the next event, which happens now. Monotonic time is strictly increasing;
 * wall time too, unless the clock was set back by more than a millisecond: then hlc keeps the
 * order.
 */
void vexevt_source_next(struct vexevt_source *source);

#endif
