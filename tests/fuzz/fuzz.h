/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzz targets share: reading an input, and giving up on a failed check. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

struct input {
	const u8 *at;
	size_t left;
};

/* The next @len bytes, little-endian; zeros after the end of the input. */
static inline u64 take(struct input *in, size_t len)
{
	size_t n = len < in->left ? len : in->left;
	u64 value = 0;

	if (n)
		memcpy(&value, in->at, n);
	in->at += n;
	in->left -= n;
	return value;
}

/* libFuzzer keeps the input of a run that aborts. */
static inline int fuzz_verdict(void)
{
	fflush(stdout);
	if (unit_failures)
		abort();
	return 0;
}

#endif /* TESTS_FUZZ_H */
