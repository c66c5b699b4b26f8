// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP crashes and the remoteproc core starts it again, with the same IOMMU
 * domain and without its prepare and unprepare ops.
 */
#include "harness.h"

static void crash(void)
{
	dsp_crash();
	node_wait(NODE, true);
}

TEST(calls_in_flight_end)
{
	static struct async_call async[10];
	static struct call calls[10];
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < 10; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
	}
	control_wait(DSP_COUNT_HELD, 10);
	crash();
	for (int i = 0; i < 10; i++)
		CHECK_EQ(async_join(&async[i]), -EPIPE);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	control_normal();
	CHECK_EQ(invoke_null(node_open()), 0);
}

/* The heap is reclaimed and lent again, zeroed, in the domain that stayed. */
TEST(heap_is_given_again)
{
	struct dsp_control_status before, after;
	struct offer first, again;

	dsp_restart();
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_offer(0, &first);
	CHECK_EQ(first.pages, 1);
	control_heap_in_use();
	for (int i = 0; i < 10; i++) {
		int fd;

		test_context("crash %d", i);
		control_status(&before);
		crash();
		control_status(&after);
		CHECK_EQ(after.domain_cookie, before.domain_cookie);
		CHECK_EQ(after.boot_epoch, before.boot_epoch + 1);
		fd = node_open();
		REQUIRE_EQ(create_audio(fd), 0);
		control_offer(0, &again);
		CHECK_EQ(again.pages, 1);
		CHECK_EQ(again.base, first.base);
		CHECK_EQ(again.size, first.size);
		control_heap_in_use();
		node_close(fd);
	}
}

/* Granted but never offered when it crashes: also as good as new. */
TEST(crash_before_any_offer)
{
	dsp_restart();
	for (int i = 0; i < 3; i++)
		crash();
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_heap_in_use();
}

/* A crash in the middle of CREATE_STATIC: the new DSP gets what the old one had. */
static void *create_main(void *arg)
{
	return (void *)create_audio((int)(intptr_t)arg);
}

TEST(crash_during_create_static)
{
	struct offer o;
	pthread_t thread;
	void *result;
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(1, 8, DSP_ANSWER_HOLD, 1, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, create_main, (void *)(intptr_t)fd), 0);
	control_wait(DSP_COUNT_HELD, 1);
	crash();
	pthread_join(thread, &result);
	CHECK_EQ((long)result, -EPIPE);
	control_normal();
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_heap_in_use();
}

/* Crash, stop, start, in turns. */
TEST(crashes_and_stops_in_turns)
{
	for (int i = 0; i < 4; i++) {
		int fd;

		test_context("turn %d", i);
		crash();
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_heap_in_use();
		node_close(fd);
		dsp_restart();
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_heap_in_use();
		node_close(fd);
	}
}
