// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD's request for its heap on every kind of board: docs/remote-heap-matrix.md
 * says what a cell is and what has to come out, and this program is built with its table.
 */
#include <sched.h>

#include "harness.h"
#include "matrix.h"

#define LEFT		0xa5	/* what a system before this one left in memory */
#define AFTER_MS	(3000 * board_slowness())

static const struct row {
	const char *words[MATRIX_WORDS];
	long result;
	const char *way, *log;
} rows[] = {
#include "matrix_rows.h"
};

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

		while (word < MATRIX_WORDS && word_fits(rows[i].words[word], cell[word]))
			word++;
		if (word == MATRIX_WORDS)
			return &rows[i];
	}
	CHECK(!"the table has a row for the cell");
	test_abort();
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
	if (!strcmp(cell[MATRIX_SHAPE], "hypervisor"))
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
	if (region < MATRIX_CARVE_OUTS || region >= MATRIX_CMAS)
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
	return !strcmp(cell[MATRIX_SHAPE], "hypervisor") && !strcmp(cell[MATRIX_VMIDS], "yes") &&
	       strcmp(cell[MATRIX_REGION], "none") && strcmp(cell[MATRIX_REGION], "mapped");
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

static void try_cell(const struct matrix_dsp *dsp, const char *const *cell, size_t region,
		     const struct heap_piece *where, bool is_first)
{
	const struct row *row = row_of(cell);
	bool is_carve_out = region < MATRIX_CARVE_OUTS;
	bool keeps_content = is_carve_out && !strcmp(cell[MATRIX_LIFE], "attached");
	uint64_t calls = scm_calls();
	struct dsp_control_status st;
	int fd, lines;

	if (is_carve_out)
		control_left(where->base, where->size, LEFT, 0);
	REQUIRE_EQ(matrix_boot(cell[MATRIX_LIFE]), 0);
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
}

static void try_all(const char *scm)
{
	puts("@limit 900");
	matrix_try_all(scm, try_cell);
}

/* The first one: nothing ends it but the next. */
TEST(scm_is_late)
{
	if (strcmp(matrix_scm(), "late"))
		test_skip("SCM is there, or never comes");
	try_all("late");
}

TEST(no_scm)
{
	if (strcmp(matrix_scm(), "none"))
		test_skip("there is SCM");
	try_all("none");
}

TEST(scm_is_good)
{
	if (!strcmp(matrix_scm(), "none"))
		test_skip("there is no SCM");
	matrix_scm_comes();
	try_all("good");
}

TEST(scm_refuses)
{
	if (strcmp(matrix_scm(), "good"))
		test_skip("there is no SCM");
	monitor_refuse(1, 1u << 30, MONITOR_REFUSAL);
	try_all("refusing");
}
