// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "file.h"
#include "say.h"
#include "tracefs.h"

#define TRACEFS		"/sys/kernel/tracing"
#define TRACEFS_MAGIC	0x74726163

struct trace {
	char *dir;
	char *group;
	int fd;
	char text[8192];	/* read, and not used up */
	size_t len;
	unsigned long lost;
};

static void say_why(const char *group, int error)
{
	struct statfs fs;

	if (!file_existsf("/sys/module/fastrpc"))
		complain("no driver is loaded: modprobe fastrpc");
	else if (!statfs(TRACEFS, &fs) && fs.f_type != TRACEFS_MAGIC)
		complain("the kernel's tracing is not mounted:\n  mount -t tracefs none " TRACEFS);
	else if (error == EACCES || error == EPERM)
		complain("only root may trace: run this as root");
	else if (error == ENOENT)
		complain("the driver that is loaded has no tracepoints \"%s\": it is another one",
			 group);
	else
		complain("cannot trace in " TRACEFS ": %s", strerror(error));
}

static int set(struct trace *trace, const char *file, const char *value)
{
	char *path = must_print("%s/%s", trace->dir, file);
	int ret = file_write(path, value);

	free(path);
	return ret;
}

static int enable(struct trace *trace, const char *value)
{
	char *file = must_print("events/%s/enable", trace->group);
	int ret = set(trace, file, value);

	free(file);
	return ret;
}

static int open_pipe(struct trace *trace)
{
	char *path = must_print("%s/trace_pipe", trace->dir);

	trace->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	free(path);
	return trace->fd < 0 ? -errno : 0;
}

static int begin(struct trace *trace)
{
	int ret;

	if (mkdir(trace->dir, 0700) && errno != EEXIST)
		return -errno;
	/* one clock for all processors; a reader is woken by the first event */
	set(trace, "trace_clock", "mono");
	set(trace, "buffer_percent", "0");
	ret = open_pipe(trace);
	return ret ? ret : enable(trace, "1");
}

struct trace *trace_begin(const char *group)
{
	struct trace *trace = must_alloc(sizeof(*trace));
	int ret;

	trace->fd = -1;
	trace->group = must_print("%s", group);
	trace->dir = must_print(TRACEFS "/instances/fastrpcctl-%d", getpid());
	ret = begin(trace);
	if (!ret)
		return trace;
	say_why(group, -ret);
	trace_end(trace);
	return NULL;
}

void trace_pause(struct trace *trace)
{
	enable(trace, "0");
}

void trace_end(struct trace *trace)
{
	if (trace->fd >= 0)
		close(trace->fd);
	enable(trace, "0");
	rmdir(trace->dir);
	free(trace->dir);
	free(trace->group);
	free(trace);
}

unsigned long trace_lost(const struct trace *trace)
{
	return trace->lost;
}

/* The last word of @text, which is cut off from it; NULL: there is none. */
static char *cut_word(char *text)
{
	char *end = text + strlen(text), *space;

	while (end > text && end[-1] == ' ')
		*--end = '\0';
	space = strrchr(text, ' ');
	if (!space)
		return NULL;
	*space = '\0';
	return space + 1;
}

/* "  COMM-PID   [CPU] FLAGS SECONDS: NAME: WORDS"; a COMM may have anything in it. */
static bool parse(struct trace *trace, char *line, struct trace_event *event)
{
	char *mark = must_print(": %s_", trace->group), *name = strstr(line, mark);
	char *words, *when, *dash;

	free(mark);
	if (!name) {
		char *lost = strstr(line, "[LOST ");

		trace->lost += lost ? strtoul(lost + 6, NULL, 10) : 0;
		return false;
	}
	*name = '\0';
	name += 2;
	words = strstr(name, ": ");
	when = cut_word(line);
	if (!words || !when || !cut_word(line) || !cut_word(line))
		return false;
	*words = '\0';
	line[strcspn(line, "\n")] = '\0';
	while (*line == ' ')
		line++;
	dash = strrchr(line, '-');
	if (!dash)
		return false;
	event->pid = atoi(dash + 1);
	event->seconds = strtod(when, NULL);
	snprintf(event->comm, sizeof(event->comm), "%.*s", (int)(dash - line), line);
	snprintf(event->name, sizeof(event->name), "%s", name);
	snprintf(event->words, sizeof(event->words), "%s", words + 2);
	return true;
}

/* An event of what was read already. */
static bool take(struct trace *trace, struct trace_event *event)
{
	char *end;

	while ((end = memchr(trace->text, '\n', trace->len))) {
		size_t used = end + 1 - trace->text;
		char line[sizeof(trace->text)];

		memcpy(line, trace->text, used);
		line[used - 1] = '\0';
		trace->len -= used;
		memmove(trace->text, trace->text + used, trace->len);
		if (parse(trace, line, event))
			return true;
	}
	return false;
}

bool trace_next(struct trace *trace, int ms, struct trace_event *event)
{
	struct pollfd ready = { .fd = trace->fd, .events = POLLIN };
	ssize_t got;

	while (!take(trace, event)) {
		if (poll(&ready, 1, ms) <= 0)
			return false;
		got = read(trace->fd, trace->text + trace->len, sizeof(trace->text) - trace->len);
		if (got <= 0)
			return false;
		trace->len += got;
	}
	return true;
}

const char *trace_word(const struct trace_event *event, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key);

	for (const char *p = event->words; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
		if (strncmp(p, key, len) || p[len] != '=')
			continue;
		snprintf(buf, size, "%.*s", (int)strcspn(p + len + 1, " "), p + len + 1);
		return buf;
	}
	return "";
}

long long trace_number(const struct trace_event *event, const char *key, long long otherwise)
{
	char word[32];

	if (!*trace_word(event, key, word, sizeof(word)))
		return otherwise;
	/* cookies have all their bits */
	return *word == '-' ? strtoll(word, NULL, 0) : (long long)strtoull(word, NULL, 0);
}
