// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of the heap: find, claim, zero, free.
 *
 * A region with no-map is used as it is, also if it is a pool: Linux has no mapping of it.
 * A reusable region (CMA) is allocated as a whole, so that no page of it has another user;
 * growth is allocated too.  Both allocations go through a device of the driver that has no
 * IOMMU and is not coherent: its bus addresses are physical, and the kernel's mapping is
 * uncached, so no cache line is written back later.
 *
 * The driver stores no byte before the checks have passed: the memory that a device tree
 * names may belong to the firmware, or not exist.
 */
#include <linux/dma-mapping.h>
#include <linux/efi.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/pm_domain.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "heap_internal.h"
#include "private.h"
#include "remote_heap.h"

/* Firmware decides where the region is.  Growth goes where every audio DSP can reach it. */
#define GROWTH_ADDRESS_BITS	32

static void segment_place(struct frpc_heap_segment *segment, phys_addr_t phys, size_t len)
{
	mutex_lock(&segment->heap->lock);
	segment->phys = phys;
	segment->last = phys + len - 1;
	segment->len = len;
	mutex_unlock(&segment->heap->lock);
}

static bool segment_overlaps(const struct frpc_heap_segment *segment, u64 first, u64 len)
{
	return frpc_ranges_overlap(segment->phys, segment->len, first, len);
}

/* Another part of /reserved-memory that has a page of it, with a reference; or NULL. */
static struct device_node *region_find_overlap(const struct frpc_heap_segment *segment,
					       const struct device_node *node)
{
	struct device_node *parent = of_get_parent(node), *other;

	for_each_available_child_of_node(parent, other) {
		const struct reserved_mem *memory = of_reserved_mem_lookup(other);

		if (other != node && memory &&
		    segment_overlaps(segment, memory->base, memory->size))
			break;
	}
	of_node_put(parent);
	return other;
}

/* A device other than FastRPC channels that has the region, with a reference; or NULL. */
static struct device_node *region_find_other_user(const struct device_node *node)
{
	struct device_node *user, *named;
	int i;

	for_each_node_with_property(user, "memory-region") {
		if (of_node_name_eq(user, "fastrpc") || !of_device_is_available(user))
			continue;
		for (i = 0; (named = of_parse_phandle(user, "memory-region", i)); i++) {
			of_node_put(named);
			if (named == node)
				return user;
		}
	}
	return NULL;
}

/* EFI firmware that runs beside Linux keeps its code and data. */
static bool segment_is_efi_runtime(const struct frpc_heap_segment *segment)
{
	efi_memory_desc_t *md;

	if (!efi_enabled(EFI_MEMMAP))
		return false;
	for_each_efi_memory_desc(md)
		if (md->attribute & EFI_MEMORY_RUNTIME &&
		    segment_overlaps(segment, md->phys_addr, md->num_pages << EFI_PAGE_SHIFT))
			return true;
	return false;
}

static int resource_add_len(struct resource *resource, void *sum)
{
	*(u64 *)sum += resource_size(resource);
	return 0;
}

/*
 * The kernel's resources list all memory that it knows, with and without no-map.  Firmware may
 * have hidden a carve-out for the DSP; then Linux cannot know.
 */
static bool segment_is_memory(const struct frpc_heap_segment *segment)
{
	u64 sum = 0;

	walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_MEM, segment->phys, segment->last, &sum,
			    resource_add_len);
	return sum == segment->len;
}

static bool segment_claim_carve_out(struct frpc_heap *heap, struct frpc_heap_segment *segment,
				    struct device_node *node)
{
	struct device_node *other = NULL;
	const char *fault = NULL;

	if (segment_is_efi_runtime(segment))
		fault = "overlaps EFI runtime memory";
	else if (region_intersects(segment->phys, segment->len, IORESOURCE_SYSTEM_RAM,
				   IORES_DESC_NONE) != REGION_DISJOINT)
		fault = FRPC_REGION_IS_MAPPED;
	else
		other = region_find_overlap(segment, node) ?: region_find_other_user(node);
	if (fault)
		frpc_heap_complain(heap, "memory-region %pOFn %s", node, fault);
	else if (other)
		frpc_heap_complain(heap, "memory-region %pOFn overlaps, or is used by, %pOF",
				   node, other);
	of_node_put(other);
	return !fault && !other;
}

