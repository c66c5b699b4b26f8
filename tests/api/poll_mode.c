// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poll mode: the DSP flags the end of a call in memory, and the response comes
 * whenever it comes, or never.
 */
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

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

TEST(option_is_checked)
{
	struct fastrpc_ioctl_set_option option = { .request_id = 1, .value = 1 };
	bool supported = is_supported();
	int fd = node_open();

	CHECK_EQ(set_option(fd, 0, 0), -EINVAL);
	CHECK_EQ(set_option(fd, 2, 0), -EINVAL);
	CHECK_EQ(set_option(fd, ~0u, 1), -EINVAL);
	CHECK_EQ(set_option(fd, 1, 2), supported ? -EINVAL : -EOPNOTSUPP);
	CHECK_EQ(set_option(fd, 1, ~0u), supported ? -EINVAL : -EOPNOTSUPP);
	for (size_t i = 0; i < ARRAY_SIZE(option.reserved); i++) {
		option.reserved[i] = i % 2 ? 1 : -1;
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_SET_OPTION, &option), -EINVAL);
		option.reserved[i] = 0;
	}
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_SET_OPTION, NULL), -EFAULT);
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
 * More calls than there are slots, and no response to any of them.  A caller that
 * came too late to see the flag while it spun is woken by a signal.
 */
TEST(flagged_and_never_answered)
{
	int fd = open_polling(), good = 0;

	flag(DSP_POLL_ONLY);
	alarms(100000, 0);
	for (int i = 0; i < 300; i++) {
		long ret = invoke_echo(fd, i, 1 + i * 60);

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
			REQUIRE_EQ(invoke_echo(fd, i, 500), 0);
		}
	}
}

/* A call that takes longer than a caller spins, one with an error, and none flagged. */
TEST(not_flagged)
{
	int fd = open_polling();

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(invoke_word(fd, DSP_TEST_SLEEP, 50), 0);
		CHECK_EQ(invoke_word(fd, DSP_TEST_RETVAL, 77), 77);
		CHECK_EQ(invoke_echo(fd, i, 3000), 0);
		flag(1);
	}
}

static char task_state(pid_t tid)
{
	char path[64], text[256] = "";
	const char *end;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file_read(path, text, sizeof(text));
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : '?';
}

/* A caller spins for a while only: then it sleeps, and leaves the processor to others. */
TEST(silent_dsp)
{
	int fd = open_polling();
	struct errand errand;
	long end;

	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	errand_start(&errand, invoke_null, fd);
	control_wait(DSP_COUNT_HELD, 1);
	end = now_ms() + WAIT_MS;
	while (task_state(errand.tid) != 'S' && now_ms() < end)
		sched_yield();
	CHECK_EQ(task_state(errand.tid), 'S');
	control_release(1, false);
	CHECK_EQ(errand_end(&errand), 0);
}

/* The word is read anew each time where the CPU's caches would hide it. */
TEST(bank_beside_the_caches)
{
	int first = node_session(), fd = open_polling();

	if (!node_is_noncoherent())
		test_skip("every bank sees the CPU's caches");
	probe_start("arch_sync_dma_for_cpu");
	for (int i = 0; i < 20; i++) {
		flag(1);
		CHECK_EQ(invoke_echo(fd, i, 700), 0);
	}
	/* one after the call, for its results, and one before it at least */
	CHECK(probe_hits() >= 2 * 20);
	probe_stop();
	node_close(first);
}

/* ---- a DSP that does not keep to it ---- */

#define DONE	0xdecafu
/* Longer than a caller spins. */
#define LATE_MS	40

/* Whatever else is in the word, only the answer ends the call. */
TEST(garbage_in_the_word)
{
	static const uint32_t words[] = {
		1, 0xdecae, 0xdecb0, 0xfecaf, 0xdecaf0, 0x0decaf00, 0xafec0d00, ~0u,
		0x80000000 | DONE, ~DONE, 0,
	};
	int fd = open_polling();

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		long start = now_ms();

		test_context("word 0x%x", words[i]);
		control_poll_words(DSP_TEST_HANDLE, LATE_MS, &words[i], 1);
		CHECK_EQ(invoke_echo(fd, i, 700), 0);
		CHECK(now_ms() - start >= LATE_MS);
	}
}

