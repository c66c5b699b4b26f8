// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals, deaths and closes while calls are in flight: the caller gets its
 * error at once; what the DSP does later harms no other client; nothing stays lost.
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "harness.h"

#define MOST	128	/* calls of one client that the DSP may have */

static volatile int signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

static void on_signal(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = count_signal, .sa_flags = flags };

	signals = 0;
	REQUIRE_EQ(sigaction(sig, &sa, NULL), 0);
}

/* Sends SIGUSR1 to the thread that calls, once the DSP holds its call. */
struct interrupter {
	pthread_t thread, target;
	uint64_t held;
};

/* Without a signal the caller waits for ever.  If the call never comes, the program ends here. */
static void *interrupt(void *arg)
{
	struct interrupter *i = arg;

	control_wait(DSP_COUNT_HELD, i->held);
	pthread_kill(i->target, SIGUSR1);
	return NULL;
}

static void interrupt_when_held(struct interrupter *i, uint64_t held)
{
	i->target = pthread_self();
	i->held = held;
	REQUIRE_EQ(pthread_create(&i->thread, NULL, interrupt, i), 0);
}

static void hold(uint32_t method, uint32_t count)
{
	control_behave(DSP_TEST_HANDLE, method, DSP_ANSWER_HOLD, count, 0);
}

/* The answers that were held are with the driver when this returns. */
static void release_all(void)
{
	struct dsp_control_status st;

	control_status(&st);
	control_release(DSP_ANY, false);
	control_wait(DSP_COUNT_ANSWERS, st.answers + st.held);
}

