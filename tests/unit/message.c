// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message code: cookies, responses, refusals, and properties of any layout.
 *
 *	message [seed [rounds]]		the seed is printed; the default is fixed
 */
#include <linux/types.h>
#include <linux/math.h>
#include <linux/align.h>
#include <errno.h>
#include <string.h>

#include "layout.h"
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
	l.args[0].len = FRPC_MESSAGE_MAX / 2;
	l.args[1].len = FRPC_MESSAGE_MAX / 2;
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

/* ---- what is copied, and what caches are looked after for ---- */

#define SPAN_FIRST	0x10000u
#define SPAN_LEN	200000u

static u8 named[SPAN_LEN], done[SPAN_LEN];

static void count(u8 *bytes, u64 from, u64 to)
{
	for (; from < to; from++)
		bytes[from - SPAN_FIRST]++;
}

/* Every byte that an argument names is there once, and no other byte. */
static void check_once(void)
{
	for (u32 i = 0; i < SPAN_LEN; i++)
		if (done[i] != !!named[i] && !CHECK_EQ(done[i], !!named[i]))
			return;
}

static void check_copied_once(const struct layout *l, u32 from, u32 to)
{
	memset(named, 0, sizeof(named));
	memset(done, 0, sizeof(done));
	for (u32 i = from; i < to; i++) {
		const struct frpc_arg *a = &l->args[i];
		u32 skip = frpc_message_skip(&l->msg, i);

		CHECK(skip <= a->len);
		if (!carries_bytes(l, i)) {
			CHECK_EQ(skip, 0);
			continue;
		}
		count(named, a->ptr, a->ptr + a->len);
		count(done, a->ptr + skip, a->ptr + a->len);
	}
	check_once();
}

static void check_synced_once(const struct layout *l, bool only_outputs)
{
	const struct frpc_message *msg = &l->msg;
	u32 first_out_handle = msg->nr_bufs + DSP_SCALARS_IN_HANDLES(msg->sc), at = 0;
	struct frpc_range range;

	memset(named, 0, sizeof(named));
	memset(done, 0, sizeof(done));
	for (u32 i = 0; i < msg->nr_args; i++) {
		bool is_output = i < msg->nr_bufs ? i >= msg->nr_ins : i >= first_out_handle;

		if (l->places[i].is_synced && l->args[i].len && (is_output || !only_outputs))
			count(named, l->places[i].start, l->places[i].start + l->args[i].len);
	}
	while (frpc_message_next_synced(msg, &at, only_outputs, &range)) {
		CHECK(range.start < range.end);
		count(done, range.start, range.end);
	}
	check_once();
}

static void test_synced(u64 rounds)
{
	static struct layout l;

	for (u64 round = 0; round < rounds && unit_failures < 20; round++) {
		random_layout(&l);
		for (u32 i = 0; i < l.msg.nr_args; i++) {
			l.args[i].fd = 7;
			frpc_place_set(&l.places[i], l.args[i].ptr, l.args[i].len);
			l.places[i].is_synced = random_below(3);
		}
		CHECK_EQ(frpc_message_layout(&l.msg), 0);
		frpc_message_sort_synced(&l.msg);
		check_synced_once(&l, false);
		check_synced_once(&l, true);
	}
}

static void test_places(void)
{
	struct frpc_place p;

	frpc_place_set(&p, 0x12345678, 1);
	CHECK_EQ(p.iova, 0x12345000);
	CHECK_EQ(p.len, 0x1000);
	CHECK_EQ(p.start, 0x12345678);
	frpc_place_set(&p, 0x12345fff, 2);
	CHECK_EQ(p.iova, 0x12345000);
	CHECK_EQ(p.len, 0x2000);
	frpc_place_set(&p, 0x3fffff000, 0x1000);
	CHECK_EQ(p.iova, 0x3fffff000);
	CHECK_EQ(p.len, 0x1000);
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
		if (i % 100)
			continue;
		check_copied_once(&l, 0, l.msg.nr_ins);
		check_copied_once(&l, l.msg.nr_ins, l.msg.nr_bufs);
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
		without.msg.skips = without.skips;
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
	test_places();
	test_random_layouts(rounds);
	test_synced(rounds / 100);
	test_mapped_arguments_take_no_part();
	test_largest();
	return unit_result();
}
