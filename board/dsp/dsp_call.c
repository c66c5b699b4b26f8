// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call from its message to its answer.
 *
 * Every message becomes a request with a work item of its own on an unbound
 * queue, so sleeping, late or held calls do not delay other calls.  Decoding
 * checks what firmware checks, and a rule that is broken is answered with a
 * DSP error and counted: the host sent something no DSP would take.
 *
 * Order within a call: tables and in-buffers are read when it arrives; the
 * out-buffers are written just before the answer, however late that is.  So
 * a host that frees the buffers of a call the DSP still has makes a fault.
 * The release of a client ends that: when it is answered, no call of the
 * client touches memory any more, and what is left of them is an error.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

static_assert(sizeof_field(struct dsp_capture, msg) == REQ_BYTES);

/* What one call may make the model copy. */
#define CALL_COPY_MAX	(64u << 20)

static void call_free(struct dsp_request *req)
{
	unsigned int i;

	for (i = 0; req->args && i < dsp_request_bufs(req); i++)
		kvfree(req->args[i].data);
	kvfree(req->args);
	kvfree(req->meta);
	kfree(req);
}

/* Off the list of the calls in flight; the last thing that happens to one. */
static void call_end(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;

	spin_lock(&dsp->calls_lock);
	list_del(&req->node);
	spin_unlock(&dsp->calls_lock);
	call_free(req);
	wake_up_all(&dsp->counters);
}

s32 dsp_call_refuse(struct dsp_request *req, s32 code, const char *why)
{
	dev_dbg(req->dsp->dev, "call %#llx refused (%#x): %s\n", req->ctx, code, why);
	req->dsp->last_dsp_error = code;
	return code;
}

s32 dsp_call_violation(struct dsp_request *req, const char *rule)
{
	struct dsp *dsp = req->dsp;

	dsp_fault_count(dsp, &dsp->violations.bad_request, 1);
	dev_err_ratelimited(dsp->dev,
			    "bad request: %s (ctx %#llx handle %u sc %#010x client %d addr %#llx size %#llx)\n",
			    rule, req->ctx, req->handle, req->sc, req->client,
			    wire_u64(req->msg, REQ_ADDR), wire_u64(req->msg, REQ_SIZE));
	return dsp_call_refuse(req, DSP_E_BADPARM, rule);
}

/* Bring in-buffer @i here.  0 or what the DSP answers. */
s32 dsp_call_fetch(struct dsp_request *req, unsigned int i)
{
	struct dsp_arg *arg = &req->args[i];

	if (arg->data)
		return 0;
	if (arg->len > CALL_COPY_MAX - req->copied)
		return dsp_call_refuse(req, DSP_E_NOMEM, "more data than the model takes");
	arg->data = kvmalloc(max_t(size_t, arg->len, 1), GFP_KERNEL);
	if (!arg->data)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	req->copied += arg->len;
	if (arg->len && dsp_stream_read(arg->stream, arg->iova, arg->data, arg->len))
		return dsp_call_refuse(req, DSP_E_FAILED, "in-buffer not readable");
	return 0;
}

/* Make out-buffer @i, all zero; it is written when the call is answered. */
s32 dsp_call_result(struct dsp_request *req, unsigned int i)
{
	struct dsp_arg *arg = &req->args[i];

	if (arg->len > CALL_COPY_MAX - req->copied)
		return dsp_call_refuse(req, DSP_E_NOMEM, "more data than the model takes");
	arg->data = kvzalloc(max_t(size_t, arg->len, 1), GFP_KERNEL);
	if (!arg->data)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	req->copied += arg->len;
	return 0;
}

/* All in-buffers are brought here, and all out-buffers made. */
s32 dsp_call_buffers(struct dsp_request *req)
{
	unsigned int i;
	s32 ret = 0;

	for (i = 0; i < dsp_request_bufs(req) && !ret; i++)
		ret = i < req->n_in ? dsp_call_fetch(req, i) : dsp_call_result(req, i);
	return ret;
}

/* Requests of process control begin with the client that they are about. */
static void call_learn_client(struct dsp_request *req)
{
	if (req->handle != HANDLE_INIT || !req->n_in || req->args[0].len < 4)
		return;
	spin_lock(&req->dsp->calls_lock);
	req->about = wire_s32(req->args[0].data, 0);
	spin_unlock(&req->dsp->calls_lock);
}

