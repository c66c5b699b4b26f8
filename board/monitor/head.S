/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry, and the way to EL1.  QEMU takes the flat binary for a Linux image, because of
 * its header, and so gives it the address of the device tree in x0, with command line
 * and initramfs in the tree.  All of that is the kernel's: it finds the same in x0.
 */
#include "layout.h"
#include "stack.inc"

	.section .head, "ax"
	.global image_start
image_start:
	b	first_start
	.long	0
	.quad	0			/* offset from 2 MiB above the start of RAM */
	.quad	MONITOR_SIZE
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text
first_start:
	msr	daifset, #0xf
	mov	x19, x0
	ldr	x0, =bss_start
	ldr	x1, =bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	take_stack
	bl	boot_first
	mov	x0, x19
	ldr	x1, =MONITOR_END	/* where the kernel is */
	b	enter

/* PSCI's CPU_ON of another CPU leads here. */
	.global	secondary_start
secondary_start:
	msr	daifset, #0xf
	take_stack
	sub	sp, sp, #16
	mov	x0, sp
	bl	boot_secondary
	mov	x1, x0
	ldr	x0, [sp], #16

/* To EL1 at x1, with x0. */
enter:
	msr	elr_el2, x1
	mov	x1, #0x3c5		/* EL1h, nothing unmasked */
	msr	spsr_el2, x1
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	isb
	eret
