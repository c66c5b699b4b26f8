/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks for the user-space tests; a failed one prints where and both values. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <stdlib.h>

static int unit_failures;

#define CHECK_EQ(got, want) unit_eq(__FILE__, __LINE__, #got, \
				    (long long)(got), (long long)(want))
#define CHECK(cond) unit_eq(__FILE__, __LINE__, #cond, !!(cond), 1)

static inline int unit_eq(const char *file, int line, const char *text,
			  long long got, long long want)
{
	if (got == want)
		return 1;
	if (unit_failures++ < 20)
		printf("%s:%d: %s is %lld (0x%llx), expected %lld (0x%llx)\n",
		       file, line, text, got, (unsigned long long)got, want,
		       (unsigned long long)want);
	return 0;
}

static inline int unit_result(void)
{
	if (unit_failures)
		printf("%d checks failed\n", unit_failures);
	return unit_failures ? 1 : 0;
}

#endif /* TESTS_UNIT_H */