/* Is the call of this shape?  Every method has exactly one; its in-buffers are here then. */
s32 dsp_call_shape(struct dsp_request *req, unsigned int n_in, unsigned int n_out)
{
	unsigned int i;
	s32 ret;

	if (req->n_in != n_in || req->n_out != n_out || req->n != n_in + n_out)
		return dsp_call_violation(req, "wrong number of arguments");
	for (i = 0; i < n_in; i++) {
		ret = dsp_call_fetch(req, i);
		if (ret)
			return ret;
	}
	call_learn_client(req);
	return 0;
}

/* One entry of the argument table, with its list and page entries. */
static s32 call_decode_arg(struct dsp_request *req, unsigned int i)
{
	struct dsp_arg *arg = &req->args[i];
	u64 pv = wire_u64(req->meta, META_ARG(i));
	u64 len = wire_u64(req->meta, META_ARG(i) + 8);
	u32 num = wire_u32(req->meta, META_LIST(req->n, i));
	u32 index = wire_u32(req->meta, META_LIST(req->n, i) + 4);
	u64 addr, size;

	if (!len)
		return num ? dsp_call_violation(req, "an empty buffer has pages") : 0;
	if (num != 1)
		return dsp_call_violation(req, "a buffer has not exactly one page entry");
	if (index >= req->n)
		return dsp_call_violation(req, "page index beyond the page table");
	addr = wire_u64(req->meta, META_PAGE(req->n, index));
	size = wire_u64(req->meta, META_PAGE(req->n, index) + 8);
	if ((addr | size) & WIRE_PAGE_MASK)
		return dsp_call_violation(req, "page entry not page aligned");
	if (len > size || (pv & WIRE_PAGE_MASK) > size - len)
		return dsp_call_violation(req, "page entry does not cover its buffer");
	arg->stream = dsp_stream_of(req->dsp, addr, &arg->iova);
	if (!arg->stream)
		return dsp_call_violation(req, "page entry of an unknown session");
	if (!dsp_stream_holds(arg->stream, arg->iova, size))
		return dsp_call_violation(req, "page entry runs out of the address space");
	/* a table that was scribbled on, by a fuzzed answer for instance, is not followed */
	if (arg->stream != req->stream && !dsp_stream_reaches(arg->stream, arg->iova, size))
		return dsp_call_violation(req, "page entry of another session leads nowhere");
	arg->iova += pv & WIRE_PAGE_MASK;
	arg->len = len;
	return 0;
}

/* A handle: number, offset and length of the host's, and memory if it has some. */
static s32 call_decode_handle(struct dsp_request *req, unsigned int i)
{
	struct dsp_arg *arg = &req->args[i];
	u32 index = wire_u32(req->meta, META_LIST(req->n, i) + 4);

	arg->fd = wire_s32(req->meta, META_ARG(i));
	arg->offset = wire_u32(req->meta, META_ARG(i) + 4);
	arg->len = wire_u32(req->meta, META_ARG(i) + 8);
	if (!wire_u32(req->meta, META_LIST(req->n, i)))
		return 0;
	if (index >= req->n)
		return dsp_call_violation(req, "page index beyond the page table");
	arg->addr = wire_u64(req->meta, META_PAGE(req->n, index));
	arg->size = wire_u64(req->meta, META_PAGE(req->n, index) + 8);
	if (!arg->addr)
		return 0;
	if (arg->addr & WIRE_PAGE_MASK)
		return dsp_call_violation(req, "memory of a handle not page aligned");
	arg->stream = dsp_stream_of(req->dsp, arg->addr, &arg->iova);
	if (!arg->stream || !dsp_stream_holds(arg->stream, arg->iova, arg->size))
		return dsp_call_violation(req, "memory of a handle beyond all addresses");
	return 0;
}

static s32 call_decode_args(struct dsp_request *req)
{
	unsigned int i, bufs = dsp_request_bufs(req);
	s32 ret;

	req->args = kvcalloc(max(req->n, 1u), sizeof(*req->args), GFP_KERNEL);
	if (!req->args)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	for (i = 0; i < bufs; i++) {
		ret = call_decode_arg(req, i);
		if (ret)
			return ret;
	}
	for (; i < req->n; i++) {
		ret = call_decode_handle(req, i);
		if (ret)
			return ret;
	}
	return 0;
}

