// SPDX-License-Identifier: GPL-2.0-only
/*
 * GLINK: the intents of both ends, and the data that go there.
 *
 * Linux's intents are under the link's lock, since any thread may use one.  The DSP's
 * own buffers are the life thread's.
 */
#include <linux/lockdep.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "soc_glink.h"

/* Bounds of what others can make the DSP keep. */
#define SEND_MAX	4096u
#define BUFFER_MAX	65536u
#define BUFFERS_MAX	4096u	/* of one channel */
#define INTENTS_MAX	4096u

/* What the header of data has more than that of other messages. */
#define DATA_HEADER_MORE	(sizeof(struct glink_data_header) - sizeof(struct glink_header))

/* Of a buffer with DSP_SOC_SMALL_INTENTS, and how many there can be before it refuses more. */
#define SMALL_BYTES	8u
#define SMALL_MAX	256u

/* ---- data to Linux ---- */

/* The smallest free intent for @size bytes.  @may_come: there is one, free or not. */
static struct glink_intent *intent_pick(struct glink_channel *channel, u32 size, bool *may_come)
{
	struct glink_intent *intent, *best = NULL;

	*may_come = false;
	list_for_each_entry(intent, &channel->intents, node) {
		if (intent->size < size)
			continue;
		*may_come = true;
		if (!intent->is_used && (!best || intent->size < best->size))
			best = intent;
	}
	return best;
}

static void intent_ask(struct soc *soc, struct glink_channel *channel, u32 size)
{
	if (channel->asked || channel->refused ||
	    !(channel->was_offered || channel->traits->asks_early))
		return;
	channel->asked = true;
	glink_put_locked(soc, glink_message(GLINK_RX_INTENT_REQ, channel->id, size, 0));
}

static void intent_address(struct glink_message *message, u32 intent)
{
	struct glink_data_header *data = (struct glink_data_header *)message->bytes;

	data->header.p2 = cpu_to_le32(intent);
	data->chunk = cpu_to_le32(message->size);
}

static void intent_count_waiting(struct soc *soc, struct glink_channel *channel)
{
	if (channel->nqueue > channel->waiting_most)
		WRITE_ONCE(channel->waiting_most, channel->nqueue);
	if (channel->nqueue != channel->waiting)
		glink_count(soc, &channel->waiting, channel->nqueue - channel->waiting);
}

/* Messages go in the order in which they came, as far as there are intents. */
static void intent_pump(struct soc *soc, struct glink_channel *channel)
{
	struct glink_message *message;
	struct glink_intent *intent;
	bool may_come;

	lockdep_assert_held(&soc->glink->lock);
	while (!list_empty(&channel->queue)) {
		message = list_first_entry(&channel->queue, struct glink_message, node);
		intent = intent_pick(channel, message->size, &may_come);
		if (!intent) {
			if (!may_come)
				intent_ask(soc, channel, message->size);
			break;
		}
		intent->is_used = true;
		intent_address(message, intent->id);
		list_move_tail(&message->node, &soc->glink->out);
		channel->nqueue--;
	}
	intent_count_waiting(soc, channel);
	glink_flush_locked(soc);
}

int soc_channel_send(struct soc *soc, enum soc_channel which, const void *data, size_t len)
{
	struct glink_channel *channel = &soc->glink->channel[which];
	struct glink_message *message;
	int ret = 0;

	if (len > SEND_MAX)
		return -EMSGSIZE;
	message = glink_message(GLINK_DATA, channel->id, 0, DATA_HEADER_MORE + len);
	if (!message)
		return -ENOMEM;
	message->size = len;
	memcpy(message->bytes + sizeof(struct glink_data_header), data, len);

	mutex_lock(&soc->glink->lock);
	if (channel->is_open && glink_runs(soc->glink)) {
		list_add_tail(&message->node, &channel->queue);
		channel->nqueue++;
		channel->refused = false;
		intent_pump(soc, channel);
	} else {
		kfree(message);
		ret = -ENOTCONN;
	}
	mutex_unlock(&soc->glink->lock);
	return ret;
}

/* ---- what Linux says of its intents ---- */

static struct glink_intent *intent_find(struct glink_channel *channel, u32 id)
{
	struct glink_intent *intent;

	list_for_each_entry(intent, &channel->intents, node)
		if (intent->id == id)
			return intent;
	return NULL;
}

static bool intent_add(struct glink_channel *channel, u32 id, u32 size)
{
	struct glink_intent *intent;

	if (channel->nintents == INTENTS_MAX || intent_find(channel, id))
		return false;
	intent = kzalloc(sizeof(*intent), GFP_KERNEL);
	if (!intent)
		return false;
	intent->id = id;
	intent->size = size;
	list_add_tail(&intent->node, &channel->intents);
	channel->nintents++;
	return true;
}

static void intent_del(struct glink_channel *channel, struct glink_intent *intent)
{
	list_del(&intent->node);
	channel->nintents--;
	kfree(intent);
}

