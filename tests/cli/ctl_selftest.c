// SPDX-License-Identifier: GPL-2.0-only
/* fastrpcctl selftest: says what it will do, does that and no more, and sees what is wrong. */
#include "command.h"

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

TEST(all_is_well)
{
	static const char *const steps[] = { "get-info", "refusals", "memory", "second-open" };
	char line[64];

	CHECK_EQ(fastrpcctl("selftest", NULL), 0);
	/* the board may have a CDSP, too */
	ctl_prints("on adsp ");
	ctl_prints("this will\n");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		snprintf(line, sizeof(line), "ok     adsp: %s\n", steps[i]);
		ctl_prints(line);
	}
	ctl_prints_not("attach");
	sessions_check();
}

/* What the DSP hears: one question, and, if it was asked for, an attach and a release. */
TEST(does_no_more_than_it_says)
{
	uint64_t before;

	dsp_restart();
	before = requests();
	CHECK_EQ(fastrpcctl("selftest", "--dry-run", NULL), 0);
	ctl_prints("ask the DSP for its architecture");
	ctl_prints_not("ok ");
	CHECK_EQ(requests(), before);
	CHECK_EQ(fastrpcctl("selftest", NULL), 0);
	CHECK_EQ(requests(), before + 1);
	/* known by now */
	CHECK_EQ(fastrpcctl("selftest", "--attach", "--json", DSP, NULL), 0);
	CHECK(json_is_valid(ctl.out));
	ctl_prints("{\"dsp\": \"adsp\", \"step\": \"attach\", \"ok\": true, \"wrong\": null}");
	CHECK_EQ(requests(), before + 3);
}

TEST(sees_what_is_wrong)
{
	dsp_restart();
	control_behave(2, 0, DSP_ANSWER_ERROR, 1, 0x80000414);
	CHECK_EQ(fastrpcctl("selftest", NULL), 1);
	ctl_prints("FAILED adsp: get-info: the firmware of this DSP does not support it\n");
	ctl_prints("ok     adsp: memory\n");
	control_behave(1, 0, DSP_ANSWER_ERROR, 1, 0x4e);
	CHECK_EQ(fastrpcctl("selftest", "-a", NULL), 1);
	ctl_prints("FAILED adsp: attach: the DSP refuses\n");
	dsp_stop();
	CHECK_EQ(fastrpcctl("selftest", NULL), 3);
	ctl_complains("echo start");
	dsp_start();
}

/* The last session is enough, and what needs none goes on without. */
TEST(with_little_left)
{
	for (int i = node_sessions(); i > 1; i--)
		node_session();
	CHECK_EQ(fastrpcctl("selftest", NULL), 0);
	node_session();
	CHECK_EQ(fastrpcctl("selftest", DSP, NULL), 1);
	ctl_prints("ok     adsp: get-info\n");
	ctl_prints("FAILED adsp: refusals: ");
	ctl_prints("in use");
	ctl_prints("ok     adsp: memory\n");
}
