// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holding the kernel where a test wants it, until it is let go, or too long.
 * The points are in dsp_control.h.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/platform_device.h>

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

static struct platform_device *last_device;

/* The kernel shuts devices down, the last one first: the reboot has begun, the DSP runs. */
static void hold_reboot(struct platform_device *pdev)
{
	struct dsp **dsp = dev_get_platdata(&pdev->dev);

	dsp_hold(*dsp, DSP_HOLD_REBOOT);
}

static struct platform_driver hold_driver = {
	.shutdown = hold_reboot,
	.driver.name = "dsp-hold",
};

/* A DSP stays once found. */
static int hold_add_last_device(struct dsp *dsp)
{
	platform_device_unregister(last_device);
	last_device = platform_device_register_data(NULL, hold_driver.driver.name,
						    PLATFORM_DEVID_NONE, &dsp, sizeof(dsp));
	if (!IS_ERR(last_device))
		return 0;
	dev_err(dsp->dev, "no device to hold a reboot with: %pe\n", last_device);
	last_device = NULL;
	return -ENODEV;
}

int dsp_hold_set(struct dsp *dsp, u32 point, bool on)
{
	int ret = 0;

	if (point >= DSP_HOLD_POINTS)
		return -EINVAL;
	if (point == DSP_HOLD_REBOOT && on)
		ret = hold_add_last_device(dsp);
	if (ret)
		return ret;
	assign_bit(point, &dsp->holds, on);
	wake_up_all(&dsp->counters);
	return 0;
}

int dsp_hold_init(void)
{
	return platform_driver_register(&hold_driver);
}

void dsp_hold_exit(void)
{
	platform_device_unregister(last_device);
	platform_driver_unregister(&hold_driver);
}
