// SPDX-License-Identifier: GPL-2.0-only
/* heap: the driver's account of the memory that audio PDs have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fastrpcctl.h"
#include "heap.h"
#include "json.h"
#include "say.h"

static bool as_json;

static const struct option_entry options[] = {
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ }
};

static void print_heap(const struct heap *heap)
{
	printf("%s\n", heap->rproc);
	for (size_t i = 0; i < heap->nr_figures; i++)
		printf("  %-12s %s\n", heap->figures[i].name, heap->figures[i].value);
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];

		printf("  %-12s 0x%llx-0x%llx, %llu KiB: %s\n  %-12s (%s)\n", piece->kind,
		       piece->first, piece->last, (piece->last - piece->first + 1) >> 10,
		       piece->state, "", heap_state_text(piece->state));
	}
}

static void json_figure(const struct heap_figure *figure)
{
	char *end;
	long long number = strtoll(figure->value, &end, 10);

	if (*end || !*figure->value)
		json_text(figure->name, figure->value);
	else
		json_number(figure->name, number);
}

static void json_heap(const struct heap *heap)
{
	json_object(NULL);
	json_text("remoteproc", heap->rproc);
	for (size_t i = 0; i < heap->nr_figures; i++)
		json_figure(&heap->figures[i]);
	json_array("pieces");
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		json_object(NULL);
		json_text("kind", heap->pieces[i].kind);
		json_number("first", heap->pieces[i].first);
		json_number("last", heap->pieces[i].last);
		json_text("state", heap->pieces[i].state);
		json_end();
	}
	json_end();
	json_end();
}

static void print(const struct heap *heaps, size_t count, unsigned long secure_maps_lost)
{
	if (!count)
		printf("no DSP has a heap: the kernel log (dmesg) has a line for each\n"
		       "memory-region that could not be used\n");
	for (size_t i = 0; i < count; i++)
		print_heap(&heaps[i]);
	if (secure_maps_lost)
		printf("secure maps that are lost: %lu\n", secure_maps_lost);
}

static void print_json(const struct heap *heaps, size_t count, unsigned long secure_maps_lost)
{
	json_object(NULL);
	json_array("heaps");
	for (size_t i = 0; i < count; i++)
		json_heap(&heaps[i]);
	json_end();
	json_number("secure_maps_lost", secure_maps_lost);
	json_end();
}

static int run(char **words)
{
	unsigned long secure_maps_lost;
	struct heap *heaps;
	bool is_lost;
	size_t count;
	int status;

	(void)words;
	status = heaps_read(&heaps, &count, &secure_maps_lost, false);
	if (status)
		return status;
	(as_json ? print_json : print)(heaps, count, secure_maps_lost);
	is_lost = secure_maps_lost;
	for (size_t i = 0; i < count; i++)
		is_lost |= heap_is_lost(&heaps[i]);
	if (is_lost)
		complain("memory was lost to a DSP: it stays unused until reboot, or until\n"
			 "SCM reclaims it; please report what \"fastrpcctl report\" prints");
	return is_lost ? STATUS_FAILURE : STATUS_GOOD;
}

const struct command command_heap = {
	.name = "heap", .words = "", .options = options, .run = run,
	.help = "the remote heaps of the audio PDs: what they have and how they got it",
};
