// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the audio PD, which the kernel's PDR helper learns from the DSP's service
 * registry.
 *
 * The PD can end and come back while the DSP and the channel stay.  The new PD has no heap, so
 * the driver offers the region to it, which is safe because the old PD is gone.  The driver
 * concludes this from "down" followed by "up", with three precautions:
 *  - The helper calls back from its own workers, and a worker that waits for an answer delays
 *    the others for seconds: "down" of one run of the DSP may arrive in the next run.  So each
 *    run has its own lookup, and the driver ignores the lookup of an earlier run.
 *  - Without an earlier "up", "down" can mean that the helper's own registration failed.
 *  - The registry restarts the PD when its listeners have acknowledged "down", which the helper
 *    does after the driver's callback.  So an offer that is answered before the callback
 *    returns did not reach the next PD.  An unanswered offer might: then the region stays with
 *    the DSP, and the next PD gets no heap.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kconfig.h>
#include <linux/slab.h>
#include <linux/soc/qcom/pdr.h>
#include <linux/string.h>

#include "heap_internal.h"
#include "private.h"

/* The SoC defines these names.  The audio PDs of other DSPs have no known names. */
#define WATCHED_DSP	"adsp"
#define PD_SERVICE	"avs/audio"
#define PD_PATH		"msm/adsp/audio_pd"

/* How long a request in flight delays the acknowledgment of "down". */
#define ANSWER_WAIT	HZ

/*
 * The helper must not release a lookup while a notification waits for the helper's lock.  The
 * helper holds that lock while it waits for an answer of the DSP, for five seconds at most, and
 * on older kernels it waits as long for an answer to its acknowledgment.  A notification after
 * the end of the run is the last one, and a lookup without any has none waiting.
 */
#define LINGER_TIME	(6 * HZ)

/* At module end the lookup goes when no notification came for this long after the lock was free. */
#define SETTLE_TIME	(HZ / 5 + FRPC_COMPAT_PDR_ACK_TIME)

/*
 * The helper fails if a service appears while it releases a lookup.  The services of a DSP
 * appear when it starts, about when its channel comes; a restart is over by then.
 */
#define SERVICES_TIME	(3 * HZ)

/* Each one uses sockets, and the whole system has few lookups for sockets. */
#define LOOKUPS_MAX	8

struct frpc_heap_lookup {
	struct frpc_heap *heap;
	struct pdr_handle *pdr;
	struct list_head entry;	/* of heap->old_lookups; under heap->lock, as what follows */
	unsigned long ended;	/* jiffies at the end of its run */
	bool has_news;		/* a notification has come */
	bool is_settled;	/* none since the last try to release it */
	bool is_freed;
	struct delayed_work free_work;
};

static atomic_t nr_lookups;
static DECLARE_WAIT_QUEUE_HEAD(lookup_freed);

static void pd_handle_down(const struct frpc_heap_lookup *lookup, struct frpc_heap *heap)
{
	bool was_up;

	mutex_lock(&heap->lock);
	was_up = heap->lookup == lookup && heap->pd == FRPC_PD_UP;
	if (was_up)
		heap->pd = FRPC_PD_DOWN;
	mutex_unlock(&heap->lock);
	if (!was_up)
		return;
	/* from here on no request offers a segment */
	wait_event_timeout(heap->offer_done, !READ_ONCE(heap->is_offering), ANSWER_WAIT);
	mutex_lock(&heap->lock);
	if (heap->lookup == lookup && !heap->is_offering && !heap->is_unanswered &&
	    heap->region && frpc_heap_may(&heap->region->life, FRPC_HEAP_PD_GONE))
		frpc_heap_segment_step(heap->region, FRPC_HEAP_PD_GONE);
	mutex_unlock(&heap->lock);
}

/* The state comes from the registry and may be any number. */
static void pd_handle_state(int state, char *path, void *priv)
{
	struct frpc_heap_lookup *lookup = priv;
	struct frpc_heap *heap = lookup->heap;

	if (state == SERVREG_SERVICE_STATE_DOWN)
		pd_handle_down(lookup, heap);
	mutex_lock(&heap->lock);
	lookup->has_news = true;
	lookup->is_settled = false;
	if (heap->lookup == lookup && state == SERVREG_SERVICE_STATE_UP)
		heap->pd = FRPC_PD_UP;
	if (heap->lookup != lookup && !lookup->is_freed && !heap->is_ending)
		mod_delayed_work(frpc_heap_wq, &lookup->free_work, 0);
	mutex_unlock(&heap->lock);
}

/* No service of the DSP is about to come. */
static bool heap_is_quiet(const struct frpc_heap *heap)
{
	lockdep_assert_held(&heap->lock);
	return heap->is_ending || (heap->lookup && heap->lookup->has_news) ||
	       time_after(jiffies, heap->channel_changed + SERVICES_TIME);
}

