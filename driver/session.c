// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: compute context banks and their hand-out to clients.
 *
 * Each qcom,fastrpc-compute-cb node is a platform device with an SMMU context
 * of its own.  It takes a place in channel->sessions[]; the place keeps its
 * client while the device comes and goes.  Who has a place is in session_state.h,
 * and how it comes back in release.c.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "private.h"

u32 frpc_session_client_id(const struct frpc_session *session)
{
	return session - session->channel->sessions + 1;
}

u64 frpc_session_bits(const struct frpc_session *session)
{
	return (u64)session->sid << session->channel->soc->sid_shift;
}

void frpc_sessions_setup(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		session->channel = channel;
		mutex_init(&session->buffers_lock);
		INIT_LIST_HEAD(&session->buffers);
		spin_lock_init(&session->lock);
		frpc_pool_setup(session);
		frpc_maps_setup(session);
		frpc_release_setup(session);
		INIT_LIST_HEAD(&session->interrupted);
	}
}

/* Gives up all that is kept only to be used again.  May sleep. */
void frpc_session_drain(struct frpc_session *session)
{
	frpc_calls_drain(session);
	frpc_pool_drain(session);
	frpc_maps_drain(session);
}

/* The last reference to the channel is gone: no client, no call, no device. */
void frpc_sessions_teardown(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		WARN_ON(session->state != FRPC_SESSION_FREE || session->nr_parked ||
			session->is_alive || !list_empty(&session->left_loans));
		frpc_session_drain(session);
	}
}

static bool take_if_free(struct frpc_session *session)
{
	bool is_taken;

	spin_lock_irq(&session->lock);
	is_taken = session->is_alive && frpc_session_step(&session->state, FRPC_SESSION_TAKE);
	spin_unlock_irq(&session->lock);
	return is_taken;
}

static void untake(struct frpc_session *session)
{
	spin_lock_irq(&session->lock);
	frpc_session_step(&session->state, FRPC_SESSION_DROP);
	spin_unlock_irq(&session->lock);
}

/**
 * frpc_session_get() - hand out the first free session
 * @client: which is to have it, until frpc_release_client()
 *
 * Nothing of an earlier client is left in its buffers.  May sleep.
 *
 * Return: the session; ERR_PTR(): -EBUSY none is free, -ENOMEM, -EPIPE.
 */
struct frpc_session *frpc_session_get(struct frpc_client *client)
{
	struct frpc_channel *channel = client->channel;
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];
		int ret;

		if (!take_if_free(session))
			continue;
		/* a question of the kernel's may have left something since */
		frpc_session_drain(session);
		ret = frpc_release_prepare(session);
		if (ret) {
			untake(session);
			return ERR_PTR(ret);
		}
		mutex_lock(&session->end_lock);
		session->client = client;
		mutex_unlock(&session->end_lock);
		return session;
	}
	return ERR_PTR(-EBUSY);
}

/**
 * frpc_session_any() - a context bank for what is in no client's name
 * @channel: reference held
 *
 * One that does not see the CPU's caches, if there is one: what is right for it is right
 * for the others.
 *
 * Return: a session, which may be somebody's and may end at any time; NULL: there is none.
 */
struct frpc_session *frpc_session_any(struct frpc_channel *channel)
{
	struct frpc_session *found = NULL;
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		if (!READ_ONCE(session->is_alive))
			continue;
		if (!found || !session->is_coherent)
			found = session;
	}
	return found;
}

/* Takes the context bank away from a session: its device is about to go. */
static void session_end(void *data)
{
	struct frpc_session *session = data;
	struct frpc_channel *channel = session->channel;

	spin_lock_irq(&session->lock);
	WRITE_ONCE(session->is_alive, false);
	spin_unlock_irq(&session->lock);
	/* whoever saw it alive has left the device alone when this is back */
	synchronize_srcu(&channel->srcu);

	frpc_calls_end(channel, session);
	frpc_buffers_unmap(session);
	frpc_maps_undo(session);
	frpc_release_end(session);

	mutex_lock(&channel->sessions_lock);
	session->dev = NULL;
	mutex_unlock(&channel->sessions_lock);
}

