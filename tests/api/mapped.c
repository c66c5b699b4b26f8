// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls whose buffers are dma-bufs: the DSP reaches them through the client's
 * context bank, nothing is copied, and a buffer seen before is mapped already.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

/* A map that no call has used for this long, or somewhat longer, goes. */
#define IDLE_MS		10000

/* A buffer as a program has it. */
struct shared {
	int buf;
	size_t len;
	uint8_t *p;
};

static void *map_at(int buf, size_t len, off_t offset)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, buf, offset);

	REQUIRE(p != MAP_FAILED);
	return p;
}

/* Whole pages, so that all of them can be mapped. */
static struct shared shared_make(int fd, size_t len)
{
	struct shared s = { .buf = dmabuf_alloc(fd, (len + PAGE - 1) / PAGE * PAGE), .len = len };

	REQUIRE(s.buf >= 0);
	s.p = map_at(s.buf, len, 0);
	return s;
}

static void shared_free(struct shared *s)
{
	munmap(s->p, s->len);
	close(s->buf);
}

/* out = in, both in dma-bufs. */
static void echo_call(struct call *c, const void *in, int in_fd, void *out, int out_fd, size_t len)
{
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(c, in, len)->fd = in_fd;
	call_out(c, out, len)->fd = out_fd;
}

static long echo(int fd, const void *in, int in_fd, void *out, int out_fd, size_t len)
{
	struct call c;

	echo_call(&c, in, in_fd, out, out_fd, len);
	return call_send(fd, &c);
}

/* Page record @i of the newest call, which had @n arguments. */
static void page_record(unsigned int n, unsigned int i, uint64_t *addr, uint64_t *size)
{
	struct dsp_control_capture cap;

	control_capture(0, &cap);
	*addr = wire_word(cap.metadata + 24 * n + 16 * i, 8);
	*size = wire_word(cap.metadata + 24 * n + 16 * i + 8, 8);
}

static uint64_t count_requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

TEST(both_ways)
{
	static const size_t lens[] = { 1, 100, PAGE, PAGE + 1, 64 << 10, 1000003, 3 << 20 };
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		struct shared in = shared_make(fd, lens[i]), out = shared_make(fd, lens[i]);

		test_context("%zu bytes", lens[i]);
		fill_pattern(in.p, lens[i], i);
		CHECK_EQ(echo(fd, in.p, in.buf, out.p, out.buf, lens[i]), 0);
		CHECK_MEM(out.p, in.p, lens[i]);
		shared_free(&in);
		shared_free(&out);
	}
}

TEST(wire_bytes)
{
	struct dsp_control_capture cap;
	int fd = node_open();
	struct shared in = shared_make(fd, 4 * PAGE), out = shared_make(fd, 4 * PAGE);
	uint64_t addr, size;

	REQUIRE_EQ(echo(fd, in.p + 5000, in.buf, out.p, out.buf, 5000), 0);
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.metadata, 8), (uintptr_t)in.p + 5000);
	CHECK_EQ(wire_word(cap.metadata + 8, 8), 5000);
	page_record(2, 0, &addr, &size);
	/* the message's own session is that of its buffers */
	CHECK_EQ(addr >> 32, wire_word(cap.msg + 28, 4));
	CHECK_EQ(addr % PAGE, 0);
	CHECK_EQ(size, 2 * PAGE);
	page_record(2, 1, &addr, &size);
	CHECK_EQ(size, 2 * PAGE);
	/* nothing but metadata travelled in the message */
	CHECK_EQ(wire_word(cap.msg + 32, 8), PAGE);
	shared_free(&in);
	shared_free(&out);
}

