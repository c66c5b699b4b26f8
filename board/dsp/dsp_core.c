// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a DSP: a remoteproc driver without a processor behind it.
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

static LIST_HEAD(dsps);
static DEFINE_MUTEX(dsps_lock);

void dsp_list_lock(void)
{
	mutex_lock(&dsps_lock);
}

void dsp_list_unlock(void)
{
	mutex_unlock(&dsps_lock);
}

struct dsp *dsp_first(void)
{
	return list_first_entry_or_null(&dsps, struct dsp, node);
}

struct dsp *dsp_next(struct dsp *dsp)
{
	return list_is_last(&dsp->node, &dsps) ? NULL : list_next_entry(dsp, node);
}

/*
 * A DSP stays once found: devices cannot be unbound by hand, and an open
 * control file keeps the module.
 */
struct dsp *dsp_find(const char *label)
{
	struct dsp *dsp, *found = NULL;

	mutex_lock(&dsps_lock);
	list_for_each_entry(dsp, &dsps, node)
		if (!strncmp(dsp->label, label, DSP_LABEL_LEN))
			found = dsp;
	mutex_unlock(&dsps_lock);
	return found;
}

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

	dsp_domain_attached(dsp);
	if (core_occupied(dsp, range))
		ret = dsp_iommu_map(rproc->domain, range[0], range[0], range[1],
				    IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE);
	if (ret)
		dev_err(dsp->dev, "cannot map the range of board,occupied: %d\n", ret);
	else
		dsp_stream_attached(dsp, true);
	return ret;
}

static int core_unprepare(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;
	u64 range[2];

	dsp_stream_attached(dsp, false);
	if (core_occupied(dsp, range))
		iommu_unmap(rproc->domain, range[0], range[1]);
	dsp_domain_detach(dsp);
	return 0;
}

/* There is no program to put anywhere: the model is the program. */
static int core_load(struct rproc *rproc, const struct firmware *fw)
{
	return 0;
}

/* There are domains now, and the DSP's accesses can go through them. */
static int core_open_streams(struct dsp *dsp)
{
	u32 value, events;
	int ret;

	dsp_stream_enable(dsp, true);
	/* The script page of the harness: proves that the engine runs at all. */
	ret = dsp_stream_word(&dsp->stream[0], 0x10000, false, &value, &events);
	if (ret) {
		dev_err(dsp->dev, "the engine of stream %#x does not move a word: %d\n",
			dsp->stream[0].stream_id, ret);
		dsp_stream_enable(dsp, false);
	}
	return ret;
}

static void core_boot(struct dsp *dsp)
{
	dsp_process_reset(dsp);
	dsp_heap_boot(dsp);

	spin_lock(&dsp->calls_lock);
	dsp->boot_epoch++;
	dsp->running = true;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
}

static int core_start(struct rproc *rproc)
{
	struct dsp *dsp = rproc->priv;
	int ret;

	ret = core_open_streams(dsp);
	if (!ret)
		core_boot(dsp);
	return ret;
}

/* Somebody else starts the DSP, before Linux has to do with it. */
int dsp_early_boot(struct dsp *dsp)
{
	struct rproc *rproc = dsp->rproc;
	int ret = -ENXIO;

	mutex_lock(&rproc->lock);
	if (rproc->state == RPROC_OFFLINE && rproc->ops->attach) {
		core_boot(dsp);
		rproc->state = RPROC_DETACHED;
		ret = 0;
	}
	mutex_unlock(&rproc->lock);
	return ret;
}

