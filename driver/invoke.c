// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invoke: one remote call from arguments to results.
 *
 * Calls of users and of the kernel share the layout of the message and its sending.
 * Functions of their own copy the bytes, so that no flag says whether an address is a
 * user's or the kernel's.
 *
 * No byte that the DSP can write decides where the host reads or writes: places
 * and lengths come from call->msg, the driver's private copy.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/swait.h>
#include <linux/uaccess.h>

#include <asm/byteorder.h>

#include "private.h"
#include "trace.h"

static_assert(sizeof(struct frpc_arg) == sizeof(struct fastrpc_invoke_args));
static_assert(offsetof(struct frpc_arg, len) == offsetof(struct fastrpc_invoke_args, length));
static_assert(offsetof(struct frpc_arg, fd) == offsetof(struct fastrpc_invoke_args, fd));

/*
 * Error numbers that only the kernel uses (linux/errno.h: 512 and up).  An ioctl that
 * returned one would be restarted or return another number, so a DSP must not be able
 * to choose them.
 */
#define INTERNAL_ERRNO_FIRST	512
#define INTERNAL_ERRNO_LAST	530

/* How many bytes are copied at a time. */
#define COPY_BYTES	SZ_64K

/* How long a polling caller spins. */
#define POLL_US_MAX	10000

/**
 * frpc_result() - what an ioctl returns for a result of the DSP
 * @dsp_result: as received
 *
 * Return: the same number, but -EREMOTEIO for those that mean something inside
 * the kernel.
 */
long frpc_result(s32 dsp_result)
{
	if (dsp_result <= -INTERNAL_ERRNO_FIRST && dsp_result >= -INTERNAL_ERRNO_LAST)
		return -EREMOTEIO;
	return dsp_result;
}

/* Assigns the memory of a mapped argument to the DSP, which bypasses the context bank. */
static int place_make_secure(struct frpc_map *map, struct frpc_place *place)
{
	int ret = frpc_secure_map_make(map);

	if (ret)
		return ret;
	place->iova += map->phys - map->iova;
	place->is_physical = true;
	return 0;
}

static int call_map_arg(struct frpc_call *call, u32 i)
{
	struct frpc_message *msg = &call->msg;
	const struct frpc_arg *arg = &msg->args[i];
	bool is_secure = arg->attr & FASTRPC_ATTR_SECUREMAP;
	struct frpc_place *place = &msg->places[i];
	int ret;

	if (is_secure && !call->session->channel->secure_perm.count)
		return -EOPNOTSUPP;
	ret = frpc_call_map(call, i);
	if (ret)
		return ret;
	ret = i < msg->nr_bufs ? frpc_map_place(call->maps[i], arg, place) :
				 frpc_map_place_handle(call->maps[i], arg, place);
	if (ret)
		return ret;
	place->is_synced = call->maps[i]->is_synced;
	return is_secure ? place_make_secure(call->maps[i], place) : 0;
}

/* Maps the dma-bufs of the arguments, and finds the place of each argument's bytes. */
static int call_map_args(struct frpc_call *call)
{
	u32 i;
	int ret;

	for (i = 0; i < call->msg.nr_args; i++) {
		if (!frpc_arg_is_mapped(&call->msg.args[i]))
			continue;
		ret = call_map_arg(call, i);
		if (ret)
			return ret;
	}
	return 0;
}

/* Makes what the CPU wrote to dma-bufs visible to the DSP. */
static int call_sync_maps_for_dsp(struct frpc_call *call)
{
	struct frpc_range range;
	u32 at = 0;
	int ret;

	if (!call->has_maps || call->session->space->is_coherent)
		return 0;
	frpc_message_sort_synced(&call->msg);
	while (frpc_message_next_synced(&call->msg, &at, false, &range)) {
		ret = frpc_map_sync(call->session, range.start, range.end - range.start,
				    DMA_TO_DEVICE);
		if (ret)
			return ret;
	}
	return 0;
}

/* Makes what the DSP wrote visible to the CPU: the bytes of the outputs and no others. */
static void call_sync_maps_for_cpu(struct frpc_call *call)
{
	struct frpc_range range;
	u32 at = 0;

	while (call->has_maps && frpc_message_next_synced(&call->msg, &at, true, &range))
		if (frpc_map_sync(call->session, range.start, range.end - range.start,
				  DMA_FROM_DEVICE))
			break;
}

