/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may touch the remote heap, as a state machine: no locks, no devices.
 *
 *   state        CPU may touch      DSP may touch
 *   UNOWNED      allocator          no
 *   CLAIMED      this driver only   no
 *   GRANTING     no                 being opened
 *   GRANTED      no                 could, but was never told the address
 *   OFFERED      no                 yes
 *   ORPHANED     no                 maybe: the PD that had it is gone, the DSP runs
 *   REOFFERED    no                 yes, and an earlier PD had it
 *   REVOKING     no                 no: it is off, or never knew
 *   QUARANTINED  never              maybe
 */
#ifndef FRPC_HEAP_STATE_H
#define FRPC_HEAP_STATE_H

#include <linux/types.h>

enum frpc_heap_state {
	FRPC_HEAP_UNOWNED,
	FRPC_HEAP_CLAIMED,
	FRPC_HEAP_GRANTING,
	FRPC_HEAP_GRANTED,
	FRPC_HEAP_OFFERED,
	FRPC_HEAP_ORPHANED,
	FRPC_HEAP_REOFFERED,
	FRPC_HEAP_REVOKING,
	FRPC_HEAP_QUARANTINED,
	FRPC_HEAP_STATES
};

enum frpc_heap_event {
	FRPC_HEAP_CLAIM,	/* region checked and ours */
	FRPC_HEAP_UNCLAIM,	/* given back to whoever had it */
	FRPC_HEAP_GRANT,	/* about to open it to the DSP */
	FRPC_HEAP_GRANT_DONE,
	FRPC_HEAP_GRANT_FAILED,	/* nothing was opened */
	FRPC_HEAP_OFFER,	/* about to send its address */
	FRPC_HEAP_UNSENT,	/* the address did not leave after all */
	FRPC_HEAP_WITHDRAW,	/* take back what was never offered */
	FRPC_HEAP_PD_GONE,	/* the PD that had it has died, the DSP has not */
	FRPC_HEAP_RETURNED,	/* the DSP says it uses it no more */
	FRPC_HEAP_DSP_OFF,	/* the DSP is halted */
	FRPC_HEAP_DSP_LOST,	/* nobody can tell whether it is halted */
	FRPC_HEAP_REVOKE_DONE,
	FRPC_HEAP_REVOKE_FAILED,
	FRPC_HEAP_EVENTS
};

/**
 * frpc_heap_step() - apply an event
 * @state: changed if the event is allowed in it
 * @event: what happens or is about to
 *
 * Return: whether the event was allowed.
 */
bool frpc_heap_step(enum frpc_heap_state *state, enum frpc_heap_event event);

/* Has the PD that runs now been told of it, as far as anybody knows? */
bool frpc_heap_is_offered(enum frpc_heap_state state);

/* For people. */
const char *frpc_heap_state_name(enum frpc_heap_state state);

#endif /* FRPC_HEAP_STATE_H */
