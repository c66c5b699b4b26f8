// SPDX-License-Identifier: GPL-2.0-only
/*
 * check-dt: what the driver makes of device trees, before they are booted.  On any machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fastrpcctl.h"
#include "json.h"
#include "say.h"
#include "tree.h"

#define LIVE_TREE	"/sys/firmware/fdt"

static bool as_json, is_live;

static const struct option_entry options[] = {
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ "live", 'l', .flag = &is_live, .help = "the tree that this machine was booted with" },
	{ }
};

static const char *const kind_names[] = {
	[REGION_CARVE_OUT] = "no-map", [REGION_POOL] = "CMA", [REGION_MAPPED] = "mapped",
};

static const char *const way_names[] = {
	[FRPC_HEAP_AS_IS] = "as-is", [FRPC_HEAP_MAP] = "map", [FRPC_HEAP_ASSIGN] = "assign",
};

static const char *const finding_names[] = {
	[FINDING_LOST] = "lost", [FINDING_MISSING] = "missing", [FINDING_NOTE] = "note",
};

/* "8 MiB" */
static const char *size_text(uint64_t size)
{
	static char text[32];

	if (size && !(size % 1048576))
		snprintf(text, sizeof(text), "%llu MiB", (unsigned long long)size / 1048576);
	else
		snprintf(text, sizeof(text), "0x%llx bytes", (unsigned long long)size);
	return text;
}

static const char *label_of(const struct tree_dsp *dsp)
{
	return dsp->label ? dsp->label : "(no label)";
}

/* --- one tree, for people ----------------------------------------------------- */

/* A node of a DSP, and who may open it by the rules of packaging/udev. */
struct node {
	const char *ending, *who;
};

static const struct node plain_node = { "", "the group fastrpc" };
static const struct node secure_node = { "-secure", "root" };

/* How many it has. */
static int nodes_of(const struct tree_dsp *dsp, const struct node **nodes)
{
	int count = 0;

	if (dsp->kind && (dsp->kind->has_both_nodes || !dsp->is_secure))
		nodes[count++] = &plain_node;
	if (dsp->kind && (dsp->kind->has_both_nodes || dsp->is_secure))
		nodes[count++] = &secure_node;
	return count;
}

static void print_nodes(const struct tree_dsp *dsp)
{
	const struct node *nodes[2];
	int count = nodes_of(dsp, nodes);

	for (int i = 0; i < count; i++)
		printf("%s/dev/fastrpc-%s%s for %s", i ? ", " : "  nodes     ", dsp->label,
		       nodes[i]->ending, nodes[i]->who);
	if (count == 2 && dsp->is_secure)
		printf("; signed processes by the secure one only");
	if (count)
		putchar('\n');
}

static const char *coherency_text(const struct tree_dsp *dsp)
{
	int coherent = 0;

	for (int i = 0; i < dsp->nr_banks; i++)
		coherent += dsp->banks[i].is_coherent;
	if (!coherent)
		return "not coherent";
	return coherent == dsp->nr_banks ? "coherent" : "coherent in part";
}

static void print_sessions(const struct tree_dsp *dsp)
{
	printf("  sessions  %u, in %d bank%s", dsp->sessions, dsp->nr_banks,
	       dsp->nr_banks == 1 ? "" : "s");
	if (dsp->sessions_lost)
		printf(", %u lost", dsp->sessions_lost);
	if (dsp->kind)
		printf("; %u bits of address, %s", frpc_bank_bits(dsp->soc, dsp->kind),
		       coherency_text(dsp));
	putchar('\n');
}

/* Names each bank by its number in the tree. */
static void print_banks(const struct tree *tree, const struct tree_dsp *dsp)
{
	printf("  banks    ");
	for (int i = 0; i < dsp->nr_banks; i++) {
		const struct tree_bank *bank = &dsp->banks[i];

		printf("%s ", i ? "," : "");
		if (bank->has_reg)
			printf("%u", bank->reg);
		else
			printf("%s", fdt_file_name(tree->file, bank->node));
		if (bank->sessions != 1)
			printf(" with %u sessions", bank->sessions);
	}
	printf("%s\n", dsp->nr_banks ? "" : " none");
}

