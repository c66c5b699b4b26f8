// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps: dma-bufs that one session's context bank can reach.
 *
 * A dma-buf has one map for each session, however many descriptors name it; the dma-buf
 * is the key.  Calls and mappings (mapping.c) use it.  A map without a user stays, so that
 * the next call with the buffer finds it, until
 *   - the buffer is closed, or no call used the map for a while,
 *   - another request needs the addresses, or the client is closed,
 *   - the context bank goes: every map is undone before the device loses its SMMU
 *     context.  A user of one then has an object that is not mapped.
 *
 * A map of another driver's buffer holds a reference, and is checked now and then for
 * being the last one.  A map of the driver's own buffer holds only the memory, so that the
 * end of the buffer ends the map at once.
 *
 * Locks: space->maps_lock (the list, making and undoing of maps), then export->maps_lock,
 * then session->lock (finding them, their users), which is all that a call takes for
 * a buffer seen before.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "private.h"

/* Buffers one session may have mapped at a time. */
#define MAPS_MAX	4096

/* How often unused maps are looked through, and how long one may stay unused. */
#define REAP_PERIOD	msecs_to_jiffies(2000)
#define IDLE_TIME_MAX	msecs_to_jiffies(10000)

/* How many bytes are synced before other tasks can run, and the caller can be killed. */
#define SYNC_BYTES	SZ_1M

/* --- users ------------------------------------------------------------------ */

static void map_use_locked(struct frpc_map *map)
{
	lockdep_assert_held(&map->session->lock);

	if (!map->users++)
		map->session->idle_map_bytes -= map->len;
}

/* Adds a user.  The caller uses the map already, or the map cannot go. */
void frpc_map_use(struct frpc_map *map)
{
	spin_lock_irq(&map->session->lock);
	map_use_locked(map);
	spin_unlock_irq(&map->session->lock);
}

static void map_free(struct frpc_map *map)
{
	WARN_ON_ONCE(!list_empty(&map->export_entry));
	if (map->buf)
		dma_buf_put(map->buf);
	kfree(map);
}

/* Any context. */
static void maps_reap_soon(struct frpc_space *space)
{
	cancel_delayed_work(&space->reap_work);
	schedule_delayed_work(&space->reap_work, 0);
}

/* Removes a user; session->lock held.  Any context. */
void frpc_map_put_locked(struct frpc_map *map)
{
	lockdep_assert_held(&map->session->lock);

	WARN_ON_ONCE(!map->users);
	map->last_used = jiffies;
	if (--map->users)
		return;
	if (map->is_undone) {
		map_free(map);
		return;
	}
	map->session->idle_map_bytes += map->len;
	if (map->is_closed)
		maps_reap_soon(map->session->space);
}

void frpc_map_put(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	unsigned long flags;

	spin_lock_irqsave(&session->lock, flags);
	frpc_map_put_locked(map);
	spin_unlock_irqrestore(&session->lock, flags);
}

static struct frpc_map *map_find_and_use(struct frpc_session *session, const struct dma_buf *buf)
{
	struct frpc_map *map;

	spin_lock_irq(&session->lock);
	hash_for_each_possible(session->map_hash, map, node, (unsigned long)buf) {
		if (map->key != buf)
			continue;
		map_use_locked(map);
		spin_unlock_irq(&session->lock);
		return map;
	}
	spin_unlock_irq(&session->lock);
	return NULL;
}

/* --- making and undoing ----------------------------------------------------- */

static int map_make_own(struct frpc_map *map)
{
	struct frpc_space *space = map->session->space;
	struct frpc_export *export = map->export;
	int ret;

	ret = frpc_pages_table(&export->pages, &map->table, UINT_MAX & PAGE_MASK);
	if (ret)
		return ret;
	ret = frpc_space_map(space, &map->table, frpc_export_attrs(export), &map->iova);
	if (ret) {
		sg_free_table(&map->table);
		return ret;
	}
	map->len = export->pages.len;
	map->is_synced = !space->is_coherent && !export->is_uncached;
	spin_lock(&export->maps_lock);
	list_add(&map->export_entry, &export->maps);
	spin_unlock(&export->maps_lock);
	return 0;
}

