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
 * What is offered goes to one PD.  pd_watch.c may tell that this one is gone; then
 * the region is ORPHANED, which is as good as GRANTED for an offer to the next PD
 * and as bad as OFFERED for everything else.
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
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "heap_internal.h"
#include "private.h"
#include "remote_heap.h"

static LIST_HEAD(heaps);
/* Of remoteprocs that are gone: no region is found here. */
static LIST_HEAD(retired);
static DEFINE_MUTEX(heaps_lock);

/* No audio DSP addresses more, wherever the session id is. */
#define HEAP_ADDRESS_BITS	36u

/* --- watching the DSP ------------------------------------------------------- */

/* heap->lock held. */
static void end_offering(struct frpc_remote_heap *heap)
{
	WRITE_ONCE(heap->is_offering, false);
	wake_up_all(&heap->offer_done);
}

/*
 * Was it the stop op that has run, or the detach op, which leaves the DSP running?
 * The core does not say, but it detaches only what it attached to, or on the
 * recovery of a remoteproc with a feature for that; the state is still the one
 * before.  Attached and stopped cannot be told from attached and detached.
 * Offline: a boot that failed half-way has been undone.
 */
static bool is_halted(const struct rproc *rproc)
{
	if (!rproc->ops->detach)
		return true;
	if (rproc->state == RPROC_CRASHED)
		return !test_bit(RPROC_FEAT_ATTACH_ON_RECOVERY, rproc->features);
	return rproc->state == RPROC_RUNNING || rproc->state == RPROC_OFFLINE;
}

/* The remoteproc core is past the stop op, or the detach op.  Its lock is held. */
static void dsp_is_off(struct rproc_subdev *subdev)
{
	struct frpc_remote_heap *heap = container_of(subdev, struct frpc_remote_heap, subdev);
	enum frpc_heap_event event = is_halted(heap->rproc) ? FRPC_HEAP_DSP_OFF :
							      FRPC_HEAP_DSP_LOST;

	mutex_lock(&heap->lock);
	heap->incarnation++;
	heap->pd.state = FRPC_PD_UNKNOWN;
	heap->is_unanswered = false;
	end_offering(heap);
	frpc_heap_growth_dsp_off(heap, event);
	frpc_heap_piece_revoke_on(&heap->base, event);
	mutex_unlock(&heap->lock);
	frpc_pd_watch_update(heap);
}

/* The end of the DSP begins; it still runs, or it has crashed. */
static void dsp_ends(struct rproc_subdev *subdev, bool crashed)
{
	struct frpc_remote_heap *heap = container_of(subdev, struct frpc_remote_heap, subdev);

	if (!crashed)
		return;
	mutex_lock(&heap->lock);
	heap->counts.crashes++;
	frpc_heap_piece_trace_crash(&heap->base);
	mutex_unlock(&heap->lock);
}

/* A DSP that is told nothing may use what was opened to it from now on. */
static void offer_implicitly(struct frpc_remote_heap *heap)
{
	/* no file holds the module here; if it goes, so does the channel */
	if (!heap->is_implicit || !try_module_get(THIS_MODULE))
		return;
	mutex_lock(&heap->lock);
	frpc_heap_piece_offer(&heap->base);
	mutex_unlock(&heap->lock);
	module_put(THIS_MODULE);
}

/* The remoteproc's lock held: its list of subdevices has no other. */
static void watch(struct frpc_remote_heap *heap)
{
	if (!heap->is_watched)
		rproc_add_subdev(heap->rproc, &heap->subdev);
	heap->is_watched = true;
	offer_implicitly(heap);
	frpc_pd_watch_update(heap);
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

	/* else not even its allocator may have it */
	if (heap->base.state != FRPC_HEAP_QUARANTINED) {
		frpc_heap_memory_free(&heap->base.region);
		frpc_heap_pool_destroy(heap->pool);
	}
	frpc_heap_pool_destroy(heap->growth_pool);
	put_device(&heap->rproc->dev);
	kfree(heap);
}

void frpc_remote_heap_put(struct frpc_remote_heap *heap)
{
	if (heap)
		kref_put(&heap->refs, heap_free);
}

static struct frpc_remote_heap *heap_alloc(struct rproc *rproc,
					   const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap = kzalloc(sizeof(*heap), GFP_KERNEL);

	if (!heap)
		return NULL;
	kref_init(&heap->refs);
	mutex_init(&heap->lock);
	INIT_LIST_HEAD(&heap->growth);
	INIT_WORK(&heap->watch_work, watch_work);
	init_waitqueue_head(&heap->offer_done);
	frpc_pd_watch_init(heap);
	get_device(&rproc->dev);
	heap->rproc = rproc;
	heap->subdev.stop = dsp_ends;
	heap->subdev.unprepare = dsp_is_off;
	frpc_heap_piece_init(&heap->base, heap, region);
	return heap;
}

