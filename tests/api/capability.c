// SPDX-License-Identifier: GPL-2.0-only
/*
 * GET_DSP_INFO: attributes 1 to 255 come from the DSP in one call, which is
 * made once per channel.  To see the first call again the DSP is restarted.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "harness.h"

#define GETINFO_SC	0x00010100

/* 255 words wanted, 1020 bytes out, on handle 2, in the name of the kernel. */
TEST(wire_bytes)
{
	struct dsp_control_capture cap;
	uint32_t value;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(get_dsp_info(fd, 6, &value), 0);
	control_capture(0, &cap);
	CHECK_EQ(wire_word(cap.msg, 4), 0);
	CHECK_EQ(wire_word(cap.msg + 16, 4), 2);
	CHECK_EQ(wire_word(cap.msg + 20, 4), GETINFO_SC);
	CHECK_EQ(wire_word(cap.msg + 32, 8), PAGE);
	CHECK_EQ(wire_word(cap.metadata + 8, 8), 4);
	CHECK_EQ(wire_word(cap.metadata + 24, 8), 1020);
	CHECK_EQ(wire_word(control_argument(&cap, 2, 0, 4), 4), 255);
}

/* However many ask, the DSP is asked once; all fds agree on all words. */
TEST(asked_once_then_cached)
{
	struct dsp_control_status before, after;
	uint32_t first[256], value;
	int a, b;

	dsp_restart();
	a = node_open();
	b = node_open();
	control_status(&before);
	for (uint32_t id = 0; id < 256; id++)
		CHECK_EQ(get_dsp_info(a, id, &first[id]), 0);
	for (uint32_t id = 0; id < 256; id++) {
		test_context("attribute %u", id);
		CHECK_EQ(get_dsp_info(b, id, &value), 0);
		CHECK_EQ(value, first[id]);
	}
	control_status(&after);
	CHECK_EQ(after.requests, before.requests + 1);
	CHECK(first[6]);	/* architecture version: every DSP has one */
}

/* The answer is the DSP's words, each in its place (attribute i = word i - 1). */
TEST(words_are_in_their_places)
{
	uint32_t words[255], value;
	struct call c;
	uint32_t wanted = 255;
	int fd = node_open();

	/* handle 2 is not blocked for users: ask for the same array directly */
	call_init(&c, 2, 0);
	call_in(&c, &wanted, sizeof(wanted));
	call_out(&c, words, sizeof(words));
	REQUIRE_EQ(call_send(fd, &c), 0);
	for (uint32_t id = 1; id < 256; id++) {
		test_context("attribute %u", id);
		CHECK_EQ(get_dsp_info(fd, id, &value), 0);
		CHECK_EQ(value, words[id - 1]);
	}
}

TEST(id_out_of_range)
{
	static const uint32_t bad[] = { 256, 257, 259, 1000, 0x7fffffff, 0x80000000, 0xffffffff };
	uint32_t value;
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_context("attribute %u", bad[i]);
		CHECK_EQ(get_dsp_info(fd, bad[i], &value), -EOVERFLOW);
		CHECK_EQ(value, 0xdeadbeef);	/* untouched */
	}
}

TEST(bad_pointer)
{
	int fd = node_open();

	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, NULL), -EFAULT);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, (void *)~0xfful), -EFAULT);
}

/* Neither the domain nor the reserved words matter. */
TEST(other_fields_are_ignored)
{
	struct fastrpc_ioctl_capability cap;
	uint32_t want;
	int fd = node_open();

	memset(&cap, 0xff, sizeof(cap));
	cap.attribute_id = 6;
	REQUIRE_EQ(get_dsp_info(fd, 6, &want), 0);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &cap), 0);
	CHECK_EQ(cap.capability, want);
}

/* "I do not know that method" becomes EOPNOTSUPP, and is not taken for an answer. */
TEST(unsupported_by_the_dsp)
{
	uint32_t value;
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(2, 0, DSP_ANSWER_ERROR, 1, 0x80000414);
	CHECK_EQ(get_dsp_info(fd, 1, &value), -EOPNOTSUPP);
	CHECK_EQ(value, 0xdeadbeef);
}

/* Any other error is passed on; nothing is cached of it. */
TEST(error_of_the_dsp_is_not_cached)
{
	uint32_t value;
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(2, 0, DSP_ANSWER_ERROR, 1, 0x80000402);
	CHECK_EQ(get_dsp_info(fd, 6, &value), (int32_t)0x80000402);
	CHECK_EQ(value, 0xdeadbeef);
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
	CHECK(value != 0xdeadbeef && value != 0);
}

struct asker {
	pthread_t thread;
	int fd;
	long result;
	uint32_t value;
};

static void *ask(void *arg)
{
	struct asker *a = arg;

	a->result = get_dsp_info(a->fd, 6, &a->value);
	return NULL;
}

/* Eight at once for the first answer. */
TEST(first_question_by_many)
{
	struct asker askers[8];
	int fd;

	dsp_restart();
	fd = node_open();
	for (int i = 0; i < 8; i++) {
		askers[i].fd = fd;
		REQUIRE_EQ(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(askers[i].thread, NULL);
		CHECK_EQ(askers[i].result, 0);
		CHECK_EQ(askers[i].value, askers[0].value);
	}
}

/* A RELEASE ends what is in the client's name; this question is in no client's. */
TEST(question_outlives_its_client)
{
	struct dsp_control_status before;
	uint32_t value;
	pid_t pid;

	dsp_restart();
	control_status(&before);
	control_behave(2, 0, DSP_ANSWER_HOLD, 1, 0);
	pid = fork();
	if (!pid) {
		int fd = node_open();

		if (!attach(fd))
			get_dsp_info(fd, 6, &value);
		_exit(1);
	}
	control_wait(DSP_COUNT_HELD, 1);
	REQUIRE_EQ(kill(pid, SIGKILL), 0);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
	control_wait(DSP_COUNT_RELEASES, before.releases + 1);
	/* another client has the session meanwhile */
	sessions_check();
	control_status(&before);
	control_release(DSP_ANY, false);
	control_wait(DSP_COUNT_ANSWERS, before.answers + 1);
	CHECK_EQ(control_faults(), 0);
	CHECK_EQ(get_dsp_info(node_open(), 6, &value), 0);
}

/* Five wait for one answer that does not come, and do so at the same time. */
TEST(silence_costs_all_one_wait)
{
	struct timespec start, end;
	struct asker askers[5];
	uint32_t value;
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(2, 0, DSP_ANSWER_NEVER, 0, 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++) {
		askers[i].fd = fd;
		REQUIRE_EQ(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++) {
		pthread_join(askers[i].thread, NULL);
		CHECK_EQ(askers[i].result, -ETIMEDOUT);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	CHECK(end.tv_sec - start.tv_sec < 19);
	control_normal();
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
	/* the messages that the DSP forgot are its own until it ends */
	node_close(fd);
	dsp_restart();
}

/* A machine can be suspended while a program waits for a DSP that does not answer. */
TEST(waits_do_not_stop_suspend)
{
	struct asker asker;
	long ret;

	dsp_restart();
	asker.fd = node_open();
	control_behave(2, 0, DSP_ANSWER_HOLD, 1, 0);
	REQUIRE_EQ(pthread_create(&asker.thread, NULL, ask, &asker), 0);
	control_wait(DSP_COUNT_HELD, 1);
	ret = tasks_freeze();
	control_release(DSP_ANY, false);
	pthread_join(asker.thread, NULL);
	CHECK_EQ(ret, 0);
	CHECK_EQ(asker.result, 0);
}
