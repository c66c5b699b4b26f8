// SPDX-License-Identifier: GPL-2.0-only
/* Division, which the processor has none of and the compiler calls by these names. */
#include "pd.h"

/* Bit by bit.  By 0 the quotient is all ones. */
static u64 divide(u64 a, u64 b, u64 *rest)
{
	u64 quotient = 0, bit = 1;

	if (!b) {
		*rest = a;
		return ~0ull;
	}
	while (b < a && !(b >> 63)) {
		b <<= 1;
		bit <<= 1;
	}
	for (; bit; bit >>= 1, b >>= 1) {
		if (a < b)
			continue;
		a -= b;
		quotient |= bit;
	}
	*rest = a;
	return quotient;
}

u64 __hexagon_udivdi3(u64 a, u64 b)
{
	u64 rest;

	return divide(a, b, &rest);
}

u64 __hexagon_umoddi3(u64 a, u64 b)
{
	u64 rest;

	divide(a, b, &rest);
	return rest;
}

s64 __hexagon_divdi3(s64 a, s64 b)
{
	u64 rest, quotient = divide(a < 0 ? -(u64)a : (u64)a, b < 0 ? -(u64)b : (u64)b, &rest);

	return (a < 0) != (b < 0) ? -quotient : quotient;
}

s64 __hexagon_moddi3(s64 a, s64 b)
{
	u64 rest;

	divide(a < 0 ? -(u64)a : (u64)a, b < 0 ? -(u64)b : (u64)b, &rest);
	return a < 0 ? -rest : rest;
}

u32 __hexagon_udivsi3(u32 a, u32 b)
{
	return __hexagon_udivdi3(a, b);
}

u32 __hexagon_umodsi3(u32 a, u32 b)
{
	return __hexagon_umoddi3(a, b);
}

s32 __hexagon_divsi3(s32 a, s32 b)
{
	return __hexagon_divdi3(a, b);
}

s32 __hexagon_modsi3(s32 a, s32 b)
{
	return __hexagon_moddi3(a, b);
}
