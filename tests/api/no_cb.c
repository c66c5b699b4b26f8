// SPDX-License-Identifier: GPL-2.0-only
/* A device tree without a compute bank: a node that is good for nothing, and no harm. */
#include "harness.h"

TEST(first_need_says_busy)
{
	struct dsp_control_status before, after;

	node_wait(NODE, true);
	control_status(&before);
	kernel_log_mark();
	for (int i = 0; i < 100; i++)
		CHECK_EQ(node_try_session(NODE), -EBUSY);
	CHECK(kernel_log_count(DRIVER_WORD) <= 1);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
}

TEST(stop_start_and_reload)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 3; i++) {
		dsp_restart();
		CHECK_EQ(node_try_session(NODE), -EBUSY);
		REQUIRE_EQ(driver_unload(), 0);
		REQUIRE_EQ(driver_load(), 0);
		node_wait(NODE, true);
		CHECK_EQ(node_try_session(NODE), -EBUSY);
		dsp_crash();
		node_wait(NODE, true);
		CHECK_EQ(node_try_session(NODE), -EBUSY);
	}
}
