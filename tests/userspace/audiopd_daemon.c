// SPDX-License-Identifier: GPL-2.0-only
/* Debian's adsprpcd, as it is, as the daemon of the audio PD. */
#include <signal.h>

#include "daemon.h"
#include "servreg.h"

#define HEAP_PAGES	2048
#define GROWTH		(256 << 10)
#define REMOTE_HEAP	8

/* Fresh: the audio PD has no heap yet, so the daemon's attach brings it. */
static void setup(void)
{
	userland_need();
	dsp_restart();
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

static pid_t start(void)
{
	pid_t pid = daemon_start(ADSPRPCD, "audiopd", NULL);

	daemon_wait_listening(1);
	return pid;
}

static void check_audio_pd(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK_EQ(st.heap_pages, HEAP_PAGES);
	control_heap_in_use();
	check_dsp_reads(DSP_PROCESS_AUDIO, 10000);
}

TEST(attaches_gets_the_heap_and_serves_files)
{
	pid_t pid = start();

	check_audio_pd();
	CHECK(daemon_runs(pid));
}

/* The PD wants more: apps_mem of the daemon, MMAP of the driver, and back. */
TEST(heap_grows_by_the_daemon)
{
	struct dsp_control_heap heap = {
		.label = DSP, .process = DSP_PROCESS_AUDIO, .flags = REMOTE_HEAP, .size = GROWTH,
	};
	struct dsp_control_status st;

	start();
	control_heap_in_use();
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_HEAP, &heap), 0);
	CHECK(heap.dsp_addr > UINT32_MAX);	/* the DSP's own name for it, not cut */
	control_status(&st);
	CHECK_EQ(st.heap_pages, HEAP_PAGES + GROWTH / PAGE);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_HEAP, &heap), 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, HEAP_PAGES);
	check_audio_pd();
}

TEST(comes_back_after_a_crash)
{
	struct dsp_control_status st;
	pid_t pid = start();

	for (int i = 0; i < 3; i++) {
		test_context("crash %d", i);
		check_audio_pd();
		dsp_crash();
		daemon_wait_listening(1);
		control_status(&st);
		CHECK_EQ(st.heap_pages, HEAP_PAGES);
	}
	check_audio_pd();
	CHECK(daemon_runs(pid));
}

TEST(comes_back_after_a_stop)
{
	pid_t pid = start();

	dsp_restart();
	daemon_wait_listening(1);
	check_audio_pd();
	CHECK(daemon_runs(pid));
}

/* Another daemon finds the PD with the heap it has, and grows it. */
TEST(killed_and_started_again)
{
	pid_t pid = start();
	struct dsp_control_status st;

	control_heap_in_use();
	control_status(&st);
	daemon_end(pid, SIGKILL);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
	start();
	check_audio_pd();
}

/* The daemon of the root PD, of other make, beside it. */
TEST(with_hexagonrpcd)
{
	pid_t other = daemon_start(HEXAGONRPCD, "-f", NODE, "-d", DSP, "-R", FILES_ROOT, NULL);

	daemon_wait_listening(1);
	daemon_start(ADSPRPCD, "audiopd", NULL);
	daemon_wait_listening(2);
	check_audio_pd();
	CHECK(daemon_runs(other));
}

/* A PD that has just begun and does what it is there for. */
static void check_new_pd(uint64_t pages)
{
	struct dsp_control_status st;

	daemon_wait_listening(1);
	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK_EQ(st.heap_pages, pages);
	CHECK_EQ(st.heap_pages_granted, pages);
	CHECK_EQ(st.heap_pages_touched, pages);
	check_dsp_reads(DSP_PROCESS_AUDIO, 10000);
}

static void put_back(void)
{
	daemon_end_all();
	servreg_stop();
	driver_restore();
}

/*
 * The DSP runs on and no registry tells the driver.  The daemon comes back, to a PD
 * that has no heap, for the DSP may still have it, and is served all the same.
 */
TEST(pd_restarts_alone)
{
	pid_t pid;

	test_teardown = put_back;
	if (servreg_is_possible())
		servreg_start(SERVREG_HONEST);	/* and it keeps silent */
	dsp_restart();
	pid = start();
	check_audio_pd();
	for (int i = 0; i < 3; i++) {
		test_context("restart %d", i);
		REQUIRE_EQ(control_restart_pd(), 0);
		check_new_pd(0);
		CHECK(daemon_runs(pid));
	}
	dsp_restart();
	check_new_pd(HEAP_PAGES);
	check_audio_pd();
}

/* With a service registry the driver knows, and the new PD has the region again. */
TEST(pd_restarts_and_is_told_of)
{
	pid_t pid;

	if (!servreg_is_possible())
		test_skip("the DSP of this board has no service registry");
	test_teardown = put_back;
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	servreg_start(SERVREG_HONEST);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	node_wait(NODE, true);
	if (access("/sys/module/pdr_interface", F_OK))
		test_skip("this kernel has no PDR helper, so the driver cannot be told");
	servreg_wait_listeners(1);
	servreg_tell(SERVREG_UP);
	pid = start();
	check_audio_pd();
	for (int i = 0; i < 3; i++) {
		test_context("restart %d", i);
		servreg_tell(SERVREG_DOWN);
		REQUIRE_EQ(control_restart_pd(), 0);
		servreg_tell(SERVREG_UP);
		check_new_pd(HEAP_PAGES);
		CHECK(daemon_runs(pid));
	}
}

/* What Debian starts on every ADSP, with three context banks, and a program beside them. */
TEST(beside_the_daemon_of_the_root_pd_and_an_application)
{
	pid_t root, audio;
	int fd;

	REQUIRE_EQ(node_sessions(), 3);
	root = daemon_start(ADSPRPCD, NULL);
	audio = start();
	daemon_wait_listening(2);
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_echo(fd, 1, 3000), 0);
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
	check_audio_pd();
	CHECK(daemon_runs(root));
	CHECK(daemon_runs(audio));
}
