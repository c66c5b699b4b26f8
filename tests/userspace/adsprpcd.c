// SPDX-License-Identifier: GPL-2.0-only
/* Debian's adsprpcd, as it is, as the daemon of the root PD. */
#include <signal.h>

#include "daemon.h"

static void setup(void)
{
	userland_need();
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

static pid_t start(void)
{
	pid_t pid = daemon_start(ADSPRPCD, NULL);

	daemon_wait_listening(1);
	return pid;
}

/*
 * Where the kernel has no DMA heaps, the library gets its memory through the node.
 * If that is not there yet when it begins, it has none until it begins anew, though
 * it waits for the node and listens: it cannot serve a call then.
 */
static void check_serves(void)
{
	if (!daemon_logged("Unable to open fastrpc dev node"))
		check_dsp_reads(DSP_PROCESS_ROOT, 1000);
}

TEST(reads_files_for_the_dsp)
{
	start();
	check_dsp_reads(DSP_PROCESS_ROOT, 10000);
}

TEST(no_such_file)
{
	struct dsp_control_file file;

	start();
	CHECK_EQ(dsp_reads(DSP_PROCESS_ROOT, "not.there", &file), -ENOENT);
	check_dsp_reads(DSP_PROCESS_ROOT, 100);
}

/* Files of other lengths, above all at the ends of the pieces it is read in. */
TEST(lengths)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 999, 1000, 1001, 4096, 300000 };

	start();
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		test_context("%zu bytes", lengths[i]);
		check_dsp_reads(DSP_PROCESS_ROOT, lengths[i]);
	}
}

/* The daemon waits for the node, and needs no second start. */
TEST(started_before_the_dsp)
{
	pid_t pid;

	dsp_stop();
	node_wait(NODE, false);
	pid = daemon_start(ADSPRPCD, NULL);
	daemon_wait_logged("daemon starting");
	dsp_start();
	daemon_wait_listening(1);
	check_serves();
	CHECK(daemon_runs(pid));
}

TEST(comes_back_after_a_crash)
{
	pid_t pid = start();

	for (int i = 0; i < 3; i++) {
		test_context("crash %d", i);
		daemon_log_forget();
		dsp_crash();
		daemon_wait_listening(1);
		check_serves();
		CHECK(daemon_runs(pid));
	}
}

/* Its descriptors close, its call that waits on the DSP ends, the next one gets all. */
TEST(killed_while_it_listens)
{
	struct dsp_control_status st;

	for (int i = 0; i < 3; i++) {
		pid_t pid = start();

		control_status(&st);
		daemon_end(pid, SIGKILL);
		control_wait(DSP_COUNT_RELEASES, st.releases + 1);
		control_status(&st);
		CHECK_EQ(st.attached_clients, 0);
	}
	start();
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
}

/* A DSP that knows none of the newer handles: the library takes the old ones. */
TEST(old_firmware)
{
	control_behave(7, DSP_ANY, DSP_ANSWER_ERROR, 0, 0x80000600);
	start();
	check_dsp_reads(DSP_PROCESS_ROOT, 10000);
}
