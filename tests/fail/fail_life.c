// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation fails once while channel, heap and driver come and go: probe
 * by hand, within the DSP's boot and within a recovery; stop, unbind and unload.
 *
 * What comes may fail, but leaves what was there before, and the next probe
 * succeeds.  What goes must not need memory: it succeeds whatever fails, and
 * memory that the DSP has is taken back in a stop, and only then.
 *
 * Meant for a device tree with a small region: there are hundreds of boots.
 */
#include "sweep.h"

#define DEEP		"32"
/*
 * As far down as the page tables of the heap.  Farther down a context bank's own
 * IOMMU can fail, and the driver core goes on without it.
 */
#define TABLES		"15"
#define SYNC_ANNOUNCE	"/sys/module/dsp/parameters/sync_announce"
#define ADDED		(68ul << 10)

static char device[64];

/* The core's and the driver's own words for what is done to them here. */
static void expect_complaints(void)
{
	static const char *const words[] = {
		"cannot register", "rpmsg_dev_probe: failed", "probe with driver", "probe of",
		"cannot be claimed", "cannot spare all of it", "cannot be opened to the DSP",
		"kobject_add_internal failed",
		"Failed to create a rescuer", "Failed to allocate a rescuer",
		"recovering " DSP, "crash detected in", "handling crash", "fatal error",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		test_allow(words[i]);
}

static void restore(void)
{
	file_write(SYNC_ANNOUNCE, "0");
	if (device[0] && driver_is_loaded() && access(NODE, F_OK))
		driver_bind(device);
	driver_restore();
}

/* The probe is part of what the boot does, in the same thread. */
static void announce_in_boot(void)
{
	expect_complaints();
	test_teardown = restore;
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
}

/* Is the DSP's channel as it should be, with every session and its heap? */
static bool is_whole(void)
{
	int fds[8] = { -1 }, n = 0, sessions = node_sessions();
	bool whole;

	while (n < sessions && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	whole = n == sessions && !create_audio(fds[0]);
	while (n)
		node_close(fds[--n]);
	return whole;
}

/* Nothing is offered, nothing lost. */
static void check_nothing_given(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);
	CHECK_EQ(heap_account_lines("] offered"), 0);
	CHECK_EQ(heap_account_lines("] lost"), 0);
}

/* Pages of the region, as the driver found it. */
static uint64_t region_pages(void)
{
	unsigned long long first, last;
	char text[4096];

	heap_account_read(text, sizeof(text));
	REQUIRE_EQ(sscanf(strstr(text, "region [mem"), "region [mem 0x%llx-0x%llx", &first,
			  &last), 2);
	return (last + 1 - first) / PAGE;
}

/* The heap is with the DSP: the region, and something added. */
static void give(void)
{
	struct dsp_control_status st;
	uint64_t token;
	int fd = node_open();

	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(heap_grow(fd, ADDED, &token), 0);
	node_close(fd);
	control_status(&st);
	CHECK_EQ(st.heap_pages, region_pages() + ADDED / PAGE);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, 0);
	CHECK_EQ(heap_account_lines("] offered"), 2);
}

static void learn_device(void)
{
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	REQUIRE_EQ(driver_bind(device), 0);
}

/* A DSP that was just started, with nothing given. */
static void begin_afresh(void)
{
	expect_complaints();
	test_teardown = restore;
	dsp_restart();
	learn_device();
}

static long unbind_driver(void)
{
	char name[64];

	return driver_unbind(name, sizeof(name));
}

/* The next try, whether or not the one before left the driver bound. */
static void bind_again(void)
{
	unbind_driver();
	REQUIRE_EQ(driver_bind(device), 0);
	REQUIRE(is_whole());
}

/* After a probe that may have failed: the next one does not. */
static void probe_again(void)
{
	if (!is_whole()) {
		check_nothing_given();
		bind_again();
	}
	give();
}

/* ---- what comes ---- */

/* A domain without page tables, and no driver bound. */
static void begin_probe(void)
{
	dsp_restart();
	REQUIRE_EQ(unbind_driver(), 0);
}

static long bind_driver(void)
{
	return driver_bind(device);
}

static void end_probe(long result)
{
	(void)result;
	probe_again();
}

TEST(probing)
{
	static const struct sweep sweep = {
		.name = "probe", .before = begin_probe, .sequence = bind_driver,
		.after = end_probe, .depth = TABLES,
	};

	expect_complaints();
	test_teardown = restore;
	learn_device();
	sweep_run(&sweep);
}

