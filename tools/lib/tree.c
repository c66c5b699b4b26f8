// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "tree.h"

/* By its own properties, or else those of what it is below. */
static bool is_coherent(const struct fdt_file *file, int node)
{
	for (; node != FDT_NONE; node = file->nodes[node].parent) {
		if (fdt_file_has(file, node, "dma-coherent"))
			return true;
		if (fdt_file_has(file, node, "dma-noncoherent"))
			return false;
	}
	return false;
}

static void read_bank(const struct fdt_file *file, int node, struct tree_bank *bank)
{
	*bank = (struct tree_bank){ .node = node, .shares_with = FDT_NONE };
	bank->has_reg = fdt_file_cells(file, node, "reg") > 0;
	bank->reg = fdt_file_cell(file, node, "reg", 0, 0);
	bank->wanted = fdt_file_cell(file, node, "qcom,nsessions", 0, 1);
	bank->is_coherent = is_coherent(file, node);
	bank->streams = streams_of(file, node, &bank->nr_streams);
}

static void read_banks(const struct fdt_file *file, struct tree_dsp *dsp)
{
	int child = FDT_NONE;

	while ((child = fdt_file_next_child(file, dsp->node, child)) != FDT_NONE) {
		if (!fdt_file_is(file, child, "qcom,fastrpc-compute-cb"))
			continue;
		/* the DSP may be switched off, then all are */
		if (dsp->is_enabled && !file->nodes[child].is_enabled)
			continue;
		dsp->banks = must_grow(dsp->banks, (dsp->nr_banks + 1) * sizeof(*dsp->banks));
		read_bank(file, child, &dsp->banks[dsp->nr_banks++]);
	}
}

/* The kernel places it at boot, within "alloc-ranges". */
static void read_ranges(const struct fdt_file *file, int address_cells, int size_cells,
			struct tree_region *region)
{
	int node = region->node, step = address_cells + size_cells;
	int cells = fdt_file_cells(file, node, "alloc-ranges");
	uint64_t first, last;

	region->is_placed_at_boot = true;
	region->rules.size = fdt_file_number(file, node, "size", 0, size_cells);
	region->last = UINT64_MAX;
	for (int at = 0; step && at + step <= cells; at += step) {
		first = fdt_file_number(file, node, "alloc-ranges", at, address_cells);
		last = first - 1 + fdt_file_number(file, node, "alloc-ranges", at + address_cells,
						   size_cells);
		if (!at || first < region->first)
			region->first = first;
		if (!at || last > region->last)
			region->last = last;
	}
}

static void read_region(const struct fdt_file *file, struct tree_dsp *dsp)
{
	struct tree_region *region = &dsp->region;
	int parent, address_cells, size_cells;

	dsp->has_region = fdt_file_has(file, dsp->node, "memory-region");
	region->node = fdt_file_by_phandle(file, fdt_file_cell(file, dsp->node, "memory-region",
							       0, 0));
	if (region->node == FDT_NONE)
		return;
	parent = file->nodes[region->node].parent;
	address_cells = fdt_file_cell(file, parent, "#address-cells", 0, 2);
	size_cells = fdt_file_cell(file, parent, "#size-cells", 0, 1);
	region->rules.is_no_map = fdt_file_has(file, region->node, "no-map");
	region->rules.is_reusable = fdt_file_has(file, region->node, "reusable");
	if (fdt_file_has(file, region->node, "reg")) {
		region->rules.base = fdt_file_number(file, region->node, "reg", 0, address_cells);
		region->rules.size = fdt_file_number(file, region->node, "reg", address_cells,
						     size_cells);
		region->first = region->rules.base;
		region->last = region->first + region->rules.size - 1;
	} else {
		read_ranges(file, address_cells, size_cells, region);
	}
	if (!file->nodes[region->node].is_enabled)
		region->rules.size = 0;
	region->kind = frpc_region_is_reusable(&region->rules) ? REGION_POOL :
		       region->rules.is_no_map ? REGION_CARVE_OUT : REGION_MAPPED;
}

