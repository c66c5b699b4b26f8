// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces of context banks: what a bank can address.
 *
 * Without an IOMMU the DMA API would copy memory that a bank cannot address ("bounce"),
 * and copy it back when it is synced.  Memory that a DSP shares with a program for
 * longer than one transfer must not be a copy.  So such a bank has a wide mask for what
 * is mapped, which keeps the DMA API from copying, and the space itself refuses what is
 * out of reach; the mask for what is allocated is the bank's own.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>

#include "private.h"

void frpc_space_setup(struct frpc_space *space, struct frpc_channel *channel)
{
	space->channel = channel;
	mutex_init(&space->buffers_lock);
	INIT_LIST_HEAD(&space->buffers);
	frpc_maps_setup(space);
}

/* --- what the bank is ------------------------------------------------------- */

/*
 * Is the bank without the IOMMU that its device tree names?  Attaching can fail, for lack of
 * memory for example, and the driver core probes the device all the same.  It would get
 * physical addresses: its stream reaches none of them, or all if unknown streams pass.
 */
static bool device_has_lost_iommu(struct device *dev)
{
	struct device_node *node = of_parse_phandle(dev->of_node, "iommus", 0);
	struct platform_device *iommu;
	bool is_lost;

	if (!node)
		return false;
	/* an IOMMU that is disabled, or has no driver, translates no address */
	iommu = of_find_device_by_node(node);
	is_lost = iommu && READ_ONCE(iommu->dev.driver) && !device_iommu_mapped(dev);
	if (iommu)
		put_device(&iommu->dev);
	of_node_put(node);
	return is_lost;
}

static bool device_is_translated(struct device *dev)
{
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type & __IOMMU_DOMAIN_DMA_API;
}

static int space_set_masks(struct frpc_space *space, struct device *dev, u32 bits)
{
	int ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(bits));
	if (ret)
		goto err_log;
	space->is_translated = device_is_translated(dev);
	if (!space->is_translated) {
		ret = dma_set_mask(dev, DMA_BIT_MASK(64));
		if (ret)
			goto err_log;
	}
	space->last = DMA_BIT_MASK(bits);
	/* a limit means that the DMA API may copy */
	space->may_copy = !space->is_translated && dma_max_mapping_size(dev) != SIZE_MAX;
	/* the DSP gets one address and one length for any number of pages */
	dma_set_max_seg_size(dev, UINT_MAX);
	dma_set_seg_boundary(dev, ULONG_MAX);
	return 0;

err_log:
	return dev_err_probe(dev, ret, "cannot address %u bits\n", bits);
}

/**
 * frpc_space_begin() - a context bank has come
 * @space: empty
 * @dev: the bank's device, being probed
 * @session_bits: what names the bank in an address on the wire
 * @bits: that its addresses have
 *
 * Return: 0, then frpc_space_end() has to follow; -ENODEV its IOMMU is missing; -EIO.
 */
int frpc_space_begin(struct frpc_space *space, struct device *dev, u64 session_bits, u32 bits)
{
	int ret;

	if (device_has_lost_iommu(dev)) {
		/* the next channel tries again; the driver core logs nothing for -ENODEV */
		dev_warn(dev, "its IOMMU is not attached: the bank is not used until the DSP restarts\n");
		return -ENODEV;
	}
	ret = space_set_masks(space, dev, bits);
	if (ret)
		return ret;
	space->session_bits = session_bits;
	space->is_coherent = device_get_dma_attr(dev) == DEV_DMA_COHERENT;
	mutex_lock(&space->maps_lock);
	mutex_lock(&space->buffers_lock);
	WARN_ON_ONCE(space->dev || space->is_alive);
	space->dev = dev;
	space->is_alive = true;
	mutex_unlock(&space->buffers_lock);
	mutex_unlock(&space->maps_lock);
	return 0;
}

/**
 * frpc_space_end() - the device of a bank is about to go
 * @space: its sessions make no more calls
 *
 * Undoes every mapping, with and without users; the memory stays with its users.  Sleeps.
 */
void frpc_space_end(struct frpc_space *space)
{
	mutex_lock(&space->maps_lock);
	mutex_lock(&space->buffers_lock);
	space->is_alive = false;
	mutex_unlock(&space->buffers_lock);
	mutex_unlock(&space->maps_lock);
	frpc_buffers_unmap(space);
	frpc_maps_undo(space);
	WARN_ON_ONCE(!list_empty(&space->buffers) || !list_empty(&space->maps));
}

/* The bank's device, with a reference; NULL: it has gone. */
struct device *frpc_space_dev_get(struct frpc_space *space)
{
	struct device *dev;

	mutex_lock(&space->buffers_lock);
	dev = space->is_alive ? get_device(space->dev) : NULL;
	mutex_unlock(&space->buffers_lock);
	return dev;
}

/* --- addresses -------------------------------------------------------------- */

/* Does the DMA API use a bounce buffer for one of these?  True also if that is not known. */
static bool space_has_copy(struct frpc_space *space, const struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;

	if (!space->may_copy)
		return false;
	for_each_sgtable_dma_sg(sgt, sg, i)
		if (!space->is_coherent || dma_need_sync(space->dev, sg_dma_address(sg)))
			return true;
	return false;
}

/* Either mutex keeps the space from ending. */
static void space_assert_locked(struct frpc_space *space)
{
	lockdep_assert(lockdep_is_held(&space->maps_lock) ||
		       lockdep_is_held(&space->buffers_lock));
}

