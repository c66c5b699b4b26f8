/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of the kernel: one function for each method of the DSP's process control
 * and utilities that the driver uses.
 *
 * A function builds the arguments, sends the request and waits for the answer, for 10 s
 * at most.  Unless stated otherwise a fatal signal ends the wait too, and the task may be
 * frozen, except in requests about a static protection domain.
 * Each takes the session whose client id goes into the request, and the protection
 * domain (DSP_PD_*) that the request is for.  The callers decide what the outcome means
 * for memory.
 */
#ifndef FRPC_REQUEST_H
#define FRPC_REQUEST_H

#include <linux/types.h>

struct fastrpc_init_create;
struct fastrpc_mem_map;
struct frpc_arg;
struct frpc_call;
struct frpc_session;

/* Outcome of a request. */
enum frpc_outcome {
	FRPC_NOT_SENT,		/* the DSP has not seen it */
	FRPC_UNANSWERED,	/* the DSP may act on it, now or later */
	FRPC_REFUSED,		/* the DSP has answered with an error */
	FRPC_DONE,		/* the DSP has answered with success */
};

/* Outcome of a request, and the error for the caller. */
struct frpc_reply {
	enum frpc_outcome outcome;
	/*
	 * 0 if and only if the outcome is FRPC_DONE.  FRPC_REFUSED: the DSP's result as
	 * frpc_result() gives it.  FRPC_UNANSWERED: -ETIMEDOUT, -ERESTARTSYS a signal has ended
	 * the wait, or -EPIPE the DSP has gone.  FRPC_NOT_SENT: -ENOSPC, -ENOMEM or an error of
	 * frpc_send().
	 */
	long error;
};

/* Memory in a request. */
struct frpc_page {
	u64 addr;	/* as the DSP uses it, with the session id where one belongs */
	u64 len;	/* bytes, whole pages */
};

struct frpc_reply frpc_request_attach(struct frpc_session *session, u32 pd);
int frpc_request_release(struct frpc_call *call, u32 pd);
struct frpc_reply frpc_request_create(struct frpc_session *session, const char *name,
				      const struct fastrpc_init_create *create,
				      const struct frpc_arg *shell,
				      const struct frpc_page *memory);
struct frpc_reply frpc_request_create_static(struct frpc_session *session, const char *name,
					     u32 namelen, const struct frpc_page *memory);
struct frpc_reply frpc_request_mmap(struct frpc_session *session, u32 pd, u32 flags,
				    const struct frpc_page *memory, u64 *dsp_addr);
struct frpc_reply frpc_request_munmap(struct frpc_session *session, u32 pd, u32 flags,
				      u64 dsp_addr, u64 len);
struct frpc_reply frpc_request_mem_map(struct frpc_session *session, u32 pd,
				       const struct fastrpc_mem_map *request,
				       const struct frpc_page *memory, u64 *dsp_addr);
struct frpc_reply frpc_request_mem_unmap(struct frpc_session *session, u32 pd, int fd,
					 u64 dsp_addr, u64 len);
struct frpc_reply frpc_request_get_info(struct frpc_session *session, u32 pd, __le32 *words,
					u32 count);

#endif /* FRPC_REQUEST_H */
