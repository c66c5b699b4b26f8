// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growth of the remote heap: MMAP and MUNMAP with the remote-heap flag.  Each
 * case starts with a freshly booted DSP.
 */
#include "harness.h"

#define MIB		(1ul << 20)
#define GROWTH_MAX	(64 * MIB)
#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define DSP_CODE	0x80000402u

static long grow(int fd, uint64_t size, uint64_t *token)
{
	struct fastrpc_req_mmap req = {
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = size,
	};
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req);

	if (token)
		*token = req.vaddrout;
	return ret;
}

static long shrink(int fd, uint64_t token, uint64_t size)
{
	struct fastrpc_req_munmap req = { .vaddrout = token, .size = size };

	return node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &req);
}

/* A number of the driver's own account of its heaps: "... name=123 ...". */
static long heap_count(const char *name)
{
	char text[4096], *at;

	REQUIRE(file_read("/sys/kernel/debug/fastrpc/heaps", text, sizeof(text)) > 0);
	at = strstr(text, name);
	REQUIRE(at);
	return strtol(at + strlen(name), NULL, 10);
}

/* A file of the audio PD's daemon, on a DSP that has just booted. */
static int daemon_open(void)
{
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	return fd;
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

TEST(only_for_the_daemon_of_the_audio_pd)
{
	int daemon = daemon_open();
	int other = node_open();
	uint64_t before, token;

	REQUIRE_EQ(attach(other), 0);
	create_static(other, "oispd", 6);
	before = requests();
	CHECK_EQ(grow(other, MIB, NULL), -EPERM);
	CHECK_EQ(requests(), before);
	REQUIRE_EQ(grow(daemon, MIB, &token), 0);
	CHECK_EQ(shrink(other, token, MIB), -EPERM);
	CHECK_EQ(heap_count("growth="), MIB);
}

TEST(bad_arguments)
{
	struct fastrpc_req_mmap req = { .fd = -1 };
	int fd = daemon_open();
	uint64_t before = requests();

	req.size = MIB;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req), -EINVAL);
	req.flags = 4;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req), -EINVAL);
	req.flags = FASTRPC_MAP_ADD_PAGES;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req), -EOPNOTSUPP);
	req.flags = FASTRPC_MAP_REMOTE_HEAP;
	req.vaddrin = PAGE;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req), -EINVAL);
	CHECK_EQ(grow(fd, 0, NULL), -EINVAL);
	CHECK_EQ(grow(fd, GROWTH_MAX + 1, NULL), -ENOMEM);
	CHECK_EQ(grow(fd, 1ull << 63, NULL), -ENOMEM);
	CHECK_EQ(grow(fd, ~0ull, NULL), -ENOMEM);
	CHECK_EQ(shrink(fd, 0, MIB), -EINVAL);
	CHECK_EQ(shrink(fd, 0x1000, MIB), -EINVAL);
	CHECK_EQ(shrink(fd, 0x1000, 0), -EINVAL);
	CHECK_EQ(shrink(fd, 0x1000, ~0ull), -EINVAL);
	CHECK_EQ(requests(), before);
	CHECK_EQ(heap_count("growth="), 0);
}

/* Opened before the DSP hears of it, and really used. */
TEST(the_dsp_uses_it)
{
	struct dsp_control_status before, after;
	int fd = daemon_open();
	uint64_t token = 0;

	control_status(&before);
	REQUIRE_EQ(grow(fd, MIB, &token), 0);
	CHECK(token);
	control_status(&after);
	CHECK_EQ(after.heap_pages - before.heap_pages, MIB / PAGE);
	CHECK_EQ(after.heap_pages_granted, after.heap_pages);
	CHECK_EQ(after.heap_pages_touched, after.heap_pages);
	CHECK_EQ(after.heap_pages_dirty, 0);
	control_wait(DSP_COUNT_HEAP_STORES, after.heap_stores + 50);
	CHECK_EQ(heap_count("grants=") - heap_count("revokes="), 2);	/* region and growth */
}

