// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps: dma-bufs of others that one session's context bank can reach.
 *
 * There is one map for a dma-buf and session, whatever the file descriptors are
 * that name it; it is found by the dma-buf, of which it holds a reference.  Calls
 * and loans use it.  A map that nobody uses stays, so that the next call with the
 * buffer finds it, until
 *   - nobody but us knows the buffer any more, or nobody used the map for a while,
 *   - room is needed, or the client is closed,
 *   - the context bank goes: every map is undone before its device loses the
 *     SMMU context.  Whoever still uses one then has an object without a mapping.
 *
 * Locks: session->maps_lock (the list, making and undoing of maps) before
 * session->lock (finding them, their users), which is all that a call takes for
 * a buffer seen before.
 */
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "private.h"

/* Buffers one session may have mapped at a time. */
#define MAPS_MAX	4096

/* How often unused maps are looked through, and how long one may stay unused. */
#define REAP_PERIOD	msecs_to_jiffies(2000)
#define IDLE_TIME_MAX	msecs_to_jiffies(10000)

/* --- finding ---------------------------------------------------------------- */

static struct frpc_map *find_and_use(struct frpc_session *session, const struct dma_buf *buf)
{
	struct frpc_map *map;

	spin_lock_irq(&session->lock);
	hash_for_each_possible(session->map_hash, map, node, (unsigned long)buf) {
		if (map->buf != buf)
			continue;
		map->users++;
		spin_unlock_irq(&session->lock);
		return map;
	}
	spin_unlock_irq(&session->lock);
	return NULL;
}

/* --- making and undoing ----------------------------------------------------- */

/* The DSP gets one address and one length: is that all there is to it? */
static int check_contiguous(struct frpc_map *map)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 end;

	map->iova = sg_dma_address(map->sgt->sgl);
	end = map->iova;
	for_each_sgtable_dma_sg(map->sgt, sg, i) {
		if (sg_dma_address(sg) != end)
			return -EINVAL;
		end += sg_dma_len(sg);
	}
	map->len = end - map->iova;
	if (!map->len || !IS_ALIGNED(map->iova, PAGE_SIZE))
		return -EINVAL;
	return 0;
}

/* session->maps_lock held, the context bank is there. */
static int map_make(struct frpc_map *map)
{
	struct dma_buf_attachment *attachment;
	int ret;

	attachment = dma_buf_attach(map->buf, map->session->dev);
	if (IS_ERR(attachment))
		return PTR_ERR(attachment);
	map->attachment = attachment;
	map->sgt = dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);
	if (IS_ERR(map->sgt)) {
		ret = PTR_ERR(map->sgt);
		goto err_detach;
	}
	ret = check_contiguous(map);
	/* mapped, it is clean, and the CPU's; some exporters want to be told so first */
	if (!ret && !map->session->is_coherent)
		ret = dma_buf_begin_cpu_access(map->buf, DMA_BIDIRECTIONAL);
	if (!ret)
		return 0;

	dma_buf_unmap_attachment_unlocked(attachment, map->sgt, DMA_BIDIRECTIONAL);
err_detach:
	dma_buf_detach(map->buf, attachment);
	return ret;
}

