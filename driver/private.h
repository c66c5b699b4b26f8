/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's files share.  Each file has a part here, with its objects above its
 * functions.  The parts are in the order in which a call meets them; channel.c, whose object
 * contains most others, is the last.
 *
 * Vocabulary (docs/concepts.md has all terms): a channel is the rpmsg link to one DSP and
 * everything that belongs to it; a space is the addresses of one compute context bank (SMMU
 * context); a session is a client as the DSP knows it, and one bank serves it; a client is
 * one open file and owns one session at most; a call is one request in flight.
 *
 * Lifetimes: a channel lives until its rpmsg device is gone and its last client is closed;
 * sessions are part of it.  A client may outlive the DSP.  So code uses the rpmsg device, or
 * a context bank's device, only inside channel->srcu and after a check that the channel (the
 * session) is alive.
 *
 * Lock order: session->end_lock, space->maps_lock, space->buffers_lock, then the spinlocks.
 * Spinlocks nest in two pairs: call_slot.lock -> session->lock, export->maps_lock ->
 * session->lock.
 * remote_heap.c has the locks of the remote heap.
 */
#ifndef FRPC_PRIVATE_H
#define FRPC_PRIVATE_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rpmsg.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "debug.h"
#include "message.h"
#include "request.h"
#include "session_state.h"
#include "space.h"
#include "tree_rules.h"
#include "turn.h"
#include "vmperm.h"
#include "uapi/misc/fastrpc.h"

struct frpc_call;
struct frpc_channel;
struct frpc_client;
struct frpc_heap;
struct frpc_mapping;

/* --- client.c ------------------------------------------------------------- */

/* One device node of a channel. */
struct frpc_node {
	struct miscdevice misc;
	struct frpc_channel *channel;
	char name[32];
	bool is_secure;			/* for privileged clients */
	bool is_registered;		/* @misc is visible */
};

/* One open file. */
struct frpc_client {
	struct frpc_channel *channel;	/* reference held */
	struct mutex session_lock;	/* one thread at a time takes the session */
	struct frpc_session *session;	/* until release; NULL: it has needed none yet */
	u32 pd;				/* protection domain of its calls, DSP_PD_* */
	bool is_known;			/* the DSP has seen it, and must hear of its end */
	bool has_joined;		/* a protection domain has taken it in, or may have */
	bool has_audio_pd;		/* the audio PD has taken it for its daemon */
	bool is_privileged;		/* opened through the secure node */
	bool is_polling;		/* calls look for their end in memory, then sleep */
	unsigned long has_process;	/* bit 0: it has a process on the DSP, or may have */
	bool has_handles;		/* dma-bufs went to the DSP as handles of calls */
	spinlock_t mappings_lock;	/* protects the next two */
	struct rb_root mappings;	/* mappings that the DSP has */
	u32 nr_mappings;		/* those, and those being made */
};

int frpc_nodes_register(struct frpc_channel *channel, struct device *parent, bool has_both);
void frpc_nodes_deregister(struct frpc_channel *channel);

/* --- session.c ------------------------------------------------------------ */

/* One client of the DSP, as the DSP knows it. */
struct frpc_session {
	struct frpc_channel *channel;
	struct frpc_space *space;	/* of the bank that serves it; NULL: never had one */
	bool is_alive;			/* bank's device may be used; read inside channel->srcu */
	u32 nr_maps;			/* dma-bufs it has mapped; under space->maps_lock */

	struct mutex end_lock;		/* held during a client's end; protects: */
	struct frpc_client *client;	/* its owner, which late answers go to; NULL: none */
	struct frpc_call *release;	/* the call for its client's RELEASE */
	struct frpc_buffer *release_buffer;	/* for the next RELEASE; NULL: @release has it */
	u32 left_pd;			/* protection domain of the client that has left */
	bool has_left_pd;		/* that domain may have taken the client in */
	bool is_released;		/* the DSP has answered the RELEASE */
	bool has_kept_memory;		/* the DSP refused it, and has memory of the client */

	struct delayed_work end_work;	/* handles late answers and a RELEASE that was not sent */
	wait_queue_head_t end_wait;	/* woken when the session becomes free */
	atomic_t nr_calls;		/* its places in the call table, without the RELEASE's */

