// SPDX-License-Identifier: GPL-2.0-only
/* What must not hurt others, on request: misbehave.idl. */
#include "skeleton.h"

static volatile uint32_t let_go;

static int32_t spin(const volatile uint32_t *until)
{
	while (!*until)
		;
	return 0;
}

static __attribute__((noinline)) uint32_t recurse(volatile uint8_t *above, uint32_t depth)
{
	volatile uint8_t here[1024];

	here[0] = *above;
	return depth == ~0u ? here[0] : recurse(here, depth + 1) + here[0];
}

static int32_t talk(uint32_t lines)
{
	for (uint32_t i = 0; i < lines; i++)
		HAP_debug_v2(2, "misbehave.c", __LINE__, "line %u of %u", i, lines);
	return 0;
}

struct hoarded {
	struct hoarded *next;
};

/* The list is in the memory itself: each block is touched. */
static int32_t hoard(uint32_t block, uint32_t most, union remote_arg *args)
{
	struct hoarded *all = NULL, *h;
	uint32_t bytes = 0;

	if (block < sizeof(*h))
		return E_BADPARM;
	while (bytes < most && (h = malloc(block))) {
		h->next = all;
		all = h;
		bytes += block;
	}
	while (all) {
		h = all;
		all = h->next;
		free(h);
	}
	memcpy(args[1].buf.data, &bytes, sizeof(bytes));
	return 0;
}

static int32_t load(union remote_arg *args)
{
	uint32_t value = *(volatile uint32_t *)(uintptr_t)word(&args[0], 0);

	memcpy(args[1].buf.data, &value, sizeof(value));
	return 0;
}

static int32_t reverse(union remote_arg *args)
{
	uint32_t got;

	return HAP_reverse_call(word(&args[0], 0), word(&args[0], 1), args[1].buf.data,
				args[1].buf.bytes, args[2].buf.data, args[2].buf.bytes, &got);
}

/* A system call of the host, which a skeleton has no business with. */
static int32_t host_call(union remote_arg *args)
{
	register long r6 asm("r6") = word(&args[0], 0);
	register long r0 asm("r0") = word(&args[0], 1);
	register long r1 asm("r1") = word(&args[0], 2);
	register long r2 asm("r2") = 0;

	asm volatile("trap0(#1)" : "+r" (r0) : "r" (r6), "r" (r1), "r" (r2) : "memory");
	return r0;
}

static int32_t free_twice(void)
{
	void *p = malloc(100);

	free(p);
	free(p);
	return 0;
}

static int32_t without_arguments(uint32_t method)
{
	static const uint32_t never;
	volatile uint8_t top = 0;

	switch (method) {
	case 4:
		__builtin_trap();
	case 5:
		return spin(&never);
	case 6:
		abort();
		return 0;
	case 7:
		exit(3);
		return 0;
	case 8:
		return recurse(&top, 0);
	case 13:
		let_go = 0;
		return spin(&let_go);
	case 14:
		let_go = 1;
		return 0;
	case 16:
		_Assert("two > three", "misbehave.c", 17);
		return 0;
	case 17:
		__stack_chk_fail();
		return 0;
	case 18:
		return free_twice();
	}
	return E_UNSUPPORTED;
}

int32_t board_misbehave_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (!IN_BUFS(sc))
		return without_arguments(METHOD(sc));
	switch (METHOD(sc)) {
	case 2:
		return load(args);
	case 3:
		*(volatile uint32_t *)(uintptr_t)word(&args[0], 0) = word(&args[0], 1);
		return 0;
	case 9:
		return word(&args[0], 0);
	case 10:
		return talk(word(&args[0], 0));
	case 11:
		return hoard(word(&args[0], 0), word(&args[0], 1), args);
	case 12:
		return reverse(args);
	case 15:
		return host_call(args);
	}
	return E_UNSUPPORTED;
}
