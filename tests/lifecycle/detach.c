// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remoteproc that can be attached and detached.  After a detach the DSP runs on, and the
 * remoteproc core says the same as after a stop.  So memory that the DSP has could never be
 * had back: it gets none, the log says why, and everything else works.
 */
#include "harness.h"

#define REASON	"the remoteproc can be detached"

static const char *dsp_state(void)
{
	static char word[32];

	dsp_state_read(word, sizeof(word));
	return word;
}

/* The boot loader starts the DSP, Linux attaches to it. */
static void attach_early(void)
{
	char label[DSP_LABEL_LEN] = DSP;

	dsp_stop();
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_EARLY_BOOT, label), 0);
	CHECK(!strcmp(dsp_state(), "detached"));
	REQUIRE_EQ(dsp_state_write("start"), 0);
	CHECK(!strcmp(dsp_state(), "attached"));
	node_wait(NODE, true);
}

static void check_no_heap(void)
{
	struct dsp_control_status before, after;
	int fd = node_open();

	control_status(&before);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(create_audio(fd), -ENOMEM);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(after.heap_pages, 0);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	CHECK_EQ(heap_account("lends="), 0);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
}

TEST(booted)
{
	test_teardown = driver_restore;
	/* a remoteproc that is not watched is complained of once for a module */
	REQUIRE_EQ(driver_unload(), 0);
	kernel_log_mark();
	REQUIRE_EQ(driver_load(), 0);
	dsp_restart();
	check_no_heap();
	CHECK_EQ(kernel_log_count(REASON), 1);
	/* the core detaches nothing that it has booted */
	CHECK_EQ(dsp_state_write("detach"), -EINVAL);
	CHECK(!strcmp(dsp_state(), "running"));
}

TEST(crashed)
{
	test_teardown = driver_restore;
	dsp_restart();
	check_no_heap();
	dsp_crash();
	node_wait(NODE, true);
	check_no_heap();
}

TEST(attached_and_detached)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 2; i++) {
		attach_early();
		check_no_heap();
		REQUIRE_EQ(dsp_state_write("detach"), 0);
		CHECK(!strcmp(dsp_state(), "detached"));
		REQUIRE_EQ(dsp_state_write("start"), 0);
		node_wait(NODE, true);
		check_no_heap();
		/* the DSP has nothing that the module would have to remember */
		REQUIRE_EQ(driver_unload(), 0);
		REQUIRE_EQ(driver_load(), 0);
		node_wait(NODE, true);
	}
	dsp_restart();
}
