/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's files share: the objects, and one block of prototypes a file.
 *
 * Vocabulary: a channel is the rpmsg link to one DSP and all that hangs off it;
 * a space is the addresses of one compute context bank (SMMU context) of it; a session
 * is a client as the DSP knows it, and is served by one bank; a client is one open file
 * and owns one session at most; a call is one request in flight.
 *
 * Lifetimes: a channel lives until its rpmsg device is gone and its last client
 * is closed; sessions are part of it.  A client may outlive the DSP: whatever
 * touches the rpmsg device or a context bank's device does so inside
 * channel->srcu, after it has seen that the channel (session) is alive.
 *
 * Lock order: channel->static_lock, session->end_lock, space->maps_lock, space->buffers_lock,
 * then the spinlocks, of which none is taken inside another but call_slot.lock -> session->lock
 * and own->maps_lock -> session->lock.
 * The remote heap has its own, see remote_heap.c.
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

#include "message.h"
#include "request.h"
#include "session_state.h"
#include "space.h"
#include "tree_rules.h"
#include "vmperm.h"
#include "uapi/misc/fastrpc.h"

struct frpc_call;
struct frpc_channel;
struct frpc_client;
struct frpc_heap;

/* Message buffers come in powers of two from one page; larger ones are not pooled. */
#define FRPC_POOL_CLASSES	11
/* Bytes of all messages of a client that are not idle: one as long as can be, and others. */
#define FRPC_MESSAGES_BYTES_MAX	(FRPC_MESSAGE_MAX + (64u << 20))
/* Bytes of idle message buffers a session keeps. */
#define FRPC_POOL_BYTES_MAX	(4u << 20)

/* How long the DSP may take over a request of the kernel's own. */
#define FRPC_TIMEOUT_MS		10000

/*
 * The call table has a place for the RELEASE of each session.  Of the others each session
 * has some to itself, and may have more while the DSP has few calls.
 */
#define FRPC_INDEX_SHARED_MAX	(FRPC_INDEX_MAX - FRPC_SESSIONS_MAX)
#define FRPC_CALLS_EACH		8
#define FRPC_CALLS_MAX		128
#define FRPC_CALLS_COMMON	(FRPC_INDEX_SHARED_MAX - FRPC_SESSIONS_MAX * FRPC_CALLS_EACH)

/**
 * struct frpc_session - one client of the DSP, as the DSP knows it
 * @channel: it is part of
 * @space: the context bank it is served by; NULL: it never had one
 * @is_alive: the bank's device may be used; read inside channel->srcu
 * @nr_maps: dma-bufs it has mapped; under space->maps_lock
 * @end_lock: held while something of a client's end is done; protects the next six
 * @client: its owner, who is told of late answers; NULL: none
 * @release: call for the RELEASE of its client, while it has one
 * @left_pd: where the client that left it was
 * @has_left_pd: the DSP may have taken it in there
 * @release_buffer: for the next client's RELEASE; NULL: none, or @release has it
 * @is_released: the RELEASE was answered
 * @is_kept: with an error, and the DSP has memory of the client's
 * @end_work: answers that came late, and a RELEASE that could not be sent
 * @end_wait: for the session to be free
 * @nr_calls: places in the call table that it has, but for the one of a RELEASE
 * @message_bytes: of the messages of its client's calls: with the DSP, given up or kept
 * @lock: protects what follows; taken with interrupts off
 * @state: who has it
 * @nr_ends: how often it became free
 * @nr_parked: calls in its client's name that were given up before the DSP answered
 * @answered: calls that were given up, and that the DSP has answered since
 * @left_loans: memory of a client that left the session
 * @interrupted: calls that their threads come back for (resume.c)
 * @nr_interrupted: how many
 * @reaps_results: all results of those are to be given up
 * @free_calls: idle call structures
 * @free_buffers: idle buffers, a list a size class
 * @free_bytes: bytes on those lists
 * @idle_map_bytes: of maps that nothing uses
 * @map_hash: maps by dma-buf
 */
