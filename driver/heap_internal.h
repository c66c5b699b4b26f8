/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The remote heap from the inside, for remote_heap.c, heap_piece.c, heap_growth.c
 * and debugfs.c only.
 *
 * A heap is made of pieces: the region of the device tree, and what was added to
 * it at run time.  Each piece has a state of its own and follows the same rules.
 */
#ifndef FRPC_HEAP_INTERNAL_H
#define FRPC_HEAP_INTERNAL_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/remoteproc.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "heap_access.h"
#include "heap_state.h"
#include "pd_watch.h"

struct platform_device;

/**
 * struct frpc_heap_piece - memory that is granted and revoked as a whole
 * @entry: on heap->growth; unused for the region
 * @heap: it is part of
 * @region: its memory
 * @state: who may touch it
 * @access: how it was opened; valid from GRANTING to REVOKING
 * @has_pin: the module is held for it
 * @is_lost: quarantined, and the DSP may be running that had it
 * @dsp_addr: the DSP's name of an added piece, 0: not told yet
 * @has_namesake: another piece has, or had, that name too: neither is found by it
 *
 * Under heap->lock but for @region, which does not change.
 */
struct frpc_heap_piece {
	struct list_head entry;
	struct frpc_remote_heap *heap;
	struct frpc_heap_region region;
	enum frpc_heap_state state;
	struct frpc_heap_access access;
	bool has_pin;
	bool is_lost;
	u64 dsp_addr;
	bool has_namesake;
};

/**
 * struct frpc_heap_counts - what happened to a heap since it was found
 * @grants: pieces opened to the DSP
 * @offers: pieces the DSP was told of
 * @revokes: pieces taken back
 * @quarantines: pieces that could not be had back
 * @crashes: of the DSP, as far as it was recovered by a boot
 */
struct frpc_heap_counts {
	u64 grants;
	u64 offers;
	u64 revokes;
	u64 quarantines;
	u64 crashes;
};

/**
 * struct frpc_remote_heap - one region and what was added to it
 * @refs: the list and every channel that found it
 * @entry: on the list of heaps or of retired ones, under their lock
 * @rproc: the DSP's; reference held
 * @pool: device to allocate the region through, if it is a pool
 * @growth_pool: device to allocate additions through
 * @is_implicit: the DSP takes the region as offered by itself
 * @lock: protects what follows
 * @channel: attached now, or NULL
 * @base: the region
 * @growth: pieces added at run time
 * @growth_len: their bytes
 * @page: additions are whole ones; as @base was granted
 * @incarnation: counts how often the DSP was halted
 * @counts: for people
 * @is_offering: a request with the region in it is with the DSP
 * @is_unanswered: one has ended without an answer in this run of the DSP
 * @offer_done: woken when @is_offering ends
 * @pd: is it up?
 * @subdev: tells when the DSP is halted; under the remoteproc's lock
 * @is_watched: @subdev is with the remoteproc core; under the remoteproc's lock
 * @watch_work: puts it there where probe could not
 */
struct frpc_remote_heap {
	struct kref refs;
	struct list_head entry;
	struct rproc *rproc;
	struct platform_device *pool;
	struct platform_device *growth_pool;
	bool is_implicit;
	struct mutex lock;
	struct frpc_channel *channel;
	struct frpc_heap_piece base;
	struct list_head growth;
	size_t growth_len;
	size_t page;
	u64 incarnation;
	struct frpc_heap_counts counts;
	bool is_offering;
	bool is_unanswered;
	wait_queue_head_t offer_done;
	struct frpc_pd_watch pd;
	struct rproc_subdev subdev;
	bool is_watched;
	struct work_struct watch_work;
};

/* heap_memory.c */
struct platform_device *frpc_heap_pool_create(u32 address_bits, struct device_node *node);
void frpc_heap_pool_destroy(struct platform_device *pool);
int frpc_heap_memory_alloc(struct platform_device *pool, size_t len,
			   struct frpc_heap_region *region);
int frpc_heap_memory_reserve(struct frpc_heap_region *region);
void frpc_heap_memory_free(struct frpc_heap_region *region);

/* heap_piece.c: all under heap->lock */
void frpc_heap_piece_init(struct frpc_heap_piece *piece, struct frpc_remote_heap *heap,
			  const struct frpc_heap_region *region);
bool frpc_heap_piece_step(struct frpc_heap_piece *piece, enum frpc_heap_event event);
int frpc_heap_piece_grant(struct frpc_heap_piece *piece, const struct frpc_heap_access *access);
bool frpc_heap_piece_offer(struct frpc_heap_piece *piece);
bool frpc_heap_piece_revoke_on(struct frpc_heap_piece *piece, enum frpc_heap_event event);
void frpc_heap_piece_unsent(struct frpc_heap_piece *piece);
void frpc_heap_piece_trace_crash(const struct frpc_heap_piece *piece);

/* heap_growth.c: under heap->lock */
void frpc_heap_growth_dsp_off(struct frpc_remote_heap *heap, enum frpc_heap_event event);

/* heap_power.c */
int frpc_heap_power_init(void);
void frpc_heap_power_fini(void);
int frpc_heap_may_give(bool is_kernel_memory);
/* remote_heap.c, for heap_power.c */
bool frpc_remote_heaps_find(bool (*match)(struct frpc_remote_heap *heap));

/* debugfs.c */
struct seq_file;
void frpc_debugfs_init(void);
void frpc_debugfs_fini(void);
/* remote_heap.c, for debugfs.c */
void frpc_remote_heaps_show(struct seq_file *seq);

#endif /* FRPC_HEAP_INTERNAL_H */
