// SPDX-License-Identifier: GPL-2.0-only
/*
 * INVOKE with what no sane caller passes.  Each is refused with the right error,
 * nothing of it reaches the DSP, and the next good call works.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "harness.h"

#define KERNEL_ADDRESS	0xffff000080000000ul

static int fd;
static uint64_t requests;

static void open_quietly(void)
{
	struct dsp_control_status st;

	fd = node_open();
	CHECK_EQ(invoke_null(fd), 0);
	control_status(&st);
	requests = st.requests;
}

/* Nothing arrived at the DSP, no slot was lost, and the node still works. */
static void check_nothing_sent(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.requests, requests);
	CHECK_EQ(invoke_null(fd), 0);
	requests = st.requests + 1;
}

/* One in-buffer (or out-buffer) with this address and length. */
static long invoke_one(bool out, uint64_t ptr, uint64_t len, int32_t buf_fd)
{
	struct fastrpc_invoke_args *a;
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	a = out ? call_out(&c, NULL, 0) : call_in(&c, NULL, 0);
	a->ptr = ptr;
	a->length = len;
	a->fd = buf_fd;
	return call_send(fd, &c);
}

TEST(process_control_handle)
{
	struct call c;
	uint32_t client = 1;

	open_quietly();
	for (uint32_t method = 0; method < 32; method++) {
		call_init(&c, 1, method);
		CHECK_EQ(call_send(fd, &c), -EPERM);
		call_in(&c, &client, sizeof(client));
		CHECK_EQ(call_send(fd, &c), -EPERM);
	}
	check_nothing_sent();
}

TEST(length_wraps)
{
	char byte;
	uint64_t p = (uintptr_t)&byte;
	static const uint64_t over[] = { 0, 1, 127, 128, 4095, 4096, 1u << 20 };

	open_quietly();
	for (int out = 0; out < 2; out++) {
		for (size_t i = 0; i < ARRAY_SIZE(over); i++) {
			test_context("%s, end at %llu", out ? "out" : "in",
				     (unsigned long long)over[i]);
			CHECK_EQ(invoke_one(out, p, 0 - p + over[i], -1), -EINVAL);
		}
		CHECK_EQ(invoke_one(out, ~0ull, 2, -1), -EINVAL);
		CHECK_EQ(invoke_one(out, ~0ull - 4094, 8192, -1), -EINVAL);
	}
	check_nothing_sent();
}

/* No kernel can copy these; whether EINVAL or ENOMEM says so, it must say so. */
TEST(huge_lengths)
{
	static const uint64_t lengths[] = {
		1ull << 63, (1ull << 63) - 1, 1ull << 62, 1ull << 40, (1ull << 32) + 1,
		1ull << 32, (1ull << 32) - 1, (1ull << 32) - 4096, 1ull << 31,
		~0ull, ~0ull - 1, ~0ull - 127, ~0ull - 4095, ~0ull - 65535,
	};
	uint8_t *page = pages_alloc(PAGE);

	open_quietly();
	for (int out = 0; out < 2; out++) {
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
			test_context("%s, length 0x%llx", out ? "out" : "in",
				     (unsigned long long)lengths[i]);
			CHECK_EQ(invoke_one(out, (uintptr_t)page, lengths[i], -1), -EINVAL);
			CHECK_EQ(invoke_one(out, 0, lengths[i], -1), -EINVAL);
		}
	}
	check_nothing_sent();
}

/* Each length alone could pass; their sum passes 32 and 64 bits. */
TEST(sum_of_lengths)
{
	static const uint64_t lengths[] = {
		1ull << 20, 1ull << 24, 1ull << 28, (1ull << 32) / 255 + 1, 1ull << 30,
		1ull << 56, (1ull << 63) / 255, ~0ull / 510 + 1,
	};
	static struct call c;

	open_quietly();
	for (size_t l = 1; l < ARRAY_SIZE(lengths); l++) {
		test_context("510 times 0x%llx", (unsigned long long)lengths[l]);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
		for (int i = 0; i < 255; i++)
			call_in(&c, NULL, 0);
		for (int i = 0; i < 255; i++)
			call_out(&c, NULL, 0);
		for (uint64_t i = 0; i < 510; i++) {
			c.args[i].ptr = i * lengths[l];	/* apart from each other; may wrap */
			c.args[i].length = lengths[l];
		}
		CHECK_EQ(call_send(fd, &c), -EINVAL);
	}
	check_nothing_sent();
}

TEST(bad_args_pointer)
{
	struct fastrpc_invoke inv = { .handle = DSP_TEST_HANDLE, .sc = 1 << 16 };
	char *args = guarded_alloc(24);

	open_quietly();
	inv.args = 0;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), -EFAULT);
	inv.args = ~0xffull;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), -EFAULT);
	inv.args = KERNEL_ADDRESS;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), -EFAULT);
	/* the second of two lies behind the end of memory */
	inv.args = (uintptr_t)args;
	inv.sc = 2 << 16;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), -EFAULT);
	inv.sc = 0xffffffff & ~0xe0000000;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), -EFAULT);
	/* without arguments the driver does not look at the pointer */
	inv.args = KERNEL_ADDRESS;
	inv.sc = 0;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &inv), 0);
	requests++;
	guarded_free(args, 24);
	check_nothing_sent();
}

