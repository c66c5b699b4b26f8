// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching the audio PD through the kernel's PDR helper.
 *
 * The PD can die and come back while the DSP and the channel stay.  The new PD
 * has no heap, so the region has to be offered to it; the old one is gone, so it
 * may be.  Both follow from "down" and then "up", if these are true:
 *
 *  - The helper calls back from workers of its own, and one that waits for an
 *    answer holds the others up for seconds: "down" of one run of the DSP may be
 *    processed in the next.  So there is a lookup, with sockets of its own, for
 *    each run, and what one of an earlier run says is not listened to.
 *  - Without an "up" before, "down" can mean that the helper's own registration
 *    failed.  It does not count.
 *  - The registry brings the PD up again when its listeners have acknowledged
 *    "down", which the helper does after our callback.  So a request with the
 *    region in it that is answered before the callback returns was not taken by
 *    the next PD.  One that is not answered might be: then the region stays with
 *    the DSP, and the next PD gets none.
 *
 * Locks: the callback takes heap->lock and runs under those of the helper, which
 * frpc_pd_watch_fini() and the work wait for with nothing held.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/soc/qcom/pdr.h>
#include <linux/string.h>

#include "heap_internal.h"

/*
 * The names are one for a SoC, and no other DSP's audio PD has one that is known.
 */
#define WATCHED_DSP	"adsp"
#define PD_SERVICE	"avs/audio"
#define PD_PATH		"msm/adsp/audio_pd"

/* How long "down" is not acknowledged because a request is with the DSP. */
#define ANSWER_WAIT	HZ

/*
 * How long a lookup is kept when the DSP is halted.  The helper must not be asked to
 * release one while news for it wait, and they do while it waits for an answer itself,
 * which takes up to five seconds.
 */
#define LINGER_TIME	(6 * HZ)

/*
 * Lookups kept at a time.  Each takes sockets, of whose lookups the whole system has
 * few.  A DSP that ends more often than that is watched again when one has gone.
 */
#define LOOKUPS_MAX	8

/**
 * struct pd_lookup - with the helper, for one run of the DSP
 * @entry: on heap->pd.lookups
 * @heap: whose audio PD
 * @incarnation: of the DSP
 * @pdr: the helper's
 * @is_over: the run is, and the lookup goes when @due
 * @due: in jiffies
 */
struct pd_lookup {
	struct list_head entry;
	struct frpc_remote_heap *heap;
	u64 incarnation;
	struct pdr_handle *pdr;
	bool is_over;
	unsigned long due;
};

/* heap->lock held. */
static bool is_current(const struct pd_lookup *lookup)
{
	return lookup->incarnation == lookup->heap->incarnation;
}

static void pd_is_up(const struct pd_lookup *lookup)
{
	struct frpc_remote_heap *heap = lookup->heap;

	mutex_lock(&heap->lock);
	if (is_current(lookup))
		heap->pd.state = FRPC_PD_UP;
	mutex_unlock(&heap->lock);
}

/* From here on nothing is offered.  Return: whether there was a PD to go down. */
static bool stop_offering(const struct pd_lookup *lookup)
{
	struct frpc_remote_heap *heap = lookup->heap;
	bool was_up;

	mutex_lock(&heap->lock);
	was_up = is_current(lookup) && heap->pd.state == FRPC_PD_UP;
	if (was_up)
		heap->pd.state = FRPC_PD_DOWN;
	mutex_unlock(&heap->lock);
	return was_up;
}

static void pd_is_down(const struct pd_lookup *lookup)
{
	struct frpc_remote_heap *heap = lookup->heap;

	if (!stop_offering(lookup))
		return;
	wait_event_timeout(heap->offer_done, !READ_ONCE(heap->is_offering), ANSWER_WAIT);
	mutex_lock(&heap->lock);
	if (is_current(lookup) && !heap->is_offering && !heap->is_unanswered)
		frpc_heap_piece_step(&heap->base, FRPC_HEAP_PD_GONE);
	mutex_unlock(&heap->lock);
}

/* The registry's word, which may be anything. */
static void pd_told(int state, char *path, void *priv)
{
	if (state == SERVREG_SERVICE_STATE_UP)
		pd_is_up(priv);
	else if (state == SERVREG_SERVICE_STATE_DOWN)
		pd_is_down(priv);
}

