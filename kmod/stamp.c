// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/string.h>

#include "stamp.h"

#define HLC_COUNT_MASK 0xffffULL	/* lib/event/hlc.h */

void vexevt_source_init(struct vexevt_source *source)
{
	memset(source, 0, sizeof(*source));
	while (source->last.source == 0)	/* which an event without an id has */
		source->last.source = get_random_u64();
}

void vexevt_source_next(struct vexevt_source *source)
{
	struct vexevt_stamp *last = &source->last;
	ktime_t now = ktime_get();	/* one reading of the hardware for both */
	u64 wall_ns = ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_REAL));
	u64 mono_ns = ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_BOOT));
	u64 hlc;

	if (wall_ns <= last->wall_ns && last->wall_ns - wall_ns <= NSEC_PER_MSEC)
		wall_ns = last->wall_ns + 1;
	last->wall_ns = wall_ns;
	last->mono_ns = max(mono_ns, last->mono_ns + 1);
	hlc = wall_ns & ~HLC_COUNT_MASK;
	source->hlc = max(source->hlc, hlc);
	last->hlc = source->hlc == hlc ? 0 : source->hlc;
	last->sequence++;
}
