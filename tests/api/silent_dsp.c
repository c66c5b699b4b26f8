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
