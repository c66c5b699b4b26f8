// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wire messages as bytes.
 *
 * A message buffer is, for n arguments: n remote arguments, n page lists, n page
 * entries, a tail that only the DSP writes, padding to DSP_ALIGN, then the bytes
 * of the inline buffers.  "end" is exclusive everywhere.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "message.h"

/* Layout: place of the next byte, and the caller's address that it has reached. */
struct cursor {
	u64 offset;
	u64 end;
	bool has_shared;
};

/**
 * frpc_message_init() - take the counts out of a scalars word
 * @msg: @args, @offsets and @order are the caller's to set
 * @sc: scalars word
 */
void frpc_message_init(struct frpc_message *msg, u32 sc)
{
	msg->sc = sc;
	msg->nr_ins = DSP_SCALARS_INS(sc);
	msg->nr_bufs = msg->nr_ins + DSP_SCALARS_OUTS(sc);
	msg->nr_args = msg->nr_bufs + DSP_SCALARS_IN_HANDLES(sc) + DSP_SCALARS_OUT_HANDLES(sc);
	msg->nr_synced = 0;
	msg->has_shared = false;
	msg->metadata_len = 0;
	msg->len = 0;
}

static size_t message_tail_offset(const struct frpc_message *msg)
{
	return msg->nr_args * (sizeof(union dsp_arg) + sizeof(struct dsp_list) +
			       sizeof(struct dsp_page));
}

static bool arg_has_inline_bytes(const struct frpc_arg *arg)
{
	return arg->len && frpc_arg_is_inline(arg);
}

/* Refuse lengths that overflow, so that the code below need not check again. */
static int message_check_lengths(const struct frpc_message *msg)
{
	u64 end;
	u32 i;

	for (i = 0; i < msg->nr_args; i++) {
		const struct frpc_arg *arg = &msg->args[i];

		if (i >= msg->nr_bufs) {
			if (arg->len > U32_MAX)
				return -EINVAL;
			continue;
		}
		if (arg->len > FRPC_MESSAGE_MAX && frpc_arg_is_inline(arg))
			return -EINVAL;
		if (check_add_overflow(arg->ptr, arg->len, &end))
			return -EINVAL;
	}
	return 0;
}

/* List the inline buffers that carry bytes; true if they already stand in order. */
static bool message_collect_inline(const struct frpc_message *msg, u32 *count)
{
	bool is_sorted = true;
	u64 end = 0;
	u32 i, n = 0;

	for (i = 0; i < msg->nr_bufs; i++) {
		const struct frpc_arg *arg = &msg->args[i];

		msg->offsets[i] = 0;
		if (!arg_has_inline_bytes(arg))
			continue;
		if (arg->ptr < end)
			is_sorted = false;
		end = arg->ptr + arg->len;
		msg->order[n++] = i;
	}
	*count = n;
	return is_sorted;
}

/* By start; of two that start together the longer one first. */
static int args_compare(const void *a, const void *b, const void *args)
{
	const struct frpc_arg *x = (const struct frpc_arg *)args + *(const u16 *)a;
	const struct frpc_arg *y = (const struct frpc_arg *)args + *(const u16 *)b;

	if (x->ptr != y->ptr)
		return x->ptr < y->ptr ? -1 : 1;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return 0;
}

/* Where in the message the first byte of @arg is. */
static u64 arg_offset(const struct frpc_arg *arg, struct cursor *at)
{
	u64 end = arg->ptr + arg->len;
	u64 offset;

	if (arg->ptr >= at->end) {
		offset = ALIGN(at->offset, DSP_ALIGN);
		at->offset = offset + arg->len;
		at->end = end;
		return offset;
	}
	at->has_shared = true;
	/* at->offset is the place of the byte at->end: count back from it */
	offset = at->offset - (at->end - arg->ptr);
	if (end > at->end) {
		at->offset += end - at->end;
		at->end = end;
	}
	return offset;
}

/* Arguments are in order: an earlier one has the bytes before @end. */
static u32 arg_skip(const struct frpc_arg *arg, u64 *end)
{
	u64 skip = *end > arg->ptr ? min(*end - arg->ptr, arg->len) : 0;

	*end = max(*end, arg->ptr + arg->len);
	return skip;
}