/* session->maps_lock held; nobody finds it any more. */
static void map_undo(struct frpc_map *map)
{
	lockdep_assert_held(&map->session->maps_lock);

	frpc_secure_map_undo(map);
	list_del(&map->entry);
	map->session->nr_maps--;
	dma_buf_unmap_attachment_unlocked(map->attachment, map->sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(map->buf, map->attachment);
}

static void map_free(struct frpc_map *map)
{
	dma_buf_put(map->buf);
	kfree(map);
}

/* Takes a map out of sight that nobody uses, and that (unless @all) is of no more use. */
static bool take_unused(struct frpc_map *map, bool all)
{
	struct frpc_session *session = map->session;
	bool is_unused;

	spin_lock_irq(&session->lock);
	is_unused = !map->users;
	/* if the only reference is ours, there will never be another */
	if (!all && file_count(map->buf->file) > 1 &&
	    time_before(jiffies, map->last_used + IDLE_TIME_MAX))
		is_unused = false;
	if (is_unused)
		hash_del(&map->node);
	spin_unlock_irq(&session->lock);
	return is_unused;
}

static void reap(struct frpc_session *session, bool all)
{
	struct frpc_map *map, *next;

	lockdep_assert_held(&session->maps_lock);

	list_for_each_entry_safe(map, next, &session->maps, entry) {
		if (!take_unused(map, all))
			continue;
		map_undo(map);
		map_free(map);
	}
}

static void reap_work(struct work_struct *work)
{
	struct frpc_session *session = container_of(to_delayed_work(work), struct frpc_session,
						    reap_work);

	mutex_lock(&session->maps_lock);
	reap(session, xchg(&session->reaps_all, false));
	if (session->nr_maps)
		schedule_delayed_work(&session->reap_work, REAP_PERIOD);
	mutex_unlock(&session->maps_lock);
}

/* Takes over the caller's reference to @buf, if it succeeds. */
static struct frpc_map *map_create(struct frpc_session *session, struct dma_buf *buf)
{
	struct frpc_map *map;
	int ret;

	lockdep_assert_held(&session->maps_lock);

	if (!READ_ONCE(session->is_alive))
		return ERR_PTR(-EPIPE);
	if (session->nr_maps >= MAPS_MAX)
		reap(session, true);
	if (session->nr_maps >= MAPS_MAX)
		return ERR_PTR(-ENOMEM);
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->session = session;
	map->buf = buf;
	map->users = 1;
	ret = map_make(map);
	if (ret == -ENOMEM) {
		/* perhaps the addresses are all taken, by maps that nobody needs */
		reap(session, true);
		ret = map_make(map);
	}
	if (ret) {
		kfree(map);
		return ERR_PTR(ret);
	}

	list_add(&map->entry, &session->maps);
	session->nr_maps++;
	schedule_delayed_work(&session->reap_work, REAP_PERIOD);
	spin_lock_irq(&session->lock);
	hash_add(session->map_hash, &map->node, (unsigned long)buf);
	spin_unlock_irq(&session->lock);
	return map;
}

/* --- for others ------------------------------------------------------------- */

/**
 * frpc_map_get() - the map of a dma-buf
 * @session: owned by the caller's client
 * @fd: a descriptor of the caller's
 *
 * A buffer seen before costs no mapping.  May sleep.
 *
 * Return: the map, the caller's to use until frpc_map_put(); ERR_PTR(): -EBADF;
 * -EINVAL no dma-buf, or not contiguous for the DSP; -ENOMEM; -EPIPE the context
 * bank is gone; -EINTR killed; what the exporter said.
 */
struct frpc_map *frpc_map_get(struct frpc_session *session, int fd)
{
	struct dma_buf *buf = dma_buf_get(fd);
	struct frpc_map *map;

	if (IS_ERR(buf))
		return ERR_CAST(buf);
	map = find_and_use(session, buf);
	if (map) {
		dma_buf_put(buf);
		return map;
	}
	if (mutex_lock_killable(&session->maps_lock)) {
		dma_buf_put(buf);
		return ERR_PTR(-EINTR);
	}
	map = find_and_use(session, buf);
	if (map) {
		dma_buf_put(buf);
	} else {
		map = map_create(session, buf);
		if (IS_ERR(map))
			dma_buf_put(buf);
	}
	mutex_unlock(&session->maps_lock);
	return map;
}

/* One user more of a map that the caller uses already. */
void frpc_map_use(struct frpc_map *map)
{
	spin_lock_irq(&map->session->lock);
	map->users++;
	spin_unlock_irq(&map->session->lock);
}

/* One user fewer; session->lock held.  Any context. */
void frpc_map_put_locked(struct frpc_map *map)
{
	lockdep_assert_held(&map->session->lock);

	map->last_used = jiffies;
	if (!--map->users && map->is_undone)
		map_free(map);
}

void frpc_map_put(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	unsigned long flags;

	spin_lock_irqsave(&session->lock, flags);
	frpc_map_put_locked(map);
	spin_unlock_irqrestore(&session->lock, flags);
}

/* How far into the buffer the page of @address is, as the caller has it mapped. */
static u64 offset_of(const struct frpc_map *map, u64 address)
{
	unsigned long page = untagged_addr((unsigned long)address) & PAGE_MASK;
	struct vm_area_struct *vma;
	u64 offset = 0;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, page);
	if (vma) {
		offset = page - vma->vm_start;
		/* some exporters (DRM) number pages from a place of their own, behind any buffer */
		if (vma->vm_file == map->buf->file && vma->vm_pgoff < map->len >> PAGE_SHIFT)
			offset += (u64)vma->vm_pgoff << PAGE_SHIFT;
	}
	mmap_read_unlock(current->mm);
	return offset;
}

