// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "say.h"

#define MAX_OPTIONS	16

static bool parse_number(const struct option_entry *entry, const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || !value || value > UINT_MAX) {
		complain("--%s takes a number from 1 on, not \"%s\"", entry->name, text);
		return false;
	}
	*entry->number = value;
	return true;
}

static bool take(const struct option_entry *entry, const char *text)
{
	if (entry->number)
		return parse_number(entry, text);
	if (entry->text)
		*entry->text = text;
	else
		*entry->flag = true;
	return true;
}

/* The entry that getopt_long() means by @found; all have a long name, some a letter. */
static const struct option_entry *entry_of(const struct option_entry *table, int found)
{
	if (found >= MAX_OPTIONS) {
		while (table->letter != found)
			table++;
		return table;
	}
	return &table[found];
}

int options_parse(const struct option_entry *table, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS] = { };
	char letters[2 * MAX_OPTIONS + 1], *p = letters;
	int found;

	for (int i = 0; table[i].name && i < MAX_OPTIONS - 1; i++) {
		longs[i].name = table[i].name;
		longs[i].has_arg = table[i].value ? required_argument : no_argument;
		longs[i].val = i;
		if (!table[i].letter)
			continue;
		*p++ = table[i].letter;
		if (table[i].value)
			*p++ = ':';
	}
	*p = '\0';
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) >= 0)
		if (found == '?' || !take(entry_of(table, found), optarg))
			return -1;	/* getopt_long() has said what it does not know */
	return optind;
}

void options_help(const struct option_entry *table)
{
	for (; table->name; table++) {
		char names[40];

		snprintf(names, sizeof(names), "--%s%s%s", table->name, table->value ? " " : "",
			 table->value ? table->value : "");
		if (table->letter)
			printf("  -%c, %-18s %s\n", table->letter, names, table->help);
		else
			printf("      %-18s %s\n", names, table->help);
	}
}