static void map_undo_own(struct frpc_map *map)
{
	struct frpc_export *export = map->export;

	spin_lock(&export->maps_lock);
	list_del_init(&map->export_entry);
	spin_unlock(&export->maps_lock);
	dma_unmap_sgtable(map->session->space->dev, &map->table, DMA_BIDIRECTIONAL,
			  frpc_export_attrs(export));
	sg_free_table(&map->table);
	frpc_export_put(export);
}

/* Are these bytes of a map pages that the kernel can clean from its caches? */
static bool piece_is_memory(const struct frpc_map *map, size_t at, size_t len)
{
	size_t end = at + len;

	for (; at < end; at += PAGE_SIZE) {
		unsigned long pfn = PHYS_PFN(frpc_space_phys(map->session->space, map->iova + at));

		if (!pfn_valid(pfn) || PageReserved(pfn_to_page(pfn)))
			return false;
	}
	return true;
}

/* Decides whether the map's bytes have to be synced.  0; -EINTR: killed. */
static int map_learn_sync(struct frpc_map *map)
{
	size_t at, n;

	map->is_synced = !map->session->space->is_coherent;
	for (at = 0; map->is_synced && at < map->len; at += n) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		n = min_t(size_t, map->len - at, SYNC_BYTES);
		map->is_synced = piece_is_memory(map, at, n);
	}
	return 0;
}

static int map_make_foreign(struct frpc_map *map)
{
	struct frpc_space *space = map->session->space;
	struct dma_buf_attachment *attachment;
	int ret;

	attachment = dma_buf_attach(map->buf, space->dev);
	if (IS_ERR(attachment))
		return PTR_ERR(attachment);
	map->attachment = attachment;
	map->sgt = dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);
	ret = PTR_ERR_OR_ZERO(map->sgt);
	if (ret)
		goto err_detach;
	ret = frpc_space_check(space, map->sgt, &map->iova, &map->len);
	if (ret)
		goto err_unmap;
	ret = map_learn_sync(map);
	if (ret)
		goto err_unmap;
	return 0;

err_unmap:
	dma_buf_unmap_attachment_unlocked(attachment, map->sgt, DMA_BIDIRECTIONAL);
err_detach:
	dma_buf_detach(map->buf, attachment);
	return ret;
}

