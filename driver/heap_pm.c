// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the driver lends no more memory: before a reboot, because the next kernel does not know
 * what this one has lent; and around hibernation, because an image contains the kernel's
 * memory, and a DSP may be storing there.  The kernel cannot leave pages out of an image at
 * run time, so the driver blocks hibernation while a DSP has memory of the kernel.
 */
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/rwsem.h>
#include <linux/suspend.h>

#include "heap_internal.h"

static bool is_rebooting;
static bool is_hibernating;

/* Read side: from the decision to lend until it is done.  Write side: changes of these two. */
static DECLARE_RWSEM(lend_sem);

/**
 * frpc_heap_lend_begin() - may a segment be lent now?
 * @segment: only memory of the kernel matters for hibernation
 * Return: 0, then frpc_heap_lend_end() has to follow; -ESHUTDOWN: a reboot has begun;
 * -EBUSY: the system hibernates.
 */
int frpc_heap_lend_begin(const struct frpc_heap_segment *segment)
{
	int ret = 0;

	down_read(&lend_sem);
	if (is_rebooting)
		ret = -ESHUTDOWN;
	else if (segment->pool && is_hibernating)
		ret = -EBUSY;
	if (ret)
		up_read(&lend_sem);
	return ret;
}

void frpc_heap_lend_end(void)
{
	up_read(&lend_sem);
}

/* When this returns, every request that decided to lend before has finished. */
static void lending_forbid(bool *what, bool is_forbidden)
{
	down_write(&lend_sem);
	*what = is_forbidden;
	up_write(&lend_sem);
}

static int lending_on_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	lending_forbid(&is_rebooting, true);
	return NOTIFY_DONE;
}

static bool heap_forbids_image(struct frpc_heap *heap, void *data)
{
	const struct frpc_heap_segment *segment;
	bool is_away = false;

	mutex_lock(&heap->lock);
	list_for_each_entry(segment, &heap->segments, entry)
		if (segment->state != FRPC_HEAP_MINE && segment->pool)
			is_away = true;
	mutex_unlock(&heap->lock);
	if (is_away)
		pr_warn("fastrpc: %pOF: no hibernation, the DSP has memory of the kernel: stop the remoteproc, or reboot if that does not help\n",
			heap->node);
	return is_away;
}

static int lending_on_sleep(struct notifier_block *block, unsigned long action, void *data)
{
	bool begins = action == PM_HIBERNATION_PREPARE || action == PM_RESTORE_PREPARE;

	if (!begins && action != PM_POST_HIBERNATION && action != PM_POST_RESTORE)
		return NOTIFY_DONE;
	lending_forbid(&is_hibernating, begins);
	if (!begins || !frpc_heaps_find(heap_forbids_image, NULL))
		return NOTIFY_DONE;
	lending_forbid(&is_hibernating, false);
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block reboot_block = { .notifier_call = lending_on_reboot };
static struct notifier_block sleep_block = { .notifier_call = lending_on_sleep };

int frpc_heap_pm_init(void)
{
	int ret = register_reboot_notifier(&reboot_block);

	if (ret)
		return ret;
	ret = register_pm_notifier(&sleep_block);
	if (ret)
		unregister_reboot_notifier(&reboot_block);
	return ret;
}

void frpc_heap_pm_fini(void)
{
	unregister_pm_notifier(&sleep_block);
	unregister_reboot_notifier(&reboot_block);
}
