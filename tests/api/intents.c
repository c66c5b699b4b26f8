// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP leaves Linux without an intent, that is, without a place for its requests.
 * GLINK then asks for one and waits 10 s for the answer, and no signal ends that.  So
 * one sender at a time waits there, and the others wait for their turn.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

/* The kernel's own words, at level error: one line for each wait in vain. */
#define IN_VAIN		"intent request timed out"
#define GLINK_MS	10000l
/* For all that is not that wait: on a busy machine, and still less than a second one. */
#define AT_ONCE_MS	(8000l * board_slowness())
#define OTHERS		4
#define FORGED		64	/* more than there are calls meanwhile */
#define METHOD_RELEASE	1
#define IN_USE		(-EWOULDBLOCK)

static int fd;
static struct async_call first, others[OTHERS];
static struct call first_call, other_calls[OTHERS];

static uint64_t asked(void)
{
	struct dsp_control_soc soc;

	soc_look(&soc);
	return soc.requests_refused;
}

static void __attribute__((constructor)) allow_time(void)
{
	puts("@limit 600");
}

/* A new channel, which no driver has given up for a while. */
static void begin_channel(void)
{
	soc_require();
	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(attach(fd), 0);
}

static void use_up(uint32_t fault)
{
	link_use_up(fd, fault);
	kernel_log_mark();
}

/* ... and no intent is left in it. */
static void begin(uint32_t fault)
{
	begin_channel();
	use_up(fault);
}

static void start(struct async_call *async, struct call *call)
{
	call_init(call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(async, fd, call);
}

/* One caller waits inside of GLINK. */
static void start_first(void)
{
	uint64_t before = asked();

	test_allow(IN_VAIN);
	start(&first, &first_call);
	control_wait(DSP_COUNT_REFUSED, before + 1);
}

/* And these wait for their turn. */
static void start_others(void)
{
	for (int i = 0; i < OTHERS; i++)
		start(&others[i], &other_calls[i]);
	task_wait_inside(getpid(), "frpc_send", 1 + OTHERS);
}

static void check_took(long began, long least, long most)
{
	long took = now_ms() - began;

	if (!CHECK(took >= least && took <= most))
		printf("it took %ld ms, expected %ld to %ld\n", took, least, most);
}

/* As soon as Linux has heard that it has intents again, also where it was given up. */
static void check_works_again(void)
{
	long began = now_ms(), ret;

	soc_faults(0);
	do
		ret = invoke_null(fd);
	while (ret == -ETIMEDOUT && now_ms() - began < AT_ONCE_MS);
	CHECK_EQ(ret, 0);
	check_took(began, 0, AT_ONCE_MS);
}

TEST(one_waits_for_all)
{
	uint64_t before;
	long began;

	begin(DSP_SOC_HOARD_INTENTS);
	before = asked();
	began = now_ms();
	start_first();
	start_others();
	CHECK_EQ(async_join(&first), -ETIMEDOUT);
	for (int i = 0; i < OTHERS; i++)
		CHECK_EQ(async_join(&others[i]), -ETIMEDOUT);
	check_took(began, GLINK_MS - 500, GLINK_MS + AT_ONCE_MS);
	/* a DSP that is dead is not asked again at once */
	began = now_ms();
	CHECK_EQ(invoke_null(fd), -ETIMEDOUT);
	CHECK_EQ(attach(fd), -ETIMEDOUT);
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(asked(), before + 1);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	/* but there may be room all the same */
	check_works_again();
}

static void *call_until_asked(void *arg)
{
	uint64_t before = *(uint64_t *)arg;
	long end = now_ms() + GLINK_MS + AT_ONCE_MS, ret;

	do
		ret = invoke_null(fd);
	while (ret == -ETIMEDOUT && asked() == before && now_ms() < end);
	return (void *)ret;
}

/* It is asked again after a while, and may have room by then. */
TEST(asked_again)
{
	pthread_t thread;
	uint64_t before;
	void *ret;

	begin(DSP_SOC_HOARD_INTENTS);
	start_first();
	CHECK_EQ(async_join(&first), -ETIMEDOUT);
	before = asked();
	REQUIRE_EQ(pthread_create(&thread, NULL, call_until_asked, &before), 0);
	CHECK_EQ(control_try_wait(DSP_COUNT_REFUSED, before + 1, GLINK_MS + AT_ONCE_MS), 0);
	soc_faults(0);
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, 0);
	CHECK_EQ(asked(), before + 1);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	check_works_again();
}

