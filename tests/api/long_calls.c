// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one call can keep the kernel busy with: bytes that several arguments name count
 * once, whatever the number of arguments, and others are not kept from running.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN	(48ul << 20)
#define COUNT	255

static struct call call;
static uint8_t *data;

static long time_of(int fd)
{
	long start = now_ms();

	CHECK_EQ(call_send(fd, &call), 0);
	return now_ms() - start;
}

/* All of @count arguments are the same bytes, but for some at the end. */
static void make_call(int count, bool is_input)
{
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	for (int i = 0; i < count; i++) {
		if (is_input)
			call_in(&call, data, LEN - i * PAGE);
		else
			call_out(&call, data, LEN - i * PAGE);
	}
}

static void check_time(bool is_input)
{
	int fd = node_open();
	long one, all;

	data = pages_alloc(LEN);
	memset(data, 1, LEN);
	make_call(1, is_input);
	time_of(fd);
	one = time_of(fd);
	make_call(COUNT, is_input);
	all = time_of(fd);
	/* not 255 times as long: the DSP looks at each, which is all that there is more */
	if (all > 10 * one + 2000) {
		test_context("%ld ms for one argument, %ld ms for %d", one, all, COUNT);
		CHECK(all <= 10 * one + 2000);
	}
	munmap(data, LEN);
}

TEST(overlapping_outputs)
{
	check_time(false);
	CHECK_EQ(kernel_log_count("soft lockup"), 0);
}

TEST(overlapping_inputs)
{
	check_time(true);
	CHECK_EQ(kernel_log_count("soft lockup"), 0);
}
