// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote heap: a carve-out lent to the ADSP's audio protection domain.
 *
 * A heap outlives the channel that found it, because the DSP does: it is kept
 * by region until the module goes.  The remoteproc core tells us through a
 * subdevice of ours when the DSP is halted (unprepare comes after the stop op,
 * with the domain still in place, on stop and on crash); only then is memory
 * that was offered taken back.  While the DSP may have it the module stays.
 *
 * Locks: heaps_lock (the lists, and who is attached) before heap->lock (the
 * state).  heap->lock is also taken under the remoteproc's lock; that one is
 * never waited for here but in the work and at module end, where nothing of
 * ours is held.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "heap_access.h"
#include "heap_state.h"
#include "private.h"
#include "remote_heap.h"

/**
 * struct frpc_remote_heap - one region
 * @refs: the list and every channel that found it
 * @entry: on heaps or retired, under heaps_lock
 * @region: its memory
 * @rproc: the DSP's; reference held
 * @lock: protects what follows
 * @channel: attached now, or NULL
 * @state: who may touch it
 * @access: how it was opened; valid from GRANTING to REVOKING
 * @incarnation: counts how often the DSP was halted
 * @has_pin: the module is held
 * @subdev: tells when the DSP is halted; under the remoteproc's lock
 * @is_watched: @subdev is with the remoteproc core; under the remoteproc's lock
 * @watch_work: puts it there where probe could not
 */
struct frpc_remote_heap {
	struct kref refs;
	struct list_head entry;
	struct frpc_heap_region region;
	struct rproc *rproc;
	struct mutex lock;
	struct frpc_channel *channel;
	enum frpc_heap_state state;
	struct frpc_heap_access access;
	u64 incarnation;
	bool has_pin;
	struct rproc_subdev subdev;
	bool is_watched;
	struct work_struct watch_work;
};

static LIST_HEAD(heaps);
/* Of remoteprocs that are gone: no region is found here. */
static LIST_HEAD(retired);
static DEFINE_MUTEX(heaps_lock);

/* A step that the table does not allow is a bug of this file. */
static void step(struct frpc_remote_heap *heap, enum frpc_heap_event event)
{
	lockdep_assert_held(&heap->lock);
	WARN_ON(!frpc_heap_step(&heap->state, event));
}

/* --- granting and revoking -------------------------------------------------- */

/* CLAIMED -> GRANTED, or stays CLAIMED. */
static int grant(struct frpc_remote_heap *heap, const struct frpc_heap_access *access)
{
	int ret;

	ret = frpc_heap_scrub(&heap->region);
	if (ret)
		return ret;
	step(heap, FRPC_HEAP_GRANT);
	heap->access = *access;
	ret = frpc_heap_open(&heap->region, heap->rproc, access);
	step(heap, ret ? FRPC_HEAP_GRANT_FAILED : FRPC_HEAP_GRANT_DONE);
	return ret;
}

/* While the DSP may have the memory, who remembers that must stay. */
static void pin_module(struct frpc_remote_heap *heap)
{
	/* an open file holds the module already, so this cannot fail */
	__module_get(THIS_MODULE);
	heap->has_pin = true;
}

static void unpin_module(struct frpc_remote_heap *heap)
{
	if (heap->has_pin)
		module_put(THIS_MODULE);
	heap->has_pin = false;
}

/* REVOKING -> CLAIMED; QUARANTINED for good if the region cannot be had back. */
static void revoke(struct frpc_remote_heap *heap)
{
	int ret = frpc_heap_close(&heap->region, heap->rproc, &heap->access);

	if (ret) {
		step(heap, FRPC_HEAP_REVOKE_FAILED);
		dev_err(&heap->rproc->dev,
			"fastrpc: remote heap %pa: cannot be taken back (%d), not used again until reboot\n",
			&heap->region.phys, ret);
		return;
	}
	step(heap, FRPC_HEAP_REVOKE_DONE);
	unpin_module(heap);
}

/* The DSP need not be off for memory it was never told of. */
static void withdraw(struct frpc_remote_heap *heap)
{
	if (frpc_heap_step(&heap->state, FRPC_HEAP_WITHDRAW))
		revoke(heap);
}

/* --- watching the DSP ------------------------------------------------------- */

/*
 * The remoteproc core is past the stop op.  A remoteproc that can be detached
 * comes here with its DSP running on, and cannot be told from one that halted.
 */
static void dsp_is_off(struct rproc_subdev *subdev)
{
	struct frpc_remote_heap *heap = container_of(subdev, struct frpc_remote_heap, subdev);

	mutex_lock(&heap->lock);
	heap->incarnation++;
	if (!heap->rproc->ops->detach) {
		if (frpc_heap_step(&heap->state, FRPC_HEAP_DSP_OFF))
			revoke(heap);
	} else if (frpc_heap_step(&heap->state, FRPC_HEAP_DSP_LOST)) {
		dev_warn(&heap->rproc->dev,
			 "fastrpc: remote heap %pa: the DSP may still run, not used again until reboot\n",
			 &heap->region.phys);
	}
	mutex_unlock(&heap->lock);
}

