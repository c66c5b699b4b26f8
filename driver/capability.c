// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities: what the DSP says it can do, asked once and kept per channel.
 */
#include <linux/err.h>

#include "private.h"

/* Fills channel->attributes; attribute 0 is not the DSP's to tell. */
static long query_dsp(struct frpc_client *client)
{
	struct frpc_channel *channel = client->channel;
	struct frpc_session *session = READ_ONCE(client->session);
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
	channel->has_attributes = true;
	return 0;
}

/**
 * frpc_capability_get() - one attribute of the DSP
 * @client: who asks
 * @capability: ->attribute_id in, ->capability out
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_ioctl_capability.
 */
long frpc_capability_get(struct frpc_client *client, struct fastrpc_ioctl_capability *capability)
{
	struct frpc_channel *channel = client->channel;
	long ret = 0;

	if (capability->attribute_id >= DSP_ATTRIBUTES)
		return -EOVERFLOW;
	if (mutex_lock_killable(&channel->attributes_lock))
		return -EINTR;
	if (!channel->has_attributes)
		ret = query_dsp(client);
	if (!ret)
		capability->capability = channel->attributes[capability->attribute_id];
	mutex_unlock(&channel->attributes_lock);
	return ret;
}
