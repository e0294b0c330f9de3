// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "bus.h"
#include "descriptor.h"
#include "device.h"
#include "event.h"

static int __init vexevt_init(void)
{
	int err = vexevt_event_init();

	if (err)
		return err;
	vexevt_bus_init();
	err = vexevt_device_init();
	if (err)
		vexevt_event_exit();
	return err;
}

static void __exit vexevt_exit(void)
{
	vexevt_device_exit();
	vexevt_descriptors_wait();
	vexevt_event_exit();
}

module_init(vexevt_init);
module_exit(vexevt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("File-system events as frames, through /dev/vexevt");
MODULE_VERSION(VEXEVT_VERSION);
