/* SPDX-License-Identifier: GPL-2.0-only */
/* The remote heap where Linux owns the DSP's IOMMU: mapped 1:1 in the remoteproc's domain. */
#ifndef FASTRPC_HEAP_H
#define FASTRPC_HEAP_H

#include <linux/dma-map-ops.h>
#include <linux/iommu.h>

/* The device that the DSP's stores come from, if there is an IOMMU for it. */
static struct device *heap_owner(struct device *channel)
{
	struct device *dev = channel->parent;

	while (dev && !iommu_get_domain_for_dev(dev))
		dev = dev->parent;
	return dev;
}

static struct iommu_domain *heap_domain(struct device *channel)
{
	struct device *owner = heap_owner(channel);

	return owner ? iommu_get_domain_for_dev(owner) : NULL;
}

/* The mapping goes with the domain, when the remoteproc has stopped. */
static int heap_map(struct device *channel, phys_addr_t base, u64 size)
{
	struct iommu_domain *domain = heap_domain(channel);
	int prot = IOMMU_READ | IOMMU_WRITE;

	if (!domain || iommu_iova_to_phys(domain, base) == base)
		return 0;
	if (dev_is_dma_coherent(heap_owner(channel)))
		prot |= IOMMU_CACHE;
	return iommu_map(domain, base, base, size, prot, GFP_KERNEL);
}

static void __maybe_unused heap_unmap(struct device *channel, phys_addr_t base, u64 size)
{
	struct iommu_domain *domain = heap_domain(channel);

	if (domain)
		iommu_unmap(domain, base, size);
}

#endif
