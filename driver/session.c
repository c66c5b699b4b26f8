// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: compute context banks and their hand-out to clients.
 *
 * Each qcom,fastrpc-compute-cb node is a platform device with an SMMU context
 * of its own.  It takes a place in channel->spaces[] for its addresses, and one or
 * several in channel->sessions[]; sessions keep their clients while the device comes
 * and goes.  session_state.h has the states of a session, and release.c describes how
 * a session becomes free again.
 */
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "private.h"

u32 frpc_session_client_id(const struct frpc_session *session)
{
	return session - session->channel->sessions + 1;
}

u64 frpc_session_bits(const struct frpc_session *session)
{
	return session->space->session_bits;
}

void frpc_sessions_setup(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		frpc_space_setup(&channel->spaces[i], channel);
		session->channel = channel;
		spin_lock_init(&session->lock);
		hash_init(session->map_hash);
		frpc_release_setup(session);
		INIT_LIST_HEAD(&session->interrupted);
	}
}

/* Frees everything that is kept only for reuse.  May sleep. */
void frpc_session_drain(struct frpc_session *session)
{
	struct frpc_space *space = session->space;

	frpc_calls_drain(session);
	frpc_pool_drain(session);
	if (!space)
		return;
	mutex_lock(&space->maps_lock);
	frpc_maps_give_up(space, session);
	mutex_unlock(&space->maps_lock);
}

/* The last reference to the channel is gone: it has no client, call or device. */
void frpc_sessions_teardown(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		WARN_ON_ONCE(session->state != FRPC_SESSION_FREE || session->nr_parked ||
			     session->is_alive || !list_empty(&session->left_mappings));
		/* a shrinker may have queued it after the bank's end */
		cancel_delayed_work_sync(&session->end_work);
		frpc_session_drain(session);
		/* all that was counted has been returned */
		WARN_ON_ONCE(session->free_bytes || session->message_bytes);
		WARN_ON_ONCE(session->nr_maps || session->idle_map_bytes);
		WARN_ON_ONCE(atomic_read(&session->nr_calls));
	}
	for (i = 0; i < FRPC_SESSIONS_MAX; i++)
		cancel_delayed_work_sync(&channel->spaces[i].reap_work);
}

static bool session_take_if_free(struct frpc_session *session)
{
	bool is_taken;

	spin_lock_irq(&session->lock);
	is_taken = session->is_alive && frpc_session_step(&session->state, FRPC_SESSION_TAKE);
	spin_unlock_irq(&session->lock);
	return is_taken;
}

static void session_untake(struct frpc_session *session)
{
	spin_lock_irq(&session->lock);
	WARN_ON_ONCE(!frpc_session_step(&session->state, FRPC_SESSION_DROP));
	spin_unlock_irq(&session->lock);
}

/* The caller has taken the session; from now on it is the client's. */
static int session_give_to(struct frpc_session *session, struct frpc_client *client)
{
	int ret;

	/* a request of the kernel may have left a buffer since */
	frpc_session_drain(session);
	mutex_lock(&session->end_lock);
	ret = frpc_release_prepare(session);
	if (ret)
		goto err_untake;
	session->client = client;
	mutex_unlock(&session->end_lock);
	return 0;

err_untake:
	mutex_unlock(&session->end_lock);
	session_untake(session);
	return ret;
}

/**
 * frpc_session_get() - hand out the first free session
 * @client: that gets it, until frpc_release_client()
 *
 * Its buffers contain no byte of an earlier client.  May sleep.
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

		if (!session_take_if_free(session))
			continue;
		ret = session_give_to(session, client);
		return ret ? ERR_PTR(ret) : session;
	}
	return ERR_PTR(-EBUSY);
}

/**
 * frpc_session_any() - a context bank for a request of the kernel
 * @channel: reference held
 *
 * Return: a session, which may have a client and may end at any time; NULL: there is none.
 */
struct frpc_session *frpc_session_any(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++)
		/* a session that is seen alive is seen with its space */
		if (smp_load_acquire(&channel->sessions[i].is_alive))
			return &channel->sessions[i];
	return NULL;
}

static bool session_is_served_by(const struct frpc_session *session, const struct frpc_space *space)
{
	return session->space == space && READ_ONCE(session->is_alive);
}

