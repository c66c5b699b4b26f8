// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMEM: items in memory that Linux and the DSPs share.
 *
 * The boot loader, which is board/soc/mksmem.c, has made the table of partitions.  A
 * partition belongs to two hosts and holds two lists: one grows up from its header,
 * the other down from its end.  The DSP allocates in the list at the end only, Linux
 * in the other only, so no side writes the list of the other and the DSP needs no lock.
 */
#include <linux/io.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/slab.h>

#include "dsp_compat.h"
#include "soc.h"

#define SMEM_TABLE_FROM_END	0x1000
#define TABLE_MAGIC		0x434f5424	/* "$TOC" */
#define TABLE_ENTRIES		8
#define TABLE_FIRST		32
#define TABLE_ENTRY_BYTES	48

#define PARTITION_MAGIC		0x54525024	/* "$PRT" */
#define PARTITION_FREE_LOW	12
#define PARTITION_FREE_HIGH	16
#define PARTITION_HEADER	32

#define HOST_GLOBAL		0xfffe

/* Of the header of an item; its data lie above it in the low list, below in the high. */
#define ITEM_CANARY		0xa5a5
#define ITEM_NUMBER		2
#define ITEM_SIZE		4
#define ITEM_PADDING		8
#define ITEM_HEADER_PADDING	10
#define ITEM_HEADER		16

/* Items of one partition are made by one thread at a time. */
static DEFINE_MUTEX(smem_lock);

static u16 smem_u16(const void *at)
{
	return le16_to_cpu(READ_ONCE(*(const __le16 *)at));
}

static u32 smem_u32(const void *at)
{
	return le32_to_cpu(READ_ONCE(*(const __le32 *)at));
}

static void smem_put(void *at, u32 value)
{
	WRITE_ONCE(*(__le32 *)at, cpu_to_le32(value));
}

/* The partition of two hosts; 0 if the boot loader has made one that can be used. */
static int smem_partition(struct soc *soc, u16 host0, u16 host1, void **partition, u32 *size)
{
	struct soc_smem *smem = &soc->smem;
	u8 *table = smem->base + smem->size - SMEM_TABLE_FROM_END;
	u32 i, entries = smem_u32(table + TABLE_ENTRIES), offset;

	if (smem_u32(table) != TABLE_MAGIC)
		return -EINVAL;
	entries = min_t(u32, entries,
			(SMEM_TABLE_FROM_END - TABLE_FIRST) / TABLE_ENTRY_BYTES);
	for (i = 0; i < entries; i++) {
		u8 *entry = table + TABLE_FIRST + i * TABLE_ENTRY_BYTES;

		if (smem_u16(entry + 12) != host0 || smem_u16(entry + 14) != host1)
			continue;
		offset = smem_u32(entry);
		*size = smem_u32(entry + 4);
		smem->cacheline = max_t(u32, smem_u32(entry + 16), ITEM_HEADER);
		if (offset > smem->size || *size > smem->size - offset ||
		    *size < PARTITION_HEADER)
			return -EINVAL;
		*partition = smem->base + offset;
		return smem_u32(*partition) == PARTITION_MAGIC ? 0 : -EINVAL;
	}
	return -ENOENT;
}

/* The low list: header, padding, data, header ... */
static void *smem_find_low(u8 *partition, u32 partition_size, u16 item, u32 *size)
{
	u32 end = min(smem_u32(partition + PARTITION_FREE_LOW), partition_size);
	u32 at = PARTITION_HEADER;

	while (at + ITEM_HEADER <= end) {
		u8 *header = partition + at;
		u32 bytes = smem_u32(header + ITEM_SIZE);
		u32 data = at + ITEM_HEADER + smem_u16(header + ITEM_HEADER_PADDING);

		if (smem_u16(header) != ITEM_CANARY || data > end || bytes > end - data)
			return NULL;
		if (smem_u16(header + ITEM_NUMBER) == item) {
			*size = bytes - min_t(u32, bytes, smem_u16(header + ITEM_PADDING));
			return partition + data;
		}
		at = data + bytes;
	}
	return NULL;
}

