// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "rate.h"

#define PROBES 8

void vexevt_rates_init(struct vexevt_rates *rates, u32 rate, u32 burst)
{
	spin_lock_init(&rates->lock);
	if (rate == 0)
		return;
	rates->interval_ns = max(div_u64(NSEC_PER_SEC, rate), 1ULL);
	rates->burst_ns = (burst - 1) * rates->interval_ns;
}

bool vexevt_rates_take(struct vexevt_rates *rates, u32 uid)
{
	u32 first = hash_32(uid, VEXEVT_RATE_BITS), i, chosen = first;
	u64 now, full;
	bool passes;

	if (rates->interval_ns == 0)
		return true;
	spin_lock(&rates->lock);
	now = ktime_get_ns();
	for (i = 0; i < PROBES; i++) {
		u32 at = (first + i) & (ARRAY_SIZE(rates->buckets) - 1);

		if (rates->buckets[at].uid == uid) {
			chosen = at;
			break;
		}
		if (rates->buckets[at].full_ns < rates->buckets[chosen].full_ns)
			chosen = at;
	}
	full = rates->buckets[chosen].uid == uid ? max(rates->buckets[chosen].full_ns, now) : now;
	passes = full - now <= rates->burst_ns;
	if (passes) {
		rates->buckets[chosen].uid = uid;
		rates->buckets[chosen].full_ns = full + rates->interval_ns;
	}
	spin_unlock(&rates->lock);
	return passes;
}
