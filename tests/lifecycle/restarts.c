// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP stops and starts, and crashes, as fast as the kernel can do it, and has its heap
 * in use each time: the region, and at a crash what was added to it.  At the end the kernel
 * has the memory that it had before.
 *
 * FUZZ_RUNS=1000 board/boot test restarts: so many of each, instead of 150.
 *
 * PAS never lets go of the device tree blob that it loads for some DSPs: 32 bytes a start.
 * So the strict figures are those of a SoC without one, variants sdm845 and el1-sdm845.
 */
#include "harness.h"

#define ROUNDS		150
#define MEASURES	20
/* Free memory goes up and down by itself; that is less a round the more rounds there are. */
#define NOISE_PAGES	120.0
#define NOISE_OBJECTS	100
/* Of two starts, with the marks that the kernel's allocator puts around an object. */
#define DTB_PAGES	0.08

/* What is added before a crash. */
static const uint64_t sizes[] = { PAGE, 64 << 10 };

static void add(int fd)
{
	uint64_t token;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		REQUIRE_EQ(heap_grow(fd, sizes[i], &token), 0);
}

/* The new audio PD gets the heap, and what is added if wanted, and stores to all of it. */
static void use_heap(bool grow)
{
	struct dsp_control_status st;
	struct offer o;
	int fd = node_open();

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	if (grow)
		add(fd);
	control_status(&st);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, 0);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 10);
	node_close(fd);
}

/* Each start loses one small object of the kernel's: see the head of this file. */
static bool has_dtb(void)
{
	char regions[64];

	return file_read("/proc/device-tree/remoteproc-" DSP "/memory-region", regions,
			 sizeof(regions)) > 4;
}

/* By the kernel's stack if it is there: the DSP's own interrupt. */
static void crash(void)
{
	struct dsp_control_status st;

	if (!soc_is_there()) {
		dsp_crash();
		REQUIRE_EQ(dsp_wait_recovered(), 0);
		node_wait(NODE, true);
		return;
	}
	test_allow("crash detected in " DSP ": type fatal error");
	test_allow("handling crash #");
	test_allow("recovering " DSP);
	control_status(&st);
	soc_fatal();
	control_wait(DSP_COUNT_BOOT_EPOCH, st.boot_epoch + 1);
	node_wait(NODE, true);
	soc_wait_crash_handled();
}

static void one_round(void)
{
	struct dsp_control_status before, after;

	control_status(&before);
	use_heap(false);
	dsp_restart();
	use_heap(true);
	crash();
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch + 2);
	REQUIRE(control_clean(&after));
	CHECK_EQ(heap_account("lost="), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* The stack took part in each of so many stops, and the DSP in each handshake. */
static void check_stack(const struct dsp_control_soc *before, int rounds)
{
	struct dsp_control_soc after;

	soc_look(&after);
	CHECK_EQ(after.boots - before->boots, 2 * rounds);
	CHECK_EQ(after.handshakes_lost, before->handshakes_lost);
	CHECK_EQ(after.shutdowns_asked - before->shutdowns_asked, rounds);
	CHECK_EQ(after.stops_asked, before->stops_asked);
}

TEST(stops_and_crashes)
{
	static struct memory before, after;
	int rounds = random_runs(ROUNDS), warm_up = rounds / 5;
	int every = (rounds - warm_up) / MEASURES + 1, measured = 0;
	struct dsp_control_soc first;
	long free_pages[MEASURES + 1], start = now_ms();

	puts("@limit 7200");
	/* an earlier program may have left an audio PD that knows the heap */
	dsp_restart();
	if (soc_is_there())
		soc_look(&first);
	test_allow("fatal error received: adsp_test.c:1:the board was told to crash");
	for (int i = 0; i < rounds; i++) {
		test_context("round %d", i);
		if (i >= warm_up && (i - warm_up) % every == 0) {
			memory_read(&after);
			free_pages[measured++] = after.free_pages;
			if (i == warm_up)
				before = after;
		}
		one_round();
	}
	test_context("%s", "");
	if (soc_is_there())
		check_stack(&first, rounds);
	printf("%d stops and %d crashes in %ld ms\n", rounds, rounds, now_ms() - start);
	if (board_slowness() > 1)
		return;		/* it has a leak checker of its own */
	memory_read(&after);
	memory_check_trend(free_pages, measured, every,
			   NOISE_PAGES / rounds + (has_dtb() ? DTB_PAGES : 0));
	memory_compare_slabs(&before, &after, NOISE_OBJECTS + (has_dtb() ? 2 : 0.1) * rounds);
}
