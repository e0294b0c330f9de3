/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token bucket for each uid, as the generic cell rate algorithm (ITU-T I.371) has it: one number, the
 * time at which the bucket is full again, stands for all of it. A uid whose time has come is as good
 * as one that was never seen, so the table forgets nothing unless more uids than fit are busy at once;
 * then the one that is nearest to full is forgotten.
 */
#ifndef VEXEVT_RATE_H
#define VEXEVT_RATE_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define VEXEVT_RATE_BITS 8

struct vexevt_rates {
	u64 interval_ns;	/* of one token; 0: no limit */
	u64 burst_ns;		/* of all tokens but one */
	spinlock_t lock;	/* the buckets */
	struct {
		u64 full_ns;
		u32 uid;
	} buckets[1 << VEXEVT_RATE_BITS];
};

void vexevt_rates_init(struct vexevt_rates *rates, u32 rate, u32 burst);
/* Whether one more event of `uid` may pass now. */
bool vexevt_rates_take(struct vexevt_rates *rates, u32 uid);

#endif
