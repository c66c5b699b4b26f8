// SPDX-License-Identifier: GPL-2.0-only
/*
 * Some other driver's device: it takes a dma-buf as any importer does, maps it for
 * itself and for the CPU, and keeps it for as long as it is told.  No SMMU stands
 * before it, so what it would load is what the CPU finds at the bus address.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/iosys-map.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "dsp.h"
#include "dsp_compat.h"

static DEFINE_MUTEX(import_lock);	/* protects what follows */
static struct platform_device *importer;
static struct dma_buf *import_buf;	/* NULL: none */
static struct dma_buf_attachment *import_attachment;
static struct sg_table *import_sgt;

/* A device takes pieces up to a length of its own, 64 KiB if it says nothing. */
static bool import_fits(void)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(import_sgt, sg, i)
		if (sg->length > dma_get_max_seg_size(&importer->dev))
			return false;
	return true;
}

static int import_map(struct dma_buf *buf)
{
	import_attachment = dma_buf_attach(buf, &importer->dev);
	if (IS_ERR(import_attachment))
		return PTR_ERR(import_attachment);
	import_sgt = dma_buf_map_attachment_unlocked(import_attachment, DMA_BIDIRECTIONAL);
	if (IS_ERR(import_sgt)) {
		dma_buf_detach(buf, import_attachment);
		return PTR_ERR(import_sgt);
	}
	if (!import_fits()) {
		dma_buf_unmap_attachment_unlocked(import_attachment, import_sgt,
						  DMA_BIDIRECTIONAL);
		dma_buf_detach(buf, import_attachment);
		return -EMSGSIZE;
	}
	import_buf = buf;
	return 0;
}

static int import_begin(int fd)
{
	struct dma_buf *buf;
	int ret;

	if (import_buf)
		return -EBUSY;
	buf = dma_buf_get(fd);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = import_map(buf);
	if (ret)
		dma_buf_put(buf);
	return ret;
}

static u64 device_hash(void)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 hash = 0;

	for_each_sgtable_dma_sg(import_sgt, sg, i)
		hash = dsp_service_hash(hash, phys_to_virt(sg_dma_address(sg)), sg_dma_len(sg));
	return hash;
}

static int import_look(struct dsp_control_import *control)
{
	struct iosys_map map;
	int ret;

	if (!import_buf)
		return -ENXIO;
	ret = dma_buf_begin_cpu_access(import_buf, DMA_FROM_DEVICE);
	if (ret)
		return ret;
	ret = dsp_dma_buf_vmap(import_buf, &map);
	if (ret)
		goto out_end_access;
	control->len = import_buf->size;
	control->cpu_hash = dsp_service_hash(0, map.vaddr, import_buf->size);
	control->device_hash = device_hash();
	dsp_dma_buf_vunmap(import_buf, &map);

out_end_access:
	dma_buf_end_cpu_access(import_buf, DMA_FROM_DEVICE);
	return ret;
}

static int import_end(void)
{
	if (!import_buf)
		return -ENXIO;
	dma_buf_unmap_attachment_unlocked(import_attachment, import_sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(import_buf, import_attachment);
	dma_buf_put(import_buf);
	import_buf = NULL;
	return 0;
}

int dsp_import_order(struct dsp_control_import *control)
{
	int ret = -EINVAL;

	mutex_lock(&import_lock);
	switch (control->action) {
	case DSP_IMPORT_BEGIN:
		ret = import_begin(control->fd);
		break;
	case DSP_IMPORT_LOOK:
		ret = import_look(control);
		break;
	case DSP_IMPORT_END:
		ret = import_end();
		break;
	}
	mutex_unlock(&import_lock);
	return ret;
}

int dsp_import_init(void)
{
	const struct platform_device_info info = {
		.name = "dsp-importer", .id = PLATFORM_DEVID_NONE, .dma_mask = DMA_BIT_MASK(64),
	};

	importer = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(importer);
}

void dsp_import_exit(void)
{
	import_end();
	platform_device_unregister(importer);
}

MODULE_IMPORT_NS(DSP_NS(DMA_BUF));
