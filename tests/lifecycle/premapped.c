// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remoteproc driver has mapped the region 1:1 itself: that is as good as a map of the
 * driver's, and it is not the driver's to undo.
 */
#include "harness.h"

TEST(counts_as_mapped)
{
	test_teardown = driver_restore;
	kernel_log_mark();
	heap_check_given();
	CHECK_EQ(kernel_log_count("used as it is, the DSP reaches it already"), 1);
}

/* A crash keeps the domain, with all that others have mapped there. */
TEST(stays_mapped)
{
	struct offer o;

	test_teardown = driver_restore;
	daemon_came_and_went(&o);
	dsp_crash();
	node_wait(NODE, true);
	heap_check_open(o.base);
	heap_check_open(o.base + o.size - PAGE);
	heap_check_given();
}

TEST(growth_is_mapped)
{
	uint64_t token;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, 1 << 20, &token), 0);
	control_heap_in_use();
	CHECK_EQ(heap_shrink(fd, token, 1 << 20), 0);
}
