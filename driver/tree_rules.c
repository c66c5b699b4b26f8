// SPDX-License-Identifier: GPL-2.0-only
/* How the driver judges a device tree: see tree_rules.h. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "tree_rules.h"

/* No audio DSP has more address bits, wherever the session id is. */
#define HEAP_ADDRESS_BITS	36u

/* The DSP's pages. */
#define DSP_PAGE		4096

#define FOREIGN_DOMAIN \
	"the remoteproc driver does not manage the IOMMU domain of its stream, use Linux 7"

static const struct frpc_domain_kind domain_kinds[] = {
	{ .prefix = "adsp", .has_heap = true },
	{ .prefix = "mdsp" },
	{ .prefix = "sdsp", .has_heap = true, .is_heap_implicit = true },
	{ .prefix = "cdsp", .has_both_nodes = true, .is_compute = true, .has_unsigned = true },
	{ .prefix = "gdsp", .has_both_nodes = true, .has_unsigned = true },
};

const struct frpc_soc frpc_socs[FRPC_SOCS] = {
	[FRPC_SOC_KAANAPALI] = {
		.compatible = "qcom,kaanapali-fastrpc",
		.sid_shift = 56, .cdsp_dma_bits = 34, .has_poll = true,
	},
	[FRPC_SOC_DEFAULT] = {
		.compatible = "qcom,fastrpc",
		.sid_shift = 32, .cdsp_dma_bits = 32,
	},
};

/* NULL: the driver knows no domain with such a label. */
const struct frpc_domain_kind *frpc_domain_kind_find(const char *label)
{
	size_t i;

	if (strlen(label) > FRPC_LABEL_MAX)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(domain_kinds); i++)
		if (!strncmp(label, domain_kinds[i].prefix, strlen(domain_kinds[i].prefix)))
			return &domain_kinds[i];
	return NULL;
}

/* NULL: not a node for this driver. */
const struct frpc_soc *frpc_soc_find(const char *compatible)
{
	size_t i;

	for (i = 0; i < FRPC_SOCS; i++)
		if (!strcmp(compatible, frpc_socs[i].compatible))
			return &frpc_socs[i];
	return NULL;
}

/* Address bits of the context banks. */
u32 frpc_bank_bits(const struct frpc_soc *soc, const struct frpc_domain_kind *kind)
{
	return kind->is_compute ? soc->cdsp_dma_bits : 32;
}

/* Address bits of the heap. */
u32 frpc_heap_bits(const struct frpc_soc *soc)
{
	return min(soc->sid_shift, HEAP_ADDRESS_BITS);
}

/*
 * What a DSP's accesses pass through.  @has_iommu: the remoteproc core manages the domain of
 * the stream.  The attached IOMMU domain and the exception level decide.  qcom,vmids and
 * /firmware/scm do not: the device tree has them with and without a hypervisor.
 */
enum frpc_stream_kind frpc_stream_kind_find(bool has_iommu, enum frpc_domain_type type,
					    bool is_at_el2)
{
	if (has_iommu)
		return FRPC_STREAM_OWN;
	if (type != FRPC_DOMAIN_NONE)
		return type == FRPC_DOMAIN_IDENTITY ? FRPC_STREAM_FREE : FRPC_STREAM_DMA;
	return is_at_el2 ? FRPC_STREAM_FREE : FRPC_STREAM_VM;
}

/* Can memory be assigned to these and be reclaimed from them? */
bool frpc_vmids_are_valid(const u32 *vmids, int count)
{
	int i;

	if (count <= 0 || count > FRPC_VMIDS_MAX)
		return false;
	/* the owners of memory are a word of 64 bits in SCM calls */
	for (i = 0; i < count; i++)
		if (vmids[i] >= 64)
			return false;
	return true;
}

/**
 * frpc_heap_way_find() - how the DSP reaches its heap
 * @kind: what its accesses pass through
 * @nr_vmids: in qcom,vmids; negative: that is malformed
 * @way: result
 *
 * Return: NULL; or why the DSP cannot reach it, for the log.
 */
const char *frpc_heap_way_find(enum frpc_stream_kind kind, int nr_vmids,
			       enum frpc_heap_way *way)
{
	*way = FRPC_HEAP_AS_IS;
	if (kind == FRPC_STREAM_DMA)
		return FOREIGN_DOMAIN;
	if (kind == FRPC_STREAM_VM && nr_vmids < 0)
		return "qcom,vmids is malformed, correct the device tree";
	if (kind == FRPC_STREAM_OWN)
		*way = FRPC_HEAP_MAP;
	else if (kind == FRPC_STREAM_VM && nr_vmids)
		*way = FRPC_HEAP_ASSIGN;
	return NULL;
}

/* Is it allocated from the kernel's memory when it is needed?  Else it is a carve-out. */
bool frpc_region_is_reusable(const struct frpc_region *region)
{
	return region->is_reusable && !region->is_no_map;
}

/**
 * frpc_region_fault() - what is wrong with the region of a heap
 * @region: of the device tree
 * @is_implicit: the DSP uses it without an offer
 * @address_bits: of the DSP
 * @way: how the DSP reaches it
 *
 * Return: NULL; or what is wrong, to print after the name of the region.
 */
const char *frpc_region_fault(const struct frpc_region *region, bool is_implicit,
			      u32 address_bits, enum frpc_heap_way way)
{
	if (!region->size)
		return "was not reserved, see the kernel's first messages";
	if ((region->base | region->size) % DSP_PAGE)
		return "is not a multiple of 4 KiB";
	if ((region->base + region->size - 1) >> address_bits)
		return "is beyond the DSP's addresses";
	if (frpc_region_is_reusable(region) && is_implicit && way == FRPC_HEAP_AS_IS)
		return "is reusable, but the DSP already reaches it: it needs no-map";
	return NULL;
}

/* Have two ranges a byte in common? */
bool frpc_ranges_overlap(u64 first, u64 len, u64 other, u64 other_len)
{
	return len && other_len && first <= other + other_len - 1 && other <= first + len - 1;
}
