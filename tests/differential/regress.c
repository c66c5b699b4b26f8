// SPDX-License-Identifier: GPL-2.0-only
/*
 * What scripts/judge asks of any FastRPC driver, beside the list: the memory that the same
 * work takes each time, and the heap of a DSP whose answer is lost.
 */
#include "harness.h"

#define ROUNDS		25	/* of work between two looks at the memory */
#define LOOKS		5
#define TREND_PAGES	0.5
#define BUFFER		(256ul << 10)

static void work(void)
{
	static uint8_t in[5000], out[5000];
	struct call call;
	int fd = node_open(), buf;

	CHECK_EQ(attach(fd), 0);
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&call, in, sizeof(in));
	call_out(&call, out, sizeof(out));
	CHECK_EQ(call_send(fd, &call), 0);
	/* of another exporter: the file of a driver's own buffer may outlive what it needs */
	buf = udmabuf_alloc(BUFFER);
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_out(&call, NULL, BUFFER)->fd = buf;
	CHECK_EQ(call_send(fd, &call), 0);
	close(buf);
	node_close(fd);
}

/* The first look comes after the caches of the kernel have filled. */
TEST(same_work_takes_no_more_memory)
{
	static struct memory memory;
	long free_pages[LOOKS];

	for (int look = -1; look < LOOKS; look++) {
		for (int i = 0; i < ROUNDS; i++)
			work();
		memory_read(&memory);
		if (look >= 0)
			free_pages[look] = memory.free_pages;
	}
	memory_check_trend(free_pages, LOOKS, ROUNDS, TREND_PAGES);
}

/*
 * The driver gives up after its 10 s.  The DSP has taken the heap by then and goes on
 * with it: nothing has told it to stop.  The last case: not every driver outlives it.
 */
TEST(heap_outlives_a_lost_answer)
{
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(1, 8, DSP_ANSWER_HOLD, 1, 0);
	CHECK(create_audio(fd) < 0);
	control_heap_works();
	/* the answer that was held goes with the DSP */
	dsp_restart();
}
