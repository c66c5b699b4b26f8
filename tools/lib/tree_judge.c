// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is lost, missing or worth knowing of each DSP of a tree.  The rules of the driver
 * are in driver/tree_rules.c, that of SMMU streams is in streams.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "tree.h"

/* From here on a kernel below 6.4 cannot name a virtual machine as the owner of memory. */
#define VMID_LATE	32

static void __attribute__((format(printf, 3, 4)))
found(struct tree_dsp *dsp, enum finding_kind kind, const char *fmt, ...)
{
	struct tree_finding *finding;
	va_list ap;

	dsp->findings = must_grow(dsp->findings,
				  (dsp->nr_findings + 1) * sizeof(*dsp->findings));
	finding = &dsp->findings[dsp->nr_findings++];
	finding->kind = kind;
	va_start(ap, fmt);
	if (vasprintf(&finding->text, fmt, ap) < 0)
		give_up("out of memory");
	va_end(ap);
}

/* --- context banks and sessions --------------------------------------------- */

static char *overlap_text(const struct fdt_file *file, const struct tree_bank *bank,
			  const struct stream_result *result)
{
	const struct stream *own = &result->stream, *other = &result->other.stream;
	const char *of = "the same bank";

	if (result->other.node != bank->node)
		of = fdt_file_name(file, result->other.node);
	return must_print("its stream 0x%x/0x%x overlaps 0x%x/0x%x of %s", own->id, own->mask,
			  other->id, other->mask, of);
}

static void attach_bank(struct stream_table *table, const struct fdt_file *file,
			struct tree_bank *bank)
{
	struct stream_result result = streams_attach(table, file, bank->node);

	if (!result.is_attached)
		bank->fault = overlap_text(file, bank, &result);
	else if (result.has_other)
		bank->shares_with = result.other.node;
}

static void count_sessions(const struct fdt_file *file, struct tree_dsp *dsp)
{
	uint32_t left = FRPC_SESSIONS_MAX, places = FRPC_SESSIONS_MAX;

	for (int i = 0; i < dsp->nr_banks; i++) {
		struct tree_bank *bank = &dsp->banks[i];

		if (!bank->fault && !bank->has_reg)
			bank->fault = must_print("it has no number (reg)");
		if (!bank->fault && !places)
			bank->fault = must_print("a DSP has %d context banks at most",
						 FRPC_SESSIONS_MAX);
		if (!bank->fault && !left)
			bank->fault = must_print("a DSP has %d sessions at most",
						 FRPC_SESSIONS_MAX);
		if (!bank->fault && !bank->wanted)
			bank->fault = must_print("it has no session (qcom,nsessions is 0)");
		if (bank->fault) {
			found(dsp, FINDING_LOST, "%s is not used: %s",
			      fdt_file_name(file, bank->node), bank->fault);
		} else {
			bank->sessions = bank->wanted < left ? bank->wanted : left;
			left -= bank->sessions;
			places--;
			if (bank->sessions < bank->wanted)
				found(dsp, FINDING_LOST, "%s gets %u of its %u sessions: a DSP has %d at most",
				      fdt_file_name(file, bank->node), bank->sessions,
				      bank->wanted, FRPC_SESSIONS_MAX);
		}
		dsp->sessions += bank->sessions;
		dsp->sessions_lost += bank->wanted - bank->sessions;
	}
}

static void note_banks(const struct fdt_file *file, struct tree_dsp *dsp)
{
	for (int i = 0; i < dsp->nr_banks; i++) {
		const struct tree_bank *bank = &dsp->banks[i];
		const char *name = fdt_file_name(file, bank->node);

		if (bank->fault)
			continue;
		if (bank->shares_with != FDT_NONE)
			found(dsp, FINDING_NOTE, "%s and %s are one address space: their clients can reach each other's memory on the DSP",
			      fdt_file_name(file, bank->shares_with), name);
		if (!bank->nr_streams)
			found(dsp, FINDING_NOTE, "%s has no IOMMU: the DSP is given physical addresses, of memory below 4 GiB in one piece",
			      name);
		if (bank->sessions > 1)
			found(dsp, FINDING_NOTE, "%s serves %u sessions (qcom,nsessions): their clients can reach each other's memory on the DSP",
			      name, bank->sessions);
	}
}

static void judge_banks(const struct fdt_file *file, struct stream_table *table,
			struct tree_dsp *dsp)
{
	for (int i = 0; dsp->is_enabled && i < dsp->nr_banks; i++)
		attach_bank(table, file, &dsp->banks[i]);
	count_sessions(file, dsp);
	note_banks(file, dsp);
}

