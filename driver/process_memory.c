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
 * frpc_process_memory_add() - more memory for the heap of a client's process
 * @client: whose
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_mmap.
 */
long frpc_process_memory_add(struct frpc_client *client, struct fastrpc_req_mmap *request)
{
	struct frpc_reply reply;
	struct frpc_mapping *mapping;
	struct frpc_page page;

	/* pairs with process.c */
	if (!smp_load_acquire(&client->has_joined))
		return -EPERM;
	if (request->size > SIZE_MAX - PAGE_SIZE)
		return -ENOMEM;
	mapping = frpc_mapping_create(client, FRPC_MAPPING_PAGES, DSP_PAGE_ALIGN(request->size));
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	page = frpc_mapping_page(client, mapping);
	reply = frpc_request_mmap(client->session, READ_ONCE(client->pd), DSP_MAP_ADD_PAGES, &page,
				  &request->vaddrout);
	frpc_mapping_settle_map(client, mapping, reply.outcome, request->vaddrout);
	return reply.error;
}

/**
 * frpc_process_memory_remove() - remove memory from the heap of a client's process
 * @client: that added it
 * @request: the result of frpc_process_memory_add()
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 *
 * Return: 0; -EINVAL there is no such memory; a result of the DSP; errors of
 * frpc_invoke_kernel().
 */
long frpc_process_memory_remove(struct frpc_client *client,
				const struct fastrpc_req_munmap *request)
{
	struct frpc_reply reply = { FRPC_NOT_SENT, -EINVAL };
	struct frpc_mapping *mapping;

	mapping = frpc_mapping_remove(client, FRPC_MAPPING_PAGES, -1, request->vaddrout);
	if (!mapping)
		return -EINVAL;
	if (mapping->len == DSP_PAGE_ALIGN(request->size))
		reply = frpc_request_munmap(client->session, READ_ONCE(client->pd),
					    DSP_MAP_ADD_PAGES, mapping->dsp_addr, mapping->len);
	frpc_mapping_settle_unmap(client, mapping, reply.outcome);
	return reply.error;
}

/* These flags are for memory that the kernel allocates; MMAP has them. */
static bool flags_are_kernels_own(u32 flags)
{
	return flags == DSP_MAP_REMOTE_HEAP || flags & DSP_MAP_ADD_PAGES;
}

/**
 * frpc_process_memory_map() - map a dma-buf for a client's process until it is unmapped
 * @client: whose
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_mem_map.
 */
long frpc_process_memory_map(struct frpc_client *client, struct fastrpc_mem_map *request)
{
	struct frpc_reply reply;
	struct frpc_mapping *mapping;
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
	mapping = frpc_mapping_create_dmabuf(client, request->fd, request->length);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	if (end > mapping->map->len) {
		frpc_mapping_destroy(client, mapping);
		return -EINVAL;
	}
	page = frpc_mapping_page(client, mapping);
	reply = frpc_request_mem_map(client->session, READ_ONCE(client->pd), request, &page,
				     &request->vaddrout);
	frpc_mapping_settle_map(client, mapping, reply.outcome, request->vaddrout);
	return reply.error;
}

/* A handle of a call has no address of its own. */
static long process_memory_unmap_handle(struct frpc_client *client,
					const struct fastrpc_mem_unmap *request)
{
	size_t len = request->vaddr ? 0 : frpc_mapping_handle_len(client, request->fd);
	struct frpc_reply reply;

	if (!len)
		return -EINVAL;
	reply = frpc_request_mem_unmap(client->session, READ_ONCE(client->pd), request->fd, 0, len);
	if (reply.outcome == FRPC_DONE)
		frpc_mapping_return_handle(client, request->fd, NULL);
	return reply.error;
}

/**
 * frpc_process_memory_unmap() - unmap a dma-buf, or end the mapping of a call's handle
 * @client: whose
 * @request: what was mapped
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_mem_unmap.
 */
long frpc_process_memory_unmap(struct frpc_client *client, const struct fastrpc_mem_unmap *request)
{
	struct frpc_reply reply;
	struct frpc_mapping *mapping;

	mapping = frpc_mapping_remove(client, FRPC_MAPPING_DMABUF, request->fd, request->vaddr);
	if (!mapping)
		return process_memory_unmap_handle(client, request);
	reply = frpc_request_mem_unmap(client->session, READ_ONCE(client->pd), mapping->fd,
				       mapping->dsp_addr, mapping->len);
	frpc_mapping_settle_unmap(client, mapping, reply.outcome);
	return reply.error;
}
