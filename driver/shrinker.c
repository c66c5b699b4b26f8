// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shrinker: under memory pressure the driver frees idle message buffers, maps without
 * users and results of interrupted calls at once, and not when their client is closed or some
 * seconds later.
 *
 * A shrinker runs inside any allocation, also the driver's own, so it waits for no mutex.
 * Undoing a map takes its exporter's lock, and giving up a result takes its session's; work
 * items do both.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/shrinker.h>

#include "private.h"

static LIST_HEAD(channels);
/* Protects the list.  Its holder allocates no memory. */
static DEFINE_MUTEX(channels_lock);
static struct shrinker *shrinker;

/* What could be freed, in pages: idle buffers, results, dma-bufs that only a map may still have. */
static unsigned long shrinker_count(struct shrinker *self, struct shrink_control *sc)
{
	struct frpc_channel *channel;
	unsigned long count = 0;
	size_t i;

	if (!mutex_trylock(&channels_lock))
		return 0;
	list_for_each_entry(channel, &channels, shrinker_entry)
		for (i = 0; i < FRPC_SESSIONS_MAX; i++)
			count += (READ_ONCE(channel->sessions[i].free_bytes) >> PAGE_SHIFT) +
				 (READ_ONCE(channel->sessions[i].idle_map_bytes) >> PAGE_SHIFT) +
				 (frpc_interrupted_bytes(&channel->sessions[i]) >> PAGE_SHIFT);
	mutex_unlock(&channels_lock);
	return count ? count : SHRINK_EMPTY;
}

static unsigned long shrinker_scan(struct shrinker *self, struct shrink_control *sc)
{
	struct frpc_channel *channel;
	unsigned long freed = 0;
	size_t i;

	if (!mutex_trylock(&channels_lock))
		return SHRINK_STOP;
	list_for_each_entry(channel, &channels, shrinker_entry) {
		for (i = 0; i < FRPC_SESSIONS_MAX && freed < sc->nr_to_scan; i++) {
			freed += frpc_pool_shrink(&channel->sessions[i], sc->nr_to_scan - freed);
			frpc_maps_shrink(&channel->spaces[i]);
			frpc_interrupted_shrink(&channel->sessions[i]);
		}
	}
	mutex_unlock(&channels_lock);
	return freed ? freed : SHRINK_STOP;
}

/* The shrinker may free what @channel keeps for reuse, until frpc_shrinker_remove(). */
void frpc_shrinker_add(struct frpc_channel *channel)
{
	mutex_lock(&channels_lock);
	list_add(&channel->shrinker_entry, &channels);
	mutex_unlock(&channels_lock);
}

void frpc_shrinker_remove(struct frpc_channel *channel)
{
	mutex_lock(&channels_lock);
	list_del(&channel->shrinker_entry);
	mutex_unlock(&channels_lock);
}

int frpc_shrinker_init(void)
{
	shrinker = shrinker_alloc(0, "fastrpc");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = shrinker_count;
	shrinker->scan_objects = shrinker_scan;
	shrinker_register(shrinker);
	return 0;
}

void frpc_shrinker_fini(void)
{
	WARN_ON_ONCE(!list_empty(&channels));
	shrinker_free(shrinker);
}
