// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs: our driver, the in-tree one and the floor in turn, on one boot.
 *
 * A figure is the median of some batches of the same calls; batches are there
 * because the kernel has other things to do now and then.  Events are counted in a
 * batch of their own.
 *
 * A single caller comes before all that its call leaves to be done later, and then rests
 * until that has been done.  Else the kernel does it before or after, for one call or for
 * two at once, as it happens, and figures do not repeat.  What a rest costs is measured
 * and taken off.
 *
 * Output, one line per driver, case and round, figures for one call:
 *	bench ROUND DRIVER CASE X calls N host I least I most I model I maps F ...
 */
#include <sched.h>
#include <sys/ioctl.h>
#include <time.h>

#include "counts.h"
#include "floor.h"
#include "harness.h"
#include "measured.h"

#define ROUNDS		3
#define BATCHES		5
#define THREADS_MAX	16
#define REST_NS		200000
#define RESTS		100
#define SMALL		64
#define KIB		1024ul
#define MIB		(1024ul * KIB)

/*
 * One case at one size.
 * @rests: how often a batch rests
 */
struct bench {
	unsigned long x;
	unsigned int calls, rests;
	int fd;
	struct call call;
	void (*start)(void);
	void (*stop)(struct bench *b);
	struct cost costs[BATCHES];
	unsigned int batches;
	int64_t counts[COUNTS];
};

static void batch_cost(struct bench *b)
{
	b->costs[b->batches++] = cost_stop();
}

static void batch_counts(struct bench *b)
{
	counts_stop(b->counts);
}

static void start_nothing(void)
{
}

static void stop_nothing(struct bench *b)
{
	(void)b;
}

/*
 * Warms up, measures, counts.  @batch makes the calls; it calls start() right before them
 * and stop() right after.
 */
static void run_batches(struct bench *b, void (*batch)(struct bench *b))
{
	b->start = start_nothing;
	b->stop = stop_nothing;
	batch(b);
	b->start = cost_start;
	b->stop = batch_cost;
	while (b->batches < BATCHES)
		batch(b);
	b->start = counts_start;
	b->stop = batch_counts;
	batch(b);
}

static long call_once(struct bench *b, int fd)
{
	return measured_is_floor() ? ioctl(fd, FLOOR_ECHO) : call_send(fd, &b->call);
}

/* A caller that comes first runs whenever it can.  Measuring costs another amount then. */
static void come_first(bool first)
{
	struct sched_param param = { .sched_priority = first };
	int policy = first ? SCHED_FIFO : SCHED_OTHER;

	if (sched_getscheduler(0) == policy)
		return;
	REQUIRE_EQ(sched_setscheduler(0, policy, &param), 0);
	counts_calibrate();
}

static void rest(void)
{
	struct timespec time = { .tv_nsec = REST_NS };

	nanosleep(&time, NULL);
}

static long call_and_rest(struct bench *b)
{
	long ret = call_once(b, b->fd);

	rest();
	return ret;
}

/* Of one rest. */
static struct {
	double cost;
	double counts[COUNTS];
} nothing;

static void batch_rests(struct bench *b)
{
	b->start();
	for (unsigned int i = 0; i < RESTS; i++)
		rest();
	b->stop(b);
}

static int compare_costs(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return (x->host > y->host) - (x->host < y->host);
}

static void measure_rests(void)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	run_batches(&b, batch_rests);
	qsort(b.costs, BATCHES, sizeof(b.costs[0]), compare_costs);
	nothing.cost = b.costs[BATCHES / 2].host / (double)RESTS;
	for (int i = 0; i < COUNTS; i++)
		nothing.counts[i] = b.counts[i] / (double)RESTS;
}

/* ---- the same call again and again ---- */

static void batch_calls(struct bench *b)
{
	long failed = 0;

	b->rests = b->calls;
	b->start();
	for (unsigned int i = 0; i < b->calls; i++)
		failed |= call_and_rest(b);
	b->stop(b);
	CHECK_EQ(failed, 0);
}

static void run_null(struct bench *b)
{
	run_batches(b, batch_calls);
}

static void run_buffers(struct bench *b)
{
	static uint8_t bytes[255][SMALL];

	for (unsigned long i = 0; i < b->x; i++)
		call_in(&b->call, bytes[i], SMALL);
	run_batches(b, batch_calls);
}

static void run_bytes(struct bench *b)
{
	uint8_t *in = pages_alloc(b->x), *out = pages_alloc(b->x);

	fill_pattern(in, b->x, 1);
	memset(out, 1, b->x);
	call_in(&b->call, in, b->x);
	call_out(&b->call, out, b->x);
	run_batches(b, batch_calls);
	CHECK_EQ(out[b->x - 1], DSP_TEST_TOUCHED);
}

