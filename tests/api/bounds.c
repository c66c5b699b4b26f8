// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one client may have at most (docs/memory.md): each bound is reached, exceeded by one,
 * and there again when something was given back.  Bounds of bytes in use and of calls with
 * the DSP are in signals.c and in_flight.c.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "harness.h"

#define MAPS_MAX	4096	/* dma-bufs that a session has mapped */
#define MAPPINGS_MAX	4096	/* pieces of memory that the DSP has from a client */
#define CALLS_MAX	128	/* of a client, with the DSP; as many results are kept */
#define CALLS_EACH	8	/* that a client has for sure */
#define CALLS_COMMON	129	/* for all clients together */
#define POOL_BYTES	(4ul << 20)	/* of idle message buffers */
#define MAP_FD		2
#define MEM_UNMAP	11	/* method of process control */

struct job {
	struct async_call async;
	struct call call;
};

static uint64_t held;

static void hold(uint32_t method)
{
	held = 0;
	control_behave(DSP_TEST_HANDLE, method, DSP_ANSWER_HOLD, 0, 0);
}

/* Makes the call in a thread of its own; the DSP has it when this returns. */
static void start(struct job *job, int fd)
{
	async_start(&job->async, fd, &job->call);
	control_wait(DSP_COUNT_HELD, ++held);
}

