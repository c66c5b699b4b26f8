// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message buffers: memory that one session's context bank can reach, pooled.
 *
 * Pages and mapping are kept apart on purpose.  The mapping goes when the
 * context bank goes (frpc_buffers_unmap()); the pages stay until the last user
 * puts the buffer, so a caller stuck in a page fault of its own while results
 * are copied to it delays nobody.
 *
 * In the steady state a call takes a buffer from a free list and puts it back:
 * no page allocation, no mapping.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "private.h"

/*
 * Up to this, pages have to be physically contiguous.  Above, they are if that
 * costs nothing, and else the SMMU joins them.  (No pool class is larger than
 * what the page allocator hands out at once.)
 */
#define LINEAR_BYTES	SZ_64K

#define GFP_MESSAGE		(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN)

void frpc_pool_setup(struct frpc_session *session)
{
	size_t i;

	INIT_LIST_HEAD(&session->free_calls);
	for (i = 0; i < FRPC_POOL_CLASSES; i++)
		INIT_LIST_HEAD(&session->free_buffers[i]);
}

static u32 size_class(size_t len)
{
	return min_t(u32, order_base_2(DIV_ROUND_UP(len, PAGE_SIZE)), FRPC_POOL_CLASSES);
}

static void pages_free(struct frpc_buffer *buffer)
{
	if (buffer->is_linear) {
		free_pages_exact(buffer->cpu, buffer->len);
		return;
	}
	sg_free_table(&buffer->sgt);
	vfree(buffer->cpu);
}

static int list_pages(struct frpc_buffer *buffer)
{
	size_t i, count = buffer->len >> PAGE_SHIFT;
	struct page **pages;
	int ret;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		pages[i] = vmalloc_to_page(buffer->cpu + (i << PAGE_SHIFT));
	ret = sg_alloc_table_from_pages(&buffer->sgt, pages, count, 0, buffer->len, GFP_KERNEL);
	kvfree(pages);
	return ret;
}

/* Physically contiguous memory, or NULL. */
static void *linear_alloc(const struct frpc_buffer *buffer)
{
	if (buffer->len <= LINEAR_BYTES)
		return alloc_pages_exact(buffer->len, GFP_MESSAGE);
	if (buffer->len <= PAGE_SIZE << (FRPC_POOL_CLASSES - 1))
		return alloc_pages_exact(buffer->len, GFP_MESSAGE | __GFP_NORETRY);
	return NULL;
}

static int pages_alloc(struct frpc_buffer *buffer)
{
	int ret;

	buffer->cpu = linear_alloc(buffer);
	buffer->is_linear = buffer->cpu;
	if (buffer->is_linear)
		return 0;
	if (buffer->len <= LINEAR_BYTES)
		return -ENOMEM;
	buffer->cpu = __vmalloc(buffer->len, GFP_MESSAGE);
	if (!buffer->cpu)
		return -ENOMEM;
	ret = list_pages(buffer);
	if (ret)
		vfree(buffer->cpu);
	return ret;
}

static int map_linear(struct frpc_buffer *buffer, struct device *dev)
{
	buffer->iova = dma_map_single(dev, buffer->cpu, buffer->len, DMA_BIDIRECTIONAL);
	return dma_mapping_error(dev, buffer->iova) ? -ENOMEM : 0;
}

static int map_scattered(struct frpc_buffer *buffer, struct device *dev)
{
	int ret;

	ret = dma_map_sgtable(dev, &buffer->sgt, DMA_BIDIRECTIONAL, 0);
	if (ret)
		return ret;
	if (buffer->sgt.nents != 1) {
		/* no SMMU to join the pages; the DSP takes one range only */
		dma_unmap_sgtable(dev, &buffer->sgt, DMA_BIDIRECTIONAL, 0);
		return -ENOMEM;
	}
	buffer->iova = sg_dma_address(buffer->sgt.sgl);
	return 0;
}

