// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which streams a DSP has: its own, and one for each context bank below the
 * channel's node.  The device of a bank comes and goes with the driver.
 */
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#include "dsp.h"
#include "dsp_wire.h"
#include "monitor_call.h"

/* Banks come and go with the driver's populate and depopulate. */
static int stream_bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct dsp *dsp = container_of(nb, struct dsp, bus_nb);
	struct device *dev = data;
	unsigned int i;

	if (action != BUS_NOTIFY_ADD_DEVICE && action != BUS_NOTIFY_DEL_DEVICE &&
	    action != BUS_NOTIFY_BIND_DRIVER)
		return NOTIFY_DONE;
	for (i = 1; dev->of_node && i < dsp->streams; i++) {
		struct dsp_stream *s = &dsp->stream[i];

		if (s->node != dev->of_node)
			continue;
		if (action == BUS_NOTIFY_DEL_DEVICE)
			dsp_map_bank_gone(dsp, s);
		if (action == BUS_NOTIFY_ADD_DEVICE)
			dsp_hold(dsp, DSP_HOLD_PROBE);
		if (action == BUS_NOTIFY_BIND_DRIVER && dsp->maskless & BIT_ULL(s->session))
			dev->dma_mask = NULL;
		mutex_lock(&s->lock);
		if (action == BUS_NOTIFY_ADD_DEVICE && !s->client) {
			s->client = get_device(dev);
		} else if (action == BUS_NOTIFY_DEL_DEVICE && s->client == dev) {
			dsp_stream_close(s);
			s->client = NULL;
			put_device(dev);
		}
		mutex_unlock(&s->lock);
	}
	return NOTIFY_DONE;
}

/* The binding's SoCs: where the session is in an address, and how wide the rest is. */
static void stream_read_soc(struct dsp *dsp)
{
	dsp->channel_label = "";
	of_property_read_string(dsp->link.channel_node, "label", &dsp->channel_label);
	dsp->session_shift = ADDR_SESSION_SHIFT;
	if (of_device_is_compatible(dsp->link.channel_node, "qcom,kaanapali-fastrpc"))
		dsp->session_shift = ADDR_SESSION_SHIFT_WIDE;
}

static unsigned int stream_width(struct dsp *dsp, u32 session)
{
	if (session && dsp->session_shift == ADDR_SESSION_SHIFT_WIDE &&
	    !strncmp(dsp->channel_label, "cdsp", 4))
		return 34;
	return 32;
}

static int stream_add(struct dsp *dsp, struct device_node *node, u32 session)
{
	struct dsp_stream *s = &dsp->stream[dsp->streams];
	struct of_phandle_args smmu;
	int ret;

	if (dsp->streams == DSP_MAX_STREAMS || dsp_stream_by_session(dsp, session)) {
		dev_err(dsp->dev, "%pOF: too many context banks, or two with reg %u\n",
			node, session);
		return -EINVAL;
	}
	ret = of_parse_phandle_with_args(node, "iommus", "#iommu-cells", 0, &smmu);
	if (ret) {
		dev_err(dsp->dev, "%pOF: no usable iommus property\n", node);
		return ret;
	}
	of_node_put(smmu.np);
	s->dsp = dsp;
	s->session = session;
	s->width = stream_width(dsp, session);
	s->stream_id = smmu.args[0];
	s->engine = dsp_engine_claim(s->stream_id);
	if (!s->engine) {
		dev_err(dsp->dev, "%pOF: no engine for stream %#x: QEMU needs -device lsi53c895a,addr=%x.%x\n",
			node, s->stream_id, s->stream_id >> 3, s->stream_id & 7);
		return -ENODEV;
	}
	s->has_view = of_property_read_bool(node, "board,private-view");
	ret = s->has_view ? dsp_view_begin() : 0;
	if (ret) {
		dsp_engine_release(s->engine);
		return ret;
	}
	s->node = of_node_get(node);
	s->vms = BIT_ULL(MONITOR_HLOS);
	mutex_init(&s->lock);
	dsp->streams++;
	return 0;
}

static int stream_add_banks(struct dsp *dsp)
{
	struct device_node *child;
	u32 session;
	int ret;

	for_each_available_child_of_node(dsp->link.channel_node, child) {
		if (!of_device_is_compatible(child, "qcom,fastrpc-compute-cb") ||
		    of_property_read_bool(child, "board,lost"))
			continue;
		ret = of_property_read_u32(child, "reg", &session);
		if (ret)
			goto err_put_child;
		ret = stream_add(dsp, child, session);
		if (ret)
			goto err_put_child;
	}
	return 0;

err_put_child:
	of_node_put(child);
	return ret;
}

/* Bank devices that were there before the notifier. */
static void stream_find_clients(struct dsp *dsp)
{
	unsigned int i;

	for (i = 1; i < dsp->streams; i++) {
		struct dsp_stream *s = &dsp->stream[i];
		struct platform_device *pdev = of_find_device_by_node(s->node);

		mutex_lock(&s->lock);
		if (pdev && !s->client)
			s->client = &pdev->dev;
		else if (pdev)
			put_device(&pdev->dev);
		mutex_unlock(&s->lock);
	}
}

/* The DSP's own: through the remoteproc's device, or below a monitor through another. */
static int stream_add_own(struct dsp *dsp, struct device *remoteproc)
{
	struct device *client = dsp_monitor_client(dsp->dev, remoteproc);
	u32 first;
	int ret;

	if (IS_ERR(client))
		return PTR_ERR(client);
	ret = stream_add(dsp, client->of_node, 0);
	if (ret) {
		put_device(client);
		return ret;
	}
	dsp->vms = dsp_monitor_vms(dsp->dev, &first);
	dsp->stream[0].vms = BIT_ULL(first);
	dsp->stream[0].client = client;
	return 0;
}

int dsp_stream_init(struct dsp *dsp, struct device *remoteproc)
{
	int ret;

	stream_read_soc(dsp);
	ret = stream_add_own(dsp, remoteproc);
	if (ret)
		return ret;
	dsp->idle_domain_type = dsp_stream_domain_type(iommu_get_domain_for_dev(remoteproc));

	ret = stream_add_banks(dsp);
	if (ret)
		goto err_exit;
	dsp->bus_nb.notifier_call = stream_bus_event;
	ret = bus_register_notifier(&platform_bus_type, &dsp->bus_nb);
	if (ret) {
		dsp->bus_nb.notifier_call = NULL;
		goto err_exit;
	}
	stream_find_clients(dsp);
	return 0;

err_exit:
	dsp_stream_exit(dsp);
	return ret;
}

void dsp_stream_exit(struct dsp *dsp)
{
	if (dsp->bus_nb.notifier_call)
		bus_unregister_notifier(&platform_bus_type, &dsp->bus_nb);
	while (dsp->streams) {
		struct dsp_stream *s = &dsp->stream[--dsp->streams];

		mutex_lock(&s->lock);
		dsp_stream_close(s);
		mutex_unlock(&s->lock);
		put_device(s->client);
		of_node_put(s->node);
		dsp_engine_release(s->engine);
	}
}
