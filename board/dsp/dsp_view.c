// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private views: what a bank sees that does not snoop the CPU's caches.
 *
 * QEMU's memory is coherent, so cache maintenance that is missing, too short or of the
 * wrong kind changes nothing.  A bank with board,private-view has a copy of each page
 * instead.  The copy follows the CPU's bytes only where the kernel cleans its caches for
 * a device, and the CPU's bytes follow the copy only where the kernel invalidates them.
 * That is the worst that caches can do: no line is ever written back or dropped by itself.
 *   - not cleaned: the DSP finds old bytes, or, if the page never was, VIEW_NOTHING;
 *   - not invalidated: the CPU finds old bytes;
 *   - invalidated without need: what the CPU wrote since the last cleaning is lost.
 * Pages that a program or the kernel maps uncached have one view.  It is byte by byte:
 * that two things share a cache line does not show.
 */
#include <linux/dma-direction.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/xarray.h>

#include "dsp.h"

#define VIEW_NOTHING	0xdb

/* The DSP's copy of a page, by page frame number; VIEW_UNCACHED: there is one view only. */
static DEFINE_XARRAY(views);
#define VIEW_UNCACHED	XA_MARK_0

static bool is_used;

static u8 *cpu_bytes(unsigned long pfn)
{
	return page_address(pfn_to_page(pfn));
}

static bool view_is_uncached(unsigned long pfn)
{
	return xa_get_mark(&views, pfn, VIEW_UNCACHED);
}

/* NULL: no memory, or no page of the kernel's. */
static u8 *view_get(unsigned long pfn)
{
	u8 *view = xa_load(&views, pfn);

	if (view || !pfn_valid(pfn))
		return view;
	view = (u8 *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN);
	if (!view)
		return NULL;
	memset(view, VIEW_NOTHING, PAGE_SIZE);
	if (xa_err(xa_store(&views, pfn, view, GFP_ATOMIC | __GFP_NOWARN))) {
		free_page((unsigned long)view);
		return NULL;
	}
	return view;
}

static void sync_page(unsigned long pfn, size_t offset, size_t len, bool for_device)
{
	u8 *view = for_device ? view_get(pfn) : xa_load(&views, pfn);

	if (!view)
		return;
	if (for_device) {
		xa_clear_mark(&views, pfn, VIEW_UNCACHED);
		memcpy(view + offset, cpu_bytes(pfn) + offset, len);
	} else if (!view_is_uncached(pfn)) {
		memcpy(cpu_bytes(pfn) + offset, view + offset, len);
	}
}

static void sync_range(phys_addr_t phys, size_t len, bool for_device)
{
	while (len) {
		size_t n = min_t(size_t, len, PAGE_SIZE - offset_in_page(phys));

		sync_page(PHYS_PFN(phys), offset_in_page(phys), n, for_device);
		phys += n;
		len -= n;
	}
}

static int cleaned(struct kprobe *probe, struct pt_regs *regs)
{
	sync_range(regs->regs[0], regs->regs[1], true);
	return 0;
}

static int invalidated(struct kprobe *probe, struct pt_regs *regs)
{
	if (regs->regs[2] != DMA_TO_DEVICE)
		sync_range(regs->regs[0], regs->regs[1], false);
	return 0;
}

static bool is_uncached(pgprot_t prot)
{
	pgprot_t uncached = pgprot_writecombine(prot);

	return pgprot_val(uncached) == pgprot_val(prot);
}

/* From now on there is one view; the DSP's bytes are as good as the CPU's zeroes. */
static void mark_uncached(unsigned long pfn)
{
	u8 *view = view_get(pfn);

	if (!view || view_is_uncached(pfn))
		return;
	memcpy(cpu_bytes(pfn), view, PAGE_SIZE);
	xa_set_mark(&views, pfn, VIEW_UNCACHED);
}

static void mark_pages(struct page **pages, unsigned long count, pgprot_t prot)
{
	unsigned long i;

	for (i = 0; is_uncached(prot) && i < count; i++)
		mark_uncached(page_to_pfn(pages[i]));
}

/* vm_insert_pages(vma, address, pages, count) */
static int inserted(struct kprobe *probe, struct pt_regs *regs)
{
	const struct vm_area_struct *vma = (void *)regs->regs[0];

	mark_pages((struct page **)regs->regs[2], *(unsigned long *)regs->regs[3],
		   vma->vm_page_prot);
	return 0;
}

/* remap_pfn_range(vma, address, pfn, size, prot) */
static int remapped(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long i, count = regs->regs[3] >> PAGE_SHIFT;

	for (i = 0; is_uncached(__pgprot(regs->regs[4])) && i < count; i++)
		if (pfn_valid(regs->regs[2] + i))
			mark_uncached(regs->regs[2] + i);
	return 0;
}

/* vmap(pages, count, flags, prot) */
static int vmapped(struct kprobe *probe, struct pt_regs *regs)
{
	mark_pages((struct page **)regs->regs[0], (unsigned int)regs->regs[1],
		   __pgprot(regs->regs[3]));
	return 0;
}

static struct kprobe probes[] = {
	{ .symbol_name = "arch_sync_dma_for_device", .pre_handler = cleaned },
	{ .symbol_name = "arch_sync_dma_for_cpu", .pre_handler = invalidated },
	{ .symbol_name = "vm_insert_pages", .pre_handler = inserted },
	{ .symbol_name = "remap_pfn_range", .pre_handler = remapped },
	{ .symbol_name = "vmap", .pre_handler = vmapped },
};

/* A bank with a view of its own is there: from now on its kernel is watched. */
int dsp_view_begin(void)
{
	size_t i;
	int ret;

	if (is_used)
		return 0;
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		ret = register_kprobe(&probes[i]);
		if (ret) {
			pr_err("dsp: board,private-view: cannot watch %s: %d\n",
			       probes[i].symbol_name, ret);
			while (i--)
				unregister_kprobe(&probes[i]);
			return ret;
		}
	}
	is_used = true;
	return 0;
}

/* @phys: within one page */
void dsp_view_read(phys_addr_t phys, void *to, size_t len)
{
	const u8 *view = xa_load(&views, PHYS_PFN(phys));

	if (!view)
		memset(to, VIEW_NOTHING, len);
	else if (view_is_uncached(PHYS_PFN(phys)))
		memcpy(to, cpu_bytes(PHYS_PFN(phys)) + offset_in_page(phys), len);
	else
		memcpy(to, view + offset_in_page(phys), len);
}

void dsp_view_write(phys_addr_t phys, const void *from, size_t len)
{
	u8 *view = view_get(PHYS_PFN(phys));

	if (!view)
		pr_err("dsp: board,private-view: no memory for a view\n");
	else if (view_is_uncached(PHYS_PFN(phys)))
		memcpy(cpu_bytes(PHYS_PFN(phys)) + offset_in_page(phys), from, len);
	else
		memcpy(view + offset_in_page(phys), from, len);
}

int dsp_view_init(void)
{
	return 0;
}

void dsp_view_exit(void)
{
	unsigned long pfn;
	void *view;
	size_t i;

	for (i = 0; is_used && i < ARRAY_SIZE(probes); i++)
		unregister_kprobe(&probes[i]);
	is_used = false;
	xa_for_each(&views, pfn, view)
		free_page((unsigned long)view);
	xa_destroy(&views);
}