static void print_stream(const struct tree *tree, const struct tree_dsp *dsp)
{
	if (dsp->remoteproc == FDT_NONE) {
		printf("  DSP       no remoteproc is above it in this tree\n");
		return;
	}
	printf("  DSP       %s, %s\n", fdt_file_name(tree->file, dsp->remoteproc),
	       fdt_file_text(tree->file, dsp->remoteproc, "compatible"));
	if (!dsp->nr_own_streams) {
		printf("  stream    not in this tree: a hypervisor has it, or no SMMU translates it\n");
		return;
	}
	printf("  stream    ");
	for (int i = 0; i < dsp->nr_own_streams; i++)
		printf("%s0x%x/0x%x", i ? ", " : "", dsp->own_streams[i].id,
		       dsp->own_streams[i].mask);
	printf(": Linux' own (EL2).  Takes Linux " PAS_IOMMU_SINCE " or newer: before that no driver of\n"
	       "            remote processors attaches it, and the DSP does not start\n");
}

static void print_vmids(const struct tree_dsp *dsp)
{
	for (int i = 0; i < dsp->nr_vmids; i++)
		printf(" %u", dsp->vmids[i]);
}

static void print_outcome(const struct tree_dsp *dsp, const struct tree_outcome *outcome)
{
	printf("            %s: ", outcome->where);
	if (outcome->fault) {
		printf("none, %s\n", outcome->fault);
		return;
	}
	switch (outcome->way) {
	case FRPC_HEAP_MAP:
		printf("mapped 1:1 in the remoteproc's domain");
		if (dsp->nr_vmids > 0) {
			printf("; qcom,vmids");
			print_vmids(dsp);
			printf(" are not used");
		}
		putchar('\n');
		break;
	case FRPC_HEAP_ASSIGN:
		printf("assigned to VMs");
		print_vmids(dsp);
		printf(" by SCM\n");
		break;
	default:
		printf("used as it is; a DSP that Linux starts behind an SMMU needs\n"
		       "            iommus = <&SMMU STREAM MASK> in the node of its remoteproc\n");
	}
}

static void print_heap(const struct tree_dsp *dsp)
{
	const struct tree_region *region = &dsp->region;

	if (!dsp->nr_outcomes)
		return;
	if (region->is_placed_at_boot)
		printf("  heap      %s, placed by the kernel at boot in 0x%llx-0x%llx",
		       size_text(region->rules.size), (unsigned long long)region->first,
		       (unsigned long long)region->last);
	else
		printf("  heap      0x%llx-0x%llx, %s", (unsigned long long)region->first,
		       (unsigned long long)region->last, size_text(region->rules.size));
	printf(" (%s)\n", region->kind == REGION_POOL ? "CMA: claimed whole when it is asked for" :
	       region->kind == REGION_CARVE_OUT ? "no-map carve-out" : "mapped by the kernel");
	for (int i = 0; i < dsp->nr_outcomes; i++)
		print_outcome(dsp, &dsp->outcomes[i]);
}

static void print_dsp(const struct tree *tree, const struct tree_dsp *dsp)
{
	printf("%s%s\n", label_of(dsp), dsp->is_enabled ? "" : ", switched off in this tree");
	print_nodes(dsp);
	print_sessions(dsp);
	print_banks(tree, dsp);
	print_stream(tree, dsp);
	print_heap(dsp);
	for (int i = 0; i < dsp->nr_findings; i++)
		printf("  %-9s %s\n", finding_names[dsp->findings[i].kind], dsp->findings[i].text);
}

static void print_tree(const char *path, const struct tree *tree)
{
	printf("%s: %s\n", path, tree->model ? tree->model : "no model");
	if (!tree->nr_dsps)
		printf("no DSP with FastRPC\n");
	for (int i = 0; i < tree->nr_dsps; i++)
		print_dsp(tree, &tree->dsps[i]);
}

/* --- many, as a table --------------------------------------------------------- */

#define ROW	"%-46s %-44s %s\n"

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What an audio PD gets, in few words. */
static const char *audio_text(const struct tree *tree)
{
	static char text[64];

	for (int i = 0; i < tree->nr_dsps; i++) {
		const struct tree_dsp *dsp = &tree->dsps[i];
		const struct tree_outcome *first = &dsp->outcomes[0];

		if (!dsp->is_enabled || !dsp->kind || !dsp->kind->has_heap ||
		    dsp->kind->is_heap_implicit)
			continue;
		if (!dsp->has_region)
			return "none: no memory-region";
		if (!dsp->nr_outcomes || (first->fault && dsp->outcomes[1].fault))
			return "none: see below";
		snprintf(text, sizeof(text), "%s %s: %s", size_text(dsp->region.rules.size),
			 kind_names[dsp->region.kind], dsp->nr_own_streams ?
			 "mapped, Linux " PAS_IOMMU_SINCE " on" : first->way == FRPC_HEAP_ASSIGN ?
			 "assigned, or as it is" : "as it is");
		return text;
	}
	return "-";
}