struct frpc_session {
	struct frpc_channel *channel;
	struct frpc_space *space;
	bool is_alive;
	u32 nr_maps;
	struct mutex end_lock;
	struct frpc_client *client;
	struct frpc_call *release;
	struct frpc_buffer *release_buffer;
	u32 left_pd;
	bool has_left_pd;
	bool is_released;
	bool is_kept;
	struct delayed_work end_work;
	wait_queue_head_t end_wait;
	atomic_t nr_calls;
	atomic_long_t message_bytes;
	spinlock_t lock;
	enum frpc_session_state state;
	u32 nr_ends;
	u32 nr_parked;
	struct list_head answered;
	struct list_head left_loans;
	struct list_head interrupted;
	u32 nr_interrupted;
	bool reaps_results;
	struct list_head free_calls;
	struct list_head free_buffers[FRPC_POOL_CLASSES];
	size_t free_bytes;
	size_t idle_map_bytes;
	DECLARE_HASHTABLE(map_hash, 6);
};

enum frpc_call_kind {
	FRPC_CALL_USER,		/* a client's */
	FRPC_CALL_CONTROL,	/* the kernel's own, about a client */
	FRPC_CALL_RELEASE,	/* the last of those, with a place of its own in the table */
	FRPC_CALL_QUESTION,	/* the kernel's own, about no client: a RELEASE does not end it */
};

/**
 * struct frpc_call - one call
 * @entry: on session->free_calls, ->interrupted or ->answered, or unused
 * @session: its context bank
 * @buffer: its message
 * @msg: its arguments, the driver's private copy
 * @maps: of its mapped arguments, used by it; valid if @has_maps
 * @has_maps: some argument is mapped
 * @capacity: arguments there is room for
 * @index: place in the call table while registered; 0: answered while parked
 * @kind: in whose name it is
 * @is_parked: left by its caller; session->end_work disposes of it.  Under
 *	       the slot's lock
 * @is_kept: parked, but its result is wanted; under session->lock
 * @thread: who comes back for it, reference held; else NULL
 * @stack: that thread's stack pointer
 * @invoke: what that thread asked for
 * @inputs_hash: of the bytes of its inputs
 * @answered_at: in jiffies, since when there is a result, if it is kept
 * @is_gone: ended because the DSP went, there is no result
 * @retval: the DSP's result
 * @done: answered, or gone
 */
struct frpc_call {
	struct list_head entry;
	struct frpc_session *session;
	struct frpc_buffer *buffer;
	struct frpc_message msg;
	struct frpc_map **maps;
	bool has_maps;
	u32 capacity;
	u32 index;
	enum frpc_call_kind kind;
	bool is_parked;
	bool is_kept;
	struct pid *thread;
	unsigned long stack;
	struct fastrpc_invoke invoke;
	u64 inputs_hash;
	unsigned long answered_at;
	bool is_gone;
	s32 retval;
	struct completion done;
};

/**
 * struct frpc_call_slot - where a response finds its call
 * @lock: protects the rest; taken with interrupts off, also by the receive path
 * @call: waiting call, NULL: none, or answered already
 * @cookie: what the response must carry
 */
struct frpc_call_slot {
	spinlock_t lock;
	struct frpc_call *call;
	u64 cookie;
};

/**
 * struct frpc_call_table - all calls in flight on a channel
 * @used: indices taken; atomic bit operations
 * @next: where the search for a free index starts, so that reuse is late
 * @sequence: number of the newest call; begins at random
 * @nr_common: places taken by sessions that have more than FRPC_CALLS_EACH, and by the
 *	       kernel itself
 * @slots: by index
 */
struct frpc_call_table {
	DECLARE_BITMAP(used, FRPC_INDEX_MAX + 1);
	atomic_t next;
	atomic64_t sequence;
	atomic_t nr_common;
	struct frpc_call_slot slots[FRPC_INDEX_MAX + 1];
};

/**
 * struct frpc_node - one device node of a channel
 * @misc: the node
 * @channel: behind it
 * @name: of the node
 * @is_secure: for privileged clients
 * @is_registered: @misc is visible
 */
struct frpc_node {
	struct miscdevice misc;
	struct frpc_channel *channel;
	char name[32];
	bool is_secure;
	bool is_registered;
};

