/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tool says that is not its result, and how it ends. */
#ifndef TOOLS_SAY_H
#define TOOLS_SAY_H

#include <stdarg.h>
#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The exit statuses of every tool. */
enum {
	STATUS_GOOD = 0,
	STATUS_FAILURE = 1,	/* something is wrong, and was found or met */
	STATUS_USAGE = 2,
	STATUS_NOTHING = 3,	/* there is nothing to look at, or it may not be seen */
};

/* One line on standard error, behind the name of the tool. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the end: out of memory, and other errors that end the program. */
void give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Memory, or the end. */
void *must_alloc(size_t size);		/* zeroed */
void *must_grow(void *old, size_t size);
char *must_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *must_print_list(const char *fmt, va_list ap);

#endif
