/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The drivers that are measured one after the other, on one boot: ours, the in-tree
 * one, and the floor, which is none (board/floor).
 */
#ifndef TESTS_MEASURED_H
#define TESTS_MEASURED_H

#include <stdbool.h>

struct measured {
	const char *name, *file, *module;
	bool is_floor;
};

enum { MEASURED_OURS, MEASURED_IN_TREE, MEASURED_FLOOR, MEASURED_COUNT };

extern const struct measured measured[MEASURED_COUNT];

/* What a boot begins with: ours is loaded. */
void measured_unload_ours(void);
/* Load it, and wait until its node is there and nothing of the loading is left to do. */
void measured_begin(const struct measured *m);
/* The same for the last calls, then unload it. */
void measured_end(const struct measured *m);
/* In this time a driver has given back what it keeps of something that is gone. */
void wait_for_aftermath(void);

/* A file of the driver that was begun last. */
int measured_open(void);
void measured_close(int fd);
bool measured_is_floor(void);

#endif /* TESTS_MEASURED_H */
