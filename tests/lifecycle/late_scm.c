// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCM is not there yet when the DSP boots: the channel comes up and touches no memory.
 * The audio PD gets its heap when SCM is there.
 */
#include "harness.h"

static void check_no_audio(uint64_t assigned)
{
	int fd = node_open();

	kernel_log_mark();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(kernel_log_count("no SCM driver to assign memory with"), 1);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	CHECK_EQ(monitor_assigned(), assigned);
	node_close(fd);
}

TEST(tried_again_when_scm_is_there)
{
	uint64_t assigned = monitor_assigned();
	struct offer o;
	int fd;

	test_teardown = driver_restore;
	check_no_audio(assigned);
	/* a DSP that comes and goes meanwhile, a driver too */
	dsp_restart();
	check_no_audio(assigned);
	CHECK_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	check_no_audio(assigned);

	fd = node_open();
	monitor_scm_comes();
	CHECK_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	monitor_check_owners(o.base, o.size, VM_DSP);
	control_heap_in_use();
}
