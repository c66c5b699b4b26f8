// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs that the driver exports: FASTRPC_IOCTL_ALLOC_DMA_BUFF.
 *
 * An exported buffer consists of pages only.  It belongs to no file, context bank
 * or DSP, and outlives them all.  Every device that uses it, the driver's context
 * banks included, attaches to it as to any dma-buf.
 *
 * Programs use the buffers without cache maintenance.  So if a context bank of the
 * DSP does not snoop the CPU's caches, user space and kernel map the buffer
 * uncached for all its life.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "private.h"

/* Longest piece of a buffer that a device gets. */
#define PIECE_MAX	SZ_4M

/* A device that reaches a buffer; @sgt is its own copy, to be mapped. */
struct attachment {
	struct list_head entry;
	struct device *dev;
	struct sg_table sgt;
	bool is_mapped;
};

/* --- what a dma-buf can do -------------------------------------------------- */

/* DMA_ATTR_*, for each mapping of a buffer: an uncached one needs no cache maintenance. */
unsigned long frpc_export_attrs(const struct frpc_export *export)
{
	return export->is_uncached ? DMA_ATTR_SKIP_CPU_SYNC : 0;
}

/* The longest piece that a device takes, in whole pages. */
static size_t device_piece_max(struct device *dev)
{
	size_t most = min_t(size_t, dma_get_max_seg_size(dev), PIECE_MAX);

	return max_t(size_t, ALIGN_DOWN(most, PAGE_SIZE), PAGE_SIZE);
}

static int export_attach(struct dma_buf *buf, struct dma_buf_attachment *dma_attachment)
{
	struct frpc_export *export = buf->priv;
	struct attachment *attachment;
	int ret;

	attachment = kzalloc_obj(*attachment, GFP_KERNEL);
	if (!attachment)
		return -ENOMEM;
	ret = frpc_pages_table(&export->pages, &attachment->sgt,
			       device_piece_max(dma_attachment->dev));
	if (ret) {
		kfree(attachment);
		return ret;
	}
	attachment->dev = dma_attachment->dev;
	dma_attachment->priv = attachment;

	mutex_lock(&export->lock);
	list_add(&attachment->entry, &export->attachments);
	mutex_unlock(&export->lock);
	return 0;
}

static void export_detach(struct dma_buf *buf, struct dma_buf_attachment *dma_attachment)
{
	struct attachment *attachment = dma_attachment->priv;
	struct frpc_export *export = buf->priv;

	mutex_lock(&export->lock);
	WARN_ON_ONCE(attachment->is_mapped);
	list_del(&attachment->entry);
	mutex_unlock(&export->lock);
	sg_free_table(&attachment->sgt);
	kfree(attachment);
}

static struct sg_table *export_map(struct dma_buf_attachment *dma_attachment,
				   enum dma_data_direction direction)
{
	struct attachment *attachment = dma_attachment->priv;
	struct frpc_export *export = dma_attachment->dmabuf->priv;
	int ret;

	mutex_lock(&export->lock);
	ret = dma_map_sgtable(attachment->dev, &attachment->sgt, direction,
			      frpc_export_attrs(export));
	attachment->is_mapped = !ret;
	mutex_unlock(&export->lock);
	return ret ? ERR_PTR(ret) : &attachment->sgt;
}

static void export_unmap(struct dma_buf_attachment *dma_attachment, struct sg_table *sgt,
			 enum dma_data_direction direction)
{
	struct attachment *attachment = dma_attachment->priv;
	struct frpc_export *export = dma_attachment->dmabuf->priv;

	mutex_lock(&export->lock);
	attachment->is_mapped = false;
	dma_unmap_sgtable(attachment->dev, sgt, direction, frpc_export_attrs(export));
	mutex_unlock(&export->lock);
}

/* @sync: for the CPU, or for the device; one device after the other */
static int export_sync_all(struct frpc_export *export, enum dma_data_direction direction,
			   void (*sync)(struct device *dev, struct sg_table *sgt,
					enum dma_data_direction direction))
{
	struct attachment *attachment;

	if (export->is_uncached)
		return 0;
	mutex_lock(&export->lock);
	list_for_each_entry(attachment, &export->attachments, entry)
		if (attachment->is_mapped)
			sync(attachment->dev, &attachment->sgt, direction);
	mutex_unlock(&export->lock);
	return 0;
}

static int export_begin_cpu_access(struct dma_buf *buf, enum dma_data_direction direction)
{
	return export_sync_all(buf->priv, direction, dma_sync_sgtable_for_cpu);
}

static int export_end_cpu_access(struct dma_buf *buf, enum dma_data_direction direction)
{
	return export_sync_all(buf->priv, direction, dma_sync_sgtable_for_device);
}

/* The core has checked that the range is inside of the buffer. */
static int export_mmap(struct dma_buf *buf, struct vm_area_struct *vma)
{
	struct frpc_export *export = buf->priv;

	/* the DSP would not see writes to a private copy */
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if (export->is_uncached)
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	return frpc_pages_mmap(&export->pages, vma);
}

