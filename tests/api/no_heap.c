// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device trees without a usable region: everything works but the audio PD, and
 * the log says once why.
 */
#include "harness.h"

#define RETRIES	200	/* the daemon tries ten times a second, for ever */

TEST(channel_works)
{
	uint32_t value;
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
}

TEST(audio_pd_fails_cleanly)
{
	struct dsp_control_status before, after;
	int lines;

	node_wait(NODE, true);
	control_status(&before);
	kernel_log_mark();
	for (int i = 0; i < RETRIES; i++) {
		int fd = node_open();

		CHECK_EQ(create_audio(fd), -ENOMEM);
		node_close(fd);
	}
	lines = kernel_log_count(DRIVER_WORD);
	control_status(&after);
	CHECK(lines <= 1);
	CHECK_EQ(after.requests, before.requests);	/* the DSP was not bothered */
	CHECK_EQ(after.heap_pages, 0);
}

static const struct {
	const char *variant, *reason;
} reasons[] = {
	{ "no-region", "no memory-region in the device tree: the audio PD gets no remote heap" },
	{ "misaligned", "is not a multiple of 4 KiB" },
	{ "mapped-ram", "is mapped by the kernel, it needs no-map or reusable" },
	{ "above-4g", "is beyond the DSP's addresses" },
	{ "empty", "was not reserved" },
	{ "occupied", "something else is mapped there" },
	{ "large-pages-odd", "it is not aligned to the IOMMU's pages" },
	{ "el1-long-vmids", "qcom,vmids is malformed" },
	{ "el1-odd-vmids", "qcom,vmids is malformed" },
	{ "el1-no-scm", "no SCM driver to assign memory with" },
	{ "no-iommu-domain",
	  "the remoteproc driver does not manage the IOMMU domain of its stream" },
};

/* Said once in a run of the DSP. */
TEST(reason_is_in_the_log)
{
	const char *variant = getenv("BOARD_VARIANT");

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (strcmp(variant ? variant : "", reasons[i].variant))
			continue;
		CHECK_EQ(create_audio(node_open()), -ENOMEM);
		kernel_log_rewind();
		CHECK_EQ(kernel_log_count(reasons[i].reason), 1);
		return;
	}
	test_skip("this variant has a heap");
}

TEST(other_static_pds_are_asked_for)
{
	struct offer o;
	int fd = node_open();

	create_static(fd, "oispd", sizeof("oispd"));
	control_offer(0, &o);
	CHECK_EQ(o.pages, 0);
	CHECK_EQ(o.base, 0);
}

TEST(restart_and_reload)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 3; i++) {
		int fd;

		dsp_restart();
		REQUIRE_EQ(driver_unload(), 0);
		REQUIRE_EQ(driver_load(), 0);
		fd = node_open();
		CHECK_EQ(invoke_null(fd), 0);
		CHECK_EQ(create_audio(fd), -ENOMEM);
		node_close(fd);
		dsp_stop();
		dsp_start();
		/* GLINK waits five seconds for a DSP that stops while it opens the channel */
		node_wait(NODE, true);
	}
}

/* ---- a device tree that changes, on the board without a region ---- */

static void set_region(uint32_t region)
{
	struct heap_piece where;

	dsp_stop();
	node_wait(NODE, false);
	REQUIRE_EQ(driver_unload(), 0);
	control_tree(region, true, &where);
	kernel_log_mark();
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	node_wait(NODE, true);
}

static void restore_tree(void)
{
	struct heap_piece where;

	if (dsp_is_running())
		dsp_stop();
	driver_unload();
	control_tree(DSP_TREE_NO_REGION, true, &where);
	driver_restore();
}

static void begin_changing(void)
{
	const char *variant = getenv("BOARD_VARIANT");

	if (strcmp(variant ? variant : "", "no-region"))
		test_skip("the device tree of this variant stays");
	test_teardown = restore_tree;
}

/* As after an overlay with a fault. */
TEST(region_of_no_node)
{
	begin_changing();
	set_region(DSP_TREE_NO_NODE);
	CHECK_EQ(kernel_log_count("tree: the audio PD gets no remote heap"), 1);
	CHECK_EQ(create_audio(node_open()), -ENOMEM);
	CHECK_EQ(invoke_null(node_open()), 0);
}

/* The driver has found a region, and looks for it again: to show it, and to lend it. */
TEST(region_goes_meanwhile)
{
	static const uint32_t regions[] = { DSP_TREE_NO_NODE, DSP_TREE_NO_REGION };
	struct heap_piece where;
	int fd;

	begin_changing();
	for (size_t i = 0; i < ARRAY_SIZE(regions); i++) {
		test_context("region 0x%x", regions[i]);
		set_region(0);
		CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
		control_tree(regions[i], true, &where);
		CHECK_EQ(heap_pieces("region", ""), 0);
		fd = node_open();
		CHECK_EQ(create_audio(fd), -ENOMEM);
		CHECK_EQ(kernel_log_count("memory-region names no node any more"), 1);
		CHECK_EQ(invoke_null(fd), 0);
		node_close(fd);
	}
}
