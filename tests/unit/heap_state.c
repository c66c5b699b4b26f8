// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of the remote heap: every pair of life and step against a table of it,
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
 * The rule, written down once more and in another shape: for each life what each step
 * leads to.  OF and TO are both "offered": the message is on its way, or has left.  An offer
 * to a second protection domain is TO from the start, since an earlier one knows the address.
 */
enum row { NO, MI, LE, OF, OR, TO, LO, ROWS };

static const struct frpc_heap_life lives[ROWS] = {
	[MI] = { FRPC_HEAP_MINE, false, false },
	[LE] = { FRPC_HEAP_LENT, false, false },
	[OF] = { FRPC_HEAP_LENT, true, false },
	[OR] = { FRPC_HEAP_LENT, false, true },
	[TO] = { FRPC_HEAP_LENT, true, true },
	[LO] = { FRPC_HEAP_LOST, false, false },
};

static const enum row rule[ROWS][FRPC_HEAP_STEPS] = {
	/*	 LEND OFFER SENT UNSENT PD_GONE WITHDRAW RETURN DSP_OFF LOSE */
	[MI] = { LE,  NO,   NO,  NO,    NO,     NO,      NO,    NO,     NO },
	[LE] = { NO,  OF,   NO,  NO,    NO,     MI,      NO,    MI,     LO },
	[OF] = { NO,  NO,   TO,  LE,    NO,     NO,      NO,    MI,     LO },
	[OR] = { NO,  TO,   NO,  NO,    NO,     NO,      NO,    MI,     LO },
	[TO] = { NO,  NO,   TO,  OR,    OR,     NO,      MI,    MI,     LO },
	[LO] = { NO,  NO,   NO,  NO,    NO,     NO,      NO,    MI,     LO },
};

static const char *const names[ROWS] = {
	[MI] = "mine", [LE] = "lent", [OF] = "offered", [OR] = "orphaned", [TO] = "offered",
	[LO] = "lost",
};

static bool is_same(const struct frpc_heap_life *a, const struct frpc_heap_life *b)
{
	return a->state == b->state && a->is_told == b->is_told && a->was_told == b->was_told;
}

/* What the DSP knows counts while it is lent only. */
static enum row row_of(const struct frpc_heap_life *life)
{
	if (life->state == FRPC_HEAP_MINE)
		return MI;
	if (life->state == FRPC_HEAP_LOST)
		return LO;
	return life->is_told ? (life->was_told ? TO : OF) : (life->was_told ? OR : LE);
}

static void check_pair(const struct frpc_heap_life *from, int step)
{
	bool is_step = step >= 0 && step < FRPC_HEAP_STEPS;
	enum row to = is_step ? rule[row_of(from)][step] : NO;
	struct frpc_heap_life life = *from;

	if (!CHECK_EQ(frpc_heap_may(&life, step), to != NO) ||
	    !CHECK(is_same(&life, from)) ||
	    !CHECK_EQ(frpc_heap_step(&life, step), to != NO) ||
	    !CHECK(is_same(&life, to == NO ? from : &lives[to])))
		printf("%s, told %d, was told %d, step %d\n", names[row_of(from)],
		       from->is_told, from->was_told, step);
}

/* Also lives that no walk reaches, and numbers that are no step. */
static void test_every_pair(void)
{
	for (int i = 0; i < FRPC_HEAP_STATES * 4; i++) {
		struct frpc_heap_life from = { i / 4, i & 1, i & 2 };

		for (int step = -1; step <= FRPC_HEAP_STEPS; step++)
			check_pair(&from, step);
		CHECK(!strcmp(frpc_heap_life_name(&from), names[row_of(&from)]));
	}
}

static unsigned long long random_state;

static enum frpc_heap_step random_step(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % FRPC_HEAP_STEPS;
}

static unsigned long taken[ROWS][FRPC_HEAP_STEPS];

/* One life of a segment; how many of its steps were allowed. */
static unsigned long walk(void)
{
	struct frpc_heap_life life = {};
	unsigned long steps = 0;
	struct world w = {};

	for (int i = 0; i < WALK_STEPS && !unit_failures; i++) {
		enum frpc_heap_step step = random_step();
		enum row from = row_of(&life);

		if (!can_happen(&w, step) || !frpc_heap_step(&life, step))
			continue;
		taken[from][step]++;
		steps++;
		happen(&w, step);
		check_life(&w, &life);
	}
	return steps;
}

/* While a first offer is under way the model waits for the end of its message. */
static bool is_walked(enum row row, enum frpc_heap_step step)
{
	return rule[row][step] != NO &&
	       !(row == OF && (step == FRPC_HEAP_PD_GONE || step == FRPC_HEAP_RETURN));
}

static void test_random_walks(unsigned int seed)
{
	unsigned long steps = 0;

	random_state = seed;
	while (steps < STEPS_MIN && !unit_failures)
		steps += walk();
	printf("%lu steps\n", steps);
	/* a walk that does not get everywhere shows little */
	for (int row = MI; row < ROWS; row++)
		for (int step = 0; step < FRPC_HEAP_STEPS; step++)
			if (is_walked(row, step) && !CHECK(taken[row][step] > 1000))
				printf("%s, step %d: taken %lu times\n", names[row], step,
				       taken[row][step]);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20261122;

	printf("seed %u\n", seed);
	test_every_pair();
	test_random_walks(seed);
	return unit_result();
}
