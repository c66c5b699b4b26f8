// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes: the protection domains on the DSP that clients attach to, create
 * and leave.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "private.h"
#include "remote_heap.h"

/* Longest name of a static protection domain, with its NUL. */
#define STATIC_NAME_MAX		128

/* The one static protection domain that gets the remote heap. */
#define AUDIO_PD_NAME		"audiopd"

/* Largest shell of a process. */
#define SHELL_BYTES_MAX		SZ_2M

static bool outcome_may_be_done(enum frpc_outcome outcome)
{
	return outcome == FRPC_DONE || outcome == FRPC_UNANSWERED;
}

/* Records the outcome of a request to join: a client in a domain may have mappings. */
static void client_learn_of_joining(struct frpc_client *client, enum frpc_outcome outcome)
{
	if (outcome != FRPC_NOT_SENT)
		WRITE_ONCE(client->is_known, true);
	if (outcome_may_be_done(outcome))
		/* a thread that sees this sees the session */
		smp_store_release(&client->has_joined, true);
}

/**
 * frpc_process_attach() - join a protection domain that is always there
 * @client: its calls go to that domain from now on
 * @pd: DSP_PD_ROOT or DSP_PD_SENSORS
 *
 * Any number of times.  Sleeps.
 *
 * Return: 0, or an error as in &struct frpc_reply.
 */
long frpc_process_attach(struct frpc_client *client, u32 pd)
{
	struct frpc_reply reply;

	WRITE_ONCE(client->pd, pd);
	reply = frpc_request_attach(client->session, pd);
	client_learn_of_joining(client, reply.outcome);
	return reply.error;
}

/* May the client have this process?  Some DSPs allow signed ones to privileged clients only. */
static bool client_may_create(const struct frpc_client *client, u32 attrs)
{
	const struct frpc_channel *channel = client->channel;

	if (client->is_privileged || !channel->is_secure)
		return true;
	return channel->has_unsigned && attrs & FASTRPC_MODE_UNSIGNED_MODULE;
}

/* The shell, which loads programs: bytes of a dma-buf, or a copy of user memory. */
static int shell_get(const struct fastrpc_init_create *create, struct frpc_arg *shell)
{
	void *copy;

	*shell = (struct frpc_arg){ .len = create->filelen, .fd = -1 };
	if (!create->filelen)
		return 0;
	shell->ptr = create->file;
	shell->fd = create->filefd;
	if (!frpc_arg_is_inline(shell))
		return 0;
	copy = kvmalloc(create->filelen, GFP_KERNEL_ACCOUNT);
	if (!copy)
		return -ENOMEM;
	if (copy_from_user(copy, u64_to_user_ptr(create->file), create->filelen)) {
		kvfree(copy);
		return -EFAULT;
	}
	shell->ptr = (uintptr_t)copy;
	return 0;
}

static void shell_put(const struct frpc_arg *shell)
{
	if (shell->len && frpc_arg_is_inline(shell))
		kvfree((void *)(uintptr_t)shell->ptr);
}

/* Keeps the mapping, unless the DSP is known not to have it. */
static struct frpc_reply process_send_create(struct frpc_client *client,
					     const struct fastrpc_init_create *create,
					     const struct frpc_arg *shell,
					     struct frpc_mapping *memory)
{
	const struct frpc_page page = frpc_mapping_page(client, memory);
	struct frpc_reply reply;
	char name[TASK_COMM_LEN];

	WRITE_ONCE(client->pd, DSP_PD_USER);
	reply = frpc_request_create(client->session, get_task_comm(name, current), create, shell,
				    &page);
	client_learn_of_joining(client, reply.outcome);
	frpc_mapping_settle_map(client, memory, reply.outcome, 0);
	return reply;
}

static struct frpc_reply process_create(struct frpc_client *client,
					const struct fastrpc_init_create *create)
{
	size_t len = max_t(size_t, DSP_PROCESS_BYTES_MIN, create->filelen * DSP_PROCESS_PER_SHELL);
	struct frpc_reply reply = { FRPC_NOT_SENT };
	struct frpc_mapping *memory;
	struct frpc_arg shell;

	reply.error = shell_get(create, &shell);
	if (reply.error)
		return reply;
	memory = frpc_mapping_create(client, FRPC_MAPPING_PROCESS, ALIGN(len, DSP_PROCESS_UNIT));
	if (IS_ERR(memory))
		reply.error = PTR_ERR(memory);
	else
		reply = process_send_create(client, create, &shell, memory);
	shell_put(&shell);
	return reply;
}

/**
 * frpc_process_create() - start a process on the DSP
 * @client: its owner; a client has one process at most
 * @create: already copied from user space
 *
 * Sleeps.  The process has its memory until the client is released.
 *
 * Return: 0, a result of the DSP, or an error as listed at
 * &struct fastrpc_init_create.
 */