/* EINTR at once; the output is not written afterwards, when the answer comes. */
TEST(interrupted_call)
{
	static uint8_t in[256], out[256];
	struct interrupter by;
	int fd = node_open();
	struct call c;

	on_signal(SIGUSR1, 0);
	memset(in, 0x11, sizeof(in));
	memset(out, 0xee, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	hold(DSP_TEST_ECHO, 1);
	interrupt_when_held(&by, 1);
	CHECK_EQ(call_send(fd, &c), -EINTR);
	pthread_join(by.thread, NULL);
	CHECK_EQ(signals, 1);
	release_all();
	CHECK_EQ(invoke_null(fd), 0);
	for (size_t i = 0; i < sizeof(out); i++)
		if (!CHECK_EQ(out[i], 0xee))
			break;
}

/* The buffer of an interrupted call belongs to the DSP alone until it answers. */
TEST(late_answer_spoils_no_other_call)
{
	static uint8_t in[1000], out[1000], late_out[1000];
	uint32_t seed = 0x77;
	struct interrupter by;
	int fd = node_open();
	struct call late, c;

	on_signal(SIGUSR1, 0);
	call_init(&late, DSP_TEST_HANDLE, DSP_TEST_FILL);
	call_in(&late, &seed, sizeof(seed));
	call_out(&late, late_out, sizeof(late_out));
	hold(DSP_TEST_FILL, 1);
	interrupt_when_held(&by, 1);
	CHECK_EQ(call_send(fd, &late), -EINTR);
	pthread_join(by.thread, NULL);

	/* a call of the same shape is in flight while the late one is answered */
	fill_pattern(in, sizeof(in), 5);
	for (int round = 0; round < 3; round++) {
		struct async_call async;

		memset(out, 0, sizeof(out));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		hold(DSP_TEST_ECHO, 1);
		async_start(&async, fd, &c);
		control_wait(DSP_COUNT_HELD, round ? 1 : 2);
		control_release(1, false);	/* the oldest first: the late one */
		if (!round)
			control_release(1, false);
		CHECK_EQ(async_join(&async), 0);
		CHECK_MEM(out, in, sizeof(in));
	}
}

/* A call unlike those before: with another number as its input. */
static long invoke_number(int fd, uint32_t number)
{
	return invoke_word(fd, DSP_TEST_NULL, number);
}

/* Slots of interrupted calls are the DSP's too: they count for the client. */
TEST(interrupted_calls_keep_their_slots)
{
	int fd = node_open();

	on_signal(SIGUSR1, 0);
	hold(DSP_TEST_NULL, 0);
	for (uint32_t i = 0; i < MOST; i++) {
		struct interrupter by;

		test_context("call %u", i);
		interrupt_when_held(&by, i + 1);
		REQUIRE_EQ(invoke_number(fd, i), -EINTR);
		pthread_join(by.thread, NULL);
	}
	CHECK_EQ(invoke_null(fd), -ENOSPC);
	control_normal();
	release_all();
	for (int i = 0; i < MOST + 10; i++)
		REQUIRE_EQ(invoke_null(fd), 0);
}

/* Interrupted and answered, 270 times: more than there are slots. */
TEST(slots_come_back)
{
	int fd = node_open();

	on_signal(SIGUSR1, 0);
	hold(DSP_TEST_NULL, 0);
	for (uint32_t i = 0; i < 270; i++) {
		struct interrupter by;

		test_context("call %u", i);
		interrupt_when_held(&by, 1);
		REQUIRE_EQ(invoke_number(fd, i), -EINTR);
		pthread_join(by.thread, NULL);
		release_all();
	}
	control_normal();
	CHECK_EQ(invoke_null(fd), 0);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

/* With SA_RESTART the call is made again, and the DSP sees it once. */
static int release_fd = -1;

static void release_in_handler(int sig)
{
	(void)sig;
	signals++;
	if (release_fd >= 0)
		release_all();
}

static void restart_with(void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	signals = 0;
	REQUIRE_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
}

static void *release_when_interrupted(void *arg)
{
	(void)arg;
	while (!signals)
		sched_yield();
	release_all();
	return NULL;
}

static void echo_once(int fd, bool is_answered_meanwhile)
{
	static uint8_t in[5000], out[5000];
	uint64_t before = requests();
	struct interrupter by;
	pthread_t releaser;
	struct call c;

	release_fd = is_answered_meanwhile ? fd : -1;
	restart_with(release_in_handler);
	fill_pattern(in, sizeof(in), before);
	memset(out, 0, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	hold(DSP_TEST_ECHO, 1);
	interrupt_when_held(&by, 1);
	if (!is_answered_meanwhile)
		REQUIRE_EQ(pthread_create(&releaser, NULL, release_when_interrupted, NULL), 0);
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
	CHECK_EQ(signals, 1);
	CHECK_EQ(requests(), before + 1);
	pthread_join(by.thread, NULL);
	if (!is_answered_meanwhile)
		pthread_join(releaser, NULL);
}

TEST(restarted_call_is_executed_once)
{
	int fd = node_open();

	for (int i = 0; i < board_rounds(20); i++) {
		test_context("round %d", i);
		echo_once(fd, false);
	}
}

TEST(answered_before_it_is_restarted)
{
	int fd = node_open();

	for (int i = 0; i < board_rounds(20); i++) {
		test_context("round %d", i);
		echo_once(fd, true);
	}
}

/* Signals all the time: as many requests as calls, each with its own result. */
TEST(restarted_again_and_again)
{
	struct itimerval fast = { { 0, 700 }, { 0, 700 } }, off = { { 0, 0 }, { 0, 0 } };
	static uint8_t in[600], out[600];
	int fd = node_open();
	uint64_t before = requests();
	int rounds = board_rounds(1000);

	on_signal(SIGALRM, SA_RESTART);
	setitimer(ITIMER_REAL, &fast, NULL);
	for (int i = 0; i < rounds; i++) {
		struct call c;

		fill_pattern(in, sizeof(in), i);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		if (!CHECK_EQ(call_send(fd, &c), 0) || !CHECK_MEM(out, in, sizeof(in)))
			break;
	}
	setitimer(ITIMER_REAL, &off, NULL);
	CHECK(signals > 10);
	CHECK_EQ(requests(), before + rounds);
}

/* A process that is stopped and goes on has been interrupted too. */
TEST(stopped_and_continued)
{
	uint64_t before;
	int status;
	pid_t pid;

	node_wait(NODE, true);
	before = requests();
	hold(DSP_TEST_NULL, 1);
	pid = fork();
	if (!pid)
		_exit(invoke_null(node_open()) ? 1 : 0);
	control_wait(DSP_COUNT_HELD, 1);
	kill(pid, SIGSTOP);
	REQUIRE_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	kill(pid, SIGCONT);
	release_all();
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK_EQ(requests(), before + 2);	/* the call, and the release */
}

/* What is called after EINTR is another call, if its numbers and bytes are the same or not. */
TEST(called_anew)
{
	static uint8_t in[3000], out[3000];
	struct interrupter by;
	int fd = node_open();
	struct call c;
	uint64_t before;

	for (int change = 0; change < 4; change++) {
		test_context("change %d", change);
		on_signal(SIGUSR1, 0);
		memset(in, 1, sizeof(in));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		before = requests();
		hold(DSP_TEST_ECHO, 1);
		interrupt_when_held(&by, 1);
		CHECK_EQ(call_send(fd, &c), -EINTR);
		pthread_join(by.thread, NULL);
		release_all();
		if (change == 0)
			in[2999] = 2;
		else if (change == 1)
			c.args[1].length--;
		else if (change == 2)
			c.args[0].ptr++, c.args[0].length--;
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_MEM(out, in + (change == 2), 2999 - (change == 2));
		CHECK_EQ(requests(), before + 2);
	}
}

static sigjmp_buf before_call;

static void jump_out(int sig)
{
	(void)sig;
	signals++;
	siglongjmp(before_call, 1);
}

/* A call that is left by a jump is not the next one, which another byte of input tells. */
TEST(jump_out_of_a_handler)
{
	static uint8_t in[3000], out[3000];
	static struct interrupter by;
	static struct call c;
	int fd = node_open();
	uint64_t before = requests();

	restart_with(jump_out);
	memset(in, 1, sizeof(in));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	hold(DSP_TEST_ECHO, 1);
	interrupt_when_held(&by, 1);
	if (!sigsetjmp(before_call, 1))
		REQUIRE_EQ(call_send(fd, &c), -EDOM);
	pthread_join(by.thread, NULL);
	CHECK_EQ(signals, 1);
	release_all();
	in[2999] = 2;
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
	CHECK_EQ(requests(), before + 2);
}

static struct async_call other_thread;
static struct call same_call;

static void call_by_another_thread(int sig)
{
	(void)sig;
	signals++;
	async_start(&other_thread, release_fd, &same_call);
	async_join(&other_thread);
	release_all();
}

/* Nor does another thread get what this one is waiting for. */
TEST(another_thread_calls_for_itself)
{
	static uint8_t in[100], out[100];
	struct interrupter by;
	uint64_t before;

	release_fd = node_open();
	restart_with(call_by_another_thread);
	call_init(&same_call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&same_call, in, sizeof(in));
	call_out(&same_call, out, sizeof(out));
	before = requests();
	hold(DSP_TEST_ECHO, 1);
	interrupt_when_held(&by, 1);
	CHECK_EQ(call_send(release_fd, &same_call), 0);
	pthread_join(by.thread, NULL);
	CHECK_EQ(other_thread.result, 0);
	CHECK_EQ(signals, 1);
	CHECK_EQ(requests(), before + 2);
}

/* ---- dma-bufs: what is in them cannot be compared, so no such call is kept ---- */

struct frame {
	int fd, buf;
	uint32_t *words;
	struct call c;
};

#define FRAME_LEN	(4 * PAGE)

static void frame_write(struct frame *f, uint32_t seed)
{
	fill_pattern(f->words, FRAME_LEN, seed);
}

/* A call that changes the frame where it is: once, and not twice. */
static void frame_begin(struct frame *f)
{
	f->fd = node_open();
	f->buf = dmabuf_alloc(f->fd, FRAME_LEN);
	REQUIRE(f->buf >= 0);
	f->words = dmabuf_map(f->buf, FRAME_LEN);
	frame_write(f, 1);
	call_init(&f->c, DSP_TEST_HANDLE, DSP_TEST_XOR_IN_PLACE);
	call_in(&f->c, f->words, FRAME_LEN)->fd = f->buf;
	call_out(&f->c, f->words, FRAME_LEN)->fd = f->buf;
}

static void frame_check(const struct frame *f, uint32_t seed)
{
	static uint8_t want[FRAME_LEN];

	fill_pattern(want, FRAME_LEN, seed);
	for (size_t i = 0; i < FRAME_LEN; i++)
		want[i] ^= 0x5a;
	CHECK_MEM(f->words, want, FRAME_LEN);
}

static void frame_end(struct frame *f)
{
	munmap(f->words, FRAME_LEN);
	close(f->buf);
}

/* The next frame is in the buffer when the program calls again. */
TEST(next_frame_after_eintr)
{
	uint64_t before = requests();
	struct interrupter by;
	struct frame f;

	on_signal(SIGUSR1, 0);
	frame_begin(&f);
	hold(DSP_TEST_XOR_IN_PLACE, 1);
	interrupt_when_held(&by, 1);
	CHECK_EQ(call_send(f.fd, &f.c), -EINTR);
	pthread_join(by.thread, NULL);
	release_all();
	frame_write(&f, 2);
	CHECK_EQ(call_send(f.fd, &f.c), 0);
	frame_check(&f, 2);
	CHECK_EQ(requests(), before + 2);
	frame_end(&f);
}

static void *interrupt_and_release(void *arg)
{
	interrupt(arg);
	release_all();
	return NULL;
}

/* A handler with SA_RESTART waits for an answer that is near. */
TEST(frame_is_changed_once)
{
	uint64_t before = requests();
	struct interrupter by = { .target = pthread_self(), .held = 1 };
	struct frame f;

	on_signal(SIGUSR1, SA_RESTART);
	frame_begin(&f);
	hold(DSP_TEST_XOR_IN_PLACE, 1);
	REQUIRE_EQ(pthread_create(&by.thread, NULL, interrupt_and_release, &by), 0);
	CHECK_EQ(call_send(f.fd, &f.c), 0);
	pthread_join(by.thread, NULL);
	CHECK_EQ(signals, 1);
	frame_check(&f, 1);
	CHECK_EQ(requests(), before + 1);
	frame_end(&f);
}

/* ... and not for one that is not: the program hears of it, and nothing is done twice. */
TEST(frame_of_a_silent_dsp)
{
	uint64_t before = requests();
	struct interrupter by;
	struct frame f;

	on_signal(SIGUSR1, SA_RESTART);
	frame_begin(&f);
	hold(DSP_TEST_XOR_IN_PLACE, 1);
	interrupt_when_held(&by, 1);
	CHECK_EQ(call_send(f.fd, &f.c), -EINTR);
	pthread_join(by.thread, NULL);
	CHECK_EQ(signals, 1);
	CHECK_EQ(requests(), before + 1);
	release_all();
	CHECK_EQ(invoke_null(f.fd), 0);
	frame_end(&f);
}

/* A suspend freezes the caller where it is: not even a call with a dma-buf notices. */
TEST(frozen_during_a_call)
{
	uint64_t before = requests();
	struct async_call async;
	struct frame f;
	long ret;

	frame_begin(&f);
	hold(DSP_TEST_XOR_IN_PLACE, 1);
	async_start(&async, f.fd, &f.c);
	control_wait(DSP_COUNT_HELD, 1);
	ret = tasks_freeze();
	control_release(DSP_ANY, false);
	CHECK_EQ(async_join(&async), 0);
	CHECK_EQ(ret, 0);
	frame_check(&f, 1);
	CHECK_EQ(requests(), before + 1);
	frame_end(&f);
}

/* ---- what is kept, and for how long ---- */

/* Threads that are interrupted and never come back leave nothing in the way. */
static void *interrupted_main(void *arg)
{
	int fd = (int)(intptr_t)arg;
	struct interrupter by;

	interrupt_when_held(&by, 1);
	if (invoke_null(fd) == -EINTR)
		release_all();
	pthread_join(by.thread, NULL);
	return NULL;
}

TEST(nobody_comes_back)
{
	int fd = node_open();

	on_signal(SIGUSR1, 0);
	for (int i = 0; i < 300; i++) {
		pthread_t thread;

		hold(DSP_TEST_NULL, 1);
		REQUIRE_EQ(pthread_create(&thread, NULL, interrupted_main,
					  (void *)(intptr_t)fd), 0);
		pthread_join(thread, NULL);
	}
	for (int i = 0; i < MOST + 10; i++)
		REQUIRE_EQ(invoke_null(fd), 0);
}

static void *attach_main(void *arg)
{
	return (void *)attach((int)(intptr_t)arg);
}

/* What the kernel asks for itself is not disturbed by an ordinary signal. */
TEST(attach_waits_through_a_signal)
{
	pthread_t thread;
	void *result;
	int fd = node_open();

	on_signal(SIGUSR1, 0);
	control_behave(1, 0, DSP_ANSWER_HOLD, 1, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, attach_main, (void *)(intptr_t)fd), 0);
	control_wait(DSP_COUNT_HELD, 1);
	pthread_kill(thread, SIGUSR1);
	control_release(1, false);
	pthread_join(thread, &result);
	CHECK_EQ((long)result, 0);
	CHECK_EQ(signals, 1);
}

/* A timer that fires all the time: each call ends well or with EINTR, data right. */
TEST(storm)
{
	struct itimerval fast = { { 0, 700 }, { 0, 700 } }, off = { { 0, 0 }, { 0, 0 } };
	static uint8_t in[600], out[600];
	int fd = node_open(), good = 0;

	on_signal(SIGALRM, 0);
	setitimer(ITIMER_REAL, &fast, NULL);
	for (int i = 0; i < board_rounds(1500); i++) {
		struct call c;
		long ret;

		fill_pattern(in, sizeof(in), i);
		memset(out, 0xee, sizeof(out));
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		ret = call_send(fd, &c);
		if (!ret) {
			good++;
			if (!CHECK_MEM(out, in, sizeof(in)))
				break;
		} else if (!CHECK_EQ(ret, -EINTR)) {
			break;
		}
	}
	setitimer(ITIMER_REAL, &off, NULL);
	CHECK(signals > 10);
	test_context("%d good, %d signals", good, signals);
	CHECK_EQ(invoke_null(fd), 0);
}

/* A process with @n calls in flight; ends only by being killed. */
static pid_t fork_caller(int n, bool attached)
{
	pid_t pid = fork();

	if (!pid) {
		static struct async_call async[32];
		static struct call calls[32];
		static uint8_t out[32][512];
		static uint32_t seed;
		int fd = node_open();

		if (attached && attach(fd))
			_exit(1);
		for (int i = 0; i < n; i++) {
			call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_FILL);
			call_in(&calls[i], &seed, sizeof(seed));
			call_out(&calls[i], out[i], sizeof(out[i]));
			async_start(&async[i], fd, &calls[i]);
		}
		for (int i = 0; i < n; i++)
			async_join(&async[i]);
		_exit(2);
	}
	return pid;
}

static void kill_caller(pid_t pid)
{
	int status;

	REQUIRE_EQ(kill(pid, SIGKILL), 0);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

/*
 * An attached client that dies is released, and a DSP that has released it has
 * let go of its calls: the session is free at once, the late answers are stale.
 */
TEST(killed_with_calls_in_flight)
{
	int want = node_sessions();

	node_wait(NODE, true);
	for (int round = 0; round < 5; round++) {
		pid_t pid;
		int fd;

		test_context("round %d", round);
		hold(DSP_TEST_FILL, 0);
		pid = fork_caller(20, true);
		control_wait(DSP_COUNT_HELD, 20);
		kill_caller(pid);
		control_normal();
		CHECK_EQ(sessions_free(), want);
		control_release(DSP_ANY, false);
		fd = node_open();
		CHECK_EQ(invoke_null(fd), 0);
		node_close(fd);
	}
}

/*
 * A client that never attached cannot be released: what it left with the DSP
 * stays the DSP's, session and all, until the DSP answers.
 */
TEST(killed_without_having_attached)
{
	int want = node_sessions();
	pid_t pid;

	node_wait(NODE, true);
	CHECK_EQ(sessions_free(), want);
	hold(DSP_TEST_FILL, 0);
	pid = fork_caller(20, false);
	control_wait(DSP_COUNT_HELD, 20);
	kill_caller(pid);
	control_normal();
	CHECK_EQ(sessions_free(), want - 1);
	release_all();
	sessions_wait(want);
}

/* The child's end of a pipe: it says when it has all the calls with the DSP that it may have. */
static pid_t fork_greedy(int told[2])
{
	struct itimerval fast = { { 0, 5000 }, { 0, 5000 } }, off = { { 0, 0 }, { 0, 0 } };
	uint32_t i = 0;
	pid_t pid;
	int fd;

	pipe_open(told, 0);
	pid = fork();
	if (pid)
		return pid;
	fd = node_open();
	on_signal(SIGALRM, 0);
	if (attach(fd))
		_exit(1);
	setitimer(ITIMER_REAL, &fast, NULL);
	while (invoke_number(fd, i++) == -EINTR)
		;
	setitimer(ITIMER_REAL, &off, NULL);
	if (write(told[1], "", 1) == 1)
		pause();
	_exit(2);
}

/*
 * One thread and a timer, and a DSP that answers none of its calls.  Others do not notice,
 * and its RELEASE leaves although it has no place left.
 */
TEST(greedy_client)
{
	struct dsp_control_status before;
	int other = node_open(), told[2];
	char byte;
	pid_t pid;

	REQUIRE_EQ(attach(other), 0);
	hold(DSP_TEST_NULL, 0);
	pid = fork_greedy(told);
	REQUIRE(pid > 0);
	REQUIRE_EQ(read(told[0], &byte, 1), 1);
	CHECK_EQ(invoke_echo(other, 1, 1000), 0);
	CHECK_EQ(attach(node_open()), 0);
	control_status(&before);
	CHECK(before.held >= MOST);
	kill_caller(pid);
	control_wait(DSP_COUNT_RELEASES, before.releases + 1);
	control_normal();
	node_close_all();
	CHECK_EQ(sessions_free(), node_sessions());
	close(told[0]);
	close(told[1]);
}

static long free_mib(void)
{
	char text[256];
	long kib = 0;

	REQUIRE(file_read("/proc/meminfo", text, sizeof(text)) > 0);
	REQUIRE_EQ(sscanf(strstr(text, "MemFree:"), "MemFree: %ld", &kib), 1);
	return kib >> 10;
}

static bool wait_for_free_mib(long want)
{
	time_t end = time(NULL) + WAIT_MS / 1000;
	long is;

	while ((is = free_mib()) < want && time(NULL) <= end)
		sched_yield();
	test_context("%ld MiB free, %ld expected", is, want);
	return is >= want;
}

/* More than is kept to be used again: that it goes is seen in the IOMMU. */
#define RESULT_MIB	24

/* A call with a large result; the DSP is to hold it. */
static long invoke_large(int fd)
{
	void *out = mmap(NULL, RESULT_MIB << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct call c;
	long ret;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_out(&c, out, RESULT_MIB << 20);
	ret = call_send(fd, &c);
	munmap(out, RESULT_MIB << 20);
	return ret;
}

static void end_thread(int sig)
{
	(void)sig;
	signals++;
	syscall(SYS_exit, 0);
}

static void *call_large(void *arg)
{
	return (void *)invoke_large((int)(intptr_t)arg);
}

/* The result of a call whose thread has ended in a handler goes while the file is open. */
TEST(result_of_a_thread_that_ended)
{
	struct interrupter by = { .held = 1 };
	int fd = node_open();
	pthread_t thread;

	restart_with(end_thread);
	hold(DSP_TEST_NULL, 1);
	REQUIRE_EQ(pthread_create(&by.target, NULL, call_large, (void *)(intptr_t)fd), 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, interrupt, &by), 0);
	pthread_join(thread, NULL);
	pthread_join(by.target, NULL);
	CHECK_EQ(signals, 1);
	iommu_trace_start();
	release_all();
	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
}

/* How long a result waits for a thread that runs. */
#define RESULT_MS	10000

static volatile bool may_go_on;

static void do_other_things(int sig)
{
	(void)sig;
	signals++;
	while (!may_go_on)
		sched_yield();
}

/* A thread in a handler for long, and the DSP has answered its call. */
static void begin_long_handler(struct interrupter *by, int fd)
{
	pthread_t thread;

	may_go_on = false;
	by->held = 1;
	restart_with(do_other_things);
	hold(DSP_TEST_NULL, 1);
	REQUIRE_EQ(pthread_create(&by->target, NULL, call_large, (void *)(intptr_t)fd), 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, interrupt, by), 0);
	pthread_join(thread, NULL);
	while (!signals)
		sched_yield();
	iommu_trace_start();
	release_all();
}

/* Its result goes; the call is found no more, so it is executed again. */
static void end_long_handler(struct interrupter *by)
{
	void *ret;

	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
	may_go_on = true;
	pthread_join(by->target, &ret);
	CHECK_EQ((long)ret, 0);
}

TEST(result_under_memory_pressure)
{
	uint64_t before = requests();
	struct interrupter by;
	int fd = node_open();
	long start;

	begin_long_handler(&by, fd);
	start = now_ms();
	REQUIRE_EQ(file_write("/proc/sys/vm/drop_caches", "2"), 0);
	end_long_handler(&by);
	CHECK(now_ms() - start < RESULT_MS);
	CHECK_EQ(requests(), before + 2);
}

/* A result does not wait for ever for a thread that runs, but for one that is stopped. */
TEST(result_of_a_busy_thread)
{
	struct interrupter by;
	uint64_t before;
	int fd, status;
	pid_t stopped;
	long start;

	node_wait(NODE, true);
	before = requests();
	hold(DSP_TEST_NULL, 1);
	stopped = fork();
	if (!stopped)
		_exit(invoke_null(node_open()) ? 1 : 0);
	control_wait(DSP_COUNT_HELD, 1);
	kill(stopped, SIGSTOP);
	REQUIRE_EQ(waitpid(stopped, &status, WUNTRACED), stopped);
	release_all();
	CHECK_EQ(requests(), before + 1);

	fd = node_open();
	begin_long_handler(&by, fd);
	start = now_ms();
	end_long_handler(&by);
	CHECK(now_ms() - start > RESULT_MS - 1000);
	CHECK_EQ(requests(), before + 3);

	kill(stopped, SIGCONT);
	REQUIRE_EQ(waitpid(stopped, &status, 0), stopped);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK_EQ(requests(), before + 4);	/* its release */
}

/* What a client's messages take is not what its memory limit says, so it has a bound. */
TEST(bytes_of_messages)
{
	enum { CALLS = 5, EACH = 60 << 20 };
	static struct async_call async[CALLS];
	static struct call calls[CALLS + 1];
	int fd = node_open(), other = node_open();

	hold(DSP_TEST_NULL, CALLS);
	for (int i = 0; i <= CALLS; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		/* to nowhere: the program itself needs no memory for it */
		call_out(&calls[i], (void *)PAGE, EACH);
	}
	for (int i = 0; i < CALLS; i++) {
		async_start(&async[i], fd, &calls[i]);
		control_wait(DSP_COUNT_HELD, i + 1);
	}
	CHECK_EQ(call_send(fd, &calls[CALLS]), -ENOSPC);
	CHECK_EQ(invoke_echo(fd, 1, 1000), 0);
	CHECK_EQ(invoke_echo(other, 2, 1000), 0);
	release_all();
	for (int i = 0; i < CALLS; i++)
		CHECK_EQ(async_join(&async[i]), -EFAULT);
	CHECK_EQ(call_send(fd, &calls[CALLS]), -EFAULT);
}

/* What the DSP could write to comes back with its answer, not with the next client. */
TEST(memory_comes_back_with_the_answer)
{
	enum { CALLS = 4, EACH_MIB = 12 };
	long with;
	pid_t pid;

	node_wait(NODE, true);
	hold(DSP_TEST_NULL, 0);
	pid = fork();
	if (!pid) {
		static struct async_call async[CALLS];
		static struct call calls[CALLS];
		int fd = node_open();

		for (int i = 0; i < CALLS; i++) {
			call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
			call_out(&calls[i], pages_alloc(EACH_MIB << 20), EACH_MIB << 20);
			async_start(&async[i], fd, &calls[i]);
		}
		async_join(&async[0]);
		_exit(2);
	}
	control_wait(DSP_COUNT_HELD, CALLS);
	kill_caller(pid);
	control_normal();
	with = free_mib();
	release_all();
	CHECK(wait_for_free_mib(with + CALLS * EACH_MIB * 3 / 4));
	sessions_wait(node_sessions());
}

/* One thread closes the file that another is calling through. */
TEST(close_during_a_call)
{
	static uint8_t in[512], out[512];
	struct dsp_control_status before, after;
	struct async_call async;
	struct call c;
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	fill_pattern(in, sizeof(in), 3);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	hold(DSP_TEST_ECHO, 1);
	async_start(&async, fd, &c);
	control_wait(DSP_COUNT_HELD, 1);
	control_status(&before);
	node_close(fd);
	control_status(&after);
	CHECK_EQ(after.releases, before.releases);	/* the call has the file open */
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
	CHECK_MEM(out, in, sizeof(in));
	control_wait(DSP_COUNT_RELEASES, before.releases + 1);
	CHECK_EQ(sessions_free(), node_sessions());
}
