// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces of context banks: what a bank can address, and how it is told.
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
 * The IOMMU of a bank could not be attached, for want of memory for example.  The
 * driver core does not mind: such a device would get physical addresses, of which
 * its stream reaches none, or, where unknown streams pass, all.
 */
static bool device_has_lost_iommu(struct device *dev)
{
	struct device_node *node = of_parse_phandle(dev->of_node, "iommus", 0);
	struct platform_device *iommu;
	bool is_lost;

	if (!node)
		return false;
	/* one that is switched off, or that no driver has, translates nothing */
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
	space->is_translated = device_is_translated(dev);
	if (!ret && !space->is_translated)
		ret = dma_set_mask(dev, DMA_BIT_MASK(64));
	if (ret)
		return dev_err_probe(dev, ret, "cannot address %u bits\n", bits);
	space->last = DMA_BIT_MASK(bits);
	/* a limit of a bus, or memory that has to be copied whatever its address */
	space->may_copy = !space->is_translated && dma_max_mapping_size(dev) != SIZE_MAX;
	/* the DSP gets one address and one length, however many pages there are */
	dma_set_max_seg_size(dev, UINT_MAX);
	dma_set_seg_boundary(dev, ULONG_MAX);
	return 0;
}

/**
 * frpc_space_begin() - a context bank is there
 * @space: empty
 * @dev: the bank's device, being probed
 * @session_bits: what names the bank in an address on the wire
 * @bits: that its addresses have
 *
 * Return: 0, to be ended by frpc_space_end(); -ENODEV no use without its IOMMU; -EIO.
 */
int frpc_space_begin(struct frpc_space *space, struct device *dev, u64 session_bits, u32 bits)
{
	int ret;

	if (device_has_lost_iommu(dev)) {
		/* tried again when the channel comes again; the driver core says no more */
		dev_warn(dev, "its IOMMU could not be attached: not used\n");
		return -ENODEV;
	}
	ret = space_set_masks(space, dev, bits);
	if (ret)
		return ret;
	space->session_bits = session_bits;
	space->is_coherent = device_get_dma_attr(dev) == DEV_DMA_COHERENT;
	mutex_lock(&space->maps_lock);
	mutex_lock(&space->buffers_lock);
	space->dev = dev;
	space->is_alive = true;
	mutex_unlock(&space->buffers_lock);
	mutex_unlock(&space->maps_lock);
	return 0;
}

/**
 * frpc_space_end() - the device of a bank is about to go
 * @space: whose sessions make no more calls
 *
 * Undoes every mapping, used or not; the memory behind them stays its users'.  Sleeps.
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
}

/* The bank's device, to be put, for what needs no mapping; NULL: it has gone. */
struct device *frpc_space_dev_get(struct frpc_space *space)
{
	struct device *dev;

	mutex_lock(&space->buffers_lock);
	dev = space->is_alive ? get_device(space->dev) : NULL;
	mutex_unlock(&space->buffers_lock);
	return dev;
}

/* --- addresses -------------------------------------------------------------- */

/* Does the DMA API keep a copy of one of these?  Where it cannot be told, it may. */
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

/**
 * frpc_space_check() - can the DSP have what is mapped?
 * @space: alive, and one of its mutexes held
 * @sgt: mapped for its device
 * @iova: result, bus address
 * @len: result, bytes
 *
 * The DSP gets one address and one length: is that all there is to it?
 *
 * Return: 0; -EINVAL: it is not one range of whole pages; -ERANGE: the bank does not
 * reach it, or would see a copy.
 */
int frpc_space_check(struct frpc_space *space, const struct sg_table *sgt, dma_addr_t *iova,
		     size_t *len)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 end;

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
 * frpc_space_map() - give memory of the driver's own addresses
 * @space: alive, and one of its mutexes held
 * @sgt: its pages
 * @attrs: DMA_ATTR_*
 * @iova: result, bus address
 *
 * Return: 0; as frpc_space_check(); -ENOMEM: there are not so many addresses.
 */
int frpc_space_map(struct frpc_space *space, struct sg_table *sgt, unsigned long attrs,
		   dma_addr_t *iova)
{
	size_t len;
	int ret;

	ret = dma_map_sgtable(space->dev, sgt, DMA_BIDIRECTIONAL, attrs);
	if (ret)
		return ret;
	ret = frpc_space_check(space, sgt, iova, &len);
	if (ret)
		dma_unmap_sgtable(space->dev, sgt, DMA_BIDIRECTIONAL, attrs);
	return ret;
}

/* May there be addresses for what failed with @ret, after frpc_space_make_room()? */
bool frpc_space_is_full(int ret)
{
	return ret == -ENOMEM || ret == -EIO;
}

/* Gives up all that has addresses only to be used again.  Sleeps; space->maps_lock held. */
void frpc_space_make_room(struct frpc_space *space)
{
	struct frpc_channel *channel = space->channel;
	size_t i;

	frpc_maps_give_up(space, NULL);
	for (i = 0; i < FRPC_SESSIONS_MAX; i++)
		if (READ_ONCE(channel->sessions[i].space) == space)
			frpc_pool_drain(&channel->sessions[i]);
}

/* Where the page that the bank finds at @iova is.  The space is alive, and does not end. */
phys_addr_t frpc_space_phys(struct frpc_space *space, dma_addr_t iova)
{
	if (!space->is_translated)
		return iova;
	return iommu_iova_to_phys(iommu_get_domain_for_dev(space->dev), iova);
}

/* --- caches ----------------------------------------------------------------- */

/**
 * frpc_space_flush() - what the CPU wrote to pages is in memory, and in no cache
 * @space: any of the DSP's
 * @sgt: not mapped
 *
 * Sleeps, and lets others run.
 *
 * Return: 0; -EPIPE the context bank is gone; -EINTR killed; -ENOMEM.
 */
int frpc_space_flush(struct frpc_space *space, struct sg_table *sgt)
{
	struct scatterlist *sg;
	dma_addr_t iova;
	unsigned int i;
	int ret = 0;

	for_each_sgtable_sg(sgt, sg, i) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		mutex_lock(&space->buffers_lock);
		if (!space->is_alive)
			ret = -EPIPE;
		else
			iova = dma_map_page(space->dev, sg_page(sg), 0, sg->length,
					    DMA_BIDIRECTIONAL);
		if (!ret && dma_mapping_error(space->dev, iova))
			ret = -ENOMEM;
		if (!ret)
			dma_unmap_page(space->dev, iova, sg->length, DMA_BIDIRECTIONAL);
		mutex_unlock(&space->buffers_lock);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * frpc_space_sync() - one look at memory from both sides of the CPU's caches
 * @space: seen alive inside of channel->srcu; not coherent
 * @iova: of the first byte
 * @len: bytes
 * @piece: of how many bytes, from a multiple of that on, the memory is contiguous
 * @to: DMA_TO_DEVICE: what the CPU wrote becomes visible to the DSP; DMA_FROM_DEVICE:
 *	the CPU will see what the DSP wrote
 *
 * Not one byte beside these loses what the CPU wrote, but for those of the same cache line.
 */
void frpc_space_sync(struct frpc_space *space, u64 iova, size_t len, size_t piece,
		     enum dma_data_direction to)
{
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