static int export_vmap(struct dma_buf *buf, struct iosys_map *map)
{
	struct frpc_export *export = buf->priv;
	void *cpu = frpc_pages_cpu(&export->pages, export->is_uncached);

	if (!cpu)
		return -ENOMEM;
	iosys_map_set_vaddr(map, cpu);
	return 0;
}

static void export_vunmap(struct dma_buf *buf, struct iosys_map *map)
{
	frpc_pages_cpu_put(map->vaddr);
}

static void export_free(struct kref *refs)
{
	struct frpc_export *export = container_of(refs, struct frpc_export, refs);

	WARN_ON_ONCE(!list_empty(&export->maps) || !list_empty(&export->attachments));
	frpc_pages_free(&export->pages);
	mutex_destroy(&export->lock);
	kfree(export);
}

/* Drops a reference; the last one frees the memory.  May sleep. */
void frpc_export_put(struct frpc_export *export)
{
	kref_put(&export->refs, export_free);
}

/* The last descriptor, mapping and importer are gone; only maps of the driver are left. */
static void export_release(struct dma_buf *buf)
{
	struct frpc_export *export = buf->priv;

	frpc_map_closed(export);
	frpc_export_put(export);
}

static const struct dma_buf_ops export_ops = {
	.attach = export_attach,
	.detach = export_detach,
	.map_dma_buf = export_map,
	.unmap_dma_buf = export_unmap,
	.begin_cpu_access = export_begin_cpu_access,
	.end_cpu_access = export_end_cpu_access,
	.mmap = export_mmap,
	.vmap = export_vmap,
	.vunmap = export_vunmap,
	.release = export_release,
};

/* What is behind @buf, if it is one of ours: a reference to it; else NULL. */
struct frpc_export *frpc_export_get(const struct dma_buf *buf)
{
	struct frpc_export *export = buf->priv;

	if (buf->ops != &export_ops)
		return NULL;
	kref_get(&export->refs);
	return export;
}

/* --- making one ------------------------------------------------------------- */

static struct frpc_export *export_create(struct frpc_space *space, size_t len, bool is_uncached)
{
	struct frpc_export *export = kzalloc_obj(*export, GFP_KERNEL_ACCOUNT);
	int ret;

	if (!export)
		return ERR_PTR(-ENOMEM);
	kref_init(&export->refs);
	mutex_init(&export->lock);
	INIT_LIST_HEAD(&export->attachments);
	spin_lock_init(&export->maps_lock);
	INIT_LIST_HEAD(&export->maps);
	export->is_uncached = is_uncached;
	ret = frpc_pages_alloc(&export->pages, space, len);
	if (ret) {
		kfree(export);
		return ERR_PTR(ret);
	}
	if (!is_uncached)
		return export;
	/* writes back the zeroes, so that no dirty cache line is left */
	ret = frpc_space_flush(space, &export->pages.sgt);
	if (ret) {
		frpc_export_put(export);
		return ERR_PTR(ret);
	}
	return export;
}

/* A bank of @channel that decides where memory is; NULL: none.  *@is_coherent: all are. */
static struct frpc_space *channel_find_space(struct frpc_channel *channel, bool *is_coherent)
{
	struct frpc_space *found = NULL;
	size_t i;

	*is_coherent = true;
	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_space *space = &channel->spaces[i];

		if (!READ_ONCE(space->is_alive))
			continue;
		*is_coherent &= space->is_coherent;
		if (!found || !space->is_translated)
			found = space;
	}
	return found;
}

/**
 * frpc_export_create() - memory for a program to share with the DSP
 * @channel: to the DSP, whose banks decide where the memory is and how the CPU maps it;
 *	     otherwise they have nothing to do with the buffer
 * @size: bytes; memory comes in pages
 *
 * Sleeps.
 *
 * Return: the dma-buf, the caller's reference; ERR_PTR(): -EINVAL no size;
 * -ENOMEM, also: no context bank of this DSP could address all of it; -EINTR killed;
 * -EPIPE there is no context bank any more.
 */
struct dma_buf *frpc_export_create(struct frpc_channel *channel, u64 size)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct frpc_space *space;
	struct frpc_export *export;
	struct dma_buf *buf;
	bool is_coherent;

	if (!size)
		return ERR_PTR(-EINVAL);
	if (size > DMA_BIT_MASK(channel->dma_bits))
		return ERR_PTR(-ENOMEM);
	space = channel_find_space(channel, &is_coherent);
	if (!space)
		return ERR_PTR(-EPIPE);
	export = export_create(space, PAGE_ALIGN(size), !is_coherent);
	if (IS_ERR(export))
		return ERR_CAST(export);
	info.ops = &export_ops;
	/*
	 * The file shows the size that was asked for; the core maps only whole pages of it.
	 * Programs ask for one page of the DSP's more than they map.  That is enough only if
	 * a page of the kernel's is not larger.
	 */
	info.size = IS_ALIGNED(DSP_PAGE_BYTES, PAGE_SIZE) ? size : PAGE_ALIGN(size);
	info.flags = O_RDWR;
	info.priv = export;
	buf = dma_buf_export(&info);
	if (IS_ERR(buf))
		frpc_export_put(export);
	return buf;
}

MODULE_IMPORT_NS("DMA_BUF");
