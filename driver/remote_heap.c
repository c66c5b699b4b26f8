// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote heap: memory for the audio PD, on demand.
 *
 * A request of the audio daemon first watches the remoteproc, so that the driver learns of the
 * DSP's end.  Then it claims the region, zeroes it, maps or assigns it, and offers its address.
 * A region whose offer was not sent is reclaimed.  The end of the DSP reclaims every segment
 * and frees it.  The end of a channel reclaims no segment, because the DSP still runs then.
 * The sensor DSP gets no offer for its region; the heap's work item does the other steps.
 *
 * Requests, and the work item, take turns (turn.h).
 *
 * Locks, in this order: the turn, the remoteproc's lock, frpc_heaps_lock, heap->lock.
 * The remoteproc core calls us under its lock, and probe and remove may be called under it:
 * they take heap->lock and frpc_heaps_lock only.
 */
#include <linux/device.h>
#include <linux/list.h>
#include <linux/of.h>
#include <linux/slab.h>

#include "heap_internal.h"
#include "private.h"
#include "remote_heap.h"
#include "trace.h"

/* Pause between tries to lend a region to a sensor DSP, and their number. */
#define TRY_PAUSE		HZ
#define TRIES_MAX		30

/* Different complaints that a heap logs in a minute. */
#define COMPLAINTS_MAX		10

#define REGION_IS_KEPT		"an earlier run of the DSP still has the region"

LIST_HEAD(frpc_heaps);
DEFINE_MUTEX(frpc_heaps_lock);	/* protects frpc_heaps */

static struct workqueue_struct *heap_wq;

/* --- the end of the DSP ------------------------------------------------------ */

/* The DSP is not halted yet.  The remoteproc's lock is held. */
static void heap_stop(struct rproc_subdev *subdev, bool is_crash)
{
	struct frpc_heap *heap = container_of(subdev, struct frpc_heap, watch.subdev);

	if (!is_crash)
		return;
	mutex_lock(&heap->lock);
	heap->crashes++;
	if (heap->region)
		trace_frpc_heap_crash(heap->region, heap->growth_len);
	mutex_unlock(&heap->lock);
}

/* The DSP is halted, its IOMMU domain is still there.  The remoteproc's lock is held. */
static void heap_off(struct rproc_subdev *subdev)
{
	struct frpc_heap *heap = container_of(subdev, struct frpc_heap, watch.subdev);
	struct frpc_heap_segment *segment;

	mutex_lock(&heap->lock);
	heap->run++;
	heap->pd = FRPC_PD_UNKNOWN;
	/* a segment stays on the list while SCM is asked: only one that is MINE is freed */
	list_for_each_entry(segment, &heap->segments, entry)
		frpc_heap_segment_reclaim(segment, FRPC_HEAP_DSP_OFF);
	mutex_unlock(&heap->lock);
	mod_delayed_work(heap_wq, &heap->work, 0);
}

/* Frees what is MINE. */
static void heap_free_mine(struct frpc_heap *heap)
{
	struct frpc_heap_segment *segment, *next;
	LIST_HEAD(mine);

	frpc_turn_assert_taken(&heap->turn);
	mutex_lock(&heap->lock);
	list_for_each_entry_safe(segment, next, &heap->segments, entry) {
		if (segment->state != FRPC_HEAP_MINE)
			continue;
		list_move(&segment->entry, &mine);
		if (segment->is_growth)
			heap->growth_len -= segment->len;
		else
			heap->region = NULL;
	}
	mutex_unlock(&heap->lock);
	list_for_each_entry_safe(segment, next, &mine, entry)
		frpc_heap_free(segment);
}

/* --- a request --------------------------------------------------------------- */

/*
 * Why there is no heap, and what helps: logged once in a run of the DSP, until another cause
 * comes or the region is lent.
 */
