/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor of the virtual board: what its files share beyond board/firmware.
 *
 * It runs at EL2 below an unmodified kernel at EL1, and decides who may touch
 * which page.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include "firmware.h"
#include "layout.h"

/* head.S */
extern char secondary_start[];

/* boot.c */
void boot_first(void);
u64 boot_secondary(u64 *context);

/* psci.c */
u64 psci_entered(u64 *context);

/* stage2.c: what the kernel sees of RAM */
void stage2_init(void);
u64 stage2_table(void);

/* abort.c */
void abort_trap(struct frame *frame, u64 syndrome);

#endif
