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
	enum frpc_heap_state state = FRPC_HEAP_MINE;
	struct world w = {};

	while (in.left) {
		u8 byte = take(&in, 1);
		u8 step = byte & 15;

		for (int times = 0; times <= byte >> 4; times++) {
			enum frpc_heap_state to = frpc_heap_next(state, step);

			if (!can_happen(&w, step))
				continue;
			/* also numbers that are no step */
			if (to != FRPC_HEAP_NOWHERE) {
				CHECK(step < FRPC_HEAP_STEPS);
				happen(&w, step);
				state = to;
			}
			CHECK(state < FRPC_HEAP_STATES);
			CHECK(frpc_heap_state_names[state]);
			check_state(&w, state);
		}
	}
	return fuzz_verdict();
}
