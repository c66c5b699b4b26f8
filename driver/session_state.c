// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of a session.  The table has all transitions that are allowed.  Only the
 * DSP's answer to a RELEASE, or the end of the context bank or of the DSP, leads from LEFT
 * or RELEASING to FREE; an error, a timeout or a signal is not an event.
 */
#include <linux/kernel.h>

#include "session_state.h"

struct transition {
	enum frpc_session_state from;
	enum frpc_session_event event;
	enum frpc_session_state to;
};

static const struct transition transitions[] = {
	{ FRPC_SESSION_FREE,	  FRPC_SESSION_TAKE,	 FRPC_SESSION_OWNED },
	{ FRPC_SESSION_OWNED,	  FRPC_SESSION_DROP,	 FRPC_SESSION_FREE },
	{ FRPC_SESSION_OWNED,	  FRPC_SESSION_LEAVE,	 FRPC_SESSION_LEFT },
	{ FRPC_SESSION_OWNED,	  FRPC_SESSION_END,	 FRPC_SESSION_FREE },
	{ FRPC_SESSION_LEFT,	  FRPC_SESSION_SEND,	 FRPC_SESSION_RELEASING },
	{ FRPC_SESSION_LEFT,	  FRPC_SESSION_END,	 FRPC_SESSION_FREE },
	{ FRPC_SESSION_RELEASING, FRPC_SESSION_UNSENT,	 FRPC_SESSION_LEFT },
	{ FRPC_SESSION_RELEASING, FRPC_SESSION_REFUSED,	 FRPC_SESSION_LEFT },
	{ FRPC_SESSION_RELEASING, FRPC_SESSION_ANSWERED, FRPC_SESSION_FREE },
	{ FRPC_SESSION_RELEASING, FRPC_SESSION_END,	 FRPC_SESSION_FREE },
};

/**
 * frpc_session_step() - apply an event
 * @state: changed if the event is allowed in it
 * @event: what happens or is about to
 *
 * Return: whether the event was allowed.
 */
bool frpc_session_step(enum frpc_session_state *state, enum frpc_session_event event)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++) {
		if (transitions[i].from != *state || transitions[i].event != event)
			continue;
		*state = transitions[i].to;
		return true;
	}
	return false;
}
