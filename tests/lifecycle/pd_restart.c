// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD restarts alone: the DSP runs on, the channel stays, and no service
 * registry tells the driver.  It keeps to the safe side: the DSP may still have what
 * it was given, so nothing is offered again or taken back until it is halted.
 */
#include "harness.h"
#include "servreg.h"

#define MIB		(1ul << 20)

/* Where the DSP has a registry, it keeps silent. */
static void begin(void)
{
	test_teardown = servreg_stop;
	if (servreg_is_possible())
		servreg_start(SERVREG_HONEST);
	dsp_restart();
}

static void pd_restart(void)
{
	struct dsp_control_status before, after;

	control_status(&before);
	REQUIRE_EQ(control_restart_pd(), 0);
	control_status(&after);
	CHECK(after.audio_pd_up);
	CHECK_EQ(after.audio_pd_epoch, before.audio_pd_epoch + 1);
	CHECK_EQ(after.boot_epoch, before.boot_epoch);
	CHECK_EQ(after.heap_pages, 0);
}

static void check_offered(int fd, uint32_t pages)
{
	heap_check_offered(fd, pages);
	CHECK_EQ(heap_pieces("region", "offered"), 1);
}

TEST(not_offered_again)
{
	struct dsp_control_status st;
	int fd;

	begin();
	fd = node_open();
	check_offered(fd, 1);
	control_heap_in_use();
	control_status(&st);
	for (int i = 0; i < 3; i++) {
		int other = node_open();

		test_context("restart %d", i);
		pd_restart();
		CHECK_EQ(invoke_null(fd), 0);		/* the channel stays */
		check_offered(fd, 0);
		check_offered(other, 0);
		node_close(other);
		heap_check_open(st.heap_base);
		heap_check_open(st.heap_base + st.heap_size - PAGE);
	}
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);
}

/* Halted, it has nothing any more: the next run gets the region, scrubbed. */
TEST(offered_after_the_dsp_restarts)
{
	int fd;

	begin();
	fd = node_open();
	check_offered(fd, 1);
	pd_restart();
	check_offered(fd, 0);
	node_close(fd);
	dsp_stop();
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	dsp_start();
	check_offered(node_open(), 1);
	control_heap_in_use();
}

/* The same for a crash of the whole DSP after one of the PD. */
TEST(offered_after_the_dsp_crashes)
{
	int fd;

	begin();
	fd = node_open();
	check_offered(fd, 1);
	pd_restart();
	node_close(fd);
	dsp_crash();
	check_offered(node_open(), 1);
	control_heap_in_use();
}

/* The new PD knows nothing of what the old one was given, so it cannot give it back. */
TEST(growth_stays_with_the_dsp)
{
	uint64_t old, own;
	struct dsp_control_status st;
	int fd;

	begin();
	fd = node_open();
	check_offered(fd, 1);
	REQUIRE_EQ(heap_grow(fd, MIB, &old), 0);
	pd_restart();
	CHECK(heap_shrink(fd, old, MIB) != 0);
	check_offered(fd, 0);
	CHECK(heap_shrink(fd, old, MIB) != 0);
	CHECK_EQ(heap_pieces("growth", "offered"), 1);

	/* and gets more, which is its own */
	REQUIRE_EQ(heap_grow(fd, MIB, &own), 0);
	CHECK(own != old);
	control_status(&st);
	CHECK_EQ(st.heap_pages, MIB / PAGE);
	control_heap_in_use();
	CHECK_EQ(heap_shrink(fd, own, MIB), 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);

	dsp_stop();
	CHECK_EQ(heap_pieces("growth", ""), 0);
	dsp_start();
}
