// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send: a request goes to the DSP, and no sender holds up others.
 *
 * A transport may have no room for a message.  GLINK then asks the DSP for room and
 * waits for the answer, for up to 10 s, and no signal ends that wait.  So a message is
 * first sent without waiting, which succeeds while the DSP keeps up.  Where it fails,
 * one sender at a time waits inside the transport.  The others wait here for their turn,
 * and a signal ends that.  A DSP that has made no room in that time is not asked again
 * for as long: senders get -ETIMEDOUT at once, unless there is room after all.
 *
 * So a dead DSP costs a task that is killed, and the end of the channel, one such wait.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>

#include "private.h"

/* How long a DSP that made no room is left alone. */
#define SEND_PAUSE	(10 * HZ)

void frpc_send_setup(struct frpc_channel *channel)
{
	mutex_init(&channel->send_lock);
	channel->is_send_paused = false;
}

/* @may_wait: in the transport.  -EPIPE: the channel or the session has ended. */
static int send_once(struct frpc_call *call, const struct dsp_request *request, bool may_wait)
{
	struct frpc_channel *channel = call->session->channel;
	struct rpmsg_endpoint *ept;
	int idx, ret = -EPIPE;

	idx = srcu_read_lock(&channel->srcu);
	if (READ_ONCE(channel->is_alive) && READ_ONCE(call->session->is_alive)) {
		ept = channel->rpdev->ept;
		frpc_buffer_sync_for_dsp(call->buffer, call->msg.len);
		/* the message is complete before the DSP can learn of it */
		dma_wmb();
		ret = may_wait ? rpmsg_send(ept, (void *)request, sizeof(*request)) :
				 rpmsg_trysend(ept, (void *)request, sizeof(*request));
	}
	srcu_read_unlock(&channel->srcu, idx);
	return ret;
}

/* What transports say where they would have to wait: no intent, a full FIFO, no buffer. */
static bool send_needs_wait(int error)
{
	return error == -EBUSY || error == -EAGAIN || error == -ENOMEM;
}

static int send_lock(struct mutex *lock, enum frpc_patience patience)
{
	switch (patience) {
	case FRPC_UNTIL_SIGNAL:
		return mutex_lock_interruptible(lock) ? -ERESTARTSYS : 0;
	case FRPC_UNTIL_KILLED:
		return mutex_lock_killable(lock) ? -ERESTARTSYS : 0;
	case FRPC_UNTIL_DONE:
		mutex_lock(lock);
	}
	return 0;
}

static bool send_is_paused(struct frpc_channel *channel)
{
	if (channel->is_send_paused && time_after(jiffies, channel->send_pause_end))
		channel->is_send_paused = false;
	return channel->is_send_paused;
}

/* The sender's turn to wait in the transport; @channel->send_lock is held. */
static int send_in_turn(struct frpc_call *call, const struct dsp_request *request)
{
	struct frpc_channel *channel = call->session->channel;
	int ret;

	lockdep_assert_held(&channel->send_lock);
	if (send_is_paused(channel))
		return -ETIMEDOUT;
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
 * @patience: what ends the wait for the sender's turn
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
	ret = send_lock(&channel->send_lock, patience);
	if (ret)
		return ret;
	/* those before this one may have waited until there was room */
	ret = send_once(call, request, false);
	if (send_needs_wait(ret))
		ret = send_in_turn(call, request);
	mutex_unlock(&channel->send_lock);
	return ret;
}
