// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes in a device tree: the log names each, once, and what is described as it
 * should be works.
 */
#include "harness.h"

#define SYNC_ANNOUNCE	"/sys/module/dsp/parameters/sync_announce"

static const struct {
	const char *dsp, *complaint;
} mistakes[] = {
	{ "cdsp", "no label in the device tree to name the DSP" },
	{ "gdsp0", "unknown DSP \"xdsp\": adsp, mdsp, sdsp, cdsp or gdsp expected" },
};

static void select_own(void)
{
	control_select(DSP);
	file_write(SYNC_ANNOUNCE, "0");
}

/* Each time the DSP starts; the probe is part of that here. */
TEST(said_once)
{
	test_allow("frpc remoteproc-");
	test_allow("frpc: probe of remoteproc-");
	test_teardown = select_own;
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		test_context("%s", mistakes[i].dsp);
		control_select(mistakes[i].dsp);
		dsp_stop();
		kernel_log_mark();
		dsp_start();
		CHECK_EQ(kernel_log_count(mistakes[i].complaint), 1);
	}
}

TEST(no_nodes)
{
	CHECK_EQ(node_try_open("/dev/fastrpc-cdsp"), -ENOENT);
	CHECK_EQ(node_try_open("/dev/fastrpc-xdsp"), -ENOENT);
	CHECK_EQ(node_try_open("/dev/fastrpc-gdsp0"), -ENOENT);
}

TEST(the_others_work)
{
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
	node_wait("/dev/fastrpc-cdsp1", true);
	fd = node_try_open("/dev/fastrpc-cdsp1");
	REQUIRE(fd >= 0);
	CHECK_EQ(invoke_null(fd), 0);
}
