// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each kind of region on each DSP of a board, with each kind of SCM that the boot has: the
 * cells of docs/remote-heap-matrix.md, for a program that tries one.
 */
#include <dirent.h>
#include <sched.h>

#include "matrix.h"
#include "servreg.h"

#define TREE		"/proc/device-tree"
#define DSPS		4

/* In the order of board,regions; the last one is no region. */
const char *const matrix_regions[MATRIX_REGIONS] = {
	"fixed", "dynamic", "pool", "cma", "cma-dynamic", "mapped", "none",
};

static struct matrix_dsp dsps[DSPS];
static int nr_dsps;

static bool dsp_has(const char *label, const char *property)
{
	char path[128];

	snprintf(path, sizeof(path), TREE "/remoteproc-%s/%s", label, property);
	if (!access(path, F_OK))
		return true;
	snprintf(path, sizeof(path), TREE "/dsp-%s/%s", label, property);
	return !access(path, F_OK);
}

static const char *shape_of(const char *label)
{
	char text[4096];

	if (board_has_monitor())
		return "hypervisor";
	if (!dsp_has(label, "iommus"))
		return "bypass";
	if (!dsp_has(label, "board,no-iommu-domain"))
		return "own";
	REQUIRE(file_read("/proc/cmdline", text, sizeof(text)) > 0);
	return strstr(text, "iommu.passthrough=1") ? "identity" : "dma";
}

static void add_dsp(const char *label)
{
	struct matrix_dsp *dsp = &dsps[nr_dsps];
	char path[128], channel[16];

	if (nr_dsps == DSPS || !dsp_has(label, "board,regions"))
		return;
	nr_dsps++;
	snprintf(dsp->label, sizeof(dsp->label), "%s", label);
	snprintf(path, sizeof(path), TREE "/remoteproc-%s/glink-edge/fastrpc/label", label);
	REQUIRE(file_read(path, channel, sizeof(channel)) > 0);
	snprintf(dsp->node, sizeof(dsp->node), "/dev/fastrpc-%s", channel);
	dsp->shape = shape_of(label);
	dsp->can_be_attached = dsp_has(label, "board,no-detach");
}

static void find_dsps(void)
{
	DIR *dir = opendir(TREE);
	struct dirent *entry;

	nr_dsps = 0;
	REQUIRE(dir);
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "remoteproc-", 11))
			add_dsp(entry->d_name + 11);
	closedir(dir);
	REQUIRE(nr_dsps);
}

static bool scm_is_there(void)
{
	return !access("/sys/bus/platform/drivers/qcom_scm/firmware:scm", F_OK);
}

const char *matrix_scm(void)
{
	char status[16];

	if (access(TREE "/firmware/scm", F_OK) ||
	    (file_read(TREE "/firmware/scm/status", status, sizeof(status)) > 0 &&
	     strcmp(status, "okay")))
		return "none";
	return scm_is_there() ? "good" : "late";
}

int matrix_boot(const char *life)
{
	char label[DSP_LABEL_LEN];

	if (!strcmp(life, "attached")) {
		snprintf(label, sizeof(label), "%s", control_selected());
		REQUIRE_EQ(control_ioctl(DSP_CONTROL_EARLY_BOOT, label), 0);
	}
	return dsp_state_write("start");
}

static void stop_all(void)
{
	for (int i = 0; i < nr_dsps; i++) {
		control_select(dsps[i].label);
		if (dsp_is_running())
			dsp_stop();
		node_wait(dsps[i].node, false);
	}
}

/* The driver finds the region when it is loaded. */
static void give_region(const struct matrix_dsp *dsp, size_t region, bool has_vmids,
			struct heap_piece *where)
{
	control_select(dsp->label);
	REQUIRE_EQ(driver_unload(), 0);
	kernel_log_mark();
	control_tree(region == MATRIX_NO_REGION ? DSP_TREE_NO_REGION : region, has_vmids, where);
	REQUIRE_EQ(driver_load(), 0);
}

static void restore(void)
{
	struct heap_piece where;

	for (int i = 0; i < nr_dsps; i++) {
		control_select(dsps[i].label);
		control_tree(0, true, &where);
		if (!driver_is_loaded())
			driver_load();
		if (!dsp_is_running())
			dsp_state_write("start");
		node_wait(dsps[i].node, true);
	}
	control_select(DSP);
	servreg_stop();
}

static int try_region(const struct matrix_dsp *dsp, const char *scm, bool has_vmids,
		      size_t region, matrix_try *try)
{
	const char *cell[MATRIX_WORDS] = {
		[MATRIX_SHAPE] = dsp->shape, [MATRIX_VMIDS] = has_vmids ? "yes" : "no",
		[MATRIX_SCM] = scm, [MATRIX_REGION] = matrix_regions[region],
	};
	struct heap_piece where;

	give_region(dsp, region, has_vmids, &where);
	for (int life = 0; life < 1 + dsp->can_be_attached; life++) {
		cell[MATRIX_LIFE] = life ? "attached" : "booted";
		test_context("%s: %s, vmids %s, SCM %s, %s, region %s", dsp->label,
			     cell[MATRIX_SHAPE], cell[MATRIX_VMIDS], scm, cell[MATRIX_LIFE],
			     cell[MATRIX_REGION]);
		try(dsp, cell, region, &where, !life);
	}
	return 1 + dsp->can_be_attached;
}

void matrix_try_all(const char *scm, matrix_try *try)
{
	int tried = 0;

	find_dsps();
	test_teardown = restore;
	stop_all();
	/* the audio PD's own life is not what is tried, and the driver ends sooner without */
	servreg_leave_out();
	for (int i = 0; i < nr_dsps; i++)
		for (size_t region = 0; region < MATRIX_REGIONS; region++)
			for (int no_vmids = 0; no_vmids < 2; no_vmids++)
				tried += try_region(&dsps[i], scm, !no_vmids, region, try);
	printf("%d cells\n", tried);
}

void matrix_scm_comes(void)
{
	if (!strcmp(matrix_scm(), "late"))
		monitor_scm_comes();
	while (!scm_is_there())
		sched_yield();
}
