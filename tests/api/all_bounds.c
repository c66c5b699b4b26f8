// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two hostile programs, one of them an audio daemon, use up every bound at once: places in the
 * call table, bytes of messages, mappings, maps, growth of the heap.  They go on asking for
 * more.  A bystander does not notice, and all of it comes back when they are killed.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "harness.h"

#define HOSTILE		2
#define CALLS_EACH	128		/* calls of one client that the DSP may have */
#define MAPPINGS_EACH	4096
#define MESSAGE_MIB	60
#define MESSAGES	5		/* below a client's 320 MiB; six are not */
#define GROWTH_PIECE	(4ul << 20)
#define GROWTH_PIECES	16
#define ROUNDS		5

static void ignore(int sig)
{
	(void)sig;
}

/*
 * Calls that the DSP is to hold, each given up as soon as a signal comes.
 * Returns how the first ends that is not given up.
 */
static long abandon_calls(int fd, size_t out_len, int count)
{
	struct itimerval fast = { { 0, 5000 }, { 0, 5000 } }, off = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = ignore };
	void *out = out_len ? pages_alloc(out_len) : NULL;
	long ret = -EINTR;
	struct call c;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &fast, NULL);
	for (uint32_t i = 0; ret == -EINTR && (int)i < count; i++) {
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
		call_in(&c, &i, sizeof(i));
		if (out)
			call_out(&c, out, out_len);
		ret = call_send(fd, &c);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	return ret;
}

/* How a mapping ends of one buffer more; the descriptor is left open. */
static long map_another(int fd)
{
	int dmabuf = dmabuf_alloc(fd, PAGE);
	uint64_t addr;
	long ret;

	if (dmabuf < 0)
		return dmabuf;
	ret = mem_map(fd, dmabuf, FASTRPC_MAP_FD, PAGE, &addr);
	if (ret)
		close(dmabuf);
	return ret;
}

static long map_until_refused(int fd)
{
	long ret = 0;

	for (int i = 0; !ret && i <= MAPPINGS_EACH; i++)
		ret = map_another(fd);
	return ret;
}

/* What a hostile program found wrong is its exit status; else it is killed. */
#define EXPECT(got, want) \
	do { \
		long is = (got); \
		if (is != (want)) { \
			fprintf(stderr, "%s is %ld\n", #got, is); \
			_exit(3); \
		} \
	} while (0)

static void hostile(int told, bool is_daemon)
{
	struct rlimit many = { 2 * MAPPINGS_EACH, 2 * MAPPINGS_EACH };
	uint64_t addr;
	int fd = node_open();

	setrlimit(RLIMIT_NOFILE, &many);
	EXPECT(is_daemon ? create_audio(fd) : create_pd(fd, -1, 0, 0), 0);
	for (int i = 0; is_daemon && i < GROWTH_PIECES; i++)
		EXPECT(heap_grow(fd, GROWTH_PIECE, &addr), 0);
	EXPECT(map_until_refused(fd), -ENOMEM);
	EXPECT(abandon_calls(fd, (size_t)MESSAGE_MIB << 20, MESSAGES), -EINTR);
	EXPECT(abandon_calls(fd, (size_t)MESSAGE_MIB << 20, 1), -ENOSPC);
	EXPECT(abandon_calls(fd, 0, CALLS_EACH + 1), -ENOSPC);
	if (write(told, "", 1) != 1)
		_exit(4);
	for (;;) {
		EXPECT(invoke_word(fd, DSP_TEST_NULL, 1), -ENOSPC);
		EXPECT(map_another(fd), -ENOMEM);
		EXPECT(add_pages(fd, PAGE, &addr), -ENOMEM);
		if (is_daemon)
			EXPECT(heap_grow(fd, PAGE, &addr), -ENOMEM);
	}
}

static pid_t fork_hostile(bool is_daemon)
{
	char byte;
	int told[2];
	pid_t pid;

	pipe_open(told, 0);
	pid = fork();
	if (!pid) {
		close(told[0]);
		hostile(told[1], is_daemon);
	}
	REQUIRE(pid > 0);
	close(told[1]);
	REQUIRE_EQ(read(told[0], &byte, 1), 1);
	close(told[0]);
	return pid;
}

/* A process with memory of each kind comes, works and goes. */
static void bystander_with_process(void)
{
	int fd = node_open(), dmabuf = dmabuf_alloc(fd, 16 * PAGE);
	uint64_t addr, token;
	uint8_t *data;

	REQUIRE(dmabuf > 0);
	data = dmabuf_map(dmabuf, 16 * PAGE);
	fill_pattern(data, 16 * PAGE, 9);
	CHECK_EQ(create_pd(fd, -1, 0, 0), 0);
	CHECK_EQ(add_pages(fd, 16 * PAGE, &token), 0);
	CHECK_EQ(mem_map(fd, dmabuf, FASTRPC_MAP_FD, 16 * PAGE, &addr), 0);
	CHECK_EQ(invoke_hash_check(fd, data, dmabuf, 16 * PAGE), 0);
	CHECK_EQ(invoke_echo(fd, 3, 1 << 20), 0);
	CHECK_EQ(mem_unmap(fd, dmabuf, addr, 16 * PAGE), 0);
	CHECK_EQ(remove_pages(fd, token, 16 * PAGE), 0);
	CHECK_EQ(create_pd(fd, -1, 0, 0), -EBUSY);
	munmap(data, 16 * PAGE);
	close(dmabuf);
	node_close(fd);
}

/* One that only attached is released as well. */
static void bystander_attached(void)
{
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_echo(fd, 5, 1000), 0);
	node_close(fd);
}

TEST(bystander)
{
	struct dsp_control_status before, after;
	pid_t pids[HOSTILE];
	int status;

	dsp_restart();
	node_wait(NODE, true);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < HOSTILE; i++)
		pids[i] = fork_hostile(!i);
	control_status(&before);
	CHECK(before.held > CALLS_EACH);
	for (int round = 0; round < ROUNDS; round++) {
		test_context("round %d", round);
		bystander_with_process();
		bystander_attached();
		/* each RELEASE has left, and was answered */
		CHECK_EQ(sessions_free(), node_sessions() - HOSTILE);
	}
	control_status(&after);
	CHECK(after.releases >= before.releases + 2 * ROUNDS);
	for (int i = 0; i < HOSTILE; i++) {
		test_context("hostile program %d", i);
		kill(pids[i], SIGKILL);
		REQUIRE_EQ(waitpid(pids[i], &status, 0), pids[i]);
		CHECK(WIFSIGNALED(status));
	}
	control_normal();
	sessions_wait(node_sessions());
	dsp_restart();
	sessions_check();
}