static void start_null(struct job *job, int fd)
{
	call_init(&job->call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	start(job, fd);
}

static void finish(struct job *jobs, int count)
{
	for (int i = 0; i < count; i++)
		CHECK_EQ(async_join(&jobs[i].async), 0);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

static void raise_file_limit(void)
{
	struct rlimit limit = { 2 * MAPS_MAX, 2 * MAPS_MAX };

	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A call in which the DSP reads the first bytes of dma-bufs @first to @end - 1. */
static void call_with(struct call *c, const int *bufs, int first, int end)
{
	call_init(c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	for (int i = first; i < end; i++)
		call_in(c, NULL, 64)->fd = bufs[i];
}

TEST(maps_of_a_session)
{
	enum { EACH = 255, CALLS = (MAPS_MAX + EACH - 1) / EACH };
	static struct job jobs[CALLS];
	static int bufs[MAPS_MAX + 1];
	int fd = node_open(), other = node_open();
	struct call more;

	raise_file_limit();
	for (int i = 0; i <= MAPS_MAX; i++) {
		bufs[i] = dmabuf_alloc(fd, PAGE);
		REQUIRE(bufs[i] > 0);
	}
	hold(DSP_TEST_NULL);
	for (int i = 0; i < CALLS; i++) {
		int end = (i + 1) * EACH;

		call_with(&jobs[i].call, bufs, i * EACH, end < MAPS_MAX ? end : MAPS_MAX);
		start(&jobs[i], fd);
	}
	control_normal();
	call_with(&more, bufs, MAPS_MAX, MAPS_MAX + 1);
	CHECK_EQ(call_send(fd, &more), -ENOMEM);
	CHECK_EQ(call_send(other, &more), 0);
	/* the DSP uses what is mapped already */
	call_with(&more, bufs, 0, 1);
	CHECK_EQ(call_send(fd, &more), 0);

	control_release(DSP_ANY, false);
	finish(jobs, CALLS);
	/* maps that no call uses make room */
	call_with(&more, bufs, MAPS_MAX, MAPS_MAX + 1);
	CHECK_EQ(call_send(fd, &more), 0);
	for (int i = 0; i <= MAPS_MAX; i++)
		close(bufs[i]);
}

/* The DSP has the dma-bufs of these descriptors until it returns them, which it does not. */
static long call_with_handles(int fd, const int *bufs, int count)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	for (int i = 0; i < count; i++)
		call_handle(&c, bufs[i], 0, PAGE);
	return call_send(fd, &c);
}

/* One dma-buf by many names: the session has one map. */
TEST(mappings_of_a_client)
{
	enum { EACH = 15 };
	static int bufs[MAPPINGS_MAX + EACH];
	int fd = node_open(), other = node_open(), buf = dmabuf_alloc(fd, PAGE), last;
	uint64_t addr, before;

	raise_file_limit();
	REQUIRE(buf > 0);
	REQUIRE_EQ(attach(fd), 0);
	REQUIRE_EQ(attach(other), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++) {
		bufs[i] = dup(buf);
		REQUIRE(bufs[i] > 0);
	}
	/* all but the last, and one that is no handle */
	for (last = 0; last + EACH < MAPPINGS_MAX; last += EACH)
		REQUIRE_EQ(call_with_handles(fd, &bufs[last], EACH), 0);
	REQUIRE_EQ(mem_map(fd, buf, MAP_FD, PAGE, &addr), 0);
	/* a call has all of its handles or none */
	CHECK_EQ(call_with_handles(fd, &bufs[last], MAPPINGS_MAX - last), -ENOMEM);
	CHECK_EQ(call_with_handles(fd, &bufs[last], MAPPINGS_MAX - last - 1), 0);

	before = requests();
	CHECK_EQ(mem_map(fd, bufs[MAPPINGS_MAX], MAP_FD, PAGE, &addr), -ENOMEM);
	CHECK_EQ(add_pages(fd, PAGE, &addr), -ENOMEM);
	CHECK_EQ(create_pd(fd, -1, 0, 0), -ENOMEM);
	CHECK_EQ(call_with_handles(fd, &bufs[MAPPINGS_MAX], 1), -ENOMEM);
	CHECK_EQ(requests(), before);
	/* a handle that the DSP has already needs no mapping, and other clients have theirs */
	CHECK_EQ(call_with_handles(fd, bufs, EACH), 0);
	CHECK_EQ(call_with_handles(other, bufs, EACH), 0);

	control_behave(1, MEM_UNMAP, DSP_ANSWER_ERROR, 1, 0);
	CHECK_EQ(mem_unmap(fd, bufs[EACH], 0, PAGE), 0);
	CHECK_EQ(call_with_handles(fd, &bufs[MAPPINGS_MAX], 1), 0);
	CHECK_EQ(call_with_handles(fd, &bufs[MAPPINGS_MAX + 1], 1), -ENOMEM);
	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++)
		close(bufs[i]);
	close(buf);
}

/* Calls of a client in processes of its own, which share the file. */
static pid_t fork_callers(int fd, int count)
{
	static struct job jobs[CALLS_MAX];
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (pid) {
		control_wait(DSP_COUNT_HELD, count);
		return pid;
	}
	for (int i = 0; i < count; i++) {
		call_init(&jobs[i].call, DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&jobs[i].async, fd, &jobs[i].call);
	}
	for (int i = 0; i < count; i++)
		if (async_join(&jobs[i].async))
			_exit(1);
	_exit(0);
}

/* From now on the driver keeps the calls of these threads, and their answers. */
static void stop_and_answer(pid_t pid)
{
	struct dsp_control_status st;
	int status;

	kill(pid, SIGSTOP);
	REQUIRE_EQ(waitpid(pid, &status, WUNTRACED), pid);
	REQUIRE(WIFSTOPPED(status));
	control_status(&st);
	control_release(DSP_ANY, false);
	control_wait(DSP_COUNT_ANSWERS, st.answers + st.held);
}

static void go_on(pid_t pid)
{
	int status;

	kill(pid, SIGCONT);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* The result that was kept first goes; the call that it was for is executed again. */
TEST(kept_calls_of_a_client)
{
	int fd = node_open();
	uint64_t before = requests();
	pid_t most, more;

	hold(DSP_TEST_NULL);
	most = fork_callers(fd, CALLS_MAX);
	stop_and_answer(most);
	more = fork_callers(fd, 1);
	stop_and_answer(more);
	control_normal();
	CHECK_EQ(requests(), before + CALLS_MAX + 1);
	go_on(more);
	CHECK_EQ(requests(), before + CALLS_MAX + 1);
	go_on(most);
	CHECK_EQ(requests(), before + CALLS_MAX + 2);
}

/* More than that is unmapped at once. */
TEST(idle_message_buffers)
{
	/* each message takes one buffer of 2 MiB */
	enum { LEN = 1900000, CALLS = 16, KEPT = POOL_BYTES >> 21 };
	static struct job jobs[CALLS];
	int fd = node_open(), maps, unmaps;
	void *out = pages_alloc(whole_pages(LEN));

	hold(DSP_TEST_NULL);
	for (int i = 0; i < CALLS; i++) {
		call_init(&jobs[i].call, DSP_TEST_HANDLE, DSP_TEST_NULL);
		call_out(&jobs[i].call, out, LEN);
		start(&jobs[i], fd);
	}
	iommu_trace_start();
	control_release(DSP_ANY, false);
	finish(jobs, CALLS);
	iommu_trace_counts(&maps, &unmaps);
	iommu_trace_stop();
	CHECK(unmaps >= CALLS - KEPT);
	munmap(out, whole_pages(LEN));
}

/* Calls until there is no place: how many the DSP has got. */
static int start_until_full(struct job *jobs, int fd, int most)
{
	int count;

	for (count = 0; count < most; count++)
		start_null(&jobs[count], fd);
	control_normal();
	CHECK_EQ(invoke_null(fd), -ENOSPC);
	CHECK_EQ(attach(fd), -ENOSPC);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	return count;
}

/*
 * The places that all share are used up: each client has its own ones and no others, and the
 * kernel has no place for a question.
 */
TEST(places_that_all_share)
{
	enum {
		FIRST = CALLS_MAX,
		SECOND = CALLS_EACH + CALLS_COMMON - (CALLS_MAX - CALLS_EACH),
		THIRD = CALLS_EACH,
	};
	static struct job jobs[FIRST + SECOND + THIRD];
	int fds[3], n = 0;
	uint32_t value;

	/* the DSP is asked what it can do when it has come anew */
	dsp_restart();
	for (int i = 0; i < 3; i++)
		fds[i] = node_open();
	hold(DSP_TEST_NULL);
	n += start_until_full(&jobs[n], fds[0], FIRST);
	n += start_until_full(&jobs[n], fds[1], SECOND);
	CHECK_EQ(get_dsp_info(fds[1], 6, &value), -ENOSPC);
	n += start_until_full(&jobs[n], fds[2], THIRD);

	control_normal();
	control_release(DSP_ANY, false);
	finish(jobs, n);
	CHECK_EQ(get_dsp_info(fds[1], 6, &value), 0);
	CHECK_EQ(invoke_null(fds[0]), 0);
}
