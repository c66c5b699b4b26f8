// SPDX-License-Identifier: GPL-2.0-only
/*
 * A heap's memory and what stands between it and the DSP.
 *
 * The audio PD reaches its heap with the ADSP's own stream, not through a
 * context bank.  Who opens the memory to that stream depends on what is there:
 *  - Linux owns the stream (EL2): the remoteproc core has attached a domain to
 *    it, and the region is mapped there, IOVA equal to physical address;
 *  - a hypervisor owns it: the region is assigned to the DSP's VMIDs;
 *  - nobody stands in between: nothing needs to be done.
 * What is attached decides, not a property of the device tree: qcom,vmids is
 * there in all three cases.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/property.h>
#include <linux/remoteproc.h>
#include <linux/sizes.h>

#include "heap_access.h"
#include "private.h"

/* What the secure world assigns, and the least any domain maps. */
#define HEAP_ALIGN	SZ_4K

bool frpc_heap_is_kernel_memory(const struct frpc_heap_region *region)
{
	return region_intersects(region->phys, region->len, IORESOURCE_SYSTEM_RAM,
				 IORES_DESC_NONE) != REGION_DISJOINT;
}

/* The region as the device tree gives it; false if there is none. */
static bool read_region(struct device *dev, struct frpc_heap_region *region, bool *is_pool)
{
	struct reserved_mem *memory;
	struct device_node *node;

	node = of_parse_phandle(dev->of_node, "memory-region", 0);
	if (!node) {
		dev_info(dev, "no memory-region: no remote heap, the audio PD cannot be used\n");
		return false;
	}
	memory = of_reserved_mem_lookup(node);
	*is_pool = of_device_is_compatible(node, "shared-dma-pool");
	of_node_put(node);
	if (!memory || !memory->size) {
		dev_warn(dev, "memory-region names no reserved memory: no remote heap\n");
		return false;
	}
	memset(region, 0, sizeof(*region));
	region->phys = memory->base;
	region->len = memory->size;
	region->last = memory->base + memory->size - 1;
	return true;
}

bool frpc_heap_find_region(const struct frpc_channel *channel, struct frpc_heap_region *region,
			   bool *is_pool)
{
	struct device *dev = &channel->rpdev->dev;
	const char *why = NULL;

	if (!read_region(dev, region, is_pool))
		return false;

	if (!IS_ALIGNED(region->phys | region->len, HEAP_ALIGN))
		why = "is not a multiple of 4 KiB";
	else if ((u64)region->last >> channel->soc->sid_shift)
		why = "reaches into the session id's bits of an address";
	else if (!*is_pool && frpc_heap_is_kernel_memory(region))
		why = "is memory the kernel uses, it needs no-map or to be a shared-dma-pool";
	if (why)
		dev_warn(dev, "memory-region [mem %pa-%pa] %s: no remote heap\n", &region->phys,
			 &region->last, why);
	return !why;
}

/* The stream may belong to Linux, but the remoteproc driver left it to the DMA API. */
static int find_foreign_domain(struct device *dev, const struct rproc *rproc)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(rproc->dev.parent);

	if (!domain)
		return -ENODEV;
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return 0;
	dev_warn(dev, "the remoteproc does not own the IOMMU domain of its stream: no remote heap\n");
	return -EOPNOTSUPP;
}

static int find_vmids(struct device *dev, struct frpc_vmperm *perm)
{
	int ret;

	ret = frpc_vmperm_read(dev->of_node, perm);
	if (ret) {
		dev_warn(dev, "qcom,vmids is malformed: no remote heap\n");
		return ret;
	}
	if (!perm->count)
		return 0;
	ret = frpc_vmperm_ready();
	if (ret && ret != -EPROBE_DEFER)
		dev_warn(dev, "qcom,vmids, but no SCM to assign memory with: no remote heap\n");
	return ret;
}

int frpc_heap_find_access(struct device *dev, const struct rproc *rproc,
			  struct frpc_heap_access *access)
{
	int ret;

	memset(access, 0, sizeof(*access));
	if (rproc->has_iommu) {
		access->domain = rproc->domain;
		return access->domain ? 0 : -EPROBE_DEFER;
	}
	ret = find_foreign_domain(dev, rproc);
	return ret == -ENODEV ? find_vmids(dev, &access->perm) : ret;
}

/*
 * Nothing of what was there before may reach the DSP, and no dirty cache line
 * may be written back once it owns the pages: zero them through a mapping that
 * is not cached.
 */
int frpc_heap_scrub(const struct frpc_heap_region *region)
{
	void *bytes = region->bytes;

	if (!bytes)
		bytes = memremap(region->phys, region->len, MEMREMAP_WC);
	if (!bytes)
		return -ENOMEM;
	memset(bytes, 0, region->len);
	/* out of the write buffers before anybody else can look */
	wmb();
	if (!region->bytes)
		memunmap(bytes);
	return 0;
}

static bool anything_mapped(const struct frpc_heap_region *region, struct iommu_domain *domain,
			    size_t page)
{
	phys_addr_t addr;

	for (addr = region->phys; addr <= region->last; addr += page)
		if (iommu_iova_to_phys(domain, addr))
			return true;
	return false;
}

size_t frpc_heap_page(const struct frpc_heap_access *access)
{
	return access->domain ? BIT(__ffs(access->domain->pgsize_bitmap)) : HEAP_ALIGN;
}

static int map_identity(const struct frpc_heap_region *region, const struct rproc *rproc,
			const struct frpc_heap_access *access)
{
	struct iommu_domain *domain = access->domain;
	size_t page = frpc_heap_page(access);
	int prot = IOMMU_READ | IOMMU_WRITE;

	if (!IS_ALIGNED(region->phys | region->len, page))
		return -EINVAL;
	if (anything_mapped(region, domain, page))
		return -EEXIST;
	if (device_get_dma_attr(rproc->dev.parent) == DEV_DMA_COHERENT)
		prot |= IOMMU_CACHE;
	return iommu_map(domain, region->phys, region->phys, region->len, prot, GFP_KERNEL);
}

static int unmap_identity(const struct frpc_heap_region *region, const struct rproc *rproc,
			  struct iommu_domain *domain)
{
	/* a domain that is no longer the remoteproc's may have been freed */
	if (WARN_ON(domain != rproc->domain))
		return -ENXIO;
	return iommu_unmap(domain, region->phys, region->len) == region->len ? 0 : -EIO;
}

int frpc_heap_open(const struct frpc_heap_region *region, const struct rproc *rproc,
		   const struct frpc_heap_access *access)
{
	if (access->domain)
		return map_identity(region, rproc, access);
	if (access->perm.count)
		return frpc_vmperm_lend(region->phys, region->len, &access->perm);
	return 0;
}

int frpc_heap_close(const struct frpc_heap_region *region, const struct rproc *rproc,
		    const struct frpc_heap_access *access)
{
	if (access->domain)
		return unmap_identity(region, rproc, access->domain);
	if (access->perm.count)
		return frpc_vmperm_reclaim(region->phys, region->len, &access->perm);
	return 0;
}

const char *frpc_heap_access_name(const struct frpc_heap_access *access)
{
	if (access->domain)
		return "mapped 1:1 in the remoteproc's IOMMU domain";
	if (access->perm.count)
		return "assigned to the DSP by the hypervisor";
	return "reachable by the DSP as it is";
}
