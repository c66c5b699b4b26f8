// SPDX-License-Identifier: GPL-2.0-only
/*
 * SoCs whose DSPs look for the session at bit 56 of an address, and one whose
 * banks have 34 bits: what is on the wire, and that the DSP finds it.
 */
#include "harness.h"

#define SESSION_SHIFT	56

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