static void print_row(const char *path, const struct tree *tree)
{
	char sessions[256] = "";
	size_t len = 0;

	for (int i = 0; i < tree->nr_dsps; i++) {
		const struct tree_dsp *dsp = &tree->dsps[i];

		if (!dsp->is_enabled || len >= sizeof(sessions))
			continue;
		len += snprintf(sessions + len, sizeof(sessions) - len, "%s%s %u", len ? ", " : "",
				label_of(dsp), dsp->sessions);
		if (dsp->sessions_lost && len < sizeof(sessions))
			len += snprintf(sessions + len, sizeof(sessions) - len, " (%u lost)",
					dsp->sessions_lost);
	}
	printf(ROW, file_name(path), *sessions ? sessions : "no DSP with FastRPC",
	       audio_text(tree));
	for (int i = 0; i < tree->nr_dsps; i++)
		for (int j = 0; tree->dsps[i].is_enabled && j < tree->dsps[i].nr_findings; j++)
			if (tree->dsps[i].findings[j].kind == FINDING_LOST)
				printf("  %s: %s\n", label_of(&tree->dsps[i]),
				       tree->dsps[i].findings[j].text);
}

/* --- for programs -------------------------------------------------------------- */

static void json_streams(const char *key, const struct stream *streams, int count)
{
	json_array(key);
	for (int i = 0; i < count; i++) {
		json_object(NULL);
		json_number("id", streams[i].id);
		json_number("mask", streams[i].mask);
		json_end();
	}
	json_end();
}

static void json_node(const char *key, const struct tree *tree, int node)
{
	json_text(key, node == FDT_NONE ? NULL : fdt_file_name(tree->file, node));
}

static void json_banks(const struct tree *tree, const struct tree_dsp *dsp)
{
	json_array("banks");
	for (int i = 0; i < dsp->nr_banks; i++) {
		const struct tree_bank *bank = &dsp->banks[i];

		json_object(NULL);
		json_text("name", fdt_file_name(tree->file, bank->node));
		json_number("reg", bank->reg);
		json_number("wanted", bank->wanted);
		json_number("sessions", bank->sessions);
		json_bool("coherent", bank->is_coherent);
		json_streams("streams", bank->streams, bank->nr_streams);
		json_text("fault", bank->fault);
		json_node("shares_with", tree, bank->shares_with);
		json_end();
	}
	json_end();
}

static void json_nodes(const struct tree_dsp *dsp)
{
	const struct node *nodes[2];
	int count = nodes_of(dsp, nodes);

	json_array("nodes");
	for (int i = 0; i < count; i++) {
		char *path = must_print("/dev/fastrpc-%s%s", dsp->label, nodes[i]->ending);

		json_object(NULL);
		json_text("path", path);
		json_text("for", nodes[i]->who);
		json_end();
		free(path);
	}
	json_end();
}

static void json_remoteproc(const struct tree *tree, const struct tree_dsp *dsp)
{
	if (dsp->remoteproc == FDT_NONE) {
		json_text("remoteproc", NULL);
		return;
	}
	json_object("remoteproc");
	json_text("name", fdt_file_name(tree->file, dsp->remoteproc));
	json_text("compatible", fdt_file_text(tree->file, dsp->remoteproc, "compatible"));
	json_bool("coherent", dsp->is_coherent);
	json_streams("streams", dsp->own_streams, dsp->nr_own_streams);
	json_text("linux_from", dsp->nr_own_streams && dsp->is_pas ? PAS_IOMMU_SINCE : NULL);
	json_end();
}