static void read_vmids(const struct fdt_file *file, struct tree_dsp *dsp)
{
	int len, count = fdt_file_cells(file, dsp->node, "qcom,vmids");

	if (!fdt_file_bytes(file, dsp->node, "qcom,vmids", &len))
		return;
	for (int i = 0; i < count && i < FRPC_VMIDS_MAX; i++)
		dsp->vmids[i] = fdt_file_cell(file, dsp->node, "qcom,vmids", i, 0);
	dsp->nr_vmids = !(len % 4) && frpc_vmids_are_valid(dsp->vmids, count) ? count : -1;
}

/* The node above the edge: that of the driver that starts the DSP. */
static int find_remoteproc(const struct fdt_file *file, int node)
{
	int edge = file->nodes[node].parent;
	int above = edge == FDT_NONE ? FDT_NONE : file->nodes[edge].parent;

	if (above == FDT_NONE || strncmp(fdt_file_name(file, above), "remoteproc", 10))
		return FDT_NONE;
	return above;
}

static void read_remoteproc(const struct fdt_file *file, struct tree_dsp *dsp)
{
	const char *compatible;

	dsp->remoteproc = find_remoteproc(file, dsp->node);
	if (dsp->remoteproc == FDT_NONE)
		return;
	compatible = fdt_file_text(file, dsp->remoteproc, "compatible");
	dsp->is_pas = compatible && strstr(compatible, "-pas");
	dsp->own_streams = streams_of(file, dsp->remoteproc, &dsp->nr_own_streams);
	dsp->is_coherent = is_coherent(file, dsp->remoteproc);
}

static void read_dsp(const struct fdt_file *file, int node, const struct frpc_soc *soc,
		     struct tree_dsp *dsp)
{
	*dsp = (struct tree_dsp){ .node = node, .soc = soc };
	dsp->is_enabled = file->nodes[node].is_enabled;
	dsp->is_secure = !fdt_file_has(file, node, "qcom,non-secure-domain");
	dsp->is_glink = fdt_file_has(file, node, "qcom,glink-channels");
	dsp->label = fdt_file_text(file, node, "label");
	dsp->kind = dsp->label ? frpc_domain_kind_find(dsp->label) : NULL;
	read_remoteproc(file, dsp);
	read_banks(file, dsp);
	read_region(file, dsp);
	read_vmids(file, dsp);
}

static const struct frpc_soc *find_soc(const struct fdt_file *file, int node)
{
	for (int i = 0; i < FRPC_SOCS; i++)
		if (fdt_file_is(file, node, frpc_socs[i].compatible))
			return &frpc_socs[i];
	return NULL;
}

struct tree *tree_read(const char *path, const char **fault)
{
	struct fdt_file *file = fdt_file_read(path, fault);
	const struct frpc_soc *soc;
	struct tree *tree;

	if (!file)
		return NULL;
	tree = must_alloc(sizeof(*tree));
	tree->file = file;
	tree->model = fdt_file_text(file, 0, "model");
	for (int node = 0; node < file->count; node++) {
		soc = find_soc(file, node);
		if (!soc)
			continue;
		tree->dsps = must_grow(tree->dsps, (tree->nr_dsps + 1) * sizeof(*tree->dsps));
		read_dsp(file, node, soc, &tree->dsps[tree->nr_dsps++]);
	}
	tree_judge(tree);
	return tree;
}

static void dsp_free(struct tree_dsp *dsp)
{
	for (int i = 0; i < dsp->nr_banks; i++) {
		free(dsp->banks[i].streams);
		free(dsp->banks[i].fault);
	}
	for (int i = 0; i < dsp->nr_findings; i++)
		free(dsp->findings[i].text);
	for (int i = 0; i < dsp->nr_outcomes; i++)
		free(dsp->outcomes[i].fault);
	free(dsp->banks);
	free(dsp->findings);
	free(dsp->own_streams);
}

void tree_free(struct tree *tree)
{
	for (int i = 0; i < tree->nr_dsps; i++)
		dsp_free(&tree->dsps[i]);
	free(tree->dsps);
	fdt_file_free(tree->file);
	free(tree);
}

bool tree_has_lost(const struct tree *tree)
{
	for (int i = 0; i < tree->nr_dsps; i++)
		for (int j = 0; tree->dsps[i].is_enabled && j < tree->dsps[i].nr_findings; j++)
			if (tree->dsps[i].findings[j].kind == FINDING_LOST)
				return true;
	return false;
}
