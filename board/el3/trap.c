// SPDX-License-Identifier: GPL-2.0-only
/* Exceptions from EL2: nothing but SMC is expected. */
#include "el3.h"

#define EC_SHIFT	26
#define EC_SMC64	0x17

void trap(struct frame *frame)
{
	if ((sysreg_read(esr_el3) >> EC_SHIFT & 0x3f) == EC_SMC64)
		call(frame);
	else
		trap_unexpected();
}

void trap_unexpected(void)
{
	log_text("firmware: unexpected exception, syndrome");
	log_hex(sysreg_read(esr_el3));
	log_text(" at");
	log_hex(sysreg_read(elr_el3));
	log_text(" address");
	log_hex(sysreg_read(far_el3));
	log_end();
	for (;;)
		__asm__ volatile("wfi");
}
