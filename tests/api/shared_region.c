// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ADSPs whose channels name one region: who comes first has it, the other
 * works without, and is told why.
 */
#include "harness.h"

#define SECOND_NODE	"/dev/fastrpc-adsp1"

/* Which of the two got it is a matter of order; exactly one may. */
TEST(one_has_the_heap)
{
	long first, second;
	int a, b;

	node_wait(NODE, true);
	node_wait(SECOND_NODE, true);
	a = node_try_open(NODE);
	b = node_try_open(SECOND_NODE);
	REQUIRE(a >= 0 && b >= 0);
	first = create_audio(a);
	second = create_audio(b);
	CHECK((first == 0 && second == -ENOMEM) || (first == -ENOMEM && second == 0));
	CHECK_EQ(attach(a), 0);
	CHECK_EQ(attach(b), 0);
	kernel_log_rewind();
	CHECK_EQ(kernel_log_count("another DSP has claimed the memory-region"), 1);
}
