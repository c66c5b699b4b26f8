// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the kernel gets back from the audio PD: nothing of what the DSP stored there
 * is left for the next user.
 */
#include "harness.h"

#define SIZE	(1ul << 20)

/* Most of it: the kernel may have a use for some pages already. */
static void check_zero(const struct heap_piece *piece)
{
	uint64_t nonzero;

	control_look(piece->base, piece->size, &nonzero);
	CHECK(nonzero < piece->size / 2);
}

static void check_stored(const struct heap_piece *piece)
{
	uint64_t nonzero;

	if (board_has_monitor())
		return;
	control_look(piece->base, piece->size, &nonzero);
	CHECK(nonzero > piece->size / 2);
}

TEST(growth_after_munmap)
{
	struct heap_piece piece;
	uint64_t token;
	int fd;

	fd = daemon_open();
	REQUIRE_EQ(heap_grow(fd, SIZE, &token), 0);
	piece = control_growth(0);
	check_stored(&piece);
	REQUIRE_EQ(heap_shrink(fd, token, SIZE), 0);
	check_zero(&piece);
}

/* Freed a moment after the stop, and before the driver shows that it has nothing. */
TEST(growth_after_a_stop)
{
	struct heap_piece piece;
	uint64_t token;
	int fd;

	test_teardown = driver_restore;
	fd = daemon_open();
	REQUIRE_EQ(heap_grow(fd, SIZE, &token), 0);
	piece = control_growth(0);
	dsp_stop();
	CHECK_EQ(heap_pieces("growth", ""), 0);
	check_zero(&piece);
}
