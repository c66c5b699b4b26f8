// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one call can keep the kernel busy with: bytes that several arguments name count
 * once, whatever the number of arguments, and others are not kept from running.  A caller that
 * is killed is gone soon.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "harness.h"

#define LEN	(48ul << 20)
#define COUNT	255

static struct call call;
static uint8_t *data;

static long time_of(int fd)
{
	long start = now_ms();

	CHECK_EQ(call_send(fd, &call), 0);
	return now_ms() - start;
}

/* All of @count arguments are the same bytes, but for some at the end. */
static void make_call(int count, bool is_input)
{
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	for (int i = 0; i < count; i++) {
		if (is_input)
			call_in(&call, data, LEN - i * PAGE);
		else
			call_out(&call, data, LEN - i * PAGE);
	}
}

static void check_time(bool is_input)
{
	int fd = node_open();
	long one, all;

	data = pages_alloc(LEN);
	memset(data, 1, LEN);
	make_call(1, is_input);
	time_of(fd);
	one = time_of(fd);
	make_call(COUNT, is_input);
	all = time_of(fd);
	/* not 255 times as long: the DSP looks at each, which is all that there is more */
	if (all > 10 * one + 2000) {
		test_context("%ld ms for one argument, %ld ms for %d", one, all, COUNT);
		CHECK(all <= 10 * one + 2000);
	}
	munmap(data, LEN);
}

TEST(overlapping_outputs)
{
	check_time(false);
	CHECK_EQ(kernel_log_count("soft lockup"), 0);
}

TEST(overlapping_inputs)
{
	check_time(true);
	CHECK_EQ(kernel_log_count("soft lockup"), 0);
}

/* ---- killed inside a copy ---- */

#define COPIED	(160ul << 20)
#define TRIES	5

/* Page faults of a process so far. */
static long faults_of(pid_t pid)
{
	char path[32], text[512];
	long faults = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(path, text, sizeof(text)) > 0)
		sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %ld", &faults);
	return faults;
}

/* A process that copies: each page that it has come to is a page fault, and none before. */
static pid_t fork_copier(int fd, bool is_input)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	data = mmap(NULL, COPIED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(data, COPIED, MADV_NOHUGEPAGE);
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	if (is_input)
		call_in(&call, data, COPIED);
	else
		call_out(&call, data, COPIED);
	call_send(fd, &call);
	_exit(0);
}

/* Did it die with most of the pages not copied? */
static bool killed_in_time(int fd, bool is_input)
{
	const long pages = COPIED / KERNEL_PAGE;
	struct rusage usage;
	int status;
	pid_t pid;

	pid = fork_copier(fd, is_input);
	REQUIRE(pid > 0);
	while (faults_of(pid) < pages / 16)
		if (waitpid(pid, &status, WNOHANG))
			return false;
	kill(pid, SIGKILL);
	REQUIRE_EQ(wait4(pid, &status, 0, &usage), pid);
	test_context("%ld page faults, %ld pages", usage.ru_minflt, pages);
	return WIFSIGNALED(status) && usage.ru_minflt < pages * 3 / 4;
}

/* The process that looks may come late, but not each time. */
static void check_killed(bool is_input)
{
	bool is_in_time = false;
	int fd = node_open();

	CHECK_EQ(invoke_null(fd), 0);
	for (int i = 0; i < TRIES && !is_in_time; i++)
		is_in_time = killed_in_time(fd, is_input);
	CHECK(is_in_time);
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(killed_while_inputs_are_copied)
{
	check_killed(true);
}

TEST(killed_while_outputs_are_copied)
{
	check_killed(false);
}
