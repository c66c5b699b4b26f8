// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation is refused while the DSP has memory that would be in the image, and only
 * then.  The kernel asks all devices when no task runs any more.
 */
#include <fcntl.h>
#include <linux/suspend_ioctls.h>
#include <sys/ioctl.h>

#include "harness.h"

#define MIB		(1ul << 20)
#define REFUSED		"fastrpc: no hibernation"
#define SNAPSHOT	"/dev/snapshot"

static int hibernate(void)
{
	if (access(SNAPSHOT, F_OK))
		test_skip("this kernel cannot hibernate");
	test_allow("failed to freeze: error");
	test_allow("pool_freeze");
	return file_write("/sys/power/state", "disk");
}

static void check_refused(void)
{
	kernel_log_mark();
	CHECK_EQ(hibernate(), -EBUSY);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
}

/* The kernel stops where all devices have agreed, waits, and goes back. */
static void check_possible(void)
{
	kernel_log_mark();
	file_write("/sys/module/hibernate/parameters/pm_test_delay", "0");
	REQUIRE_EQ(file_write("/sys/power/pm_test", "devices"), 0);
	CHECK_EQ(hibernate(), 0);
	REQUIRE_EQ(file_write("/sys/power/pm_test", "none"), 0);
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
	CHECK_EQ(heap_shrink(fd, first, MIB), 0);
}

/* An image is about to be made, no other task runs: what is lent now is seen. */
TEST(lent_meanwhile)
{
	int in_suspend = 0, snapshot, fd;
	uint64_t token;

	fd = daemon_open();
	snapshot = open(SNAPSHOT, O_RDONLY | O_CLOEXEC);
	if (snapshot < 0 && errno == ENOENT)
		test_skip("this kernel cannot hibernate");
	REQUIRE(snapshot >= 0);
	test_allow("failed to freeze: error");
	test_allow("pool_freeze");
	REQUIRE_EQ(ioctl(snapshot, SNAPSHOT_FREEZE, 0), 0);
	CHECK_EQ(heap_grow(fd, MIB, &token), 0);
	kernel_log_mark();
	CHECK_EQ(ioctl(snapshot, SNAPSHOT_CREATE_IMAGE, &in_suspend) ? -errno : 0, -EBUSY);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	REQUIRE_EQ(ioctl(snapshot, SNAPSHOT_UNFREEZE, 0), 0);
	close(snapshot);
	control_heap_in_use();
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
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
