// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote heap: a carve-out lent to the ADSP's audio protection domain.
 *
 * The audio PD reaches its heap with the ADSP's own stream, not through a
 * context bank.  Who opens the memory to that stream depends on what is there:
 *  - Linux owns the stream (EL2): the remoteproc core has attached a domain to
 *    it, and the region is mapped there, IOVA equal to physical address;
 *  - a hypervisor owns it: the region is assigned to the DSP's VMIDs;
 *  - nobody stands in between: nothing needs to be done.
 * What is attached decides, not a property of the device tree: qcom,vmids is
 * there in all three cases.
 *
 * A heap outlives the channel that found it, because the DSP does: it is kept
 * by region until the module goes.  The remoteproc core tells us through a
 * subdevice of ours when the DSP is halted (unprepare comes after the stop op,
 * with the domain still in place, on stop and on crash); only then is memory
 * that was offered taken back.  While the DSP may have it the module stays.
 *
 * Locks: heaps_lock (the list, and who is attached) before heap->lock (the
 * state).  heap->lock is also taken under the remoteproc's lock; that one is
 * never taken here but by the work and at module end, where nothing of ours is
 * held.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/ioport.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/property.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "heap_state.h"
#include "private.h"
#include "remote_heap.h"
#include "vmperm.h"

/* What the secure world assigns, and the least any domain maps. */
#define HEAP_ALIGN	SZ_4K

/**
 * struct heap_access - how the region is opened to the DSP
 * @domain: the remoteproc's, to map in; else NULL
 * @perm: VMIDs to assign to; else count is 0
 *
 * Never both.  Neither: the DSP reaches all memory as it is.
 */
struct heap_access {
	struct iommu_domain *domain;
	struct frpc_vmperm perm;
};

/**
 * struct frpc_remote_heap - one region
 * @refs: the list and every channel that found it
 * @entry: on heaps, under heaps_lock
 * @phys: start
 * @len: bytes
 * @rproc: the DSP's; reference held
 * @lock: protects what follows
 * @channel: attached now, or NULL
 * @state: who may touch it
 * @access: how it was opened; valid from GRANTING to REVOKING
 * @incarnation: counts how often the DSP was halted
 * @has_pin: the module is held
 * @subdev: tells when the DSP is halted; under the remoteproc's lock
 * @is_watched: @subdev is with the remoteproc core; under the remoteproc's lock
 * @watch_work: puts it there where probe could not
 */
struct frpc_remote_heap {
	struct kref refs;
	struct list_head entry;
	phys_addr_t phys;
	size_t len;
	struct rproc *rproc;
	struct mutex lock;
	struct frpc_channel *channel;
	enum frpc_heap_state state;
	struct heap_access access;
	u64 incarnation;
	bool has_pin;
	struct rproc_subdev subdev;
	bool is_watched;
	struct work_struct watch_work;
};

static LIST_HEAD(heaps);
static DEFINE_MUTEX(heaps_lock);

static phys_addr_t heap_last(const struct frpc_remote_heap *heap)
{
	return heap->phys + heap->len - 1;
}

/* A step that the table does not allow is a bug of this file. */
static void step(struct frpc_remote_heap *heap, enum frpc_heap_event event)
{
	lockdep_assert_held(&heap->lock);
	WARN_ON(!frpc_heap_step(&heap->state, event));
}

/* --- opening and closing the region --------------------------------------- */

static int check_unmapped(const struct frpc_remote_heap *heap, struct iommu_domain *domain,
			  size_t page)
{
	phys_addr_t addr;

	for (addr = heap->phys; addr <= heap_last(heap); addr += page)
		if (iommu_iova_to_phys(domain, addr))
			return -EEXIST;
	return 0;
}

static int map_identity(const struct frpc_remote_heap *heap, struct iommu_domain *domain)
{
	size_t page = BIT(__ffs(domain->pgsize_bitmap));
	int prot = IOMMU_READ | IOMMU_WRITE;
	int ret;

	if (!IS_ALIGNED(heap->phys | heap->len, page))
		return -EINVAL;
	ret = check_unmapped(heap, domain, page);
	if (ret)
		return ret;
	if (device_get_dma_attr(heap->rproc->dev.parent) == DEV_DMA_COHERENT)
		prot |= IOMMU_CACHE;
	return iommu_map(domain, heap->phys, heap->phys, heap->len, prot, GFP_KERNEL);
}

