// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkvariant TREE.dtb NAME WHERE-FROM: the FastRPC part of a machine's device tree as a
 * variant of the board.  board/dtb-variant builds and runs it.
 *
 * Kept are the DSPs, their banks with number, sessions, streams and coherency, the heaps of
 * audio and sensor domains with their kind, size and place, and their VMs.  What "fastrpcctl
 * check-dt" foretells of the machine's own tree goes into the node "foretold", for a test program.
 *
 * The board differs: a stream number is the board's, a bank without a stream gets one, and
 * number 0 is the DSP's own stream, so a bank of that number gets another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "tree.h"

/* Functions of PCI that the board always has, and those that a variant may add. */
static const unsigned int board_streams[] = { 0x88, 0x90, 0x98, 0xa8, 0xb0 };

#define STREAM_ADSP	0x80
#define STREAM_CDSP	0xa0
#define FIRST_ADDED	0xb8
#define LAST_ADDED	0xff
/* No DMA passes through a bank's other streams, so no function is behind them. */
#define FIRST_OTHER	0x1000
/* The SMMU has no such stream: a bank that cannot be attached. */
#define NO_STREAM	0x10000

static unsigned int streams_taken, others_taken;

static unsigned int next_stream(void)
{
	unsigned int n = streams_taken++;

	if (n < ARRAY_SIZE(board_streams))
		return board_streams[n];
	n += FIRST_ADDED - ARRAY_SIZE(board_streams);
	if (n > LAST_ADDED)
		give_up("this tree has more banks than the board has streams");
	return n;
}

static unsigned int own_stream(const char *label)
{
	if (!strcmp(label, "adsp"))
		return STREAM_ADSP;
	return !strcmp(label, "cdsp") ? STREAM_CDSP : next_stream();
}

static bool is_used(const struct tree_dsp *dsp)
{
	return dsp->is_enabled && dsp->kind && dsp->nr_banks;
}

/* --- banks --------------------------------------------------------------------- */

static bool has_bank(const struct tree_dsp *dsp, uint32_t reg)
{
	for (int i = 0; i < dsp->nr_banks; i++)
		if (dsp->banks[i].reg == reg)
			return true;
	return false;
}

static uint32_t bank_number(const struct tree_dsp *dsp, const struct tree_bank *bank)
{
	uint32_t reg = 1;

	if (bank->reg)
		return bank->reg;
	while (has_bank(dsp, reg))
		reg++;
	return reg;
}

static void print_bank(const struct tree_dsp *dsp, const struct tree_bank *bank)
{
	uint32_t reg = bank_number(dsp, bank);

	printf("\t%s_cb%u: compute-cb@%u {\n", dsp->label, reg, reg);
	printf("\t\tcompatible = \"qcom,fastrpc-compute-cb\";\n\t\treg = <%u>;\n", reg);
	printf("\t\tiommus = <SMMU 0x%x>", bank->fault ? NO_STREAM : next_stream());
	for (int i = 1; i < bank->nr_streams && !bank->fault; i++)
		printf(", <SMMU 0x%x>", FIRST_OTHER + others_taken++);
	printf(";\n\t\t%s;\n", bank->is_coherent ? "dma-coherent" : "dma-noncoherent");
	if (bank->fault)
		printf("\t\tboard,lost;\n");
	if (bank->wanted != 1)
		printf("\t\tqcom,nsessions = <%u>;\n", bank->wanted);
	printf("\t};\n");
}

/* --- the heap -------------------------------------------------------------------- */

static bool has_heap(const struct tree_dsp *dsp)
{
	return dsp->nr_outcomes && dsp->kind->has_heap;
}

/* A region has the name of the first DSP that it is the heap of. */
static const struct tree_dsp *region_owner(const struct tree *tree, const struct tree_dsp *dsp)
{
	const struct tree_dsp *owner = tree->dsps;

	while (!is_used(owner) || !has_heap(owner) || owner->region.node != dsp->region.node)
		owner++;
	return owner;
}

