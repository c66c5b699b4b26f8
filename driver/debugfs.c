// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs, for people: fastrpc/heaps, the state of every remote heap, and
 * fastrpc/secure_maps_lost, how many secure maps could not be reclaimed.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/seq_file.h>

#include "heap_internal.h"
#include "private.h"

static struct dentry *dir;

static const char *heap_pd_name(const struct frpc_heap *heap)
{
	if (!READ_ONCE(heap->pdr))
		return "-";
	return heap->pd == FRPC_PD_UP ? "up" : heap->pd == FRPC_PD_DOWN ? "down" : "unknown";
}

static void heap_show_unclaimed(struct seq_file *seq, const struct frpc_heap *heap)
{
	struct device_node *node = of_parse_phandle(heap->node, "memory-region", 0);
	const struct reserved_mem *memory = node ? of_reserved_mem_lookup(node) : NULL;
	phys_addr_t last;

	of_node_put(node);
	if (!memory || !memory->size)
		return;
	last = memory->base + memory->size - 1;
	seq_printf(seq, "  region [mem %pa-%pa] unclaimed\n", &memory->base, &last);
}

/* Leaves out segments that are MINE: they are about to be lent or freed. */
static void heap_show(struct seq_file *seq, struct frpc_heap *heap)
{
	const unsigned int *counts = heap->counts;
	const struct frpc_heap_segment *segment;
	bool has_region = false;
	size_t growth = 0;

	mutex_lock(&heap->lock);
	list_for_each_entry(segment, &heap->segments, entry)
		if (segment->is_growth && segment->state != FRPC_HEAP_MINE)
			growth += segment->len;
	seq_printf(seq, "%s channel=%s pd=%s halts=%llu crashes=%u", heap->rproc_name,
		   heap->channel ? heap->channel->label : "-", heap_pd_name(heap), heap->run,
		   heap->crashes);
	seq_printf(seq, " lends=%u offers=%u reclaims=%u lost=%u growth=%zu\n",
		   counts[FRPC_HEAP_LEND], counts[FRPC_HEAP_OFFER] - counts[FRPC_HEAP_UNSENT],
		   counts[FRPC_HEAP_WITHDRAW] + counts[FRPC_HEAP_RETURN] +
		   counts[FRPC_HEAP_DSP_OFF], counts[FRPC_HEAP_LOSE], growth);
	list_for_each_entry(segment, &heap->segments, entry) {
		if (segment->state == FRPC_HEAP_MINE)
			continue;
		seq_printf(seq, "  %s [mem %pa-%pa] %s\n", segment->is_growth ? "growth" : "region",
			   &segment->phys, &segment->last, frpc_heap_state_names[segment->state]);
		has_region |= !segment->is_growth;
	}
	if (!has_region)
		heap_show_unclaimed(seq, heap);
	mutex_unlock(&heap->lock);
}

static int heaps_show(struct seq_file *seq, void *data)
{
	struct frpc_heap *heap;

	mutex_lock(&frpc_heaps_lock);
	list_for_each_entry(heap, &frpc_heaps, entry)
		heap_show(seq, heap);
	mutex_unlock(&frpc_heaps_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(heaps);

void frpc_debugfs_init(void)
{
	dir = debugfs_create_dir("fastrpc", NULL);
	debugfs_create_file("heaps", 0400, dir, NULL, &heaps_fops);
	debugfs_create_atomic_t("secure_maps_lost", 0400, dir, &frpc_secure_maps_lost);
}

void frpc_debugfs_fini(void)
{
	debugfs_remove(dir);
}
