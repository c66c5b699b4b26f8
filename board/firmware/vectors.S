/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors and stacks: the same at EL2 and at EL3. */
#include "machine.h"

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

	.text
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

/* Only synchronous exceptions from below are expected: interrupts go to the kernel. */
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
	.global	stacks
stacks:
	.space	CPUS * STACK_BYTES