static void print_cells(const char *name, uint64_t first, uint64_t size)
{
	printf("\t\t\t%s = <0x%x 0x%x 0x%x 0x%x>;\n", name, (unsigned int)(first >> 32),
	       (unsigned int)first, (unsigned int)(size >> 32), (unsigned int)size);
}

static void print_region(const struct tree_dsp *owner)
{
	const struct tree_region *region = &owner->region;
	bool is_placed = region->is_placed_at_boot;

	printf("/ {\n\treserved-memory {\n\t\t%s_heap: %s-heap", owner->label, owner->label);
	if (!is_placed)
		printf("@%llx", (unsigned long long)region->first);
	printf(" {\n");
	if (region->kind == REGION_POOL)
		printf("\t\t\tcompatible = \"shared-dma-pool\";\n\t\t\treusable;\n");
	else if (region->kind == REGION_CARVE_OUT)
		printf("\t\t\tno-map;\n");
	if (!is_placed)
		print_cells("reg", region->first, region->rules.size);
	else
		printf("\t\t\tsize = <0x%x 0x%x>;\n", (unsigned int)(region->rules.size >> 32),
		       (unsigned int)region->rules.size);
	if (is_placed && region->last != UINT64_MAX)
		print_cells("alloc-ranges", region->first, region->last - region->first + 1);
	printf("\t\t};\n\t};\n};\n\n");
}

/* --- the channel ------------------------------------------------------------------ */

static void print_compatible(const struct tree *tree, const struct tree_dsp *dsp)
{
	int len = 0;
	const char *text = fdt_file_bytes(tree->file, dsp->node, "compatible", &len);

	printf("\tcompatible = ");
	for (const char *word = text; word < text + len; word += strlen(word) + 1)
		printf("%s\"%s\"", word == text ? "" : ", ", word);
	printf(";\n");
}

static void print_channel(const struct tree *tree, const struct tree_dsp *dsp)
{
	printf("&%s_fastrpc {\n", dsp->label);
	print_compatible(tree, dsp);
	if (dsp->is_secure)
		printf("\t/delete-property/ qcom,non-secure-domain;\n");
	else
		printf("\tqcom,non-secure-domain;\n");
	if (has_heap(dsp))
		printf("\tmemory-region = <&%s_heap>;\n", region_owner(tree, dsp)->label);
	else
		printf("\t/delete-property/ memory-region;\n");
	if (has_heap(dsp) && dsp->nr_vmids > 0) {
		printf("\tqcom,vmids = <");
		for (int i = 0; i < dsp->nr_vmids; i++)
			printf("%s%u", i ? " " : "", dsp->vmids[i]);
		printf(">;\n");
	} else {
		printf("\t/delete-property/ qcom,vmids;\n");
	}
	for (int i = 0; i < dsp->nr_banks; i++)
		print_bank(dsp, &dsp->banks[i]);
	printf("};\n\n");
}

/* A remoteproc may have several; what the board's DSP does comes from the first. */
static void print_own_streams(const struct tree_dsp *dsp, unsigned int stream)
{
	if (dsp->nr_own_streams < 2)
		return;
	printf("&%s {\n\tiommus = <SMMU 0x%x>", dsp->label, stream);
	for (int i = 1; i < dsp->nr_own_streams; i++)
		printf(", <SMMU 0x%x>", FIRST_OTHER + others_taken++);
	printf(";\n};\n\n");
}

static void print_dsp(const struct tree *tree, const struct tree_dsp *dsp, bool is_bypassed)
{
	unsigned int stream = own_stream(dsp->label);

	if (has_heap(dsp) && region_owner(tree, dsp) == dsp)
		print_region(dsp);
	if (strcmp(dsp->label, "adsp"))
		printf("DSP(%s, \"%s\", 0x%x, label = \"%s\";)\n\n", dsp->label, dsp->label, stream,
		       dsp->label);
	print_own_streams(dsp, stream);
	print_channel(tree, dsp);
	if (has_heap(dsp) && dsp->nr_vmids > 0) {
		printf("#if EL == 1\n&%s_dsp {\n\tboard,vmids = <", dsp->label);
		for (int i = 0; i < dsp->nr_vmids; i++)
			printf("%s%u", i ? " " : "", dsp->vmids[i]);
		printf(">;\n};\n#endif\n\n");
	}
	if (is_bypassed)
		printf("BYPASS(%s, 0x%x)\n\n", dsp->label, stream);
}

