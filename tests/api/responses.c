// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a broken or hostile DSP may answer.  The right answer, when it comes,
 * still finds its caller; any other answer finds no caller; the log stays quiet.
 */
#include <signal.h>

#include "harness.h"

static int fd;

static void open_attached(void)
{
	fd = node_open();
	REQUIRE_EQ(attach(fd), 0);
}

static long echo(uint32_t seed)
{
	static uint8_t in[300], out[300];
	struct call c;
	long ret;

	fill_pattern(in, sizeof(in), seed);
	memset(out, 0xee, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	ret = call_send(fd, &c);
	CHECK_MEM(out, in, sizeof(in));	/* also when the result is an error */
	return ret;
}

/* An echo that is answered this way ends well, and so does the one after it. */
static void survives(uint32_t action, uint64_t value)
{
	test_context("action %u value 0x%llx", action, (unsigned long long)value);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, action, 1, value);
	CHECK_EQ(echo(value), 0);
	CHECK_EQ(echo(value + 1), 0);
}

TEST(too_short_then_right)
{
	open_attached();
	kernel_log_mark();
	for (int len = 0; len < 16; len++)
		survives(DSP_ANSWER_SHORT, len);
	CHECK_EQ(kernel_log_count("fastrpc"), 0);
}

TEST(too_long)
{
	open_attached();
	for (int more = 1; more <= 48; more++)
		survives(DSP_ANSWER_LONG, more);
}

/* The second answer finds no caller: neither its own again nor the next one. */
TEST(twice)
{
	open_attached();
	for (int i = 0; i < 100; i++) {
		survives(DSP_ANSWER_TWICE, 0);
		CHECK_EQ(invoke_null(fd), 0);
	}
}

/* Every single bit of the cookie counts. */
TEST(wrong_context_then_right)
{
	open_attached();
	kernel_log_mark();
	for (int bit = 0; bit < 64; bit++)
		survives(DSP_ANSWER_WRONG_CTX, 1ull << bit);
	survives(DSP_ANSWER_WRONG_CTX, ~0ull);
	CHECK_EQ(kernel_log_count("fastrpc"), 0);
}

/* The right slot, but the number of the call that had it before. */
TEST(stale_then_right)
{
	open_attached();
	for (int i = 0; i < 150; i++)
		survives(DSP_ANSWER_STALE, 0);
}

TEST(pd_exit_word_then_right)
{
	open_attached();
	kernel_log_mark();
	survives(DSP_ANSWER_PD_EXIT, 0);
	CHECK_EQ(kernel_log_count("fastrpc"), 0);
}

/*
 * A wrong answer alone must not end the call.  The DSP holds another call, so
 * that the answer to it can be made by hand with the sequence number changed.
 */
static void forge(const struct dsp_control_capture *cap, uint64_t flip)
{
	uint8_t rsp[16] = { 0 };
	uint64_t ctx;

	memcpy(&ctx, cap->msg + 8, 8);
	ctx ^= flip;
	memcpy(rsp, &ctx, 8);
	rsp[8] = 0x33;		/* retval: would be noticed */
	control_inject(rsp, sizeof(rsp));
}

TEST(forged_answers_to_a_held_call)
{
	struct dsp_control_capture cap;
	static struct call c;
	struct async_call async;

	open_attached();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	control_capture(0, &cap);
	for (int bit = 0; bit < 64; bit++)
		forge(&cap, 1ull << bit);
	/* the held answer is the first that fits */
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
	/* too late: no caller waits for this one */
	forge(&cap, 0);
	CHECK_EQ(echo(1), 0);
}

/* Bytes that answer no call, of every length, with every slot's index. */
TEST(unsolicited)
{
	uint8_t bytes[64];

	open_attached();
	kernel_log_mark();
	for (int len = 0; len <= 64; len++) {
		fill_pattern(bytes, sizeof(bytes), len);
		control_inject(bytes, len);
	}
	for (int index = 0; index < 256; index++) {
		memset(bytes, 0, sizeof(bytes));
		bytes[1] = index;
		control_inject(bytes, 16);
		bytes[0] = 1;
		bytes[2] = index;
		control_inject(bytes, 16);
	}
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "\xcd\xab\xcd\xab", 4);
	for (int i = 0; i < 100; i++)
		control_inject(bytes, 16);
	CHECK_EQ(kernel_log_count("fastrpc"), 0);
	CHECK_EQ(echo(2), 0);
}

/* The kernel keeps 512 to 530 to itself: a DSP cannot make a call restart. */
static long expected(int32_t value)
{
	return value <= -512 && value >= -530 ? -EREMOTEIO : value;
}

static void returns(int32_t value)
{
	struct call c;

	test_context("DSP says %d", value);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_RETVAL);
	call_in(&c, &value, sizeof(value));
	CHECK_EQ(call_send(fd, &c), expected(value));
}

TEST(results)
{
	static const int32_t values[] = {
		0, 1, 2, 3, 0x4e, 78, 255, 4095, 0x7fffffff, INT32_MIN, INT32_MIN + 1,
		(int32_t)0x80000402, (int32_t)0x80000406, (int32_t)0x8000040d,
		(int32_t)0x8000040e, (int32_t)0x80000414, -4094, -4095, -4096, -4097, -65536,
	};

	open_attached();
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		returns(values[i]);
	for (int32_t v = -1; v >= -600; v--)
		returns(v);
	for (int32_t v = 500; v < 540; v++)
		returns(v);
	test_context("afterwards");
	CHECK_EQ(echo(3), 0);
}

/* An error does not keep the DSP's output from the caller. */
TEST(output_with_an_error)
{
	static const int32_t values[] = { 1, -1, -512, -110, (int32_t)0x80000402 };

	open_attached();
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		test_context("DSP says %d", values[i]);
		control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_RETVAL, 1,
			       (uint32_t)values[i]);
		CHECK_EQ(echo(i), expected(values[i]));
	}
}

/* The same words as answers to the kernel's own requests. */
TEST(results_of_attach)
{
	static const int32_t values[] = {
		1, -1, -4, -11, -110, -511, -512, -513, -514, -516, -530, -531, (int32_t)0x80000402,
	};
	struct dsp_control_status before, after;

	open_attached();
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		test_context("DSP says %d", values[i]);
		control_status(&before);
		control_behave(1, 0, DSP_ANSWER_RETVAL, 1, (uint32_t)values[i]);
		CHECK_EQ(attach(fd), expected(values[i]));
		control_status(&after);
		CHECK_EQ(after.requests, before.requests + 1);	/* asked once */
	}
	CHECK_EQ(attach(fd), 0);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* No answer that counts: the caller waits until a signal; its slot is lost only
 * until the client is released.  The attempts outnumber the slots.
 */
TEST(never)
{
	struct sigaction sa = { .sa_handler = on_signal };
	static struct call c;

	REQUIRE_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	for (int i = 0; i < 270; i++) {
		struct dsp_control_status st;
		struct async_call async;

		test_context("attempt %d", i);
		open_attached();
		control_status(&st);
		if (i % 17 == 16)
			control_behave(DSP_TEST_HANDLE, 0, DSP_ANSWER_NEVER, 1, 0);
		else
			control_behave(DSP_TEST_HANDLE, 0, DSP_ANSWER_SHORT_ONLY, 1, i % 17);
		async_start(&async, fd, &c);
		control_wait(DSP_COUNT_REQUESTS, st.requests + 1);
		pthread_kill(async.thread, SIGUSR1);
		REQUIRE_EQ(async_join(&async), -EINTR);
		node_close(fd);
	}
	open_attached();
	CHECK_EQ(echo(4), 0);
}
