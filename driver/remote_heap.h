/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The remote heap: a carve-out lent to the ADSP's audio protection domain.
 * docs/remote-heap.md has the contract; this is its whole interface.
 */
#ifndef FRPC_REMOTE_HEAP_H
#define FRPC_REMOTE_HEAP_H

#include <linux/types.h>

struct frpc_channel;
struct frpc_remote_heap;

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
 *
 * Says in the log what came of it.  Without a heap the channel is as good as
 * any other, but for the audio PD.  May be called with the remoteproc's lock
 * held (by the caller's caller) or not.  Sleeps.
 *
 * Return: 0, heap or not; -EPROBE_DEFER: what is needed is not there yet.
 */
int frpc_remote_heap_attach(struct frpc_channel *channel);

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
 * Return: 0; -ENOMEM: there is no heap to offer and none was.
 */
int frpc_remote_heap_offer(struct frpc_channel *channel, struct frpc_heap_offer *offer);

/**
 * frpc_remote_heap_offer_unsent() - the offer never left
 * @channel: with its static_lock held
 * @offer: a new one
 */
void frpc_remote_heap_offer_unsent(struct frpc_channel *channel,
				   const struct frpc_heap_offer *offer);

/* The channel, long detached, is being freed.  @heap may be NULL. */
void frpc_remote_heap_put(struct frpc_remote_heap *heap);

/* Module end: no channel is left, and no DSP has a heap. */
void frpc_remote_heap_fini(void);

#endif /* FRPC_REMOTE_HEAP_H */
