// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of the kernel: builds the arguments as the DSP's process control and utilities
 * read them (wire.h).
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "private.h"

/* One argument: kernel memory of @bytes bytes. */
#define REQUEST_BYTES(pointer, bytes) \
	{ .ptr = (uintptr_t)(pointer), .len = (bytes), .fd = -1 }

#define REQUEST_OBJECT(object)	REQUEST_BYTES(&(object), sizeof(object))

static __le32 request_client_id(const struct frpc_session *session)
{
	return cpu_to_le32(frpc_session_client_id(session));
}

static struct dsp_page request_page(const struct frpc_page *page)
{
	return (struct dsp_page){
		.addr = cpu_to_le64(page ? page->addr : 0),
		.size = cpu_to_le64(page ? page->len : 0),
	};
}

/* The DSP's address of the memory in the request. */
static u64 reply_dsp_addr(const struct frpc_reply *reply, __le64 dsp_addr)
{
	return reply->outcome == FRPC_DONE ? le64_to_cpu(dsp_addr) : 0;
}

/* To process control. */
static struct frpc_reply request_control(struct frpc_session *session, u32 pd, u32 sc,
					 const struct frpc_arg *args)
{
	const struct frpc_kernel_call call = {
		.pd = pd,
		.handle = DSP_HANDLE_INIT,
		.sc = sc,
		.args = args,
	};

	return frpc_invoke_kernel(session, &call);
}

/* A client joins a protection domain that is always there. */
struct frpc_reply frpc_request_attach(struct frpc_session *session, u32 pd)
{
	const __le32 id = request_client_id(session);
	const struct frpc_arg args[] = { REQUEST_OBJECT(id) };

	return request_control(session, pd, DSP_SCALARS(DSP_INIT_ATTACH, 1, 0), args);
}

/**
 * frpc_request_release() - tell the DSP that a client is gone, and that its memory ends
 * @call: of kind FRPC_CALL_RELEASE, with room for a message of a page
 * @pd: protection domain of the client
 *
 * Does not wait for the answer: frpc_invoke_end() has the outcome when the call is done.
 *
 * Return: 0 it was sent; an error of frpc_send() otherwise.
 */
int frpc_request_release(struct frpc_call *call, u32 pd)
{
	const __le32 id = request_client_id(call->session);
	const struct frpc_arg args[] = { REQUEST_OBJECT(id) };
	const struct frpc_kernel_call request = {
		.pd = pd,
		.handle = DSP_HANDLE_INIT,
		.sc = call->msg.sc,
		.args = args,
	};

	return frpc_invoke_begin(call, &request, FRPC_UNTIL_DONE);
}

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
				      const struct frpc_page *memory)
{
	const u32 method = create->attrs ? DSP_INIT_CREATE_ATTR : DSP_INIT_CREATE;
	const u32 namelen = strlen(name) + 1;
	const struct dsp_create head = {
		.client_id = request_client_id(session),
		.namelen = cpu_to_le32(namelen),
		.filelen = cpu_to_le32(create->filelen),
		.pageslen = cpu_to_le32(1),
		.attrs = cpu_to_le32(create->attrs),
		.siglen = cpu_to_le32(create->siglen),
	};
	const struct dsp_page page = request_page(memory);
	const struct frpc_arg args[] = {
		REQUEST_OBJECT(head), REQUEST_BYTES(name, namelen), *shell, REQUEST_OBJECT(page),
	};

	return request_control(session, DSP_PD_USER, DSP_SCALARS(method, 4, 0), args);
}

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
					     u32 namelen, const struct frpc_page *memory)
{
	const struct dsp_create_static head = {
		.client_id = request_client_id(session),
		.namelen = cpu_to_le32(namelen),
		.pageslen = cpu_to_le32(memory ? 1 : 0),
	};
	const struct dsp_page page = request_page(memory);
	const struct frpc_arg args[] = {
		REQUEST_OBJECT(head), REQUEST_BYTES(name, namelen), REQUEST_OBJECT(page),
	};

	return request_control(session, DSP_PD_USER, DSP_SCALARS(DSP_INIT_CREATE_STATIC, 3, 0),
			       args);
}

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
				    const struct frpc_page *memory, u64 *dsp_addr)
{
	const struct dsp_page page = request_page(memory);
	const struct dsp_mmap head = {
		.client_id = request_client_id(session),
		.flags = cpu_to_le32(flags),
		.num = cpu_to_le32(sizeof(page)),
	};
	__le64 answer = 0;
	const struct frpc_arg args[] = {
		REQUEST_OBJECT(head), REQUEST_OBJECT(page), REQUEST_OBJECT(answer),
	};
	struct frpc_reply reply;

	reply = request_control(session, pd, DSP_SCALARS(DSP_INIT_MMAP, 2, 1), args);
	*dsp_addr = reply_dsp_addr(&reply, answer);
	return reply;
}