/* The device of a context bank is about to go: its sessions end, then its addresses. */
static void bank_end(void *data)
{
	struct frpc_space *space = data;
	struct frpc_channel *channel = space->channel;
	DECLARE_BITMAP(served, FRPC_SESSIONS_MAX) = {};
	size_t i;

	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		struct frpc_session *session = &channel->sessions[i];

		if (!session_is_served_by(session, space))
			continue;
		__set_bit(i, served);
		spin_lock_irq(&session->lock);
		WRITE_ONCE(session->is_alive, false);
		spin_unlock_irq(&session->lock);
	}
	/* after this, no task that saw a session alive still uses the device */
	synchronize_srcu(&channel->srcu);

	for_each_set_bit(i, served, FRPC_SESSIONS_MAX)
		frpc_calls_end(channel, &channel->sessions[i]);
	frpc_space_end(space);
	for_each_set_bit(i, served, FRPC_SESSIONS_MAX) {
		frpc_release_end(&channel->sessions[i]);
		/* a later bank cannot use idle buffers that are not mapped */
		frpc_session_drain(&channel->sessions[i]);
	}

	mutex_lock(&channel->sessions_lock);
	space->dev = NULL;
	mutex_unlock(&channel->sessions_lock);
}

static bool session_is_empty(struct frpc_session *session)
{
	bool is_empty;

	lockdep_assert_held(&session->channel->sessions_lock);

	spin_lock_irq(&session->lock);
	is_empty = !(session->space && session->space->dev) &&
		   session->state == FRPC_SESSION_FREE && !session->nr_parked;
	spin_unlock_irq(&session->lock);
	return is_empty;
}

/* Is the place free, with no session in it?  channel->sessions_lock held. */
static bool space_is_empty(const struct frpc_space *space)
{
	struct frpc_channel *channel = space->channel;
	size_t i;

	lockdep_assert_held(&channel->sessions_lock);

	for (i = 0; i < FRPC_SESSIONS_MAX; i++)
		if (channel->sessions[i].space == space && !session_is_empty(&channel->sessions[i]))
			return false;
	return !space->dev;
}

static int space_begin(struct frpc_channel *channel, struct device *dev, u32 sid,
		       struct frpc_space **space)
{
	int ret = -ENODEV;
	size_t i;

	mutex_lock(&channel->sessions_lock);
	for (i = 0; i < FRPC_SESSIONS_MAX; i++) {
		if (!space_is_empty(&channel->spaces[i]))
			continue;
		*space = &channel->spaces[i];
		ret = frpc_space_begin(*space, dev, (u64)sid << channel->soc->sid_shift,
				       channel->dma_bits);
		break;
	}
	mutex_unlock(&channel->sessions_lock);
	if (i == FRPC_SESSIONS_MAX)
		dev_warn(dev, "the bank is not used: a DSP has %u at most\n", FRPC_SESSIONS_MAX);
	return ret;
}

static bool session_begin(struct frpc_channel *channel, struct frpc_space *space)
{
	struct frpc_session *session = NULL;
	size_t i;

	mutex_lock(&channel->sessions_lock);
	for (i = 0; !session && i < FRPC_SESSIONS_MAX; i++)
		if (session_is_empty(&channel->sessions[i]))
			session = &channel->sessions[i];
	if (session)
		WRITE_ONCE(session->space, space);
	mutex_unlock(&channel->sessions_lock);
	if (!session)
		return false;

	spin_lock_irq(&session->lock);
	WARN_ON_ONCE(session->is_alive);
	/* pairs with frpc_session_any() */
	smp_store_release(&session->is_alive, true);
	spin_unlock_irq(&session->lock);
	return true;
}

static int bank_probe(struct platform_device *pdev)
{
	struct frpc_channel *channel = dev_get_drvdata(pdev->dev.parent);
	struct device *dev = &pdev->dev;
	struct frpc_space *space;
	u32 sid, i, count = 1;
	int ret;

	if (!channel)
		return dev_err_probe(dev, -ENODEV, "not below a fastrpc channel\n");
	ret = of_property_read_u32(dev->of_node, "reg", &sid);
	if (ret)
		return dev_err_probe(dev, ret, "no session id (reg) in the device tree\n");
	ret = space_begin(channel, dev, sid, &space);
	if (ret)
		return ret;

	/* deprecated: several clients share the context bank */
	of_property_read_u32(dev->of_node, "qcom,nsessions", &count);
	for (i = 0; i < count && session_begin(channel, space); i++)
		;
	ret = devm_add_action_or_reset(dev, bank_end, space);
	if (ret)
		return ret;
	if (i < count)
		dev_warn(dev, "the bank has %u of %u sessions: a DSP has %u at most\n", i, count,
			 FRPC_SESSIONS_MAX);
	/* logged above; the driver core logs nothing for -ENODEV */
	return i ? 0 : -ENODEV;
}

static const struct of_device_id cb_of_match[] = {
	{ .compatible = "qcom,fastrpc-compute-cb" },
	{ }
};

/* No remove: devres ends the sessions, before the device loses its SMMU context. */
static struct platform_driver cb_driver = {
	.probe = bank_probe,
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
