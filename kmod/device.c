// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bus.h"
#include "device.h"
#include "watch.h"

static int device_open(struct inode *inode, struct file *file)
{
	struct vexevt_descriptor *descriptor;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	descriptor = vexevt_descriptor_create();
	if (IS_ERR(descriptor))
		return PTR_ERR(descriptor);
	file->private_data = descriptor;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct vexevt_descriptor *descriptor = file->private_data;

	vexevt_bus_leave(descriptor);
	vexevt_descriptor_close(descriptor);
	return 0;
}

static int set_up(struct vexevt_descriptor *descriptor, struct vexevt_setup __user *argument)
{
	struct vexevt_setup setup;
	struct vexevt_ring *ring;
	int err = 0;

	if (copy_from_user(&setup, argument, sizeof(setup)))
		return -EFAULT;
	ring = vexevt_ring_create(&setup);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	mutex_lock(&descriptor->lock);
	if (descriptor->ring)
		err = -EBUSY;
	else if (copy_to_user(argument, &ring->setup, sizeof(ring->setup)))
		err = -EFAULT;
	else
		smp_store_release(&descriptor->ring, ring);	/* pairs with vexevt_ring_of() */
	mutex_unlock(&descriptor->lock);
	if (err)
		vexevt_ring_free(ring);
	else if (setup.flags & VEXEVT_SETUP_BUS)
		vexevt_bus_join(descriptor);
	return err;
}

static int set_filter(struct vexevt_descriptor *descriptor, const struct vexevt_filter __user *argument)
{
	struct vexevt_filter_set *filter;
	struct vexevt_filter request;

	if (copy_from_user(&request, argument, sizeof(request)))
		return -EFAULT;
	filter = vexevt_filter_create(&request);
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	mutex_lock(&descriptor->lock);
	filter = rcu_replace_pointer(descriptor->filter, filter, lockdep_is_held(&descriptor->lock));
	mutex_unlock(&descriptor->lock);
	if (filter)
		kvfree_rcu(filter, rcu);
	return 0;
}

static int tell_counters(const struct vexevt_descriptor *descriptor, struct vexevt_counters __user *argument)
{
	struct vexevt_counters counters;

	vexevt_counters_read(descriptor, &counters);
	return copy_to_user(argument, &counters, sizeof(counters)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	void __user *pointer = (void __user *)argument;
	struct vexevt_mark mark;

	switch (command) {
	case VEXEVT_IOC_SETUP:
		return set_up(descriptor, pointer);
	case VEXEVT_IOC_FILTER:
		return set_filter(descriptor, pointer);
	case VEXEVT_IOC_COUNTERS:
		return tell_counters(descriptor, pointer);
	case VEXEVT_IOC_MARK:
	case VEXEVT_IOC_UNMARK:
		if (copy_from_user(&mark, pointer, sizeof(mark)))
			return -EFAULT;
		return command == VEXEVT_IOC_MARK ? vexevt_watch_add(descriptor, &mark) :
						    vexevt_watch_remove(descriptor, &mark);
	}
	return -ENOTTY;
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	struct vexevt_ring *ring = vexevt_ring_of(descriptor);

	/* Whoever only injects has none. EPOLLERR would tell the writer of a pipeline that nobody reads. */
	if (!ring)
		return EPOLLOUT | EPOLLWRNORM;
	poll_wait(file, &ring->wait, table);
	return (vexevt_ring_readable(ring) ? EPOLLIN | EPOLLRDNORM : 0) | EPOLLOUT | EPOLLWRNORM;
}

static ssize_t device_read(struct file *file, char __user *to, size_t size, loff_t *offset)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	struct vexevt_ring *ring = vexevt_ring_of(descriptor);
	ssize_t done;

	if (!ring)
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&descriptor->consumer_lock))
			return -ERESTARTSYS;
		done = descriptor->mapped ? -EBUSY : vexevt_ring_read(ring, to, size);
		mutex_unlock(&descriptor->consumer_lock);
		if (done || size == 0)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(ring->wait, vexevt_ring_readable(ring)))
			return -ERESTARTSYS;
	}
}

/* The frame that starts at `from`, to be freed; NULL with a size of 0: its end isn't there. */
static void *copy_frame(const char __user *from, size_t room, size_t *size)
{
	u64 head;

	*size = 0;
	if (room < sizeof(head))
		return NULL;
	if (copy_from_user(&head, from, sizeof(head)))
		return ERR_PTR(-EFAULT);
	*size = vexevt_frame_size(&head);
	if (*size == 0 || *size > VEXEVT_INJECT_MAX)
		return ERR_PTR(-EINVAL);
	if (*size > room)
		return NULL;
	return vmemdup_user(from, *size);
}

static ssize_t device_write(struct file *file, const char __user *from, size_t room, loff_t *offset)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	size_t done = 0, size;
	int err = 0;

	while (!err && done < room) {
		void *frame = copy_frame(from + done, room - done, &size);

		if (IS_ERR_OR_NULL(frame)) {
			err = frame ? PTR_ERR(frame) : -EINVAL;
			break;
		}
		err = vexevt_bus_inject(frame, size, descriptor);
		kvfree(frame);
		if (!err)
			done += size;
		if (!err && signal_pending(current))
			err = -ERESTARTSYS;
		cond_resched();
	}
	return done ? done : err;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	struct vexevt_ring *ring = vexevt_ring_of(descriptor);
	int err;

	if (!ring)
		return -EINVAL;
	/*
	 * Whoever reads holds this lock while it copies to user space, which may take the lock of
	 * mappings, under which this runs: hence no waiting.
	 */
	if (!mutex_trylock(&descriptor->consumer_lock))
		return -EBUSY;
	err = vexevt_ring_map(ring, vma);
	if (!err)
		descriptor->mapped = true;
	mutex_unlock(&descriptor->consumer_lock);
	return err;
}

static void device_show_fdinfo(struct seq_file *out, struct file *file)
{
	struct vexevt_descriptor *descriptor = file->private_data;
	struct vexevt_counters counters;

	vexevt_counters_read(descriptor, &counters);
	seq_printf(out, "vexevt-marks:\t%d\n", atomic_read(&descriptor->marks));
	seq_printf(out, "vexevt-delivered:\t%llu\n", counters.delivered);
	seq_printf(out, "vexevt-lost:\t%llu\n", counters.lost);
	seq_printf(out, "vexevt-gaps:\t%llu\n", counters.gaps);
	seq_printf(out, "vexevt-bus:\t%llu\n", counters.bus);
	seq_printf(out, "vexevt-own:\t%llu\n", counters.own);
	seq_printf(out, "vexevt-outside:\t%llu\n", counters.outside);
	seq_printf(out, "vexevt-by-type:\t%llu\n", counters.by_type);
	seq_printf(out, "vexevt-by-uid:\t%llu\n", counters.by_uid);
	seq_printf(out, "vexevt-by-cgroup:\t%llu\n", counters.by_cgroup);
	seq_printf(out, "vexevt-by-pid:\t%llu\n", counters.by_pid);
	seq_printf(out, "vexevt-by-path:\t%llu\n", counters.by_path);
	seq_printf(out, "vexevt-by-rate:\t%llu\n", counters.by_rate);
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.mmap = device_mmap,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = device_show_fdinfo,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vexevt",
	.mode = 0600,
	.fops = &operations,
	.groups = vexevt_attribute_groups,
};

int vexevt_device_init(void)
{
	return misc_register(&device);
}

void vexevt_device_exit(void)
{
	misc_deregister(&device);
}
