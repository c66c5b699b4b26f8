// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remoteproc's driver is unbound and bound again, and again: what it left is gone each
 * time, so the remoteproc is remoteprocN with the same N.
 */
#include "harness.h"

#define PAS	"/sys/bus/platform/drivers/qcom_q6v5_pas"
#define DEVICE	"remoteproc-" DSP
#define ROUNDS	10

static int remoteprocs(void)
{
	return dir_count("/sys/class/remoteproc", "remoteproc");
}

static void use_heap(void)
{
	int fd;

	node_wait(NODE, true);
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
}

TEST(ten_times)
{
	int index, count;

	soc_require();
	index = dsp_index();
	count = remoteprocs();
	use_heap();
	for (int i = 0; i < ROUNDS; i++) {
		test_context("round %d", i);
		REQUIRE_EQ(file_write(PAS "/unbind", DEVICE), 0);
		node_wait(NODE, false);
		CHECK_EQ(remoteprocs(), count - 1);
		REQUIRE_EQ(file_write(PAS "/bind", DEVICE), 0);
		use_heap();
		CHECK_EQ(dsp_index(), index);
		CHECK_EQ(remoteprocs(), count);
	}
}
