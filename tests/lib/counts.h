/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What something costs the processor, and how often events happen meanwhile.
 *
 * Both reach from a start to a stop, include work that the kernel put off, and are
 * without the time in which nothing runs, without the DSP model's own work, and
 * without what measuring itself costs.  For one processor; see docs/evidence/performance.md.
 */
#ifndef TESTS_COUNTS_H
#define TESTS_COUNTS_H

#include <stdint.h>

/* In nanoseconds: instructions, under QEMU's -icount shift=0. */
struct cost {
	int64_t host;
	int64_t model;		/* the DSP model's, which is not in host */
};

void cost_start(void);
struct cost cost_stop(void);

enum count {
	COUNT_MAPS,		/* in IOMMU domains */
	COUNT_UNMAPS,
	COUNT_SLAB,		/* objects and ... */
	COUNT_PAGES,		/* ... blocks of pages allocated by threads of this program */
	COUNT_SWITCHES,		/* of context, of all tasks */
	COUNT_WORKS,		/* work items that were run, of all drivers */
	COUNT_EVENTS,
	COUNT_TLBI = COUNT_EVENTS,	/* commands given to the SMMU: TLB invalidations, ... */
	COUNT_SYNCS,		/* ... and waits for the end of commands */
	COUNTS
};

extern const char *const count_names[COUNTS];

/* Counting costs instructions, so not while a cost is measured. */
void counts_start(void);
void counts_stop(int64_t counts[COUNTS]);

/* Call it once, before both. */
void counts_calibrate(void);

#endif /* TESTS_COUNTS_H */
