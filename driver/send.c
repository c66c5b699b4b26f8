// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send: a request goes to the DSP, and no sender blocks other senders.
 *
 * A transport may have no room for a message.  So a sender first tries without waiting,
 * which succeeds while the DSP keeps up.  If that fails, one sender at a time waits for
 * room.  The others wait here for their turn; a signal or the end of the channel ends that
 * wait.  If the DSP has made no room for 10 s, no sender waits for it during the next 10 s:
 * senders get -ETIMEDOUT at once, unless there is room after all.
 *
 * How a sender waits for room depends on what is missing.
 *  - Intents (-EBUSY), or another transport's buffers (-ENOMEM): inside the transport.
 *    GLINK asks the DSP for an intent and waits for the answer for 10 s.  No signal ends
 *    that wait, only the end of the link does.
 *  - Bytes in the FIFO (-EAGAIN): here, by trying again.  GLINK would wait until the DSP
 *    reads, and cannot notify other senders when it does.
 *
 * So a dead DSP delays the task that asks, and the task that unbinds the channel's device, by
 * 10 s: GLINK uses the device while it waits.  Other callers have got their error by then.  The
 * delay is longer if the DSP has left neither an intent nor a byte: GLINK has no room to ask.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "private.h"

/* How long a sender waits for room, and how long no sender waits after that. */
#define SEND_PAUSE	(10 * HZ)
/* Between two looks at a FIFO that is full. */
#define SEND_REST	(HZ / 100)

/* GLINK's errors after its link has ended and before the channel's device goes. */
static bool send_has_lost_link(int error)
{
	return error == -ECANCELED || error == -EIO;
}

/* @may_wait: in the transport.  -EPIPE: the channel or the session has ended. */
static int send_once(struct frpc_call *call, const struct dsp_request *request, bool may_wait)
{
	struct frpc_channel *channel = call->session->channel;
	struct rpmsg_endpoint *ept;
	int idx, ret = -EPIPE;

	idx = srcu_read_lock(&channel->srcu);
	/* a bank that went and came back has not the buffers of before */
	if (READ_ONCE(channel->is_alive) && READ_ONCE(call->session->is_alive) &&
	    READ_ONCE(call->buffer->is_mapped)) {
		ept = channel->rpdev->ept;
		frpc_buffer_sync_for_dsp(call->buffer, call->msg.len);
		/* the message is complete before the DSP can learn of it */
		dma_wmb();
		ret = may_wait ? rpmsg_send(ept, (void *)request, sizeof(*request)) :
				 rpmsg_trysend(ept, (void *)request, sizeof(*request));
	}
	srcu_read_unlock(&channel->srcu, idx);
	return send_has_lost_link(ret) ? -EPIPE : ret;
}

/* The transports' errors for: no intent, a full FIFO, no buffer.  Waiting may help. */
static bool send_needs_wait(int error)
{
	return error == -EBUSY || error == -EAGAIN || error == -ENOMEM;
}

/* Is the wait for the turn over?  *@has_turn: the caller has it; else the channel has ended. */
static bool send_turn_comes(struct frpc_channel *channel, bool *has_turn)
{
	if (!READ_ONCE(channel->is_alive))
		return true;
	*has_turn = frpc_turn_try(&channel->send_turn);
	return *has_turn;
}

static int send_take_turn(struct frpc_channel *channel, enum frpc_patience patience)
{
	static const unsigned int states[] = {
		[FRPC_UNTIL_SIGNAL] = TASK_INTERRUPTIBLE,
		[FRPC_UNTIL_KILLED] = TASK_KILLABLE | TASK_FREEZABLE,
		[FRPC_UNTIL_DONE] = TASK_UNINTERRUPTIBLE,
	};
	bool has_turn = false;

	if (wait_event_state(channel->send_turn.wait, send_turn_comes(channel, &has_turn),
			     states[patience]))
		return -ERESTARTSYS;
	return has_turn ? 0 : -EPIPE;
}

/* The channel has ended: wakes all senders that wait for their turn. */
void frpc_send_end(struct frpc_channel *channel)
{
	wake_up_all(&channel->send_turn.wait);
}

static bool send_is_paused(struct frpc_channel *channel)
{
	if (channel->is_send_paused && time_after(jiffies, channel->send_pause_end))
		channel->is_send_paused = false;
	return channel->is_send_paused;
}

/* Waits a moment.  False: a signal ends the wait. */
static bool send_rest(enum frpc_patience patience)
{
	switch (patience) {
	case FRPC_UNTIL_SIGNAL:
		schedule_timeout_interruptible(SEND_REST);
		return !signal_pending(current);
	case FRPC_UNTIL_KILLED:
		schedule_timeout_killable(SEND_REST);
		return !fatal_signal_pending(current);
	case FRPC_UNTIL_DONE:
		schedule_timeout_uninterruptible(SEND_REST);
	}
	return true;
}

/* Tries until the DSP has read from the FIFO.  -EBUSY, -ENOMEM: something else is missing. */
static int send_when_read(struct frpc_call *call, const struct dsp_request *request,
			  enum frpc_patience patience)
{
	unsigned long end = jiffies + SEND_PAUSE;
	int ret;

	do {
		if (!send_rest(patience))
			return -ERESTARTSYS;
		ret = send_once(call, request, false);
	} while (ret == -EAGAIN && time_before(jiffies, end));
	return ret == -EAGAIN ? -ETIMEDOUT : ret;
}

/* Sends, and waits for room.  The caller has the turn. */
static int send_in_turn(struct frpc_call *call, const struct dsp_request *request,
			enum frpc_patience patience)
{
	struct frpc_channel *channel = call->session->channel;
	int ret;

	frpc_turn_assert_taken(&channel->send_turn);
	/* an earlier sender may have waited until there was room */
	ret = send_once(call, request, false);
	if (!send_needs_wait(ret))
		return ret;
	if (send_is_paused(channel))
		return -ETIMEDOUT;
	if (ret == -EAGAIN)
		ret = send_when_read(call, request, patience);
	if (ret == -EBUSY || ret == -ENOMEM)
		ret = send_once(call, request, true);
	if (ret == -ETIMEDOUT) {
		channel->is_send_paused = true;
		channel->send_pause_end = jiffies + SEND_PAUSE;
	}
	return ret;
}

/**
 * frpc_send() - send the request of a call that is registered
 * @call: the caller's
 * @request: what is sent
 * @patience: what ends the wait for the sender's turn, and for a FIFO that is full
 *
 * May sleep.
 *
 * Return: 0; the DSP has not seen the request: -EPIPE the channel or the session has
 * ended, -ERESTARTSYS a signal came, -ETIMEDOUT the DSP has made no room for messages,
 * other errors of the transport.
 */
int frpc_send(struct frpc_call *call, const struct dsp_request *request,
	      enum frpc_patience patience)
{
	struct frpc_channel *channel = call->session->channel;
	int ret;

	ret = send_once(call, request, false);
	if (!send_needs_wait(ret))
		return ret;
	ret = send_take_turn(channel, patience);
	if (ret)
		return ret;
	ret = send_in_turn(call, request, patience);
	frpc_turn_end(&channel->send_turn, 0);
	return ret;
}
