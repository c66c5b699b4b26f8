/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are; head.S and el3.lds.S read it too.  QEMU has the binary in the
 * secure flash and the device tree at the start of RAM; board/lib-qemu.sh loads the kernel.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "machine.h"

#define FLASH_BASE	0x00000000
#define FLASH_SIZE	0x04000000
#define SECURE_BASE	0x0e000000
#define SECURE_SIZE	0x01000000

#define TREE_BASE	0x40000000
#define KERNEL_BASE	0x40200000

#endif
