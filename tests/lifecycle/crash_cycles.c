// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thousand crashes, each while the audio PD stores to its heap: to the region
 * and to what was added to it.  Each time the DSP comes back and gets its heap
 * anew; at the end the kernel has the memory it had before.
 *
 * Meant for a device tree with a small region: most of a cycle goes through
 * every page of it.
 */
#include "harness.h"

#define CYCLES		1000
#define WARM_UP		200	/* caches fill, page tables grow once */
#define MEASURE_EVERY	20
#define MEASURES	((CYCLES - WARM_UP) / MEASURE_EVERY)
/* Lost a crash: up to 0.03 is chance, and one page in every tenth makes it 0.1. */
#define TREND_PAGES	0.08
#define OBJECTS_SLACK	((CYCLES - WARM_UP) / 8)

/* What is added in each cycle. */
static const uint64_t sizes[] = { PAGE, 64 << 10 };

static uint64_t region;
static long grants, revokes;

static uint64_t add(int fd)
{
	uint64_t token, sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		REQUIRE_EQ(heap_grow(fd, sizes[i], &token), 0);
		sum += sizes[i];
	}
	return sum;
}

/* All of it is used when the end comes. */
static void check_in_use(uint64_t added)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.heap_size, region + added);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, 0);
	CHECK_EQ(heap_account("growth="), added);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 1);
}

static void check_taken_back(void)
{
	/* the region's grant is that of the new boot */
	grants += 1 + ARRAY_SIZE(sizes);
	revokes += 1 + ARRAY_SIZE(sizes);
	CHECK_EQ(heap_account("grants="), grants);
	CHECK_EQ(heap_account("revokes="), revokes);
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("quarantines="), 0);
}

static void cycle(int i)
{
	struct dsp_control_status st;
	struct offer o;
	int fd;

	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(o.size, region);
	check_in_use(add(fd));
	if (i & 1)
		node_close(fd);
	dsp_crash();
	node_wait(NODE, true);
	check_taken_back();
	if (!(i & 1))
		node_close(fd);
	control_status(&st);
	REQUIRE(control_clean(&st));
}

TEST(thousand_crashes)
{
	static struct memory before, after;
	long free_pages[MEASURES];
	int measured = 0;
	struct dsp_control_status st;
	/* a slow board has a leak checker of its own, and time for a few rounds */
	bool is_slow = board_slowness() > 1;
	int cycles = CYCLES / (board_slowness() * board_slowness());

	puts("@limit 900");
	test_allow("recovering " DSP);
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("fatal error");
	node_close(daemon_open());
	control_status(&st);
	region = st.heap_size;
	dsp_restart();
	grants = heap_account("grants=");
	revokes = heap_account("revokes=");
	for (int i = 0; i < cycles; i++) {
		test_context("crash %d", i);
		if (!is_slow && i >= WARM_UP && i % MEASURE_EVERY == 0) {
			memory_read(&after);
			free_pages[measured++] = after.free_pages;
			if (i == WARM_UP)
				before = after;
		}
		cycle(i);
	}
	test_context("%s", "");
	printf("%d crashes\n", cycles);
	if (is_slow)
		return;
	memory_read(&after);
	memory_check_trend(free_pages, measured, MEASURE_EVERY, TREND_PAGES);
	memory_compare_slabs(&before, &after, OBJECTS_SLACK);
}
