/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry, vectors and the way back to EL1.  QEMU takes the flat binary for a Linux
 * image, because of its header, and so gives it the address of the device tree in
 * x0, with command line and initramfs in the tree.  All of that is the kernel's: it
 * finds the same in x0.
 */
#include "layout.h"

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
/* A stack of this CPU's own, by the lowest field of its number.  Spoils x9, x10. */
	.macro	take_stack
	mrs	x9, mpidr_el1
	and	x9, x9, #(CPUS - 1)
	add	x9, x9, #1
	ldr	x10, =stacks
	mov	x11, #STACK_BYTES
	madd	x10, x9, x11, x10
	mov	sp, x10
	.endm

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

/* PSCI's CPU_ON of another CPU ends here. */
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

/* All registers but x30, to the stack or from it. */
	.macro	pairs how
	\how	x0, x1, [sp, #16 * 0]
	\how	x2, x3, [sp, #16 * 1]
	\how	x4, x5, [sp, #16 * 2]
	\how	x6, x7, [sp, #16 * 3]
	\how	x8, x9, [sp, #16 * 4]
	\how	x10, x11, [sp, #16 * 5]
	\how	x12, x13, [sp, #16 * 6]
	\how	x14, x15, [sp, #16 * 7]
	\how	x16, x17, [sp, #16 * 8]
	\how	x18, x19, [sp, #16 * 9]
	\how	x20, x21, [sp, #16 * 10]
	\how	x22, x23, [sp, #16 * 11]
	\how	x24, x25, [sp, #16 * 12]
	\how	x26, x27, [sp, #16 * 13]
	\how	x28, x29, [sp, #16 * 14]
	.endm

from_below:
	sub	sp, sp, #FRAME_BYTES
	pairs	stp
	str	x30, [sp, #16 * 15]
	mov	x0, sp
	bl	trap
	pairs	ldp
	ldr	x30, [sp, #16 * 15]
	add	sp, sp, #FRAME_BYTES
	eret

	.macro	vector target
	.balign	0x80
	b	\target
	.endm

/* Only synchronous exceptions from below are expected: interrupts go to EL1. */
	.balign	0x800
	.global	vectors
vectors:
	.rept	8
	vector	unexpected
	.endr
	vector	from_below
	.rept	7
	vector	unexpected
	.endr

unexpected:
	bl	trap_unexpected
	b	.

	.bss
	.balign	16
stacks:
	.space	CPUS * STACK_BYTES
