// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that lend memory to a client's process on the DSP, and take it back:
 * pages for its heap, and dma-bufs that stay mapped between calls.
 *
 * The loan is made first and ended last.  What the DSP has been told of is kept,
 * unless the DSP itself has answered that it does not have it.
 */
#include <linux/err.h>

#include "private.h"

/* A request to the process that the client has. */
static long control(struct frpc_client *client, struct frpc_kernel_call *call)
{
	WRITE_ONCE(client->is_known, true);
	call->pd = READ_ONCE(client->pd);
	call->may_be_killed = true;
	return frpc_process_control(client, call);
}

static struct dsp_page page_of(const struct frpc_client *client, const struct frpc_loan *loan)
{
	return (struct dsp_page){
		.addr = cpu_to_le64(loan->iova + frpc_session_bits(client->session)),
		.size = cpu_to_le64(loan->len),
	};
}

/* What came of a request for more memory. */
static void settle_lent(struct frpc_client *client, const struct frpc_kernel_call *call, long ret,
			struct frpc_loan *loan, __le64 dsp_addr)
{
	if (ret && (call->was_answered || !call->was_sent)) {
		frpc_loan_end(client, loan);
		return;
	}
	loan->is_named = !ret;
	loan->dsp_addr = le64_to_cpu(dsp_addr);
	frpc_loan_keep(client, loan);
}

/* What came of a request to have memory back. */
static void settle_returned(struct frpc_client *client, long ret, struct frpc_loan *loan)
{
	if (ret)
		frpc_loan_keep(client, loan);
	else
		frpc_loan_end(client, loan);
}

/**
 * frpc_lend_pages() - more memory for the heap of a client's process
 * @client: whose
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_mmap.
 */
long frpc_lend_pages(struct frpc_client *client, struct fastrpc_req_mmap *request)
{
	struct frpc_loan *loan;
	struct dsp_page page;
	__le64 dsp_addr = 0;
	const struct dsp_mmap head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.flags = cpu_to_le32(DSP_MAP_ADD_PAGES),
		.num = cpu_to_le32(sizeof(page)),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
		{ .ptr = (uintptr_t)&page, .len = sizeof(page), .fd = -1 },
		{ .ptr = (uintptr_t)&dsp_addr, .len = sizeof(dsp_addr), .fd = -1 },
	};
	struct frpc_kernel_call call = { .sc = DSP_SCALARS(DSP_INIT_MMAP, 2, 1), .args = args };
	long ret;

	if (request->size > SIZE_MAX - PAGE_SIZE)
		return -ENOMEM;
	loan = frpc_loan_buffer(client, FRPC_LOAN_PAGES, PAGE_ALIGN(request->size));
	if (IS_ERR(loan))
		return PTR_ERR(loan);
	page = page_of(client, loan);
	ret = control(client, &call);
	request->vaddrout = le64_to_cpu(dsp_addr);
	settle_lent(client, &call, ret, loan, dsp_addr);
	return ret;
}

/**
 * frpc_return_pages() - take memory back from the heap of a client's process
 * @client: who added it
 * @request: what frpc_lend_pages() gave
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 *
 * Return: 0; -EINVAL there is no such memory; a result of the DSP; errors of
 * frpc_invoke_kernel().
 */
long frpc_return_pages(struct frpc_client *client, const struct fastrpc_req_munmap *request)
{
	const struct dsp_munmap head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.vaddr = cpu_to_le64(request->vaddrout),
		.size = cpu_to_le64(PAGE_ALIGN(request->size)),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
	};
	struct frpc_kernel_call call = { .sc = DSP_SCALARS(DSP_INIT_MUNMAP, 1, 0), .args = args };
	struct frpc_loan *loan;
	long ret;

	loan = frpc_loan_take(client, FRPC_LOAN_PAGES, -1, request->vaddrout);
	if (!loan)
		return -EINVAL;
	ret = loan->len == PAGE_ALIGN(request->size) ? control(client, &call) : -EINVAL;
	settle_returned(client, ret, loan);
	return ret;
}

