// SPDX-License-Identifier: GPL-2.0-only
/* The remoteproc's domain maps nothing smaller than 64 KiB: additions are rounded up. */
#include "harness.h"

#define LARGE	(64ul << 10)

TEST(additions_are_whole_pages)
{
	static const uint64_t sizes[] = { 1, PAGE, LARGE, LARGE + 1, (1ul << 20) + PAGE };
	int fd = daemon_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t want = (sizes[i] + LARGE - 1) / LARGE * LARGE, token;
		struct heap_piece piece;

		test_context("%llu bytes", (unsigned long long)sizes[i]);
		REQUIRE_EQ(heap_grow(fd, sizes[i], &token), 0);
		piece = control_growth(0);
		CHECK_EQ(piece.size, want);
		CHECK_EQ(piece.base % LARGE, 0);
		CHECK_EQ(heap_account("growth="), want);
		control_heap_in_use();
		/* by the size it was asked for with; the DSP is told its own */
		CHECK_EQ(heap_shrink(fd, token, sizes[i]), 0);
		CHECK_EQ(heap_account("growth="), 0);
	}
}

/* The bound is on what is given, not on what was asked for. */
TEST(bounded)
{
	uint64_t token;
	int fd = daemon_open();

	for (int i = 0; i < 16; i++)
		REQUIRE_EQ(heap_grow(fd, (4ul << 20) - (i ? 0 : LARGE), &token), 0);
	REQUIRE_EQ(heap_grow(fd, 1, &token), 0);
	CHECK_EQ(heap_grow(fd, 1, &token), -ENOMEM);
	dsp_restart();
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
}