	spinlock_t lock;		/* taken with interrupts off, protects: */
	enum frpc_session_state state;
	u32 nr_ends;			/* how often it became free */
	u32 nr_parked;			/* its client's calls that were left without an answer */
	struct list_head answered;	/* given up before, answered since */
	struct list_head left_mappings;	/* mappings of a client that has left */
	struct list_head interrupted;	/* calls that their threads will make again */
	u32 nr_interrupted;		/* length of @interrupted */
	bool reaps_results;		/* the next reap frees every result in @interrupted */
	size_t message_bytes;		/* of its client's calls: in flight, given up or kept */
	struct frpc_call *free_calls;	/* idle call structures */
	struct frpc_buffer *free_buffers[FRPC_POOL_CLASSES];	/* idle buffers, by size class */
	size_t free_bytes;		/* sum of @free_buffers */
	size_t idle_map_bytes;		/* of maps without a user */
	DECLARE_HASHTABLE(map_hash, 6);	/* maps, by dma-buf */
};

int frpc_session_init(void);
void frpc_session_fini(void);
void frpc_sessions_setup(struct frpc_channel *channel);
void frpc_sessions_teardown(struct frpc_channel *channel);
struct frpc_session *frpc_session_get(struct frpc_client *client);
struct frpc_session *frpc_session_any(struct frpc_channel *channel);
void frpc_session_drain(struct frpc_session *session);
u32 frpc_session_client_id(const struct frpc_session *session);
u64 frpc_session_bits(const struct frpc_session *session);

/* --- process.c ------------------------------------------------------------ */

long frpc_process_attach(struct frpc_client *client, u32 pd);
long frpc_process_create(struct frpc_client *client, const struct fastrpc_init_create *create);
long frpc_process_create_static(struct frpc_client *client,
				const struct fastrpc_init_create_static *create);
long frpc_process_mmap(struct frpc_client *client, struct fastrpc_req_mmap *request);
long frpc_process_munmap(struct frpc_client *client, const struct fastrpc_req_munmap *request);

/* --- process_memory.c ----------------------------------------------------- */

long frpc_process_memory_add(struct frpc_client *client, struct fastrpc_req_mmap *request);
long frpc_process_memory_remove(struct frpc_client *client,
				const struct fastrpc_req_munmap *request);
long frpc_process_memory_map(struct frpc_client *client, struct fastrpc_mem_map *request);
long frpc_process_memory_unmap(struct frpc_client *client, const struct fastrpc_mem_unmap *request);

/* --- mapping.c ------------------------------------------------------------ */

enum frpc_mapping_kind {
	FRPC_MAPPING_PROCESS,	/* the first memory of a process */
	FRPC_MAPPING_PAGES,	/* more memory for its heap */
	FRPC_MAPPING_DMABUF,	/* a dma-buf, mapped until it is unmapped */
	FRPC_MAPPING_HANDLE,	/* a dma-buf that was a handle of a call */
};

/* A mapping: memory that a process on the DSP has for longer than a call. */
struct frpc_mapping {
	struct rb_node node;		/* in client->mappings */
	struct list_head entry;		/* on session->left_mappings, after the client's end */
	enum frpc_mapping_kind kind;
	struct frpc_buffer *buffer;	/* the kernel's memory; or NULL */
	struct frpc_map *map;		/* a dma-buf, which the mapping uses; or NULL */
	dma_addr_t iova;		/* bus address, without session bits */
	size_t len;			/* bytes, whole pages of the DSP */
	int fd;				/* names the dma-buf, for caller and DSP; -1: none */
	bool is_named;			/* it can be found: by @dsp_addr, or by @fd if a handle */
	u64 dsp_addr;			/* the DSP's address of it */
	u32 times;			/* handles: how often it went to the DSP */
};

void frpc_mappings_setup(struct frpc_client *client);
struct frpc_mapping *frpc_mapping_create(struct frpc_client *client, enum frpc_mapping_kind kind,
					 size_t len);
struct frpc_mapping *frpc_mapping_create_dmabuf(struct frpc_client *client, int fd, u64 len);
void frpc_mapping_insert(struct frpc_client *client, struct frpc_mapping *mapping);
void frpc_mapping_destroy(struct frpc_client *client, struct frpc_mapping *mapping);
void frpc_mapping_settle_map(struct frpc_client *client, struct frpc_mapping *mapping,
			     enum frpc_outcome outcome, u64 dsp_addr);
void frpc_mapping_settle_unmap(struct frpc_client *client, struct frpc_mapping *mapping,
			       enum frpc_outcome outcome);
struct frpc_page frpc_mapping_page(const struct frpc_client *client,
				   const struct frpc_mapping *mapping);
struct frpc_mapping *frpc_mapping_remove(struct frpc_client *client, enum frpc_mapping_kind kind,
					 int fd, u64 dsp_addr);
int frpc_mapping_add_handle(struct frpc_client *client, int fd, struct frpc_map *map);
void frpc_mapping_return_handle(struct frpc_client *client, int fd, const struct frpc_map *map);
size_t frpc_mapping_handle_len(struct frpc_client *client, int fd);
void frpc_mappings_leave(struct frpc_client *client);
void frpc_mappings_reclaim(struct frpc_session *session);

