// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device tree that promises more sessions than a DSP can tell apart: 14 of them
 * are there and work, those in excess are said to be missing, nothing else.
 */
#include "harness.h"

#define SESSIONS	14

TEST(as_many_as_there_are_client_ids)
{
	bool is_used[SESSIONS + 1] = {};
	int fds[SESSIONS];

	for (int round = 0; round < 3; round++) {
		memset(is_used, 0, sizeof(is_used));
		for (int i = 0; i < SESSIONS; i++) {
			struct dsp_control_capture cap;
			uint32_t client;

			test_context("round %d, file %d", round, i);
			fds[i] = node_open();
			CHECK_EQ(attach(fds[i]), 0);
			CHECK_EQ(invoke_null(fds[i]), 0);
			control_capture(0, &cap);
			client = wire_word(cap.msg, 4);
			REQUIRE(client >= 1 && client <= SESSIONS);
			CHECK(!is_used[client]);
			is_used[client] = true;
		}
		CHECK_EQ(node_try_session(NODE), -EBUSY);
		for (int i = 0; i < SESSIONS; i++)
			node_close(fds[i]);
	}
}

TEST(said_in_the_log)
{
	test_teardown = driver_restore;
	dsp_stop();
	kernel_log_mark();
	dsp_start();
	node_wait(NODE, true);
	CHECK_EQ(kernel_log_count("the bank has 14 of 20 sessions"), 1);
}

TEST(banks_and_driver_come_and_go)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 5; i++) {
		REQUIRE_EQ(driver_unload(), 0);
		REQUIRE_EQ(driver_load(), 0);
		node_wait(NODE, true);
		for (int j = 0; j < SESSIONS; j++)
			CHECK_EQ(invoke_null(node_open()), 0);
		CHECK_EQ(node_try_session(NODE), -EBUSY);
		node_close_all();
	}
}
