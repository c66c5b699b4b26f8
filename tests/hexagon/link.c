// SPDX-License-Identifier: GPL-2.0-only
/*
 * pdhost without a board: this program is QEMU for it, and the DSP model behind.
 *
 * HEXAGON says where pdhost and pd.elf are.  At the end of each case no process is left.
 *
 *	link machine [STATUS]	is QEMU for a pdhost that has started it, with two processes, one of
 *				which spins: says the numbers of all three, and waits or ends
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "remote_slots.h"

static pid_t host;
static int peer, to_host, from_host;
static uint8_t *memory;
static struct remote_board *board;
static uint32_t lives;

static uint32_t get(const struct slot_word *w)
{
	return __atomic_load_n(&w->v, __ATOMIC_ACQUIRE);
}

static void set(struct slot_word *w, uint32_t v)
{
	__atomic_store_n(&w->v, v, __ATOMIC_RELEASE);
}

static struct remote_slot *slot_of(unsigned int n)
{
	return (void *)(memory + SLOT_OFFSET(n));
}

static void ring_host(void)
{
	const uint64_t one = 1;

	if (write(to_host, &one, sizeof(one)) != sizeof(one))
		err(1, "doorbell");
}

/* Until pdhost rings; false: it has gone, or says nothing for half a minute. */
static bool wait_for_host(void)
{
	struct pollfd polls[2] = {
		{ .fd = from_host, .events = POLLIN }, { .fd = peer, .events = POLLIN },
	};
	uint64_t n;

	if (poll(polls, 2, 30000) <= 0 || polls[1].revents)
		return false;
	return read(from_host, &n, sizeof(n)) == sizeof(n);
}

#define UNTIL(cond) \
	({ \
		bool ok_ = true; \
		while (ok_ && !(cond)) \
			ok_ = wait_for_host(); \
		ok_; \
	})

static bool is_gone(struct pd *pd)
{
	struct remote_slot *s = slot_of(pd->slot);

	return get(&s->dead) == pd->life || get(&s->have) != pd->life;
}

static int slot_send(struct pd *pd, const void *from, size_t bytes)
{
	struct remote_slot *s = slot_of(pd->slot);
	const uint8_t *f = from;
	uint32_t head = get(&s->to_head);

	while (bytes) {
		if (!UNTIL(head - get(&s->to_tail) < RING_BYTES || is_gone(pd)) || is_gone(pd))
			return -1;
		s->to[head++ % RING_BYTES] = *f++;
		bytes--;
		set(&s->to_head, head);
		if (!(head % 4096) || !bytes)
			ring_host();
	}
	return 0;
}

static int slot_receive(struct pd *pd, void *to, size_t bytes)
{
	struct remote_slot *s = slot_of(pd->slot);
	uint32_t tail = get(&s->from_tail);
	uint8_t *t = to;

	while (bytes) {
		if (!UNTIL(tail != get(&s->from_head) || is_gone(pd)) ||
		    tail == get(&s->from_head))
			return -1;
		*t++ = s->from[tail++ % RING_BYTES];
		bytes--;
		set(&s->from_tail, tail);
		if (!(tail % 4096) || !bytes)
			ring_host();
	}
	return 0;
}

static const struct transport by_slot = { slot_send, slot_receive };

static bool life_start(struct pd *pd, int slot)
{
	memset(pd, 0, sizeof(*pd));
	pd->transport = &by_slot;
	pd->slot = slot;
	pd->life = ++lives;
	set(&slot_of(slot)->want, pd->life);
	ring_host();
	return UNTIL(get(&slot_of(slot)->have) == pd->life);
}

static bool life_stop(struct pd *pd)
{
	set(&slot_of(pd->slot)->want, 0);
	ring_host();
	return UNTIL(get(&slot_of(pd->slot)->have) == 0);
}

static int64_t hear(int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	int64_t word = -99;
	struct iovec data = { &word, sizeof(word) };
	struct msghdr msg = {
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(peer, &msg, 0) != sizeof(word))
		errx(1, "pdhost does not say what it has to");
	if (fd && CMSG_FIRSTHDR(&msg))
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(*fd));
	return word;
}

