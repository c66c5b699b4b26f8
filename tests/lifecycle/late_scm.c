// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCM is not there yet when the DSP boots: the channel waits, having touched nothing,
 * and comes up whole when SCM does.
 */
#include "harness.h"

#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"

TEST(waits_for_scm)
{
	uint64_t assigned = monitor_assigned();
	struct offer o;
	char text[256];
	int fd;

	/* the rpmsg core's own words, at level error */
	test_allow("rpmsg_dev_probe: failed: -517");
	CHECK(driver_is_loaded());
	CHECK(dsp_is_running());
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(file_read(HEAPS, text, sizeof(text)), 0);
	/* a DSP that comes and goes meanwhile, a driver too */
	dsp_stop();
	dsp_start();
	CHECK_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(monitor_assigned(), assigned);

	monitor_scm_comes();
	node_wait(NODE, true);
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	monitor_check_owners(o.base, o.size, VM_DSP);
	control_heap_in_use();
}
