// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log goes to a file of the host, by semihosting: in the console it would land in
 * the middle of the kernel's lines.
 */
#include "firmware.h"

#define SYS_WRITEC	3

static void put(char c)
{
	host_call(SYS_WRITEC, &c);
}

void log_text(const char *text)
{
	while (*text)
		put(*text++);
}

void log_hex(u64 value)
{
	int shift = 60;

	log_text(" 0x");
	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

void log_end(void)
{
	put('\n');
}
