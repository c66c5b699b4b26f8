// SPDX-License-Identifier: GPL-2.0-only
/* INVOKE with inline buffers of every count, size and alignment: the bytes arrive. */
#include "harness.h"

static const size_t sizes[] = {
	1, 2, 3, 7, 8, 127, 128, 129, 511, 512, 513, 2047, 4094, 4095, 4096, 4097,
	8191, 8192, 8193, 65023, 65024, 65025, 65535, 65536, 65537, 1048575, 1048576,
	/* around what the driver keeps for reuse, and beyond */
	(4 << 20) - 1024, (4 << 20) + 1, 9 << 20,
};

/* FNV-1a, 64 bits: the checksum that the DSP computes. */
static uint64_t checksum(uint64_t sum, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ p[i]) * 0x100000001b3ull;
	return sum;
}

#define CHECKSUM_START	0xcbf29ce484222325ull

TEST(no_buffers)
{
	CHECK_EQ(invoke_null(node_open()), 0);
}

/* There and back through one buffer each, in blocks that end at an unmapped page. */
TEST(sizes_there_and_back)
{
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint8_t *in = guarded_alloc(sizes[i]), *out = guarded_alloc(sizes[i]);
		struct call c;

		test_context("%zu bytes", sizes[i]);
		fill_pattern(in, sizes[i], i);
		memset(out, 0xee, sizes[i]);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizes[i]);
		call_out(&c, out, sizes[i]);
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_MEM(out, in, sizes[i]);
		guarded_free(in, sizes[i]);
		guarded_free(out, sizes[i]);
	}
}

/* The DSP sees the caller's bytes, not something that merely comes back alike. */
TEST(sizes_seen_by_the_dsp)
{
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint8_t *in = guarded_alloc(sizes[i]);
		uint64_t sum = 0;
		struct call c;

		test_context("%zu bytes", sizes[i]);
		fill_pattern(in, sizes[i], 100 + i);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_CHECKSUM);
		call_in(&c, in, sizes[i]);
		call_out(&c, &sum, sizeof(sum));
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_EQ(sum, checksum(CHECKSUM_START, in, sizes[i]));
		guarded_free(in, sizes[i]);
	}
}

/* Whatever the caller's alignment, and across the ends of pages. */
TEST(unaligned_and_page_crossing)
{
	uint8_t *in = pages_alloc(4 * PAGE), *out = pages_alloc(4 * PAGE);
	static const size_t lengths[] = { 1, 2, 4, 100, 4096, 5000 };
	int fd = node_open();

	fill_pattern(in, 4 * PAGE, 7);
	for (size_t l = 0; l < ARRAY_SIZE(lengths); l++) {
		for (size_t at = PAGE - 6; at <= PAGE + 1; at++) {
			size_t len = lengths[l], to = 2 * PAGE - at;
			struct call c;

			test_context("%zu bytes at %zu to %zu", len, at, to);
			memset(out, 0xee, 4 * PAGE);
			call_init(&c, DSP_TEST_HANDLE, DSP_TEST_XOR);
			call_in(&c, in + at, len);
			call_out(&c, out + to, len);
			CHECK_EQ(call_send(fd, &c), 0);
			for (size_t i = 0; i < len; i++)
				if (!CHECK_EQ(out[to + i], in[at + i] ^ 0x5a))
					break;
			CHECK_EQ(out[to - 1], 0xee);
			CHECK_EQ(out[to + len], 0xee);
		}
	}
}

/* Buffers that cross a page inside the message: sizes that push later ones along. */
TEST(page_crossing_in_the_message)
{
	static uint8_t in[3][8192], out[3][8192];
	int fd = node_open();

	for (size_t first = 3000; first < 4200; first += 37) {
		const size_t len[3] = { first, 1700, 2700 };
		struct call c;

		test_context("first buffer of %zu bytes", first);
		memset(out, 0xee, sizeof(out));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		for (int i = 0; i < 3; i++) {
			fill_pattern(in[i], sizeof(in[i]), first + i);
			call_in(&c, in[i], len[i]);
		}
		for (int i = 0; i < 3; i++)
			call_out(&c, out[i], len[i]);
		CHECK_EQ(call_send(fd, &c), 0);
		for (int i = 0; i < 3; i++)
			CHECK_MEM(out[i], in[i], len[i]);
	}
}

