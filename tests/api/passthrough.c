// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP whose stream nothing translates: the heap is reachable by its physical
 * address as it is, so it is offered without being mapped or assigned.
 */
#include <sys/mman.h>

#include "harness.h"

static void check_offered(int fd)
{
	struct dsp_control_status st;
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_status(&st);
	CHECK(!strcmp(st.domain_type, "identity"));
	CHECK_EQ(st.heap_base, o.base);
	CHECK_EQ(st.heap_size, o.size);
	control_heap_in_use();
}

/* Before anything restarts the DSP, so that it is there once. */
TEST(said_in_the_log)
{
	REQUIRE_EQ(create_audio(node_open()), 0);
	kernel_log_rewind();
	CHECK_EQ(kernel_log_count("used as it is, the DSP reaches it already"), 1);
}

TEST(heap_is_used)
{
	int fd;

	dsp_restart();
	fd = node_open();
	check_offered(fd);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
}

/* A large message is one range without an SMMU to make it one. */
TEST(large_call)
{
	CHECK_EQ(invoke_echo(node_open(), 7, 1 << 20), 0);
}

/* Too large for one range: refused, and the DSP hears nothing of it. */
TEST(call_in_pieces)
{
	struct dsp_control_status before, after;
	const size_t len = 100 << 20;
	int fd = node_open();
	void *data = pages_alloc(len);
	struct call c;

	CHECK_EQ(invoke_echo(fd, 7, 4 << 20), 0);
	control_status(&before);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_in(&c, data, len);
	CHECK_EQ(call_send(fd, &c), -ENOMEM);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(invoke_echo(fd, 7, PAGE), 0);
	munmap(data, len);
}

/* Only an SMMU could make one range of its pages, and the DSP is told of one. */
TEST(scattered_buffer_is_refused)
{
	int fd = node_open(), page = udmabuf_alloc(PAGE), buf = udmabuf_alloc(16 * PAGE), whole;
	struct dsp_control_status before, after;
	uint8_t *data = dmabuf_map(buf, 16 * PAGE);
	uint64_t addr;

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	control_status(&before);
	CHECK_EQ(invoke_hash_check(fd, data, buf, 16 * PAGE), -EINVAL);
	/* not a part of it either */
	CHECK_EQ(invoke_hash_check(fd, data, buf, PAGE), -EINVAL);
	CHECK_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, 16 * PAGE, &addr), -EINVAL);
	CHECK_EQ(create_pd(node_open(), buf, 16 * PAGE, 0), -EINVAL);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	munmap(data, 16 * PAGE);
	close(buf);

	/* what is in one piece, of others and of ours, is as good as ever */
	data = dmabuf_map(page, PAGE);
	CHECK_EQ(invoke_hash_check(fd, data, page, PAGE), 0);
	munmap(data, PAGE);
	close(page);
	whole = dmabuf_alloc(fd, 1 << 20);
	REQUIRE(whole >= 0);
	data = dmabuf_map(whole, 1 << 20);
	fill_pattern(data, 1 << 20, 5);
	CHECK_EQ(invoke_hash_check(fd, data, whole, 1 << 20), 0);
	CHECK_EQ(mem_map(fd, whole, FASTRPC_MAP_FD, 1 << 20, &addr), 0);
	munmap(data, 1 << 20);
	close(whole);
}

/* Scrubbed again for each run, and never offered twice in one. */
TEST(once_a_run)
{
	struct offer o;

	for (int i = 0; i < 3; i++) {
		int fd;

		test_context("boot %d", i);
		dsp_restart();
		fd = node_open();
		check_offered(fd);
		REQUIRE_EQ(create_audio(fd), 0);
		control_offer(0, &o);
		CHECK_EQ(o.pages, 0);
		node_close(fd);
	}
}
