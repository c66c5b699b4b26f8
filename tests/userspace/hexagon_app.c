// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real Hexagon code: an application linked to Debian's libcdsprpc opens the skeletons of
 * board/skeletons by their URI, and its process on the DSP loads and runs them.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon.h"

#define LABEL		"cdsp"
#define CLIENT		"/tests/app/hexagon_client"
#define EXAMPLE		"/hexagon/gain"
#define PROCESSES	"/hexagon/processes"
#define CDSP_NODE	"/dev/fastrpc-cdsp"
/* A library that the model answers for by itself. */
#define MODEL_FILE	"libboard_model.so"
#define MODEL_TEXT	"board dsp library: test\n"

/* What has to hold on a machine that has nothing else to do, and how much more on others. */
#define NULL_MOST	5	/* calls of the model in the time of one of Hexagon code */
#define SESSION_MOST_MS	150
#define COST_BUSY	10
#define COST_ROUNDS	10
#define COST_IDLE_ROUNDS	3
#define COST_TRIES	10
#define COST_MS		60000

#define SELFTEST_GROUPS	17	/* of board/skeletons/selftest.c */

/* What a dead process answers, and a loader that lacks a symbol. */
#define E_FAILED	"0x80000401"
#define E_BADSTATE	"0x8000040d"
#define E_UNSUPPORTED	"0x80000414"
#define E_BADPARM	"0x8000040e"

/* What the compiler's trap accesses. */
#define TRAP_ADDRESS	0xbadc0feeu

static const char *const skeletons[] = {
	"libboard_calculator.so", "libboard_host.so", "libboard_incomplete.so",
	"libboard_misbehave.so", "libboard_selftest.so", "libboard_service.so",
	"libboard_shared.so", "libboard_transform.so", "libgain_skel.so",
};

static void stage(const char *file)
{
	static char data[1 << 20];
	char path[128];
	int fd, len;

	snprintf(path, sizeof(path), "/hexagon/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0);
	len = read(fd, data, sizeof(data));
	close(fd);
	REQUIRE(len > 0 && len < (int)sizeof(data));
	host_file(file, data, len);
}

/* Releases before the case, and applications of the case, each of which makes one. */
static uint64_t releases;
static unsigned int clients;

/* Seconds of a processor for processes that start from now on; pdhost does nothing for a time. */
static void processes_limit(uint32_t seconds, uint32_t silence)
{
	struct dsp_control_limit limit = {
		.label = LABEL, .seconds = seconds, .silence = silence,
	};

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_LIMIT, &limit), 0);
}

static void setup(void)
{
	static char line[256];
	struct dsp_control_status st;

	if (file_read("/etc/hexagon", line, sizeof(line)) < 0 || strncmp(line, "ready", 5)) {
		line[strcspn(line, "\n")] = '\0';
		test_skip(line[0] ? line + strlen("none: ") : "no Hexagon code in this image");
	}
	userland_need();
	control_select(LABEL);
	host_shell();
	for (size_t i = 0; i < ARRAY_SIZE(skeletons); i++)
		stage(skeletons[i]);
	control_status(&st);
	releases = st.releases;
	clients = 0;
	processes_limit(0, 0);
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
	puts("@limit 600");
}

/* The application, its input and output. */
struct client {
	pid_t pid;
	int in, out;
};

static void client_line(struct client *c, char *line, size_t size)
{
	size_t len = 0;

	while (len < size - 1 && read(c->out, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
}

static void client_tell(struct client *c, const char *command)
{
	REQUIRE_EQ(write(c->in, command, strlen(command)), (ssize_t)strlen(command));
	REQUIRE_EQ(write(c->in, "\n", 1), 1);
}

static void client_answers(struct client *c, const char *what)
{
	char line[256];

	client_line(c, line, sizeof(line));
	if (strcmp(line, what))
		daemon_log_show();
	test_context("it said \"%s\" instead of \"%s\"", line, what);
	REQUIRE(!strcmp(line, what));
}

/* The same, for who watches. */
static void client_says(struct client *c, const char *what)
{
	client_answers(c, what);
	puts(what);
}

/* A command, and what has to come of it. */
static void client_do(struct client *c, const char *command, const char *what)
{
	client_tell(c, command);
	client_answers(c, what);
}

static struct client client_start(const char *skeleton)
{
	char command[64];
	struct client c;

	c.pid = daemon_start_piped(CLIENT, &c.in, &c.out);
	clients++;
	client_answers(&c, "0x0");
	snprintf(command, sizeof(command), "open 0 %s", skeleton);
	client_do(&c, command, "0x0");
	return c;
}

static void process_look(struct dsp_control_process *p, uint32_t index)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->label, LABEL);
	p->index = index;
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_PROCESS, p), 0);
}

