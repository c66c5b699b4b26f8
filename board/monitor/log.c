// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's words go to a file of the host, by semihosting: in the console they
 * would land in the middle of the kernel's.
 */
#include "monitor.h"

#define SYS_WRITEC	3

static void put(char c)
{
	register u64 operation __asm__("x0") = SYS_WRITEC;
	register const char *text __asm__("x1") = &c;

	__asm__ volatile("hlt #0xf000" : "+r" (operation) : "r" (text) : "memory");
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
