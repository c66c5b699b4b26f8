// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report: lines on the second serial port.  The console is for people; a
 * kernel message in the middle of a line there must not change a verdict.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

static int report_fd = -1;

int report_open(void)
{
	struct termios tio;

	report_fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (report_fd < 0 || tcgetattr(report_fd, &tio)) {
		printf("board: no report port: the kernel found no PCI serial port\n");
		return -1;
	}
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL;
	return tcsetattr(report_fd, TCSANOW, &tio);
}

static void put(const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(report_fd, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= n;
	}
}

/* When a step was made, in seconds of this boot; for the page of a run, not for people. */
static void put_time(void)
{
	struct timespec now;
	char line[32];

	clock_gettime(CLOCK_BOOTTIME, &now);
	put(line, snprintf(line, sizeof(line), "at %lld.%03ld\n", (long long)now.tv_sec,
			   now.tv_nsec / 1000000));
}

void report(const char *kind, const char *fmt, ...)
{
	char line[LINE_MAX_LEN + 64];
	int len, head;
	va_list ap;

	head = snprintf(line, sizeof(line) - 1, "%s ", kind);
	va_start(ap, fmt);
	len = head + vsnprintf(line + head, sizeof(line) - 1 - head, fmt, ap);
	va_end(ap);
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	/* One record, one line, whatever a program printed. */
	for (int i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	printf("board: %.*s\n", len, line);
	if (!strcmp(kind, "step"))
		put_time();
	line[len] = '\n';
	put(line, len + 1);
}

void report_close(void)
{
	tcdrain(report_fd);
	close(report_fd);
}
