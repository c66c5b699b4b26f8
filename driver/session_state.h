/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has a session, as a state machine: no locks, no devices.
 *
 *   state        the client's file   the DSP
 *   FREE         none                does not know the client
 *   OWNED        open                may know the client
 *   LEFT         closed              may know it: has got no RELEASE yet, or keeps its memory
 *   RELEASING    closed              has got the RELEASE; some answers are missing
 *
 * Only a FREE session is handed out, since the next client has the same client id and
 * the same context bank.
 */
#ifndef FRPC_SESSION_STATE_H
#define FRPC_SESSION_STATE_H

#include <linux/types.h>

enum frpc_session_state {
	FRPC_SESSION_FREE,
	FRPC_SESSION_OWNED,
	FRPC_SESSION_LEFT,
	FRPC_SESSION_RELEASING,
	FRPC_SESSION_STATES
};

enum frpc_session_event {
	FRPC_SESSION_TAKE,	/* a client takes it */
	FRPC_SESSION_DROP,	/* the client ends, and nothing was sent in its name */
	FRPC_SESSION_LEAVE,	/* the client ends, and the DSP may know of it */
	FRPC_SESSION_SEND,	/* a RELEASE is about to be sent */
	FRPC_SESSION_UNSENT,	/* it could not be sent */
	FRPC_SESSION_REFUSED,	/* it was answered: the DSP keeps the client's memory */
	FRPC_SESSION_ANSWERED,	/* it was answered, and so was all else in the client's name */
	FRPC_SESSION_END,	/* the client has ended, and so has the context bank or the DSP */
	FRPC_SESSION_EVENTS
};

bool frpc_session_step(enum frpc_session_state *state, enum frpc_session_event event);

#endif /* FRPC_SESSION_STATE_H */
