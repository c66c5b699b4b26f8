// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's own account of its heaps, /sys/kernel/debug/fastrpc/heaps, against
 * what was done with them.
 */
#include "harness.h"

#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"
#define MIB		(1ul << 20)
#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define DSP_CODE	0x80000402u

static long grow(int fd, uint64_t *token)
{
	struct fastrpc_req_mmap req = {
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = MIB,
	};
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MMAP, &req);

	*token = req.vaddrout;
	return ret;
}

static long shrink(int fd, uint64_t token)
{
	struct fastrpc_req_munmap req = { .vaddrout = token, .size = MIB };

	return node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &req);
}

/* The number behind "name=". */
static long account(const char *name)
{
	char text[4096], *at;

	REQUIRE(file_read(HEAPS, text, sizeof(text)) > 0);
	at = strstr(text, name);
	REQUIRE(at);
	return strtol(at + strlen(name), NULL, 10);
}

static void check_line(const char *line, int times)
{
	char text[4096], *at = text;
	int seen = 0;

	REQUIRE(file_read(HEAPS, text, sizeof(text)) > 0);
	while ((at = strstr(at, line))) {
		at += strlen(line);
		seen++;
	}
	test_context("\"%s\" in %s", line, text);
	CHECK_EQ(seen, times);
	test_context("%s", "");
}

TEST(follows_the_region)
{
	long grants, offers, revokes;

	dsp_restart();
	grants = account("grants=");
	offers = account("offers=");
	revokes = account("revokes=");
	check_line("channel=adsp", 1);
	check_line("0x00000000607fffff] granted", 1);
	REQUIRE_EQ(create_audio(node_open()), 0);
	check_line("0x00000000607fffff] offered", 1);
	CHECK_EQ(account("offers="), offers + 1);
	dsp_stop();
	check_line("channel=-", 1);
	check_line("0x00000000607fffff] claimed", 1);
	CHECK_EQ(account("revokes="), revokes + 1);
	dsp_start();
	node_wait(NODE, true);
	CHECK_EQ(account("grants="), grants + 1);
	CHECK_EQ(account("quarantines="), 0);
}

TEST(follows_growth)
{
	uint64_t first, second;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(grow(fd, &first), 0);
	REQUIRE_EQ(grow(fd, &second), 0);
	CHECK_EQ(account("growth="), 2 * MIB);
	check_line("] offered", 3);
	CHECK_EQ(shrink(fd, first), 0);
	CHECK_EQ(account("growth="), MIB);
	check_line("] offered", 2);
	/* a DSP that is not done with it keeps it */
	control_behave(1, METHOD_MUNMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)shrink(fd, second), DSP_CODE);
	CHECK_EQ(account("growth="), MIB);
	CHECK_EQ(shrink(fd, second), 0);
	CHECK_EQ(account("growth="), 0);
}

/* Whatever comes of an addition, it is in the account until the DSP is halted. */
TEST(keeps_what_the_dsp_may_have)
{
	uint64_t token;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_behave(1, METHOD_MMAP, DSP_ANSWER_ERROR, 1, DSP_CODE);
	CHECK_EQ((uint32_t)grow(fd, &token), DSP_CODE);
	CHECK_EQ(account("growth="), MIB);
	dsp_stop();
	CHECK_EQ(account("growth="), 0);
	CHECK_EQ(account("quarantines="), 0);
	dsp_start();
}

TEST(return_on_the_wire)
{
	struct dsp_control_capture cap;
	const uint8_t *head;
	uint64_t token;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(grow(fd, &token), 0);
	REQUIRE_EQ(shrink(fd, token), 0);
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.msg + 20, 4), 0x05010000);
	head = control_argument(&cap, 1, 0, 24);
	CHECK(wire_word(head, 4) != 0);
	CHECK_EQ(wire_word(head + 8, 8), token);
	CHECK_EQ(wire_word(head + 16, 8), MIB);
}
