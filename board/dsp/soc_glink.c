// SPDX-License-Identifier: GPL-2.0-only
/*
 * GLINK: the link itself, that is, the FIFOs and the messages in them.
 */
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "soc_glink.h"

#define ITEM_INDICES	478
#define ITEM_FIFO_IN	479	/* Linux writes it */
#define ITEM_FIFO_OUT	480
#define FIFO_OUT_BYTES	(16u * 1024)

/* What is in ITEM_INDICES: 32 bytes, 16 of them used. */
enum glink_index { IN_TAIL, IN_HEAD, OUT_TAIL, OUT_HEAD };
#define INDICES_BYTES	32u

/* A full FIFO must not look empty, and must have room to ask for a ring. */
#define FIFO_RESERVE	(8u + sizeof(struct glink_header))

#define VERSION_NUMBER	1
#define VERSION_REUSE	1u	/* feature: intents can be used again */

#define ROUND_MESSAGES	64	/* that are read before the life thread looks around */

void glink_give_up(struct soc *soc, const char *why)
{
	if (xchg(&soc->glink->state, GLINK_ENDED) != GLINK_ENDED)
		dev_err(soc->dev, "GLINK ends: %s\n", why);
}

void glink_wake(struct soc *soc)
{
	set_bit(SOC_MBOX_GLINK, &soc->kicks);
	wake_up_all(&soc->changed);
}

void glink_count(struct soc *soc, u64 *counter, int by)
{
	WRITE_ONCE(*counter, *counter + by);
	wake_up_all(&soc->dsp->counters);
}

/* ---- messages to Linux ---- */

struct glink_message *glink_message(enum glink_command command, u16 p1, u32 p2, size_t more)
{
	size_t len = ALIGN(sizeof(struct glink_header) + more, SOC_FIFO_UNIT);
	struct glink_message *message;
	struct glink_header *header;

	message = kzalloc(struct_size(message, bytes, len), GFP_KERNEL);
	if (!message)
		return NULL;
	message->len = len;
	header = (struct glink_header *)message->bytes;
	header->command = cpu_to_le16(command);
	header->p1 = cpu_to_le16(p1);
	header->p2 = cpu_to_le32(p2);
	return message;
}

/* Linux answers READ_NOTIF with a ring.  One that it has not read yet will do. */
static bool glink_ask_for_ring(struct soc_glink *glink, u32 room)
{
	static const struct glink_header notif = { .command = cpu_to_le16(GLINK_READ_NOTIF) };

	if (glink->asked_for_ring || room < FIFO_RESERVE)
		return false;
	soc_fifo_write(&glink->fifo_out, &notif, sizeof(notif));
	glink->asked_for_ring = true;
	return true;
}

/* The first message that waits goes into the FIFO.  False: it has to wait on. */
static bool glink_write_one(struct soc *soc, bool *ring)
{
	struct soc_glink *glink = soc->glink;
	struct glink_message *message;
	int room;

	message = list_first_entry_or_null(&glink->out, struct glink_message, node);
	if (!message || !glink_runs(glink))
		return false;
	room = soc_fifo_room(&glink->fifo_out);
	if (room < 0) {
		glink_give_up(soc, "Linux's index of the DSP's FIFO is wrong");
		return false;
	}
	if (room < message->len + FIFO_RESERVE) {
		*ring |= glink_ask_for_ring(glink, room);
		return false;
	}
	soc_fifo_write(&glink->fifo_out, message->bytes, message->len);
	list_del(&message->node);
	kfree(message);
	*ring = true;
	return true;
}

void glink_flush_locked(struct soc *soc)
{
	bool ring = false;

	lockdep_assert_held(&soc->glink->lock);
	while (glink_write_one(soc, &ring))
		;
	if (ring)
		soc_ring(soc, SOC_LINE_GLINK);
}

