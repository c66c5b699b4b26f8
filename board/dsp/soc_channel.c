// SPDX-License-Identifier: GPL-2.0-only
/*
 * GLINK: how channels are opened and closed.
 *
 * A channel has two halves, one for each end.  An end opens its half with OPEN and
 * closes it with CLOSE, and the other end acknowledges both.  Data may go when both
 * halves are open.  Here the DSP is always the first to open.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "soc_glink.h"

/*
 * How long the DSP leaves alone a channel that it has opened.  A driver that cannot
 * probe closes the channel at once, and must not keep both ends busy with that.
 */
#define REOPEN_MS	200

static const struct glink_traits channel_traits[SOC_CHANNELS] = {
	[SOC_CHANNEL_QRTR] = {
		.name = "IPCRTR",
		.ops = &soc_qrtr_channel,
		.buffers = 5,
		.buffer_bytes = 256,
	},
	[SOC_CHANNEL_FASTRPC] = {
		.ops = &soc_fastrpc_channel,
		.buffers = 20,
		.buffer_bytes = 64,
		.asks_early = true,
	},
};

static const char *channel_name(struct soc *soc, const struct glink_channel *channel)
{
	return channel->traits->name ?: soc->dsp->link.channel_name;
}

static void channel_reopen_work(struct work_struct *work)
{
	struct glink_channel *channel = container_of(to_delayed_work(work), struct glink_channel,
						     reopen);

	glink_wake(channel->soc);
}

/* Jiffies until the DSP may open its half; 0: it may. */
static unsigned long channel_rest(const struct glink_channel *channel)
{
	unsigned long now = jiffies, end = channel->opened_at + msecs_to_jiffies(REOPEN_MS);

	return channel->was_opened && time_before(now, end) ? end - now : 0;
}

/* The DSP opens its half. */
static void channel_open_half(struct soc *soc, struct glink_channel *channel)
{
	const char *name = channel_name(soc, channel);
	size_t len = strlen(name) + 1;
	struct glink_message *message;

	channel->state = CHANNEL_OPENING;
	channel->was_opened = true;
	channel->opened_at = jiffies;
	message = glink_message(GLINK_OPEN, channel->id, len, len);
	if (message)
		memcpy(message->bytes + sizeof(struct glink_header), name, len);
	glink_put(soc, message);
}

void glink_channel_open(struct soc *soc, struct glink_channel *channel)
{
	unsigned long rest;

	/* Linux would take a half of its own that is still open for its answer. */
	if (!soc->glink->is_agreed || channel->state != CHANNEL_CLOSED || channel->peer ||
	    channel->stays_closed)
		return;
	rest = channel_rest(channel);
	if (rest)
		schedule_delayed_work(&channel->reopen, rest);
	else
		channel_open_half(soc, channel);
}

static void channel_close_half(struct soc *soc, struct glink_channel *channel)
{
	channel->state = CHANNEL_CLOSING;
	glink_say(soc, GLINK_CLOSE, channel->id, 0);
}

/* Is everything there that opens the channel?  Then the DSP may use it. */
static void channel_begin(struct soc *soc, struct glink_channel *channel)
{
	if (channel->is_open || channel->state != CHANNEL_OPEN || !channel->peer)
		return;
	mutex_lock(&soc->glink->lock);
	channel->is_open = true;
	mutex_unlock(&soc->glink->lock);
	glink_intents_begin(soc, channel);
	glink_count(soc, &channel->opens, 1);
	channel->traits->ops->opened(soc);
	/* Linux's endpoint exists, and its driver need not have probed. */
	if (glink_is_fastrpc(soc, channel))
		dsp_link_say_due(soc->dsp, DSP_INJECT_AT_CREATE);
}

static void channel_end(struct soc *soc, struct glink_channel *channel)
{
	if (!channel->is_open)
		return;
	mutex_lock(&soc->glink->lock);
	channel->is_open = false;
	mutex_unlock(&soc->glink->lock);
	glink_intents_end(soc, channel);
	glink_count(soc, &channel->closes, 1);
	channel->traits->ops->closed(soc);
}

void glink_channel_halt(struct soc *soc, struct glink_channel *channel)
{
	channel_end(soc, channel);
	cancel_delayed_work_sync(&channel->reopen);
	channel->state = CHANNEL_CLOSED;
	channel->peer = 0;
	channel->stays_closed = false;
	channel->was_opened = false;
}

