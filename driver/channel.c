// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels: the rpmsg link to one DSP, and the life of everything that belongs to it.
 *
 * The rpmsg device goes before the DSP is halted, and files may stay open long
 * after that; channel_shut_down() lists the order in which things end.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/slab.h>

#include "private.h"
#include "remote_heap.h"
#include "tree_rules.h"

/* Machines of the older generation whose firmware flags the end of calls. */
static const char * const poll_machines[] = {
	"qcom,milos", "qcom,qcs8300", "qcom,sa8775p", "qcom,sar2130p", "qcom,sm8450", "qcom,sm8550",
	"qcom,sm8650", "qcom,sm8750", "qcom,x1e80100", "qcom,x1p42100",
};

static bool machine_has_poll(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(poll_machines); i++)
		if (of_machine_is_compatible(poll_machines[i]))
			return true;
	return false;
}

void frpc_channel_get(struct frpc_channel *channel)
{
	kref_get(&channel->refs);
}

/* The same for a channel that may be going away: false if it is. */
bool frpc_channel_try_get(struct frpc_channel *channel)
{
	return kref_get_unless_zero(&channel->refs);
}

static void channel_free(struct kref *refs)
{
	struct frpc_channel *channel = container_of(refs, struct frpc_channel, refs);

	WARN_ON_ONCE(channel->is_alive);
	frpc_shrinker_remove(channel);
	frpc_sessions_teardown(channel);
	/* every call has returned its place */
	WARN_ON_ONCE(atomic_read(&channel->table.nr_common));
	cleanup_srcu_struct(&channel->srcu);
	kfree(channel);
}

/* May sleep. */
void frpc_channel_put(struct frpc_channel *channel)
{
	kref_put(&channel->refs, channel_free);
}

static struct frpc_channel *channel_create(struct rpmsg_device *rpdev, const char *label,
					   const struct frpc_domain_kind *kind)
{
	struct frpc_channel *channel;
	int ret;

	channel = kzalloc_obj(*channel, GFP_KERNEL);
	if (!channel)
		return ERR_PTR(-ENOMEM);

	ret = init_srcu_struct(&channel->srcu);
	if (ret) {
		kfree(channel);
		return ERR_PTR(ret);
	}
	kref_init(&channel->refs);
	mutex_init(&channel->sessions_lock);
	frpc_turn_setup(&channel->attributes_turn);
	frpc_turn_setup(&channel->send_turn);
	frpc_call_table_setup(&channel->table);
	frpc_sessions_setup(channel);
	strscpy(channel->label, label, sizeof(channel->label));
	channel->soc = of_device_get_match_data(&rpdev->dev);
	channel->has_poll = channel->soc->has_poll || machine_has_poll();
	channel->dma_bits = frpc_bank_bits(channel->soc, kind);
	channel->is_secure = !of_property_read_bool(rpdev->dev.of_node, "qcom,non-secure-domain");
	channel->has_unsigned = kind->has_unsigned;
	channel->rpdev = rpdev;
	channel->is_alive = true;
	frpc_shrinker_add(channel);
	return channel;
}

/*
 * Ends a channel.  The DSP may still be running, and callers may be anywhere.
 *  1. No new clients: the names of the nodes are free for the next channel.
 *  2. Callers that wait for an answer, or for room, get -EPIPE.
 *  3. No new requests: once synchronize_srcu() is back, no sender is inside the
 *     transport or will be again.  A sender that waits inside the transport (send.c) delays
 *     this step, and no caller.  Then step 2 again, for calls that were sent meanwhile.
 *  4. The context banks go, and with them every mapping; from here on the DSP
 *     reaches none of our message buffers.
 *  5. The heap is detached.  A DSP that uses it keeps it.
 *  6. Responses still arrive until the endpoint is destroyed, which happens
 *     after us: the receive path must not find the channel any more.
 */
