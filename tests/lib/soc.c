// SPDX-License-Identifier: GPL-2.0-only
/* The DSP's end of the kernel's own Qualcomm stack, through the control node. */
#include "harness.h"

/* DSPs that were told to do something wrong; a case seldom has more than one. */
static const char *wrong[4];

static int try_order(const char *label, uint32_t action, uint32_t faults, uint32_t ms,
		     struct dsp_control_soc *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->label, sizeof(out->label), "%s", label);
	out->action = action;
	out->faults = faults;
	out->ms = ms;
	return control_ioctl(DSP_CONTROL_SOC, out);
}

void soc_require(void)
{
	struct dsp_control_soc soc;
	int ret = try_order(control_selected(), DSP_SOC_LOOK, 0, 0, &soc);

	if (ret == -EOPNOTSUPP)
		test_skip("the edge is the board's own: for boards with the kernel's stack");
	REQUIRE_EQ(ret, 0);
}

void soc_order(uint32_t action, uint32_t faults, uint32_t ms, struct dsp_control_soc *out)
{
	REQUIRE_EQ(try_order(control_selected(), action, faults, ms, out), 0);
}

void soc_look(struct dsp_control_soc *soc)
{
	soc_order(DSP_SOC_LOOK, 0, 0, soc);
}

void soc_faults_ms(uint32_t faults, uint32_t ms)
{
	struct dsp_control_soc soc;
	size_t i = 0;

	while (i < ARRAY_SIZE(wrong) - 1 && wrong[i] && strcmp(wrong[i], control_selected()))
		i++;
	wrong[i] = control_selected();
	soc_order(DSP_SOC_FAULTS, faults, ms, &soc);
}

void soc_faults(uint32_t faults)
{
	soc_faults_ms(faults, 0);
}

void soc_honest(void)
{
	struct dsp_control_soc soc;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (wrong[i])
			CHECK_EQ(try_order(wrong[i], DSP_SOC_FAULTS, 0, 0, &soc), 0);
		wrong[i] = NULL;
	}
}

void soc_fatal(void)
{
	struct dsp_control_soc soc;

	soc_order(DSP_SOC_FATAL, 0, 0, &soc);
}

void soc_watchdog(void)
{
	struct dsp_control_soc soc;

	soc_order(DSP_SOC_WATCHDOG, 0, 0, &soc);
}
