/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internals of the remote heap, for remote_heap.c, heap_*.c, trace.h and debugfs.c.
 *
 * A heap consists of segments: the region of the device tree, and growth, which was added at
 * run time.  A segment is lent and reclaimed as a whole.
 */
#ifndef FRPC_HEAP_INTERNAL_H
#define FRPC_HEAP_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "heap_state.h"
#include "remoteproc.h"
#include "turn.h"
#include "vmperm.h"

struct frpc_channel;
struct pdr_handle;
struct platform_device;

/* How a segment is mapped or assigned. */
struct frpc_heap_access {
	enum frpc_heap_way way;
	struct iommu_domain *domain;	/* of FRPC_HEAP_MAP; valid until the run ends */
	int prot;			/* IOMMU_* */
	size_t page;			/* smallest size that can be lent */
	struct frpc_vmperm perm;	/* of FRPC_HEAP_ASSIGN */
};

struct frpc_heap_segment {
	struct list_head entry;		/* on heap->segments */
	struct frpc_heap *heap;
	phys_addr_t phys;
	phys_addr_t last;		/* last byte */
	size_t len;
	struct platform_device *pool;	/* allocated through it; NULL: a carve-out */
	void *bytes;			/* uncached mapping of what was allocated */
	bool is_growth;
	struct frpc_heap_access access;
	enum frpc_heap_state state;	/* under heap->lock */
	bool is_scm_asked;		/* to reclaim it, with heap->lock released */
	u64 dsp_addr;			/* the DSP's address of growth; 0: not known */
};

enum frpc_pd_state { FRPC_PD_UNKNOWN, FRPC_PD_UP, FRPC_PD_DOWN };

/* The heap of one fastrpc node with a memory-region.  It lives as long as the module. */
struct frpc_heap {
	struct list_head entry;		/* on frpc_heaps */
	struct device_node *node;	/* reference held */
	bool is_implicit;		/* the DSP uses the region without being told */
	u32 address_bits;		/* of the DSP */
	struct delayed_work work;	/* after the end of the DSP, and for a new channel */
	unsigned int tries_left;	/* of @work, if @is_implicit */

	struct frpc_turn turn;		/* of a request, or of @work; its owner uses: */
	struct frpc_rproc_watch watch;
	struct frpc_stream stream;	/* as this request found it */
	struct frpc_heap_segment *current_segment;	/* this request's */
	char said[128];			/* the last complaint in the log */
	struct ratelimit_state said_limit;

	/*
	 * Protects what follows.  It nests inside the remoteproc's lock.  A request holds it
	 * over iommu_map() and iommu_unmap(), so that the domain does not go meanwhile; never
	 * over an allocation, zeroing, SCM or a message.
	 */
	struct mutex lock;
	struct frpc_channel *channel;	/* attached now */
	char rproc_name[24];
	struct list_head segments;
	struct frpc_heap_segment *region;	/* NULL: unclaimed */
	size_t growth_len;		/* bytes of all growth */
	u64 run;			/* how often the DSP was halted */
	u64 current_run;		/* of the last request that watched the DSP */
	u64 attach_run;			/* of the last channel that came */
	enum frpc_pd_state pd;		/* of the audio PD in this run */

	struct pdr_handle *pdr;		/* from the first channel until module end; or NULL */
	bool has_news;			/* the helper has called back */
	wait_queue_head_t changed;	/* @current_segment or @has_news */
	unsigned int counts[FRPC_HEAP_STEPS];	/* for people: steps of all segments, */
	unsigned int crashes;			/* and crashes of the DSP */
};

/* remote_heap.c */
extern struct list_head frpc_heaps;
extern struct mutex frpc_heaps_lock;
__printf(2, 3) void frpc_heap_complain(struct frpc_heap *heap, const char *format, ...);

/* heap_memory.c */
struct frpc_heap_segment *frpc_heap_claim_region(struct frpc_heap *heap);
struct frpc_heap_segment *frpc_heap_claim_growth(struct frpc_heap *heap, size_t len);
int frpc_heap_zero(const struct frpc_heap_segment *segment);
void frpc_heap_free(struct frpc_heap_segment *segment);

/* heap_segment.c */
extern const char *const frpc_heap_ways[];	/* by enum frpc_heap_way, for people */
bool frpc_heap_find_access(struct frpc_heap_segment *segment);
void frpc_heap_segment_step(struct frpc_heap_segment *segment, enum frpc_heap_step step);
int frpc_heap_segment_lend(struct frpc_heap *heap, struct frpc_heap_segment *segment);
void frpc_heap_segment_reclaim(struct frpc_heap_segment *segment, enum frpc_heap_step step);

/* heap_pdr.c */
void frpc_heap_pdr_start(struct frpc_heap *heap);
void frpc_heap_pdr_end(struct frpc_heap *heap);

#endif /* FRPC_HEAP_INTERNAL_H */