/**
 * frpc_space_check() - can the DSP use memory that is mapped?
 * @space: alive, and one of its mutexes held
 * @sgt: mapped for its device
 * @iova: result, bus address
 * @len: result, bytes
 *
 * The DSP gets one address and one length, which must describe all of it.
 *
 * Return: 0; -EINVAL: it is not one range of whole pages; -ERANGE: the bank does not
 * reach it, or would access a bounce buffer.
 */
int frpc_space_check(struct frpc_space *space, const struct sg_table *sgt, dma_addr_t *iova,
		     size_t *len)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 end;

	space_assert_locked(space);
	WARN_ON_ONCE(!space->is_alive);

	*iova = sg_dma_address(sgt->sgl);
	end = *iova;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (sg_dma_address(sg) != end)
			return -EINVAL;
		end += sg_dma_len(sg);
	}
	*len = end - *iova;
	if (!*len || !IS_ALIGNED(*iova, PAGE_SIZE))
		return -EINVAL;
	if (end - 1 <= space->last && !space_has_copy(space, sgt))
		return 0;
	dev_dbg(space->dev, "memory at %pad refused: no IOMMU brings it below %#llx\n", iova,
		space->last);
	return -ERANGE;
}

/**
 * frpc_space_map() - map memory of the driver
 * @space: alive, and one of its mutexes held
 * @sgt: its pages
 * @attrs: DMA_ATTR_*
 * @iova: result, bus address
 *
 * Return: 0; errors of frpc_space_check(); -ENOMEM: not enough addresses are free.
 */
int frpc_space_map(struct frpc_space *space, struct sg_table *sgt, unsigned long attrs,
		   dma_addr_t *iova)
{
	size_t len;
	int ret;

	space_assert_locked(space);

	ret = dma_map_sgtable(space->dev, sgt, DMA_BIDIRECTIONAL, attrs);
	if (ret)
		return ret;
	ret = frpc_space_check(space, sgt, iova, &len);
	if (ret)
		dma_unmap_sgtable(space->dev, sgt, DMA_BIDIRECTIONAL, attrs);
	return ret;
}

/* Did a mapping fail with an error that frpc_space_make_room() may cure? */
bool frpc_space_is_full(int ret)
{
	return ret == -ENOMEM || ret == -EIO;
}

/* Unmaps everything that is kept only for reuse.  Sleeps; space->maps_lock held. */
void frpc_space_make_room(struct frpc_space *space)
{
	struct frpc_channel *channel = space->channel;
	size_t i;

	lockdep_assert_held(&space->maps_lock);

	frpc_maps_give_up(space, NULL);
	for (i = 0; i < FRPC_SESSIONS_MAX; i++)
		if (READ_ONCE(channel->sessions[i].space) == space)
			frpc_pool_drain(&channel->sessions[i]);
}

/* Physical address of the page at @iova.  The space is alive, and does not end. */
phys_addr_t frpc_space_phys(struct frpc_space *space, dma_addr_t iova)
{
	if (!space->is_translated)
		return iova;
	return iommu_iova_to_phys(iommu_get_domain_for_dev(space->dev), iova);
}

/* --- caches ----------------------------------------------------------------- */

static int space_flush_piece(struct frpc_space *space, struct scatterlist *sg)
{
	dma_addr_t iova;

	lockdep_assert_held(&space->buffers_lock);

	if (!space->is_alive)
		return -EPIPE;
	iova = dma_map_page(space->dev, sg_page(sg), 0, sg->length, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(space->dev, iova))
		return -ENOMEM;
	dma_unmap_page(space->dev, iova, sg->length, DMA_BIDIRECTIONAL);
	return 0;
}

/**
 * frpc_space_flush() - write what the CPU wrote to pages back from its caches
 * @space: any of the DSP
 * @sgt: not mapped
 *
 * Sleeps, and lets other tasks run.
 *
 * Return: 0; -EPIPE the context bank is gone; -EINTR killed; -ENOMEM.
 */
int frpc_space_flush(struct frpc_space *space, struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	for_each_sgtable_sg(sgt, sg, i) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		mutex_lock(&space->buffers_lock);
		ret = space_flush_piece(space, sg);
		mutex_unlock(&space->buffers_lock);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * frpc_space_sync() - sync the CPU's caches for a range
 * @space: seen alive inside channel->srcu; not coherent
 * @iova: of the first byte
 * @len: bytes
 * @piece: the memory is contiguous in aligned pieces of so many bytes
 * @to: DMA_TO_DEVICE: what the CPU wrote becomes visible to the DSP; DMA_FROM_DEVICE:
 *	the CPU will see what the DSP wrote
 *
 * Bytes outside the range that the CPU wrote are safe, except in the same cache line.
 */
void frpc_space_sync(struct frpc_space *space, u64 iova, size_t len, size_t piece,
		     enum dma_data_direction to)
{
	WARN_ON_ONCE(space->is_coherent);
	while (len) {
		size_t n = min_t(size_t, len, piece - (iova & (piece - 1)));

		if (to == DMA_TO_DEVICE)
			dma_sync_single_for_device(space->dev, iova, n, DMA_BIDIRECTIONAL);
		else
			dma_sync_single_for_cpu(space->dev, iova, n, DMA_BIDIRECTIONAL);
		iova += n;
		len -= n;
	}
}
