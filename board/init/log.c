// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads /dev/kmsg record by record.  A line fails what ran before it if it is
 * of level "error" or worse, or holds one of the words below at any level,
 * unless what ran announced it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "init.h"

#define LEVEL_ERR	3
#define MAX_SHOWN	40	/* lines per verdict that go into the report */
#define MAX_BOOT	2048

static const char *const bad_words[] = {
	"WARNING:", "BUG:", "Oops", "Unable to handle", "Internal error",
	"Kernel panic", "Call trace", "Call Trace", "cut here", "refcount_t:",
	"circular locking", "recursive locking", "inconsistent lock",
	"bad unlock balance", "held lock freed", "suspicious RCU",
	"rcu: INFO", "INFO: rcu", "INFO: task", "soft lockup", "hard LOCKUP",
	"KASAN:", "KFENCE:", "KCSAN:", "UBSAN:", "kmemleak:",
	"=== BUG", "Object already free", "Redzone", "Poison overwritten",
	"list_add corruption", "list_del corruption",
	"scheduling while atomic", "sleeping function called",
	"DMA-API:", "Bad page", "page allocation failure", "nobody cared",
	"cannot create duplicate filename", "kobject_add_internal failed",
	"does not have a release() function", "still has objects",
	"Objects remaining", "Unbalanced",
	".smmuv3: event", ".smmuv3: CMD",
};

/*
 * What the kernel's own stack says when a DSP goes while one of its helpers talks to it:
 * seconds late, of level error, and of no fault of the driver's.  No program can say
 * which of them it will cause, so they are allowed to all, on boards with that stack.
 */
static const struct {
	const char *text;
	const char *reason;	/* for the reader */
	const char *release;	/* how that of the kernels begins that say it */
} stack_says[] = {
	{ "PDR: avs/audio get domain list txn wait failed: -110",
	  "the DSP went before its locator answered; told 5 s later", "" },
	{ "PDR: service lookup for avs/audio failed: -110", "the same lookup, given up", "" },
	{ "PDR: service lookup for avs/audio failed: -5",
	  "the lookup could not be sent: the DSP's QRTR node had just gone", "" },
	{ "PDR: service lookup for avs/audio failed: -104",
	  "the lookup could not be sent: QRTR had forgotten the DSP's node", "" },
	{ "PDR: service lookup for avs/audio failed: -32",
	  "the lookup could not be sent: QRTR's endpoint of the DSP had just gone", "" },
	{ "IPCRTR.-1.-1: invalid ipcrouter packet",
	  "a message to a lookup whose socket was closed meanwhile: QRTR finds no such port", "" },
	{ "PDR: msm/adsp/audio_pd register listener txn wait failed: -110",
	  "the DSP went before its notifier answered; told 5 s later", "" },
	{ "qcom_q6v5_pas remoteproc-adsp: Handover signaled, but it already happened",
	  "PAS of 7.2 says so at starts and stops, of real DSPs as well", "7.2." },
	{ "qcom_q6v5_pas remoteproc-cdsp: Handover signaled, but it already happened",
	  "the same of the other DSP", "7.2." },
	{ "failed to send QMI message",
	  "a helper's request to a QRTR node that had just gone, or not said hello yet", "" },
};

static int log_fd = -1;
static char *boot_lines[MAX_BOOT];
static unsigned int boot_count;

struct record {
	int priority;		/* facility << 3 | level */
	char text[LINE_MAX_LEN];
};

int log_open(void)
{
	log_fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return log_fd;
}

void log_mark(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int len;

	len = snprintf(line, sizeof(line), "board: ");
	va_start(ap, fmt);
	len += vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	va_end(ap);
	if (len > (int)sizeof(line) - 1)
		len = sizeof(line) - 1;
	if (write(log_fd, line, len) != len)
		perror("board: /dev/kmsg");
}

/* 1: a record, 0: no more now, -1: records were lost. */
static int log_next(struct record *r)
{
	char buf[8192], *text, *end;
	ssize_t len = read(log_fd, buf, sizeof(buf) - 1);

	if (len < 0 && errno == EPIPE)
		return -1;
	if (len <= 0)
		return 0;
	buf[len] = '\0';
	r->priority = atoi(buf);
	text = strchr(buf, ';');
	text = text ? text + 1 : buf;
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	snprintf(r->text, sizeof(r->text), "%.*s", (int)sizeof(r->text) - 1, text);
	return 1;
}

static bool is_allowed(const struct log_verdict *v, const char *text)
{
	for (unsigned int i = 0; i < v->allowed; i++)
		if (strstr(text, v->allow[i]))
			return true;
	return false;
}

void log_allow(struct log_verdict *v, const char *substring)
{
	/* An empty substring would allow everything, and programs repeat themselves. */
	if (!*substring || v->allowed == LOG_MAX_ALLOWED || is_allowed(v, substring))
		return;
	snprintf(v->allow[v->allowed++], sizeof(v->allow[0]), "%s", substring);
}

static bool is_of_stack(const char *text)
{
	struct utsname kernel;

	uname(&kernel);
	for (size_t i = 0; stack_is_there() && i < ARRAY_SIZE(stack_says); i++) {
		const char *release = stack_says[i].release;

		if (!strncmp(kernel.release, release, strlen(release)) &&
		    !strcmp(text, stack_says[i].text))
			return true;
	}
	return false;
}

static bool is_bad(const struct record *r)
{
	/* Only the kernel's own lines: facility 0. */
	if (r->priority >> 3)
		return false;
	if ((r->priority & 7) <= LEVEL_ERR)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(bad_words); i++)
		if (strstr(r->text, bad_words[i]))
			return true;
	return false;
}

static void hit(struct log_verdict *v, const char *text)
{
	if (!v->hits++)
		snprintf(v->first, sizeof(v->first), "%s", text);
	if (v->hits <= MAX_SHOWN)
		report("log", "kernel: %s", text);
}

void log_judge_showing(struct log_verdict *v, const char *what)
{
	const char *found;
	struct record r;
	int got;

	while ((got = log_next(&r))) {
		if (got < 0) {
			hit(v, "records were lost: the kernel log overflowed");
			continue;
		}
		found = what && !(r.priority >> 3) ? strstr(r.text, what) : NULL;
		if (found)
			report("step", "%s", found);
		if (is_bad(&r) && !is_allowed(v, r.text) && !is_of_stack(r.text))
			hit(v, r.text);
	}
}

void log_judge(struct log_verdict *v)
{
	log_judge_showing(v, NULL);
}

void log_read_boot(void)
{
	struct record r;

	while (log_next(&r))
		if (boot_count < MAX_BOOT)
			boot_lines[boot_count++] = strdup(r.text);
}

const char *log_boot_line(const char *substring)
{
	for (unsigned int i = 0; i < boot_count; i++)
		if (boot_lines[i] && strstr(boot_lines[i], substring))
			return boot_lines[i];
	return NULL;
}
