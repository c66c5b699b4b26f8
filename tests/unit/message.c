// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message code: cookies, responses, refusals, and properties of any layout.
 *
 *	message [seed [rounds]]		the seed is printed; the default is fixed
 */
#include <linux/types.h>
#include <linux/math.h>
#include <linux/align.h>
#include <asm/page.h>
#include <errno.h>
#include <string.h>

#include "message.h"
#include "unit.h"

static u64 random_state;

static u32 random_below(u32 n)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % n;
}

/* ---- cookies ---- */

static void test_cookies(void)
{
	CHECK_EQ(frpc_cookie(0, 1, 0), 0x100);
	CHECK_EQ(frpc_cookie(1, 255, 0), 0xff01);
	CHECK_EQ(frpc_cookie(2, 16, 0xffffffff), 0xffffffff1002);
	CHECK_EQ(frpc_cookie(1, 2, 0x123456789abcull), 0x123456789abc0201);
	for (u32 index = FRPC_INDEX_MIN; index <= FRPC_INDEX_MAX; index++) {
		u64 cookie = frpc_cookie(1, index, 0xfedcba987654ull);

		CHECK_EQ(frpc_cookie_index(cookie), index);
		CHECK_EQ(cookie >> 4 & 0xf, 0);	/* job type: never ours */
		CHECK(cookie != DSP_PD_EXIT);
	}
}

/* ---- responses ---- */

static int parse(const u8 *bytes, int len, struct frpc_response *rsp)
{
	/* in a block of its own size at an odd address: a read too far shows */
	u8 *copy = malloc(len + 1);
	int ret;

	memcpy(copy + 1, bytes, len);
	ret = frpc_response_parse(copy + 1, len, rsp);
	free(copy);
	return ret;
}

static void test_responses(void)
{
	static const u8 good[64] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
		0x14, 0x04, 0x00, 0x80, 0xff, 0xff, 0xff, 0xff, 0x55,
	};
	static const u8 pd_exit[16] = { 0xcd, 0xab, 0xcd, 0xab };
	static const u8 not_quite[16] = { 0xcd, 0xab, 0xcd, 0xab, 0x01 };
	struct frpc_response rsp;

	for (int len = 0; len < 16; len++)
		CHECK_EQ(parse(good, len, &rsp), -EINVAL);
	for (int len = 16; len <= 64; len++) {
		CHECK_EQ(parse(good, len, &rsp), 0);
		CHECK_EQ(rsp.cookie, 0x0807060504030201);
		CHECK_EQ(rsp.retval, (s32)0x80000414);
	}
	CHECK_EQ(parse(pd_exit, 16, &rsp), -ENOMSG);
	CHECK_EQ(parse(pd_exit, 15, &rsp), -EINVAL);
	/* all 64 bits count */
	CHECK_EQ(parse(not_quite, 16, &rsp), 0);
	CHECK_EQ(frpc_response_parse(good, -1, &rsp), -EINVAL);
}

/* ---- layouts ---- */

struct layout {
	struct frpc_message msg;
	struct frpc_arg args[FRPC_ARGS_MAX];
	u32 offsets[FRPC_ARGS_MAX];
	u16 order[FRPC_ARGS_MAX];
};

static u32 scalars(u32 ins, u32 outs, u32 in_handles, u32 out_handles)
{
	return ins << 16 | outs << 8 | in_handles << 4 | out_handles;
}

static void layout_init(struct layout *l, u32 sc)
{
	memset(l, 0, sizeof(*l));
	l->msg.args = l->args;
	l->msg.offsets = l->offsets;
	l->msg.order = l->order;
	frpc_message_init(&l->msg, sc);
	for (u32 i = 0; i < l->msg.nr_args; i++)
		l->args[i].fd = -1;
}

static void test_scalars(void)
{
	struct layout l;

	layout_init(&l, 0x1f030201);
	CHECK_EQ(l.msg.nr_ins, 3);
	CHECK_EQ(l.msg.nr_bufs, 5);
	CHECK_EQ(l.msg.nr_args, 6);
	layout_init(&l, 0xffffffff);
	CHECK_EQ(l.msg.nr_ins, 255);
	CHECK_EQ(l.msg.nr_bufs, 510);
	CHECK_EQ(l.msg.nr_args, FRPC_ARGS_MAX);
	CHECK_EQ(DSP_SCALARS(8, 3, 0), 0x08030000);
	CHECK_EQ(DSP_SCALARS(31, 255, 255), 0x1fffff00);
}

