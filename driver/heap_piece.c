// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pieces of the remote heap: granting, offering and revoking one of them.
 *
 * Every change of state goes through frpc_heap_piece_step(), which asks the
 * table of heap_state.c and leaves a trace.  heap->lock is held throughout.
 */
#include <linux/device.h>
#include <linux/module.h>

#include "heap_internal.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

void frpc_heap_piece_init(struct frpc_heap_piece *piece, struct frpc_remote_heap *heap,
			  const struct frpc_heap_region *region)
{
	piece->heap = heap;
	piece->region = *region;
	piece->state = FRPC_HEAP_UNOWNED;
	INIT_LIST_HEAD(&piece->entry);
}

/**
 * frpc_heap_piece_step() - apply an event
 * @piece: of a locked heap
 * @event: what happens
 *
 * Return: whether the event was allowed in the piece's state.
 */
bool frpc_heap_piece_step(struct frpc_heap_piece *piece, enum frpc_heap_event event)
{
	enum frpc_heap_state from = piece->state;

	lockdep_assert_held(&piece->heap->lock);

	if (!frpc_heap_step(&piece->state, event))
		return false;
	trace_frpc_heap_step(piece->region.phys, piece->region.len, event, from, piece->state);
	return true;
}

/* A step that the table does not allow here is a bug of this file. */
static void must_step(struct frpc_heap_piece *piece, enum frpc_heap_event event)
{
	WARN_ON(!frpc_heap_piece_step(piece, event));
}

/* The DSP has crashed; @piece is what it was working with. */
void frpc_heap_piece_trace_crash(const struct frpc_heap_piece *piece)
{
	trace_frpc_heap_crash(piece->region.phys, piece->region.len, piece->heap->growth_len,
			      piece->state);
}

/**
 * frpc_heap_piece_grant() - open a claimed piece to the DSP
 * @piece: CLAIMED
 * @access: what stands before the DSP
 *
 * Return: 0: GRANTED; an error: still CLAIMED.
 */
int frpc_heap_piece_grant(struct frpc_heap_piece *piece, const struct frpc_heap_access *access)
{
	int ret;

	ret = frpc_heap_scrub(&piece->region);
	if (ret)
		return ret;
	must_step(piece, FRPC_HEAP_GRANT);
	piece->access = *access;
	ret = frpc_heap_open(&piece->region, piece->heap->rproc, access);
	must_step(piece, ret ? FRPC_HEAP_GRANT_FAILED : FRPC_HEAP_GRANT_DONE);
	if (!ret)
		piece->heap->counts.grants++;
	return ret;
}

/* While the DSP may have the memory, who remembers that must stay. */
static void pin_module(struct frpc_heap_piece *piece)
{
	/* offered again: held since the first time */
	if (piece->has_pin)
		return;
	/* an open file holds the module already, so this cannot fail */
	__module_get(THIS_MODULE);
	piece->has_pin = true;
}

static void unpin_module(struct frpc_heap_piece *piece)
{
	if (piece->has_pin)
		module_put(THIS_MODULE);
	piece->has_pin = false;
}

/**
 * frpc_heap_piece_offer() - take a piece as offered
 * @piece: of a locked heap; the address is sent after this
 *
 * Return: whether it can be offered now: it was GRANTED or ORPHANED.
 */
bool frpc_heap_piece_offer(struct frpc_heap_piece *piece)
{
	if (!frpc_heap_piece_step(piece, FRPC_HEAP_OFFER))
		return false;
	pin_module(piece);
	piece->heap->counts.offers++;
	return true;
}

/* The address did not leave after all: what it was before the offer. */
void frpc_heap_piece_unsent(struct frpc_heap_piece *piece)
{
	if (!frpc_heap_piece_step(piece, FRPC_HEAP_UNSENT))
		return;
	if (piece->state == FRPC_HEAP_GRANTED)
		unpin_module(piece);
	piece->heap->counts.offers--;
}

static void quarantine(struct frpc_heap_piece *piece, const char *why, int error)
{
	/* what it was must not be forgotten, even if it was never offered */
	pin_module(piece);
	piece->heap->counts.quarantines++;
	dev_err(&piece->heap->rproc->dev,
		"fastrpc: remote heap %pa: %s (%d), this memory is not used again %s\n",
		&piece->region.phys, why, error,
		piece->access.perm.count ? "before it can be" : "until reboot");
}

/*
 * What was assigned may be given back at a later try.  What a domain did not let go
 * of may be mapped in one that is no longer the remoteproc's.
 */
static bool is_for_ever(const struct frpc_heap_piece *piece)
{
	return piece->state == FRPC_HEAP_QUARANTINED && !piece->access.perm.count;
}

/**
 * frpc_heap_piece_revoke_on() - take a piece back, if an event allows it
 * @piece: of a locked heap
 * @event: WITHDRAW, RETURNED, DSP_OFF or DSP_LOST
 *
 * Needs no memory.
 * Return: true: it is CLAIMED now; false: nothing changed, or it
 * is QUARANTINED, which was said in the log, once.
 */
bool frpc_heap_piece_revoke_on(struct frpc_heap_piece *piece, enum frpc_heap_event event)
{
	bool again = piece->state == FRPC_HEAP_QUARANTINED;
	int ret;

	if (is_for_ever(piece) || !frpc_heap_piece_step(piece, event))
		return false;
	if (piece->state == FRPC_HEAP_QUARANTINED) {
		piece->is_lost = true;
		quarantine(piece, "the DSP may still run", 0);
		return false;
	}
	ret = frpc_heap_close(&piece->region, piece->heap->rproc, &piece->access);
	must_step(piece, ret ? FRPC_HEAP_REVOKE_FAILED : FRPC_HEAP_REVOKE_DONE);
	if (ret && !again)
		quarantine(piece, "cannot be taken back", ret);
	if (ret)
		return false;
	if (again)
		dev_info(&piece->heap->rproc->dev, "fastrpc: remote heap %pa: taken back after all\n",
			 &piece->region.phys);
	piece->is_lost = false;
	piece->heap->counts.revokes++;
	unpin_module(piece);
	return true;
}
