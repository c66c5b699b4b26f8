/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A turn: one task at a time waits for the DSP, the others wait for their turn.
 *
 * It is no mutex, because a task can be frozen while it waits for its turn, and while it waits
 * for the DSP in its turn.
 */
#ifndef FRPC_TURN_H
#define FRPC_TURN_H

#include <linux/bug.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct frpc_turn {
	spinlock_t lock;		/* protects the next four; the owner may read @is_taken */
	bool is_taken;
	bool is_missed;			/* frpc_turn_try() has failed since it was taken */
	u32 nr_failed;			/* turns that ended with an error */
	int error;			/* of the last of these */
	wait_queue_head_t wait;		/* until it is free */
};

/* Checks that the turn is taken, not that the caller has it. */
static inline void frpc_turn_assert_taken(const struct frpc_turn *turn)
{
	WARN_ON_ONCE(!READ_ONCE(turn->is_taken));
}

void frpc_turn_setup(struct frpc_turn *turn);
bool frpc_turn_try(struct frpc_turn *turn);
int frpc_turn_take(struct frpc_turn *turn);
bool frpc_turn_end(struct frpc_turn *turn, int error);

#endif /* FRPC_TURN_H */