static int layout_one(u64 ptr, u64 len, s32 fd)
{
	struct layout l;

	layout_init(&l, scalars(1, 0, 0, 0));
	l.args[0].ptr = ptr;
	l.args[0].len = len;
	l.args[0].fd = fd;
	return frpc_message_layout(&l.msg);
}

static void test_refusals(void)
{
	static const u64 lengths[] = {
		U64_MAX, 1ull << 63, (1ull << 63) - 1, 1ull << 32, (1ull << 32) - 1,
		1ull << 31, FRPC_MESSAGE_MAX + 1ull, U64_MAX - 4095, U64_MAX - 127,
	};
	struct layout l;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CHECK_EQ(layout_one(0, lengths[i], -1), -EINVAL);
		CHECK_EQ(layout_one(0x1000, lengths[i], -1), -EINVAL);
		CHECK_EQ(layout_one(0x1000, lengths[i], 0), -EINVAL);
	}
	/* an address that wraps, by one byte and by many, also when mapped */
	CHECK_EQ(layout_one(U64_MAX, 2, -1), -EINVAL);
	CHECK_EQ(layout_one(U64_MAX - 4095, 8192, -1), -EINVAL);
	CHECK_EQ(layout_one(U64_MAX, 2, 5), -EINVAL);
	CHECK_EQ(layout_one(U64_MAX, 0, -1), 0);

	/* each fits, all together do not: 2 * 128 MiB plus metadata */
	layout_init(&l, scalars(2, 0, 0, 0));
	l.args[0].ptr = 0;
	l.args[1].ptr = 1ull << 40;
	l.args[0].len = l.args[1].len = FRPC_MESSAGE_MAX / 2;
	CHECK_EQ(frpc_message_layout(&l.msg), -EINVAL);
	/* ... unless they are the same bytes */
	l.args[1].ptr = 0;
	CHECK_EQ(frpc_message_layout(&l.msg), 0);

	/* 510 buffers whose sum passes 32 bits 32 times over */
	layout_init(&l, scalars(255, 255, 0, 0));
	for (u32 i = 0; i < 510; i++) {
		l.args[i].ptr = (u64)i << 40;
		l.args[i].len = FRPC_MESSAGE_MAX;
	}
	CHECK_EQ(frpc_message_layout(&l.msg), -EINVAL);

	/* a handle's length has 32 bits on the wire */
	layout_init(&l, scalars(0, 0, 1, 0));
	l.args[0].len = U32_MAX;
	CHECK_EQ(frpc_message_layout(&l.msg), 0);
	l.args[0].len = 1ull << 32;
	CHECK_EQ(frpc_message_layout(&l.msg), -EINVAL);
}

static bool carries_bytes(const struct layout *l, u32 i)
{
	return i < l->msg.nr_bufs && l->args[i].len &&
	       (l->args[i].fd == 0 || l->args[i].fd == -1);
}

/*
 * The whole meaning of a layout, pair by pair: bytes that the caller has twice
 * are in the message once, bytes that are apart stay apart.
 */
static void check_pair(const struct layout *l, u32 i, u32 j)
{
	const struct frpc_arg *a = &l->args[i], *b = &l->args[j];
	u64 at_a = l->offsets[i], at_b = l->offsets[j];
	bool shares = a->ptr < b->ptr + b->len && b->ptr < a->ptr + a->len;
	bool meets = at_a < at_b + b->len && at_b < at_a + a->len;

	CHECK_EQ(meets, shares);
	if (shares)
		CHECK_EQ(at_a - at_b, a->ptr - b->ptr);
}

/* Nobody's bytes begin before and reach into this one: it opens a block. */
static bool opens_block(const struct layout *l, u32 i)
{
	for (u32 j = 0; j < l->msg.nr_bufs; j++)
		if (carries_bytes(l, j) && l->args[j].ptr < l->args[i].ptr &&
		    l->args[j].ptr + l->args[j].len > l->args[i].ptr)
			return false;
	return true;
}

static void check_layout(const struct layout *l)
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

