// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exact fault counting: reading the SMMU's event queue beside its driver.
 *
 * The kernel's driver prints events rate limited, so its messages cannot be
 * counted.  But the emulated SMMU writes the record of a faulting access into
 * the queue before the store that started the transfer returns, and moves
 * EVENTQ_PROD on.  So the records between the producer index before and after
 * a transfer are all there is to know, and those of another stream are told
 * apart by their stream id.  Only reads: of two registers without side
 * effects, and of the queue's memory, which the consumer never clears.
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/of.h>
#include <linux/of_address.h>

#include "dsp.h"

#define SMMU_EVENTQ_BASE	0xa0
#define SMMU_EVENTQ_PROD	0x100a8
#define SMMU_BASE_LOG2		GENMASK(4, 0)
#define SMMU_BASE_ADDR		GENMASK_ULL(51, 5)
#define SMMU_PROD_INDEX		GENMASK(30, 0)
#define EVENT_BYTES		32
#define EVENT_NUMBER		GENMASK_ULL(7, 0)
#define EVENT_IS_READ		BIT_ULL(35)

static struct {
	void __iomem *regs;
	__le64 *queue;
	u32 entries;
} smmu;

int dsp_smmu_init(void)
{
	struct device_node *node;
	struct resource res;
	u64 base;
	int ret;

	node = of_find_compatible_node(NULL, NULL, "arm,smmu-v3");
	if (!node) {
		pr_err("dsp: no arm,smmu-v3 in the device tree: start QEMU with -M virt,iommu=smmuv3\n");
		return -ENODEV;
	}
	ret = of_address_to_resource(node, 0, &res);
	of_node_put(node);
	if (ret)
		return ret;

	smmu.regs = ioremap(res.start, resource_size(&res));
	if (!smmu.regs)
		return -ENOMEM;
	base = readq(smmu.regs + SMMU_EVENTQ_BASE);
	smmu.entries = 1u << (base & SMMU_BASE_LOG2);
	smmu.queue = memremap(base & SMMU_BASE_ADDR, (size_t)smmu.entries * EVENT_BYTES,
			      MEMREMAP_WB);
	if (!(base & SMMU_BASE_ADDR) || !smmu.queue) {
		pr_err("dsp: the SMMU has no event queue yet (base %#llx): is its driver loaded?\n",
		       base);
		dsp_smmu_exit();
		return -ENODEV;
	}
	return 0;
}

void dsp_smmu_exit(void)
{
	if (smmu.queue)
		memunmap(smmu.queue);
	if (smmu.regs)
		iounmap(smmu.regs);
	smmu.queue = NULL;
	smmu.regs = NULL;
}

u32 dsp_smmu_mark(void)
{
	return readl(smmu.regs + SMMU_EVENTQ_PROD) & SMMU_PROD_INDEX;
}

/* The producer index carries one wrap bit above the index proper. */
void dsp_smmu_since(u32 mark, u32 stream_id, struct dsp_smmu_events *events)
{
	u32 fresh = (dsp_smmu_mark() - mark) & (2 * smmu.entries - 1);
	u32 i;

	events->count = 0;
	for (i = 0; i < fresh; i++) {
		const __le64 *record = smmu.queue + 4 * ((mark + i) & (smmu.entries - 1));
		u64 head = le64_to_cpu(READ_ONCE(record[0]));
		struct dsp_control_fault fault = {
			.stream_id = upper_32_bits(head),
			.event = head & EVENT_NUMBER,
			.is_read = !!(le64_to_cpu(READ_ONCE(record[1])) & EVENT_IS_READ),
			.iova = le64_to_cpu(READ_ONCE(record[2])),
		};

		if (fault.stream_id != stream_id)
			continue;
		if (!events->count++)
			events->first = fault;
		events->last = fault;
	}
}
