// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat.h"
#include "descriptor.h"
#include "event.h"
#include "watch.h"

static atomic_t alive = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(all_gone);

static void free_descriptor(struct vexevt_descriptor *descriptor)
{
	vexevt_counters_retire(descriptor);
	vexevt_ring_free(descriptor->ring);
	kvfree(rcu_dereference_protected(descriptor->filter, true));
	free_percpu(descriptor->drops);
	kfree(descriptor);
	if (atomic_dec_and_test(&alive))
		wake_up_all(&all_gone);
}

static void free_group_priv(struct fsnotify_group *group)
{
	free_descriptor(group->private);
}

static const struct fsnotify_ops operations = {
	.handle_event = vexevt_handle_event,
	.freeing_mark = vexevt_watch_ends,
	.free_mark = vexevt_watch_free,
	.free_group_priv = free_group_priv,
};

struct vexevt_descriptor *vexevt_descriptor_create(void)
{
	struct vexevt_descriptor *descriptor = kzalloc(sizeof(*descriptor), GFP_KERNEL_ACCOUNT);
	int err;

	if (!descriptor)
		return ERR_PTR(-ENOMEM);
	mutex_init(&descriptor->lock);
	mutex_init(&descriptor->consumer_lock);
	INIT_LIST_HEAD(&descriptor->bus_node);
	descriptor->tgid = task_tgid_nr(current);
	descriptor->drops = alloc_percpu_gfp(struct vexevt_drops, GFP_KERNEL_ACCOUNT);
	if (!descriptor->drops) {
		err = -ENOMEM;
		goto free;
	}
	descriptor->group = fsnotify_alloc_group(&operations, VEXEVT_GROUP_FLAGS);
	if (IS_ERR(descriptor->group)) {
		err = PTR_ERR(descriptor->group);
		goto free_drops;
	}
	descriptor->group->private = descriptor;
	atomic_inc(&alive);
	vexevt_counters_open(descriptor);
	return descriptor;

free_drops:
	free_percpu(descriptor->drops);
free:
	kfree(descriptor);
	return ERR_PTR(err);
}

void vexevt_descriptor_close(struct vexevt_descriptor *descriptor)
{
	vexevt_counters_close();
	vexevt_watch_end_all(descriptor);
	fsnotify_put_group(descriptor->group);
}

void vexevt_descriptors_wait(void)
{
	wait_event(all_gone, atomic_read(&alive) == 0);
	/* The last free_group_priv() has begun; what called it returns before this does. */
	fsnotify_wait_marks_destroyed();
}