static int buffer_map(struct frpc_buffer *buffer)
{
	struct frpc_session *session = buffer->session;
	int ret = -EPIPE;

	mutex_lock(&session->buffers_lock);
	if (READ_ONCE(session->is_alive))
		ret = buffer->is_linear ? map_linear(buffer, session->dev) :
					  map_scattered(buffer, session->dev);
	if (!ret) {
		buffer->is_mapped = true;
		list_add(&buffer->session_entry, &session->buffers);
	}
	mutex_unlock(&session->buffers_lock);
	return ret;
}

static void buffer_unmap(struct frpc_buffer *buffer)
{
	struct device *dev = buffer->session->dev;

	lockdep_assert_held(&buffer->session->buffers_lock);

	if (!buffer->is_mapped)
		return;
	if (buffer->is_linear)
		dma_unmap_single(dev, buffer->iova, buffer->len, DMA_BIDIRECTIONAL);
	else
		dma_unmap_sgtable(dev, &buffer->sgt, DMA_BIDIRECTIONAL, 0);
	list_del(&buffer->session_entry);
	WRITE_ONCE(buffer->is_mapped, false);
}

static void buffer_destroy(struct frpc_buffer *buffer)
{
	mutex_lock(&buffer->session->buffers_lock);
	buffer_unmap(buffer);
	mutex_unlock(&buffer->session->buffers_lock);
	pages_free(buffer);
	kfree(buffer);
}

/* @class: FRPC_POOL_CLASSES: not for the pool, and as long as it was asked for */
static struct frpc_buffer *buffer_create(struct frpc_session *session, size_t len, u32 class)
{
	struct frpc_buffer *buffer;
	int ret;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->session = session;
	buffer->size_class = class;
	buffer->len = class < FRPC_POOL_CLASSES ? PAGE_SIZE << class : PAGE_ALIGN(len);

	ret = pages_alloc(buffer);
	if (ret)
		goto err_free_buffer;
	ret = buffer_map(buffer);
	if (ret)
		goto err_free_pages;
	return buffer;

err_free_pages:
	pages_free(buffer);
err_free_buffer:
	kfree(buffer);
	return ERR_PTR(ret);
}

static struct frpc_buffer *pool_take(struct frpc_session *session, u32 class)
{
	struct frpc_buffer *buffer = NULL;

	if (class == FRPC_POOL_CLASSES)
		return NULL;
	spin_lock_irq(&session->lock);
	if (!list_empty(&session->free_buffers[class])) {
		buffer = list_first_entry(&session->free_buffers[class], struct frpc_buffer,
					  pool_entry);
		list_del(&buffer->pool_entry);
		session->free_bytes -= buffer->len;
	}
	spin_unlock_irq(&session->lock);
	return buffer;
}

static void pool_add(struct frpc_buffer *buffer)
{
	struct frpc_session *session = buffer->session;
	u32 class = min(buffer->size_class, FRPC_POOL_CLASSES - 1u);

	lockdep_assert_held(&session->lock);

	list_add(&buffer->pool_entry, &session->free_buffers[class]);
	session->free_bytes += buffer->len;
}

/**
 * frpc_buffer_get() - memory for a message
 * @session: owned by the caller's client
 * @len: bytes needed, not 0
 *
 * Holds whatever an earlier call of the same client left in it.  May sleep.
 *
 * Return: the buffer, which is the caller's until frpc_buffer_put();
 * ERR_PTR(-ENOMEM); ERR_PTR(-EPIPE) the context bank is gone.
 */
struct frpc_buffer *frpc_buffer_get(struct frpc_session *session, size_t len)
{
	u32 class = size_class(len);
	struct frpc_buffer *buffer = pool_take(session, class);

