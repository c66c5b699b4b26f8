/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold of any layout of a message, and of the metadata made from it. */
#ifndef TESTS_LAYOUT_H
#define TESTS_LAYOUT_H

#include <linux/types.h>
#include <linux/align.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "unit.h"

/* What the DSP counts in, whatever the kernel's pages are. */
#define WIRE_PAGE	4096ull

struct layout {
	struct frpc_message msg;
	struct frpc_arg args[FRPC_ARGS_MAX];
	u32 offsets[FRPC_ARGS_MAX];
	u32 skips[FRPC_ARGS_MAX];
	struct frpc_place places[FRPC_ARGS_MAX];
	u16 order[FRPC_ARGS_MAX];
};

static inline u32 scalars(u32 ins, u32 outs, u32 in_handles, u32 out_handles)
{
	return ins << 16 | outs << 8 | in_handles << 4 | out_handles;
}

static inline void layout_init(struct layout *l, u32 sc)
{
	memset(l, 0, sizeof(*l));
	l->msg.args = l->args;
	l->msg.offsets = l->offsets;
	l->msg.skips = l->skips;
	l->msg.places = l->places;
	l->msg.order = l->order;
	frpc_message_init(&l->msg, sc);
	for (u32 i = 0; i < l->msg.nr_args; i++) {
		l->args[i].fd = -1;
		l->places[i].iova = 0x10000000 + i * 0x100000;
		l->places[i].len = (i + 1) * WIRE_PAGE;
		l->places[i].is_physical = i % 3 == 2;
	}
}

static inline bool carries_bytes(const struct layout *l, u32 i)
{
	return i < l->msg.nr_bufs && l->args[i].len &&
	       (l->args[i].fd == 0 || l->args[i].fd == -1);
}

/*
 * The whole meaning of a layout, pair by pair: bytes that the caller has twice
 * are in the message once, bytes that are apart stay apart.
 */
static inline void check_pair(const struct layout *l, u32 i, u32 j)
{
	const struct frpc_arg *a = &l->args[i], *b = &l->args[j];
	u64 at_a = l->offsets[i], at_b = l->offsets[j];
	bool shares = a->ptr < b->ptr + b->len && b->ptr < a->ptr + a->len;
	bool meets = at_a < at_b + b->len && at_b < at_a + a->len;

	CHECK_EQ(meets, shares);
	if (shares)
		CHECK_EQ(at_a - at_b, a->ptr - b->ptr);
}

/* No other buffer begins before this one and reaches into it: it opens a block. */
static inline bool opens_block(const struct layout *l, u32 i)
{
	for (u32 j = 0; j < l->msg.nr_bufs; j++)
		if (carries_bytes(l, j) && l->args[j].ptr < l->args[i].ptr &&
		    l->args[j].ptr + l->args[j].len > l->args[i].ptr)
			return false;
	return true;
}

static inline void check_layout(const struct layout *l)
{
	const struct frpc_message *msg = &l->msg;

	CHECK_EQ(msg->metadata_len % DSP_ALIGN, 0);
	CHECK(msg->metadata_len >= 40 * msg->nr_args + 388);
	CHECK(msg->metadata_len < 40 * msg->nr_args + 388 + DSP_ALIGN);
	CHECK(msg->len >= msg->metadata_len);
	for (u32 i = 0; i < msg->nr_bufs; i++) {
		const struct frpc_arg *a = &l->args[i];

		if (!carries_bytes(l, i))
			continue;
		CHECK(l->offsets[i] >= msg->metadata_len);
		CHECK(l->offsets[i] + a->len <= msg->len);
		if (opens_block(l, i))
			CHECK_EQ(l->offsets[i] % DSP_ALIGN, 0);
		for (u32 j = 0; j < i; j++)
			if (carries_bytes(l, j))
				check_pair(l, i, j);
	}
}

/* Its page record is the place of its dma-buf, or nothing. */
static inline void check_place(const struct layout *l, u32 i, u64 session, const u64 *page)
{
	bool is_mapped = l->args[i].len && l->args[i].fd != 0 && l->args[i].fd != -1;

	if (l->places[i].is_physical)
		session = 0;
	CHECK_EQ(page[0], is_mapped ? l->places[i].iova + session : 0);
	CHECK_EQ(page[1], is_mapped ? l->places[i].len : 0);
}

/* What the DSP does with the metadata leads it to the same bytes. */
static inline void check_metadata(const struct layout *l)
{
	const u64 iova = 0xffe00000, session = 5ull << 32;
	u32 n = l->msg.nr_args;
	/* the metadata is all that may be written */
	u8 *buf = malloc(l->msg.metadata_len);
	u64 *args, *pages;
	u32 *lists;

	if (!buf)
		exit(1);
	args = (u64 *)buf;
	pages = (u64 *)(buf + 24 * n);
	lists = (u32 *)(buf + 16 * n);
	memset(buf, 0xee, l->msg.metadata_len);
	frpc_message_fill(&l->msg, buf, iova, session);
	for (u32 i = 0; i < n; i++) {
		const struct frpc_arg *a = &l->args[i];
		u64 start = iova + l->offsets[i];

		CHECK_EQ(lists[2 * i], a->len ? 1 : 0);
		CHECK_EQ(lists[2 * i + 1], i);
		if (i >= l->msg.nr_bufs) {
			CHECK_EQ((s32)args[2 * i], a->fd);
			CHECK_EQ(args[2 * i] >> 32, (u32)a->ptr);
			CHECK_EQ(args[2 * i + 1], a->len);
			check_place(l, i, session, pages + 2 * i);
			continue;
		}
		CHECK_EQ(args[2 * i + 1], a->len);
		if (!carries_bytes(l, i)) {
			CHECK_EQ(args[2 * i], a->len ? a->ptr : 0);
			check_place(l, i, session, pages + 2 * i);
			continue;
		}
		/* the DSP's rule: page address plus the token's low bits */
		CHECK_EQ(pages[2 * i] + args[2 * i] % WIRE_PAGE, start + session);
		CHECK_EQ(pages[2 * i] % WIRE_PAGE, 0);
		CHECK_EQ(pages[2 * i + 1] % WIRE_PAGE, 0);
		/* covers the bytes, with not one page more */
		CHECK(start % WIRE_PAGE + a->len <= pages[2 * i + 1]);
		CHECK(start % WIRE_PAGE + a->len + WIRE_PAGE > pages[2 * i + 1]);
		/* a token never looks like a kernel address */
		CHECK_EQ(args[2 * i] >> 48, 0);
	}
	for (u32 i = 40 * n; i < l->msg.metadata_len; i++)
		CHECK_EQ(buf[i], 0);
	free(buf);
}

#endif /* TESTS_LAYOUT_H */
