// SPDX-License-Identifier: GPL-2.0-only
/* A library that needs a function the DSP does not have: its open fails, and names it. */
#include "skeleton.h"

int32_t board_function_that_is_missing(void);
int32_t board_function_that_is_optional(void) __attribute__((weak));

int32_t board_incomplete_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (board_function_that_is_optional)
		return board_function_that_is_optional();
	return board_function_that_is_missing();
}
