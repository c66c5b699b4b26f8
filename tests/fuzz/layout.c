// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any scalars word with any arguments: either refused for a reason that can be
 * named, or laid out as a naive model says, and then the metadata made of it
 * leads the DSP to the right bytes.
 *
 * Input: counts of in- and out-buffers, a byte with those of the handles, then
 * for each argument a byte of kinds, four bytes of address and four of length.
 */
#include <linux/kernel.h>
#include <errno.h>

#include "fuzz.h"
#include "layout.h"

static const u64 places[] = {
	0x10000, 0x7ffffffff000, 0xffff000080000000, U64_MAX - 0xfff, 1ull << 63, 0,
};

static const u64 sizes[] = { 0, FRPC_MESSAGE_MAX, 1ull << 32, U64_MAX - U32_MAX };

static void take_arg(struct input *in, struct layout *l, u32 i)
{
	struct frpc_arg *a = &l->args[i];
	u32 kind = take(in, 1), place = kind & 7;

	a->ptr = (u32)take(in, 4);
	a->len = (u32)take(in, 4);
	if (kind & 0x20)
		a->len &= 0xffff;	/* the common case: many of them fit */
	else
		a->len += sizes[kind >> 3 & 3];
	if (place < ARRAY_SIZE(places))
		a->ptr = places[place] + (kind & 0x20 ? a->ptr & 0x3ffff : a->ptr);
	else if (i)		/* at, or just before, the end of the one before */
		a->ptr = l->args[i - 1].ptr + l->args[i - 1].len - (place == 7 ? a->ptr & 0xff : 0);
	a->fd = kind & 0x40 ? (kind & 0x80 ? 7 : 0) : -1;
}

static bool is_refusable(const struct layout *l, u32 i)
{
	const struct frpc_arg *a = &l->args[i];

	if (i >= l->msg.nr_bufs)
		return a->len > U32_MAX;
	if (a->ptr + a->len < a->ptr)
		return true;
	return frpc_arg_is_inline(a) && a->len > FRPC_MESSAGE_MAX;
}

/* The unused argument that begins first; of two, the longer. */
static s32 next_arg(const struct layout *l, const bool *used)
{
	s32 best = -1;

	for (u32 i = 0; i < l->msg.nr_bufs; i++) {
		const struct frpc_arg *a = &l->args[i], *b = &l->args[best < 0 ? 0 : best];

		if (used[i] || !carries_bytes(l, i))
			continue;
		if (best < 0 || a->ptr < b->ptr || (a->ptr == b->ptr && a->len > b->len))
			best = i;
	}
	return best;
}

/* Length of the message if bytes that the caller has twice count once. */
static u64 model_len(const struct layout *l)
{
	bool used[FRPC_ARGS_MAX] = {};
	u64 len = ALIGN(40ull * l->msg.nr_args + 388, DSP_ALIGN), end = 0;
	s32 i;

	while ((i = next_arg(l, used)) >= 0) {
		u64 first = l->args[i].ptr, last = first + l->args[i].len;

		used[i] = true;
		if (first >= end)
			len = ALIGN(len, DSP_ALIGN) + last - first;
		else if (last > end)
			len += last - end;
		end = last > end ? last : end;
	}
	return len;
}

static void check_request(const struct layout *l, u64 cookie, u64 addr)
{
	struct dsp_request request;
	u8 *bytes = (u8 *)&request;
	u64 words[5];

	memset(&request, 0xee, sizeof(request));
	frpc_request_fill(&request, cookie, 3, 77, (u32)addr, &l->msg, addr);
	CHECK_EQ(sizeof(request), sizeof(words));
	memcpy(words, bytes, sizeof(words));
	CHECK_EQ(words[0], 77ull << 32 | 3);
	CHECK_EQ(words[1], cookie);
	CHECK_EQ(words[2], (u64)l->msg.sc << 32 | (u32)addr);
	CHECK_EQ(words[3], addr);
	CHECK_EQ(words[4], (l->msg.len + 4095ull) / 4096 * 4096);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct layout l;
	struct input in = { data, len };
	u32 ins = take(&in, 1), outs = take(&in, 1), handles = take(&in, 1);
	bool refusable = false;
	int ret;

	layout_init(&l, scalars(ins, outs, handles >> 4, handles & 15));
	for (u32 i = 0; i < l.msg.nr_args; i++) {
		take_arg(&in, &l, i);
		refusable |= is_refusable(&l, i);
	}
	ret = frpc_message_layout(&l.msg);
	refusable = refusable || model_len(&l) > FRPC_MESSAGE_MAX;
	CHECK_EQ(ret, refusable ? -EINVAL : 0);
	if (!ret) {
		CHECK_EQ(l.msg.len, model_len(&l));
		check_layout(&l);
		check_metadata(&l);
		check_request(&l, (u64)ins << 56 | l.msg.len, (u64)handles << 32 | 0xfffff000);
	}
	return fuzz_verdict();
}