static int unmap_identity(const struct frpc_remote_heap *heap, struct iommu_domain *domain)
{
	/* a domain that is no longer the remoteproc's may have been freed */
	if (WARN_ON(domain != heap->rproc->domain))
		return -ENXIO;
	return iommu_unmap(domain, heap->phys, heap->len) == heap->len ? 0 : -EIO;
}

static int open_to_dsp(const struct frpc_remote_heap *heap)
{
	const struct heap_access *access = &heap->access;

	if (access->domain)
		return map_identity(heap, access->domain);
	if (access->perm.count)
		return frpc_vmperm_lend(heap->phys, heap->len, &access->perm);
	return 0;
}

static int close_to_dsp(const struct frpc_remote_heap *heap)
{
	const struct heap_access *access = &heap->access;

	if (access->domain)
		return unmap_identity(heap, access->domain);
	if (access->perm.count)
		return frpc_vmperm_reclaim(heap->phys, heap->len, &access->perm);
	return 0;
}

static const char *access_name(const struct heap_access *access)
{
	if (access->domain)
		return "mapped 1:1 in the remoteproc's IOMMU domain";
	if (access->perm.count)
		return "assigned to the DSP by the hypervisor";
	return "reachable by the DSP as it is";
}

/*
 * Nothing of what was there before may reach the DSP, and no dirty cache line
 * may be written back once it owns the pages: zero them through a mapping that
 * is not cached.
 */
static int scrub(const struct frpc_remote_heap *heap)
{
	void *bytes = memremap(heap->phys, heap->len, MEMREMAP_WC);

	if (!bytes)
		return -ENOMEM;
	memset(bytes, 0, heap->len);
	/* out of the write buffers before anybody else can look */
	wmb();
	memunmap(bytes);
	return 0;
}

/* CLAIMED -> GRANTED, or stays CLAIMED. */
static int grant(struct frpc_remote_heap *heap, const struct heap_access *access)
{
	int ret;

	ret = scrub(heap);
	if (ret)
		return ret;
	step(heap, FRPC_HEAP_GRANT);
	heap->access = *access;
	ret = open_to_dsp(heap);
	step(heap, ret ? FRPC_HEAP_GRANT_FAILED : FRPC_HEAP_GRANT_DONE);
	return ret;
}

/* While the DSP may have the memory, who remembers that must stay. */
static void pin_module(struct frpc_remote_heap *heap)
{
	/* an open file holds the module already, so this cannot fail */
	__module_get(THIS_MODULE);
	heap->has_pin = true;
}

static void unpin_module(struct frpc_remote_heap *heap)
{
	if (heap->has_pin)
		module_put(THIS_MODULE);
	heap->has_pin = false;
}

/* REVOKING -> CLAIMED; QUARANTINED for good if the region cannot be had back. */
static void revoke(struct frpc_remote_heap *heap)
{
	int ret = close_to_dsp(heap);

	if (ret) {
		step(heap, FRPC_HEAP_REVOKE_FAILED);
		dev_err(&heap->rproc->dev,
			"fastrpc: remote heap %pa: cannot be taken back (%d), not used again until reboot\n",
			&heap->phys, ret);
		return;
	}
	step(heap, FRPC_HEAP_REVOKE_DONE);
	unpin_module(heap);
}

/* The DSP need not be off for memory it was never told of. */
static void withdraw(struct frpc_remote_heap *heap)
{
	if (frpc_heap_step(&heap->state, FRPC_HEAP_WITHDRAW))
		revoke(heap);
}

/* --- watching the DSP ------------------------------------------------------ */

/*
 * The remoteproc core is past the stop op.  A remoteproc that can be detached
 * comes here with its DSP running on, and cannot be told from one that halted.
 */
