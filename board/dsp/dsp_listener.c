// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listener: how a process on the DSP calls its host.
 *
 * FastRPC has no message for that.  A thread of the host asks "what next?"
 * (next2) and that call is not answered before the DSP wants something.  The
 * answer carries the call; the host's next "what next?" carries its result.
 * The arguments are packed into one buffer, and a host whose buffer is too small
 * fetches them with a call of its own (get_in_bufs2).
 *
 * Two sets of handles do the same: the old one (3) and the one that newer
 * libraries try first (7).
 *
 * Everything here is under calls_lock.  A listener is found by who calls; it is
 * made by its first "what next?" and goes with its client.  A reverse call belongs to the
 * one that waits for it, and is on a list of the listener until it is done.
 */
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

#define NEXT_IN_BYTES	16	/* u32 context, s32 result, u32 bytes of results, u32 room */
#define NEXT_OUT_BYTES	16	/* u32 context, u32 handle, u32 scalars, u32 bytes wanted */
#define FETCH_IN_BYTES	12	/* u32 context, u32 offset, u32 room */

struct dsp_listener {
	struct list_head node;
	struct dsp_caller who;
	bool ended;
	struct dsp_request *next;	/* the "what next?" that waits */
	struct list_head waiting;	/* reverse calls the host does not know of */
	struct list_head taken;		/* those it works on */
};

/* Some drivers give the sessions of one program one client id: they differ in the bank. */
struct dsp_caller dsp_caller_of(const struct dsp_request *req)
{
	return (struct dsp_caller) {
		.client = req->client,
		.pd = req->ctx & CTX_PD_MASK,
		.session = wire_u64(req->msg, REQ_ADDR) >> req->dsp->session_shift,
	};
}

static struct dsp_listener *listener_find(struct dsp *dsp, const struct dsp_caller *who)
{
	struct dsp_listener *l;

	lockdep_assert_held(&dsp->calls_lock);
	list_for_each_entry(l, &dsp->listeners, node)
		if (l->who.client == who->client && l->who.pd == who->pd &&
		    l->who.session == who->session)
			return l;
	return NULL;
}

static struct dsp_listener *listener_of(struct dsp_request *req)
{
	struct dsp_caller who = dsp_caller_of(req);

	return listener_find(req->dsp, &who);
}

static s32 listener_make(struct dsp_request *req)
{
	struct dsp_listener *l, *mine = kzalloc(sizeof(*mine), GFP_KERNEL);
	struct dsp *dsp = req->dsp;
	bool busy;

	if (!mine)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	mine->who = dsp_caller_of(req);
	INIT_LIST_HEAD(&mine->waiting);
	INIT_LIST_HEAD(&mine->taken);
	spin_lock(&dsp->calls_lock);
	l = listener_of(req);
	if (!l) {
		list_add(&mine->node, &dsp->listeners);
		l = mine;
		mine = NULL;
	}
	busy = l->next;
	spin_unlock(&dsp->calls_lock);
	kfree(mine);
	return busy ? dsp_call_refuse(req, DSP_E_BADSTATE, "two threads listen") : 0;
}

static struct dsp_reverse *listener_taken(struct dsp_listener *l, u32 ctx)
{
	struct dsp_reverse *r;

	list_for_each_entry(r, &l->taken, node)
		if (r->ctx == ctx)
			return r;
	return NULL;
}

static void reverse_done(struct dsp *dsp, struct dsp_reverse *r, s32 result)
{
	list_del_init(&r->node);
	r->result = result;
	r->done = true;
	wake_up_all(&dsp->counters);
}

/* What the host says of the call before; its results follow packed, or not at all. */
static void listener_result(struct dsp_request *req)
{
	u32 ctx = wire_u32(req->args[0].data, 0);
	struct dsp *dsp = req->dsp;
	struct dsp_reverse *r = NULL;
	struct dsp_listener *l;

	spin_lock(&dsp->calls_lock);
	l = listener_of(req);
	if (l && ctx)
		r = listener_taken(l, ctx);
	if (r) {
		/* The request has no more use for them. */
		r->out = req->args[1].data;
		r->out_len = req->args[1].len;
		req->args[1].data = NULL;
		reverse_done(dsp, r, wire_s32(req->args[0].data, 4));
	}
	spin_unlock(&dsp->calls_lock);
}

