// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many DSPs at work, one of them ends and comes back: nothing to the others,
 * whose processes go on in the memory that they have.
 */
#include "harness.h"

#define UNSIGNED	8

static const struct domain {
	const char *label, *node;
	uint32_t attrs;
} domains[] = {
	{ "adsp", "/dev/fastrpc-adsp", 0 },
	{ "cdsp", "/dev/fastrpc-cdsp", UNSIGNED },
	{ "cdsp1", "/dev/fastrpc-cdsp1-secure", 0 },
	{ "gdsp0", "/dev/fastrpc-gdsp0", UNSIGNED },
	{ "gdsp1", "/dev/fastrpc-gdsp1-secure", 0 },
	{ "mdsp", "/dev/fastrpc-mdsp-secure", 0 },
	{ "sdsp", "/dev/fastrpc-sdsp", 0 },
};

static struct pd_in_use in_use[ARRAY_SIZE(domains)];

static void begin(unsigned int i)
{
	pd_begin(&in_use[i], domains[i].label, domains[i].node, domains[i].attrs);
}

static void others_go_on(unsigned int but)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		if (i != but)
			pd_check(&in_use[i]);
}

TEST(each_in_turn)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		begin(i);
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++) {
		control_select(domains[i].label);
		dsp_stop();
		node_wait(domains[i].node, false);
		others_go_on(i);
		test_context("%s", domains[i].label);
		control_select(domains[i].label);
		CHECK_EQ(invoke_null(in_use[i].fd), -EPIPE);
		pd_end(&in_use[i]);
		dsp_start();
		begin(i);
		pd_check(&in_use[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		pd_end(&in_use[i]);
}
