// SPDX-License-Identifier: GPL-2.0-only
/* Is a text JSON?  A judge of its own: it shares nothing with who wrote the text. */
#include <ctype.h>

#include "command.h"

static const char *value(const char *p, int depth);

static const char *blanks(const char *p)
{
	return p ? p + strspn(p, " \t\n\r") : NULL;
}

static const char *word(const char *p, const char *expected)
{
	return p && !strncmp(p, expected, strlen(expected)) ? p + strlen(expected) : NULL;
}

static const char *string(const char *p)
{
	p = word(p, "\"");
	for (; p && *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && !strchr("\"\\/bfnrtu", *++p))
			return NULL;
	}
	return word(p, "\"");
}

static const char *number(const char *p)
{
	p += *p == '-';
	if (!isdigit((unsigned char)*p) || (*p == '0' && isdigit((unsigned char)p[1])))
		return NULL;
	p += strspn(p, "0123456789");
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	return p;
}

static const char *member(const char *p, int depth)
{
	p = word(blanks(string(blanks(p))), ":");
	return value(p, depth);
}

/* What is between brackets: nothing, or parts with commas in between. */
static const char *parts(const char *p, const char *closing,
			 const char *(*part)(const char *p, int depth), int depth)
{
	p = blanks(p);
	if (p && *p == *closing)
		return p + 1;
	while (p) {
		p = blanks(part(p, depth));
		if (!p || *p == *closing)
			return word(p, closing);
		p = word(p, ",");
	}
	return NULL;
}

static const char *value(const char *p, int depth)
{
	static const char *const words[] = { "true", "false", "null" };

	p = blanks(p);
	if (!p || depth > 16)
		return NULL;
	if (*p == '{')
		return parts(p + 1, "}", member, depth + 1);
	if (*p == '[')
		return parts(p + 1, "]", value, depth + 1);
	if (*p == '"')
		return string(p);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (word(p, words[i]))
			return word(p, words[i]);
	return number(p);
}

bool json_is_valid(const char *text)
{
	const char *p = blanks(text);

	if (!p || !*p)
		return false;
	while (p && *p)
		p = blanks(value(p, 0));
	return p;
}