/* The remoteproc's lock held: its list of subdevices has no other. */
static void watch(struct frpc_remote_heap *heap)
{
	if (heap->is_watched)
		return;
	rproc_add_subdev(heap->rproc, &heap->subdev);
	heap->is_watched = true;
}

static void watch_work(struct work_struct *work)
{
	struct frpc_remote_heap *heap = container_of(work, struct frpc_remote_heap, watch_work);

	mutex_lock(&heap->rproc->lock);
	watch(heap);
	mutex_unlock(&heap->rproc->lock);
}

/*
 * Probe may run inside the remoteproc's boot, under its lock, or beside it, and
 * cannot tell which.  If the lock is taken, a work item adds the subdevice once
 * it is free.  Until then nothing is offered (frpc_remote_heap_offer() waits),
 * so a DSP that goes meanwhile has no memory of ours.
 */
static void start_watching(struct frpc_remote_heap *heap)
{
	if (!mutex_trylock(&heap->rproc->lock)) {
		schedule_work(&heap->watch_work);
		return;
	}
	watch(heap);
	mutex_unlock(&heap->rproc->lock);
}

static void stop_watching(struct frpc_remote_heap *heap)
{
	cancel_work_sync(&heap->watch_work);
	mutex_lock(&heap->rproc->lock);
	if (heap->is_watched)
		rproc_remove_subdev(heap->rproc, &heap->subdev);
	heap->is_watched = false;
	mutex_unlock(&heap->rproc->lock);
}

/* --- the objects ------------------------------------------------------------ */

static void heap_free(struct kref *refs)
{
	struct frpc_remote_heap *heap = container_of(refs, struct frpc_remote_heap, refs);

	put_device(&heap->rproc->dev);
	kfree(heap);
}

void frpc_remote_heap_put(struct frpc_remote_heap *heap)
{
	if (heap)
		kref_put(&heap->refs, heap_free);
}

static struct frpc_remote_heap *heap_create(struct rproc *rproc,
					    const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap = kzalloc(sizeof(*heap), GFP_KERNEL);

	if (!heap)
		return ERR_PTR(-ENOMEM);
	kref_init(&heap->refs);
	mutex_init(&heap->lock);
	INIT_WORK(&heap->watch_work, watch_work);
	heap->region = *region;
	get_device(&rproc->dev);
	heap->rproc = rproc;
	heap->subdev.unprepare = dsp_is_off;
	heap->state = FRPC_HEAP_UNOWNED;
	frpc_heap_step(&heap->state, FRPC_HEAP_CLAIM);
	list_add(&heap->entry, &heaps);
	return heap;
}

static struct frpc_remote_heap *find_overlapping(const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap;

	lockdep_assert_held(&heaps_lock);

	list_for_each_entry(heap, &heaps, entry)
		if (heap->region.phys <= region->last && region->phys <= heap->region.last)
			return heap;
	return NULL;
}

/* Nobody is attached, and the DSP that once had it gave it back. */
static bool is_free(struct frpc_remote_heap *heap)
{
	bool ret;

	mutex_lock(&heap->lock);
	ret = !heap->channel && heap->state == FRPC_HEAP_CLAIMED;
	mutex_unlock(&heap->lock);
	return ret;
}

/* The heap of this region, new or as an earlier channel of the same DSP left it. */
static struct frpc_remote_heap *claim(struct rproc *rproc, const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap = find_overlapping(region);

	if (!heap)
		return heap_create(rproc, region);
	if (heap->rproc == rproc && heap->region.phys == region->phys &&
	    heap->region.len == region->len)
		return heap->channel ? ERR_PTR(-EBUSY) : heap;
	if (!is_free(heap))
		return ERR_PTR(-EBUSY);
	list_move(&heap->entry, &retired);
	return claim(rproc, region);
}

static void log_grant(struct device *dev, const struct frpc_remote_heap *heap, int ret)
{
	const struct frpc_heap_region *region = &heap->region;

	if (!ret)
		dev_info(dev, "remote heap [mem %pa-%pa] %s\n", &region->phys, &region->last,
			 frpc_heap_access_name(&heap->access));
	else if (ret == -EEXIST)
		dev_warn(dev, "remote heap [mem %pa-%pa]: something else is mapped there, not used\n",
			 &region->phys, &region->last);
	else
		dev_warn(dev, "remote heap [mem %pa-%pa]: cannot be opened to the DSP (%d), not used\n",
			 &region->phys, &region->last, ret);
}

