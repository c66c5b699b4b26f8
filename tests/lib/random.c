// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that look random and are the same in every run, from a seed. */
#include "harness.h"

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t random_seed(void)
{
	uint64_t seed = number_of("FUZZ_SEED", 20261122);

	printf("seed %llu (FUZZ_SEED changes it)\n", (unsigned long long)seed);
	return seed;
}

unsigned int random_runs(unsigned int otherwise)
{
	return number_of("FUZZ_RUNS", board_slowness() > 1 ? otherwise / 2 : otherwise);
}

/* splitmix64: good from any state, 0 too. */
uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint32_t random_below(uint64_t *state, uint32_t n)
{
	return random_next(state) % n;
}

size_t random_step(uint64_t *state, const struct random_step *first, size_t size, size_t count)
{
	const char *table = (const char *)first;
	unsigned int total = 0, at;
	size_t i;

	for (i = 0; i < count; i++)
		total += ((const struct random_step *)(table + i * size))->weight;
	at = random_below(state, total);
	for (i = 0; i < count - 1; i++) {
		unsigned int weight = ((const struct random_step *)(table + i * size))->weight;

		if (at < weight)
			break;
		at -= weight;
	}
	return i;
}