static void map_undo_foreign(struct frpc_map *map)
{
	size_t at, n;

	/* its exporter invalidates it, so write back what the CPU has written since */
	for (at = 0; map->is_synced && at < map->len; at += n) {
		cond_resched();
		n = min_t(size_t, map->len - at, SYNC_BYTES);
		frpc_space_sync(map->session->space, map->iova + at, n, PAGE_SIZE, DMA_TO_DEVICE);
	}
	dma_buf_unmap_attachment_unlocked(map->attachment, map->sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(map->buf, map->attachment);
}

/* The context bank is alive; space->maps_lock held. */
static int map_make(struct frpc_map *map)
{
	lockdep_assert_held(&map->session->space->maps_lock);

	return map->export ? map_make_own(map) : map_make_foreign(map);
}

/* Ends a map that can no longer be found; one with users stays as an unmapped object. */
static void map_end(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	bool is_used;

	lockdep_assert_held(&session->space->maps_lock);
	WARN_ON_ONCE(map->is_undone || !hlist_unhashed(&map->node));
	WARN_ON_ONCE(!session->nr_maps);

	frpc_secure_map_undo(map);
	list_del(&map->entry);
	session->nr_maps--;
	if (map->export)
		map_undo_own(map);
	else
		map_undo_foreign(map);

	spin_lock_irq(&session->lock);
	map->is_undone = true;
	is_used = map->users;
	WARN_ON_ONCE(!is_used && session->idle_map_bytes < map->len);
	if (!is_used)
		session->idle_map_bytes -= map->len;
	spin_unlock_irq(&session->lock);
	if (!is_used)
		map_free(map);
}

/* Is the map likely to be used again? */
static bool map_is_wanted(const struct frpc_map *map)
{
	if (map->is_closed)
		return false;
	/* if the only reference is ours, there will never be another */
	if (!map->export && file_count(map->buf->file) == 1)
		return false;
	return time_before(jiffies, map->last_used + IDLE_TIME_MAX);
}

/* Makes a map without users unfindable; @takes_wanted: also one that is likely to be used again. */
static bool map_take_unused(struct frpc_map *map, bool takes_wanted)
{
	struct frpc_session *session = map->session;
	bool is_taken;

	spin_lock_irq(&session->lock);
	is_taken = !map->users && (takes_wanted || !map_is_wanted(map));
	if (is_taken)
		hash_del(&map->node);
	spin_unlock_irq(&session->lock);
	return is_taken;
}

/* Compares what a session counts with its maps. */
static void session_check_maps(struct frpc_session *session, struct frpc_space *space)
{
	struct frpc_map *map;
	size_t idle_bytes = 0;
	u32 count = 0;

	lockdep_assert_held(&space->maps_lock);

	spin_lock_irq(&session->lock);
	list_for_each_entry(map, &space->maps, entry) {
		if (map->session != session)
			continue;
		count++;
		idle_bytes += map->users ? 0 : map->len;
	}
	FRPC_DEBUG_WARN_ON(count != session->nr_maps);
	FRPC_DEBUG_WARN_ON(idle_bytes != session->idle_map_bytes);
	spin_unlock_irq(&session->lock);
}

static void maps_check(struct frpc_space *space)
{
	struct frpc_session *sessions = space->channel->sessions;
	size_t i;

	for (i = 0; FRPC_HAS_DEBUG && i < FRPC_SESSIONS_MAX; i++)
		if (READ_ONCE(sessions[i].space) == space)
			session_check_maps(&sessions[i], space);
}

/* Ends maps without users: @session's; NULL: of all sessions. */
static void maps_reap(struct frpc_space *space, const struct frpc_session *session,
		      bool takes_wanted)
{
	struct frpc_map *map, *next;

	lockdep_assert_held(&space->maps_lock);
	maps_check(space);

	list_for_each_entry_safe(map, next, &space->maps, entry)
		if ((!session || map->session == session) && map_take_unused(map, takes_wanted))
			map_end(map);
}

static void maps_reap_work(struct work_struct *work)
{
	struct frpc_space *space = container_of(to_delayed_work(work), struct frpc_space,
						reap_work);

	mutex_lock(&space->maps_lock);
	maps_reap(space, NULL, xchg(&space->reaps_all, false));
	if (!list_empty(&space->maps))
		schedule_delayed_work(&space->reap_work, REAP_PERIOD);
	mutex_unlock(&space->maps_lock);
}

static struct frpc_map *map_alloc(struct frpc_session *session, struct dma_buf *buf)
{
	struct frpc_map *map = kzalloc_obj(*map, GFP_KERNEL_ACCOUNT);

	if (!map)
		return NULL;
	map->session = session;
	map->key = buf;
	map->users = 1;
	INIT_LIST_HEAD(&map->export_entry);
	map->export = frpc_export_get(buf);
	if (!map->export) {
		get_dma_buf(buf);
		map->buf = buf;
	}
	return map;
}

/* Frees a map that was never made. */
static void map_free_unmade(struct frpc_map *map)
{
	if (map->export)
		frpc_export_put(map->export);
	map_free(map);
}

static struct frpc_map *map_create(struct frpc_session *session, struct dma_buf *buf)
{
	struct frpc_space *space = session->space;
	struct frpc_map *map;
	int ret;

	lockdep_assert_held(&space->maps_lock);

	if (!space->is_alive)
		return ERR_PTR(-EPIPE);
	if (session->nr_maps >= MAPS_MAX)
		maps_reap(space, session, true);
	if (session->nr_maps >= MAPS_MAX)
		return ERR_PTR(-ENOMEM);
	map = map_alloc(session, buf);
	if (!map)
		return ERR_PTR(-ENOMEM);
	ret = map_make(map);
	if (frpc_space_is_full(ret)) {
		frpc_space_make_room(space);
		ret = map_make(map);
	}
	if (ret) {
		map_free_unmade(map);
		return ERR_PTR(ret);
	}

	list_add(&map->entry, &space->maps);
	session->nr_maps++;
	schedule_delayed_work(&space->reap_work, REAP_PERIOD);
	spin_lock_irq(&session->lock);
	hash_add(session->map_hash, &map->node, (unsigned long)buf);
	spin_unlock_irq(&session->lock);
	return map;
}

/* --- finding and using ------------------------------------------------------ */

static struct frpc_map *map_find_or_create(struct frpc_session *session, struct dma_buf *buf)
{
	struct frpc_space *space = session->space;
	struct frpc_map *map;

	map = map_find_and_use(session, buf);
	if (map)
		return map;
	if (mutex_lock_killable(&space->maps_lock))
		return ERR_PTR(-EINTR);
	map = map_find_and_use(session, buf);
	if (!map)
		map = map_create(session, buf);
	mutex_unlock(&space->maps_lock);
	return map;
}

/**
 * frpc_map_get() - the map of a dma-buf
 * @session: owned by the caller's client
 * @fd: a descriptor of the caller's
 *
 * A buffer seen before costs no mapping.  May sleep.
 *
 * Return: the map, which the caller uses until frpc_map_put(); ERR_PTR(): -EBADF; -EINVAL
 * not a dma-buf, or not contiguous for the DSP; -ERANGE the context bank does not reach
 * it; -ENOMEM; -EPIPE the context bank is gone; -EINTR killed; errors of the exporter.
 */
struct frpc_map *frpc_map_get(struct frpc_session *session, int fd)
{
	struct dma_buf *buf = dma_buf_get(fd);
	struct frpc_map *map;

	if (IS_ERR(buf))
		return ERR_CAST(buf);
	map = map_find_or_create(session, buf);
	dma_buf_put(buf);
	return map;
}

/* How far into the buffer @address is, as the caller has it mapped. */
static u64 map_offset_of(const struct frpc_map *map, unsigned long address)
{
	/* not mapped: the buffer's first page is meant */
	u64 offset = address & (DSP_PAGE_BYTES - 1);
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, address);
	if (vma) {
		offset = address - vma->vm_start;
		/* some exporters (DRM) number pages from a place of their own, behind any buffer */
		if (vma->vm_file && vma->vm_file->private_data == map->key &&
		    vma->vm_pgoff < map->len >> PAGE_SHIFT)
			offset += (u64)vma->vm_pgoff << PAGE_SHIFT;
	}
	mmap_read_unlock(current->mm);
	return offset;
}

