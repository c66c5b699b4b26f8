// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reboot has begun and is held before the first device is shut down: nothing more is
 * given, neither a region nor growth.  It cannot be called off, so this is the last
 * program of its boot; the board lets the reboot go on when it has reported.
 */
#include <sys/reboot.h>

#include "harness.h"

#define SECOND		"second"
#define SECOND_NODE	"/dev/fastrpc-adsp1"
#define MIB		(1ul << 20)

static void second_state(const char *word)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/state",
		 dsp_index_of(SECOND));
	REQUIRE_EQ(file_write(path, word), 0);
}

static struct dsp_control_status status_of(const char *label)
{
	struct dsp_control_status st = { };

	strcpy(st.label, label);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_STATUS, &st), 0);
	return st;
}

TEST(nothing_more_is_given)
{
	struct dsp_control_status before, after;
	uint64_t token;
	int first, second;

	/* the first ADSP has its heap, the second was never offered one */
	first = daemon_open();
	REQUIRE_EQ(heap_grow(first, MIB, &token), 0);
	control_heap_in_use();
	second_state("stop");
	node_wait(SECOND_NODE, false);
	second_state("start");
	node_wait(SECOND_NODE, true);
	second = node_try_open(SECOND_NODE);
	REQUIRE(second >= 0);

	control_hold(DSP_HOLD_REBOOT, true);
	printf("@rebooting\n");
	fflush(stdout);
	if (!fork()) {
		reboot(RB_POWER_OFF);
		_exit(1);
	}
	control_wait(DSP_COUNT_AT_HOLD, 1);
	before = status_of(SECOND);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(create_audio(second), -ESHUTDOWN);
	after = status_of(SECOND);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(after.heap_pages, 0);

	before = status_of(DSP);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(heap_grow(first, MIB, &token), -ESHUTDOWN);
	after = status_of(DSP);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(after.heap_pages, before.heap_pages);
	CHECK_EQ(heap_account_lines("] offered"), 2);
	/* what it has it may use, and calls go on */
	control_heap_in_use();
	CHECK_EQ(create_audio(node_open()), 0);
	CHECK_EQ(invoke_null(first), 0);
}
