// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of the remote heap.
 *
 * The driver reclaims a segment that the DSP may know in two cases only: the DSP says that it
 * is done with it, or the DSP is halted.  A timeout or a signal is not a step, and the end of
 * the protection domain that knew the segment is not enough.  An offer without an answer may
 * reach the next protection domain: that segment is not offered again in this run.
 */
#include <linux/kernel.h>

#include "heap_state.h"

static const struct frpc_heap_rule {
	enum frpc_heap_state from;
	enum frpc_heap_step step;
	enum frpc_heap_state to;
} rules[] = {
	{ FRPC_HEAP_MINE,	FRPC_HEAP_LEND,		FRPC_HEAP_LENT },
	{ FRPC_HEAP_LENT,	FRPC_HEAP_OFFER,	FRPC_HEAP_OFFERING },
	{ FRPC_HEAP_LENT,	FRPC_HEAP_WITHDRAW,	FRPC_HEAP_MINE },
	{ FRPC_HEAP_OFFERING,	FRPC_HEAP_ANSWERED,	FRPC_HEAP_OFFERED },
	{ FRPC_HEAP_OFFERING,	FRPC_HEAP_UNSENT,	FRPC_HEAP_LENT },
	{ FRPC_HEAP_OFFERED,	FRPC_HEAP_PD_GONE,	FRPC_HEAP_ORPHANED },
	{ FRPC_HEAP_OFFERED,	FRPC_HEAP_RETURN,	FRPC_HEAP_MINE },
	{ FRPC_HEAP_ORPHANED,	FRPC_HEAP_OFFER,	FRPC_HEAP_REOFFERING },
	{ FRPC_HEAP_REOFFERING,	FRPC_HEAP_ANSWERED,	FRPC_HEAP_OFFERED },
	{ FRPC_HEAP_REOFFERING,	FRPC_HEAP_UNSENT,	FRPC_HEAP_ORPHANED },
};

const char *const frpc_heap_state_names[FRPC_HEAP_STATES] = {
	[FRPC_HEAP_MINE] = "mine", [FRPC_HEAP_LENT] = "lent", [FRPC_HEAP_OFFERING] = "offered",
	[FRPC_HEAP_OFFERED] = "offered", [FRPC_HEAP_ORPHANED] = "orphaned",
	[FRPC_HEAP_REOFFERING] = "offered", [FRPC_HEAP_LOST] = "lost",
};

enum frpc_heap_state frpc_heap_next(enum frpc_heap_state state, enum frpc_heap_step step)
{
	size_t i;

	if (state > FRPC_HEAP_MINE && step == FRPC_HEAP_DSP_OFF)
		return FRPC_HEAP_MINE;
	if (state > FRPC_HEAP_MINE && step == FRPC_HEAP_LOSE)
		return FRPC_HEAP_LOST;
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].from == state && rules[i].step == step)
			return rules[i].to;
	return FRPC_HEAP_NOWHERE;
}
