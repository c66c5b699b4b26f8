/* SPDX-License-Identifier: GPL-2.0-only */
/* The driver's account of its remote heaps: debugfs, fastrpc/heaps. */
#ifndef TOOLS_HEAP_H
#define TOOLS_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#define HEAP_MAX_FIGURES	16
#define HEAP_MAX_PIECES		256

struct heap_piece {
	char kind[16];		/* "region" or "growth" */
	unsigned long long first, last;
	char state[24];
};

/* A word of the account, in its order: "lends", "3". */
struct heap_figure {
	char name[24];
	char value[32];
};

struct heap {
	char rproc[64];
	struct heap_figure figures[HEAP_MAX_FIGURES];
	size_t nr_figures;
	struct heap_piece pieces[HEAP_MAX_PIECES];
	size_t nr_pieces;
};

/*
 * Reads it: an exit status.  If it may not or cannot be read, that and what to do
 * has been said, unless @quietly.  @secure_maps_lost: what never came back of others.
 */
int heaps_read(struct heap **heaps, size_t *count, unsigned long *secure_maps_lost, bool quietly);

/* The heap of a remote processor, or NULL. */
const struct heap *heap_of(const struct heap *heaps, size_t count, const char *rproc);
const char *heap_figure(const struct heap *heap, const char *name);	/* NULL: none */
/* What a state means for people; docs/remote-heap.md has the whole of it. */
const char *heap_state_text(const char *state);
bool heap_is_lost(const struct heap *heap);	/* some of it cannot be had back */

#endif
