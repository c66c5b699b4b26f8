// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the kernel gets back from the audio PD: nothing of what the DSP stored there
 * is left for the next user.
 */
#include <sched.h>

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

/* Devices of the driver's own that it has allocated memory with. */
static int pool_devices(void)
{
	return dir_count("/sys/bus/platform/devices", "frpc-heap.");
}

/* The device goes last, when the memory is the kernel's again. */
static void check_no_device(void)
{
	long end = now_ms() + WAIT_MS;

	while (pool_devices() && now_ms() < end)
		sched_yield();
	CHECK_EQ(pool_devices(), 0);
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

/* Freed a moment after the stop. */
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
	heap_wait_pieces("growth", "", 0);
	check_no_device();
	check_zero(&piece);
}

/* A region that the kernel's pages live in while the DSP does not have it (CMA). */
static bool is_reusable(const struct heap_piece *region)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/device-tree/reserved-memory/audio-heap@%llx/reusable",
		 (unsigned long long)region->base);
	return !access(path, F_OK);
}

TEST(region_after_a_stop)
{
	struct dsp_control_status st;
	struct heap_piece region;
	int fd;

	test_teardown = driver_restore;
	fd = daemon_open();
	control_status(&st);
	region = (struct heap_piece){ st.heap_base, st.heap_size };
	if (!is_reusable(&region))
		test_skip("the region is no one else's");
	check_stored(&region);
	node_close(fd);
	dsp_stop();
	heap_wait_pieces("region", "unclaimed", 1);
	check_no_device();
	check_zero(&region);
}