/* Sees to it that the DSP can reach the heap; heap->lock held. */
static int make_granted(struct frpc_remote_heap *heap, struct device *dev,
			const struct frpc_heap_access *access)
{
	int ret;

	switch (heap->state) {
	case FRPC_HEAP_CLAIMED:
		ret = grant(heap, access);
		log_grant(dev, heap, ret);
		return ret;
	case FRPC_HEAP_OFFERED:
		dev_info(dev, "remote heap %pa: the DSP still has it\n", &heap->region.phys);
		return 0;
	default:
		dev_warn(dev, "remote heap %pa: %s, not used\n", &heap->region.phys,
			 frpc_heap_state_name(heap->state));
		return -EBUSY;
	}
}

static int connect(struct frpc_channel *channel, struct frpc_remote_heap *heap,
		   const struct frpc_heap_access *access)
{
	int ret;

	mutex_lock(&heap->lock);
	ret = make_granted(heap, &channel->rpdev->dev, access);
	if (!ret) {
		heap->channel = channel;
		kref_get(&heap->refs);
		channel->heap = heap;
	}
	mutex_unlock(&heap->lock);
	return ret;
}

static void attach_region(struct frpc_channel *channel, struct rproc *rproc,
			  const struct frpc_heap_region *region,
			  const struct frpc_heap_access *access)
{
	struct frpc_remote_heap *heap;
	int ret;

	mutex_lock(&heaps_lock);
	heap = claim(rproc, region);
	if (IS_ERR(heap)) {
		ret = PTR_ERR(heap);
		dev_warn(&channel->rpdev->dev, "remote heap %pa: %s, not used\n", &region->phys,
			 ret == -EBUSY ? "another DSP has claimed this memory" : "out of memory");
	} else {
		ret = connect(channel, heap, access);
	}
	mutex_unlock(&heaps_lock);

	if (!ret)
		start_watching(heap);
}

int frpc_remote_heap_attach(struct frpc_channel *channel)
{
	struct device *dev = &channel->rpdev->dev;
	struct frpc_heap_access access;
	struct frpc_heap_region region;
	struct rproc *rproc;
	int ret;

	if (!frpc_heap_find_region(channel, &region))
		return 0;
	rproc = rproc_get_by_child(dev);
	if (!rproc) {
		dev_warn(dev, "not below a remoteproc, nobody would tell when the DSP is off: no remote heap\n");
		return 0;
	}
	ret = frpc_heap_find_access(dev, rproc, &access);
	if (!ret)
		attach_region(channel, rproc, &region, &access);
	return ret == -EPROBE_DEFER ? ret : 0;
}

void frpc_remote_heap_detach(struct frpc_channel *channel)
{
	struct frpc_remote_heap *heap = channel->heap;

	if (!heap)
		return;
	mutex_lock(&heaps_lock);
	mutex_lock(&heap->lock);
	withdraw(heap);
	heap->channel = NULL;
	mutex_unlock(&heap->lock);
	mutex_unlock(&heaps_lock);
}

/* --- offering --------------------------------------------------------------- */

/* heap->lock held. */
static int make_offered(struct frpc_remote_heap *heap, struct frpc_heap_offer *offer)
{
	offer->is_new = frpc_heap_step(&heap->state, FRPC_HEAP_OFFER);
	if (heap->state != FRPC_HEAP_OFFERED)
		return -ENOMEM;
	if (offer->is_new)
		pin_module(heap);
	offer->phys = heap->region.phys;
	offer->len = heap->region.len;
	offer->incarnation = heap->incarnation;
	return 0;
}

int frpc_remote_heap_offer(struct frpc_channel *channel, struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;
	int ret;

	lockdep_assert_held(&channel->static_lock);

	if (!heap)
		return -ENOMEM;
	/* from here on the end of the DSP is noticed */
	flush_work(&heap->watch_work);

	mutex_lock(&heap->lock);
	/* another channel's by now: ours has gone */
	ret = heap->channel == channel ? make_offered(heap, offer) : -EPIPE;
	mutex_unlock(&heap->lock);
	return ret;
}

void frpc_remote_heap_offer_unsent(struct frpc_channel *channel,
				   const struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;

	lockdep_assert_held(&channel->static_lock);

	mutex_lock(&heap->lock);
	/* the DSP may have been halted since, and started again */
	if (heap->incarnation == offer->incarnation &&
	    frpc_heap_step(&heap->state, FRPC_HEAP_UNSENT)) {
		unpin_module(heap);
		if (heap->channel != channel)
			withdraw(heap);
	}
	mutex_unlock(&heap->lock);
}

void frpc_remote_heap_fini(void)
{
	struct frpc_remote_heap *heap, *next;

	list_splice_init(&retired, &heaps);
	list_for_each_entry_safe(heap, next, &heaps, entry) {
		stop_watching(heap);
		WARN_ON(heap->state != FRPC_HEAP_CLAIMED);
		list_del(&heap->entry);
		frpc_remote_heap_put(heap);
	}
}
