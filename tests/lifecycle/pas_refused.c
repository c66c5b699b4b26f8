// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware refuses what PAS asks it for on the way to a running DSP.  The start fails,
 * nothing stays open to the DSP, and when firmware is willing again the DSP starts.
 */
#include <sys/utsname.h>

#include "harness.h"

#define PAS_INIT_IMAGE		0x0201
#define PAS_MEM_SETUP		0x0202
#define PAS_AUTH_AND_RESET	0x0205
#define PAS_SHUTDOWN		0x0206
#define PAS_GET_RSCTABLE	0x0221

static struct offer region;

/* The DSP had its heap, and is off. */
static void begin(void)
{
	soc_require();
	test_teardown = soc_restore;
	daemon_came_and_went(&region);
	control_heap_in_use();
	dsp_stop();
	soc_check_off(&region);
	kernel_log_mark();
}

static void check_starts_again(void)
{
	struct dsp_control_status before, after;

	soc_allow();
	control_status(&before);
	dsp_start();
	node_wait(NODE, true);
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch + 1);
	CHECK_EQ(heap_account("lost="), 0);
	heap_check_given();
}

/*
 * How many images PAS has firmware start: those that memory-region lists.  A device tree
 * for the DSP, where there is one, comes first.
 */
static unsigned int images(void)
{
	char regions[64];

	return file_read("/proc/device-tree/remoteproc-" DSP "/memory-region", regions,
			 sizeof(regions)) / 4;
}

/* x0 and x1 of firmware's answer, and what becomes of them. */
static const struct answer {
	int64_t status, result;
	int error;
} answers[] = {
	{ 0, MONITOR_REFUSAL, -EINVAL },
	{ -1, 0, -EIO },
	{ -4, 0, -EOPNOTSUPP },
};

static void start_refused(uint32_t function, const char *words)
{
	struct dsp_control_status before, after;

	begin();
	test_allow(words);
	for (unsigned int i = 0; i < images() * ARRAY_SIZE(answers); i++) {
		const struct answer *answer = &answers[i / images()];

		test_context("call %u, answer %d", i % images() + 1, answer->error);
		control_status(&before);
		kernel_log_mark();
		soc_refuse(function, i % images() + 1, 1, answer->status, answer->result);
		soc_start_fails(&region, answer->error);
		CHECK_EQ(kernel_log_count(words), 1);
		control_status(&after);
		CHECK_EQ(after.boot_epoch, before.boot_epoch);
		check_starts_again();
		dsp_stop();
	}
	test_context("%s", "");
	check_starts_again();
}

TEST(headers)
{
	start_refused(PAS_INIT_IMAGE, "initializing firmware");
}

TEST(memory_of_the_image)
{
	start_refused(PAS_MEM_SETUP, "setting up firmware");
}

TEST(reset)
{
	start_refused(PAS_AUTH_AND_RESET, "release reset");
}

/* The table of what the DSP needs: kernels since 7 ask for it, where Linux has the IOMMU. */
TEST(resource_table)
{
	struct utsname kernel;

	uname(&kernel);
	if (!strncmp(kernel.release, "6.", 2) ||
	    access("/proc/device-tree/remoteproc-" DSP "/iommus", F_OK))
		test_skip("no table is asked for: for kernel 7 at EL2");
	begin();
	test_allow("getting resource table");
	soc_refuse(PAS_GET_RSCTABLE, 1, 1, -1, 0);
	soc_start_fails(&region, -EIO);
	CHECK_EQ(kernel_log_count("getting resource table: -5"), 1);
	check_starts_again();
}

/*
 * Before it loads an image PAS shuts down what a boot loader may have left running.  It
 * does not ask for the result.
 */
TEST(shutdown_before_the_start)
{
	begin();
	soc_refuse(PAS_SHUTDOWN, 1, 2, 0, MONITOR_REFUSAL);
	dsp_start();
	node_wait(NODE, true);
	soc_allow();
	heap_check_given();
}