static void json_heap(const struct tree *tree, const struct tree_dsp *dsp)
{
	const struct tree_region *region = &dsp->region;

	if (!dsp->nr_outcomes) {
		json_text("heap", NULL);
		return;
	}
	json_object("heap");
	json_text("region", fdt_file_name(tree->file, region->node));
	json_text("kind", kind_names[region->kind]);
	json_bool("placed_at_boot", region->is_placed_at_boot);
	json_number("first", region->first);
	json_number("last", region->last);
	json_number("size", region->rules.size);
	json_array("outcomes");
	for (int i = 0; i < dsp->nr_outcomes; i++) {
		const struct tree_outcome *outcome = &dsp->outcomes[i];

		json_object(NULL);
		json_text("boot", outcome->boot);
		json_text("way", outcome->fault ? NULL : way_names[outcome->way]);
		json_text("fault", outcome->fault);
		json_end();
	}
	json_end();
	json_end();
}

static void json_dsp(const struct tree *tree, const struct tree_dsp *dsp)
{
	json_object(NULL);
	json_text("label", dsp->label);
	json_bool("enabled", dsp->is_enabled);
	json_text("compatible", dsp->soc->compatible);
	json_bool("secure", dsp->is_secure);
	json_nodes(dsp);
	json_text("edge", dsp->is_glink ? "glink" : "smd");
	json_number("bits", dsp->kind ? frpc_bank_bits(dsp->soc, dsp->kind) : 0);
	json_number("sessions", dsp->sessions);
	json_number("sessions_lost", dsp->sessions_lost);
	json_banks(tree, dsp);
	json_remoteproc(tree, dsp);
	json_heap(tree, dsp);
	json_array("vmids");
	for (int i = 0; i < dsp->nr_vmids; i++)
		json_number(NULL, dsp->vmids[i]);
	json_end();
	json_array("findings");
	for (int i = 0; i < dsp->nr_findings; i++) {
		json_object(NULL);
		json_text("kind", finding_names[dsp->findings[i].kind]);
		json_text("text", dsp->findings[i].text);
		json_end();
	}
	json_end();
	json_end();
}

static void json_tree(const char *path, const struct tree *tree)
{
	json_object(NULL);
	json_text("file", path);
	json_text("model", tree->model);
	json_array("dsps");
	for (int i = 0; i < tree->nr_dsps; i++)
		json_dsp(tree, &tree->dsps[i]);
	json_end();
	json_end();
}

/* --- all of it ----------------------------------------------------------------- */

static int say_unreadable(const char *path, const char *fault)
{
	if (fault) {
		complain("%s is no device tree: %s", path, fault);
		return STATUS_USAGE;
	}
	if (!strcmp(path, LIVE_TREE)) {
		complain("%s: %m%s", path, errno == EACCES ? ": only root may read it" :
			 ": this machine was not booted with a device tree");
		return STATUS_NOTHING;
	}
	complain("%s: %m", path);
	return STATUS_USAGE;
}

static int check(const char *path, bool is_row, bool *has_dsp)
{
	const char *fault;
	struct tree *tree = tree_read(path, &fault);
	int status;

	if (!tree)
		return say_unreadable(path, fault);
	if (as_json)
		json_tree(path, tree);
	else if (is_row)
		print_row(path, tree);
	else
		print_tree(path, tree);
	*has_dsp |= tree->nr_dsps > 0;
	status = tree_has_lost(tree) ? STATUS_FAILURE : STATUS_GOOD;
	tree_free(tree);
	return status;
}

/* A file that cannot be judged says most, then what is lost, then that nothing is there. */
static int worse(int status, int other)
{
	if (status == STATUS_USAGE || other == STATUS_USAGE)
		return STATUS_USAGE;
	if (status == STATUS_FAILURE || other == STATUS_FAILURE)
		return STATUS_FAILURE;
	return status ? status : other;
}

static int run(char **words)
{
	static char *live[] = { LIVE_TREE, NULL };
	bool has_dsp = false, is_table = words[0] && words[1];
	int status = STATUS_GOOD;

	if (is_live == !!words[0]) {
		complain("check-dt takes files, or --live");
		return STATUS_USAGE;
	}
	if (is_live)
		words = live;
	if (as_json)
		json_array(NULL);
	else if (is_table)
		printf(ROW, "FILE", "SESSIONS", "HEAP OF THE AUDIO PD");
	for (; *words; words++)
		status = worse(status, check(*words, is_table, &has_dsp));
	if (as_json)
		json_end();
	return !status && !has_dsp ? STATUS_NOTHING : status;
}

const struct command command_check_dt = {
	.name = "check-dt", .words = " FILE.dtb...", .options = options, .run = run,
	.help = "what the driver makes of device trees; needs no DSP",
};
