/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files and links, as sysfs has them.  What is returned is to be freed.  All paths
 * are below a directory, which is "/" until file_set_root().
 */
#ifndef TOOLS_FILE_H
#define TOOLS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

void file_set_root(const char *dir);
bool file_has_root(void);		/* is it another than "/"? */
/* The path of the whole system. */
char *file_path(const char *path);
/* All of it, NUL behind it; NULL and errno. */
char *file_bytes(const char *path, size_t *len);
/* The same without a line end.  @len may be NULL. */
char *file_text(const char *path, size_t *len);
/* Of a path made by a format; NULL. */
char *file_textf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool file_existsf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Where a path leads to in the end; NULL. */
char *file_realf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The last name of that; NULL. */
char *file_real_namef(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Calls @visit for each path that fits the pattern, in their order; frees the pattern. */
void file_for_each(char *pattern, void (*visit)(const char *path, void *arg), void *arg);
/* How many there are. */
size_t file_countf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool file_stat(const char *path, struct stat *st);
bool file_may_open(const char *path);		/* by this process, to read and write */
int file_write(const char *path, const char *text);	/* 0 or -errno */

#endif