/* All of the region, so that nobody else has a page of it. */
static int claim_pool(struct frpc_remote_heap *heap, struct device_node *node, u32 address_bits)
{
	struct frpc_heap_region *region = &heap->base.region;
	struct frpc_heap_region got = {};
	struct platform_device *pool;
	int ret;

	pool = frpc_heap_pool_create(address_bits, node);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	heap->pool = pool;
	ret = frpc_heap_memory_alloc(pool, region->len, &got);
	if (ret)
		return ret;
	if (got.phys != region->phys) {
		frpc_heap_memory_free(&got);
		return -EADDRINUSE;
	}
	*region = got;
	return 0;
}

static int claim_memory(struct frpc_remote_heap *heap, const struct frpc_channel *channel,
			bool is_pool)
{
	u32 address_bits = min(channel->soc->sid_shift, HEAP_ADDRESS_BITS);
	struct platform_device *pool;
	int ret;

	pool = frpc_heap_pool_create(address_bits, NULL);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	heap->growth_pool = pool;
	ret = is_pool ? claim_pool(heap, channel->rpdev->dev.of_node, address_bits) :
			frpc_heap_memory_reserve(&heap->base.region);
	if (ret)
		return ret;
	mutex_lock(&heap->lock);
	frpc_heap_piece_step(&heap->base, FRPC_HEAP_CLAIM);
	mutex_unlock(&heap->lock);
	return 0;
}

static struct frpc_remote_heap *heap_create(const struct frpc_channel *channel,
					    struct rproc *rproc,
					    const struct frpc_heap_region *region, bool is_pool)
{
	struct frpc_remote_heap *heap = heap_alloc(rproc, region);
	int ret;

	if (!heap)
		return ERR_PTR(-ENOMEM);
	ret = claim_memory(heap, channel, is_pool);
	if (ret) {
		frpc_remote_heap_put(heap);
		return ERR_PTR(ret);
	}
	list_add(&heap->entry, &heaps);
	return heap;
}

static struct frpc_remote_heap *find_overlapping(const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap;

	lockdep_assert_held(&heaps_lock);

	list_for_each_entry(heap, &heaps, entry)
		if (heap->base.region.phys <= region->last &&
		    region->phys <= heap->base.region.last)
			return heap;
	return NULL;
}

/* Nobody is attached, and the DSP that once had it gave it back. */
static bool is_free(struct frpc_remote_heap *heap)
{
	bool ret;

	mutex_lock(&heap->lock);
	ret = !heap->channel && heap->base.state == FRPC_HEAP_CLAIMED;
	mutex_unlock(&heap->lock);
	return ret;
}

/* The heap of this region as an earlier channel of the same DSP left it; NULL: none. */
static struct frpc_remote_heap *find_left(const struct rproc *rproc,
					  const struct frpc_heap_region *region)
{
	struct frpc_remote_heap *heap = find_overlapping(region);

	if (!heap)
		return NULL;
	if (heap->rproc == rproc && heap->base.region.phys == region->phys &&
	    heap->base.region.len == region->len)
		return heap->channel ? ERR_PTR(-EBUSY) : heap;
	if (!is_free(heap))
		return ERR_PTR(-EBUSY);
	/* of a remoteproc that is gone; let go of its memory */
	frpc_heap_memory_free(&heap->base.region);
	list_move(&heap->entry, &retired);
	return find_left(rproc, region);
}