/* @n buffers each way, each of its own length and content. */
static void many(int fd, unsigned int ins, unsigned int outs, size_t step)
{
	unsigned int pairs = ins < outs ? ins : outs;
	uint8_t *in = pages_alloc((step * 256 + PAGE) & ~(PAGE - 1));
	uint8_t *out = pages_alloc((step * 256 + PAGE) & ~(PAGE - 1));
	static uint8_t zero[PAGE];
	struct call c;

	test_context("%u in, %u out, %zu bytes", ins, outs, step);
	fill_pattern(in, step * 256, ins * 1000 + outs);
	memset(out, 0xee, step * 256);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	for (unsigned int i = 0; i < ins; i++)
		call_in(&c, in + step * i, step - i % step);
	for (unsigned int i = 0; i < outs; i++)
		call_out(&c, out + step * i, step - i % step);
	CHECK_EQ(call_send(fd, &c), 0);
	for (unsigned int i = 0; i < outs; i++) {
		size_t len = step - i % step;

		if (!CHECK_MEM(out + step * i, i < pairs ? in + step * i : zero, len))
			break;
		for (size_t j = len; j < step; j++)
			if (!CHECK_EQ(out[step * i + j], 0xee))
				return;
	}
}

TEST(counts)
{
	static const unsigned int counts[] = { 0, 1, 2, 15, 16, 17, 100, 254, 255 };
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		for (size_t o = 0; o < ARRAY_SIZE(counts); o++)
			many(fd, counts[i], counts[o], 16);
	many(fd, 255, 255, 1000);
}

/* The order of all 255 counts for the checksum. */
TEST(many_in_buffers_in_their_order)
{
	uint8_t *in = pages_alloc(256 * PAGE);
	uint64_t sum = 0, want = CHECKSUM_START;
	int fd = node_open();
	struct call c;

	fill_pattern(in, 256 * PAGE, 3);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_CHECKSUM);
	for (unsigned int i = 0; i < 255; i++) {
		/* addresses that jump about: wire order is argument order all the same */
		uint8_t *at = in + (i * 101 % 255) * PAGE + i % 64;

		call_in(&c, at, i % 300);
		want = checksum(want, at, i % 300);
	}
	call_out(&c, &sum, sizeof(sum));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_EQ(sum, want);
}

/* Output that no input determined: nothing can have been copied over from there. */
TEST(outputs_alone)
{
	static uint8_t out[5][300];
	uint32_t seed = 0x1234;
	int fd = node_open();
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_FILL);
	call_in(&c, &seed, sizeof(seed));
	for (int i = 0; i < 5; i++)
		call_out(&c, out[i], 60 * i + 1);
	CHECK_EQ(call_send(fd, &c), 0);
	for (int i = 0; i < 5; i++)
		for (int j = 0; j <= 60 * i; j++)
			if (!CHECK_EQ(out[i][j], (uint8_t)(seed + 31 * i + j)))
				return;
}

/* Length 0: with any address, anywhere in the list, the neighbours are unmoved. */
TEST(zero_lengths)
{
	static uint8_t in[2][64], out[2][64];
	int fd = node_open();
	struct call c;

	fill_pattern(in, sizeof(in), 9);
	memset(out, 0, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, NULL, 0);
	call_in(&c, in[0], 64);
	call_in(&c, in[0] + 10, 0);
	call_in(&c, in[1], 64);
	call_in(&c, (void *)~0ul, 0);
	call_out(&c, NULL, 0);
	call_out(&c, out[0], 64);
	call_out(&c, (void *)0xffff000080000000ul, 0);
	call_out(&c, out[1], 64);
	call_out(&c, out[1] + 5, 0);
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	for (int i = 0; i < 255; i++)
		call_in(&c, NULL, 0);
	for (int i = 0; i < 255; i++)
		call_out(&c, NULL, 0);
	CHECK_EQ(call_send(fd, &c), 0);
}

/* fd 0 means the same as fd -1: no dma-buf. */
TEST(fd_zero_is_no_fd)
{
	uint8_t in[40], out[40];
	int fd = node_open();
	struct call c;

	fill_pattern(in, sizeof(in), 11);
	memset(out, 0, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in))->fd = 0;
	call_out(&c, out, sizeof(out))->fd = 0;
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
}

/* Handles go along as numbers; the DSP has nothing against them here. */
TEST(handles_without_mapping)
{
	uint8_t in[40], out[40];
	int fd = node_open();
	struct call c;

	fill_pattern(in, sizeof(in), 12);
	memset(out, 0, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	for (int i = 0; i < 30; i++)
		c.args[2 + i].fd = i & 1 ? -1 : 0;
	c.in_handles = 15;
	c.out_handles = 15;
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
}

/* A thousand calls of changing shape on one session: its pooled buffers serve all. */
TEST(changing_shapes)
{
	uint8_t *in = pages_alloc(64 * PAGE), *out = pages_alloc(64 * PAGE);
	int fd = node_open();
	uint32_t x = 1;

	fill_pattern(in, 64 * PAGE, 13);
	for (int round = 0; round < 1000; round++) {
		size_t len, at;
		struct call c;

		x = x * 1664525u + 1013904223u;
		len = (x >> 8) % (round % 10 ? 500 : 60 * PAGE);
		at = x % 1000;
		test_context("round %d: %zu bytes at %zu", round, len, at);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in + at, len);
		call_out(&c, out, len);
		if (!CHECK_EQ(call_send(fd, &c), 0) || !CHECK_MEM(out, in + at, len))
			break;
	}
}