static uint32_t processes_started(void)
{
	struct dsp_control_process p;

	process_look(&p, 0);
	return p.started;
}

static unsigned int processes_alive(void)
{
	struct dsp_control_process p;

	process_look(&p, 0);
	return p.alive;
}

/* No PD, no process of the host, and nothing of the clients' on the DSP. */
static void check_nothing_left(void)
{
	struct dsp_control_status st;

	control_wait(DSP_COUNT_RELEASES, releases + clients);
	control_status(&st);
	CHECK_EQ(st.attached_clients, 0);
	CHECK_EQ(st.memory.pds, 0);
	CHECK_EQ(st.memory.maps, 0);
	CHECK_EQ(st.memory.handles, 0);
	CHECK_EQ(processes_alive(), 0);
}

/* It leaves by itself (0), or is killed. */
static void client_end(struct client *c, int signal)
{
	close(c->in);
	CHECK_EQ(daemon_end(c->pid, signal), signal);
	close(c->out);
}

static void last_client_end(struct client *c, int signal)
{
	client_end(c, signal);
	check_nothing_left();
}

/* The application of docs/examples, as a newcomer builds and runs it. */
TEST(example)
{
	struct client c;

	c.pid = daemon_start_piped(EXAMPLE, &c.in, &c.out);
	clients++;
	client_says(&c, "1000 samples times 128/256: 0 clipped, 0 wrong");
	client_says(&c, "1000 samples times 512/256: 488 clipped, 0 wrong");
	client_says(&c, "the DSP has scaled 2000 samples");
	last_client_end(&c, 0);
}

TEST(calculator)
{
	struct client c = client_start("calculator");

	CHECK_EQ(processes_alive(), 1);
	client_do(&c, "call 0 4", "0x0");
	client_do(&c, "ask 0 2 8 1 2 3 0xfffffffe", "0x0 0x4 0x0");
	client_do(&c, "ask 0 3 16 1000 0 7 0", "0x0 0x8e 0x0 0x6 0x0");
	client_do(&c, "ask 0 3 16 1000 0 0 0", "0x8000040e");
	client_do(&c, "close 0", "0x0");
	last_client_end(&c, 0);
}

TEST(bytes_there_and_back)
{
	static const size_t lengths[] = { 1, 127, 128, 4095, 4096, 65537, 1 << 20 };
	struct client c = client_start("transform");
	char command[64];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		snprintf(command, sizeof(command), "xor 0 %zu", lengths[i]);
		client_do(&c, command, "0x0");
		snprintf(command, sizeof(command), "xor 0 %zu shared", lengths[i]);
		client_do(&c, command, "0x0");
	}
	last_client_end(&c, 0);
}

/* Code for vectors of 128 bytes, which drops the low bits of an address: all are aligned. */
TEST(vectors)
{
	struct client c = client_start("transform");

	client_do(&c, "xor 0 4096 vectors", "0x0");
	client_do(&c, "xor 0 12800 vectors shared", "0x0");
	client_do(&c, "xor 0 1048576 vectors shared", "0x0");
	client_do(&c, "xor 0 4095 vectors shared", E_BADPARM);
	last_client_end(&c, 0);
}

/* Arguments are where vectors may begin, or where in a page the application has them. */
TEST(places_in_a_page)
{
	struct client c = client_start("transform");

	client_do(&c, "where 0 0x345 0xf83", "0x0");
	client_do(&c, "where 0 0 0 shared", "0x0");
	client_do(&c, "where 0 0x80 0xf80 shared", "0x0");
	client_do(&c, "where 0 0x345 0xffd shared", "0x0");
	last_client_end(&c, 0);
}

/* Each function that a skeleton may call; the DSP's answer is a line of selftest.c, or 0. */
TEST(functions)
{
	struct client c = client_start("selftest");
	char command[32];
	unsigned int group;

	for (group = 0; group < SELFTEST_GROUPS; group++) {
		snprintf(command, sizeof(command), "ask 0 2 4 %u", group);
		client_do(&c, command, "0x0 0x0");
	}
	snprintf(command, sizeof(command), "ask 0 2 4 %u", group);
	client_do(&c, command, E_BADPARM);
	last_client_end(&c, 0);
}

