// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hundred times: load, start, give the heap, use it, stop, unload.  Each time
 * all of it works, and at the end the kernel has the memory it had before.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"
#include "servreg.h"

#define CYCLES		100
#define WARM_UP		20	/* caches fill, page tables grow once */
#define MEASURE_EVERY	5
#define REGISTRY_EVERY	4
#define MEASURES	((CYCLES - WARM_UP) / MEASURE_EVERY)
/* A page lost in each cycle makes it one; without a leak 0.51 was seen. */
#define TREND_PAGES	0.75
/* In each slab cache less than three objects for four cycles.  (12 were seen.) */
#define OBJECTS_SLACK	((CYCLES - WARM_UP) * 3 / 4)

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
	/* the driver waits at its end for what the DSP's registry may tell */
	if (i % REGISTRY_EVERY)
		servreg_leave_out();
	else
		servreg_stop();
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
	/* reclaimed: no segment holds the module */
	REQUIRE_EQ(driver_unload(), 0);
}

static void restore(void)
{
	servreg_stop();
	driver_restore();
}

TEST(hundred_cycles)
{
	static struct memory before, after;
	long free_pages[MEASURES];
	int measured = 0;
	/* a slow board has a leak checker of its own, and time for a few rounds */
	bool is_slow = board_slowness() > 1;
	int cycles = CYCLES / board_slowness();

	puts("@limit 900");
	test_teardown = restore;
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	kernel_log_mark();
	for (int i = 0; i < cycles; i++) {
		if (!is_slow && i >= WARM_UP && i % MEASURE_EVERY == 0) {
			memory_read(&after);
			free_pages[measured++] = after.free_pages;
			if (i == WARM_UP)
				before = after;
		}
		cycle(i);
	}
	if (!is_slow) {
		memory_read(&after);
		test_context("%s", "");
		memory_check_trend(free_pages, measured, MEASURE_EVERY, TREND_PAGES);
		memory_compare_slabs(&before, &after, OBJECTS_SLACK);
	}
	test_context("%s", "");
	CHECK_EQ(kernel_log_count("mapped 1:1"), cycles);
}
