// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remoteproc that recovers from a crash by detaching and attaching: its DSP is never
 * halted.  It gets no memory, see detach.c.
 */
#include "harness.h"

static void crash(void)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/kernel/debug/remoteproc/remoteproc%d/crash",
		 dsp_index());
	REQUIRE_EQ(file_write(path, "1"), 0);
	node_wait(NODE, false);
	node_wait(NODE, true);
}

static void check_no_heap(void)
{
	int fd = node_open();

	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(heap_account("lends="), 0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
}

TEST(crashed)
{
	struct dsp_control_status before, after;

	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	control_status(&before);
	for (int i = 0; i < 3; i++) {
		check_no_heap();
		crash();
	}
	check_no_heap();
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch);
	REQUIRE_EQ(dsp_state_write("detach"), 0);
	REQUIRE_EQ(dsp_state_write("start"), 0);
	check_no_heap();
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	check_no_heap();
}