static void dsp_is_off(struct rproc_subdev *subdev)
{
	struct frpc_remote_heap *heap = container_of(subdev, struct frpc_remote_heap, subdev);

	mutex_lock(&heap->lock);
	heap->incarnation++;
	if (heap->rproc->ops->detach) {
		if (frpc_heap_step(&heap->state, FRPC_HEAP_DSP_LOST))
			dev_warn(&heap->rproc->dev,
				 "fastrpc: remote heap %pa: the DSP may still run, not used again until reboot\n",
				 &heap->phys);
	} else if (frpc_heap_step(&heap->state, FRPC_HEAP_DSP_OFF)) {
		revoke(heap);
	}
	mutex_unlock(&heap->lock);
}

/* The remoteproc's lock held: its list of subdevices has no other. */
static void watch(struct frpc_remote_heap *heap)
{
	if (heap->is_watched)
		return;
	rproc_add_subdev(heap->rproc, &heap->subdev);
	heap->is_watched = true;
}

static void watch_work(struct work_struct *work)
{
	struct frpc_remote_heap *heap = container_of(work, struct frpc_remote_heap, watch_work);

	mutex_lock(&heap->rproc->lock);
	watch(heap);
	mutex_unlock(&heap->rproc->lock);
}

/*
 * Probe may run inside the remoteproc's boot, under its lock, or beside it, and
 * cannot tell which.  If the lock is taken, a work item adds the subdevice once
 * it is free.  Until then nothing is offered (frpc_remote_heap_offer() waits),
 * so a DSP that goes meanwhile has no memory of ours.
 */
static void start_watching(struct frpc_remote_heap *heap)
{
	if (!mutex_trylock(&heap->rproc->lock)) {
		schedule_work(&heap->watch_work);
		return;
	}
	watch(heap);
	mutex_unlock(&heap->rproc->lock);
}

static void stop_watching(struct frpc_remote_heap *heap)
{
	cancel_work_sync(&heap->watch_work);
	mutex_lock(&heap->rproc->lock);
	if (heap->is_watched)
		rproc_remove_subdev(heap->rproc, &heap->subdev);
	heap->is_watched = false;
	mutex_unlock(&heap->rproc->lock);
}

/* --- finding the region and what stands before it --------------------------- */