/*
 * An image of hibernation contains the kernel's memory, and a DSP may be storing there.  Tasks
 * and the work item are frozen: no segment is lent meanwhile.
 */
static int pool_freeze(struct device *dev)
{
	const struct frpc_heap_segment *segment = dev_get_drvdata(dev);

	if (READ_ONCE(segment->state) == FRPC_HEAP_MINE)
		return 0;
	pr_warn("fastrpc: %pOF: no hibernation while the DSP has kernel memory: stop the remoteproc, or reboot if that fails\n",
		segment->heap->node);
	return -EBUSY;
}

static struct dev_pm_domain pool_pm_domain = { .ops = { .freeze = pool_freeze } };

/*
 * The memory is uncached and zero.  @node: its memory-region is the source; NULL: the
 * kernel's own memory.  After a failure frpc_heap_free() has to follow.
 */
static bool segment_alloc(struct frpc_heap_segment *segment, struct device_node *node)
{
	const u32 bits = node ? segment->heap->address_bits : GROWTH_ADDRESS_BITS;
	struct platform_device *pool;
	dma_addr_t addr;

	pool = platform_device_register_simple("frpc-heap", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(pool))
		return false;
	segment->pool = pool;
	platform_set_drvdata(pool, segment);
	dev_pm_domain_set(&pool->dev, &pool_pm_domain);
	if (dma_set_mask_and_coherent(&pool->dev, DMA_BIT_MASK(bits)) ||
	    (node && of_reserved_mem_device_init_by_idx(&pool->dev, node, 0)))
		return false;
	segment->bytes = dma_alloc_coherent(&pool->dev, segment->len, &addr,
					    GFP_KERNEL | __GFP_NOWARN);
	if (!segment->bytes)
		return false;
	segment_place(segment, addr, segment->len);
	return true;
}

static bool segment_claim_reusable(struct frpc_heap *heap, struct frpc_heap_segment *segment)
{
	phys_addr_t phys = segment->phys;

	if (segment_alloc(segment, heap->node) && segment->phys == phys)
		return true;
	frpc_heap_complain(heap, "a part of the memory-region is in use, the driver tries again");
	return false;
}

static bool segment_is_of_other_heap(const struct frpc_heap_segment *segment)
{
	struct frpc_heap *heap;
	bool ret = false;

	mutex_lock(&frpc_heaps_lock);
	list_for_each_entry(heap, &frpc_heaps, entry) {
		mutex_lock(&heap->lock);
		ret |= heap != segment->heap && heap->region &&
		       segment_overlaps(segment, heap->region->phys, heap->region->len);
		mutex_unlock(&heap->lock);
	}
	mutex_unlock(&frpc_heaps_lock);
	return ret;
}

static bool segment_find(struct frpc_heap *heap, struct frpc_heap_segment *segment,
			 struct device_node *node)
{
	const struct reserved_mem *memory = of_reserved_mem_lookup(node);
	struct frpc_region region = {
		.base = memory ? memory->base : 0,
		.size = memory ? memory->size : 0,
		.is_no_map = of_property_read_bool(node, "no-map"),
		.is_reusable = of_property_read_bool(node, "reusable"),
	};
	const char *fault;

	fault = frpc_region_fault(&region, heap->is_implicit, heap->address_bits,
				  segment->access.way);
	if (fault) {
		frpc_heap_complain(heap, "memory-region %pOFn %s", node, fault);
		return false;
	}
	segment_place(segment, region.base, region.size);
	if (segment_is_of_other_heap(segment)) {
		frpc_heap_complain(heap, "another DSP has claimed the memory-region");
		return false;
	}
	return frpc_region_is_reusable(&region) ? segment_claim_reusable(heap, segment) :
						  segment_claim_carve_out(heap, segment, node);
}

/* MINE, and on the list: if it is not lent, the end of the request frees it.  @growth: bytes. */
static struct frpc_heap_segment *segment_create(struct frpc_heap *heap, size_t growth)
{
	struct frpc_heap_segment *segment = kzalloc_obj(*segment, GFP_KERNEL);

