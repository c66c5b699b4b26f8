// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region of a sensor DSP: lent when its channel comes, used by the DSP without an
 * offer, and the DSP's until it is halted.
 */
#include "harness.h"

#define SDSP_NODE	"/dev/fastrpc-sdsp"
#define BASE		0x60000000ul
#define LAST		0x607ffffful

static void dsp_word(uint64_t addr, bool is_write, uint32_t value)
{
	struct dsp_control_access word = {
		.label = DSP, .is_write = is_write, .addr = addr, .value = value,
	};

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &word), 0);
	CHECK_EQ(word.faulted, 0);
	if (!is_write)
		CHECK_EQ(word.value, value);
}

/* It is lent soon after the channel has come. */
static void wait_lent(void)
{
	node_wait(SDSP_NODE, true);
	heap_wait_pieces("region", "offered", 1);
}

static void restore(void)
{
	if (!driver_is_loaded())
		driver_load();
	if (!dsp_is_running())
		file_write("/sys/class/remoteproc/remoteproc0/state", "start");
	node_wait(SDSP_NODE, true);
}

TEST(reachable_without_an_offer)
{
	wait_lent();
	dsp_word(BASE, false, 0);
	dsp_word(BASE, true, 0x12345678);
	dsp_word(BASE, false, 0x12345678);
	dsp_word(LAST - 3, true, 0x9abcdef0);
	dsp_word(LAST - 3, false, 0x9abcdef0);
}

/* The module and the binding may want to go; the DSP's memory does not. */
TEST(stays_while_the_dsp_runs)
{
	char device[64];

	test_teardown = restore;
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	dsp_word(BASE, true, 0x11111111);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	dsp_word(BASE, false, 0x11111111);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	REQUIRE_EQ(driver_bind(device), 0);
	wait_lent();
	dsp_word(BASE, false, 0x11111111);
}

/* Reclaimed when it is halted, and zero for its next run. */
TEST(taken_back_when_it_is_halted)
{
	test_teardown = restore;
	dsp_word(BASE, true, 0x22222222);
	REQUIRE_EQ(file_write("/sys/class/remoteproc/remoteproc0/state", "stop"), 0);
	if (board_has_monitor())
		monitor_check_owners(BASE, LAST + 1 - BASE, VM_HLOS);
	CHECK_EQ(driver_unload(), 0);
	CHECK_EQ(driver_load(), 0);
	REQUIRE_EQ(file_write("/sys/class/remoteproc/remoteproc0/state", "start"), 0);
	wait_lent();
	if (board_has_monitor())
		monitor_check_owners(BASE, LAST + 1 - BASE, VM_DSP);
	dsp_word(BASE, false, 0);
}
