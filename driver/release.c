// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release: how a session comes back after its client's file was closed.
 *
 * The driver tells the DSP once (RELEASE), and the session is free when the DSP has answered,
 * however late.  It sends no second RELEASE while the first is in flight: the DSP could
 * execute it when the next client has the client id.  If a RELEASE cannot be sent, a work
 * item tries again until the context bank or the DSP ends.  The RELEASE's call, message and
 * place in the call table exist from the time when the client takes the session, so that
 * other clients cannot exhaust them.
 *
 * What the DSP's answer says of the client's memory:
 *  - success: all of it is free, also that of the client's unanswered calls;
 *  - an error, and no protection domain had taken the client in: the DSP has only the client's
 *    calls, which it will answer;
 *  - any other error: if mappings are left the DSP keeps them, and no other client gets the
 *    session until the context bank or the DSP ends.
 *
 * session->end_work also disposes of calls that were given up, after the DSP has answered:
 * the receive path cannot free memory or look up what an answer returns.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "private.h"

/* Between two tries to send a RELEASE. */
#define RELEASE_REST	HZ

/* What belongs to a state.  Both locks of the session are held. */
static void session_check_state(struct frpc_session *session)
{
	bool is_free = session->state == FRPC_SESSION_FREE;

	lockdep_assert_held(&session->end_lock);
	lockdep_assert_held(&session->lock);

	WARN_ON_ONCE(session->client && session->state != FRPC_SESSION_OWNED);
	WARN_ON_ONCE(is_free == !!session->release);
	WARN_ON_ONCE(is_free && !list_empty(&session->left_mappings));
	FRPC_DEBUG_WARN_ON(list_count_nodes(&session->interrupted) != session->nr_interrupted);
}

static void release_step(struct frpc_session *session, enum frpc_session_event event)
{
	bool is_free;

	spin_lock_irq(&session->lock);
	WARN_ON_ONCE(!frpc_session_step(&session->state, event));
	session_check_state(session);
	is_free = session->state == FRPC_SESSION_FREE;
	if (is_free)
		session->nr_ends++;
	spin_unlock_irq(&session->lock);
	if (is_free)
		wake_up_all(&session->end_wait);
}

/* Disposes of calls that were given up and answered since; session->end_lock is held. */
static void release_dispose(struct frpc_session *session)
{
	struct frpc_call *call, *next;
	LIST_HEAD(answered);

	lockdep_assert_held(&session->end_lock);

	spin_lock_irq(&session->lock);
	list_splice_init(&session->answered, &answered);
	spin_unlock_irq(&session->lock);
	list_for_each_entry_safe(call, next, &answered, entry)
		frpc_invoke_dispose(session->client, call);
}

/* Keeps the buffer for the next client's RELEASE, which saves an allocation and a mapping. */
static void release_retire(struct frpc_session *session)
{
	lockdep_assert_held(&session->end_lock);

	/* an unmapped buffer belonged to another context bank */
	if (READ_ONCE(session->release->buffer->is_mapped))
		swap(session->release_buffer, session->release->buffer);
	/* the end of the bank may have ended it */
	frpc_call_unregister(session->release);
	frpc_call_put(session->release);
	session->release = NULL;
}

/* Frees what is left of the client; @event makes the session free. */
static void release_finish(struct frpc_session *session, enum frpc_session_event event)
{
	/* only the end of the bank leaves parked calls, which end with it */
	WARN_ON_ONCE(READ_ONCE(session->nr_parked) && event != FRPC_SESSION_END);
	/* the last answers may return handles of this client, not of the next one */
	release_dispose(session);
	frpc_mappings_reclaim(session);
	release_retire(session);
	frpc_session_drain(session);
	release_step(session, event);
}

static void release_send(struct frpc_session *session)
{
	release_step(session, FRPC_SESSION_SEND);
	if (!frpc_request_release(session->release, session->left_pd))
		return;
	release_step(session, FRPC_SESSION_UNSENT);
	wake_up_all(&session->end_wait);
	if (READ_ONCE(session->is_alive))
		mod_delayed_work(system_freezable_wq, &session->end_work, RELEASE_REST);
}

/* Reads the answer to the RELEASE.  If the DSP has ended, bank_end() does the rest. */
static void release_learn(struct frpc_session *session)
{
	enum frpc_outcome outcome = frpc_invoke_end(session->release).outcome;

	if (outcome != FRPC_DONE && outcome != FRPC_REFUSED)
		return;
	if (outcome == FRPC_DONE) {
		frpc_calls_reclaim(session);
		release_dispose(session);
	} else if (session->has_left_pd && !list_empty(&session->left_mappings)) {
		session->has_kept_memory = true;
		release_step(session, FRPC_SESSION_REFUSED);
	}
	WRITE_ONCE(session->is_released, true);
	wake_up_all(&session->end_wait);
}

/* Takes all steps that are possible now after a client left; session->end_lock is held. */
static void release_advance(struct frpc_session *session)
{
	lockdep_assert_held(&session->end_lock);

	if (session->state == FRPC_SESSION_LEFT && !session->has_kept_memory)
		release_send(session);
	if (session->state == FRPC_SESSION_RELEASING && !session->is_released &&
	    completion_done(&session->release->done))
		release_learn(session);
	if (session->state == FRPC_SESSION_RELEASING && session->is_released &&
	    !READ_ONCE(session->nr_parked))
		release_finish(session, FRPC_SESSION_ANSWERED);
}

