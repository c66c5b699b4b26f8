// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growth of the audio PD's heap when things do not go as they should: several
 * daemons, names that the DSP gives twice, a caller that cannot be told the name,
 * and a DSP that goes in the middle of it.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define MIB		(1ul << 20)

/* A MMAP or (with a token) a MUNMAP by a thread of its own. */
struct request {
	pthread_t thread;
	int fd;
	uint64_t token;
	long result;
};

static void *request_main(void *arg)
{
	struct request *r = arg;

	r->result = r->token ? heap_shrink(r->fd, r->token, MIB) :
			       heap_grow(r->fd, MIB, &r->token);
	return NULL;
}

static void request_start(struct request *r, int fd, uint64_t token)
{
	*r = (struct request){ .fd = fd, .token = token };
	REQUIRE_EQ(pthread_create(&r->thread, NULL, request_main, r), 0);
}

static long request_join(struct request *r)
{
	pthread_join(r->thread, NULL);
	return r->result;
}

/* The next request of @method is worked on, and answered when the test says so. */
static void hold(uint32_t method)
{
	control_behave(1, method, DSP_ANSWER_HOLD, 1, 0);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

static void check_stores_on(void)
{
	struct dsp_control_status st;

	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 50);
}

static bool overlap(struct heap_piece a, struct heap_piece b)
{
	return a.base < b.base + b.size && b.base < a.base + a.size;
}

/* Every piece is memory of its own, never of what was given away before. */
TEST(never_what_is_given)
{
	struct heap_piece given[9];
	struct dsp_control_status st;
	int fd = daemon_open();
	uint64_t token;

	control_status(&st);
	given[0] = (struct heap_piece){ st.heap_base, st.heap_size };
	for (int i = 1; i < 9; i++) {
		test_context("piece %d", i);
		REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
		given[i] = control_growth(0);
		for (int j = 0; j < i; j++)
			CHECK(!overlap(given[j], given[i]));
	}
	control_heap_in_use();
}

/* One at a time; who waits for the other can be killed. */
TEST(two_daemons)
{
	int a = daemon_open(), b = node_open();
	struct request first, second;
	uint64_t before;
	int status;
	pid_t pid;

	REQUIRE_EQ(create_audio(b), 0);
	hold(METHOD_MMAP);
	before = requests();
	request_start(&first, a, 0);
	control_wait(DSP_COUNT_HELD, 1);
	pid = fork();
	if (!pid) {
		uint64_t token;

		heap_grow(b, MIB, &token);
		_exit(0);
	}
	request_start(&second, b, 0);
	/* it would be there at once */
	CHECK_EQ(control_try_wait(DSP_COUNT_REQUESTS, before + 2, 200), -ETIMEDOUT);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(requests(), before + 1);
	control_release(DSP_ANY, false);
	CHECK_EQ(request_join(&first), 0);
	CHECK_EQ(request_join(&second), 0);
	CHECK(first.token != second.token);
	CHECK_EQ(heap_account("growth="), 2 * MIB);
	/* each may give back what the other asked for */
	CHECK_EQ(heap_shrink(a, second.token, MIB), 0);
	CHECK_EQ(heap_shrink(b, first.token, MIB), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* A signal that does not kill changes nothing. */
static void on_signal(int number)
{
	(void)number;
}

TEST(signals)
{
	struct sigaction action = { .sa_handler = on_signal };
	int fd = daemon_open();
	struct request r;

	REQUIRE_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	for (int i = 0; i < 2; i++) {
		hold(i ? METHOD_MUNMAP : METHOD_MMAP);
		request_start(&r, fd, i ? r.token : 0);
		control_wait(DSP_COUNT_HELD, 1);
		for (int j = 0; j < 5; j++)
			pthread_kill(r.thread, SIGUSR1);
		control_release(DSP_ANY, false);
		CHECK_EQ(request_join(&r), 0);
		CHECK_EQ(heap_account("growth="), i ? 0 : MIB);
	}
}

/* Killed while the DSP thinks about the return: the outcome is unknown, so the DSP keeps it. */
TEST(killed_in_munmap)
{
	int fd = daemon_open();
	uint64_t token;
	pid_t pid;

	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	hold(METHOD_MUNMAP);
	pid = fork();
	if (!pid) {
		heap_shrink(fd, token, MIB);
		_exit(0);
	}
	control_wait(DSP_COUNT_HELD, 1);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
	CHECK_EQ(heap_account("growth="), MIB);
	control_release(DSP_ANY, false);
	CHECK_EQ(heap_account("growth="), MIB);
	dsp_restart();
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
}

/* A caller without its address could never return the segment: it is not kept. */
TEST(name_cannot_be_told)
{
	struct fastrpc_req_mmap *req = pages_alloc(PAGE);
	int fd = daemon_open();
	uint64_t before;

	*req = (struct fastrpc_req_mmap){
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = MIB - 5,
	};
	REQUIRE_EQ(mprotect(req, PAGE, PROT_READ), 0);
	for (int i = 0; i < 3; i++) {
		before = requests();
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, req), -EFAULT);
		CHECK_EQ(requests(), before + 2);
		CHECK_EQ(heap_account("growth="), 0);
	}
	check_stores_on();
}

