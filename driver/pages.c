// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for a DSP: messages, heaps of processes, dma-bufs.
 *
 * With an IOMMU any pages will do, and large pieces only make it faster.  Without one the
 * DSP needs one range within the limits of the bank, and the DMA API of the bank's device
 * allocates it.  In both cases the memory outlives the bank.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "private.h"

/* Pieces that are larger than this hardly make the IOMMU faster. */
#define PIECE_BYTES_MAX		SZ_4M
/* Up to this size the page allocator may reclaim and compact for a piece. */
#define PIECE_BYTES_EASY	SZ_32K

/* Pages that are mapped to user space together. */
#define INSERT_BATCH		32

#define GFP_PAGES	(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN)

struct piece {
	struct list_head entry;
	void *cpu;
	size_t len;
};

static void pages_set_single(struct frpc_pages *pages, struct page *page)
{
	sg_init_table(&pages->first, 1);
	sg_set_page(&pages->first, page, pages->len, 0);
	pages->sgt = (struct sg_table){ .sgl = &pages->first, .nents = 1, .orig_nents = 1 };
}

static bool pages_are_single(const struct frpc_pages *pages)
{
	return pages->sgt.sgl == &pages->first;
}

/* One range within the reach of the bank. */
static int pages_alloc_of_device(struct frpc_pages *pages, struct frpc_space *space)
{
	struct device *dev = frpc_space_dev_get(space);
	struct page *page;

	if (!dev)
		return -EPIPE;
	page = dma_alloc_pages(dev, pages->len, &pages->addr, DMA_BIDIRECTIONAL,
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!page) {
		put_device(dev);
		return -ENOMEM;
	}
	pages->owner = dev;
	pages_set_single(pages, page);
	return 0;
}

static void pages_free_of_device(struct frpc_pages *pages)
{
	dma_free_pages(pages->owner, pages->len, sg_page(&pages->first), pages->addr,
		       DMA_BIDIRECTIONAL);
	put_device(pages->owner);
}

/*
 * Contiguous memory of *@len bytes, or of fewer if the allocator has no such piece.  The
 * OOM killer never runs for it.
 */
static void *piece_alloc(size_t *len)
{
	void *cpu;

	while (*len > PIECE_BYTES_EASY) {
		cpu = alloc_pages_exact(*len, GFP_PAGES | __GFP_NORETRY);
		if (cpu)
			return cpu;
		*len = PAGE_ALIGN(*len / 2);
	}
	cpu = alloc_pages_exact(*len, GFP_PAGES | __GFP_RETRY_MAYFAIL);
	if (cpu || *len == PAGE_SIZE)
		return cpu;
	*len = PAGE_SIZE;
	return alloc_pages_exact(*len, GFP_PAGES | __GFP_RETRY_MAYFAIL);
}

static void pieces_free(struct list_head *pieces, bool frees_pages)
{
	struct piece *piece, *next;

	list_for_each_entry_safe(piece, next, pieces, entry) {
		if (frees_pages)
			free_pages_exact(piece->cpu, piece->len);
		kfree(piece);
	}
}

/* @most: length of the longest piece; it shrinks when the allocator has no such piece */
static int pieces_alloc(struct list_head *pieces, size_t len, size_t most, unsigned int *count)
{
	for (*count = 0; len; (*count)++) {
		struct piece *piece;

		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		piece = kmalloc_obj(*piece, GFP_KERNEL);
		if (!piece)
			return -ENOMEM;
		most = min(most, len);
		piece->cpu = piece_alloc(&most);
		if (!piece->cpu) {
			kfree(piece);
			return -ENOMEM;
		}
		piece->len = most;
		len -= most;
		list_add_tail(&piece->entry, pieces);
	}
	return 0;
}

static int pages_alloc_pieces(struct frpc_pages *pages, size_t most)
{
	struct scatterlist *sg;
	struct piece *piece;
	unsigned int count;
	LIST_HEAD(pieces);
	int ret;

	ret = pieces_alloc(&pieces, pages->len, most, &count);
	if (ret)
		goto out_free_pieces;
	ret = sg_alloc_table(&pages->sgt, count, GFP_KERNEL);
	if (ret)
		goto out_free_pieces;
	sg = pages->sgt.sgl;
	list_for_each_entry(piece, &pieces, entry) {
		sg_set_page(sg, virt_to_page(piece->cpu), piece->len, 0);
		sg = sg_next(sg);
	}
	/* the table has one entry for each piece */
	WARN_ON_ONCE(sg);

out_free_pieces:
	/* on success the pages are the table's */
	pieces_free(&pieces, ret);
	return ret;
}

/**
 * frpc_pages_alloc() - memory that a bank can be given
 * @pages: result
 * @space: the bank
 * @len: bytes, whole pages, not 0
 *
 * Zeroed, and charged to the caller's memory cgroup.  Sleeps.
 *
 * Return: 0; -ENOMEM, also: the bank has not so many addresses; -EPIPE the context bank
 * is gone; -EINTR killed.
 */