/* Memory that the kernel allocates has requests of its own. */
static bool is_kernels_own(u32 flags)
{
	return flags == DSP_MAP_REMOTE_HEAP || flags & DSP_MAP_ADD_PAGES;
}

static long send_mem_map(struct frpc_client *client, const struct fastrpc_mem_map *request,
			 struct frpc_loan *loan, u64 *vaddrout)
{
	const struct dsp_page page = page_of(client, loan);
	const struct dsp_mem_map head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.fd = cpu_to_le32(request->fd),
		.offset = cpu_to_le32(request->offset),
		.flags = cpu_to_le32(request->flags),
		.vaddr = cpu_to_le64(request->vaddrin),
		.num = cpu_to_le32(sizeof(page)),
	};
	__le64 dsp_addr = 0;
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
		{ .ptr = (uintptr_t)&page, .len = sizeof(page), .fd = -1 },
		{ .fd = -1 },
		{ .ptr = (uintptr_t)&dsp_addr, .len = sizeof(dsp_addr), .fd = -1 },
	};
	struct frpc_kernel_call call = { .sc = DSP_SCALARS(DSP_INIT_MEM_MAP, 3, 1), .args = args };
	long ret;

	ret = control(client, &call);
	*vaddrout = le64_to_cpu(dsp_addr);
	settle_lent(client, &call, ret, loan, dsp_addr);
	return ret;
}

/**
 * frpc_mem_map() - map a dma-buf for a client's process until it is unmapped
 * @client: whose
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_mem_map.
 */
long frpc_mem_map(struct frpc_client *client, struct fastrpc_mem_map *request)
{
	struct frpc_loan *loan;
	u64 end;

	if (is_kernels_own(request->flags) || request->offset < 0 ||
	    check_add_overflow(request->length, (u64)request->offset, &end))
		return -EINVAL;
	if (request->fd < 0)
		return -EBADF;
	loan = frpc_loan_map(client, request->fd, request->length);
	if (IS_ERR(loan))
		return PTR_ERR(loan);
	if (end > loan->map->len) {
		frpc_loan_end(client, loan);
		return -EINVAL;
	}
	return send_mem_map(client, request, loan, &request->vaddrout);
}

static long send_mem_unmap(struct frpc_client *client, int fd, u64 dsp_addr, size_t len)
{
	const struct dsp_mem_unmap head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.fd = cpu_to_le32(fd),
		.vaddr = cpu_to_le64(dsp_addr),
		.len = cpu_to_le64(len),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.sc = DSP_SCALARS(DSP_INIT_MEM_UNMAP, 1, 0),
		.args = args,
	};

	return control(client, &call);
}

/* A handle of a call has no address of its own. */
static long unmap_handle(struct frpc_client *client, const struct fastrpc_mem_unmap *request)
{
	size_t len = request->vaddr ? 0 : frpc_loan_handle_len(client, request->fd);
	long ret;

	if (!len)
		return -EINVAL;
	ret = send_mem_unmap(client, request->fd, 0, len);
	if (!ret)
		frpc_loan_return_handle(client, request->fd, NULL);
	return ret;
}

/**
 * frpc_mem_unmap() - undo frpc_mem_map(), or have a handle of a call back
 * @client: whose
 * @request: what was mapped
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_mem_unmap.
 */
long frpc_mem_unmap(struct frpc_client *client, const struct fastrpc_mem_unmap *request)
{
	struct frpc_loan *loan;
	long ret;

	loan = frpc_loan_take(client, FRPC_LOAN_MAP, request->fd, request->vaddr);
	if (!loan)
		return unmap_handle(client, request);
	ret = send_mem_unmap(client, loan->fd, loan->dsp_addr, loan->len);
	settle_returned(client, ret, loan);
	return ret;
}
