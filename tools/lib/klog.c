// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "file.h"
#include "klog.h"
#include "say.h"

char *klog_read(void)
{
	const int read_all = 3, size_of_log = 10;
	int room, len;
	char *text;

	if (file_has_root())
		return file_text("/var/log/dmesg", NULL);
	room = klogctl(size_of_log, NULL, 0);
	if (room < 0)
		return NULL;
	text = must_alloc(room + 1);
	len = klogctl(read_all, text, room);
	if (len < 0) {
		int error = errno;

		free(text);
		errno = error;
		return NULL;
	}
	return text;
}

/* "<6>[   12.345678] message" */
static const char *message_of(const char *line)
{
	const char *end = strstr(line, "] ");

	return *line == '<' && end ? end + 2 : line;
}

char *klog_last(const char *log, const char *word, const char *other, size_t *count)
{
	char *copy = must_print("%s", log ? log : ""), *rest = copy, *line, *last = NULL;
	size_t found = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (!strstr(line, word) || !strstr(line, other))
			continue;
		free(last);
		last = must_print("%s", message_of(line));
		found++;
	}
	free(copy);
	if (count)
		*count = found;
	return last;
}
