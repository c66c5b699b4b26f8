// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory above the 32 bits of a context bank.  An SMMU translates it; where none does, a
 * bank gets memory from below, and nothing is served from a copy of it.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "harness.h"

#define LEN	(256ul << 10)
#define ROUNDS	4

static bool is_translated(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return strcmp(st.domain_type, "identity");
}

/* Takes what there is below, so that the next page comes from above. */
static void require_high(void)
{
	char line[128];
	FILE *f = fopen("/proc/iomem", "re");
	unsigned long first, last, end = 0;

	REQUIRE(f);
	while (fgets(line, sizeof(line), f))
		if (strstr(line, "System RAM") && sscanf(line, "%lx-%lx", &first, &last) == 2)
			end = last;
	fclose(f);
	REQUIRE(end >> 32);
}

TEST(messages)
{
	static const size_t lens[] = { 100, PAGE, 64 << 10, 256 << 10, 1 << 20 };
	int fd = node_open();

	require_high();
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		for (int round = 0; round < ROUNDS; round++) {
			test_context("%zu bytes, %d", lens[i], round);
			CHECK_EQ(invoke_echo(fd, round, lens[i]), 0);
		}
	}
}

/* What changes between two calls is seen by the second, in both directions. */
static void check_shared(int fd, uint8_t *data, int buf)
{
	static uint8_t in[LEN];
	uint64_t hash;

	for (int round = 0; round < ROUNDS; round++) {
		test_context("call %d", round);
		fill_pattern(data, LEN, round);
		CHECK_EQ(invoke_hash(fd, data, buf, LEN, &hash), 0);
		CHECK_EQ(hash, test_hash(0, data, LEN));
		fill_pattern(in, LEN, round + 10);
		CHECK_EQ(invoke_xor(fd, in, data, buf, LEN), 0);
		for (size_t i = 0; i < LEN; i++)
			in[i] ^= 0x5a;
		CHECK_MEM(data, in, LEN);
	}
}

TEST(buffer_of_ours)
{
	int fd = node_open(), buf = dmabuf_alloc(fd, LEN);
	uint8_t *data;

	REQUIRE(buf >= 0);
	data = dmabuf_map(buf, LEN);
	check_shared(fd, data, buf);
	munmap(data, LEN);
	close(buf);
}

TEST(process_and_its_memory)
{
	int fd = node_open(), shell = dmabuf_alloc(fd, LEN);
	uint64_t addr;

	REQUIRE(shell >= 0);
	CHECK_EQ(create_pd(fd, -1, 0, 0), 0);
	CHECK_EQ(add_pages(fd, LEN, &addr), 0);
	CHECK_EQ(remove_pages(fd, addr, LEN), 0);
	CHECK_EQ(mem_map(fd, shell, FASTRPC_MAP_FD, LEN, &addr), 0);
	CHECK_EQ(mem_unmap(fd, shell, addr, LEN), 0);
	node_close(fd);
	fd = node_open();
	CHECK_EQ(create_pd(fd, shell, LEN, 0), 0);
	close(shell);
}

/* One page of another exporter's, from above. */
static int high_page(void)
{
	for (int i = 0; i < 64; i++) {
		int buf = udmabuf_alloc(PAGE);
		uint64_t frame = udmabuf_frame();

		if (frame >> 20)
			return buf;
		close(buf);
	}
	test_skip("no page above 4 GiB is to be had");
}

/* The DMA API would give the bank a copy of it, which no call after the first keeps right. */
TEST(buffer_of_another)
{
	int fd = node_open(), buf = high_page();
	uint8_t *data = dmabuf_map(buf, PAGE);
	struct dsp_control_status before, after;
	uint64_t hash, addr;

	fill_pattern(data, PAGE, 3);
	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	if (is_translated()) {
		CHECK_EQ(invoke_hash(fd, data, buf, PAGE, &hash), 0);
		CHECK_EQ(hash, test_hash(0, data, PAGE));
		fill_pattern(data, PAGE, 4);
		CHECK_EQ(invoke_hash(fd, data, buf, PAGE, &hash), 0);
		CHECK_EQ(hash, test_hash(0, data, PAGE));
	} else {
		control_status(&before);
		CHECK_EQ(invoke_hash(fd, data, buf, PAGE, &hash), -ERANGE);
		CHECK_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, PAGE, &addr), -ERANGE);
		control_status(&after);
		CHECK_EQ(after.requests, before.requests);
	}
	munmap(data, PAGE);
	close(buf);
}
