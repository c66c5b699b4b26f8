// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remoteproc's IOMMU domain, with manners of its own.
 *
 * From prepare to unprepare the domain's table of operations is replaced by a
 * copy, so that it can do what real ones do and this SMMU's does not:
 *  - have a larger smallest page (property board,page-size);
 *  - not give back what was mapped: unmapping comes short (DSP_DOMAIN_KEEP).
 * It can lose what was mapped while the DSP uses it (DSP_DOMAIN_TAKE), as by a bug of Linux.
 * And it tells how what is offered to the audio PD was mapped.
 * And the remoteproc can be without its domain for a while, as if that were not
 * there yet (DSP_DOMAIN_HIDE).  The stream is translated by it all the same.
 */
#include <linux/dma-map-ops.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "dsp.h"
#include "dsp_compat.h"

static struct dsp_domain *domain_of(struct iommu_domain *domain)
{
	return container_of(domain->ops, struct dsp_domain, ops);
}

/* A page of board,page-size is so many of the SMMU's own; others are as they are. */
static size_t domain_split(struct dsp_domain *d, size_t *page)
{
	size_t parts = 1;

	if (*page == d->page && d->page > d->real_page) {
		parts = d->page / d->real_page;
		*page = d->real_page;
	}
	return parts;
}

/* What was asked for, under the lock of the domains: they are mapped from anywhere. */
static DEFINE_SPINLOCK(mappings_lock);

static void domain_note(struct dsp_domain *d, u64 iova, u64 len, int prot)
{
	unsigned long flags;

	spin_lock_irqsave(&mappings_lock, flags);
	d->mapping[d->mappings++ % DSP_MAPPINGS] = (struct dsp_mapping){ iova, len, prot };
	spin_unlock_irqrestore(&mappings_lock, flags);
}

/* Finds the newest mapping that has the page; false: it was mapped before the model watched. */
static bool domain_find(struct dsp_domain *d, u64 addr, struct dsp_mapping *found)
{
	unsigned int last = d->mappings, i;
	unsigned long flags;

	spin_lock_irqsave(&mappings_lock, flags);
	for (i = 1; i <= min(last, DSP_MAPPINGS); i++) {
		*found = d->mapping[(last - i) % DSP_MAPPINGS];
		if (addr >= found->iova && addr - found->iova < found->len)
			break;
	}
	spin_unlock_irqrestore(&mappings_lock, flags);
	return i <= min(last, DSP_MAPPINGS);
}

/*
 * How many of these pages were mapped in another way than a PD needs, which loads,
 * stores and executes there.  Whether caches are snooped is the DSP's nature: for one
 * that does not, no byte of them may be in a cache.
 */
u64 dsp_domain_wrong_pages(struct dsp *dsp, u64 base, u64 size)
{
	struct dsp_domain *d = &dsp->domain;
	int want = IOMMU_READ | IOMMU_WRITE | (d->is_coherent ? IOMMU_CACHE : 0);
	struct dsp_mapping found;
	u64 addr, wrong = 0;

	if (dsp->attached && !d->is_coherent)
		wrong = dsp_cached_pages(base, size);
	for (addr = base; dsp->attached && addr < base + size; addr += PAGE_SIZE)
		if (domain_find(d, addr, &found) && found.prot != want)
			wrong++;
	return wrong;
}

static int domain_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t phys,
			    size_t page, size_t count, int prot, gfp_t gfp, size_t *mapped)
{
	struct dsp_domain *d = domain_of(domain);

	domain_note(d, iova, page * count, prot);
	count *= domain_split(d, &page);
	return d->real->map_pages(domain, iova, phys, page, count, prot, gfp, mapped);
}

static size_t domain_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t page,
				 size_t count, struct iommu_iotlb_gather *gather)
{
	struct dsp_domain *d = domain_of(domain);
	u64 end = (u64)iova + page * count;

	if (iova < d->keep_end && d->keep < end) {
		if (iova >= d->keep)
			return 0;
		count = (d->keep - iova) / page;
	}
	count *= domain_split(d, &page);
	return count ? d->real->unmap_pages(domain, iova, page, count, gather) : 0;
}

