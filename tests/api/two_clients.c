// SPDX-License-Identifier: GPL-2.0-only
/* Two files on one channel: apart in what the DSP sees, and in how they end. */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

/* Client id and context bank of each one's calls are its own, and stay so. */
TEST(calls_name_their_client_and_bank)
{
	struct dsp_control_capture cap;
	uint64_t client[2], bank[2];
	int fd[2] = { node_open(), node_open() };
	uint8_t in[8] = { 0 };
	struct call c;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 2; i++) {
			call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
			call_in(&c, in, sizeof(in));
			REQUIRE_EQ(call_send(fd[i], &c), 0);
			control_capture(0, &cap);
			if (!round) {
				client[i] = wire_word(cap.msg, 4);
				bank[i] = wire_word(cap.msg + 24, 8) >> 32;
			}
			CHECK(client[i]);
			CHECK_EQ(wire_word(cap.msg, 4), client[i]);
			CHECK_EQ(wire_word(cap.msg + 24, 8) >> 32, bank[i]);
		}
	}
	CHECK(client[0] != client[1]);
	CHECK(bank[0] != bank[1]);
}

/* Calls go to the PD that the client is attached to. */
TEST(calls_go_to_the_clients_pd)
{
	struct dsp_control_capture cap;
	int root = node_open(), sensors = node_open(), audio = node_open();

	REQUIRE_EQ(attach(root), 0);
	REQUIRE_EQ(node_ioctl(sensors, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL), 0);
	REQUIRE_EQ(create_audio(audio), 0);
	REQUIRE_EQ(invoke_null(root), 0);
	control_capture(0, &cap);
	CHECK_EQ(cap.msg[8] & 0xf, 0);
	REQUIRE_EQ(invoke_null(sensors), 0);
	control_capture(0, &cap);
	CHECK_EQ(cap.msg[8] & 0xf, 2);
	REQUIRE_EQ(invoke_null(audio), 0);
	control_capture(0, &cap);
	CHECK_EQ(cap.msg[8] & 0xf, 1);
}

/* One closes, or is killed, while the other waits: the other gets its answer. */
TEST(one_ends_while_the_other_waits)
{
	static uint8_t in[200], out[200];
	static struct call c;
	struct async_call async;
	int fd = node_open(), status;
	pid_t pid;

	REQUIRE_EQ(attach(fd), 0);
	fill_pattern(in, sizeof(in), 1);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 1, 0);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	for (int i = 0; i < 20; i++) {
		int other = node_open();

		CHECK_EQ(attach(other), 0);
		CHECK_EQ(invoke_null(other), 0);
		node_close(other);
	}
	pid = fork();
	if (!pid) {
		int other = node_open();

		attach(other);
		kill(getpid(), SIGKILL);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
	CHECK_MEM(out, in, sizeof(in));
}

/* A file passed on to a child is the same client, usable by both. */
TEST(inherited_file)
{
	int fd = node_open(), status;
	struct dsp_control_status before, after;
	pid_t pid;

	REQUIRE_EQ(attach(fd), 0);
	control_status(&before);
	pid = fork();
	if (!pid)
		_exit(invoke_null(fd) ? 1 : 0);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	control_status(&after);
	CHECK_EQ(after.releases, before.releases);
	CHECK_EQ(invoke_null(fd), 0);
}
