// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remoteproc that can be attached and detached.  A plain stop and a crash end
 * the DSP, so its memory comes back.  Detaching leaves it running, and with it
 * goes the domain that the memory was mapped in: what it was offered is nobody's
 * any more until reboot.
 */
#include "harness.h"

#define MIB	(1ul << 20)
#define PIECES	2

static char device_state[32];

static const char *dsp_state(void)
{
	dsp_state_read(device_state, sizeof(device_state));
	return device_state;
}

static void allow_crash_messages(void)
{
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
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

static void grow(int fd)
{
	uint64_t token;

	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
}

/* A plain stop of what Linux itself has booted: nothing to be afraid of. */
TEST(stop_gives_it_back)
{
	struct offer o;

	for (int i = 0; i < 3; i++) {
		int fd;

		dsp_restart();
		fd = node_open();
		REQUIRE_EQ(create_audio(fd), 0);
		control_offer(0, &o);
		CHECK_EQ(o.pages, 1);
		grow(fd);
		control_heap_in_use();
		node_close(fd);
	}
	dsp_stop();
	CHECK_EQ(heap_account("quarantines="), 0);
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_pieces("region", "claimed"), 1);
	dsp_start();
}

TEST(crash_gives_it_back)
{
	allow_crash_messages();
	dsp_restart();
	for (int i = 0; i < 3; i++) {
		int fd = node_open();

		REQUIRE_EQ(create_audio(fd), 0);
		grow(fd);
		control_heap_in_use();
		node_close(fd);
		dsp_crash();
	}
	CHECK_EQ(heap_account("quarantines="), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* What the rule relies on: the core detaches nothing that it has booted. */
TEST(booted_cannot_be_detached)
{
	dsp_restart();
	REQUIRE_EQ(create_audio(node_open()), 0);
	CHECK_EQ(dsp_state_write("detach"), -EINVAL);
	CHECK(!strcmp(dsp_state(), "running"));
	control_heap_in_use();
}

/* It was never told of the region, so that comes back when the channel goes. */
TEST(nothing_offered)
{
	for (int i = 0; i < 2; i++) {
		attach_early();
		CHECK_EQ(heap_pieces("region", "granted"), 1);
		REQUIRE_EQ(dsp_state_write("detach"), 0);
		CHECK_EQ(heap_pieces("region", "claimed"), 1);
		REQUIRE_EQ(dsp_state_write("start"), 0);
		node_wait(NODE, true);
	}
	CHECK_EQ(invoke_null(node_open()), 0);
	CHECK_EQ(heap_account("quarantines="), 0);
	dsp_restart();
}

/* An attached DSP that crashes is booted anew: it was halted. */
TEST(attached_and_crashed)
{
	allow_crash_messages();
	attach_early();
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_heap_in_use();
	dsp_crash();
	node_wait(NODE, true);
	CHECK(!strcmp(dsp_state(), "running"));
	CHECK_EQ(heap_account("quarantines="), 0);
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_heap_in_use();
}

static long create_and_fail(void)
{
	int fd = node_open();
	long ret = create_audio(fd);

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
	return ret;
}

/*
 * From here on the region is lost to this boot, so this is the last case.  The
 * model looks at what it left there, past the SMMU, when it is halted at last.
 */
TEST(detached_while_offered)
{
	int fd;

	test_allow("the DSP may still run");
	attach_early();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	for (int i = 0; i < PIECES; i++)
		grow(fd);
	control_heap_in_use();
	kernel_log_mark();
	REQUIRE_EQ(dsp_state_write("detach"), 0);
	CHECK(!strcmp(dsp_state(), "detached"));
	CHECK_EQ(kernel_log_count("the DSP may still run"), 1 + PIECES);
	CHECK_EQ(heap_account("quarantines="), 1 + PIECES);
	CHECK_EQ(heap_pieces("region", "quarantined"), 1);
	CHECK_EQ(heap_pieces("growth", "quarantined"), PIECES);
	CHECK_EQ(heap_account("growth="), PIECES * MIB);
	CHECK_EQ(create_audio(fd), -EPIPE);
	node_close(fd);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);

	/* attached again: everything but the audio PD works, and it is said once why */
	for (int i = 0; i < 2; i++) {
		kernel_log_mark();
		REQUIRE_EQ(dsp_state_write("start"), 0);
		CHECK_EQ(create_and_fail(), -ENOMEM);
		CHECK_EQ(kernel_log_count("quarantined, not used"), 1);
		REQUIRE_EQ(dsp_state_write("detach"), 0);
		CHECK_EQ(kernel_log_count("the DSP may still run"), 0);
	}

	/* halted at last, and booted: still not */
	REQUIRE_EQ(dsp_state_write("start"), 0);
	dsp_stop();
	kernel_log_mark();
	dsp_start();
	CHECK_EQ(create_and_fail(), -ENOMEM);
	CHECK_EQ(kernel_log_count("quarantined, not used"), 1);
	CHECK_EQ(heap_account("quarantines="), 1 + PIECES);
	CHECK_EQ(heap_account("growth="), PIECES * MIB);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
}
