// SPDX-License-Identifier: GPL-2.0-only
/* Sums and quotients: calculator.idl. */
#include "skeleton.h"

static int32_t sum(union remote_arg *args)
{
	int64_t total = 0;

	if (args[0].buf.bytes % 4 || args[1].buf.bytes != sizeof(total))
		return E_BADPARM;
	for (uint32_t i = 0; i < args[0].buf.bytes / 4; i++)
		total += (int32_t)word(&args[0], i);
	memcpy(args[1].buf.data, &total, sizeof(total));
	return 0;
}

static int32_t divide(union remote_arg *args)
{
	uint64_t numbers[2], results[2];

	if (args[0].buf.bytes != sizeof(numbers) || args[1].buf.bytes != sizeof(results))
		return E_BADPARM;
	memcpy(numbers, args[0].buf.data, sizeof(numbers));
	if (!numbers[1])
		return E_BADPARM;
	results[0] = numbers[0] / numbers[1];
	results[1] = numbers[0] % numbers[1];
	memcpy(args[1].buf.data, results, sizeof(results));
	return 0;
}

int32_t board_calculator_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (METHOD(sc) == 2 && SHAPE_OF(sc) == SHAPE(1, 1, 0))
		return sum(args);
	if (METHOD(sc) == 3 && SHAPE_OF(sc) == SHAPE(1, 1, 0))
		return divide(args);
	if (METHOD(sc) == 4 && SHAPE_OF(sc) == SHAPE(0, 0, 0))
		return 0;
	return E_UNSUPPORTED;
}
