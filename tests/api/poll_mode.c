// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poll mode: the DSP flags the end of a call in memory, and the response comes
 * whenever it comes, or never.
 */
#include <signal.h>
#include <sys/time.h>

#include "harness.h"

static long set_option(int fd, uint32_t id, uint32_t value)
{
	struct fastrpc_ioctl_set_option option = { .request_id = id, .value = value };

	return node_ioctl(fd, FASTRPC_IOCTL_SET_OPTION, &option);
}

static bool is_supported(void)
{
	int fd = node_open();
	long ret = set_option(fd, 1, 0);

	CHECK(!ret || ret == -EOPNOTSUPP);
	node_close(fd);
	return !ret;
}

static int open_polling(void)
{
	int fd;

	if (!is_supported())
		test_skip("not on this SoC");
	fd = node_open();
	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	REQUIRE_EQ(set_option(fd, 1, 1), 0);
	return fd;
}

static void flag(uint64_t answer_after)
{
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_POLL, 0, answer_after);
}

static long echo(int fd, uint32_t seed, size_t len)
{
	static uint8_t in[20000], out[20000];
	struct call c;
	long ret;

	fill_pattern(in, len, seed);
	memset(out, 0, len);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, len);
	call_out(&c, out, len);
	ret = call_send(fd, &c);
	if (!ret)
		CHECK_MEM(out, in, len);
	return ret;
}

TEST(option_is_checked)
{
	struct fastrpc_ioctl_set_option option = { .request_id = 1, .value = 1 };
	bool supported = is_supported();
	int fd = node_open();

	CHECK_EQ(set_option(fd, 0, 0), -EINVAL);
	CHECK_EQ(set_option(fd, 2, 0), -EINVAL);
	CHECK_EQ(set_option(fd, ~0u, 1), -EINVAL);
	CHECK_EQ(set_option(fd, 1, 2), -EINVAL);
	CHECK_EQ(set_option(fd, 1, ~0u), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(option.reserved); i++) {
		option.reserved[i] = i % 2 ? 1 : -1;
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_SET_OPTION, &option), -EINVAL);
		option.reserved[i] = 0;
	}
	CHECK_EQ(set_option(fd, 1, 1), supported ? 0 : -EOPNOTSUPP);
	CHECK_EQ(set_option(fd, 1, 0), supported ? 0 : -EOPNOTSUPP);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* A signal each @us microseconds, 0: none any more. */
static void alarms(int us, int flags)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval timer = { { 0, us }, { 0, us } };

	REQUIRE_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	REQUIRE_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/*
 * More calls than there are slots, and no response to any of them.  Whoever came
 * too late to see the flag while it spun is woken by a signal.
 */
TEST(flagged_and_never_answered)
{
	int fd = open_polling(), good = 0;

	flag(DSP_POLL_ONLY);
	alarms(100000, 0);
	for (int i = 0; i < 300; i++) {
		long ret = echo(fd, i, 1 + i * 60);

		test_context("call %d, %d good", i, good);
		good += !ret;
		if (ret && !CHECK_EQ(ret, -EINTR))
			break;
	}
	alarms(0, 0);
	CHECK(good >= 100);
}

/* The response of a call that has ended already finds no other call. */
TEST(answered_later)
{
	int fd = open_polling();

	for (int ms = 0; ms < 8; ms++) {
		flag(ms);
		for (int i = 0; i < 60; i++) {
			test_context("answers after %d ms, call %d", ms, i);
			REQUIRE_EQ(echo(fd, i, 500), 0);
		}
	}
}

/* A call that takes longer than anybody spins, one with an error, and none flagged. */
TEST(not_flagged)
{
	uint32_t ms = 50;
	int32_t value = 77;
	int fd = open_polling();
	struct call c;

	for (int i = 0; i < 3; i++) {
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_SLEEP);
		call_in(&c, &ms, sizeof(ms));
		CHECK_EQ(call_send(fd, &c), 0);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_RETVAL);
		call_in(&c, &value, sizeof(value));
		CHECK_EQ(call_send(fd, &c), 77);
		CHECK_EQ(echo(fd, i, 3000), 0);
		flag(1);
	}
}

/* Off again, and for who never asked, only the response counts. */
TEST(only_who_asked)
{
	int fd = open_polling(), other = node_open();
	struct async_call async;
	struct call c;

	REQUIRE_EQ(create_pd(other, -1, 0, 0), 0);
	REQUIRE_EQ(set_option(fd, 1, 0), 0);
	for (int i = 0; i < 2; i++) {
		struct dsp_control_status before, after;

		control_status(&before);
		flag(20);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async, i ? other : fd, &c);
		CHECK_EQ(async_join(&async), 0);
		control_status(&after);
		CHECK_EQ(after.requests, before.requests + 1);
		control_wait(DSP_COUNT_ANSWERS, before.answers + 1);
	}
}

/* Signals in the middle of it. */
TEST(interrupted)
{
	int fd = open_polling();

	flag(2);
	alarms(500, SA_RESTART);
	for (int i = 0; i < 300; i++)
		if (!CHECK_EQ(echo(fd, i, 700), 0))
			break;
	alarms(0, SA_RESTART);
}

TEST(dsp_stops_meanwhile)
{
	int fd = open_polling();
	struct async_call async;
	struct call c;

	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_HOLD, 1, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	dsp_stop();
	CHECK_EQ(async_join(&async), -EPIPE);
	dsp_start();
	node_wait(NODE, true);
}
