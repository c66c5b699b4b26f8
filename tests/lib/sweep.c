// SPDX-License-Identifier: GPL-2.0-only
/* Failures injected one at a time. */
#include <dirent.h>
#include <fcntl.h>

#include "sweep.h"

#define SELF		"/proc/thread-self/fail-nth"
#define FAILURES_MAX	2000
#define WORKERS_MAX	256
#define TRIES		20	/* until a worker does the work that was there before */
#define DRIVER_TEXT	(1ul << 17)

/* Of small memory, of whole pages, of copies from and to user space. */
static const char *const injectors[] = { "failslab", "fail_page_alloc", "fail_usercopy" };

static int configure(const char *injector, const char *knob, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", injector, knob);
	return file_write(path, value);
}

/* Only what the driver's own code asks for, directly or not. */
static void aim_at_driver(const char *injector)
{
	char text[64], knob[64];
	unsigned long start;

	REQUIRE(file_read("/sys/module/fastrpc/sections/.text", text, sizeof(text)) > 0);
	start = strtoul(text, NULL, 16);
	REQUIRE(start);
	snprintf(knob, sizeof(knob), "0x%lx", start);
	configure(injector, "require-start", knob);
	snprintf(knob, sizeof(knob), "0x%lx", start + DRIVER_TEXT);
	configure(injector, "require-end", knob);
}

static void aim_nowhere(const char *injector)
{
	configure(injector, "require-start", "0");
	configure(injector, "require-end", "0");
}

/* @chosen alone fails; not all injectors have all knobs. */
static void arm(const struct sweep *sweep, size_t chosen)
{
	for (size_t i = 0; i < ARRAY_SIZE(injectors); i++) {
		configure(injectors[i], "verbose", "0");
		configure(injectors[i], "ignore-gfp-wait", "N");
		configure(injectors[i], "stacktrace-depth", sweep->depth ? sweep->depth : "10");
		if (i == chosen)
			aim_at_driver(injectors[i]);
		else
			aim_nowhere(injectors[i]);
	}
	configure("fail_page_alloc", "min-order", "0");
	configure("fail_page_alloc", "ignore-gfp-highmem", "N");
}

static void set_nth(int fd, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	REQUIRE(pwrite(fd, text, strlen(text), 0) > 0);
}

/* How many are still to come before the one that fails; 0: it did. */
static int get_nth(int fd)
{
	char text[16] = "";

	REQUIRE(pread(fd, text, sizeof(text) - 1, 0) > 0);
	return atoi(text);
}

static int workers[WORKERS_MAX], nr_workers;

static bool is_worker(const char *pid)
{
	char path[64], name[32];

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	return file_read(path, name, sizeof(name)) > 0 && !strncmp(name, "kworker", 7);
}

/* Workers come and go: those that are there now. */
static void workers_set(int n)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;

	REQUIRE(dir);
	nr_workers = 0;
	while ((d = readdir(dir)) && nr_workers < WORKERS_MAX) {
		char path[80];
		int fd;

		if (d->d_name[0] < '1' || d->d_name[0] > '9' || !is_worker(d->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/task/%.16s/fail-nth", d->d_name,
			 d->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		set_nth(fd, n);
		workers[nr_workers++] = fd;
	}
	closedir(dir);
	REQUIRE(nr_workers);
}

/* Disarms them; the least that was left to any of them. */
static int workers_get(int n)
{
	int least = n;

	for (int i = 0; i < nr_workers; i++) {
		char text[16] = "";

		/* one that has ended did nothing of ours lately */
		if (pread(workers[i], text, sizeof(text) - 1, 0) > 0) {
			if (atoi(text) < least)
				least = atoi(text);
			CHECK_EQ(pwrite(workers[i], "0", 1, 0), 1);
		}
		close(workers[i]);
	}
	return least;
}

/* The result with the @n th failing; what is left of @n then. */
static int run_in_workers(const struct sweep *sweep, int n, long *result)
{
	workers_set(n);
	*result = sweep->sequence();
	return workers_get(n);
}

static int run_here(const struct sweep *sweep, int n, long *result)
{
	int fd = open(SELF, O_RDWR | O_CLOEXEC);
	int left;

	REQUIRE(fd >= 0);
	set_nth(fd, n);
	*result = sweep->sequence();
	left = get_nth(fd);
	set_nth(fd, 0);
	close(fd);
	return left;
}

/* Whether there was an @n th of @injector to fail. */
static bool fail_one(const struct sweep *sweep, size_t injector, int n)
{
	for (int i = 0; i < TRIES; i++) {
		long result;
		int left;

		if (sweep->before)
			sweep->before();
		arm(sweep, injector);
		left = sweep->in_workers ? run_in_workers(sweep, n, &result) :
					   run_here(sweep, n, &result);
		/* without a failure it has to succeed, and with one it may have to */
		if (left || sweep->cannot_fail)
			CHECK_EQ(result, 0);
		sweep->after(result);
		if (left < n || !sweep->in_workers)
			return !left;
	}
	CHECK(!"a worker that was there before does the work");
	test_abort();
}

static int sweep_one_kind(const struct sweep *sweep, size_t injector)
{
	int n = 1;

	do {
		test_context("%s, %s %d", sweep->name, injectors[injector], n);
	} while (fail_one(sweep, injector, n) && ++n < FAILURES_MAX);
	CHECK(n < FAILURES_MAX);
	test_context("%s", "");
	return n - 1;
}

void sweep_run(const struct sweep *sweep)
{
	/* the last: a worker has no user space to copy from or to */
	size_t kinds = ARRAY_SIZE(injectors) - sweep->in_workers;
	int sum = 0;

	if (configure(injectors[0], "verbose", "0"))
		test_skip("this kernel does not inject failures: make test-debug does");
	/* its own share of the failures; the whole object is scanned instead */
	test_allow("kmemleak: Cannot allocate");
	/*
	 * One kind after the other: caches ask for a page now and then, and whatever
	 * comes behind it would have another number each time, and be missed.
	 */
	for (size_t i = 0; i < kinds; i++) {
		int n = sweep_one_kind(sweep, i);

		printf("%s: %s %d times, once each\n", sweep->name, injectors[i], n);
		sum += n;
	}
	/* a sweep that hits nothing shows nothing */
	CHECK(sum);
}
