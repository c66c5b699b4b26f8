// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread makes one call at a time, so all but the answer is told by the thread.  The
 * answer may be seen before the caller's "sent": it is kept until that comes.  If the DSP
 * answered before the caller was back from sending, the time since the copy is the DSP's.
 */
#include <stdio.h>
#include <string.h>

#include "calls.h"

/* A DSP takes 255 calls at a time. */
#define MAX_CALLS	1024
#define MAX_ANSWERS	64

static struct traced_call calls[MAX_CALLS];

static struct answer {
	uint64_t cookie;
	double at;
} early[MAX_ANSWERS];
static size_t next_early;

static struct traced_call *of_thread(int pid)
{
	for (size_t i = 0; i < MAX_CALLS; i++)
		if (calls[i].is_open && calls[i].pid == pid)
			return &calls[i];
	return NULL;
}

static struct traced_call *of_cookie(uint64_t cookie)
{
	for (size_t i = 0; i < MAX_CALLS; i++)
		if (calls[i].is_open && calls[i].cookie == cookie)
			return &calls[i];
	return NULL;
}

/* A place for a new call: its thread's, if that one's end was lost, or a free one. */
static struct traced_call *place_for(int pid)
{
	struct traced_call *call = of_thread(pid);

	for (size_t i = 0; !call && i < MAX_CALLS; i++)
		if (!calls[i].is_open)
			call = &calls[i];
	return call;
}

static void begin(const struct trace_event *event)
{
	struct traced_call *call = place_for(event->pid);

	if (!call)
		return;
	memset(call, 0, sizeof(*call));
	call->is_open = true;
	call->pid = event->pid;
	snprintf(call->comm, sizeof(call->comm), "%s", event->comm);
	trace_word(event, "dsp", call->dsp, sizeof(call->dsp));
	call->client = trace_number(event, "client", 0);
	call->handle = trace_number(event, "handle", 0);
	call->sc = trace_number(event, "sc", 0);
	call->begin = event->seconds;
}

static void call_set_answered(struct traced_call *call, double at)
{
	call->at[STAGE_DSP] = at;
	if (at <= call->at[STAGE_SEND])
		call->at[STAGE_SEND] = call->at[STAGE_COPY_IN];
}

static void sent(struct traced_call *call, const struct trace_event *event)
{
	call->cookie = trace_number(event, "cookie", 0);
	call->at[STAGE_SEND] = event->seconds;
	for (size_t i = 0; i < MAX_ANSWERS; i++)
		if (early[i].cookie == call->cookie) {
			call_set_answered(call, early[i].at);
			early[i].cookie = 0;
		}
}

static void answered(const struct trace_event *event)
{
	uint64_t cookie = trace_number(event, "cookie", 0);
	struct traced_call *call = of_cookie(cookie);

	if (call)
		call_set_answered(call, event->seconds);
	else
		early[next_early++ % MAX_ANSWERS] = (struct answer){ cookie, event->seconds };
}

const struct traced_call *calls_take(const struct trace_event *event)
{
	struct traced_call *call;

	if (!strcmp(event->name, "frpc_call_begin"))
		begin(event);
	else if (!strcmp(event->name, "frpc_call_answered"))
		answered(event);
	call = of_thread(event->pid);
	if (!call)
		return NULL;
	if (!strcmp(event->name, "frpc_call_mapped")) {
		call->len = trace_number(event, "len", 0);
		call->at[STAGE_PREPARE] = event->seconds;
	} else if (!strcmp(event->name, "frpc_call_copied")) {
		call->at[STAGE_COPY_IN] = event->seconds;
	} else if (!strcmp(event->name, "frpc_call_sent")) {
		sent(call, event);
	} else if (!strcmp(event->name, "frpc_call_woken")) {
		call->at[STAGE_WAKE] = event->seconds;
	} else if (!strcmp(event->name, "frpc_call_end")) {
		call->at[STAGE_COPY_OUT] = event->seconds;
		call->result = trace_number(event, "result", 0);
		call->is_open = false;
		return call;
	}
	return NULL;
}

double call_stage_us(const struct traced_call *call, enum call_stage stage)
{
	double since = call->begin;

	if (!call->at[stage])
		return 0;
	for (int i = 0; i < (int)stage; i++)
		if (call->at[i] > since)
			since = call->at[i];
	return call->at[stage] > since ? (call->at[stage] - since) * 1e6 : 0;
}

double call_total_us(const struct traced_call *call)
{
	return (call->at[STAGE_COPY_OUT] - call->begin) * 1e6;
}

const char *call_stage_name(enum call_stage stage)
{
	static const char *const names[] = {
		[STAGE_PREPARE] = "prepare", [STAGE_COPY_IN] = "copy-in", [STAGE_SEND] = "send",
		[STAGE_DSP] = "dsp", [STAGE_WAKE] = "wake", [STAGE_COPY_OUT] = "copy-out",
	};

	return names[stage];
}

void call_account_add(struct call_account *account, const struct traced_call *call)
{
	double total = call_total_us(call);

	account->count++;
	account->total_us += total;
	if (total > account->most_total_us)
		account->most_total_us = total;
	for (int i = 0; i < NR_STAGES; i++) {
		double us = call_stage_us(call, i);

		account->sum_us[i] += us;
		if (us > account->most_us[i])
			account->most_us[i] = us;
	}
}
