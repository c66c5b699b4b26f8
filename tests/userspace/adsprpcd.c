// SPDX-License-Identifier: GPL-2.0-only
/* Debian's adsprpcd, as it is: daemon of the root PD and of the audio PD. */
#include <signal.h>

#include "daemon.h"

static void setup(void)
{
	userland_need();
	setenv("DSP_LIBRARY_PATH", FILES_DIR, 1);
	daemon_log_start();
}
static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

TEST(root_pd_listens)
{
	static char text[10000];
	struct dsp_control_file file;
	uint64_t sum;
	pid_t pid;
	int ret;

	fill_pattern(text, sizeof(text), 1);
	sum = host_file("some.bin", text, sizeof(text));
	pid = daemon_start(ADSPRPCD, NULL);
	ret = control_try_wait(DSP_COUNT_LISTENERS, 1, 5000);
	CHECK_EQ(ret, 0);
	if (ret) {
		daemon_log_show();
		test_abort();
	}
	CHECK(daemon_runs(pid));
	ret = dsp_reads(DSP_PROCESS_ROOT, "some.bin", &file);
	CHECK_EQ(ret, 0);
	if (ret)
		daemon_log_show();
	CHECK_EQ(file.size, sizeof(text));
	CHECK_EQ(file.len, sizeof(text));
	CHECK_EQ(file.hash, sum);
}
