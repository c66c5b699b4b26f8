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

#define SMMU_CMDQ_BASE		0x90
#define SMMU_CMDQ_PROD		0x98
#define SMMU_EVENTQ_BASE	0xa0
#define SMMU_EVENTQ_PROD	0x100a8
#define SMMU_BASE_LOG2		GENMASK(4, 0)
#define SMMU_BASE_ADDR		GENMASK_ULL(51, 5)
#define SMMU_PROD_INDEX		GENMASK(30, 0)
#define EVENT_BYTES		32
#define EVENT_NUMBER		GENMASK_ULL(7, 0)
#define EVENT_IS_READ		BIT_ULL(35)
#define COMMAND_BYTES		16
#define COMMAND_NUMBER		GENMASK_ULL(7, 0)
#define COMMAND_TLBI_FIRST	0x10
#define COMMAND_TLBI_LAST	0x3f
#define COMMAND_SYNC		0x46

static struct {
	void __iomem *regs;
	__le64 *queue;
	u32 entries;
	__le64 *commands;
	u32 command_entries;
} smmu;

/* The queue that the register at @reg describes; NULL: its driver has none yet. */
static __le64 *smmu_queue(u32 reg, size_t entry_bytes, u32 *entries)
{
	u64 base = readq(smmu.regs + reg);

	*entries = 1u << (base & SMMU_BASE_LOG2);
	if (!(base & SMMU_BASE_ADDR))
		return NULL;
	return memremap(base & SMMU_BASE_ADDR, *entries * entry_bytes, MEMREMAP_WB);
}

int dsp_smmu_init(void)
{
	struct device_node *node;
	struct resource res;
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
	smmu.queue = smmu_queue(SMMU_EVENTQ_BASE, EVENT_BYTES, &smmu.entries);
	smmu.commands = smmu_queue(SMMU_CMDQ_BASE, COMMAND_BYTES, &smmu.command_entries);
	if (!smmu.queue || !smmu.commands) {
		pr_err("dsp: the SMMU has no queues yet: is its driver loaded?\n");
		dsp_smmu_exit();
		return -ENODEV;
	}
	return 0;
}

void dsp_smmu_exit(void)
{
	if (smmu.commands)
		memunmap(smmu.commands);
	if (smmu.queue)
		memunmap(smmu.queue);
	if (smmu.regs)
		iounmap(smmu.regs);
	smmu.commands = NULL;
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

/* Where the SMMU's driver will put its next command. */
u32 dsp_smmu_command_mark(void)
{
	return readl(smmu.regs + SMMU_CMDQ_PROD) & SMMU_PROD_INDEX;
}

/*
 * What the SMMU was told since the mark, as long as that is less than its queue
 * holds; moves the mark on.
 */
void dsp_smmu_commands_since(u32 *mark, u64 *tlb_invalidations, u64 *syncs)
{
	u32 now = dsp_smmu_command_mark();
	u32 fresh = (now - *mark) & (2 * smmu.command_entries - 1);
	u32 i;

	for (i = 0; i < fresh; i++) {
		u32 at = (*mark + i) & (smmu.command_entries - 1);
		u64 command = le64_to_cpu(READ_ONCE(smmu.commands[2 * at])) & COMMAND_NUMBER;

		if (command >= COMMAND_TLBI_FIRST && command <= COMMAND_TLBI_LAST)
			++*tlb_invalidations;
		else if (command == COMMAND_SYNC)
			++*syncs;
	}
	*mark = now;
}