long frpc_process_create(struct frpc_client *client, const struct fastrpc_init_create *create)
{
	struct frpc_reply reply;

	if (!client_may_create(client, create->attrs))
		return -ECONNREFUSED;
	if (create->filelen > SHELL_BYTES_MAX)
		return -EINVAL;
	if (test_and_set_bit(0, &client->has_process))
		return -EBUSY;
	reply = process_create(client, create);
	if (!outcome_may_be_done(reply.outcome))
		clear_bit(0, &client->has_process);
	return reply.error;
}

/*
 * Tells the static PD that it has a daemon.
 * @memory: to add to its heap; NULL: none
 */
static struct frpc_reply process_join_static(struct frpc_client *client, const char *name,
					     u32 namelen, const struct frpc_page *memory)
{
	struct frpc_reply reply;

	WRITE_ONCE(client->pd, DSP_PD_USER);
	reply = frpc_request_create_static(client->session, name, namelen, memory);
	client_learn_of_joining(client, reply.outcome);
	return reply;
}

static long process_create_audio_pd(struct frpc_client *client, const char *name, u32 namelen)
{
	struct frpc_reply reply;
	struct frpc_page page;
	long ret;

	ret = frpc_heap_offer(client->channel, 0, &page);
	if (ret)
		return ret;
	reply = process_join_static(client, name, namelen, page.len ? &page : NULL);
	frpc_heap_offered(client->channel, &reply, 0);
	if (reply.outcome == FRPC_DONE)
		WRITE_ONCE(client->has_audio_pd, true);
	return reply.error;
}

/**
 * frpc_process_create_static() - attach to a PD that the firmware started
 * @client: that attaches
 * @create: already copied from user space
 *
 * The first such call after the audio PD started offers the remote heap to it.  Once
 * the offer was sent the DSP has the heap, also if the call fails.  Sleeps.
 *
 * Return: 0, a result of the DSP, or an error as listed at
 * &struct fastrpc_init_create_static.
 */
long frpc_process_create_static(struct frpc_client *client,
				const struct fastrpc_init_create_static *create)
{
	char name[STATIC_NAME_MAX];

	if (!create->namelen || create->namelen > STATIC_NAME_MAX)
		return -EINVAL;
	if (copy_from_user(name, u64_to_user_ptr(create->name), create->namelen))
		return -EFAULT;
	if (name[create->namelen - 1])
		return -EINVAL;

	if (!strcmp(name, AUDIO_PD_NAME))
		return process_create_audio_pd(client, name, create->namelen);
	return process_join_static(client, name, create->namelen, NULL).error;
}

static long process_grow_heap(struct frpc_client *client, size_t len, u64 *dsp_addr)
{
	struct frpc_reply reply;
	struct frpc_page page;
	long ret;

	ret = frpc_heap_offer(client->channel, len, &page);
	if (ret)
		return ret;
	reply = frpc_request_mmap(client->session, DSP_PD_USER, DSP_MAP_REMOTE_HEAP, &page,
				  dsp_addr);
	frpc_heap_offered(client->channel, &reply, *dsp_addr);
	return reply.error;
}

/**
 * frpc_process_mmap() - more memory for a protection domain's heap
 * @client: owner of the process, or the audio PD's daemon
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_mmap.
 */
long frpc_process_mmap(struct frpc_client *client, struct fastrpc_req_mmap *request)
{
	if (request->vaddrin || !request->size)
		return -EINVAL;
	if (request->flags == DSP_MAP_ADD_PAGES)
		return frpc_process_memory_add(client, request);
	if (request->flags != DSP_MAP_REMOTE_HEAP)
		return -EINVAL;
	if (!READ_ONCE(client->has_audio_pd))
		return -EPERM;
	if (request->size > FRPC_HEAP_GROWTH_MAX)
		return -ENOMEM;

	return process_grow_heap(client, DSP_PAGE_ALIGN(request->size), &request->vaddrout);
}

static long process_shrink_heap(struct frpc_client *client, u64 dsp_addr, size_t len)
{
	struct frpc_reply reply;
	struct frpc_page page;
	long ret;

	ret = frpc_heap_find_growth(client->channel, dsp_addr, len, &page);
	if (ret)
		return ret;
	reply = frpc_request_munmap(client->session, DSP_PD_USER, DSP_MAP_REMOTE_HEAP, dsp_addr,
				    page.len);
	frpc_heap_returned(client->channel, &reply);
	return reply.error;
}

/**
 * frpc_process_munmap() - remove memory from a protection domain's heap
 * @client: that added it; for the audio PD any later daemon
 * @request: the result of frpc_process_mmap()
 *
 * If the DSP does not agree it keeps the memory.  Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_munmap.
 */
long frpc_process_munmap(struct frpc_client *client, const struct fastrpc_req_munmap *request)
{
	long ret;

	ret = frpc_process_memory_remove(client, request);
	if (ret != -EINVAL || !READ_ONCE(client->has_audio_pd))
		return ret;
	if (!request->size || request->size > FRPC_HEAP_GROWTH_MAX)
		return -EINVAL;

	return process_shrink_heap(client, request->vaddrout, DSP_PAGE_ALIGN(request->size));
}
