// SPDX-License-Identifier: GPL-2.0-only
/*
 * From one thread to another.
 *
 * A thread that calls has given up all registers but r16 to r27 and r29 to r31 by the calling
 * convention.  One that a signal interrupts has its registers on its stack, but for the vectors.
 */
#include "pd.h"

/* struct context: r16 to r27, r29 to r31 */
asm(".text\n"
    ".globl context_switch\n"
    ".type context_switch, @function\n"
    ".p2align 4\n"
    "context_switch:\n"
    "	memd(r0+#0) = r17:16\n"
    "	memd(r0+#8) = r19:18\n"
    "	memd(r0+#16) = r21:20\n"
    "	memd(r0+#24) = r23:22\n"
    "	memd(r0+#32) = r25:24\n"
    "	memd(r0+#40) = r27:26\n"
    "	memw(r0+#48) = r29\n"
    "	memw(r0+#52) = r30\n"
    "	memw(r0+#56) = r31\n"
    "	r17:16 = memd(r1+#0)\n"
    "	r19:18 = memd(r1+#8)\n"
    "	r21:20 = memd(r1+#16)\n"
    "	r23:22 = memd(r1+#24)\n"
    "	r25:24 = memd(r1+#32)\n"
    "	r27:26 = memd(r1+#40)\n"
    "	r29 = memw(r1+#48)\n"
    "	r30 = memw(r1+#52)\n"
    "	r31 = memw(r1+#56)\n"
    "	jumpr r31\n"
    ".size context_switch, .-context_switch\n");

void context_make(struct context *ctx, void *stack_top, void (*run)(void))
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->r29_31[0] = (u32)stack_top & ~7u;
	ctx->r29_31[2] = (u32)run;
}

/* Four vectors at a time: offsets of a vector store are small. */
#define STORE4(a, b, c, d) \
	"	vmem(r0+#0) = v" #a "\n" \
	"	vmem(r0+#1) = v" #b "\n" \
	"	vmem(r0+#2) = v" #c "\n" \
	"	vmem(r0+#3) = v" #d "\n" \
	"	r0 = add(r0, #512)\n"
#define LOAD4(a, b, c, d) \
	"	v" #a " = vmem(r0+#0)\n" \
	"	v" #b " = vmem(r0+#1)\n" \
	"	v" #c " = vmem(r0+#2)\n" \
	"	v" #d " = vmem(r0+#3)\n" \
	"	r0 = add(r0, #512)\n"
#define ALL(OP) \
	OP(0, 1, 2, 3) OP(4, 5, 6, 7) OP(8, 9, 10, 11) OP(12, 13, 14, 15) \
	OP(16, 17, 18, 19) OP(20, 21, 22, 23) OP(24, 25, 26, 27) OP(28, 29, 30, 31)

/* A predicate is a bit for each byte of a vector: it goes by way of one. */
asm(".globl vectors_save\n"
    ".type vectors_save, @function\n"
    "vectors_save:\n"
    ALL(STORE4)
    "	r1 = ##0x01010101\n"
    "	v0 = vand(q0, r1)\n"
    "	v1 = vand(q1, r1)\n"
    "	v2 = vand(q2, r1)\n"
    "	v3 = vand(q3, r1)\n"
    STORE4(0, 1, 2, 3)
    "	jumpr r31\n"
    ".size vectors_save, .-vectors_save\n"
    ".globl vectors_restore\n"
    ".type vectors_restore, @function\n"
    "vectors_restore:\n"
    "	r2 = r0\n"
    "	r0 = add(r0, ##4096)\n"
    LOAD4(0, 1, 2, 3)
    "	r1 = ##0x01010101\n"
    "	q0 = vand(v0, r1)\n"
    "	q1 = vand(v1, r1)\n"
    "	q2 = vand(v2, r1)\n"
    "	q3 = vand(v3, r1)\n"
    "	r0 = r2\n"
    ALL(LOAD4)
    "	jumpr r31\n"
    ".size vectors_restore, .-vectors_restore\n");
