/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces: what a DSP reaches through one compute context bank.
 *
 * A space owns the addresses of its bank, and knows the bank's address bits, whether
 * an IOMMU translates, and whether the bank sees the CPU's caches.  Every other file
 * asks the space.  Two kinds of object have addresses in it:
 *   - buffers: the driver's own memory, in the bank for as long as it lives;
 *   - maps: dma-bufs, kept after use until another request needs the addresses.
 * Sessions of one bank (qcom,nsessions) share its space.
 */
#ifndef FRPC_SPACE_H
#define FRPC_SPACE_H

#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "message.h"

struct device;
struct dma_buf;
struct dma_buf_attachment;
struct frpc_channel;
struct frpc_session;
struct vm_area_struct;

/**
 * struct frpc_space - the addresses of one compute context bank
 * @channel: it is part of
 * @dev: the bank's device, while @is_alive; NULL: this place is empty
 * @session_bits: what names the bank in an address on the wire
 * @last: the highest address that the bank has
 * @is_coherent: the bank sees the CPU's caches
 * @is_translated: an IOMMU makes one range of any pages, wherever they are
 * @may_copy: the DMA API may give the bank a copy of memory that it cannot reach
 * @is_alive: @dev may be used; changes under both mutexes
 * @buffers_lock: protects @buffers and the mapping of every buffer
 * @buffers: all mapped buffers
 * @maps_lock: protects @maps, and making and undoing maps; before @buffers_lock
 * @maps: all mapped dma-bufs
 * @reap_work: undoes maps that are not needed any more
 * @reaps_all: the next time all that are unused
 */
struct frpc_space {
	struct frpc_channel *channel;
	struct device *dev;
	u64 session_bits;
	u64 last;
	bool is_coherent;
	bool is_translated;
	bool may_copy;
	bool is_alive;
	struct mutex buffers_lock;
	struct list_head buffers;
	struct mutex maps_lock;
	struct list_head maps;
	struct delayed_work reap_work;
	bool reaps_all;
};

/**
 * struct frpc_pages - memory that a DSP can be given
 * @sgt: its pieces, each of contiguous pages
 * @first: @sgt's list, if there is one piece
 * @len: bytes, whole pages
 * @owner: device whose DMA API has lent them, reference held; NULL: the page allocator
 * @addr: what the DMA API calls them
 */
struct frpc_pages {
	struct sg_table sgt;
	struct scatterlist first;
	size_t len;
	struct device *owner;
	dma_addr_t addr;
};

/**
 * struct frpc_buffer - memory of the driver's own, mapped for one session
 * @pool_entry: on a free list of the session, or unused
 * @space_entry: on space->buffers while mapped; under space->buffers_lock
 * @session: whose it is
 * @pages: its memory
 * @cpu: kernel address
 * @iova: bus address in the context bank, page aligned, no session bits
 * @size_class: free list it belongs to, or FRPC_POOL_CLASSES
 * @is_mapped: @iova is good; under space->buffers_lock
 * @is_charged: in use, and counted in session->message_bytes
 *
 * Owns its pages: they stay when the context bank's device goes, only the
 * mapping is undone.  So a client that copies out of a buffer cannot delay a removal.
 */
struct frpc_buffer {
	struct list_head pool_entry;
	struct list_head space_entry;
	struct frpc_session *session;
	struct frpc_pages pages;
	void *cpu;
	dma_addr_t iova;
	u32 size_class;
	bool is_mapped;
	bool is_charged;
};

/**
 * struct frpc_export - a dma-buf of the driver's own
 * @refs: the dma-buf and each map hold one
 * @lock: protects @attachments and the state of each
 * @attachments: devices of others that reach it
 * @maps_lock: protects @maps
 * @maps: ours, to be undone when the dma-buf goes
 * @pages: its memory
 * @is_uncached: no CPU mapping of it goes through a cache
 */
struct frpc_export {
	struct kref refs;
	struct mutex lock;		/* see above */
	struct list_head attachments;
	spinlock_t maps_lock;		/* see above */
	struct list_head maps;
	struct frpc_pages pages;
	bool is_uncached;
};

/**
 * struct frpc_map - a dma-buf that a session's context bank reaches
 * @entry: on space->maps until undone; under space->maps_lock
 * @node: in session->map_hash while it can be found; under session->lock
 * @session: whose it is
 * @key: the dma-buf, to be compared only
 * @buf: the same if it is another driver's, reference held
 * @own: what is behind one of ours, reference held until undone
 * @own_entry: on own->maps until one of the two goes
 * @attachment: another driver's: of the context bank's device
 * @table: one of ours: its pages
 * @sgt: mapped pages
 * @iova: bus address in the context bank, page aligned, no session bits
 * @len: bytes, contiguous
 * @users: calls and others that rely on it; under session->lock
 * @last_used: jiffies when one of them ended
 * @is_closed: its dma-buf has gone: not to be found, and to go when unused
 * @is_undone: nothing is mapped any more; under session->lock
 * @is_left: a call with it has ended without an answer; under session->lock
 * @is_synced: CPU and bank see it through different caches
 * @is_secure: the DSP itself has the memory; under space->maps_lock
 * @phys: where that is, if it has
 */
