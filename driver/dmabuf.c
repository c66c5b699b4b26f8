// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs that the driver exports: FASTRPC_IOCTL_ALLOC_DMA_BUFF.
 *
 * An exported buffer is pages and nothing else.  It belongs to no file, context
 * bank or DSP, and outlives them all; whoever wants to reach it, a context bank
 * of ours like anybody else, attaches to it as to any dma-buf.
 *
 * Programs use the buffers without any cache maintenance of their own.  So where
 * the context bank it was allocated for does not see the CPU's caches, the
 * buffer is mapped uncached, in user space and in the kernel, for all its life.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "private.h"

/* Larger pieces make the SMMU faster, but not by much any more. */
#define CHUNK_BYTES_MAX		SZ_4M
/* Up to this, a piece is worth some work of the page allocator. */
#define CHUNK_BYTES_EASY	SZ_32K

#define GFP_EXPORT	(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN)

/**
 * struct exported - one buffer
 * @lock: protects @attachments and the state of each
 * @attachments: devices that reach it
 * @sgt: its pages, never mapped itself
 * @len: bytes, whole pages
 * @is_uncached: no CPU mapping of it goes through a cache
 */
struct exported {
	struct mutex lock;
	struct list_head attachments;
	struct sg_table sgt;
	size_t len;
	bool is_uncached;
};

/* A device that reaches a buffer; @sgt is its own copy, to be mapped. */
struct attachment {
	struct list_head entry;
	struct device *dev;
	struct sg_table sgt;
	bool is_mapped;
};

/* --- pages ------------------------------------------------------------------ */

struct chunk {
	struct list_head entry;
	void *cpu;
	size_t len;
};

static void chunks_free(struct list_head *chunks, bool with_pages)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, chunks, entry) {
		if (with_pages)
			free_pages_exact(chunk->cpu, chunk->len);
		kfree(chunk);
	}
}

/* Contiguous memory of *@len bytes, or of fewer if that is not to be had. */
static void *chunk_alloc(size_t *len)
{
	void *cpu;

	while (*len > CHUNK_BYTES_EASY) {
		cpu = alloc_pages_exact(*len, GFP_EXPORT | __GFP_NORETRY);
		if (cpu)
			return cpu;
		*len = PAGE_ALIGN(*len / 2);
	}
	cpu = alloc_pages_exact(*len, GFP_EXPORT);
	if (cpu || *len == PAGE_SIZE)
		return cpu;
	*len = PAGE_SIZE;
	return alloc_pages_exact(*len, GFP_EXPORT);
}

static int chunks_alloc(struct list_head *chunks, size_t len, unsigned int *count)
{
	size_t most = CHUNK_BYTES_MAX;

	for (*count = 0; len; (*count)++) {
		struct chunk *chunk;

		if (fatal_signal_pending(current))
			return -EINTR;
		chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			return -ENOMEM;
		/* what was not to be had once is not asked for again */
		most = min(most, len);
		chunk->cpu = chunk_alloc(&most);
		if (!chunk->cpu) {
			kfree(chunk);
			return -ENOMEM;
		}
		chunk->len = most;
		len -= most;
		list_add_tail(&chunk->entry, chunks);
	}
	return 0;
}

static int pages_alloc(struct exported *exported)
{
	struct scatterlist *sg;
	struct chunk *chunk;
	LIST_HEAD(chunks);
	unsigned int count;
	int ret;

	ret = chunks_alloc(&chunks, exported->len, &count);
	if (!ret)
		ret = sg_alloc_table(&exported->sgt, count, GFP_KERNEL);
	if (ret) {
		chunks_free(&chunks, true);
		return ret;
	}
	sg = exported->sgt.sgl;
	list_for_each_entry(chunk, &chunks, entry) {
		sg_set_buf(sg, chunk->cpu, chunk->len);
		sg = sg_next(sg);
	}
	chunks_free(&chunks, false);
	return 0;
}

static void pages_free(struct exported *exported)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&exported->sgt, sg, i)
		free_pages_exact(sg_virt(sg), sg->length);
	sg_free_table(&exported->sgt);
}

/* --- what a dma-buf can do -------------------------------------------------- */

static unsigned long map_attrs(const struct exported *exported)
{
	return exported->is_uncached ? DMA_ATTR_SKIP_CPU_SYNC : 0;
}

