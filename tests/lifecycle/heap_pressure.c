// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory pressure while the DSP has its heap: the kernel fills all the memory it
 * thinks is its own.  If a page of the heap is among it, the DSP finds it changed.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEAVE_KIB	(64l << 10)	/* for the board itself */
#define CHUNK		(1ul << 20)

static void fill(uint8_t *memory, size_t len)
{
	for (size_t at = 0; at < len; at += PAGE)
		memset(memory + at, 0xa5 ^ (at >> 12), PAGE);
}

TEST(kernel_leaves_the_heap_alone)
{
	struct dsp_control_status st;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	for (int round = 0; round < 3; round++) {
		long kib = file_number("/proc/meminfo", "MemAvailable:") - LEAVE_KIB;
		size_t len = kib > 0 ? (size_t)kib << 10 : 0;
		uint8_t *memory;

		test_context("round %d, %zu MiB", round, len >> 20);
		REQUIRE(len > 256 * CHUNK);
		memory = mmap(NULL, len, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		REQUIRE(memory != MAP_FAILED);
		fill(memory, len);
		control_status(&st);
		/* time enough for the DSP to look at every page of its heap */
		control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 400);
		munmap(memory, len);
	}
	control_heap_in_use();
}
