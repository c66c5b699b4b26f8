/* SPDX-License-Identifier: GPL-2.0-only */
/* A model of what really happens to a segment's memory, to hold the rule against. */
#ifndef TESTS_HEAP_WORLD_H
#define TESTS_HEAP_WORLD_H

#include <linux/types.h>

#include "heap_state.h"
#include "unit.h"

/* What is so, whatever the driver calls it. */
struct world {
	bool is_open;		/* mapped or assigned, as far as Linux can know */
	bool pd_knows;		/* the PD that runs has the address, or is being sent it */
	bool dsp_knows;		/* that PD or an earlier one in this run of the DSP has */
	bool dsp_knew;		/* as dsp_knows before the last offer */
	bool is_sending;	/* an offer is neither answered nor has its message failed */
	bool is_lost;		/* a try to reclaim it has failed */
};

/*
 * Can the driver come to this step at all?  A message ends once, with an answer or as not
 * sent, or never.  Every other step may be tried at any time.
 */
static inline bool can_happen(const struct world *w, enum frpc_heap_step step)
{
	switch (step) {
	case FRPC_HEAP_ANSWERED:
	case FRPC_HEAP_UNSENT:
		return w->is_sending;
	default:
		return true;
	}
}

/* The rule has allowed @step; I1 to I5 are those of docs/remote-heap.md. */
static inline void happen(struct world *w, enum frpc_heap_step step)
{
	switch (step) {
	case FRPC_HEAP_LEND:
		CHECK(!w->is_open && !w->dsp_knows && !w->is_lost);
		w->is_open = true;
		break;
	case FRPC_HEAP_OFFER:		/* I2: once a PD; I4: opened before */
		CHECK(w->is_open && !w->pd_knows && !w->is_lost);
		w->dsp_knew = w->dsp_knows;
		w->pd_knows = true;
		w->dsp_knows = true;
		w->is_sending = true;
		break;
	case FRPC_HEAP_ANSWERED:
		CHECK(w->is_sending);
		w->is_sending = false;
		break;
	case FRPC_HEAP_UNSENT:		/* I3: only the message's own failure takes it back */
		CHECK(w->is_sending);
		w->is_sending = false;
		w->pd_knows = false;
		w->dsp_knows = w->dsp_knew;
		break;
	case FRPC_HEAP_PD_GONE:		/* I2: the next PD may take a message that is under way */
		CHECK(w->pd_knows && !w->is_sending);
		w->pd_knows = false;
		break;
	case FRPC_HEAP_WITHDRAW:	/* I1, I5: closed only if the DSP cannot be using it */
		CHECK(w->is_open && !w->dsp_knows && !w->is_lost);
		*w = (struct world){};
		break;
	case FRPC_HEAP_RETURN:
		CHECK(w->is_open && w->pd_knows && !w->is_sending && !w->is_lost);
		*w = (struct world){};
		break;
	case FRPC_HEAP_DSP_OFF:
		CHECK(w->is_open);
		*w = (struct world){};
		break;
	case FRPC_HEAP_LOSE:		/* what the DSP knows it may go on using */
		CHECK(w->is_open);
		w->is_lost = true;
		w->is_sending = false;
		w->pd_knows = false;
		break;
	default:
		CHECK(!"a step");
	}
}

static inline void check_state(const struct world *w, enum frpc_heap_state state)
{
	bool is_sending = state == FRPC_HEAP_OFFERING || state == FRPC_HEAP_REOFFERING;
	bool is_told = is_sending || state == FRPC_HEAP_OFFERED;
	bool was_told = state == FRPC_HEAP_OFFERED || state == FRPC_HEAP_ORPHANED ||
			state == FRPC_HEAP_REOFFERING;

	/* the CPU may touch it exactly while the DSP cannot */
	CHECK_EQ(state == FRPC_HEAP_MINE, !w->is_open);
	CHECK_EQ(state == FRPC_HEAP_LOST, w->is_lost);
	if (w->is_lost)
		return;
	CHECK_EQ(is_sending, w->is_sending);
	CHECK_EQ(is_told, w->pd_knows);
	CHECK_EQ(was_told, w->is_sending ? w->dsp_knew : w->dsp_knows);
}

#endif /* TESTS_HEAP_WORLD_H */