/* Memory that the application mapped is there by its fd, and no other memory is. */
TEST(memory_that_is_not_mapped)
{
	struct client c = client_start("selftest");

	client_do(&c, "memory 0", "0x0 0x0");
	last_client_end(&c, 0);
}

/* The DSP loads and stores in a dma-buf that no message carries. */
TEST(memory_by_its_fd)
{
	struct client c = client_start("shared");
	struct dsp_control_process p;

	client_do(&c, "sum 0 4096", "0x0");
	client_do(&c, "sum 0 1048576", "0x0");
	process_look(&p, 0);
	/* Loaded twice, stored once. */
	CHECK_EQ(p.up_bytes, 3 * (4096 + 1048576));
	CHECK(p.ups >= 3 * (1 + 16));
	CHECK_EQ(p.calls, 1 + 2 * 2);
	CHECK_EQ(p.is_dead, 0);
	last_client_end(&c, 0);
}

/* Of a large one only what is touched moves: 64 KiB in every 4 MiB, and the last. */
TEST(large_memory)
{
	struct client c = client_start("shared");
	struct dsp_control_process p;

	client_do(&c, "far 0 0x10000000", "0x0");
	process_look(&p, 0);
	CHECK_EQ(p.up_bytes, (1 + 64 + 64) * 0x10000);
	last_client_end(&c, 0);
}

/* A call that waits, and one beside it that lets it go on. */
TEST(calls_that_need_each_other)
{
	struct client c = client_start("service");

	client_do(&c, "begin 0 2 3", "0x0");
	client_do(&c, "ask 0 4 4 4 100", "0x0 0x190");
	client_do(&c, "call 0 3 1", "0x0");
	client_do(&c, "call 0 3 2", "0x0");
	client_do(&c, "end", "0x0");
	last_client_end(&c, 0);
}

/* The skeleton itself calls its host. */
TEST(reverse_call)
{
	struct client c = client_start("misbehave");

	client_do(&c, "reverse 0", "0x0");
	last_client_end(&c, 0);
}

/* Bytes of its own go to a file of the application, and bytes of the application's come. */
TEST(files_of_the_application)
{
	static const size_t lengths[] = { 1, 4095, 200000 };
	struct client c = client_start("host");
	char command[64];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		snprintf(command, sizeof(command), "file 0 %zu", lengths[i]);
		client_do(&c, command, "0x0");
	}
	last_client_end(&c, 0);
}

TEST(eight_at_once)
{
	struct client c[8];

	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		c[i] = client_start("service");
	CHECK_EQ(processes_alive(), ARRAY_SIZE(c));
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		client_do(&c[i], "begin 0 2 1", "0x0");
	for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
		client_do(&c[i], "call 0 3 1", "0x0");
		client_do(&c[i], "end", "0x0");
	}
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		client_end(&c[i], 0);
	check_nothing_left();
}

static long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000l + t.tv_nsec;
}

static pthread_barrier_t spinners;

/* The same work takes about the same time again, if no other work gets the processor. */
static void *spin(void *cpu)
{
	enum { TIMES = 100, WORK = 50000 };
	long least = LONG_MAX, sum = 0;
	cpu_set_t own;

	CPU_ZERO(&own);
	CPU_SET((size_t)cpu, &own);
	sched_setaffinity(0, sizeof(own), &own);
	pthread_barrier_wait(&spinners);
	for (int i = 0; i < TIMES; i++) {
		long took, begun = now_ns();

		for (int work = 0; work < WORK; work++)
			asm volatile("");
		took = now_ns() - begun;
		sum += took;
		if (took < least)
			least = took;
	}
	return sum / TIMES < least + least / 4 ? &spinners : NULL;
}

/* Looks at all processors at once: a call needs a second one for its Hexagon code. */
static bool machine_is_idle(void)
{
	const size_t nr = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[nr];
	bool is_idle = true;
	void *is_quiet;

	REQUIRE_EQ(pthread_barrier_init(&spinners, NULL, nr), 0);
	for (size_t i = 0; i < nr; i++)
		REQUIRE_EQ(pthread_create(&threads[i], NULL, spin, (void *)i), 0);
	for (size_t i = 0; i < nr; i++) {
		pthread_join(threads[i], &is_quiet);
		is_idle &= !!is_quiet;
	}
	pthread_barrier_destroy(&spinners);
	return is_idle;
}

