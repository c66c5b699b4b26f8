// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy from or to user space fails once.  A sequence
 * that must succeed is run with the first of the driver failing, then with the
 * second, and so on until none is left to fail.  What it returns then is free; afterwards everything has
 * to work as if nothing had been, and nothing may be left behind: the kernel's
 * own checkers, the DSP model and the leak search judge that.
 *
 * Needs a kernel that can inject failures.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "harness.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILURES_MAX	2000
#define NO_ERROR	0

/* Allocations deeper below the driver than this are the kernel's own matter. */
#define STACK_DEPTH	"10"

/* One knob of every injector; not all have all, but the first has to. */
static void configure(const char *knob, const char *value)
{
	static const char *const injectors[] = {
		"failslab", "fail_page_alloc", "fail_usercopy",
	};
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(injectors); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", injectors[i], knob);
		if (file_write(path, value) && !i)
			test_skip("this kernel does not inject failures: make test-debug does");
	}
}

/* Only what the driver's own code asks for, directly or not. */
static void aim_at_driver(void)
{
	char text[64], knob[64];
	unsigned long start;

	REQUIRE(file_read("/sys/module/fastrpc/sections/.text", text, sizeof(text)) > 0);
	start = strtoul(text, NULL, 16);
	REQUIRE(start);
	snprintf(knob, sizeof(knob), "0x%lx", start);
	configure("require-start", knob);
	snprintf(knob, sizeof(knob), "0x%lx", start + (1ul << 17));
	configure("require-end", knob);
}

static void arm(void)
{
	configure("verbose", "0");
	configure("ignore-gfp-wait", "N");
	configure("stacktrace-depth", STACK_DEPTH);
	file_write("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	file_write("/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N");
	aim_at_driver();
}

/* Fails the @n th allocation of @sequence; whether there were as many. */
static bool fail_one(long (*sequence)(void), int n, long *result)
{
	char text[16];
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	ssize_t len;

	REQUIRE(fd >= 0);
	snprintf(text, sizeof(text), "%d", n);
	REQUIRE(pwrite(fd, text, strlen(text), 0) > 0);
	*result = sequence();
	len = pread(fd, text, sizeof(text) - 1, 0);
	REQUIRE(len > 0);
	text[len] = '\0';
	REQUIRE(pwrite(fd, "0", 1, 0) == 1);
	close(fd);
	return atoi(text) == 0;
}

/* All of it, until nothing fails; then once more to see that all is well. */
static void sweep(const char *name, long (*sequence)(void), void (*undo)(void))
{
	long result;
	int n;

	for (n = 1; n < FAILURES_MAX; n++) {
		bool injected;

		test_context("%s, failure %d", name, n);
		injected = fail_one(sequence, n, &result);
		undo();
		if (!injected)
			break;
	}
	CHECK(n < FAILURES_MAX);
	CHECK_EQ(result, NO_ERROR);
	printf("%s: %d allocations and copies failed, one at a time\n", name, n - 1);
	test_context("%s", "");
	CHECK(n > 1);
}

static int fd = -1;

static void close_fd(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

static long open_node(void)
{
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : 0;
}

static long open_and_attach(void)
{
	long ret = open_node();

	return ret ? ret : attach(fd);
}

static long call_many(void)
{
	static uint8_t in[3 << 20], out[3 << 20];
	static struct call call;
	long ret = open_and_attach();

	if (ret)
		return ret;
	ret = invoke_null(fd);
	if (ret)
		return ret;
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	for (int i = 0; i < 40; i++)
		call_in(&call, in + i * 1000, 1000);
	call_out(&call, out, 100);
	ret = call_send(fd, &call);
	if (ret)
		return ret;
	/* too large for contiguous memory */
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&call, in, sizeof(in));
	call_out(&call, out, sizeof(out));
	return call_send(fd, &call);
}

static long open_and_create(void)
{
	long ret = open_node();

	return ret ? ret : create_audio(fd);
}

static long ask(void)
{
	uint32_t value;
	long ret = open_node();

	return ret ? ret : get_dsp_info(fd, 6, &value);
}

TEST(opening)
{
	arm();
	sweep("open", open_node, close_fd);
}

TEST(attaching)
{
	arm();
	sweep("attach", open_and_attach, close_fd);
}

TEST(asking)
{
	arm();
	sweep("get_dsp_info", ask, close_fd);
}

TEST(calling)
{
	arm();
	sweep("invoke", call_many, close_fd);
}

TEST(offering)
{
	arm();
	dsp_restart();
	arm();
	sweep("create_static", open_and_create, close_fd);
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_heap_in_use();
}

static char device[64];

static long bind_driver(void)
{
	return driver_bind(device);
}

/* Whether or not it could be bound: to the state before. */
static void unbind_driver(void)
{
	char name[64];

	driver_unbind(name, sizeof(name));
}

/* Probe: channel, heap, context banks, node. */
TEST(probing)
{
	int node;

	arm();
	test_allow("cannot register");
	test_allow("rpmsg_dev_probe: failed");
	test_allow("kmemleak: Cannot allocate");	/* its own share */
	test_allow("probe with driver");
	test_allow("probe of");
	test_teardown = driver_restore;
	dsp_restart();
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	sweep("probe", bind_driver, unbind_driver);
	REQUIRE_EQ(driver_bind(device), 0);
	node = node_open();
	REQUIRE_EQ(create_audio(node), 0);
	control_heap_in_use();
}
