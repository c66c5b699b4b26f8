// SPDX-License-Identifier: GPL-2.0-only
/* Debian's cdsprpcd, as it is, as the daemon of the compute DSP's root PD. */
#include <signal.h>

#include "daemon.h"

#define LABEL		"cdsp"

static void setup(void)
{
	userland_need();
	control_select(LABEL);
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

TEST(reads_files_for_the_dsp)
{
	pid_t pid = daemon_start(CDSPRPCD, NULL);

	daemon_wait_listening(1);
	check_dsp_reads(DSP_PROCESS_ROOT, 10000);
	CHECK(daemon_runs(pid));
}

/* Through the plain node, where the secure one is not to be had. */
TEST(plain_node)
{
	REQUIRE_EQ(rename("/dev/fastrpc-cdsp-secure", "/dev/hidden"), 0);
	daemon_start(CDSPRPCD, NULL);
	if (!control_try_wait(DSP_COUNT_LISTENERS, 1, WAIT_MS))
		check_dsp_reads(DSP_PROCESS_ROOT, 1000);
	else
		CHECK(!"it listens");
	REQUIRE_EQ(rename("/dev/hidden", "/dev/fastrpc-cdsp-secure"), 0);
}

/* Two daemons for two DSPs. */
TEST(beside_the_daemon_of_the_adsp)
{
	daemon_start(CDSPRPCD, NULL);
	daemon_wait_listening(1);
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
	control_select(DSP);
	daemon_start(ADSPRPCD, NULL);
	daemon_wait_listening(1);
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
	control_select(LABEL);
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
}
