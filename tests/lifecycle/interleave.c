// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files, processes, dma-bufs, the DSP and the driver come and go in an order that
 * was not planned: thousands of steps, chosen by a seed.  Each step knows what it
 * must lead to; at the end of a round everything is let go, the driver too, and
 * free memory is looked at.
 *
 * The steps of a seed are always the same.  What child processes do at the same
 * time is theirs.  FUZZ_SEED and FUZZ_RUNS (steps of a round) choose others.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define ROUNDS		12
#define WARM_UP		3
#define STEPS		250
#define FILES		10
#define BUFS		5
#define KIDS		4
#define BUF_SIZE	(4 * PAGE)
#define MAP_FD		2
#define TREND_PAGES	18.0	/* lost a round, 12 without a leak; one in every tenth step: 25 */

static struct {
	uint64_t random;
	int step;
	bool running, bound, loaded;
	bool did;			/* the step found something to do, and it went well */
	unsigned int channel;		/* counts them */
	int files[FILES];		/* -1: none */
	unsigned int channels[FILES];	/* that the file was opened on */
	bool for_process[FILES];	/* it is for a process, or for the static PDs */
	int bufs[BUFS];
	pid_t kids[KIDS];		/* 0: none */
	char device[64];
} world;

static uint32_t below(uint32_t n)
{
	return random_below(&world.random, n);
}

static bool is_up(void)
{
	return world.running && world.bound && world.loaded;
}

/* Does a call on this file reach a DSP? */
static bool is_live(int i)
{
	return is_up() && world.channels[i] == world.channel;
}

static int *free_place(int *places, int count, int none)
{
	for (int i = 0; i < count; i++)
		if (places[i] == none)
			return &places[i];
	return NULL;
}

/* One that is taken, -1: all are free. */
static int some_place(const int *places, int count)
{
	int start = below(count);

	for (int i = 0; i < count; i++)
		if (places[(start + i) % count] >= 0)
			return (start + i) % count;
	return -1;
}

static int some_file(void)
{
	return some_place(world.files, FILES);
}

/* ---- files ---- */

static void keep_file(int fd, unsigned int channel, bool for_process)
{
	int *place = free_place(world.files, FILES, -1);

	REQUIRE(place);
	*place = fd;
	world.channels[place - world.files] = channel;
	world.for_process[place - world.files] = for_process;
}

static int some_file_for(bool process)
{
	int i = some_file();

	return i >= 0 && world.for_process[i] == process ? i : -1;
}

static void do_open(void)
{
	long ret;
	int fd;

	if (!free_place(world.files, FILES, -1))
		return;
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	ret = fd < 0 ? -errno : node_take(fd);
	if (!ret) {
		CHECK(is_up());
		keep_file(fd, world.channel, below(2));
		world.did = true;
		return;
	}
	/* all sessions are in use, or the node is not there */
	CHECK_EQ(ret, is_up() ? -EBUSY : -ENOENT);
	if (fd >= 0)
		close(fd);
}

static void do_close(void)
{
	int i = some_file();

	if (i < 0)
		return;
	close(world.files[i]);
	world.files[i] = -1;
	world.did = true;
}

static void do_dup(void)
{
	int i = some_file();

	if (i < 0 || !free_place(world.files, FILES, -1))
		return;
	keep_file(fcntl(world.files[i], F_DUPFD_CLOEXEC, 0), world.channels[i],
		  world.for_process[i]);
	world.did = true;
}

/* ---- calls ---- */

/* It works exactly on the files of the channel that is there. */
static void expect(int i, long ret)
{
	CHECK_EQ(ret, is_live(i) ? 0 : -EPIPE);
	world.did |= !ret;
}

static void do_invoke(void)
{
	uint32_t len = below(8) ? below(3000) : below(70000);
	int i = some_file();

	if (i >= 0)
		expect(i, invoke_echo(world.files[i], world.step, len));
}

static void do_attach(void)
{
	int i = some_file_for(false);

	if (i >= 0)
		expect(i, attach(world.files[i]));
}

static void do_create_audio(void)
{
	int i = some_file_for(false);

	if (i >= 0)
		expect(i, create_audio(world.files[i]));
}

/* What it gives stays with the audio PD, or is given back. */
static void do_grow(void)
{
	uint64_t token, size = (1 + below(16)) * PAGE;
	int i = some_file_for(false);

	if (i < 0 || !is_live(i) || create_audio(world.files[i]))
		return;
	if (heap_grow(world.files[i], size, &token))
		return;
	world.did = true;
	if (below(4))
		CHECK_EQ(heap_shrink(world.files[i], token, size), 0);
}

/* ---- dma-bufs ---- */

static void do_alloc(void)
{
	int i = some_file(), *place = free_place(world.bufs, BUFS, -1), fd;

	if (i < 0 || !place)
		return;
	fd = dmabuf_alloc(world.files[i], BUF_SIZE);
	expect(i, fd < 0 ? fd : 0);
	*place = fd < 0 ? -1 : fd;
}