static s32 listener_next(struct dsp_request *req)
{
	s32 ret;

	ret = dsp_call_shape(req, 2, 2);
	if (ret)
		return ret;
	if (req->args[0].len != NEXT_IN_BYTES || req->args[2].len != NEXT_OUT_BYTES)
		return dsp_call_violation(req, "next2: bad argument lengths");
	if (wire_u32(req->args[0].data, 8) != req->args[1].len)
		return dsp_call_violation(req, "next2: results of another length than said");
	if (wire_u32(req->args[0].data, 12) != req->args[3].len)
		return dsp_call_violation(req, "next2: another room for arguments than said");
	ret = dsp_call_result(req, 2);
	if (ret)
		return ret;
	ret = dsp_call_result(req, 3);
	if (ret)
		return ret;
	ret = listener_make(req);
	if (ret)
		return ret;
	listener_result(req);
	req->listens = true;
	return 0;
}

/*
 * Give the host its next call.  False: there is none yet, so the request has to
 * wait; the thread that makes one queues its work again.
 */
bool dsp_listener_take(struct dsp_request *req)
{
	struct dsp_listener *l = listener_of(req);
	struct dsp_reverse *r;
	u8 *out;

	lockdep_assert_held(&req->dsp->calls_lock);
	if (!l || l->ended || req->disowned) {
		req->retval = DSP_E_BADSTATE;
		req->listens = false;
		return true;
	}
	if (list_empty(&l->waiting)) {
		l->next = req;
		return false;
	}
	r = list_first_entry(&l->waiting, struct dsp_reverse, node);
	list_move_tail(&r->node, &l->taken);
	out = req->args[2].data;
	put_unaligned_le32(r->ctx, out);
	put_unaligned_le32(r->handle, out + 4);
	put_unaligned_le32(r->sc, out + 8);
	put_unaligned_le32(r->in_len, out + 12);
	memcpy(req->args[3].data, r->in, min(req->args[3].len, r->in_len));
	req->listens = false;
	return true;
}

/* The arguments of a call that did not fit: from an offset on, as much as fits. */
static s32 listener_fetch(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;
	struct dsp_reverse *r = NULL;
	struct dsp_listener *l;
	u32 ctx, offset;
	s32 ret;

	ret = dsp_call_shape(req, 1, 2);
	if (ret)
		return ret;
	if (req->args[0].len != FETCH_IN_BYTES || req->args[1].len != 4 ||
	    wire_u32(req->args[0].data, 8) != req->args[2].len)
		return dsp_call_violation(req, "get_in_bufs2: bad argument lengths");
	ret = dsp_call_result(req, 1);
	if (ret)
		return ret;
	ret = dsp_call_result(req, 2);
	if (ret)
		return ret;
	ctx = wire_u32(req->args[0].data, 0);
	offset = wire_u32(req->args[0].data, 4);
	spin_lock(&dsp->calls_lock);
	l = listener_of(req);
	if (l)
		r = listener_taken(l, ctx);
	if (r && offset <= r->in_len) {
		put_unaligned_le32(r->in_len, req->args[1].data);
		memcpy(req->args[2].data, r->in + offset,
		       min(req->args[2].len, r->in_len - offset));
	}
	spin_unlock(&dsp->calls_lock);
	return r ? 0 : dsp_call_refuse(req, DSP_E_BADPARM, "get_in_bufs2: no such call");
}

s32 dsp_listener_call(struct dsp_request *req)
{
	bool old = req->handle == HANDLE_LISTENER;

	if (req->method == (old ? LISTENER_INIT2 : LISTENER1_INIT2))
		return dsp_call_shape(req, 0, 0);
	if (req->method == (old ? LISTENER_NEXT2 : LISTENER1_NEXT2))
		return listener_next(req);
	if (req->method == (old ? LISTENER_FETCH2 : LISTENER1_FETCH2))
		return listener_fetch(req);
	return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such listener method");
}

/* The request that waits is answered, if there is one. */
static void listener_wake(struct dsp_listener *l)
{
	struct dsp_request *req = l->next;

	l->next = NULL;
	if (req)
		queue_delayed_work(req->dsp->wq, &req->work, 0);
}

