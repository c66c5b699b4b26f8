// SPDX-License-Identifier: GPL-2.0-only
/* Memory that nobody points to any more, on kernels that look for it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define MIN_AGE_S	6	/* the kernel takes no younger object for a leak */

bool leaks_are_watched(void)
{
	return !access(KMEMLEAK, W_OK);
}

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

/* What came before the tests is not theirs. */
void leaks_forget(void)
{
	tell("scan");
	tell("clear");
}

/* 0: none; else each is in the report.  An object counts at the second look. */
int leaks_find(void)
{
	unsigned int lines = 0;
	char line[512];
	FILE *f;

	if (tell("scan"))
		return -1;
	sleep(MIN_AGE_S);
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
