// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments of the remote heap: lend one, and reclaim it.
 *
 * Every change of state goes through frpc_heap_segment_step(), which checks the rule of
 * heap_state.c and traces the step.  A segment holds a reference to the module from just
 * before it is lent until it is reclaimed; a lost segment holds it until reboot.
 */
#include <linux/iommu.h>
#include <linux/module.h>

#include "heap_internal.h"
#include "private.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

void frpc_heap_segment_step(struct frpc_heap_segment *segment, enum frpc_heap_step step)
{
	struct frpc_heap_life from = segment->life;

	if (!WARN_ON(!frpc_heap_step(&segment->life, step)))
		trace_frpc_heap_step(segment, step, &from);
}

/*
 * Linux stores only to memory that it owns and that the DSP does not use.  It does not if it
 * found the DSP running, or if a DSP that is not told of its region can already reach it.
 * Under a hypervisor firmware has to confirm the owner.  Allocated memory is zero already.
 */
static bool segment_may_zero(const struct frpc_heap *heap, const struct frpc_heap_segment *segment)
{
	if (segment->bytes || heap->stream.was_attached || !frpc_heap_is_memory(segment))
		return false;
	if (segment->access.way == FRPC_HEAP_ASSIGN)
		return !frpc_vmperm_assign(segment->phys, segment->len, &frpc_vmperm_linux,
					   &frpc_vmperm_linux);
	return !heap->is_implicit ||
	       (segment->access.domain &&
		!iommu_iova_to_phys(segment->access.domain, segment->phys));
}

static int segment_allow_access(struct frpc_heap *heap, struct frpc_heap_segment *segment)
{
	bool is_mapped = segment->access.domain;
	int ret = 0;

	/* SCM is slow, and the end of the DSP must not wait for it */
	if (!is_mapped)
		ret = frpc_heap_access_allow(segment);
	mutex_lock(&heap->lock);
	/* the domain ends with the run */
	if (is_mapped)
		ret = heap->run == heap->current_run ? frpc_heap_access_allow(segment) : -EPIPE;
	if (!ret) {
		frpc_heap_segment_step(segment, FRPC_HEAP_LEND);
		atomic_inc(&heap->lends);
	}
	mutex_unlock(&heap->lock);
	return ret;
}

/**
 * frpc_heap_segment_lend() - let the DSP reach a segment
 * @heap: its request_lock is held and it watches the remoteproc
 * @segment: claimed
 *
 * Sleeps.
 * Return: 0; an error: it is MINE as before, and freed when the request ends.
 */
int frpc_heap_segment_lend(struct frpc_heap *heap, struct frpc_heap_segment *segment)
{
	int ret;

	lockdep_assert_held(&heap->request_lock);
	ret = segment_may_zero(heap, segment) ? frpc_heap_zero(segment) : 0;
	if (ret)
		return ret;
	/* fails only for a work item while the module unloads: an open file holds the module */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	ret = frpc_heap_lend_begin(segment);
	if (!ret) {
		ret = segment_allow_access(heap, segment);
		frpc_heap_lend_end();
	}
	if (ret)
		module_put(THIS_MODULE);
	return ret;
}

/**
 * frpc_heap_segment_reclaim() - undo map or assign, if the rule allows it
 * @segment: heap->lock is held; it is released while SCM is asked
 * @step: FRPC_HEAP_WITHDRAW, _RETURN or _DSP_OFF
 *
 * Sleeps.  The domain of a mapped segment must not go meanwhile.  A segment that cannot be
 * reclaimed is LOST.  An assigned one may be tried again; a mapped one may not, because its
 * domain may be gone by then.
 */
void frpc_heap_segment_reclaim(struct frpc_heap_segment *segment, enum frpc_heap_step step)
{
	struct frpc_heap *heap = segment->heap;
	bool was_lost = segment->life.state == FRPC_HEAP_LOST;
	bool is_assigned = segment->access.way == FRPC_HEAP_ASSIGN;
	int ret;

	lockdep_assert_held(&heap->lock);
	if (segment->is_scm_asked || !frpc_heap_may(&segment->life, step) ||
	    (was_lost && !is_assigned))
		return;
	if (is_assigned) {
		segment->is_scm_asked = true;
		mutex_unlock(&heap->lock);
	}
	ret = frpc_heap_access_deny(segment);
	if (is_assigned) {
		mutex_lock(&heap->lock);
		segment->is_scm_asked = false;
	}
	if (ret && was_lost)
		return;
	frpc_heap_segment_step(segment, ret ? FRPC_HEAP_LOSE : step);
	if (ret) {
		atomic_inc(&heap->lost);
		pr_err("fastrpc: %pOF: remote heap [mem %pa-%pa] cannot be reclaimed (%d), it is not used again %s\n",
		       heap->node, &segment->phys, &segment->last, ret,
		       is_assigned ? "before it can" : "until reboot");
		return;
	}
	if (was_lost)
		pr_info("fastrpc: %pOF: remote heap [mem %pa-%pa] is reclaimed after all\n",
			heap->node, &segment->phys, &segment->last);
	atomic_inc(&heap->reclaims);
	module_put(THIS_MODULE);
}
