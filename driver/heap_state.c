// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of the remote heap.
 *
 * The driver reclaims a segment that the DSP may know in two cases only: the DSP says that it
 * is done with it, or the DSP is halted.  An error, a timeout or a signal is not a step, and
 * the end of the protection domain that knew the segment is not enough.
 */
#include <linux/kernel.h>

#include "heap_state.h"

bool frpc_heap_may(const struct frpc_heap_life *life, enum frpc_heap_step step)
{
	bool is_lent = life->state == FRPC_HEAP_LENT;

	switch (step) {
	case FRPC_HEAP_LEND:
		return life->state == FRPC_HEAP_MINE;
	case FRPC_HEAP_OFFER:
		return is_lent && !life->is_told;
	case FRPC_HEAP_SENT:
	case FRPC_HEAP_UNSENT:
		return is_lent && life->is_told;
	case FRPC_HEAP_PD_GONE:
	case FRPC_HEAP_RETURN:
		return is_lent && life->is_told && life->was_told;
	case FRPC_HEAP_WITHDRAW:
		return is_lent && !life->is_told && !life->was_told;
	case FRPC_HEAP_DSP_OFF:
	case FRPC_HEAP_LOSE:
		return life->state != FRPC_HEAP_MINE;
	default:
		return false;
	}
}

bool frpc_heap_step(struct frpc_heap_life *life, enum frpc_heap_step step)
{
	if (!frpc_heap_may(life, step))
		return false;
	switch (step) {
	case FRPC_HEAP_OFFER:
		life->is_told = true;
		return true;
	case FRPC_HEAP_SENT:
		life->was_told = true;
		return true;
	case FRPC_HEAP_UNSENT:
	case FRPC_HEAP_PD_GONE:
		life->is_told = false;
		return true;
	default:
		*life = (struct frpc_heap_life){
			.state = step == FRPC_HEAP_LEND ? FRPC_HEAP_LENT :
				 step == FRPC_HEAP_LOSE ? FRPC_HEAP_LOST : FRPC_HEAP_MINE,
		};
		return true;
	}
}

const char *frpc_heap_life_name(const struct frpc_heap_life *life)
{
	if (life->state == FRPC_HEAP_MINE)
		return "mine";
	if (life->state == FRPC_HEAP_LOST)
		return "lost";
	if (life->is_told)
		return "offered";
	return life->was_told ? "orphaned" : "lent";
}
