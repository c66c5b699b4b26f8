/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wire messages as bytes: no locks, no allocation, no devices.
 *
 * A call is one request (40 bytes over rpmsg) that points to one message
 * buffer: metadata first, then the bytes of every inline argument.  This part
 * lays the buffer out, fills the metadata in and reads responses.  It builds in
 * user space as well, where it is tested byte by byte.
 */
#ifndef FRPC_MESSAGE_H
#define FRPC_MESSAGE_H

#include <linux/types.h>

#include "wire.h"

/* The scalars word cannot count more. */
#define FRPC_ARGS_MAX		(255 + 255 + 15 + 15)

/* Upper bound of a message buffer; larger data belongs in a dma-buf. */
#define FRPC_MESSAGE_MAX	(256u << 20)

/* Index into the channel's call table: 0 is never used. */
#define FRPC_INDEX_MIN		1
#define FRPC_INDEX_MAX		255

/*
 * The driver's private copy of one argument.  The layout is that of struct fastrpc_invoke_args,
 * so that one copy fetches them all.  The driver never reads an address or a length from the
 * message buffer again: the DSP can rewrite that at any moment.
 */
struct frpc_arg {
	u64 ptr;	/* caller's address of the bytes, in user space or the kernel */
	u64 len;	/* bytes */
	s32 fd;		/* dma-buf, or 0 or -1: inline */
	u32 attr;	/* FASTRPC_ATTR_* */
};

static_assert(sizeof(struct frpc_arg) == 24);

/* Where the DSP finds the bytes of a dma-buf. */
struct frpc_place {
	u64 iova;		/* bus address, multiple of DSP_PAGE_BYTES, without session bits */
	u64 len;		/* bytes, whole pages of the DSP; 0: no dma-buf */
	u64 start;		/* bus address of the first byte */
	bool is_physical;	/* @iova is a physical address, which never gets session bits */
	bool is_synced;		/* CPU and DSP see the bytes through different caches */
};

/* Bytes by bus address; @end is exclusive. */
struct frpc_range {
	u64 start;
	u64 end;
};

/* The arguments of one call, and where their bytes are.  The arrays have @nr_args entries. */
struct frpc_message {
	struct frpc_arg *args;	/* in-buffers, out-buffers, in-handles, out-handles */
	u32 *offsets;		/* of inline bytes in the buffer; 0: none; not set for handles */
	u32 *skips;		/* leading bytes that an earlier argument has; if @has_shared */
	struct frpc_place *places;	/* of mapped arguments; the caller sets them */
	u16 *order;		/* argument numbers: scratch of the layout, then those to sync */
	u32 sc;			/* scalars word of the caller */
	u32 nr_args;
	u32 nr_bufs;		/* the first arguments, which are buffers */
	u32 nr_ins;		/* the first buffers, which are inputs */
	u32 nr_synced;		/* valid numbers in @order after frpc_message_sort_synced() */
	bool has_shared;	/* some inline arguments share bytes */
	u32 metadata_len;	/* bytes of metadata, padding included */
	u32 len;		/* bytes of the whole message */
};

/* A response, checked. */
struct frpc_response {
	u64 cookie;		/* of the call that it answers */
	s32 retval;		/* the DSP's result */
};

/* The bytes travel in the message buffer, not in a dma-buf. */
static inline bool frpc_arg_is_inline(const struct frpc_arg *arg)
{
	return arg->fd == 0 || arg->fd == -1;
}

/* The DSP reaches its bytes in a dma-buf.  An argument of length 0 needs no dma-buf. */
static inline bool frpc_arg_is_mapped(const struct frpc_arg *arg)
{
	return arg->len && !frpc_arg_is_inline(arg);
}

/* Leading bytes of an inline argument that another argument copies: each is copied once. */
static inline u32 frpc_message_skip(const struct frpc_message *msg, u32 i)
{
	return msg->has_shared ? msg->skips[i] : 0;
}

void frpc_message_init(struct frpc_message *msg, u32 sc);
int frpc_message_layout(struct frpc_message *msg);
void frpc_place_set(struct frpc_place *place, u64 start, u64 len);
void frpc_message_sort_synced(struct frpc_message *msg);
bool frpc_message_next_synced(const struct frpc_message *msg, u32 *at, bool only_outputs,
			      struct frpc_range *range);
void frpc_message_fill(const struct frpc_message *msg, void *buf, u64 iova, u64 session_bits);
u32 frpc_message_poll_offset(const struct frpc_message *msg);
u32 frpc_message_fds(const struct frpc_message *msg, const void *buf, s32 *fds);

/**
 * frpc_cookie() - make a context cookie
 * @pd: protection domain, DSP_PD_*
 * @index: place in the call table, FRPC_INDEX_MIN to FRPC_INDEX_MAX
 * @sequence: number of the call; the upper 16 bits are lost
 *
 * PD in bits 3:0, bits 7:4 zero (firmware with poll mode reads a job type
 * there), index in 15:8, sequence above.
 * Return: the cookie; firmware echoes all 64 bits.
 */
static inline u64 frpc_cookie(u32 pd, u32 index, u64 sequence)
{
	return sequence << 16 | (u64)index << 8 | pd;
}

static inline u32 frpc_cookie_index(u64 cookie)
{
	return (cookie >> 8) & 0xff;
}

void frpc_request_fill(struct dsp_request *request, u64 cookie, u32 client_id, s32 tid,
		       u32 handle, const struct frpc_message *msg, u64 addr);
int frpc_response_parse(const void *data, int len, struct frpc_response *rsp);

#endif /* FRPC_MESSAGE_H */
