// SPDX-License-Identifier: GPL-2.0-only
/* The DSP is stopped and started under open files and calls in flight. */
#include <fcntl.h>

#include "harness.h"

#define CALLS	20

static struct async_call async[CALLS];
static struct call calls[CALLS];
static uint8_t outs[CALLS][4096];

/* Calls that the DSP keeps to itself, on this file. */
static void start_held_calls(int fd)
{
	static uint32_t seed = 1;

	control_behave(DSP_TEST_HANDLE, DSP_TEST_FILL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < CALLS; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_FILL);
		call_in(&calls[i], &seed, sizeof(seed));
		call_out(&calls[i], outs[i], sizeof(outs[i]));
		memset(outs[i], 0xee, sizeof(outs[i]));
		async_start(&async[i], fd, &calls[i]);
	}
	control_wait(DSP_COUNT_HELD, CALLS);
}

static void check_calls_ended(void)
{
	for (int i = 0; i < CALLS; i++) {
		test_context("call %d", i);
		CHECK_EQ(async_join(&async[i]), -EPIPE);
		CHECK_EQ(outs[i][0], 0xee);
	}
	test_context("%s", "");
}

/* Whatever is asked of a file whose DSP is gone. */
static void check_file_is_dead(int fd)
{
	uint32_t value;

	CHECK_EQ(invoke_null(fd), -EPIPE);
	CHECK_EQ(attach(fd), -EPIPE);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL), -EPIPE);
	CHECK_EQ(create_audio(fd), -EPIPE);
	CHECK_EQ(create_static(fd, "oispd", 6), -EPIPE);
	CHECK_EQ(get_dsp_info(fd, 6, &value), -EPIPE);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, NULL), -EPIPE);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, NULL), -EPIPE);
}

TEST(calls_in_flight_end)
{
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	start_held_calls(fd);
	dsp_stop();
	check_calls_ended();
	check_file_is_dead(fd);
	node_wait(NODE, false);
	dsp_start();
	node_wait(NODE, true);
}

/* The file stays dead when the DSP is back; a new one works beside it. */
TEST(old_files_stay_dead)
{
	int old[3], fd;

	for (int i = 0; i < 3; i++) {
		test_context("start %d", i);
		old[i] = node_open();
		CHECK_EQ(attach(old[i]), 0);
		CHECK_EQ(create_audio(old[i]), 0);
		CHECK_EQ(invoke_null(old[i]), 0);
		dsp_restart();
	}
	fd = node_open();
	for (int i = 0; i < 3; i++)
		check_file_is_dead(old[i]);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(create_audio(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	for (int i = 0; i < 3; i++)
		node_close(old[i]);	/* says nothing to the new DSP */
	CHECK_EQ(invoke_null(fd), 0);
}

/* Old files do not use sessions of the new channel up. */
TEST(old_files_hold_no_sessions)
{
	int fds[16], want = node_sessions(), n = 0;

	REQUIRE(want < 8);
	node_wait(NODE, true);
	for (int i = 0; i < want; i++)
		node_session();
	dsp_restart();
	while (n < 16 && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	CHECK_EQ(n, want);
}

/* The node is gone when stop returns, and open says so. */
TEST(node_goes_and_comes)
{
	for (int i = 0; i < 5; i++) {
		node_wait(NODE, true);
		dsp_stop();
		CHECK_EQ(node_try_open(NODE), -ENOENT);
		dsp_start();
		CHECK_EQ(invoke_null(node_open()), 0);
	}
}

/* The first thing that can be opened is complete: every open works at once. */
TEST(node_is_usable_when_it_appears)
{
	uint32_t value;

	for (int i = 0; i < board_rounds(10); i++) {
		int fd;

		dsp_stop();
		node_wait(NODE, false);
		dsp_start();
		fd = node_open();	/* wakes on the creation of the node */
		test_context("start %d", i);
		CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
		CHECK_EQ(create_audio(fd), 0);
		node_close(fd);
	}
}

static void *attach_main(void *arg)
{
	return (void *)attach((int)(intptr_t)arg);
}

/* A request of the kernel's own ends as well, at once and not after 10 s. */
TEST(attach_in_flight_ends)
{
	int fd = node_open();
	pthread_t thread;
	void *result;

	control_behave(1, 0, DSP_ANSWER_HOLD, 1, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, attach_main, (void *)(intptr_t)fd), 0);
	control_wait(DSP_COUNT_HELD, 1);
	dsp_stop();
	pthread_join(thread, &result);
	CHECK_EQ((long)result, -EPIPE);
	dsp_start();
	node_wait(NODE, true);
}

/*
 * Answers that arrive when the driver is already gone from the channel, and
 * the channel is not yet gone from the transport: right, stale and garbage.
 */
TEST(answer_behind_the_drivers_back)
{
	struct dsp_control_capture cap;
	uint8_t rsp[16] = { 0 };

	for (int i = 0; i < 6; i++) {
		int fd = node_open();

		test_context("kind %d", i);
		start_held_calls(fd);
		control_capture(0, &cap);
		memcpy(rsp, cap.msg + 8, 8);
		control_inject_at_destroy(rsp, i < 3 ? 16 : 5 * (i - 3));
		dsp_stop();
		check_calls_ended();
		node_close(fd);
		dsp_start();
		node_wait(NODE, true);
		control_normal();
	}
}

/* The same without a holder of the channel. */
TEST(answer_to_a_channel_that_is_gone)
{
	struct dsp_control_capture cap;
	uint8_t rsp[16] = { 0 };

	for (int i = 0; i < 3; i++) {
		int fd = node_open();

		test_context("stop %d", i);
		CHECK_EQ(invoke_null(fd), 0);
		control_capture(0, &cap);
		memcpy(rsp, cap.msg + 8, 8);
		node_close(fd);
		control_inject_at_destroy(rsp, sizeof(rsp));
		dsp_restart();
	}
}

/* A DSP that answers before it was asked, and before the driver is there: any slot. */
TEST(answer_before_the_driver)
{
	uint8_t rsp[16] = { 0, 0, 1 };

	for (int i = 0; i < 6; i++) {
		test_context("start %d", i);
		dsp_stop();
		rsp[1] = 50 * i;
		control_inject_at_create(rsp, i < 5 ? sizeof(rsp) : 3);
		dsp_start();
		node_wait(NODE, true);
		CHECK_EQ(invoke_null(node_open()), 0);
		node_close_all();
	}
}

/*
 * A transport may announce the channel from inside the remoteproc's start, with
 * its lock held, or beside it: the driver must cope with both.
 */
#define SYNC_ANNOUNCE	"/sys/module/dsp/parameters/sync_announce"

TEST(announced_under_the_remoteprocs_lock)
{
	own_edge_require();
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
	for (int i = 0; i < 5; i++) {
		struct offer o;
		int fd;

		test_context("start %d", i);
		dsp_restart();
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_offer(0, &o);
		CHECK_EQ(o.pages, 1);
		control_heap_in_use();
		node_close(fd);
	}
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "0"), 0);
	dsp_restart();
}