static void run_again(struct bench *b)
{
	int buf = dmabuf_alloc(b->fd, b->x);

	REQUIRE(buf >= 0);
	call_in(&b->call, NULL, b->x)->fd = buf;
	run_batches(b, batch_calls);
	close(buf);
}

/* ---- buffers that come and go ---- */

static void buffers_alloc(struct bench *b, int *bufs)
{
	for (unsigned int i = 0; i < b->calls; i++) {
		bufs[i] = dmabuf_alloc(b->fd, b->x);
		REQUIRE(bufs[i] >= 0);
	}
}

static void buffers_close(struct bench *b, const int *bufs)
{
	for (unsigned int i = 0; i < b->calls; i++)
		close(bufs[i]);
}

static void buffers_use(struct bench *b, const int *bufs)
{
	long failed = 0;

	b->rests = b->calls;
	for (unsigned int i = 0; i < b->calls; i++) {
		b->call.args[0].fd = bufs[i];
		failed |= call_and_rest(b);
	}
	CHECK_EQ(failed, 0);
}

static void batch_alloc(struct bench *b)
{
	int bufs[b->calls];

	b->start();
	buffers_alloc(b, bufs);
	b->stop(b);
	buffers_close(b, bufs);
}

static void batch_first(struct bench *b)
{
	int bufs[b->calls];

	buffers_alloc(b, bufs);
	b->start();
	buffers_use(b, bufs);
	b->stop(b);
	buffers_close(b, bufs);
	wait_for_aftermath();
}

static void batch_once(struct bench *b)
{
	int bufs[b->calls];

	b->start();
	buffers_alloc(b, bufs);
	buffers_use(b, bufs);
	buffers_close(b, bufs);
	wait_for_aftermath();
	b->stop(b);
}

static void run_alloc(struct bench *b)
{
	run_batches(b, batch_alloc);
}

static void run_first(struct bench *b)
{
	call_in(&b->call, NULL, b->x);
	run_batches(b, batch_first);
}

static void run_once(struct bench *b)
{
	call_in(&b->call, NULL, b->x);
	run_batches(b, batch_once);
}

/* ---- clients that come and go ---- */

static void batch_clients(struct bench *b)
{
	long failed = 0;

	b->rests = b->calls;
	b->start();
	for (unsigned int i = 0; i < b->calls; i++) {
		int fd = node_try_open(NODE);

		failed |= fd < 0 || attach(fd);
		node_close(fd);
		rest();
	}
	b->stop(b);
	CHECK_EQ(failed, 0);
}

static void run_clients(struct bench *b)
{
	run_batches(b, batch_clients);
}

/* ---- threads ---- */

struct caller {
	pthread_t thread;
	struct bench *bench;
	int fd;
	long failed;
};

static struct caller callers[THREADS_MAX];
static pthread_barrier_t gate;

static void *caller_main(void *arg)
{
	struct caller *c = arg;

	c->failed = call_once(c->bench, c->fd);
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	for (unsigned int i = 0; i < c->bench->calls / c->bench->x; i++)
		c->failed |= call_once(c->bench, c->fd);
	pthread_barrier_wait(&gate);
	return NULL;
}

static void batch_callers(struct bench *b)
{
	unsigned long i;

	pthread_barrier_init(&gate, NULL, b->x + 1);
	for (i = 0; i < b->x; i++)
		REQUIRE_EQ(pthread_create(&callers[i].thread, NULL, caller_main, &callers[i]), 0);
	pthread_barrier_wait(&gate);
	b->start();
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	b->stop(b);
	for (i = 0; i < b->x; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK_EQ(callers[i].failed, 0);
	}
	pthread_barrier_destroy(&gate);
}

/* An open file for each thread, or one for all.  A file of the floor is one caller's. */
static void run_callers(struct bench *b, bool own_files)
{
	REQUIRE(b->x <= THREADS_MAX);
	for (unsigned long i = 0; i < b->x; i++) {
		callers[i].bench = b;
		callers[i].fd = own_files && i ? measured_open() : b->fd;
	}
	run_batches(b, batch_callers);
	for (unsigned long i = 1; own_files && i < b->x; i++)
		measured_close(callers[i].fd);
}

static void run_threads(struct bench *b)
{
	run_callers(b, measured_is_floor());
}

static void run_sessions(struct bench *b)
{
	run_callers(b, true);
}

/* ---- all of it ---- */

