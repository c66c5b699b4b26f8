// SPDX-License-Identifier: GPL-2.0-only
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

/* A string is bytes; what is no printable ASCII is written by its number. */
static void put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_key(const char *key)
{
	if (!key)
		key = next_key;
	next_key = NULL;
	if (depth) {
		if (levels[depth - 1].has_members)
			printf(", ");
		levels[depth - 1].has_members = true;
	}
	if (key) {
		put_string(key);
		printf(": ");
	}
}

static void begin(const char *key, char opening, char closing)
{
	put_key(key);
	if (depth == MAX_DEPTH)
		give_up("a result of this depth is a mistake of this program");
	putchar(opening);
	levels[depth].closing = closing;
	levels[depth++].has_members = false;
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
	putchar(levels[--depth].closing);
	if (!depth)
		putchar('\n');
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
		printf("null");
}

void json_number(const char *key, long long number)
{
	put_key(key);
	printf("%lld", number);
}

void json_bool(const char *key, bool value)
{
	put_key(key);
	printf(value ? "true" : "false");
}
