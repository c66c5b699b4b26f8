// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holding the kernel where a test wants it, until it is let go, or too long.
 * The points are in dsp_control.h.
 */
#include <linux/jiffies.h>
#include <linux/reboot.h>

#include "dsp.h"

#define HOLD_MAX_S	60

/* Waits here if the test has asked for it.  Sleeps, and no signal ends it. */
void dsp_hold(struct dsp *dsp, enum dsp_hold_point point)
{
	if (!test_bit(point, &dsp->holds))
		return;
	atomic_inc(&dsp->at_hold);
	wake_up_all(&dsp->counters);
	if (!wait_event_timeout(dsp->counters, !test_bit(point, &dsp->holds), HOLD_MAX_S * HZ))
		dev_err(dsp->dev, "held at point %u for %u s, going on\n", point, HOLD_MAX_S);
	atomic_dec(&dsp->at_hold);
}

int dsp_hold_set(struct dsp *dsp, u32 point, bool on)
{
	if (point >= DSP_HOLD_POINTS)
		return -EINVAL;
	assign_bit(point, &dsp->holds, on);
	wake_up_all(&dsp->counters);
	return 0;
}

/* Behind all notifiers of ordinary priority: they have run, and the DSP still does. */
static int hold_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	struct dsp *dsp;

	/* a DSP stays once found */
	dsp_list_lock();
	for (dsp = dsp_first(); dsp; dsp = dsp_next(dsp))
		if (test_bit(DSP_HOLD_REBOOT, &dsp->holds))
			break;
	dsp_list_unlock();
	if (dsp)
		dsp_hold(dsp, DSP_HOLD_REBOOT);
	return NOTIFY_DONE;
}

static struct notifier_block hold_block = {
	.notifier_call = hold_reboot,
	.priority = -1,
};

int dsp_hold_init(void)
{
	return register_reboot_notifier(&hold_block);
}

void dsp_hold_exit(void)
{
	unregister_reboot_notifier(&hold_block);
}
