/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, group "frpc": the life of the remote heap, and of a call.
 *
 * Those of a call get pointers and read through them only when they are enabled; disabled,
 * each is one no-op instruction.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM frpc

#if !defined(FRPC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FRPC_TRACE_H

#include <linux/tracepoint.h>

#include <asm/byteorder.h>

#include "heap_internal.h"
#include "private.h"

TRACE_DEFINE_ENUM(FRPC_HEAP_LEND);
TRACE_DEFINE_ENUM(FRPC_HEAP_OFFER);
TRACE_DEFINE_ENUM(FRPC_HEAP_ANSWERED);
TRACE_DEFINE_ENUM(FRPC_HEAP_UNSENT);
TRACE_DEFINE_ENUM(FRPC_HEAP_PD_GONE);
TRACE_DEFINE_ENUM(FRPC_HEAP_WITHDRAW);
TRACE_DEFINE_ENUM(FRPC_HEAP_RETURN);
TRACE_DEFINE_ENUM(FRPC_HEAP_DSP_OFF);
TRACE_DEFINE_ENUM(FRPC_HEAP_LOSE);
TRACE_DEFINE_ENUM(FRPC_HEAP_AS_IS);
TRACE_DEFINE_ENUM(FRPC_HEAP_MAP);
TRACE_DEFINE_ENUM(FRPC_HEAP_ASSIGN);

TRACE_DEFINE_ENUM(FRPC_HEAP_MINE);
TRACE_DEFINE_ENUM(FRPC_HEAP_LENT);
TRACE_DEFINE_ENUM(FRPC_HEAP_OFFERING);
TRACE_DEFINE_ENUM(FRPC_HEAP_OFFERED);
TRACE_DEFINE_ENUM(FRPC_HEAP_ORPHANED);
TRACE_DEFINE_ENUM(FRPC_HEAP_REOFFERING);
TRACE_DEFINE_ENUM(FRPC_HEAP_LOST);

/* frpc_heap_state_names[] */
#define frpc_trace_state_name(state)				\
	__print_symbolic(state,					\
			 { FRPC_HEAP_MINE, "mine" },		\
			 { FRPC_HEAP_LENT, "lent" },		\
			 { FRPC_HEAP_OFFERING, "offered" },	\
			 { FRPC_HEAP_OFFERED, "offered" },	\
			 { FRPC_HEAP_ORPHANED, "orphaned" },	\
			 { FRPC_HEAP_REOFFERING, "offered" },	\
			 { FRPC_HEAP_LOST, "lost" })

/* A segment went from one state to another; docs/remote-heap.md has states and steps. */
TRACE_EVENT(frpc_heap_step,
	TP_PROTO(const struct frpc_heap_segment *segment, enum frpc_heap_step step,
		 enum frpc_heap_state from),
	TP_ARGS(segment, step, from),
	TP_STRUCT__entry(
		__field(u64, phys)
		__field(u64, len)
		__field(u32, step)
		__field(u32, way)
		__field(u32, from)
		__field(u32, to)
	),
	TP_fast_assign(
		__entry->phys = segment->phys;
		__entry->len = segment->len;
		__entry->step = step;
		__entry->way = segment->access.way;
		__entry->from = from;
		__entry->to = segment->state;
	),
	TP_printk("phys=%#llx len=%#llx step=%s way=%s from=%s to=%s",
		  __entry->phys, __entry->len,
		  __print_symbolic(__entry->step,
				   { FRPC_HEAP_LEND, "lend" },
				   { FRPC_HEAP_OFFER, "offer" },
				   { FRPC_HEAP_ANSWERED, "answered" },
				   { FRPC_HEAP_UNSENT, "unsent" },
				   { FRPC_HEAP_PD_GONE, "pd-gone" },
				   { FRPC_HEAP_WITHDRAW, "withdraw" },
				   { FRPC_HEAP_RETURN, "return" },
				   { FRPC_HEAP_DSP_OFF, "dsp-off" },
				   { FRPC_HEAP_LOSE, "lose" }),
		  __print_symbolic(__entry->way,
				   { FRPC_HEAP_AS_IS, "as-is" },
				   { FRPC_HEAP_MAP, "map" },
				   { FRPC_HEAP_ASSIGN, "assign" }),
		  frpc_trace_state_name(__entry->from), frpc_trace_state_name(__entry->to))
);

/* The DSP of a heap has crashed; what it had then. */
TRACE_EVENT(frpc_heap_crash,
	TP_PROTO(const struct frpc_heap_segment *region, size_t growth),
	TP_ARGS(region, growth),
	TP_STRUCT__entry(
		__field(u64, phys)
		__field(u64, len)
		__field(u64, growth)
		__field(u32, state)
	),
	TP_fast_assign(
		__entry->phys = region->phys;
		__entry->len = region->len;
		__entry->growth = growth;
		__entry->state = region->state;
	),
	TP_printk("phys=%#llx len=%#llx growth=%#llx state=%s",
		  __entry->phys, __entry->len, __entry->growth,
		  frpc_trace_state_name(__entry->state))
);

/*
 * A call, stage by stage, in the thread that makes it: begin, mapped (laid out, dma-bufs
 * mapped), copied (inputs are in the message), sent, woken (there is an answer), end
 * (outputs are copied out).  "sent" and "answered", which is in the receive path, have the
 * same cookie.
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