/* Flagged as done, answered with an error: whichever comes first counts. */
TEST(flagged_and_failed)
{
	static const uint32_t done = DONE;
	int fd = open_polling(), flagged = 0;

	for (int i = 0; i < 60; i++) {
		long ret;

		control_poll_words(DSP_TEST_HANDLE, i % 3, &done, 1);
		ret = invoke_word(fd, DSP_TEST_RETVAL, 77);
		CHECK(!ret || ret == 77);
		flagged += !ret;
		control_normal();
		CHECK_EQ(invoke_echo(fd, i, 300), 0);
	}
	CHECK(flagged);
}

/* Two answers after the flag: they end no call. */
TEST(flagged_and_answered_twice)
{
	int fd = open_polling();

	for (int i = 0; i < 120; i++) {
		test_context("call %d", i);
		flag(DSP_POLL_TWICE | (i & 3));
		REQUIRE_EQ(invoke_echo(fd, i, 1000), 0);
	}
}

/* The DSP writes to a message that is the next call's by then: that one may end early. */
static void echo_or_nothing(int fd, uint32_t seed)
{
	static uint8_t in[500], out[2 * 500];
	struct call c;

	fill_pattern(in, sizeof(in), seed);
	memset(out, 0xc5, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(in));
	CHECK_EQ(call_send(fd, &c), 0);
	for (size_t i = 0; i < sizeof(in); i++)
		if (!CHECK(out[i] == in[i] || !out[i]))
			break;
	for (size_t i = sizeof(in); i < sizeof(out); i++)
		if (!CHECK_EQ(out[i], 0xc5))
			break;
}

/* A response after the flag ends no call, whatever it is. */
TEST(rewritten_word)
{
	static const uint32_t words[] = { 7, DONE, 0, DONE, DONE, ~0u, DONE, 1, 0, DONE, 2 };
	int fd = open_polling(), quiet = node_open();

	REQUIRE_EQ(attach(quiet), 0);
	for (int i = 0; i < 66; i++) {
		test_context("call %d", i);
		control_poll_words(DSP_TEST_HANDLE, i % 4, words, 1 + i % ARRAY_SIZE(words));
		echo_or_nothing(fd, i);
		CHECK_EQ(invoke_echo(quiet, i, 500), 0);
	}
}

TEST(flagged_behind_the_answer)
{
	int fd = open_polling(), quiet = node_open();

	REQUIRE_EQ(attach(quiet), 0);
	for (int i = 0; i < 66; i++) {
		test_context("call %d", i);
		flag(DSP_POLL_BEHIND | (i & 1));
		echo_or_nothing(fd, i);
		CHECK_EQ(invoke_echo(quiet, i, 500), 0);
	}
}

/* ---- many at once ---- */

#define CROWD		12
#define CROWD_CALLS	8

struct spinner {
	int fd;
	unsigned int seed;
};

static void spin(void *arg)
{
	struct spinner *s = arg;
	uint8_t in[600], out[600];
	struct call c;

	for (unsigned int i = 0; i < CROWD_CALLS; i++) {
		fill_pattern(in, sizeof(in), s->seed + i);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		/* a signal of the crowd ends a call that sleeps */
		if (!call_send(s->fd, &c))
			CHECK_MEM(out, in, sizeof(in));
	}
}

static void run_spinners(int fd, uint64_t answer_after)
{
	struct spinner spinners[CROWD];

	flag(answer_after);
	for (int i = 0; i < CROWD; i++)
		spinners[i] = (struct spinner){ .fd = fd, .seed = 1000 * i };
	crowd_run(spin, spinners, sizeof(*spinners), CROWD);
}

/* More callers spin than there are processors: none starves, nor does one that sleeps. */
TEST(many_at_once)
{
	int fd = open_polling(), quiet = node_open();
	struct spinner slow[CROWD];
	struct async_call async;
	struct call c;

	REQUIRE_EQ(attach(quiet), 0);
	run_spinners(fd, 1);
	run_spinners(fd, DSP_POLL_ONLY);
	/* all of them spin in vain, each time: the DSP takes longer than that */
	control_normal();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_LATE, 0, LATE_MS);
	for (int i = 0; i < CROWD; i++)
		slow[i] = (struct spinner){ .fd = fd, .seed = i };
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, quiet, &c);
	crowd_run(spin, slow, sizeof(*slow), CROWD);
	CHECK_EQ(async_join(&async), 0);
	control_normal();
	CHECK_EQ(invoke_echo(fd, 1, 1000), 0);
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
		if (!CHECK_EQ(invoke_echo(fd, i, 700), 0))
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
