/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts of QEMU's virt machine, and sizes; assembler and linker scripts read them too. */
#ifndef MACHINE_H
#define MACHINE_H

#define RAM_BASE	0x40000000
#define RAM_SIZE	(RAM_GIB * 0x40000000ull)	/* firmware.mk */

#define GICD_BASE	0x08000000
#define GICR_BASE	0x080a0000
#define GICR_STRIDE	0x00020000

#define CPUS		8
#define STACK_BYTES	4096

#define FRAME_BYTES	256

#endif