void frpc_heap_complain(struct frpc_heap *heap, const char *format, ...)
{
	char text[sizeof(heap->said)];
	va_list args;

	frpc_turn_assert_taken(&heap->turn);
	va_start(args, format);
	vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!strcmp(heap->said, text) || !__ratelimit(&heap->said_limit))
		return;
	strscpy(heap->said, text, sizeof(heap->said));
	pr_warn("fastrpc: %pOF: no remote heap: %s\n", heap->node, text);
}

/* From here on the driver learns of the end of the DSP. */
static int request_watch(struct frpc_heap *heap, const struct frpc_channel *channel)
{
	struct frpc_heap_segment *region = heap->region;
	struct rproc *rproc = NULL;
	int ret = 0;

	frpc_turn_assert_taken(&heap->turn);
	mutex_lock(&heap->lock);
	if (heap->channel == channel)
		rproc = rproc_get_by_child(&channel->rpdev->dev);
	if (!rproc) {
		ret = -EPIPE;
	} else if (heap->watch.rproc != rproc && region && region->state != FRPC_HEAP_LOST) {
		/* another remoteproc, and the DSP of the last one was never halted */
		ret = -EBUSY;
	} else if (heap->watch.rproc == rproc && region && heap->current_run == heap->run) {
		/* a DSP that is being stopped works on, and the core has its lock meanwhile */
		ret = -EALREADY;
	} else {
		get_device(&rproc->dev);
	}
	mutex_unlock(&heap->lock);
	if (ret == -EALREADY)
		return 0;
	if (!ret) {
		ret = frpc_rproc_watch(&heap->watch, rproc, &heap->stream);
		put_device(&rproc->dev);
	}
	if (ret == -EBUSY)
		frpc_heap_complain(heap, REGION_IS_KEPT);
	if (ret == -EOPNOTSUPP)
		frpc_heap_complain(heap,
				   "the remoteproc can be detached, its DSP would keep the memory");
	if (ret)
		return ret == -EINTR || ret == -EPIPE ? ret : -ENOMEM;
	mutex_lock(&heap->lock);
	if (heap->current_run != heap->run)
		heap->said[0] = '\0';
	/* a channel ends before its run, and the stream's domain ends with the run */
	if (heap->channel == channel)
		heap->current_run = heap->run;
	else
		ret = -EPIPE;
	mutex_unlock(&heap->lock);
	return ret;
}

/* @reply: to the message; NULL: there was none. */
static void request_end(struct frpc_heap *heap, const struct frpc_reply *reply)
{
	bool is_silent = reply && reply->outcome != FRPC_REFUSED && reply->error == -ETIMEDOUT;

	WRITE_ONCE(heap->current_segment, NULL);
	wake_up_all(&heap->changed);
	heap_free_mine(heap);
	/* the work item has found the turn taken, and has to run again */
	if (frpc_turn_end(&heap->turn, is_silent ? -ETIMEDOUT : 0))
		mod_delayed_work(heap_wq, &heap->work, 0);
}

static int request_begin(struct frpc_heap *heap, const struct frpc_channel *channel)
{
	int ret = heap ? frpc_turn_take(&heap->turn) : -ENOMEM;

	if (ret)
		return ret;
	heap_free_mine(heap);
	ret = request_watch(heap, channel);
	if (ret)
		request_end(heap, NULL);
	return ret;
}

/* Claims the region, and maps or assigns it. */
static int region_lend(struct frpc_heap *heap)
{
	struct frpc_heap_segment *region = frpc_heap_claim_region(heap);
	int ret = region ? frpc_heap_segment_lend(heap, region) : -ENOMEM;

	if (!ret) {
		heap->said[0] = '\0';
		pr_info("fastrpc: %pOF: remote heap [mem %pa-%pa] %s\n", heap->node,
			&region->phys, &region->last, frpc_heap_ways[region->access.way]);
	}
	if (!region || !ret || ret == -EPIPE || ret == -ESHUTDOWN)
		return ret;
	frpc_heap_complain(heap, "[mem %pa-%pa] cannot be mapped or assigned%s (%d)",
			   &region->phys, &region->last,
			   ret == -EEXIST ? ", something else is mapped there" :
			   ret == -EINVAL ? ", it is not aligned to the IOMMU's pages" : "", ret);
	return -ENOMEM;
}

