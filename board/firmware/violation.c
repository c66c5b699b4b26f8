// SPDX-License-Identifier: GPL-2.0-only
/*
 * A violation: a CPU touches a page that HLOS does not have, or a DSP touches one that
 * its VMs do not have; the model of the DSP asks before every transfer.  Both kinds are
 * counted, and the first few are in the log.
 */
#include "firmware.h"

u64 counts[MONITOR_COUNTS];

/* The line's beginning: its end is the caller's. */
void violation_tell(const char *who, u64 addr, u32 access)
{
	log_text("violation: ");
	log_text(who);
	log_text(access == ACCESS_WRITE ? " write" : access == ACCESS_EXEC ? " fetch" : " read");
	log_hex(addr);
	log_text(" owners");
	log_hex(owner_is_ram(addr, 1) ? owner_of(addr)->own : 0);
}

/* May VMs x3 read, or write, all of [x1, x1 + x2)?  x1: the first page that says no. */
void violation_check(u64 *x)
{
	u32 access = x[4] ? ACCESS_WRITE : ACCESS_READ;
	u64 at = x[1], end = at + x[2], vms = x[3];

	lock_take();
	while (at < end && owner_may(at, vms, access))
		at = (at | (PAGE - 1)) + 1;
	x[0] = at < end;
	if (at < end) {
		x[1] = at;
		x[2] = owner_is_ram(at, 1) ? owner_of(at)->own : 0;
		if (counts[MONITOR_COUNT_DSP]++ < VIOLATIONS_TOLD) {
			violation_tell("dsp", at, access);
			log_text(" by");
			log_hex(vms);
			log_end();
		}
	}
	lock_release();
}

void violation_clear(void)
{
	lock_take();
	counts[MONITOR_COUNT_CPU] = 0;
	counts[MONITOR_COUNT_DSP] = 0;
	counts[MONITOR_COUNT_CPU_AT] = 0;
	counts[MONITOR_COUNT_CPU_PC] = 0;
	lock_release();
}