/* Two pieces of one name: giving it back must not take the wrong one away. */
TEST(one_name_for_two)
{
	uint64_t first, second, before;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
	control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 1, first);
	REQUIRE_EQ(heap_grow(fd, MIB, &second), 0);
	CHECK_EQ(second, first);
	before = requests();
	CHECK_EQ(heap_shrink(fd, first, MIB), -EINVAL);
	CHECK_EQ(heap_shrink(fd, first, MIB), -EINVAL);
	CHECK_EQ(requests(), before);
	CHECK_EQ(heap_account("growth="), 2 * MIB);
	check_stores_on();
	/* a third piece has nothing to do with it */
	REQUIRE_EQ(heap_grow(fd, MIB, &second), 0);
	CHECK_EQ(heap_shrink(fd, second, MIB), 0);
	CHECK_EQ(heap_account("growth="), 2 * MIB);
	dsp_restart();
	CHECK_EQ(heap_account("growth="), 0);
}

/* Not even when it is the only one left that was not given it twice already. */
TEST(one_name_for_many)
{
	uint64_t first, name, before;
	int fd = daemon_open();

	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
	for (int i = 2; i <= 5; i++) {
		test_context("%d pieces", i);
		control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 1, first);
		REQUIRE_EQ(heap_grow(fd, MIB, &name), 0);
		CHECK_EQ(name, first);
		before = requests();
		CHECK_EQ(heap_shrink(fd, first, MIB), -EINVAL);
		CHECK_EQ(requests(), before);
		CHECK_EQ(heap_account("growth="), i * MIB);
	}
	check_stores_on();
	dsp_restart();
	CHECK_EQ(heap_account("growth="), 0);
	/* the next DSP may use that name, once */
	REQUIRE_EQ(create_audio(fd = node_open()), 0);
	control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 1, first);
	REQUIRE_EQ(heap_grow(fd, MIB, &name), 0);
	before = requests();
	heap_shrink(fd, first, MIB);	/* the DSP model does not know it by that name */
	CHECK_EQ(requests(), before + 1);
}

/* Names that lie within one another, at the ends of what can be said, or are none. */
TEST(odd_names)
{
	static const uint64_t offsets[] = { PAGE, MIB - PAGE, 1 };
	int fd = daemon_open();
	uint64_t first, name, before;

	REQUIRE_EQ(heap_grow(fd, MIB, &first), 0);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 1, first + offsets[i]);
		REQUIRE_EQ(heap_grow(fd, MIB, &name), 0);
		CHECK_EQ(name, first + offsets[i]);
		/* the DSP is asked by that name, and knows none such */
		CHECK(heap_shrink(fd, name, MIB) != 0);
	}
	control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 1, ~0ull);
	REQUIRE_EQ(heap_grow(fd, MIB, &name), 0);
	CHECK(heap_shrink(fd, ~0ull, MIB) != 0);
	control_behave(1, METHOD_MMAP, DSP_ANSWER_OUTPUT, 2, 0);
	for (int i = 0; i < 2; i++) {
		REQUIRE_EQ(heap_grow(fd, MIB, &name), 0);
		before = requests();
		CHECK_EQ(heap_shrink(fd, 0, MIB), -EINVAL);
		CHECK_EQ(requests(), before);
	}
	/* all the DSP's, but for the first */
	CHECK_EQ(heap_shrink(fd, first, MIB), 0);
	CHECK_EQ(heap_account("growth="), 6 * MIB);
	check_stores_on();
	dsp_restart();
	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
}

/* ---- the DSP or the driver goes while a request is under way ---- */

static void begin_in_flight(struct request *r, bool is_return)
{
	int fd = daemon_open();
	uint64_t token = 0;

	if (is_return)
		REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	hold(is_return ? METHOD_MUNMAP : METHOD_MMAP);
	request_start(r, fd, token);
	control_wait(DSP_COUNT_HELD, 1);
}

/* The new DSP has what it needs. */
static void check_afresh(void)
{
	int fd = node_open();
	uint64_t token;

	CHECK_EQ(heap_account("growth="), 0);
	CHECK_EQ(heap_account("lost="), 0);
	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	control_heap_in_use();
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
}

TEST(dsp_stops)
{
	struct request r;

	for (int i = 0; i < 2; i++) {
		begin_in_flight(&r, i);
		dsp_stop();
		CHECK_EQ(request_join(&r), -EPIPE);
		CHECK_EQ(heap_account("growth="), 0);
		dsp_start();
		check_afresh();
	}
}

TEST(dsp_crashes)
{
	struct request r;

	test_allow("recovering " DSP);
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("fatal error");
	for (int i = 0; i < 2; i++) {
		begin_in_flight(&r, i);
		dsp_crash();
		CHECK_EQ(request_join(&r), -EPIPE);
		check_afresh();
	}
}

/* The DSP runs on with the piece, whatever it would have answered. */
TEST(driver_is_unbound)
{
	struct request r;
	char device[64];

	test_allow("the DSP still has it");
	for (int i = 0; i < 2; i++) {
		begin_in_flight(&r, i);
		REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
		CHECK_EQ(request_join(&r), -EPIPE);
		CHECK_EQ(heap_account("growth="), MIB);
		CHECK_EQ(heap_account_lines("] offered"), 2);
		check_stores_on();
		REQUIRE_EQ(driver_bind(device), 0);
		REQUIRE_EQ(create_audio(node_open()), 0);
		CHECK_EQ(heap_account("growth="), MIB);
		check_stores_on();
		dsp_restart();
		check_afresh();
	}
}