/* Makes sure that the region is LENT. */
static int region_ready(struct frpc_heap *heap)
{
	mutex_lock(&heap->lock);
	/* a DSP that needs an offer does not know the region in this run */
	if (heap->region && heap->region->state == FRPC_HEAP_LOST && !heap->is_implicit)
		frpc_heap_segment_reclaim(heap->region, FRPC_HEAP_DSP_OFF);
	mutex_unlock(&heap->lock);
	heap_free_mine(heap);
	if (!heap->region)
		return region_lend(heap);
	if (READ_ONCE(heap->region->state) != FRPC_HEAP_LOST)
		return 0;
	frpc_heap_complain(heap, REGION_IS_KEPT);
	return -ENOMEM;
}

/* Makes a segment the request's, about to be offered; page->len is 0 if the PD knows it. */
static int segment_offer(struct frpc_heap *heap, struct frpc_heap_segment *segment,
			 struct frpc_page *page)
{
	int ret = 0;

	*page = (struct frpc_page){};
	mutex_lock(&heap->lock);
	if (heap->run != heap->current_run) {
		ret = -EPIPE;
	} else if (heap->pd == FRPC_PD_DOWN) {
		ret = -ENOTCONN;
	} else if (frpc_heap_next(segment->state, FRPC_HEAP_OFFER)) {
		frpc_heap_segment_step(segment, FRPC_HEAP_OFFER);
		/* a restart of the audio PD waits for the answer (heap_pdr.c) */
		WRITE_ONCE(heap->current_segment, segment);
		*page = (struct frpc_page){ .addr = segment->phys, .len = segment->len };
	}
	if (ret)
		frpc_heap_segment_reclaim(segment, FRPC_HEAP_WITHDRAW);
	mutex_unlock(&heap->lock);
	return ret;
}

/**
 * frpc_heap_offer() - lend a segment, and begin to offer it
 * @channel: of a client
 * @growth: bytes of the kernel's memory to add, whole pages of the DSP's; 0: the region
 * @page: result: what to offer to the audio PD; a length of 0: it knows the region already
 *
 * Sleeps, and can be killed.  After success frpc_heap_offered() has to follow.
 * Return: 0; -ENOMEM: there is no heap to offer, the log says why; for growth: the heap has
 * its maximum size, or the audio PD does not have the region; -ENOTCONN: the audio PD is
 * down; -EPIPE: the channel is gone; -EINTR; -ESHUTDOWN: a reboot has begun; -ETIMEDOUT: the
 * DSP did not answer the request before this one.
 */
int frpc_heap_offer(struct frpc_channel *channel, size_t growth, struct frpc_page *page)
{
	struct frpc_heap *heap = channel->heap;
	struct frpc_heap_segment *segment = NULL;
	int ret;

	ret = request_begin(heap, channel);
	if (ret)
		return ret;
	if (READ_ONCE(heap->pd) == FRPC_PD_DOWN) {
		ret = -ENOTCONN;
	} else if (growth) {
		segment = frpc_heap_claim_growth(heap, growth);
		ret = segment ? frpc_heap_segment_lend(heap, segment) : -ENOMEM;
	} else {
		ret = region_ready(heap);
	}
	if (!ret)
		ret = segment_offer(heap, segment ?: heap->region, page);
	if (ret)
		request_end(heap, NULL);
	return ret;
}

/*
 * The message with the offer in it has ended.  A segment whose offer was not sent is reclaimed.
 * Growth whose DSP address is not known (0) can never be returned.
 */