TEST(on_the_wire)
{
	struct dsp_control_capture cap;
	int fd = daemon_open();
	const uint8_t *head, *page;
	uint64_t token;

	REQUIRE_EQ(grow(fd, MIB - 1, &token), 0);	/* rounded up to pages */
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.msg, 4), 0);		/* the kernel's own */
	CHECK_EQ(wire_word(cap.msg + 16, 4), 1);
	CHECK_EQ(wire_word(cap.msg + 20, 4), 0x04020100);
	head = control_argument(&cap, 3, 0, 24);
	CHECK(wire_word(head, 4) != 0);
	CHECK_EQ(wire_word(head + 4, 4), 8);
	CHECK_EQ(wire_word(head + 8, 8), 0);
	CHECK_EQ(wire_word(head + 16, 4), 16);
	page = control_argument(&cap, 3, 1, 16);
	CHECK(wire_word(page, 8) && wire_word(page, 8) % PAGE == 0);
	CHECK_EQ(wire_word(page, 8) >> 32, 0);
	CHECK_EQ(wire_word(page + 8, 8), MIB);

	REQUIRE_EQ(shrink(fd, token, MIB - 1), 0);
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.msg + 20, 4), 0x05010000);
	head = control_argument(&cap, 1, 0, 24);
	CHECK_EQ(wire_word(head + 8, 8), token);
	CHECK_EQ(wire_word(head + 16, 8), MIB);
}

/* Given back when the DSP agrees, and only what was given. */
TEST(given_back)
{
	int fd = daemon_open();
	uint64_t token, before;

	REQUIRE_EQ(grow(fd, MIB, &token), 0);
	before = requests();
	CHECK_EQ(shrink(fd, token, MIB / 2), -EINVAL);
	CHECK_EQ(shrink(fd, token + PAGE, MIB), -EINVAL);
	CHECK_EQ(requests(), before);
	CHECK_EQ(shrink(fd, token, MIB), 0);
	CHECK_EQ(heap_count("growth="), 0);
	CHECK_EQ(shrink(fd, token, MIB), -EINVAL);
	control_heap_in_use();
}

/* A later daemon gives back what an earlier one got. */
TEST(found_from_another_file)
{
	int fd = daemon_open();
	uint64_t token;

	REQUIRE_EQ(grow(fd, MIB, &token), 0);
	node_close(fd);
	CHECK_EQ(heap_count("growth="), MIB);
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	CHECK_EQ(shrink(fd, token, MIB), 0);
	CHECK_EQ(heap_count("growth="), 0);
}

/* A DSP that is not done with it keeps it. */
TEST(not_given_back_when_the_dsp_refuses)
{
	int fd = daemon_open();
	uint64_t token;

	REQUIRE_EQ(grow(fd, MIB, &token), 0);
	control_behave(1, METHOD_MUNMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)shrink(fd, token, MIB), DSP_CODE);
	CHECK_EQ(heap_count("growth="), MIB);
	CHECK_EQ(shrink(fd, token, MIB), 0);
}

/* Whatever the DSP says to an offer, the memory is its own until it is halted. */
TEST(kept_when_the_dsp_fails)
{
	int fd = daemon_open();

	control_behave(1, METHOD_MMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)grow(fd, MIB, NULL), DSP_CODE);
	CHECK_EQ(heap_count("growth="), MIB);
	CHECK_EQ(shrink(fd, 0, MIB), -EINVAL);
	dsp_stop();
	CHECK_EQ(heap_count("growth="), 0);
	CHECK_EQ(heap_count("quarantines="), 0);
	dsp_start();
}

/* There is an end to it, and everything comes back when the DSP is halted. */
TEST(bounded)
{
	int fd = daemon_open();
	long grown = 0;

	control_behave(1, METHOD_MMAP, DSP_ANSWER_ERROR, 0, DSP_CODE);
	while (grow(fd, 4 * MIB, NULL) == (int)DSP_CODE)
		grown += 4 * MIB;
	control_normal();
	CHECK_EQ(grown, GROWTH_MAX);
	CHECK_EQ(grow(fd, PAGE, NULL), -ENOMEM);
	CHECK_EQ(heap_count("growth="), grown);
	dsp_stop();
	CHECK_EQ(heap_count("growth="), 0);
	dsp_start();
}

/* A crash takes additions along; the new PD starts with the region alone. */
TEST(gone_after_a_crash)
{
	struct dsp_control_status st;
	int fd = daemon_open();
	uint64_t token;

	for (int i = 0; i < 3; i++)
		REQUIRE_EQ(grow(fd, MIB, &token), 0);
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	dsp_crash();
	CHECK_EQ(heap_count("growth="), 0);
	CHECK_EQ(shrink(fd, token, MIB), -EPIPE);
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	CHECK_EQ(shrink(fd, token, MIB), -EINVAL);
	control_status(&st);
	CHECK_EQ(st.heap_pages, st.heap_size / PAGE);
	control_heap_in_use();
}
