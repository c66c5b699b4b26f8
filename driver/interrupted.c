// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupted calls: signals while a call is with the DSP, which executes it once.
 *
 * Two calls with equal arguments are not the same call.  An ioctl cannot tell whether the
 * kernel restarts it or the program makes a new one: that depends on the handler that ran,
 * which no driver learns of.  So the driver decides before any handler runs.
 *
 *  - A freezer does not end the wait: the task is frozen where it is.
 *  - A handler without SA_RESTART is pending: the call ends with EINTR, and is given up.
 *    The next call of the program is a new call.
 *  - Any other signal (a stop, a debugger's, a handler with SA_RESTART): -ERESTARTNOINTR.
 *    The kernel restarts the system call, whichever handlers it runs.  The driver keeps the
 *    call until then, and finds it again.  Only a jump out of a handler can come in between,
 *    so only the same thread with the same stack pointer, arguments and bytes of input finds
 *    the call.
 *  - Such a signal, and a dma-buf is among the arguments.  The driver cannot compare its bytes,
 *    so it never keeps this call.  It waits INTERRUPTED_GRACE for the answer; then EINTR.
 *
 * A signal without SA_RESTART that comes after the driver has looked (the process was stopped)
 * counts as one that came right before the call.
 *
 * A thread has one kept call, and its next call ends it.  The driver gives up a result that is
 * not fetched: soon after its thread has ended, after a while if the thread does other things,
 * when there are too many results, and under memory pressure.  A kept call that the DSP has
 * not answered costs as much as one that was given up.
 */
#include <linux/cgroup.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "private.h"

/* Kept calls of a session: as many as it can have with the DSP. */
#define INTERRUPTED_MAX	FRPC_CALLS_MAX

/* How long a signal waits for the end of a call that cannot be kept. */
#define INTERRUPTED_GRACE	HZ

/* How often results are checked, and how long one waits for a running thread. */
#define INTERRUPTED_PERIOD	(2 * HZ)
#define INTERRUPTED_TIME_MAX	(10 * HZ)

#define HASH_STEP	256

/* --- what finds a call -------------------------------------------------------- */

/* False: the bytes cannot be read, or the caller is killed. */
static bool user_bytes_hash(u64 from, u64 len, siphash_key_t *key)
{
	u8 bytes[HASH_STEP];
	u64 step;

	for (; len; len -= step, from += step) {
		step = min_t(u64, len, HASH_STEP);
		if (fatal_signal_pending(current) ||
		    copy_from_user(bytes, u64_to_user_ptr(from), step))
			return false;
		key->key[0] = siphash(bytes, step, key);
		cond_resched();
	}
	return true;
}

/* Of the caller's memory, not of the message, which the DSP can write; each byte once. */
static bool call_hash_inputs(const struct frpc_call *call, u64 *hash)
{
	const struct frpc_message *msg = &call->msg;
	siphash_key_t key = {};
	u32 i;

	for (i = 0; i < msg->nr_ins; i++) {
		u32 skip = frpc_message_skip(msg, i);

		key.key[1] = i;
		if (!user_bytes_hash(msg->args[i].ptr + skip, msg->args[i].len - skip, &key))
			return false;
	}
	*hash = key.key[0];
	return true;
}

static bool call_is_same(const struct frpc_call *call, const struct fastrpc_invoke *invoke,
			 const struct frpc_arg *args)
{
	u64 hash;

	return call->stack == user_stack_pointer(current_pt_regs()) &&
	       call->invoke.handle == invoke->handle && call->invoke.sc == invoke->sc &&
	       call->invoke.args == invoke->args &&
	       !memcmp(call->msg.args, args, call->msg.nr_args * sizeof(*args)) &&
	       call_hash_inputs(call, &hash) && hash == call->inputs_hash;
}

/* --- kept calls; the first functions run with session->lock held --------------- */

static bool call_is_any(const struct frpc_call *call)
{
	return true;
}

static bool call_is_own(const struct frpc_call *call)
{
	lockdep_assert_held(&call->session->lock);

	return call->thread == task_pid(current);
}

static bool call_is_answered(const struct frpc_call *call)
{
	lockdep_assert_held(&call->session->lock);

	return !call->index;
}

/* A stopped thread restarts its call, however late. */
static bool task_is_suspended(struct task_struct *task)
{
	return task_is_stopped_or_traced(task) || cgroup_task_frozen(task);
}

/* Its result is there, and its thread has ended or has not come back for it for a long time. */
static bool call_is_forsaken(const struct frpc_call *call)
{
	struct task_struct *task;
	bool has_left;

	if (!call_is_answered(call))
		return false;
	rcu_read_lock();
	task = pid_task(call->thread, PIDTYPE_PID);
	has_left = !task || task->exit_state ||
		   (time_after(jiffies, call->answered_at + INTERRUPTED_TIME_MAX) &&
		    !task_is_suspended(task));
	rcu_read_unlock();
	return has_left;
}

/* Takes the oldest call that is wanted off the list; NULL: there is none. */
static struct frpc_call *interrupted_remove(struct frpc_session *session,
					    bool (*is_wanted)(const struct frpc_call *call))
{
	struct frpc_call *call, *found = NULL;

	spin_lock_irq(&session->lock);
	list_for_each_entry(call, &session->interrupted, entry) {
		if (!is_wanted(call))
			continue;
		WARN_ON_ONCE(!call->is_kept || !session->nr_interrupted);
		list_del(&call->entry);
		session->nr_interrupted--;
		found = call;
		break;
	}
	spin_unlock_irq(&session->lock);
	return found;
}

static void call_forget_thread(struct frpc_call *call)
{
	WARN_ON_ONCE(!call->thread);
	put_pid(call->thread);
	call->thread = NULL;
}

static void call_give_up(struct frpc_client *client, struct frpc_call *call)
{
	call_forget_thread(call);
	if (!frpc_call_unpark(call, false))
		frpc_invoke_dispose(client, call);
}

/* Gives up all kept calls of a client that ends.  May sleep. */
void frpc_interrupted_give_up(struct frpc_client *client)
{
	struct frpc_call *call;

	while ((call = interrupted_remove(client->session, call_is_any)))
		call_give_up(client, call);
}

/* A kept call has its answer; session->lock held.  Any context. */
void frpc_interrupted_answered(struct frpc_call *call)
{
	lockdep_assert_held(&call->session->lock);

	call->answered_at = jiffies;
	queue_delayed_work(system_freezable_wq, &call->session->end_work, INTERRUPTED_PERIOD);
}

/*
 * Frees the results whose threads have ended or have waited too long, or (for the shrinker)
 * all of them; end_lock is held.
 */
void frpc_interrupted_reap(struct frpc_session *session)
{
	bool reaps_all = xchg(&session->reaps_results, false);
	struct frpc_call *call;

	lockdep_assert_held(&session->end_lock);

	while ((call = interrupted_remove(session,
					  reaps_all ? call_is_answered : call_is_forsaken)))
		call_give_up(session->client, call);
	if (READ_ONCE(session->nr_interrupted))
		queue_delayed_work(system_freezable_wq, &session->end_work, INTERRUPTED_PERIOD);
}

/* Bytes of results that are kept.  Waits for no mutex. */
size_t frpc_interrupted_bytes(struct frpc_session *session)
{
	struct frpc_call *call;
	size_t bytes = 0;

	if (!READ_ONCE(session->nr_interrupted))
		return 0;
	spin_lock_irq(&session->lock);
	list_for_each_entry(call, &session->interrupted, entry)
		if (call_is_answered(call))
			bytes += call->buffer->pages.len;
	spin_unlock_irq(&session->lock);
	return bytes;
}

/* Has a work item give up all results: a shrinker must not wait for that. */
void frpc_interrupted_shrink(struct frpc_session *session)
{
	if (!READ_ONCE(session->nr_interrupted))
		return;
	WRITE_ONCE(session->reaps_results, true);
	frpc_release_queue(session);
}

/* --- the caller ----------------------------------------------------------------- */

/* Is a signal pending whose handler ends the system call with EINTR? */
static bool signal_handler_ends_call(void)
{
	/* current always has one */
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);
	bool is_ended = false;
	sigset_t pending;
	int sig;

	spin_lock_irq(&sighand->siglock);
	sigorsets(&pending, &current->pending.signal, &current->signal->shared_pending.signal);
	sigandnsets(&pending, &pending, &current->blocked);
	for (sig = 1; !is_ended && sig <= _NSIG; sig++) {
		const struct sigaction *action = &sighand->action[sig - 1].sa;

		is_ended = sigismember(&pending, sig) && action->sa_handler != SIG_DFL &&
			   action->sa_handler != SIG_IGN && !(action->sa_flags & SA_RESTART);
	}
	spin_unlock_irq(&sighand->siglock);
	return is_ended;
}

