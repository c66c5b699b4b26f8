// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any sequence of steps of a segment, against the model of what happens to its
 * memory.  Input: a step a byte; its upper half says how often it comes.
 */
#include "fuzz.h"
#include "heap_world.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { data, len };
	struct frpc_heap_life life = {};
	struct world w = {};

	while (in.left) {
		u8 byte = take(&in, 1);
		u8 step = byte & 15;

		for (int times = 0; times <= byte >> 4; times++) {
			struct frpc_heap_life before = life;

			if (!can_happen(&w, step))
				continue;
			/* also numbers that are no step */
			if (frpc_heap_step(&life, step)) {
				CHECK(step < FRPC_HEAP_STEPS);
				happen(&w, step);
			} else {
				CHECK_EQ(life.state, before.state);
				CHECK_EQ(life.is_told, before.is_told);
				CHECK_EQ(life.was_told, before.was_told);
			}
			CHECK(life.state < FRPC_HEAP_STATES);
			CHECK(frpc_heap_life_name(&life));
			check_life(&w, &life);
		}
	}
	return fuzz_verdict();
}
