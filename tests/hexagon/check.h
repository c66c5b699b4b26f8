/* SPDX-License-Identifier: GPL-2.0-only */
/* What a case says when it fails: a condition that does not hold ends the function. */
#ifndef HEXAGON_CHECK_H
#define HEXAGON_CHECK_H

#include <stdio.h>

static char text[200];
static const char *why_not;

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			snprintf(text, sizeof(text), "line %d: %s", __LINE__, #cond); \
			why_not = text; \
			return; \
		} \
	} while (0)

#endif /* HEXAGON_CHECK_H */
