// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "perfetto.h"
#include "say.h"

/* The number of the heap's process; those of the DSPs follow. */
#define HEAP_PROCESS	1

/* What has a name in the file already. */
struct track {
	int process, thread;
	char name[48];
	unsigned long long first;	/* of a segment */
	bool is_open;			/* its last slice has not ended */
};

static struct track *tracks;
static size_t nr_tracks;
static int nr_processes = HEAP_PROCESS;
static FILE *file;
static const char *file_path;

/* Whole microseconds, so that a stage does not end after its call. */
static long long us_of(double seconds)
{
	return seconds * 1e6;
}

static void event_begin(const char *phase, const char *name, int process, int thread)
{
	json_object(NULL);
	json_text("ph", phase);
	json_text("name", name);
	json_number("pid", process);
	json_number("tid", thread);
}

static void event_name(const char *kind, int process, int thread, const char *name)
{
	event_begin("M", kind, process, thread);
	json_object("args");
	json_text("name", name);
	json_end();
	json_end();
}

static struct track *track_add(int process, int thread, const char *name)
{
	struct track *track;

	tracks = must_grow(tracks, (nr_tracks + 1) * sizeof(*tracks));
	track = &tracks[nr_tracks++];
	*track = (struct track){ .process = process, .thread = thread };
	snprintf(track->name, sizeof(track->name), "%s", name);
	event_name(thread ? "thread_name" : "process_name", process, thread, name);
	return track;
}

/* The process of a DSP; its first call makes it. */
static int process_of(const char *dsp)
{
	for (size_t i = 0; i < nr_tracks; i++)
		if (!tracks[i].thread && !strcmp(tracks[i].name, dsp))
			return tracks[i].process;
	return track_add(++nr_processes, 0, dsp)->process;
}

static void thread_show(int process, const struct traced_call *call)
{
	for (size_t i = 0; i < nr_tracks; i++)
		if (tracks[i].process == process && tracks[i].thread == call->pid)
			return;
	track_add(process, call->pid, call->comm);
}

/* An event that has a begin and an end; its object is left open for more members. */
static void slice_begin(const char *name, int process, int thread, double begin, double end)
{
	event_begin("X", name, process, thread);
	json_number("ts", us_of(begin));
	json_number("dur", us_of(end) - us_of(begin));
}

static void call_show_stages(const struct traced_call *call, int process)
{
	double begin = call->begin;

	for (int i = 0; i < NR_STAGES; i++) {
		if (call->at[i] <= begin)
			continue;
		slice_begin(call_stage_name(i), process, call->pid, begin, call->at[i]);
		json_text("cat", "stage");
		json_end();
		begin = call->at[i];
	}
}

void perfetto_call(const struct traced_call *call)
{
	int process;
	char name[40];

	json_to(file);
	process = process_of(call->dsp);
	thread_show(process, call);
	snprintf(name, sizeof(name), "handle %#x, method %u", call->handle, call->sc >> 24 & 0x1f);
	slice_begin(name, process, call->pid, call->begin, call->at[STAGE_COPY_OUT]);
	json_text("cat", "call");
	json_object("args");
	json_number("client", call->client);
	json_number("scalars", call->sc);
	json_number("message_bytes", call->len);
	json_number("result", call->result);
	json_end();
	json_end();
	call_show_stages(call, process);
	json_to(NULL);
}

/* The thread of a segment; its first step makes it. */
static struct track *segment_find(unsigned long long first, unsigned long long last)
{
	struct track *track;
	char name[48];
	int count = 0;

	for (size_t i = 0; i < nr_tracks; i++) {
		if (tracks[i].process != HEAP_PROCESS || !tracks[i].thread)
			continue;
		if (tracks[i].first == first)
			return &tracks[i];
		count++;
	}
	snprintf(name, sizeof(name), "0x%llx-0x%llx", first, last);
	track = track_add(HEAP_PROCESS, count + 1, name);
	track->first = first;
	return track;
}

static void segment_end_state(struct track *track, double seconds)
{
	if (!track->is_open)
		return;
	event_begin("E", "", HEAP_PROCESS, track->thread);
	json_number("ts", us_of(seconds));
	json_end();
	track->is_open = false;
}

void perfetto_heap(double seconds, unsigned long long first, unsigned long long last,
		   const char *what, const char *to)
{
	struct track *track;

	json_to(file);
	track = segment_find(first, last);
	segment_end_state(track, seconds);
	event_begin("B", to, HEAP_PROCESS, track->thread);
	json_number("ts", us_of(seconds));
	json_text("cat", "heap");
	json_object("args");
	json_text("step", what);
	json_end();
	json_end();
	track->is_open = true;
	json_to(NULL);
}

bool perfetto_begin(const char *path)
{
	file = fopen(path, "w");
	file_path = path;
	if (!file) {
		complain("cannot create %s: %s", path, strerror(errno));
		return false;
	}
	json_to(file);
	json_object(NULL);
	json_text("displayTimeUnit", "ms");
	json_array("traceEvents");
	track_add(HEAP_PROCESS, 0, "remote heap");
	json_to(NULL);
	return true;
}

bool perfetto_end(void)
{
	bool is_good;

	json_to(file);
	json_end();
	json_end();
	json_to(NULL);
	is_good = !ferror(file);
	is_good &= !fclose(file);
	if (!is_good)
		complain("cannot write %s: %s", file_path, strerror(errno));
	return is_good;
}
