// SPDX-License-Identifier: GPL-2.0-only
/* The consumer's side of a ring: read() and mmap(). */
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "ring.h"

static const void *lane_at(const struct vexevt_lane *lane, u64 position)
{
	return lane->data + (position & (lane->bytes - 1));
}

/* The bytes of the whole frames from `position` up to `end` that go into `room`. */
static size_t whole_frames(const struct vexevt_lane *lane, u64 position, u64 end, size_t room)
{
	u64 at = position;

	while (at < end) {
		u64 size = vexevt_frame_size(lane_at(lane, at));

		if (at + size - position > room)
			break;
		at += size;
	}
	return at - position;
}

static int copy_frames(const struct vexevt_lane *lane, u64 *position, size_t size, char __user *to)
{
	if (copy_to_user(to, lane_at(lane, *position), size))
		return -EFAULT;
	*position += size;
	return 0;
}

ssize_t vexevt_ring_read(struct vexevt_ring *ring, char __user *to, size_t size)
{
	/* The normal lane first: an urgent frame that belongs before this end is then visible. */
	u64 normal_end = smp_load_acquire(ring->normal.published);
	u64 urgent_end = smp_load_acquire(ring->urgent.published);	/* both pair with put() */
	u64 normal = ring->consumer->normal, urgent = ring->consumer->urgent;
	size_t done = 0;
	int err = 0;

	while (!err) {
		u64 end = normal_end;
		bool urgent_next = false;
		size_t part;

		if (urgent != urgent_end) {
			const struct vexevt_urgent *head = lane_at(&ring->urgent, urgent);

			urgent_next = head->normal <= normal_end;
			if (urgent_next)
				end = head->normal;
		}
		if (normal < end) {
			part = whole_frames(&ring->normal, normal, end, size - done);
			err = part ? copy_frames(&ring->normal, &normal, part, to + done) : -EINVAL;
		} else if (urgent_next) {
			u64 frame = urgent + sizeof(struct vexevt_urgent);

			part = vexevt_frame_size(lane_at(&ring->urgent, frame));
			err = part <= size - done ? copy_frames(&ring->urgent, &frame, part, to + done) : -EINVAL;
			if (!err)
				urgent = frame;
		} else {
			break;
		}
		if (!err)
			done += part;
	}
	/* Pairs with the acquire in fits(). */
	smp_store_release(&ring->consumer->normal, normal);
	smp_store_release(&ring->consumer->urgent, urgent);	/* and this one */
	return done ? done : err;
}

int vexevt_ring_map(struct vexevt_ring *ring, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE) {
		if (vma->vm_pgoff != 0 || vma->vm_end - vma->vm_start != PAGE_SIZE)
			return -EPERM;
	} else {
		vexevt_vm_flags_clear(vma, VM_MAYWRITE);
	}
	vexevt_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	return remap_vmalloc_range(vma, ring->consumer, vma->vm_pgoff);
}