/* --- what comes of it -------------------------------------------------------------- */

static const char *foretold_heap(const struct tree_dsp *dsp, const char *boot)
{
	static const char *const ways[] = {
		[FRPC_HEAP_AS_IS] = "as-is", [FRPC_HEAP_MAP] = "map",
		[FRPC_HEAP_ASSIGN] = "assign",
	};

	for (int i = 0; has_heap(dsp) && i < dsp->nr_outcomes; i++)
		if (!strcmp(dsp->outcomes[i].boot, boot))
			return dsp->outcomes[i].fault ? "none" : ways[dsp->outcomes[i].way];
	return "none";
}

static void print_foretold(const struct tree_dsp *dsp, const char *boot)
{
	printf("\t\t%s {\n\t\t\tsessions = <%u>;\n", dsp->label, dsp->sessions);
	printf("\t\t\tplain = <%d>;\n", dsp->kind->has_both_nodes || !dsp->is_secure);
	printf("\t\t\tsecure = <%d>;\n", dsp->kind->has_both_nodes || dsp->is_secure);
	printf("\t\t\theap = \"%s\";\n", foretold_heap(dsp, boot));
	if (has_heap(dsp)) {
		printf("\t\t\theap-size = <0x%x>;\n", (unsigned int)dsp->region.rules.size);
		printf("\t\t\theap-first = <0x%x>;\n", (unsigned int)dsp->region.first);
		printf("\t\t\theap-last = <0x%x>;\n", (unsigned int)dsp->region.last);
	}
	printf("\t\t};\n");
}

static bool has_dsp(const struct tree *tree, const char *label)
{
	for (int i = 0; i < tree->nr_dsps; i++)
		if (is_used(&tree->dsps[i]) && !strcmp(tree->dsps[i].label, label))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	bool is_el1 = argc == 4 && !strncmp(argv[2], "el1-", 4);
	const char *fault = NULL;
	struct tree *tree;

	if (argc != 4)
		give_up("it takes TREE.dtb NAME WHERE-FROM");
	tree = tree_read(argv[1], &fault);
	if (!tree)
		give_up("%s is no device tree", argv[1]);
	if (!has_dsp(tree, "adsp"))
		give_up("this machine has no ADSP, and the board always has one");
	printf("// %s-License-Identifier: GPL-2.0-only\n", "SPDX");
	printf("/*\n * Written by board/dtb-variant.  %s, of %s.\n */\n",
	       tree->model ? tree->model : "A machine", argv[3]);
	printf("WITHOUT_BANKS\n%s\n", has_dsp(tree, "cdsp") ? "" : "WITHOUT_CDSP\n");
	for (int i = 0; i < tree->nr_dsps; i++)
		if (is_used(&tree->dsps[i]))
			print_dsp(tree, &tree->dsps[i], !is_el1 && !tree->dsps[i].nr_own_streams);
	printf("/ {\n\tforetold {\n");
	for (int i = 0; i < tree->nr_dsps; i++)
		if (is_used(&tree->dsps[i]))
			print_foretold(&tree->dsps[i], is_el1 ? "EL1" : "EL2");
	printf("\t};\n};\n");
	/* for board/dtb-variant: how many functions of PCI the variant adds */
	fprintf(stderr, "streams 0x%x\n", streams_taken > ARRAY_SIZE(board_streams) ?
		FIRST_ADDED + streams_taken - (unsigned int)ARRAY_SIZE(board_streams) : 0);
	tree_free(tree);
	return 0;
}
