/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which streams of an SMMU belong to which device, as Linux' drivers of SMMUs see to it.
 *
 * An SMMU that matches streams has entries of a number and a mask, whose bits do not
 * count.  A device whose stream lies within an entry that is there shares it, and with it
 * the address space of the entry's device.  One that overlaps an entry otherwise cannot be
 * attached, and none of its streams is.  An SMMUv3 has a table of streams: each is one
 * device's.
 */
#ifndef TOOLS_STREAMS_H
#define TOOLS_STREAMS_H

#include "fdt_file.h"

struct stream {
	int smmu;		/* node */
	uint32_t id, mask;
};

struct stream_entry {
	struct stream stream;
	int node;		/* of the device */
	int group;		/* devices of one group have one address space */
};

struct stream_table {
	struct stream_entry *entries;
	int count;
};

/* What came of a device. */
struct stream_result {
	bool is_attached;
	bool has_other;
	struct stream_entry other;	/* that it shares, or that it cannot have */
	struct stream stream;		/* of its own, that meets the other */
};

/* The streams of a node's "iommus"; to be freed. */
struct stream *streams_of(const struct fdt_file *file, int node, int *count);
/* Gives the node's streams to it, if that can be. */
struct stream_result streams_attach(struct stream_table *table, const struct fdt_file *file,
				    int node);
void streams_free(struct stream_table *table);

#endif
