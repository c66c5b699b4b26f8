// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the audio PD, which the kernel's PDR helper learns from the DSP's service
 * registry.  The PD can end and come back while the DSP and the channel stay: the driver then
 * offers the region to the new PD, which is safe because the old one is gone.
 *
 * The helper calls back late, from its own workers: "down" of one run of the DSP may arrive in
 * the next run, before its "up".  The registry restarts the PD when the callback for "down"
 * has returned: an offer that was answered by then went to the old PD, an unanswered one may
 * reach the new PD.  docs/remote-heap.md says what follows from this.
 *
 * A heap has one handle of the helper until module end: QRTR tells every DSP of a closed socket,
 * and a DSP that reads no message would block the recovery of the others.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kconfig.h>
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

/* Older helpers wait so long for the answer to their acknowledgment: compat.h defines it. */
#ifndef FRPC_PDR_ACK_TIME
#define FRPC_PDR_ACK_TIME	0
#endif

/* At module end the handle goes when no news came for this long after the lock was free. */
#define SETTLE_TIME	(HZ / 5 + FRPC_PDR_ACK_TIME)

/* The region is offered to the next PD, unless that may still receive the last offer. */
static void pd_forget_region(struct frpc_heap *heap)
{
	/* while the PD is down no request offers a segment */
	wait_event_timeout(heap->changed, !READ_ONCE(heap->current_segment), ANSWER_WAIT);
	mutex_lock(&heap->lock);
	/* at the end of the run the PD's state becomes unknown */
	if (heap->pd == FRPC_PD_DOWN && heap->region &&
	    frpc_heap_next(heap->region->state, FRPC_HEAP_PD_GONE))
		frpc_heap_segment_step(heap->region, FRPC_HEAP_PD_GONE);
	mutex_unlock(&heap->lock);
}

/* The state comes from the registry and may be any number.  The helper calls one at a time. */
static void pd_handle_state(int state, char *path, void *priv)
{
	struct frpc_heap *heap = priv;
	bool has_ended = false;

	mutex_lock(&heap->lock);
	if (state == SERVREG_SERVICE_STATE_UP) {
		heap->pd = FRPC_PD_UP;
	} else if (state == SERVREG_SERVICE_STATE_DOWN && heap->pd == FRPC_PD_UP) {
		/* the driver has to notice the end of the run, which makes the state unknown */
		has_ended = heap->run == heap->current_run;
		heap->pd = has_ended ? FRPC_PD_DOWN : FRPC_PD_UNKNOWN;
	}
	mutex_unlock(&heap->lock);
	if (has_ended)
		pd_forget_region(heap);
	WRITE_ONCE(heap->has_news, true);
	wake_up_all(&heap->changed);
}

/*
 * Watches the audio PD, for a new channel.  No lock of the heap is held: the helper may wait for
 * an answer of the DSP.  If the PD cannot be watched, the region is offered once in a run.
 */
void frpc_heap_pdr_start(struct frpc_heap *heap)
{
	struct pdr_handle *pdr = heap->pdr;
	struct pdr_service *service;
	bool is_watched;

	mutex_lock(&heap->lock);
	is_watched = heap->channel && !strcmp(heap->channel->label, WATCHED_DSP);
	mutex_unlock(&heap->lock);
	/* without the helper the compiler drops the rest of this function */
	if (!IS_REACHABLE(CONFIG_QCOM_PDR_HELPERS) || !is_watched)
		return;
	if (!pdr)
		pdr = pdr_handle_alloc(pd_handle_state, heap);
	service = ERR_CAST(pdr);
	if (!IS_ERR(pdr)) {
		WRITE_ONCE(heap->pdr, pdr);
		/* EALREADY: the helper has the lookup; it drops one that the locator refuses */
		service = pdr_add_lookup(pdr, PD_SERVICE, PD_PATH);
	}
	if (IS_ERR(service) && service != ERR_PTR(-EALREADY))
		pr_info("fastrpc: %pOF: cannot watch the audio PD (%pe): after a restart it has no heap\n",
			heap->node, service);
}

/*
 * Releases the handle at module end.  The helper must not release a lookup while it handles
 * news: it would use what it has freed.  It may hold its lock while it waits for an answer of the
 * DSP, for five seconds at most.  The news end when the DSP is halted, at the latest.
 */
void frpc_heap_pdr_end(struct frpc_heap *heap)
{
	if (!IS_REACHABLE(CONFIG_QCOM_PDR_HELPERS) || !heap->pdr)
		return;
	do {
		WRITE_ONCE(heap->has_news, false);
		/* takes the helper's lock */
		pdr_add_lookup(heap->pdr, PD_SERVICE, PD_PATH);
	} while (wait_event_timeout(heap->changed, READ_ONCE(heap->has_news), SETTLE_TIME));
	pdr_handle_release(heap->pdr);
}