static const struct {
	const char *name;
	void (*run)(struct bench *b);
	uint32_t method;
	bool has_floor, has_threads;
	struct {
		unsigned long x;
		unsigned int calls;
	} at[8];
} cases[] = {
	{ "null", run_null, DSP_TEST_NULL, true, false, { { 0, 100 } } },
	{ "buffers", run_buffers, DSP_TEST_NULL, false, false,
	  { { 1, 100 }, { 4, 100 }, { 16, 50 }, { 64, 20 }, { 255, 10 } } },
	{ "bytes", run_bytes, DSP_TEST_TOUCH, false, false,
	  { { 64, 100 }, { KIB, 100 }, { 4 * KIB, 100 }, { 16 * KIB, 50 }, { 64 * KIB, 20 },
	    { 256 * KIB, 10 }, { MIB, 5 } } },
	{ "again", run_again, DSP_TEST_TOUCH, false, false,
	  { { 4 * KIB, 100 }, { 64 * KIB, 100 }, { MIB, 50 }, { 8 * MIB, 20 }, { 64 * MIB, 5 } } },
	{ "alloc", run_alloc, 0, false, false,
	  { { 4 * KIB, 10 }, { 64 * KIB, 10 }, { MIB, 10 }, { 8 * MIB, 4 }, { 64 * MIB, 2 } } },
	{ "first", run_first, DSP_TEST_TOUCH, false, false,
	  { { 4 * KIB, 10 }, { 64 * KIB, 10 }, { MIB, 10 }, { 8 * MIB, 4 }, { 64 * MIB, 2 } } },
	{ "once", run_once, DSP_TEST_TOUCH, false, false,
	  { { 4 * KIB, 50 }, { 64 * KIB, 50 }, { MIB, 20 }, { 8 * MIB, 4 }, { 64 * MIB, 2 } } },
	{ "threads", run_threads, DSP_TEST_NULL, true, true,
	  { { 1, 160 }, { 2, 160 }, { 4, 320 }, { 8, 640 }, { 16, 1280 } } },
	{ "sessions", run_sessions, DSP_TEST_NULL, true, true,
	  { { 1, 160 }, { 2, 160 }, { 4, 320 }, { 8, 640 }, { 12, 960 } } },
	{ "clients", run_clients, 0, false, false, { { 0, 10 } } },
};

/* For one call. */
static double host_of(const struct bench *b, const struct cost *cost)
{
	return (cost->host - b->rests * nothing.cost) / b->calls;
}

static void print(int round, const char *driver, const char *name, struct bench *b)
{
	const struct cost *median = &b->costs[BATCHES / 2];
	double calls = b->calls;

	qsort(b->costs, BATCHES, sizeof(b->costs[0]), compare_costs);
	printf("bench %d %s %s %lu calls %u host %.1f least %.1f most %.1f model %.1f", round,
	       driver, name, b->x, b->calls, host_of(b, median), host_of(b, &b->costs[0]),
	       host_of(b, &b->costs[BATCHES - 1]), median->model / calls);
	for (int i = 0; i < COUNTS; i++)
		printf(" %s %.2f", count_names[i],
		       (b->counts[i] - b->rests * nothing.counts[i]) / calls);
	putchar('\n');
}

static void run_one(int round, const struct measured *driver, size_t c, size_t at)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	b.x = cases[c].at[at].x;
	b.calls = cases[c].at[at].calls;
	b.fd = measured_open();
	call_init(&b.call, DSP_TEST_HANDLE, cases[c].method);
	come_first(!cases[c].has_threads);
	cases[c].run(&b);
	measured_close(b.fd);
	print(round, driver->name, cases[c].name, &b);
}

static int rounds(void)
{
	const char *text = getenv("BENCH_ROUNDS");
	int count = text ? atoi(text) : 0;

	return count > 0 ? count : ROUNDS;
}

/* BENCH_CASES: names, or empty for all. */
static bool is_wanted(const char *name)
{
	const char *wanted = getenv("BENCH_CASES");

	return !wanted || !*wanted || strstr(wanted, name);
}

static void run_driver(int round, const struct measured *driver)
{
	measured_begin(driver);
	come_first(true);
	measure_rests();
	for (size_t c = 0; c < ARRAY_SIZE(cases); c++)
		for (size_t at = 0; at < ARRAY_SIZE(cases[c].at) && cases[c].at[at].calls; at++)
			if (is_wanted(cases[c].name) && (!driver->is_floor || cases[c].has_floor))
				run_one(round, driver, c, at);
	come_first(false);
	measured_end(driver);
}

TEST(ours_in_tree_and_the_floor)
{
	measured_unload_ours();
	for (int round = 1; round <= rounds(); round++)
		for (size_t i = 0; i < MEASURED_COUNT; i++)
			run_driver(round, &measured[i]);
	REQUIRE_EQ(driver_load(), 0);
}
