// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD's request for its heap on every kind of board: docs/remote-heap-matrix.md
 * says what a cell is and what has to come out, and this program is built with its table.
 * The boot decides the shape and what SCM can be; a DSP gets one region after the other.
 */
#include <dirent.h>
#include <sched.h>

#include "harness.h"
#include "servreg.h"

#define TREE		"/proc/device-tree"
#define DSPS		4
#define LEFT		0xa5	/* what a system before this one left in memory */
#define AFTER_MS	(3000 * board_slowness())

enum { SHAPE, VMIDS, SCM, LIFE, REGION, WORDS };

/* In the order of board,regions; the last one is no region. */
static const char *const regions[] = {
	"fixed", "dynamic", "pool", "cma", "cma-dynamic", "mapped", "none",
};

#define CARVE_OUTS	3	/* the first of them */
#define CMAS		5	/* and up to here CMA */
#define REGION_NONE	(ARRAY_SIZE(regions) - 1)

static const struct row {
	const char *words[WORDS];
	long result;
	const char *way, *log;
} rows[] = {
#include "matrix_rows.h"
};

struct board_dsp {
	char label[DSP_LABEL_LEN];
	char node[48];
	const char *shape;
	bool can_be_attached;
};

static struct board_dsp dsps[DSPS];
static int nr_dsps;
static int tried;

/* ---- what the board is ---- */

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
	struct board_dsp *dsp = &dsps[nr_dsps];
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

static const char *scm_now(void)
{
	char status[16];

	if (access(TREE "/firmware/scm", F_OK) ||
	    (file_read(TREE "/firmware/scm/status", status, sizeof(status)) > 0 &&
	     strcmp(status, "okay")))
		return "none";
	return scm_is_there() ? "good" : "late";
}

/* ---- one cell ---- */

static bool word_fits(const char *list, const char *word)
{
	size_t len = strlen(word);

	if (!strcmp(list, "*"))
		return true;
	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static const struct row *row_of(const char *const *cell)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int word = 0;

		while (word < WORDS && word_fits(rows[i].words[word], cell[word]))
			word++;
		if (word == WORDS)
			return &rows[i];
	}
	CHECK(!"the table has a row for the cell");
	test_abort();
}

static void boot(const char *life)
{
	char label[DSP_LABEL_LEN];

	if (!strcmp(life, "attached")) {
		snprintf(label, sizeof(label), "%s", control_selected());
		REQUIRE_EQ(control_ioctl(DSP_CONTROL_EARLY_BOOT, label), 0);
	}
	REQUIRE_EQ(dsp_state_write("start"), 0);
}

static void check_used(const char *const *cell, const struct row *row, bool keeps_content,
		       const struct heap_piece *where)
{
	struct dsp_control_status st;
	struct offer o;

	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(o.base, where->base);
	CHECK_EQ(o.size, where->size);
	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK_EQ(st.heap_pages * PAGE, where->size);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, keeps_content ? st.heap_pages : 0);
	if (st.audio_pd_up && st.heap_pages)
		control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 10);
	if (!strcmp(cell[SHAPE], "hypervisor"))
		monitor_check_owners(where->base, where->size,
				     strcmp(row->way, "assign") ? VM_HLOS : VM_DSP);
}

/*
 * The DSP is off: what was its, is Linux' again, and a pool has it back in a moment.  Until
 * then the kernel says that a page of it cannot be had: none is free, or it is busy.
 */
static void check_back(size_t region, const struct heap_piece *where)
{
	long end = now_ms() + AFTER_MS;
	int ret = 0;

	if (board_has_monitor())
		monitor_check_owners(where->base, where->size, VM_HLOS);
	if (region < CARVE_OUTS || region >= CMAS)
		return;
	test_allow("alloc failed, req-size: 1 pages, ret: -12");
	test_allow("alloc failed, req-size: 1 pages, ret: -16");
	while ((ret = control_try_pin(true)) && now_ms() < end)
		sched_yield();
	CHECK_EQ(ret, 0);
	control_pin(false);
}

/* How often SCM was asked to assign memory, and did so or not. */
static uint64_t scm_calls(void)
{
	return board_has_firmware() ? monitor_assigned() + monitor_refused() : 0;
}

/* Where a hypervisor is to be told about a region that there is. */
static bool may_ask_scm(const char *const *cell)
{
	return !strcmp(cell[SHAPE], "hypervisor") && !strcmp(cell[VMIDS], "yes") &&
	       strcmp(cell[REGION], "none") && strcmp(cell[REGION], "mapped");
}