/*
 * @measure returns the best figure so far.  Other work of this machine makes a figure worse for a
 * time, and never better, so it is asked again while the figure is not good enough.  A machine that
 * was idle in no round need not try for @most.  The figure is judged in any case: by @most, or by
 * COST_BUSY times as much where fewer than COST_IDLE_ROUNDS had an idle machine before and after.
 */
static void check_cost(struct client *c, long (*measure)(struct client *), const char *what,
		       long most)
{
	bool is_idle, was_idle = machine_is_idle();
	const long since = now_ms();
	int nr_rounds = 0, nr_idle = 0;
	long enough, figure = 0;

	do {
		for (int n = 0; n < COST_TRIES; n++)
			figure = measure(c);
		is_idle = machine_is_idle();
		nr_idle += is_idle && was_idle;
		was_idle = is_idle;
		enough = nr_idle ? most : COST_BUSY * most;
	} while (now_ms() - since < COST_MS && (++nr_rounds < COST_ROUNDS || figure > enough));
	if (nr_idle < COST_IDLE_ROUNDS)
		most *= COST_BUSY;
	printf("%s: %ld, at most %ld%s\n", what, figure, most,
	       nr_idle < COST_IDLE_ROUNDS ? ", since this machine has other work" : "");
	CHECK(figure <= most);
}

static long session_ms;
static unsigned int sessions;

/* One session with its process, its library and a call. */
static long session_measure(struct client *c)
{
	const long begun = now_ms();
	long took;

	client_do(c, "sessions 1 calculator", "0x0");
	took = now_ms() - begun;
	clients++;
	sessions++;
	if (took < session_ms)
		session_ms = took;
	return session_ms;
}

/* Each of these has a process; the last one leaves as little as the first. */
TEST(hundred_in_a_row)
{
	struct client c = client_start("calculator");
	const uint32_t since = processes_started();

	client_do(&c, "close 0", "0x0");
	session_ms = LONG_MAX;
	sessions = 0;
	check_cost(&c, session_measure, "ms for a session with its process and library",
		   SESSION_MOST_MS);
	while (sessions < 100)
		session_measure(&c);
	CHECK_EQ(processes_started() - since, sessions);
	last_client_end(&c, 0);
}

/* Module 0 is Hexagon code, module 1 the model's. */
static unsigned long null_ns[2];

static long null_measure(struct client *c)
{
	static const char *const commands[] = { "times 0 4 20", "times 1 0 20" };
	unsigned long least;
	char line[64];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		client_tell(c, commands[i]);
		client_line(c, line, sizeof(line));
		test_context("it said \"%s\"", line);
		REQUIRE_EQ(sscanf(line, "0x0 %lx", &least), 1);
		if (least < null_ns[i])
			null_ns[i] = least;
	}
	return 100 * null_ns[0] / null_ns[1];
}

TEST(null_call_costs)
{
	struct client c = client_start("calculator");

	host_file(MODEL_FILE, MODEL_TEXT, strlen(MODEL_TEXT));
	client_do(&c, "open 1 model", "0x0");
	null_ns[0] = LONG_MAX;
	null_ns[1] = LONG_MAX;
	check_cost(&c, null_measure, "% that a call of Hexagon code takes of the model's own",
		   100 * NULL_MOST);
	printf("%lu ns, the model's own %lu ns\n", null_ns[0], null_ns[1]);
	last_client_end(&c, 0);
}

TEST(missing_symbol)
{
	struct client c = client_start("calculator");

	client_do(&c, "open 1 incomplete", E_UNSUPPORTED);
	client_do(&c, "call 0 4", "0x0");
	last_client_end(&c, 0);
}

TEST(no_library)
{
	static const char half[] = "\177ELF\1\1\1";
	struct client c = client_start("calculator");
	char elf[52] = "";

	memcpy(elf, half, sizeof(half));
	elf[18] = 164;
	host_file("libboard_truncated.so", elf, sizeof(elf));
	client_do(&c, "open 1 truncated", E_FAILED);
	client_do(&c, "call 0 4", "0x0");
	last_client_end(&c, 0);
}

static bool has_register(const struct dsp_control_process *p, uint32_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(p->registers); i++)
		if (p->registers[i] == value)
			return true;
	return false;
}

