// SPDX-License-Identifier: GPL-2.0-only
/*
 * The word behind the metadata by which a DSP says that a call is done before
 * it answers.  A file that did not ask for it waits for the answer.
 */
#include "harness.h"

#define POLL_DONE	0xdecafu
/*
 * With so many arguments the word begins where the data of the first one would,
 * were there no room for the word; and the outputs come first in memory.
 */
#define PAIRS		8
#define POLL_WORD	(40 * 2 * PAIRS + 384)
#define LEN		64
#define ANSWER_MS	1500

struct buffers {
	uint8_t out[PAIRS][LEN];
	uint8_t in[PAIRS][LEN];
};

/* Stream of the context bank with this session (board.dtsi). */
static uint32_t stream_of(uint64_t session)
{
	return 0x88 + 8 * (session - 3);
}

/* A call that is flagged at once, and answered after so many ms (or DSP_POLL_ONLY). */
static void begin_call(struct call *c, struct async_call *a, int fd, struct buffers *b,
		       uint64_t answer_after)
{
	struct dsp_control_status st;

	CHECK_EQ(attach(fd), 0);
	control_status(&st);
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_POLL, 1, answer_after);
	fill_pattern(b->in, sizeof(b->in), 1);
	memset(b->out, 0, sizeof(b->out));
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	for (int i = 0; i < PAIRS; i++)
		call_in(c, b->in[i], LEN);
	for (int i = 0; i < PAIRS; i++)
		call_out(c, b->out[i], LEN);
	async_start(a, fd, c);
	control_wait(DSP_COUNT_REQUESTS, st.requests + 1);
}

/* Reads the word as the DSP sees it, until it is there. */
static void wait_for_word(void)
{
	struct dsp_control_access access = { .label = DSP };
	struct dsp_control_capture cap;
	struct dsp_control_status st;
	uint64_t addr, answers;

	control_capture(0, &cap);
	addr = wire_word(cap.msg + 24, 8);
	access.stream_id = stream_of(addr >> 32);
	access.addr = (addr & 0xffffffff) + POLL_WORD;
	control_status(&st);
	answers = st.answers;
	do {
		REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
		control_status(&st);
	} while (access.value != POLL_DONE && st.answers == answers);
	CHECK_EQ(access.value, POLL_DONE);
	CHECK_EQ(st.answers, answers);
}

TEST(the_answer_counts)
{
	struct buffers b;
	struct async_call a;
	struct call c;
	int fd = node_open();

	begin_call(&c, &a, fd, &b, ANSWER_MS);
	wait_for_word();
	CHECK_EQ(__atomic_load_n(&a.result, __ATOMIC_RELAXED), -EINPROGRESS);
	CHECK_EQ(async_join(&a), 0);
	CHECK_MEM(b.out, b.in, sizeof(b.in));
	CHECK_EQ(invoke_null(fd), 0);
}

/* An error cannot be told by the word, so there is just the answer. */
TEST(no_word_for_an_error)
{
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_POLL, 1, DSP_POLL_ONLY);
	CHECK_EQ(invoke_word(fd, DSP_TEST_RETVAL, 78), 78);
}

/* Without an answer the file can be closed, and its session is free again. */
TEST(word_without_an_answer)
{
	struct buffers b;
	struct async_call a;
	struct call c;
	int fd = node_open();

	begin_call(&c, &a, fd, &b, DSP_POLL_ONLY);
	dsp_restart();
	CHECK_EQ(async_join(&a), -EPIPE);
	node_close(fd);
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
}