void glink_put_locked(struct soc *soc, struct glink_message *message)
{
	lockdep_assert_held(&soc->glink->lock);
	if (!message) {
		glink_give_up(soc, "no memory for a message");
		return;
	}
	list_add_tail(&message->node, &soc->glink->out);
	glink_flush_locked(soc);
}

void glink_put(struct soc *soc, struct glink_message *message)
{
	mutex_lock(&soc->glink->lock);
	glink_put_locked(soc, message);
	mutex_unlock(&soc->glink->lock);
}

void glink_say(struct soc *soc, enum glink_command command, u16 p1, u32 p2)
{
	glink_put(soc, glink_message(command, p1, p2, 0));
}

void glink_free_messages(struct list_head *list)
{
	struct glink_message *message, *next;

	list_for_each_entry_safe(message, next, list, node)
		kfree(message);
	INIT_LIST_HEAD(list);
}

/* ---- the link ---- */

static bool glink_is_version(u16 version, u32 features)
{
	return version == VERSION_NUMBER && features & VERSION_REUSE;
}

static void glink_hear_version(struct soc *soc, u16 version, u32 features)
{
	if (!glink_is_version(version, features)) {
		glink_give_up(soc, "Linux wants another version");
		return;
	}
	glink_say(soc, GLINK_VERSION_ACK, VERSION_NUMBER, VERSION_REUSE);
	if (!soc->glink->said_version)
		glink_say(soc, GLINK_VERSION, VERSION_NUMBER, VERSION_REUSE);
	soc->glink->said_version = true;
}

static void glink_open_channels(struct soc *soc)
{
	unsigned int i;

	for (i = 0; i < SOC_CHANNELS; i++)
		glink_channel_open(soc, &soc->glink->channel[i]);
}

static void glink_hear_version_ack(struct soc *soc, u16 version, u32 features)
{
	struct soc_glink *glink = soc->glink;

	if (!glink->said_version || !glink_is_version(version, features)) {
		glink_give_up(soc, "Linux agrees to another version");
		return;
	}
	glink->is_agreed = true;
	glink_open_channels(soc);
}

/*
 * Messages can cross the end of their channel: Linux sends some from work items of
 * its own.  So what is for no channel is dropped.
 */
static void glink_hear_channel(struct soc *soc, u16 peer, enum glink_command command, u32 p2)
{
	struct glink_channel *channel = glink_channel_by_peer(soc->glink, peer);

	if (!channel)
		dev_dbg(soc->dev, "GLINK command %u for no channel: %u\n", command, peer);
	else if (command == GLINK_CLOSE)
		glink_hear_close(soc, channel);
	else if (channel->is_open)
		glink_intents_hear(soc, channel, command, p2);
	else if (command == GLINK_RX_INTENT_REQ && channel->state == CHANNEL_CLOSING)
		/* Else a sender of Linux's waits, and with it the driver's end. */
		glink_say(soc, GLINK_REQ_ACK, channel->id, 0);
}

static void glink_hear(struct soc *soc)
{
	const struct glink_header *header = (void *)soc->glink->inbox;
	u16 command = le16_to_cpu(header->command), p1 = le16_to_cpu(header->p1);
	u32 p2 = le32_to_cpu(header->p2);

	switch (command) {
	case GLINK_VERSION:
		glink_hear_version(soc, p1, p2);
		break;
	case GLINK_VERSION_ACK:
		glink_hear_version_ack(soc, p1, p2);
		break;
	case GLINK_OPEN:
		/* The upper half is a priority. */
		glink_hear_open(soc, p1, p2 & 0xffff);
		break;
	case GLINK_OPEN_ACK:
		glink_hear_open_ack(soc, p1);
		break;
	case GLINK_CLOSE_ACK:
		glink_hear_close_ack(soc, p1);
		break;
	case GLINK_READ_NOTIF:
		soc_ring(soc, SOC_LINE_GLINK);
		break;
	default:
		glink_hear_channel(soc, p1, command, p2);
		break;
	}
}