/* Where the channel's region is; false, with one line in the log, if unusable. */
static bool find_region(const struct frpc_channel *channel, phys_addr_t *phys, size_t *len)
{
	struct device *dev = &channel->rpdev->dev;
	struct reserved_mem *region;
	struct device_node *node;
	phys_addr_t last;

	node = of_parse_phandle(dev->of_node, "memory-region", 0);
	if (!node) {
		dev_info(dev, "no memory-region: no remote heap, the audio PD cannot be used\n");
		return false;
	}
	region = of_reserved_mem_lookup(node);
	of_node_put(node);
	if (!region || !region->size) {
		dev_warn(dev, "memory-region names no reserved memory: no remote heap\n");
		return false;
	}
	*phys = region->base;
	*len = region->size;
	last = *phys + *len - 1;
	if (!IS_ALIGNED(*phys | *len, HEAP_ALIGN)) {
		dev_warn(dev, "memory-region [mem %pa-%pa] is not a multiple of 4 KiB: no remote heap\n",
			 phys, &last);
		return false;
	}
	if ((u64)last >> channel->soc->sid_shift) {
		dev_warn(dev, "memory-region [mem %pa-%pa] reaches into the session id, bit %u of an address: no remote heap\n",
			 phys, &last, channel->soc->sid_shift);
		return false;
	}
	if (region_intersects(*phys, *len, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
	    REGION_DISJOINT) {
		dev_warn(dev, "memory-region [mem %pa-%pa] is memory the kernel uses, it needs no-map: no remote heap\n",
			 phys, &last);
		return false;
	}
	return true;
}

/* The stream belongs to Linux, but the remoteproc driver left it to the DMA API. */
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

/* 0; -EPROBE_DEFER; other errors have been logged. */
static int find_access(struct device *dev, const struct rproc *rproc, struct heap_access *access)
{
	int ret;

	memset(access, 0, sizeof(*access));
	if (rproc->has_iommu) {
		access->domain = rproc->domain;
		return access->domain ? 0 : -EPROBE_DEFER;
	}
	ret = find_foreign_domain(dev, rproc);
	if (ret != -ENODEV)
		return ret;

	ret = frpc_vmperm_read(dev->of_node, &access->perm);
	if (ret) {
		dev_warn(dev, "qcom,vmids is malformed: no remote heap\n");
		return ret;
	}
	if (!access->perm.count)
		return 0;
	ret = frpc_vmperm_ready();
	if (ret && ret != -EPROBE_DEFER)
		dev_warn(dev, "qcom,vmids is there, but no SCM to assign memory with: no remote heap\n");
	return ret;
}

/* --- the objects ------------------------------------------------------------ */

static void heap_free(struct kref *refs)
{
	struct frpc_remote_heap *heap = container_of(refs, struct frpc_remote_heap, refs);

	put_device(&heap->rproc->dev);
	kfree(heap);
}

void frpc_remote_heap_put(struct frpc_remote_heap *heap)
{
	if (heap)
		kref_put(&heap->refs, heap_free);
}

static struct frpc_remote_heap *heap_create(struct rproc *rproc, phys_addr_t phys, size_t len)
{
	struct frpc_remote_heap *heap = kzalloc(sizeof(*heap), GFP_KERNEL);

	if (!heap)
		return NULL;
	kref_init(&heap->refs);
	mutex_init(&heap->lock);
	INIT_WORK(&heap->watch_work, watch_work);
	heap->phys = phys;
	heap->len = len;
	get_device(&rproc->dev);
	heap->rproc = rproc;
	heap->subdev.unprepare = dsp_is_off;
	heap->state = FRPC_HEAP_UNOWNED;
	frpc_heap_step(&heap->state, FRPC_HEAP_CLAIM);
	list_add(&heap->entry, &heaps);
	return heap;
}

static struct frpc_remote_heap *find_overlapping(phys_addr_t phys, size_t len)
{
	struct frpc_remote_heap *heap;

	lockdep_assert_held(&heaps_lock);

	list_for_each_entry(heap, &heaps, entry)
		if (heap->phys < phys + len && phys < heap->phys + heap->len)
			return heap;
	return NULL;
}

/* The heap of this region, new or as an earlier channel of the same DSP left it. */
static struct frpc_remote_heap *claim(struct rproc *rproc, phys_addr_t phys, size_t len)
{
	struct frpc_remote_heap *heap = find_overlapping(phys, len);

	if (!heap) {
		heap = heap_create(rproc, phys, len);
		return heap ? heap : ERR_PTR(-ENOMEM);
	}
	if (heap->channel || heap->rproc != rproc || heap->phys != phys || heap->len != len)
		return ERR_PTR(-EBUSY);
	return heap;
}

static void log_grant(struct device *dev, const struct frpc_remote_heap *heap, int ret)
{
	phys_addr_t last = heap_last(heap);

	if (!ret)
		dev_info(dev, "remote heap [mem %pa-%pa] %s\n", &heap->phys, &last,
			 access_name(&heap->access));
	else if (ret == -EEXIST)
		dev_warn(dev, "remote heap [mem %pa-%pa]: something else is mapped there, not used\n",
			 &heap->phys, &last);
	else
		dev_warn(dev, "remote heap [mem %pa-%pa]: cannot be opened to the DSP (%d), not used\n",
			 &heap->phys, &last, ret);
}

/* Connects channel and heap, and sees to it that the DSP can reach it. */
static int attach(struct frpc_channel *channel, struct frpc_remote_heap *heap,
		  const struct heap_access *access)
{
	struct device *dev = &channel->rpdev->dev;
	int ret = 0;

	mutex_lock(&heap->lock);
	switch (heap->state) {
	case FRPC_HEAP_CLAIMED:
		ret = grant(heap, access);
		log_grant(dev, heap, ret);
		break;
	case FRPC_HEAP_OFFERED:
		dev_info(dev, "remote heap %pa: the DSP still has it\n", &heap->phys);
		break;
	default:
		dev_warn(dev, "remote heap %pa: %s, not used\n", &heap->phys,
			 frpc_heap_state_name(heap->state));
		ret = -EBUSY;
	}
	if (!ret)
		heap->channel = channel;
	mutex_unlock(&heap->lock);
	return ret;
}

static void attach_region(struct frpc_channel *channel, struct rproc *rproc, phys_addr_t phys,
			  size_t len, const struct heap_access *access)
{
	struct device *dev = &channel->rpdev->dev;
	struct frpc_remote_heap *heap;
	int ret = -EBUSY;

	mutex_lock(&heaps_lock);
	heap = claim(rproc, phys, len);
	if (IS_ERR(heap)) {
		dev_warn(dev, "remote heap %pa: %s, not used\n", &phys,
			 PTR_ERR(heap) == -EBUSY ? "another DSP has claimed this memory" :
						   "out of memory");
	} else {
		ret = attach(channel, heap, access);
	}
	if (!ret) {
		kref_get(&heap->refs);
		channel->heap = heap;
	}
	mutex_unlock(&heaps_lock);
	if (!ret)
		start_watching(heap);
}

int frpc_remote_heap_attach(struct frpc_channel *channel)
{
	struct device *dev = &channel->rpdev->dev;
	struct heap_access access;
	struct rproc *rproc;
	phys_addr_t phys;
	size_t len;
	int ret;

	if (!find_region(channel, &phys, &len))
		return 0;
	rproc = rproc_get_by_child(dev);
	if (!rproc) {
		dev_warn(dev, "not below a remoteproc, nobody would tell when the DSP is off: no remote heap\n");
		return 0;
	}
	ret = find_access(dev, rproc, &access);
	if (!ret)
		attach_region(channel, rproc, phys, len, &access);
	return ret == -EPROBE_DEFER ? ret : 0;
}

void frpc_remote_heap_detach(struct frpc_channel *channel)
{
	struct frpc_remote_heap *heap = channel->heap;

	if (!heap)
		return;
	mutex_lock(&heaps_lock);
	mutex_lock(&heap->lock);
	withdraw(heap);
	heap->channel = NULL;
	mutex_unlock(&heap->lock);
	mutex_unlock(&heaps_lock);
}

int frpc_remote_heap_offer(struct frpc_channel *channel, struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;
	int ret = 0;

	if (!heap)
		return -ENOMEM;
	/* from here on the end of the DSP is noticed */
	flush_work(&heap->watch_work);

	mutex_lock(&heap->lock);
	if (heap->channel != channel)
		ret = -EPIPE;
	else if (heap->state != FRPC_HEAP_GRANTED && heap->state != FRPC_HEAP_OFFERED)
		ret = -ENOMEM;
	if (!ret) {
		offer->phys = heap->phys;
		offer->len = heap->len;
		offer->incarnation = heap->incarnation;
		offer->is_new = frpc_heap_step(&heap->state, FRPC_HEAP_OFFER);
	}
	if (!ret && offer->is_new)
		pin_module(heap);
	mutex_unlock(&heap->lock);
	return ret;
}

void frpc_remote_heap_offer_unsent(struct frpc_channel *channel,
				   const struct frpc_heap_offer *offer)
{
	struct frpc_remote_heap *heap = channel->heap;

	mutex_lock(&heap->lock);
	/* the DSP may have been halted since, and started again */
	if (heap->incarnation == offer->incarnation &&
	    frpc_heap_step(&heap->state, FRPC_HEAP_UNSENT)) {
		unpin_module(heap);
		if (heap->channel != channel)
			withdraw(heap);
	}
	mutex_unlock(&heap->lock);
}

void frpc_remote_heap_fini(void)
{
	struct frpc_remote_heap *heap, *next;

	list_for_each_entry_safe(heap, next, &heaps, entry) {
		stop_watching(heap);
		WARN_ON(heap->state != FRPC_HEAP_CLAIMED);
		list_del(&heap->entry);
		frpc_remote_heap_put(heap);
	}
}
