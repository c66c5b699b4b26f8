/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that can fail, once: a sequence is run with the first allocation or
 * copy below the driver failing, then with the second, and so on until none is
 * left.  That takes a kernel that can inject failures, and the driver loaded.
 */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

#include "harness.h"

/*
 * @before: the state to start from; nothing fails in it.  May be NULL
 * @sequence: what is swept; returns its result
 * @after: has the result; checks that the state is the one before, and that all
 *	   works at the next try
 * @in_workers: not this thread does the work, but workers of the kernel
 * @depth: how far up the stack the driver is looked for; failures deeper below
 *	   it are the kernel's own matter.  NULL: 10
 * @cannot_fail: nothing that fails may keep it from succeeding
 */
struct sweep {
	const char *name;
	void (*before)(void);
	long (*sequence)(void);
	void (*after)(long result);
	bool in_workers;
	const char *depth;
	bool cannot_fail;
};

/* Skips the case on a kernel that cannot inject failures. */
void sweep_run(const struct sweep *sweep);

#endif /* TESTS_SWEEP_H */