static void message_find_shared(struct frpc_message *msg, u32 count)
{
	u64 end[2] = {};
	u32 i;

	memset(msg->skips, 0, msg->nr_bufs * sizeof(*msg->skips));
	for (i = 0; i < count; i++) {
		u32 index = msg->order[i];

		msg->skips[index] = arg_skip(&msg->args[index], &end[index < msg->nr_ins]);
	}
}

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
int frpc_message_layout(struct frpc_message *msg)
{
	struct cursor at = {};
	u32 i, index, count;
	int ret;

	ret = message_check_lengths(msg);
	if (ret)
		return ret;

	if (!message_collect_inline(msg, &count))
		sort_r(msg->order, count, sizeof(*msg->order), args_compare, NULL, msg->args);

	msg->metadata_len = ALIGN(message_tail_offset(msg) + sizeof(struct dsp_tail), DSP_ALIGN);
	at.offset = msg->metadata_len;
	for (i = 0; i < count; i++) {
		index = msg->order[i];
		msg->offsets[index] = arg_offset(&msg->args[index], &at);
		if (at.offset > FRPC_MESSAGE_MAX)
			return -EINVAL;
	}
	msg->len = at.offset;
	msg->has_shared = at.has_shared;
	if (msg->has_shared)
		message_find_shared(msg, count);
	return 0;
}

/* @start: bus address of the bytes, without the session id */
static void arg_fill_inline(const struct frpc_arg *arg, u64 start, u64 session_bits,
			    union dsp_arg *out, struct dsp_page *page)
{
	u64 first = round_down(start, DSP_PAGE_BYTES);

	out->buf.len = cpu_to_le64(arg->len);
	if (!arg->len)
		return;
	out->buf.pv = cpu_to_le64(start);
	page->addr = cpu_to_le64(first + session_bits);
	page->size = cpu_to_le64(round_up(start + arg->len, DSP_PAGE_BYTES) - first);
}

static void arg_fill_mapped(const struct frpc_arg *arg, union dsp_arg *out)
{
	out->buf.pv = cpu_to_le64(arg->ptr);
	out->buf.len = cpu_to_le64(arg->len);
}

static void arg_fill_handle(const struct frpc_arg *arg, union dsp_arg *out)
{
	out->dma.fd = cpu_to_le32(arg->fd);
	out->dma.offset = cpu_to_le32((u32)arg->ptr);
	out->dma.len = cpu_to_le32((u32)arg->len);
}

static void place_fill_page(const struct frpc_place *place, u64 session_bits, struct dsp_page *page)
{
	page->addr = cpu_to_le64(place->iova + (place->is_physical ? 0 : session_bits));
	page->size = cpu_to_le64(place->len);
}

/**
 * frpc_place_set() - describe bytes in a dma-buf
 * @place: result
 * @start: bus address of the first byte
 * @len: bytes, inside of the buffer
 */
void frpc_place_set(struct frpc_place *place, u64 start, u64 len)
{
	*place = (struct frpc_place){
		.iova = round_down(start, DSP_PAGE_BYTES),
		.len = round_up(start + len, DSP_PAGE_BYTES) - round_down(start, DSP_PAGE_BYTES),
		.start = start,
	};
}

static int places_compare(const void *a, const void *b, const void *places)
{
	u64 x = ((const struct frpc_place *)places + *(const u16 *)a)->start;
	u64 y = ((const struct frpc_place *)places + *(const u16 *)b)->start;

	return x < y ? -1 : x > y;
}

/**
 * frpc_message_sort_synced() - find the arguments that need cache maintenance
 * @msg: laid out, the places of mapped arguments known
 */
void frpc_message_sort_synced(struct frpc_message *msg)
{
	u32 i, n = 0;

	for (i = 0; i < msg->nr_args; i++)
		if (frpc_arg_is_mapped(&msg->args[i]) && msg->places[i].is_synced)
			msg->order[n++] = i;
	sort_r(msg->order, n, sizeof(*msg->order), places_compare, NULL, msg->places);
	msg->nr_synced = n;
}

static bool message_is_output(const struct frpc_message *msg, u32 i)
{
	if (i < msg->nr_bufs)
		return i >= msg->nr_ins;
	return i >= msg->nr_bufs + DSP_SCALARS_IN_HANDLES(msg->sc);
}

