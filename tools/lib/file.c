// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "say.h"

static const char *root = "";

void file_set_root(const char *dir)
{
	root = dir;
}

bool file_has_root(void)
{
	return *root;
}

char *file_path(const char *path)
{
	return must_print("%s%s", root, path);
}

/* Files of the kernel say no size: read until there is no more. */
char *file_bytes(const char *path, size_t *len_out)
{
	char *whole = file_path(path);
	int fd = open(whole, O_RDONLY | O_CLOEXEC);
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t got;

	free(whole);
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
	*len_out = len;
	return text;
}

char *file_text(const char *path, size_t *len_out)
{
	size_t len = 0;
	char *text = file_bytes(path, &len);

	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (text && len_out)
		*len_out = len;
	return text;
}

/* A path of the arguments behind @fmt. */
#define PATH_OF(path, fmt)			\
	do {					\
		va_list ap;			\
		va_start(ap, fmt);		\
		(path) = must_print_list(fmt, ap);	\
		va_end(ap);			\
	} while (0)

/* The same, as a path of the whole system. */
#define WHOLE_PATH_OF(path, fmt)		\
	do {					\
		char *below;			\
		PATH_OF(below, fmt);		\
		(path) = file_path(below);	\
		free(below);			\
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

	WHOLE_PATH_OF(path, fmt);
	exists = !access(path, F_OK);
	free(path);
	return exists;
}

/* Where a path of the whole system leads to, as one below the root. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL), *top = realpath(*root ? root : "/", NULL), *below;
	size_t len = top ? strlen(top) : 0;

	below = real ? strdup(len > 1 && !strncmp(real, top, len) ? real + len : real) : NULL;
	free(real);
	free(top);
	return below;
}

char *file_realf(const char *fmt, ...)
{
	char *path, *real;

	WHOLE_PATH_OF(path, fmt);
	real = real_path(path);
	free(path);
	return real;
}

char *file_real_namef(const char *fmt, ...)
{
	char *path, *real, *name;

	WHOLE_PATH_OF(path, fmt);
	real = real_path(path);
	free(path);
	if (!real)
		return NULL;
	name = strdup(strrchr(real, '/') + 1);
	free(real);
	return name;
}

void file_for_each(char *pattern, void (*visit)(const char *path, void *arg), void *arg)
{
	char *whole = file_path(pattern);
	glob_t paths = { };

	if (!glob(whole, 0, NULL, &paths))
		for (size_t i = 0; i < paths.gl_pathc; i++)
			visit(paths.gl_pathv[i] + strlen(root), arg);
	globfree(&paths);
	free(whole);
	free(pattern);
}

static void count_path(const char *path, void *arg)
{
	size_t *count = arg;

	(void)path;
	++*count;
}

size_t file_countf(const char *fmt, ...)
{
	size_t count = 0;
	char *pattern;

	PATH_OF(pattern, fmt);
	file_for_each(pattern, count_path, &count);
	return count;
}

bool file_stat(const char *path, struct stat *st)
{
	char *whole = file_path(path);
	bool exists = !stat(whole, st);

	free(whole);
	return exists;
}

bool file_may_open(const char *path)
{
	char *whole = file_path(path);
	bool may = !faccessat(AT_FDCWD, whole, R_OK | W_OK, AT_EACCESS);

	free(whole);
	return may;
}

int file_write(const char *path, const char *text)
{
	char *whole = file_path(path);
	int fd = open(whole, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int ret;

	free(whole);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	ret = n < 0 ? -errno : 0;
	close(fd);
	return ret;
}
