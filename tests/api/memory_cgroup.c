// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the driver allocates for a program is charged to the program's memory cgroup,
 * and a group's limit is an error for that program, not a case for the OOM killer.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "harness.h"

#define ROOT		"/tmp/cgroup"
#define GROUP		ROOT "/program"
#define MIB		(1ul << 20)
#define SIZE		(32 * MIB)
#define SLACK_KIB	4096
#define LIMIT		"50331648"	/* 48 MiB: one piece and the program, not two */

static void group_begin(const char *limit)
{
	mkdir(ROOT, 0700);
	if (mount("none", ROOT, "cgroup2", 0, NULL) && errno != EBUSY)
		test_skip("the kernel has no cgroups");
	if (file_write(ROOT "/cgroup.subtree_control", "+memory"))
		test_skip("the kernel has no memory cgroup");
	mkdir(GROUP, 0700);
	REQUIRE_EQ(file_write(GROUP "/memory.max", limit), 0);
}

/* The program has ended, what was charged may still be on its way back. */
static void group_end(void)
{
	long end = now_ms() + WAIT_MS;

	while (rmdir(GROUP) && now_ms() < end)
		sched_yield();
	CHECK(access(GROUP, F_OK));
	umount2(ROOT, MNT_DETACH);
}

static void group_join(void)
{
	REQUIRE_EQ(file_write(GROUP "/cgroup.procs", "0"), 0);
}

static long charged_kib(void)
{
	char text[32];

	REQUIRE(file_read(GROUP "/memory.current", text, sizeof(text)) > 0);
	return atol(text) >> 10;
}

/* The kernel counts in batches, so what was freed before may be missing now. */
static void check_charged(const char *what, long before, size_t bytes)
{
	long is = charged_kib() - before;

	test_context("%s: %ld KiB charged for %zu", what, is, bytes >> 10);
	CHECK(labs(is - (long)(bytes >> 10)) < SLACK_KIB);
}

static int open_pd(void)
{
	int fd = node_open();

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	return fd;
}

static void charge_each(void *unused)
{
	struct async_call async;
	struct call c;
	uint64_t addr;
	uint8_t *out;
	long before;
	int fd, buf;

	(void)unused;
	group_join();
	fd = open_pd();
	CHECK_EQ(invoke_null(fd), 0);

	before = charged_kib();
	buf = dmabuf_alloc(fd, SIZE);
	CHECK(buf > 0);
	check_charged("buffer", before, SIZE);
	close(buf);

	before = charged_kib();
	CHECK_EQ(add_pages(fd, SIZE, &addr), 0);
	check_charged("memory of the process", before, SIZE);

	/* the program's own pages of it do not exist yet */
	out = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_out(&c, out, SIZE);
	before = charged_kib();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	check_charged("message", before, SIZE);
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&async), 0);
	node_close(fd);
}

TEST(caller_is_charged)
{
	group_begin("max");
	test_in_child(charge_each, NULL);
	group_end();
}

static void exceed_each(void *unused)
{
	static uint8_t small[100];
	struct call c;
	uint64_t addr;
	int fd, buf;

	(void)unused;
	group_join();
	fd = open_pd();
	buf = dmabuf_alloc(fd, SIZE);
	CHECK(buf > 0);
	CHECK_EQ(dmabuf_alloc(fd, SIZE), -ENOMEM);
	CHECK_EQ(add_pages(fd, SIZE, &addr), -ENOMEM);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_out(&c, mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		 SIZE);
	CHECK_EQ(call_send(fd, &c), -ENOMEM);
	/* the program goes on */
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, small, sizeof(small));
	call_out(&c, small, sizeof(small));
	CHECK_EQ(call_send(fd, &c), 0);
	close(buf);
	CHECK_EQ(add_pages(fd, SIZE, &addr), 0);
	node_close(fd);
}

TEST(limit_is_an_error)
{
	int other = node_open();

	kernel_log_mark();
	group_begin(LIMIT);
	test_in_child(exceed_each, NULL);
	CHECK_EQ(invoke_echo(other, 1, 1 << 20), 0);
	group_end();
	CHECK_EQ(kernel_log_count("Memory cgroup out of memory"), 0);
}