/**
 * frpc_map_place() - where in a map the bytes of an argument are
 * @map: used by the caller
 * @arg: a buffer; its address tells the place if it is mapped there
 * @place: result, whole pages
 *
 * Return: 0; -EINVAL they are not all inside of the buffer.
 */
int frpc_map_place(const struct frpc_map *map, const struct frpc_arg *arg,
		   struct frpc_place *place)
{
	u64 offset = offset_of(map, arg->ptr);
	u64 first = arg->ptr & ~PAGE_MASK;

	if (offset > map->len || arg->len > map->len - offset ||
	    first > map->len - offset - arg->len)
		return -EINVAL;
	place->iova = map->iova + offset;
	place->len = PAGE_ALIGN(first + arg->len);
	place->is_physical = false;
	return 0;
}

/* The same for a handle, of which the DSP gets all of the buffer to find its part in. */
int frpc_map_place_handle(const struct frpc_map *map, const struct frpc_arg *arg,
			  struct frpc_place *place)
{
	u64 offset = (u32)arg->ptr;

	if (offset + arg->len > map->len)
		return -EINVAL;
	place->iova = map->iova;
	place->len = PAGE_ALIGN(map->len);
	place->is_physical = false;
	return 0;
}

/* What the CPU wrote becomes visible to the DSP.  Free where the context bank is coherent. */
int frpc_map_sync_for_dsp(struct frpc_map *map)
{
	return map->session->is_coherent ? 0 : dma_buf_end_cpu_access(map->buf, DMA_BIDIRECTIONAL);
}

/* The other way round.  If it fails, the caller sees old bytes: nothing else can be done. */
void frpc_map_sync_for_cpu(struct frpc_map *map)
{
	if (!map->session->is_coherent)
		dma_buf_begin_cpu_access(map->buf, DMA_BIDIRECTIONAL);
}

void frpc_maps_setup(struct frpc_session *session)
{
	mutex_init(&session->maps_lock);
	INIT_LIST_HEAD(&session->maps);
	hash_init(session->map_hash);
	INIT_DEFERRABLE_WORK(&session->reap_work, reap_work);
}

/* Undoes all maps that nobody uses, soon.  Does not sleep, takes no lock. */
void frpc_maps_shrink(struct frpc_session *session)
{
	if (!READ_ONCE(session->nr_maps))
		return;
	WRITE_ONCE(session->reaps_all, true);
	cancel_delayed_work(&session->reap_work);
	schedule_delayed_work(&session->reap_work, 0);
}

/* Undoes all maps that nobody uses.  May sleep. */
void frpc_maps_drain(struct frpc_session *session)
{
	mutex_lock(&session->maps_lock);
	reap(session, true);
	mutex_unlock(&session->maps_lock);
	cancel_delayed_work_sync(&session->reap_work);
}

/* The context bank goes: undo every map.  Those in use stay as empty objects. */
void frpc_maps_undo(struct frpc_session *session)
{
	struct frpc_map *map, *next;
	bool is_used;

	mutex_lock(&session->maps_lock);
	list_for_each_entry_safe(map, next, &session->maps, entry) {
		spin_lock_irq(&session->lock);
		hash_del(&map->node);
		spin_unlock_irq(&session->lock);

		map_undo(map);

		spin_lock_irq(&session->lock);
		is_used = map->users;
		map->is_undone = true;
		spin_unlock_irq(&session->lock);
		if (!is_used)
			map_free(map);
	}
	mutex_unlock(&session->maps_lock);
}