/* Any part of the buffer, and not one byte more than there is. */
TEST(parts_of_a_buffer)
{
	static const struct { size_t from; uint64_t len; long result; } parts[] = {
		{ 0, 1, 0 }, { 1, 1, 0 }, { PAGE - 1, 2, 0 }, { PAGE, PAGE, 0 },
		{ 5000, 2 * PAGE, 0 }, { 4 * PAGE - 1, 1, 0 }, { 0, 4 * PAGE, 0 },
		{ 4 * PAGE - 1, 2, -EINVAL }, { 0, 4 * PAGE + 1, -EINVAL },
		{ 1, 4 * PAGE, -EINVAL }, { PAGE, 1 << 20, -EINVAL },
		{ 0, 1ull << 32, -EINVAL }, { PAGE, 1ull << 40, -EINVAL },
	};
	static uint8_t out[4 * PAGE];
	int fd = node_open();
	struct shared in = shared_make(fd, 4 * PAGE);

	fill_pattern(in.p, in.len, 7);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t room = parts[i].len < sizeof(out) ? parts[i].len : sizeof(out);
		uint64_t before = count_requests();
		struct fastrpc_invoke_args *arg;
		struct call c;

		test_context("%llu bytes from %zu", (unsigned long long)parts[i].len,
			     parts[i].from);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		arg = call_in(&c, in.p + parts[i].from, 0);
		arg->length = parts[i].len;
		arg->fd = in.buf;
		call_out(&c, out, room);
		CHECK_EQ(call_send(fd, &c), parts[i].result);
		CHECK_EQ(count_requests(), before + !parts[i].result);
		if (!parts[i].result)
			CHECK_MEM(out, in.p + parts[i].from, room);
	}
	shared_free(&in);
}

/* Where in the buffer an address is, the caller's own mapping tells. */
TEST(mapped_in_many_ways)
{
	const size_t page = KERNEL_PAGE;
	int fd = node_open();
	struct shared in = shared_make(fd, 8 * page);
	uint8_t *out = pages_alloc(page), *part, *hole;
	uint64_t start, addr, size;

	fill_pattern(in.p, in.len, 3);
	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, page), 0);
	page_record(2, 0, &start, &size);

	/* a mapping of its last pages alone */
	part = map_at(in.buf, 3 * page, 5 * page);
	CHECK_EQ(echo(fd, part + page, in.buf, out, -1, page), 0);
	CHECK_MEM(out, in.p + 6 * page, page);
	CHECK_EQ(echo(fd, part + page, in.buf, out, -1, 2 * page + 1), -EINVAL);
	munmap(part, 3 * page);

	/* a mapping that the kernel has split in three */
	REQUIRE_EQ(mprotect(in.p + 3 * page, page, PROT_READ), 0);
	for (int i = 0; i < 8; i++) {
		test_context("page %d of a split mapping", i);
		CHECK_EQ(echo(fd, in.p + i * page + 8, in.buf, out, -1, page - 8), 0);
		CHECK_MEM(out, in.p + i * page + 8, page - 8);
	}

	/* in a hole below a mapping: not mapped, so the start of the buffer is meant */
	hole = pages_alloc(4 * page);
	munmap(hole, page);
	CHECK_EQ(echo(fd, hole + 16, in.buf, out, -1, 100), 0);
	page_record(2, 0, &addr, &size);
	CHECK_EQ(addr, start);
	CHECK_MEM(out, in.p + 16, 100);
	munmap(hole + page, 3 * page);
	munmap(out, page);
	shared_free(&in);
}

/* What a 32-bit program makes of an address above 2 GiB is none, and not the first page. */
TEST(addresses_that_cannot_be)
{
	static const uint64_t bad[] = { 0xfffffffff7654000, 1ull << 55, ~0ull << 12 };
	static uint8_t out[PAGE];
	int fd = node_open();
	struct shared in = shared_make(fd, 2 * PAGE);
	uint64_t before = count_requests();

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_context("address %#llx", (unsigned long long)bad[i]);
		/* compat_armhf has those of a 32-bit program */
		if ((uintptr_t)bad[i] != bad[i])
			continue;
		CHECK_EQ(echo(fd, (void *)(uintptr_t)bad[i], in.buf, out, -1, 100), -EFAULT);
	}
	CHECK_EQ(count_requests(), before);
	shared_free(&in);
}