/* What the DSP does with the metadata leads it to the same bytes. */
static void check_metadata(const struct layout *l)
{
	const u64 iova = 0xffe00000, session = 5ull << 32;
	u32 n = l->msg.nr_args;
	u8 *buf = malloc(l->msg.len);
	u64 *args = (u64 *)buf, *pages = (u64 *)(buf + 24 * n);
	u32 *lists = (u32 *)(buf + 16 * n);

	memset(buf, 0xee, l->msg.len);
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
			CHECK_EQ(pages[2 * i] | pages[2 * i + 1], 0);
			continue;
		}
		CHECK_EQ(args[2 * i + 1], a->len);
		if (!carries_bytes(l, i)) {
			if (!a->len)
				CHECK_EQ(pages[2 * i] | pages[2 * i + 1], 0);
			continue;
		}
		/* the DSP's rule: page address plus the token's low bits */
		CHECK_EQ(pages[2 * i] + args[2 * i] % PAGE_SIZE, start + session);
		CHECK_EQ(pages[2 * i] % PAGE_SIZE, 0);
		CHECK_EQ(pages[2 * i + 1] % PAGE_SIZE, 0);
		/* covers the bytes, with not one page more */
		CHECK(start % PAGE_SIZE + a->len <= pages[2 * i + 1]);
		CHECK(start % PAGE_SIZE + a->len + PAGE_SIZE > pages[2 * i + 1]);
		/* a token never looks like a kernel address */
		CHECK_EQ(args[2 * i] >> 48, 0);
	}
	for (u32 i = 40 * n; i < l->msg.metadata_len; i++)
		CHECK_EQ(buf[i], 0);
	free(buf);
}

/* Small addresses and lengths, so that every kind of overlap is common. */
static void random_layout(struct layout *l)
{
	static const u32 spans[] = { 16, 64, 300, 5000, 100000 };
	u32 span = spans[random_below(5)], max = random_below(4) ? 6 : 40;

	layout_init(l, scalars(random_below(max), random_below(max),
			       random_below(3), random_below(3)));
	for (u32 i = 0; i < l->msg.nr_args; i++) {
		struct frpc_arg *a = &l->args[i];

		a->ptr = 0x10000 + random_below(span);
		a->len = random_below(8) ? 1 + random_below(span / 2) : 0;
		a->fd = random_below(2) ? -1 : 0;
		l->offsets[i] = 0xdddddddd;	/* stale */
	}
}

static void test_random_layouts(u64 rounds)
{
	static struct layout l;

	for (u64 i = 0; i < rounds && unit_failures < 20; i++) {
		random_layout(&l);
		if (!CHECK_EQ(frpc_message_layout(&l.msg), 0))
			continue;
		check_layout(&l);
		check_metadata(&l);
	}
}

/* Mapped buffers have no bytes here and must not move those that have. */
static void test_mapped_arguments_take_no_part(void)
{
	static struct layout with, without;

	for (int round = 0; round < 2000; round++) {
		random_layout(&with);
		without = with;
		without.msg.args = without.args;
		without.msg.offsets = without.offsets;
		without.msg.order = without.order;
		for (u32 i = 0; i < with.msg.nr_bufs; i += 2) {
			with.args[i].fd = 7;
			without.args[i].len = 0;
		}
		CHECK_EQ(frpc_message_layout(&with.msg), 0);
		CHECK_EQ(frpc_message_layout(&without.msg), 0);
		CHECK_EQ(with.msg.len, without.msg.len);
		for (u32 i = 1; i < with.msg.nr_bufs; i += 2)
			if (with.args[i].len)
				CHECK_EQ(with.offsets[i], without.offsets[i]);
		if (unit_failures)
			return;
	}
}

/* The most that a scalars word can count, in ascending and in descending order. */
static void test_largest(void)
{
	static struct layout l;

	for (int descending = 0; descending < 2; descending++) {
		layout_init(&l, scalars(255, 255, 15, 15));
		for (u32 i = 0; i < l.msg.nr_args; i++) {
			u32 at = descending ? l.msg.nr_args - i : i;

			l.args[i].ptr = 0x100000 + at * 0x1001ull;
			l.args[i].len = 0x1000;
		}
		CHECK_EQ(frpc_message_layout(&l.msg), 0);
		CHECK_EQ(l.msg.metadata_len, ALIGN(40 * 540 + 388, 128));
		CHECK_EQ(l.msg.len, l.msg.metadata_len + 510 * 0x1000);
		check_layout(&l);
		check_metadata(&l);
	}
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20261122;
	u64 rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : 20000;

	printf("seed %llu, %llu rounds\n", (unsigned long long)seed, (unsigned long long)rounds);
	random_state = seed;
	test_cookies();
	test_responses();
	test_scalars();
	test_refusals();
	test_random_layouts(rounds);
	test_mapped_arguments_take_no_part();
	test_largest();
	return unit_result();
}