static void lookup_free(struct pd_lookup *lookup)
{
	pdr_handle_release(lookup->pdr);
	kfree(lookup);
}

static struct pd_lookup *lookup_create(struct frpc_remote_heap *heap, u64 incarnation)
{
	struct pd_lookup *lookup = kzalloc(sizeof(*lookup), GFP_KERNEL);
	struct pdr_service *service;
	int ret;

	if (!lookup)
		return ERR_PTR(-ENOMEM);
	lookup->heap = heap;
	lookup->incarnation = incarnation;
	lookup->pdr = pdr_handle_alloc(pd_told, lookup);
	if (IS_ERR(lookup->pdr)) {
		ret = PTR_ERR(lookup->pdr);
		kfree(lookup);
		return ERR_PTR(ret);
	}
	service = pdr_add_lookup(lookup->pdr, PD_SERVICE, PD_PATH);
	if (IS_ERR(service)) {
		lookup_free(lookup);
		return ERR_CAST(service);
	}
	return lookup;
}

/* Return: whether there is to be a lookup for the run of the DSP it tells. */
static bool find_run(struct frpc_remote_heap *heap, u64 *incarnation)
{
	bool is_running;

	mutex_lock(&heap->lock);
	*incarnation = heap->incarnation;
	is_running = heap->pd.is_wanted && heap->channel;
	mutex_unlock(&heap->lock);
	return is_running;
}

/* Return: whether it is gone; else it will be, when it is due. */
static bool lookup_retire(struct pd_lookup *lookup)
{
	if (!lookup->is_over) {
		lookup->is_over = true;
		lookup->due = jiffies + LINGER_TIME;
	}
	if (time_before(jiffies, lookup->due))
		return false;
	list_del(&lookup->entry);
	lookup_free(lookup);
	return true;
}

static void add_lookup(struct frpc_remote_heap *heap, u64 incarnation)
{
	struct pd_lookup *lookup = lookup_create(heap, incarnation);

	if (!IS_ERR(lookup))
		list_add(&lookup->entry, &heap->pd.lookups);
	else
		dev_info(&heap->rproc->dev,
			 "fastrpc: remote heap %pa: nobody will tell when the audio PD restarts (%ld)\n",
			 &heap->base.region.phys, PTR_ERR(lookup));
}

/* Alone: a work item does not run beside itself. */
static void update_work(struct work_struct *work)
{
	struct frpc_remote_heap *heap = container_of(to_delayed_work(work),
						     struct frpc_remote_heap, pd.work);
	struct pd_lookup *lookup, *next;
	bool is_running, is_there = false;
	unsigned int nr_early = 0;
	u64 incarnation;

	is_running = find_run(heap, &incarnation);
	list_for_each_entry_safe(lookup, next, &heap->pd.lookups, entry) {
		if (lookup->incarnation == incarnation)
			is_there = true;
		else if (!lookup_retire(lookup))
			nr_early++;
	}
	if (is_running && !is_there && nr_early < LOOKUPS_MAX)
		add_lookup(heap, incarnation);
	if (nr_early)
		queue_delayed_work(system_long_wq, &heap->pd.work, LINGER_TIME);
}

void frpc_pd_watch_init(struct frpc_remote_heap *heap)
{
	INIT_LIST_HEAD(&heap->pd.lookups);
	INIT_DELAYED_WORK(&heap->pd.work, update_work);
}

void frpc_pd_watch_update(struct frpc_remote_heap *heap)
{
	mod_delayed_work(system_long_wq, &heap->pd.work, 0);
}

void frpc_pd_watch_fini(struct frpc_remote_heap *heap)
{
	struct pd_lookup *lookup, *next;

	cancel_delayed_work_sync(&heap->pd.work);
	list_for_each_entry_safe(lookup, next, &heap->pd.lookups, entry)
		lookup_free(lookup);
	INIT_LIST_HEAD(&heap->pd.lookups);
}

bool frpc_pd_watch_knows(const char *label)
{
	return !strcmp(label, WATCHED_DSP);
}