/* The high list: from the end down, each header above its data. */
static void *smem_find_high(const struct soc_smem *smem, u16 item, u32 *size)
{
	u32 step = round_up(ITEM_HEADER, smem->cacheline), at = smem->partition_size;
	u32 end = smem_u32(smem->partition + PARTITION_FREE_HIGH);

	while (at >= end + step) {
		u8 *header = smem->partition + at - step;
		u32 bytes = smem_u32(header + ITEM_SIZE);

		if (smem_u16(header) != ITEM_CANARY || bytes > at - step - end)
			return NULL;
		if (smem_u16(header + ITEM_NUMBER) == item) {
			*size = bytes - min_t(u32, bytes, smem_u16(header + ITEM_PADDING));
			return header - bytes;
		}
		at -= step + bytes;
	}
	return NULL;
}

void *soc_smem_find(struct soc *soc, u16 item, u32 *size)
{
	struct soc_smem *smem = &soc->smem;
	u32 bytes;
	void *data = smem_find_high(smem, item, &bytes);

	if (!data)
		data = smem_find_low(smem->partition, smem->partition_size, item, &bytes);
	if (data && size)
		*size = bytes;
	return data;
}

static void *smem_make(struct soc_smem *smem, u16 item, u32 size)
{
	u32 step = round_up(ITEM_HEADER, smem->cacheline), bytes = ALIGN(size, 8);
	u32 at = smem_u32(smem->partition + PARTITION_FREE_HIGH);
	u32 low = smem_u32(smem->partition + PARTITION_FREE_LOW);
	u8 *header = smem->partition + at - step;

	/* Linux adds to the low list meanwhile: leave it half of the partition. */
	if (at > smem->partition_size || at < step + bytes ||
	    at - step - bytes < max(low, smem->partition_size / 2))
		return NULL;
	memset(header - bytes, 0, bytes);
	WRITE_ONCE(*(__le16 *)header, cpu_to_le16(ITEM_CANARY));
	WRITE_ONCE(*(__le16 *)(header + ITEM_NUMBER), cpu_to_le16(item));
	smem_put(header + ITEM_SIZE, bytes);
	WRITE_ONCE(*(__le16 *)(header + ITEM_PADDING), cpu_to_le16(bytes - size));
	WRITE_ONCE(*(__le16 *)(header + ITEM_HEADER_PADDING), 0);
	smem_put(header + 12, 0);
	/* Linux reads the list up to here. */
	dma_wmb();
	smem_put(smem->partition + PARTITION_FREE_HIGH, at - step - bytes);
	return header - bytes;
}

void *soc_smem_get(struct soc *soc, u16 item, u32 size)
{
	u32 bytes = 0;
	void *data;

	mutex_lock(&smem_lock);
	data = soc_smem_find(soc, item, &bytes);
	if (!data)
		data = smem_make(&soc->smem, item, size);
	else if (bytes < size)
		data = NULL;
	mutex_unlock(&smem_lock);
	if (!data)
		dev_err(soc->dev, "no room for item %u of %u bytes in SMEM, or it is there with %u\n",
			item, size, bytes);
	return data;
}

void soc_smem_crash_reason(struct soc *soc, const char *text)
{
	u32 size;
	char *reason = smem_find_low(soc->smem.global, soc->smem.global_size, soc->crash_item,
				     &size);

	if (reason && size)
		strscpy(reason, text, size);
}

int soc_smem_init(struct soc *soc)
{
	struct device_node *node = of_parse_phandle(soc->dev->of_node, "memory-region", 0);
	struct soc_smem *smem = &soc->smem;
	struct resource res;
	int ret = node ? of_address_to_resource(node, 0, &res) : -ENODEV;

	of_node_put(node);
	if (ret) {
		dev_err(soc->dev, "no memory-region that is SMEM: %d\n", ret);
		return ret;
	}
	smem->size = resource_size(&res);
	smem->base = memremap(res.start, smem->size, MEMREMAP_WC);
	if (!smem->base)
		return -ENOMEM;
	ret = smem_partition(soc, HOST_GLOBAL, HOST_GLOBAL, &smem->global, &smem->global_size);
	if (ret)
		goto err_exit;
	ret = smem_partition(soc, SOC_HOST_APPS, soc->host, &smem->partition,
			     &smem->partition_size);
	if (ret)
		goto err_exit;
	return 0;

err_exit:
	dev_err(soc->dev, "SMEM has no partition for host %u: %d\n", soc->host, ret);
	soc_smem_exit(soc);
	return ret;
}

void soc_smem_exit(struct soc *soc)
{
	memunmap(soc->smem.base);
	soc->smem.base = NULL;
}
