/* SPDX-License-Identifier: GPL-2.0-only */
/* The bus: frames from user space (write()) and from other modules (vexevt.h), to descriptors and notifiers. */
#ifndef VEXEVT_BUS_H
#define VEXEVT_BUS_H

#include "descriptor.h"

void vexevt_bus_join(struct vexevt_descriptor *descriptor);
void vexevt_bus_leave(struct vexevt_descriptor *descriptor);

/*
 * Injects a frame of user space's: checks it, marks it as injected, and sends it to all but `sender`.
 * `bytes` are aligned to 8 and changed. -EINVAL: not a frame that may be injected.
 */
int vexevt_bus_inject(void *bytes, size_t size, const struct vexevt_descriptor *sender);

void vexevt_bus_init(void);

#endif