static void intent_hear_offers(struct soc *soc, struct glink_channel *channel, u32 count)
{
	const struct glink_offer *offer = (void *)(soc->glink->inbox + sizeof(struct glink_header));
	u32 i;

	mutex_lock(&soc->glink->lock);
	for (i = 0; i < count; i++) {
		if (intent_add(channel, le32_to_cpu(offer[i].id), le32_to_cpu(offer[i].bytes)))
			continue;
		glink_give_up(soc, "Linux offers an intent twice, or too many");
		break;
	}
	channel->was_offered = true;
	channel->refused = false;
	intent_pump(soc, channel);
	mutex_unlock(&soc->glink->lock);
}

static void intent_hear_done(struct soc *soc, struct glink_channel *channel, u32 id, bool reuse)
{
	struct glink_intent *intent;

	mutex_lock(&soc->glink->lock);
	intent = intent_find(channel, id);
	if (intent && intent->is_used) {
		intent->is_used = false;
		if (!reuse)
			intent_del(channel, intent);
		channel->refused = false;
		intent_pump(soc, channel);
	} else {
		glink_give_up(soc, "Linux is done with an intent that was not used");
	}
	mutex_unlock(&soc->glink->lock);
}

static void intent_hear_answer(struct soc *soc, struct glink_channel *channel, bool granted)
{
	mutex_lock(&soc->glink->lock);
	channel->asked = false;
	channel->refused = !granted;
	intent_pump(soc, channel);
	mutex_unlock(&soc->glink->lock);
}

/* ---- the DSP's own buffers ---- */

static struct glink_buffer *buffer_find(struct glink_channel *channel, u32 id)
{
	struct glink_buffer *buffer;

	list_for_each_entry(buffer, &channel->buffers, node)
		if (buffer->id == id)
			return buffer;
	return NULL;
}

static struct glink_buffer *buffer_add(struct glink_channel *channel, u32 size, unsigned int most)
{
	struct glink_buffer *buffer;

	if (size > BUFFER_MAX || channel->nbuffers >= most)
		return NULL;
	buffer = kvzalloc(struct_size(buffer, data, size), GFP_KERNEL);
	if (!buffer)
		return NULL;
	buffer->id = ++channel->last_buffer;
	buffer->size = size;
	list_add_tail(&buffer->node, &channel->buffers);
	channel->nbuffers++;
	return buffer;
}

static void buffer_offer(struct soc *soc, struct glink_channel *channel,
			 const struct glink_buffer *buffer)
{
	struct glink_message *message = glink_message(GLINK_INTENT, channel->id, 1,
						      sizeof(struct glink_offer));
	struct glink_offer *offer;

	if (message) {
		offer = (struct glink_offer *)(message->bytes + sizeof(struct glink_header));
		offer->bytes = cpu_to_le32(buffer->size);
		offer->id = cpu_to_le32(buffer->id);
	}
	glink_put(soc, message);
}

void glink_intents_begin(struct soc *soc, struct glink_channel *channel)
{
	struct glink_buffer *buffer;
	unsigned int i;

	for (i = 0; i < channel->traits->buffers; i++) {
		buffer = buffer_add(channel, channel->traits->buffer_bytes, BUFFERS_MAX);
		if (!buffer) {
			glink_give_up(soc, "no memory for intents");
			return;
		}
		buffer_offer(soc, channel, buffer);
	}
}

static bool buffer_hoards(struct soc *soc, const struct glink_channel *channel)
{
	return glink_has_fault(soc, channel, DSP_SOC_HOARD_INTENTS | DSP_SOC_REFUSE_INTENTS |
					     DSP_SOC_SMALL_INTENTS);
}

static void buffer_give_back(struct soc *soc, struct glink_channel *channel,
			     const struct glink_buffer *buffer)
{
	glink_say(soc, GLINK_RX_DONE_REUSE, channel->id, buffer->id);
}

static void buffer_give_back_hoarded(struct soc *soc, struct glink_channel *channel)
{
	struct glink_buffer *buffer;

	list_for_each_entry(buffer, &channel->buffers, node) {
		if (!buffer->is_hoarded)
			continue;
		buffer->is_hoarded = false;
		glink_count(soc, &channel->hoarded, -1);
		buffer_give_back(soc, channel, buffer);
	}
}

/* Linux wants to send @size bytes, and has no intent for them. */
static bool buffer_answer_request(struct soc *soc, struct glink_channel *channel, u32 size)
{
	struct glink_buffer *buffer = NULL;

	if (glink_has_fault(soc, channel, DSP_SOC_SMALL_INTENTS))
		buffer = buffer_add(channel, SMALL_BYTES, SMALL_MAX);
	else if (!glink_has_fault(soc, channel, DSP_SOC_REFUSE_INTENTS))
		buffer = buffer_add(channel, size, BUFFERS_MAX);
	glink_say(soc, GLINK_REQ_ACK, channel->id, buffer ? 1 : 0);
	if (buffer)
		buffer_offer(soc, channel, buffer);
	return buffer;
}