static void release_work(struct work_struct *work)
{
	struct frpc_session *session = container_of(to_delayed_work(work), struct frpc_session,
						    end_work);

	mutex_lock(&session->end_lock);
	frpc_interrupted_reap(session);
	release_dispose(session);
	release_advance(session);
	mutex_unlock(&session->end_lock);
}

void frpc_release_setup(struct frpc_session *session)
{
	mutex_init(&session->end_lock);
	INIT_DELAYED_WORK(&session->end_work, release_work);
	init_waitqueue_head(&session->end_wait);
	INIT_LIST_HEAD(&session->answered);
	INIT_LIST_HEAD(&session->left_mappings);
}

/**
 * frpc_release_prepare() - allocate what the end of a new client will need
 * @session: has just been taken; its end_lock is held
 *
 * May sleep.
 *
 * Return: 0; -ENOMEM; -EPIPE the context bank is gone.
 */
int frpc_release_prepare(struct frpc_session *session)
{
	struct frpc_call *call = frpc_call_get(session, FRPC_CALL_RELEASE,
					       DSP_SCALARS(DSP_INIT_RELEASE, 1, 0));

	lockdep_assert_held(&session->end_lock);
	WARN_ON_ONCE(session->client || session->release);

	if (!call)
		return -ENOMEM;
	if (!session->release_buffer) {
		struct frpc_buffer *buffer = frpc_buffer_get(session, PAGE_SIZE, false);

		if (IS_ERR(buffer)) {
			frpc_call_put(call);
			return PTR_ERR(buffer);
		}
		session->release_buffer = buffer;
	}
	swap(session->release_buffer, call->buffer);
	session->release = call;
	session->is_released = false;
	session->has_kept_memory = false;
	return 0;
}

/* Moves the client's mappings to the session, and takes the session from the client. */
static void release_leave(struct frpc_client *client)
{
	struct frpc_session *session = client->session;
	enum frpc_session_event event = FRPC_SESSION_LEAVE;

	lockdep_assert_held(&session->end_lock);
	WARN_ON_ONCE(session->client != client);

	session->client = NULL;
	session->left_pd = client->pd;
	session->has_left_pd = client->has_joined;
	frpc_mappings_leave(client);
	if (!client->is_known)
		event = FRPC_SESSION_DROP;
	else if (!READ_ONCE(session->is_alive))
		event = FRPC_SESSION_END;
	if (event == FRPC_SESSION_LEAVE)
		release_step(session, event);
	else
		release_finish(session, event);
}

/* Is the session free, or can only a late answer free it? */
static bool release_is_over(struct frpc_session *session, u32 nr_ends)
{
	bool is_over;

	spin_lock_irq(&session->lock);
	is_over = session->nr_ends != nr_ends || session->state != FRPC_SESSION_RELEASING ||
		  (READ_ONCE(session->is_released) && session->nr_parked);
	spin_unlock_irq(&session->lock);
	return is_over;
}

/* Waits until release_is_over(), for FRPC_TIMEOUT_MS at most. */
static void release_wait(struct frpc_session *session, u32 nr_ends)
{
	/* wait queues have no wait with a time limit in which a task can be frozen */
	(void)___wait_event(session->end_wait,
			    ___wait_cond_timeout(release_is_over(session, nr_ends)),
			    (TASK_UNINTERRUPTIBLE | TASK_FREEZABLE), 0,
			    msecs_to_jiffies(FRPC_TIMEOUT_MS), __ret = schedule_timeout(__ret));
}

/**
 * frpc_release_client() - a client ends
 * @client: has no other user; it may have no session
 *
 * Waits for the DSP, FRPC_TIMEOUT_MS at most.  Steps that are still missing then follow
 * when the DSP answers or ends.
 */
void frpc_release_client(struct frpc_client *client)
{
	struct frpc_session *session = client->session;
	u32 nr_ends;

	if (!session)
		return;
	frpc_interrupted_give_up(client);
	mutex_lock(&session->end_lock);
	nr_ends = session->nr_ends;
	release_leave(client);
	release_advance(session);
	mutex_unlock(&session->end_lock);
	release_wait(session, nr_ends);
}

/**
 * frpc_release_end() - the context bank goes, and the DSP can no longer reach its memory
 * @session: its calls have ended, and its memory is unmapped
 *
 * Sleeps.  A client that has the session keeps it, but can make no more calls.
 */
void frpc_release_end(struct frpc_session *session)
{
	WARN_ON_ONCE(READ_ONCE(session->is_alive));
	mutex_lock(&session->end_lock);
	WRITE_ONCE(session->reaps_results, true);
	frpc_interrupted_reap(session);
	release_dispose(session);
	if (session->state == FRPC_SESSION_LEFT || session->state == FRPC_SESSION_RELEASING)
		release_finish(session, FRPC_SESSION_END);
	if (session->release_buffer)
		frpc_buffer_free(session->release_buffer);
	session->release_buffer = NULL;
	mutex_unlock(&session->end_lock);
	cancel_delayed_work_sync(&session->end_work);
}

/* Runs session->end_work.  Any context. */
void frpc_release_queue(struct frpc_session *session)
{
	mod_delayed_work(system_freezable_wq, &session->end_work, 0);
}