struct frpc_map {
	struct list_head entry;
	struct hlist_node node;
	struct frpc_session *session;
	const struct dma_buf *key;
	struct dma_buf *buf;
	struct frpc_export *own;
	struct list_head own_entry;
	struct dma_buf_attachment *attachment;
	struct sg_table table;
	struct sg_table *sgt;
	dma_addr_t iova;
	size_t len;
	u32 users;
	unsigned long last_used;
	bool is_closed;
	bool is_undone;
	bool is_left;
	bool is_synced;
	bool is_secure;
	phys_addr_t phys;
};

/* space.c */
void frpc_space_setup(struct frpc_space *space, struct frpc_channel *channel);
int frpc_space_begin(struct frpc_space *space, struct device *dev, u64 session_bits, u32 bits);
void frpc_space_end(struct frpc_space *space);
struct device *frpc_space_dev_get(struct frpc_space *space);
phys_addr_t frpc_space_phys(struct frpc_space *space, dma_addr_t iova);
int frpc_space_map(struct frpc_space *space, struct sg_table *sgt, unsigned long attrs,
		   dma_addr_t *iova);
int frpc_space_check(struct frpc_space *space, const struct sg_table *sgt, dma_addr_t *iova,
		     size_t *len);
bool frpc_space_is_full(int ret);
void frpc_space_make_room(struct frpc_space *space);
int frpc_space_flush(struct frpc_space *space, struct sg_table *sgt);
void frpc_space_sync(struct frpc_space *space, u64 iova, size_t len, size_t piece,
		     enum dma_data_direction to);

/* pages.c */
int frpc_pages_alloc(struct frpc_pages *pages, struct frpc_space *space, size_t len);
void frpc_pages_free(struct frpc_pages *pages);
void *frpc_pages_cpu(struct frpc_pages *pages, bool is_uncached);
void frpc_pages_cpu_put(void *cpu);
int frpc_pages_table(const struct frpc_pages *pages, struct sg_table *table, size_t most);
int frpc_pages_mmap(const struct frpc_pages *pages, struct vm_area_struct *vma);

/* buffer.c */
void frpc_pool_setup(struct frpc_session *session);
struct frpc_buffer *frpc_buffer_get(struct frpc_session *session, size_t len, bool is_charged);
struct frpc_buffer *frpc_buffer_alloc(struct frpc_session *session, size_t len);
void frpc_buffer_free(struct frpc_buffer *buffer);
bool frpc_buffer_put(struct frpc_buffer *buffer);
void frpc_buffer_sync_for_dsp(struct frpc_buffer *buffer, size_t len);
void frpc_buffer_sync_for_cpu(struct frpc_buffer *buffer, size_t len);
void frpc_buffers_unmap(struct frpc_space *space);
void frpc_pool_drain(struct frpc_session *session);
size_t frpc_pool_shrink(struct frpc_session *session, size_t pages);

/* dmabuf.c */
struct dma_buf *frpc_export_create(struct frpc_channel *channel, u64 size);
struct frpc_export *frpc_export_get(const struct dma_buf *buf);
void frpc_export_put(struct frpc_export *own);

/* map.c */
void frpc_maps_setup(struct frpc_space *space);
struct frpc_map *frpc_map_get(struct frpc_session *session, int fd);
void frpc_map_use(struct frpc_map *map);
void frpc_map_put(struct frpc_map *map);
void frpc_map_put_locked(struct frpc_map *map);
int frpc_map_place(const struct frpc_map *map, const struct frpc_arg *arg,
		   struct frpc_place *place);
int frpc_map_place_handle(const struct frpc_map *map, const struct frpc_arg *arg,
			  struct frpc_place *place);
int frpc_map_sync(struct frpc_session *session, u64 start, u64 len, enum dma_data_direction to);
void frpc_map_closed(struct frpc_export *own);
void frpc_maps_give_up(struct frpc_space *space, const struct frpc_session *session);
void frpc_maps_shrink(struct frpc_space *space);
void frpc_maps_undo(struct frpc_space *space);

/* secure_map.c */
extern atomic_t frpc_secure_maps_lost;
void frpc_secure_map_setup(struct frpc_channel *channel);
int frpc_secure_map_make(struct frpc_map *map);
void frpc_secure_map_undo(struct frpc_map *map);

#endif /* FRPC_SPACE_H */