static void do_drop(void)
{
	int i = some_place(world.bufs, BUFS);

	if (i < 0)
		return;
	close(world.bufs[i]);
	world.bufs[i] = -1;
	world.did = true;
}

/* From one dma-buf's mapping to inline bytes; the buffer may be of another channel. */
static void do_invoke_mapped(void)
{
	static uint8_t out[BUF_SIZE];
	int i = some_file(), at = some_place(world.bufs, BUFS);
	static struct call c;
	uint8_t *in;
	long ret;

	if (i < 0 || at < 0)
		return;
	in = dmabuf_map(world.bufs[at], BUF_SIZE);
	fill_pattern(in, BUF_SIZE, world.step);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, BUF_SIZE)->fd = world.bufs[at];
	call_out(&c, out, BUF_SIZE);
	ret = call_send(world.files[i], &c);
	expect(i, ret);
	if (!ret)
		CHECK_MEM(out, in, BUF_SIZE);
	munmap(in, BUF_SIZE);
}

/* A process and memory of it, which stays until the file is closed, or goes at once. */
static void do_process(void)
{
	int i = some_file_for(true), at = some_place(world.bufs, BUFS);
	uint64_t name;
	long ret;

	if (i < 0 || at < 0)
		return;
	ret = create_pd(world.files[i], -1, 0, 0);
	if (ret && ret != -EBUSY)		/* it has one */
		CHECK_EQ(ret, -EPIPE);
	ret = mem_map(world.files[i], world.bufs[at], MAP_FD, BUF_SIZE, &name);
	if (!is_live(i))
		CHECK_EQ(ret, -EPIPE);
	if (ret)
		return;
	world.did = true;
	if (below(2))
		CHECK_EQ(mem_unmap(world.files[i], -1, name, BUF_SIZE), 0);
}

static void do_add_pages(void)
{
	uint64_t name, size = (1 + below(16)) * PAGE;
	int i = some_file_for(true);

	if (i < 0 || add_pages(world.files[i], size, &name))
		return;
	CHECK(is_live(i));
	world.did = true;
	if (below(2))
		CHECK_EQ(remove_pages(world.files[i], name, size), 0);
}

/* ---- other processes ---- */

/* Calls on the files it came with; some are held until a later step lets the DSP answer. */
static void kid(void)
{
	int calls = below(20);

	while (calls--) {
		int i = below(FILES), fd = world.files[i];

		if (fd < 0)
			continue;
		if (!below(4))
			invoke_null(fd);
		else if (invoke_echo(fd, calls, below(3000)) == -EBADMSG)
			_exit(1);
		if (!below(6))
			close(fd);
	}
	if (below(2))
		_exit(0);
	for (;;)
		pause();
}

static void do_fork(void)
{
	int *place = free_place(world.kids, KIDS, 0);

	below(2);		/* the child goes on with other numbers */
	if (!place)
		return;
	fflush(stdout);
	*place = fork();
	if (!*place)
		kid();
	REQUIRE(*place > 0);
	world.did = true;
}

static void end_kid(int i)
{
	int status = 0;

	if (!world.kids[i])
		return;
	kill(world.kids[i], SIGKILL);
	CHECK_EQ(waitpid(world.kids[i], &status, 0), world.kids[i]);
	CHECK(WIFSIGNALED(status) || !WEXITSTATUS(status));
	world.kids[i] = 0;
	world.did = true;
}

static void do_kill(void)
{
	end_kid(below(KIDS));
}

static void do_close_all(void)
{
	for (int i = 0; i < KIDS; i++)
		end_kid(i);
	for (int i = 0; i < FILES; i++) {
		if (world.files[i] >= 0)
			close(world.files[i]);
		world.files[i] = -1;
	}
	for (int i = 0; i < BUFS; i++) {
		if (world.bufs[i] >= 0)
			close(world.bufs[i]);
		world.bufs[i] = -1;
	}
	world.did = true;
}

static void do_hold(void)
{
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1 + below(3), 0);
	world.did = true;
}

static void do_release_held(void)
{
	struct dsp_control_status st;

	control_status(&st);
	control_release(1 + below(3), below(2));
	world.did = st.held;
}

/* ---- the DSP and the driver ---- */

/* A channel is there, or comes: the driver that is bound to it shows a node. */
static void channel_came(void)
{
	world.bound = true;
	world.channel++;
	world.did = true;
	if (is_up())
		node_wait(NODE, true);
}

static void do_dsp_stop(void)
{
	if (!world.running)
		return;
	dsp_stop();
	world.running = false;
	world.did = true;
}

static void do_dsp_start(void)
{
	if (world.running)
		return;
	dsp_start();
	world.running = true;
	channel_came();
}

static void do_dsp_crash(void)
{
	if (!world.running)
		return;
	dsp_crash();
	channel_came();
}

