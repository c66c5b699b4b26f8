/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule of the remote heap: which step a segment may take when.  Pure code, without
 * locks and devices.  docs/remote-heap.md explains it, tests/model checks it.
 */
#ifndef FRPC_HEAP_STATE_H
#define FRPC_HEAP_STATE_H

#include <linux/types.h>

enum frpc_heap_state {
	FRPC_HEAP_MINE,		/* this driver may touch it, the DSP cannot */
	FRPC_HEAP_LENT,		/* the DSP may touch it, the CPU must not */
	FRPC_HEAP_LOST,		/* it could not be reclaimed: neither */
	FRPC_HEAP_STATES
};

enum frpc_heap_step {
	FRPC_HEAP_LEND,		/* mapped or assigned */
	FRPC_HEAP_OFFER,	/* its address is about to be sent */
	FRPC_HEAP_SENT,		/* the message may have reached the DSP */
	FRPC_HEAP_UNSENT,	/* the message did not leave */
	FRPC_HEAP_PD_GONE,	/* the protection domain that knew it has ended, the DSP runs */
	FRPC_HEAP_WITHDRAW,	/* reclaimed before the DSP knew it */
	FRPC_HEAP_RETURN,	/* reclaimed when the DSP said that it is done with it */
	FRPC_HEAP_DSP_OFF,	/* reclaimed when the DSP was halted */
	FRPC_HEAP_LOSE,		/* one of these three was tried and failed */
	FRPC_HEAP_STEPS
};

struct frpc_heap_life {
	enum frpc_heap_state state;
	bool is_told;		/* the protection domain that runs knows it, or is being told */
	bool was_told;		/* its address has left in this run of the DSP */
};

/* May a segment take this step now? */
bool frpc_heap_may(const struct frpc_heap_life *life, enum frpc_heap_step step);

/* Takes the step if it is allowed, and returns whether it was. */
bool frpc_heap_step(struct frpc_heap_life *life, enum frpc_heap_step step);

/* For people: mine, lent, offered (and told), orphaned (told to one that is gone), lost. */
const char *frpc_heap_life_name(const struct frpc_heap_life *life);

#endif /* FRPC_HEAP_STATE_H */