/**
 * frpc_map_place() - where in a map the bytes of an argument are
 * @map: used by the caller
 * @arg: a buffer; its address tells the place if it is mapped there
 * @place: result
 *
 * Return: 0; -EFAULT no address of the caller's; -EINVAL the bytes are not all inside
 * of the buffer.
 */
int frpc_map_place(const struct frpc_map *map, const struct frpc_arg *arg,
		   struct frpc_place *place)
{
	unsigned long address = untagged_addr((unsigned long)arg->ptr);
	u64 offset;

	if (!access_ok((void __user *)address, 1))
		return -EFAULT;
	offset = map_offset_of(map, address);
	if (offset > map->len || arg->len > map->len - offset)
		return -EINVAL;
	frpc_place_set(place, map->iova + offset, arg->len);
	return 0;
}

/* The same for a handle: the DSP gets the whole buffer, and finds the part by its offset. */
int frpc_map_place_handle(const struct frpc_map *map, const struct frpc_arg *arg,
			  struct frpc_place *place)
{
	u64 offset = (u32)arg->ptr;

	if (offset + arg->len > map->len)
		return -EINVAL;
	frpc_place_set(place, map->iova, map->len);
	place->start = map->iova + offset;
	return 0;
}

/**
 * frpc_map_sync() - sync the CPU's caches for bytes of maps
 * @session: that has the maps; the bytes are in maps with ->is_synced
 * @start: bus address of the first
 * @len: bytes
 * @to: as for frpc_space_sync()
 *
 * Sleeps.  Does nothing if the context bank has gone.
 *
 * Return: 0; -EINTR killed, some bytes may not be synced.
 */