/**
 * frpc_message_next_synced() - the next range that needs cache maintenance
 * @msg: after frpc_message_sort_synced()
 * @at: cursor, from 0 on
 * @only_outputs: only bytes that the DSP may write
 * @range: result; covers each byte of the arguments once, and no other bytes
 *
 * Return: true; false: there are no more.
 */
bool frpc_message_next_synced(const struct frpc_message *msg, u32 *at, bool only_outputs,
			      struct frpc_range *range)
{
	bool is_found = false;

	for (; *at < msg->nr_synced; (*at)++) {
		u32 i = msg->order[*at];
		u64 start = msg->places[i].start, end = start + msg->args[i].len;

		if (only_outputs && !message_is_output(msg, i))
			continue;
		if (is_found && start > range->end)
			break;
		*range = (struct frpc_range){
			.start = is_found ? range->start : start,
			.end = is_found ? max(range->end, end) : end,
		};
		is_found = true;
	}
	return is_found;
}

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
void frpc_message_fill(const struct frpc_message *msg, void *buf, u64 iova, u64 session_bits)
{
	union dsp_arg *args = buf;
	struct dsp_list *lists = (struct dsp_list *)(args + msg->nr_args);
	struct dsp_page *pages = (struct dsp_page *)(lists + msg->nr_args);
	u32 i;

	memset(buf, 0, msg->metadata_len);
	for (i = 0; i < msg->nr_args; i++) {
		const struct frpc_arg *arg = &msg->args[i];

		lists[i].num = cpu_to_le32(arg->len ? 1 : 0);
		lists[i].pgidx = cpu_to_le32(i);
		if (i >= msg->nr_bufs)
			arg_fill_handle(arg, &args[i]);
		else if (frpc_arg_is_mapped(arg))
			arg_fill_mapped(arg, &args[i]);
		else
			arg_fill_inline(arg, iova + msg->offsets[i], session_bits, &args[i],
					&pages[i]);
		if (frpc_arg_is_mapped(arg))
			place_fill_page(&msg->places[i], session_bits, &pages[i]);
	}
}

/* Where in the message the DSP flags the end of a call, with DSP_POLL_DONE. */
u32 frpc_message_poll_offset(const struct frpc_message *msg)
{
	return message_tail_offset(msg) + offsetof(struct dsp_tail, poll);
}

/**
 * frpc_message_fds() - the dma-bufs that the DSP returns
 * @msg: answered
 * @buf: start of the message buffer
 * @fds: result, DSP_FDLIST_LEN of them at most
 *
 * Return: how many descriptors.  Any numbers, any number of times: the DSP wrote them.
 */
u32 frpc_message_fds(const struct frpc_message *msg, const void *buf, s32 *fds)
{
	const struct dsp_tail *tail = buf + message_tail_offset(msg);
	__le64 list[DSP_FDLIST_LEN];
	u32 i, count = 0;
	u64 fd;

	memcpy(list, tail->fdlist, sizeof(list));
	for (i = 0; i < DSP_FDLIST_LEN && list[i]; i++) {
		fd = le64_to_cpu(list[i]);
		if (fd <= S32_MAX)
			fds[count++] = fd;
	}
	return count;
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
		       u32 handle, const struct frpc_message *msg, u64 addr)
{
	request->client_id = cpu_to_le32(client_id);
	request->tid = cpu_to_le32(tid);
	request->ctx = cpu_to_le64(cookie);
	request->handle = cpu_to_le32(handle);
	request->sc = cpu_to_le32(msg->sc);
	request->addr = cpu_to_le64(addr);
	request->size = cpu_to_le64(round_up(msg->len, DSP_PAGE_BYTES));
}

/**
 * frpc_response_parse() - read what the DSP sent
 * @data: received bytes
 * @len: how many
 * @rsp: result
 *
 * Return: 0; -EINVAL too short; -ENOMSG the word that reports a PD's exit.
 */
int frpc_response_parse(const void *data, int len, struct frpc_response *rsp)
{
	struct dsp_response raw;

	if (len < (int)sizeof(raw))
		return -EINVAL;
	/* received bytes need not be aligned */
	memcpy(&raw, data, sizeof(raw));
	rsp->cookie = le64_to_cpu(raw.ctx);
	rsp->retval = (s32)le32_to_cpu(raw.retval);
	return rsp->cookie == DSP_PD_EXIT ? -ENOMSG : 0;
}