/* Registers, and what abort() and the like say, are as good as in a crash report. */
static void check_last_words(const struct dsp_control_process *p, uint32_t signal, uint32_t address)
{
	CHECK_EQ(p->signal, signal);
	CHECK_EQ(p->address, address);
	/* What could not be reached was in a register, but for a trap, which has a constant. */
	CHECK(address == TRAP_ADDRESS || has_register(p, address));
	CHECK(!strcmp(p->text, signal == SIGABRT ? "abort()" : ""));
	CHECK_EQ(!p->pc, signal == SIGABRT);
	CHECK_EQ(p->registers[29] % 8, 0);
	CHECK_EQ(!p->registers[29], signal == SIGABRT);
}

/*
 * The process of the DSP dies, once; the application is told, and another one works on.  @status:
 * as of waitpid().  @signal and @address: its last words; signal 0: it has none.
 */
static void dies_of(const char *command, uint32_t status, uint32_t signal, uint32_t address)
{
	struct client good = client_start("calculator"), bad = client_start("misbehave");
	struct dsp_control_status before, after;
	struct dsp_control_process p;

	CHECK_EQ(processes_alive(), 2);
	control_status(&before);
	client_do(&bad, command, E_BADSTATE);
	/* The driver hears of it, and of nothing else. */
	control_wait(DSP_COUNT_EXITS_TOLD, before.exits_told + 1);
	process_look(&p, 1);
	CHECK_EQ(p.is_dead, 1);
	CHECK_EQ(p.wait_status, status);
	CHECK_EQ(p.has_last_words, !!signal);
	if (signal)
		check_last_words(&p, signal, address);
	client_do(&bad, "call 0 9 0", E_BADSTATE);
	client_do(&good, "call 0 4", "0x0");
	CHECK_EQ(processes_alive(), 1);
	client_end(&bad, SIGKILL);
	client_do(&good, "call 0 4", "0x0");
	control_status(&after);
	CHECK_EQ(after.exits_told, before.exits_told + 1);
	last_client_end(&good, 0);
}

TEST(wild_store)
{
	dies_of("call 0 3 0x10 1", SIGSEGV, SIGSEGV, 0x10);
}

static void shell_line(struct client *shell, char *line, size_t size, const char *what)
{
	client_line(shell, line, size);
	test_context("it said \"%s\", not \"%s\"", line, what);
	CHECK(strstr(line, what));
}

/* What the board's shell shows of it. */
TEST(shown_in_the_shell)
{
	struct client good = client_start("calculator"), bad = client_start("misbehave"), shell;
	struct dsp_control_process before, p;
	char line[512], what[80];

	process_look(&before, 1);
	client_do(&bad, "call 0 3 0x10 1", E_BADSTATE);
	process_look(&p, 1);
	CHECK_EQ(p.lives, before.lives);
	CHECK_EQ(p.deaths, before.deaths + 1);
	CHECK_EQ(p.given_up, before.given_up);
	shell.pid = daemon_start_piped(PROCESSES, &shell.in, &shell.out);
	shell_line(&shell, line, sizeof(line), "calls 1, questions 0, bytes moved 0, lines");
	CHECK(strstr(line, " 0: runs"));
	snprintf(what, sizeof(what), "slot 1, client %d: life %u (%u died, %u given up), calls 2, ",
		 p.client, p.lives, p.deaths, p.given_up);
	shell_line(&shell, line, sizeof(line), what);
	CHECK(strstr(line, ": died of signal 11"));
	snprintf(what, sizeof(what), "signal 11, address 0x10, pc 0x%x", p.pc);
	shell_line(&shell, line, sizeof(line), what);
	for (int i = 0; i < 3; i++)
		client_line(&shell, line, sizeof(line));
	snprintf(what, sizeof(what), " r29 0x%x ", p.registers[29]);
	shell_line(&shell, line, sizeof(line), what);
	client_end(&shell, 0);
	client_end(&bad, SIGKILL);
	last_client_end(&good, 0);
}

TEST(wild_load)
{
	dies_of("ask 0 2 4 0x20", SIGSEGV, SIGSEGV, 0x20);
}

TEST(aborts)
{
	dies_of("call 0 6", SIGABRT, SIGABRT, 0);
}

TEST(exits)
{
	dies_of("call 0 7", 3 << 8, 0, 0);
}

/* Below the process's stack is memory that is not the process's: nothing says last words there. */
TEST(recurses)
{
	dies_of("call 0 8", SIGSEGV, 0, 0);
}