/* --- capability.c --------------------------------------------------------- */

long frpc_capability_get(struct frpc_client *client, struct fastrpc_ioctl_capability *capability);

/* --- invoke.c ------------------------------------------------------------- */

/* How long the DSP may take to answer a request of the kernel. */
#define FRPC_TIMEOUT_MS		10000

/* What ends a sender's wait for its turn. */
enum frpc_patience {
	FRPC_UNTIL_SIGNAL,
	FRPC_UNTIL_KILLED,
	FRPC_UNTIL_DONE,
};

/* A request that the kernel makes. */
struct frpc_kernel_call {
	u32 pd;				/* protection domain that it goes to, DSP_PD_* */
	u32 handle;			/* DSP_HANDLE_INIT or DSP_HANDLE_UTILITIES */
	u32 sc;				/* scalars */
	const struct frpc_arg *args;	/* kernel addresses and lengths, as many as @sc counts */
};

long frpc_invoke_user(struct frpc_client *client, const struct fastrpc_invoke *invoke);
struct frpc_reply frpc_invoke_kernel(struct frpc_session *session,
				     const struct frpc_kernel_call *request);
int frpc_invoke_begin(struct frpc_call *call, const struct frpc_kernel_call *request,
		      enum frpc_patience patience);
struct frpc_reply frpc_invoke_end(struct frpc_call *call);
void frpc_invoke_dispose(struct frpc_client *client, struct frpc_call *call);
long frpc_result(s32 dsp_result);

/* --- interrupted.c -------------------------------------------------------- */

int frpc_interrupted_wait(struct frpc_client *client, struct frpc_call *call,
			  const struct fastrpc_invoke *invoke);
struct frpc_call *frpc_interrupted_find(struct frpc_client *client,
					const struct fastrpc_invoke *invoke,
					const struct frpc_arg *args);
void frpc_interrupted_give_up(struct frpc_client *client);
void frpc_interrupted_answered(struct frpc_call *call);
void frpc_interrupted_reap(struct frpc_session *session);
size_t frpc_interrupted_bytes(struct frpc_session *session);
void frpc_interrupted_shrink(struct frpc_session *session);

/* --- call.c --------------------------------------------------------------- */

/*
 * The call table reserves a place for the RELEASE of each session.  Of the other places each
 * session owns some, and may use more while few calls are in flight.
 */
#define FRPC_INDEX_SHARED_MAX	(FRPC_INDEX_MAX - FRPC_SESSIONS_MAX)
#define FRPC_CALLS_EACH		8
#define FRPC_CALLS_MAX		128
#define FRPC_CALLS_COMMON	(FRPC_INDEX_SHARED_MAX - FRPC_SESSIONS_MAX * FRPC_CALLS_EACH)

enum frpc_call_kind {
	FRPC_CALL_USER,		/* a client made it */
	FRPC_CALL_CONTROL,	/* the kernel made it on behalf of a client */
	FRPC_CALL_RELEASE,	/* a client's last one; it has a reserved place in the table */
	FRPC_CALL_QUESTION,	/* the kernel made it for itself; no RELEASE ends it */
};

/* One call: a request and its answer. */
struct frpc_call {
	struct list_head entry;		/* on session->interrupted or ->answered */
	struct frpc_call *next_free;	/* on session->free_calls, or unused */
	struct frpc_session *session;
	struct frpc_buffer *buffer;	/* its message */
	struct frpc_message msg;	/* its arguments, the driver's private copy */
	struct frpc_map **maps;		/* of mapped arguments, which it uses; valid if @has_maps */
	bool has_maps;			/* at least one argument is mapped */
	u32 capacity;			/* how many arguments fit */
	u32 index;			/* place in the table; 0: answered while parked */
	enum frpc_call_kind kind;
	bool is_parked;			/* its caller has left it; under the slot's lock */
	bool is_kept;			/* parked, and its result is wanted; under session->lock */
	struct pid *thread;		/* the thread to repeat it, reference held; or NULL */
	unsigned long stack;		/* stack pointer of @thread */
	struct fastrpc_invoke invoke;	/* what @thread asked for */
	u64 inputs_hash;		/* of the bytes of its inputs */
	unsigned long answered_at;	/* jiffies of the answer, if @is_kept */
	bool is_gone;			/* it has ended without an answer, so there is no result */
	s32 retval;			/* the DSP's result */
	struct completion done;		/* answered, or @is_gone */
};

