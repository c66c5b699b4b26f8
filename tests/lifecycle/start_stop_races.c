// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP is stopped, or crashes, while it is still coming up: the driver's probe
 * is under way, the driver does not watch for the DSP's end yet, a first request is out.
 */
#include "harness.h"

#define SYNC_ANNOUNCE	"/sys/module/dsp/parameters/sync_announce"

static long do_start(int fd)
{
	(void)fd;
	return dsp_state_write("start");
}

static long do_stop(int fd)
{
	(void)fd;
	return dsp_state_write("stop");
}

static long do_grow(int fd)
{
	uint64_t token;

	return heap_grow(fd, 1 << 20, &token);
}

/*
 * The DSP knows of it.  A crash by debugfs is not told to a DSP of the kernel's stack
 * before PAS shuts it down, which waits for the driver's probe.
 */
static void crash_begin(void)
{
	char path[80];

	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	if (soc_is_there()) {
		test_allow("fatal error received");
		soc_fatal();
		return;
	}
	snprintf(path, sizeof(path), "/sys/kernel/debug/remoteproc/remoteproc%d/crash",
		 dsp_index());
	REQUIRE_EQ(file_write(path, "1"), 0);
}

static void restore(void)
{
	for (uint32_t point = 0; point < DSP_HOLD_POINTS; point++)
		control_hold(point, false);
	file_write(SYNC_ANNOUNCE, "0");
	driver_restore();
}

static uint64_t boot_epoch(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.boot_epoch;
}

/* The DSP is off: the driver has everything back. */
static void check_all_back(void)
{
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	CHECK_EQ(heap_pieces("growth", ""), 0);
	CHECK_EQ(heap_account("lost="), 0);
}

/* This run of the DSP is like any other. */
static void check_next_run(void)
{
	dsp_start();
	heap_check_given();
}

/* Stopped with the probe half-way: it ends first, in its own time. */
TEST(stopped_while_probing)
{
	struct errand stop;

	test_teardown = restore;
	for (int i = 0; i < 3; i++) {
		dsp_stop();
		control_hold(DSP_HOLD_PROBE, true);
		dsp_start();
		control_wait(DSP_COUNT_AT_HOLD, 1);
		CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
		errand_start(&stop, do_stop, -1);
		control_wait(DSP_COUNT_CLOSING, 1);
		control_hold(DSP_HOLD_PROBE, false);
		CHECK_EQ(errand_end(&stop), 0);
		check_all_back();
		check_next_run();
	}
}

TEST(crashed_while_probing)
{
	uint64_t epoch;

	test_teardown = restore;
	for (int i = 0; i < 3; i++) {
		dsp_stop();
		control_hold(DSP_HOLD_PROBE, true);
		dsp_start();
		control_wait(DSP_COUNT_AT_HOLD, 1);
		epoch = boot_epoch();
		crash_begin();
		control_wait(DSP_COUNT_CLOSING, 1);
		control_hold(DSP_HOLD_PROBE, false);
		control_wait(DSP_COUNT_BOOT_EPOCH, epoch + 1);
		heap_check_given();
	}
}

/* Probed inside the boot, with the remoteproc's lock held, and a stop waiting for that. */
TEST(stopped_while_probing_inside_the_start)
{
	struct errand start, stop;

	own_edge_require();
	test_teardown = restore;
	dsp_stop();
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
	control_hold(DSP_HOLD_PROBE, true);
	errand_start(&start, do_start, -1);
	control_wait(DSP_COUNT_AT_HOLD, 1);
	errand_start(&stop, do_stop, -1);
	task_wait_inside(getpid(), "rproc_shutdown+", 1);
	control_hold(DSP_HOLD_PROBE, false);
	CHECK_EQ(errand_end(&start), 0);
	CHECK_EQ(errand_end(&stop), 0);
	check_all_back();
	check_next_run();
}

/*
 * The stop, or the crash, is before us in the queue for the remoteproc's lock, so
 * the driver does not watch for the DSP's end when it comes.  A daemon is there already: it
 * must get nothing, or only what is noticed to come back.
 */
