/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule of the remote heap: which step a segment may take in which state.  Pure code,
 * without locks and devices.  docs/remote-heap.md explains it.
 */
#ifndef FRPC_HEAP_STATE_H
#define FRPC_HEAP_STATE_H

#include <linux/types.h>

enum frpc_heap_state {
	FRPC_HEAP_MINE,		/* the driver may access it, the DSP cannot */
	FRPC_HEAP_LENT,		/* the DSP may access it, the CPU must not */
	FRPC_HEAP_LOST,		/* it could not be reclaimed: the CPU must not either */
	FRPC_HEAP_STATES
};

enum frpc_heap_step {
	FRPC_HEAP_LEND,		/* mapped or assigned */
	FRPC_HEAP_OFFER,	/* its address is about to be sent */
	FRPC_HEAP_SENT,		/* the message may have reached the DSP */
	FRPC_HEAP_UNSENT,	/* the message did not leave */
	FRPC_HEAP_PD_GONE,	/* the protection domain that knew it has ended, the DSP runs on */
	FRPC_HEAP_WITHDRAW,	/* reclaimed before the DSP knew it */
	FRPC_HEAP_RETURN,	/* reclaimed because the DSP said that it is done with it */
	FRPC_HEAP_DSP_OFF,	/* reclaimed when the DSP was halted */
	FRPC_HEAP_LOSE,		/* a reclaim (one of these three) has failed */
	FRPC_HEAP_STEPS
};

struct frpc_heap_life {
	enum frpc_heap_state state;
	bool is_told;		/* the running protection domain knows it, or an offer is out */
	bool was_told;		/* the DSP may have received its address in this run */
};

/* May a segment take this step now? */
bool frpc_heap_may(const struct frpc_heap_life *life, enum frpc_heap_step step);

/* Takes the step if it is allowed, and returns whether it was. */
bool frpc_heap_step(struct frpc_heap_life *life, enum frpc_heap_step step);

/* For logs: mine, lent, offered, orphaned (the PD that knew it has ended), lost. */
const char *frpc_heap_life_name(const struct frpc_heap_life *life);

#endif /* FRPC_HEAP_STATE_H */
