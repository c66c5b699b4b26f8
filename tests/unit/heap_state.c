// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote heap's states: every pair of state and event against the rules,
 * then long random walks against a model of what really happens to the memory.
 */
#include <linux/types.h>
#include <string.h>

#include "heap_state.h"
#include "heap_world.h"
#include "unit.h"

#define NO	(-1)
#define STEPS_MIN	4000000
#define WALK_EVENTS	400

/*
 * The rule, written down once more and in another shape: for each state what
 * each event leads to.  Columns in the order of enum frpc_heap_event: CLAIM,
 * UNCLAIM, GRANT, GRANT_DONE, GRANT_FAILED, OFFER, UNSENT, WITHDRAW, PD_GONE,
 * RETURNED, DSP_OFF, DSP_LOST, REVOKE_DONE, REVOKE_FAILED.
 */
#define UN	FRPC_HEAP_UNOWNED
#define CL	FRPC_HEAP_CLAIMED
#define GI	FRPC_HEAP_GRANTING
#define GD	FRPC_HEAP_GRANTED
#define OF	FRPC_HEAP_OFFERED
#define OR	FRPC_HEAP_ORPHANED
#define AG	FRPC_HEAP_REOFFERED
#define RE	FRPC_HEAP_REVOKING
#define QU	FRPC_HEAP_QUARANTINED

static const int rule[FRPC_HEAP_STATES][FRPC_HEAP_EVENTS] = {
	/*	   CLA UNC GRA DON FAI OFF UNS WIT PDG RET DSP LOS RDO RFA */
	[UN] = { CL, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	[CL] = { NO, UN, GI, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	[GI] = { NO, NO, NO, GD, CL, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	[GD] = { NO, NO, NO, NO, NO, OF, NO, RE, NO, NO, RE, QU, NO, NO },
	[OF] = { NO, NO, NO, NO, NO, NO, GD, NO, OR, RE, RE, QU, NO, NO },
	[OR] = { NO, NO, NO, NO, NO, AG, NO, NO, NO, NO, RE, QU, NO, NO },
	[AG] = { NO, NO, NO, NO, NO, NO, OR, NO, OR, NO, RE, QU, NO, NO },
	[RE] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, CL, QU },
	[QU] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, RE, NO, NO, NO },
};

static void test_every_pair(void)
{
	for (int s = 0; s < FRPC_HEAP_STATES; s++) {
		for (int e = 0; e < FRPC_HEAP_EVENTS; e++) {
			enum frpc_heap_state state = s;
			bool allowed = frpc_heap_step(&state, e);

			if (!CHECK_EQ(allowed, rule[s][e] != NO) ||
			    !CHECK_EQ(state, rule[s][e] == NO ? s : rule[s][e]))
				printf("state %s, event %d\n", frpc_heap_state_name(s), e);
		}
	}
}

static unsigned long long random_state;

static enum frpc_heap_event random_event(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % FRPC_HEAP_EVENTS;
}

static unsigned long taken[FRPC_HEAP_STATES][FRPC_HEAP_EVENTS];

/* One life of a piece; how many of its steps were allowed. */
static unsigned long walk(void)
{
	enum frpc_heap_state state = FRPC_HEAP_UNOWNED;
	unsigned long steps = 0;
	struct world w = {};

	for (int i = 0; i < WALK_EVENTS; i++) {
		enum frpc_heap_event event = random_event();
		enum frpc_heap_state from = state;

		if (!frpc_heap_step(&state, event))
			continue;
		taken[from][event]++;
		steps++;
		happen(&w, event);
		check_state(&w, state);
	}
	return steps;
}

/* What was refused changes nothing and is not counted as a step. */
static void test_random_walks(unsigned int seed)
{
	unsigned long steps = 0;

	random_state = seed;
	while (steps < STEPS_MIN && !unit_failures)
		steps += walk();
	printf("%lu steps\n", steps);
	/* a walk that does not get everywhere shows little */
	for (int s = 0; s < FRPC_HEAP_STATES; s++)
		for (int e = 0; e < FRPC_HEAP_EVENTS; e++)
			if (rule[s][e] != NO && !CHECK(taken[s][e] > 1000))
				printf("state %s, event %d: taken %lu times\n",
				       frpc_heap_state_name(s), e, taken[s][e]);
}

static void test_names(void)
{
	for (int a = 0; a < FRPC_HEAP_STATES; a++)
		for (int b = 0; b < a; b++)
			CHECK(strcmp(frpc_heap_state_name(a), frpc_heap_state_name(b)));
	CHECK(frpc_heap_state_name(FRPC_HEAP_STATES));
	CHECK(frpc_heap_state_name(-1));
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20261122;

	printf("seed %u\n", seed);
	test_every_pair();
	test_random_walks(seed);
	test_names();
	return unit_result();
}
