// SPDX-License-Identifier: GPL-2.0-only
/* Programs of this project on the board. */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "command.h"

#define MAX_WORDS	8

struct said ctl;

static void check_said(bool is_right, const char *what, const char *text)
{
	if (!is_right)
		printf("    it ended with %d and printed:\n%s\n    and complained:\n%s\n",
		       ctl.status, ctl.out, ctl.err);
	test_context("\"%s\" %s", text, what);
	CHECK(is_right);
	test_context("%s", "");
}

static void child(const struct command *c, int out, const char *path, char *const *argv)
{
	dup2(out, 1);
	dup2(c->err, 2);
	if (c->prepare)
		c->prepare();
	execv(path, argv);
	dprintf(2, "cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

void command_start(struct command *c, const char *path, const char *const *words)
{
	char *argv[MAX_WORDS + 2] = { (char *)path };
	int ends[2];

	for (int i = 0; words[i]; i++) {
		REQUIRE(i < MAX_WORDS);
		argv[i + 1] = (char *)words[i];
	}
	pipe_open(ends, O_CLOEXEC);
	c->err = memfd_create("err", MFD_CLOEXEC);
	REQUIRE(c->err >= 0);
	c->len = 0;
	ctl.out[0] = '\0';
	fflush(stdout);
	c->pid = fork();
	REQUIRE(c->pid >= 0);
	if (!c->pid)
		child(c, ends[1], path, argv);
	close(ends[1]);
	c->out = ends[0];
}

/* What comes next, in @ms at most; false: nothing any more. */
static bool read_more(struct command *c, int ms)
{
	struct pollfd ready = { .fd = c->out, .events = POLLIN };
	ssize_t got = 0;

	/* else it would wait for us, and we for it */
	if (c->len == sizeof(ctl.out) - 1) {
		kill(c->pid, SIGKILL);
		CHECK(!"there is room for what it prints");
		return false;
	}
	if (poll(&ready, 1, ms) > 0)
		got = read(c->out, ctl.out + c->len, sizeof(ctl.out) - 1 - c->len);
	c->len += got > 0 ? got : 0;
	ctl.out[c->len] = '\0';
	return got > 0;
}

void command_wait_out(struct command *c, const char *text)
{
	while (!strstr(ctl.out, text))
		if (!read_more(c, WAIT_MS)) {
			check_said(false, "is printed", text);
			test_abort();
		}
}

void command_end(struct command *c, int sig)
{
	ssize_t len;
	int status;

	if (sig)
		kill(c->pid, sig);
	while (read_more(c, -1))
		;
	REQUIRE_EQ(waitpid(c->pid, &status, 0), c->pid);
	len = pread(c->err, ctl.err, sizeof(ctl.err) - 1, 0);
	ctl.err[len > 0 ? len : 0] = '\0';
	close(c->out);
	close(c->err);
	ctl.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int fastrpcctl_as(void (*prepare)(void), const char *word, ...)
{
	const char *words[MAX_WORDS + 1] = { word };
	struct command c = { .prepare = prepare };
	va_list ap;
	int n = 0;

	va_start(ap, word);
	while (words[n] && n < MAX_WORDS - 1)
		words[++n] = va_arg(ap, const char *);
	va_end(ap);
	command_start(&c, FASTRPCCTL, words);
	command_end(&c, 0);
	return ctl.status;
}

void ctl_prints(const char *text)
{
	check_said(strstr(ctl.out, text), "is printed", text);
}

void ctl_prints_not(const char *text)
{
	check_said(!strstr(ctl.out, text), "is not printed", text);
}

void ctl_complains(const char *text)
{
	check_said(strstr(ctl.err, text), "is complained of", text);
}

void become_nobody(void)
{
	setgroups(0, NULL);
	if (setgid(65534) || setuid(65534))
		_exit(126);
}
