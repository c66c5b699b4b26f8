/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FastRPC part of a device tree, and what the driver makes of it.  Where the driver
 * has a rule, it is the driver's own (driver/tree_rules.c).
 */
#ifndef TOOLS_TREE_H
#define TOOLS_TREE_H

#include "fdt_file.h"
#include "streams.h"
#include "tree_rules.h"

/* The first Linux whose PAS driver manages the IOMMU domain of a remoteproc's stream. */
#define PAS_IOMMU_SINCE		"7.0"

/* A context bank: an SMMU context of the DSP's, which serves one session or several. */
struct tree_bank {
	int node;
	bool has_reg;
	uint32_t reg;
	uint32_t wanted;	/* sessions, by the tree */
	uint32_t sessions;	/* that clients can have */
	bool is_coherent;
	struct stream *streams;
	int nr_streams;
	char *fault;		/* why it is not used; NULL: it is */
	int shares_with;	/* node of a device in the same address space, or FDT_NONE */
};

enum region_kind {
	REGION_CARVE_OUT,	/* no-map: Linux does not use it */
	REGION_POOL,		/* reusable (CMA): the kernel uses it until it is claimed */
	REGION_MAPPED,		/* neither */
};

/* The remote heap. */
struct tree_region {
	int node;		/* FDT_NONE: the phandle leads nowhere */
	enum region_kind kind;
	struct frpc_region rules;
	bool is_placed_at_boot;
	uint64_t first, last;	/* where it is; or where it may be placed */
};

/* One way to boot, and what becomes of the heap then. */
struct tree_outcome {
	const char *boot;	/* "EL1", "EL2", ... */
	const char *where;	/* the same for people */
	enum frpc_heap_way way;
	char *fault;		/* no heap: why; NULL: there is one */
};

#define TREE_OUTCOMES	2

enum finding_kind {
	FINDING_LOST,		/* refused or lost */
	FINDING_MISSING,	/* what something does not work without */
	FINDING_NOTE,
};

struct tree_finding {
	enum finding_kind kind;
	char *text;
};

struct tree_dsp {
	int node;
	int remoteproc;		/* node; FDT_NONE: there is none above */
	bool is_enabled;
	bool is_secure;
	bool is_glink;
	const char *label;
	const struct frpc_soc *soc;
	const struct frpc_domain_kind *kind;	/* NULL: the driver does not know it */
	struct tree_bank *banks;
	int nr_banks;
	uint32_t sessions, sessions_lost;
	struct stream *own_streams;	/* the remoteproc's */
	int nr_own_streams;
	bool is_pas;
	bool is_coherent;		/* the remoteproc */
	bool has_region;
	struct tree_region region;
	uint32_t vmids[FRPC_VMIDS_MAX];
	int nr_vmids;			/* negative: malformed */
	struct tree_outcome outcomes[TREE_OUTCOMES];
	int nr_outcomes;
	struct tree_finding *findings;
	int nr_findings;
};

struct tree {
	struct fdt_file *file;
	const char *model;
	struct tree_dsp *dsps;
	int nr_dsps;
};

/* Reads a file; NULL as of fdt_file_read(). */
struct tree *tree_read(const char *path, const char **fault);
void tree_free(struct tree *tree);

/* Something is refused or lost, of a DSP that is switched on. */
bool tree_has_lost(const struct tree *tree);

/* Fills findings, outcomes and sessions of all DSPs: tree_judge.c. */
void tree_judge(struct tree *tree);

#endif
