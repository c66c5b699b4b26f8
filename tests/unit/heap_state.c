// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of the remote heap: every pair of state and step against a table of it,
 * then long random walks against a model of what really happens to the memory.
 */
#include <linux/types.h>
#include <string.h>

#include "heap_state.h"
#include "heap_world.h"
#include "unit.h"

#define STEPS_MIN	4000000
#define WALK_STEPS	400

/*
 * The rule, written down once more and in another shape: for each state what each step
 * leads to.  OF, RE and TO are all "offered": to the first protection domain or a later one,
 * without an answer; and with one.
 */
#define NO	FRPC_HEAP_NOWHERE
#define MI	FRPC_HEAP_MINE
#define LE	FRPC_HEAP_LENT
#define OF	FRPC_HEAP_OFFERING
#define TO	FRPC_HEAP_OFFERED
#define OR	FRPC_HEAP_ORPHANED
#define RE	FRPC_HEAP_REOFFERING
#define LO	FRPC_HEAP_LOST

static const enum frpc_heap_state rule[FRPC_HEAP_STATES][FRPC_HEAP_STEPS] = {
	/*	 LEND OFFER ANSW UNSENT PD_GONE WITHDRAW RETURN DSP_OFF LOSE */
	[MI] = { LE,  NO,   NO,  NO,    NO,     NO,      NO,    NO,     NO },
	[LE] = { NO,  OF,   NO,  NO,    NO,     MI,      NO,    MI,     LO },
	[OF] = { NO,  NO,   TO,  LE,    NO,     NO,      NO,    MI,     LO },
	[OR] = { NO,  RE,   NO,  NO,    NO,     NO,      NO,    MI,     LO },
	[RE] = { NO,  NO,   TO,  OR,    NO,     NO,      NO,    MI,     LO },
	[TO] = { NO,  NO,   NO,  NO,    OR,     NO,      MI,    MI,     LO },
	[LO] = { NO,  NO,   NO,  NO,    NO,     NO,      NO,    MI,     LO },
};

static const char *const names[FRPC_HEAP_STATES] = {
	[MI] = "mine", [LE] = "lent", [OF] = "offered", [OR] = "orphaned", [TO] = "offered",
	[RE] = "offered", [LO] = "lost",
};

/* Also numbers that are no step, and the state of no segment. */
static void test_every_pair(void)
{
	for (int state = FRPC_HEAP_NOWHERE; state < FRPC_HEAP_STATES; state++) {
		for (int step = -1; step <= FRPC_HEAP_STEPS; step++) {
			bool is_step = step >= 0 && step < FRPC_HEAP_STEPS;
			int to = is_step ? rule[state][step] : NO;

			if (!CHECK_EQ(frpc_heap_next(state, step), to))
				printf("state %d, step %d\n", state, step);
		}
		if (state != FRPC_HEAP_NOWHERE)
			CHECK(!strcmp(frpc_heap_state_names[state], names[state]));
	}
}

static unsigned long long random_state;

static enum frpc_heap_step random_step(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % FRPC_HEAP_STEPS;
}

static unsigned long taken[FRPC_HEAP_STATES][FRPC_HEAP_STEPS];

/* One life of a segment; how many of its steps were allowed. */
static unsigned long walk(void)
{
	enum frpc_heap_state state = FRPC_HEAP_MINE;
	unsigned long steps = 0;
	struct world w = {};

	for (int i = 0; i < WALK_STEPS && !unit_failures; i++) {
		enum frpc_heap_step step = random_step();
		enum frpc_heap_state to = frpc_heap_next(state, step);

		if (!can_happen(&w, step) || to == FRPC_HEAP_NOWHERE)
			continue;
		taken[state][step]++;
		state = to;
		steps++;
		happen(&w, step);
		check_state(&w, state);
	}
	return steps;
}

static void test_random_walks(unsigned int seed)
{
	unsigned long steps = 0;

	random_state = seed;
	while (steps < STEPS_MIN && !unit_failures)
		steps += walk();
	printf("%lu steps\n", steps);
	/* a walk that does not get everywhere shows little */
	for (int state = MI; state < FRPC_HEAP_STATES; state++)
		for (int step = 0; step < FRPC_HEAP_STEPS; step++)
			if (rule[state][step] != NO && !CHECK(taken[state][step] > 1000))
				printf("%s, step %d: taken %lu times\n", names[state], step,
				       taken[state][step]);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20261122;

	printf("seed %u\n", seed);
	test_every_pair();
	test_random_walks(seed);
	return unit_result();
}
