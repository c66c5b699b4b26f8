/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are; also read by head.S and monitor.lds.S.  board/dts/el1.dtsi
 * reserves the monitor's memory, board/lib-qemu.sh loads the kernel behind it.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#define RAM_BASE	0x40000000
#define RAM_SIZE	0x40000000
/* QEMU's own stub is below, and puts an Image 2 MiB above the start of RAM. */
#define MONITOR_BASE	0x40200000
#define MONITOR_SIZE	0x00a00000
#define MONITOR_END	(MONITOR_BASE + MONITOR_SIZE)

#define CPUS		8
#define STACK_BYTES	4096

#define FRAME_BYTES	256

#endif
