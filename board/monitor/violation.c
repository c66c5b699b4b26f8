// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nobody may do: a CPU that touches a page that is not HLOS's (stage 2 refuses
 * it), a DSP that touches one that is not its own (its model asks before every
 * transfer).  Both are counted, and the first few are told.
 */
#include "monitor.h"

#define TOLD		32	/* lines of each kind until the next CLEAR */

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

u64 counts[MONITOR_COUNTS];
static u64 on_abort;

static void tell(const char *who, u64 addr, u32 access)
{
	log_text("violation: ");
	log_text(who);
	log_text(access == ACCESS_WRITE ? " write" : access == ACCESS_EXEC ? " fetch" : " read");
	log_hex(addr);
	log_text(" owners");
	log_hex(owner_is_ram(addr, 1) ? owner_of(addr)->own : 0);
}

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

void violation_abort(struct frame *frame, u64 syndrome)
{
	u64 addr = (sysreg_read(hpfar_el2) & ~0xfull) << 8 | (sysreg_read(far_el2) & 0xfff);
	bool is_fetch = (syndrome >> ESR_EC_SHIFT) == EC_FETCH_BELOW;
	u32 access = is_fetch ? ACCESS_EXEC : syndrome & ESR_WRITE ? ACCESS_WRITE : ACCESS_READ;
	u64 pc = sysreg_read(elr_el2);

	owner_lock();
	/* the other CPU was changing the tables: the access is made again */
	if (owner_may(addr, BIT(MONITOR_HLOS), access)) {
		owner_unlock();
		return;
	}
	if (!counts[MONITOR_COUNT_CPU]++) {
		counts[MONITOR_COUNT_CPU_AT] = addr;
		counts[MONITOR_COUNT_CPU_PC] = pc;
	}
	if (counts[MONITOR_COUNT_CPU] <= TOLD) {
		tell("cpu", addr, access);
		log_text(" pc");
		log_hex(pc);
		log_end();
	}
	owner_unlock();
	if (on_abort == MONITOR_ABORT_SKIP && !is_fetch)
		skip(frame, syndrome);
	else
		inject(syndrome);
}

/* May VMs x3 read, or write, all of [x1, x1 + x2)?  x1: the first page that says no. */
static void check_access(struct frame *frame)
{
	u32 access = frame->x[4] ? ACCESS_WRITE : ACCESS_READ;
	u64 at = frame->x[1], end = at + frame->x[2], vms = frame->x[3];

	owner_lock();
	while (at < end && owner_may(at, vms, access))
		at = (at | 4095) + 1;
	frame->x[0] = at < end;
	if (at < end) {
		frame->x[1] = at;
		frame->x[2] = owner_is_ram(at, 1) ? owner_of(at)->own : 0;
		if (counts[MONITOR_COUNT_DSP]++ < TOLD) {
			tell("dsp", at, access);
			log_text(" by");
			log_hex(vms);
			log_end();
		}
	}
	owner_unlock();
}

static void tell_owners(struct frame *frame)
{
	u64 addr = frame->x[1];
	struct owners owners = {};

	owner_lock();
	if (owner_is_ram(addr, 1))
		owners = *owner_of(addr);
	owner_unlock();
	frame->x[0] = 0;
	frame->x[1] = owners.own;
	frame->x[2] = owners.write;
	frame->x[3] = owners.exec;
}

static void clear(void)
{
	owner_lock();
	counts[MONITOR_COUNT_CPU] = 0;
	counts[MONITOR_COUNT_DSP] = 0;
	counts[MONITOR_COUNT_CPU_AT] = 0;
	counts[MONITOR_COUNT_CPU_PC] = 0;
	owner_unlock();
}

void violation_call(struct frame *frame)
{
	u64 *x = frame->x;

	switch ((u32)x[0]) {
	case MONITOR_OWNERS:
		tell_owners(frame);
		return;
	case MONITOR_ACCESS:
		check_access(frame);
		return;
	case MONITOR_COUNT:
		x[1] = x[1] < MONITOR_COUNTS ? counts[x[1]] : 0;
		break;
	case MONITOR_CLEAR:
		clear();
		break;
	case MONITOR_REFUSE:
		scm_refuse(x[1], x[2], x[3], x[4]);
		break;
	case MONITOR_ON_ABORT:
		on_abort = x[1];
		break;
	default:
		x[0] = NOT_SUPPORTED;
		return;
	}
	x[0] = 0;
}
