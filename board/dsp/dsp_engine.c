// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP's load/store unit: the Memory Move of an LSI 53C895A's SCRIPTS
 * engine, one PCI function per SMMU stream.
 *
 * A script is five little-endian words in memory: move opcode with length,
 * source, destination, then an interrupt instruction carrying a cookie.
 * Writing its bus address to the DSP register runs it to the end before the
 * write returns; the cookie in DSPS then says that it did.  What the engine
 * cannot tell is whether a data access faulted (reads give 0, writes vanish):
 * that comes from dsp_smmu.c.
 *
 * The function's requester id is left out of the PCI host's iommu-map, so
 * Linux knows no IOMMU for it, and the stream it drives belongs to the
 * platform device whose iommus property names that id.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/pci.h>

#include "dsp.h"

#define LSI_VENDOR		0x1000
#define LSI_DEVICE		0x0012
#define LSI_BAR			1

#define LSI_DSTAT		0x0c
#define LSI_ISTAT		0x14
#define LSI_DSP			0x2c
#define LSI_DSPS		0x30
#define LSI_DSTAT_SIR		0x04	/* the script's own interrupt */
#define LSI_ISTAT_RESET		0x40

#define SCRIPT_MOVE		0xc0000000u
#define SCRIPT_MOVE_MAX		0x00ffffffu
#define SCRIPT_INT		0x98080000u

/*
 * One page of script, then the bounce buffer, physically contiguous, and rounded up
 * to where it can be mapped with the largest board,page-size.
 */
#define HARNESS_USED		(2 * DSP_BOUNCE_BYTES)

struct dsp_engine {
	struct list_head node;
	struct pci_dev *pdev;
	void __iomem *regs;
	u8 *harness;
	u32 stream_id;
	u32 cookie;
	bool claimed;
};

static LIST_HEAD(engines);
static DEFINE_MUTEX(engines_lock);

static void engine_reset(struct dsp_engine *engine)
{
	writeb(LSI_ISTAT_RESET, engine->regs + LSI_ISTAT);
	writeb(0, engine->regs + LSI_ISTAT);
}

/* Move @len bytes; all three addresses are IOVAs of the engine's stream. */
int dsp_engine_move(struct dsp_engine *engine, u32 script, u32 dst, u32 src, u32 len)
{
	__le32 *words = (__le32 *)engine->harness;
	u8 dstat;

	if (WARN_ON_ONCE(!len || len > SCRIPT_MOVE_MAX))
		return -EINVAL;
	words[0] = cpu_to_le32(SCRIPT_MOVE | len);
	words[1] = cpu_to_le32(src);
	words[2] = cpu_to_le32(dst);
	words[3] = cpu_to_le32(SCRIPT_INT);
	words[4] = cpu_to_le32(++engine->cookie);
	/* writel() orders the script before the store that starts it. */
	writel(script, engine->regs + LSI_DSP);

	dstat = readb(engine->regs + LSI_DSTAT);
	if ((dstat & LSI_DSTAT_SIR) && readl(engine->regs + LSI_DSPS) == engine->cookie)
		return 0;
	dev_err(&engine->pdev->dev, "move of %u bytes did not end (dstat %#x): engine reset\n",
		len, dstat);
	engine_reset(engine);
	return -EIO;
}

phys_addr_t dsp_engine_harness(struct dsp_engine *engine, size_t *size)
{
	*size = HARNESS_USED;
	return virt_to_phys(engine->harness);
}

u8 *dsp_engine_bounce(struct dsp_engine *engine, u32 *offset)
{
	*offset = PAGE_SIZE;
	return engine->harness + PAGE_SIZE;
}

struct dsp_engine *dsp_engine_claim(u32 stream_id)
{
	struct dsp_engine *engine;

	mutex_lock(&engines_lock);
	list_for_each_entry(engine, &engines, node) {
		if (engine->stream_id == stream_id && !engine->claimed) {
			engine->claimed = true;
			mutex_unlock(&engines_lock);
			return engine;
		}
	}
	mutex_unlock(&engines_lock);
	return NULL;
}

void dsp_engine_release(struct dsp_engine *engine)
{
	mutex_lock(&engines_lock);
	engine->claimed = false;
	mutex_unlock(&engines_lock);
}

static void engine_free_harness(void *harness)
{
	free_pages_exact(harness, HARNESS_USED);
}

static int engine_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct dsp_engine *engine;
	int ret;

	engine = devm_kzalloc(&pdev->dev, sizeof(*engine), GFP_KERNEL);
	if (!engine)
		return -ENOMEM;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	engine->regs = pcim_iomap(pdev, LSI_BAR, 0);
	if (!engine->regs)
		return -ENOMEM;
	/* Below 4 GiB: without an IOMMU domain the engine gets it as it is. */
	engine->harness = alloc_pages_exact(HARNESS_USED, GFP_KERNEL | GFP_DMA32 | __GFP_ZERO);
	if (!engine->harness)
		return -ENOMEM;
	ret = devm_add_action_or_reset(&pdev->dev, engine_free_harness, engine->harness);
	if (ret)
		return ret;

	engine->pdev = pdev;
	engine->stream_id = pci_dev_id(pdev);
	engine_reset(engine);
	pci_set_master(pdev);
	pci_set_drvdata(pdev, engine);
	mutex_lock(&engines_lock);
	list_add_tail(&engine->node, &engines);
	mutex_unlock(&engines_lock);
	return 0;
}

static void engine_remove(struct pci_dev *pdev)
{
	struct dsp_engine *engine = pci_get_drvdata(pdev);

	mutex_lock(&engines_lock);
	list_del(&engine->node);
	mutex_unlock(&engines_lock);
	engine_reset(engine);
	pci_clear_master(pdev);
}

static const struct pci_device_id engine_ids[] = {
	{ PCI_DEVICE(LSI_VENDOR, LSI_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, engine_ids);

/* A DSP goes on while Linux freezes its devices.  Without this PCI would stop the engine's DMA. */
static const struct dev_pm_ops engine_pm_ops = { };

static struct pci_driver engine_driver = {
	.name = "dsp-engine",
	.id_table = engine_ids,
	.probe = engine_probe,
	.remove = engine_remove,
	.driver = { .suppress_bind_attrs = true, .pm = &engine_pm_ops },
};

int dsp_engine_init(void)
{
	return pci_register_driver(&engine_driver);
}

void dsp_engine_exit(void)
{
	pci_unregister_driver(&engine_driver);
}