/* The longest piece that a device takes, in whole pages. */
static size_t segment_max(struct device *dev)
{
	size_t most = min_t(size_t, dma_get_max_seg_size(dev), CHUNK_BYTES_MAX);

	return max_t(size_t, ALIGN_DOWN(most, PAGE_SIZE), PAGE_SIZE);
}

static int copy_table(struct sg_table *to, const struct sg_table *from, size_t most)
{
	struct scatterlist *src, *dst;
	unsigned int i, count = 0;
	size_t at;
	int ret;

	for_each_sgtable_sg(from, src, i)
		count += DIV_ROUND_UP(src->length, most);
	ret = sg_alloc_table(to, count, GFP_KERNEL);
	if (ret)
		return ret;
	dst = to->sgl;
	for_each_sgtable_sg(from, src, i) {
		for (at = 0; at < src->length; at += most) {
			sg_set_page(dst, sg_page(src) + (at >> PAGE_SHIFT),
				    min(most, src->length - at), 0);
			dst = sg_next(dst);
		}
	}
	return 0;
}

static int export_attach(struct dma_buf *buf, struct dma_buf_attachment *dma_attachment)
{
	struct exported *exported = buf->priv;
	struct attachment *attachment;
	int ret;

	attachment = kzalloc(sizeof(*attachment), GFP_KERNEL);
	if (!attachment)
		return -ENOMEM;
	ret = copy_table(&attachment->sgt, &exported->sgt, segment_max(dma_attachment->dev));
	if (ret) {
		kfree(attachment);
		return ret;
	}
	attachment->dev = dma_attachment->dev;
	dma_attachment->priv = attachment;

	mutex_lock(&exported->lock);
	list_add(&attachment->entry, &exported->attachments);
	mutex_unlock(&exported->lock);
	return 0;
}

static void export_detach(struct dma_buf *buf, struct dma_buf_attachment *dma_attachment)
{
	struct attachment *attachment = dma_attachment->priv;
	struct exported *exported = buf->priv;

	mutex_lock(&exported->lock);
	list_del(&attachment->entry);
	mutex_unlock(&exported->lock);
	sg_free_table(&attachment->sgt);
	kfree(attachment);
}

static struct sg_table *export_map(struct dma_buf_attachment *dma_attachment,
				   enum dma_data_direction direction)
{
	struct attachment *attachment = dma_attachment->priv;
	struct exported *exported = dma_attachment->dmabuf->priv;
	int ret;

	mutex_lock(&exported->lock);
	ret = dma_map_sgtable(attachment->dev, &attachment->sgt, direction, map_attrs(exported));
	attachment->is_mapped = !ret;
	mutex_unlock(&exported->lock);
	return ret ? ERR_PTR(ret) : &attachment->sgt;
}

static void export_unmap(struct dma_buf_attachment *dma_attachment, struct sg_table *sgt,
			 enum dma_data_direction direction)
{
	struct attachment *attachment = dma_attachment->priv;
	struct exported *exported = dma_attachment->dmabuf->priv;

	mutex_lock(&exported->lock);
	attachment->is_mapped = false;
	dma_unmap_sgtable(attachment->dev, sgt, direction, map_attrs(exported));
	mutex_unlock(&exported->lock);
}

/* @sync: for the CPU, or for the device; one device after the other */
static int sync_all(struct exported *exported, enum dma_data_direction direction,
		    void (*sync)(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction direction))
{
	struct attachment *attachment;

	if (exported->is_uncached)
		return 0;
	mutex_lock(&exported->lock);
	list_for_each_entry(attachment, &exported->attachments, entry)
		if (attachment->is_mapped)
			sync(attachment->dev, &attachment->sgt, direction);
	mutex_unlock(&exported->lock);
	return 0;
}

static int export_begin_cpu_access(struct dma_buf *buf, enum dma_data_direction direction)
{
	return sync_all(buf->priv, direction, dma_sync_sgtable_for_cpu);
}

static int export_end_cpu_access(struct dma_buf *buf, enum dma_data_direction direction)
{
	return sync_all(buf->priv, direction, dma_sync_sgtable_for_device);
}

