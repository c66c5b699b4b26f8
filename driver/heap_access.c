// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map, or assign, a segment of the heap, and undo that.
 *
 * The audio PD reaches its heap by physical address through the ADSP's own stream, not through
 * a context bank.  What the stream passes through (remoteproc.h) decides which of the two.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "heap_internal.h"
#include "private.h"

const char *const frpc_heap_ways[] = {
	[FRPC_HEAP_AS_IS] = "used as it is, the DSP reaches it already",
	[FRPC_HEAP_MAP] = "mapped 1:1 in the remoteproc's IOMMU domain",
	[FRPC_HEAP_ASSIGN] = "assigned to the DSP by SCM, below Linux is a hypervisor",
};

/**
 * frpc_heap_access_find() - find out whether to map or to assign
 * @heap: its request_lock is held and its stream has been read
 * @access: result
 *
 * Return: 0; -ENOMEM: there is no way, which has been logged.
 */
int frpc_heap_access_find(struct frpc_heap *heap, struct frpc_heap_access *access)
{
	const struct frpc_stream *stream = &heap->stream;
	const char *fault;
	int nr_vmids;

	lockdep_assert_held(&heap->request_lock);
	*access = (struct frpc_heap_access){ .page = SZ_4K };
	nr_vmids = frpc_vmperm_read(heap->node, &access->perm) ?: access->perm.count;
	fault = frpc_heap_way_find(stream->kind, nr_vmids, &access->way);
	if (!fault && access->way == FRPC_HEAP_MAP && !stream->domain)
		fault = "the remoteproc has no IOMMU domain yet, it is tried again";
	if (!fault && access->way == FRPC_HEAP_ASSIGN && !frpc_vmperm_is_ready())
		fault = "no SCM driver to assign memory with, it is tried again";
	if (fault) {
		frpc_heap_complain(heap, "%s", fault);
		return -ENOMEM;
	}
	if (access->way != FRPC_HEAP_MAP)
		return 0;
	access->domain = stream->domain;
	access->prot = IOMMU_READ | IOMMU_WRITE | (stream->is_coherent ? IOMMU_CACHE : 0);
	access->page = BIT(__ffs(stream->domain->pgsize_bitmap));
	return 0;
}

/**
 * frpc_heap_access_allow() - map or assign a segment
 * @segment: ->access is set; to map it, its domain must not go meanwhile
 *
 * Sleeps.
 * Return: 0; an error: the DSP cannot reach it; -EEXIST: something else is mapped there;
 * -EINVAL: it does not consist of the IOMMU's pages.
 */
int frpc_heap_access_allow(struct frpc_heap_segment *segment)
{
	struct frpc_heap_access *access = &segment->access;
	size_t same = 0, other = 0;
	phys_addr_t at, phys;

	if (access->way == FRPC_HEAP_AS_IS)
		return 0;
	if (access->way == FRPC_HEAP_ASSIGN)
		return frpc_vmperm_assign(segment->phys, segment->len, &frpc_vmperm_linux,
					  &access->perm);
	if (!IS_ALIGNED(segment->phys | segment->len, access->page))
		return -EINVAL;
	for (at = segment->phys; at < segment->phys + segment->len; at += access->page) {
		phys = iommu_iova_to_phys(access->domain, at);
		if (phys == at)
			same += access->page;
		else if (phys)
			other += access->page;
	}
	/* the remoteproc driver has mapped it, and unmaps it */
	if (same == segment->len) {
		access->way = FRPC_HEAP_AS_IS;
		return 0;
	}
	if (same || other)
		return -EEXIST;
	return iommu_map(access->domain, segment->phys, segment->phys, segment->len, access->prot,
			 GFP_KERNEL);
}

/* Undoes it, in the same context.  Return: 0; an error: the DSP may still reach it. */
int frpc_heap_access_deny(const struct frpc_heap_segment *segment)
{
	const struct frpc_heap_access *access = &segment->access;
	size_t len = segment->len;

	if (access->way == FRPC_HEAP_MAP)
		return iommu_unmap(access->domain, segment->phys, len) == len ? 0 : -EIO;
	if (access->way == FRPC_HEAP_ASSIGN)
		return frpc_vmperm_assign(segment->phys, len, &access->perm, &frpc_vmperm_linux);
	return 0;
}