void frpc_heap_offered(struct frpc_channel *channel, const struct frpc_reply *reply, u64 dsp_addr)
{
	struct frpc_heap *heap = channel->heap;
	struct frpc_heap_segment *segment = heap->current_segment;

	mutex_lock(&heap->lock);
	/* else the end of the DSP has reclaimed it */
	if (segment && heap->run == heap->current_run) {
		segment->dsp_addr = dsp_addr;
		if (reply->outcome == FRPC_NOT_SENT) {
			frpc_heap_segment_step(segment, FRPC_HEAP_UNSENT);
			frpc_heap_segment_reclaim(segment, FRPC_HEAP_WITHDRAW);
		} else if (reply->outcome != FRPC_UNANSWERED) {
			frpc_heap_segment_step(segment, FRPC_HEAP_ANSWERED);
		}
	}
	mutex_unlock(&heap->lock);
	request_end(heap, reply);
}

/*
 * Begins to return growth: after success the caller asks the DSP for it, and
 * frpc_heap_returned() has to follow.  Return: 0; -EINVAL: there is none; others as above.
 */
int frpc_heap_find_growth(struct frpc_channel *channel, u64 dsp_addr, size_t len,
			  struct frpc_page *page)
{
	struct frpc_heap *heap = channel->heap;
	struct frpc_heap_segment *segment, *found = NULL;
	int ret, nr_found = 0;

	ret = request_begin(heap, channel);
	if (ret)
		return ret;
	mutex_lock(&heap->lock);
	list_for_each_entry(segment, &heap->segments, entry) {
		if (!segment->is_growth || segment->dsp_addr != dsp_addr ||
		    !frpc_heap_next(segment->state, FRPC_HEAP_RETURN))
			continue;
		found = segment;
		nr_found++;
	}
	/* an ambiguous address may mean another segment: those stay until the DSP is halted */
	if (dsp_addr && nr_found == 1 && found->len == ALIGN(len, found->access.page)) {
		WRITE_ONCE(heap->current_segment, found);
		*page = (struct frpc_page){ .addr = found->phys, .len = found->len };
	} else {
		ret = -EINVAL;
	}
	mutex_unlock(&heap->lock);
	if (ret)
		request_end(heap, NULL);
	return ret;
}

/* The DSP has been asked.  FRPC_DONE: it no longer uses the growth. */
void frpc_heap_returned(struct frpc_channel *channel, const struct frpc_reply *reply)
{
	struct frpc_heap *heap = channel->heap;

	mutex_lock(&heap->lock);
	if (reply->outcome == FRPC_DONE)
		frpc_heap_segment_reclaim(heap->current_segment, FRPC_HEAP_RETURN);
	mutex_unlock(&heap->lock);
	request_end(heap, reply);
}

/*
 * After the end of the DSP: frees memory, and the watch if the heap is idle.
 * For a new channel: watches the DSP and its audio PD.
 */
static void heap_work(struct work_struct *work)
{
	struct frpc_heap *heap = container_of(to_delayed_work(work), struct frpc_heap, work);
	struct frpc_channel *channel;
	bool is_idle;
	int ret;

	/* the end of the present turn queues this work again */
	if (!frpc_turn_try(&heap->turn))
		return;
	heap_free_mine(heap);
	mutex_lock(&heap->lock);
	channel = heap->channel;
	is_idle = !channel && list_empty(&heap->segments) && heap->current_run != heap->run;
	mutex_unlock(&heap->lock);
	if (is_idle)
		frpc_rproc_unwatch(&heap->watch);
	ret = channel ? request_watch(heap, channel) : -EPIPE;
	if (!ret && heap->is_implicit)
		ret = region_ready(heap);
	request_end(heap, NULL);
	frpc_heap_pdr_start(heap);
	/* SCM may come late, and a page of a pool may be in use for a moment */
	if (ret && ret != -EPIPE && heap->is_implicit && --heap->tries_left)
		queue_delayed_work(heap_wq, &heap->work, TRY_PAUSE);
}

/* --- channels ---------------------------------------------------------------- */

/* The heap of the channel's node, as an earlier channel left it, or a new one. */
static struct frpc_heap *heap_get(const struct frpc_channel *channel, bool is_implicit)
{
	struct device_node *node = channel->rpdev->dev.of_node;
	struct frpc_heap *heap;

