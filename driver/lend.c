// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that make and end mappings of a client's process on the DSP: pages for
 * its heap, and dma-bufs that stay mapped between calls.
 *
 * A mapping begins before its request and ends after it.  Once the DSP has been told
 * of it, the mapping stays until the DSP itself answers that it does not have it.
 */
#include <linux/err.h>

#include "private.h"

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
	struct frpc_reply reply;
	struct frpc_loan *loan;
	struct frpc_page page;

	/* pairs with process.c */
	if (!smp_load_acquire(&client->has_joined))
		return -EPERM;
	if (request->size > SIZE_MAX - PAGE_SIZE)
		return -ENOMEM;
	loan = frpc_loan_buffer(client, FRPC_LOAN_PAGES, DSP_PAGE_ALIGN(request->size));
	if (IS_ERR(loan))
		return PTR_ERR(loan);
	page = frpc_loan_page(client, loan);
	reply = frpc_request_mmap(client->session, READ_ONCE(client->pd), DSP_MAP_ADD_PAGES, &page,
				  &request->vaddrout);
	frpc_loan_settle(client, loan, reply.outcome, request->vaddrout);
	return reply.error;
}

/**
 * frpc_return_pages() - remove memory from the heap of a client's process
 * @client: that added it
 * @request: the result of frpc_lend_pages()
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 *
 * Return: 0; -EINVAL there is no such memory; a result of the DSP; errors of
 * frpc_invoke_kernel().
 */
long frpc_return_pages(struct frpc_client *client, const struct fastrpc_req_munmap *request)
{
	struct frpc_reply reply = { FRPC_NOT_SENT, -EINVAL };
	struct frpc_loan *loan;

	loan = frpc_loan_take(client, FRPC_LOAN_PAGES, -1, request->vaddrout);
	if (!loan)
		return -EINVAL;
	if (loan->len == DSP_PAGE_ALIGN(request->size))
		reply = frpc_request_munmap(client->session, READ_ONCE(client->pd),
					    DSP_MAP_ADD_PAGES, loan->dsp_addr, loan->len);
	frpc_loan_settle_return(client, loan, reply.outcome);
	return reply.error;
}

/* These flags are for memory that the kernel allocates; MMAP has them. */
static bool flags_are_kernels_own(u32 flags)
{
	return flags == DSP_MAP_REMOTE_HEAP || flags & DSP_MAP_ADD_PAGES;
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
	struct frpc_reply reply;
	struct frpc_loan *loan;
	struct frpc_page page;
	u64 end;

	if (flags_are_kernels_own(request->flags) || request->offset < 0 ||
	    check_add_overflow(request->length, (u64)request->offset, &end))
		return -EINVAL;
	if (request->fd < 0)
		return -EBADF;
	/* pairs with process.c */
	if (!smp_load_acquire(&client->has_joined))
		return -EPERM;
	loan = frpc_loan_map(client, request->fd, request->length);
	if (IS_ERR(loan))
		return PTR_ERR(loan);
	if (end > loan->map->len) {
		frpc_loan_end(client, loan);
		return -EINVAL;
	}
	page = frpc_loan_page(client, loan);
	reply = frpc_request_mem_map(client->session, READ_ONCE(client->pd), request, &page,
				     &request->vaddrout);
	frpc_loan_settle(client, loan, reply.outcome, request->vaddrout);
	return reply.error;
}

/* A handle of a call has no address of its own. */
static long unmap_handle(struct frpc_client *client, const struct fastrpc_mem_unmap *request)
{
	size_t len = request->vaddr ? 0 : frpc_loan_handle_len(client, request->fd);
	struct frpc_reply reply;

	if (!len)
		return -EINVAL;
	reply = frpc_request_mem_unmap(client->session, READ_ONCE(client->pd), request->fd, 0, len);
	if (reply.outcome == FRPC_DONE)
		frpc_loan_return_handle(client, request->fd, NULL);
	return reply.error;
}

/**
 * frpc_mem_unmap() - undo frpc_mem_map(), or end the mapping of a call's handle
 * @client: whose
 * @request: what was mapped
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_mem_unmap.
 */
long frpc_mem_unmap(struct frpc_client *client, const struct fastrpc_mem_unmap *request)
{
	struct frpc_reply reply;
	struct frpc_loan *loan;

	loan = frpc_loan_take(client, FRPC_LOAN_MAP, request->fd, request->vaddr);
	if (!loan)
		return unmap_handle(client, request);
	reply = frpc_request_mem_unmap(client->session, READ_ONCE(client->pd), loan->fd,
				       loan->dsp_addr, loan->len);
	frpc_loan_settle_return(client, loan, reply.outcome);
	return reply.error;
}
