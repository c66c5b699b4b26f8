/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GLINK over SMEM: the DSP's end of the pipe to Linux, and the channels in it.
 *
 * Each end numbers its channels.  A message carries the sender's number, but OPEN_ACK
 * and CLOSE_ACK carry the receiver's.  The DSP's numbers are 1 and 2, for ever.
 *
 * Vocabulary
 *   intent   where Linux lets the DSP put one message.  Linux may take it back after
 *            that message (RX_DONE), or let the DSP use it again (RX_DONE with reuse).
 *   buffer   an intent of the DSP's own, where Linux may put one message.
 *   peer     Linux's number of a channel; 0: Linux has not opened it.
 *
 * A message of the DSP's waits in two places.  A channel's @queue holds what has no
 * intent yet.  The link's @out holds what has no room in the FIFO yet.  Linux reads
 * its FIFO in an interrupt and never waits for its own writers there.  So the DSP
 * reads nothing more while something is in @out, which bounds that list, and no end
 * waits for the other in a circle.
 *
 * The life thread alone reads the FIFO, changes the states of channels, and has the
 * buffers.  Any thread may send.  The link's lock is for what both need, and is never
 * held when other parts of the DSP are called.
 */
#ifndef SOC_GLINK_H
#define SOC_GLINK_H

#include <linux/build_bug.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "soc.h"

enum glink_command {
	GLINK_VERSION = 0,
	GLINK_VERSION_ACK = 1,
	GLINK_OPEN = 2,
	GLINK_CLOSE = 3,
	GLINK_OPEN_ACK = 4,
	GLINK_INTENT = 5,
	GLINK_RX_DONE = 6,
	GLINK_RX_INTENT_REQ = 7,
	GLINK_REQ_ACK = 8,
	GLINK_DATA = 9,
	GLINK_CLOSE_ACK = 11,
	GLINK_DATA_CONT = 12,
	GLINK_READ_NOTIF = 13,
	GLINK_RX_DONE_REUSE = 14,
	GLINK_SIGNALS = 15,
};

struct glink_header {
	__le16 command;
	__le16 p1;
	__le32 p2;
};

static_assert(sizeof(struct glink_header) == SOC_FIFO_UNIT);

struct glink_data_header {
	struct glink_header header;	/* p2: the receiver's intent */
	__le32 chunk;
	__le32 left;
};

static_assert(sizeof(struct glink_data_header) == 16);

struct glink_offer {
	__le32 bytes;
	__le32 id;
};

static_assert(sizeof(struct glink_offer) == 8);

/* @size: bytes of data, if it has data; @len: bytes in the FIFO */
struct glink_message {
	struct list_head node;
	u32 size;
	u32 len;
	u8 bytes[] __aligned(SOC_FIFO_UNIT);
};

struct glink_intent {
	struct list_head node;
	u32 id;
	u32 size;
	bool is_used;
};

struct glink_buffer {
	struct list_head node;
	u32 id;
	u32 size;
	u32 filled;
	bool is_hoarded;
	u8 data[] __aligned(8);
};

/*
 * What the two channels differ in.
 * @asks_early: the DSP asks for an intent though Linux has never offered one.  Linux
 *	offers its first when its driver has probed, and the driver of QRTR loses what
 *	comes before that.
 */
struct glink_traits {
	const char *name;	/* NULL: it is in the device tree */
	const struct soc_channel_ops *ops;
	unsigned int buffers;	/* that Linux gets when the channel is open */
	u32 buffer_bytes;
	bool asks_early;
};

/* The DSP's half of a channel. */
enum glink_channel_state {
	CHANNEL_CLOSED = 0,
	CHANNEL_OPENING,	/* OPEN was sent */
	CHANNEL_OPEN,		/* and acknowledged */
	CHANNEL_CLOSING,	/* CLOSE was sent */
};

/*
 * struct glink_channel - one channel
 * @is_open: both halves are open.  The life thread changes it, under the lock
 * @stays_closed: the DSP does not open its half again when that has been closed
 * @was_opened: the DSP has opened its half since it booted
 * @opened_at: when that was last, in jiffies
 * @reopen: wakes the life thread when the DSP may open its half again
 * @left_alone: requests for intents that the DSP did not answer
 * @left_bytes: the largest of them
 * @intents: this is under the lock, and all that follows but the last four counters
 * @queue: messages that wait for an intent
 * @was_offered: Linux has offered an intent since the channel was opened
 * @asked: the DSP asked for an intent, and Linux has not answered
 * @refused: Linux had none, and has not said anything of its intents since then
 */
