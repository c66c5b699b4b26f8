// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions that the driver must not touch, since they are not the heap's alone: nothing is
 * stored there, the audio PD gets no heap, one sentence names both, and all else works.
 * And regions that only look odd.
 */
#include "harness.h"

#define LEFT	0x5a

/* In the order of board,regions in board/dts/own/regions.dtsi. */
enum { WHOLE, AROUND, UNKNOWN, IMAGE, POOL_12, CMA_12 };

/* Asked for twice, said once. */
static void check_refused(const char *text)
{
	struct dsp_control_status st;
	int fd = node_open();

	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);
	CHECK_EQ(kernel_log_count(text), 1);
}

/* Neither the driver nor the DSP has stored there. */
static void check_untouched(uint64_t addr, uint64_t len, uint64_t sum)
{
	CHECK_EQ(control_look(addr, len, NULL), sum);
}

TEST(overlapped_by_another_node)
{
	struct heap_piece where;
	uint64_t sum;

	control_left(0x61000000, 0x100000, LEFT, 0);
	sum = control_look(0x61000000, 0x100000, NULL);
	where = heap_use_region(AROUND);
	check_refused("around overlaps, or is used by, /reserved-memory/inside@61080000");
	check_untouched(where.base, where.size, sum);
}

TEST(of_the_remoteprocs_own)
{
	struct heap_piece where;
	uint64_t sum;

	control_left(0x61200000, 0x100000, LEFT, 0);
	sum = control_look(0x61200000, 0x100000, NULL);
	where = heap_use_region(IMAGE);
	check_refused("memory-region image overlaps, or is used by, /remoteproc-" DSP);
	check_untouched(where.base, where.size, sum);
}

static void check_given(const struct heap_piece *where)
{
	int fd = node_open();
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(o.base, where->base);
	CHECK_EQ(o.size, where->size);
	control_heap_in_use();
	node_close(fd);
}

/* There may be memory behind it or not: Linux stores nothing there. */
TEST(firmware_keeps_it_to_itself)
{
	struct dsp_control_status st;
	struct heap_piece where;
	struct offer o;
	int fd;

	control_left(0x90000000, 0x100000, LEFT, 0);
	where = heap_use_region(UNKNOWN);
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.base, where.base);
	control_status(&st);
	CHECK_EQ(st.heap_pages_granted * PAGE, where.size);
	CHECK_EQ(st.heap_pages_dirty * PAGE, where.size);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 10);
	node_close(fd);
}

/* Twelve is no power of two. */
TEST(pool_of_12_mib)
{
	struct heap_piece where = heap_use_region(POOL_12);

	check_given(&where);
}

TEST(cma_of_12_mib)
{
	struct heap_piece where = heap_use_region(CMA_12);

	check_given(&where);
}

/* Taken from the kernel's memory when it is asked for, and not before. */
TEST(cma_is_lent_on_demand)
{
	struct heap_piece where = heap_use_region(CMA_12);

	/* a page may be busy for a moment, and then none is free */
	test_allow("alloc failed, req-size: 1 pages, ret: -16");
	test_allow("alloc failed, req-size: 1 pages, ret: -12");
	CHECK_EQ(control_try_pin(true), 0);
	control_pin(false);
	check_given(&where);
	CHECK_EQ(control_try_pin(true), -ENOMEM);
}

/* A page is another's for a moment: this request fails, and the next does not. */
TEST(cma_with_a_pinned_page)
{
	struct heap_piece where = heap_use_region(CMA_12);
	int fd = node_open();

	control_pin(true);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(invoke_null(fd), 0);
	control_pin(false);
	check_given(&where);
}
