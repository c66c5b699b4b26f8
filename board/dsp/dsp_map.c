// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that clients gave to the DSP, by context bank: what a user PD was
 * created with, the pages that were added to its heap, dma-bufs that were
 * mapped, and dma-bufs that came as handles of a call and were kept.
 *
 * Each is an entry of one list, from the request that gave it until the answer
 * that gives it back: MUNMAP, MEM_UNMAP, the fd list of a call, or RELEASE.
 * In between the DSP uses it.  The PD's own memory has a word in every page
 * that is stored, looked at and stored again; of a dma-buf, which the
 * application writes too, words are only loaded.  All of that goes through the
 * stream of the bank, so what the host takes away early faults at the SMMU,
 * at once or in the last look before the answer.
 *
 * Lock order: maps.lock, then a stream's.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

static unsigned int pd_pause_ms = 10;
module_param(pd_pause_ms, uint, 0644);
MODULE_PARM_DESC(pd_pause_ms, "least pause between two rounds in the memory that clients gave");

/* Names of memory.  Wider than 32 bits, and none twice. */
#define TOKEN_FIRST	0x4200000000ull
#define MAPS_MAX	16384u	/* more than all clients of the driver may have */
/* Words the model keeps in one piece of memory: one a page if it is not larger. */
#define MAP_MARKS	1024u
#define USE_BATCH	8u

static bool map_is_stored(const struct dsp_map *map)
{
	return map->kind == DSP_MAP_INIT || map->kind == DSP_MAP_PAGES;
}

static u64 map_pages(const struct dsp_map *map)
{
	return DIV_ROUND_UP(map->size, WIRE_PAGE);
}

static u64 map_stride(const struct dsp_map *map)
{
	return DIV_ROUND_UP(map_pages(map), MAP_MARKS) * WIRE_PAGE;
}

static u32 map_word(const struct dsp_map *map, u64 off)
{
	return (u32)(map->token >> 12) * 2654435761u ^ (u32)((map->iova + off) >> 4) ^ 0x5eed;
}

/* A page is gone: told once for each map, and the map is left alone from then on. */
static void map_lost(struct dsp *dsp, struct dsp_map *map, u64 iova)
{
	if (map->lost)
		return;
	map->lost = true;
	dsp_fault_count(dsp, &dsp->violations.taken_while_running, 1);
	dev_err_ratelimited(dsp->dev, "client %d: page %#llx of memory %#llx+%#llx (session %u) was taken away before it was given back\n",
			    map->client, iova, map->iova, map->size, map->stream->session);
}

static void map_spoilt(struct dsp *dsp, struct dsp_map *map, u64 iova)
{
	if (map->spoilt)
		return;
	map->spoilt = true;
	dsp_fault_count(dsp, &dsp->violations.corrupted, 1);
	dev_err_ratelimited(dsp->dev, "client %d: page %#llx of its memory was changed, and not by the DSP\n",
			    map->client, iova);
}

/* One word of a map, at @off: looked at, and stored again if it is the PD's own. */
static int map_use(struct dsp *dsp, struct dsp_map *map, u64 off, bool first)
{
	u64 iova = map->iova + off;
	u32 wanted = map_word(map, off), seen, events;
	int ret;

	lockdep_assert_held(&dsp->maps.lock);
	ret = dsp_stream_word(map->stream, iova, false, &seen, &events);
	if (ret)
		goto err_use;
	if (!map_is_stored(map))
		return 0;
	if (first && seen)
		dsp->maps.counts.dirty++;
	else if (!first && seen != wanted)
		map_spoilt(dsp, map, iova);
	ret = dsp_stream_word(map->stream, iova, true, &wanted, &events);
	if (ret)
		goto err_use;
	dsp->maps.counts.stores++;
	return 0;

err_use:
	if (ret == -EFAULT && !first)
		map_lost(dsp, map, iova);
	return ret;
}

/* Every word of the PD's own memory; of a dma-buf the first and the last page. */
static int map_use_all(struct dsp *dsp, struct dsp_map *map, bool first)
{
	u64 last = max_t(u64, (map_pages(map) - 1) * WIRE_PAGE, WIRE_PAGE);
	u64 off, step = map_is_stored(map) ? map_stride(map) : last;
	int ret = 0;

	for (off = 0; off < map->size && !ret && !map->lost; off += step)
		ret = map_use(dsp, map, off, first);
	return ret;
}