/* Threads that open, call and close while the DSP goes up and down. */
static volatile bool stop;

static void *hammer(void *arg)
{
	long *bad = arg;

	while (!stop) {
		int fd = open(NODE, O_RDWR | O_CLOEXEC);
		uint32_t value;
		long ret;

		if (fd < 0) {
			if (errno != ENOENT && errno != ENODEV && errno != ENXIO)
				(*bad)++;
			continue;
		}
		/* all sessions may be in use */
		if (node_take(fd) == -EBUSY) {
			close(fd);
			continue;
		}
		ret = attach(fd);
		if (ret && ret != -EPIPE)
			(*bad)++;
		ret = invoke_null(fd);
		if (ret && ret != -EPIPE)
			(*bad)++;
		/* the service registry goes with the DSP: the audio PD is down then */
		ret = create_audio(fd);
		if (ret && ret != -EPIPE && ret != -ENOTCONN)
			(*bad)++;
		ret = get_dsp_info(fd, 6, &value);
		if (ret && ret != -EPIPE)
			(*bad)++;
		close(fd);
	}
	return NULL;
}

TEST(stop_and_start_under_load)
{
	pthread_t thread[4];
	long bad[4] = { 0 };

	stop = false;
	for (int i = 0; i < 4; i++)
		REQUIRE_EQ(pthread_create(&thread[i], NULL, hammer, &bad[i]), 0);
	for (int i = 0; i < board_rounds(10); i++) {
		struct dsp_control_status st;

		control_status(&st);
		control_wait(DSP_COUNT_REQUESTS, st.requests + 20);
		dsp_stop();
		dsp_start();
	}
	stop = true;
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		test_context("thread %d", i);
		CHECK_EQ(bad[i], 0);
	}
	CHECK_EQ(invoke_null(node_open()), 0);
}

/* Stopped while the audio PD works in its heap: nothing is taken too early. */
TEST(heap_stays_until_the_dsp_is_off)
{
	for (int i = 0; i < 5; i++) {
		int fd = node_open();

		test_context("stop %d", i);
		dsp_restart();
		node_close(fd);
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_heap_in_use();
		dsp_stop();		/* the harness asks for faults and losses */
		dsp_start();
		node_wait(NODE, true);
	}
}
