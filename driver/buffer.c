// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message buffers: memory that one session's context bank can reach, pooled.
 *
 * Pages and mapping have separate lifetimes.  The mapping ends with the context
 * bank (frpc_buffers_unmap()); the pages stay until the last user puts the
 * buffer.  So a caller that faults while results are copied to it cannot delay
 * the removal of the bank.
 *
 * In the steady state a call takes a buffer from a free list and puts it back,
 * without a page allocation and without a mapping.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "private.h"

/* Limit for the bytes of a client's messages in use: one of the largest, and some more. */
#define MESSAGES_BYTES_MAX	(FRPC_MESSAGE_MAX + SZ_64M)
/* Bytes of idle message buffers a session keeps. */
#define POOL_BYTES_MAX		SZ_4M

static u32 buffer_size_class(size_t len)
{
	return min_t(u32, order_base_2(DIV_ROUND_UP(len, PAGE_SIZE)), FRPC_POOL_CLASSES);
}

static int buffer_map_locked(struct frpc_buffer *buffer)
{
	struct frpc_space *space = buffer->session->space;
	int ret;

	lockdep_assert_held(&space->buffers_lock);

	if (!space->is_alive)
		return -EPIPE;
	ret = frpc_space_map(space, &buffer->pages.sgt, 0, &buffer->iova);
	if (ret)
		return ret;
	buffer->is_mapped = true;
	list_add(&buffer->space_entry, &space->buffers);
	return 0;
}

static int buffer_try_map(struct frpc_buffer *buffer)
{
	struct frpc_space *space = buffer->session->space;
	int ret;

	mutex_lock(&space->buffers_lock);
	ret = buffer_map_locked(buffer);
	mutex_unlock(&space->buffers_lock);
	return ret;
}

static int buffer_map(struct frpc_buffer *buffer)
{
	struct frpc_space *space = buffer->session->space;
	int ret;

	ret = buffer_try_map(buffer);
	if (!frpc_space_is_full(ret))
		return ret;
	mutex_lock(&space->maps_lock);
	frpc_space_make_room(space);
	mutex_unlock(&space->maps_lock);
	return buffer_try_map(buffer);
}

static void buffer_unmap(struct frpc_buffer *buffer)
{
	struct frpc_space *space = buffer->session->space;

	lockdep_assert_held(&space->buffers_lock);

	if (!buffer->is_mapped)
		return;
	dma_unmap_sgtable(space->dev, &buffer->pages.sgt, DMA_BIDIRECTIONAL, 0);
	list_del(&buffer->space_entry);
	WRITE_ONCE(buffer->is_mapped, false);
}

/* The buffer is no longer mapped. */
static void buffer_release(struct frpc_buffer *buffer)
{
	WARN_ON_ONCE(buffer->is_mapped);
	frpc_pages_cpu_put(buffer->cpu);
	frpc_pages_free(&buffer->pages);
	kfree(buffer);
}

static void buffer_destroy(struct frpc_buffer *buffer)
{
	struct frpc_space *space = buffer->session->space;

	mutex_lock(&space->buffers_lock);
	buffer_unmap(buffer);
	mutex_unlock(&space->buffers_lock);
	buffer_release(buffer);
}

static size_t buffer_class_bytes(size_t len, u32 class)
{
	return class < FRPC_POOL_CLASSES ? PAGE_SIZE << class : PAGE_ALIGN(len);
}

/* @class: FRPC_POOL_CLASSES: not for the pool, and exactly @len bytes */
static struct frpc_buffer *buffer_create(struct frpc_session *session, size_t len, u32 class)
{
	struct frpc_buffer *buffer;
	int ret;

	buffer = kzalloc_obj(*buffer, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->session = session;
	buffer->size_class = class;
	ret = frpc_pages_alloc(&buffer->pages, session->space, buffer_class_bytes(len, class));
	if (ret)
		goto err_free_buffer;
	ret = -ENOMEM;
	buffer->cpu = frpc_pages_cpu(&buffer->pages, false);
	if (!buffer->cpu)
		goto err_free_pages;
	ret = buffer_map(buffer);
	if (ret)
		goto err_put_cpu;
	return buffer;

err_put_cpu:
	frpc_pages_cpu_put(buffer->cpu);
err_free_pages:
	frpc_pages_free(&buffer->pages);
err_free_buffer:
	kfree(buffer);
	return ERR_PTR(ret);
}

/* --- the pool; session->lock is held -------------------------------------------- */

/* Takes an idle buffer; NULL: there is none. */
static struct frpc_buffer *pool_take(struct frpc_session *session, u32 class)
{
	struct frpc_buffer *buffer = session->free_buffers[class];