/* Where a response finds its call. */
struct frpc_call_slot {
	spinlock_t lock;		/* taken with interrupts off, also on receive */
	struct frpc_call *call;		/* the waiting call, or NULL; cleared under @lock */
	u64 cookie;			/* that the response must carry */
};

/* All calls in flight on a channel. */
struct frpc_call_table {
	DECLARE_BITMAP(used, FRPC_INDEX_MAX + 1);	/* indices; atomic bit operations */
	atomic64_t sequence;		/* number of the newest call; starts at random */
	atomic_t nr_common;		/* places beyond FRPC_CALLS_EACH, and the kernel's own */
	struct frpc_call_slot slots[FRPC_INDEX_MAX + 1];
};

void frpc_call_table_setup(struct frpc_call_table *table);
struct frpc_call *frpc_call_get(struct frpc_session *session, enum frpc_call_kind kind, u32 sc);
int frpc_call_get_buffer(struct frpc_call *call);
void frpc_call_put(struct frpc_call *call);
int frpc_call_map(struct frpc_call *call, u32 i);
int frpc_call_register(struct frpc_call *call, u32 pd, u64 *cookie);
void frpc_call_withdraw(struct frpc_call *call);
void frpc_call_unregister(struct frpc_call *call);
bool frpc_call_park(struct frpc_call *call, bool is_kept);
bool frpc_call_unpark(struct frpc_call *call, bool is_found_again);
void frpc_call_answer(struct frpc_channel *channel, const struct frpc_response *rsp);
void frpc_calls_end(struct frpc_channel *channel, struct frpc_session *session);
void frpc_calls_reclaim(struct frpc_session *session);
void frpc_calls_drain(struct frpc_session *session);

/* --- send.c --------------------------------------------------------------- */

void frpc_send_end(struct frpc_channel *channel);
int frpc_send(struct frpc_call *call, const struct dsp_request *request,
	      enum frpc_patience patience);

/* --- release.c ------------------------------------------------------------ */

void frpc_release_setup(struct frpc_session *session);
int frpc_release_prepare(struct frpc_session *session);
void frpc_release_client(struct frpc_client *client);
void frpc_release_end(struct frpc_session *session);
void frpc_release_queue(struct frpc_session *session);

/* --- shrinker.c ----------------------------------------------------------- */

int frpc_shrinker_init(void);
void frpc_shrinker_fini(void);
void frpc_shrinker_add(struct frpc_channel *channel);
void frpc_shrinker_remove(struct frpc_channel *channel);

/* --- channel.c ------------------------------------------------------------ */

/* The link to one DSP. */
struct frpc_channel {
	struct kref refs;		/* the rpmsg device and each client hold one */
	struct rpmsg_device *rpdev;	/* valid inside @srcu while @is_alive */
	struct srcu_struct srcu;	/* read side: each use of @rpdev or of a bank's device */
	bool is_alive;			/* requests may be sent */
	char label[FRPC_LABEL_MAX + 1];	/* name of the DSP */
	const struct frpc_soc *soc;	/* generation */
	u32 dma_bits;			/* address bits of its context banks */
	bool is_secure;			/* only privileged clients may have signed processes */
	bool has_unsigned;		/* every client may have an unsigned process */
	bool has_poll;			/* its firmware flags the end of a call in memory */
	struct frpc_call_table table;
	struct frpc_node nodes[2];
	struct mutex sessions_lock;	/* protects which places of the next two are taken */
	struct frpc_space spaces[FRPC_SESSIONS_MAX];
	struct frpc_session sessions[FRPC_SESSIONS_MAX];	/* index + 1: client id */

	struct frpc_turn attributes_turn;	/* to ask the DSP for @attributes */
	bool has_attributes;		/* @attributes are valid */
	u32 attributes[DSP_ATTRIBUTES];	/* what the DSP says it can do */

	struct frpc_turn send_turn;	/* to wait for room; its owner has the next two */
	bool is_send_paused;		/* no sender waits, until @send_pause_end */
	unsigned long send_pause_end;	/* jiffies */

	struct frpc_heap *heap;		/* remote heap of the audio PD; NULL: none */
	struct frpc_vmperm secure_perm;	/* owners of secure maps; count 0: not possible */
	struct list_head shrinker_entry;	/* on the list of shrinker.c */
};

int frpc_channel_init(void);
void frpc_channel_fini(void);
void frpc_channel_get(struct frpc_channel *channel);
bool frpc_channel_try_get(struct frpc_channel *channel);
void frpc_channel_put(struct frpc_channel *channel);

/* debugfs.c */
void frpc_debugfs_init(void);
void frpc_debugfs_fini(void);

#endif /* FRPC_PRIVATE_H */