/* What the host says first, to its peer. */
static bool host_greets(void)
{
	int fd = -1;

	if (hear(NULL) != 0 || hear(NULL) != 1 || hear(&fd) != -1 || hear(&to_host) != 0 ||
	    hear(&from_host) != 1)
		return false;
	memory = mmap(NULL, SLOT_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	board = (void *)memory;
	return memory != MAP_FAILED && get(&board->magic) == SLOT_MAGIC;
}

/* @name: of a program that pdhost starts in the place of qemu-hexagon; NULL: none. */
static bool host_start(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char elf[200], program[200], prisoner[200];
	char word[8] = "";
	bool is_ready;
	int said[2];

	snprintf(program, sizeof(program), "%s/pdhost", getenv("HEXAGON"));
	snprintf(elf, sizeof(elf), "%s/pd.elf", getenv("HEXAGON"));
	snprintf(prisoner, sizeof(prisoner), "%s/%s", getenv("HEXAGON"), name ? name : "");
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/pdhost-%d", getpid());
	if (pipe(said))
		return false;
	host = fork();
	if (!host) {
		dup2(said[1], 1);
		close(said[0]);
		execl(program, program, address.sun_path, elf, name ? prisoner : NULL, NULL);
		_exit(127);
	}
	close(said[1]);
	is_ready = read(said[0], word, 6) == 6 && !strcmp(word, "ready\n");
	close(said[0]);
	if (!is_ready)
		return false;
	peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return !connect(peer, (void *)&address, sizeof(address)) && host_greets();
}

/* Processes that @parent has started or adopted: their numbers are said, or they are killed. */
static void children(pid_t parent, bool is_kill)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	char path[300];
	int of;
	FILE *f;

	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/stat", d->d_name);
		f = *d->d_name > '0' && *d->d_name <= '9' ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%*d (%*[^)]) %*c %d", &of) != 1 || of != parent)
			;
		else if (is_kill)
			kill(atoi(d->d_name), SIGKILL);
		else
			printf("%s ", d->d_name);
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

#define LEFT_MS		5000

/*
 * What pdhost has left behind is adopted by this process.  If it was killed, its processes have
 * to die, soon; else it reaps them, and leaves none.
 */
static int host_end(bool was_killed)
{
	int adopted = 0, status = -1, ms = 0;
	pid_t pid;

	close(peer);
	if (waitpid(host, &status, 0) != host)
		return -1;
	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && ms++ < LEFT_MS) {
		adopted += pid && !was_killed;
		usleep(1000);
	}
	if (pid >= 0) {
		adopted++;
		children(getpid(), true);
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	munmap(memory, SLOT_MEMORY);
	close(to_host);
	close(from_host);
	return WIFEXITED(status) ? WEXITSTATUS(status) + adopted : adopted;
}

static int64_t one_call(struct pd *pd, const char *skeleton, uint32_t method)
{
	uint32_t module;

	if (pd_open(pd, skeleton, &module, NULL))
		return -2;
	return pd_result(pd, pd_invoke(pd, module, method, 0, NULL, 0, NULL, -1), 0, NULL);
}

static void case_one(void)
{
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(one_call(&pd, "calculator", 4) == 0);
	CHECK(get(&board->alive) == 1);
	CHECK(life_stop(&pd));
	CHECK(get(&board->alive) == 0);
}

/* Larger than a ring in both directions. */
static void case_large(void)
{
	static uint8_t in[3 << 20], out[3 << 20];
	const uint32_t bytes = sizeof(in);
	struct arg a = { .in = in, .bytes = bytes }, b = { .out = out, .bytes = bytes };
	uint32_t module, i;
	struct pd pd;

	for (i = 0; i < bytes; i++)
		in[i] = i * 31 + (i >> 12);
	CHECK(life_start(&pd, 3));
	CHECK(pd_open(&pd, "transform", &module, NULL) == 0);
	CHECK(pd_result(&pd, pd_invoke(&pd, module, 2, 1, &a, 1, &b, -1), 1, &b) == 0);
	CHECK(!memcmp(in, out, bytes));
	CHECK(life_stop(&pd));
}

static void case_eight_at_once(void)
{
	struct pd pd[8];
	int i;

	for (i = 0; i < 8; i++)
		CHECK(life_start(&pd[i], i));
	for (i = 0; i < 8; i++)
		CHECK(one_call(&pd[i], "calculator", 4) == 0);
	CHECK(get(&board->alive) == 8);
	/* One dies, and the others do not notice. */
	CHECK(one_call(&pd[4], "misbehave", 6) == -1);
	CHECK(UNTIL(get(&slot_of(4)->dead) == pd[4].life));
	CHECK(WTERMSIG(get(&slot_of(4)->status)) == SIGABRT);
	CHECK(pd[4].has_last_words && get(&board->alive) == 7);
	for (i = 0; i < 8; i++)
		CHECK(i == 4 || one_call(&pd[i], "calculator", 4) == 0);
	for (i = 0; i < 8; i++)
		CHECK(life_stop(&pd[i]));
	CHECK(get(&board->alive) == 0);
}

