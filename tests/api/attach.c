// SPDX-License-Identifier: GPL-2.0-only
/* INIT_ATTACH, INIT_ATTACH_SNS, and the RELEASE that close sends. */
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness.h"

/* Offsets in the 40-byte request (protocol 1.1). */
enum {
	MSG_CLIENT = 0, MSG_TID = 4, MSG_CTX = 8, MSG_HANDLE = 16, MSG_SC = 20,
	MSG_ADDR = 24, MSG_SIZE = 32,
};

/* One in-buffer of 4 bytes that names the client, found as the DSP finds it. */
static uint32_t client_of(const struct dsp_control_capture *cap)
{
	CHECK_EQ(wire_word(cap->metadata + 16, 4), 1);		/* one page record */
	CHECK_EQ(wire_word(cap->metadata + 20, 4), 0);		/* the first */
	CHECK_EQ(wire_word(cap->metadata + 32, 8), PAGE);	/* that covers it */
	return wire_word(control_argument(cap, 1, 0, 4), 4);
}

static void check_request(const struct dsp_control_capture *cap, uint32_t sc, uint32_t pd)
{
	uint64_t ctx = wire_word(cap->msg + MSG_CTX, 8);

	CHECK_EQ(wire_word(cap->msg + MSG_CLIENT, 4), 0);	/* the kernel's own call */
	CHECK_EQ(wire_word(cap->msg + MSG_TID, 4), (uint32_t)syscall(SYS_gettid));
	CHECK_EQ(ctx & 0xf, pd);
	CHECK_EQ(ctx >> 4 & 0xf, 0);			/* reserved */
	CHECK(ctx >> 8 & 0xff);				/* index 1..255 */
	CHECK_EQ(wire_word(cap->msg + MSG_HANDLE, 4), 1);
	CHECK_EQ(wire_word(cap->msg + MSG_SC, 4), sc);
	CHECK_EQ(wire_word(cap->msg + MSG_ADDR, 4) % PAGE, 0);
	CHECK_EQ(wire_word(cap->msg + MSG_SIZE, 8), PAGE);
}

/* PD 0, method 0, then PD 2; the client id is one and the same, and not 0. */
TEST(wire_bytes_of_attach)
{
	struct dsp_control_capture cap;
	int fd = node_open();
	uint32_t client;

	REQUIRE_EQ(attach(fd), 0);
	control_capture(0, &cap);
	check_request(&cap, 0x00010000, 0);
	client = client_of(&cap);
	CHECK(client);

	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL), 0);
	control_capture(0, &cap);
	check_request(&cap, 0x00010000, 2);
	CHECK_EQ(client_of(&cap), client);
}

/* The device address says which compute bank translates it: its session id. */
TEST(address_carries_a_session_id)
{
	struct dsp_control_capture cap;
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	control_capture(0, &cap);
	CHECK(wire_word(cap.msg + MSG_ADDR, 8) >> 32);
	CHECK_EQ(wire_word(cap.msg + MSG_ADDR, 8) >> 32, wire_word(cap.metadata + 24, 8) >> 32);
}

TEST(attach_may_be_repeated)
{
	int fd = node_open();

	for (int i = 0; i < 50; i++)
		REQUIRE_EQ(attach(fd), 0);
	for (int i = 0; i < 5; i++)
		REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL), 0);
	REQUIRE_EQ(attach(fd), 0);
}

/* Close tells the DSP before it returns, with the id that attach used. */
TEST(close_releases_the_client)
{
	struct dsp_control_status before, after;
	struct dsp_control_capture cap;
	int fd = node_open();
	uint32_t client;

	REQUIRE_EQ(attach(fd), 0);
	control_capture(0, &cap);
	client = client_of(&cap);
	control_status(&before);
	CHECK_EQ(before.attached_clients, 1);
	node_close(fd);
	control_status(&after);
	CHECK_EQ(after.releases, before.releases + 1);
	CHECK_EQ(after.attached_clients, 0);
	control_capture(0, &cap);
	check_request(&cap, 0x01010000, 0);
	CHECK_EQ(client_of(&cap), client);
}

/* Two files are two clients to the DSP. */
TEST(clients_have_different_ids)
{
	struct dsp_control_capture a, b;
	struct dsp_control_status st;
	int fd[2] = { node_open(), node_open() };

	REQUIRE_EQ(attach(fd[0]), 0);
	REQUIRE_EQ(attach(fd[1]), 0);
	control_capture(1, &a);
	control_capture(0, &b);
	CHECK(client_of(&a) != client_of(&b));
	control_status(&st);
	CHECK_EQ(st.attached_clients, 2);
}

/* A process that dies without closing has its client released all the same. */
TEST(death_releases_the_client)
{
	struct dsp_control_status before, after;
	pid_t pid;
	int status;

	node_wait(NODE, true);
	control_status(&before);
	pid = fork();
	if (!pid) {
		int fd = node_open();

		_exit(attach(fd) ? 1 : 0);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	control_status(&after);
	CHECK_EQ(after.releases, before.releases + 1);
	CHECK_EQ(after.attached_clients, 0);
}

/* What the DSP says is what the caller gets, and the next attempt is a new one. */
TEST(error_of_the_dsp_is_returned)
{
	int fd = node_open();

	control_behave(1, 0, DSP_ANSWER_ERROR, 1, 0x8000040e);
	CHECK_EQ(attach(fd), (int32_t)0x8000040e);
	CHECK_EQ(attach(fd), 0);
}

/* A DSP that refuses to release keeps neither the session nor the close. */
TEST(refused_release_still_closes)
{
	int want = node_sessions();

	node_wait(NODE, true);
	control_behave(1, 1, DSP_ANSWER_ERROR, 0, 0x8000040d);
	for (int i = 0; i < want + 1; i++) {
		int fd = node_open();

		CHECK_EQ(attach(fd), 0);
		node_close(fd);
	}
	/* the model still counts them as attached: release each one properly */
	control_normal();
	for (int i = 0; i < want; i++)
		CHECK_EQ(attach(node_open()), 0);
}