TEST(given_while_they_wait)
{
	long began;

	begin(DSP_SOC_HOARD_INTENTS);
	start_first();
	start_others();
	began = now_ms();
	soc_faults(0);
	CHECK_EQ(async_join(&first), 0);
	for (int i = 0; i < OTHERS; i++)
		CHECK_EQ(async_join(&others[i]), 0);
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(kernel_log_count(IN_VAIN), 0);
	check_works_again();
}

/* ---- signals ---- */

static void wait_for_turn(void *result)
{
	*(long *)result = invoke_null(fd);
}

/* The program ends as soon as its call has. */
static pid_t start_child(int node, long (*request)(int node))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		request(node);
		_exit(0);
	}
	return pid;
}

/* After a SIGKILL. */
static void check_died(pid_t pid)
{
	int status = 0;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(signals_end_the_wait_for_a_turn)
{
	long (*const requests[])(int) = { invoke_null, attach };
	long results[OTHERS];
	long began, waits;

	begin(DSP_SOC_HOARD_INTENTS);
	waits = now_ms();
	start_first();
	began = now_ms();
	crowd_run(wait_for_turn, results, sizeof(results[0]), OTHERS);
	for (int i = 0; i < OTHERS; i++)
		CHECK_EQ(results[i], -EINTR);
	/* a request of the kernel's own ends only when its caller does */
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		pid_t pid = start_child(fd, requests[i]);

		task_wait_inside(pid, "frpc_send", 1);
		kill(pid, SIGKILL);
		check_died(pid);
	}
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(async_join(&first), -ETIMEDOUT);
	check_took(waits, GLINK_MS - 500, GLINK_MS + AT_ONCE_MS);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	check_works_again();
}

/*
 * The last holder of a file is killed inside of GLINK, and one that waits for its turn.
 * The DSP is to be told of both ends, which takes none of them another 10 s.
 */
TEST(killed_callers_die_after_one_wait)
{
	uint64_t before;
	pid_t pids[2];
	int nodes[2];
	long began;

	begin(DSP_SOC_HOARD_INTENTS);
	test_allow(IN_VAIN);
	for (int i = 0; i < 2; i++)
		nodes[i] = node_open();
	before = asked();
	began = now_ms();
	for (int i = 0; i < 2; i++) {
		pids[i] = start_child(nodes[i], invoke_null);
		node_close(nodes[i]);
		control_wait(DSP_COUNT_REFUSED, before + 1);
		task_wait_inside(pids[i], "frpc_send", 1);
	}
	for (int i = 0; i < 2; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < 2; i++)
		check_died(pids[i]);
	check_took(began, GLINK_MS - 500, GLINK_MS + AT_ONCE_MS);
	CHECK_EQ(asked(), before + 1);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	check_works_again();
	node_close(fd);
	sessions_check();
}

/* ---- the channel ends while senders wait ---- */

static bool is_end_of_link(long result)
{
	return result == -EPIPE || result == -ECANCELED || result == -EIO;
}

/* @ended: when it is done */
static void *unbind(void *ended)
{
	long ret = file_write("/sys/bus/rpmsg/drivers/frpc/unbind", LINK_DEVICE);

	*(long *)ended = now_ms();
	return (void *)ret;
}