	lockdep_assert_held(&session->lock);

	if (buffer) {
		session->free_buffers[class] = buffer->next_free;
		session->free_bytes -= buffer->pages.len;
	}
	return buffer;
}

static void pool_add(struct frpc_buffer *buffer)
{
	struct frpc_session *session = buffer->session;
	u32 class = min(buffer->size_class, FRPC_POOL_CLASSES - 1u);

	lockdep_assert_held(&session->lock);

	buffer->next_free = session->free_buffers[class];
	session->free_buffers[class] = buffer;
	session->free_bytes += buffer->pages.len;
}

/* The bytes of a message count for the client while the DSP or a caller may use them. */
static bool session_charge(struct frpc_session *session, size_t bytes)
{
	lockdep_assert_held(&session->lock);

	if (session->message_bytes + bytes > MESSAGES_BYTES_MAX)
		return false;
	session->message_bytes += bytes;
	return true;
}

/* Checks the pool's byte count and its limit. */
static void pool_check(struct frpc_session *session)
{
	const struct frpc_buffer *buffer;
	size_t bytes = 0;
	u32 i;

	lockdep_assert_held(&session->lock);

	for (i = 0; FRPC_HAS_DEBUG && i < FRPC_POOL_CLASSES; i++)
		for (buffer = session->free_buffers[i]; buffer; buffer = buffer->next_free)
			bytes += buffer->pages.len;
	FRPC_DEBUG_WARN_ON(bytes != session->free_bytes || bytes > POOL_BYTES_MAX);
}

/**
 * frpc_buffer_get_page() - an idle buffer of one page, which most messages fit into
 * @session: owned by the caller's client; its lock is held
 * @is_charged: count the bytes for the client, and respect its limit
 *
 * Return: the buffer, as from frpc_buffer_get(); NULL: there is none, or the limit is reached.
 */
struct frpc_buffer *frpc_buffer_get_page(struct frpc_session *session, bool is_charged)
{
	struct frpc_buffer *buffer;

	lockdep_assert_held(&session->lock);

	if (!session->free_buffers[0] || (is_charged && !session_charge(session, PAGE_SIZE)))
		return NULL;
	buffer = pool_take(session, 0);
	buffer->is_charged = is_charged;
	return buffer;
}

/**
 * frpc_buffer_get() - memory for a message
 * @session: owned by the caller's client
 * @len: bytes needed, not 0
 * @is_charged: count the bytes for the client, and respect its limit
 *
 * The buffer may contain bytes of an earlier call of the same client.  May sleep.
 *
 * Return: the buffer, which is the caller's until frpc_buffer_put();
 * ERR_PTR(-ENOSPC) the client's messages have too many bytes; ERR_PTR(-ENOMEM);
 * ERR_PTR(-EPIPE) the context bank is gone.
 */
struct frpc_buffer *frpc_buffer_get(struct frpc_session *session, size_t len, bool is_charged)
{
	u32 class = buffer_size_class(len);
	size_t bytes = buffer_class_bytes(len, class);
	struct frpc_buffer *buffer = NULL;

