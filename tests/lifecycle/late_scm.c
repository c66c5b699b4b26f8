// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCM is not there yet when the DSP boots.  The channel does not wait for it: all but the
 * audio PD works, and the audio PD has its heap from the first request on that comes after
 * SCM.  Nothing is probed a second time for that.
 */
#include "harness.h"

#define DEFERRED	"/sys/kernel/debug/devices_deferred"

TEST(channel_does_not_wait)
{
	uint64_t assigned = monitor_assigned();
	char text[4096];
	int fd = node_open();

	CHECK(file_read(DEFERRED, text, sizeof(text)) >= 0);
	CHECK(!strstr(text, "fastrpc"));
	kernel_log_mark();
	for (int i = 0; i < 20; i++)
		CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK(kernel_log_count("no SCM driver to assign memory with") <= 1);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	CHECK_EQ(monitor_assigned(), assigned);
	kernel_log_rewind();
	CHECK_EQ(kernel_log_count("no SCM driver to assign memory with"), 1);
}

/* A DSP and a driver that come and go meanwhile. */
TEST(restarts_without_scm)
{
	test_teardown = driver_restore;
	dsp_stop();
	dsp_start();
	node_wait(NODE, true);
	dsp_stop();
	CHECK_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	CHECK_EQ(create_audio(node_open()), -ENOMEM);
}

/* The last one: the file that was open before is as good as another. */
TEST(scm_comes)
{
	int fd = node_open();
	struct offer o;
	long end;
	long ret;

	CHECK_EQ(create_audio(fd), -ENOMEM);
	monitor_scm_comes();
	end = now_ms() + WAIT_MS;
	while ((ret = create_audio(fd)) == -ENOMEM && now_ms() < end)
		;
	REQUIRE_EQ(ret, 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	monitor_check_owners(o.base, o.size, VM_DSP);
	control_heap_in_use();
}