static void case_many_in_a_row(void)
{
	struct pd pd;

	for (int i = 0; i < 20; i++) {
		CHECK(life_start(&pd, 0));
		CHECK(one_call(&pd, "calculator", 4) == 0);
		CHECK(life_stop(&pd));
	}
	CHECK(get(&board->started) == 20 && get(&board->alive) == 0);
}

static int64_t host_call(struct pd *pd, uint32_t module, uint32_t nr, uint32_t a, uint32_t b)
{
	const uint32_t words[3] = { nr, a, b };
	const struct arg in = { .in = words, .bytes = sizeof(words) };

	return pd_result(pd, pd_invoke(pd, module, 15, 1, &in, 0, NULL, -1), 0, NULL);
}

/* A line of the process's; false: there is none any more. */
static bool hear_line(struct pd *pd, char *line, size_t room)
{
	size_t n = 0;

	while (n < room - 1 && !slot_receive(pd, line + n, 1) && line[n] != '\n')
		n++;
	line[n] = '\0';
	return n;
}

/* What pdhost forbids, by a program of this machine that tries it: prisoner.c. */
static void case_confined(void)
{
	static char line[200];
	struct pd pd;

	CHECK(life_start(&pd, 0));
	while (hear_line(&pd, line, sizeof(line)) && strcmp(line, "done")) {
		fprintf(stderr, "prisoner: %s\n", line);
		why_not = "prisoner.c";
	}
	CHECK(!why_not);
	CHECK(!strcmp(line, "done"));
}

/* And by Hexagon code.  It is refused, though the user may be root. */
static void case_forbidden(void)
{
	enum { NR_KILL = 129, NR_TKILL, NR_TGKILL, NR_SOCKET = 198, NR_CLONE = 220, NR_WAIT = 260 };
	uint32_t module;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	CHECK((int32_t)host_call(&pd, module, NR_SOCKET, AF_INET, SOCK_STREAM) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_SOCKET, AF_UNIX, SOCK_STREAM) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_KILL, host, 0) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_KILL, getpid(), 0) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_TKILL, getpid(), 0) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_TGKILL, getpid(), getpid()) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_CLONE, SIGCHLD, 0) == -EPERM);
	CHECK((int32_t)host_call(&pd, module, NR_WAIT, -1, 0) == -EPERM);
	CHECK(one_call(&pd, "calculator", 4) == 0);
}

/* A skeleton takes all the memory that there is, and gives it back; its process goes on. */
static void case_memory_limit(void)
{
	const uint32_t words[2] = { 16 << 20, 0xf0000000 };
	const struct arg in = { .in = words, .bytes = sizeof(words) };
	uint32_t module, got = 0;
	struct arg out = { .out = &got, .bytes = sizeof(got) };
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	CHECK(pd_result(&pd, pd_invoke(&pd, module, 11, 1, &in, 1, &out, -1), 1, &out) == 0);
	CHECK(got >= 512u << 20 && got <= 1024u << 20);
	CHECK(pd_result(&pd, pd_invoke(&pd, module, 14, 0, NULL, 0, NULL, -1), 0, NULL) == 0);
	CHECK(get(&board->alive) == 1);
}

/* The guest ends one that spins, and starts another in its place, without a stop between. */
static void case_killed(void)
{
	uint32_t module;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	pd_invoke(&pd, module, 5, 0, NULL, 0, NULL, -1);
	CHECK(life_start(&pd, 0));
	CHECK(one_call(&pd, "calculator", 4) == 0);
	CHECK(get(&board->alive) == 1);
}

/* Nothing but the processor time that it uses ends it, and it says so before. */
static void case_time_limit(void)
{
	uint32_t module, spins;
	struct pd pd;

	set(&board->seconds, 1);
	CHECK(life_start(&pd, 0));
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	spins = pd_invoke(&pd, module, 5, 0, NULL, 0, NULL, -1);
	CHECK(pd_result(&pd, spins, 0, NULL) == -1);
	CHECK(UNTIL(get(&slot_of(0)->dead) == pd.life));
	CHECK(WTERMSIG(get(&slot_of(0)->status)) == SIGXCPU);
	CHECK(pd.has_last_words && pd.last_words.signal == SIGXCPU && pd.last_words.pc);
	CHECK(strstr(pd.last_words.text, "processor time"));
	CHECK(get(&board->alive) == 0);
}

/* QEMU goes in the middle of a call: the case's end finds nothing left. */
static void case_machine_gone(void)
{
	uint32_t module;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	pd_invoke(&pd, module, 5, 0, NULL, 0, NULL, -1);
}