TEST(traps)
{
	dies_of("call 0 4", SIGSEGV, SIGSEGV, TRAP_ADDRESS);
}

/* A call that never returns does not hold up what ends its application. */
TEST(endless_loop_and_kill)
{
	struct client good = client_start("calculator"), bad = client_start("misbehave");

	client_do(&bad, "begin 0 5", "0x0");
	client_do(&bad, "call 0 9 0", "0x0");
	client_end(&bad, SIGKILL);
	control_wait(DSP_COUNT_RELEASES, releases + 1);
	CHECK_EQ(processes_alive(), 1);
	client_do(&good, "call 0 4", "0x0");
	last_client_end(&good, 0);
}

/* Where there is no application that ends, the host ends it. */
TEST(endless_loop_and_limit)
{
	struct dsp_control_process p;
	struct client bad;

	processes_limit(1, 0);
	bad = client_start("misbehave");
	processes_limit(0, 0);
	client_do(&bad, "call 0 5", E_BADSTATE);
	process_look(&p, 0);
	CHECK_EQ(p.is_dead, 1);
	CHECK_EQ(p.has_last_words, 1);
	CHECK_EQ(p.signal, SIGXCPU);
	CHECK_EQ(p.wait_status, SIGXCPU);
	CHECK(strstr(p.text, "processor time"));
	client_do(&bad, "call 0 9 0", E_BADSTATE);
	last_client_end(&bad, 0);
}

/*
 * pdhost is stopped, or dead.  The board hears of it in a sentence, no call waits for it, and
 * nothing starts.  What it still ran when it goes on is ended.
 */
TEST(host_falls_silent)
{
	enum { SILENCE = 40 };
	struct client bad, other;
	struct dsp_control_process before, p;
	const long since = now_ms();

	test_allow("pdhost gives no sign of life");
	/* If the model waits, so does the test, but not for ever. */
	processes_limit(SILENCE, 0);
	bad = client_start("misbehave");
	client_do(&bad, "begin 0 5", "0x0");
	client_do(&bad, "call 0 9 0", "0x0");
	process_look(&before, 0);
	processes_limit(0, SILENCE);
	client_do(&bad, "end", E_BADSTATE);
	process_look(&p, 0);
	CHECK_EQ(p.is_dead, 1);
	CHECK_EQ(p.wait_status, DSP_PROCESS_GIVEN_UP);
	CHECK_EQ(p.given_up, before.given_up + 1);
	CHECK_EQ(p.deaths, before.deaths);
	CHECK_EQ(p.alive, 1);
	other.pid = daemon_start_piped(CLIENT, &other.in, &other.out);
	clients++;
	client_answers(&other, "0x0");
	client_do(&other, "open 0 calculator", E_FAILED);
	CHECK(now_ms() - since < 1000 * SILENCE);
	client_end(&other, 0);
	client_end(&bad, SIGKILL);
	while (processes_alive() && now_ms() - since < 10000 * SILENCE)
		usleep(100000);
	other = client_start("calculator");
	client_do(&other, "call 0 4", "0x0");
	last_client_end(&other, 0);
}

static void stop_and_start(void)
{
	dsp_stop();
	node_wait(CDSP_NODE, false);
	CHECK_EQ(processes_alive(), 0);
	dsp_start();
}

static void crash(void)
{
	test_allow("recovering " LABEL);
	dsp_crash();
	CHECK_EQ(dsp_wait_recovered(), 0);
}

/* The DSP goes away in the middle of a call, and comes back: so ends the process, and the call. */
static void goes_away(void (*go)(void))
{
	struct client c = client_start("misbehave");
	char line[64];

	client_do(&c, "begin 0 5", "0x0");
	client_do(&c, "call 0 9 0", "0x0");
	go();
	CHECK_EQ(processes_alive(), 0);
	client_tell(&c, "end");
	client_line(&c, line, sizeof(line));
	test_context("it said \"%s\"", line);
	CHECK(strcmp(line, "0x0"));
	client_end(&c, SIGKILL);
	node_wait(CDSP_NODE, true);
	c = client_start("calculator");
	client_do(&c, "call 0 4", "0x0");
	client_end(&c, 0);
	/* The end of the DSP took the place of the first one's release. */
	clients--;
	check_nothing_left();
}

TEST(stopped_in_a_call)
{
	goes_away(stop_and_start);
}

TEST(crashed_in_a_call)
{
	goes_away(crash);
}