/* Bytes of the message whose first @seen bytes are at @data; more than any FIFO has: bad. */
static u64 glink_length(const u8 *data, u32 seen)
{
	const struct glink_data_header *header = (const void *)data;
	u32 p2 = le32_to_cpu(header->header.p2);

	switch (le16_to_cpu(header->header.command)) {
	case GLINK_OPEN:
		return sizeof(header->header) + ALIGN(p2 & 0xffff, SOC_FIFO_UNIT);
	case GLINK_INTENT:
		return sizeof(header->header) + (u64)p2 * sizeof(struct glink_offer);
	case GLINK_DATA:
	case GLINK_DATA_CONT:
		if (seen < sizeof(*header))
			return U64_MAX;
		return sizeof(*header) + ALIGN((u64)le32_to_cpu(header->chunk), SOC_FIFO_UNIT);
	case GLINK_VERSION:
	case GLINK_VERSION_ACK:
	case GLINK_CLOSE:
	case GLINK_OPEN_ACK:
	case GLINK_RX_DONE:
	case GLINK_RX_INTENT_REQ:
	case GLINK_REQ_ACK:
	case GLINK_CLOSE_ACK:
	case GLINK_READ_NOTIF:
	case GLINK_RX_DONE_REUSE:
	case GLINK_SIGNALS:
		return sizeof(header->header);
	default:
		return U64_MAX;
	}
}

/* Copy a message out of the FIFO, every byte once.  Linux makes it visible as a whole. */
static bool glink_fetch(struct soc_glink *glink, u32 used)
{
	u32 seen = min_t(u32, used, sizeof(struct glink_data_header));
	u64 len;

	soc_fifo_peek(&glink->fifo_in, 0, glink->inbox, seen);
	len = glink_length(glink->inbox, seen);
	if (len > used)
		return false;
	if (len > seen)
		soc_fifo_peek(&glink->fifo_in, seen, glink->inbox + seen, len - seen);
	soc_fifo_skip(&glink->fifo_in, len);
	return true;
}

static bool glink_may_read(struct soc *soc)
{
	bool has_room;

	mutex_lock(&soc->glink->lock);
	has_room = list_empty(&soc->glink->out);
	mutex_unlock(&soc->glink->lock);
	return has_room && glink_runs(soc->glink) && !soc_has_fault(soc, DSP_SOC_STALL_FIFO);
}

static bool glink_read_one(struct soc *soc)
{
	int used;

	if (!glink_may_read(soc))
		return false;
	used = soc_fifo_used(&soc->glink->fifo_in);
	if (!used)
		return false;
	if (used < 0 || !glink_fetch(soc->glink, used)) {
		glink_give_up(soc, "what Linux wrote is no message");
		return false;
	}
	glink_hear(soc);
	return true;
}

static void glink_read(struct soc *soc)
{
	unsigned int i;

	for (i = 0; i < ROUND_MESSAGES; i++)
		if (!glink_read_one(soc))
			return;
	/* There may be more, which must not keep the life thread from a reset. */
	glink_wake(soc);
}

/* Linux has made its items before it rings for the first time. */
static int glink_attach(struct soc *soc)
{
	struct soc_glink *glink = soc->glink;
	u32 indices_size, in_size, out_size;
	__le32 *indices = soc_smem_find(soc, ITEM_INDICES, &indices_size);
	u8 *in = soc_smem_find(soc, ITEM_FIFO_IN, &in_size);
	u8 *out = soc_smem_find(soc, ITEM_FIFO_OUT, &out_size);

	if (!indices || indices_size < INDICES_BYTES || !in || !out ||
	    soc_fifo_init(&glink->fifo_in, in, in_size, &indices[IN_TAIL], &indices[IN_HEAD]) ||
	    soc_fifo_init(&glink->fifo_out, out, out_size, &indices[OUT_HEAD], &indices[OUT_TAIL]))
		return -EPROTO;
	glink->inbox = kvmalloc(in_size, GFP_KERNEL);
	return glink->inbox ? 0 : -ENOMEM;
}