void glink_channel_init(struct soc *soc, struct glink_channel *channel, enum soc_channel which)
{
	channel->soc = soc;
	channel->traits = &channel_traits[which];
	channel->id = which + 1;
	INIT_DELAYED_WORK(&channel->reopen, channel_reopen_work);
	INIT_LIST_HEAD(&channel->buffers);
	INIT_LIST_HEAD(&channel->intents);
	INIT_LIST_HEAD(&channel->queue);
}

static struct glink_channel *channel_by_name(struct soc *soc, const char *name)
{
	struct glink_channel *channel = soc->glink->channel;
	unsigned int i;

	for (i = 0; i < SOC_CHANNELS; i++)
		if (!strcmp(channel_name(soc, &channel[i]), name))
			return &channel[i];
	return NULL;
}

static struct glink_channel *channel_by_id(struct soc_glink *glink, u16 id)
{
	return id && id <= SOC_CHANNELS ? &glink->channel[id - 1] : NULL;
}

struct glink_channel *glink_channel_by_peer(struct soc_glink *glink, u16 peer)
{
	unsigned int i;

	for (i = 0; peer && i < SOC_CHANNELS; i++)
		if (glink->channel[i].peer == peer)
			return &glink->channel[i];
	return NULL;
}

/*
 * Linux opens its half.  The DSP does not answer for a name that is not one of its
 * channels, nor for a channel that it keeps closed: Linux gives up after a while
 * without another message.
 */
void glink_hear_open(struct soc *soc, u16 peer, u32 len)
{
	const char *name = soc->glink->inbox + sizeof(struct glink_header);
	struct glink_channel *channel;

	if (!peer || strnlen(name, len) == len || glink_channel_by_peer(soc->glink, peer)) {
		glink_give_up(soc, "Linux opens a channel without a name, or twice");
		return;
	}
	channel = channel_by_name(soc, name);
	if (!channel || channel->state == CHANNEL_CLOSED)
		return;
	if (channel->peer) {
		glink_give_up(soc, "Linux opens a channel a second time");
		return;
	}
	channel->peer = peer;
	glink_say(soc, GLINK_OPEN_ACK, peer, 0);
	channel_begin(soc, channel);
}

void glink_hear_open_ack(struct soc *soc, u16 id)
{
	struct glink_channel *channel = channel_by_id(soc->glink, id);

	if (!channel || channel->state == CHANNEL_CLOSED) {
		glink_give_up(soc, "Linux acknowledges a channel that the DSP did not open");
		return;
	}
	/* Linux's driver may have come while the DSP was closing the channel. */
	if (channel->state == CHANNEL_OPENING)
		channel->state = CHANNEL_OPEN;
	channel_begin(soc, channel);
}

void glink_hear_close(struct soc *soc, struct glink_channel *channel)
{
	u16 peer = channel->peer;

	/* Linux's endpoint exists until the DSP acknowledges; its driver has gone. */
	if (channel->is_open && glink_is_fastrpc(soc, channel))
		dsp_link_say_due(soc->dsp, DSP_INJECT_AT_DESTROY);
	channel_end(soc, channel);
	channel->peer = 0;
	glink_say(soc, GLINK_CLOSE_ACK, peer, 0);
	if (channel->state == CHANNEL_OPENING || channel->state == CHANNEL_OPEN) {
		channel->stays_closed = glink_has_fault(soc, channel, DSP_SOC_NO_REOPEN);
		channel_close_half(soc, channel);
	}
	glink_channel_open(soc, channel);
}

void glink_hear_close_ack(struct soc *soc, u16 id)
{
	struct glink_channel *channel = channel_by_id(soc->glink, id);

	if (!channel || channel->state != CHANNEL_CLOSING) {
		glink_give_up(soc, "Linux acknowledges a CLOSE that the DSP did not send");
		return;
	}
	channel->state = CHANNEL_CLOSED;
	glink_channel_open(soc, channel);
}

void soc_channel_close(struct soc *soc, enum soc_channel which)
{
	struct glink_channel *channel = &soc->glink->channel[which];

	if (!glink_runs(soc->glink))
		return;
	channel->stays_closed = true;
	channel_end(soc, channel);
	if (channel->state == CHANNEL_OPENING || channel->state == CHANNEL_OPEN)
		channel_close_half(soc, channel);
}

void soc_channel_open(struct soc *soc, enum soc_channel which)
{
	struct glink_channel *channel = &soc->glink->channel[which];

	if (!glink_runs(soc->glink))
		return;
	channel->stays_closed = false;
	glink_channel_open(soc, channel);
}

