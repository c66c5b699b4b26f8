// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation is refused while the DSP has memory that would be in the image, and
 * while one is made no more of that is lent.  The kernel asks all drivers when
 * a program opens the snapshot device, and when told to hibernate by itself.
 */
#include <fcntl.h>

#include "harness.h"

#define MIB		(1ul << 20)
#define REFUSED		"fastrpc: no hibernation"
#define SNAPSHOT	"/dev/snapshot"

/* To save an image (O_RDONLY) or to restore one (O_WRONLY). */
static int snapshot_open(int mode)
{
	int fd = open(SNAPSHOT, mode | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		test_skip("this kernel cannot hibernate");
	return fd < 0 ? -errno : fd;
}

static void check_refused(void)
{
	kernel_log_mark();
	CHECK_EQ(snapshot_open(O_RDONLY), -EBUSY);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(snapshot_open(O_WRONLY), -EBUSY);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
}

static void check_possible(void)
{
	int fd;

	kernel_log_mark();
	fd = snapshot_open(O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	fd = snapshot_open(O_WRONLY);
	CHECK(fd >= 0);
	close(fd);
	CHECK_EQ(kernel_log_count(REFUSED), 0);
}

/* The region is the kernel's memory too where it is a reusable pool. */
static bool region_is_kernel_memory(void)
{
	const char *variant = getenv("BOARD_VARIANT");

	return variant && !strcmp(variant, "cma");
}

TEST(nothing_offered)
{
	dsp_restart();
	check_possible();
	CHECK_EQ(invoke_null(node_open()), 0);
}

TEST(region_offered)
{
	daemon_open();
	control_heap_in_use();
	if (region_is_kernel_memory())
		check_refused();
	else
		check_possible();
	control_heap_in_use();
}

TEST(growth_offered)
{
	uint64_t first, second;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
	check_refused();
	CHECK_EQ(file_write("/sys/power/state", "disk"), -EBUSY);
	control_heap_in_use();
	/* refused once, so there is no hibernation that would stand in the way */
	REQUIRE_EQ(heap_grow(fd, MIB, &second), 0);
	CHECK_EQ(heap_shrink(fd, first, MIB), 0);
	check_refused();
	CHECK_EQ(heap_shrink(fd, second, MIB), 0);
	if (!region_is_kernel_memory())
		check_possible();
	/* nor does one that is over */
	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
}

/* An image is being made: what it would contain is not given now. */
TEST(nothing_given_meanwhile)
{
	int fd, snapshot;
	uint64_t token;

	if (region_is_kernel_memory())
		test_skip("its region alone is in the way");
	fd = daemon_open();
	snapshot = snapshot_open(O_RDONLY);
	REQUIRE(snapshot >= 0);
	CHECK_EQ(heap_grow(fd, MIB, &token), -EBUSY);
	node_close(fd);
	dsp_restart();
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);		/* a carve-out is in no image */
	CHECK_EQ(heap_grow(fd, MIB, &token), -EBUSY);
	CHECK_EQ(heap_account("growth="), 0);
	close(snapshot);
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	control_heap_in_use();
}

/* What the log line says to do. */
TEST(stopped_first)
{
	uint64_t token;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	check_refused();
	node_close(fd);
	dsp_stop();
	check_possible();
	dsp_start();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
}
