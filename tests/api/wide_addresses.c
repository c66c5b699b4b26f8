// SPDX-License-Identifier: GPL-2.0-only
/*
 * SoCs whose DSPs look for the session at bit 56 of an address, and one whose
 * banks have 34 bits: what is on the wire, and that the DSP finds it.
 */
#include <sys/mman.h>

#include "harness.h"

#define SESSION_SHIFT	56
#define UNSIGNED	8
#define MAP_FD		2
#define SIZE		(256u << 10)

/* The address of a call's metadata, from a call that worked. */
static uint64_t address_of_a_call(const char *label)
{
	static uint8_t in[20000], out[20000];
	struct dsp_control_capture cap;
	char node[40];
	struct call c;
	int fd;

	control_select(label);
	snprintf(node, sizeof(node), "/dev/fastrpc-%s", label);
	node_wait(node, true);
	fd = node_try_open(node);
	REQUIRE(fd >= 0);
	CHECK_EQ(attach(fd), 0);
	fill_pattern(in, sizeof(in), 3);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
	control_capture(0, &cap);
	node_close(fd);
	return wire_word(cap.msg + 24, 8);
}

TEST(audio_dsp_has_32_bits)
{
	uint64_t addr = address_of_a_call("adsp");

	CHECK(addr >> SESSION_SHIFT >= 3 && addr >> SESSION_SHIFT <= 5);
	CHECK_EQ(addr << 8 >> 8 >> 32, 0);
}

TEST(compute_dsp_has_34_bits)
{
	uint64_t addr = address_of_a_call("cdsp");

	CHECK(addr >> SESSION_SHIFT >= 1 && addr >> SESSION_SHIFT <= 2);
	CHECK_EQ(addr << 8 >> 8 >> 34, 0);
	/* The DMA API gives from the top, so the width shows. */
	CHECK(addr << 8 >> 8 >> 32);
}

/* A PD beyond 4 GiB, and all that it can be given. */
TEST(memory_of_a_compute_pd)
{
	struct dsp_control_status st;
	struct dsp_control_map map;
	uint64_t addr, hash = 0;
	int fd, dmabuf;
	uint8_t *data;
	struct call c;

	control_select("cdsp");
	node_wait("/dev/fastrpc-cdsp", true);
	fd = node_try_open("/dev/fastrpc-cdsp");
	REQUIRE(fd >= 0);
	dmabuf = dmabuf_alloc(fd, SIZE);
	REQUIRE(dmabuf > 0);
	data = dmabuf_map(dmabuf, SIZE);
	fill_pattern(data, SIZE, 11);
	REQUIRE_EQ(create_pd(fd, dmabuf, SIZE, UNSIGNED), 0);
	CHECK_EQ(add_pages(fd, SIZE, &addr), 0);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, &map), 1);
	CHECK_EQ(map.token, addr);
	CHECK(map.iova >> 32);
	CHECK_EQ(mem_map(fd, dmabuf, MAP_FD, SIZE, &addr), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, &map), 1);
	CHECK(map.iova >> 32);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, data, SIZE)->fd = dmabuf;
	call_out(&c, &hash, sizeof(hash));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_EQ(hash, test_hash(0, data, SIZE));
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 20);
	CHECK_EQ(mem_unmap(fd, dmabuf, addr, SIZE), 0);
	munmap(data, SIZE);
	close(dmabuf);
	node_close(fd);
	control_status(&st);
	CHECK_EQ(st.memory.pds + st.memory.maps + st.memory.pages, 0);
	CHECK(control_clean(&st));
}
