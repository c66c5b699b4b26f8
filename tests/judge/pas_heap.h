/* SPDX-License-Identifier: GPL-2.0-only */
/* The remote heap belongs to the DSP as long as it runs: mapped by what starts and stops it. */
#ifndef PAS_HEAP_H
#define PAS_HEAP_H

#include <linux/of.h>
#include <linux/of_reserved_mem.h>

static int pas_heap_find(struct rproc *rproc, struct resource *region)
{
	struct device_node *edge = of_get_child_by_name(rproc->dev.parent->of_node, "glink-edge");
	struct device_node *fastrpc = of_get_child_by_name(edge, "fastrpc");
	int err = of_reserved_mem_region_to_resource(fastrpc, 0, region);

	of_node_put(fastrpc);
	of_node_put(edge);
	return err;
}

static int pas_heap_map(struct rproc *rproc)
{
	struct resource region;

	if (pas_heap_find(rproc, &region))
		return 0;
	return qcom_pas_map_carveout(rproc, region.start, resource_size(&region));
}

static void pas_heap_unmap(struct rproc *rproc)
{
	struct resource region;

	if (!pas_heap_find(rproc, &region))
		qcom_pas_unmap_carveout(rproc, region.start, resource_size(&region));
}

#endif
