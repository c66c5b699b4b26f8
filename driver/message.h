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

/**
 * struct frpc_arg - the driver's private copy of one argument
 * @ptr: caller's address of the bytes (user or kernel, the caller knows)
 * @len: bytes
 * @fd: dma-buf, or 0 or -1: inline
 * @attr: as in &struct fastrpc_invoke_args
 *
 * Same layout as &struct fastrpc_invoke_args, so that one copy fetches them all.
 * Nothing that decides where the host reads or writes is ever taken from the
 * message buffer again: the DSP can rewrite it at any moment.
 */
struct frpc_arg {
	u64 ptr;
	u64 len;
	s32 fd;
	u32 attr;
};

static_assert(sizeof(struct frpc_arg) == 24);

/**
 * struct frpc_place - where the DSP finds a dma-buf's bytes
 * @iova: bus address of a page of the DSP's, without the session id; for a buffer the
 *	  one its first byte is in
 * @len: bytes, whole pages of the DSP's; 0: there is no dma-buf
 * @start: bus address of the first byte
 * @is_physical: @iova is a physical address, which goes without the session id
 * @is_synced: CPU and DSP see the bytes through different caches
 */
struct frpc_place {
	u64 iova;
	u64 len;
	u64 start;
	bool is_physical;
	bool is_synced;
};

/* Bytes by bus address; @end is exclusive. */
struct frpc_range {
	u64 start;
	u64 end;
};

/**
 * struct frpc_message - one call's arguments and their place
 * @args: in-buffers, out-buffers, in-handles, out-handles
 * @offsets: place of each argument's bytes in the message buffer, set by
 *	     frpc_message_layout(); 0 for those without bytes in it, not set for handles
 * @skips: of each inline argument, leading bytes that others of its direction have
 *	   too; set if @has_shared
 * @places: of arguments that frpc_arg_is_mapped(), the caller's to set
 * @order: room for @nr_args numbers, used while laying out, and for those to be synced
 * @sc: scalars word as the caller gave it
 * @nr_args: all arguments
 * @nr_bufs: the first of them that are buffers
 * @nr_ins: the first of those that are inputs
 * @nr_synced: how many numbers in @order frpc_message_sort_synced() left
 * @has_shared: some inline arguments share bytes
 * @metadata_len: bytes of metadata with the padding behind it
 * @len: bytes of the whole message
 */
struct frpc_message {
	struct frpc_arg *args;
	u32 *offsets;
	u32 *skips;
	struct frpc_place *places;
	u16 *order;
	u32 sc;
	u32 nr_args;
	u32 nr_bufs;
	u32 nr_ins;
	u32 nr_synced;
	bool has_shared;
	u32 metadata_len;
	u32 len;
};

/**
 * struct frpc_response - a response, checked
 * @cookie: context cookie of the call it belongs to
 * @retval: the DSP's result
 */
struct frpc_response {
	u64 cookie;
	s32 retval;
};

/* The bytes travel in the message buffer, not in a dma-buf. */
static inline bool frpc_arg_is_inline(const struct frpc_arg *arg)
{
	return arg->fd == 0 || arg->fd == -1;
}

/* The DSP reaches a dma-buf for it.  For an argument of no length none is looked at. */
static inline bool frpc_arg_is_mapped(const struct frpc_arg *arg)
{
	return arg->len && !frpc_arg_is_inline(arg);
}

/* Leading bytes of an inline argument that are copied with others: each byte goes once. */
static inline u32 frpc_message_skip(const struct frpc_message *msg, u32 i)
{
	return msg->has_shared ? msg->skips[i] : 0;
}

/**
 * frpc_message_init() - take the counts out of a scalars word
 * @msg: @args, @offsets and @order are the caller's to set
 * @sc: scalars word
 */
void frpc_message_init(struct frpc_message *msg, u32 sc);

/**
 * frpc_message_layout() - give every inline argument its place
 * @msg: initialised, with @args filled in
 *
 * Arguments whose caller's bytes overlap share their bytes in the buffer.  Only
 * inline buffers count: a mapped argument has no bytes here.
 *
 * Return: 0, or -EINVAL if an address wraps or the message would be longer than
 * FRPC_MESSAGE_MAX.
 */
int frpc_message_layout(struct frpc_message *msg);

/**
 * frpc_place_set() - tell the DSP of bytes in a dma-buf
 * @place: result
 * @start: bus address of the first byte
 * @len: bytes, inside of the buffer
 */
void frpc_place_set(struct frpc_place *place, u64 start, u64 len);

/**
 * frpc_message_sort_synced() - find what caches are to be looked after for
 * @msg: laid out, the places of mapped arguments known
 */
void frpc_message_sort_synced(struct frpc_message *msg);

/**
 * frpc_message_next_synced() - the next bytes of those
 * @msg: after frpc_message_sort_synced()
 * @at: cursor, from 0 on
 * @only_outputs: of what the DSP may write only
 * @range: result; bytes that several arguments name come once, bytes that none names never
 *
 * Return: true; false: there are no more.
 */
bool frpc_message_next_synced(const struct frpc_message *msg, u32 *at, bool only_outputs,
			      struct frpc_range *range);

/**
 * frpc_message_fill() - write the metadata
 * @msg: laid out, the places of mapped arguments known
 * @buf: start of the message buffer; must not be visible to the DSP's program yet
 * @iova: bus address of @buf, page aligned, without the session id
 * @session_bits: what is added to an address to name the session
 *
 * The tokens the DSP gets for inline buffers are bus addresses, never kernel
 * ones; those of mapped buffers are the caller's own addresses.
 */
void frpc_message_fill(const struct frpc_message *msg, void *buf, u64 iova, u64 session_bits);

/* Where in the message the DSP flags the end of a call, with DSP_POLL_DONE. */
u32 frpc_message_poll_offset(const struct frpc_message *msg);

/**
 * frpc_message_fds() - what dma-bufs the DSP lets go of
 * @msg: answered
 * @buf: start of the message buffer
 * @fds: result, DSP_FDLIST_LEN of them at most
 *
 * Return: how many descriptors.  Any numbers, any number of times: the DSP wrote them.
 */
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

/**
 * frpc_request_fill() - make the request that points to a message
 * @request: result
 * @cookie: of frpc_cookie()
 * @client_id: of the client, 0 for the kernel's own calls
 * @tid: of the calling thread
 * @handle: module on the DSP
 * @msg: laid out
 * @addr: device address of the message buffer, with the session id
 */
void frpc_request_fill(struct dsp_request *request, u64 cookie, u32 client_id, s32 tid,
		       u32 handle, const struct frpc_message *msg, u64 addr);

/**
 * frpc_response_parse() - read what the DSP sent
 * @data: received bytes
 * @len: how many
 * @rsp: result
 *
 * Return: 0; -EINVAL too short; -ENOMSG the word that tells of a PD's exit.
 */
int frpc_response_parse(const void *data, int len, struct frpc_response *rsp);

#endif /* FRPC_MESSAGE_H */
