// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "say.h"

/* Files of the kernel say no size: read until there is no more. */
char *file_text(const char *path, size_t *len_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (room - len < 4096)
			text = must_grow(text, room += 65536);
		got = read(fd, text + len, room - len - 1);
		len += got > 0 ? got : 0;
	} while (got > 0);
	if (got < 0) {
		int error = errno;

		free(text);
		close(fd);
		errno = error;
		return NULL;
	}
	close(fd);
	text[len] = '\0';
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len_out)
		*len_out = len;
	return text;
}

static char *print_list(const char *fmt, va_list ap)
{
	char *path;

	if (vasprintf(&path, fmt, ap) < 0)
		give_up("out of memory");
	return path;
}

/* A path of the arguments behind @fmt. */
#define PATH_OF(path, fmt)			\
	do {					\
		va_list ap;			\
		va_start(ap, fmt);		\
		(path) = print_list(fmt, ap);	\
		va_end(ap);			\
	} while (0)

char *file_textf(const char *fmt, ...)
{
	char *path, *text;

	PATH_OF(path, fmt);
	text = file_text(path, NULL);
	free(path);
	return text;
}

bool file_existsf(const char *fmt, ...)
{
	char *path;
	bool exists;

	PATH_OF(path, fmt);
	exists = !access(path, F_OK);
	free(path);
	return exists;
}

char *file_realf(const char *fmt, ...)
{
	char *path, *real;

	PATH_OF(path, fmt);
	real = realpath(path, NULL);
	free(path);
	return real;
}

char *file_real_namef(const char *fmt, ...)
{
	char *path, *real, *name;

	PATH_OF(path, fmt);
	real = realpath(path, NULL);
	free(path);
	if (!real)
		return NULL;
	name = strdup(strrchr(real, '/') + 1);
	free(real);
	return name;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int ret;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	ret = n < 0 ? -errno : 0;
	close(fd);
	return ret;
}
