// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache maintenance, of which QEMU's machine shows no effect: whether the kernel's
 * own function for it is called.  Banks that see the CPU's caches cost none, for the
 * others both a message and a shared buffer are cleaned before the DSP reads them,
 * and invalidated before the CPU reads what the DSP has written.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN	(64ul << 10)
#define CALLS	10

#define FOR_DSP	"arch_sync_dma_for_device"
#define FOR_CPU	"arch_sync_dma_for_cpu"

static struct call call;

static void check_calls(int fd, const char *function, long least)
{
	test_context("%s", function);
	probe_start(function);
	for (int i = 0; i < CALLS; i++)
		CHECK_EQ(call_send(fd, &call), 0);
	if (node_is_noncoherent())
		CHECK(probe_hits() >= least * CALLS);
	else
		CHECK_EQ(probe_hits(), 0);
	probe_stop();
}

TEST(messages)
{
	static uint8_t in[3000], out[3000];
	int fd = node_open();

	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&call, in, sizeof(in));
	call_out(&call, out, sizeof(out));
	CHECK_EQ(call_send(fd, &call), 0);
	check_calls(fd, FOR_DSP, 1);
	check_calls(fd, FOR_CPU, 1);
}

/* The buffer's memory, and the message's. */
static void check_shared(int fd, int buf, long least)
{
	uint8_t *data = dmabuf_map(buf, LEN);

	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_out(&call, data, LEN)->fd = buf;
	CHECK_EQ(call_send(fd, &call), 0);
	check_calls(fd, FOR_DSP, least);
	check_calls(fd, FOR_CPU, least);
	munmap(data, LEN);
	close(buf);
}

/* Ours is mapped uncached for such a bank. */
TEST(buffer_of_ours)
{
	int fd = node_open();

	check_shared(fd, dmabuf_alloc(fd, LEN), 1);
}

TEST(buffer_of_another)
{
	check_shared(node_open(), udmabuf_alloc(LEN), 2);
}
