/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON, one value after the other, on standard output or in a file.  @key is the name of a member,
 * or NULL for an element of an array and for the whole.
 */
#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* From now on to @file; NULL: standard output.  The whole that was begun goes on. */
void json_to(FILE *file);
/* The key of the next value, which is written with NULL. */
void json_key(const char *key);
/* Has that value been written?  If not, null is written now. */
bool json_key_taken(void);
void json_object(const char *key);
void json_array(const char *key);
void json_end(void);		/* of the object or array begun last; a new line after the whole */
void json_text(const char *key, const char *text);	/* NULL is null */
void json_number(const char *key, long long number);
void json_bool(const char *key, bool value);

#endif
