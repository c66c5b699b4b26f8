// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static void complain_list(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_list(fmt, ap);
	va_end(ap);
}

void give_up(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_list(fmt, ap);
	va_end(ap);
	exit(STATUS_FAILURE);
}

void *must_alloc(size_t size)
{
	void *p = must_grow(NULL, size);

	memset(p, 0, size);
	return p;
}

void *must_grow(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p)
		give_up("out of memory");
	return p;
}

char *must_print(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = must_print_list(fmt, ap);
	va_end(ap);
	return text;
}

char *must_print_list(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		give_up("out of memory");
	return text;
}
