/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls put together from the driver's tracepoints, and where their time went. */
#ifndef TOOLS_CALLS_H
#define TOOLS_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "tracefs.h"

/* What happens to a call, one after the other. */
enum call_stage {
	STAGE_PREPARE,	/* arguments read, laid out, dma-bufs mapped */
	STAGE_COPY_IN,	/* inputs copied into the message */
	STAGE_SEND,	/* handed to the link */
	STAGE_DSP,	/* until its answer is here */
	STAGE_WAKE,	/* until the caller runs again */
	STAGE_COPY_OUT,	/* outputs copied to the caller */
	NR_STAGES
};

/**
 * struct traced_call - a call, or what was seen of it
 * @pid: who makes it
 * @comm: that one's name
 * @dsp: where
 * @client: as the DSP knows the file
 * @handle: of a module
 * @sc: scalars
 * @len: bytes of its message
 * @begin: seconds
 * @at: seconds at which each stage was over; 0: not seen
 * @cookie: 0: not sent
 * @result: of the whole
 * @is_open: it has not ended
 */
struct traced_call {
	int pid;
	char comm[32];
	char dsp[16];
	unsigned int client, handle, sc;
	unsigned long long len;
	double begin;
	double at[NR_STAGES];
	uint64_t cookie;
	long long result;
	bool is_open;
};

/* Returns a call if this event ends it: valid until the next call of this function. */
const struct traced_call *calls_take(const struct trace_event *event);
/* Microseconds that a stage took; 0 if the call had none. */
double call_stage_us(const struct traced_call *call, enum call_stage stage);
double call_total_us(const struct traced_call *call);
const char *call_stage_name(enum call_stage stage);

/* The sum of many. */
struct call_account {
	unsigned long count;
	double sum_us[NR_STAGES], most_us[NR_STAGES];
	double total_us, most_total_us;
};

void call_account_add(struct call_account *account, const struct traced_call *call);

#endif
