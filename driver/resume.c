// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that a signal interrupted, and that the same system call, made again,
 * finds again: the DSP executes them once.
 *
 * An interrupted call is parked like one that was given up, but keeps its result
 * when it is answered.  It waits on session->interrupted for the thread that made
 * it to come back with the same call: same module, scalars, arguments and bytes of
 * input.  (What was really restarted cannot be told from what a program repeats
 * after EINTR; that one gets the result of its first try as well.)
 *
 * A thread has one such call; its next one takes the place.  What loses its place
 * is given up for good.
 */
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "private.h"

/* Interrupted calls of one session: as many as can be in flight. */
#define INTERRUPTED_MAX	FRPC_INDEX_MAX

#define HASH_STEP	256

/* Of the caller's memory, not of the message, which the DSP can write. */
static bool hash_inputs(const struct frpc_call *call, u64 *hash)
{
	const struct frpc_message *msg = &call->msg;
	siphash_key_t key = {};
	u8 bytes[HASH_STEP];
	u64 at, len;
	u32 i;

	for (i = 0; i < msg->nr_ins; i++) {
		if (!frpc_arg_is_inline(&msg->args[i]))
			continue;
		for (at = 0; at < msg->args[i].len; at += len) {
			len = min_t(u64, msg->args[i].len - at, HASH_STEP);
			if (copy_from_user(bytes, u64_to_user_ptr(msg->args[i].ptr + at), len))
				return false;
			key.key[1] = i;
			key.key[0] = siphash(bytes, len, &key);
		}
	}
	*hash = key.key[0];
	return true;
}

/* Takes the first call of @thread (any, if NULL) off the list; NULL: there is none. */
static struct frpc_call *take(struct frpc_session *session, const struct pid *thread)
{
	struct frpc_call *call, *found = NULL;

	spin_lock_irq(&session->lock);
	list_for_each_entry(call, &session->interrupted, entry) {
		if (thread && call->thread != thread)
			continue;
		list_del(&call->entry);
		session->nr_interrupted--;
		found = call;
		break;
	}
	spin_unlock_irq(&session->lock);
	return found;
}

/* Its thread will not come back for it. */
static void give_up(struct frpc_client *client, struct frpc_call *call)
{
	put_pid(call->thread);
	call->thread = NULL;
	if (!frpc_call_unpark(call, false))
		frpc_invoke_dispose(client, call);
}

/* All interrupted calls of a client that ends.  May sleep. */
void frpc_resume_give_up(struct frpc_client *client)
{
	struct frpc_call *call;

	while ((call = take(client->session, NULL)))
		give_up(client, call);
}

/**
 * frpc_resume_park() - a signal ends the wait for a call
 * @client: whose
 * @call: registered and sent
 * @invoke: what the caller asked for
 *
 * Return: true: the call is no longer the caller's; false: it was answered in
 * the meantime.
 */
bool frpc_resume_park(struct frpc_client *client, struct frpc_call *call,
		      const struct fastrpc_invoke *invoke)
{
	struct frpc_session *session = call->session;
	struct frpc_call *old;

	if (fatal_signal_pending(current) || !hash_inputs(call, &call->inputs_hash))
		return frpc_call_park(call, false);
	old = take(session, task_pid(current));
	if (!old && READ_ONCE(session->nr_interrupted) >= INTERRUPTED_MAX)
		old = take(session, NULL);
	if (old)
		give_up(client, old);

	call->thread = get_pid(task_pid(current));
	call->invoke = *invoke;
	if (frpc_call_park(call, true))
		return true;
	put_pid(call->thread);
	call->thread = NULL;
	return false;
}

static bool is_same(const struct frpc_call *call, const struct fastrpc_invoke *invoke,
		    const struct frpc_arg *args)
{
	return call->invoke.handle == invoke->handle && call->invoke.sc == invoke->sc &&
	       call->invoke.args == invoke->args &&
	       !memcmp(call->msg.args, args, call->msg.nr_args * sizeof(*args));
}

/**
 * frpc_resume_find() - has this call been made already, and interrupted?
 * @client: the caller's
 * @invoke: what the caller asks for
 * @args: its arguments, copied
 *
 * Return: that call, registered or answered, to be waited for; NULL: there is none.
 */
struct frpc_call *frpc_resume_find(struct frpc_client *client,
				   const struct fastrpc_invoke *invoke,
				   const struct frpc_arg *args)
{
	struct frpc_session *session = client->session;
	struct frpc_call *call;
	u64 hash;

	if (!READ_ONCE(session->nr_interrupted))
		return NULL;
	call = take(session, task_pid(current));
	if (!call)
		return NULL;
	if (!is_same(call, invoke, args) || !hash_inputs(call, &hash) ||
	    hash != call->inputs_hash) {
		give_up(client, call);
		return NULL;
	}
	put_pid(call->thread);
	call->thread = NULL;
	frpc_call_unpark(call, true);
	return call;
}
