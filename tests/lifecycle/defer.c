// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remoteproc should have an IOMMU domain and has none yet: the channel waits.
 * Nothing is claimed and no node is there until it comes.
 */
#include "harness.h"

#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"
#define DEFERRED	"/sys/kernel/debug/devices_deferred"
#define ROUNDS		5

static bool is_deferred(void)
{
	char text[4096];

	return file_read(DEFERRED, text, sizeof(text)) > 0 &&
	       strstr(text, "fastrpcglink-apps-dsp");
}

static void restore(void)
{
	control_domain(DSP_DOMAIN_SHOW, 0, 0);
	driver_restore();
}

/* The driver comes to a channel whose remoteproc has no domain. */
static void load_without_domain(void)
{
	char text[256];

	/* the rpmsg core's own words, at level error */
	test_allow("rpmsg_dev_probe: failed: -517");
	dsp_restart();
	REQUIRE_EQ(driver_unload(), 0);
	control_domain(DSP_DOMAIN_HIDE, 0, 0);
	kernel_log_mark();
	REQUIRE_EQ(driver_load(), 0);
	CHECK(is_deferred());
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(file_read(HEAPS, text, sizeof(text)), 0);
	CHECK_EQ(kernel_log_count("remote heap"), 0);
}

TEST(waits_for_the_domain)
{
	test_teardown = restore;
	for (int i = 0; i < board_rounds(ROUNDS); i++) {
		int fd;

		test_context("round %d", i);
		load_without_domain();
		control_domain(DSP_DOMAIN_SHOW, 0, 0);
		node_wait(NODE, true);
		CHECK(!is_deferred());
		CHECK_EQ(kernel_log_count("mapped 1:1"), 1);
		fd = node_open();
		REQUIRE_EQ(create_audio(fd), 0);
		control_heap_in_use();
		node_close(fd);
	}
}

/* It is tried in vain a few times, and then the DSP is stopped, or the driver goes. */
TEST(gives_up_waiting)
{
	test_teardown = restore;
	for (int i = 0; i < board_rounds(ROUNDS); i++) {
		int fd;

		test_context("round %d", i);
		load_without_domain();
		if (i % 2) {
			REQUIRE_EQ(driver_unload(), 0);
			control_domain(DSP_DOMAIN_SHOW, 0, 0);
			REQUIRE_EQ(driver_load(), 0);
		} else {
			dsp_stop();
			CHECK(!is_deferred());
			dsp_start();
		}
		fd = node_open();
		REQUIRE_EQ(create_audio(fd), 0);
		control_heap_in_use();
		node_close(fd);
	}
}
