// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls in flight: how a response finds its caller, and who owns a call when.
 *
 *  - A caller gets a call, registers it, sends, waits, puts it.
 *  - A response ends it: the receive path takes the call out of its slot, under
 *    the slot's lock.  A second response finds an empty slot.  The call keeps its index
 *    until the caller frees it.
 *  - A caller that stops waiting parks the call instead: the DSP keeps index,
 *    cookie and buffer until it answers, releases the client, or goes.  Then
 *    session->end_work disposes of the call (release.c).  An interrupted call whose
 *    result is still wanted (interrupted.c) only loses its index then.
 *
 * No client can take the table from others.  A session always has FRPC_CALLS_EACH places and
 * never more than FRPC_CALLS_MAX; the additional ones come out of FRPC_CALLS_COMMON, which
 * all sessions share.  The last places of the table are for the RELEASE of each session.
 *
 * The search for an index uses atomic bit operations, and each slot has its own
 * lock, so calls of different sessions share no lock.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "private.h"
#include "trace.h"

/* Most calls have few arguments: room for these comes with every call. */
#define CALL_ARGS_MIN	16

void frpc_call_table_setup(struct frpc_call_table *table)
{
	size_t i;

	for (i = 0; i <= FRPC_INDEX_MAX; i++)
		spin_lock_init(&table->slots[i].lock);
	/* never handed out: a cookie of zero bits would look like no cookie */
	__set_bit(0, table->used);
	/* late answers to calls of an earlier channel must match no cookie */
	atomic64_set(&table->sequence, get_random_u64() >> 17);
}

static void call_destroy(struct frpc_call *call)
{
	kvfree(call->msg.args);
	kfree(call);
}

static int call_make_room(struct frpc_call *call, u32 nr_args)
{
	u32 capacity = max_t(u32, nr_args, CALL_ARGS_MIN);
	struct frpc_message *msg = &call->msg;
	const size_t arg_bytes = sizeof(*msg->args) + sizeof(*msg->places) + sizeof(*call->maps) +
				 sizeof(*msg->offsets) + sizeof(*msg->skips) +
				 sizeof(*msg->order);
	struct frpc_arg *args;

	if (call->capacity >= capacity)
		return 0;
	args = kvmalloc_array(capacity, arg_bytes, GFP_KERNEL_ACCOUNT);
	if (!args)
		return -ENOMEM;
	kvfree(msg->args);
	msg->args = args;
	msg->places = (struct frpc_place *)(args + capacity);
	call->maps = (struct frpc_map **)(msg->places + capacity);
	msg->offsets = (u32 *)(call->maps + capacity);
	msg->skips = msg->offsets + capacity;
	msg->order = (u16 *)(msg->skips + capacity);
	call->capacity = capacity;
	return 0;
}

/* An idle call, and with it an idle page for its message, if the session has them. */
static struct frpc_call *call_pool_take(struct frpc_session *session, enum frpc_call_kind kind)
{
	struct frpc_call *call;

	spin_lock_irq(&session->lock);
	call = session->free_calls;
	if (call) {
		session->free_calls = call->next_free;
		/* a RELEASE brings its own */
		if (kind != FRPC_CALL_RELEASE)
			call->buffer = frpc_buffer_get_page(session, kind == FRPC_CALL_USER);
	}
	spin_unlock_irq(&session->lock);
	return call;
}

/**
 * frpc_call_get() - an idle call with room for the arguments of @sc
 * @session: owned by the caller's client, or any for a question
 * @kind: in whose name it is
 * @sc: scalars
 *
 * The arguments are the caller's to fill in; it may have a buffer, see frpc_call_get_buffer().
 * May sleep.
 *
 * Return: the call, to be put or parked; NULL: no memory.
 */
struct frpc_call *frpc_call_get(struct frpc_session *session, enum frpc_call_kind kind, u32 sc)
{
	struct frpc_call *call = call_pool_take(session, kind);

	if (!call) {
		call = kzalloc_obj(*call, GFP_KERNEL_ACCOUNT);
		if (!call)
			return NULL;
		call->session = session;
		init_completion(&call->done);
	}
	frpc_message_init(&call->msg, sc);
	call->kind = kind;
	call->is_parked = false;
	call->is_kept = false;
	call->is_gone = false;
	call->retval = 0;
	if (call_make_room(call, call->msg.nr_args)) {
		frpc_call_put(call);
		return NULL;
	}
	return call;
}