/* As far as the driver can know, the helper does not use the lookup now. */
static bool lookup_is_idle(const struct frpc_heap *heap, const struct frpc_heap_lookup *lookup)
{
	lockdep_assert_held(&heap->lock);
	if (!heap->is_ending || lookup->is_settled)
		return heap_is_quiet(heap);
	return time_after(jiffies, lookup->ended + LINGER_TIME);
}

static void lookup_free(struct work_struct *work)
{
	struct frpc_heap_lookup *lookup = container_of(to_delayed_work(work),
						       struct frpc_heap_lookup, free_work);
	struct frpc_heap *heap = lookup->heap;

	/* the request that began it may not have passed it to the helper yet */
	mutex_lock(&heap->request_lock);
	mutex_unlock(&heap->request_lock);
	/* takes the helper's lock; the lookup exists, so the helper says EALREADY */
	if (READ_ONCE(heap->is_ending))
		pdr_add_lookup(lookup->pdr, PD_SERVICE, PD_PATH);
	mutex_lock(&heap->lock);
	lookup->is_freed = lookup_is_idle(heap, lookup);
	lookup->is_settled = heap->is_ending;
	if (lookup->is_freed) {
		list_del(&lookup->entry);
		/* a notification may have queued it again meanwhile */
		cancel_delayed_work(&lookup->free_work);
	} else {
		queue_delayed_work(frpc_heap_wq, &lookup->free_work,
				   heap->is_ending ? SETTLE_TIME : HZ);
	}
	mutex_unlock(&heap->lock);
	if (!lookup->is_freed)
		return;
	if (!IS_ERR(lookup->pdr))
		pdr_handle_release(lookup->pdr);
	mutex_lock(&heap->lock);
	heap->nr_old_lookups--;
	mutex_unlock(&heap->lock);
	kfree(lookup);
	if (atomic_dec_and_test(&nr_lookups))
		wake_up_all(&lookup_freed);
}

/**
 * frpc_heap_pdr_start() - watch the audio PD in this run of the DSP
 * @heap: its request_lock is held
 *
 * Sleeps.  If the PD cannot be watched, the region is offered once in a run.
 */
void frpc_heap_pdr_start(struct frpc_heap *heap)
{
	struct pdr_service *service = ERR_PTR(-ENOMEM);
	struct frpc_heap_lookup *lookup;
	bool is_wanted;

	lockdep_assert_held(&heap->request_lock);
	/* without the helper the compiler drops the rest of this function */
	if (!IS_REACHABLE(CONFIG_QCOM_PDR_HELPERS) || READ_ONCE(heap->lookup) ||
	    atomic_read(&nr_lookups) >= LOOKUPS_MAX)
		return;
	lookup = kzalloc(sizeof(*lookup), GFP_KERNEL);
	if (!lookup)
		return;
	lookup->heap = heap;
	INIT_DELAYED_WORK(&lookup->free_work, lookup_free);
	mutex_lock(&heap->lock);
	is_wanted = heap->run == heap->current_run && heap->channel &&
		    !strcmp(heap->channel->label, WATCHED_DSP);
	if (is_wanted)
		heap->lookup = lookup;
	mutex_unlock(&heap->lock);
	if (!is_wanted) {
		kfree(lookup);
		return;
	}
	atomic_inc(&nr_lookups);
	lookup->pdr = pdr_handle_alloc(pd_handle_state, lookup);
	if (!IS_ERR(lookup->pdr))
		service = pdr_add_lookup(lookup->pdr, PD_SERVICE, PD_PATH);
	if (IS_ERR(service))
		pr_info("fastrpc: %pOF: the audio PD cannot be watched (%ld), after it restarts it has no heap\n",
			heap->node, PTR_ERR(service));
}

/**
 * frpc_heap_pdr_end() - the run of the DSP is over, or the module goes
 * @heap: its lock is held
 */
void frpc_heap_pdr_end(struct frpc_heap *heap)
{
	struct frpc_heap_lookup *lookup = heap->lookup;

	lockdep_assert_held(&heap->lock);
	heap->pd = FRPC_PD_UNKNOWN;
	heap->lookup = NULL;
	if (lookup) {
		lookup->ended = jiffies;
		list_add(&lookup->entry, &heap->old_lookups);
		heap->nr_old_lookups++;
		queue_delayed_work(frpc_heap_wq, &lookup->free_work,
				   lookup->has_news ? LINGER_TIME : SETTLE_TIME);
	}
	if (heap->is_ending)
		list_for_each_entry(lookup, &heap->old_lookups, entry)
			mod_delayed_work(frpc_heap_wq, &lookup->free_work, 0);
}

/* Module end: waits until the last lookup is gone, for LINGER_TIME and a try at most. */
void frpc_heap_pdr_drain(void)
{
	wait_event(lookup_freed, !atomic_read(&nr_lookups));
}
