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
	bool dsp_knows;		/* the address was sent to the DSP that runs now */
	bool ours;		/* taken from whoever had it */
	bool lost;		/* cannot be had back */
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
	case FRPC_HEAP_OFFER:		/* I2: once; I4: opened before */
		CHECK(w->open_to_dsp && !w->dsp_knows && !w->lost);
		w->dsp_knows = true;
		break;
	case FRPC_HEAP_UNSENT:
		w->dsp_knows = false;
		break;
	case FRPC_HEAP_RETURNED:
	case FRPC_HEAP_DSP_OFF:
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
}

#endif /* TESTS_HEAP_WORLD_H */