TEST(descriptors_that_name_no_buffer)
{
	int fd = node_open(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct shared in = shared_make(fd, PAGE);
	const int bad[] = { -2, INT32_MIN, INT32_MAX, 1000, null, fd };
	uint64_t before = count_requests();
	static uint8_t out[100];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_context("descriptor %d", bad[i]);
		CHECK_EQ(echo(fd, in.p, bad[i], out, -1, 100), -EINVAL);
		CHECK_EQ(echo(fd, in.p, in.buf, out, bad[i], 100), -EINVAL);
		/* the driver does not look at the one of a buffer without bytes */
		CHECK_EQ(echo(fd, in.p, bad[i], out, bad[i], 0), 0);
	}
	CHECK_EQ(count_requests(), before + ARRAY_SIZE(bad));
	close(null);
	shared_free(&in);
}

/* A copied argument whose bytes are in the mapping of a mapped one has its own. */
TEST(copied_and_mapped_overlap)
{
	static uint8_t copy[64], first[PAGE];
	int fd = node_open();
	struct shared in = shared_make(fd, 2 * PAGE);
	struct call c;

	fill_pattern(in.p, in.len, 9);
	for (int order = 0; order < 2; order++) {
		test_context("order %d", order);
		memset(copy, 0, sizeof(copy));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in.p + (order ? 1000 : 0), order ? 64 : PAGE)->fd = order ? -1 : in.buf;
		call_in(&c, in.p + (order ? 0 : 1000), order ? PAGE : 64)->fd = order ? in.buf : -1;
		call_out(&c, order ? copy : first, order ? 64 : PAGE);
		call_out(&c, order ? first : copy, order ? PAGE : 64);
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_MEM(copy, in.p + 1000, 64);
		CHECK_MEM(first, in.p, PAGE);
	}
	shared_free(&in);
}

/* The DSP's virtual machine is the hypervisor's to tell; there is none here. */
TEST(secure_map_is_refused)
{
	static uint8_t out[100];
	int fd = node_open();
	struct shared in = shared_make(fd, PAGE);
	uint64_t before = count_requests();
	struct call c;

	echo_call(&c, in.p, in.buf, out, -1, 100);
	c.args[0].attr = 1;
	CHECK_EQ(call_send(fd, &c), -EOPNOTSUPP);
	CHECK_EQ(count_requests(), before);
	/* attributes that mean nothing to the kernel, and a secure nothing */
	c.args[0].attr = ~1u;
	c.args[1].attr = 1;
	CHECK_EQ(call_send(fd, &c), 0);
	shared_free(&in);
}

/* One map for a buffer, under all its names, and none made for a call that finds it. */
TEST(mapped_once)
{
	static uint8_t out[100];
	int fd = node_open(), again, maps = -1, unmaps = -1;
	struct shared in = shared_make(fd, 16 * PAGE);
	uint64_t first, addr, size;

	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	page_record(2, 0, &first, &size);
	again = dup(in.buf);
	/* the console maps what it prints too, and may still be at it */
	for (int round = 0; (maps || unmaps) && round < 5; round++) {
		iommu_trace_start();
		for (int i = 0; i < 100; i++) {
			CHECK_EQ(echo(fd, in.p + i * 100, i & 1 ? again : in.buf, out, -1, 100), 0);
			CHECK_MEM(out, in.p + i * 100, 100);
			page_record(2, 0, &addr, &size);
			CHECK_EQ(addr, first + i * 100 / PAGE * PAGE);
		}
		iommu_trace_counts(&maps, &unmaps);
		iommu_trace_stop();
	}
	CHECK_EQ(maps, 0);
	CHECK_EQ(unmaps, 0);
	close(again);
	shared_free(&in);
}

