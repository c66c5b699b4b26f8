/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of this project on the board: what they print, and how they end. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include <sys/types.h>

#include "harness.h"

#define FASTRPCCTL	"/bin/fastrpcctl"

/* A program that ended by itself: its exit status, or 128 and the signal. */
struct said {
	int status;
	char out[8 << 20];	/* what it printed, all of the kernel log perhaps */
	char err[8 << 10];	/* what it complained of */
};

/* One that runs. */
struct command {
	pid_t pid;
	int out;		/* a pipe */
	int err;		/* a file that grows */
	size_t len;		/* what has come through the pipe: said.out */
	void (*prepare)(void);	/* in the child, before it runs; may be NULL */
};

/* @words: behind its name, up to a NULL. */
void command_start(struct command *c, const char *path, const char *const *words);
/* Until it has printed this; aborts the case if it does not come.  What it printed is in ctl. */
void command_wait_out(struct command *c, const char *text);
void command_end(struct command *c, int sig);	/* 0: it ends by itself */

/* What the last one, or the one that runs, has said. */
extern struct said ctl;

/* fastrpcctl with these words up to a NULL; how it ends. */
#define fastrpcctl(...)	fastrpcctl_as(NULL, __VA_ARGS__)
/* The same, but @prepare is called in the process that becomes it. */
int fastrpcctl_as(void (*prepare)(void), const char *word, ...) __attribute__((sentinel));
/* Checks of what it said; the whole is printed if it lacks it. */
void ctl_prints(const char *text);
void ctl_prints_not(const char *text);
void ctl_complains(const char *text);
/* Is all it printed one JSON value, or one a line?  json.c */
bool json_is_valid(const char *text);
/* prepare: not root any more */
void become_nobody(void);

#endif