static void call_capture(struct dsp_request *req, u32 len)
{
	struct dsp *dsp = req->dsp;
	struct dsp_capture *slot = &dsp->captures[req->serial % DSP_CAPTURES];

	spin_lock(&dsp->calls_lock);
	if (slot->serial == req->serial) {
		slot->addr = req->meta_iova;
		slot->metadata_len = min_t(u32, len, DSP_CAPTURE_BYTES);
		memcpy(slot->metadata, req->meta, slot->metadata_len);
	}
	spin_unlock(&dsp->calls_lock);
}

/* Where the metadata is, whether all of it can be reached, and its tables. */
static s32 call_decode_meta(struct dsp_request *req)
{
	u64 addr = wire_u64(req->msg, REQ_ADDR);
	u64 size = wire_u64(req->msg, REQ_SIZE);
	size_t len;

	if (!addr && !size && !req->n)
		return 0;
	if (!size || (size & WIRE_PAGE_MASK) || (addr & WIRE_PAGE_MASK))
		return dsp_call_violation(req, "metadata not in whole pages");
	if (size < META_MIN(req->n))
		return dsp_call_violation(req, "metadata smaller than its tables");
	req->stream = dsp_stream_of(req->dsp, addr, &req->meta_iova);
	if (!req->stream)
		return dsp_call_violation(req, "metadata of an unknown session");
	if (!dsp_stream_holds(req->stream, req->meta_iova, size))
		return dsp_call_violation(req, "metadata runs out of the address space");
	req->meta_size = size;

	len = max_t(size_t, META_TABLES(req->n), min_t(u64, size, DSP_CAPTURE_BYTES));
	req->meta = kvmalloc(len, GFP_KERNEL);
	if (!req->meta)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	if (dsp_stream_check(req->stream, req->meta_iova, size) ||
	    dsp_stream_read(req->stream, req->meta_iova, req->meta, len))
		return dsp_call_violation(req, "metadata not reachable");
	call_capture(req, len);
	return 0;
}

static s32 call_decode(struct dsp_request *req)
{
	s32 ret;

	req->n_in = SC_IN_BUFS(req->sc);
	req->n_out = SC_OUT_BUFS(req->sc);
	req->n = req->n_in + req->n_out + SC_IN_HANDLES(req->sc) + SC_OUT_HANDLES(req->sc);

	ret = call_decode_meta(req);
	if (ret)
		return ret;
	ret = call_decode_args(req);
	if (ret)
		return ret;
	if (req->handle == HANDLE_INIT && req->client)
		return dsp_call_violation(req, "a client of its own called handle 1");
	if (req->handle != HANDLE_INIT && req->handle != HANDLE_UTILITIES && !req->client)
		return dsp_call_violation(req, "a call without a client");
	return 0;
}

static s32 call_dispatch(struct dsp_request *req)
{
	switch (req->handle) {
	case HANDLE_INIT:
		return dsp_process_call(req);
	case HANDLE_UTILITIES:
		return dsp_utilities_call(req);
	case DSP_TEST_HANDLE:
		return dsp_service_call(req);
	case HANDLE_LISTENER:
	case HANDLE_LISTENER1:
		return dsp_listener_call(req);
	default:
		return dsp_module_call(req);
	}
}

bool dsp_call_disowned(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;
	bool disowned;

	spin_lock(&dsp->calls_lock);
	disowned = req->disowned;
	spin_unlock(&dsp->calls_lock);
	return disowned;
}

/*
 * A call of the client, or a request of process control about it.  The kernel's other
 * requests belong to no client: they go on.
 */
static bool call_belongs(const struct dsp_request *req, const struct dsp_request *release,
			 s32 client)
{
	/* Nor another release: the two would wait for each other. */
	if (req == release || (req->handle == HANDLE_INIT && req->method == INIT_RELEASE))
		return false;
	return (req->client ? req->client : req->about) == client;
}

