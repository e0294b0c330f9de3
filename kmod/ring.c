// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "ring.h"

#define LANE_MIN 16384U
#define HEAD_PAGES 2

static unsigned int ring_max = 64 << 20;
module_param(ring_max, uint, 0644);
MODULE_PARM_DESC(ring_max, "bytes that the lanes of one descriptor may have together (64 MiB)");

static int check_setup(const struct vexevt_setup *setup)
{
	u32 least = max_t(u32, LANE_MIN, PAGE_SIZE);

	if (setup->abi != VEXEVT_ABI || setup->flags & ~(VEXEVT_SETUP_BUS | VEXEVT_SETUP_SKIP_SELF) ||
	    setup->reserved[0] || setup->reserved[1] || setup->id_source || setup->map_bytes)
		return -EINVAL;
	if (!is_power_of_2(setup->normal_bytes) || setup->normal_bytes < least)
		return -EINVAL;
	if (setup->urgent_bytes && (!is_power_of_2(setup->urgent_bytes) || setup->urgent_bytes < least))
		return -EINVAL;
	if (strnlen(setup->host, sizeof(setup->host)) == sizeof(setup->host) ||
	    strnlen(setup->tenant, sizeof(setup->tenant)) == sizeof(setup->tenant))
		return -EINVAL;
	if ((u64)setup->normal_bytes + setup->urgent_bytes > READ_ONCE(ring_max))
		return -ENOSPC;
	return 0;
}

/*
 * Fills the page table of the mapping: the two head pages, then each lane's pages twice. Returns the
 * mapping's pages, NULL without memory.
 */
static struct page **map_pages(struct vexevt_ring *ring, u32 mapped)
{
	u32 lanes[] = { ring->setup.normal_bytes >> PAGE_SHIFT, ring->setup.urgent_bytes >> PAGE_SHIFT };
	struct page **map = kvcalloc(mapped, sizeof(*map), GFP_KERNEL_ACCOUNT);
	struct page **from = ring->pages, **to = map;
	u32 i;

	if (!map)
		return NULL;
	for (i = 0; i < HEAD_PAGES; i++)
		*to++ = *from++;
	for (i = 0; i < ARRAY_SIZE(lanes); i++) {
		memcpy(to, from, lanes[i] * sizeof(*to));
		memcpy(to + lanes[i], from, lanes[i] * sizeof(*to));
		to += 2 * lanes[i];
		from += lanes[i];
	}
	return map;
}

static void init_lanes(struct vexevt_ring *ring)
{
	struct vexevt_producer *producer = ring->producer;

	producer->abi = VEXEVT_ABI;
	producer->flags = ring->setup.flags;
	producer->normal_at = HEAD_PAGES * PAGE_SIZE;
	producer->normal_bytes = ring->setup.normal_bytes;
	producer->urgent_at = producer->normal_at + 2ULL * producer->normal_bytes;
	producer->urgent_bytes = ring->setup.urgent_bytes;

	ring->normal.data = (u8 *)ring->consumer + producer->normal_at;
	ring->normal.bytes = ring->setup.normal_bytes;
	ring->normal.published = &producer->normal;
	ring->normal.consumed = &ring->consumer->normal;
	ring->urgent.data = (u8 *)ring->consumer + producer->urgent_at;
	ring->urgent.bytes = ring->setup.urgent_bytes;
	ring->urgent.published = &producer->urgent;
	ring->urgent.consumed = &ring->consumer->urgent;
}

static int allocate(struct vexevt_ring *ring)
{
	u32 lane_pages = (ring->setup.normal_bytes + ring->setup.urgent_bytes) >> PAGE_SHIFT;
	u32 mapped = HEAD_PAGES + 2 * lane_pages;
	struct page **map;

	ring->pages = kvcalloc(HEAD_PAGES + lane_pages, sizeof(*ring->pages), GFP_KERNEL_ACCOUNT);
	if (!ring->pages)
		return -ENOMEM;
	for (; ring->page_count < HEAD_PAGES + lane_pages; ring->page_count++) {
		ring->pages[ring->page_count] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!ring->pages[ring->page_count])
			return -ENOMEM;
	}
	map = map_pages(ring, mapped);
	if (!map)
		return -ENOMEM;
	ring->consumer = vmap(map, mapped, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	kvfree(map);
	if (!ring->consumer)
		return -ENOMEM;
	ring->producer = (void *)ring->consumer + PAGE_SIZE;
	ring->map_bytes = (size_t)mapped << PAGE_SHIFT;
	return 0;
}

struct vexevt_ring *vexevt_ring_create(const struct vexevt_setup *setup)
{
	struct vexevt_ring *ring;
	int err = check_setup(setup);

	if (err)
		return ERR_PTR(err);
	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->setup = *setup;
	ring->host = (struct vexevt_bytes){ ring->setup.host, strlen(ring->setup.host) };
	ring->tenant = (struct vexevt_bytes){ ring->setup.tenant, strlen(ring->setup.tenant) };
	err = allocate(ring);
	if (err) {
		vexevt_ring_free(ring);
		return ERR_PTR(err);
	}
	spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->wait);
	vexevt_source_init(&ring->source);
	ring->setup.id_source = ring->source.last.source;
	ring->setup.map_bytes = ring->map_bytes;
	init_lanes(ring);
	return ring;
}

