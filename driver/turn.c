// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns: see turn.h.
 */
#include <linux/errno.h>
#include <linux/sched.h>

#include "turn.h"

/* @turn is zeroed. */
void frpc_turn_setup(struct frpc_turn *turn)
{
	spin_lock_init(&turn->lock);
	init_waitqueue_head(&turn->wait);
}

/**
 * frpc_turn_try() - take the turn if it is free
 * @turn: set up before
 *
 * A work item calls this, because it must not wait for a task that may be frozen.  It can be
 * the condition of wait_event().  Process context.
 *
 * Return: true: the caller has the turn; false: the end of the present turn returns true.
 */
bool frpc_turn_try(struct frpc_turn *turn)
{
	bool has_turn;

	spin_lock(&turn->lock);
	has_turn = !turn->is_taken;
	if (has_turn)
		turn->is_taken = true;
	else
		turn->is_missed = true;
	spin_unlock(&turn->lock);
	return has_turn;
}

/* Is the wait over?  *@ret: 0: the caller has the turn; else the error of a turn. */
static bool turn_comes(struct frpc_turn *turn, u32 nr_failed, int *ret)
{
	bool has_turn = false;

	spin_lock(&turn->lock);
	*ret = turn->nr_failed == nr_failed ? 0 : turn->error;
	if (!*ret && !turn->is_taken) {
		turn->is_taken = true;
		has_turn = true;
	}
	spin_unlock(&turn->lock);
	return has_turn || *ret;
}

/**
 * frpc_turn_take() - wait for the turn
 * @turn: set up before
 *
 * Sleeps.  The wait can be killed, and the task can be frozen in it.
 *
 * Return: 0: the caller has the turn; -EINTR: killed; another error: a turn ended with it
 * meanwhile.
 */
int frpc_turn_take(struct frpc_turn *turn)
{
	u32 nr_failed;
	int ret;

	spin_lock(&turn->lock);
	nr_failed = turn->nr_failed;
	spin_unlock(&turn->lock);
	if (wait_event_state(turn->wait, turn_comes(turn, nr_failed, &ret),
			     (TASK_KILLABLE | TASK_FREEZABLE)))
		return -EINTR;
	return ret;
}

/**
 * frpc_turn_end() - let the next task have the turn
 * @turn: the caller has it
 * @error: 0; else each task that waits now ends with it, so that a DSP that does not answer
 *	   costs all of them one time limit
 *
 * Process context.
 *
 * Return: true if frpc_turn_try() has failed during this turn.
 */
bool frpc_turn_end(struct frpc_turn *turn, int error)
{
	bool is_missed;

	frpc_turn_assert_taken(turn);
	spin_lock(&turn->lock);
	if (error) {
		turn->nr_failed++;
		turn->error = error;
	}
	is_missed = turn->is_missed;
	turn->is_missed = false;
	turn->is_taken = false;
	spin_unlock(&turn->lock);
	wake_up_all(&turn->wait);
	return is_missed;
}