/* The device's end waits for the one inside of GLINK.  Other callers wait for neither. */
TEST(unbound_after_one_wait)
{
	struct async_call held;
	struct call held_call;
	long began, ended, unbound;
	pthread_t thread;
	void *ret;

	test_teardown = driver_restore;
	begin_channel();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	start(&held, &held_call);
	control_wait(DSP_COUNT_HELD, 1);
	use_up(DSP_SOC_HOARD_INTENTS);
	began = now_ms();
	start_first();
	start_others();
	ended = now_ms();
	REQUIRE_EQ(pthread_create(&thread, NULL, unbind, &unbound), 0);
	CHECK_EQ(async_join(&held), -EPIPE);
	for (int i = 0; i < OTHERS; i++)
		CHECK_EQ(async_join(&others[i]), -EPIPE);
	check_took(ended, 0, AT_ONCE_MS);
	CHECK_EQ(async_join(&first), -ETIMEDOUT);
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, 0);
	CHECK(unbound - began >= GLINK_MS - 500);
	check_took(began, GLINK_MS - 500, GLINK_MS + AT_ONCE_MS);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	/* the DSP opens the channel again, and the new one begins with intents of its own */
	soc_faults(0);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	CHECK_EQ(invoke_null(node_open()), 0);
}

static void *close_file(void *file)
{
	node_close(*(int *)file);
	return NULL;
}

/*
 * A DSP makes up the answer to a RELEASE that it has left no room for.  That is not the answer
 * to the RELEASE that it gets later: until that comes, the session goes to no other client.
 */
TEST(release_answered_before_it_is_sent)
{
	uint64_t ctx, before, rsp[2] = {};
	struct dsp_control_capture cap;
	int other;
	pthread_t thread;

	begin_channel();
	other = node_open();
	REQUIRE_EQ(attach(other), 0);
	node_close(other);
	sessions_wait(node_sessions() - 1);
	/* a RELEASE of that session: the next one differs in its sequence number */
	control_capture(0, &cap);
	memcpy(&ctx, cap.msg + 8, sizeof(ctx));
	other = node_open();
	REQUIRE_EQ(attach(other), 0);
	use_up(DSP_SOC_HOARD_INTENTS);
	control_behave(1, METHOD_RELEASE, DSP_ANSWER_HOLD, 1, 0);
	test_allow(IN_VAIN);
	before = asked();
	REQUIRE_EQ(pthread_create(&thread, NULL, close_file, &other), 0);
	control_wait(DSP_COUNT_REFUSED, before + 1);
	for (int i = 0; i < FORGED; i++) {
		ctx += 1 << 16;
		rsp[0] = ctx;
		control_inject(rsp, sizeof(rsp));
	}
	pthread_join(thread, NULL);
	soc_faults(0);
	control_wait(DSP_COUNT_HELD, 1);
	CHECK_EQ(sessions_free(), node_sessions() - 2);
	control_release(1, false);
	sessions_wait(node_sessions() - 1);
	check_works_again();
}

/* An open file keeps the module; when it is closed, nothing waits in vain a second time. */
TEST(unloaded_after_one_wait)
{
	long began;

	test_teardown = driver_restore;
	begin(DSP_SOC_HOARD_INTENTS);
	start_first();
	CHECK_EQ(driver_unload(), IN_USE);
	CHECK_EQ(async_join(&first), -ETIMEDOUT);
	began = now_ms();
	node_close(fd);
	REQUIRE_EQ(driver_unload(), 0);
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(kernel_log_count(IN_VAIN), 1);
	soc_faults(0);
	REQUIRE_EQ(driver_load(), 0);
	CHECK_EQ(invoke_null(node_open()), 0);
}

TEST(stopped_at_once)
{
	long began;

	test_teardown = driver_restore;
	for (int i = 0; i < board_rounds(4); i++) {
		test_context("stop %d", i);
		begin(DSP_SOC_HOARD_INTENTS);
		start_first();
		start_others();
		began = now_ms();
		dsp_stop();
		CHECK(is_end_of_link(async_join(&first)));
		for (int j = 0; j < OTHERS; j++)
			CHECK(is_end_of_link(async_join(&others[j])));
		check_took(began, 0, AT_ONCE_MS);
		CHECK_EQ(kernel_log_count(IN_VAIN), 0);
		CHECK_EQ(invoke_null(fd), -EPIPE);
		node_close(fd);
		soc_faults(0);
		dsp_start();
		CHECK_EQ(invoke_null(node_open()), 0);
		node_close_all();
	}
}

