// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "file.h"
#include "heap.h"
#include "say.h"

#define DEBUGFS		"/sys/kernel/debug"
#define ACCOUNT		DEBUGFS "/fastrpc/heaps"
#define DEBUGFS_MAGIC	0x64626720

static void parse_figures(struct heap *heap, char *words)
{
	char *word;

	while ((word = strsep(&words, " "))) {
		struct heap_figure *figure = &heap->figures[heap->nr_figures];
		char *value = strchr(word, '=');

		if (!value || heap->nr_figures == HEAP_MAX_FIGURES)
			continue;
		*value++ = '\0';
		snprintf(figure->name, sizeof(figure->name), "%s", word);
		snprintf(figure->value, sizeof(figure->value), "%s", value);
		heap->nr_figures++;
	}
}

static void parse_piece(struct heap *heap, const char *line)
{
	struct heap_piece *piece = &heap->pieces[heap->nr_pieces];

	if (heap->nr_pieces < HEAP_MAX_PIECES &&
	    sscanf(line, " %15s [mem %llx-%llx] %23s", piece->kind, &piece->first, &piece->last,
		   piece->state) == 4)
		heap->nr_pieces++;
}

/* A heap is a line that begins with its remote processor, and one for each piece. */
static void parse(char *text, struct heap **heaps, size_t *count)
{
	struct heap *heap = NULL;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		if (isspace((unsigned char)*line)) {
			if (heap)
				parse_piece(heap, line);
			continue;
		}
		*heaps = must_grow(*heaps, (*count + 1) * sizeof(**heaps));
		heap = &(*heaps)[(*count)++];
		memset(heap, 0, sizeof(*heap));
		snprintf(heap->rproc, sizeof(heap->rproc), "%.*s", (int)strcspn(line, " "), line);
		parse_figures(heap, line + strcspn(line, " "));
	}
}

static void say_why(int error)
{
	struct statfs fs;

	if (!file_existsf("/sys/module/fastrpc"))
		complain("no driver is loaded: modprobe fastrpc");
	else if (!statfs(DEBUGFS, &fs) && fs.f_type != DEBUGFS_MAGIC)
		complain("the driver shows its heaps in debugfs, which is not mounted:\n"
			 "  mount -t debugfs none " DEBUGFS);
	else if (error == EACCES || error == EPERM)
		complain("only root may see the heaps: run this as root");
	else if (!file_existsf("/sys/module/fastrpc/version"))
		complain("the driver that is loaded is the one Linux ships; it has no account of\n"
			 "its heaps");
	else
		complain(ACCOUNT ": %s", strerror(error));
}

int heaps_read(struct heap **heaps, size_t *count, unsigned long *secure_maps_lost, bool quietly)
{
	char *text = file_text(ACCOUNT, NULL), *lost;

	*heaps = NULL;
	*count = 0;
	*secure_maps_lost = 0;
	if (!text) {
		if (!quietly)
			say_why(errno);
		return STATUS_NOTHING;
	}
	parse(text, heaps, count);
	free(text);
	lost = file_textf(DEBUGFS "/fastrpc/secure_maps_lost");
	if (lost)
		*secure_maps_lost = strtoul(lost, NULL, 10);
	free(lost);
	return STATUS_GOOD;
}

const struct heap *heap_of(const struct heap *heaps, size_t count, const char *rproc)
{
	for (size_t i = 0; rproc && i < count; i++)
		if (!strcmp(heaps[i].rproc, rproc))
			return &heaps[i];
	return NULL;
}

const char *heap_figure(const struct heap *heap, const char *name)
{
	for (size_t i = 0; i < heap->nr_figures; i++)
		if (!strcmp(heap->figures[i].name, name))
			return heap->figures[i].value;
	return NULL;
}

const char *heap_state_text(const char *state)
{
	static const struct {
		const char *state, *text;
	} texts[] = {
		{ "unclaimed", "not in use: it is lent when the audio PD is asked for" },
		{ "lent", "the DSP can reach it, and has not been told of it" },
		{ "offered", "the DSP's, in use" },
		{ "orphaned", "the DSP can reach it, but the audio PD that used it is gone" },
		{ "lost", "it could not be reclaimed, and stays unused" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(texts[i].state, state))
			return texts[i].text;
	return "in a state that this program does not know";
}

bool heap_is_lost(const struct heap *heap)
{
	for (size_t i = 0; i < heap->nr_pieces; i++)
		if (!strcmp(heap->pieces[i].state, "lost"))
			return true;
	return false;
}