static bool call_none_active(struct dsp_request *release, s32 client)
{
	struct dsp *dsp = release->dsp;
	struct dsp_request *req;
	bool none = true;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry(req, &dsp->requests, node)
		if (req->disowned && !req->parked && call_belongs(req, release, client))
			none = false;
	spin_unlock(&dsp->calls_lock);
	return none;
}

/* Take all calls of a client off its memory; waits for those being worked on. */
void dsp_call_disown(struct dsp_request *release, s32 client)
{
	struct dsp *dsp = release->dsp;
	struct dsp_request *req;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry(req, &dsp->requests, node)
		if (call_belongs(req, release, client))
			req->disowned = true;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	wake_up_all(&dsp->counters);
	wait_event(dsp->counters, call_none_active(release, client));
}

static void call_run(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;

	req->ran = true;
	if (dsp_call_disowned(req)) {
		req->retval = dsp_call_refuse(req, DSP_E_BADSTATE, "its client is gone");
		return;
	}
	req->retval = call_decode(req);
	spin_lock(&dsp->calls_lock);
	dsp->requests_seen++;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);

	if (req->rule.action == DSP_ANSWER_ERROR)
		req->retval = (s32)req->rule.value;
	else if (!req->retval && req->rule.action != DSP_ANSWER_NEVER)
		req->retval = call_dispatch(req);
	if (req->rule.action == DSP_ANSWER_RETVAL)
		req->retval = (s32)req->rule.value;
	if (req->rule.action == DSP_ANSWER_LATE)
		req->delay_ms += req->rule.value;
}

/* A timer may end a tick early: the work looks at the clock, and is queued again then. */
static void call_queue_late(struct dsp_request *req)
{
	s64 left_ms = ktime_ms_delta(req->due, ktime_get());

	queue_delayed_work(req->dsp->wq, &req->work, msecs_to_jiffies(left_ms + 1));
}

/* Lay the call aside until it is to be answered.  False: answer it now. */
static bool call_park(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;
	bool hold = req->rule.action == DSP_ANSWER_HOLD;

	if (!hold && !req->delay_ms && !req->listens)
		return false;
	spin_lock(&dsp->calls_lock);
	if (!dsp->link.closing && req->listens && !dsp_listener_take(req)) {
		req->parked = true;
		spin_unlock(&dsp->calls_lock);
		wake_up_all(&dsp->counters);
		return true;
	}
	if (!dsp->link.closing && !hold && !req->delay_ms) {
		spin_unlock(&dsp->calls_lock);
		return false;
	}
	if (dsp->link.closing) {
		req->rule.action = DSP_ANSWER_NEVER;
		spin_unlock(&dsp->calls_lock);
		return false;
	}
	req->parked = true;
	if (hold) {
		list_add_tail(&req->held_node, &dsp->held_list);
		dsp->held++;
	} else {
		req->due = ktime_add_ms(ktime_get(), req->delay_ms);
		call_queue_late(req);
	}
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	return true;
}

static void call_step(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;

	spin_lock(&dsp->calls_lock);
	if (!dsp->link.closing && ktime_before(ktime_get(), req->due)) {
		call_queue_late(req);
		spin_unlock(&dsp->calls_lock);
		return;
	}
	req->parked = false;
	spin_unlock(&dsp->calls_lock);

	/* A "what next?" comes here each time it may have something to tell. */
	if (!req->ran || req->listens) {
		if (!req->ran)
			call_run(req);
		if (call_park(req))
			return;
	}
	if (req->rule.action != DSP_ANSWER_NEVER)
		dsp_fault_answer(req);
	call_end(req);
}

static void call_work(struct work_struct *work)
{
	struct dsp_request *req = container_of(to_delayed_work(work), struct dsp_request, work);
	struct dsp *dsp = req->dsp;
	struct dsp_meter_span span;

	dsp_meter_begin(dsp, &span);
	call_step(req);
	dsp_meter_end(dsp, &span);
}

/* For DSP_CONTROL_CAPTURE; calls_lock held. */
static void call_record(struct dsp *dsp, struct dsp_request *req)
{
	struct dsp_capture *slot;

	req->serial = dsp->arrived++;
	slot = &dsp->captures[req->serial % DSP_CAPTURES];
	slot->serial = req->serial;
	slot->metadata_len = 0;
	memcpy(slot->msg, req->msg, sizeof(slot->msg));
}

