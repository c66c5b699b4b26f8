// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many empty calls a second threads get through on several processors, by the
 * clock, and how often they have to wait for a lock meanwhile.
 *
 * Times depend on the host; what can be compared is the drivers of one boot, which
 * take turns.
 *
 * Output, one line per driver, case and round:
 *	bench ROUND DRIVER CASE THREADS rate CALLS_PER_SECOND waits PER_CALL
 */
#include <stdatomic.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "floor.h"
#include "harness.h"
#include "measured.h"

#define ROUNDS		5
#define WINDOW_MS	300
#define THREADS_MAX	16
#define PROCESSORS_MAX	8
#define OF_US		"comm == \"throughput\""
#define WAIT_EVENT	"/sys/kernel/tracing/events/lock/contention_begin/id"

struct caller {
	pthread_t thread;
	int fd;
	unsigned long calls;
	long failed;
};

struct rate {
	double calls;		/* a second */
	double waits;		/* for a lock, per call */
};

static struct caller callers[THREADS_MAX];
static pthread_barrier_t gate;
static atomic_bool is_over;

static long call_once(int fd)
{
	return measured_is_floor() ? ioctl(fd, FLOOR_ECHO) : invoke_null(fd);
}

static void *caller_main(void *arg)
{
	struct caller *c = arg;

	c->calls = 0;
	c->failed = call_once(c->fd);
	pthread_barrier_wait(&gate);
	while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
		long ret = call_once(c->fd);

		c->calls += !ret;
		/* the in-tree driver runs out of contexts when it frees them too late */
		if (ret != -ENOSPC)
			c->failed |= ret;
	}
	return NULL;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A counter of these threads for each processor that there is. */
static void waits_start(int fds[PROCESSORS_MAX])
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char text[16];

	REQUIRE(file_read(WAIT_EVENT, text, sizeof(text)) > 0);
	attr.config = atoi(text);
	for (int cpu = 0; cpu < PROCESSORS_MAX; cpu++) {
		fds[cpu] = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fds[cpu] < 0)
			break;
		REQUIRE_EQ(ioctl(fds[cpu], PERF_EVENT_IOC_SET_FILTER, OF_US), 0);
	}
	REQUIRE(fds[0] >= 0);
}

static int64_t waits_stop(const int fds[PROCESSORS_MAX])
{
	int64_t sum = 0, count;

	for (int cpu = 0; cpu < PROCESSORS_MAX && fds[cpu] >= 0; cpu++) {
		REQUIRE_EQ(read(fds[cpu], &count, sizeof(count)), sizeof(count));
		sum += count;
		close(fds[cpu]);
	}
	return sum;
}

/* All of them call for a while. */
static struct rate rate_of(unsigned int count)
{
	struct timespec window = { .tv_nsec = WINDOW_MS * 1000000l };
	int fds[PROCESSORS_MAX];
	double calls = 0, start, end;

	atomic_store(&is_over, false);
	pthread_barrier_init(&gate, NULL, count + 1);
	for (unsigned int i = 0; i < count; i++)
		REQUIRE_EQ(pthread_create(&callers[i].thread, NULL, caller_main, &callers[i]), 0);
	pthread_barrier_wait(&gate);
	waits_start(fds);
	start = seconds();
	nanosleep(&window, NULL);
	atomic_store(&is_over, true);
	end = seconds();
	for (unsigned int i = 0; i < count; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK_EQ(callers[i].failed, 0);
		calls += callers[i].calls;
	}
	pthread_barrier_destroy(&gate);
	return (struct rate){ calls / (end - start), waits_stop(fds) / calls };
}

static void measure(int round, const char *driver, const char *name, unsigned int count,
		    bool own_files)
{
	int first = measured_open();
	struct rate rate;

	for (unsigned int i = 0; i < count; i++)
		callers[i].fd = own_files && i ? measured_open() : first;
	rate = rate_of(count);
	printf("bench %d %s %s %u rate %.0f waits %.4f\n", round, driver, name, count, rate.calls,
	       rate.waits);
	for (unsigned int i = 1; own_files && i < count; i++)
		measured_close(callers[i].fd);
	measured_close(first);
}

/* A file of the floor is one caller's. */
static void measure_driver(int round, const struct measured *driver)
{
	static const unsigned int threads[] = { 1, 2, 4, 8, 16 }, files[] = { 1, 2, 4, 8, 12 };

	measured_begin(driver);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		measure(round, driver->name, "threads", threads[i], driver->is_floor);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		measure(round, driver->name, "sessions", files[i], true);
	measured_end(driver);
}

TEST(throughput)
{
	measured_unload_ours();
	for (int round = 1; round <= ROUNDS; round++)
		for (size_t i = 0; i < MEASURED_COUNT; i++)
			measure_driver(round, &measured[i]);
	REQUIRE_EQ(driver_load(), 0);
}