static bool place_is_empty(struct frpc_session *session)
{
	bool is_empty;

	spin_lock_irq(&session->lock);
	is_empty = !session->dev && session->state == FRPC_SESSION_FREE && !session->nr_parked;
	spin_unlock_irq(&session->lock);
	return is_empty;
}

static struct frpc_session *session_begin(struct frpc_channel *channel, struct device *dev, u32 sid)
{
	struct frpc_session *session = NULL;
	size_t i;

	mutex_lock(&channel->sessions_lock);
	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		if (!place_is_empty(&channel->sessions[i]))
			continue;
		session = &channel->sessions[i];
		session->dev = dev;
		session->sid = sid;
		session->is_coherent = device_get_dma_attr(dev) == DEV_DMA_COHERENT;
		break;
	}
	mutex_unlock(&channel->sessions_lock);
	if (!session)
		return NULL;

	spin_lock_irq(&session->lock);
	WRITE_ONCE(session->is_alive, true);
	spin_unlock_irq(&session->lock);
	return session;
}

/*
 * The IOMMU of a bank could not be attached, for want of memory for example.  The
 * driver core does not mind: such a device would get physical addresses, of which
 * its stream reaches none, or, where unknown streams pass, all.
 */
static bool has_lost_iommu(struct device *dev)
{
	struct device_node *node = of_parse_phandle(dev->of_node, "iommus", 0);
	struct platform_device *iommu;
	bool is_lost;

	if (!node)
		return false;
	/* one that is switched off, or that nobody drives, translates nothing */
	iommu = of_find_device_by_node(node);
	is_lost = iommu && READ_ONCE(iommu->dev.driver) && !device_iommu_mapped(dev);
	if (iommu)
		put_device(&iommu->dev);
	of_node_put(node);
	return is_lost;
}

static int setup_dma(struct device *dev, u32 bits)
{
	int ret;

	if (has_lost_iommu(dev)) {
		/* tried again when the channel comes again; the driver core says no more */
		dev_warn(dev, "its IOMMU could not be attached: not used\n");
		return -ENODEV;
	}
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(bits));
	if (ret)
		return dev_err_probe(dev, ret, "cannot address %u bits\n", bits);
	/* the DSP gets one address and one length, however many pages there are */
	dma_set_max_seg_size(dev, UINT_MAX);
	return 0;
}

static int cb_probe(struct platform_device *pdev)
{
	struct frpc_channel *channel = dev_get_drvdata(pdev->dev.parent);
	struct device *dev = &pdev->dev;
	struct frpc_session *session;
	u32 sid, i, count = 1;
	int ret;

	if (!channel)
		return dev_err_probe(dev, -ENODEV, "not below a fastrpc channel\n");
	ret = of_property_read_u32(dev->of_node, "reg", &sid);
	if (ret)
		return dev_err_probe(dev, ret, "no session id (reg) in the device tree\n");
	ret = setup_dma(dev, channel->dma_bits);
	if (ret)
		return ret;

	/* deprecated: several clients share the context bank */
	of_property_read_u32(dev->of_node, "qcom,nsessions", &count);
	for (i = 0; i < count; i++) {
		session = session_begin(channel, dev, sid);
		if (!session)
			break;
		ret = devm_add_action_or_reset(dev, session_end, session);
		if (ret)
			return ret;
	}
	if (i < count)
		dev_warn(dev, "only %u of %u sessions: a DSP has %u at most\n", i, count,
			 FRPC_SESSIONS_MAX);
	/* said above; the driver core says no more of a device that was not taken */
	return i ? 0 : -ENODEV;
}

static const struct of_device_id cb_of_match[] = {
	{ .compatible = "qcom,fastrpc-compute-cb" },
	{ }
};

/* No remove: devres ends the sessions, before the device loses its SMMU context. */
static struct platform_driver cb_driver = {
	.probe = cb_probe,
	.driver = {
		.name = "frpc-cb",
		.of_match_table = cb_of_match,
	},
};

int frpc_session_init(void)
{
	return platform_driver_register(&cb_driver);
}

void frpc_session_fini(void)
{
	platform_driver_unregister(&cb_driver);
}
