// SPDX-License-Identifier: GPL-2.0-only
/* Memory without a pointer to it, on kernels that look for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define MIN_AGE_MS	5100	/* the kernel takes no younger object for a leak */

static int tell(const char *word)
{
	int fd = open(KMEMLEAK, O_WRONLY);
	int ret = 0;

	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		ret = -1;
	if (fd >= 0)
		close(fd);
	return ret;
}

static void wait_until(uint64_t ms)
{
	uint64_t now = now_ms();

	if (now < ms)
		usleep((ms - now) * 1000);
}

/*
 * 0: none; else each is in the report.  An object counts at the second look,
 * because the first only learns what is in it, and at that one it must be old
 * enough.
 */
int leaks_find(void)
{
	uint64_t start = now_ms();
	unsigned int lines = 0;
	char line[512];
	FILE *f;

	if (tell("scan")) {
		report("log", "%s: %s: this kernel does not look for leaks", KMEMLEAK,
		       strerror(errno));
		return -1;
	}
	wait_until(start + MIN_AGE_MS);
	if (tell("scan"))
		return -1;
	f = fopen(KMEMLEAK, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		report("log", "%s", line);
		lines++;
	}
	fclose(f);
	return lines ? -1 : 0;
}
