// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bus.h"
#include "process.h"

/* One frame at a time, so that all subscribers see the same order. */
static DEFINE_MUTEX(bus_lock);
static LIST_HEAD(subscribers);
static struct vexevt_source source;	/* of what modules emit */
static struct task_struct *caller;	/* who holds the lock to send */
static BLOCKING_NOTIFIER_HEAD(notifiers);

void vexevt_bus_join(struct vexevt_descriptor *descriptor)
{
	mutex_lock(&bus_lock);
	list_add_tail(&descriptor->bus_node, &subscribers);
	mutex_unlock(&bus_lock);
}

void vexevt_bus_leave(struct vexevt_descriptor *descriptor)
{
	mutex_lock(&bus_lock);
	list_del_init(&descriptor->bus_node);
	mutex_unlock(&bus_lock);
}

static bool is_urgent(u16 priority)
{
	return priority == VEXEVT_LAYOUT_PRIORITY_CRITICAL || priority == VEXEVT_LAYOUT_PRIORITY_HIGH;
}

/* Under the bus's lock. */
static void send(const void *bytes, u32 size, const struct vexevt_frame_head *head,
		 const struct vexevt_descriptor *sender)
{
	struct vexevt_frame_bytes frame = { bytes, size };
	struct vexevt_descriptor *descriptor;

	WRITE_ONCE(caller, current);
	list_for_each_entry(descriptor, &subscribers, bus_node)
		if (descriptor != sender)
			vexevt_ring_put_bytes(descriptor->ring, bytes, size, is_urgent(head->priority));
	blocking_notifier_call_chain(&notifiers, head->type, &frame);
	WRITE_ONCE(caller, NULL);
}

/* What it claims stands, but not that the kernel saw it. */
static u16 boundary_of_injected(u16 boundary)
{
	if (boundary == VEXEVT_LAYOUT_BOUNDARY_UNKNOWN || boundary == VEXEVT_LAYOUT_BOUNDARY_KERNEL)
		return VEXEVT_LAYOUT_BOUNDARY_USER;
	return boundary;
}

int vexevt_bus_inject(void *bytes, size_t size, const struct vexevt_descriptor *sender)
{
	struct vexevt_frame_head head;

	if (size > VEXEVT_INJECT_MAX || !vexevt_frame_check(bytes, size, &head))
		return -EINVAL;
	vexevt_frame_set_origin(bytes, head.flags | VEXEVT_FLAG_INJECTED, boundary_of_injected(head.boundary));
	/* Again: in a hostile frame the flags may be a pointer, too. */
	if (!vexevt_frame_check(bytes, size, &head))
		return -EINVAL;
	if (mutex_lock_interruptible(&bus_lock))
		return -ERESTARTSYS;
	send(bytes, size, &head, sender);
	mutex_unlock(&bus_lock);
	vexevt_count_injected();
	return 0;
}

int vexevt_emit(const struct vexevt_event *given)
{
	struct vexevt_process_names *names;
	struct vexevt_event event = *given;
	struct vexevt_frame_head head;
	struct vexevt_frame frame;
	int err = 0;
	void *bytes;
	u32 size;

	might_sleep();
	if (READ_ONCE(caller) == current)
		return -EDEADLK;
	if (event.type == 0)
		return -EINVAL;
	names = kzalloc(sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	event.boundary = VEXEVT_LAYOUT_BOUNDARY_KERNEL;
	vexevt_process_fill(&event, names);
	vexevt_frame_prepare(&frame, &event);
	head = (struct vexevt_frame_head){ event.type, event.boundary, event.priority, event.flags };

	mutex_lock(&bus_lock);
	vexevt_source_next(&source);
	size = vexevt_frame_stamp(&frame, &source.last);
	bytes = size <= VEXEVT_INJECT_MAX ? kvmalloc(size, GFP_KERNEL) : NULL;
	if (bytes) {
		vexevt_frame_write(&frame, bytes);
		send(bytes, size, &head, NULL);
		kvfree(bytes);
	} else {
		err = size <= VEXEVT_INJECT_MAX ? -ENOMEM : -EINVAL;
	}
	mutex_unlock(&bus_lock);
	kfree(names);
	if (!err)
		vexevt_count_emitted();
	return err;
}
EXPORT_SYMBOL_GPL(vexevt_emit);

int vexevt_register_notifier(struct notifier_block *notifier)
{
	return blocking_notifier_chain_register(&notifiers, notifier);
}
EXPORT_SYMBOL_GPL(vexevt_register_notifier);

int vexevt_unregister_notifier(struct notifier_block *notifier)
{
	return blocking_notifier_chain_unregister(&notifiers, notifier);
}
EXPORT_SYMBOL_GPL(vexevt_unregister_notifier);

void vexevt_bus_init(void)
{
	vexevt_source_init(&source);
}