/* ---- refused, or too small ---- */

TEST(refused_at_once)
{
	uint64_t before;
	long began;

	begin(DSP_SOC_REFUSE_INTENTS);
	before = asked();
	began = now_ms();
	for (int i = 0; i < 20; i++) {
		CHECK_EQ(invoke_null(fd), -EAGAIN);
		CHECK_EQ(attach(fd), -EAGAIN);
	}
	CHECK_EQ(asked(), before + 40);
	for (int i = 0; i < OTHERS; i++)
		start(&others[i], &other_calls[i]);
	for (int i = 0; i < OTHERS; i++)
		CHECK_EQ(async_join(&others[i]), -EAGAIN);
	check_took(began, 0, AT_ONCE_MS);
	check_works_again();
	CHECK_EQ(kernel_log_count(IN_VAIN), 0);
	CHECK_EQ(kernel_log_count(DRIVER_WORD), 0);
}

/*
 * An intent that is too small is no use to GLINK, which asks again: for as long as the DSP
 * grants more of them.  This DSP has a bound; the end is as if it refused.
 */
TEST(too_small)
{
	begin(DSP_SOC_SMALL_INTENTS);
	CHECK_EQ(invoke_null(fd), -EAGAIN);
	CHECK_EQ(invoke_null(fd), -EAGAIN);
	CHECK_EQ(kernel_log_count(IN_VAIN), 0);
	check_works_again();
	/* all of these go with the channel */
	node_close(fd);
	dsp_restart();
	fd = node_open();
	for (int i = 0; i < 50; i++)
		CHECK_EQ(invoke_null(fd), 0);
}

/* ---- the other direction ---- */

#define MOST	128	/* calls of one client */
#define FOR_ANSWERS	5	/* of 1 KiB: GLINK's default */

struct job {
	struct async_call async;
	struct call call;
	uint8_t in[64], out[64];
};

static void job_start(struct job *j, uint32_t seed)
{
	fill_pattern(j->in, sizeof(j->in), seed);
	memset(j->out, 0, sizeof(j->out));
	call_init(&j->call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&j->call, j->in, sizeof(j->in));
	call_out(&j->call, j->out, sizeof(j->out));
	async_start(&j->async, fd, &j->call);
}

/*
 * 128 answers at once, and Linux has five intents for them.  The DSP does not hear of
 * those that are free again until all others wait.
 */
static void answers_wait(bool newest_first)
{
	struct job *jobs = pages_alloc((MOST * sizeof(*jobs) + PAGE) & ~(PAGE - 1));
	struct dsp_control_soc soc;

	soc_require();
	dsp_restart();
	fd = node_open();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < MOST; i++)
		job_start(&jobs[i], i);
	control_wait(DSP_COUNT_HELD, MOST);
	soc_faults(DSP_SOC_STALL_FIFO);
	control_release(DSP_ANY, newest_first);
	control_wait(DSP_COUNT_WAITING, MOST - FOR_ANSWERS);
	soc_look(&soc);
	CHECK_EQ(soc.waiting, MOST - FOR_ANSWERS);
	control_normal();
	soc_faults(0);
	for (int i = 0; i < MOST; i++) {
		test_context("call %d", i);
		CHECK_EQ(async_join(&jobs[i].async), 0);
		CHECK_MEM(jobs[i].out, jobs[i].in, sizeof(jobs[i].in));
	}
	soc_look(&soc);
	CHECK_EQ(soc.waiting, 0);
	CHECK(soc.waiting_most >= MOST - FOR_ANSWERS);
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(answers_wait_oldest_first)
{
	answers_wait(false);
}

TEST(answers_wait_newest_first)
{
	answers_wait(true);
}
