// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy from or to user space fails once, in what any FastRPC
 * driver is asked for.  scripts/judge runs it before and after a change, with the leak
 * search at the end.
 *
 * Needs a kernel that can inject failures.
 */
#include <fcntl.h>

#include "sweep.h"

#define SMALL	500
#define BUFFER	(64ul << 10)

static int fd = -1, buf = -1;

static void close_all(void)
{
	if (buf >= 0)
		close(buf);
	if (fd >= 0)
		close(fd);
	fd = -1;
	buf = -1;
}

static long attached(void)
{
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : attach(fd);
}

static long ask_and_call(void)
{
	static uint8_t in[SMALL], out[SMALL];
	static struct call call;
	uint32_t value;
	long ret = attached();

	if (!ret)
		ret = get_dsp_info(fd, 6, &value);
	if (ret)
		return ret;
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&call, in, sizeof(in));
	call_out(&call, out, sizeof(out));
	return call_send(fd, &call);
}

static long call_with_a_buffer(void)
{
	static struct call call;
	long ret = attached();

	if (ret)
		return ret;
	buf = dmabuf_alloc(fd, BUFFER);
	if (buf < 0)
		return buf;
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_out(&call, NULL, BUFFER)->fd = buf;
	return call_send(fd, &call);
}

static void call_again(long result)
{
	(void)result;
	close_all();
	CHECK_EQ(ask_and_call(), 0);
	close_all();
}

static void call_with_a_buffer_again(long result)
{
	(void)result;
	close_all();
	CHECK_EQ(call_with_a_buffer(), 0);
	close_all();
}

TEST(calling)
{
	static const struct sweep sweep = {
		.name = "attach and call", .sequence = ask_and_call, .after = call_again,
	};

	node_wait(NODE, true);
	sweep_run(&sweep);
}

TEST(calling_with_a_buffer)
{
	static const struct sweep sweep = {
		.name = "call with a dma-buf", .sequence = call_with_a_buffer,
		.after = call_with_a_buffer_again,
	};

	node_wait(NODE, true);
	sweep_run(&sweep);
}
