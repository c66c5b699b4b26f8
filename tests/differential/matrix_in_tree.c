// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the in-tree driver does with the cells of docs/remote-heap-matrix.md, as lines
 * "cell WORDS | WHAT" that say nothing about right or wrong: tests/run-differential --matrix.
 */
#include <glob.h>

#include "harness.h"
#include "matrix.h"

#define CHANNEL_MS		(3000 * board_slowness())

/*
 * Is there a node?  The last thing that the probe of the in-tree driver does is to make devices
 * of the banks: a node that is opened before may be of a probe that fails.
 */
static const char *channel_state(const struct matrix_dsp *dsp)
{
	long end = now_ms() + CHANNEL_MS;
	char pattern[128];
	glob_t found;
	bool is_there;

	snprintf(pattern, sizeof(pattern),
		 "/sys/bus/platform/devices/remoteproc-%s:glink-edge:fastrpc:compute-cb@*/driver",
		 dsp->label);
	do {
		if (kernel_log_count("rpmsg_dev_probe: failed: -517"))
			return "no channel yet";
		is_there = !glob(pattern, 0, NULL, &found);
		globfree(&found);
	} while (!is_there && now_ms() < end);
	return is_there && !access(dsp->node, F_OK) ? NULL : "no channel";
}

/* How the request ended, and what the DSP saw then. */
static void describe_request(long result, char *text, size_t size)
{
	const char *name = result ? "DSP error" : "0";
	struct dsp_control_status st;

	control_status(&st);
	if (result < 0)
		name = strerrorname_np(-result) ?: "DSP error";
	snprintf(text, size, "%s%s%s", name,
		 !st.heap_pages ? ", no heap" :
		 st.heap_pages_touched == st.heap_pages ? ", heap works" : ", heap does not work",
		 !st.faults ? "" : board_has_monitor() ? ", XPU error" : ", SMMU fault");
}

/* What was wrong when the DSP had stopped. */
static const char *end_of_run(const struct heap_piece *where)
{
	struct dsp_control_status st;

	control_status(&st);
	if (board_has_monitor() && where->size && monitor_owners(where->base) != VM_HLOS)
		return ", not given back";
	return st.violations.taken_while_running ? ", taken back while the DSP ran" : "";
}

static void show_cell(const struct matrix_dsp *dsp, const char *const *cell, size_t region,
		      const struct heap_piece *where, bool is_first)
{
	const char *why;
	char text[120];
	int fd = -1;

	(void)region;
	(void)is_first;
	kernel_log_mark();
	why = matrix_boot(cell[MATRIX_LIFE]) ? "the DSP does not start" : channel_state(dsp);
	if (!why)
		fd = node_try_open(dsp->node);
	snprintf(text, sizeof(text), "%s", why ?: "the node does not open");
	if (fd >= 0) {
		describe_request(create_audio(fd), text, sizeof(text));
		node_close(fd);
	}
	dsp_state_write("stop");
	printf("cell %s | %s | %s | %s | %s | %s%s\n", cell[MATRIX_SHAPE], cell[MATRIX_VMIDS],
	       cell[MATRIX_SCM], cell[MATRIX_LIFE], cell[MATRIX_REGION], text, end_of_run(where));
	fflush(stdout);
	control_clear();
}

TEST(every_cell)
{
	puts("@limit 900");
	matrix_try_all(matrix_scm(), show_cell);
	if (!strcmp(matrix_scm(), "late")) {
		matrix_scm_comes();
		matrix_try_all("good", show_cell);
	}
	if (!strcmp(matrix_scm(), "good")) {
		monitor_refuse(1, 1u << 30, MONITOR_REFUSAL);
		matrix_try_all("refusing", show_cell);
	}
}