/**
 * struct frpc_channel - the link to one DSP
 * @refs: rpmsg device and every client hold one
 * @rpdev: valid while @is_alive, inside @srcu
 * @srcu: read side around every use of @rpdev and of a session's device
 * @is_alive: requests may be sent
 * @label: name of the DSP
 * @soc: generation
 * @dma_bits: address bits of its context banks
 * @is_secure: signed processes are for privileged clients
 * @has_unsigned: it runs processes that nobody signed, for anybody
 * @has_poll: its firmware flags the end of a call in memory
 * @table: calls in flight
 * @nodes: device nodes, plain and secure
 * @sessions_lock: protects which places of @spaces and @sessions are taken
 * @spaces: context banks
 * @sessions: what clients get; index + 1 is the client id on the wire
 * @attributes_lock: protects the next three
 * @is_asking: a thread asks the DSP for its attributes
 * @nr_asked: how often that ended
 * @ask_error: with what, the last time
 * @attributes_wait: for that
 * @has_attributes: @attributes hold the DSP's answer
 * @attributes: what the DSP says it can do
 * @send_turn: bit 0: a sender waits for room; it alone uses the last two of these
 * @send_wait: for one's turn
 * @is_send_paused: the DSP has made no room for messages, and is not asked for it
 * @send_pause_end: in jiffies, until when
 * @heap: remote heap of the audio PD, NULL: none
 * @secure: who owns the memory of secure maps; count 0: there cannot be any
 * @shrink_entry: on the list of shrink.c
 */
struct frpc_channel {
	struct kref refs;
	struct rpmsg_device *rpdev;
	struct srcu_struct srcu;
	bool is_alive;
	char label[FRPC_LABEL_MAX + 1];
	const struct frpc_soc *soc;
	u32 dma_bits;
	bool is_secure;
	bool has_unsigned;
	bool has_poll;
	struct frpc_call_table table;
	struct frpc_node nodes[2];
	struct mutex sessions_lock;
	struct frpc_space spaces[FRPC_SESSIONS_MAX];
	struct frpc_session sessions[FRPC_SESSIONS_MAX];
	spinlock_t attributes_lock;
	bool is_asking;
	u32 nr_asked;
	long ask_error;
	wait_queue_head_t attributes_wait;
	bool has_attributes;
	u32 attributes[DSP_ATTRIBUTES];
	unsigned long send_turn;
	wait_queue_head_t send_wait;
	bool is_send_paused;
	unsigned long send_pause_end;
	struct frpc_heap *heap;
	struct frpc_vmperm secure;
	struct list_head shrink_entry;
};

/**
 * struct frpc_client - one open file
 * @channel: reference held
 * @session_lock: one thread at a time takes the session
 * @session: its own until release; NULL: it has needed none yet
 * @pd: protection domain its calls go to, DSP_PD_*
 * @is_known: something was sent in its name, the DSP must hear of its end
 * @has_joined: a protection domain has taken it in, or may have
 * @has_audio_pd: the audio PD has taken it for its daemon
 * @is_privileged: opened through the secure node
 * @is_polling: calls look for their end in memory before they sleep
 * @has_process: bit 0: it has a process of its own on the DSP, or may have
 * @has_handles: dma-bufs went to the DSP as handles of calls
 * @loans_lock: protects what follows
 * @loans: memory that the DSP has
 * @nr_loans: those, and those in the making
 */
struct frpc_client {
	struct frpc_channel *channel;
	struct mutex session_lock;
	struct frpc_session *session;
	u32 pd;
	bool is_known;
	bool has_joined;
	bool has_audio_pd;
	bool is_privileged;
	bool is_polling;
	unsigned long has_process;
	bool has_handles;
	spinlock_t loans_lock;
	struct rb_root loans;
	u32 nr_loans;
};

enum frpc_loan_kind {
	FRPC_LOAN_PROCESS,	/* what a process begins with */
	FRPC_LOAN_PAGES,	/* more for its heap */
	FRPC_LOAN_MAP,		/* a dma-buf, mapped until it is unmapped */
	FRPC_LOAN_HANDLE,	/* a dma-buf that was a handle of a call */
};

