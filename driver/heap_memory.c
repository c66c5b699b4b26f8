// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for the heap that others could have too.
 *
 * A carve-out is claimed among the kernel's resources.  A region that is a pool
 * (reusable, or with a pool of its own), and what is added to a heap, is allocated
 * before it is given away, through a device of ours that has no IOMMU, so that a bus
 * address is a physical one, and is not coherent, so that the kernel's mapping is
 * uncached and no cache line of it can be written back later.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "heap_internal.h"

/**
 * frpc_heap_pool_create() - a device to allocate heap memory through
 * @address_bits: what the DSP can address
 * @node: whose memory-region is the pool; NULL: the kernel's own memory
 *
 * Sleeps.
 * Return: the device, ERR_PTR().
 */
struct platform_device *frpc_heap_pool_create(u32 address_bits, struct device_node *node)
{
	struct platform_device *pool;
	int ret;

	pool = platform_device_register_simple("frpc-heap", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(pool))
		return pool;
	ret = dma_set_mask_and_coherent(&pool->dev, DMA_BIT_MASK(address_bits));
	if (!ret && node)
		ret = of_reserved_mem_device_init_by_idx(&pool->dev, node, 0);
	if (!ret)
		return pool;
	platform_device_unregister(pool);
	return ERR_PTR(ret);
}

/* Nothing is allocated through it any more.  @pool may be NULL. */
void frpc_heap_pool_destroy(struct platform_device *pool)
{
	if (!pool)
		return;
	of_reserved_mem_device_release(&pool->dev);
	platform_device_unregister(pool);
}

/**
 * frpc_heap_memory_alloc() - contiguous memory for the heap
 * @pool: where from
 * @len: bytes, whole pages
 * @region: result
 *
 * Sleeps.
 * Return: 0, -ENOMEM.
 */
int frpc_heap_memory_alloc(struct platform_device *pool, size_t len,
			   struct frpc_heap_region *region)
{
	dma_addr_t addr;

	region->bytes = dma_alloc_coherent(&pool->dev, len, &addr, GFP_KERNEL | __GFP_NOWARN);
	if (!region->bytes)
		return -ENOMEM;
	region->phys = addr;
	region->last = addr + len - 1;
	region->len = len;
	region->pool = &pool->dev;
	return 0;
}

/**
 * frpc_heap_memory_reserve() - claim a carve-out with the kernel
 * @region: of it
 *
 * One that is never freed stays claimed when this module has gone: the next must not
 * even scrub it.
 *
 * Return: 0; -EBUSY: somebody has claimed it; -ENOMEM.
 */
int frpc_heap_memory_reserve(struct frpc_heap_region *region)
{
	char *name = kstrdup("fastrpc heap", GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	region->reserved = request_mem_region(region->phys, region->len, name);
	if (!region->reserved)
		kfree(name);
	return region->reserved ? 0 : -EBUSY;
}

static void unreserve(struct frpc_heap_region *region)
{
	const char *name = region->reserved->name;

	release_mem_region(region->phys, region->len);
	kfree(name);
	region->reserved = NULL;
}

/* The DSP does not reach it any more.  What it left there is nobody's business. */
void frpc_heap_memory_free(struct frpc_heap_region *region)
{
	if (region->reserved)
		unreserve(region);
	if (!region->pool)
		return;
	memset(region->bytes, 0, region->len);
	dma_free_coherent(region->pool, region->len, region->bytes, region->phys);
	region->pool = NULL;
}
