// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel wants memory back: what the driver keeps only to use it again goes, what
 * the DSP works with stays, and the next call is none the worse for it.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN	(1ul << 20)
#define ROUNDS	200
/* Long before a map goes because it was not used. */
#define SOON_MS	5000

static void want_memory(void)
{
	REQUIRE_EQ(file_write("/proc/sys/vm/drop_caches", "2"), 0);
}

static int unmaps(void)
{
	int maps, count;

	iommu_trace_counts(&maps, &count);
	return count;
}

TEST(idle_buffers_go)
{
	int fd = node_open();

	CHECK_EQ(invoke_echo(fd, 1, LEN), 0);
	iommu_trace_start();
	CHECK_EQ(invoke_echo(fd, 2, LEN), 0);
	CHECK_EQ(unmaps(), 0);
	want_memory();
	CHECK(unmaps() >= 1);
	iommu_trace_stop();
	CHECK_EQ(invoke_echo(fd, 3, LEN), 0);
}

/* A call with a dma-buf, ready to be made. */
static int make_call(struct call *c, int fd)
{
	int buf = dmabuf_alloc(fd, LEN);

	REQUIRE(buf >= 0);
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_out(c, NULL, LEN)->fd = buf;
	return buf;
}

TEST(idle_maps_go)
{
	int fd = node_open(), buf;
	struct call c;
	long start;

	buf = make_call(&c, fd);
	CHECK_EQ(call_send(fd, &c), 0);
	iommu_trace_start();
	start = now_ms();
	want_memory();
	iommu_trace_wait_unmaps(2);	/* the message's, and the map */
	CHECK(now_ms() - start < SOON_MS);
	iommu_trace_stop();
	CHECK_EQ(call_send(fd, &c), 0);
	close(buf);
}

TEST(what_is_in_use_stays)
{
	struct async_call async;
	int fd = node_open(), buf;
	struct call c;

	buf = make_call(&c, fd);
	CHECK_EQ(call_send(fd, &c), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_TOUCH, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	for (int i = 0; i < 10; i++)
		want_memory();
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&async), 0);
	CHECK_EQ(control_faults(), 0);
	close(buf);
}

static void *want_memory_main(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
		want_memory();
	return NULL;
}

TEST(calls_meanwhile)
{
	int fd = node_open(), buf;
	pthread_t thread;
	bool stop = false;
	struct call c;

	buf = make_call(&c, fd);
	REQUIRE_EQ(pthread_create(&thread, NULL, want_memory_main, &stop), 0);
	for (int i = 0; i < board_rounds(ROUNDS); i++) {
		CHECK_EQ(invoke_echo(fd, i, 1 + i * 300), 0);
		CHECK_EQ(call_send(fd, &c), 0);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CHECK_EQ(control_faults(), 0);
	close(buf);
}
