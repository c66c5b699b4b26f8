// SPDX-License-Identifier: GPL-2.0-only
/* The compiler may call these two. */
#include "firmware.h"

void *memset(void *to, int byte, size_t bytes)
{
	u8 *at = to;

	while (bytes--)
		*at++ = byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	const u8 *in = from;
	u8 *out = to;

	while (bytes--)
		*out++ = *in++;
	return to;
}
