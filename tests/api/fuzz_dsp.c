// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP that makes up everything it can write (DSP_ANSWER_FUZZ): tables, fd
 * lists, poll words, outputs and inputs of a message, before and after the
 * answer, and answers that are torn, repeated, stale, forged, or missing.
 *
 * What a caller gets as result and output is the DSP's affair.  Judged are: bytes
 * beside the outputs, the inputs, files and descriptors that the DSP named, other
 * files' data, the kernel's log, and that everything works when the DSP is good
 * again.  FUZZ_SEED and FUZZ_RUNS (calls of a thread) choose others.
 */
#include <fcntl.h>
#include <sched.h>

#include "harness.h"

#define THREADS		4
#define RUNS		150
#define BUFFERS		5
#define ROOM		8192		/* of a buffer, with its surroundings */
#define GUARD		0xc5
#define QUIET_MS	2		/* an answer to the client that is not lied to takes */

struct worker {
	int fd;				/* of all threads, or -1: opened for each call */
	uint64_t random;
	unsigned int runs;
	unsigned long good, bad;
	uint8_t *in, *in_copy, *out;	/* BUFFERS * ROOM bytes each */
	struct call call;
};

static uint32_t below(struct worker *w, uint32_t n)
{
	return random_below(&w->random, n);
}

static void add_buffers(struct worker *w)
{
	int count = 1 + below(w, BUFFERS);

	call_init(&w->call, DSP_TEST_HANDLE, below(w, 2) ? DSP_TEST_ECHO : DSP_TEST_XOR);
	for (int i = 0; i < count; i++)
		call_in(&w->call, w->in + i * ROOM + below(w, 4096), below(w, 4000));
	for (int i = 0; i < count; i++)
		call_out(&w->call, w->out + i * ROOM + below(w, 4096), below(w, 4000));
}

/* Outside of the outputs nothing was written; afterwards nothing is. */
static void check_surroundings(struct worker *w)
{
	for (unsigned int i = 0; i < w->call.outs; i++) {
		struct fastrpc_invoke_args *a = &w->call.args[w->call.ins + i];

		memset((void *)(uintptr_t)a->ptr, GUARD, a->length);
	}
	for (size_t i = 0; i < BUFFERS * ROOM; i++)
		if (!CHECK_EQ(w->out[i], GUARD))
			break;
	CHECK_MEM(w->in, w->in_copy, BUFFERS * ROOM);
}

/*
 * All sessions may be in use, or their end not be there yet.  What the DSP says
 * to the attach does not matter: it knows the client then, so the release will
 * end the calls that it never answers.
 */
static int open_again(void)
{
	int fd;

	fd = open(NODE, O_RDWR | O_CLOEXEC);
	while (attach(fd) == -EBUSY)
		sched_yield();
	return fd;
}

static long call_one(struct worker *w)
{
	uint32_t value;
	int fd = w->fd < 0 ? open_again() : w->fd;
	long ret;

	switch (w->fd < 0 ? below(w, 16) : 15) {
	case 0:
		ret = attach(fd);
		break;
	case 1:
		ret = get_dsp_info(fd, below(w, 256), &value);
		break;
	case 2:
		ret = create_audio(fd);
		break;
	default:
		add_buffers(w);
		ret = call_send(fd, &w->call);
		check_surroundings(w);
	}
	if (w->fd < 0)
		close(fd);
	return ret;
}

static void work(void *arg)
{
	struct worker *w = arg;

	while (w->runs--) {
		long ret = call_one(w);

		CHECK(ret > -512 || ret < -530);
		if (ret)
			w->bad++;
		else
			w->good++;
	}
}

static void worker_init(struct worker *w, int fd, uint64_t seed)
{
	w->fd = fd;
	w->random = seed;
	w->runs = random_runs(RUNS);
	w->in = pages_alloc(BUFFERS * ROOM);
	w->in_copy = pages_alloc(BUFFERS * ROOM);
	w->out = pages_alloc(BUFFERS * ROOM);
	fill_pattern(w->in, BUFFERS * ROOM, seed);
	memcpy(w->in_copy, w->in, BUFFERS * ROOM);
	memset(w->out, GUARD, BUFFERS * ROOM);
}

static void fuzz(uint64_t value)
{
	control_behave(DSP_ANY, DSP_ANY, DSP_ANSWER_FUZZ, 0, value & ~DSP_FUZZ_LATE);
}

/* A good DSP again: nothing of it is left, and every session can be had. */
static void check_all_works(void)
{
	int fd;

	control_normal();
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	for (int i = 0; i < 300; i++)		/* all slots of the call table */
		if (!CHECK_EQ(invoke_echo(fd, i, 3000), 0))
			return;
	node_close(fd);
	sessions_check();
}

/*
 * A DSP that writes to a message after its answer may hit the tables of the next
 * one, and stumbles over them itself.
 */