/* When the program has forgotten the buffer, so does the driver, without being asked. */
TEST(forgotten_buffers_are_unmapped)
{
	static uint8_t out[100];
	int fd = node_open();
	struct shared in = shared_make(fd, 16 * PAGE);

	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	iommu_trace_start();
	shared_free(&in);
	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
}

/* ... and when the program has not used it for a while.  The next call maps it again. */
TEST(idle_buffers_are_unmapped)
{
	static uint8_t out[100];
	int fd = node_open();
	struct shared in = shared_make(fd, 16 * PAGE);
	long start = now_ms();

	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	iommu_trace_start();
	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
	CHECK(now_ms() - start >= IDLE_MS);
	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	CHECK_MEM(out, in.p, 100);
	shared_free(&in);
}

/* One of ours does not wait for that: with its last descriptor and mapping it is gone. */
TEST(closed_buffers_go_at_once)
{
	static uint8_t out[100];
	int fd = node_open(), maps, unmaps;
	struct shared in = shared_make(fd, 16 * PAGE);

	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	iommu_trace_start();
	shared_free(&in);
	iommu_trace_counts(&maps, &unmaps);
	iommu_trace_stop();
	CHECK(unmaps >= 1);
}

/* While a call uses it, it stays; with the call it goes. */
TEST(closed_during_a_call)
{
	struct async_call async;
	int fd = node_open();
	struct shared out = shared_make(fd, 8 * PAGE);
	static uint8_t in[8 * PAGE];
	struct call c;

	echo_call(&c, in, -1, out.p, out.buf, sizeof(in));
	CHECK_EQ(call_send(fd, &c), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	iommu_trace_start();
	shared_free(&out);
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
}

TEST(close_unmaps)
{
	static uint8_t out[100];
	int fd = node_open(), other = node_open(), maps, unmaps;
	struct shared in = shared_make(fd, PAGE);

	CHECK_EQ(echo(fd, in.p, in.buf, out, -1, 100), 0);
	iommu_trace_start();
	node_close(fd);
	iommu_trace_counts(&maps, &unmaps);
	iommu_trace_stop();
	CHECK(unmaps > 0);
	/* the buffer is as good as ever */
	in.p[0] = 77;
	CHECK_EQ(echo(other, in.p, in.buf, out, -1, 100), 0);
	CHECK_EQ(out[0], 77);
	shared_free(&in);
}

/* A buffer belongs to no file: one made through one node serves clients of others. */
TEST(two_clients_share_a_buffer)
{
	static uint8_t out[2][PAGE];
	int a = node_open(), b = node_open();
	struct shared in = shared_make(a, PAGE);
	uint64_t addr_a, addr_b, size;

	fill_pattern(in.p, PAGE, 1);
	CHECK_EQ(echo(a, in.p, in.buf, out[0], -1, PAGE), 0);
	page_record(2, 0, &addr_a, &size);
	CHECK_EQ(echo(b, in.p, in.buf, out[1], -1, PAGE), 0);
	page_record(2, 0, &addr_b, &size);
	CHECK(addr_a >> 32 != addr_b >> 32);
	CHECK_MEM(out[0], in.p, PAGE);
	CHECK_MEM(out[1], in.p, PAGE);
	node_close(a);
	fill_pattern(in.p, PAGE, 2);
	CHECK_EQ(echo(b, in.p, in.buf, out[1], -1, PAGE), 0);
	CHECK_MEM(out[1], in.p, PAGE);
	shared_free(&in);
}

TEST(many_buffers_in_one_call)
{
	enum { COUNT = 200 };
	static struct shared in[COUNT];
	static uint8_t want[8];
	uint64_t sum = 0, hash = 0xcbf29ce484222325;
	struct call *c = malloc(sizeof(*c));
	int fd = node_open();

	REQUIRE(c);
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_CHECKSUM);
	for (int i = 0; i < COUNT; i++) {
		in[i] = shared_make(fd, PAGE);
		fill_pattern(in[i].p, PAGE, i);
		call_in(c, in[i].p + i, PAGE - i)->fd = in[i].buf;
		for (size_t j = i; j < PAGE; j++)
			hash = (hash ^ in[i].p[j]) * 0x100000001b3;
	}
	call_out(c, &sum, sizeof(sum));
	for (int round = 0; round < 3; round++) {
		CHECK_EQ(call_send(fd, c), 0);
		CHECK_EQ(sum, hash);
	}
	for (int i = 0; i < COUNT; i++)
		shared_free(&in[i]);
	memcpy(want, &hash, sizeof(want));
	free(c);
}

