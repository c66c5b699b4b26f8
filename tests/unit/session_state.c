// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of a session: every pair of state and event against the rules, then every
 * sequence of events up to a length, against a model of what the DSP knows.
 */
#include <linux/types.h>

#include "session_state.h"
#include "unit.h"

#define NO	(-1)
#define LENGTH	14

#define FR	FRPC_SESSION_FREE
#define OW	FRPC_SESSION_OWNED
#define LE	FRPC_SESSION_LEFT
#define RE	FRPC_SESSION_RELEASING

/* The rule, written down once more and in another shape. */
static const int rule[FRPC_SESSION_STATES][FRPC_SESSION_EVENTS] = {
	/*	   TAK DRO LEA SEN UNS REF ANS END */
	[FR] = { OW, NO, NO, NO, NO, NO, NO, NO },
	[OW] = { NO, FR, LE, NO, NO, NO, NO, FR },
	[LE] = { NO, NO, NO, RE, NO, NO, NO, FR },
	[RE] = { NO, NO, NO, NO, LE, LE, FR, FR },
};

static void test_every_pair(void)
{
	for (int s = 0; s < FRPC_SESSION_STATES; s++) {
		for (int e = 0; e < FRPC_SESSION_EVENTS; e++) {
			enum frpc_session_state state = s;
			bool allowed = frpc_session_step(&state, e);

			if (!CHECK_EQ(allowed, rule[s][e] != NO) ||
			    !CHECK_EQ(state, rule[s][e] == NO ? s : rule[s][e]))
				printf("state %d, event %d\n", s, e);
		}
	}
}

/* What there is: a file, and what the DSP may know of its client. */
struct world {
	bool is_open;		/* the client's file */
	bool is_known;		/* something of the client's may be on the DSP */
	bool is_asked;		/* a RELEASE is with the DSP */
};

static void happen(struct world *w, enum frpc_session_event event)
{
	switch (event) {
	case FRPC_SESSION_TAKE:
		/* the worst that a client can do: something is sent in its name at once */
		*w = (struct world){ .is_open = true, .is_known = true };
		break;
	case FRPC_SESSION_DROP:
		*w = (struct world){};	/* it is told of clients that sent nothing */
		break;
	case FRPC_SESSION_LEAVE:
		w->is_open = false;
		break;
	case FRPC_SESSION_SEND:
		w->is_asked = true;
		break;
	case FRPC_SESSION_UNSENT:
	case FRPC_SESSION_REFUSED:
		w->is_asked = false;
		break;
	case FRPC_SESSION_ANSWERED:
		/* an answer to what was not asked tells nothing */
		w->is_known &= !w->is_asked;
		w->is_asked = false;
		break;
	case FRPC_SESSION_END:
		*w = (struct world){};
		break;
	default:
		break;
	}
}

static unsigned long steps, reached[FRPC_SESSION_STATES];

static void check_state(const struct world *w, enum frpc_session_state state)
{
	reached[state]++;
	steps++;
	/* the next client comes to a DSP that knows nothing of the last one */
	if (state == FRPC_SESSION_FREE)
		CHECK(!w->is_open && !w->is_known && !w->is_asked);
	else if (state == FRPC_SESSION_OWNED)
		CHECK(w->is_open);
	else
		CHECK(!w->is_open && w->is_known);
	/* and is never released by a RELEASE of the last one */
	CHECK_EQ(w->is_asked, state == FRPC_SESSION_RELEASING);
}

static void walk(struct world w, enum frpc_session_state state, int length)
{
	for (int e = 0; length && e < FRPC_SESSION_EVENTS; e++) {
		enum frpc_session_state next = state;
		struct world after = w;

		if (!frpc_session_step(&next, e))
			continue;
		happen(&after, e);
		check_state(&after, next);
		walk(after, next, length - 1);
	}
}

static void test_every_walk(void)
{
	walk((struct world){}, FRPC_SESSION_FREE, LENGTH);
	printf("%lu steps\n", steps);
	for (int s = 0; s < FRPC_SESSION_STATES; s++)
		CHECK(reached[s] > 10);
}

int main(void)
{
	test_every_pair();
	test_every_walk();
	return unit_result();
}