	return buffer ? buffer : buffer_create(session, len, class);
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

/* The DSP is done with it, or has no way to it any more.  May sleep. */
void frpc_buffer_free(struct frpc_buffer *buffer)
{
	buffer_destroy(buffer);
}

/*
 * The DSP is done with the buffer, and so is the caller.  session->lock held.
 * True: the pool has it; else it is the caller's, to be given to frpc_buffer_free().
 */
bool frpc_buffer_put(struct frpc_buffer *buffer)
{
	struct frpc_session *session = buffer->session;
	bool keep;

	keep = READ_ONCE(buffer->is_mapped) && buffer->size_class < FRPC_POOL_CLASSES &&
	       session->free_bytes + buffer->len <= FRPC_POOL_BYTES_MAX;
	if (keep)
		pool_add(buffer);
	return keep;
}

/*
 * What the CPU wrote becomes visible to the DSP.  Inside channel->srcu, with the
 * session seen alive.  Costs nothing where the context bank is coherent.
 */
void frpc_buffer_sync_for_dsp(const struct frpc_buffer *buffer, size_t len)
{
	struct device *dev = buffer->session->dev;

	if (buffer->is_linear)
		dma_sync_single_for_device(dev, buffer->iova, len, DMA_BIDIRECTIONAL);
	else
		dma_sync_sgtable_for_device(dev, (struct sg_table *)&buffer->sgt,
					    DMA_BIDIRECTIONAL);
}

/* The other way round, after the answer. */
void frpc_buffer_sync_for_cpu(const struct frpc_buffer *buffer, size_t len)
{
	struct device *dev = buffer->session->dev;

	if (buffer->is_linear)
		dma_sync_single_for_cpu(dev, buffer->iova, len, DMA_BIDIRECTIONAL);
	else
		dma_sync_sgtable_for_cpu(dev, (struct sg_table *)&buffer->sgt, DMA_BIDIRECTIONAL);
}

/* The context bank goes: undo every mapping.  The buffers stay their users'. */
void frpc_buffers_unmap(struct frpc_session *session)
{
	struct frpc_buffer *buffer, *next;

	mutex_lock(&session->buffers_lock);
	list_for_each_entry_safe(buffer, next, &session->buffers, session_entry)
		buffer_unmap(buffer);
	mutex_unlock(&session->buffers_lock);
}

/* Takes the largest idle buffer of a session that there is, or NULL. */
static struct frpc_buffer *pool_take_largest(struct frpc_session *session)
{
	struct frpc_buffer *buffer = NULL;
	u32 class = FRPC_POOL_CLASSES;

	while (!buffer && class > 0)
		buffer = pool_take(session, --class);
	return buffer;
}

/**
 * frpc_pool_shrink() - frees idle buffers of a session, large ones first
 * @session: of a channel that is not being freed
 * @pages: how much
 *
 * For a caller in whose way anybody may be: waits for no mutex.
 *
 * Return: pages freed.
 */
size_t frpc_pool_shrink(struct frpc_session *session, size_t pages)
{
	struct frpc_buffer *buffer;
	size_t freed = 0;

	while (freed < pages && mutex_trylock(&session->buffers_lock)) {
		buffer = pool_take_largest(session);
		if (buffer)
			buffer_unmap(buffer);
		mutex_unlock(&session->buffers_lock);
		if (!buffer)
			break;
		freed += buffer->len >> PAGE_SHIFT;
		pages_free(buffer);
		kfree(buffer);
	}
	return freed;
}

/* Frees all idle buffers of a session.  May sleep. */
void frpc_pool_drain(struct frpc_session *session)
{
	struct frpc_buffer *buffer, *next;
	LIST_HEAD(idle);
	size_t i;

	spin_lock_irq(&session->lock);
	for (i = 0; i < FRPC_POOL_CLASSES; i++)
		list_splice_init(&session->free_buffers[i], &idle);
	session->free_bytes = 0;
	spin_unlock_irq(&session->lock);

	list_for_each_entry_safe(buffer, next, &idle, pool_entry)
		buffer_destroy(buffer);
}
