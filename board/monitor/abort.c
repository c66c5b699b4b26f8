// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU touches a page that is not HLOS's: stage 2 refuses it, and the abort comes here.
 * The kernel sees what memory that does not answer would have done to it, or, where a
 * test wants that, the access has no effect.
 */
#include "monitor.h"

#define ESR_EC_SHIFT	26
#define ESR_IL		BIT(25)
#define ESR_VALID	BIT(24)		/* of the two fields that follow */
#define ESR_REG(esr)	((esr) >> 16 & 0x1f)
#define ESR_WRITE	BIT(6)
#define ESR_EXTERNAL	0x10u		/* abort, synchronous, not on a table walk */
#define EC_FETCH_BELOW	0x20u
#define EC_FETCH_SAME	0x21u
#define EC_DATA_BELOW	0x24u
#define EC_DATA_SAME	0x25u

#define SPSR_MODE	0xfu
#define SPSR_EL1H	0x3c5u		/* with everything masked */
#define MODE_EL1H	5u

static u64 on_abort;

/* What the CPU would have seen from memory that does not answer. */
static void inject(u64 syndrome)
{
	u64 spsr = sysreg_read(spsr_el2), mode = spsr & SPSR_MODE;
	bool is_fetch = syndrome >> ESR_EC_SHIFT == EC_FETCH_BELOW;
	u64 class = is_fetch ? EC_FETCH_SAME : EC_DATA_SAME;
	u64 vector = mode == MODE_EL1H ? 0x200 : 0;
	u64 cause = ESR_IL | ESR_EXTERNAL;

	if (!mode) {
		class = is_fetch ? EC_FETCH_BELOW : EC_DATA_BELOW;
		vector = 0x400;
	}
	if (!is_fetch)
		cause |= syndrome & ESR_WRITE;
	sysreg_write(esr_el1, class << ESR_EC_SHIFT | cause);
	sysreg_write(far_el1, sysreg_read(far_el2));
	sysreg_write(elr_el1, sysreg_read(elr_el2));
	sysreg_write(spsr_el1, spsr);
	sysreg_write(elr_el2, sysreg_read(vbar_el1) + vector);
	sysreg_write(spsr_el2, SPSR_EL1H);
}

static void skip(struct frame *frame, u64 syndrome)
{
	if (syndrome & ESR_VALID && !(syndrome & ESR_WRITE) && ESR_REG(syndrome) < 31)
		frame->x[ESR_REG(syndrome)] = MONITOR_POISON;
	sysreg_write(elr_el2, sysreg_read(elr_el2) + 4);
}

void abort_trap(struct frame *frame, u64 syndrome)
{
	u64 addr = (sysreg_read(hpfar_el2) & ~0xfull) << 8 | (sysreg_read(far_el2) & 0xfff);
	bool is_fetch = (syndrome >> ESR_EC_SHIFT) == EC_FETCH_BELOW;
	u32 access = is_fetch ? ACCESS_EXEC : syndrome & ESR_WRITE ? ACCESS_WRITE : ACCESS_READ;
	u64 pc = sysreg_read(elr_el2);

	lock_take();
	/* the other CPU was changing the tables: the access is made again */
	if (owner_may(addr, BIT(MONITOR_HLOS), access)) {
		lock_release();
		return;
	}
	if (!counts[MONITOR_COUNT_CPU]++) {
		counts[MONITOR_COUNT_CPU_AT] = addr;
		counts[MONITOR_COUNT_CPU_PC] = pc;
	}
	if (counts[MONITOR_COUNT_CPU] <= VIOLATIONS_TOLD) {
		violation_tell("cpu", addr, access);
		log_text(" pc");
		log_hex(pc);
		log_end();
	}
	lock_release();
	if (on_abort == MONITOR_ABORT_SKIP && !is_fetch)
		skip(frame, syndrome);
	else
		inject(syndrome);
}

u64 abort_policy(u64 policy)
{
	on_abort = policy;
	return 0;
}
