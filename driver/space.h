/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces: what a DSP reaches through one compute context bank.
 *
 * A space owns the addresses of its bank.  It knows how many bits they have, whether an IOMMU
 * translates them, and whether the bank snoops the CPU's caches; all other files ask it.  Two
 * kinds of object have addresses in a space:
 *   - buffers: the driver's own memory, mapped for as long as the buffer lives;
 *   - maps: dma-bufs, which stay mapped after use until the addresses are needed.
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

/* --- space.c -------------------------------------------------------------- */

/* The addresses of one compute context bank. */
struct frpc_space {
	struct frpc_channel *channel;
	struct device *dev;		/* the bank's, while @is_alive; NULL: this place is empty */
	u64 session_bits;		/* what names the bank in an address on the wire */
	u64 last;			/* highest address of the bank */
	bool is_coherent;		/* the bank snoops the CPU's caches */
	bool is_translated;		/* an IOMMU makes one range of any pages */
	bool may_copy;			/* the DMA API may use a bounce buffer for the bank */
	bool is_alive;			/* @dev may be used; changes under both mutexes */
	struct mutex buffers_lock;	/* protects @buffers and the mapping of each buffer */
	struct list_head buffers;	/* all mapped buffers */
	struct mutex maps_lock;		/* protects @maps, and making and undoing maps */
	struct list_head maps;		/* all mapped dma-bufs */
	struct delayed_work reap_work;	/* undoes maps that are no longer needed */
	bool reaps_all;			/* the next reap undoes all unused maps */
};

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

/* --- map.c ---------------------------------------------------------------- */

/* A dma-buf that a session's context bank can reach. */
struct frpc_map {
	struct list_head entry;		/* on space->maps until undone; under space->maps_lock */
	struct hlist_node node;		/* in session->map_hash; under session->lock */
	struct frpc_session *session;
	const struct dma_buf *key;	/* the dma-buf, for comparison only */
	struct dma_buf *buf;		/* another driver's, reference held; or NULL */
	struct frpc_export *export;	/* the driver's own, reference held until undone; or NULL */
	struct list_head export_entry;	/* on export->maps until one of the two goes */
	struct dma_buf_attachment *attachment;	/* of another driver's dma-buf */
	struct sg_table table;		/* pages of the driver's own */
	struct sg_table *sgt;		/* mapped pages of another driver's */
	dma_addr_t iova;		/* bus address, page aligned, without session bits */
	size_t len;			/* bytes, contiguous */
	u32 users;			/* calls and mappings that use it; under session->lock */
	unsigned long last_used;	/* jiffies when one of them ended */
	bool is_closed;			/* its dma-buf has gone, so it goes when it is unused */
	bool is_undone;			/* it is no longer mapped; under session->lock */
	bool is_left;			/* a call with it ended without an answer; session->lock */
	bool is_synced;			/* CPU and bank see it through different caches */
	bool is_secure;			/* it is assigned to the DSP; under space->maps_lock */
	phys_addr_t phys;		/* where it is, if @is_secure */
};

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
void frpc_map_closed(struct frpc_export *export);
void frpc_maps_give_up(struct frpc_space *space, const struct frpc_session *session);
void frpc_maps_shrink(struct frpc_space *space);
void frpc_maps_undo(struct frpc_space *space);

/* --- secure_map.c --------------------------------------------------------- */

extern atomic_t frpc_secure_maps_lost;
void frpc_secure_map_setup(struct frpc_channel *channel);
int frpc_secure_map_make(struct frpc_map *map);
void frpc_secure_map_undo(struct frpc_map *map);

/* --- pages.c -------------------------------------------------------------- */

/* Memory for a DSP. */
struct frpc_pages {
	struct sg_table sgt;		/* pieces, each of contiguous pages */
	struct scatterlist first;	/* the list of @sgt, if there is one piece */
	size_t len;			/* bytes, whole pages */
	struct device *owner;		/* its DMA API allocated them, reference held; or NULL */
	dma_addr_t addr;		/* from the DMA API */
};

int frpc_pages_alloc(struct frpc_pages *pages, struct frpc_space *space, size_t len);
void frpc_pages_free(struct frpc_pages *pages);
void *frpc_pages_cpu(struct frpc_pages *pages, bool is_uncached);
void frpc_pages_cpu_put(void *cpu);
int frpc_pages_table(const struct frpc_pages *pages, struct sg_table *table, size_t most);
int frpc_pages_mmap(const struct frpc_pages *pages, struct vm_area_struct *vma);

/* --- buffer.c ------------------------------------------------------------- */

/* Message buffers come in powers of two from one page; larger ones are not pooled. */
#define FRPC_POOL_CLASSES	11

/*
 * The driver's own memory, mapped for one session.  A buffer owns its pages.  They stay when
 * the context bank's device goes, and only the mapping is undone; so a client that copies out
 * of a buffer cannot delay a removal.
 */
struct frpc_buffer {
	struct frpc_buffer *next_free;	/* on a free list of the session, or unused */
	struct list_head space_entry;	/* on space->buffers while mapped; under ->buffers_lock */
	struct frpc_session *session;
	struct frpc_pages pages;
	void *cpu;			/* kernel address */
	dma_addr_t iova;		/* bus address, page aligned, without session bits */
	u32 size_class;			/* of its free list, or FRPC_POOL_CLASSES */
	bool is_mapped;			/* @iova is valid; under space->buffers_lock */
	bool is_charged;		/* in use, and counted in session->message_bytes */
};

struct frpc_buffer *frpc_buffer_get(struct frpc_session *session, size_t len, bool is_charged);
struct frpc_buffer *frpc_buffer_get_page(struct frpc_session *session, bool is_charged);
struct frpc_buffer *frpc_buffer_alloc(struct frpc_session *session, size_t len);
void frpc_buffer_free(struct frpc_buffer *buffer);
bool frpc_buffer_put(struct frpc_buffer *buffer);
void frpc_buffer_sync_for_dsp(struct frpc_buffer *buffer, size_t len);
void frpc_buffer_sync_for_cpu(struct frpc_buffer *buffer, size_t len);
void frpc_buffers_unmap(struct frpc_space *space);
void frpc_pool_drain(struct frpc_session *session);
size_t frpc_pool_shrink(struct frpc_session *session, size_t pages);

/* --- export.c ------------------------------------------------------------- */

/* What is behind a dma-buf that the driver exports. */
struct frpc_export {
	struct kref refs;		/* the dma-buf and each map hold one */
	struct mutex lock;		/* protects @attachments and the state of each */
	struct list_head attachments;	/* devices of other drivers that use it */
	spinlock_t maps_lock;		/* protects @maps */
	struct list_head maps;		/* the driver's own, undone when the dma-buf goes */
	struct frpc_pages pages;
	bool is_uncached;		/* every CPU mapping of it bypasses the caches */
};

struct dma_buf *frpc_export_create(struct frpc_channel *channel, u64 size);
struct frpc_export *frpc_export_get(const struct dma_buf *buf);
void frpc_export_put(struct frpc_export *export);
unsigned long frpc_export_attrs(const struct frpc_export *export);

#endif /* FRPC_SPACE_H */
