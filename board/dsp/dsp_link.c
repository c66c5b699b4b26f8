// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's own edge: how requests come in and answers go out.
 *
 * Devices: rpmsg device -> edge device (the glink-edge node) -> rproc device.
 * The edge lives from the start to the stop of an rproc subdevice.  Its one
 * channel is announced from a work item, as a transport does that learns of
 * it from a message, or within the subdevice's start, with rproc->lock held
 * (module parameter sync_announce).  Both happen on real boards.
 *
 * Stop: 1. requests are swallowed from now on, calls that are being worked
 * on run to their end, and then the user PDs end; 2. the announcement is waited for; 3. the
 * channel is unregistered, that is, the driver's remove, then destroy_ept();
 * 4. the edge goes.  Only then does the remoteproc core call the stop op.
 *
 * Answers reach the driver under ept->cb_lock, which destroy_ept() takes too,
 * and with interrupts off under a spinlock, as the glink transport does it:
 * a callback that sleeps is a bug of the driver.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_compat.h"
#include "dsp_wire.h"

static bool sync_announce;
module_param(sync_announce, bool, 0644);
MODULE_PARM_DESC(sync_announce, "announce the channel inside the remoteproc's start, with its lock held");

#define CHANNEL_SRC	0x400
#define CHANNEL_DST	0x401
#define LINK_MTU	256

struct link_channel {
	struct rpmsg_device rpdev;
	struct dsp *dsp;
};

struct link_endpoint {
	struct rpmsg_endpoint ept;
	struct dsp *dsp;
};

static void link_ept_release(struct kref *kref)
{
	struct rpmsg_endpoint *ept = container_of(kref, struct rpmsg_endpoint, refcount);

	kfree(container_of(ept, struct link_endpoint, ept));
}

static int link_send(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len)
{
	return dsp_call_submit(container_of(ept, struct link_endpoint, ept)->dsp,
			       data, len, true);
}

static int link_trysend(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len)
{
	return dsp_call_submit(container_of(ept, struct link_endpoint, ept)->dsp,
			       data, len, false);
}

static ssize_t link_get_mtu(struct rpmsg_endpoint *ept)
{
	return LINK_MTU;
}

