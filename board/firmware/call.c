// SPDX-License-Identifier: GPL-2.0-only
/* Calls, by the entity that owns their number; and the board's own. */
#include "firmware.h"

#define OWNER(id)	((id) >> 24 & 0x3f)
#define OWNER_SIP	2
#define OWNER_OEM	3
#define OWNER_STANDARD	4

static void tell_owners(u64 *x)
{
	u64 addr = x[1];
	struct owners owners = {};

	lock_take();
	if (owner_is_ram(addr, 1))
		owners = *owner_of(addr);
	lock_release();
	x[0] = 0;
	x[1] = owners.own;
	x[2] = owners.write;
	x[3] = owners.exec;
}

/* Sets the owners that an earlier system left; the present owners are not checked. */
static u64 give_owners(const u64 *x)
{
	struct owners owners = { .own = x[3], .write = x[3], .exec = x[3] };

	if (!x[2] || (x[1] | x[2]) & (PAGE - 1) || !owner_is_ram(x[1], x[2]))
		return REFUSED;
	lock_take();
	owner_set(x[1], x[2], &owners);
	lock_release();
	return 0;
}

static void board_call(u64 *x)
{
	switch ((u32)x[0]) {
	case MONITOR_OWNERS:
		tell_owners(x);
		break;
	case MONITOR_ACCESS:
		violation_check(x);
		break;
	case MONITOR_COUNT:
		x[1] = x[1] < MONITOR_COUNTS ? counts[x[1]] : 0;
		x[0] = 0;
		break;
	case MONITOR_CLEAR:
		violation_clear();
		x[0] = 0;
		break;
	case MONITOR_REFUSE:
		x[0] = refuse_order(x);
		break;
	case MONITOR_ON_ABORT:
		x[0] = abort_policy(x[1]);
		break;
	case MONITOR_GIVE:
		x[0] = give_owners(x);
		break;
	case MONITOR_PAS_WATCH:
		x[0] = pas_watch(x);
		break;
	case MONITOR_PAS_STATE:
		x[0] = pas_state(x);
		break;
	case MONITOR_PAS_HALTED:
		x[0] = pas_halted(x);
		break;
	default:
		x[0] = NOT_SUPPORTED;
	}
}

void call(struct frame *frame)
{
	switch (OWNER(frame->x[0])) {
	case OWNER_SIP:
		scm_call(frame);
		break;
	case OWNER_OEM:
		board_call(frame->x);
		break;
	case OWNER_STANDARD:
		psci_call(frame);
		break;
	default:
		frame->x[0] = NOT_SUPPORTED;
	}
}