static void call_put_buffer(struct frpc_call *call)
{
	struct frpc_session *session = call->session;
	struct frpc_buffer *buffer = call->buffer;
	bool is_kept;

	call->buffer = NULL;
	spin_lock_irq(&session->lock);
	is_kept = frpc_buffer_put(buffer);
	spin_unlock_irq(&session->lock);
	if (!is_kept)
		frpc_buffer_free(buffer);
}

/**
 * frpc_call_get_buffer() - memory for the message of a call
 * @call: the caller's; its message is laid out
 *
 * The call keeps the buffer that it has if the message fits into it.  May sleep.
 *
 * Return: 0; errors of frpc_buffer_get().
 */
int frpc_call_get_buffer(struct frpc_call *call)
{
	struct frpc_buffer *buffer = call->buffer;

	if (buffer && call->msg.len <= buffer->pages.len)
		return 0;
	if (buffer)
		call_put_buffer(call);
	buffer = frpc_buffer_get(call->session, PAGE_ALIGN(call->msg.len),
				 call->kind == FRPC_CALL_USER);
	if (IS_ERR(buffer))
		return PTR_ERR(buffer);
	call->buffer = buffer;
	return 0;
}

/**
 * frpc_call_map() - map the dma-buf of an argument
 * @call: the caller's; it uses the map until it ends
 * @i: number of a mapped argument
 *
 * May sleep.
 *
 * Return: 0; errors of frpc_map_get().
 */
int frpc_call_map(struct frpc_call *call, u32 i)
{
	struct frpc_message *msg = &call->msg;
	struct frpc_map *map;

	if (!call->has_maps) {
		memset(call->maps, 0, msg->nr_args * sizeof(*call->maps));
		call->has_maps = true;
	}
	map = frpc_map_get(call->session, msg->args[i].fd);
	if (IS_ERR(map))
		return PTR_ERR(map);
	call->maps[i] = map;
	return 0;
}

/* Did it end because there will be no answer?  Then the DSP may still execute it. */
static bool call_is_abandoned(const struct frpc_call *call)
{
	const struct frpc_session *session = call->session;

	return call->is_gone &&
	       !(READ_ONCE(session->is_alive) && READ_ONCE(session->channel->is_alive));
}

static void call_put_maps(struct frpc_call *call)
{
	bool is_left = call_is_abandoned(call);
	u32 i;

	lockdep_assert_held(&call->session->lock);

	for (i = 0; call->has_maps && i < call->msg.nr_args; i++) {
		if (!call->maps[i])
			continue;
		call->maps[i]->is_left |= is_left;
		frpc_map_put_locked(call->maps[i]);
	}
	call->has_maps = false;
}

/* Ends the use of a call that is not registered.  May sleep. */
void frpc_call_put(struct frpc_call *call)
{
	struct frpc_session *session = call->session;
	struct frpc_buffer *buffer = call->buffer;

	FRPC_DEBUG_WARN_ON(call->index);
	call->buffer = NULL;
	spin_lock_irq(&session->lock);
	if (buffer && frpc_buffer_put(buffer))
		buffer = NULL;
	call_put_maps(call);
	call->next_free = session->free_calls;
	session->free_calls = call;
	spin_unlock_irq(&session->lock);
	if (buffer)
		frpc_buffer_free(buffer);
}

/* A parked call has its answer: keeps the result, or has the call disposed of. */
static bool call_end_parked(struct frpc_call *call)
{
	struct frpc_session *session = call->session;
	unsigned long flags;
	bool is_kept;

	spin_lock_irqsave(&session->lock, flags);
	WARN_ON_ONCE(call->kind != FRPC_CALL_QUESTION && !session->nr_parked);
	if (call->kind != FRPC_CALL_QUESTION)
		session->nr_parked--;
	call->index = 0;
	is_kept = call->is_kept;
	if (is_kept) {
		frpc_interrupted_answered(call);
		complete(&call->done);
	} else {
		list_add_tail(&call->entry, &session->answered);
	}
	spin_unlock_irqrestore(&session->lock, flags);
	return is_kept;
}

/* Frees all idle calls of a session. */
void frpc_calls_drain(struct frpc_session *session)
{
	struct frpc_call *call, *next;

	spin_lock_irq(&session->lock);
	call = session->free_calls;
	session->free_calls = NULL;
	spin_unlock_irq(&session->lock);

	for (; call; call = next) {
		next = call->next_free;
		call_destroy(call);
	}
}

static u32 table_next_free_index(struct frpc_call_table *table, u32 start)
{
	const u32 end = FRPC_INDEX_SHARED_MAX + 1;
	u32 index = find_next_zero_bit(table->used, end, start);

	return index < end ? index : find_next_zero_bit(table->used, end, FRPC_INDEX_MIN);
}

