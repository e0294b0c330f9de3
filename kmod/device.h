/* SPDX-License-Identifier: GPL-2.0-only */
/* The file operations of /dev/vexevt. */
#ifndef VEXEVT_DEVICE_FILE_H
#define VEXEVT_DEVICE_FILE_H

int vexevt_device_init(void);
void vexevt_device_exit(void);

#endif
