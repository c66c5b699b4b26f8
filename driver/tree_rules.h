/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the driver judges a device tree.  Pure code, without locks and devices: "fastrpcctl
 * check-dt" is built from the same file, and predicts what the driver will do.
 */
#ifndef FRPC_TREE_RULES_H
#define FRPC_TREE_RULES_H

#include <linux/types.h>

/* Sessions a channel can have: the client ids the firmware was built for. */
#define FRPC_SESSIONS_MAX	14

/* Letters of a label. */
#define FRPC_LABEL_MAX		15

#define FRPC_VMIDS_MAX		16

/* What a domain's label implies. */
struct frpc_domain_kind {
	const char *prefix;
	bool has_both_nodes;	/* plain and -secure */
	bool is_compute;
	bool has_unsigned;	/* processes without a signature, for every client */
	bool has_heap;		/* its firmware uses the memory-region */
	bool is_heap_implicit;	/* without an offer */
};

/* What differs between generations of the binding. */
struct frpc_soc {
	const char *compatible;	/* of the fastrpc node */
	u32 sid_shift;		/* bit position of the session id in an address */
	u32 cdsp_dma_bits;	/* address bits of a compute DSP's context banks */
	bool has_poll;		/* its firmware can flag the end of calls in memory */
};

enum frpc_soc_index {
	FRPC_SOC_KAANAPALI,
	FRPC_SOC_DEFAULT,
	FRPC_SOCS
};

extern const struct frpc_soc frpc_socs[FRPC_SOCS];

/* What stands between a DSP and memory that it names by physical address. */
enum frpc_stream_kind {
	FRPC_STREAM_OWN,	/* an IOMMU domain of the remoteproc core, Linux maps in it */
	FRPC_STREAM_DMA,	/* an IOMMU domain of the DMA API, which maps no memory */
	FRPC_STREAM_FREE,	/* no IOMMU translates, and Linux runs at EL2 */
	FRPC_STREAM_VM,		/* a hypervisor, as far as Linux can see */
};

/* What the remoteproc's device is attached to, besides a domain of the remoteproc core. */
enum frpc_domain_type {
	FRPC_DOMAIN_NONE,
	FRPC_DOMAIN_IDENTITY,
	FRPC_DOMAIN_OTHER,
};

/* How a DSP reaches its heap. */
enum frpc_heap_way {
	FRPC_HEAP_AS_IS,	/* no IOMMU or VM is in between, or it was mapped 1:1 before */
	FRPC_HEAP_MAP,		/* mapped 1:1 in the remoteproc's IOMMU domain */
	FRPC_HEAP_ASSIGN,	/* assigned by SCM */
};

/* A child of /reserved-memory, as the kernel has reserved it. */
struct frpc_region {
	u64 base;
	u64 size;		/* 0: it was not reserved */
	bool is_no_map;
	bool is_reusable;
};

/* The fault of a region that the kernel has mapped. */
#define FRPC_REGION_IS_MAPPED	"is mapped by the kernel, it needs no-map or reusable"

const struct frpc_domain_kind *frpc_domain_kind_find(const char *label);
const struct frpc_soc *frpc_soc_find(const char *compatible);
u32 frpc_bank_bits(const struct frpc_soc *soc, const struct frpc_domain_kind *kind);
u32 frpc_heap_bits(const struct frpc_soc *soc);
enum frpc_stream_kind frpc_stream_kind_find(bool has_iommu, enum frpc_domain_type type,
					    bool is_at_el2);
bool frpc_vmids_are_valid(const u32 *vmids, int count);
const char *frpc_heap_way_find(enum frpc_stream_kind kind, int nr_vmids,
			       enum frpc_heap_way *way);
bool frpc_region_is_reusable(const struct frpc_region *region);
const char *frpc_region_fault(const struct frpc_region *region, bool is_implicit,
			      u32 address_bits, enum frpc_heap_way way);
bool frpc_ranges_overlap(u64 first, u64 len, u64 other, u64 other_len);

#endif /* FRPC_TREE_RULES_H */
