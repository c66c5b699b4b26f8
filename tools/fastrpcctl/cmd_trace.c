// SPDX-License-Identifier: GPL-2.0-only
/* trace: calls and heaps as they happen, and at the end where the time of calls went. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "calls.h"
#include "fastrpcctl.h"
#include "json.h"
#include "perfetto.h"
#include "say.h"

static bool as_json, only_summary;
static unsigned int wanted_calls, wanted_seconds;
static const char *perfetto_path;

static const struct option_entry options[] = {
	{ "count", 'n', .number = &wanted_calls, .value = "N", .help = "end after so many calls" },
	{ "json", 'j', .flag = &as_json, .help = "print JSON: a line for each call and event" },
	{ "perfetto", 'p', .text = &perfetto_path, .value = "FILE",
	  .help = "also write a file for the viewer of Perfetto" },
	{ "seconds", 't', .number = &wanted_seconds, .value = "N",
	  .help = "end after so many seconds" },
	{ "summary", 's', .flag = &only_summary, .help = "only the summary at the end" },
	{ }
};

static volatile sig_atomic_t is_stopped;

static void stop(int sig)
{
	(void)sig;
	is_stopped = 1;
}

/* poll() is to return when one comes, so no SA_RESTART. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void print_header(void)
{
	printf("%14s  %-6s %-22s %-10s %-10s %9s", "seconds", "dsp", "caller", "handle", "scalars",
	       "us");
	for (int i = 0; i < NR_STAGES; i++)
		printf(" %9s", call_stage_name(i));
	printf("  result\n");
}

/* From here on no event is missed; the program that waits for that is told. */
static void print_start(void)
{
	if (as_json) {
		json_object(NULL);
		json_text("event", "start");
		json_end();
	} else if (!only_summary) {
		print_header();
	}
	fflush(stdout);
}

static void print_call(const struct traced_call *call)
{
	char caller[48];

	snprintf(caller, sizeof(caller), "%s-%d", call->comm, call->pid);
	printf("%14.6f  %-6s %-22s %#-10x %#010x %9.0f", call->begin, call->dsp, caller,
	       call->handle, call->sc, call_total_us(call));
	for (int i = 0; i < NR_STAGES; i++)
		printf(" %9.0f", call_stage_us(call, i));
	printf("  %lld\n", call->result);
}

static void json_call(const struct traced_call *call)
{
	json_object(NULL);
	json_text("event", "call");
	json_number("begin_us", call->begin * 1e6);
	json_text("dsp", call->dsp);
	json_text("comm", call->comm);
	json_number("tid", call->pid);
	json_number("client", call->client);
	json_number("handle", call->handle);
	json_number("scalars", call->sc);
	json_number("len", call->len);
	json_number("total_us", call_total_us(call));
	json_object("stages_us");
	for (int i = 0; i < NR_STAGES; i++)
		json_number(call_stage_name(i), call_stage_us(call, i));
	json_end();
	json_number("result", call->result);
	json_end();
}

static void show_heap(const struct trace_event *event)
{
	unsigned long long phys = trace_number(event, "phys", 0);
	unsigned long long len = trace_number(event, "len", 0);
	char from[24], to[24], what[24];

	trace_word(event, "from", from, sizeof(from));
	trace_word(event, "to", to, sizeof(to));
	trace_word(event, "step", what, sizeof(what));
	if (!strcmp(event->name, "frpc_heap_crash")) {
		snprintf(what, sizeof(what), "crash");
		trace_word(event, "state", from, sizeof(from));
		snprintf(to, sizeof(to), "%s", from);
	}
	if (perfetto_path)
		perfetto_heap(event->seconds, phys, phys + len - 1, what, to);
	if (only_summary)
		return;
	if (!as_json) {
		printf("%14.6f  heap   0x%llx-0x%llx, %llu KiB: %s: %s -> %s\n", event->seconds,
		       phys, phys + len - 1, len >> 10, what, from, to);
		return;
	}
	json_object(NULL);
	json_text("event", "heap");
	json_number("at_us", event->seconds * 1e6);
	json_number("first", phys);
	json_number("last", phys + len - 1);
	json_text("what", what);
	json_text("from", from);
	json_text("to", to);
	json_end();
}