/* Nothing may be missing, also where no word of the model's is. */
static void map_last_look(struct dsp *dsp, struct dsp_map *map)
{
	u32 value, events;
	u64 hole;

	if (map->lost)
		return;
	switch (dsp_stream_hole(map->stream, map->iova, map->size, &hole)) {
	case 0:
		map_use_all(dsp, map, false);
		break;
	case -EFAULT:
		dsp_stream_word(map->stream, hole, false, &value, &events);
		map_lost(dsp, map, hole);
		break;
	}
}

static void map_free(struct dsp *dsp, struct dsp_map *map)
{
	lockdep_assert_held(&dsp->maps.lock);
	list_del(&map->node);
	dsp->maps.nr--;
	kfree(map);
}

/* The same memory cannot belong to two clients. */
static bool map_is_taken(struct dsp *dsp, const struct dsp_map *new)
{
	struct dsp_map *map;

	list_for_each_entry(map, &dsp->maps.list, node)
		if (map->stream == new->stream && (map_is_stored(map) || map_is_stored(new)) &&
		    map->iova < new->iova + new->size && new->iova < map->iova + map->size)
			return true;
	return false;
}

/* Is all of it there, before any of it is used?  Else one real fault. */
static s32 map_first_use(struct dsp *dsp, struct dsp_map *map)
{
	u32 value = 0, events;
	u64 hole;
	int ret = dsp_stream_hole(map->stream, map->iova, map->size, &hole);

	if (ret == -EFAULT) {
		dsp_stream_word(map->stream, hole, map_is_stored(map), &value, &events);
		dsp_fault_count(dsp, &dsp->violations.offered_before_grant, 1);
		dev_err_ratelimited(dsp->dev, "client %d: page %#llx of memory %#llx+%#llx (session %u) cannot be reached\n",
				    map->client, hole, map->iova, map->size,
				    map->stream->session);
	}
	return ret || map_use_all(dsp, map, true) ? DSP_E_FAILED : 0;
}

static void map_use_later(struct dsp *dsp, ktime_t begun)
{
	queue_delayed_work(dsp->wq, &dsp->maps.use, dsp_rest(pd_pause_ms, begun));
}

static s32 map_add(struct dsp *dsp, struct dsp_map *map)
{
	s32 ret;

	if (dsp->maps.nr == MAPS_MAX)
		return DSP_E_NOMEM;
	if (map_is_taken(dsp, map)) {
		dsp_fault_count(dsp, &dsp->violations.offered_twice, map_pages(map));
		dev_err_ratelimited(dsp->dev, "client %d: memory %#llx+%#llx (session %u) is in use already\n",
				    map->client, map->iova, map->size, map->stream->session);
		return DSP_E_BADSTATE;
	}
	map->token = dsp->maps.next_token;
	ret = map_first_use(dsp, map);
	if (ret)
		return ret;
	dsp->maps.next_token += round_up(map->size, WIRE_PAGE) + WIRE_PAGE;
	dsp->maps.nr++;
	list_add_tail(&map->node, &dsp->maps.list);
	map_use_later(dsp, ktime_get());
	return 0;
}

/*
 * Take the memory at @addr, an address of the wire; what else @like says of it
 * is kept.  0 and the DSP's name for it, or what the DSP answers.
 */
s32 dsp_map_take(struct dsp_request *req, const struct dsp_map *like, u64 addr, u64 size,
		 u64 *token)
{
	struct dsp *dsp = req->dsp;
	struct dsp_map *map;
	s32 ret;

	if (!size || (addr & WIRE_PAGE_MASK))
		return dsp_call_violation(req, "memory not in whole pages, or none");
	if (like->kind != DSP_MAP_HANDLE && (size & WIRE_PAGE_MASK))
		return dsp_call_violation(req, "memory not in whole pages");
	map = kmemdup(like, sizeof(*like), GFP_KERNEL);
	if (!map)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	map->size = size;
	map->stream = dsp_stream_of(dsp, addr, &map->iova);
	if (!map->stream || !dsp_stream_holds(map->stream, map->iova, size)) {
		kfree(map);
		return dsp_call_violation(req, "memory of no session, or beyond its addresses");
	}
	mutex_lock(&dsp->maps.lock);
	ret = map_add(dsp, map);
	*token = map->token;
	mutex_unlock(&dsp->maps.lock);
	if (ret) {
		kfree(map);
		return dsp_call_refuse(req, ret, "memory refused");
	}
	return 0;
}

