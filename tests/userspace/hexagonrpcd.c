// SPDX-License-Identifier: GPL-2.0-only
/* Debian's hexagonrpcd, as it is: the other implementation of a daemon. */
#include <signal.h>

#include "daemon.h"

/* A method that it does not know ends it, and flen is one. */
static void setup(void)
{
	userland_need();
	dsp_asks_sizes = false;
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

static pid_t start(const char *sensors)
{
	pid_t pid = daemon_start(HEXAGONRPCD, "-f", NODE, "-d", DSP, "-R", FILES_ROOT, sensors,
				 NULL);

	daemon_wait_listening(1);
	return pid;
}

TEST(root_pd)
{
	pid_t pid = start(NULL);

	check_dsp_reads(DSP_PROCESS_ROOT, 10000);
	CHECK(daemon_runs(pid));
}

TEST(sensors_pd)
{
	pid_t pid = start("-s");

	check_dsp_reads(DSP_PROCESS_SENSORS, 10000);
	CHECK(daemon_runs(pid));
}

/* It does not wait for a node, and ends when the DSP does. */
TEST(ends_with_the_dsp)
{
	pid_t pid = start(NULL);

	dsp_restart();
	daemon_end(pid, 0);
	start(NULL);
	check_dsp_reads(DSP_PROCESS_ROOT, 100);
}
