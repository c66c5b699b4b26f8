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
	__le32 words[DSP_ATTRIBUTES - 1] = {};
	__le32 count = cpu_to_le32(ARRAY_SIZE(words));
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&count, .len = sizeof(count), .fd = -1 },
		{ .ptr = (uintptr_t)words, .len = sizeof(words), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = READ_ONCE(client->pd),
		.handle = DSP_HANDLE_UTILITIES,
		.sc = DSP_SCALARS(DSP_UTILITIES_GET_INFO, 1, 1),
		.args = args,
		.may_be_killed = true,
	};
	s32 result;
	long ret;
	u32 i;

	ret = frpc_invoke_kernel(client->session, &call, &result);
	if (ret)
		return ret;
	if ((u32)result == DSP_ERR_UNSUPPORTED)
		return -EOPNOTSUPP;
	if (result)
		return frpc_result(result);

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
