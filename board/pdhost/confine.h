/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process that runs Hexagon code may do on the host, and how much it may have. */
#ifndef CONFINE_H
#define CONFINE_H

#include <stdint.h>

/*
 * For the process that calls it, until its end: limits, of a processor @seconds (0: what there
 * is by default), and no system calls but those that qemu-hexagon needs.  Then it can execute one
 * more program, whose name is @program, by that pointer.  Does not return if that cannot be.
 */
void confine(uint32_t seconds, const char *program);

#endif