/* pdhost is killed: its processes go with it, also one that does not listen. */
static void case_host_killed(void)
{
	uint32_t beat, module;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(one_call(&pd, "calculator", 4) == 0);
	beat = get(&board->heartbeat);
	ring_host();
	CHECK(one_call(&pd, "calculator", 4) == 0);
	CHECK(get(&board->heartbeat) != beat);
	CHECK(pd_open(&pd, "misbehave", &module, NULL) == 0);
	pd_invoke(&pd, module, 5, 0, NULL, 0, NULL, -1);
	kill(host, SIGKILL);
	CHECK(!UNTIL(false));
}

/* The same with one that does not look whether pdhost is there: deaf.c. */
static void case_host_killed_deaf(void)
{
	struct pd pd;

	CHECK(life_start(&pd, 0));
	kill(host, SIGKILL);
	CHECK(!UNTIL(false));
}

/* pdhost is stopped, and does not beat; then it goes on where it was. */
static void case_host_stopped(void)
{
	uint32_t beat;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	CHECK(one_call(&pd, "calculator", 4) == 0);
	kill(host, SIGSTOP);
	waitpid(host, NULL, WUNTRACED);
	beat = get(&board->heartbeat);
	usleep(3000 * HEARTBEAT_MS);
	CHECK(get(&board->heartbeat) == beat);
	kill(host, SIGCONT);
	CHECK(one_call(&pd, "calculator", 4) == 0);
	CHECK(get(&board->heartbeat) != beat);
}

/* As if it were stopped, for a while, which is what a board can ask for. */
static void case_host_silent(void)
{
	uint32_t beat;
	struct pd pd;

	CHECK(life_start(&pd, 0));
	set(&board->silence, 3);
	ring_host();
	while (get(&board->silence))
		usleep(1000);
	beat = get(&board->heartbeat);
	usleep(3000 * HEARTBEAT_MS);
	CHECK(get(&board->heartbeat) == beat);
	CHECK(one_call(&pd, "calculator", 4) == 0);
	CHECK(get(&board->heartbeat) != beat);
}

static void case_terminated(void)
{
	struct pd pd;

	CHECK(life_start(&pd, 0));
	kill(host, SIGTERM);
	CHECK(!UNTIL(false));
}

/* A guest out of its mind: an index that cannot be. */
static void case_bad_index(void)
{
	struct pd pd;

	CHECK(life_start(&pd, 0));
	set(&slot_of(0)->to_head, 0x40000000);
	ring_host();
	CHECK(UNTIL(get(&slot_of(0)->dead) == pd.life));
	CHECK(WTERMSIG(get(&slot_of(0)->status)) == SIGKILL);
}

static const struct {
	const char *name;
	void (*run)(void);
	const char *program;	/* see host_start() */
	bool is_killed;		/* pdhost is */
} cases[] = {
	{ "one", case_one }, { "large", case_large }, { "eight_at_once", case_eight_at_once },
	{ "many_in_a_row", case_many_in_a_row }, { "killed", case_killed },
	{ "forbidden", case_forbidden }, { "confined", case_confined, "prisoner" },
	{ "memory_limit", case_memory_limit }, { "time_limit", case_time_limit },
	{ "machine_gone", case_machine_gone }, { "host_killed", case_host_killed, NULL, true },
	{ "host_killed_deaf", case_host_killed_deaf, "deaf", true },
	{ "host_stopped", case_host_stopped }, { "host_silent", case_host_silent },
	{ "terminated", case_terminated }, { "bad_index", case_bad_index },
};

static int be_machine(const char *status)
{
	uint32_t module;
	struct pd pd[2];

	peer = 3;
	if (!host_greets() || !life_start(&pd[0], 0) || !life_start(&pd[1], 1) ||
	    one_call(&pd[0], "calculator", 4) || pd_open(&pd[1], "misbehave", &module, NULL))
		return 99;
	pd_invoke(&pd[1], module, 5, 0, NULL, 0, NULL, -1);
	children(getppid(), false);
	putchar('\n');
	fflush(stdout);
	if (status)
		return atoi(status);
	for (;;)
		pause();
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	int failed = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && !strcmp(argv[1], "machine"))
		return be_machine(argv[2]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long since = now_ms();

		if (argc > 1 && strcmp(argv[1], cases[i].name))
			continue;
		why_not = NULL;
		alarm(200);
		if (!host_start(cases[i].program))
			why_not = "pdhost does not start";
		else
			cases[i].run();
		if (host_end(cases[i].is_killed) > 0 && !why_not)
			why_not = "pdhost left a process behind, or ended with an error";
		printf("test hexagon/link_%s %s %ld%s%s\n", cases[i].name,
		       why_not ? "fail" : "pass", now_ms() - since, why_not ? " " : "",
		       why_not ? why_not : "");
		fflush(stdout);
		failed |= !!why_not;
	}
	return failed;
}
