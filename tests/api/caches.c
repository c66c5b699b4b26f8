// SPDX-License-Identifier: GPL-2.0-only
/*
 * Banks that do not snoop the CPU's caches, and show it: what a call names is seen by
 * the other side, each byte is looked after once, and no other byte is touched.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN	(16 * PAGE)
#define LARGE	(4ul << 20)

static uint8_t plain[LEN];

static void xor_call(struct call *c, const void *in, void *out, int buf, size_t len)
{
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_XOR);
	call_in(c, in, len);
	call_out(c, out, len)->fd = buf;
}

static void check_xored(const uint8_t *got, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!CHECK_EQ(got[i], (uint8_t)(in[i] ^ 0x5a)))
			return;
}

/* What changes between two calls on one map is seen, in both directions, any part of it. */
static void check_both_ways(int fd, uint8_t *data, int buf)
{
	static const struct { size_t from, len; } parts[] = {
		{ 0, LEN }, { 0, 1 }, { 100, 5000 }, { PAGE, PAGE }, { LEN - 1, 1 }, { 8, 8 },
	};
	struct call c;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t from = parts[i].from, len = parts[i].len;

		test_context("%zu bytes from %zu", len, from);
		fill_pattern(data, LEN, i);
		CHECK_EQ(invoke_hash_check(fd, data + from, buf, len), 0);
		fill_pattern(plain, LEN, i + 10);
		xor_call(&c, plain, data + from, buf, len);
		CHECK_EQ(call_send(fd, &c), 0);
		check_xored(data + from, plain, len);
	}
}

TEST(buffer_of_another)
{
	int fd = node_open(), buf = udmabuf_alloc(LEN);
	uint8_t *data = dmabuf_map(buf, LEN);

	check_both_ways(fd, data, buf);
	munmap(data, LEN);
	close(buf);
}

/* Programs do nothing about caches for these: they are mapped uncached. */
TEST(buffer_of_ours)
{
	int fd = node_open(), buf = dmabuf_alloc(fd, LEN);
	uint8_t *data = dmabuf_map(buf, LEN);

	check_both_ways(fd, data, buf);
	munmap(data, LEN);
	close(buf);
}

/* What the program writes beside the output while the DSP is at work stays. */
TEST(neighbours_are_kept)
{
	int fd = node_open(), buf = udmabuf_alloc(LEN);
	uint8_t *data = dmabuf_map(buf, LEN);
	struct async_call async;
	struct call c;

	memset(data, 1, LEN);
	fill_pattern(plain, PAGE, 3);
	xor_call(&c, plain, data + 4 * PAGE, buf, PAGE);
	CHECK_EQ(call_send(fd, &c), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_XOR, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	memset(data, 2, 4 * PAGE);
	memset(data + 5 * PAGE, 3, LEN - 5 * PAGE);
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&async), 0);
	check_xored(data + 4 * PAGE, plain, PAGE);
	for (size_t i = 0; i < LEN; i++)
		if (i / PAGE != 4 && !CHECK_EQ(data[i], i < 4 * PAGE ? 2 : 3))
			break;
	munmap(data, LEN);
	close(buf);
}

/* Many arguments in a large buffer: their bytes once, and nothing of the rest. */
TEST(each_byte_once)
{
	enum { COUNT = 120 };
	int fd = node_open(), buf = udmabuf_alloc(LARGE);
	uint8_t *data = dmabuf_map(buf, LARGE);
	static struct call c;
	long hits;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	for (int i = 0; i < COUNT; i++)
		call_in(&c, data + i * 8 * PAGE, PAGE)->fd = buf;
	for (int i = 0; i < COUNT; i++)
		call_out(&c, data + i / 2 * 8 * PAGE, 2 * PAGE)->fd = buf;
	CHECK_EQ(call_send(fd, &c), 0);
	probe_start("arch_sync_dma_for_device");
	CHECK_EQ(call_send(fd, &c), 0);
	hits = probe_hits();
	probe_stop();
	/* each page once, and the message */
	CHECK(hits >= COUNT + COUNT / 2);
	CHECK(hits <= COUNT + COUNT / 2 + 10);
	probe_start("arch_sync_dma_for_cpu");
	CHECK_EQ(call_send(fd, &c), 0);
	hits = probe_hits();
	probe_stop();
	CHECK(hits >= COUNT);
	CHECK(hits <= COUNT + 10);
	munmap(data, LARGE);
	close(buf);
}

/* A process begins, grows and is given a buffer, all of which the DSP looks at. */
TEST(memory_of_a_process)
{
	int fd = node_open(), buf = udmabuf_alloc(LEN);
	uint8_t *data = dmabuf_map(buf, LEN);
	uint64_t addr;

	fill_pattern(data, LEN, 4);
	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	CHECK_EQ(add_pages(fd, LEN, &addr), 0);
	CHECK_EQ(remove_pages(fd, addr, LEN), 0);
	CHECK_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, LEN, &addr), 0);
	CHECK_EQ(mem_unmap(fd, buf, addr, LEN), 0);
	munmap(data, LEN);
	close(buf);
}