/**
 * struct frpc_loan - memory that the DSP has for longer than a call
 * @node: in client->loans
 * @entry: on session->left_loans, when its client is gone
 * @kind: why it has it
 * @buffer: the memory, if it is the kernel's
 * @map: if it is a dma-buf; used by the loan
 * @iova: bus address, no session bits
 * @len: bytes, whole pages of the DSP's
 * @fd: the caller's name of the dma-buf, and the DSP's; -1: none
 * @is_named: both sides have a name for it: the DSP has told one, or it is a handle's
 * @dsp_addr: that name
 * @times: handles: how often it was lent
 */
struct frpc_loan {
	struct rb_node node;
	struct list_head entry;
	enum frpc_loan_kind kind;
	struct frpc_buffer *buffer;
	struct frpc_map *map;
	dma_addr_t iova;
	size_t len;
	int fd;
	bool is_named;
	u64 dsp_addr;
	u32 times;
};

/*
 * As wait_event_timeout(), for an answer of the DSP and in a state of the caller's choice;
 * FRPC_TIMEOUT_MS at most.
 */
#define frpc_wait_for_answer(wq_head, condition, state)				\
	({									\
		long __ret = msecs_to_jiffies(FRPC_TIMEOUT_MS);			\
 \
		if (!___wait_cond_timeout(condition))				\
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition),	\
					      (state), 0,			\
					      msecs_to_jiffies(FRPC_TIMEOUT_MS),	\
					      __ret = schedule_timeout(__ret));	\
		__ret;								\
	})

/* channel.c */
int frpc_channel_init(void);
void frpc_channel_fini(void);
void frpc_channel_get(struct frpc_channel *channel);
bool frpc_channel_try_get(struct frpc_channel *channel);
void frpc_channel_put(struct frpc_channel *channel);

/* session.c */
int frpc_session_init(void);
void frpc_session_fini(void);
void frpc_sessions_setup(struct frpc_channel *channel);
void frpc_sessions_teardown(struct frpc_channel *channel);
struct frpc_session *frpc_session_get(struct frpc_client *client);
struct frpc_session *frpc_session_any(struct frpc_channel *channel);
void frpc_session_drain(struct frpc_session *session);

/* release.c */
void frpc_release_setup(struct frpc_session *session);
int frpc_release_prepare(struct frpc_session *session);
void frpc_release_client(struct frpc_client *client);
void frpc_release_end(struct frpc_session *session);
void frpc_release_queue(struct frpc_session *session);
u32 frpc_session_client_id(const struct frpc_session *session);
u64 frpc_session_bits(const struct frpc_session *session);

/* shrink.c */
int frpc_shrink_init(void);
void frpc_shrink_fini(void);
void frpc_shrink_add(struct frpc_channel *channel);
void frpc_shrink_remove(struct frpc_channel *channel);

/* loan.c */
void frpc_loans_setup(struct frpc_client *client);
struct frpc_loan *frpc_loan_buffer(struct frpc_client *client, enum frpc_loan_kind kind,
				   size_t len);
struct frpc_loan *frpc_loan_map(struct frpc_client *client, int fd, u64 len);
void frpc_loan_keep(struct frpc_client *client, struct frpc_loan *loan);
void frpc_loan_end(struct frpc_client *client, struct frpc_loan *loan);
void frpc_loan_settle(struct frpc_client *client, struct frpc_loan *loan,
		      enum frpc_outcome outcome, u64 dsp_addr);
void frpc_loan_settle_return(struct frpc_client *client, struct frpc_loan *loan,
			     enum frpc_outcome outcome);
struct frpc_page frpc_loan_page(const struct frpc_client *client, const struct frpc_loan *loan);
struct frpc_loan *frpc_loan_take(struct frpc_client *client, enum frpc_loan_kind kind, int fd,
				 u64 dsp_addr);
int frpc_loan_handle(struct frpc_client *client, int fd, struct frpc_map *map);
void frpc_loan_return_handle(struct frpc_client *client, int fd, const struct frpc_map *map);
size_t frpc_loan_handle_len(struct frpc_client *client, int fd);
void frpc_loans_leave(struct frpc_client *client);
void frpc_loans_reclaim(struct frpc_session *session);

/* lend.c */
long frpc_lend_pages(struct frpc_client *client, struct fastrpc_req_mmap *request);
long frpc_return_pages(struct frpc_client *client, const struct fastrpc_req_munmap *request);
long frpc_mem_map(struct frpc_client *client, struct fastrpc_mem_map *request);
long frpc_mem_unmap(struct frpc_client *client, const struct fastrpc_mem_unmap *request);

