// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a DSP whose edge is the module's own: a remoteproc driver without a
 * processor behind it.
 *
 * One platform device "fastrpc-board,dsp" is one DSP.  Start and stop come
 * from the remoteproc core, by sysfs, by its debugfs crash file, or when the
 * module goes.  The image is a placeholder that nothing looks into.
 *
 * With has_iommu the core attaches an empty domain to the device before it
 * starts, as it does for a DSP whose stream Linux owns at EL2; the property
 * board,no-iommu-domain leaves the device in the domain of the DMA API.  The
 * property board,occupied makes the driver map a range there 1:1, as others do
 * with the carve-out of their firmware.
 *
 * Halting is the last word: link_stop() has taken the channel away, but the
 * audio PD goes on storing into its heap until the stop op is called, and
 * looks at every page a last time there.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_compat.h"

#define DSP_FIRMWARE	"board-dsp.fw"

/* The range of board,occupied, with a domain to map it in?  range[]: address, size. */
static bool core_occupied(struct dsp *dsp, u64 range[2])
{
	return dsp->rproc->has_iommu &&
	       !of_property_read_u64_array(dsp->dev->of_node, "board,occupied", range, 2);
}

/* Called for a boot but not for a recovery: the domain is a new one. */
static int core_prepare(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;
	u64 range[2];
	int ret = 0;

	dsp_domain_attached(dsp, rproc->domain);
	if (core_occupied(dsp, range))
		ret = dsp_iommu_map(rproc->domain, range[0], range[0], range[1],
				    IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE);
	if (ret)
		dev_err(dsp->dev, "cannot map the range of board,occupied: %d\n", ret);
	else
		dsp_stream_attached(dsp, rproc->has_iommu, true);
	return ret;
}

static int core_unprepare(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;
	u64 range[2];

	dsp_stream_attached(dsp, false, false);
	if (core_occupied(dsp, range))
		iommu_unmap(rproc->domain, range[0], range[1]);
	dsp_domain_detach(dsp, rproc->domain);
	return 0;
}

/* There is no program to put anywhere: the model is the program. */
static int core_load(struct rproc *rproc, const struct firmware *fw)
{
	return 0;
}

static int core_start(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;
	int ret;

	ret = dsp_open_streams(dsp);
	if (ret)
		return ret;
	dsp_boot(dsp);
	return 0;
}

/* Firmware starts the DSP, before Linux controls it. */
int dsp_early_boot(struct dsp *dsp)
{
	struct rproc *rproc = dsp->rproc;
	int ret = -ENXIO;

	if (!rproc)
		return -EOPNOTSUPP;
	mutex_lock(&rproc->lock);
	if (rproc->state == RPROC_OFFLINE && rproc->ops->attach) {
		dsp_boot(dsp);
		rproc->state = RPROC_DETACHED;
		ret = 0;
	}
	mutex_unlock(&rproc->lock);
	return ret;
}

static int core_attach(struct rproc *rproc)
{
	return dsp_open_streams(rproc->priv);
}

/* The DSP runs on, with all that it has, unless the core takes the way to it. */
static int core_detach(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;

	if (rproc->has_iommu) {
		dsp_heap_part(dsp);
		dsp_stream_enable(dsp, false);
	}
	return 0;
}

static int core_stop(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;

	dsp_domain_show(dsp);
	dsp_halt(dsp);
	return 0;
}

static const struct rproc_ops core_ops = {
	.prepare = core_prepare,
	.unprepare = core_unprepare,
	.load = core_load,
	.start = core_start,
	.stop = core_stop,
};

/* With board,attachable: also for a DSP that was there before Linux, and stays. */
static const struct rproc_ops core_attachable_ops = {
	.prepare = core_prepare,
	.unprepare = core_unprepare,
	.load = core_load,
	.start = core_start,
	.stop = core_stop,
	.attach = core_attach,
	.detach = core_detach,
};

/* With board,no-detach besides: it was there before Linux, and ends with it. */
static const struct rproc_ops core_undetachable_ops = {
	.prepare = core_prepare,
	.unprepare = core_unprepare,
	.load = core_load,
	.start = core_start,
	.stop = core_stop,
	.attach = core_attach,
};

static const struct rproc_ops *core_ops_of(const struct device_node *node)
{
	if (!of_property_read_bool(node, "board,attachable"))
		return &core_ops;
	return of_property_read_bool(node, "board,no-detach") ? &core_undetachable_ops :
								&core_attachable_ops;
}

static void core_remove(void *data)
{
	struct dsp *dsp = data;

	dsp_list_del(dsp);
	rproc_del(dsp->rproc);
}

static void core_exit_link(void *data)
{
	dsp_link_exit(data);
}

static int core_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *label = "adsp";
	struct rproc *rproc;
	struct dsp *dsp;
	int ret;

	of_property_read_string(dev->of_node, "label", &label);
	rproc = devm_rproc_alloc(dev, label, core_ops_of(dev->of_node), DSP_FIRMWARE, sizeof(*dsp));
	if (!rproc)
		return -ENOMEM;
	if (of_property_read_bool(dev->of_node, "board,attach-on-recovery"))
		set_bit(RPROC_FEAT_ATTACH_ON_RECOVERY, rproc->features);
	rproc->has_iommu = of_get_property(dev->of_node, "iommus", NULL) &&
			   !of_property_read_bool(dev->of_node, "board,no-iommu-domain");
	rproc->auto_boot = false;

	dsp = rproc->priv;
	dsp->rproc = rproc;
	dsp->dev = dev;
	strscpy(dsp->label, label, sizeof(dsp->label));
	dsp->edge = &dsp_link_edge;
	ret = dsp_init_dsp(dsp, dev);
	if (ret)
		return ret;
	dsp_link_init(dsp);
	ret = devm_add_action_or_reset(dev, core_exit_link, dsp);
	if (ret)
		return ret;
	ret = rproc_add(rproc);
	if (ret)
		return ret;
	dsp_list_add(dsp);
	return devm_add_action_or_reset(dev, core_remove, dsp);
}

static const struct of_device_id core_of_match[] = {
	{ .compatible = "fastrpc-board,dsp" },
	{ }
};
MODULE_DEVICE_TABLE(of, core_of_match);

static struct platform_driver core_driver = {
	.probe = core_probe,
	.driver = {
		.name = "board-dsp",
		.of_match_table = core_of_match,
		.suppress_bind_attrs = true,
	},
};

int dsp_core_init(void)
{
	return platform_driver_register(&core_driver);
}

void dsp_core_exit(void)
{
	platform_driver_unregister(&core_driver);
}
