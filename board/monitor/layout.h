/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the monitor is; head.S and monitor.lds.S read it too.  board/dts/el1.dtsi
 * reserves this memory, board/lib-qemu.sh loads the kernel behind it.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "machine.h"

/* QEMU's own stub is below, and puts an Image 2 MiB above the start of RAM. */
#define MONITOR_BASE	0x40200000
#define MONITOR_SIZE	0x00a00000
#define MONITOR_END	(MONITOR_BASE + MONITOR_SIZE)

#endif