	spin_lock_irq(&session->lock);
	if (is_charged && !session_charge(session, bytes))
		buffer = ERR_PTR(-ENOSPC);
	else if (class < FRPC_POOL_CLASSES)
		buffer = pool_take(session, class);
	spin_unlock_irq(&session->lock);
	if (IS_ERR(buffer))
		return buffer;
	if (!buffer)
		buffer = buffer_create(session, len, class);
	if (!IS_ERR(buffer)) {
		buffer->is_charged = is_charged;
	} else if (is_charged) {
		spin_lock_irq(&session->lock);
		session->message_bytes -= bytes;
		spin_unlock_irq(&session->lock);
	}
	return buffer;
}

/**
 * frpc_buffer_alloc() - memory for the DSP that is no message
 * @session: owned by the caller's client
 * @len: bytes, whole pages, not 0
 *
 * Zeroed.  May sleep.
 *
 * Return: the buffer, which is the caller's until frpc_buffer_free();
 * ERR_PTR(-ENOMEM); ERR_PTR(-EPIPE) the context bank is gone.
 */
struct frpc_buffer *frpc_buffer_alloc(struct frpc_session *session, size_t len)
{
	return buffer_create(session, len, FRPC_POOL_CLASSES);
}

/* The DSP is done with the buffer, or can no longer reach it.  May sleep. */
void frpc_buffer_free(struct frpc_buffer *buffer)
{
	buffer_destroy(buffer);
}

/*
 * The DSP and the caller are done with the buffer.  session->lock held.
 * True: the pool has it; false: the caller has to call frpc_buffer_free().
 */
bool frpc_buffer_put(struct frpc_buffer *buffer)
{
	struct frpc_session *session = buffer->session;
	bool is_pooled;

	lockdep_assert_held(&session->lock);

	FRPC_DEBUG_WARN_ON(buffer->is_charged && session->message_bytes < buffer->pages.len);
	if (buffer->is_charged)
		session->message_bytes -= buffer->pages.len;
	is_pooled = READ_ONCE(buffer->is_mapped) && buffer->size_class < FRPC_POOL_CLASSES &&
		    session->free_bytes + buffer->pages.len <= POOL_BYTES_MAX;
	if (is_pooled)
		pool_add(buffer);
	return is_pooled;
}

static void buffer_sync(struct frpc_buffer *buffer, size_t len, enum dma_data_direction to)
{
	struct frpc_space *space = buffer->session->space;
	size_t piece = buffer->pages.sgt.orig_nents == 1 ? SZ_2G : PAGE_SIZE;

	if (!space->is_coherent)
		frpc_space_sync(space, buffer->iova, len, piece, to);
}

/*
 * Makes what the CPU wrote visible to the DSP.  The caller is inside channel->srcu
 * and has seen the session alive.  Free of cost for a coherent context bank.
 */
void frpc_buffer_sync_for_dsp(struct frpc_buffer *buffer, size_t len)
{
	buffer_sync(buffer, len, DMA_TO_DEVICE);
}

/* Makes what the DSP wrote visible to the CPU, after the answer. */
void frpc_buffer_sync_for_cpu(struct frpc_buffer *buffer, size_t len)
{
	buffer_sync(buffer, len, DMA_FROM_DEVICE);
}

/* The context bank goes: undoes every mapping.  The buffers stay with their users. */
void frpc_buffers_unmap(struct frpc_space *space)
{
	struct frpc_buffer *buffer, *next;

	mutex_lock(&space->buffers_lock);
	list_for_each_entry_safe(buffer, next, &space->buffers, space_entry)
		buffer_unmap(buffer);
	mutex_unlock(&space->buffers_lock);
}

/* Takes the largest idle buffer of a session; NULL: there is none. */
static struct frpc_buffer *pool_take_largest(struct frpc_session *session)
{
	struct frpc_buffer *buffer = NULL;
	u32 class = FRPC_POOL_CLASSES;

	spin_lock_irq(&session->lock);
	pool_check(session);
	while (!buffer && class > 0)
		buffer = pool_take(session, --class);
	spin_unlock_irq(&session->lock);
	return buffer;
}

/**
 * frpc_pool_shrink() - frees idle buffers of a session, large ones first
 * @session: of a channel that is not being freed
 * @pages: how many to free
 *
 * For a caller that may hold any lock: waits for no mutex.
 *
 * Return: pages freed.
 */
size_t frpc_pool_shrink(struct frpc_session *session, size_t pages)
{
	struct frpc_space *space = session->space;
	struct frpc_buffer *buffer;
	size_t freed = 0;

	while (space && freed < pages && mutex_trylock(&space->buffers_lock)) {
		buffer = pool_take_largest(session);
		if (buffer)
			buffer_unmap(buffer);
		mutex_unlock(&space->buffers_lock);
		if (!buffer)
			break;
		freed += buffer->pages.len >> PAGE_SHIFT;
		buffer_release(buffer);
	}
	return freed;
}

/* Frees all idle buffers of a session.  May sleep. */
void frpc_pool_drain(struct frpc_session *session)
{
	struct frpc_buffer *buffer;

	while ((buffer = pool_take_largest(session)))
		buffer_destroy(buffer);
}