static uint64_t late_writes(void)
{
	/* a kernel that looks for data races reports these, and rightly */
	if (!access("/sys/kernel/debug/kcsan", F_OK))
		return 0;
	test_allow("bad request");
	return DSP_FUZZ_LATE;
}

static void forget_late_writes(void)
{
	struct dsp_control_status st;

	control_status(&st);
	st.violations.bad_request = 0;
	if (control_clean(&st))
		control_clear();
}

static void print_counts(const struct worker *workers)
{
	unsigned long good = 0, bad = 0;

	for (int i = 0; i < THREADS; i++) {
		good += workers[i].good;
		bad += workers[i].bad;
	}
	printf("%lu calls went well, %lu did not\n", good, bad);
	CHECK(good);
	CHECK(bad);
}

/* The DSP goes on writing after its answer: the message stays, the file is open. */
TEST(messages_of_one_file)
{
	static struct worker workers[THREADS];
	uint64_t seed = random_seed();
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	for (int i = 0; i < THREADS; i++)
		worker_init(&workers[i], fd, seed + i);
	kernel_log_mark();
	control_behave(DSP_ANY, DSP_ANY, DSP_ANSWER_FUZZ, 0, seed | late_writes());
	crowd_run(work, workers, sizeof(*workers), THREADS);
	print_counts(workers);
	CHECK_EQ(kernel_log_count("fastrpc"), 0);
	/* while it still lies: what is parked ends with the client */
	fuzz(seed);
	node_close_all();
	forget_late_writes();
	check_all_works();
}

/* Files come and go with calls of theirs in flight, and the kernel's own calls are lied to. */
TEST(files_and_calls_of_the_kernel)
{
	static struct worker workers[THREADS];
	uint64_t seed = random_seed() + 1000;

	for (int i = 0; i < THREADS; i++)
		worker_init(&workers[i], -1, seed + i);
	kernel_log_mark();
	fuzz(seed);
	crowd_run(work, workers, sizeof(*workers), THREADS);
	print_counts(workers);
	CHECK(kernel_log_count("fastrpc") <= 2);
	check_all_works();
}

/* A client beside it, whose calls are answered well, sees nothing of it all. */
static void quiet_client(void *arg)
{
	static uint8_t in[3000], out[3000];
	struct worker *w = arg;
	struct call c;
	long ret;

	for (unsigned int i = 0; i < w->runs; i++) {
		fill_pattern(in, sizeof(in), i);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_FILL);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		ret = call_send(w->fd, &c);
		if (ret == -EINTR)		/* the crowd is interrupted now and then */
			continue;
		if (!CHECK_EQ(ret, 0))
			return;
		for (size_t j = 0; j < sizeof(out); j++)
			if (!CHECK_EQ(out[j], (uint8_t)(in[0] + j)))
				return;
	}
}

static void loud_or_quiet(void *arg)
{
	struct worker *w = arg;

	if (w->in)
		work(w);
	else
		quiet_client(w);
}

TEST(client_beside_it)
{
	static struct worker workers[THREADS];
	uint64_t seed = random_seed() + 2000, late;
	int loud = node_open(), quiet = node_open();

	REQUIRE_EQ(attach(loud), 0);
	REQUIRE_EQ(attach(quiet), 0);
	for (int i = 0; i < THREADS - 1; i++)
		worker_init(&workers[i], loud, seed + i);
	workers[THREADS - 1].fd = quiet;
	workers[THREADS - 1].runs = random_runs(RUNS);
	late = late_writes();
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_FUZZ, 0, seed | late);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_XOR, DSP_ANSWER_FUZZ, 0, seed | late);
	/* so that stray answers meet a call that waits */
	control_behave(DSP_TEST_HANDLE, DSP_TEST_FILL, DSP_ANSWER_LATE, 0, QUIET_MS);
	crowd_run(loud_or_quiet, workers, sizeof(*workers), THREADS);
	node_close_all();
	forget_late_writes();
	check_all_works();
}

/* The DSP goes down while it lies; afterwards nothing holds the driver. */
TEST(stopped_meanwhile)
{
	test_teardown = driver_restore;
	test_allow("crash detected in adsp");
	test_allow("handling crash");
	test_allow("recovering adsp");
	for (int round = 0; round < board_rounds(6); round++) {
		uint64_t seed = 3000 + round;
		struct dsp_control_status st;
		struct async_call calls[8];
		struct worker w = {};
		int fd = node_open();

		test_context("round %d", round);
		worker_init(&w, fd, seed);
		REQUIRE_EQ(attach(fd), 0);
		control_status(&st);
		fuzz(seed);
		add_buffers(&w);
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			async_start(&calls[i], fd, &w.call);
		control_wait(DSP_COUNT_REQUESTS, st.requests + 1 + round);
		if (round & 1) {
			dsp_crash();
		} else {
			dsp_stop();
			dsp_start();
		}
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			async_join(&calls[i]);
		check_surroundings(&w);
		node_close_all();
		node_wait(NODE, true);
		check_all_works();
	}
	dsp_stop();
	CHECK_EQ(driver_unload(), 0);
}
