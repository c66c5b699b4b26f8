// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP whose stream nothing translates: the heap is reachable by its physical
 * address as it is, so it is offered without being opened first.
 */
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
	node_wait(NODE, true);
	kernel_log_rewind();
	CHECK_EQ(kernel_log_count("reachable by the DSP as it is"), 1);
}

TEST(heap_is_used)
{
	int fd = node_open();

	check_offered(fd);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
}

/* A large message is one range without an SMMU to make it one. */
TEST(large_call)
{
	static uint8_t in[1 << 20], out[1 << 20];
	struct call c;
	int fd = node_open();

	fill_pattern(in, sizeof(in), 7);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
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