/* Hand @data to the driver that has the endpoint. */
static int link_deliver(struct dsp *dsp, const void *data, size_t len)
{
	struct dsp_link *link = &dsp->link;
	struct rpmsg_endpoint *ept;
	unsigned long flags;
	int ret = -ENOTCONN;
	u64 paused;
	void *copy;

	/* Exactly as long as the message, so that reading past its end shows. */
	copy = kmemdup(data, len, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	spin_lock(&link->lock);
	ept = link->ept;
	if (ept)
		kref_get(&ept->refcount);
	spin_unlock(&link->lock);
	if (ept) {
		mutex_lock(&ept->cb_lock);
		if (ept->cb) {
			spin_lock_irqsave(&link->recv_lock, flags);
			paused = dsp_meter_pause();
			ret = ept->cb(ept->rpdev, copy, len, ept->priv, ept->addr);
			dsp_meter_resume(dsp, paused);
			spin_unlock_irqrestore(&link->recv_lock, flags);
		}
		mutex_unlock(&ept->cb_lock);
		kref_put(&ept->refcount, link_ept_release);
	}
	kfree(copy);
	return ret;
}

const struct dsp_edge dsp_link_edge = {
	.deliver = link_deliver,
};

static void link_destroy_ept(struct rpmsg_endpoint *ept)
{
	struct dsp *dsp = container_of(ept, struct link_endpoint, ept)->dsp;

	dsp_link_say_due(dsp, DSP_INJECT_AT_DESTROY);
	mutex_lock(&ept->cb_lock);
	ept->cb = NULL;
	mutex_unlock(&ept->cb_lock);

	/* Their host is gone, and the memory of its banks. */
	dsp_pd_end(dsp, 0);
	spin_lock(&dsp->link.lock);
	dsp->link.ept = NULL;
	spin_unlock(&dsp->link.lock);
	kref_put(&ept->refcount, link_ept_release);
}

static const struct rpmsg_endpoint_ops link_ept_ops = {
	.destroy_ept = link_destroy_ept,
	.send = link_send,
	.trysend = link_trysend,
	.get_mtu = link_get_mtu,
};

static struct rpmsg_endpoint *link_create_ept(struct rpmsg_device *rpdev, rpmsg_rx_cb_t cb,
					      void *priv, struct rpmsg_channel_info chinfo)
{
	struct dsp *dsp = container_of(rpdev, struct link_channel, rpdev)->dsp;
	struct link_endpoint *le;

	le = kzalloc(sizeof(*le), GFP_KERNEL);
	if (!le)
		return NULL;
	le->dsp = dsp;
	kref_init(&le->ept.refcount);
	mutex_init(&le->ept.cb_lock);
	le->ept.rpdev = rpdev;
	le->ept.cb = cb;
	le->ept.priv = priv;
	le->ept.addr = CHANNEL_SRC;
	le->ept.ops = &link_ept_ops;

	spin_lock(&dsp->link.lock);
	if (dsp->link.ept) {
		/* The edge has one channel and that one endpoint. */
		spin_unlock(&dsp->link.lock);
		kfree(le);
		return NULL;
	}
	dsp->link.ept = &le->ept;
	spin_unlock(&dsp->link.lock);
	dsp_link_say_due(dsp, DSP_INJECT_AT_CREATE);
	return &le->ept;
}

static const struct rpmsg_device_ops link_channel_ops = {
	.create_ept = link_create_ept,
};

/* A reference to the channel's device keeps this module loaded. */
static void link_channel_release(struct device *dev)
{
	struct rpmsg_device *rpdev = container_of(dev, struct rpmsg_device, dev);

	of_node_put(dev->of_node);
	kfree(container_of(rpdev, struct link_channel, rpdev));
	module_put(THIS_MODULE);
}

static int link_register_channel(struct dsp *dsp)
{
	struct dsp_link *link = &dsp->link;
	struct link_channel *channel;
	int ret;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	channel = kzalloc(sizeof(*channel), GFP_KERNEL);
	if (!channel) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	channel->dsp = dsp;
	strscpy(channel->rpdev.id.name, link->channel_name, sizeof(channel->rpdev.id.name));
	channel->rpdev.src = CHANNEL_SRC;
	channel->rpdev.dst = CHANNEL_DST;
	channel->rpdev.ops = &link_channel_ops;
	channel->rpdev.dev.parent = link->edge;
	channel->rpdev.dev.of_node = of_node_get(link->channel_node);
	channel->rpdev.dev.release = link_channel_release;
	/* On failure the core drops the device, and with it all of the above. */
	ret = rpmsg_register_device(&channel->rpdev);
	if (ret)
		dev_err(dsp->dev, "cannot announce %s: %d\n", link->channel_name, ret);
	else
		link->announced = true;
	return ret;
}

static void link_announce_work(struct work_struct *work)
{
	struct dsp_link *link = container_of(work, struct dsp_link, announce);

	link_register_channel(container_of(link, struct dsp, link));
}

static void link_edge_release(struct device *dev)
{
	of_node_put(dev->of_node);
	kfree(dev);
	module_put(THIS_MODULE);
}

static int link_edge_create(struct dsp *dsp)
{
	struct dsp_link *link = &dsp->link;
	struct device *edge;
	int ret;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	edge = kzalloc(sizeof(*edge), GFP_KERNEL);
	if (!edge) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	edge->parent = &dsp->rproc->dev;
	edge->of_node = of_node_get(link->edge_node);
	edge->release = link_edge_release;
	dev_set_name(edge, "%s:%pOFn", dev_name(dsp->dev), link->edge_node);
	ret = device_register(edge);
	if (ret) {
		put_device(edge);
		return ret;
	}
	link->edge = edge;
	return 0;
}

static void link_edge_destroy(struct dsp_link *link)
{
	device_unregister(link->edge);
	link->edge = NULL;
}

static int link_start(struct rproc_subdev *subdev)
{
	struct dsp_link *link = container_of(subdev, struct dsp_link, subdev);
	struct dsp *dsp = container_of(link, struct dsp, link);
	int ret;

	ret = link_edge_create(dsp);
	if (ret)
		return ret;
	link->announced = false;
	dsp_open_calls(dsp);
	if (!sync_announce) {
		schedule_work(&link->announce);
		return 0;
	}
	dsp_hold(dsp, DSP_HOLD_ANNOUNCE);
	ret = link_register_channel(dsp);
	if (ret)
		link_edge_destroy(link);
	dsp_hold(dsp, DSP_HOLD_ANNOUNCED);
	return ret;
}

static void link_stop(struct rproc_subdev *subdev, bool crashed)
{
	struct dsp_link *link = container_of(subdev, struct dsp_link, subdev);
	struct dsp *dsp = container_of(link, struct dsp, link);
	struct rpmsg_channel_info info = {
		.src = RPMSG_ADDR_ANY,
		.dst = RPMSG_ADDR_ANY,
	};

	dsp_hold(dsp, DSP_HOLD_STOP);
	dsp_close_calls(dsp);
	cancel_work_sync(&link->announce);
	if (link->announced) {
		strscpy(info.name, link->channel_name, sizeof(info.name));
		rpmsg_unregister_device(link->edge, &info);
		link->announced = false;
	}
	link_edge_destroy(link);
}

void dsp_link_init(struct dsp *dsp)
{
	struct dsp_link *link = &dsp->link;

	spin_lock_init(&link->recv_lock);
	INIT_WORK(&link->announce, link_announce_work);
	link->subdev.start = link_start;
	link->subdev.stop = link_stop;
	rproc_add_subdev(dsp->rproc, &link->subdev);
}

void dsp_link_exit(struct dsp *dsp)
{
	rproc_remove_subdev(dsp->rproc, &dsp->link.subdev);
}
