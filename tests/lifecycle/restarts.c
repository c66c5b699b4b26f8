// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP stops and starts, and crashes, as fast as the kernel's own stack can do it, and
 * has its heap in use each time.  At the end the kernel has the memory that it had before.
 *
 * FUZZ_RUNS=1000 board/boot test restarts: so many of each, instead of 50.
 *
 * PAS never lets go of the device tree blob that it loads for some DSPs: 32 bytes a start.
 * So the strict figures are those of a SoC without one, variants sdm845 and el1-sdm845.
 */
#include "harness.h"

#define ROUNDS		50
#define MEASURES	20
/* Free memory goes up and down by itself; that is less a round the more rounds there are. */
#define NOISE_PAGES	120.0
#define NOISE_OBJECTS	100
/* Of two starts, with the marks that the kernel's allocator puts around an object. */
#define DTB_PAGES	0.08

static void allow_messages(void)
{
	test_allow("fatal error received: adsp_test.c:1:the board was told to crash");
	test_allow("crash detected in " DSP ": type fatal error");
	test_allow("handling crash #");
	test_allow("recovering " DSP);
}

/* The new audio PD gets the heap and stores to it. */
static void use_heap(void)
{
	struct dsp_control_status st;
	struct offer o;
	int fd = node_open();

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_status(&st);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
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

static void one_round(void)
{
	struct dsp_control_status before, after;

	control_status(&before);
	use_heap();
	dsp_restart();
	use_heap();
	soc_fatal();
	control_wait(DSP_COUNT_BOOT_EPOCH, before.boot_epoch + 2);
	node_wait(NODE, true);
	soc_wait_crash_handled();
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch + 2);
	REQUIRE(control_clean(&after));
	CHECK_EQ(heap_account("quarantines="), 0);
}

TEST(stops_and_crashes)
{
	static struct memory before, after;
	int rounds = random_runs(ROUNDS), warm_up = rounds / 5;
	int every = (rounds - warm_up) / MEASURES + 1, measured = 0;
	struct dsp_control_soc first, last;
	long free_pages[MEASURES + 1], start = now_ms();

	soc_require();
	allow_messages();
	puts("@limit 7200");
	soc_look(&first);
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
	soc_look(&last);
	CHECK_EQ(last.boots - first.boots, 2 * rounds);
	CHECK_EQ(last.handshakes_lost, first.handshakes_lost);
	CHECK_EQ(last.shutdowns_asked - first.shutdowns_asked, rounds);
	CHECK_EQ(last.stops_asked, first.stops_asked);
	printf("%d stops and %d crashes in %ld ms\n", rounds, rounds, now_ms() - start);
	if (board_slowness() > 1)
		return;		/* it has a leak checker of its own */
	memory_read(&after);
	memory_check_trend(free_pages, measured, every,
			   NOISE_PAGES / rounds + (has_dtb() ? DTB_PAGES : 0));
	memory_compare_slabs(&before, &after, NOISE_OBJECTS + (has_dtb() ? 2 : 0.1) * rounds);
}
