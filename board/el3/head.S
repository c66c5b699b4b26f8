/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reset, and the way to EL2.  All CPUs start here at EL3, and a CPU that was switched off
 * comes here again.  Memory that has no first value is not cleared: QEMU starts with
 * zeros in it, and ends when the machine is reset (-no-reboot).
 */
#include "layout.h"
#include "stack.inc"

	.section .head, "ax"
	.global start
start:
	msr	daifset, #0xf
	ldr	x0, =vectors
	msr	vbar_el3, x0
	take_stack
	sub	sp, sp, #16
	mov	x0, sp
	bl	boot
	msr	elr_el3, x0
	mov	x0, #0x3c9		/* EL2h, nothing unmasked */
	msr	spsr_el3, x0
	ldr	x0, [sp], #16
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	isb
	eret
