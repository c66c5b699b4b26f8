/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of the remote heap: memory for the ADSP's audio protection domain, on demand.
 * docs/remote-heap.md has the contract.
 */
#ifndef FRPC_REMOTE_HEAP_H
#define FRPC_REMOTE_HEAP_H

#include <linux/sizes.h>
#include <linux/types.h>

#include "request.h"

struct frpc_channel;

/* Bytes that may be added to one heap at run time. */
#define FRPC_HEAP_GROWTH_MAX	SZ_64M

/* Module start and end; at the end no channel is left. */
int frpc_heap_init(void);
void frpc_heap_fini(void);

/* A channel comes and goes. */
void frpc_heap_attach(struct frpc_channel *channel, bool is_implicit);
void frpc_heap_detach(struct frpc_channel *channel);

/*
 * A request.  One of the first two begins it.  If that succeeds the caller sends the message
 * and ends the request with the reply.  Other requests wait meanwhile.
 */
int frpc_heap_offer(struct frpc_channel *channel, size_t growth, struct frpc_page *page);
int frpc_heap_find_growth(struct frpc_channel *channel, u64 dsp_addr, size_t len,
			  struct frpc_page *page);
void frpc_heap_offered(struct frpc_channel *channel, const struct frpc_reply *reply, u64 dsp_addr);
void frpc_heap_returned(struct frpc_channel *channel, const struct frpc_reply *reply);

#endif /* FRPC_REMOTE_HEAP_H */
