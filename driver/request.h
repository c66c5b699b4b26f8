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

/**
 * struct frpc_reply - outcome of a request, and the error for the caller
 * @outcome: see &enum frpc_outcome
 * @error: 0 if and only if the outcome is FRPC_DONE.  FRPC_REFUSED: the DSP's result as
 *	   frpc_result() gives it.  FRPC_UNANSWERED: -ETIMEDOUT, -ERESTARTSYS a signal has
 *	   ended the wait, or -EPIPE the DSP has gone.  FRPC_NOT_SENT: -ENOSPC, -ENOMEM or
 *	   an error of frpc_send().
 */
struct frpc_reply {
	enum frpc_outcome outcome;
	long error;
};

/**
 * struct frpc_page - memory in a request
 * @addr: as the DSP uses it, with the session id where one belongs
 * @len: bytes, whole pages
 */
struct frpc_page {
	u64 addr;
	u64 len;
};

/* A client joins a protection domain that is always there. */
struct frpc_reply frpc_request_attach(struct frpc_session *session, u32 pd);

/**
 * frpc_request_release() - tell the DSP that a client is gone, and that its memory ends
 * @call: of kind FRPC_CALL_RELEASE, with room for a message of a page
 * @pd: protection domain of the client
 *
 * Does not wait for the answer: frpc_invoke_end() has the outcome when the call is done.
 *
 * Return: 0 it was sent; an error of frpc_send() otherwise.
 */
int frpc_request_release(struct frpc_call *call, u32 pd);

/**
 * frpc_request_create() - start a client's process
 * @session: the client's
 * @name: of the process
 * @create: ->filelen, ->attrs and ->siglen count
 * @shell: the program that loads programs: kernel memory or a dma-buf
 * @memory: the first memory of the process
 *
 * Return: see &struct frpc_reply.
 */
struct frpc_reply frpc_request_create(struct frpc_session *session, const char *name,
				      const struct fastrpc_init_create *create,
				      const struct frpc_arg *shell,
				      const struct frpc_page *memory);

/**
 * frpc_request_create_static() - join a protection domain that the firmware started
 * @session: the client's
 * @name: of the domain
 * @namelen: bytes of it, with its NUL
 * @memory: to add to the domain's heap; NULL: none
 *
 * Return: see &struct frpc_reply.
 */
struct frpc_reply frpc_request_create_static(struct frpc_session *session, const char *name,
					     u32 namelen, const struct frpc_page *memory);

/**
 * frpc_request_mmap() - memory for the heap of a protection domain
 * @session: the client's
 * @pd: whose heap
 * @flags: DSP_MAP_*
 * @memory: what is added
 * @dsp_addr: result, the DSP's address of it; 0 if the outcome is not FRPC_DONE
 *
 * Return: see &struct frpc_reply.
 */
struct frpc_reply frpc_request_mmap(struct frpc_session *session, u32 pd, u32 flags,
				    const struct frpc_page *memory, u64 *dsp_addr);

/* Undoes frpc_request_mmap(): @len bytes at the DSP's address @dsp_addr. */
struct frpc_reply frpc_request_munmap(struct frpc_session *session, u32 pd, u32 flags,
				      u64 dsp_addr, u64 len);

/**
 * frpc_request_mem_map() - map a dma-buf in a client's process
 * @session: the client's
 * @pd: where the process is
 * @request: ->fd, ->offset, ->flags and ->vaddrin count
 * @memory: of the dma-buf
 * @dsp_addr: result, the DSP's address of it; 0 if the outcome is not FRPC_DONE
 *
 * Return: see &struct frpc_reply.
 */
struct frpc_reply frpc_request_mem_map(struct frpc_session *session, u32 pd,
				       const struct fastrpc_mem_map *request,
				       const struct frpc_page *memory, u64 *dsp_addr);

/* Undoes frpc_request_mem_map(), or returns a handle of a call (@dsp_addr 0). */
struct frpc_reply frpc_request_mem_unmap(struct frpc_session *session, u32 pd, int fd,
					 u64 dsp_addr, u64 len);

/**
 * frpc_request_get_info() - ask what the DSP can do
 * @session: the message goes through its context bank
 * @pd: protection domain to ask
 * @words: results: attributes from number 1 on; valid if the outcome is FRPC_DONE
 * @count: how many
 *
 * Return: see &struct frpc_reply; the error is -EOPNOTSUPP if the DSP does not know the question.
 */
struct frpc_reply frpc_request_get_info(struct frpc_session *session, u32 pd, __le32 *words,
					u32 count);

#endif /* FRPC_REQUEST_H */
