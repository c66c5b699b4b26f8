// SPDX-License-Identifier: GPL-2.0-only
/*
 * The secure world refuses: to give memory to the DSP, or to give it back.  What could
 * not be given is as it was.  What does not come back is not touched, counted and
 * said once; when it does come back later, that is the end of it.
 */
#include "harness.h"

#define MIB	(1ul << 20)
#define NOT_OPENED "cannot be mapped or assigned"
#define REFUSED	"cannot be reclaimed"
#define AFTER_ALL "is reclaimed after all"

static struct offer region;

static void start(void)
{
	monitor_require();
	test_teardown = driver_restore;
	test_allow(REFUSED);
	daemon_came_and_went(&region);
	kernel_log_mark();
}

static void check_all_well(void)
{
	int fd = node_open();

	CHECK_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
	monitor_check_owners(region.base, region.size, VM_DSP);
	CHECK_EQ(heap_pieces("region", "lost"), 0);
	CHECK_EQ(heap_pieces("growth", ""), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* A channel without a heap serves all clients but the audio PD's. */
static void check_no_audio(void)
{
	int fd = node_open();

	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
}

/* The first call asks whether Linux owns it, the second gives it. */
static void region_is_not_given(long result)
{
	start();
	dsp_restart();
	monitor_refuse(2, 1, result);
	check_no_audio();
	CHECK_EQ(kernel_log_count(NOT_OPENED), 1);
	monitor_check_owners(region.base, region.size, VM_HLOS);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	check_all_well();
}

TEST(region_not_given)
{
	region_is_not_given(MONITOR_REFUSAL);
}

/* The kernel passes some results on as they are: more than 0 is no success. */
TEST(region_not_given_by_a_positive_result)
{
	region_is_not_given(7);
}

TEST(region_not_returned_once)
{
	long before;

	start();
	before = heap_account("lost=");
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	dsp_stop();
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_account("lost="), before + 1);
	CHECK_EQ(heap_pieces("region", "lost"), 1);
	monitor_check_owners(region.base, region.size, VM_DSP);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	kernel_log_mark();
	dsp_start();
	node_wait(NODE, true);
	check_all_well();
	CHECK_EQ(kernel_log_count(AFTER_ALL), 1);
}

static void not_returned_for_long(void (*end)(void))
{
	long before;

	start();
	before = heap_account("lost=");
	monitor_refuse(1, 1000, MONITOR_REFUSAL);
	end();
	for (int i = 0; i < 2; i++) {
		node_wait(NODE, true);
		check_no_audio();
		CHECK_EQ(heap_pieces("region", "lost"), 1);
		monitor_check_owners(region.base, region.size, VM_DSP);
		dsp_restart();
	}
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_account("lost="), before + 1);
	monitor_allow();
	kernel_log_mark();
	dsp_stop();
	CHECK_EQ(kernel_log_count(AFTER_ALL), 1);
	monitor_check_owners(region.base, region.size, VM_HLOS);
	dsp_start();
	node_wait(NODE, true);
	check_all_well();
	CHECK_EQ(heap_account("lost="), before + 1);
}

TEST(region_not_returned_for_long)
{
	not_returned_for_long(dsp_restart);
}

TEST(region_not_returned_after_a_crash)
{
	not_returned_for_long(dsp_crash);
}

TEST(growth_not_given)
{
	uint64_t token;
	int fd;

	start();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	CHECK_EQ(heap_grow(fd, MIB, &token), -EIO);
	CHECK_EQ(heap_pieces("growth", ""), 0);
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_grow(fd, MIB, &token), 0);
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	node_close(fd);
	check_all_well();
}

TEST(growth_not_returned)
{
	struct heap_piece piece;
	uint64_t token;
	int fd;

	start();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	piece = control_growth(0);
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_pieces("growth", "lost"), 1);
	monitor_check_owners(piece.base, piece.size, VM_DSP);
	/* not lent: it cannot be reclaimed a second time */
	CHECK_EQ(heap_shrink(fd, token, MIB), -EINVAL);
	node_close(fd);
	dsp_restart();
	monitor_check_owners(piece.base, piece.size, VM_HLOS);
	check_all_well();
}

/* --- every call there is, refused once ---------------------------------------- */

static void everything(void)
{
	uint64_t token = 0;
	int fd;

	dsp_restart();
	fd = node_open();
	create_audio(fd);
	if (!heap_grow(fd, MIB, &token))
		heap_shrink(fd, token, MIB);
	heap_grow(fd, MIB, &token);
	node_close(fd);
	dsp_crash();
	node_wait(NODE, true);
	fd = node_open();
	create_audio(fd);
	heap_grow(fd, MIB, &token);
	node_close(fd);
}

TEST(each_call_once)
{
	unsigned int n;

	start();
	for (n = 1; n < 100; n++) {
		uint64_t refused = monitor_refused();

		test_context("call %u is refused", n);
		monitor_refuse(n, 1, MONITOR_REFUSAL);
		everything();
		monitor_allow();
		/* all that there was to refuse has been */
		if (monitor_refused() == refused)
			break;
		dsp_restart();
		check_all_well();
	}
	test_context("%u calls", n);
	CHECK(n > 8 && n < 100);
}
