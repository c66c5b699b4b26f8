// SPDX-License-Identifier: GPL-2.0-only
/*
 * When nothing more may be given to a DSP: before a reboot, because the next
 * kernel does not know what this one gave away; and around hibernation, because
 * an image has the kernel's memory in it, and a DSP may be storing there.
 *
 * The kernel offers no way to leave pages out of an image at run time.  So while
 * a DSP has any of its memory there is no hibernation: one log line says why.
 * Carve-outs with no-map are not part of an image.
 *
 * The flags are read under a heap's lock, in one go with what is decided by them.
 * Setting one and then taking each of these locks once leaves nobody behind who
 * decided by the old value.
 */
#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "heap_internal.h"
#include "remote_heap.h"

static bool is_rebooting;
static bool is_hibernating;

/**
 * frpc_heap_may_give() - may memory be given to a DSP now?
 * @is_kernel_memory: an image of hibernation would contain it
 *
 * heap->lock held, and until it is given.
 *
 * Return: 0; -ESHUTDOWN: a reboot has begun; -EBUSY: the system hibernates.
 */
int frpc_heap_may_give(bool is_kernel_memory)
{
	if (READ_ONCE(is_rebooting))
		return -ESHUTDOWN;
	return is_kernel_memory && READ_ONCE(is_hibernating) ? -EBUSY : 0;
}

static bool through_with_it(struct frpc_remote_heap *heap)
{
	return false;
}

static int on_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	WRITE_ONCE(is_rebooting, true);
	frpc_remote_heaps_find(through_with_it);
	return NOTIFY_DONE;
}

static bool is_in_the_way(const struct frpc_heap_piece *piece)
{
	bool has_dsp = frpc_heap_is_offered(piece->state) ||
		       piece->state == FRPC_HEAP_ORPHANED ||
		       piece->state == FRPC_HEAP_QUARANTINED;

	return has_dsp && frpc_heap_is_kernel_memory(&piece->region);
}

static bool forbids_image(struct frpc_remote_heap *heap)
{
	const struct frpc_heap_piece *found = NULL, *piece;

	if (is_in_the_way(&heap->base))
		found = &heap->base;
	list_for_each_entry(piece, &heap->growth, entry)
		if (is_in_the_way(piece))
			found = piece;
	if (found)
		dev_warn(&heap->rproc->dev,
			 "fastrpc: no hibernation, the DSP has memory of the kernel's at %pa: %s first\n",
			 &found->region.phys, found->state == FRPC_HEAP_QUARANTINED ?
			 "reboot" : "stop the remoteproc");
	return found;
}

static int on_sleep(struct notifier_block *block, unsigned long action, void *data)
{
	switch (action) {
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		WRITE_ONCE(is_hibernating, true);
		if (!frpc_remote_heaps_find(forbids_image))
			break;
		WRITE_ONCE(is_hibernating, false);
		return notifier_from_errno(-EBUSY);
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		WRITE_ONCE(is_hibernating, false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = on_reboot };
static struct notifier_block sleep_block = { .notifier_call = on_sleep };

int frpc_heap_power_init(void)
{
	int ret;

	ret = register_reboot_notifier(&reboot_block);
	if (ret)
		return ret;
	ret = register_pm_notifier(&sleep_block);
	if (ret)
		unregister_reboot_notifier(&reboot_block);
	return ret;
}

void frpc_heap_power_fini(void)
{
	unregister_pm_notifier(&sleep_block);
	unregister_reboot_notifier(&reboot_block);
}
