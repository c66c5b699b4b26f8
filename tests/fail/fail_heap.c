// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy fails once while the audio PD's heap grows and
 * shrinks, those of the message and of the page tables too.  Afterwards the DSP,
 * the driver's account and what is allocated for additions are as they were before,
 * and the next try succeeds.
 */
#include <glob.h>

#include "sweep.h"

#define SIZE	((1ul << 20) + 17 * PAGE)
#define DEEP	"32"				/* the tables are far below the driver */

static struct async_call busy;
static struct call busy_call;
static int fd;
static uint64_t token;
static struct dsp_control_status before;
static long account_growth;

/* Holds the one message that the session has to spare, so that the next one is made. */
static void keep_busy(void)
{
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	call_init(&busy_call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&busy, fd, &busy_call);
	control_wait(DSP_COUNT_HELD, 1);
}

static void daemon_end(void)
{
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&busy), 0);
	node_close(fd);
}

static void remember(void)
{
	control_status(&before);
	account_growth = heap_account("growth=");
}

/* As it was remembered, and the audio PD goes on. */
static void check_unchanged(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.heap_pages, before.heap_pages);
	CHECK_EQ(st.heap_size, before.heap_size);
	CHECK_EQ(st.heap_pages_granted, before.heap_pages_granted);
	CHECK_EQ(heap_account("growth="), account_growth);
	CHECK_EQ(heap_account("lost="), 0);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 3);
}

/* Pages of all contiguous areas that are allocated: additions come from there. */
static long cma_used(void)
{
	char text[32];
	glob_t areas;
	long sum = 0;

	REQUIRE_EQ(glob("/sys/kernel/debug/cma/*/used", 0, NULL, &areas), 0);
	for (size_t i = 0; i < areas.gl_pathc; i++) {
		REQUIRE(file_read(areas.gl_pathv[i], text, sizeof(text)) > 0);
		sum += atol(text);
	}
	globfree(&areas);
	return sum;
}

static void begin_growth(void)
{
	fd = daemon_open();
	keep_busy();
	remember();
}

static long grow(void)
{
	return heap_grow(fd, SIZE, &token);
}

static void end_growth(long result)
{
	if (result) {
		check_unchanged();
		CHECK_EQ(grow(), 0);
	}
	CHECK_EQ(heap_account("growth="), SIZE);
	CHECK_EQ(heap_shrink(fd, token, SIZE), 0);
	check_unchanged();
	daemon_end();
}

TEST(growing)
{
	static const struct sweep sweep = {
		.name = "growth", .depth = DEEP,
		.before = begin_growth, .sequence = grow, .after = end_growth,
	};
	long used;

	/* growth is memory of a device, which the kernel may have no memory for */
	test_allow("kobject: can not set name properly");
	test_allow("kobject_add_internal failed");
	dsp_restart();
	used = cma_used();
	sweep_run(&sweep);
	dsp_restart();
	CHECK_EQ(cma_used(), used);
}

static void begin_return(void)
{
	fd = daemon_open();
	REQUIRE_EQ(grow(), 0);
	keep_busy();
	remember();
}

static long give_back(void)
{
	return heap_shrink(fd, token, SIZE);
}

/* What could not be asked for is the DSP's still. */
static void end_return(long result)
{
	if (result) {
		check_unchanged();
		CHECK_EQ(give_back(), 0);
	}
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account_lines("growth [mem"), 0);
	control_heap_in_use();
	daemon_end();
}

TEST(giving_back)
{
	static const struct sweep sweep = {
		.name = "return of growth", .depth = DEEP,
		.before = begin_return, .sequence = give_back, .after = end_return,
	};

	sweep_run(&sweep);
}