	frpc_turn_assert_taken(&heap->turn);
	if (!segment)
		return NULL;
	segment->heap = heap;
	segment->len = growth;
	segment->is_growth = growth;
	segment->state = FRPC_HEAP_MINE;
	mutex_lock(&heap->lock);
	list_add(&segment->entry, &heap->segments);
	heap->growth_len += growth;
	if (!growth)
		heap->region = segment;
	mutex_unlock(&heap->lock);
	return segment;
}

/* Makes a segment of the device tree's region.  Return: MINE; NULL: the log says why not. */
struct frpc_heap_segment *frpc_heap_claim_region(struct frpc_heap *heap)
{
	struct frpc_heap_segment *segment = segment_create(heap, 0);
	struct device_node *node;
	bool is_found;

	if (!segment || !frpc_heap_find_access(segment))
		return NULL;
	node = of_parse_phandle(heap->node, "memory-region", 0);
	is_found = node && segment_find(heap, segment, node);
	if (!node)
		frpc_heap_complain(heap, "memory-region names no node any more");
	of_node_put(node);
	return is_found ? segment : NULL;
}

/*
 * Makes a segment of the kernel's memory, of whole pages as in the region.
 * Return: MINE; NULL: no memory, or the audio PD does not have the region.
 */
struct frpc_heap_segment *frpc_heap_claim_growth(struct frpc_heap *heap, size_t len)
{
	struct frpc_heap_segment *segment, *region = heap->region;
	enum frpc_heap_state state = region ? READ_ONCE(region->state) : FRPC_HEAP_LOST;

	frpc_turn_assert_taken(&heap->turn);
	if (state == FRPC_HEAP_LOST || frpc_heap_next(state, FRPC_HEAP_OFFER))
		return NULL;
	len = ALIGN(len, region->access.page);
	segment = heap->growth_len + len > FRPC_HEAP_GROWTH_MAX ? NULL : segment_create(heap, len);
	if (!segment)
		return NULL;
	segment->access = region->access;
	if (segment->access.domain)
		segment->access.way = FRPC_HEAP_MAP;
	return segment_alloc(segment, NULL) ? segment : NULL;
}

/*
 * Linux stores only to memory that it owns and that the DSP does not use.  It stores nothing
 * if it found the DSP running, or if a DSP that gets no offer can already reach the region.
 * Under a hypervisor firmware has to confirm the owner.  Allocated memory is zero already.
 */
static bool segment_may_zero(const struct frpc_heap_segment *segment)
{
	const struct frpc_heap *heap = segment->heap;

	if (segment->bytes || heap->stream.was_attached || !segment_is_memory(segment))
		return false;
	if (segment->access.way == FRPC_HEAP_ASSIGN)
		return !frpc_vmperm_assign(segment->phys, segment->len, &frpc_vmperm_linux,
					   &frpc_vmperm_linux);
	return !heap->is_implicit ||
	       (segment->access.domain &&
		!iommu_iova_to_phys(segment->access.domain, segment->phys));
}

/*
 * Makes a carve-out zero, in memory and not only in a cache, if Linux may store to it.  The DSP
 * must not see what was there before, and no dirty cache line may be written back while the DSP
 * owns the pages.  Return: 0, -ENOMEM.
 */
int frpc_heap_zero(const struct frpc_heap_segment *segment)
{
	void *bytes;

	if (!segment_may_zero(segment))
		return 0;
	bytes = memremap(segment->phys, segment->len, MEMREMAP_WC);
	if (!bytes)
		return -ENOMEM;
	memset(bytes, 0, segment->len);
	/* out of the write buffers before the DSP can look */
	wmb();
	memunmap(bytes);
	return 0;
}

/* @segment is MINE and on no list.  Clears it: its next user must not see the DSP's data. */
void frpc_heap_free(struct frpc_heap_segment *segment)
{
	struct platform_device *pool = segment->pool;

	if (segment->bytes) {
		memset(segment->bytes, 0, segment->len);
		dma_free_coherent(&pool->dev, segment->len, segment->bytes, segment->phys);
	}
	if (pool) {
		of_reserved_mem_device_release(&pool->dev);
		platform_device_unregister(pool);
	}
	kfree(segment);
}
