// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any sequence of events on a heap, against the model of what happens to its
 * memory.  Input: an event a byte; its upper half says how often it comes.
 */
#include "fuzz.h"
#include "heap_world.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	enum frpc_heap_state state = FRPC_HEAP_UNOWNED;
	struct input in = { data, len };
	struct world w = {};

	while (in.left) {
		u8 byte = take(&in, 1);

		for (int times = 0; times <= byte >> 4; times++) {
			enum frpc_heap_state before = state;

			/* also numbers that are no event */
			if (frpc_heap_step(&state, byte & 15)) {
				CHECK((byte & 15) < FRPC_HEAP_EVENTS);
				happen(&w, byte & 15);
			} else {
				CHECK_EQ(state, before);
			}
			CHECK(state < FRPC_HEAP_STATES);
			CHECK(frpc_heap_state_name(state));
			check_state(&w, state);
		}
	}
	return fuzz_verdict();
}
