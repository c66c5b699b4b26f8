// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities: the driver asks the DSP for its attributes once per channel.
 */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "private.h"

void frpc_capability_setup(struct frpc_channel *channel)
{
	spin_lock_init(&channel->attributes_lock);
	init_waitqueue_head(&channel->attributes_wait);
}

/* Fills channel->attributes, by one thread at a time.  The DSP does not report attribute 0. */
static long attributes_query(struct frpc_client *client)
{
	struct frpc_channel *channel = client->channel;
	/* pairs with client_take_session() */
	struct frpc_session *session = smp_load_acquire(&client->session);
	__le32 words[DSP_ATTRIBUTES - 1] = {};
	struct frpc_reply reply;
	u32 i;

	if (!session)
		session = frpc_session_any(channel);
	if (!session)
		return -EBUSY;
	reply = frpc_request_get_info(session, READ_ONCE(client->pd), words, ARRAY_SIZE(words));
	if (reply.outcome != FRPC_DONE)
		return reply.error;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		channel->attributes[i + 1] = le32_to_cpu(words[i]);
	/* a thread that sees this flag sees the attributes */
	smp_store_release(&channel->has_attributes, true);
	return 0;
}

/*
 * May the caller ask?  If not, another thread asks; it has ended when channel->nr_asked is no
 * longer *@nr_asked.
 */
static bool attributes_ask_begin(struct frpc_channel *channel, u32 *nr_asked)
{
	bool may_ask;

	spin_lock(&channel->attributes_lock);
	may_ask = !channel->is_asking;
	channel->is_asking = true;
	*nr_asked = channel->nr_asked;
	spin_unlock(&channel->attributes_lock);
	return may_ask;
}

static void attributes_ask_end(struct frpc_channel *channel, long error)
{
	spin_lock(&channel->attributes_lock);
	WARN_ON_ONCE(!channel->is_asking);
	channel->is_asking = false;
	channel->nr_asked++;
	channel->ask_error = error;
	spin_unlock(&channel->attributes_lock);
	wake_up_all(&channel->attributes_wait);
}

static bool attributes_ask_has_ended(struct frpc_channel *channel, u32 nr_asked, long *error)
{
	bool is_over;

	spin_lock(&channel->attributes_lock);
	is_over = channel->nr_asked != nr_asked;
	*error = channel->ask_error;
	spin_unlock(&channel->attributes_lock);
	return is_over;
}

/* Asks the DSP, or waits for the thread that does: a silent DSP costs all threads one wait. */
static long attributes_learn(struct frpc_client *client)
{
	struct frpc_channel *channel = client->channel;
	u32 nr_asked;
	long error;

	if (attributes_ask_begin(channel, &nr_asked)) {
		/* pairs with attributes_query() */
		error = smp_load_acquire(&channel->has_attributes) ? 0 : attributes_query(client);
		attributes_ask_end(channel, error);
		return error;
	}
	if (wait_event_state(channel->attributes_wait,
			     attributes_ask_has_ended(channel, nr_asked, &error),
			     (TASK_KILLABLE | TASK_FREEZABLE)))
		return -EINTR;
	return error;
}

/**
 * frpc_capability_get() - one attribute of the DSP
 * @client: that asks
 * @capability: ->attribute_id in, ->capability out
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_ioctl_capability.
 */
long frpc_capability_get(struct frpc_client *client, struct fastrpc_ioctl_capability *capability)
{
	struct frpc_channel *channel = client->channel;
	long ret;

	if (capability->attribute_id >= DSP_ATTRIBUTES)
		return -EOVERFLOW;
	/* asks again if another thread was killed while it asked */
	do {
		/* pairs with attributes_query() */
		ret = smp_load_acquire(&channel->has_attributes) ? 0 : attributes_learn(client);
	} while (ret == -ERESTARTSYS && !fatal_signal_pending(current));
	if (ret)
		return ret;
	capability->capability = channel->attributes[capability->attribute_id];
	return 0;
}
