// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remoteproc that recovers from a crash by detaching and attaching: its DSP is
 * never halted.  Here nothing stands between it and memory, so it goes on using
 * what it was offered the whole time, and finds out who else touches that.
 */
#include "harness.h"

#define MIB	(1ul << 20)

/* Time enough for the DSP to look at all of what it has. */
static void check_still_stores(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK(st.audio_pd_up);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 400);
	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK(control_clean(&st));
}

static void crash(void)
{
	char path[80];
	int index = dsp_index();

	snprintf(path, sizeof(path), "/sys/kernel/debug/remoteproc/remoteproc%d/crash", index);
	REQUIRE_EQ(file_write(path, "1"), 0);
	node_wait(NODE, false);
	node_wait(NODE, true);
}

static void check_no_heap_again(void)
{
	int fd = node_open();

	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
}

TEST(crashed_while_offered)
{
	struct dsp_control_status before, after;
	uint64_t token;
	int fd;

	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	test_allow("the DSP may still run");
	fd = daemon_open();
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	control_heap_in_use();
	control_status(&before);
	kernel_log_mark();
	crash();
	node_close(fd);
	CHECK_EQ(kernel_log_count("the DSP may still run"), 2);
	CHECK_EQ(heap_pieces("region", "quarantined"), 1);
	CHECK_EQ(heap_pieces("growth", "quarantined"), 1);
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch);
	check_still_stores();
	check_no_heap_again();

	kernel_log_mark();
	crash();
	check_no_heap_again();
	REQUIRE_EQ(dsp_state_write("detach"), 0);
	check_still_stores();
	REQUIRE_EQ(dsp_state_write("start"), 0);
	check_no_heap_again();
	CHECK_EQ(kernel_log_count("the DSP may still run"), 0);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	dsp_stop();
	dsp_start();
	check_no_heap_again();
	CHECK_EQ(heap_account("quarantines="), 2);
}
