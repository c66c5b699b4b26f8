/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files and links, as sysfs has them.  What is returned is to be freed. */
#ifndef TOOLS_FILE_H
#define TOOLS_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* All of it, NUL behind it and no line end; NULL and errno.  @len may be NULL. */
char *file_text(const char *path, size_t *len);
/* Of a path made by a format; NULL. */
char *file_textf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool file_existsf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Where a path leads to in the end; NULL. */
char *file_realf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The last name of that; NULL. */
char *file_real_namef(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int file_write(const char *path, const char *text);	/* 0 or -errno */

#endif