/* The core has checked that the range is inside of the buffer. */
static int export_mmap(struct dma_buf *buf, struct vm_area_struct *vma)
{
	struct exported *exported = buf->priv;
	unsigned long skip = vma->vm_pgoff << PAGE_SHIFT;
	unsigned long address = vma->vm_start;
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	/* a private copy of it would be of no use to the DSP */
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if (exported->is_uncached)
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);

	for_each_sgtable_sg(&exported->sgt, sg, i) {
		unsigned long len;

		if (skip >= sg->length) {
			skip -= sg->length;
			continue;
		}
		len = min(sg->length - skip, vma->vm_end - address);
		ret = remap_pfn_range(vma, address, page_to_pfn(sg_page(sg)) + (skip >> PAGE_SHIFT),
				      len, vma->vm_page_prot);
		if (ret)
			return ret;
		address += len;
		skip = 0;
		if (address == vma->vm_end)
			break;
	}
	return 0;
}

static int export_vmap(struct dma_buf *buf, struct iosys_map *map)
{
	struct exported *exported = buf->priv;
	pgprot_t prot = exported->is_uncached ? pgprot_writecombine(PAGE_KERNEL) : PAGE_KERNEL;
	size_t count = exported->len >> PAGE_SHIFT;
	struct sg_page_iter iter;
	struct page **pages;
	size_t i = 0;
	void *cpu;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for_each_sgtable_page(&exported->sgt, &iter, 0)
		pages[i++] = sg_page_iter_page(&iter);
	cpu = vmap(pages, count, VM_MAP, prot);
	kvfree(pages);
	if (!cpu)
		return -ENOMEM;
	iosys_map_set_vaddr(map, cpu);
	return 0;
}

static void export_vunmap(struct dma_buf *buf, struct iosys_map *map)
{
	vunmap(map->vaddr);
}

/* The last file descriptor and mapping of it are gone. */
static void export_release(struct dma_buf *buf)
{
	struct exported *exported = buf->priv;

	pages_free(exported);
	mutex_destroy(&exported->lock);
	kfree(exported);
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

/* --- making one ------------------------------------------------------------- */

/* The zeroes are in memory, and no cache line of the pages is left to be written back. */
static int flush(struct exported *exported, struct frpc_session *session)
{
	struct frpc_channel *channel = session->channel;
	int idx, ret = -EPIPE;

	idx = srcu_read_lock(&channel->srcu);
	if (READ_ONCE(session->is_alive)) {
		ret = dma_map_sgtable(session->dev, &exported->sgt, DMA_BIDIRECTIONAL, 0);
		if (!ret)
			dma_unmap_sgtable(session->dev, &exported->sgt, DMA_BIDIRECTIONAL, 0);
	}
	srcu_read_unlock(&channel->srcu, idx);
	return ret;
}

static struct exported *exported_create(struct frpc_session *session, size_t len)
{
	struct exported *exported = kzalloc(sizeof(*exported), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!exported)
		return ERR_PTR(-ENOMEM);
	mutex_init(&exported->lock);
	INIT_LIST_HEAD(&exported->attachments);
	exported->len = len;
	exported->is_uncached = !session->is_coherent;
	ret = pages_alloc(exported);
	if (ret) {
		kfree(exported);
		return ERR_PTR(ret);
	}
	if (exported->is_uncached)
		ret = flush(exported, session);
	if (ret) {
		pages_free(exported);
		kfree(exported);
		return ERR_PTR(ret);
	}
	return exported;
}

/**
 * frpc_dmabuf_export() - memory for a program to share with the DSP
 * @session: whose context bank decides how the CPU maps it; otherwise it has
 *	     nothing to do with the buffer
 * @size: bytes, rounded up to pages
 *
 * Sleeps.
 *
 * Return: the dma-buf, the caller's reference; ERR_PTR(): -EINVAL no size;
 * -ENOMEM, also: no context bank of this DSP could address all of it; -EINTR killed;
 * -EPIPE the context bank is gone.
 */
struct dma_buf *frpc_dmabuf_export(struct frpc_session *session, u64 size)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct exported *exported;
	struct dma_buf *buf;

	if (!size)
		return ERR_PTR(-EINVAL);
	if (size > DMA_BIT_MASK(session->channel->dma_bits) ||
	    size >> PAGE_SHIFT > totalram_pages() / 2)
		return ERR_PTR(-ENOMEM);

	exported = exported_create(session, PAGE_ALIGN(size));
	if (IS_ERR(exported))
		return ERR_CAST(exported);
	info.ops = &export_ops;
	info.size = exported->len;
	info.flags = O_RDWR;
	info.priv = exported;
	buf = dma_buf_export(&info);
	if (IS_ERR(buf)) {
		pages_free(exported);
		kfree(exported);
	}
	return buf;
}

MODULE_IMPORT_NS("DMA_BUF");
