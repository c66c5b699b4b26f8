// SPDX-License-Identifier: GPL-2.0-only
/* A DSP that does not answer the kernel's own requests: each costs its 10 s. */
#include <time.h>

#include "harness.h"

/* No answer within 10 s; the answer that would have come is lost, the pages are not. */
TEST(silence_leaves_the_heap_offered)
{
	struct timespec start, end;
	struct offer o;
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(1, 8, DSP_ANSWER_NEVER, 1, 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	CHECK_EQ(create_audio(fd), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &end);
	CHECK(end.tv_sec - start.tv_sec >= 9);
	CHECK(end.tv_sec - start.tv_sec <= 15);
	CHECK_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 0);
	CHECK_EQ(o.base, 0);
}

/* Daemons that ask for the heap take turns; the DSP's silence costs all of them one wait. */
TEST(silence_about_the_heap_costs_all_one_wait)
{
	struct errand daemons[4];
	long start;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(attach(fd), 0);
	control_behave(1, 8, DSP_ANSWER_NEVER, 0, 0);
	start = now_ms();
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		errand_start(&daemons[i], create_audio, fd);
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		CHECK_EQ(errand_end(&daemons[i]), -ETIMEDOUT);
	CHECK(now_ms() - start < 19000);
	control_normal();
	CHECK_EQ(create_audio(fd), 0);
	node_close(fd);
	dsp_restart();
}

/* A suspend freezes a daemon that waits for the DSP, and one that waits for its turn. */
TEST(daemons_do_not_stop_suspend)
{
	struct errand first, second;
	long ret;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(attach(fd), 0);
	control_behave(1, 8, DSP_ANSWER_HOLD, 1, 0);
	errand_start(&first, create_audio, fd);
	control_wait(DSP_COUNT_HELD, 1);
	errand_start(&second, create_audio, fd);
	task_wait_inside(getpid(), "frpc_heap_offer+", 1);
	ret = tasks_freeze();
	control_release(DSP_ANY, false);
	CHECK_EQ(errand_end(&first), 0);
	CHECK_EQ(errand_end(&second), 0);
	CHECK_EQ(ret, 0);
	control_heap_in_use();
}

/*
 * A DSP that does not answer the release: close gives up after 10 s, and since
 * the message still is the DSP's, no client gets its session until the DSP ends.
 */
TEST(silent_release)
{
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	control_behave(1, 1, DSP_ANSWER_NEVER, 1, 0);
	node_close(fd);
	CHECK_EQ(sessions_free(), node_sessions() - 1);
	dsp_restart();
	CHECK_EQ(sessions_free(), node_sessions());
}
