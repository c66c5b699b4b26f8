/* SPDX-License-Identifier: GPL-2.0-only */
/* A model of what really happens to the heap's memory, to hold the states against. */
#ifndef TESTS_HEAP_WORLD_H
#define TESTS_HEAP_WORLD_H

#include <linux/types.h>

#include "heap_state.h"
#include "unit.h"

/* What is so, whatever the driver calls it. */
struct world {
	bool open_to_dsp;	/* mapped or assigned, as far as anybody knows */
	bool pd_knows;		/* the address was sent to the PD that runs now */
	bool dsp_knows;		/* ... or to one before it, since the DSP started */
	bool dsp_knew;		/* ... before the last offer */
	bool ours;		/* taken from whoever had it */
	bool lost;		/* cannot be had back, before the DSP is off at least */
};

static inline void happen(struct world *w, enum frpc_heap_event event)
{
	switch (event) {
	case FRPC_HEAP_CLAIM:
		CHECK(!w->ours);
		w->ours = true;
		break;
	case FRPC_HEAP_UNCLAIM:		/* I1: back to an allocator only when closed */
		CHECK(w->ours && !w->open_to_dsp && !w->dsp_knows && !w->lost);
		CHECK(!w->pd_knows);
		w->ours = false;
		break;
	case FRPC_HEAP_GRANT:
		CHECK(w->ours && !w->open_to_dsp);
		w->open_to_dsp = true;
		break;
	case FRPC_HEAP_GRANT_FAILED:
		CHECK(!w->dsp_knows);
		w->open_to_dsp = false;
		break;
	case FRPC_HEAP_OFFER:		/* I2: once a PD; I4: opened before */
		CHECK(w->open_to_dsp && !w->pd_knows && !w->lost);
		w->dsp_knew = w->dsp_knows;
		w->pd_knows = true;
		w->dsp_knows = true;
		break;
	case FRPC_HEAP_UNSENT:
		w->pd_knows = false;
		w->dsp_knows = w->dsp_knew;
		break;
	case FRPC_HEAP_WITHDRAW:
		CHECK(!w->dsp_knows);
		break;
	case FRPC_HEAP_PD_GONE:
		w->pd_knows = false;
		break;
	case FRPC_HEAP_DSP_OFF:
		w->lost = false;
		w->pd_knows = false;
		w->dsp_knows = false;
		break;
	case FRPC_HEAP_RETURNED:
		w->pd_knows = false;
		w->dsp_knows = false;
		break;
	case FRPC_HEAP_DSP_LOST:
	case FRPC_HEAP_REVOKE_FAILED:
		w->lost = true;
		break;
	case FRPC_HEAP_REVOKE_DONE:	/* I5: only when nobody can be using it */
		CHECK(w->open_to_dsp && !w->dsp_knows && !w->lost);
		w->open_to_dsp = false;
		break;
	default:
		break;
	}
}

static inline bool cpu_may_touch(enum frpc_heap_state state)
{
	return state == FRPC_HEAP_UNOWNED || state == FRPC_HEAP_CLAIMED;
}

static inline void check_state(const struct world *w, enum frpc_heap_state state)
{
	if (w->open_to_dsp || w->dsp_knows || w->lost)
		CHECK(!cpu_may_touch(state));
	if (w->lost)
		CHECK_EQ(state, FRPC_HEAP_QUARANTINED);
	else
		CHECK_EQ(frpc_heap_is_offered(state), w->pd_knows);
}

#endif /* TESTS_HEAP_WORLD_H */