int frpc_map_sync(struct frpc_session *session, u64 start, u64 len, enum dma_data_direction to)
{
	struct frpc_channel *channel = session->channel;
	int idx;

	while (len) {
		size_t n = min_t(u64, len, SYNC_BYTES);

		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		idx = srcu_read_lock(&channel->srcu);
		if (READ_ONCE(session->is_alive))
			frpc_space_sync(session->space, start, n, PAGE_SIZE, to);
		srcu_read_unlock(&channel->srcu, idx);
		start += n;
		len -= n;
	}
	return 0;
}

/* --- the end of buffers, clients and banks ---------------------------------- */

/* The next map of a buffer that has gone, pinned together with its channel; or NULL. */
static struct frpc_map *export_take_map(struct frpc_export *export)
{
	struct frpc_map *map;
	bool is_pinned = false;

	spin_lock(&export->maps_lock);
	while (!is_pinned && !list_empty(&export->maps)) {
		map = list_first_entry(&export->maps, struct frpc_map, export_entry);
		list_del_init(&map->export_entry);
		/* a channel that is being freed undoes its maps itself */
		is_pinned = frpc_channel_try_get(map->session->channel);
		if (is_pinned)
			frpc_map_use(map);
	}
	spin_unlock(&export->maps_lock);
	return is_pinned ? map : NULL;
}

static void map_close(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	struct frpc_channel *channel = session->channel;
	struct frpc_space *space = session->space;
	bool is_undone;

	mutex_lock(&space->maps_lock);
	spin_lock_irq(&session->lock);
	hash_del(&map->node);
	/* else the last user undoes it */
	map->is_closed = map->users > 1;
	is_undone = map->is_undone;
	frpc_map_put_locked(map);
	spin_unlock_irq(&session->lock);
	if (!is_undone && map_take_unused(map, true))
		map_end(map);
	mutex_unlock(&space->maps_lock);
	frpc_channel_put(channel);
}

/* The dma-buf @export has gone: undoes its maps as soon as they have no users.  May sleep. */
void frpc_map_closed(struct frpc_export *export)
{
	struct frpc_map *map;

	while ((map = export_take_map(export)))
		map_close(map);
}

void frpc_maps_setup(struct frpc_space *space)
{
	mutex_init(&space->maps_lock);
	INIT_LIST_HEAD(&space->maps);
	INIT_DEFERRABLE_WORK(&space->reap_work, maps_reap_work);
}

/* Has all maps without users undone soon.  Does not sleep, takes no lock. */
void frpc_maps_shrink(struct frpc_space *space)
{
	if (list_empty_careful(&space->maps))
		return;
	WRITE_ONCE(space->reaps_all, true);
	maps_reap_soon(space);
}

/* Undoes all maps without users: @session's, or (NULL) all.  space->maps_lock held. */
void frpc_maps_give_up(struct frpc_space *space, const struct frpc_session *session)
{
	lockdep_assert_held(&space->maps_lock);
	maps_reap(space, session, true);
}

/* The context bank goes: undo every map.  Those in use stay as empty objects. */
void frpc_maps_undo(struct frpc_space *space)
{
	struct frpc_map *map, *next;

	mutex_lock(&space->maps_lock);
	list_for_each_entry_safe(map, next, &space->maps, entry) {
		spin_lock_irq(&map->session->lock);
		hash_del(&map->node);
		spin_unlock_irq(&map->session->lock);
		map_end(map);
	}
	mutex_unlock(&space->maps_lock);
}