static int core_attach(struct rproc *rproc)
{
	return core_open_streams(rproc->priv);
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
	dsp_heap_halt(dsp);
	dsp_stream_enable(dsp, false);
	spin_lock(&dsp->calls_lock);
	dsp->running = false;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
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

static void core_remove(void *data)
{
	struct dsp *dsp = data;

	mutex_lock(&dsps_lock);
	list_del(&dsp->node);
	mutex_unlock(&dsps_lock);
	rproc_del(dsp->rproc);
}

static void core_exit_streams(void *data)
{
	dsp_stream_exit(data);
}

static void core_exit_link(void *data)
{
	dsp_link_exit(data);
}

static void core_exit_heap(void *data)
{
	dsp_heap_exit(data);
}

static void core_exit_maps(void *data)
{
	dsp_map_exit(data);
}

static void core_exit_wq(void *data)
{
	destroy_workqueue(data);
}

static int core_init_parts(struct dsp *dsp)
{
	struct device *dev = dsp->dev;
	int ret;

	dsp->captures = devm_kcalloc(dev, DSP_CAPTURES, sizeof(*dsp->captures), GFP_KERNEL);
	/* Unbound: calls that wait for anything must not hold up the others. */
	dsp->wq = alloc_workqueue("dsp-%s", WQ_UNBOUND | WQ_HIGHPRI, 0, dsp->label);
	if (!dsp->captures || !dsp->wq)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, core_exit_wq, dsp->wq);
	if (ret)
		return ret;
	dsp_map_init(dsp);
	ret = devm_add_action_or_reset(dev, core_exit_maps, dsp);
	if (ret)
		return ret;
	ret = dsp_link_init(dsp);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, core_exit_link, dsp);
	if (ret)
		return ret;
	ret = dsp_stream_init(dsp);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, core_exit_streams, dsp);
	if (ret)
		return ret;
	dsp_heap_init(dsp);
	return devm_add_action_or_reset(dev, core_exit_heap, dsp);
}

static int core_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *label = "adsp";
	struct rproc *rproc;
	const struct rproc_ops *ops = &core_ops;
	struct dsp *dsp;
	int ret;

	of_property_read_string(dev->of_node, "label", &label);
	if (of_property_read_bool(dev->of_node, "board,attachable"))
		ops = &core_attachable_ops;
	rproc = devm_rproc_alloc(dev, label, ops, DSP_FIRMWARE, sizeof(*dsp));
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
	spin_lock_init(&dsp->calls_lock);
	spin_lock_init(&dsp->fault_lock);
	init_waitqueue_head(&dsp->counters);
	INIT_LIST_HEAD(&dsp->requests);
	INIT_LIST_HEAD(&dsp->held_list);
	INIT_LIST_HEAD(&dsp->listeners);
	INIT_LIST_HEAD(&dsp->modules);
	ret = core_init_parts(dsp);
	if (ret)
		return ret;

	ret = rproc_add(rproc);
	if (ret)
		return ret;
	mutex_lock(&dsps_lock);
	list_add_tail(&dsp->node, &dsps);
	mutex_unlock(&dsps_lock);
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

static int __init dsp_init(void)
{
	int ret;

	ret = dsp_smmu_init();
	if (ret)
		return ret;
	ret = dsp_engine_init();
	if (ret)
		goto err_smmu;
	ret = dsp_monitor_init();
	if (ret)
		goto err_engine;
	ret = dsp_control_init();
	if (ret)
		goto err_monitor;
	ret = dsp_domain_init();
	if (ret)
		goto err_control;
	ret = dsp_hold_init();
	if (ret)
		goto err_domain;
	ret = dsp_import_init();
	if (ret)
		goto err_hold;
	ret = platform_driver_register(&core_driver);
	if (ret)
		goto err_import;
	return 0;

err_import:
	dsp_import_exit();
err_hold:
	dsp_hold_exit();
err_domain:
	dsp_domain_exit();
err_control:
	dsp_control_exit();
err_monitor:
	dsp_monitor_exit();
err_engine:
	dsp_engine_exit();
err_smmu:
	dsp_smmu_exit();
	return ret;
}

static void __exit dsp_exit(void)
{
	platform_driver_unregister(&core_driver);
	dsp_import_exit();
	dsp_hold_exit();
	dsp_domain_exit();
	dsp_control_exit();
	dsp_meter_exit();
	dsp_monitor_exit();
	dsp_engine_exit();
	dsp_smmu_exit();
	/* The last module_put() of a release function may not have returned yet. */
	synchronize_rcu();
}

module_init(dsp_init);
module_exit(dsp_exit);

MODULE_DESCRIPTION("DSP of the FastRPC virtual board");
MODULE_LICENSE("GPL");
