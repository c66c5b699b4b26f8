/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule of the remote heap: which step a segment may take in which state.  Pure code,
 * without locks and devices.  docs/remote-heap.md explains it.
 */
#ifndef FRPC_HEAP_STATE_H
#define FRPC_HEAP_STATE_H

enum frpc_heap_state {
	FRPC_HEAP_NOWHERE,	/* where a step leads that is not allowed */
	FRPC_HEAP_MINE,		/* the driver may access it, the DSP cannot */
	FRPC_HEAP_LENT,		/* from here on the DSP may access it, and the CPU must not */
	FRPC_HEAP_OFFERING,	/* its address is sent, and the DSP has not answered */
	FRPC_HEAP_OFFERED,	/* the DSP has answered: the protection domain may know it */
	FRPC_HEAP_ORPHANED,	/* an earlier protection domain of this run may have known it */
	FRPC_HEAP_REOFFERING,	/* ... and its address is sent to the next, without an answer */
	FRPC_HEAP_LOST,		/* not reclaimed: the CPU must not access it */
	FRPC_HEAP_STATES
};

enum frpc_heap_step {
	FRPC_HEAP_LEND,		/* mapped or assigned */
	FRPC_HEAP_OFFER,	/* its address is about to be sent */
	FRPC_HEAP_ANSWERED,	/* the DSP has answered the offer, with whatever result */
	FRPC_HEAP_UNSENT,	/* the message did not leave */
	FRPC_HEAP_PD_GONE,	/* the protection domain that knew it has ended, the DSP runs on */
	FRPC_HEAP_WITHDRAW,	/* reclaimed before the DSP knew it */
	FRPC_HEAP_RETURN,	/* reclaimed because the DSP said that it is done with it */
	FRPC_HEAP_DSP_OFF,	/* reclaimed when the DSP was halted */
	FRPC_HEAP_LOSE,		/* a reclaim (one of these three) has failed */
	FRPC_HEAP_STEPS
};

/* For logs: mine, lent, offered, orphaned, lost. */
extern const char *const frpc_heap_state_names[FRPC_HEAP_STATES];

/* The state after a step; FRPC_HEAP_NOWHERE: it may not be taken. */
enum frpc_heap_state frpc_heap_next(enum frpc_heap_state state, enum frpc_heap_step step);

#endif /* FRPC_HEAP_STATE_H */
