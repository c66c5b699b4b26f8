// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growth: pieces added to the remote heap at run time.
 *
 * The audio PD asks its daemon for more memory when the region is used up; the
 * daemon calls FASTRPC_IOCTL_MMAP.  A piece belongs to the heap, not to the
 * file: the daemon that gives it back may be another one.  It comes from the
 * kernel's memory, never from the region, which was given away as a whole.
 *
 * A piece is returned when the DSP says that it is done with it, or is halted.
 * The end of the PD alone does not return it: nobody says when the DSP has let go
 * of what the PD had, and the next PD does not know of it.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "heap_internal.h"
#include "private.h"
#include "remote_heap.h"

static void piece_free(struct frpc_heap_piece *piece)
{
	frpc_heap_memory_free(&piece->region);
	kfree(piece);
}

/* The DSP has no way to the piece any more: it leaves the heap. */
static void piece_remove(struct frpc_heap_piece *piece)
{
	list_del(&piece->entry);
	piece->heap->growth_len -= piece->region.len;
	frpc_heap_piece_step(piece, FRPC_HEAP_UNCLAIM);
	piece_free(piece);
}

static struct frpc_heap_piece *piece_alloc(struct frpc_remote_heap *heap, size_t len)
{
	struct frpc_heap_region region = {};
	struct frpc_heap_piece *piece;
	int ret;

	if (heap->growth_len + len > FRPC_HEAP_GROWTH_MAX)
		return ERR_PTR(-ENOMEM);
	piece = kzalloc(sizeof(*piece), GFP_KERNEL);
	if (!piece)
		return ERR_PTR(-ENOMEM);
	ret = frpc_heap_memory_alloc(heap->growth_pool, len, &region);
	if (ret) {
		kfree(piece);
		return ERR_PTR(ret);
	}
	frpc_heap_piece_init(piece, heap, &region);
	return piece;
}

/* heap->lock held; the region is with the DSP, so how to open memory is known. */
static struct frpc_heap_piece *piece_add(struct frpc_remote_heap *heap, size_t len)
{
	struct frpc_heap_piece *piece;
	int ret;

	ret = frpc_heap_may_give(true);
	if (ret)
		return ERR_PTR(ret);
	piece = piece_alloc(heap, len);
	if (IS_ERR(piece))
		return piece;
	frpc_heap_piece_step(piece, FRPC_HEAP_CLAIM);
	ret = frpc_heap_piece_grant(piece, &heap->base.access);
	if (ret) {
		piece_free(piece);
		return ERR_PTR(ret);
	}
	list_add(&piece->entry, &heap->growth);
	heap->growth_len += len;
	frpc_heap_piece_offer(piece);
	return piece;
}

int frpc_remote_heap_grow(struct frpc_channel *channel, size_t len, struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;
	struct frpc_heap_piece *piece;

	lockdep_assert_held(&channel->static_lock);

	if (!heap)
		return -ENOMEM;
	mutex_lock(&heap->lock);
	if (heap->channel != channel)
		piece = ERR_PTR(-EPIPE);
	else if (heap->pd.state == FRPC_PD_DOWN)
		piece = ERR_PTR(-ENOTCONN);
	else if (!frpc_heap_is_offered(heap->base.state))
		piece = ERR_PTR(-ENOMEM);
	else
		piece = piece_add(heap, ALIGN(len, heap->page));
	if (!IS_ERR(piece)) {
		offer->is_new = true;
		offer->phys = piece->region.phys;
		offer->len = piece->region.len;
		offer->incarnation = heap->incarnation;
	}
	mutex_unlock(&heap->lock);
	return PTR_ERR_OR_ZERO(piece);
}

/* The piece of an offer, if the DSP was not halted since. */
static struct frpc_heap_piece *find_offer(struct frpc_remote_heap *heap,
					  const struct frpc_heap_offer *offer)
{
	struct frpc_heap_piece *piece;

	if (heap->incarnation != offer->incarnation)
		return NULL;
	list_for_each_entry(piece, &heap->growth, entry)
		if (piece->region.phys == offer->phys)
			return piece;
	return NULL;
}

/*
 * A name that several pieces have is none: the DSP may be done with the one while
 * another is freed.  All of them stay until it is halted, whoever bears it next.
 */
static void name_piece(struct frpc_heap_piece *piece, u64 dsp_addr)
{
	struct frpc_heap_piece *other;

	list_for_each_entry(other, &piece->heap->growth, entry) {
		/* a quarantined one is no longer in the DSP's books */
		if (other == piece || other->state != FRPC_HEAP_OFFERED ||
		    other->dsp_addr != dsp_addr)
			continue;
		other->has_namesake = true;
		piece->has_namesake = true;
	}
	piece->dsp_addr = dsp_addr;
}

void frpc_remote_heap_grow_done(struct frpc_channel *channel, const struct frpc_heap_offer *offer,
				bool was_sent, u64 dsp_addr)
{
	struct frpc_remote_heap *heap = channel->heap;
	struct frpc_heap_piece *piece;

	lockdep_assert_held(&channel->static_lock);

	mutex_lock(&heap->lock);
	piece = find_offer(heap, offer);
	if (piece && was_sent) {
		name_piece(piece, dsp_addr);
	} else if (piece) {
		frpc_heap_piece_unsent(piece);
		if (frpc_heap_piece_revoke_on(piece, FRPC_HEAP_WITHDRAW))
			piece_remove(piece);
	}
	mutex_unlock(&heap->lock);
}

int frpc_remote_heap_find_growth(struct frpc_channel *channel, u64 dsp_addr, size_t len,
				 struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;
	struct frpc_heap_piece *piece;
	int ret = -EINVAL;

	lockdep_assert_held(&channel->static_lock);

	if (!heap)
		return -EINVAL;
	mutex_lock(&heap->lock);
	/* as it was rounded when it was added */
	len = ALIGN(len, heap->page);
	list_for_each_entry(piece, &heap->growth, entry) {
		if (piece->state != FRPC_HEAP_OFFERED || piece->has_namesake || !dsp_addr ||
		    piece->dsp_addr != dsp_addr || piece->region.len != len)
			continue;
		offer->is_new = false;
		offer->phys = piece->region.phys;
		offer->len = len;
		offer->incarnation = heap->incarnation;
		ret = 0;
		break;
	}
	mutex_unlock(&heap->lock);
	return ret;
}

void frpc_remote_heap_returned(struct frpc_channel *channel, const struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;
	struct frpc_heap_piece *piece;

	lockdep_assert_held(&channel->static_lock);

	mutex_lock(&heap->lock);
	piece = find_offer(heap, offer);
	if (piece && frpc_heap_piece_revoke_on(piece, FRPC_HEAP_RETURNED))
		piece_remove(piece);
	mutex_unlock(&heap->lock);
}

/* The DSP is halted, or lost (@event): what was added goes, or is quarantined. */
void frpc_heap_growth_dsp_off(struct frpc_remote_heap *heap, enum frpc_heap_event event)
{
	struct frpc_heap_piece *piece, *next;

	list_for_each_entry_safe(piece, next, &heap->growth, entry)
		if (frpc_heap_piece_revoke_on(piece, event))
			piece_remove(piece);
}
