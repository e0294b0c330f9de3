// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "counters.h"
#include "descriptor.h"

struct totals {
	u64 delivered, lost, filtered;
};

static DEFINE_SPINLOCK(lock);
static struct totals retired;	/* of descriptors that are gone */
static LIST_HEAD(counted);	/* those that are not */
static atomic_t open_count = ATOMIC_INIT(0);
static atomic64_t injected = ATOMIC64_INIT(0);
static atomic64_t emitted = ATOMIC64_INIT(0);

void vexevt_counters_read(const struct vexevt_descriptor *descriptor, struct vexevt_counters *counters)
{
	struct vexevt_ring *ring = vexevt_ring_of(descriptor);
	u64 count[VEXEVT_REASONS] = {};
	int cpu, i;

	memset(counters, 0, sizeof(*counters));
	for_each_possible_cpu(cpu)
		for (i = 0; i < VEXEVT_REASONS; i++)
			count[i] += READ_ONCE(per_cpu_ptr(descriptor->drops, cpu)->count[i]);
	counters->own = count[VEXEVT_OWN];
	counters->outside = count[VEXEVT_OUTSIDE];
	counters->by_type = count[VEXEVT_BY_TYPE];
	counters->by_uid = count[VEXEVT_BY_UID];
	counters->by_cgroup = count[VEXEVT_BY_CGROUP];
	counters->by_pid = count[VEXEVT_BY_PID];
	counters->by_path = count[VEXEVT_BY_PATH];
	counters->by_rate = count[VEXEVT_BY_RATE];
	if (!ring)
		return;
	spin_lock(&ring->lock);
	counters->delivered = ring->delivered;
	counters->lost = ring->lost;
	counters->gaps = ring->gaps;
	counters->bus = ring->bus;
	spin_unlock(&ring->lock);
}

static void add(struct totals *totals, const struct vexevt_descriptor *descriptor)
{
	struct vexevt_counters counters;

	vexevt_counters_read(descriptor, &counters);
	totals->delivered += counters.delivered;
	totals->lost += counters.lost;
	totals->filtered += counters.own + counters.outside + counters.by_type + counters.by_uid +
			    counters.by_cgroup + counters.by_pid + counters.by_path + counters.by_rate;
}

void vexevt_counters_open(struct vexevt_descriptor *descriptor)
{
	atomic_inc(&open_count);
	spin_lock(&lock);
	list_add(&descriptor->counted_node, &counted);
	spin_unlock(&lock);
}

void vexevt_counters_close(void)
{
	atomic_dec(&open_count);
}

void vexevt_counters_retire(struct vexevt_descriptor *descriptor)
{
	spin_lock(&lock);
	list_del(&descriptor->counted_node);
	add(&retired, descriptor);
	spin_unlock(&lock);
}

void vexevt_count_injected(void)
{
	atomic64_inc(&injected);
}

void vexevt_count_emitted(void)
{
	atomic64_inc(&emitted);
}

static struct totals sum(void)
{
	struct vexevt_descriptor *descriptor;
	struct totals totals;

	spin_lock(&lock);
	totals = retired;
	list_for_each_entry(descriptor, &counted, counted_node)
		add(&totals, descriptor);
	spin_unlock(&lock);
	return totals;
}

static ssize_t descriptors_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&open_count));
}
static DEVICE_ATTR_RO(descriptors);

static ssize_t delivered_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%llu\n", sum().delivered);
}
static DEVICE_ATTR_RO(delivered);

static ssize_t lost_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%llu\n", sum().lost);
}
static DEVICE_ATTR_RO(lost);

static ssize_t filtered_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%llu\n", sum().filtered);
}
static DEVICE_ATTR_RO(filtered);

static ssize_t injected_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%lld\n", atomic64_read(&injected));
}
static DEVICE_ATTR_RO(injected);

static ssize_t emitted_show(struct device *device, struct device_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%lld\n", atomic64_read(&emitted));
}
static DEVICE_ATTR_RO(emitted);

static struct attribute *attributes[] = {
	&dev_attr_descriptors.attr, &dev_attr_delivered.attr, &dev_attr_lost.attr, &dev_attr_filtered.attr,
	&dev_attr_injected.attr,    &dev_attr_emitted.attr,   NULL,
};

static const struct attribute_group attribute_group = { .attrs = attributes };
const struct attribute_group *vexevt_attribute_groups[] = { &attribute_group, NULL };
