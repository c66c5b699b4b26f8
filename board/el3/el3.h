/* SPDX-License-Identifier: GPL-2.0-only */
/* The firmware at EL3: what its files share beyond board/firmware. */
#ifndef EL3_H
#define EL3_H

#include "firmware.h"
#include "layout.h"

/* head.S.  It does not return. */
void start(void);

/* boot.c.  Return: where to enter the kernel; *context: what it gets in x0. */
u64 boot(u64 *context);

/* gic_init.c */
void gic_init_cpu(u64 cpu);
void gic_init_distributor(void);

/* psci.c */
bool psci_is_first(void);
u64 psci_wait(u64 *context);

static inline u64 this_cpu(void)
{
	return sysreg_read(mpidr_el1) & (CPUS - 1);
}

#endif
