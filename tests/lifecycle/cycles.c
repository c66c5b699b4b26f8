// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hundred times: load, start, give the heap, use it, stop, unload.  Each time
 * all of it works, and at the end the kernel has the memory it had before.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

#define CYCLES		100
#define WARM_UP		20	/* caches fill, page tables grow once */
#define MEASURE_EVERY	5
#define MEASURES	((CYCLES - WARM_UP) / MEASURE_EVERY)
/*
 * Free memory goes up and down by some twenty pages by itself, and at times by a
 * hundred at once, so two figures say nothing.  The trend does: the median of the
 * slopes between any two figures.  A page lost in each cycle makes it one.
 */
#define TREND_PAGES	0.5
/* In each slab cache less than three objects for four cycles.  (12 were seen.) */
#define OBJECTS_SLACK	((CYCLES - WARM_UP) * 3 / 4)

struct slab {
	char name[48];
	long active, size;
};

struct memory {
	long free_pages;
	struct slab slabs[512];
	int nr_slabs;
};

static void read_slabs(struct memory *m)
{
	static char text[256 << 10];
	char *line;

	m->nr_slabs = 0;
	if (file_read("/proc/slabinfo", text, sizeof(text)) <= 0)
		return;
	for (line = strtok(text, "\n"); line && m->nr_slabs < 512; line = strtok(NULL, "\n")) {
		struct slab *s = &m->slabs[m->nr_slabs];

		if (sscanf(line, "%47s %ld %*d %ld", s->name, &s->active, &s->size) == 3)
			m->nr_slabs++;
	}
}

/* Free pages that the processors keep to themselves; nr_free_pages leaves them out. */
static long pages_in_cpu_lists(void)
{
	static char text[64 << 10];
	const char *at = text;
	long sum = 0;

	REQUIRE(file_read("/proc/zoneinfo", text, sizeof(text)) > 0);
	while ((at = strstr(at, " count:"))) {
		at += strlen(" count:");
		sum += strtol(at, NULL, 10);
	}
	return sum;
}

/* Everything that can be dropped is dropped first. */
static void measure(struct memory *m)
{
	sync();
	for (int i = 0; i < 3; i++)
		REQUIRE_EQ(file_write("/proc/sys/vm/drop_caches", "3"), 0);
	m->free_pages = file_number("/proc/vmstat", "nr_free_pages") + pages_in_cpu_lists();
	REQUIRE(m->free_pages > 0);
	read_slabs(m);
}

static int compare_slopes(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Pages lost a cycle, of figures taken every MEASURE_EVERY cycles. */
static double trend(const long *free_pages, int count)
{
	static double slopes[MEASURES * MEASURES];
	int n = 0;

	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++)
			slopes[n++] = (double)(free_pages[i] - free_pages[j]) /
				      ((j - i) * MEASURE_EVERY);
	qsort(slopes, n, sizeof(*slopes), compare_slopes);
	return slopes[n / 2];
}

static void check_trend(const long *free_pages, int count)
{
	double lost = trend(free_pages, count);

	printf("free pages, every %d cycles from the %dth:", MEASURE_EVERY, WARM_UP);
	for (int i = 0; i < count; i++)
		printf(" %ld", free_pages[i]);
	printf("\nlost per cycle: %.2f\n", lost);
	CHECK(lost < TREND_PAGES);
}

static void compare_slabs(const struct memory *before, const struct memory *after)
{
	CHECK(before->nr_slabs);
	for (int i = 0; i < after->nr_slabs; i++) {
		const struct slab *a = &after->slabs[i];

		for (int j = 0; j < before->nr_slabs; j++) {
			const struct slab *b = &before->slabs[j];

			if (strcmp(a->name, b->name) || a->active <= b->active)
				continue;
			test_context("slab %s of %ld bytes: %ld objects more", a->name,
				     a->size, a->active - b->active);
			CHECK(a->active - b->active < OBJECTS_SLACK);
		}
	}
}

/* A call that needs more memory than one that is physically contiguous. */
static void large_call(int fd)
{
	static uint8_t in[200 << 10], out[200 << 10];
	struct call c;

	in[0] = 1;
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
}

/* One that the DSP never answers: its buffer and slot end with the channel. */
static void lost_call(int fd)
{
	struct dsp_control_status st;
	pid_t pid;

	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_NEVER, 1, 0);
	control_status(&st);
	pid = fork();
	if (!pid) {
		invoke_null(fd);
		_exit(0);
	}
	control_wait(DSP_COUNT_REQUESTS, st.requests + 1);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
}

static void cycle(int i)
{
	struct dsp_control_status st;
	struct offer o;
	int fd;

	test_context("cycle %d", i);
	/* either may be there first */
	if (i & 1)
		dsp_start();
	REQUIRE_EQ(driver_load(), 0);
	if (!(i & 1))
		dsp_start();

	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(invoke_null(fd), 0);
	large_call(fd);
	lost_call(fd);
	control_status(&st);
	CHECK(st.heap_pages);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, 0);
	/* it is in use when the end comes */
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 1);
	if (i & 2)
		node_close(fd);

	dsp_stop();
	if (!(i & 2))
		node_close(fd);
	/* revoked: nothing holds the module any more */
	REQUIRE_EQ(driver_unload(), 0);
}

TEST(hundred_cycles)
{
	static struct memory before, after;
	long free_pages[MEASURES];
	int measured = 0;
	/* a slow board has a leak checker of its own, and time for a few rounds */
	bool is_slow = board_slowness() > 1;
	int cycles = CYCLES / board_slowness();

	puts("@limit 240");
	test_teardown = driver_restore;
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	kernel_log_mark();
	for (int i = 0; i < cycles; i++) {
		if (!is_slow && i >= WARM_UP && i % MEASURE_EVERY == 0) {
			measure(&after);
			free_pages[measured++] = after.free_pages;
			if (i == WARM_UP)
				before = after;
		}
		cycle(i);
	}
	if (!is_slow) {
		measure(&after);
		test_context("%s", "");
		check_trend(free_pages, measured);
		compare_slabs(&before, &after);
	}
	test_context("%s", "");
	CHECK_EQ(kernel_log_count("mapped 1:1"), cycles);
}
