/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's tracepoints of one group, as they happen, in a buffer of our own: who
 * else traces is not disturbed, and what is switched on goes with the process.
 */
#ifndef TOOLS_TRACEFS_H
#define TOOLS_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>

struct trace;

/**
 * struct trace_event - something that happened
 * @seconds: when, by the kernel's monotonic clock
 * @pid: in whose name, where that means something
 * @comm: that one's name
 * @name: of the event
 * @words: the rest: "key=value key=value"
 */
struct trace_event {
	double seconds;
	int pid;
	char comm[32];
	char name[32];
	char words[256];
};

/* Begins; NULL: it cannot, which has been said, with what to do. */
struct trace *trace_begin(const char *group);
/*
 * The next event, in @ms at most (-1: any time; a signal ends the wait, too).
 * False: there is none so far.
 */
bool trace_next(struct trace *trace, int ms, struct trace_event *event);
/* Nothing new is recorded; what is there can still be read. */
void trace_pause(struct trace *trace);
/* Events that came faster than they were read. */
unsigned long trace_lost(const struct trace *trace);
void trace_end(struct trace *trace);

/* The value behind "key=", as text or number; @otherwise if there is none. */
const char *trace_word(const struct trace_event *event, const char *key, char *buf, size_t size);
long long trace_number(const struct trace_event *event, const char *key, long long otherwise);

#endif
