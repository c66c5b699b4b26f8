// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many calls at once, answered in any order, each with its own data.  One client has as many
 * as it may, and the others have theirs all the same.
 */
#include "harness.h"

#define MOST	128	/* of a client */

struct job {
	struct async_call async;
	struct call call;
	uint8_t in[64], out[64];
};

static struct job *jobs;

static void start(struct job *j, int fd, uint32_t seed)
{
	fill_pattern(j->in, sizeof(j->in), seed);
	memset(j->out, 0, sizeof(j->out));
	call_init(&j->call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&j->call, j->in, sizeof(j->in));
	call_out(&j->call, j->out, sizeof(j->out));
	async_start(&j->async, fd, &j->call);
}

static void finish(struct job *j)
{
	CHECK_EQ(async_join(&j->async), 0);
	CHECK_MEM(j->out, j->in, sizeof(j->in));
}

static void prepare(void)
{
	if (!jobs)
		jobs = pages_alloc((MOST * sizeof(*jobs) + PAGE) & ~(PAGE - 1));
}

/* All that a client may have, and what the next call gets; then the answers come. */
static void fill_and_answer(bool newest_first)
{
	int fd = node_open(), other = node_open();
	int back = newest_first ? MOST - 1 : 0;

	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < MOST; i++) {
		start(&jobs[i], fd, i);
		control_wait(DSP_COUNT_HELD, i + 1);	/* so that the order is known */
	}
	CHECK_EQ(invoke_null(fd), -ENOSPC);
	CHECK_EQ(attach(fd), -ENOSPC);
	CHECK_EQ(invoke_null(other), 0);
	CHECK_EQ(attach(other), 0);

	/* one answer makes room for one call */
	control_normal();
	control_release(1, newest_first);
	finish(&jobs[back]);
	CHECK_EQ(invoke_null(fd), 0);

	control_release(DSP_ANY, newest_first);
	for (int i = 0; i < MOST; i++)
		if (i != back)
			finish(&jobs[i]);
	CHECK_EQ(invoke_null(other), 0);
}

TEST(answered_newest_first)
{
	prepare();
	fill_and_answer(true);
}

TEST(answered_oldest_first)
{
	prepare();
	fill_and_answer(false);
}

struct worker {
	pthread_t thread;
	int fd, id, rounds;
	int bad;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	uint8_t in[2048], out[2048];
	struct call c;

	for (int i = 0; i < w->rounds; i++) {
		size_t len = (w->id * 131 + i * 37) % sizeof(in) + 1;

		fill_pattern(in, len, w->id * 100000 + i);
		memset(out, 0xee, sizeof(out));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, len);
		call_out(&c, out, len);
		if (call_send(w->fd, &c) || memcmp(in, out, len) ||
		    (len < sizeof(out) && out[len] != 0xee))
			w->bad++;
	}
	return NULL;
}

/* Sixteen threads on three files, a hundred calls each: no call gets another's bytes. */
TEST(many_threads)
{
	struct worker workers[16];
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = node_open();
	for (int i = 0; i < 16; i++) {
		workers[i] = (struct worker){
			.fd = fds[i % 3], .id = i, .rounds = board_rounds(100),
		};
		REQUIRE_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 16; i++) {
		pthread_join(workers[i].thread, NULL);
		test_context("thread %d", i);
		CHECK_EQ(workers[i].bad, 0);
	}
}

/* The index of a call comes round after 241; 1000 in a row use every slot, four times. */
TEST(a_thousand_in_a_row)
{
	int fd = node_open();

	for (int i = 0; i < 1000; i++) {
		test_context("call %d", i);
		if (!CHECK_EQ(invoke_null(fd), 0))
			break;
	}
}
