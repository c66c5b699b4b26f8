// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remoteproc should have an IOMMU domain and has none yet.  The channel comes up and
 * touches no memory; the audio PD gets its heap when the domain is there.
 */
#include "harness.h"

#define ROUNDS		5

static void restore(void)
{
	control_domain(DSP_DOMAIN_SHOW, 0, 0);
	driver_restore();
}

/* The driver comes to a channel whose remoteproc has no domain. */
static int open_without_domain(void)
{
	dsp_restart();
	REQUIRE_EQ(driver_unload(), 0);
	control_domain(DSP_DOMAIN_HIDE, 0, 0);
	REQUIRE_EQ(driver_load(), 0);
	return node_open();
}

static void check_no_audio(int fd)
{
	kernel_log_mark();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(kernel_log_count("has no IOMMU domain yet"), 1);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(tried_again_when_the_domain_is_there)
{
	test_teardown = restore;
	for (int i = 0; i < board_rounds(ROUNDS); i++) {
		int fd;

		test_context("round %d", i);
		fd = open_without_domain();
		check_no_audio(fd);
		control_domain(DSP_DOMAIN_SHOW, 0, 0);
		REQUIRE_EQ(create_audio(fd), 0);
		CHECK_EQ(kernel_log_count("mapped 1:1"), 1);
		control_heap_in_use();
		node_close(fd);
	}
}

/* The DSP is stopped, or the driver goes, before the domain is there. */
TEST(ends_without_a_domain)
{
	test_teardown = restore;
	for (int i = 0; i < board_rounds(ROUNDS); i++) {
		int fd;

		test_context("round %d", i);
		fd = open_without_domain();
		check_no_audio(fd);
		node_close(fd);
		if (i % 2) {
			REQUIRE_EQ(driver_unload(), 0);
			control_domain(DSP_DOMAIN_SHOW, 0, 0);
			REQUIRE_EQ(driver_load(), 0);
		} else {
			dsp_stop();
			control_domain(DSP_DOMAIN_SHOW, 0, 0);
			dsp_start();
		}
		heap_check_given();
	}
}