/* call.c */
void frpc_call_table_setup(struct frpc_call_table *table);
struct frpc_call *frpc_call_get(struct frpc_session *session, enum frpc_call_kind kind, u32 sc);
void frpc_call_put(struct frpc_call *call);
int frpc_call_map(struct frpc_call *call, u32 i);
int frpc_call_register(struct frpc_call *call, u32 pd, u64 *cookie);
void frpc_call_unregister(struct frpc_call *call);
bool frpc_call_park(struct frpc_call *call, bool is_kept);
bool frpc_call_unpark(struct frpc_call *call, bool is_resumed);
void frpc_call_answer(struct frpc_channel *channel, const struct frpc_response *rsp);
void frpc_calls_end(struct frpc_channel *channel, struct frpc_session *session);
void frpc_calls_reclaim(struct frpc_session *session);
void frpc_calls_drain(struct frpc_session *session);

/* resume.c */
int frpc_resume_wait(struct frpc_client *client, struct frpc_call *call,
		     const struct fastrpc_invoke *invoke);
struct frpc_call *frpc_resume_find(struct frpc_client *client,
				   const struct fastrpc_invoke *invoke,
				   const struct frpc_arg *args);
void frpc_resume_give_up(struct frpc_client *client);
void frpc_resume_answered(struct frpc_call *call);
void frpc_resume_reap(struct frpc_session *session);
size_t frpc_resume_bytes(struct frpc_session *session);
void frpc_resume_shrink(struct frpc_session *session);

/* send.c */

/* What ends the wait for a sender's turn. */
enum frpc_patience {
	FRPC_UNTIL_SIGNAL,
	FRPC_UNTIL_KILLED,
	FRPC_UNTIL_DONE,
};

void frpc_send_setup(struct frpc_channel *channel);
void frpc_send_end(struct frpc_channel *channel);
int frpc_send(struct frpc_call *call, const struct dsp_request *request,
	      enum frpc_patience patience);

/* invoke.c */

/**
 * struct frpc_kernel_call - a request of the kernel's own
 * @pd: protection domain it is meant for, DSP_PD_*
 * @handle: DSP_HANDLE_INIT or DSP_HANDLE_UTILITIES
 * @sc: scalars
 * @args: kernel addresses and lengths, as many as @sc counts
 * @state: of the task that waits: TASK_KILLABLE, or TASK_UNINTERRUPTIBLE; with TASK_FREEZABLE
 *	   where the caller holds no lock
 */
struct frpc_kernel_call {
	u32 pd;
	u32 handle;
	u32 sc;
	const struct frpc_arg *args;
	unsigned int state;
};

long frpc_invoke_user(struct frpc_client *client, const struct fastrpc_invoke *invoke);
struct frpc_reply frpc_invoke_kernel(struct frpc_session *session,
				     const struct frpc_kernel_call *request);
int frpc_invoke_begin(struct frpc_call *call, const struct frpc_kernel_call *request);
struct frpc_reply frpc_invoke_end(struct frpc_call *call);
void frpc_invoke_dispose(struct frpc_client *client, struct frpc_call *call);
long frpc_result(s32 dsp_result);

/* client.c */
int frpc_nodes_register(struct frpc_channel *channel, struct device *parent, bool has_both);
void frpc_nodes_deregister(struct frpc_channel *channel);

/* process.c */
long frpc_process_attach(struct frpc_client *client, u32 pd);
long frpc_process_create(struct frpc_client *client, const struct fastrpc_init_create *create);
long frpc_process_create_static(struct frpc_client *client,
				const struct fastrpc_init_create_static *create);
long frpc_process_mmap(struct frpc_client *client, struct fastrpc_req_mmap *request);
long frpc_process_munmap(struct frpc_client *client, const struct fastrpc_req_munmap *request);

/* capability.c */
void frpc_capability_setup(struct frpc_channel *channel);
long frpc_capability_get(struct frpc_client *client, struct fastrpc_ioctl_capability *capability);

#endif /* FRPC_PRIVATE_H */