/* Undoes frpc_request_mmap(): @len bytes at the DSP's address @dsp_addr. */
struct frpc_reply frpc_request_munmap(struct frpc_session *session, u32 pd, u32 flags,
				      u64 dsp_addr, u64 len)
{
	const struct dsp_munmap head = {
		.client_id = request_client_id(session),
		.vaddr = cpu_to_le64(dsp_addr),
		.size = cpu_to_le64(len),
	};
	const struct frpc_arg args[] = { REQUEST_OBJECT(head) };

	return request_control(session, pd, DSP_SCALARS(DSP_INIT_MUNMAP, 1, 0), args);
}

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
				       const struct frpc_page *memory, u64 *dsp_addr)
{
	const struct dsp_page page = request_page(memory);
	const struct dsp_mem_map head = {
		.client_id = request_client_id(session),
		.fd = cpu_to_le32(request->fd),
		.offset = cpu_to_le32(request->offset),
		.flags = cpu_to_le32(request->flags),
		.vaddr = cpu_to_le64(request->vaddrin),
		.num = cpu_to_le32(sizeof(page)),
	};
	__le64 answer = 0;
	const struct frpc_arg args[] = {
		REQUEST_OBJECT(head), REQUEST_OBJECT(page), REQUEST_BYTES(NULL, 0),
		REQUEST_OBJECT(answer),
	};
	struct frpc_reply reply;

	reply = request_control(session, pd, DSP_SCALARS(DSP_INIT_MEM_MAP, 3, 1), args);
	*dsp_addr = reply_dsp_addr(&reply, answer);
	return reply;
}

/* Undoes frpc_request_mem_map(), or returns a handle of a call (@dsp_addr 0). */
struct frpc_reply frpc_request_mem_unmap(struct frpc_session *session, u32 pd, int fd,
					 u64 dsp_addr, u64 len)
{
	const struct dsp_mem_unmap head = {
		.client_id = request_client_id(session),
		.fd = cpu_to_le32(fd),
		.vaddr = cpu_to_le64(dsp_addr),
		.len = cpu_to_le64(len),
	};
	const struct frpc_arg args[] = { REQUEST_OBJECT(head) };

	return request_control(session, pd, DSP_SCALARS(DSP_INIT_MEM_UNMAP, 1, 0), args);
}

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
					u32 count)
{
	const __le32 wanted = cpu_to_le32(count);
	const struct frpc_arg args[] = {
		REQUEST_OBJECT(wanted), REQUEST_BYTES(words, count * sizeof(*words)),
	};
	const struct frpc_kernel_call call = {
		.pd = pd,
		.handle = DSP_HANDLE_UTILITIES,
		.sc = DSP_SCALARS(DSP_UTILITIES_GET_INFO, 1, 1),
		.args = args,
	};
	struct frpc_reply reply;

	reply = frpc_invoke_kernel(session, &call);
	if (reply.outcome == FRPC_REFUSED && (u32)reply.error == DSP_ERR_UNSUPPORTED)
		reply.error = -EOPNOTSUPP;
	return reply;
}
