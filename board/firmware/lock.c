// SPDX-License-Identifier: GPL-2.0-only
/* The MMU is off, so these exclusives are to device memory; QEMU monitors that as well. */
#include "firmware.h"

static u32 lock;

void lock_take(void)
{
	u32 taken, failed;

	__asm__ volatile("	sevl\n"
			 "1:	wfe\n"
			 "2:	ldaxr	%w0, %2\n"
			 "	cbnz	%w0, 1b\n"
			 "	stxr	%w1, %w3, %2\n"
			 "	cbnz	%w1, 2b\n"
			 : "=&r" (taken), "=&r" (failed), "+Q" (lock) : "r" (1) : "memory");
}

void lock_release(void)
{
	__asm__ volatile("stlr %w1, %0" : "=Q" (lock) : "r" (0) : "memory");
}
