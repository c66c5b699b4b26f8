// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers of gigabytes on the banks of a compute DSP, which have 34 bits: what one
 * session may have is bounded by those, and by the memory that there is.
 */
#include <sys/mman.h>

#include "harness.h"

#define GIB		(1ul << 30)
#define MIB		(1ul << 20)
#define UNSIGNED	8
#define SAME_MEMORY	(64 * MIB)

static int compute_open(void)
{
	int fd;

	control_select("cdsp");
	node_wait("/dev/fastrpc-cdsp", true);
	fd = node_try_open("/dev/fastrpc-cdsp");
	REQUIRE(fd >= 0);
	return fd;
}

static void check_part(int fd, uint8_t *data, int buf, size_t at)
{
	uint64_t hash;

	test_context("at %#zx", at);
	fill_pattern(data + at, PAGE, at >> 12);
	CHECK_EQ(invoke_hash(fd, data + at, buf, PAGE, &hash), 0);
	CHECK_EQ(hash, test_hash(0, data + at, PAGE));
}

static void check_size(size_t len)
{
	int fd = compute_open(), buf = dmabuf_alloc(fd, len);
	uint8_t *data;
	uint64_t addr;

	REQUIRE(buf >= 0);
	data = dmabuf_map(buf, len);
	check_part(fd, data, buf, 0);
	check_part(fd, data, buf, len / 2);
	check_part(fd, data, buf, len - PAGE);
	CHECK_EQ(create_pd(fd, -1, 0, UNSIGNED), 0);
	CHECK_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, len, &addr), 0);
	CHECK_EQ(mem_unmap(fd, buf, addr, len), 0);
	munmap(data, len);
	close(buf);
	node_close(fd);
}

TEST(two_gib)
{
	check_size(2 * GIB);
}

TEST(more_than_two_gib)
{
	check_size(2 * GIB + 300 * MIB);
}

/* 5 GiB of addresses, all of them in use at once, for the same memory. */
TEST(more_than_four_gib_in_a_session)
{
	enum { COUNT = 80 };
	int fd = compute_open(), memory, buf[COUNT];
	uint64_t addr;

	REQUIRE_EQ(create_pd(fd, -1, 0, UNSIGNED), 0);
	udmabuf_need_many();
	memory = udmabuf_memory(SAME_MEMORY);
	for (int i = 0; i < COUNT; i++) {
		test_context("buffer %d", i);
		buf[i] = udmabuf_of(memory, SAME_MEMORY);
		REQUIRE_EQ(mem_map(fd, buf[i], FASTRPC_MAP_FD, SAME_MEMORY, &addr), 0);
	}
	for (int i = 0; i < COUNT; i++)
		close(buf[i]);
	close(memory);
	node_close(fd);
}

/* As much as a model's context asks for, twice, for the heap of one process. */
TEST(heap_of_a_context)
{
	int fd = compute_open();
	uint64_t addr[2];

	REQUIRE_EQ(create_pd(fd, -1, 0, UNSIGNED), 0);
	CHECK_EQ(add_pages(fd, 280 * MIB, &addr[0]), 0);
	CHECK_EQ(add_pages(fd, 263 * MIB, &addr[1]), 0);
	CHECK_EQ(remove_pages(fd, addr[0], 280 * MIB), 0);
	CHECK_EQ(remove_pages(fd, addr[1], 263 * MIB), 0);
	/* more than the bank can address */
	CHECK_EQ(add_pages(fd, 17 * GIB, &addr[0]), -ENOMEM);
}
