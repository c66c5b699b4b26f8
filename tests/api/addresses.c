// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bank of 32 bits has 4 GiB of addresses.  What finished calls leave mapped is kept
 * only as long as nothing else needs its addresses.
 */
#include <sys/mman.h>

#include "harness.h"

#define MIB	(1ul << 20)
#define LEN	(64 * MIB)
#define COUNT	61

static int memory, buf[COUNT];

static long touch(int fd, int buffer, void *data, size_t len)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_in(&c, data, len)->fd = buffer;
	return call_send(fd, &c);
}

/* Nearly all addresses are taken by maps that no call uses any more. */
static void fill(int fd)
{
	udmabuf_need_many();
	memory = udmabuf_memory(LEN);
	for (int i = 0; i < COUNT; i++) {
		test_context("buffer %d", i);
		buf[i] = udmabuf_of(memory, LEN);
		REQUIRE_EQ(touch(fd, buf[i], NULL, LEN), 0);
	}
}

static void drop(void)
{
	for (int i = 0; i < COUNT; i++)
		close(buf[i]);
	close(memory);
}

TEST(heap_grows)
{
	int fd = node_open();
	uint64_t addr;

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	fill(fd);
	CHECK_EQ(add_pages(fd, 200 * MIB, &addr), 0);
	drop();
}

TEST(large_call)
{
	int fd = node_open();
	void *data;

	data = pages_alloc(200 * MIB);
	fill(fd);
	CHECK_EQ(touch(fd, -1, data, 200 * MIB), 0);
	munmap(data, 200 * MIB);
	drop();
}

TEST(another_buffer)
{
	int fd = node_open(), more;

	fill(fd);
	more = dmabuf_alloc(fd, 200 * MIB);
	REQUIRE(more >= 0);
	CHECK_EQ(touch(fd, more, NULL, 200 * MIB), 0);
	close(more);
	drop();
}

/* What a call or the DSP has is not given up: what does not fit is refused. */
TEST(what_is_in_use_stays)
{
	struct async_call async;
	int fd = node_open();
	uint64_t addr;
	struct call c;

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	fill(fd);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	for (int i = 0; i < COUNT; i++)
		call_in(&c, NULL, LEN)->fd = buf[i];
	control_behave(DSP_TEST_HANDLE, DSP_TEST_TOUCH, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	CHECK_EQ(add_pages(fd, 200 * MIB, &addr), -ENOMEM);
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&async), 0);
	CHECK_EQ(add_pages(fd, 200 * MIB, &addr), 0);
	drop();
}
