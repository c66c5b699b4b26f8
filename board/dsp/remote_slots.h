/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that the DSP model shares with the program of the host that runs Hexagon code.
 *
 * It begins with struct remote_board, and goes on with slots of SLOT_BYTES.  A slot carries one
 * process after the other.  A life is a number that the model never uses twice in a boot, and
 * never 0.  The model starts a process by a new life in @want, and has one when @have is equal;
 * it ends a process by 0 in @want, and is rid of it when @have is 0.  A process that ends by
 * itself leaves its life in @dead, behind its wait status.  What it wrote before is in the ring.
 *
 * The host beats as long as it lives.  One that does not, dead or stopped, is given up by the
 * model with all that it runs, and starts nothing until it beats again.
 *
 * Indices of a ring count bytes and run freely.  The side that moves one rings the other, both
 * after producing and after consuming.  All of it is read and written with acquire and release.
 */
#ifndef REMOTE_SLOTS_H
#define REMOTE_SLOTS_H

#define SLOT_MAGIC	0x68786470	/* the program of the host has set up the memory */
#define SLOT_BYTES	0x100000
#define SLOT_MAX	15
#define RING_BYTES	0x40000

/* A word with a cache line of its own. */
struct slot_word {
	unsigned int v;
	unsigned int unused[15];
};

/* At the start of the memory. */
struct remote_board {
	struct slot_word magic;		/* host */
	struct slot_word heartbeat;	/* host: goes up at least once in HEARTBEAT_MS */
	struct slot_word alive;		/* host: processes that run now */
	struct slot_word started;	/* host: processes that were started so far */
	/* model: of a processor, for each process that starts; 0: what the host gives it */
	struct slot_word seconds;
	/* model: so many seconds the host is to do nothing, once, as if it were stopped */
	struct slot_word silence;
};

#define HEARTBEAT_MS	500

struct remote_slot {
	struct slot_word want;		/* model */
	struct slot_word have;		/* host */
	struct slot_word dead;		/* host */
	struct slot_word status;	/* host: as waitpid() has it */
	struct slot_word to_head;	/* model: bytes put into @to */
	struct slot_word to_tail;	/* host */
	struct slot_word from_head;	/* host: bytes put into @from */
	struct slot_word from_tail;	/* model */
	unsigned char unused[0x40000 - 8 * sizeof(struct slot_word)];
	unsigned char to[RING_BYTES];
	unsigned char from[RING_BYTES];
};

#define SLOT_OFFSET(n)	(SLOT_BYTES * ((n) + 1u))
#define SLOT_MEMORY	(SLOT_OFFSET(SLOT_MAX))	/* a power of 2 */

#endif