static void buffer_hear_request(struct soc *soc, struct glink_channel *channel, u32 size)
{
	bool granted = false;

	if (glink_has_fault(soc, channel, DSP_SOC_HOARD_INTENTS)) {
		channel->left_alone++;
		channel->left_bytes = max(channel->left_bytes, size);
	} else {
		granted = buffer_answer_request(soc, channel, size);
	}
	if (!granted)
		glink_count(soc, &channel->requests_refused, 1);
}

static void buffer_answer_left_alone(struct soc *soc, struct glink_channel *channel)
{
	for (; channel->left_alone; channel->left_alone--)
		buffer_answer_request(soc, channel, channel->left_bytes);
	channel->left_bytes = 0;
}

/* ---- data from Linux ---- */

/* Is this the next piece for @buffer? */
static bool buffer_continues(const struct glink_buffer *buffer, bool is_cont, u32 chunk, u32 left)
{
	u32 room;

	if (!buffer || buffer->is_hoarded || is_cont != !!buffer->filled)
		return false;
	room = buffer->size - buffer->filled;
	return chunk && chunk <= room && left <= room - chunk;
}

static void buffer_hear_data(struct soc *soc, struct glink_channel *channel, bool is_cont)
{
	const struct glink_data_header *data = (void *)soc->glink->inbox;
	u32 chunk = le32_to_cpu(data->chunk), left = le32_to_cpu(data->left);
	struct glink_buffer *buffer;

	buffer = buffer_find(channel, le32_to_cpu(data->header.p2));
	if (!buffer_continues(buffer, is_cont, chunk, left)) {
		glink_give_up(soc, "Linux's data do not fit their intent");
		return;
	}
	memcpy(buffer->data + buffer->filled, data + 1, chunk);
	buffer->filled += chunk;
	if (left)
		return;

	/* It is in no list meanwhile: the channel may be closed, and its buffers freed. */
	list_del(&buffer->node);
	channel->traits->ops->receive(soc, buffer->data, buffer->filled);
	if (!channel->is_open) {
		kvfree(buffer);
		return;
	}
	buffer->filled = 0;
	list_add_tail(&buffer->node, &channel->buffers);
	if (buffer_hoards(soc, channel)) {
		buffer->is_hoarded = true;
		glink_count(soc, &channel->hoarded, 1);
	} else {
		buffer_give_back(soc, channel, buffer);
	}
}

static void buffer_free_all(struct glink_channel *channel)
{
	struct glink_buffer *buffer, *next;

	list_for_each_entry_safe(buffer, next, &channel->buffers, node)
		kvfree(buffer);
	INIT_LIST_HEAD(&channel->buffers);
	channel->nbuffers = 0;
	channel->last_buffer = 0;
	channel->left_alone = 0;
	channel->left_bytes = 0;
}

void glink_intents_end(struct soc *soc, struct glink_channel *channel)
{
	struct glink_intent *intent, *next;

	mutex_lock(&soc->glink->lock);
	list_for_each_entry_safe(intent, next, &channel->intents, node)
		intent_del(channel, intent);
	glink_free_messages(&channel->queue);
	channel->nqueue = 0;
	intent_count_waiting(soc, channel);
	channel->was_offered = false;
	channel->asked = false;
	channel->refused = false;
	mutex_unlock(&soc->glink->lock);
	buffer_free_all(channel);
	glink_count(soc, &channel->hoarded, -(int)channel->hoarded);
}

void glink_intents_faults(struct soc *soc, struct glink_channel *channel)
{
	if (!buffer_hoards(soc, channel))
		buffer_give_back_hoarded(soc, channel);
	if (!glink_has_fault(soc, channel, DSP_SOC_HOARD_INTENTS))
		buffer_answer_left_alone(soc, channel);
}

void glink_intents_hear(struct soc *soc, struct glink_channel *channel,
			enum glink_command command, u32 p2)
{
	switch (command) {
	case GLINK_INTENT:
		intent_hear_offers(soc, channel, p2);
		break;
	case GLINK_RX_DONE:
	case GLINK_RX_DONE_REUSE:
		intent_hear_done(soc, channel, p2, command == GLINK_RX_DONE_REUSE);
		break;
	case GLINK_RX_INTENT_REQ:
		buffer_hear_request(soc, channel, p2);
		break;
	case GLINK_REQ_ACK:
		intent_hear_answer(soc, channel, p2);
		break;
	case GLINK_DATA:
	case GLINK_DATA_CONT:
		buffer_hear_data(soc, channel, command == GLINK_DATA_CONT);
		break;
	default:
		/* The DSP takes no notice of SIGNALS. */
		break;
	}
}