static void channel_shut_down(struct frpc_channel *channel)
{
	struct rpmsg_device *rpdev = channel->rpdev;

	frpc_nodes_deregister(channel);

	WRITE_ONCE(channel->is_alive, false);
	frpc_send_end(channel);
	frpc_calls_end(channel, NULL);
	synchronize_srcu(&channel->srcu);
	frpc_calls_end(channel, NULL);

	of_platform_depopulate(&rpdev->dev);
	WARN_ON_ONCE(frpc_session_any(channel));
	frpc_heap_detach(channel);

	dev_set_drvdata(&rpdev->dev, NULL);
	synchronize_rcu();
	frpc_channel_put(channel);
}

static int channel_read_label(struct device *dev, const char **label,
			      const struct frpc_domain_kind **kind)
{
	int ret;

	ret = of_property_read_string(dev->of_node, "label", label);
	if (ret)
		return dev_err_probe(dev, ret, "no label in the device tree to name the DSP\n");
	*kind = frpc_domain_kind_find(*label);
	if (!*kind)
		return dev_err_probe(dev, -EINVAL,
				     "unknown DSP \"%s\": adsp, mdsp, sdsp, cdsp or gdsp expected\n",
				     *label);
	return 0;
}

/* The last steps: context banks, then the nodes that let clients in. */
static int channel_bring_up(struct frpc_channel *channel, const struct frpc_domain_kind *kind)
{
	struct device *dev = &channel->rpdev->dev;
	int ret;

	ret = of_platform_populate(dev->of_node, NULL, NULL, dev);
	if (ret)
		return ret;
	return frpc_nodes_register(channel, dev, kind->has_both_nodes);
}

static int channel_probe(struct rpmsg_device *rpdev)
{
	struct device *dev = &rpdev->dev;
	const struct frpc_domain_kind *kind;
	struct frpc_channel *channel;
	const char *label;
	int ret;

	ret = channel_read_label(dev, &label, &kind);
	if (ret)
		return ret;
	channel = channel_create(rpdev, label, kind);
	if (IS_ERR(channel))
		return PTR_ERR(channel);

	frpc_secure_map_setup(channel);
	if (kind->has_heap)
		frpc_heap_attach(channel, kind->is_heap_implicit);

	dev_set_drvdata(dev, channel);
	ret = channel_bring_up(channel, kind);
	if (ret)
		channel_shut_down(channel);
	return ret;
}

static void channel_remove(struct rpmsg_device *rpdev)
{
	channel_shut_down(dev_get_drvdata(&rpdev->dev));
}

/*
 * A message from the DSP.  Any context, also with interrupts off, and also before
 * the end of probe and after remove.  Never logs above debug level: the DSP must
 * not be able to flood the log.
 */
static int channel_receive(struct rpmsg_device *rpdev, void *data, int len, void *priv, u32 src)
{
	struct frpc_channel *channel;
	struct frpc_response rsp;
	int ret;

	ret = frpc_response_parse(data, len, &rsp);
	if (ret == -ENOMSG)
		return 0;
	if (ret) {
		dev_dbg(&rpdev->dev, "response of %d bytes dropped\n", len);
		return ret;
	}

	rcu_read_lock();
	channel = dev_get_drvdata(&rpdev->dev);
	if (channel)
		frpc_call_answer(channel, &rsp);
	rcu_read_unlock();
	return 0;
}

static const struct of_device_id channel_of_match[] = {
	{ .compatible = "qcom,kaanapali-fastrpc", .data = &frpc_socs[FRPC_SOC_KAANAPALI] },
	{ .compatible = "qcom,fastrpc", .data = &frpc_socs[FRPC_SOC_DEFAULT] },
	{ }
};
MODULE_DEVICE_TABLE(of, channel_of_match);

static struct rpmsg_driver channel_driver = {
	.probe = channel_probe,
	.remove = channel_remove,
	.callback = channel_receive,
	.drv = {
		.name = "frpc",
		.of_match_table = channel_of_match,
	},
};

int frpc_channel_init(void)
{
	return register_rpmsg_driver(&channel_driver);
}

void frpc_channel_fini(void)
{
	unregister_rpmsg_driver(&channel_driver);
}
