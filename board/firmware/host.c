// SPDX-License-Identifier: GPL-2.0-only
/* Semihosting: QEMU acts for the firmware, on the host. */
#include "firmware.h"

void host_call(u64 call, const void *arguments)
{
	register u64 operation __asm__("x0") = call;
	register const void *block __asm__("x1") = arguments;

	__asm__ volatile("hlt #0xf000" : "+r" (operation) : "r" (block) : "memory");
}
