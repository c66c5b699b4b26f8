// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI is QEMU's: calls are passed on as they are.  Only a CPU that is switched on
 * has to come here first.  No lock is held: CPU_OFF does not return.
 */
#include "monitor.h"

#define CPU_ON_32	0x84000003u
#define CPU_ON_64	0xc4000003u

static struct {
	u64 entry;
	u64 context;
} waiting[CPUS];

static void pass_on(struct frame *frame)
{
	register u64 x0 __asm__("x0") = frame->x[0];
	register u64 x1 __asm__("x1") = frame->x[1];
	register u64 x2 __asm__("x2") = frame->x[2];
	register u64 x3 __asm__("x3") = frame->x[3];

	__asm__ volatile("smc #0" : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3) :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
			   "x14", "x15", "x16", "x17", "memory");
	frame->x[0] = x0;
	frame->x[1] = x1;
	frame->x[2] = x2;
	frame->x[3] = x3;
}

void psci_call(struct frame *frame)
{
	u64 cpu = frame->x[1] & (CPUS - 1);

	if ((u32)frame->x[0] == CPU_ON_32 || (u32)frame->x[0] == CPU_ON_64) {
		waiting[cpu].entry = frame->x[2];
		waiting[cpu].context = frame->x[3];
		frame->x[2] = (u64)secondary_start;
		frame->x[3] = 0;
	}
	pass_on(frame);
}

/* Where this CPU was to begin. */
u64 psci_entered(u64 *context)
{
	u64 cpu = sysreg_read(mpidr_el1) & (CPUS - 1);

	*context = waiting[cpu].context;
	return waiting[cpu].entry;
}
