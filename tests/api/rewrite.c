// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP that rewrites the metadata it was given (argument addresses, lengths,
 * page entries, fd list) before it answers.  The host copies back to where the
 * caller said, as much as the caller said, and nothing else.
 */
#include <fcntl.h>

#include "harness.h"

static void rewrite(uint32_t handle, uint32_t method)
{
	control_behave(handle, method, DSP_ANSWER_REWRITE, 1, 0);
}

/* Out-buffers between guard bytes, of many lengths. */
TEST(outputs_land_where_the_caller_said)
{
	static const size_t lengths[] = { 1, 7, 64, 128, 129, 1000, 4095, 4096, 5000 };
	uint8_t *in = pages_alloc(64 * PAGE), *out = pages_alloc(64 * PAGE);
	int fd = node_open();
	struct call c;

	for (int round = 0; round < 20; round++) {
		test_context("round %d", round);
		fill_pattern(in, 64 * PAGE, round);
		memset(out, 0xee, 64 * PAGE);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
			call_in(&c, in + i * 2 * PAGE, lengths[i]);
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
			call_out(&c, out + i * 2 * PAGE + 100, lengths[i]);
		rewrite(DSP_TEST_HANDLE, DSP_TEST_ECHO);
		CHECK_EQ(call_send(fd, &c), 0);
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
			uint8_t *o = out + i * 2 * PAGE + 100;

			CHECK_MEM(o, in + i * 2 * PAGE, lengths[i]);
			memset(o, 0xee, lengths[i]);
		}
		for (size_t i = 0; i < 64 * PAGE; i++)
			if (!CHECK_EQ(out[i], 0xee))
				return;
		/* nor were the inputs touched */
		memset(out, 0, 64 * PAGE);
		fill_pattern(out, 64 * PAGE, round);
		CHECK_MEM(in, out, 64 * PAGE);
	}
}

TEST(overlapping_outputs)
{
	static uint8_t in[2][256], out[400];
	int fd = node_open();
	struct call c;

	memset(in[0], 1, 256);
	memset(in[1], 2, 256);
	memset(out, 0xee, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in[0], 256);
	call_in(&c, in[1], 128);
	call_out(&c, out + 50, 256);
	call_out(&c, out + 100, 128);
	rewrite(DSP_TEST_HANDLE, DSP_TEST_ECHO);
	CHECK_EQ(call_send(fd, &c), 0);
	for (int i = 0; i < 400; i++) {
		int want = i < 50 || i >= 306 ? 0xee : i >= 100 && i < 228 ? 2 : 1;

		test_context("byte %d", i);
		if (!CHECK_EQ(out[i], want))
			break;
	}
}

/* The kernel's own requests, whose results land on its stack. */
TEST(kernel_requests)
{
	uint32_t before[256], after;
	int fd = node_open();

	rewrite(1, 0);
	CHECK_EQ(attach(fd), 0);
	for (uint32_t id = 0; id < 256; id++)
		CHECK_EQ(get_dsp_info(fd, id, &before[id]), 0);
	node_close(fd);

	dsp_restart();
	fd = node_open();
	rewrite(2, 0);
	for (uint32_t id = 0; id < 256; id++) {
		test_context("attribute %u", id);
		CHECK_EQ(get_dsp_info(fd, id, &after), 0);
		CHECK_EQ(after, before[id]);
	}
	rewrite(1, 8);
	CHECK_EQ(create_audio(fd), 0);
	rewrite(1, 1);
	node_close(fd);
	CHECK_EQ(invoke_null(node_open()), 0);
}

/* The metadata of the next call is made anew: nothing of the damage stays. */
TEST(next_call_is_clean)
{
	struct dsp_control_capture clean, after;
	uint8_t in[100] = { 7 }, out[100];
	int fd = node_open();
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	CHECK_EQ(call_send(fd, &c), 0);
	control_capture(0, &clean);
	rewrite(DSP_TEST_HANDLE, DSP_TEST_ECHO);
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_EQ(call_send(fd, &c), 0);
	control_capture(0, &after);
	CHECK_EQ(after.msg_addr, clean.msg_addr);	/* one pooled buffer serves all */
	CHECK_MEM(after.metadata, clean.metadata, 512);
}

/*
 * The DSP goes on writing into the out-buffers after it has answered.  What its
 * own client gets is its own affair; no other client's bytes change.
 */
TEST(outputs_that_keep_changing)
{
	static uint8_t in[2000], out[2 * 4096], other_in[2000], other_out[2000];
	int fd = node_open(), other = node_open();
	struct call c;

	for (int round = 0; round < 5; round++) {
		test_context("round %d", round);
		memset(out, 0xee, sizeof(out));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out + 4096, sizeof(in));
		control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_TEAR, 1, 0);
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_EQ(out[4095], 0xee);
		CHECK_EQ(out[4096 + sizeof(in)], 0xee);
		for (int i = 0; i < 50; i++) {
			fill_pattern(other_in, sizeof(other_in), i);
			call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
			call_in(&c, other_in, sizeof(other_in));
			call_out(&c, other_out, sizeof(other_out));
			if (!CHECK_EQ(call_send(other, &c), 0) ||
			    !CHECK_MEM(other_out, other_in, sizeof(other_in)))
				return;
		}
	}
}

/*
 * The fd list says "5" sixteen times: whatever fd 5 is, it is not the DSP's to
 * drop.  The last case, because it takes fd 5 from its owner.
 */
TEST(fd_list_drops_nothing)
{
	uint8_t in[16] = { 1 }, out[16];
	int fd = fcntl(node_open(), F_DUPFD, 20), pipe_fds[2];
	char byte = 'x';
	struct call c;

	pipe_open(pipe_fds, 0);
	for (int i = 0; i < 2; i++)
		pipe_fds[i] = fcntl(pipe_fds[i], F_DUPFD, 20);
	REQUIRE_EQ(dup2(pipe_fds[1], 5), 5);
	for (int i = 0; i < 50; i++) {
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		rewrite(DSP_TEST_HANDLE, DSP_TEST_ECHO);
		CHECK_EQ(call_send(fd, &c), 0);
	}
	CHECK_EQ(write(5, &byte, 1), 1);
	CHECK_EQ(read(pipe_fds[0], &byte, 1), 1);
	close(fd);
}