static void print_row(const char *name, unsigned long count, double sum, double most, double total)
{
	printf("  %-10s %10.1f %10.0f %7.1f %%\n", name, sum / count, most,
	       total > 0 ? 100 * sum / total : 0);
}

static void print_summary(const struct call_account *account)
{
	if (!account->count) {
		printf("no call ended\n");
		return;
	}
	printf("\nwhere the time of %lu calls went, in microseconds\n  %-10s %10s %10s %9s\n",
	       account->count, "", "mean", "most", "share");
	for (int i = 0; i < NR_STAGES; i++)
		print_row(call_stage_name(i), account->count, account->sum_us[i],
			  account->most_us[i], account->total_us);
	print_row("all", account->count, account->total_us, account->most_total_us,
		  account->total_us);
}

static void json_summary(const struct call_account *account, unsigned long lost)
{
	json_object(NULL);
	json_text("event", "summary");
	json_number("calls", account->count);
	json_number("total_us", account->total_us);
	json_object("stages_us");
	for (int i = 0; i < NR_STAGES; i++)
		json_number(call_stage_name(i), account->sum_us[i]);
	json_end();
	json_number("lost_events", lost);
	json_end();
}

static void show_event(const struct trace_event *event, struct call_account *account)
{
	const struct traced_call *call = calls_take(event);

	if (call)
		call_account_add(account, call);
	if (call && perfetto_path)
		perfetto_call(call);
	if (call && !only_summary)
		(as_json ? json_call : print_call)(call);
	else if (!call && !strncmp(event->name, "frpc_heap_", 10))
		show_heap(event);
	/* who watches sees it now */
	fflush(stdout);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Milliseconds until the end that was asked for; -1: none was. */
static int time_left(double end)
{
	double left = end - now();

	if (!wanted_seconds)
		return -1;
	return left > 0 ? left * 1000 + 1 : 0;
}

static bool is_done(const struct call_account *account)
{
	return is_stopped || (wanted_calls && account->count >= wanted_calls) || ferror(stdout);
}

static void watch(struct trace *trace, struct call_account *account)
{
	double end = now() + wanted_seconds;
	struct trace_event event;

	while (!is_done(account)) {
		int ms = time_left(end);

		if (trace_next(trace, ms, &event))
			show_event(&event, account);
		else if (!ms)
			break;
	}
	trace_pause(trace);
	while (!(wanted_calls && account->count >= wanted_calls) && trace_next(trace, 0, &event))
		show_event(&event, account);
}

static int run(char **words)
{
	struct call_account account = { };
	struct trace *trace;
	int status = STATUS_GOOD;

	(void)words;
	if (perfetto_path && as_json) {
		complain("--perfetto and --json: only one of the two");
		return STATUS_USAGE;
	}
	catch_signals();
	trace = trace_begin("frpc");
	if (!trace)
		return STATUS_NOTHING;
	if (perfetto_path && !perfetto_begin(perfetto_path)) {
		trace_end(trace);
		return STATUS_FAILURE;
	}
	print_start();
	watch(trace, &account);
	if (as_json)
		json_summary(&account, trace_lost(trace));
	else
		print_summary(&account);
	if (trace_lost(trace) && !as_json)
		complain("%lu events came too fast and were lost: times above may lack parts",
			 trace_lost(trace));
	trace_end(trace);
	if (perfetto_path && !perfetto_end())
		status = STATUS_FAILURE;
	return status;
}

const struct command command_trace = {
	.name = "trace", .words = "", .options = options, .run = run,
	.help = "calls and heaps as they happen, and where the time of calls went",
};