/* --- the heap ---------------------------------------------------------------- */

/* Another child of /reserved-memory with a page of the region; or FDT_NONE. */
static int find_overlap(const struct fdt_file *file, const struct tree_region *region)
{
	int parent = file->nodes[region->node].parent, other = FDT_NONE;
	int address_cells = fdt_file_cell(file, parent, "#address-cells", 0, 2);
	int size_cells = fdt_file_cell(file, parent, "#size-cells", 0, 1);
	uint64_t base, size;

	if (region->is_placed_at_boot)
		return FDT_NONE;
	while ((other = fdt_file_next_child(file, parent, other)) != FDT_NONE) {
		if (other == region->node || !file->nodes[other].is_enabled)
			continue;
		base = fdt_file_number(file, other, "reg", 0, address_cells);
		size = fdt_file_number(file, other, "reg", address_cells, size_cells);
		if (frpc_ranges_overlap(region->rules.base, region->rules.size, base, size))
			return other;
	}
	return FDT_NONE;
}

/* A node in use, other than FastRPC's, that has the region; or FDT_NONE. */
static int find_other_user(const struct fdt_file *file, const struct tree_region *region)
{
	for (int user = 0; user < file->count; user++) {
		int cells = fdt_file_cells(file, user, "memory-region");

		if (!cells || !file->nodes[user].is_enabled ||
		    !strcmp(fdt_file_name(file, user), "fastrpc"))
			continue;
		for (int i = 0; i < cells; i++)
			if (fdt_file_cell(file, user, "memory-region", i, 0) ==
			    file->nodes[region->node].phandle)
				return user;
	}
	return FDT_NONE;
}

/* What is wrong with a carve-out, whatever lets the DSP in; to be freed. */
static char *carve_out_fault(const struct fdt_file *file, const struct tree_region *region)
{
	const char *name = fdt_file_name(file, region->node);
	int other;

	if (region->kind == REGION_POOL || !region->rules.size)
		return NULL;
	if (region->kind == REGION_MAPPED)
		return must_print("memory-region %s %s", name, FRPC_REGION_IS_MAPPED);
	other = find_overlap(file, region);
	if (other == FDT_NONE)
		other = find_other_user(file, region);
	if (other == FDT_NONE)
		return NULL;
	return must_print("memory-region %s overlaps, or is used by, %s", name,
			  fdt_file_name(file, other));
}

/* The first that the driver would say; to be freed. */
static char *heap_fault(const struct fdt_file *file, const struct tree_dsp *dsp,
			enum frpc_stream_kind kind, enum frpc_heap_way *way)
{
	const char *fault = frpc_heap_way_find(kind, dsp->nr_vmids, way);

	if (fault)
		return must_print("%s", fault);
	fault = frpc_region_fault(&dsp->region.rules, dsp->kind->is_heap_implicit,
				  frpc_heap_bits(dsp->soc), *way);
	if (fault)
		return must_print("memory-region %s %s",
				  fdt_file_name(file, dsp->region.node), fault);
	return carve_out_fault(file, &dsp->region);
}

static void add_outcome(const struct fdt_file *file, struct tree_dsp *dsp, const char *boot,
			const char *where, enum frpc_stream_kind kind)
{
	struct tree_outcome *outcome = &dsp->outcomes[dsp->nr_outcomes++];

	outcome->boot = boot;
	outcome->where = where;
	outcome->fault = heap_fault(file, dsp, kind, &outcome->way);
}

/* The ways to boot that a tree is made for.  If none has a heap, that is a loss. */
static void judge_outcomes(const struct fdt_file *file, struct tree_dsp *dsp)
{
	if (dsp->nr_own_streams) {
		add_outcome(file, dsp, "EL2", "Linux " PAS_IOMMU_SINCE " or newer at EL2",
			    frpc_stream_kind_find(dsp->is_pas, FRPC_DOMAIN_OTHER, true));
		add_outcome(file, dsp, "EL2-old", "Linux before " PAS_IOMMU_SINCE " at EL2",
			    frpc_stream_kind_find(false, FRPC_DOMAIN_OTHER, true));
	} else {
		add_outcome(file, dsp, "EL1", "below a hypervisor",
			    frpc_stream_kind_find(false, FRPC_DOMAIN_NONE, false));
		add_outcome(file, dsp, "EL2", "Linux at EL2",
			    frpc_stream_kind_find(false, FRPC_DOMAIN_NONE, true));
	}
	if (dsp->outcomes[0].fault && dsp->outcomes[1].fault)
		found(dsp, FINDING_LOST, "no heap: %s", dsp->outcomes[0].fault);
}