	lockdep_assert_held(&frpc_heaps_lock);
	list_for_each_entry(heap, &frpc_heaps, entry)
		if (heap->node == node)
			return heap;
	heap = kzalloc_obj(*heap, GFP_KERNEL);
	if (!heap)
		return NULL;
	heap->node = of_node_get(node);
	heap->is_implicit = is_implicit;
	heap->address_bits = frpc_heap_bits(channel->soc);
	mutex_init(&heap->lock);
	heap->current_run = U64_MAX;	/* none yet */
	heap->watch.subdev.stop = heap_stop;
	heap->watch.subdev.unprepare = heap_off;
	ratelimit_state_init(&heap->said_limit, 60 * HZ, COMPLAINTS_MAX);
	INIT_DELAYED_WORK(&heap->work, heap_work);
	INIT_LIST_HEAD(&heap->segments);
	frpc_turn_setup(&heap->turn);
	init_waitqueue_head(&heap->changed);
	list_add(&heap->entry, &frpc_heaps);
	return heap;
}

/*
 * Finds the heap of a channel that is being probed, and logs what is missing: the channel works
 * without a heap.  Does not access the memory.  @is_implicit: the DSP's firmware uses the region
 * without being told (sensors); else it waits for an offer (audio).
 */
void frpc_heap_attach(struct frpc_channel *channel, bool is_implicit)
{
	struct device *dev = &channel->rpdev->dev;
	struct device_node *region = of_parse_phandle(dev->of_node, "memory-region", 0);
	struct rproc *rproc = rproc_get_by_child(dev);
	struct frpc_heap *heap;

	of_node_put(region);
	if (!region) {
		dev_info(dev, "no memory-region in the device tree: %s\n", is_implicit ?
			 "the sensors' firmware gets no memory from Linux" :
			 "the audio PD gets no remote heap");
		return;
	}
	if (!rproc) {
		dev_warn(dev, "no remote heap: no parent device is a remoteproc\n");
		return;
	}
	mutex_lock(&frpc_heaps_lock);
	heap = heap_get(channel, is_implicit);
	mutex_unlock(&frpc_heaps_lock);
	if (!heap)
		return;
	mutex_lock(&heap->lock);
	heap->channel = channel;
	/* no request watched the run of the last channel, and what the PDR helper told is old */
	if (heap->attach_run == heap->run && heap->current_run != heap->run)
		heap->pd = FRPC_PD_UNKNOWN;
	heap->attach_run = heap->run;
	strscpy(heap->rproc_name, dev_name(&rproc->dev), sizeof(heap->rproc_name));
	heap->tries_left = TRIES_MAX;
	mutex_unlock(&heap->lock);
	channel->heap = heap;
	mod_delayed_work(heap_wq, &heap->work, 0);
}

/* The channel sends no more requests.  The DSP keeps the memory that it has. */
void frpc_heap_detach(struct frpc_channel *channel)
{
	struct frpc_heap *heap = channel->heap;

	if (!heap)
		return;
	mutex_lock(&heap->lock);
	heap->channel = NULL;
	mutex_unlock(&heap->lock);
}

/* --- the module ---------------------------------------------------------------- */

int frpc_heap_init(void)
{
	/* freezable: an image of hibernation is made without it (heap_memory.c) */
	heap_wq = alloc_workqueue("frpc_heap", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return heap_wq ? 0 : -ENOMEM;
}

void frpc_heap_fini(void)
{
	struct frpc_heap *heap, *next;

	list_for_each_entry_safe(heap, next, &frpc_heaps, entry) {
		/* no channel is left: nothing watches the DSP, or claims memory, after this */
		wait_event(heap->turn.wait, frpc_turn_try(&heap->turn));
		frpc_rproc_unwatch(&heap->watch);
		request_end(heap, NULL);
		cancel_delayed_work_sync(&heap->work);
		frpc_heap_pdr_end(heap);
		/* each lent segment holds the module */
		WARN_ON(!list_empty(&heap->segments));
		of_node_put(heap->node);
		kfree(heap);
	}
	destroy_workqueue(heap_wq);
}
