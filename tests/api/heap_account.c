// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's own account of its heaps, /sys/kernel/debug/fastrpc/heaps, against
 * what was done with them.
 */
#include "harness.h"

#define MIB		(1ul << 20)
#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define DSP_CODE	0x80000402u

static void check_line(const char *line, int times)
{
	char text[4096];

	heap_account_read(text, sizeof(text));
	test_context("\"%s\" in %s", line, text);
	CHECK_EQ(heap_account_lines(line), times);
	test_context("%s", "");
}

TEST(follows_the_region)
{
	long lends, offers, reclaims;

	dsp_restart();
	lends = heap_account("lends=");
	offers = heap_account("offers=");
	reclaims = heap_account("reclaims=");
	check_line("channel=adsp", 1);
	check_line("0x00000000607fffff] unclaimed", 1);
	REQUIRE_EQ(create_audio(node_open()), 0);
	check_line("0x00000000607fffff] offered", 1);
	CHECK_EQ(heap_account("offers="), offers + 1);
	dsp_stop();
	check_line("channel=-", 1);
	check_line("0x00000000607fffff] unclaimed", 1);
	CHECK_EQ(heap_account("reclaims="), reclaims + 1);
	CHECK_EQ(heap_account("lends="), lends + 1);
	dsp_start();
	node_wait(NODE, true);
	CHECK_EQ(heap_account("lost="), 0);
}

TEST(follows_growth)
{
	uint64_t first, second;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
	REQUIRE_EQ(heap_grow(fd, MIB, &second), 0);
	CHECK_EQ(heap_account("growth="), 2 * MIB);
	check_line("] offered", 3);
	CHECK_EQ(heap_shrink(fd, first, MIB), 0);
	CHECK_EQ(heap_account("growth="), MIB);
	check_line("] offered", 2);
	/* a DSP that is not done with it keeps it */
	control_behave(1, METHOD_MUNMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)heap_shrink(fd, second, MIB), DSP_CODE);
	CHECK_EQ(heap_account("growth="), MIB);
	CHECK_EQ(heap_shrink(fd, second, MIB), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* Whatever comes of an addition, it is in the account until the DSP is halted. */
TEST(keeps_what_the_dsp_may_have)
{
	uint64_t token;
	int fd = daemon_open();

	control_behave(1, METHOD_MMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)heap_grow(fd, MIB, &token), DSP_CODE);
	CHECK_EQ(heap_account("growth="), MIB);
	dsp_stop();
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
	dsp_start();
	node_wait(NODE, true);
}

TEST(return_on_the_wire)
{
	struct dsp_control_capture cap;
	const uint8_t *head;
	uint64_t token;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	REQUIRE_EQ(heap_shrink(fd, token, MIB), 0);
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.msg + 20, 4), 0x05010000);
	head = control_argument(&cap, 1, 0, 24);
	CHECK(wire_word(head, 4) != 0);
	CHECK_EQ(wire_word(head + 8, 8), token);
	CHECK_EQ(wire_word(head + 16, 8), MIB);
}

/* Every step that a person may want to see, and a crash with what the DSP had then. */
TEST(leaves_a_trace)
{
	static const char * const steps[] = {
		"step=lend way=map from=mine to=lent",
		"step=offer way=map from=lent to=offered",
		"step=answered way=map from=offered to=offered",
		"len=0x100000 step=lend way=map from=mine to=lent",
		"len=0x100000 step=offer way=map from=lent to=offered",
		"frpc_heap_crash: phys=0x60000000 len=0x800000 growth=0x100000 state=offered",
		"step=dsp-off way=map from=offered to=mine",
	};
	long crashes = heap_account("crashes=");
	uint64_t token;

	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	driver_trace_start();
	REQUIRE_EQ(heap_grow(daemon_open(), MIB, &token), 0);
	dsp_crash();
	node_wait(NODE, true);
	driver_trace_check(steps, ARRAY_SIZE(steps));
	CHECK_EQ(heap_account("crashes="), crashes + 1);
	dsp_restart();
	CHECK_EQ(heap_account("crashes="), crashes + 1);	/* a stop is none */
}
