// SPDX-License-Identifier: GPL-2.0-only
/* The device node: who it is, how many can have it open, what close gives back. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness.h"

/* A character device of the misc class, named after the label in the device tree. */
TEST(node_is_a_misc_device)
{
	char dev[32], want[32];
	struct stat st;

	node_wait(NODE, true);
	REQUIRE_EQ(stat(NODE, &st), 0);
	CHECK(S_ISCHR(st.st_mode));
	CHECK_EQ(major(st.st_rdev), 10);
	REQUIRE(file_read("/sys/class/misc/fastrpc-" DSP "/dev", dev, sizeof(dev)) > 0);
	snprintf(want, sizeof(want), "%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	CHECK(!strcmp(dev, want));
}

/* qcom,non-secure-domain: the plain node only. */
TEST(no_secure_node_on_a_non_secure_domain)
{
	node_wait(NODE, true);
	CHECK_EQ(node_try_open(NODE "-secure"), -ENOENT);
}

static int open_all(int *fds, int max)
{
	int n = 0;

	while (n < max) {
		int fd = node_try_session(NODE);

		if (fd < 0) {
			CHECK_EQ(fd, -EBUSY);
			break;
		}
		fds[n++] = fd;
	}
	return n;
}

/* One session per compute bank; then EBUSY, and the count never changes. */
TEST(as_many_sessions_as_banks)
{
	int fds[32], want = node_sessions();

	REQUIRE(want > 0 && want < 32);
	node_wait(NODE, true);
	for (int round = 0; round < 20; round++) {
		int n = open_all(fds, ARRAY_SIZE(fds));

		test_context("round %d", round);
		REQUIRE_EQ(n, want);
		for (int i = 0; i < 3; i++)
			CHECK_EQ(node_try_session(NODE), -EBUSY);
		while (n)
			node_close(fds[--n]);
	}
}

/* Any one closed makes room for exactly one, which works. */
TEST(close_gives_one_session_back)
{
	int fds[32], want = node_sessions(), n;

	node_wait(NODE, true);
	n = open_all(fds, ARRAY_SIZE(fds));
	REQUIRE_EQ(n, want);
	for (int i = 0; i < n; i++) {
		test_context("session %d", i);
		node_close(fds[i]);
		fds[i] = node_session();
		CHECK_EQ(invoke_null(fds[i]), 0);
		CHECK_EQ(node_try_session(NODE), -EBUSY);
	}
}

/* As adsprpcd does, which opens a second file only to allocate. */
TEST(session_is_taken_when_it_is_needed)
{
	int fds[32], more[20], n, buf;
	uint32_t value;

	node_wait(NODE, true);
	dsp_restart();
	n = open_all(fds, ARRAY_SIZE(fds));
	REQUIRE_EQ(n, node_sessions());
	for (size_t i = 0; i < ARRAY_SIZE(more); i++)
		more[i] = node_open();
	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		buf = dmabuf_alloc(more[i], PAGE);
		CHECK(buf >= 0);
		close(buf);
		CHECK_EQ(get_dsp_info(more[i], 6, &value), 0);
		CHECK_EQ(attach(more[i]), -EBUSY);
		CHECK_EQ(invoke_null(more[i]), -EBUSY);
	}
	node_close(fds[0]);
	CHECK_EQ(attach(more[7]), 0);
	CHECK_EQ(attach(more[8]), -EBUSY);
	node_close(more[7]);
	CHECK_EQ(attach(more[8]), 0);
}

/* A duplicate is the same client: the session lives until the last one goes. */
TEST(session_lives_until_the_last_duplicate)
{
	int fds[32], n, copy;

	node_wait(NODE, true);
	n = open_all(fds, ARRAY_SIZE(fds));
	copy = dup(fds[0]);
	REQUIRE(copy >= 0);
	node_close(fds[0]);
	CHECK_EQ(node_try_session(NODE), -EBUSY);
	CHECK_EQ(invoke_null(copy), 0);
	close(copy);
	fds[0] = node_try_session(NODE);
	CHECK(fds[0] >= 0);
	CHECK(n > 0);
}

/* The node is for ioctl only. */
TEST(other_file_operations_are_refused)
{
	int fd = node_open();
	char byte = 0;
	void *p;

	CHECK_EQ(read(fd, &byte, 1) < 0 ? -errno : 0, -EINVAL);
	CHECK_EQ(write(fd, &byte, 1) < 0 ? -errno : 0, -EINVAL);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(p == MAP_FAILED && errno == ENODEV);
}

/* User space opens with O_NONBLOCK; it changes nothing. */
TEST(nonblock_is_ignored)
{
	int fd;

	node_wait(NODE, true);
	fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(fd >= 0);
	CHECK_EQ(invoke_null(fd), 0);
	close(fd);
}

/* A file that never attached told the DSP nothing, so there is nothing to release. */
TEST(open_and_close_alone_say_nothing_to_the_dsp)
{
	struct dsp_control_status before, after;

	control_status(&before);
	for (int i = 0; i < 20; i++)
		node_close(node_open());
	control_status(&after);
	CHECK_EQ(after.requests - before.requests, after.releases - before.releases);
	CHECK_EQ(after.attached_clients, 0);
}
