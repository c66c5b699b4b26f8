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

/**
 * frpc_process_control() - one request to the DSP's process control
 * @client: in whose name
 * @call: all but its handle is set
 *
 * Return: 0, a result of the DSP, or an error of frpc_invoke_kernel().
 */
long frpc_process_control(struct frpc_client *client, struct frpc_kernel_call *call)
{
	s32 result;
	int ret;

	call->handle = DSP_HANDLE_INIT;
	ret = frpc_invoke_kernel(client->session, call, &result);
	return ret ? ret : frpc_result(result);
}

/* The same, and from now on the client's calls go where this request goes. */
static long control_and_join(struct frpc_client *client, struct frpc_kernel_call *call)
{
	WRITE_ONCE(client->pd, call->pd);
	WRITE_ONCE(client->is_known, true);
	call->may_be_killed = true;
	return frpc_process_control(client, call);
}

/**
 * frpc_process_attach() - join a protection domain that is always there
 * @client: who; its calls go to that domain from now on
 * @pd: DSP_PD_ROOT or DSP_PD_SENSORS
 *
 * Any number of times.  Sleeps.
 *
 * Return: 0, a result of the DSP, or an error of frpc_invoke_kernel().
 */
long frpc_process_attach(struct frpc_client *client, u32 pd)
{
	__le32 client_id = cpu_to_le32(frpc_session_client_id(client->session));
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&client_id, .len = sizeof(client_id), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = pd,
		.sc = DSP_SCALARS(DSP_INIT_ATTACH, 1, 0),
		.args = args,
	};

	return control_and_join(client, &call);
}

/* Who may have what process on a DSP where that is not the same for all. */
static bool may_create(const struct frpc_client *client, u32 attrs)
{
	const struct frpc_channel *channel = client->channel;

	if (client->is_privileged || !channel->is_secure)
		return true;
	return channel->has_unsigned && attrs & FASTRPC_MODE_UNSIGNED_MODULE;
}

/* The program that loads programs: a dma-buf's bytes, or a copy of user memory. */
static int get_shell(const struct fastrpc_init_create *create, struct frpc_arg *shell)
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

static void put_shell(const struct frpc_arg *shell)
{
	if (shell->len && frpc_arg_is_inline(shell))
		kvfree((void *)(uintptr_t)shell->ptr);
}

static long send_create(struct frpc_client *client, const struct fastrpc_init_create *create,
			const struct frpc_arg *shell, const struct frpc_loan *memory,
			bool *is_refused)
{
	char name[TASK_COMM_LEN];
	const struct dsp_create head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.namelen = cpu_to_le32(strlen(get_task_comm(name, current)) + 1),
		.filelen = cpu_to_le32(create->filelen),
		.pageslen = cpu_to_le32(1),
		.attrs = cpu_to_le32(create->attrs),
		.siglen = cpu_to_le32(create->siglen),
	};
	const struct dsp_page page = {
		.addr = cpu_to_le64(memory->iova + frpc_session_bits(client->session)),
		.size = cpu_to_le64(memory->len),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
		{ .ptr = (uintptr_t)name, .len = le32_to_cpu(head.namelen), .fd = -1 },
		*shell,
		{ .ptr = (uintptr_t)&page, .len = sizeof(page), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = DSP_PD_USER,
		.sc = DSP_SCALARS(create->attrs ? DSP_INIT_CREATE_ATTR : DSP_INIT_CREATE, 4, 0),
		.args = args,
	};
	long ret;

	ret = control_and_join(client, &call);
	*is_refused = ret && (call.was_answered || !call.was_sent);
	return ret;
}

/* Returns with the memory lent, unless the DSP is known not to have it. */
static long create_process(struct frpc_client *client, const struct fastrpc_init_create *create,
			   bool *is_refused)
{
	size_t len = max_t(size_t, DSP_PROCESS_BYTES_MIN, create->filelen * DSP_PROCESS_PER_SHELL);
	struct frpc_loan *memory;
	struct frpc_arg shell;
	long ret;

	*is_refused = true;
	ret = get_shell(create, &shell);
	if (ret)
		return ret;
	memory = frpc_loan_buffer(client, FRPC_LOAN_PROCESS, ALIGN(len, DSP_PROCESS_UNIT));
	if (IS_ERR(memory)) {
		put_shell(&shell);
		return PTR_ERR(memory);
	}
	ret = send_create(client, create, &shell, memory, is_refused);
	put_shell(&shell);
	if (*is_refused)
		frpc_loan_end(client, memory);
	else
		frpc_loan_keep(client, memory);
	return ret;
}

/**
 * frpc_process_create() - start a process on the DSP
 * @client: whose it is, the only one
 * @create: already copied from user space
 *
 * Sleeps.  The process has its memory until the client is released.
 *
 * Return: 0, a result of the DSP, or an error as listed at
 * &struct fastrpc_init_create.
 */