static void listener_abort(struct dsp *dsp, struct dsp_listener *l)
{
	struct dsp_reverse *r, *next;

	list_for_each_entry_safe(r, next, &l->waiting, node)
		reverse_done(dsp, r, DSP_E_BADSTATE);
	list_for_each_entry_safe(r, next, &l->taken, node)
		reverse_done(dsp, r, DSP_E_BADSTATE);
}

/* The process ends: its host learns of it by the answer to "what next?". */
void dsp_listener_end(struct dsp *dsp, s32 client, u32 pd)
{
	struct dsp_listener *l;

	lockdep_assert_held(&dsp->calls_lock);
	list_for_each_entry(l, &dsp->listeners, node) {
		if (l->who.client != client || l->who.pd != pd)
			continue;
		l->ended = true;
		listener_abort(dsp, l);
		listener_wake(l);
	}
}

/* The client has gone, with all of its listeners. */
void dsp_listener_drop(struct dsp *dsp, s32 client)
{
	struct dsp_listener *l, *next;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry_safe(l, next, &dsp->listeners, node) {
		if (l->who.client != client)
			continue;
		list_del(&l->node);
		listener_abort(dsp, l);
		listener_wake(l);
		kfree(l);
	}
	spin_unlock(&dsp->calls_lock);
}

/* The DSP goes down: requests that wait are forgotten, as all others are. */
void dsp_listener_close(struct dsp *dsp)
{
	struct dsp_listener *l, *next;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry_safe(l, next, &dsp->listeners, node) {
		list_del(&l->node);
		listener_abort(dsp, l);
		kfree(l);
	}
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
}

unsigned int dsp_listener_count(struct dsp *dsp)
{
	struct dsp_listener *l;
	unsigned int n = 0;

	lockdep_assert_held(&dsp->calls_lock);
	list_for_each_entry(l, &dsp->listeners, node)
		n += !!l->next;
	return n;
}

/* Who listens for a process of this kind?  The newest, if there are several. */
bool dsp_listener_of_kind(struct dsp *dsp, u32 kind, struct dsp_caller *who)
{
	struct dsp_listener *l;
	bool found = false;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry(l, &dsp->listeners, node) {
		found = !l->ended && dsp_process_kind(dsp, l->who.client, l->who.pd) == kind;
		if (found) {
			*who = l->who;
			break;
		}
	}
	spin_unlock(&dsp->calls_lock);
	return found;
}

static bool listener_comes(struct dsp_request *req, const struct dsp_caller *who)
{
	struct dsp *dsp = req->dsp;
	bool there;

	spin_lock(&dsp->calls_lock);
	there = listener_find(dsp, who) || req->disowned || dsp->link.closing;
	spin_unlock(&dsp->calls_lock);
	return there;
}

/* A client may call before its own thread listens. */
void dsp_listener_await(struct dsp_request *req, const struct dsp_caller *who)
{
	wait_event_timeout(req->dsp->counters, listener_comes(req, who),
			   msecs_to_jiffies(DSP_REVERSE_MS));
}

static bool reverse_is_done(struct dsp *dsp, struct dsp_reverse *r)
{
	bool done;

	spin_lock(&dsp->calls_lock);
	done = r->done;
	spin_unlock(&dsp->calls_lock);
	return done;
}

/*
 * Call the host and wait for what it says.  0 and the host's result in @r, or
 * -errno if there is none.  The caller frees r->out in any case.
 */
int dsp_reverse_call(struct dsp *dsp, const struct dsp_caller *who, struct dsp_reverse *r)
{
	struct dsp_listener *l = NULL;
	long left;

	r->out = NULL;
	r->out_len = 0;
	r->done = false;
	spin_lock(&dsp->calls_lock);
	if (!dsp->link.closing)
		l = listener_find(dsp, who);
	if (l && !l->ended) {
		r->ctx = ++dsp->reverse_ctx;
		list_add_tail(&r->node, &l->waiting);
		listener_wake(l);
	} else {
		l = NULL;
	}
	spin_unlock(&dsp->calls_lock);
	if (!l)
		return -ENOTCONN;
	left = wait_event_interruptible_timeout(dsp->counters, reverse_is_done(dsp, r),
						msecs_to_jiffies(DSP_REVERSE_MS));
	spin_lock(&dsp->calls_lock);
	if (r->done)
		left = 1;
	else
		list_del(&r->node);
	spin_unlock(&dsp->calls_lock);
	if (!left)
		return -ETIMEDOUT;
	return min(left, 0l);
}