static void call_put_share(struct frpc_call *call)
{
	struct frpc_session *session = call->session;
	struct frpc_call_table *table = &session->channel->table;

	if (call->kind == FRPC_CALL_QUESTION ||
	    atomic_dec_return(&session->nr_calls) >= FRPC_CALLS_EACH)
		atomic_dec(&table->nr_common);
}

/* Takes one of the session's own places, or one that all sessions share; false: none is left. */
static bool call_take_share(struct frpc_call *call)
{
	struct frpc_session *session = call->session;
	struct frpc_call_table *table = &session->channel->table;
	int nr_calls = 0;

	if (call->kind != FRPC_CALL_QUESTION) {
		nr_calls = atomic_inc_return(&session->nr_calls);
		if (nr_calls <= FRPC_CALLS_EACH)
			return true;
	}
	if (atomic_inc_return(&table->nr_common) <= FRPC_CALLS_COMMON &&
	    nr_calls <= FRPC_CALLS_MAX)
		return true;
	call_put_share(call);
	return false;
}

/* The search begins at a place of @sequence's, so an index is used again late. */
static int call_take_index(struct frpc_call *call, u64 sequence)
{
	struct frpc_call_table *table = &call->session->channel->table;
	u32 index = (u32)sequence % FRPC_INDEX_SHARED_MAX + FRPC_INDEX_MIN;

	if (call->kind == FRPC_CALL_RELEASE)
		return FRPC_INDEX_SHARED_MAX + frpc_session_client_id(call->session);
	if (!call_take_share(call))
		return -ENOSPC;
	while (test_and_set_bit_lock(index, table->used)) {
		index = table_next_free_index(table, index);
		if (index > FRPC_INDEX_SHARED_MAX) {
			call_put_share(call);
			return -ENOSPC;
		}
	}
	return index;
}

static void call_put_index(struct frpc_call *call, u32 index)
{
	if (call->kind == FRPC_CALL_RELEASE)
		return;
	clear_bit_unlock(index, call->session->channel->table.used);
	call_put_share(call);
}

/**
 * frpc_call_register() - make a call findable for its response
 * @call: with its buffer filled
 * @pd: protection domain the request is for
 * @cookie: result, to be sent
 *
 * Return: 0; -ENOSPC if the session has as many calls with the DSP as it may have.
 */
int frpc_call_register(struct frpc_call *call, u32 pd, u64 *cookie)
{
	struct frpc_call_table *table = &call->session->channel->table;
	u64 sequence = atomic64_inc_return(&table->sequence);
	struct frpc_call_slot *slot;
	int index;

	index = call_take_index(call, sequence);
	if (index < 0)
		return index;

	*cookie = frpc_cookie(pd, index, sequence);
	call->index = index;
	/* a RELEASE that is sent again may have got an answer before it was sent */
	call->is_gone = false;
	reinit_completion(&call->done);
	/* the slot is empty, and only the owner of its index fills it: no lock is needed */
	slot = &table->slots[index];
	FRPC_DEBUG_WARN_ON(slot->call);
	slot->cookie = *cookie;
	/* a response that finds the call finds the cookie too */
	smp_store_release(&slot->call, call);
	return 0;
}

/**
 * frpc_call_withdraw() - from now on no response finds the call
 * @call: registered; its caller has not waited for a response
 */
void frpc_call_withdraw(struct frpc_call *call)
{
	struct frpc_call_slot *slot = &call->session->channel->table.slots[call->index];

	spin_lock_irq(&slot->lock);
	WARN_ON_ONCE(slot->call && slot->call != call);
	slot->call = NULL;
	spin_unlock_irq(&slot->lock);
}

/**
 * frpc_call_unregister() - a call gives its place in the table back
 * @call: has ended, or is withdrawn; one that ended while parked has no place any more
 */
void frpc_call_unregister(struct frpc_call *call)
{
	if (!call->index)
		return;
	call_put_index(call, call->index);
	call->index = 0;
}

/**
 * frpc_call_park() - leave a call that the DSP may still work on
 * @call: registered and sent
 * @is_kept: goes to session->interrupted, and keeps its result; else it is given up
 *
 * Return: true: the call no longer belongs to the caller; false: it was answered
 * in the meantime, and the caller goes on as after a complete wait.
 */
