// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device tree and an earlier system say of the remote heap, for tests that try
 * many boards in one boot: the channel's node gets another memory-region, with or
 * without qcom,vmids, from the next probe of its driver on; and memory can be as an
 * earlier system left it.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"
#include "monitor_call.h"

#define TREE_REGION	"memory-region"
#define TREE_VMIDS	"qcom,vmids"
#define TREE_REGIONS	"board,regions"

static void tree_remove(struct device_node *node, const char *name)
{
	struct property *old = of_find_property(node, name, NULL);

	if (old)
		of_remove_property(node, old);
}

/* The node keeps it for good, as it keeps what is removed. */
static int tree_set(struct device_node *node, const char *name, const void *value, int len)
{
	struct property *prop = kzalloc(sizeof(*prop), GFP_KERNEL);

	if (!prop)
		return -ENOMEM;
	prop->name = kstrdup(name, GFP_KERNEL);
	prop->value = kmemdup(value, len, GFP_KERNEL);
	prop->length = len;
	if (prop->name && prop->value && !of_add_property(node, prop))
		return 0;
	kfree(prop->name);
	kfree(prop->value);
	kfree(prop);
	return -ENOMEM;
}

/* Region @index of board,regions: where it is, and its phandle for the channel's node. */
static int tree_find_region(struct dsp *dsp, struct dsp_control_tree *order, __be32 *phandle)
{
	struct device_node *node = of_parse_phandle(dsp->dev->of_node, TREE_REGIONS,
						    order->region);
	struct reserved_mem *rmem;

	if (!node)
		return -ENOENT;
	rmem = of_reserved_mem_lookup(node);
	*phandle = cpu_to_be32(node->phandle);
	of_node_put(node);
	if (!rmem)
		return -ENODEV;
	order->base = rmem->base;
	order->size = rmem->size;
	return 0;
}

/* The list of the tree that was booted with. */
static int tree_keep_vmids(struct dsp *dsp, struct device_node *node)
{
	const void *value;
	int len;

	if (dsp->vmids)
		return 0;
	value = of_get_property(node, TREE_VMIDS, &len);
	if (!value)
		return -ENOENT;
	dsp->vmids = devm_kmemdup(dsp->dev, value, len, GFP_KERNEL);
	dsp->vmids_len = len;
	return dsp->vmids ? 0 : -ENOMEM;
}

/* A DSP that no VM is named for is HLOS to the monitor. */
static void tree_become(struct dsp *dsp, bool has_vmids)
{
	u32 first = MONITOR_HLOS;

	dsp->vms = has_vmids ? dsp_monitor_vms(dsp->dev, &first) : BIT_ULL(MONITOR_HLOS);
	dsp->stream[0].vms = BIT_ULL(first);
}

/* No region if *@phandle is 0. */
static int tree_write(struct dsp *dsp, struct device_node *node,
		      const struct dsp_control_tree *order, const __be32 *phandle)
{
	int ret;

	tree_remove(node, TREE_REGION);
	tree_remove(node, TREE_VMIDS);
	if (*phandle) {
		ret = tree_set(node, TREE_REGION, phandle, sizeof(*phandle));
		if (ret)
			return ret;
	}
	if (!order->has_vmids)
		return 0;
	return tree_set(node, TREE_VMIDS, dsp->vmids, dsp->vmids_len);
}

int dsp_tree_order(struct dsp *dsp, struct dsp_control_tree *order)
{
	struct device_node *node = dsp->link.channel_node;
	__be32 phandle = 0;
	int ret;

	ret = tree_keep_vmids(dsp, node);
	if (ret)
		return ret;
	if (order->region == DSP_TREE_NO_NODE) {
		phandle = cpu_to_be32(DSP_TREE_NO_NODE);
	} else if (order->region != DSP_TREE_NO_REGION) {
		ret = tree_find_region(dsp, order, &phandle);
		if (ret)
			return ret;
	}
	ret = tree_write(dsp, node, order, &phandle);
	tree_become(dsp, order->has_vmids);
	return ret;
}

/* Another user of the pool that the channel's node names; one at a time. */
static struct {
	struct platform_device *pdev;
	void *bytes;
	dma_addr_t addr;
} pin;

static void pin_end(void)
{
	if (!pin.pdev)
		return;
	if (pin.bytes)
		dma_free_coherent(&pin.pdev->dev, PAGE_SIZE, pin.bytes, pin.addr);
	of_reserved_mem_device_release(&pin.pdev->dev);
	platform_device_unregister(pin.pdev);
	pin.pdev = NULL;
	pin.bytes = NULL;
}

/* Without room in the pool, the DMA API takes a page from elsewhere. */
static bool pin_is_in(struct device_node *node)
{
	struct device_node *region = of_parse_phandle(node, TREE_REGION, 0);
	struct reserved_mem *rmem = region ? of_reserved_mem_lookup(region) : NULL;

	of_node_put(region);
	return rmem && pin.addr >= rmem->base && pin.addr - rmem->base < rmem->size;
}

static int pin_begin(struct device_node *node)
{
	struct device *dev;
	int ret;

	pin.pdev = platform_device_register_simple("dsp-pin", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pin.pdev)) {
		ret = PTR_ERR(pin.pdev);
		pin.pdev = NULL;
		return ret;
	}
	dev = &pin.pdev->dev;
	ret = dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	ret = of_reserved_mem_device_init_by_idx(dev, node, 0);
	if (ret)
		return ret;
	pin.bytes = dma_alloc_coherent(dev, PAGE_SIZE, &pin.addr, GFP_KERNEL);
	return pin.bytes && pin_is_in(node) ? 0 : -ENOMEM;
}

/* A page of the pool is in use, or is no more. */
int dsp_tree_pin(struct dsp *dsp, bool on)
{
	int ret;

	pin_end();
	ret = on ? pin_begin(dsp->link.channel_node) : 0;
	if (ret)
		pin_end();
	return ret;
}

/* Contents first: afterwards it may be another's. */
int dsp_tree_leave(const struct dsp_control_left *left)
{
	u64 i;
	u8 *bytes;

	if ((left->addr | left->len) & ~PAGE_MASK || !left->len)
		return -EINVAL;
	if (left->byte) {
		for (i = 0; i < left->len; i += PAGE_SIZE)
			if (!dsp_monitor_allows(BIT_ULL(MONITOR_HLOS), left->addr + i))
				return -EACCES;
		bytes = dsp_cached_map(left->addr, left->len);
		if (!bytes)
			return -EFAULT;
		memset(bytes, left->byte, left->len);
		memunmap(bytes);
	}
	return left->owners ? dsp_monitor_give(left->addr, left->len, left->owners) : 0;
}

int dsp_tree_init(void)
{
	return 0;
}

void dsp_tree_exit(void)
{
	pin_end();
}