void soc_glink_kick(struct soc *soc)
{
	struct soc_glink *glink = soc->glink;

	if (READ_ONCE(glink->state) == GLINK_QUIET) {
		if (glink_attach(soc))
			glink_give_up(soc, "Linux rings, and its items are not there");
		else
			WRITE_ONCE(glink->state, GLINK_RUNS);
	}
	if (!glink_runs(glink))
		return;
	mutex_lock(&glink->lock);
	glink->asked_for_ring = false;
	glink_flush_locked(soc);
	mutex_unlock(&glink->lock);
	glink_read(soc);
	/* Those that had to wait for it. */
	glink_open_channels(soc);
}

void soc_glink_faults(struct soc *soc)
{
	struct glink_channel *channel = &soc->glink->channel[SOC_CHANNEL_FASTRPC];

	if (!glink_runs(soc->glink))
		return;
	glink_intents_faults(soc, channel);
	glink_read(soc);
}

void soc_glink_show(struct soc *soc, struct dsp_control_soc *out)
{
	const struct glink_channel *channel = &soc->glink->channel[SOC_CHANNEL_FASTRPC];

	out->opens = READ_ONCE(channel->opens);
	out->closes = READ_ONCE(channel->closes);
	out->hoarded = READ_ONCE(channel->hoarded);
	out->requests_refused = READ_ONCE(channel->requests_refused);
	out->waiting = READ_ONCE(channel->waiting);
	out->waiting_most = READ_ONCE(channel->waiting_most);
}

/*
 * The indices may be of the DSP's last life.  The DSP sets its own to 0 here, and Linux
 * sets its own later, before it rings: until then the DSP does not look at the FIFOs.
 */
int soc_glink_boot(struct soc *soc)
{
	__le32 *indices;
	u32 size;

	soc_glink_halt(soc);
	if (!soc_smem_get(soc, ITEM_FIFO_OUT, FIFO_OUT_BYTES))
		return -ENOMEM;
	indices = soc_smem_find(soc, ITEM_INDICES, &size);
	if (indices && size >= INDICES_BYTES) {
		WRITE_ONCE(indices[IN_TAIL], 0);
		WRITE_ONCE(indices[OUT_HEAD], 0);
	}
	clear_bit(SOC_MBOX_GLINK, &soc->kicks);
	WRITE_ONCE(soc->glink->state, GLINK_QUIET);
	return 0;
}

void soc_glink_halt(struct soc *soc)
{
	struct soc_glink *glink = soc->glink;
	unsigned int i;

	/* From here on no thread writes. */
	mutex_lock(&glink->lock);
	WRITE_ONCE(glink->state, GLINK_OFF);
	glink_free_messages(&glink->out);
	mutex_unlock(&glink->lock);
	for (i = 0; i < SOC_CHANNELS; i++)
		glink_channel_halt(soc, &glink->channel[i]);
	glink->said_version = false;
	glink->is_agreed = false;
	glink->asked_for_ring = false;
	kvfree(glink->inbox);
	glink->inbox = NULL;
}

int soc_glink_init(struct soc *soc)
{
	struct soc_glink *glink = kzalloc(sizeof(*glink), GFP_KERNEL);
	unsigned int i;

	if (!glink)
		return -ENOMEM;
	mutex_init(&glink->lock);
	INIT_LIST_HEAD(&glink->out);
	for (i = 0; i < SOC_CHANNELS; i++)
		glink_channel_init(soc, &glink->channel[i], i);
	soc->glink = glink;
	return 0;
}

void soc_glink_exit(struct soc *soc)
{
	soc_glink_halt(soc);
	kfree(soc->glink);
	soc->glink = NULL;
}