/* Is the DSP to see it?  If not, *ret is what the sender is told; calls_lock held. */
static bool call_arrives(struct dsp *dsp, struct dsp_request *req, bool may_wait, int *ret)
{
	*ret = 0;
	/* The DSP is going down, and the host no longer reads answers. */
	if (dsp->link.closing)
		return false;
	dsp_fault_pick(dsp, req->handle, req->method, may_wait, &req->rule);
	if (req->rule.action != DSP_ANSWER_UNSENT)
		return true;
	*ret = -(int)req->rule.value;
	return false;
}

/*
 * A message arrived.  Never blocks on the model's work.  With !@may_wait it does not
 * sleep, and is refused where a sender would have to wait.
 */
int dsp_call_submit(struct dsp *dsp, const void *data, size_t len, bool may_wait)
{
	struct dsp_request *req;
	bool arrives;
	int ret;

	req = kzalloc(sizeof(*req), may_wait ? GFP_KERNEL : GFP_ATOMIC);
	if (!req)
		return -ENOMEM;
	req->dsp = dsp;
	memcpy(req->msg, data, min_t(size_t, len, REQ_BYTES));
	req->client = wire_s32(req->msg, REQ_CLIENT);
	req->ctx = wire_u64(req->msg, REQ_CTX);
	req->handle = wire_u32(req->msg, REQ_HANDLE);
	req->sc = wire_u32(req->msg, REQ_SCALARS);
	req->method = SC_METHOD(req->sc);
	if (len != REQ_BYTES) {
		/* Nothing in it can be trusted, not even whom to answer. */
		dsp_call_violation(req, "a message is not 40 bytes long");
		kfree(req);
		return 0;
	}
	INIT_DELAYED_WORK(&req->work, call_work);
	INIT_LIST_HEAD(&req->held_node);

	spin_lock(&dsp->calls_lock);
	arrives = call_arrives(dsp, req, may_wait, &ret);
	if (arrives) {
		call_record(dsp, req);
		list_add_tail(&req->node, &dsp->requests);
		req->parked = true;
		queue_delayed_work(dsp->wq, &req->work, 0);
	}
	spin_unlock(&dsp->calls_lock);
	if (!arrives)
		kfree(req);
	return ret;
}

/* Send held answers; how many there were. */
unsigned int dsp_call_release(struct dsp *dsp, u32 count, bool newest_first)
{
	struct dsp_request *req;
	unsigned int done = 0;

	spin_lock(&dsp->calls_lock);
	while (done < count && !list_empty(&dsp->held_list)) {
		if (newest_first)
			req = list_last_entry(&dsp->held_list, struct dsp_request, held_node);
		else
			req = list_first_entry(&dsp->held_list, struct dsp_request, held_node);
		list_del_init(&req->held_node);
		dsp->held--;
		done++;
		queue_delayed_work(dsp->wq, &req->work, 0);
	}
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	return done;
}

static bool call_none_left(struct dsp *dsp)
{
	bool none;

	spin_lock(&dsp->calls_lock);
	none = list_empty(&dsp->requests);
	spin_unlock(&dsp->calls_lock);
	return none;
}

/*
 * The link is closing: forget what is parked, and wait for what is being
 * worked on.  A request whose work is about to run is not parked any more as
 * far as cancel_delayed_work() is concerned, and ends by itself.
 */
void dsp_call_drain(struct dsp *dsp)
{
	struct dsp_request *req, *next;
	LIST_HEAD(dropped);

	spin_lock(&dsp->calls_lock);
	list_for_each_entry_safe(req, next, &dsp->requests, node) {
		if (!req->parked)
			continue;
		if (req->listens && !delayed_work_pending(&req->work)) {
			/* No work item has it, so none would end it. */
		} else if (!list_empty(&req->held_node)) {
			list_del_init(&req->held_node);
			dsp->held--;
		} else if (!cancel_delayed_work(&req->work)) {
			continue;
		}
		list_move(&req->node, &dropped);
	}
	spin_unlock(&dsp->calls_lock);
	list_for_each_entry_safe(req, next, &dropped, node)
		call_free(req);
	wake_up_all(&dsp->counters);
	wait_event(dsp->counters, call_none_left(dsp));
}
