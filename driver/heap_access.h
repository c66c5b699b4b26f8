/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A heap's memory and what stands between it and the DSP.  No state: remote_heap.c
 * decides when, this does it.
 */
#ifndef FRPC_HEAP_ACCESS_H
#define FRPC_HEAP_ACCESS_H

#include <linux/types.h>

#include "vmperm.h"

struct device;
struct frpc_channel;
struct iommu_domain;
struct resource;
struct rproc;

/**
 * struct frpc_heap_region - a range of memory for the heap
 * @phys: start
 * @last: last byte
 * @len: bytes
 * @pool: device it was allocated through; NULL: a carve-out nobody else uses
 * @bytes: uncached kernel mapping of what was allocated
 * @reserved: a carve-out that is claimed, as the kernel's resources have it
 */
struct frpc_heap_region {
	phys_addr_t phys;
	phys_addr_t last;
	size_t len;
	struct device *pool;
	void *bytes;
	struct resource *reserved;
};

/**
 * struct frpc_heap_access - how the region is opened to the DSP
 * @domain: the remoteproc's, to map in; else NULL
 * @perm: VMIDs to assign to; else count is 0
 *
 * Never both.  Neither: the DSP reaches all memory as it is.
 */
struct frpc_heap_access {
	struct iommu_domain *domain;
	struct frpc_vmperm perm;
};

/**
 * frpc_heap_find_region() - where the channel's heap is
 * @channel: its device names the region
 * @region: result
 * @is_pool: result: others allocate from it too, it has to be claimed first
 *
 * Return: true; false: none, or unusable, which is said in the log once.
 */
bool frpc_heap_find_region(const struct frpc_channel *channel, struct frpc_heap_region *region,
			   bool *is_pool);

/**
 * frpc_heap_find_access() - what stands between the DSP and its heap
 * @dev: the channel's device
 * @rproc: the DSP's remoteproc, not to be shut down meanwhile
 * @access: result
 *
 * Return: 0; -EPROBE_DEFER: not there yet; other errors have been logged.
 */
int frpc_heap_find_access(struct device *dev, const struct rproc *rproc,
			  struct frpc_heap_access *access);

/* Is it also the kernel's to use, so that an image of hibernation would have it? */
bool frpc_heap_is_kernel_memory(const struct frpc_heap_region *region);

/* The least that can be opened to the DSP. */
size_t frpc_heap_page(const struct frpc_heap_access *access);

/**
 * frpc_heap_scrub() - make the region zero, in memory and not only in a cache
 * @region: CPU's alone
 *
 * Sleeps.  Needs no memory and cannot fail for one that was allocated.
 *
 * Return: 0, -ENOMEM.
 */
int frpc_heap_scrub(const struct frpc_heap_region *region);

/**
 * frpc_heap_open() - let the DSP reach the region
 * @region: scrubbed
 * @rproc: the DSP's
 * @access: as found
 *
 * Sleeps.
 * Return: 0; an error: nothing was opened; -EEXIST: something else is
 * mapped in its place.
 */
int frpc_heap_open(const struct frpc_heap_region *region, const struct rproc *rproc,
		   const struct frpc_heap_access *access);

/**
 * frpc_heap_close() - undo frpc_heap_open()
 * @region: opened
 * @rproc: as then
 * @access: as then
 *
 * Sleeps.
 * Return: 0; an error: nobody knows whether the DSP reaches it.
 */
int frpc_heap_close(const struct frpc_heap_region *region, const struct rproc *rproc,
		    const struct frpc_heap_access *access);

/* For people. */
const char *frpc_heap_access_name(const struct frpc_heap_access *access);

#endif /* FRPC_HEAP_ACCESS_H */
