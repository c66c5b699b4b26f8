// SPDX-License-Identifier: GPL-2.0-only
/*
 * INVOKE whose buffers overlap in the caller's memory.  The expected result is
 * computed by a model here: bytes that the caller has once exist once; the DSP
 * reads all inputs before it writes (DSP_TEST_XOR), then writes the outputs in
 * their order.
 */
#include "harness.h"

#define ARENA	(3 * PAGE)

struct span {
	size_t at, len;
};

static uint8_t *arena, *model;

static void run(int fd, const struct span *ins, unsigned int nr_ins,
		const struct span *outs, unsigned int nr_outs)
{
	static uint8_t before[ARENA];
	struct call c;

	memcpy(before, arena, ARENA);
	memcpy(model, arena, ARENA);
	for (unsigned int i = 0; i < nr_outs; i++)
		for (size_t j = 0; j < outs[i].len; j++)
			model[outs[i].at + j] = i < nr_ins && j < ins[i].len ?
						before[ins[i].at + j] ^ 0x5a : 0;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_XOR);
	for (unsigned int i = 0; i < nr_ins; i++)
		call_in(&c, arena + ins[i].at, ins[i].len);
	for (unsigned int i = 0; i < nr_outs; i++)
		call_out(&c, arena + outs[i].at, outs[i].len);
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(arena, model, ARENA);
}

static int prepare(void)
{
	if (!arena) {
		arena = pages_alloc(ARENA);
		model = pages_alloc(ARENA);
	}
	fill_pattern(arena, ARENA, 1);
	return node_open();
}

TEST(identical_inputs)
{
	static const struct span in[] = { { 100, 200 }, { 100, 200 }, { 100, 200 } };
	static const struct span out[] = { { 5000, 200 }, { 6000, 200 }, { 7000, 200 } };

	run(prepare(), in, 3, out, 3);
}

TEST(nested_inputs)
{
	static const struct span in[] = { { 100, 900 }, { 200, 100 }, { 250, 10 }, { 999, 1 } };
	static const struct span out[] = { { 5000, 900 }, { 6000, 100 }, { 7000, 10 }, { 8000, 1 }
	};

	run(prepare(), in, 4, out, 4);
}

TEST(partly_overlapping_inputs)
{
	static const struct span in[] = { { 100, 300 }, { 300, 300 }, { 599, 300 }, { 350, 5 } };
	static const struct span out[] = { { 5000, 300 }, { 6000, 300 }, { 7000, 300 }, { 8000, 5 }
	};

	run(prepare(), in, 4, out, 4);
}

/* The caller's addresses descend, or jump about. */
TEST(out_of_order)
{
	static const struct span in[] = { { 900, 100 }, { 800, 150 }, { 100, 50 }, { 700, 300 } };
	static const struct span out[] = { { 9000, 100 }, { 8000, 150 }, { 7000, 50 }, { 6000, 300 }
	};

	run(prepare(), in, 4, out, 4);
}

/* In place: the output is the input's own memory. */
TEST(in_place)
{
	static const struct span in[] = { { 64, 512 } }, out[] = { { 64, 512 } };

	run(prepare(), in, 1, out, 1);
}

TEST(output_shifted_over_its_input)
{
	static const struct span in[] = { { 1000, 500 } };
	static const struct span up[] = { { 1100, 500 } }, down[] = { { 900, 500 } };
	int fd = prepare();

	run(fd, in, 1, up, 1);
	run(fd, in, 1, down, 1);
}

/* Touching ends are no overlap. */
TEST(touching)
{
	static const struct span in[] = { { 1000, 100 }, { 1100, 100 } };
	static const struct span out[] = { { 1200, 100 }, { 1300, 100 } };

	run(prepare(), in, 2, out, 2);
}

/* An overlap that crosses pages in the caller's memory and in the message. */
TEST(large_overlaps)
{
	static const struct span in[] = { { 10, 6000 }, { 3000, 5000 } };
	static const struct span out[] = { { 8200, 4000 }, { 9000, 100 } };
	int fd = prepare();

	run(fd, in, 2, out, 1);
	run(fd, in, 2, out, 2);
}

/* 300 random sets, each compared byte by byte over all of the arena. */
TEST(random_overlaps)
{
	int fd = prepare();
	uint32_t x = 20261122;

	for (int round = 0; round < 300; round++) {
		struct span spans[2][8];
		unsigned int n[2];

		for (int k = 0; k < 2; k++) {
			x = x * 1664525u + 1013904223u;
			n[k] = (x >> 16) % 9;
			for (unsigned int i = 0; i < n[k]; i++) {
				size_t room = round & 1 ? 200 : ARENA - 600;

				x = x * 1664525u + 1013904223u;
				spans[k][i].at = 300 + (x >> 8) % room;
				x = x * 1664525u + 1013904223u;
				spans[k][i].len = (x >> 20) % 300;
			}
		}
		test_context("round %d", round);
		run(fd, spans[0], n[0], spans[1], n[1]);
	}
}
