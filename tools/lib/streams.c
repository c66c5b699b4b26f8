// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "say.h"
#include "streams.h"

enum smmu_kind {
	SMMU_OTHER,		/* Linux' driver of it does not mind */
	SMMU_MATCHING,
	SMMU_V3,
};

static enum smmu_kind smmu_kind(const struct fdt_file *file, int node)
{
	static const char *const matching[] = {
		"arm,mmu-400", "arm,mmu-401", "arm,mmu-500", "arm,smmu-v1", "arm,smmu-v2",
		"qcom,smmu-500", "qcom,smmu-v2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(matching); i++)
		if (fdt_file_is(file, node, matching[i]))
			return SMMU_MATCHING;
	return fdt_file_is(file, node, "arm,smmu-v3") ? SMMU_V3 : SMMU_OTHER;
}

struct stream *streams_of(const struct fdt_file *file, int node, int *count)
{
	int cells = fdt_file_cells(file, node, "iommus"), at = 0;
	struct stream *streams = must_alloc((cells + 1) * sizeof(*streams));

	*count = 0;
	while (at < cells) {
		int smmu = fdt_file_by_phandle(file, fdt_file_cell(file, node, "iommus", at, 0));
		int words = smmu == FDT_NONE ? 0 : fdt_file_cell(file, smmu, "#iommu-cells", 0, 0);
		struct stream *stream = &streams[*count];

		at++;
		if (smmu == FDT_NONE || words < 0 || words > cells - at)
			break;
		stream->smmu = smmu;
		stream->id = words > 0 ? fdt_file_cell(file, node, "iommus", at, 0) : 0;
		stream->mask = fdt_file_cell(file, smmu, "stream-match-mask", 0, 0);
		if (words > 1)
			stream->mask = fdt_file_cell(file, node, "iommus", at + 1, 0);
		at += words;
		++*count;
	}
	return streams;
}

/* All that the stream matches, the entry does too. */
static bool lies_within(const struct stream *stream, const struct stream *entry)
{
	return (stream->mask & entry->mask) == stream->mask &&
	       !((stream->id ^ entry->id) & ~entry->mask);
}

static bool overlaps(const struct stream *stream, const struct stream *entry)
{
	return !((stream->id ^ entry->id) & ~(entry->mask | stream->mask));
}

/* The first entry that has something of a stream. */
static struct stream_entry *find(const struct stream_table *table, const struct stream *stream)
{
	for (int i = 0; i < table->count; i++)
		if (table->entries[i].stream.smmu == stream->smmu &&
		    overlaps(stream, &table->entries[i].stream))
			return &table->entries[i];
	return NULL;
}

static void add(struct stream_table *table, const struct stream *stream, int node)
{
	table->entries = must_grow(table->entries, (table->count + 1) * sizeof(*table->entries));
	table->entries[table->count++] = (struct stream_entry){
		.stream = *stream, .node = node, .group = node,
	};
}

/* Can the device have a stream that an entry has already? */
static bool can_share(const struct fdt_file *file, const struct stream *stream,
		      const struct stream_entry *entry, int node)
{
	if (smmu_kind(file, stream->smmu) == SMMU_V3)
		return entry->node == node;
	return lies_within(stream, &entry->stream);
}

/*
 * One stream of a device: @group is that of the entries it shares so far, or its own.
 * False: it cannot be attached.
 */
static bool attach_one(struct stream_table *table, const struct fdt_file *file, int node,
		       const struct stream *stream, int *group, struct stream_result *result)
{
	struct stream_entry *entry = find(table, stream);

	if (!entry) {
		add(table, stream, node);
		return true;
	}
	if (entry->node == node && can_share(file, stream, entry, node))
		return true;
	result->has_other = true;
	result->other = *entry;
	result->stream = *stream;
	if (!can_share(file, stream, entry, node) || (*group != node && *group != entry->group))
		return false;
	*group = entry->group;
	return true;
}

struct stream_result streams_attach(struct stream_table *table, const struct fdt_file *file,
				    int node)
{
	struct stream_result result = { .is_attached = true };
	int count, first = table->count, group = node;
	struct stream *streams = streams_of(file, node, &count);

	for (int i = 0; i < count && result.is_attached; i++)
		if (smmu_kind(file, streams[i].smmu) != SMMU_OTHER)
			result.is_attached = attach_one(table, file, node, &streams[i], &group,
							&result);
	free(streams);
	/* what it had before it met the other */
	if (!result.is_attached)
		table->count = first;
	for (int i = first; i < table->count; i++)
		table->entries[i].group = group;
	return result;
}

void streams_free(struct stream_table *table)
{
	free(table->entries);
	*table = (struct stream_table){ };
}