void vexevt_ring_free(struct vexevt_ring *ring)
{
	u32 i;

	if (!ring)
		return;
	vunmap(ring->consumer);
	for (i = 0; i < ring->page_count; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	kfree(ring);
}

static bool fits(const struct vexevt_lane *lane, u64 bytes)
{
	/* Pairs with the reader's release: it is done with the bytes that get overwritten. */
	u64 used = lane->head - smp_load_acquire(lane->consumed);

	return used <= lane->bytes && bytes <= lane->bytes - used;
}

/* A lane that has room for so many frames of `bytes` in all; NULL: none. */
static struct vexevt_lane *choose_lane(struct vexevt_ring *ring, bool urgent, u64 bytes, u32 frames)
{
	if (urgent && fits(&ring->urgent, bytes + frames * sizeof(struct vexevt_urgent)))
		return &ring->urgent;
	return fits(&ring->normal, bytes) ? &ring->normal : NULL;
}

static u32 overhead(const struct vexevt_ring *ring, const struct vexevt_lane *lane)
{
	return lane == &ring->urgent ? sizeof(struct vexevt_urgent) : 0;
}

/* Where `size` bytes of a frame go in a lane that has the room. */
static void *take(struct vexevt_ring *ring, struct vexevt_lane *lane, u32 size)
{
	void *at = lane->data + (lane->head & (lane->bytes - 1));

	lane->head += overhead(ring, lane) + size;
	if (lane != &ring->urgent)
		return at;
	((struct vexevt_urgent *)at)->normal = ring->normal.head;
	return at + sizeof(struct vexevt_urgent);
}

static void prepare_gap(struct vexevt_ring *ring, struct vexevt_frame *frame)
{
	struct vexevt_event event = {
		.type = VEXEVT_LOST,
		.boundary = VEXEVT_LAYOUT_BOUNDARY_KERNEL,
		.priority = VEXEVT_LAYOUT_PRIORITY_CRITICAL,
		.host = ring->host,
		.tenant = ring->tenant,
		.payload = VEXEVT_LAYOUT_PAYLOAD_GAP_TAG_VALUE,
		.gap = { .cause = { "kmod", 4 }, .lost = ring->lost_since_gap, .since_ns = ring->last_wall_ns },
	};

	vexevt_frame_prepare(frame, &event);
}

/*
 * Room for a frame behind the gap that there may have to be before it. `frame` is stamped after the
 * gap; NULL for one that has its stamp. NULL: no room, and nothing was written.
 */
static noinline_for_stack void *take_behind_gap(struct vexevt_ring *ring, struct vexevt_frame *frame, u32 *size,
						bool urgent, struct vexevt_lane **lane)
{
	struct vexevt_frame gap;
	u32 gap_size;

	prepare_gap(ring, &gap);
	vexevt_source_next(&ring->source);
	gap_size = vexevt_frame_stamp(&gap, &ring->source.last);
	if (frame) {
		vexevt_source_next(&ring->source);
		*size = vexevt_frame_stamp(frame, &ring->source.last);
	}
	*lane = choose_lane(ring, urgent, (u64)gap_size + *size, 2);
	if (!*lane)
		return NULL;
	vexevt_frame_write(&gap, take(ring, *lane, gap_size));
	ring->lost_since_gap = 0;
	ring->gaps++;
	return take(ring, *lane, *size);
}

static void *take_room(struct vexevt_ring *ring, struct vexevt_frame *frame, u32 *size, bool urgent,
		       struct vexevt_lane **lane)
{
	if (unlikely(ring->lost_since_gap))
		return take_behind_gap(ring, frame, size, urgent, lane);
	if (frame) {
		vexevt_source_next(&ring->source);
		*size = vexevt_frame_stamp(frame, &ring->source.last);
	}
	*lane = choose_lane(ring, urgent, *size, 1);
	return *lane ? take(ring, *lane, *size) : NULL;
}

static void put(struct vexevt_ring *ring, struct vexevt_frame *frame, const void *bytes, u32 size, bool urgent)
{
	struct vexevt_lane *lane;
	u64 sequence;
	void *to;

	spin_lock(&ring->lock);
	sequence = ring->source.last.sequence;
	ring->bus += !frame;
	to = take_room(ring, frame, &size, urgent, &lane);
	if (to) {
		if (frame)
			vexevt_frame_write(frame, to);
		else
			memcpy(to, bytes, size);
		ring->delivered++;
		ring->last_wall_ns = ring->source.last.wall_ns;
		/* Pairs with the reader's acquire: the bytes are there before the position. */
		smp_store_release(lane->published, lane->head);
	} else {
		ring->lost++;
		ring->lost_since_gap++;
		ring->source.last.sequence = sequence + 1;	/* also for what has its own stamp */
	}
	spin_unlock(&ring->lock);
	/* Its full barrier pairs with the one of poll_wait(): a sleeper sees the position or is seen. */
	if (to && wq_has_sleeper(&ring->wait))
		wake_up_interruptible_poll(&ring->wait, EPOLLIN | EPOLLRDNORM);
}

void vexevt_ring_put(struct vexevt_ring *ring, struct vexevt_frame *frame, bool urgent)
{
	put(ring, frame, NULL, 0, urgent);
}

void vexevt_ring_put_bytes(struct vexevt_ring *ring, const void *bytes, u32 size, bool urgent)
{
	put(ring, NULL, bytes, size, urgent);
}

bool vexevt_ring_readable(const struct vexevt_ring *ring)
{
	/* Whether, not what: nothing is read that would have to be there. */
	return READ_ONCE(*ring->normal.published) != READ_ONCE(*ring->normal.consumed) ||
	       READ_ONCE(*ring->urgent.published) != READ_ONCE(*ring->urgent.consumed);
}