int frpc_pages_alloc(struct frpc_pages *pages, struct frpc_space *space, size_t len)
{
	size_t most = min_t(size_t, len, PIECE_BYTES_MAX);
	void *cpu;

	if (WARN_ON_ONCE(!len || !PAGE_ALIGNED(len)))
		return -EINVAL;
	if (len - 1 > space->last || len >> PAGE_SHIFT > totalram_pages() / 2)
		return -ENOMEM;
	pages->len = len;
	pages->owner = NULL;
	if (!space->is_translated)
		return pages_alloc_of_device(pages, space);
	if (most < len)
		return pages_alloc_pieces(pages, most);
	cpu = piece_alloc(&most);
	if (!cpu)
		return -ENOMEM;
	if (most == len) {
		pages_set_single(pages, virt_to_page(cpu));
		return 0;
	}
	free_pages_exact(cpu, most);
	return pages_alloc_pieces(pages, most);
}

/* A page with other references, of direct I/O for example, stays until they are dropped. */
void frpc_pages_free(struct frpc_pages *pages)
{
	struct scatterlist *sg;
	unsigned int i;

	if (pages->owner) {
		pages_free_of_device(pages);
		return;
	}
	for_each_sgtable_sg(&pages->sgt, sg, i) {
		free_pages_exact(sg_virt(sg), sg->length);
		cond_resched();
	}
	if (!pages_are_single(pages))
		sg_free_table(&pages->sgt);
}

static void *pages_vmap(struct frpc_pages *pages, pgprot_t prot)
{
	size_t i = 0, count = pages->len >> PAGE_SHIFT;
	struct sg_page_iter iter;
	struct page **list;
	void *cpu;

	list = kvmalloc_array(count, sizeof(*list), GFP_KERNEL);
	if (!list)
		return NULL;
	for_each_sgtable_page(&pages->sgt, &iter, 0)
		list[i++] = sg_page_iter_page(&iter);
	WARN_ON_ONCE(i != count);
	cpu = vmap(list, count, VM_MAP, prot);
	kvfree(list);
	return cpu;
}

/* All of it at one kernel address, or NULL; frpc_pages_cpu_put() undoes it. */
void *frpc_pages_cpu(struct frpc_pages *pages, bool is_uncached)
{
	if (pages_are_single(pages) && !is_uncached)
		return sg_virt(&pages->first);
	return pages_vmap(pages, is_uncached ? pgprot_writecombine(PAGE_KERNEL) : PAGE_KERNEL);
}

void frpc_pages_cpu_put(void *cpu)
{
	if (is_vmalloc_addr(cpu))
		vunmap(cpu);
}

/**
 * frpc_pages_table() - a table of the pages that can be mapped
 * @pages: what
 * @table: result, to be given to sg_free_table()
 * @most: the longest piece that the device takes, whole pages
 *
 * Return: 0, -ENOMEM.
 */
int frpc_pages_table(const struct frpc_pages *pages, struct sg_table *table, size_t most)
{
	struct scatterlist *src, *dst;
	unsigned int i, count = 0;
	size_t at;
	int ret;

	for_each_sgtable_sg(&pages->sgt, src, i)
		count += DIV_ROUND_UP(src->length, most);
	ret = sg_alloc_table(table, count, GFP_KERNEL);
	if (ret)
		return ret;
	dst = table->sgl;
	for_each_sgtable_sg(&pages->sgt, src, i) {
		for (at = 0; at < src->length; at += most) {
			sg_set_page(dst, sg_page(src) + (at >> PAGE_SHIFT),
				    min(most, src->length - at), 0);
			dst = sg_next(dst);
		}
	}
	WARN_ON_ONCE(dst);
	return 0;
}

/* As pages that have a struct, so that I/O, other processes and debuggers reach them. */
static int vma_insert_pages(struct vm_area_struct *vma, unsigned long address, struct page *page,
			    size_t count)
{
	struct page *batch[INSERT_BATCH];
	unsigned long i, n, left;
	int ret;

	while (count) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		n = min_t(size_t, count, INSERT_BATCH);
		left = n;
		for (i = 0; i < n; i++)
			batch[i] = page++;
		ret = vm_insert_pages(vma, address, batch, &left);
		if (ret)
			return ret;
		address += n << PAGE_SHIFT;
		count -= n;
	}
	return 0;
}

/* @address: where in @vma; the DMA API lends its pages, but not their structs */
static int piece_mmap(const struct frpc_pages *pages, struct vm_area_struct *vma,
		      unsigned long address, struct page *page, size_t len)
{
	if (pages->owner)
		return remap_pfn_range(vma, address, page_to_pfn(page), len, vma->vm_page_prot);
	return vma_insert_pages(vma, address, page, len >> PAGE_SHIFT);
}

/* Maps what @vma asks for, which is inside. */
int frpc_pages_mmap(const struct frpc_pages *pages, struct vm_area_struct *vma)
{
	unsigned long skip = vma->vm_pgoff << PAGE_SHIFT;
	unsigned long address = vma->vm_start;
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	for_each_sgtable_sg(&pages->sgt, sg, i) {
		unsigned long len;

		if (skip >= sg->length) {
			skip -= sg->length;
			continue;
		}
		len = min(sg->length - skip, vma->vm_end - address);
		ret = piece_mmap(pages, vma, address, sg_page(sg) + (skip >> PAGE_SHIFT), len);
		if (ret)
			return ret;
		address += len;
		skip = 0;
		if (address == vma->vm_end)
			break;
	}
	WARN_ON_ONCE(address != vma->vm_end);
	return 0;
}