TEST(bad_in_pointer)
{
	char *end = guarded_alloc(PAGE);
	static const uint64_t kernel[] = {
		KERNEL_ADDRESS, 0xffff800000000000, 0xfffffffffffff000, 0x0000ffffffffff00,
		0x0001000000000000, 0xff00000000001000,
	};

	open_quietly();
	CHECK_EQ(invoke_one(false, 0, 1, -1), -EFAULT);
	CHECK_EQ(invoke_one(false, 8, 4096, -1), -EFAULT);
	CHECK_EQ(invoke_one(false, (uintptr_t)end, PAGE + 1, -1), -EFAULT);
	CHECK_EQ(invoke_one(false, (uintptr_t)end + PAGE - 1, 2, -1), -EFAULT);
	CHECK_EQ(invoke_one(false, (uintptr_t)end + PAGE, 100000, -1), -EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		test_context("0x%llx", (unsigned long long)kernel[i]);
		CHECK_EQ(invoke_one(false, kernel[i], 512, -1), -EFAULT);
	}
	guarded_free(end, PAGE);
	check_nothing_sent();
}

/* One bad buffer among good ones spoils the call, wherever it stands. */
TEST(one_bad_among_many)
{
	uint8_t good[64] = { 0 };
	struct call c;

	open_quietly();
	for (int bad = 0; bad < 20; bad++) {
		test_context("number %d", bad);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
		for (int i = 0; i < 20; i++)
			call_in(&c, i == bad ? (void *)16 : good, sizeof(good));
		CHECK_EQ(call_send(fd, &c), -EFAULT);
	}
	check_nothing_sent();
}

/*
 * The call is made, only its result cannot be delivered: EFAULT, and whatever
 * does not overlap the bad buffer may or may not have been written.
 */
static void bad_out(void *at, size_t len)
{
	uint8_t in[64];
	struct call c;

	fill_pattern(in, sizeof(in), 1);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, at, len);
	CHECK_EQ(call_send(fd, &c), -EFAULT);
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(bad_out_pointer)
{
	char *end = guarded_alloc(PAGE);
	char *readonly = pages_alloc(PAGE);

	fd = node_open();
	memset(readonly, 'r', PAGE);
	REQUIRE_EQ(mprotect(readonly, PAGE, PROT_READ), 0);
	bad_out(NULL, 64);
	bad_out((void *)16, 64);
	bad_out(end + PAGE - 63, 64);
	bad_out((void *)KERNEL_ADDRESS, 64);
	bad_out((void *)0xfffffffffffff000, 64);
	bad_out(readonly, 64);
	for (size_t i = 0; i < PAGE; i++)
		if (!CHECK_EQ(readonly[i], 'r'))
			break;
	guarded_free(end, PAGE);
}

/* Descriptors of anything but a dma-buf. */
TEST(any_other_fd)
{
	static const int32_t fds[] = { 1, 2, 3, 100, 0x7fffffff, -2, -100, INT32_MIN };
	uint8_t buf[64] = { 0 };

	open_quietly();
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		test_context("fd %d", fds[i]);
		CHECK_EQ(invoke_one(false, (uintptr_t)buf, 64, fds[i]), -EINVAL);
		CHECK_EQ(invoke_one(true, (uintptr_t)buf, 64, fds[i]), -EINVAL);
	}
	check_nothing_sent();
}

TEST(handle_with_an_fd)
{
	struct call c;

	open_quietly();
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	c.in_handles = 1;
	c.args[0].fd = fd;
	c.args[0].length = 16;
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	c.in_handles = 0;
	c.out_handles = 1;
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	check_nothing_sent();
}

/* A handle's length has 32 bits on the wire. */
TEST(handle_too_long)
{
	struct call c;

	open_quietly();
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	c.in_handles = 1;
	c.args[0].fd = -1;
	c.args[0].length = 1ull << 32;
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	check_nothing_sent();
}

/* A module that does not exist: the DSP's own word for it comes back. */
TEST(unknown_module)
{
	struct call c;
	long ret;

	fd = node_open();
	call_init(&c, 0xdead0001, 3);
	ret = call_send(fd, &c);
	CHECK_EQ((int32_t)ret, ret);
	CHECK(ret < -4095);		/* 0x8000_04xx, seen as a negative number */
}

static volatile bool stop;

/* Moves the pointer and the length of an argument while the driver reads them. */
static void *flip(void *arg)
{
	struct fastrpc_invoke_args *a = arg;
	uint64_t good = a->ptr;

	while (!stop) {
		__atomic_store_n(&a->length, ~0ull - 100, __ATOMIC_RELAXED);
		__atomic_store_n(&a->ptr, KERNEL_ADDRESS, __ATOMIC_RELAXED);
		__atomic_store_n(&a->length, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&a->ptr, good, __ATOMIC_RELAXED);
		__atomic_store_n(&a->length, 4096, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Arguments that change under the driver's eyes: fetched once, then checked. */
TEST(arguments_that_change)
{
	uint8_t *in = pages_alloc(PAGE), *out = guarded_alloc(PAGE);
	pthread_t thread[2];
	struct call c;

	fd = node_open();
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, PAGE);
	call_out(&c, out, PAGE);
	stop = false;
	for (int i = 0; i < 2; i++)
		REQUIRE_EQ(pthread_create(&thread[i], NULL, flip, &c.args[i]), 0);
	for (int i = 0; i < 1000; i++) {
		long ret = call_send(fd, &c);

		if (!CHECK(ret == 0 || ret == -EFAULT || ret == -EINVAL))
			break;
	}
	stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(invoke_null(fd), 0);
	guarded_free(out, PAGE);
}