static void note_vmids(struct tree_dsp *dsp)
{
	if (dsp->nr_own_streams)
		return;
	if (!dsp->nr_vmids)
		found(dsp, FINDING_MISSING, "no qcom,vmids: a hypervisor is not asked to let the DSP in.  The fastrpc node needs qcom,vmids = <22 37>; or the VMs of this machine");
	for (int i = 0; i < dsp->nr_vmids; i++) {
		if (dsp->vmids[i] < VMID_LATE)
			continue;
		found(dsp, FINDING_NOTE, "below a hypervisor Linux before 6.4 cannot reclaim the heap from VM %u",
		      dsp->vmids[i]);
		break;
	}
}

/* What would supply a heap, for people to put into their tree. */
static void say_no_region(struct tree_dsp *dsp)
{
	if (dsp->kind->is_heap_implicit)
		found(dsp, FINDING_MISSING, "no memory-region: calls work, the sensors' firmware gets no memory from Linux.  If it needs some: memory-region = <&REGION>, a no-map carve-out");
	else
		found(dsp, FINDING_MISSING, "no memory-region: calls work, the audio PD gets no memory.  The fastrpc node needs memory-region = <&audio_heap>; qcom,vmids = <22 37>; and /reserved-memory: audio_heap: audio-heap { compatible = \"shared-dma-pool\"; reusable; size = <0x0 0x800000>; alloc-ranges = <0x0 0x80000000 0x0 0x80000000>; };");
}

static void judge_heap(const struct fdt_file *file, struct tree_dsp *dsp)
{
	if (!dsp->kind->has_heap)
		return;
	if (!dsp->has_region) {
		say_no_region(dsp);
	} else if (dsp->region.node == FDT_NONE) {
		found(dsp, FINDING_LOST, "no heap: memory-region leads nowhere");
	} else if (dsp->remoteproc == FDT_NONE) {
		found(dsp, FINDING_LOST, "no heap: the device tree has no remoteproc above it");
	} else {
		judge_outcomes(file, dsp);
		note_vmids(dsp);
	}
}

/* One region is one DSP's: the first that asks has it. */
static void judge_namesakes(struct tree *tree)
{
	for (int i = 0; i < tree->nr_dsps; i++)
		for (int j = 0; j < i; j++) {
			struct tree_dsp *dsp = &tree->dsps[i], *other = &tree->dsps[j];

			if (!dsp->is_enabled || !other->is_enabled || !dsp->nr_outcomes ||
			    !other->nr_outcomes || dsp->region.node != other->region.node)
				continue;
			found(dsp, FINDING_LOST, "memory-region %s is also that of %s: one of the two has it at a time",
			      fdt_file_name(tree->file, dsp->region.node), other->label);
		}
}

/* --- all of it ---------------------------------------------------------------- */

static bool is_bank(const struct fdt_file *file, int node)
{
	return fdt_file_is(file, node, "qcom,fastrpc-compute-cb");
}

/* Devices that are there when a DSP comes have their streams already. */
static void attach_others(struct stream_table *table, const struct fdt_file *file)
{
	for (int node = 0; node < file->count; node++)
		if (file->nodes[node].is_enabled && !is_bank(file, node) &&
		    fdt_file_has(file, node, "iommus"))
			streams_attach(table, file, node);
}

static void judge_dsp(const struct fdt_file *file, struct stream_table *table,
		      struct tree_dsp *dsp)
{
	judge_banks(file, table, dsp);
	if (!dsp->kind) {
		found(dsp, FINDING_LOST, "the label \"%s\" names no DSP: adsp, mdsp, sdsp, cdsp or gdsp expected",
		      dsp->label ? dsp->label : "");
		return;
	}
	if (!dsp->nr_banks)
		found(dsp, FINDING_MISSING, "no context bank: it has no session");
	judge_heap(file, dsp);
	if (dsp->nr_own_streams && !dsp->is_pas)
		found(dsp, FINDING_NOTE, "the driver of %s is not PAS: whether it manages its stream is not known",
		      fdt_file_name(file, dsp->remoteproc));
}

void tree_judge(struct tree *tree)
{
	struct stream_table table = { };

	attach_others(&table, tree->file);
	for (int i = 0; i < tree->nr_dsps; i++)
		judge_dsp(tree->file, &table, &tree->dsps[i]);
	judge_namesakes(tree);
	streams_free(&table);
}