struct glink_channel {
	struct soc *soc;
	const struct glink_traits *traits;
	u16 id;
	u16 peer;
	enum glink_channel_state state;
	bool is_open;
	bool stays_closed;
	bool was_opened;
	unsigned long opened_at;
	struct delayed_work reopen;

	struct list_head buffers;
	unsigned int nbuffers;
	u32 last_buffer;
	unsigned int left_alone;
	u32 left_bytes;

	struct list_head intents;
	unsigned int nintents;
	struct list_head queue;
	unsigned int nqueue;
	bool was_offered;
	bool asked;
	bool refused;

	/* Counters, which any thread may read. */
	u64 waiting;
	u64 waiting_most;
	u64 opens;
	u64 closes;
	u64 hoarded;
	u64 requests_refused;
};

enum glink_state {
	GLINK_OFF = 0,
	GLINK_QUIET,	/* booted; Linux has not rung */
	GLINK_RUNS,
	GLINK_ENDED,	/* Linux wrote nonsense */
};

/*
 * struct soc_glink - the link
 * @lock: @fifo_out, @out, @asked_for_ring, and of the channels what they say
 * @is_agreed: both ends have acknowledged the other's version
 * @asked_for_ring: Linux is to ring when it has read what is in its FIFO
 * @inbox: the message that is being worked on, copied out of the FIFO
 */
struct soc_glink {
	struct mutex lock;	/* see above */
	enum glink_state state;
	bool said_version;
	bool is_agreed;
	bool asked_for_ring;
	struct soc_fifo fifo_in;
	struct soc_fifo fifo_out;
	struct list_head out;
	u8 *inbox;
	struct glink_channel channel[SOC_CHANNELS];
};

static inline bool glink_runs(const struct soc_glink *glink)
{
	return READ_ONCE(glink->state) == GLINK_RUNS;
}

static inline bool glink_is_fastrpc(struct soc *soc, const struct glink_channel *channel)
{
	return channel == &soc->glink->channel[SOC_CHANNEL_FASTRPC];
}

static inline bool glink_has_fault(struct soc *soc, const struct glink_channel *channel,
				   u32 faults)
{
	return glink_is_fastrpc(soc, channel) && soc_has_fault(soc, faults);
}

/*
 * soc_glink.c: the link.  Any thread.  A function that ends in _locked wants the link's
 * lock, the others take it.
 */
/* The DSP does without the link until it boots again. */
void glink_give_up(struct soc *soc, const char *why);
/* One of the counters that tests wait for has changed. */
void glink_count(struct soc *soc, u64 *counter, int by);
/* NULL: there is no memory.  glink_put() and glink_put_locked() take that as well. */
struct glink_message *glink_message(enum glink_command command, u16 p1, u32 p2, size_t more);
void glink_put(struct soc *soc, struct glink_message *message);
void glink_put_locked(struct soc *soc, struct glink_message *message);
void glink_say(struct soc *soc, enum glink_command command, u16 p1, u32 p2);
void glink_flush_locked(struct soc *soc);
void glink_free_messages(struct list_head *list);
/* The life thread looks at the link again.  Any context. */
void glink_wake(struct soc *soc);

/* soc_channel.c: opening and closing.  The life thread only. */
void glink_channel_init(struct soc *soc, struct glink_channel *channel, enum soc_channel which);
struct glink_channel *glink_channel_by_peer(struct soc_glink *glink, u16 peer);
/* The DSP opens its half, if it is to be opened and can be, now or a little later. */
void glink_channel_open(struct soc *soc, struct glink_channel *channel);
/* The DSP halts. */
void glink_channel_halt(struct soc *soc, struct glink_channel *channel);
void glink_hear_open(struct soc *soc, u16 peer, u32 len);
void glink_hear_open_ack(struct soc *soc, u16 id);
void glink_hear_close(struct soc *soc, struct glink_channel *channel);
void glink_hear_close_ack(struct soc *soc, u16 id);

/* soc_intent.c: intents of both ends, and the data.  The life thread only. */
/* The channel is open: Linux gets its first intents. */
void glink_intents_begin(struct soc *soc, struct glink_channel *channel);
/* All that was offered, asked for, or waits in the channel is forgotten. */
void glink_intents_end(struct soc *soc, struct glink_channel *channel);
/* What tests want to go wrong has changed. */
void glink_intents_faults(struct soc *soc, struct glink_channel *channel);
/* A message for an open channel. */
void glink_intents_hear(struct soc *soc, struct glink_channel *channel,
			enum glink_command command, u32 p2);

#endif
