// SPDX-License-Identifier: GPL-2.0-only
/*
 * Secure maps below a hypervisor: the DSP's VM becomes an owner beside Linux for as
 * long as the map is there, and the DSP is told the physical address.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN		(8 * PAGE)
#define VM_FIRST	(1ull << 0x16)
#define SECURE		1
#define LOST		"/sys/kernel/debug/fastrpc/secure_maps_lost"

struct secure {
	int fd, buf;
	uint8_t *p;
	struct call call;
	uint8_t out[LEN];
};

/* An echo of the whole buffer, to memory of the caller's. */
static struct secure *secure_open(int buf_of(int fd, uint64_t len))
{
	static struct secure s;

	monitor_require();
	s.fd = node_open();
	s.buf = buf_of(s.fd, LEN);
	REQUIRE(s.buf >= 0);
	s.p = dmabuf_map(s.buf, LEN);
	fill_pattern(s.p, LEN, 7);
	memset(s.out, 0, sizeof(s.out));
	call_init(&s.call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&s.call, s.p, LEN)->fd = s.buf;
	s.call.args[0].attr = SECURE;
	call_out(&s.call, s.out, LEN);
	return &s;
}

static void secure_close(struct secure *s)
{
	munmap(s->p, LEN);
	close(s->buf);
	node_close(s->fd);
}

/* Where the newest call said that its first argument is. */
static uint64_t told(void)
{
	struct dsp_control_capture cap;

	control_capture(0, &cap);
	return wire_word(cap.metadata + 24 * 2, 8);
}

static uint64_t call_and_check(struct secure *s)
{
	CHECK_EQ(call_send(s->fd, &s->call), 0);
	CHECK_MEM(s->out, s->p, LEN);
	return told();
}

static long lost(void)
{
	char text[32];

	REQUIRE(file_read(LOST, text, sizeof(text)) > 0);
	return atol(text);
}

TEST(shared_while_it_is_mapped)
{
	struct secure *s = secure_open(dmabuf_alloc);
	uint64_t assigned = monitor_assigned(), phys = call_and_check(s);

	/* RAM, and no session */
	CHECK(phys >= 0x40000000 && phys < 0x80000000);
	monitor_check_owners(phys, LEN, VM_HLOS | VM_FIRST);
	/* once, however often it is used */
	CHECK_EQ(call_and_check(s), phys);
	CHECK_EQ(monitor_assigned(), assigned + 1);
	/* and through the context bank as well */
	s->call.args[0].attr = 0;
	CHECK(call_and_check(s) >> 32);
	secure_close(s);
	monitor_check_owners(phys, LEN, VM_HLOS);
	CHECK_EQ(monitor_assigned(), assigned + 2);
}

TEST(not_given)
{
	struct secure *s = secure_open(dmabuf_alloc);
	struct dsp_control_status before, after;

	control_status(&before);
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	CHECK_EQ(call_send(s->fd, &s->call), -EIO);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	call_and_check(s);
	secure_close(s);
}

static int scattered(int fd, uint64_t len)
{
	(void)fd;
	return udmabuf_alloc(len);
}

/* One address and one length would hand over memory of others. */
TEST(scattered_memory)
{
	struct secure *s = secure_open(scattered);
	uint64_t assigned = monitor_assigned();

	CHECK_EQ(call_send(s->fd, &s->call), -EINVAL);
	CHECK_EQ(monitor_assigned(), assigned);
	s->call.args[0].attr = 0;
	call_and_check(s);
	secure_close(s);
}

/* The DSP keeps the memory for an unknown time. */
static void check_lost(uint64_t phys, long before)
{
	CHECK_EQ(kernel_log_count("secure map of"), 1);
	CHECK_EQ(lost(), before + 1);
	monitor_check_owners(phys, LEN, VM_HLOS | VM_FIRST);
}

TEST(not_returned)
{
	struct secure *s = secure_open(dmabuf_alloc);
	uint64_t phys = call_and_check(s);
	long before = lost();

	test_allow("secure map of");
	kernel_log_mark();
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	secure_close(s);
	check_lost(phys, before);
}

TEST(dsp_ends_with_it)
{
	struct secure *s = secure_open(dmabuf_alloc);
	struct async_call call;
	long before = lost();
	uint64_t phys;

	test_teardown = driver_restore;
	test_allow("secure map of");
	kernel_log_mark();
	phys = call_and_check(s);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
	async_start(&call, s->fd, &s->call);
	control_wait(DSP_COUNT_HELD, 1);
	dsp_stop();
	CHECK_EQ(async_join(&call), -EPIPE);
	secure_close(s);
	check_lost(phys, before);
}