/* The core has attached a domain: a new one for each boot. */
void dsp_domain_attached(struct dsp *dsp, struct iommu_domain *domain)
{
	struct dsp_domain *d = &dsp->domain;
	u32 page = 0;

	if (!domain)
		return;
	of_property_read_u32(dsp->dev->of_node, "board,page-size", &page);
	d->mappings = 0;
	d->is_coherent = dev_is_dma_coherent(dsp->stream[0].client);
	d->real = domain->ops;
	d->real_page = BIT(__ffs(domain->pgsize_bitmap));
	d->page = max_t(size_t, page, d->real_page);
	d->ops = *d->real;
	d->ops.map_pages = domain_map_pages;
	d->ops.unmap_pages = domain_unmap_pages;
	domain->ops = &d->ops;
	domain->pgsize_bitmap = (domain->pgsize_bitmap & ~(d->page - 1)) | d->page;
}

/* Is it the one that was attached last, with this module's manners? */
bool dsp_domain_is_known(struct dsp *dsp, const struct iommu_domain *domain)
{
	return domain && domain->ops == &dsp->domain.ops;
}

/* It is about to take it away. */
void dsp_domain_detach(struct dsp *dsp, struct iommu_domain *domain)
{
	if (dsp_domain_is_known(dsp, domain))
		domain->ops = dsp->domain.real;
}

/* rproc->lock held.  With the module's own edge only. */
void dsp_domain_show(struct dsp *dsp)
{
	if (dsp->domain.hidden)
		dsp->rproc->domain = dsp->domain.hidden;
	dsp->domain.hidden = NULL;
}

static int domain_hide(struct dsp *dsp)
{
	if (!dsp->rproc->domain)
		return -ENXIO;
	dsp->domain.hidden = dsp->rproc->domain;
	dsp->rproc->domain = NULL;
	return 0;
}

static int late_probe(struct platform_device *pdev)
{
	return 0;
}

static struct platform_driver late_driver = {
	.probe = late_probe,
	.driver = { .name = "dsp-late" },
};

/* Whenever a device gets its driver, those that were put off are tried again. */
static void domain_announce(struct dsp *dsp)
{
	struct platform_device *late;

	late = platform_device_register_simple("dsp-late", PLATFORM_DEVID_AUTO, NULL, 0);
	if (!IS_ERR(late))
		platform_device_unregister(late);
}

/* Between two accesses of the DSP's own, so that each sees all of it or nothing. */
static int domain_take(struct dsp *dsp, u64 addr, u64 len, bool give)
{
	struct dsp_stream *s = &dsp->stream[0];
	struct dsp_mapping was = { .prot = IOMMU_READ | IOMMU_WRITE };
	struct iommu_domain *domain = NULL;
	int ret = -ENXIO;

	mutex_lock(&s->lock);
	if (dsp->attached)
		domain = iommu_get_domain_for_dev(s->client);
	if (dsp_domain_is_known(dsp, domain)) {
		domain_find(&dsp->domain, addr, &was);
		if (give)
			ret = dsp_iommu_map(domain, addr, addr, len, was.prot);
		else
			ret = iommu_unmap(domain, addr, len) == len ? 0 : -EIO;
	}
	mutex_unlock(&s->lock);
	return ret;
}

static bool domain_order_takes_rproc(u32 action)
{
	return action == DSP_DOMAIN_HIDE || action == DSP_DOMAIN_SHOW;
}

int dsp_domain_order(struct dsp *dsp, const struct dsp_control_domain *order)
{
	struct rproc *rproc = dsp->rproc;
	int ret = 0;

	if (!rproc && domain_order_takes_rproc(order->action))
		return -EOPNOTSUPP;
	if (rproc)
		mutex_lock(&rproc->lock);
	switch (order->action) {
	case DSP_DOMAIN_HIDE:
		ret = domain_hide(dsp);
		break;
	case DSP_DOMAIN_SHOW:
		dsp_domain_show(dsp);
		break;
	case DSP_DOMAIN_KEEP:
		dsp->domain.keep = order->addr;
		dsp->domain.keep_end = order->addr + order->len;
		break;
	case DSP_DOMAIN_TAKE:
	case DSP_DOMAIN_GIVE:
		ret = domain_take(dsp, order->addr, order->len,
				  order->action == DSP_DOMAIN_GIVE);
		break;
	default:
		ret = -EINVAL;
	}
	if (rproc)
		mutex_unlock(&rproc->lock);
	if (order->action == DSP_DOMAIN_SHOW)
		domain_announce(dsp);
	return ret;
}

int dsp_domain_init(void)
{
	return platform_driver_register(&late_driver);
}

void dsp_domain_exit(void)
{
	platform_driver_unregister(&late_driver);
}
