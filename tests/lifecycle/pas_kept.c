// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware refuses to shut the DSP down.  PAS says so, and the remoteproc core gives the
 * stop up half-way: the channel has gone, the state is "running", and the DSP runs.  Its
 * heap is never taken back, so the DSP's stores go on, and no oracle finds anything wrong.
 *
 * There is no way back: another stop, or a crash, would have the kernel end an edge that
 * it has ended before, which is an oops.  This costs the boot its DSP.
 *
 * PAS of 6.12 reports what firmware said of the last image only.  So the shutdown of the
 * device tree blob, where there is one, is refused too: without that the core would take
 * a running DSP for one that is off, and no driver could know better.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "harness.h"

#define PAS_SHUTDOWN	0x0206
#define COVER		"/tmp/state"

/* Linux can no longer stop this DSP: a read of its state finds that it is off. */
static void cover_state(void)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/state", dsp_index());
	mkdir("/tmp", 0777);
	close(open(COVER, O_CREAT | O_RDWR | O_CLOEXEC, 0666));
	REQUIRE_EQ(file_write(COVER, "offline\n"), 0);
	REQUIRE_EQ(mount(COVER, path, NULL, MS_BIND, NULL), 0);
}

TEST(dsp_that_is_not_shut_down_keeps_its_heap)
{
	struct dsp_control_status before, after;
	struct offer region;
	int fd;

	soc_require();
	test_allow("failed to shutdown: ");
	test_allow("failed to shutdown dtb: ");
	test_allow("can't stop rproc: ");
	fd = daemon_open();
	control_offer(0, &region);
	control_heap_in_use();
	control_status(&before);
	kernel_log_mark();
	soc_refuse(PAS_SHUTDOWN, 1, 2, 0, MONITOR_REFUSAL);
	CHECK_EQ(dsp_state_write("stop"), MONITOR_REFUSAL);
	soc_allow();
	CHECK_EQ(kernel_log_count("failed to shutdown: -22"), 1);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	node_close(fd);
	CHECK(dsp_is_running());
	cover_state();

	control_status(&after);
	CHECK_EQ(after.running, 1);
	CHECK_EQ(after.boot_epoch, before.boot_epoch);
	CHECK_EQ(after.domain_cookie, before.domain_cookie);
	/* the PD's state is not known any more, or it is taken for dead: the DSP is not */
	CHECK_EQ(heap_pieces("region", "offered") + heap_pieces("region", "orphaned"), 1);
	CHECK_EQ(heap_account("lost="), 0);
	CHECK(driver_unload() < 0);
	control_heap_in_use();
	control_status(&after);
	CHECK_EQ(after.heap_pages, before.heap_pages);
	if (board_has_monitor())
		monitor_check_owners(region.base, region.size, VM_DSP);
}