static struct dsp_map *map_find(struct dsp *dsp, const struct dsp_map *like)
{
	struct dsp_map *map;

	lockdep_assert_held(&dsp->maps.lock);
	list_for_each_entry(map, &dsp->maps.list, node)
		if (map->kind == like->kind && map->client == like->client &&
		    (!like->token || map->token == like->token) &&
		    (like->fd < 0 || map->fd == like->fd))
			return map;
	return NULL;
}

/* Is there memory of this kind, client, name (unless 0) and fd (unless negative)? */
bool dsp_map_exists(struct dsp *dsp, const struct dsp_map *like)
{
	bool found;

	mutex_lock(&dsp->maps.lock);
	found = map_find(dsp, like);
	mutex_unlock(&dsp->maps.lock);
	return found;
}

/*
 * Give memory back.  A size of the host's may end within the last page of a
 * dma-buf, never anywhere else.  When this is answered nothing of the DSP's
 * touches it any more.
 */
s32 dsp_map_give_back(struct dsp_request *req, const struct dsp_map *like)
{
	struct dsp *dsp = req->dsp;
	struct dsp_map *map;
	s32 ret = 0;

	mutex_lock(&dsp->maps.lock);
	map = map_find(dsp, like);
	if (!map) {
		ret = dsp_call_refuse(req, DSP_E_BADPARM, "no such memory");
		goto out_unlock;
	}
	if (like->size > map->size || (map_is_stored(map) && like->size != map->size)) {
		ret = dsp_call_refuse(req, DSP_E_BADPARM, "the memory has another size");
		goto out_unlock;
	}
	map_last_look(dsp, map);
	map_free(dsp, map);

out_unlock:
	mutex_unlock(&dsp->maps.lock);
	return ret;
}

/* One handle with this fd is let go of; false if the DSP has none. */
bool dsp_map_drop_handle(struct dsp *dsp, s32 client, s32 fd)
{
	const struct dsp_map like = { .kind = DSP_MAP_HANDLE, .client = client, .fd = fd };
	struct dsp_map *map;

	mutex_lock(&dsp->maps.lock);
	map = map_find(dsp, &like);
	if (map) {
		map_last_look(dsp, map);
		map_free(dsp, map);
	}
	mutex_unlock(&dsp->maps.lock);
	return map;
}

/*
 * Load or store @len bytes at @off of memory that a PD was given before, as
 * code of that PD does.  0 or what the DSP answers.
 */
s32 dsp_map_move(struct dsp *dsp, const struct dsp_map *like, u64 off, void *buf, size_t len,
		 bool write)
{
	struct dsp_map *map;
	s32 ret = 0;

	mutex_lock(&dsp->maps.lock);
	map = map_find(dsp, like);
	if (!map)
		ret = DSP_E_BADSTATE;
	else if (off > map->size || len > map->size - off)
		ret = DSP_E_BADPARM;
	else if (write ? dsp_stream_write(map->stream, map->iova + off, buf, len) :
			 dsp_stream_read(map->stream, map->iova + off, buf, len))
		ret = DSP_E_FAILED;
	mutex_unlock(&dsp->maps.lock);
	return ret;
}

/* The bytes of such memory; 0: there is none. */
u64 dsp_map_size(struct dsp *dsp, const struct dsp_map *like)
{
	struct dsp_map *map;
	u64 size;

	mutex_lock(&dsp->maps.lock);
	map = map_find(dsp, like);
	size = map ? map->size : 0;
	mutex_unlock(&dsp->maps.lock);
	return size;
}

