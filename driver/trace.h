/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, group "frpc": the life of the remote heap, and of a call.
 *
 * Those of a call get pointers and look through them only when they are on: off, each
 * is an instruction that does nothing.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM frpc

#if !defined(FRPC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FRPC_TRACE_H

#include <linux/tracepoint.h>

#include "heap_state.h"
#include "private.h"

#define frpc_trace_heap_state(state)				\
	__print_symbolic(state,					\
			 { FRPC_HEAP_UNOWNED, "unowned" },	\
			 { FRPC_HEAP_CLAIMED, "claimed" },	\
			 { FRPC_HEAP_GRANTING, "granting" },	\
			 { FRPC_HEAP_GRANTED, "granted" },	\
			 { FRPC_HEAP_OFFERED, "offered" },	\
			 { FRPC_HEAP_ORPHANED, "orphaned" },	\
			 { FRPC_HEAP_REOFFERED, "offered-again" },\
			 { FRPC_HEAP_REVOKING, "revoking" },	\
			 { FRPC_HEAP_QUARANTINED, "quarantined" })

/* A region went from one state to another; docs/remote-heap.md has the states. */
TRACE_EVENT(frpc_heap_step,
	TP_PROTO(phys_addr_t phys, size_t len, enum frpc_heap_event event,
		 enum frpc_heap_state from, enum frpc_heap_state to),
	TP_ARGS(phys, len, event, from, to),
	TP_STRUCT__entry(
		__field(u64, phys)
		__field(u64, len)
		__field(u32, event)
		__field(u32, from)
		__field(u32, to)
	),
	TP_fast_assign(
		__entry->phys = phys;
		__entry->len = len;
		__entry->event = event;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("phys=%#llx len=%#llx event=%s from=%s to=%s",
		  __entry->phys, __entry->len,
		  __print_symbolic(__entry->event,
				   { FRPC_HEAP_CLAIM, "claim" },
				   { FRPC_HEAP_UNCLAIM, "unclaim" },
				   { FRPC_HEAP_GRANT, "grant" },
				   { FRPC_HEAP_GRANT_DONE, "grant-done" },
				   { FRPC_HEAP_GRANT_FAILED, "grant-failed" },
				   { FRPC_HEAP_OFFER, "offer" },
				   { FRPC_HEAP_UNSENT, "unsent" },
				   { FRPC_HEAP_WITHDRAW, "withdraw" },
				   { FRPC_HEAP_PD_GONE, "pd-gone" },
				   { FRPC_HEAP_RETURNED, "returned" },
				   { FRPC_HEAP_DSP_OFF, "dsp-off" },
				   { FRPC_HEAP_DSP_LOST, "dsp-lost" },
				   { FRPC_HEAP_REVOKE_DONE, "revoke-done" },
				   { FRPC_HEAP_REVOKE_FAILED, "revoke-failed" }),
		  frpc_trace_heap_state(__entry->from), frpc_trace_heap_state(__entry->to))
);

/* The DSP of a heap has crashed; what it had then. */
TRACE_EVENT(frpc_heap_crash,
	TP_PROTO(phys_addr_t phys, size_t len, size_t growth, enum frpc_heap_state state),
	TP_ARGS(phys, len, growth, state),
	TP_STRUCT__entry(
		__field(u64, phys)
		__field(u64, len)
		__field(u64, growth)
		__field(u32, state)
	),
	TP_fast_assign(
		__entry->phys = phys;
		__entry->len = len;
		__entry->growth = growth;
		__entry->state = state;
	),
	TP_printk("phys=%#llx len=%#llx growth=%#llx state=%s",
		  __entry->phys, __entry->len, __entry->growth,
		  frpc_trace_heap_state(__entry->state))
);

/*
 * A call, stage by stage, in the thread that makes it: begin, mapped (laid out, dma-bufs
 * mapped), copied (inputs are in the message), sent, woken (there is an answer), end
 * (outputs are copied out).  What is sent carries the cookie by which "answered", in
 * the receive path, is known.
 */
TRACE_EVENT(frpc_call_begin,
	TP_PROTO(const struct frpc_session *session, u32 handle, u32 sc),
	TP_ARGS(session, handle, sc),
	TP_STRUCT__entry(
		__array(char, dsp, sizeof_field(struct frpc_channel, label))
		__field(u32, client)
		__field(u32, handle)
		__field(u32, sc)
	),
	TP_fast_assign(
		memcpy(__entry->dsp, session->channel->label, sizeof(__entry->dsp));
		__entry->client = frpc_session_client_id(session);
		__entry->handle = handle;
		__entry->sc = sc;
	),
	TP_printk("dsp=%s client=%u handle=%#x sc=%#x", __entry->dsp, __entry->client,
		  __entry->handle, __entry->sc)
);

DECLARE_EVENT_CLASS(frpc_call_stage,
	TP_PROTO(const struct frpc_call *call),
	TP_ARGS(call),
	TP_STRUCT__entry(
		__field(u32, args)
		__field(u64, len)
	),
	TP_fast_assign(
		__entry->args = call->msg.nr_args;
		__entry->len = call->msg.len;
	),
	TP_printk("args=%u len=%llu", __entry->args, __entry->len)
);

DEFINE_EVENT(frpc_call_stage, frpc_call_mapped,
	     TP_PROTO(const struct frpc_call *call), TP_ARGS(call));
DEFINE_EVENT(frpc_call_stage, frpc_call_copied,
	     TP_PROTO(const struct frpc_call *call), TP_ARGS(call));
DEFINE_EVENT(frpc_call_stage, frpc_call_woken,
	     TP_PROTO(const struct frpc_call *call), TP_ARGS(call));

TRACE_EVENT(frpc_call_sent,
	TP_PROTO(const struct dsp_request *request),
	TP_ARGS(request),
	TP_STRUCT__entry(
		__field(u64, cookie)
	),
	TP_fast_assign(
		__entry->cookie = le64_to_cpu(request->ctx);
	),
	TP_printk("cookie=%#llx", __entry->cookie)
);

TRACE_EVENT(frpc_call_answered,
	TP_PROTO(const struct frpc_channel *channel, const struct frpc_response *rsp),
	TP_ARGS(channel, rsp),
	TP_STRUCT__entry(
		__array(char, dsp, sizeof_field(struct frpc_channel, label))
		__field(u64, cookie)
		__field(s32, result)
	),
	TP_fast_assign(
		memcpy(__entry->dsp, channel->label, sizeof(__entry->dsp));
		__entry->cookie = rsp->cookie;
		__entry->result = rsp->retval;
	),
	TP_printk("dsp=%s cookie=%#llx result=%d", __entry->dsp, __entry->cookie, __entry->result)
);

TRACE_EVENT(frpc_call_end,
	TP_PROTO(long result),
	TP_ARGS(result),
	TP_STRUCT__entry(
		__field(s64, result)
	),
	TP_fast_assign(
		__entry->result = result;
	),
	TP_printk("result=%lld", __entry->result)
);

#endif /* FRPC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