long frpc_process_create(struct frpc_client *client, const struct fastrpc_init_create *create)
{
	bool is_refused;
	long ret;

	if (!may_create(client, create->attrs))
		return -ECONNREFUSED;
	if (create->filelen > SHELL_BYTES_MAX)
		return -EINVAL;
	if (test_and_set_bit(0, &client->has_process))
		return -EBUSY;
	ret = create_process(client, create, &is_refused);
	if (is_refused)
		clear_bit(0, &client->has_process);
	return ret;
}

/* What came of a request: ->ret as frpc_process_control(), the rest as in the call. */
struct outcome {
	long ret;
	bool was_sent;
	bool was_answered;
};

/*
 * Tells the static PD that a daemon is there, with or without a heap for it.
 * @gift: memory to add to its heap, or NULL
 */
static struct outcome send_create_static(struct frpc_client *client, const char *name, u32 namelen,
					 const struct frpc_heap_offer *gift)
{
	const struct dsp_create_static head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.namelen = cpu_to_le32(namelen),
		.pageslen = cpu_to_le32(gift ? 1 : 0),
	};
	const struct dsp_page page = {
		.addr = cpu_to_le64(gift ? gift->phys : 0),
		.size = cpu_to_le64(gift ? gift->len : 0),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
		{ .ptr = (uintptr_t)name, .len = namelen, .fd = -1 },
		{ .ptr = (uintptr_t)&page, .len = sizeof(page), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = DSP_PD_USER,
		.sc = DSP_SCALARS(DSP_INIT_CREATE_STATIC, 3, 0),
		.args = args,
	};
	long ret = control_and_join(client, &call);

	return (struct outcome){ ret, call.was_sent, call.was_answered };
}

/* channel->static_lock held: what was offered to the DSP is known for sure. */
static long create_audio_pd(struct frpc_client *client, const char *name, u32 namelen)
{
	struct frpc_heap_offer offer;
	struct outcome outcome;
	long ret;

	ret = frpc_remote_heap_offer(client->channel, &offer);
	if (ret)
		return ret;
	outcome = send_create_static(client, name, namelen, offer.is_new ? &offer : NULL);
	if (offer.is_new)
		frpc_remote_heap_offer_done(client->channel, &offer, outcome.was_sent,
					    outcome.was_answered);
	if (!outcome.ret)
		WRITE_ONCE(client->has_audio_pd, true);
	return outcome.ret;
}

/**
 * frpc_process_create_static() - attach to a PD that the firmware started
 * @client: who
 * @create: already copied from user space
 *
 * The audio PD gets the remote heap with the first such call after it started;
 * whatever comes of the call, the heap then is the DSP's.  Sleeps.
 *
 * Return: 0, a result of the DSP, or an error as listed at
 * &struct fastrpc_init_create_static.
 */
long frpc_process_create_static(struct frpc_client *client,
				const struct fastrpc_init_create_static *create)
{
	struct frpc_channel *channel = client->channel;
	char name[STATIC_NAME_MAX];
	long ret;

	if (!create->namelen || create->namelen > STATIC_NAME_MAX)
		return -EINVAL;
	if (copy_from_user(name, u64_to_user_ptr(create->name), create->namelen))
		return -EFAULT;
	if (name[create->namelen - 1])
		return -EINVAL;

	if (mutex_lock_killable(&channel->static_lock))
		return -EINTR;
	if (!strcmp(name, AUDIO_PD_NAME))
		ret = create_audio_pd(client, name, create->namelen);
	else
		ret = send_create_static(client, name, create->namelen, NULL).ret;
	mutex_unlock(&channel->static_lock);
	return ret;
}

static long send_mmap(struct frpc_client *client, const struct frpc_heap_offer *offer,
		      u64 *dsp_addr, bool *was_sent)
{
	const struct dsp_page page = {
		.addr = cpu_to_le64(offer->phys),
		.size = cpu_to_le64(offer->len),
	};
	const struct dsp_mmap head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.flags = cpu_to_le32(DSP_MAP_REMOTE_HEAP),
		.num = cpu_to_le32(sizeof(page)),
	};
	__le64 answer = 0;
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
		{ .ptr = (uintptr_t)&page, .len = sizeof(page), .fd = -1 },
		{ .ptr = (uintptr_t)&answer, .len = sizeof(answer), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = DSP_PD_USER,
		.sc = DSP_SCALARS(DSP_INIT_MMAP, 2, 1),
		.args = args,
		.may_be_killed = true,
	};
	long ret;

	ret = frpc_process_control(client, &call);
	*was_sent = call.was_sent;
	*dsp_addr = ret ? 0 : le64_to_cpu(answer);
	return ret;
}