/* dsp_map_move() for a call. */
s32 dsp_map_access(struct dsp_request *req, const struct dsp_map *like, u64 off, void *buf,
		   size_t len, bool write)
{
	s32 ret = dsp_map_move(req->dsp, like, off, buf, len, write);

	return ret ? dsp_call_refuse(req, ret, "no such memory, or not that much of it") : 0;
}

/* The client is released, or (@client 0) the channel ends: a last look at all of it. */
void dsp_map_end(struct dsp *dsp, s32 client)
{
	struct dsp_map *map, *next;

	mutex_lock(&dsp->maps.lock);
	list_for_each_entry_safe(map, next, &dsp->maps.list, node) {
		if (client && map->client != client)
			continue;
		map_last_look(dsp, map);
		map_free(dsp, map);
	}
	mutex_unlock(&dsp->maps.lock);
}

/* The bank's device is gone, and with it every way to its memory. */
void dsp_map_bank_gone(struct dsp *dsp, struct dsp_stream *s)
{
	struct dsp_map *map, *next;

	mutex_lock(&dsp->maps.lock);
	list_for_each_entry_safe(map, next, &dsp->maps.list, node)
		if (map->stream == s)
			map_free(dsp, map);
	mutex_unlock(&dsp->maps.lock);
}

/* The life of the PDs: a word here and there, for as long as there is memory. */
static void map_use_work(struct work_struct *work)
{
	struct dsp *dsp = container_of(to_delayed_work(work), struct dsp, maps.use);
	unsigned int i, batch;
	ktime_t begun;

	mutex_lock(&dsp->maps.lock);
	begun = ktime_get();
	batch = min(dsp->maps.nr, USE_BATCH);
	for (i = 0; i < batch; i++) {
		struct dsp_map *map = list_first_entry(&dsp->maps.list, struct dsp_map, node);

		list_move_tail(&map->node, &dsp->maps.list);
		if (map->lost)
			continue;
		map_use(dsp, map, map->at, false);
		map->at += map_stride(map);
		if (map->at >= map->size)
			map->at = 0;
	}
	if (dsp->maps.nr)
		map_use_later(dsp, begun);
	mutex_unlock(&dsp->maps.lock);
	wake_up_all(&dsp->counters);
}

void dsp_map_count(struct dsp *dsp, u64 *counter)
{
	mutex_lock(&dsp->maps.lock);
	++*counter;
	mutex_unlock(&dsp->maps.lock);
	wake_up_all(&dsp->counters);
}

void dsp_map_status(struct dsp *dsp, struct dsp_control_memory *memory)
{
	struct dsp_map *map;

	mutex_lock(&dsp->maps.lock);
	*memory = dsp->maps.counts;
	memory->pds = dsp->maps.npds;
	list_for_each_entry(map, &dsp->maps.list, node) {
		memory->maps += map->kind == DSP_MAP_FD;
		memory->handles += map->kind == DSP_MAP_HANDLE;
		memory->pages += map->kind == DSP_MAP_PAGES ? map_pages(map) : 0;
	}
	mutex_unlock(&dsp->maps.lock);
}

/* The entry whose name comes next after @out->token; -ENOENT if there is none. */
int dsp_map_show(struct dsp *dsp, struct dsp_control_map *out)
{
	struct dsp_map *map, *next = NULL;

	mutex_lock(&dsp->maps.lock);
	list_for_each_entry(map, &dsp->maps.list, node)
		if (map->token > out->token && (!next || map->token < next->token))
			next = map;
	if (next) {
		out->token = next->token;
		out->kind = next->kind;
		out->client = next->client;
		out->fd = next->fd;
		out->flags = next->flags;
		out->session = next->stream->session;
		out->iova = next->iova;
		out->size = next->size;
	}
	mutex_unlock(&dsp->maps.lock);
	return next ? 0 : -ENOENT;
}

void dsp_map_init(struct dsp *dsp)
{
	mutex_init(&dsp->maps.lock);
	INIT_LIST_HEAD(&dsp->maps.list);
	INIT_DELAYED_WORK(&dsp->maps.use, map_use_work);
	dsp->maps.next_token = TOKEN_FIRST;
}

/* The DSP was stopped, so there is no memory left to use. */
void dsp_map_exit(struct dsp *dsp)
{
	cancel_delayed_work_sync(&dsp->maps.use);
}