bool frpc_call_park(struct frpc_call *call, bool is_kept)
{
	struct frpc_session *session = call->session;
	struct frpc_call_slot *slot = &session->channel->table.slots[call->index];
	bool is_pending;

	spin_lock_irq(&slot->lock);
	is_pending = slot->call == call;
	if (is_pending) {
		WARN_ON_ONCE(call->is_parked);
		call->is_parked = true;
		spin_lock(&session->lock);
		if (call->kind != FRPC_CALL_QUESTION)
			session->nr_parked++;
		call->is_kept = is_kept;
		if (is_kept) {
			list_add_tail(&call->entry, &session->interrupted);
			session->nr_interrupted++;
		}
		spin_unlock(&session->lock);
	}
	spin_unlock_irq(&slot->lock);
	return is_pending;
}

/**
 * frpc_call_unpark() - go on with a kept call, or give it up
 * @call: kept, and taken off session->interrupted
 * @is_found_again: the caller goes on with it, for either return value; else gives it up
 *
 * Return: true: the DSP has not answered yet; a call that is given up is disposed of
 * when it does.  false: the DSP has answered, and the call belongs to the caller.
 */
bool frpc_call_unpark(struct frpc_call *call, bool is_found_again)
{
	struct frpc_session *session = call->session;
	struct frpc_call_slot *slot;
	bool is_pending;

	slot = &session->channel->table.slots[READ_ONCE(call->index)];
	/* the slot may belong to another call by now: compare before any other use */
	spin_lock_irq(&slot->lock);
	is_pending = READ_ONCE(slot->call) == call;
	if (is_pending) {
		call->is_parked = !is_found_again;
		spin_lock(&session->lock);
		call->is_kept = false;
		session->nr_parked -= is_found_again;
		spin_unlock(&session->lock);
	}
	spin_unlock_irq(&slot->lock);
	return is_pending;
}

/* Takes the call out of its slot and tells its owner; slot->lock held. */
static void slot_end_call(struct frpc_call_table *table, struct frpc_call_slot *slot)
{
	struct frpc_call *call = slot->call;
	struct frpc_session *session = call->session;
	bool is_release = call->kind == FRPC_CALL_RELEASE;
	bool is_kept;

	lockdep_assert_held(&slot->lock);

	slot->call = NULL;
	if (!call->is_parked) {
		/* the caller may free the call after this, and its place may have another one */
		complete(&call->done);
		if (is_release)
			frpc_release_queue(session);
		return;
	}
	/* the thread that wants a kept call may free it after this */
	call_put_index(call, slot - table->slots);
	is_kept = call_end_parked(call);
	if (!is_kept)
		frpc_release_queue(session);
}

/**
 * frpc_call_answer() - a response has come in
 * @channel: it came on; the caller is inside RCU
 * @rsp: parsed, not trusted: stale, repeated and made-up ones find no call
 *
 * Any context.
 */
void frpc_call_answer(struct frpc_channel *channel, const struct frpc_response *rsp)
{
	struct frpc_call_table *table = &channel->table;
	struct frpc_call_slot *slot = &table->slots[frpc_cookie_index(rsp->cookie)];
	struct frpc_call *call;
	unsigned long flags;

	spin_lock_irqsave(&slot->lock, flags);
	/* pairs with frpc_call_register() */
	call = smp_load_acquire(&slot->call);
	if (call && slot->cookie == rsp->cookie) {
		trace_frpc_call_answered(channel, rsp);
		call->retval = rsp->retval;
		slot_end_call(table, slot);
	}
	spin_unlock_irqrestore(&slot->lock, flags);
}

/* Does the release of its client end this call? */
static bool call_is_of_released(const struct frpc_call *call)
{
	return call->is_parked && call->kind != FRPC_CALL_QUESTION;
}

static void channel_end_calls(struct frpc_channel *channel, struct frpc_session *session,
			      bool only_released)
{
	struct frpc_call_table *table = &channel->table;
	u32 i;

	for (i = FRPC_INDEX_MIN; i <= FRPC_INDEX_MAX; i++) {
		struct frpc_call_slot *slot = &table->slots[i];
		struct frpc_call *call;

		spin_lock_irq(&slot->lock);
		/* pairs with frpc_call_register() */
		call = smp_load_acquire(&slot->call);
		if (call && (!session || call->session == session) &&
		    (!only_released || call_is_of_released(call))) {
			call->is_gone = true;
			slot_end_call(table, slot);
		}
		spin_unlock_irq(&slot->lock);
	}
}

/* Ends all calls of the channel, or (@session) of one session: no more answers will come. */
void frpc_calls_end(struct frpc_channel *channel, struct frpc_session *session)
{
	channel_end_calls(channel, session, false);
}

/* The DSP has released the client of @session: ends the client's parked calls. */
void frpc_calls_reclaim(struct frpc_session *session)
{
	channel_end_calls(session->channel, session, true);
}