static void unwatched(bool crash)
{
	struct errand start, stop, create;
	uint64_t epoch;
	long result;
	int fd;

	own_edge_require();
	test_teardown = restore;
	dsp_stop();
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
	control_hold(DSP_HOLD_ANNOUNCE, true);
	control_hold(DSP_HOLD_ANNOUNCED, true);
	epoch = boot_epoch();
	errand_start(&start, do_start, -1);
	control_wait(DSP_COUNT_AT_HOLD, 1);
	if (crash) {
		crash_begin();
	} else {
		errand_start(&stop, do_stop, -1);
		task_wait_inside(getpid(), "rproc_shutdown+", 1);
	}
	control_hold(DSP_HOLD_ANNOUNCE, false);
	fd = node_open();
	control_wait(DSP_COUNT_AT_HOLD, 1);
	errand_start(&create, create_audio, fd);
	task_wait_inside(getpid(), "frpc_heap_offer+", 1);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);	/* not offered: it waits */
	control_hold(DSP_HOLD_ANNOUNCED, false);
	CHECK_EQ(errand_end(&start), 0);
	result = errand_end(&create);
	CHECK(result == -EPIPE || !result);
	node_close(fd);
	if (crash) {
		control_wait(DSP_COUNT_BOOT_EPOCH, epoch + 2);
		heap_check_given();
		return;
	}
	CHECK_EQ(errand_end(&stop), 0);
	check_all_back();
	check_next_run();
}

TEST(stopped_while_unwatched)
{
	for (int i = 0; i < 3; i++)
		unwatched(false);
}

TEST(crashed_while_unwatched)
{
	for (int i = 0; i < 3; i++)
		unwatched(true);
}

static void crash(void)
{
	uint64_t epoch = boot_epoch();

	crash_begin();
	control_wait(DSP_COUNT_BOOT_EPOCH, epoch + 1);
}

/* A request that offers memory is with the DSP, which ends by @end. */
static void in_flight(long (*request)(int fd), uint32_t method, enum errand_waking waking,
		      void (*end)(void))
{
	int fd;

	test_teardown = restore;
	dsp_restart();
	fd = node_open();
	if (request != create_audio)
		REQUIRE_EQ(create_audio(fd), 0);
	errand_cut_short(fd, method, request, waking, end);
	if (end == crash) {
		CHECK_EQ(heap_pieces("growth", ""), 0);
		heap_check_given();
		return;
	}
	check_all_back();
	check_next_run();
}

TEST(stopped_with_create_static_in_flight)
{
	in_flight(create_audio, 8, ERRAND_WAKES, dsp_stop);
}

TEST(stopped_with_growth_in_flight)
{
	in_flight(do_grow, 4, ERRAND_WAKES, dsp_stop);
}

TEST(crashed_with_growth_in_flight)
{
	in_flight(do_grow, 4, ERRAND_WAKES, crash);
}

/*
 * The DSP's end has ended the request and reclaimed what it offered, and its caller has not
 * noticed yet: what comes of the request is nothing to a heap that is Linux' again.
 */
TEST(create_static_ends_behind_the_dsp)
{
	in_flight(create_audio, 8, ERRAND_WAKES_LATE, dsp_stop);
}

TEST(growth_ends_behind_the_dsp)
{
	in_flight(do_grow, 4, ERRAND_WAKES_LATE, dsp_stop);
}

/*
 * Its request waits for the remoteproc's lock, behind a stop and a start.  When it gets the
 * lock, the DSP runs, but the channel belongs to the run before: nothing is lent.
 */
TEST(restarted_while_unwatched)
{
	struct errand stop, again, create;
	long lends;
	int fd;

	own_edge_require();
	test_teardown = restore;
	dsp_restart();
	lends = heap_account("lends=");
	control_hold(DSP_HOLD_STOP, true);
	errand_start(&stop, do_stop, -1);
	control_wait(DSP_COUNT_AT_HOLD, 1);
	errand_start(&again, do_start, -1);
	task_wait_inside(getpid(), "rproc_boot+", 1);
	fd = node_open();
	errand_start(&create, create_audio, fd);
	task_wait_inside(getpid(), "frpc_heap_offer+", 1);
	control_hold(DSP_HOLD_STOP, false);
	CHECK_EQ(errand_end(&stop), 0);
	CHECK_EQ(errand_end(&again), 0);
	CHECK_EQ(errand_end(&create), -EPIPE);
	CHECK_EQ(heap_account("lends="), lends);
	node_close(fd);
	heap_check_given();
}
