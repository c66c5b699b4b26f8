/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace as a file for the viewer of Perfetto (ui.perfetto.dev), in the JSON format that it
 * and chrome://tracing read.  A DSP is a process of the viewer; each thread that calls the DSP
 * is a thread of that process.  A call is a slice, and so is each of its stages.  The segments
 * of the remote heap are threads of one more process, and each state is a slice.
 */
#ifndef TOOLS_PERFETTO_H
#define TOOLS_PERFETTO_H

#include <stdbool.h>

#include "calls.h"

/* Creates the file.  False: that failed, which has been said. */
bool perfetto_begin(const char *path);
void perfetto_call(const struct traced_call *call);
/* A step of a segment: the state @to begins at @seconds. */
void perfetto_heap(double seconds, unsigned long long first, unsigned long long last,
		   const char *what, const char *to);
/* Completes the file.  False: it is not complete, which has been said. */
bool perfetto_end(void);

#endif
