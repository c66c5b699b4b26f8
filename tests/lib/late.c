// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that the scheduler keeps waiting.  It sleeps in the kernel, on the last CPU; then
 * a more urgent thread keeps that CPU busy, so what has woken the first one goes on long
 * before it does.
 */
#include <sched.h>

#include "harness.h"

#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"
#define FAIR_SERVER	"/sys/kernel/debug/sched/fair_server/cpu%d/runtime"
#define BUSY_MS		10000	/* at most, if something of the kernel has to run there */

static struct {
	pthread_t thread;
	volatile bool is_on;
	char rt_runtime[32], fair_runtime[32];
} hog;

static int last_cpu(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

static void pin(pthread_t thread, bool to_last)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (int cpu = 0; cpu < last_cpu(); cpu++)
		CPU_SET(cpu, &cpus);
	if (to_last) {
		CPU_ZERO(&cpus);
		CPU_SET(last_cpu(), &cpus);
	}
	REQUIRE_EQ(pthread_setaffinity_np(thread, sizeof(cpus), &cpus), 0);
}

static void *hog_main(void *unused)
{
	long end = now_ms() + BUSY_MS;

	(void)unused;
	while (hog.is_on && now_ms() < end)
		;
	return NULL;
}

/* Reads a switch of the kernel's, and sets it; there may be none. */
static void switch_set(const char *path, char *old, size_t size, const char *value)
{
	*old = '\0';
	if (access(path, F_OK) || file_read(path, old, size) <= 0)
		return;
	file_write(path, value);
}

static void switch_restore(const char *path, const char *old)
{
	if (*old)
		file_write(path, old);
}

static void fair_server_path(char *path, size_t size)
{
	snprintf(path, size, FAIR_SERVER, last_cpu());
}

void late_start(struct errand *errand, long (*run)(int fd), int fd)
{
	if (last_cpu() < 1)
		test_skip("there is one CPU");
	errand_start(errand, run, fd);
	pin(errand->thread, true);
}

void late_hold(void)
{
	const struct sched_param urgent = { .sched_priority = 1 };
	char path[80];

	pin(pthread_self(), false);
	/* else the kernel lets others have the CPU now and then */
	fair_server_path(path, sizeof(path));
	switch_set(path, hog.fair_runtime, sizeof(hog.fair_runtime), "0");
	switch_set(RT_RUNTIME, hog.rt_runtime, sizeof(hog.rt_runtime), "-1");
	hog.is_on = true;
	REQUIRE_EQ(pthread_create(&hog.thread, NULL, hog_main, NULL), 0);
	pin(hog.thread, true);	/* urgent here, it would keep this thread from running */
	REQUIRE_EQ(pthread_setschedparam(hog.thread, SCHED_FIFO, &urgent), 0);
}

long late_end(struct errand *errand)
{
	char path[80];

	hog.is_on = false;
	pthread_join(hog.thread, NULL);
	fair_server_path(path, sizeof(path));
	switch_restore(path, hog.fair_runtime);
	switch_restore(RT_RUNTIME, hog.rt_runtime);
	return errand_end(errand);
}
