// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities: the driver asks the DSP for its attributes once per channel.
 */
#include <linux/err.h>

#include <asm/byteorder.h>

#include "private.h"

/* Fills channel->attributes.  The DSP does not report attribute 0. */
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

/* Asks the DSP, unless another thread has learnt the attributes meanwhile. */
static long attributes_learn(struct frpc_client *client)
{
	struct frpc_turn *turn = &client->channel->attributes_turn;
	long ret = frpc_turn_take(turn);

	if (ret)
		return ret;
	/* pairs with attributes_query() */
	if (!smp_load_acquire(&client->channel->has_attributes))
		ret = attributes_query(client);
	/* another task asks again if this one was killed */
	frpc_turn_end(turn, ret == -ERESTARTSYS ? 0 : ret);
	return ret;
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
	/* pairs with attributes_query() */
	if (!smp_load_acquire(&channel->has_attributes)) {
		ret = attributes_learn(client);
		if (ret)
			return ret;
	}
	capability->capability = channel->attributes[capability->attribute_id];
	return 0;
}