/* Bound again while the DSP has its heap: it is neither offered twice nor lost. */
static void begin_rebind(void)
{
	REQUIRE_EQ(unbind_driver(), 0);
	CHECK_EQ(heap_account_lines("] offered"), 2);
}

static void end_rebind(long result)
{
	struct dsp_control_status st;

	(void)result;
	if (!is_whole()) {
		CHECK_EQ(heap_account_lines("] offered"), 2);
		bind_again();
	}
	CHECK_EQ(heap_account_lines("] offered"), 2);
	control_status(&st);
	CHECK_EQ(st.heap_pages, region_pages() + ADDED / PAGE);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 3);
}

TEST(rebinding)
{
	static const struct sweep sweep = {
		.name = "probe with an offered heap", .before = begin_rebind,
		.sequence = bind_driver, .after = end_rebind,
	};

	test_allow("the DSP still has it");
	begin_afresh();
	give();
	sweep_run(&sweep);
}

static long boot_dsp(void)
{
	return dsp_state_write("start");
}

static void end_boot(long result)
{
	CHECK_EQ(result, 0);
	probe_again();
}

/* The probe inside the remoteproc's boot, after a stop with all of it offered. */
TEST(booting)
{
	static const struct sweep sweep = {
		.name = "boot", .before = dsp_stop, .sequence = boot_dsp, .after = end_boot,
	};

	announce_in_boot();
	dsp_restart();
	learn_device();
	give();
	sweep_run(&sweep);
}

/* ---- what goes ---- */

static long stop_dsp(void)
{
	return dsp_state_write("stop");
}

static void check_all_back(void)
{
	CHECK_EQ(heap_account_lines("] unclaimed"), 1);
	CHECK_EQ(heap_account_lines("growth [mem"), 0);
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
}

static void end_stop(long result)
{
	(void)result;
	check_all_back();
	dsp_start();
	give();
}

TEST(stopping)
{
	static const struct sweep sweep = {
		.name = "stop", .sequence = stop_dsp, .after = end_stop, .depth = DEEP,
		.cannot_fail = true,
	};

	begin_afresh();
	give();
	sweep_run(&sweep);
}

static void end_unbind_offered(long result)
{
	struct dsp_control_status st;

	(void)result;
	CHECK_EQ(heap_account_lines("] offered"), 2);
	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 3);
	REQUIRE_EQ(driver_bind(device), 0);
	REQUIRE(is_whole());
}

TEST(unbinding_with_an_offer)
{
	static const struct sweep sweep = {
		.name = "unbind, offered", .sequence = unbind_driver, .after = end_unbind_offered,
		.cannot_fail = true,
	};

	test_allow("the DSP still has it");
	begin_afresh();
	give();
	sweep_run(&sweep);
}

static void end_unbind(long result)
{
	(void)result;
	check_all_back();
	REQUIRE_EQ(driver_bind(device), 0);
	CHECK_EQ(heap_account_lines("] unclaimed"), 1);
}

TEST(unbinding)
{
	static const struct sweep sweep = {
		.name = "unbind", .sequence = unbind_driver, .after = end_unbind,
		.cannot_fail = true,
	};

	begin_afresh();
	sweep_run(&sweep);
	give();
}

static long unload_driver(void)
{
	return driver_unload();
}

static void end_unload(long result)
{
	(void)result;
	CHECK(!driver_is_loaded());
	REQUIRE_EQ(driver_load(), 0);
	node_wait(NODE, true);
	CHECK_EQ(heap_account_lines("] unclaimed"), 1);
}

TEST(unloading)
{
	static const struct sweep sweep = {
		.name = "unload", .sequence = unload_driver, .after = end_unload,
		.cannot_fail = true,
	};

	begin_afresh();
	sweep_run(&sweep);
	give();
}

/* ---- both at once ---- */

static long crash_dsp(void)
{
	dsp_crash();
	return dsp_wait_recovered();
}

static void end_crash(long result)
{
	CHECK_EQ(result, 0);
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
	probe_again();
}

TEST(recovering)
{
	static const struct sweep sweep = {
		.name = "crash and recovery", .sequence = crash_dsp, .after = end_crash,
		.in_workers = true,
	};

	announce_in_boot();
	dsp_restart();
	learn_device();
	give();
	sweep_run(&sweep);
}
