/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options as a table: it parses them, and it is their help.  A table ends with an
 * entry without a name; all its options may be given in any order, also behind words.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>

/**
 * struct option_entry - one option
 * @name: the long one, without its dashes
 * @letter: the short one, or 0
 * @flag: becomes true; if it takes no value
 * @number: becomes its value, a number of at least 1
 * @text: becomes its value, whatever it is
 * @value: what it takes, for the help ("N"), or NULL
 * @help: a line for people
 */
struct option_entry {
	const char *name;
	char letter;
	bool *flag;
	unsigned int *number;
	const char **text;
	const char *value;
	const char *help;
};

/*
 * Returns the place of the first word that is no option (all are behind it), or -1:
 * what is wrong has been said.
 */
int options_parse(const struct option_entry *table, int argc, char **argv);
void options_help(const struct option_entry *table);

#endif
