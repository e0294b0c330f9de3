/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vexevt.ko offers other modules: to emit events to every descriptor that was set
 * up with VEXEVT_SETUP_BUS, and to see all that goes over this bus.
 */
#ifndef VEXEVT_H
#define VEXEVT_H

#include <linux/types.h>

#include "layout.h"
#include "uapi/vexevt.h"

struct notifier_block;

/* Borrowed bytes, not NUL-terminated. */
struct vexevt_bytes {
	const char *data;
	size_t size;
};

/* One event as plain values; what is 0 or empty is left out of the frame. */
struct vexevt_event {
	u16 type;
	u16 boundary;	/* VEXEVT_LAYOUT_BOUNDARY_* */
	u16 priority;	/* VEXEVT_LAYOUT_PRIORITY_* */
	u16 flags;
	u32 pid, tid, ppid, uid, gid;
	s32 result;	/* 0 or the errno, positive */
	u64 latency_ns;
	struct vexevt_bytes comm, host, cgroup, tenant;

	u16 payload;	/* VEXEVT_LAYOUT_PAYLOAD_*_TAG_VALUE: none, fs, system or gap */
	union {
		struct {
			struct vexevt_bytes path, path2;
			u64 inode, size, offset, length;
			u32 device, generation, open_flags;
			u16 mode;
		} fs;
		struct {
			struct vexevt_bytes subject, object, detail;
			s64 value;
		} system;
		struct {
			struct vexevt_bytes cause;
			u64 lost, since_ns;
		} gap;
	};
};

/* A notifier's data: one frame of the bus, valid until it returns. The action is its type. */
struct vexevt_frame_bytes {
	const void *data;
	size_t size;
};

/*
 * Emits an event of boundary `kernel` in the name of the current process: its ids, times,
 * process and boundary are filled in here. May sleep. -EINVAL: no type, or larger than
 * VEXEVT_INJECT_MAX; -ENOMEM; -EDEADLK: called from a notifier.
 */
int vexevt_emit(const struct vexevt_event *event);

/*
 * A notifier is called for each frame that is emitted or injected, one at a time. It may
 * sleep, but neither emit nor unregister.
 */
int vexevt_register_notifier(struct notifier_block *notifier);
int vexevt_unregister_notifier(struct notifier_block *notifier);

#endif
