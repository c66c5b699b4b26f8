// SPDX-License-Identifier: GPL-2.0-only
/* Exceptions from EL1 and EL0, told apart. */
#include "monitor.h"

#define EC_SHIFT	26
#define EC_HVC64	0x16
#define EC_SMC64	0x17
#define EC_FETCH_BELOW	0x20
#define EC_DATA_BELOW	0x24

void trap(struct frame *frame)
{
	u64 syndrome = sysreg_read(esr_el2);

	switch (syndrome >> EC_SHIFT & 0x3f) {
	case EC_SMC64:
		/* it was not executed: else it would be again */
		sysreg_write(elr_el2, sysreg_read(elr_el2) + 4);
		call(frame);
		break;
	case EC_HVC64:
		call(frame);
		break;
	case EC_FETCH_BELOW:
	case EC_DATA_BELOW:
		abort_trap(frame, syndrome);
		break;
	default:
		trap_unexpected();
	}
}

void trap_unexpected(void)
{
	log_text("monitor: unexpected exception, syndrome");
	log_hex(sysreg_read(esr_el2));
	log_text(" at");
	log_hex(sysreg_read(elr_el2));
	log_text(" address");
	log_hex(sysreg_read(far_el2));
	log_end();
	for (;;)
		__asm__ volatile("wfi");
}