static void check_quiet(void)
{
	struct dsp_control_status st;

	control_status(&st);
	if (CHECK(control_clean(&st)))
		return;
	printf("faults %llu; pages early, taken, changed, wrong: %llu %llu %llu %llu; CPU %llu\n",
	       (unsigned long long)st.faults,
	       (unsigned long long)st.violations.offered_before_grant,
	       (unsigned long long)st.violations.taken_while_running,
	       (unsigned long long)st.violations.corrupted,
	       (unsigned long long)st.violations.wrong_attributes,
	       (unsigned long long)st.violations.cpu_touched);
	control_clear();
}

static void try_cell(const struct board_dsp *dsp, const char *const *cell, size_t region,
		     const struct heap_piece *where, bool is_first)
{
	const struct row *row = row_of(cell);
	bool is_carve_out = region < CARVE_OUTS;
	bool keeps_content = is_carve_out && !strcmp(cell[LIFE], "attached");
	uint64_t calls = scm_calls();
	struct dsp_control_status st;
	int fd, lines;

	test_context("%s: %s, vmids %s, SCM %s, %s, region %s", dsp->label, cell[SHAPE],
		     cell[VMIDS], cell[SCM], cell[LIFE], cell[REGION]);
	if (is_carve_out)
		control_left(where->base, where->size, LEFT, 0);
	boot(cell[LIFE]);
	node_wait(dsp->node, true);
	fd = node_try_open(dsp->node);
	REQUIRE(fd >= 0);
	if (CHECK_EQ(create_audio(fd), row->result) && !row->result)
		check_used(cell, row, keeps_content, where);
	if (row->result) {
		control_status(&st);
		CHECK_EQ(st.heap_pages, 0);
	}
	CHECK_EQ(invoke_null(fd), 0);
	/* said once, until something else is to be said */
	lines = kernel_log_count(row->log);
	CHECK(lines > 0 || (row->result && !is_first));
	node_close(fd);
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	node_wait(dsp->node, false);
	check_quiet();
	if (!row->result)
		check_back(region, where);
	if (!may_ask_scm(cell))
		CHECK_EQ(scm_calls(), calls);
	tried++;
}

/* ---- all cells of a boot ---- */

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
static void give_region(const struct board_dsp *dsp, size_t region, bool has_vmids,
			struct heap_piece *where)
{
	control_select(dsp->label);
	REQUIRE_EQ(driver_unload(), 0);
	kernel_log_mark();
	control_tree(region == REGION_NONE ? DSP_TREE_NO_REGION : region, has_vmids, where);
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

static void try_region(const struct board_dsp *dsp, const char *scm, bool has_vmids, size_t region)
{
	const char *cell[WORDS] = {
		[SHAPE] = dsp->shape, [VMIDS] = has_vmids ? "yes" : "no", [SCM] = scm,
		[REGION] = regions[region],
	};
	struct heap_piece where;

	give_region(dsp, region, has_vmids, &where);
	for (int life = 0; life < 1 + dsp->can_be_attached; life++) {
		cell[LIFE] = life ? "attached" : "booted";
		try_cell(dsp, cell, region, &where, !life);
	}
}

static void try_all(const char *scm)
{
	puts("@limit 900");
	find_dsps();
	test_teardown = restore;
	stop_all();
	/* the audio PD's own life is not what is tried, and the driver ends sooner without */
	servreg_leave_out();
	tried = 0;
	for (int i = 0; i < nr_dsps; i++)
		for (size_t region = 0; region < ARRAY_SIZE(regions); region++)
			for (int no_vmids = 0; no_vmids < 2; no_vmids++)
				try_region(&dsps[i], scm, !no_vmids, region);
	printf("%d cells\n", tried);
}

/* The first one: nothing ends it but the next. */
TEST(scm_is_late)
{
	if (strcmp(scm_now(), "late"))
		test_skip("SCM is there, or never comes");
	try_all("late");
}

TEST(no_scm)
{
	if (strcmp(scm_now(), "none"))
		test_skip("there is SCM");
	try_all("none");
}

TEST(scm_is_good)
{
	if (!strcmp(scm_now(), "none"))
		test_skip("there is no SCM");
	if (!strcmp(scm_now(), "late"))
		monitor_scm_comes();
	while (!scm_is_there())
		sched_yield();
	try_all("good");
}

TEST(scm_refuses)
{
	if (strcmp(scm_now(), "good"))
		test_skip("there is no SCM");
	monitor_refuse(1, 1u << 30, MONITOR_REFUSAL);
	try_all("refusing");
}