static void do_pd_restart(void)
{
	CHECK_EQ(control_restart_pd(), world.running ? 0 : -ENXIO);
	world.did = world.running;
}

static void do_unbind(void)
{
	if (!is_up())
		return;
	CHECK_EQ(driver_unbind(world.device, sizeof(world.device)), 0);
	world.bound = false;
	world.did = true;
}

static void do_bind(void)
{
	if (world.bound || !world.running || !world.loaded)
		return;
	CHECK_EQ(driver_bind(world.device), 0);
	channel_came();
}

static bool anything_open(void)
{
	for (int i = 0; i < FILES; i++)
		if (world.files[i] >= 0)
			return true;
	for (int i = 0; i < BUFS; i++)
		if (world.bufs[i] >= 0)
			return true;
	return false;
}

/* Refused while something of the driver is open; and while the DSP has a heap of it. */
static void do_unload(void)
{
	int ret;

	if (!world.loaded)
		return;
	ret = driver_unload();
	if (anything_open())
		CHECK_EQ(ret, -EWOULDBLOCK);
	if (!ret)
		world.loaded = false;
	else
		CHECK_EQ(ret, -EWOULDBLOCK);
	world.did = !ret;
}

static void do_load(void)
{
	if (world.loaded)
		return;
	CHECK_EQ(driver_load(), 0);
	world.loaded = true;
	world.did = true;
	if (world.running)
		channel_came();
}

static const struct {
	struct random_step step;
	void (*run)(void);
} steps[] = {
	{ { "open", 140 }, do_open },
	{ { "close", 120 }, do_close },
	{ { "dup", 60 }, do_dup },
	{ { "invoke", 250 }, do_invoke },
	{ { "attach", 90 }, do_attach },
	{ { "create audio", 50 }, do_create_audio },
	{ { "grow", 40 }, do_grow },
	{ { "alloc", 40 }, do_alloc },
	{ { "drop", 30 }, do_drop },
	{ { "invoke mapped", 80 }, do_invoke_mapped },
	{ { "process", 90 }, do_process },
	{ { "add pages", 90 }, do_add_pages },
	{ { "fork", 60 }, do_fork },
	{ { "kill", 50 }, do_kill },
	{ { "close all", 10 }, do_close_all },
	{ { "hold", 20 }, do_hold },
	{ { "release held", 30 }, do_release_held },
	{ { "dsp stop", 3 }, do_dsp_stop },
	{ { "dsp start", 60 }, do_dsp_start },
	{ { "dsp crash", 5 }, do_dsp_crash },
	{ { "pd restart", 6 }, do_pd_restart },
	{ { "unbind", 4 }, do_unbind },
	{ { "bind", 60 }, do_bind },
	{ { "unload", 30 }, do_unload },
	{ { "load", 60 }, do_load },
};

static unsigned int done[ARRAY_SIZE(steps)];

static void take_step(int round)
{
	size_t i = RANDOM_STEP(&world.random, steps);

	test_context("round %d step %d: %s", round, world.step, steps[i].step.name);
	world.did = false;
	steps[i].run();
	done[i] += world.did;
	world.step++;
}

/* Steps that found nothing to do prove nothing. */
static void check_reach(void)
{
	printf("%d steps:", world.step);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		printf(" %s %u", steps[i].step.name, done[i]);
	printf("\n");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		test_context("%s", steps[i].step.name);
		CHECK(done[i] || world.step < 2000);
	}
	test_context("%s", "");
}

/* Everything is let go: then the driver must go too. */
static void let_go(void)
{
	do_close_all();
	control_normal();
	control_release(DSP_ANY, false);
	do_dsp_stop();
	do_unload();
	CHECK(!world.loaded);
}

static void begin(void)
{
	do_load();
	do_dsp_start();
}

static void end(void)
{
	for (int i = 0; i < KIDS; i++)
		end_kid(i);
	driver_restore();
}

TEST(steps_of_a_seed)
{
	bool is_slow = board_slowness() > 1;
	struct memory memory;
	long free_pages[ROUNDS];
	unsigned int count = random_runs(STEPS);

	puts("@limit 900");
	test_teardown = end;
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	test_allow("the DSP still has it");
	memset(world.files, 0xff, sizeof(world.files));
	memset(world.bufs, 0xff, sizeof(world.bufs));
	world.random = random_seed();
	world.running = true;
	world.bound = true;
	world.loaded = true;
	let_go();
	for (int round = 0; round < ROUNDS; round++) {
		begin();
		for (unsigned int i = 0; i < count; i++)
			take_step(round);
		test_context("end of round %d", round);
		let_go();
		memory_read(&memory);
		free_pages[round] = memory.free_pages;
	}
	check_reach();
	/* a slow board looks for leaks by itself */
	if (!is_slow)
		memory_check_trend(free_pages + WARM_UP, ROUNDS - WARM_UP, 1, TREND_PAGES);
	begin();
	CHECK_EQ(invoke_echo(node_open(), 1, 3000), 0);
}