static int call_end_wait(struct frpc_call *call)
{
	return frpc_call_park(call, false) ? -EINTR : 0;
}

static int call_keep(struct frpc_client *client, struct frpc_call *call,
		     const struct fastrpc_invoke *invoke)
{
	struct frpc_session *session = call->session;
	struct frpc_call *old = NULL;

	if (!call_hash_inputs(call, &call->inputs_hash))
		return call_end_wait(call);
	if (READ_ONCE(session->nr_interrupted) >= INTERRUPTED_MAX)
		old = interrupted_remove(session, call_is_any);
	if (old)
		call_give_up(client, old);

	call->thread = get_pid(task_pid(current));
	call->stack = user_stack_pointer(current_pt_regs());
	call->invoke = *invoke;
	if (frpc_call_park(call, true))
		return -ERESTARTNOINTR;
	call_forget_thread(call);
	return 0;
}

/**
 * frpc_interrupted_wait() - wait for the answer to a call
 * @client: that calls
 * @call: registered and sent, or found again
 * @invoke: what the caller asked for
 *
 * Return: 0 it is answered; else the call no longer belongs to the caller: -EINTR it was given
 * up, -ERESTARTNOINTR the kernel restarts the system call.
 */
int frpc_interrupted_wait(struct frpc_client *client, struct frpc_call *call,
			  const struct fastrpc_invoke *invoke)
{
	if (!wait_for_completion_state(&call->done, TASK_INTERRUPTIBLE | TASK_FREEZABLE))
		return 0;
	if (signal_handler_ends_call())
		return call_end_wait(call);
	if (!call->has_maps)
		return call_keep(client, call, invoke);
	if (wait_for_completion_killable_timeout(&call->done, INTERRUPTED_GRACE) > 0)
		return 0;
	return call_end_wait(call);
}

/**
 * frpc_interrupted_find() - find the interrupted call that a system call restarts
 * @client: the caller's
 * @invoke: what the caller asks for
 * @args: its arguments, copied
 *
 * Return: the call, registered or answered, to wait for; NULL: this is a new call.
 */
struct frpc_call *frpc_interrupted_find(struct frpc_client *client,
					const struct fastrpc_invoke *invoke,
					const struct frpc_arg *args)
{
	struct frpc_session *session = client->session;
	struct frpc_call *call;

	call = interrupted_remove(session, call_is_own);
	if (!call)
		return NULL;
	if (!call_is_same(call, invoke, args)) {
		call_give_up(client, call);
		return NULL;
	}
	call_forget_thread(call);
	frpc_call_unpark(call, true);
	return call;
}
