// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the audio PD's heap costs those who ask for it: the first daemon of a DSP's
 * life, with whom the region is granted, a later one, and memory that is added and
 * given back.
 *
 * Costs are the calling thread's own: the DSP works beside it, and its heap's user
 * never rests.  The in-tree driver is measured where it can start an audio PD, which
 * is below the monitor, and once, at the end of the boot: what it gives the DSP may
 * never come back, and it tells the DSP of added memory before that is the DSP's.
 *
 * Output as of bench.c, of single calls.
 */
#include <time.h>

#include "counts.h"
#include "harness.h"
#include "measured.h"

#define ROUNDS	3
#define MIB	(1024ul * 1024)

static const unsigned long sizes[] = { 2 * MIB, 8 * MIB, 32 * MIB, 64 * MIB };

struct daemon {
	int fd;
	uint64_t size, token;
};

/* A call to measure; false: it failed. */
typedef bool (*call_fn)(struct daemon *d);

struct figure {
	int64_t cost, counts[COUNTS];
};

static int64_t thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void measure_cost(struct figure *f, call_fn call, struct daemon *d)
{
	int64_t start = thread_ns();
	bool done = call(d);

	f->cost = thread_ns() - start;
	REQUIRE(done);
}

static void measure_counts(struct figure *f, call_fn call, struct daemon *d)
{
	bool done;

	counts_start();
	done = call(d);
	counts_stop(f->counts);
	REQUIRE(done);
}

static void print(int round, const char *driver, const char *name, unsigned long size,
		  const struct figure *f)
{
	printf("bench %d %s %s %lu host %lld", round, driver, name, size, (long long)f->cost);
	for (int i = 0; i < COUNTS; i++)
		printf(" %s %lld", count_names[i], (long long)f->counts[i]);
	putchar('\n');
}

static bool create(struct daemon *d)
{
	return !create_audio(d->fd);
}

static bool grow(struct daemon *d)
{
	return !heap_grow(d->fd, d->size, &d->token);
}

static bool shrink(struct daemon *d)
{
	return !heap_shrink(d->fd, d->token, d->size);
}

static void measure_create(struct figure *cost, struct figure *counts)
{
	struct daemon d = { .fd = node_open() };

	if (cost)
		measure_cost(cost, create, &d);
	else
		measure_counts(counts, create, &d);
	node_close(d.fd);
}

/* The region is granted anew after each start of the DSP. */
static void measure_first(int round, const char *driver)
{
	struct figure f;

	dsp_restart();
	measure_create(&f, NULL);
	dsp_restart();
	measure_create(NULL, &f);
	print(round, driver, "first", 0, &f);
}

static void measure_later(int round, const char *driver)
{
	struct figure f;

	measure_create(&f, NULL);
	measure_create(NULL, &f);
	print(round, driver, "later", 0, &f);
}

static void measure_growth(int round, const char *driver, unsigned long size)
{
	struct daemon d = { .fd = node_open(), .size = size };
	struct figure added, returned;

	REQUIRE(create(&d));
	measure_cost(&added, grow, &d);
	measure_cost(&returned, shrink, &d);
	measure_counts(&added, grow, &d);
	measure_counts(&returned, shrink, &d);
	node_close(d.fd);
	print(round, driver, "add", size, &added);
	print(round, driver, "return", size, &returned);
}

/*
 * What is done with memory before the DSP is told of it: all of it is cleared, then it
 * is opened, which looks for what is mapped there already and maps it.  OPEN does both.
 */
#define SCRUB	"frpc_heap_zero"
#define OPEN	"frpc_heap_segment_lend"
#define MAP	"iommu_map"

static const char *const grant_steps[] = { SCRUB, OPEN, MAP };

static void print_grant(int round, const char *name, unsigned long size)
{
	durations_stop();
	printf("bench %d ours %s %lu scrub %.0f open %.0f map %.0f\n", round, name, size,
	       durations_longest(SCRUB), durations_longest(OPEN) - durations_longest(SCRUB),
	       durations_longest(MAP));
	durations_end();
}

static void measure_grants(int round)
{
	struct daemon d = {};
	struct offer o;

	durations_start(grant_steps, ARRAY_SIZE(grant_steps));
	dsp_restart();
	d.fd = node_open();
	REQUIRE(create(&d));
	control_offer(0, &o);
	print_grant(round, "grant-region", o.size);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		d.size = sizes[i];
		durations_start(grant_steps, ARRAY_SIZE(grant_steps));
		REQUIRE(grow(&d));
		print_grant(round, "grant", sizes[i]);
		REQUIRE(shrink(&d));
	}
	node_close(d.fd);
}

static void measure_ours(int round)
{
	const struct measured *ours = &measured[MEASURED_OURS];

	measured_begin(ours);
	counts_calibrate();
	measure_first(round, ours->name);
	measure_later(round, ours->name);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		measure_growth(round, ours->name, sizes[i]);
	measure_grants(round);
	dsp_stop();
	measured_end(ours);
	dsp_start();
}

static void measure_in_tree(void)
{
	const struct measured *in_tree = &measured[MEASURED_IN_TREE];
	struct figure first = {}, later = {};

	measured_begin(in_tree);
	measure_create(&first, NULL);
	measure_create(&later, NULL);
	print(1, in_tree->name, "first", 0, &first);
	print(1, in_tree->name, "later", 0, &later);
}

TEST(heap)
{
	measured_unload_ours();
	for (int round = 1; round <= ROUNDS; round++)
		measure_ours(round);
	if (board_has_monitor())
		measure_in_tree();
}
