/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boards of docs/remote-heap-matrix.md: the boot decides the shape and what SCM can be, and
 * a DSP gets one region after the other.
 */
#ifndef TESTS_MATRIX_H
#define TESTS_MATRIX_H

#include "harness.h"

/* The words of a cell. */
enum { MATRIX_SHAPE, MATRIX_VMIDS, MATRIX_SCM, MATRIX_LIFE, MATRIX_REGION, MATRIX_WORDS };

#define MATRIX_REGIONS		7
#define MATRIX_CARVE_OUTS	3	/* the first of them */
#define MATRIX_CMAS		5	/* and up to here CMA */
#define MATRIX_NO_REGION	(MATRIX_REGIONS - 1)

extern const char *const matrix_regions[MATRIX_REGIONS];

struct matrix_dsp {
	char label[DSP_LABEL_LEN];
	char node[48];
	const char *shape;
	bool can_be_attached;
};

/*
 * Tries a cell: the driver is loaded, the DSP is selected and off, and has to be off at the end.
 * @where: the region; @is_first: of the cells since the driver was loaded
 */
typedef void matrix_try(const struct matrix_dsp *dsp, const char *const *cell, size_t region,
			const struct heap_piece *where, bool is_first);

/* "good", "none" or "late": as this boot is now. */
const char *matrix_scm(void);
/* Lets the driver of SCM bind, if it has not. */
void matrix_scm_comes(void);
/* Each region of each DSP, with and without VMs; @scm: the cells' word.  A failure ends it. */
void matrix_try_all(const char *scm, matrix_try *try);
/* Starts the selected DSP, or has a boot loader start it and Linux attach to it. */
int matrix_boot(const char *life);

#endif