/* Threads that see a buffer for the first time together get one map of it. */
static int race_fd;

static void *race_main(void *arg)
{
	struct shared *s = arg;
	uint8_t out[256];
	long bad = 0;

	for (int i = 0; i < 20; i++)
		bad |= echo(race_fd, s->p, s->buf, out, -1, sizeof(out)) ||
		       memcmp(out, s->p, sizeof(out));
	return (void *)bad;
}

TEST(first_use_by_many_threads)
{
	race_fd = node_open();
	for (int round = 0; round < 20; round++) {
		struct shared s = shared_make(race_fd, PAGE);
		pthread_t threads[6];
		void *bad;

		fill_pattern(s.p, PAGE, round);
		for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
			REQUIRE_EQ(pthread_create(&threads[i], NULL, race_main, &s), 0);
		for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
			pthread_join(threads[i], &bad);
			CHECK(!bad);
		}
		shared_free(&s);
	}
}

/* The program lets go of the buffer in the middle of the call; the DSP does not. */
TEST(freed_during_a_call)
{
	struct dsp_control_status st;
	struct async_call async;
	int fd = node_open();
	struct shared out = shared_make(fd, 8 * PAGE);
	static uint8_t in[8 * PAGE];
	struct call c;

	echo_call(&c, in, -1, out.p, out.buf, sizeof(in));
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	shared_free(&out);
	control_status(&st);
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
}

/* So does one that dies: the answer comes when no caller waits for it. */
TEST(killed_during_a_call)
{
	node_wait(NODE, true);
	for (int attached = 0; attached < 2; attached++) {
		struct dsp_control_status st;
		pid_t pid;

		test_context("attached %d", attached);
		control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
		pid = fork();
		if (!pid) {
			static uint8_t in[8 * PAGE];
			int fd = node_open();
			struct shared out = shared_make(fd, 8 * PAGE);

			if (attached)
				attach(fd);
			echo(fd, in, -1, out.p, out.buf, sizeof(in));
			_exit(1);
		}
		control_wait(DSP_COUNT_HELD, 1);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		control_status(&st);
		control_release(1, false);
		control_wait(DSP_COUNT_ANSWERS, st.answers + 1);
	}
}

/* The context bank goes under a call and under maps without users. */
TEST(dsp_stops_under_it)
{
	struct async_call async;
	int fd = node_open(), again;
	struct shared in = shared_make(fd, 4 * PAGE), out = shared_make(fd, 4 * PAGE);
	struct call c;

	fill_pattern(in.p, in.len, 1);
	CHECK_EQ(echo(fd, in.p, in.buf, out.p, out.buf, in.len), 0);
	echo_call(&c, in.p, in.buf, out.p, out.buf, 100);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	dsp_stop();
	CHECK_EQ(async_join(&async), -EPIPE);
	CHECK_EQ(echo(fd, in.p, in.buf, out.p, out.buf, 100), -EPIPE);
	dsp_start();
	again = node_open();
	memset(out.p, 0, out.len);
	CHECK_EQ(echo(again, in.p, in.buf, out.p, out.buf, in.len), 0);
	CHECK_MEM(out.p, in.p, in.len);
	CHECK_EQ(echo(fd, in.p, in.buf, out.p, out.buf, 100), -EPIPE);
	shared_free(&in);
	node_close(fd);
	shared_free(&out);
}
