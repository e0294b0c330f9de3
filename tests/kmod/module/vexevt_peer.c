// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another module that uses vexevt.ko, for the tests: counts what goes over the bus, and emits an event for each
 * path that is written to its parameter `emit`.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "vexevt.h"

static unsigned int seen, last_type, last_size;
module_param(seen, uint, 0444);
module_param(last_type, uint, 0444);
module_param(last_size, uint, 0444);

/* What emitting from a notifier gives: -EDEADLK. */
static int emit_within;
module_param(emit_within, int, 0444);

static int emit_path(const char *path)
{
	struct vexevt_event event = {
		.type = VEXEVT_FS_CREATE,
		.priority = VEXEVT_LAYOUT_PRIORITY_HIGH,
		.payload = VEXEVT_LAYOUT_PAYLOAD_FS_TAG_VALUE,
		.fs.path = { path, strcspn(path, "\n") },
	};

	return vexevt_emit(&event);
}

static int note(struct notifier_block *block, unsigned long type, void *data)
{
	const struct vexevt_frame_bytes *frame = data;

	seen++;
	last_type = type;
	last_size = frame->size;
	if (emit_within == 0)
		emit_within = emit_path("/within");
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = note };

static int set_emit(const char *value, const struct kernel_param *parameter)
{
	return emit_path(value);
}

static const struct kernel_param_ops emit_operations = { .set = set_emit };
module_param_cb(emit, &emit_operations, NULL, 0200);

static int __init vexevt_peer_init(void)
{
	return vexevt_register_notifier(&notifier);
}

static void __exit vexevt_peer_exit(void)
{
	vexevt_unregister_notifier(&notifier);
}

module_init(vexevt_peer_init);
module_exit(vexevt_peer_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vexevt: a peer for tests");
