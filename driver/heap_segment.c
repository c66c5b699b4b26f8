// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments of the remote heap: map or assign one, and reclaim it.
 *
 * The audio PD reaches its heap by physical address through the ADSP's own stream, not through
 * a context bank.  What the stream passes through (remoteproc.h) decides between the two.
 *
 * Every change of state goes through frpc_heap_segment_step(), which checks the rule of
 * heap_state.c and traces the step.  A segment holds a reference to the module from just
 * before it is lent until it is reclaimed.  So does a lost segment, until it can be reclaimed.
 */
#include <linux/bits.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "heap_internal.h"
#include "private.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

const char *const frpc_heap_ways[] = {
	[FRPC_HEAP_AS_IS] = "used as it is, the DSP reaches it already",
	[FRPC_HEAP_MAP] = "mapped 1:1 in the remoteproc's IOMMU domain",
	[FRPC_HEAP_ASSIGN] = "assigned to the DSP by SCM, below a hypervisor",
};

void frpc_heap_segment_step(struct frpc_heap_segment *segment, enum frpc_heap_step step)
{
	enum frpc_heap_state from = segment->state, to = frpc_heap_next(from, step);

	if (WARN_ON(!to))
		return;
	segment->state = to;
	segment->heap->counts[step]++;
	trace_frpc_heap_step(segment, step, from);
}

/* Chooses: map, assign or as-is.  Return: false if none is possible, and the log says why. */
bool frpc_heap_find_access(struct frpc_heap_segment *segment)
{
	struct frpc_heap_access *access = &segment->access;
	struct frpc_heap *heap = segment->heap;
	const struct frpc_stream *stream = &heap->stream;
	const char *fault;
	int nr_vmids;

	frpc_turn_assert_taken(&heap->turn);
	nr_vmids = frpc_vmperm_read(heap->node, &access->perm) ?: access->perm.count;
	fault = frpc_heap_way_find(stream->kind, nr_vmids, &access->way);
	if (!fault && access->way == FRPC_HEAP_MAP && !stream->domain)
		fault = "the remoteproc has no IOMMU domain yet, the driver tries again";
	if (!fault && access->way == FRPC_HEAP_ASSIGN && !frpc_vmperm_is_ready())
		fault = "no SCM driver to assign memory with, the driver tries again";
	if (fault) {
		frpc_heap_complain(heap, "%s", fault);
		return false;
	}
	access->page = SZ_4K;
	if (access->way == FRPC_HEAP_MAP) {
		access->domain = stream->domain;
		access->prot = IOMMU_READ | IOMMU_WRITE | (stream->is_coherent ? IOMMU_CACHE : 0);
		access->page = BIT(__ffs(stream->domain->pgsize_bitmap));
	}
	return true;
}

/* Return: 0; -EINVAL: it is not aligned to the IOMMU's pages; -EEXIST; or another error. */
static int segment_map(struct frpc_heap_segment *segment)
{
	struct frpc_heap_access *access = &segment->access;
	size_t same = 0, other = 0;
	phys_addr_t at, phys;

	if (!IS_ALIGNED(segment->phys | segment->len, access->page))
		return -EINVAL;
	for (at = segment->phys; at < segment->phys + segment->len; at += access->page) {
		phys = iommu_iova_to_phys(access->domain, at);
		same += phys == at;
		other += phys && phys != at;
	}
	/* the remoteproc driver has mapped it, and unmaps it */
	if (same == segment->len / access->page) {
		access->way = FRPC_HEAP_AS_IS;
		return 0;
	}
	if (same || other)
		return -EEXIST;
	return iommu_map(access->domain, segment->phys, segment->phys, segment->len, access->prot,
			 GFP_KERNEL);
}

/* The domain of a mapped segment must not go meanwhile.  After an error the DSP is kept out. */
static int segment_allow(struct frpc_heap_segment *segment)
{
	if (segment->access.way == FRPC_HEAP_MAP)
		return segment_map(segment);
	if (segment->access.way == FRPC_HEAP_ASSIGN)
		return frpc_vmperm_assign(segment->phys, segment->len, &frpc_vmperm_linux,
					  &segment->access.perm);
	return 0;
}

