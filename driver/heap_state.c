// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote heap's states.  The table is the rule: what is not in it cannot
 * happen.  In particular nothing leads from OFFERED to CLAIMED but the DSP being
 * off or its word that it is done; an error, a timeout or a signal is no event,
 * and the end of the PD that had it is not enough.
 */
#include <linux/kernel.h>

#include "heap_state.h"

struct transition {
	enum frpc_heap_state from;
	enum frpc_heap_event event;
	enum frpc_heap_state to;
};

static const struct transition transitions[] = {
	{ FRPC_HEAP_UNOWNED,	 FRPC_HEAP_CLAIM,	  FRPC_HEAP_CLAIMED },
	{ FRPC_HEAP_CLAIMED,	 FRPC_HEAP_UNCLAIM,	  FRPC_HEAP_UNOWNED },
	{ FRPC_HEAP_CLAIMED,	 FRPC_HEAP_GRANT,	  FRPC_HEAP_GRANTING },
	{ FRPC_HEAP_GRANTING,	 FRPC_HEAP_GRANT_DONE,	  FRPC_HEAP_GRANTED },
	{ FRPC_HEAP_GRANTING,	 FRPC_HEAP_GRANT_FAILED,  FRPC_HEAP_CLAIMED },
	{ FRPC_HEAP_GRANTED,	 FRPC_HEAP_OFFER,	  FRPC_HEAP_OFFERED },
	{ FRPC_HEAP_GRANTED,	 FRPC_HEAP_WITHDRAW,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_GRANTED,	 FRPC_HEAP_DSP_OFF,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_GRANTED,	 FRPC_HEAP_DSP_LOST,	  FRPC_HEAP_QUARANTINED },
	{ FRPC_HEAP_OFFERED,	 FRPC_HEAP_UNSENT,	  FRPC_HEAP_GRANTED },
	{ FRPC_HEAP_OFFERED,	 FRPC_HEAP_PD_GONE,	  FRPC_HEAP_ORPHANED },
	{ FRPC_HEAP_OFFERED,	 FRPC_HEAP_RETURNED,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_OFFERED,	 FRPC_HEAP_DSP_OFF,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_OFFERED,	 FRPC_HEAP_DSP_LOST,	  FRPC_HEAP_QUARANTINED },
	{ FRPC_HEAP_ORPHANED,	 FRPC_HEAP_OFFER,	  FRPC_HEAP_REOFFERED },
	{ FRPC_HEAP_ORPHANED,	 FRPC_HEAP_DSP_OFF,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_ORPHANED,	 FRPC_HEAP_DSP_LOST,	  FRPC_HEAP_QUARANTINED },
	{ FRPC_HEAP_REOFFERED,	 FRPC_HEAP_UNSENT,	  FRPC_HEAP_ORPHANED },
	{ FRPC_HEAP_REOFFERED,	 FRPC_HEAP_PD_GONE,	  FRPC_HEAP_ORPHANED },
	{ FRPC_HEAP_REOFFERED,	 FRPC_HEAP_DSP_OFF,	  FRPC_HEAP_REVOKING },
	{ FRPC_HEAP_REOFFERED,	 FRPC_HEAP_DSP_LOST,	  FRPC_HEAP_QUARANTINED },
	{ FRPC_HEAP_REVOKING,	 FRPC_HEAP_REVOKE_DONE,	  FRPC_HEAP_CLAIMED },
	{ FRPC_HEAP_REVOKING,	 FRPC_HEAP_REVOKE_FAILED, FRPC_HEAP_QUARANTINED },
	{ FRPC_HEAP_QUARANTINED, FRPC_HEAP_DSP_OFF,	  FRPC_HEAP_REVOKING },
};

bool frpc_heap_step(enum frpc_heap_state *state, enum frpc_heap_event event)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++) {
		if (transitions[i].from != *state || transitions[i].event != event)
			continue;
		*state = transitions[i].to;
		return true;
	}
	return false;
}

bool frpc_heap_is_offered(enum frpc_heap_state state)
{
	return state == FRPC_HEAP_OFFERED || state == FRPC_HEAP_REOFFERED;
}

const char *frpc_heap_state_name(enum frpc_heap_state state)
{
	static const char * const names[FRPC_HEAP_STATES] = {
		[FRPC_HEAP_UNOWNED] = "unowned",
		[FRPC_HEAP_CLAIMED] = "claimed",
		[FRPC_HEAP_GRANTING] = "granting",
		[FRPC_HEAP_GRANTED] = "granted",
		[FRPC_HEAP_OFFERED] = "offered",
		[FRPC_HEAP_ORPHANED] = "orphaned",
		[FRPC_HEAP_REOFFERED] = "offered-again",
		[FRPC_HEAP_REVOKING] = "revoking",
		[FRPC_HEAP_QUARANTINED] = "quarantined",
	};

	return state < FRPC_HEAP_STATES ? names[state] : "unknown";
}
