// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "json.h"
#include "say.h"

#define MAX_DEPTH	8

static struct {
	char closing;
	bool has_members;
} levels[MAX_DEPTH];
static int depth;
static const char *next_key;
static FILE *output;		/* NULL: standard output */

static void put(char c)
{
	putc(c, output ? output : stdout);
}

static __attribute__((format(printf, 1, 2))) void print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(output ? output : stdout, fmt, ap);
	va_end(ap);
}

/* A string is bytes; what is no printable ASCII is written by its number. */
static void put_string(const char *text)
{
	put('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			print("\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			print("\\u%04x", c);
		else
			put(c);
	}
	put('"');
}

static void put_key(const char *key)
{
	if (!key)
		key = next_key;
	next_key = NULL;
	if (depth) {
		if (levels[depth - 1].has_members)
			print(", ");
		levels[depth - 1].has_members = true;
	}
	if (key) {
		put_string(key);
		print(": ");
	}
}

static void begin(const char *key, char opening, char closing)
{
	put_key(key);
	if (depth == MAX_DEPTH)
		give_up("a result of this depth is a mistake of this program");
	put(opening);
	levels[depth].closing = closing;
	levels[depth++].has_members = false;
}

void json_to(FILE *file)
{
	output = file;
}

void json_object(const char *key)
{
	begin(key, '{', '}');
}

void json_array(const char *key)
{
	begin(key, '[', ']');
}

void json_end(void)
{
	put(levels[--depth].closing);
	if (!depth)
		put('\n');
}

void json_key(const char *key)
{
	next_key = key;
}

bool json_key_taken(void)
{
	if (!next_key)
		return true;
	json_text(NULL, NULL);
	return false;
}

void json_text(const char *key, const char *text)
{
	put_key(key);
	if (text)
		put_string(text);
	else
		print("null");
}

void json_number(const char *key, long long number)
{
	put_key(key);
	print("%lld", number);
}

void json_bool(const char *key, bool value)
{
	put_key(key);
	print("%s", value ? "true" : "false");
}
