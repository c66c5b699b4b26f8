/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The remote heap: a carve-out lent to the ADSP's audio protection domain.
 * docs/remote-heap.md has the contract; this is its whole interface.
 */
#ifndef FRPC_REMOTE_HEAP_H
#define FRPC_REMOTE_HEAP_H

#include <linux/sizes.h>
#include <linux/types.h>

struct frpc_channel;
struct frpc_remote_heap;

/* Bytes that may be added to one heap at run time. */
#define FRPC_HEAP_GROWTH_MAX	SZ_64M

/**
 * struct frpc_heap_offer - what to tell the audio PD
 * @is_new: the memory is to be added to its heap; false: it has it already
 * @phys: physical address, which is also the address the DSP uses
 * @len: bytes
 * @incarnation: of the DSP the offer is meant for
 */
struct frpc_heap_offer {
	bool is_new;
	phys_addr_t phys;
	size_t len;
	u64 incarnation;
};

/**
 * frpc_remote_heap_attach() - find the channel's region and open it to the DSP
 * @channel: being probed; its rpmsg device names the region
 * @is_implicit: the DSP's firmware knows the region and uses it without being
 *		 told (sensors); else it waits for an offer (audio)
 *
 * Says in the log what came of it.  Without a heap the channel is as good as
 * any other, but for the audio PD.  May be called with the remoteproc's lock
 * held (by the caller's caller) or not.  Sleeps.
 *
 * Return: 0, heap or not; -EPROBE_DEFER: what is needed is not there yet.
 */
int frpc_remote_heap_attach(struct frpc_channel *channel, bool is_implicit);

/**
 * frpc_remote_heap_detach() - the channel goes
 * @channel: no request is sent on it any more
 *
 * Takes back what was never offered.  What was offered stays with the DSP until
 * the remoteproc core reports it halted.  Sleeps.
 */
void frpc_remote_heap_detach(struct frpc_channel *channel);

/**
 * frpc_remote_heap_offer() - decide what to offer, and take it as offered
 * @channel: with its static_lock held until the outcome is known
 * @offer: result
 *
 * Sleeps; must not be called under the remoteproc's lock.
 *
 * Return: 0; -ENOMEM: there is no heap to offer and none was; -ENOTCONN: the audio
 * PD is down.
 */
int frpc_remote_heap_offer(struct frpc_channel *channel, struct frpc_heap_offer *offer);

/**
 * frpc_remote_heap_offer_done() - the request with the offer in it has ended
 * @channel: with its static_lock held
 * @offer: a new one
 * @was_sent: the DSP may know of it; else it is as it was before
 * @was_answered: the DSP has said what came of it
 */
void frpc_remote_heap_offer_done(struct frpc_channel *channel, const struct frpc_heap_offer *offer,
				 bool was_sent, bool was_answered);

/**
 * frpc_remote_heap_grow() - add memory to the heap, and take it as offered
 * @channel: with its static_lock held until frpc_remote_heap_grow_done()
 * @len: bytes, whole pages, not 0
 * @offer: result
 *
 * Sleeps.
 *
 * Return: 0; -ENOMEM: no memory, the heap is as large as it may be, or the PD
 * does not have the region; -ENOTCONN: the PD is down; -EPIPE; errors of opening
 * it to the DSP.
 */
int frpc_remote_heap_grow(struct frpc_channel *channel, size_t len,
			  struct frpc_heap_offer *offer);

/**
 * frpc_remote_heap_grow_done() - what came of an addition
 * @channel: with its static_lock held
 * @offer: of frpc_remote_heap_grow()
 * @was_sent: the DSP may know of it; else it is freed
 * @dsp_addr: the DSP's name for it; 0: it told none, so it cannot be given back
 *	      before the DSP is halted
 */
void frpc_remote_heap_grow_done(struct frpc_channel *channel,
				const struct frpc_heap_offer *offer, bool was_sent, u64 dsp_addr);

/**
 * frpc_remote_heap_find_growth() - look an addition up
 * @channel: with its static_lock held
 * @dsp_addr: the DSP's name for it
 * @len: its bytes
 * @offer: result
 *
 * Return: 0; -EINVAL: there is none.
 */
int frpc_remote_heap_find_growth(struct frpc_channel *channel, u64 dsp_addr, size_t len,
				 struct frpc_heap_offer *offer);

/**
 * frpc_remote_heap_returned() - the DSP has said that it is done with an addition
 * @channel: with its static_lock held
 * @offer: of frpc_remote_heap_find_growth()
 */
void frpc_remote_heap_returned(struct frpc_channel *channel, const struct frpc_heap_offer *offer);

/* The channel, long detached, is being freed.  @heap may be NULL. */
void frpc_remote_heap_put(struct frpc_remote_heap *heap);

/* Module start.  Return: 0, or an error of registering with the kernel. */
int frpc_remote_heap_init(void);

/* Module end: no channel is left, and no DSP has a heap. */
void frpc_remote_heap_fini(void);

#endif /* FRPC_REMOTE_HEAP_H */