static long grow_heap(struct frpc_client *client, size_t len, u64 *dsp_addr)
{
	struct frpc_channel *channel = client->channel;
	struct frpc_heap_offer offer;
	bool was_sent;
	long ret;

	ret = frpc_remote_heap_grow(channel, len, &offer);
	if (ret)
		return ret;
	ret = send_mmap(client, &offer, dsp_addr, &was_sent);
	frpc_remote_heap_grow_done(channel, &offer, was_sent, *dsp_addr);
	return ret;
}

/**
 * frpc_process_mmap() - more memory for a protection domain's heap
 * @client: whose process it is, or the audio PD's daemon
 * @request: ->vaddrout is set
 *
 * Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_mmap.
 */
long frpc_process_mmap(struct frpc_client *client, struct fastrpc_req_mmap *request)
{
	struct frpc_channel *channel = client->channel;
	long ret;

	if (request->vaddrin || !request->size)
		return -EINVAL;
	if (request->flags == DSP_MAP_ADD_PAGES)
		return frpc_lend_pages(client, request);
	if (request->flags != DSP_MAP_REMOTE_HEAP)
		return -EINVAL;
	if (!READ_ONCE(client->has_audio_pd))
		return -EPERM;
	if (request->size > FRPC_HEAP_GROWTH_MAX)
		return -ENOMEM;

	if (mutex_lock_killable(&channel->static_lock))
		return -EINTR;
	ret = grow_heap(client, PAGE_ALIGN(request->size), &request->vaddrout);
	mutex_unlock(&channel->static_lock);
	return ret;
}

/* @offer: the piece, as the DSP was told of it */
static long send_munmap(struct frpc_client *client, u64 dsp_addr,
			const struct frpc_heap_offer *offer)
{
	const struct dsp_munmap head = {
		.client_id = cpu_to_le32(frpc_session_client_id(client->session)),
		.vaddr = cpu_to_le64(dsp_addr),
		.size = cpu_to_le64(offer->len),
	};
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&head, .len = sizeof(head), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = DSP_PD_USER,
		.sc = DSP_SCALARS(DSP_INIT_MUNMAP, 1, 0),
		.args = args,
		.may_be_killed = true,
	};

	return frpc_process_control(client, &call);
}

static long shrink_heap(struct frpc_client *client, u64 dsp_addr, size_t len)
{
	struct frpc_heap_offer offer;
	long ret;

	ret = frpc_remote_heap_find_growth(client->channel, dsp_addr, len, &offer);
	if (!ret)
		ret = send_munmap(client, dsp_addr, &offer);
	if (!ret)
		frpc_remote_heap_returned(client->channel, &offer);
	return ret;
}

/**
 * frpc_process_munmap() - take memory back from a protection domain's heap
 * @client: who added it; of the audio PD's any later daemon
 * @request: what frpc_process_mmap() gave
 *
 * The memory stays the DSP's if the DSP does not agree.  Sleeps.
 * Return: 0, or an error listed at &struct fastrpc_req_munmap.
 */
long frpc_process_munmap(struct frpc_client *client, const struct fastrpc_req_munmap *request)
{
	struct frpc_channel *channel = client->channel;
	long ret;

	ret = frpc_return_pages(client, request);
	if (ret != -EINVAL || !READ_ONCE(client->has_audio_pd))
		return ret;
	if (!request->size || request->size > FRPC_HEAP_GROWTH_MAX)
		return -EINVAL;

	if (mutex_lock_killable(&channel->static_lock))
		return -EINTR;
	ret = shrink_heap(client, request->vaddrout, PAGE_ALIGN(request->size));
	mutex_unlock(&channel->static_lock);
	return ret;
}

/**
 * frpc_process_release() - tell the DSP that a client is gone
 * @client: being closed, nobody else uses it
 *
 * Best effort, FRPC_TIMEOUT_MS at most.  When the DSP agrees, it has let go of
 * every message of the client, also of those nobody waits for any more, and of all
 * memory that was lent to it.
 */
void frpc_process_release(struct frpc_client *client)
{
	__le32 client_id = cpu_to_le32(frpc_session_client_id(client->session));
	const struct frpc_arg args[] = {
		{ .ptr = (uintptr_t)&client_id, .len = sizeof(client_id), .fd = -1 },
	};
	struct frpc_kernel_call call = {
		.pd = client->pd,
		.sc = DSP_SCALARS(DSP_INIT_RELEASE, 1, 0),
		.args = args,
	};
	bool is_returned;

	frpc_resume_give_up(client->session);
	is_returned = client->is_known && !frpc_process_control(client, &call);
	if (is_returned)
		frpc_calls_reclaim(client->session);
	frpc_loans_close(client, is_returned);
}
