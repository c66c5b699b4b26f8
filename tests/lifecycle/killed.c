// SPDX-License-Identifier: GPL-2.0-only
/*
 * A daemon that waits for the remoteproc, whose lock is held by a stop that hears nothing
 * of its DSP: a signal ends the daemon at once.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

#define AT_ONCE_MS	(1000 * board_slowness())

static pid_t daemon_start(void)
{
	int fd = node_open();
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (!pid) {
		create_audio(fd);
		_exit(0);
	}
	node_close(fd);
	return pid;
}

/* A stop takes five seconds for want of an answer; the channel is there until then. */
TEST(while_a_stop_waits)
{
	pid_t pid;
	long begun;
	int status;

	soc_require();
	test_teardown = soc_restore;
	test_allow("timeout waiting for shutdown");
	/* a daemon looks at the remoteproc once in a run of the DSP */
	dsp_restart();
	node_wait(NODE, true);
	soc_faults(DSP_SOC_MUTE_SSCTL);
	soc_stop_begin();
	task_wait_inside(getpid(), "rproc_shutdown", 1);
	pid = daemon_start();
	task_wait_inside(pid, "sys_ioctl", 1);
	CHECK(!soc_stop_is_over());
	begun = now_ms();
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK(now_ms() - begun < AT_ONCE_MS);
	CHECK(!soc_stop_is_over());
	soc_stop_end();
}
