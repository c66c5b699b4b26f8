// SPDX-License-Identifier: GPL-2.0-only
/* The module goes and comes: when it may, and when it must not. */
#include "harness.h"

/* The kernel's answer to rmmod of a module that is in use. */
#define IN_USE	(-EWOULDBLOCK)

static void check_works(void)
{
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
}

TEST(dsp_stopped)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 2; i++) {
		test_context("round %d", i);
		dsp_stop();
		REQUIRE_EQ(driver_unload(), 0);
		REQUIRE_EQ(driver_load(), 0);
		dsp_start();
		check_works();
	}
}

/* The DSP is started when there is no driver yet; the driver finds it running. */
TEST(driver_after_dsp)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 2; i++) {
		test_context("round %d", i);
		dsp_stop();
		REQUIRE_EQ(driver_unload(), 0);
		dsp_start();
		REQUIRE_EQ(driver_load(), 0);
		check_works();
	}
}

/* Nothing was offered: the driver may go under a running DSP, and come back. */
TEST(dsp_running_nothing_offered)
{
	test_teardown = driver_restore;
	dsp_restart();
	for (int i = 0; i < 2; i++) {
		int fd;

		test_context("round %d", i);
		fd = node_open();
		CHECK_EQ(attach(fd), 0);
		node_close(fd);
		REQUIRE_EQ(driver_unload(), 0);
		CHECK_EQ(node_try_open(NODE), -ENOENT);
		REQUIRE_EQ(driver_load(), 0);
	}
	check_works();
}

TEST(open_file_keeps_the_module)
{
	int fd;

	test_teardown = driver_restore;
	dsp_restart();
	fd = node_open();
	CHECK_EQ(driver_unload(), IN_USE);
	CHECK_EQ(invoke_null(fd), 0);
	dsp_stop();
	CHECK_EQ(driver_unload(), IN_USE);	/* also when its DSP is gone */
	CHECK_EQ(invoke_null(fd), -EPIPE);
	node_close(fd);
	CHECK_EQ(driver_unload(), 0);
}

/* The DSP has the heap: only its end gives the module free. */
TEST(offered_heap_keeps_the_module)
{
	int fd;

	test_teardown = driver_restore;
	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	node_close(fd);
	CHECK_EQ(driver_unload(), IN_USE);
	control_heap_in_use();
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	check_works();
}