static void *arg_bytes(const struct frpc_call *call, u32 i)
{
	return call->buffer->cpu + call->msg.offsets[i];
}

/* Lets other tasks run, and the caller be killed, after each COPY_BYTES. */
static int copy_pause(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int bytes_copy_in(void *to, u64 from, size_t len)
{
	for (; unlikely(len > COPY_BYTES); len -= COPY_BYTES) {
		if (copy_from_user(to, u64_to_user_ptr(from), COPY_BYTES))
			return -EFAULT;
		if (copy_pause())
			return -EINTR;
		to += COPY_BYTES;
		from += COPY_BYTES;
	}
	return copy_from_user(to, u64_to_user_ptr(from), len) ? -EFAULT : 0;
}

static int bytes_copy_out(u64 to, const void *from, size_t len)
{
	for (; unlikely(len > COPY_BYTES); len -= COPY_BYTES) {
		if (copy_to_user(u64_to_user_ptr(to), from, COPY_BYTES))
			return -EFAULT;
		if (copy_pause())
			return -EINTR;
		to += COPY_BYTES;
		from += COPY_BYTES;
	}
	return copy_to_user(u64_to_user_ptr(to), from, len) ? -EFAULT : 0;
}

static int bytes_clear(void *bytes, size_t len)
{
	for (; unlikely(len > COPY_BYTES); len -= COPY_BYTES) {
		memset(bytes, 0, COPY_BYTES);
		if (copy_pause())
			return -EINTR;
		bytes += COPY_BYTES;
	}
	memset(bytes, 0, len);
	return 0;
}

static int call_clear_outputs(struct frpc_call *call)
{
	const struct frpc_message *msg = &call->msg;
	u32 i;

	for (i = msg->nr_ins; i < msg->nr_bufs; i++) {
		u32 skip = frpc_message_skip(msg, i);
		int ret;

		if (!frpc_arg_is_inline(&msg->args[i]))
			continue;
		ret = bytes_clear(arg_bytes(call, i) + skip, msg->args[i].len - skip);
		if (ret)
			return ret;
	}
	return 0;
}

/* Lays the message out and gets memory for it; copied out-buffers read as zero. */
static int call_prepare(struct frpc_call *call)
{
	struct frpc_message *msg = &call->msg;
	int ret;

	ret = frpc_message_layout(msg);
	if (ret)
		return ret;
	ret = call_map_args(call);
	if (ret)
		return ret;
	ret = frpc_call_get_buffer(call);
	if (ret)
		return ret;

	frpc_message_fill(msg, call->buffer->cpu, call->buffer->iova,
			  frpc_session_bits(call->session));
	/* before any input is copied in: the two may share bytes */
	ret = call_clear_outputs(call);
	if (ret)
		return ret;
	ret = call_sync_maps_for_dsp(call);
	if (ret)
		return ret;
	trace_frpc_call_mapped(call);
	return 0;
}

/* @client_id: 0 for the kernel's own */
static int call_send(struct frpc_call *call, u32 pd, u32 client_id, u32 handle,
		     enum frpc_patience patience)
{
	struct frpc_buffer *buffer = call->buffer;
	struct dsp_request request;
	u64 cookie;
	int ret;

	trace_frpc_call_copied(call);
	ret = frpc_call_register(call, pd, &cookie);
	if (ret)
		return ret;

	frpc_request_fill(&request, cookie, client_id, task_pid_nr(current), handle, &call->msg,
			  buffer->iova + frpc_session_bits(call->session));
	ret = frpc_send(call, &request, patience);
	if (ret) {
		frpc_call_withdraw(call);
		frpc_call_unregister(call);
		return ret;
	}
	trace_frpc_call_sent(&request);
	return 0;
}

/* A coherent bank needs no sync, and no lock for it. */
static void call_sync_buffer_for_cpu(struct frpc_call *call, size_t len)
{
	struct frpc_session *session = call->session;
	int idx;

	if (session->space->is_coherent)
		return;
	idx = srcu_read_lock(&session->channel->srcu);
	if (READ_ONCE(session->is_alive))
		frpc_buffer_sync_for_cpu(call->buffer, len);
	srcu_read_unlock(&session->channel->srcu, idx);
}

/* After the wait has ended: 0 if there is a result and the CPU can read it. */
static int call_collect(struct frpc_call *call)
{
	trace_frpc_call_woken(call);
	frpc_call_unregister(call);
	if (call->is_gone)
		return -EPIPE;

	call_sync_buffer_for_cpu(call, call->msg.len);
	dma_rmb();
	call_sync_maps_for_cpu(call);
	return 0;
}

static int call_fetch_user_args(struct frpc_call *call, u64 address)
{
	size_t len = call->msg.nr_args * sizeof(*call->msg.args);

	return copy_from_user(call->msg.args, u64_to_user_ptr(address), len) ? -EFAULT : 0;
}

static int call_copy_user_inputs(struct frpc_call *call)
{
	const struct frpc_message *msg = &call->msg;
	u32 i;

	for (i = 0; i < msg->nr_ins; i++) {
		const struct frpc_arg *arg = &msg->args[i];
		u32 skip = frpc_message_skip(msg, i);
		int ret;

		if (!frpc_arg_is_inline(arg))
			continue;
		ret = bytes_copy_in(arg_bytes(call, i) + skip, arg->ptr + skip, arg->len - skip);
		if (ret)
			return ret;
	}
	return 0;
}

static int call_copy_user_outputs(struct frpc_call *call)
{
	const struct frpc_message *msg = &call->msg;
	u32 i;

	for (i = msg->nr_ins; i < msg->nr_bufs; i++) {
		const struct frpc_arg *arg = &msg->args[i];
		u32 skip = frpc_message_skip(msg, i);
		int ret;

		if (!frpc_arg_is_inline(arg))
			continue;
		ret = bytes_copy_out(arg->ptr + skip, arg_bytes(call, i) + skip, arg->len - skip);
		if (ret)
			return ret;
	}
	return 0;
}

static int call_prepare_user(struct frpc_call *call)
{
	int ret;

	ret = call_prepare(call);
	if (ret)
		/* users have always got the same error for every bad descriptor */
		return ret == -EBADF ? -EINVAL : ret;
	return call_copy_user_inputs(call);
}

/* Undoes call_add_handles() for the arguments before number @end. */
static void call_drop_handles(struct frpc_client *client, struct frpc_call *call, u32 end)
{
	u32 i;

	for (i = call->msg.nr_bufs; call->has_maps && i < end; i++)
		if (call->maps[i])
			frpc_mapping_return_handle(client, call->msg.args[i].fd, call->maps[i]);
}

/*
 * Adds a mapping for each handle: from now on the DSP has the dma-buf until it returns it.  A
 * client without a protection domain has no process that could keep one.
 */
static int call_add_handles(struct frpc_client *client, struct frpc_call *call)
{
	u32 i;
	int ret;

	if (!READ_ONCE(client->has_joined))
		return 0;
	for (i = call->msg.nr_bufs; call->has_maps && i < call->msg.nr_args; i++) {
		if (!call->maps[i])
			continue;
		ret = frpc_mapping_add_handle(client, call->msg.args[i].fd, call->maps[i]);
		if (ret) {
			call_drop_handles(client, call, i);
			return ret;
		}
	}
	return 0;
}

/* Ends the mappings of the handles that the DSP names in its answer. */
static void call_return_handles(struct frpc_client *client, const struct frpc_call *call)
{
	s32 fds[DSP_FDLIST_LEN];
	u32 i, count;

	count = frpc_message_fds(&call->msg, call->buffer->cpu, fds);
	for (i = 0; i < count; i++)
		frpc_mapping_return_handle(client, fds[i], NULL);
}

/* After the wait has ended: copies outputs, and handles what the DSP returns. */
static long call_finish_user(struct frpc_client *client, struct frpc_call *call)
{
	long ret;

	ret = call_collect(call);
	if (ret)
		return ret;
	ret = call_copy_user_outputs(call);
	if (READ_ONCE(client->has_handles))
		call_return_handles(client, call);
	return ret ? ret : frpc_result(call->retval);
}

/**
 * frpc_invoke_dispose() - the end of a call that was given up
 * @client: that made it; NULL: the client has ended
 * @call: parked, and ended since; it belongs to the caller
 *
 * Ends the mappings of the handles that the answer returns.  May sleep.
 */
void frpc_invoke_dispose(struct frpc_client *client, struct frpc_call *call)
{
	WARN_ON_ONCE(call->index);
	if (client && READ_ONCE(client->has_handles) && call->kind == FRPC_CALL_USER &&
	    !call->is_gone) {
		call_sync_buffer_for_cpu(call, call->msg.metadata_len);
		dma_rmb();
		call_return_handles(client, call);
	}
	frpc_call_put(call);
}

/* One look at the poll word. */
static bool call_is_flagged(struct frpc_call *call)
{
	const __le32 *word = call->buffer->cpu + frpc_message_poll_offset(&call->msg);

	call_sync_buffer_for_cpu(call, call->msg.metadata_len);
	return le32_to_cpu(READ_ONCE(*word)) == DSP_POLL_DONE;
}

/*
 * Spins for the end of a short call, and lets other tasks run meanwhile.  After
 * POLL_US_MAX, or on a signal, the caller has to sleep.
 * True: the call has ended, and no response finds it.
 */
static bool call_poll(struct frpc_call *call)
{
	ktime_t end = ktime_add_us(ktime_get(), POLL_US_MAX);

	while (!completion_done(&call->done) && !signal_pending(current)) {
		if (call_is_flagged(call)) {
			frpc_call_withdraw(call);
			return true;
		}
		if (ktime_after(ktime_get(), end))
			break;
		cond_resched();
		udelay(1);
	}
	return false;
}

static bool handle_is_polled(const struct frpc_client *client, u32 handle)
{
	return READ_ONCE(client->is_polling) && handle > DSP_HANDLE_STATIC_MAX &&
	       READ_ONCE(client->pd) == DSP_PD_USER;
}

static int call_send_user(struct frpc_client *client, struct frpc_call *call, u32 handle)
{
	int ret;

	ret = call_add_handles(client, call);
	if (ret)
		return ret;
	ret = call_send(call, READ_ONCE(client->pd), frpc_session_client_id(client->session),
			handle, FRPC_UNTIL_SIGNAL);
	if (ret) {
		call_drop_handles(client, call, call->msg.nr_args);
		return ret;
	}
	WRITE_ONCE(client->is_known, true);
	return 0;
}

static long invoke_user(struct frpc_client *client, const struct fastrpc_invoke *invoke)
{
	struct frpc_session *session = client->session;
	struct frpc_call *call, *first_try = NULL;
	bool has_ended = false;
	long ret;

	if (invoke->handle == DSP_HANDLE_INIT)
		return -EPERM;

	call = frpc_call_get(session, FRPC_CALL_USER, invoke->sc);
	if (!call)
		return -ENOMEM;
	ret = call_fetch_user_args(call, invoke->args);
	if (ret)
		goto out_put_call;
	if (READ_ONCE(session->nr_interrupted))
		first_try = frpc_interrupted_find(client, invoke, call->msg.args);
	if (first_try) {
		frpc_call_put(call);
		call = first_try;
	} else {
		ret = call_prepare_user(call);
		if (ret)
			goto out_put_call;
		ret = call_send_user(client, call, invoke->handle);
		if (ret)
			goto out_put_call;
		has_ended = handle_is_polled(client, invoke->handle) && call_poll(call);
	}

	ret = has_ended ? 0 : frpc_interrupted_wait(client, call, invoke);
	if (ret)
		return ret;
	ret = call_finish_user(client, call);

out_put_call:
	frpc_call_put(call);
	return ret;
}

/**
 * frpc_invoke_user() - a call of user space
 * @client: that calls
 * @invoke: the request, already copied from user space
 *
 * Sleeps until the DSP answers, the DSP goes, or a signal comes; interrupted.c describes what
 * a signal does to the call.  Errors as listed at &struct fastrpc_invoke.
 *
 * Return: the DSP's result, or a negative error number.
 */
long frpc_invoke_user(struct frpc_client *client, const struct fastrpc_invoke *invoke)
{
	long ret;

	trace_frpc_call_begin(client->session, invoke->handle, invoke->sc);
	ret = invoke_user(client, invoke);
	trace_frpc_call_end(ret);
	return ret;
}

static void call_copy_kernel_inputs(struct frpc_call *call)
{
	const struct frpc_message *msg = &call->msg;
	u32 i;

	for (i = 0; i < msg->nr_ins; i++)
		if (frpc_arg_is_inline(&msg->args[i]))
			memcpy(arg_bytes(call, i), (const void *)(uintptr_t)msg->args[i].ptr,
			       msg->args[i].len);
}

static void call_copy_kernel_outputs(struct frpc_call *call)
{
	const struct frpc_message *msg = &call->msg;
	u32 i;

	for (i = msg->nr_ins; i < msg->nr_bufs; i++)
		if (frpc_arg_is_inline(&msg->args[i]))
			memcpy((void *)(uintptr_t)msg->args[i].ptr, arg_bytes(call, i),
			       msg->args[i].len);
}

/*
 * 0, -ETIMEDOUT, or -ERESTARTSYS: the caller was killed.  It can be frozen meanwhile, so it
 * holds no lock.
 */
static int call_wait_for_dsp(struct frpc_call *call)
{
	unsigned long timeout = msecs_to_jiffies(FRPC_TIMEOUT_MS);
	long left;

	/* completions have no wait with a time limit in which a task can be frozen */
	left = ___swait_event(call->done.wait, ___wait_cond_timeout(completion_done(&call->done)),
			      (TASK_KILLABLE | TASK_FREEZABLE), timeout,
			      __ret = schedule_timeout(__ret));
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

/**
 * frpc_invoke_end() - the outcome of a request that was sent
 * @call: done: the DSP has answered, or has gone
 *
 * The call stays with the caller, who puts it.
 *
 * Return: see &struct frpc_reply.
 */
struct frpc_reply frpc_invoke_end(struct frpc_call *call)
{
	struct frpc_reply reply = { FRPC_UNANSWERED };

	WARN_ON_ONCE(!completion_done(&call->done));
	reply.error = call_collect(call);
	if (reply.error)
		goto out_trace;
	call_copy_kernel_outputs(call);
	reply.outcome = call->retval ? FRPC_REFUSED : FRPC_DONE;
	reply.error = frpc_result(call->retval);

out_trace:
	trace_frpc_call_end(reply.error);
	return reply;
}

/**
 * frpc_invoke_begin() - send a request of the kernel, and do not wait
 * @call: idle, with room for the arguments; it may have a buffer
 * @request: what to send
 * @patience: what ends a wait for room
 *
 * Sleeps.
 *
 * Return: 0 it was sent; -ENOSPC, -ENOMEM or an error of frpc_send(): it was not.
 */
int frpc_invoke_begin(struct frpc_call *call, const struct frpc_kernel_call *request,
		      enum frpc_patience patience)
{
	int ret;

	/* the kernel's requests have no handles */
	WARN_ON_ONCE(call->msg.nr_args != call->msg.nr_bufs);
	trace_frpc_call_begin(call->session, request->handle, request->sc);
	memcpy(call->msg.args, request->args, call->msg.nr_args * sizeof(*request->args));
	ret = call_prepare(call);
	if (ret)
		goto err_trace;
	call_copy_kernel_inputs(call);
	ret = call_send(call, request->pd, 0, request->handle, patience);
	if (ret)
		goto err_trace;
	return 0;

err_trace:
	trace_frpc_call_end(ret);
	return ret;
}

/**
 * frpc_invoke_kernel() - send a request of the kernel, and wait for its answer
 * @session: the DSP reads the message through its context bank
 * @request: what to send
 *
 * Sleeps, FRPC_TIMEOUT_MS at most.  Its caller holds no lock.
 *
 * Return: its outcome, see &struct frpc_reply.
 */
struct frpc_reply frpc_invoke_kernel(struct frpc_session *session,
				     const struct frpc_kernel_call *request)
{
	enum frpc_call_kind kind = request->handle == DSP_HANDLE_INIT ? FRPC_CALL_CONTROL :
									FRPC_CALL_QUESTION;
	struct frpc_reply reply = { FRPC_NOT_SENT, -ENOMEM };
	struct frpc_call *call;
	int ret;

	call = frpc_call_get(session, kind, request->sc);
	if (!call)
		return reply;
	reply.error = frpc_invoke_begin(call, request, FRPC_UNTIL_KILLED);
	if (reply.error)
		goto out_put_call;
	ret = call_wait_for_dsp(call);
	if (ret && frpc_call_park(call, false)) {
		trace_frpc_call_end(ret);
		return (struct frpc_reply){ FRPC_UNANSWERED, ret };
	}
	reply = frpc_invoke_end(call);

out_put_call:
	frpc_call_put(call);
	return reply;
}
