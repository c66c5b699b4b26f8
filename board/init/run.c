// SPDX-License-Identifier: GPL-2.0-only
/* One program: its output relayed line by line, its time limited. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define KILL_GRACE_MS	10000
#define ARGUMENTS_MAX	32
#define MAX_RELAYED	4000

struct relay {
	struct run_result *result;
	unsigned int *limit_ms;
	struct log_verdict *log;	/* judged live if what is wanted of it ... */
	const char *what;		/* ... is set */
	char line[LINE_MAX_LEN];
	size_t len;
	unsigned int relayed;
};

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* Text behind the word if the line starts with it. */
static const char *after(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) ? NULL : line + len;
}

/* Lines that start with @ are for us. */
static bool take_order(struct relay *relay, const char *line)
{
	static const struct {
		const char *word;
		enum { FAULTS, ALLOW, LIMIT, STEP, NOTE, REBOOT } order;
	} orders[] = {
		{ "@allow-faults", FAULTS }, { "@allow ", ALLOW }, { "@limit ", LIMIT },
		{ "@step ", STEP }, { "@note ", NOTE }, { "@rebooting", REBOOT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		const char *text = after(line, orders[i].word);

		if (!text)
			continue;
		switch (orders[i].order) {
		case FAULTS:
			relay->result->faults_allowed = true;
			break;
		case ALLOW:
			log_allow(&relay->result->log, text);
			break;
		case LIMIT:
			*relay->limit_ms = atoi(text) * config.slow * 1000;
			break;
		case STEP:
			report("step", "%s", text);
			break;
		case NOTE:
			report("note", "%s", text);
			break;
		case REBOOT:
			relay->result->rebooting = true;
			break;
		}
		return true;
	}
	return false;
}

/* All else is the program's own talk. */
static void relay_line(struct relay *relay)
{
	struct run_result *r = relay->result;
	const char *skipped = after(relay->line, "skipped: ");

	if (skipped)
		snprintf(r->skip_reason, sizeof(r->skip_reason), "%.*s",
			 (int)sizeof(r->skip_reason) - 1, skipped);
	snprintf(r->last_line, sizeof(r->last_line), "%.*s",
		 (int)sizeof(r->last_line) - 1, relay->line);
	if (!take_order(relay, relay->line) && relay->relayed++ < MAX_RELAYED)
		report("log", "%s", relay->line);
}

/* false: the other end is closed, or nothing to read now. */
static bool relay_read(struct relay *relay, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] != '\n' && relay->len < sizeof(relay->line) - 1) {
			relay->line[relay->len++] = buf[i];
			continue;
		}
		relay->line[relay->len] = '\0';
		relay_line(relay);
		relay->len = 0;
		if (buf[i] != '\n')
			relay->line[relay->len++] = buf[i];
	}
	return n > 0;
}

static void child(const char *command, int out)
{
	int null = open("/dev/null", O_RDONLY), n = 0;
	char *argv[ARGUMENTS_MAX + 2], words[COMMAND_LEN], *rest = words;
	sigset_t none;

	snprintf(words, sizeof(words), "%s", command);
	while (n <= ARGUMENTS_MAX && (argv[n] = strsep(&rest, ":")))
		n++;
	argv[n] = NULL;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null >= 0)
		dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execv(argv[0], argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Where in the kernel a process is whose time is up. */
static void report_stack(pid_t pid)
{
	char path[64], buf[2048];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, buf, sizeof(buf) - 1);
	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	for (char *line = strtok(buf, "\n"); line; line = strtok(NULL, "\n"))
		report("log", "stack: %s", line);
}

/* Wait for the end of the process or of its time, passing its output on. */
static bool wait_for(struct relay *relay, int pidfd, int out, uint64_t start,
		     unsigned int *limit_ms)
{
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = out, .events = POLLIN },
		{ .fd = relay->what ? kernel_log_fd : -1, .events = POLLIN },
	};

	for (;;) {
		uint64_t spent = now_ms() - start;

		if (spent >= *limit_ms)
			return false;
		poll(fds, 3, *limit_ms - spent);
		/* The kernel's words first: a program speaks of what was done. */
		if (fds[2].revents)
			log_judge_showing(relay->log, relay->what);
		if (fds[1].revents && !relay_read(relay, out) && (fds[1].revents & POLLHUP))
			fds[1].fd = -1;
		if (fds[0].revents)
			return true;
	}
}

/*
 * Nothing of a program outlives it: whatever it left running, in its session
 * or outside, is ended and waited for.  PID 1 is not hit by kill(-1).
 */
static void end_processes(void)
{
	struct timespec second = { .tv_sec = 1 };
	sigset_t child_ended;
	int tries = 10;
	pid_t pid;

	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	kill(-1, SIGKILL);
	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && tries)
		if (!pid && sigtimedwait(&child_ended, NULL, &second) < 0)
			tries--;
}

/* Its output comes through the pipe that is returned; -1: not started. */
static pid_t start_program(const char *command, int *out)
{
	sigset_t blocked;
	int ends[2];
	pid_t pid;

	/* For end_processes(): an end between check and wait must not be lost. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid)
		child(command, ends[1]);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*out = ends[0];
	return pid;
}

static void relay_rest(struct relay *relay, int out)
{
	while (relay_read(relay, out))
		;
	if (relay->len) {
		relay->line[relay->len] = '\0';
		relay_line(relay);
	}
	close(out);
}

void run_program_showing(const char *command, struct run_result *r,
			 struct log_verdict *log, const char *what)
{
	unsigned int limit_ms = config.limit * config.slow * 1000, grace_ms = KILL_GRACE_MS;
	struct relay relay = {
		.result = r, .limit_ms = &limit_ms, .log = log, .what = what,
	};
	uint64_t start = now_ms();
	int out = -1, pidfd;
	pid_t pid;

	pid = start_program(command, &out);
	if (pid < 0) {
		report("log", "no process for %s: %s", command, strerror(errno));
		r->stuck = true;
		return;
	}
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (!wait_for(&relay, pidfd, out, start, &limit_ms)) {
		r->timed_out = true;
		report_stack(pid);
		kill(-pid, SIGKILL);
		r->stuck = !wait_for(&relay, pidfd, out, now_ms(), &grace_ms);
	}
	close(pidfd);
	if (!r->stuck)
		waitpid(pid, &r->status, 0);
	/* First: what still ran could write for ever.  What reboots cannot be ended. */
	if (!r->rebooting)
		end_processes();
	relay_rest(&relay, out);
	r->ms = now_ms() - start;
}

void run_program(const char *command, struct run_result *r)
{
	run_program_showing(command, r, NULL, NULL);
}