/* Undoes segment_allow(), in the same context.  After an error the DSP may still reach it. */
static int segment_deny(const struct frpc_heap_segment *segment)
{
	const struct frpc_heap_access *access = &segment->access;
	size_t len = segment->len;

	if (access->way == FRPC_HEAP_MAP)
		return iommu_unmap(access->domain, segment->phys, len) == len ? 0 : -EIO;
	if (access->way == FRPC_HEAP_ASSIGN)
		return frpc_vmperm_assign(segment->phys, len, &access->perm, &frpc_vmperm_linux);
	return 0;
}

/*
 * Lets the DSP reach a segment.  The heap watches the remoteproc.
 * Return: 0; an error: it is MINE, and freed when the request ends; -EPIPE: the run has ended;
 * -ESHUTDOWN: a reboot has begun; -EEXIST, -EINVAL: as above.
 */
int frpc_heap_segment_lend(struct frpc_heap *heap, struct frpc_heap_segment *segment)
{
	bool is_mapped = segment->access.domain;
	int ret;

	frpc_turn_assert_taken(&heap->turn);
	/* the next kernel does not know what this one has lent */
	if (system_state > SYSTEM_RUNNING)
		return -ESHUTDOWN;
	ret = frpc_heap_zero(segment);
	if (ret)
		return ret;
	/* fails only for a work item while the module unloads: an open file holds the module */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	/* SCM is slow, and the end of the DSP must not wait for it */
	if (!is_mapped)
		ret = segment_allow(segment);
	mutex_lock(&heap->lock);
	/* the domain ends with the run */
	if (is_mapped)
		ret = heap->run == heap->current_run ? segment_allow(segment) : -EPIPE;
	if (!ret)
		frpc_heap_segment_step(segment, FRPC_HEAP_LEND);
	if (!ret && heap->is_implicit && !segment->is_growth) {
		/* the DSP is not told, and may use the region from now on, also in later runs */
		frpc_heap_segment_step(segment, FRPC_HEAP_OFFER);
		frpc_heap_segment_step(segment, FRPC_HEAP_ANSWERED);
	}
	mutex_unlock(&heap->lock);
	if (ret)
		module_put(THIS_MODULE);
	return ret;
}

/*
 * Undoes map or assign, if the rule allows the step.  heap->lock is released while SCM is
 * asked.  The domain of a mapped segment must not go meanwhile.  A segment that cannot be
 * reclaimed is LOST.  An assigned one may be tried again; a mapped one may not, because its
 * domain may be gone by then.
 */
void frpc_heap_segment_reclaim(struct frpc_heap_segment *segment, enum frpc_heap_step step)
{
	struct frpc_heap *heap = segment->heap;
	bool is_assigned = segment->access.way == FRPC_HEAP_ASSIGN;
	bool was_lost = segment->state == FRPC_HEAP_LOST;
	int ret;

	lockdep_assert_held(&heap->lock);
	if (segment->is_scm_asked || !frpc_heap_next(segment->state, step) ||
	    (was_lost && !is_assigned))
		return;
	if (is_assigned) {
		segment->is_scm_asked = true;
		mutex_unlock(&heap->lock);
	}
	ret = segment_deny(segment);
	if (is_assigned) {
		mutex_lock(&heap->lock);
		segment->is_scm_asked = false;
	}
	if (ret && was_lost)
		return;
	frpc_heap_segment_step(segment, ret ? FRPC_HEAP_LOSE : step);
	if (ret) {
		pr_err("fastrpc: %pOF: remote heap [mem %pa-%pa] cannot be reclaimed (%d), it is not used again %s\n",
		       heap->node, &segment->phys, &segment->last, ret,
		       is_assigned ? "until SCM reclaims it" : "until reboot");
		return;
	}
	if (was_lost)
		pr_info("fastrpc: %pOF: remote heap [mem %pa-%pa] is reclaimed after all\n",
			heap->node, &segment->phys, &segment->last);
	module_put(THIS_MODULE);
}