static void log_grant(struct device *dev, const struct frpc_remote_heap *heap, int ret)
{
	const struct frpc_heap_region *region = &heap->base.region;

	if (!ret)
		dev_info(dev, "remote heap [mem %pa-%pa] %s\n", &region->phys, &region->last,
			 frpc_heap_access_name(&heap->base.access));
	else if (ret == -EEXIST)
		dev_warn(dev, "remote heap [mem %pa-%pa]: something else is mapped there, not used\n",
			 &region->phys, &region->last);
	else if (ret == -EINVAL)
		dev_warn(dev, "remote heap [mem %pa-%pa]: is not a multiple of the IOMMU's page, not used\n",
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

	/* refused when the DSP was halted; it has booted since, and was not told of it */
	if (heap->base.state == FRPC_HEAP_QUARANTINED && !heap->base.is_lost)
		frpc_heap_piece_revoke_on(&heap->base, FRPC_HEAP_DSP_OFF);
	switch (heap->base.state) {
	case FRPC_HEAP_CLAIMED:
		ret = frpc_heap_may_give(frpc_heap_is_kernel_memory(&heap->base.region));
		if (!ret)
			ret = frpc_heap_piece_grant(&heap->base, access);
		if (!ret)
			heap->page = frpc_heap_page(access);
		log_grant(dev, heap, ret);
		return ret;
	case FRPC_HEAP_OFFERED:
	case FRPC_HEAP_ORPHANED:
	case FRPC_HEAP_REOFFERED:
		dev_info(dev, "remote heap %pa: the DSP still has it\n", &heap->base.region.phys);
		return 0;
	default:
		dev_warn(dev, "remote heap %pa: %s, not used\n", &heap->base.region.phys,
			 frpc_heap_state_name(heap->base.state));
		return -EBUSY;
	}
}

static int connect(struct frpc_channel *channel, struct frpc_remote_heap *heap,
		   const struct frpc_heap_access *access, bool is_implicit)
{
	int ret;

	mutex_lock(&heap->lock);
	heap->is_implicit = is_implicit;
	heap->pd.is_wanted = !is_implicit && frpc_pd_watch_knows(channel->label);
	ret = make_granted(heap, &channel->rpdev->dev, access);
	if (!ret) {
		heap->channel = channel;
		kref_get(&heap->refs);
		channel->heap = heap;
	}
	mutex_unlock(&heap->lock);
	return ret;
}

static const char *claim_error(int error)
{
	switch (error) {
	case -EBUSY:
		return "another DSP has claimed this memory";
	case -ENOMEM:
	case -EADDRINUSE:
		return "its pool cannot spare all of it";
	default:
		return "cannot be claimed";
	}
}

static void attach_region(struct frpc_channel *channel, struct rproc *rproc,
			  const struct frpc_heap_region *region, bool is_pool,
			  const struct frpc_heap_access *access, bool is_implicit)
{
	struct frpc_remote_heap *heap;
	int ret;

	mutex_lock(&heaps_lock);
	heap = find_left(rproc, region);
	if (!heap)
		heap = heap_create(channel, rproc, region, is_pool);
	if (IS_ERR(heap)) {
		ret = PTR_ERR(heap);
		dev_warn(&channel->rpdev->dev, "remote heap %pa: %s (%d), not used\n",
			 &region->phys, claim_error(ret), ret);
	} else {
		ret = connect(channel, heap, access, is_implicit);
	}
	mutex_unlock(&heaps_lock);

	if (!ret)
		start_watching(heap);
}

int frpc_remote_heap_attach(struct frpc_channel *channel, bool is_implicit)
{
	struct device *dev = &channel->rpdev->dev;
	struct frpc_heap_access access;
	struct frpc_heap_region region;
	struct rproc *rproc;
	bool is_pool;
	int ret;

	if (!frpc_heap_find_region(channel, &region, &is_pool))
		return 0;
	rproc = rproc_get_by_child(dev);
	if (!rproc) {
		dev_warn(dev, "not below a remoteproc, nobody would tell when the DSP is off: no remote heap\n");
		return 0;
	}
	ret = frpc_heap_find_access(dev, rproc, &access);
	if (!ret)
		attach_region(channel, rproc, &region, is_pool, &access, is_implicit);
	return ret == -EPROBE_DEFER ? ret : 0;
}

void frpc_remote_heap_detach(struct frpc_channel *channel)
{
	struct frpc_remote_heap *heap = channel->heap;

	if (!heap)
		return;
	mutex_lock(&heaps_lock);
	mutex_lock(&heap->lock);
	/* the DSP need not be off for memory it was never told of */
	frpc_heap_piece_revoke_on(&heap->base, FRPC_HEAP_WITHDRAW);
	heap->channel = NULL;
	mutex_unlock(&heap->lock);
	mutex_unlock(&heaps_lock);
}

/* --- offering --------------------------------------------------------------- */

/* heap->lock held. */
static int make_offered(struct frpc_remote_heap *heap, struct frpc_heap_offer *offer)
{
	int ret;

	if (heap->pd.state == FRPC_PD_DOWN)
		return -ENOTCONN;
	if (!frpc_heap_is_offered(heap->base.state)) {
		ret = frpc_heap_may_give(frpc_heap_is_kernel_memory(&heap->base.region));
		if (ret)
			return ret;
	}
	offer->is_new = frpc_heap_piece_offer(&heap->base);
	if (!frpc_heap_is_offered(heap->base.state))
		return -ENOMEM;
	if (offer->is_new)
		WRITE_ONCE(heap->is_offering, true);
	offer->phys = heap->base.region.phys;
	offer->len = heap->base.region.len;
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

static void take_offer_back(struct frpc_remote_heap *heap, const struct frpc_channel *channel)
{
	frpc_heap_piece_unsent(&heap->base);
	if (heap->channel != channel)
		frpc_heap_piece_revoke_on(&heap->base, FRPC_HEAP_WITHDRAW);
}

void frpc_remote_heap_offer_done(struct frpc_channel *channel, const struct frpc_heap_offer *offer,
				 bool was_sent, bool was_answered)
{
	struct frpc_remote_heap *heap = channel->heap;

	lockdep_assert_held(&channel->static_lock);

	mutex_lock(&heap->lock);
	/* the DSP may have been halted since, and started again */
	if (heap->incarnation == offer->incarnation) {
		if (!was_sent)
			take_offer_back(heap, channel);
		else if (!was_answered)
			heap->is_unanswered = true;
		end_offering(heap);
	}
	mutex_unlock(&heap->lock);
}

/* --- for people, and module start and end ----------------------------------- */

static void show_piece(struct seq_file *seq, const char *what, const struct frpc_heap_piece *piece)
{
	seq_printf(seq, "  %s [mem %pa-%pa] %s\n", what, &piece->region.phys, &piece->region.last,
		   frpc_heap_state_name(piece->state));
}

static void show_heap(struct seq_file *seq, struct frpc_remote_heap *heap)
{
	const struct frpc_heap_counts *counts = &heap->counts;
	const struct frpc_heap_piece *piece;

	mutex_lock(&heap->lock);
	seq_printf(seq, "%s channel=%s pd=%s halts=%llu crashes=%llu",
		   dev_name(&heap->rproc->dev), heap->channel ? heap->channel->label : "-",
		   frpc_pd_state_name(&heap->pd), heap->incarnation, counts->crashes);
	seq_printf(seq, " grants=%llu offers=%llu revokes=%llu quarantines=%llu growth=%zu\n",
		   counts->grants, counts->offers, counts->revokes, counts->quarantines,
		   heap->growth_len);
	show_piece(seq, "region", &heap->base);
	list_for_each_entry(piece, &heap->growth, entry)
		show_piece(seq, "growth", piece);
	mutex_unlock(&heap->lock);
}

void frpc_remote_heaps_show(struct seq_file *seq)
{
	struct frpc_remote_heap *heap;

	mutex_lock(&heaps_lock);
	list_for_each_entry(heap, &heaps, entry)
		show_heap(seq, heap);
	mutex_unlock(&heaps_lock);
}

/* Calls @match for every heap, under its lock, until it says yes. */
bool frpc_remote_heaps_find(bool (*match)(struct frpc_remote_heap *heap))
{
	struct frpc_remote_heap *heap;
	bool found = false;

	mutex_lock(&heaps_lock);
	list_for_each_entry(heap, &heaps, entry) {
		mutex_lock(&heap->lock);
		found = match(heap);
		mutex_unlock(&heap->lock);
		if (found)
			break;
	}
	mutex_unlock(&heaps_lock);
	return found;
}

int frpc_remote_heap_init(void)
{
	frpc_debugfs_init();
	return frpc_heap_power_init();
}

/* Is the region back, or lost?  What was refused as the module goes is asked for once more. */
static bool is_settled(struct frpc_remote_heap *heap)
{
	bool is_lost;

	mutex_lock(&heap->lock);
	is_lost = heap->base.state == FRPC_HEAP_QUARANTINED &&
		  !frpc_heap_piece_revoke_on(&heap->base, FRPC_HEAP_DSP_OFF);
	mutex_unlock(&heap->lock);
	return is_lost || heap->base.state == FRPC_HEAP_CLAIMED;
}

void frpc_remote_heap_fini(void)
{
	struct frpc_remote_heap *heap, *next;

	frpc_heap_power_fini();
	frpc_debugfs_fini();
	list_splice_init(&retired, &heaps);
	list_for_each_entry_safe(heap, next, &heaps, entry) {
		stop_watching(heap);
		frpc_pd_watch_fini(heap);
		WARN_ON(!is_settled(heap) || !list_empty(&heap->growth));
		list_del(&heap->entry);
		frpc_remote_heap_put(heap);
	}
}
