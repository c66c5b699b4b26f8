// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot loader has started the DSP, and PAS attaches to it: the DSP is not booted by
 * Linux, and everything works as on one that is.
 */
#include "harness.h"

static void check_works(void)
{
	int fd = node_open();

	CHECK_EQ(invoke_echo(fd, 1, 10000), 0);
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
}

/* The first one: the DSP has run since before Linux. */
TEST(attached)
{
	struct dsp_control_soc soc;
	char state[32];

	soc_require();
	soc_look(&soc);
	dsp_state_read(state, sizeof(state));
	CHECK(!strcmp(state, "attached"));
	CHECK_EQ(soc.boots, 1);
	check_works();
	soc_look(&soc);
	CHECK_EQ(soc.boots, 1);
}

/* It is halted as any other, and gives all of its memory back. */
TEST(stopped_and_started)
{
	struct dsp_control_status st;
	struct dsp_control_soc soc;

	soc_require();
	control_status(&st);
	dsp_stop();
	if (st.heap_size)
		monitor_check_owners(st.heap_base, st.heap_size, VM_HLOS);
	soc_look(&soc);
	CHECK_EQ(soc.shutdowns_asked, 1);
	dsp_start();
	node_wait(NODE, true);
	soc_look(&soc);
	CHECK_EQ(soc.boots, 2);
	CHECK(dsp_is_running());
	check_works();
}

TEST(crashes)
{
	dsp_crash();
	node_wait(NODE, true);
	check_works();
}
