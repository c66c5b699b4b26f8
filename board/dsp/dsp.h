/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board's DSP model: what its files share.
 *
 * One struct dsp per DSP of the board, nothing module-wide but the hardware
 * that really is shared: the SMMU, the PCI engines, the control node.
 *
 * Vocabulary
 *   stream   one requester of the SMMU and the way the model reaches memory
 *            through it: the remoteproc's own (session 0) or a context bank's.
 *   engine   the PCI function that does the moves of one stream.
 *   harness  script and bounce pages, mapped at a low IOVA in the domain of
 *            the stream so that the engine can fetch them.
 *   request  one message of the host, until it is answered or dropped.
 *   rule     what a test asked the model to do wrong.
 *
 * Locks, outermost first: rproc->lock (core), life, audio.lock or maps.lock,
 * stream.lock, fault_lock.  calls_lock, link.lock, link.recv_lock and rules are leaves.
 */
#ifndef DSP_H
#define DSP_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/preempt.h>
#include <linux/remoteproc.h>
#include <linux/rpmsg.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* A macro of newer kernels, and a field of the control node. */
#pragma push_macro("at_least")
#undef at_least
#include "dsp_control.h"
#pragma pop_macro("at_least")
#include "remote_frames.h"

#define DSP_MAX_STREAMS		16
#define DSP_MAX_RULES		16
#define DSP_MAX_VMS		8
#define DSP_MAX_RECORDS		8
#define DSP_MAX_RANGES		32
#define DSP_MAX_CLIENTS		64
#define DSP_MAX_PDS		32
#define DSP_CAPTURES		16
#define DSP_CAPTURE_BYTES	2048

struct dsp;
struct dsp_engine;
struct soc;
struct dsp_smmu_events;

/*
 * struct dsp_stream - one way to memory
 * @client: the device whose domain translates the stream; NULL while a bank
 *	has no device.  Under @lock.
 * @lock: one transfer at a time; also held while the harness comes and goes.
 * @enabled: the DSP runs, so the stream may carry traffic.  Under @lock.
 */
struct dsp_stream {
	struct dsp *dsp;
	struct device_node *node;
	struct device *client;
	struct dsp_engine *engine;
	struct mutex lock;	/* see above */
	u32 session;
	u32 stream_id;
	unsigned int width;	/* bits of an address */
	u64 vms;		/* who it is to the monitor */
	bool has_view;		/* board,private-view */
	bool enabled;
};

/* What is to be sent when its moment has come (enum dsp_control_moment). */
struct dsp_link_message {
	u8 data[64];
	u32 len;
	bool is_set;
};

/*
 * struct dsp_link - the edge and its one channel
 * @edge_node, @channel_node, @channel_name: where the device tree describes them
 * @due: what a test wants to be said at a moment; under @lock
 * @closing: the DSP is being stopped, requests are swallowed
 * With the module's own edge only:
 * @edge: lives from the start to the stop of the subdevice
 * @ept: the default endpoint while a driver has it; under @lock
 * @recv_lock: held around the driver's callback, as the real transport does
 */
struct dsp_link {
	struct rproc_subdev subdev;
	struct device_node *edge_node;
	struct device_node *channel_node;
	const char *channel_name;
	struct device *edge;
	struct work_struct announce;
	struct rpmsg_endpoint *ept;
	spinlock_t lock;	/* ept, due */
	spinlock_t recv_lock;	/* nothing of ours */
	bool closing;
	bool announced;
	struct dsp_link_message due[DSP_INJECT_MOMENTS];
};

/*
 * One range of memory the audio PD was offered, and what it keeps in it.
 * @size: 0 while the slot is free
 * @token: what the host calls it when it wants it back; 0: it was given for
 *	the life of the PD
 */
struct dsp_range {
	u64 base;
	u64 size;
	u64 token;
	bool is_code;		/* Hexagon code of the PD uses it */
	u64 touched;		/* pages that kept what the first use wrote */
	u8 *shadow;		/* what the DSP stored; exact, so any change shows */
	u64 shadow_room;	/* bytes of it; it is kept for the next incarnation */
	unsigned long *lost;	/* pages found unreachable */
	unsigned long *spoilt;	/* pages found changed */
};

struct dsp_alloc;
struct dsp_remote;

/*
 * struct dsp_audio - the static audio PD
 * @lock: everything below; held across engine transfers, never taken by
 *	anything the host waits for but CREATE_STATIC
 * @away: detached, and the way to the heap went with the domain: it waits
 * @code: the process that its code runs in; else the model has @alloc
 * @deaths: of such processes, by themselves.  With @counts, what it says of itself,
 *	under calls_lock
 */
struct dsp_audio {
	struct mutex lock;	/* all of it */
	bool up;
	bool away;
	u64 epoch;
	struct dsp_range range[DSP_MAX_RANGES];
	u64 next_token;
	u64 base;
	u64 size;
	u64 pages;
	u64 granted;
	u64 touched;
	u64 dirty;
	u64 stores;
	struct dsp_alloc *alloc;
	struct dsp_remote *code;
	u64 deaths;
	struct frame_audio_counts counts;
	struct task_struct *thread;
	unsigned int scrub_range;
	u64 scrub_at;
	bool told_corrupted;
	bool told_taken;
};

/* What was mapped in it, and how: IOMMU_... */
struct dsp_mapping {
	u64 iova;
	u64 len;
	int prot;
};

#define DSP_MAPPINGS	32u

/*
 * struct dsp_domain - what is odd about the remoteproc's IOMMU domain
 * @ops: the domain's while it is attached; all under rproc->lock but that these
 *	the mapping task calls
 * @hidden: the domain, while rproc->domain is NULL on request
 * @keep: from here to @keep_end nothing is unmapped
 * @mapping: the last of them, as a ring; @mappings: how many there were, since it was attached
 * @is_coherent: the DSP sees the caches of CPUs
 */
struct dsp_domain {
	struct iommu_domain_ops ops;
	const struct iommu_domain_ops *real;
	size_t real_page;
	size_t page;
	struct iommu_domain *hidden;
	u64 keep;
	u64 keep_end;
	struct dsp_mapping mapping[DSP_MAPPINGS];
	unsigned int mappings;
	bool is_coherent;
};

/* Who attached; @audio: to the audio PD. */
struct dsp_client {
	s32 id;
	bool audio;
};

/*
 * One piece of memory that a client gave to the DSP, see dsp_map.c.
 * @fd: the host's number for it, or negative
 * @token: the DSP's name for it
 * @at: what the DSP uses next
 */
struct dsp_map {
	struct list_head node;
	u32 kind;		/* enum dsp_control_map_kind */
	s32 client;
	s32 fd;
	u32 flags;
	struct dsp_stream *stream;
	u64 iova;
	u64 size;
	u64 token;
	u64 at;
	bool lost;
	bool spoilt;
};

/* A user PD. */
struct dsp_pd {
	s32 client;
	u32 attrs;
	u32 siglen;
	char name[DSP_PD_NAME_LEN];
	u64 shell_len;
	u64 shell_hash;
};

struct dsp_maps {
	struct mutex lock;	/* all of it; outside of a stream's */
	struct list_head list;
	unsigned int nr;
	struct dsp_pd pds[DSP_MAX_PDS];
	unsigned int npds;
	u64 next_token;
	struct dsp_control_memory counts;
	struct delayed_work use;
};

struct dsp_rule {
	u32 handle;
	u32 method;
	u32 action;
	u32 left;		/* 0: until changed */
	u64 value;
	u32 patch_len;
	u8 patch[DSP_PATCH_BYTES];
};

/* Which process calls, or is to be called: client id, PD, session of its messages. */
struct dsp_caller {
	s32 client;
	u32 pd;
	u32 session;
};

/* How long the DSP waits for its host. */
#define DSP_REVERSE_MS	20000

/*
 * A call of the DSP to its host
 * @ctx: what the two know it by
 * @in: packed arguments, the caller's
 * @out: packed results, for the caller to free
 * @result: what the host said; valid with @done, which is under calls_lock
 */
struct dsp_reverse {
	struct list_head node;
	u32 ctx;
	u32 handle;
	u32 sc;
	const u8 *in;
	size_t in_len;
	u8 *out;
	size_t out_len;
	s32 result;
	bool done;
};

/*
 * A file of the host
 * @env: the variable of the host that lists where to look
 * @ask_size: ask the host for @size
 * @len: bytes read, @room at most
 * @chunk: bytes to read at once
 */
struct dsp_file {
	char env[DSP_FILE_NAME_LEN];
	char name[DSP_FILE_NAME_LEN];
	bool ask_size;
	u64 size;
	u8 *data;
	size_t len;
	size_t room;
	u32 chunk;
};

/* A stretch of the model's own work, see dsp_meter.c. */
struct dsp_meter_span {
#ifdef CONFIG_PREEMPT_NOTIFIERS
	struct preempt_notifier notifier;
#endif
	u64 since;
	u64 busy;
	bool is_metered;
};

struct dsp_capture {
	u64 serial;
	u64 addr;
	u32 metadata_len;
	u8 msg[40];
	u8 metadata[DSP_CAPTURE_BYTES];
};

/* What lies between a DSP and its host's driver. */
struct dsp_edge {
	/* 0, what the driver made of it, or -ENOTCONN.  May sleep. */
	int (*deliver)(struct dsp *dsp, const void *data, size_t len);
};

/*
 * struct dsp - one DSP
 * @edge: the module's own, or that of the kernel's stack
 * @soc: of the kernel's stack; else NULL
 * @rproc: with the module's own edge; else NULL
 * @dev: the platform device that this module has bound to
 * @life: held through boot, halt, and a restart of the audio PD
 */
struct dsp {
	struct list_head node;
	const struct dsp_edge *edge;
	struct soc *soc;
	struct rproc *rproc;
	struct device *dev;
	struct mutex life;	/* see above */
	char label[DSP_LABEL_LEN];
	const char *channel_label;
	struct notifier_block bus_nb;
	struct dsp_stream stream[DSP_MAX_STREAMS];
	unsigned int streams;
	unsigned int session_shift;	/* of the session in an address on the wire */
	struct dsp_link link;
	struct dsp_audio audio;
	struct dsp_maps maps;
	struct workqueue_struct *wq;

	struct dsp_domain domain;
	u64 vms;			/* what is its alone is theirs, to the monitor */
	unsigned long holds;		/* enum dsp_hold_point */
	atomic_t at_hold;
	u64 maskless;			/* sessions whose banks take no DMA mask */
	const void *vmids;		/* of the tree that was booted with; NULL: not read yet */
	int vmids_len;

	bool running;
	u64 boot_epoch;
	u64 domain_generation;		/* this and the next: under stream[0].lock */
	bool attached;
	const char *idle_domain_type;	/* of the domain while the core has attached none */

	/* Calls: counters, requests in flight, clients, rules, captures. */
	spinlock_t calls_lock;
	wait_queue_head_t counters;
	struct list_head requests;
	struct list_head held_list;
	u64 arrived;
	u64 requests_seen;
	u64 answers;
	u64 undelivered;
	u64 exits_told;
	u64 held;
	u64 releases;
	struct dsp_client clients[DSP_MAX_CLIENTS];
	unsigned int nclients;
	u32 last_dsp_error;
	struct dsp_rule rule[DSP_MAX_RULES];
	unsigned int rules;
	struct dsp_capture *captures;
	struct list_head listeners;
	u32 reverse_ctx;
	struct list_head modules;
	unsigned int nmodules;
	u32 modules_made;

	atomic64_t busy;		/* ticks, while a reader has the meter open */

	/* Faults and the oracle. */
	spinlock_t fault_lock;
	u64 faults;
	u64 faults_told;
	struct dsp_control_fault last_fault;
	struct dsp_control_violations violations;
};

/* One buffer or handle of a call, as the metadata describes it. */
struct dsp_arg {
	struct dsp_stream *stream;
	u64 iova;
	size_t len;
	u8 *data;		/* kernel copy: in-buffers as read, out-buffers to be written */
	s32 fd;			/* of a handle, and where in its memory */
	u32 offset;
	u64 addr;		/* of a handle, as on the wire; 0: no memory */
	u64 size;
};

/*
 * struct dsp_request - one message in the hands of the model
 * @work: runs the call, and later, for late or held answers, finishes it
 * @parked: no work item runs for it: its work is pending, or it is held.  The
 *	task that takes it out of that state under calls_lock owns it
 * @ran: the call itself is done, what is left is to write and answer
 * @about: client that a request of process control names, once it is known; under calls_lock
 * @disowned: its client was released, so its memory must not be touched any
 *	more; under calls_lock
 * @listens: a "what next?" that has no call for its host yet.  Then it is parked
 *	without work that is queued; under calls_lock
 */
struct dsp_request {
	struct dsp *dsp;
	struct list_head node;
	struct list_head held_node;
	struct delayed_work work;
	u64 serial;
	u8 msg[40];
	struct dsp_rule rule;

	s32 client;
	u64 ctx;
	u32 handle;
	u32 sc;
	u32 method;
	struct dsp_stream *stream;
	u64 meta_iova;
	u32 meta_size;
	u8 *meta;
	unsigned int n;
	unsigned int n_in;
	unsigned int n_out;
	struct dsp_arg *args;
	size_t copied;
	u32 delay_ms;
	ktime_t due;		/* with a delay that has begun: no answer before */
	s32 retval;
	s32 fds[16];		/* that the answer gives back */
	unsigned int nfds;
	bool parked;
	bool ran;
	s32 about;
	bool disowned;
	bool listens;
};

/*
 * Jiffies to rest after a round of the DSP's own work that began at @begun: it leaves
 * most of a processor to others, also where checkers of the kernel slow it down.
 */
#define DSP_REST_MAX_MS		100
static inline unsigned long dsp_rest(unsigned int least_ms, ktime_t begun)
{
	s64 worked_ms = ktime_ms_delta(ktime_get(), begun);

	return msecs_to_jiffies(max_t(s64, least_ms, min_t(s64, 3 * worked_ms, DSP_REST_MAX_MS)));
}

static inline unsigned int dsp_request_bufs(const struct dsp_request *req)
{
	return req->n_in + req->n_out;
}

/* dsp_main.c */
struct dsp *dsp_find(const char *label);
struct dsp *dsp_first(void);
struct dsp *dsp_next(struct dsp *dsp);
void dsp_list_lock(void);
void dsp_list_unlock(void);
void dsp_list_add(struct dsp *dsp);
void dsp_list_del(struct dsp *dsp);
int dsp_init_dsp(struct dsp *dsp, struct device *remoteproc);
int dsp_open_streams(struct dsp *dsp);
void dsp_boot(struct dsp *dsp);
void dsp_open_calls(struct dsp *dsp);
void dsp_close_calls(struct dsp *dsp);
void dsp_halt(struct dsp *dsp);
int dsp_restart_audio_pd(struct dsp *dsp);
int dsp_link_deliver(struct dsp *dsp, const void *data, size_t len);
void dsp_link_keep(struct dsp *dsp, u32 moment, const void *data, size_t len);
void dsp_link_say_due(struct dsp *dsp, u32 moment);

/* dsp_core.c */
int dsp_core_init(void);
void dsp_core_exit(void);
int dsp_early_boot(struct dsp *dsp);

/* dsp_domain.c */
int dsp_domain_init(void);
void dsp_domain_exit(void);
void dsp_domain_attached(struct dsp *dsp, struct iommu_domain *domain);
bool dsp_domain_is_known(struct dsp *dsp, const struct iommu_domain *domain);
void dsp_domain_detach(struct dsp *dsp, struct iommu_domain *domain);
void dsp_domain_show(struct dsp *dsp);
int dsp_domain_order(struct dsp *dsp, const struct dsp_control_domain *order);
u64 dsp_domain_wrong_pages(struct dsp *dsp, u64 base, u64 size);

/* dsp_tree.c */
int dsp_tree_init(void);
void dsp_tree_exit(void);
int dsp_tree_order(struct dsp *dsp, struct dsp_control_tree *order);
int dsp_tree_leave(const struct dsp_control_left *left);
int dsp_tree_pin(struct dsp *dsp, bool on);

/* dsp_monitor.c: firmware below Linux, and what it enforces on boards at EL1 */
int dsp_monitor_init(void);
void dsp_monitor_exit(void);
bool dsp_monitor_is_there(void);
bool dsp_monitor_allows(u64 vms, phys_addr_t phys);
bool dsp_monitor_is_only(u64 vms, phys_addr_t phys);
bool dsp_monitor_access(u64 vms, phys_addr_t phys, size_t len, bool write,
			struct dsp_control_fault *fault);
void dsp_monitor_violations(struct dsp_control_violations *v);
void dsp_monitor_clear(void);
int dsp_monitor_order(struct dsp_control_monitor *order);
struct device *dsp_monitor_client(struct device *dev, struct device *remoteproc);
u64 dsp_monitor_vms(const struct device *dev, u32 *first);
u64 dsp_monitor_pas_state(u32 pas_id, u64 *boots);
int dsp_monitor_pas_watch(u32 pas_id, u32 interrupt, u32 vm, bool runs);
int dsp_monitor_pas_halted(u32 pas_id);
int dsp_monitor_give(u64 addr, u64 len, u64 vms);

/* dsp_hold.c */
int dsp_hold_init(void);
void dsp_hold_exit(void);
void dsp_hold(struct dsp *dsp, enum dsp_hold_point point);
int dsp_hold_set(struct dsp *dsp, u32 point, bool on);

/* dsp_import.c */
int dsp_import_init(void);
void dsp_import_exit(void);
int dsp_import_order(struct dsp_control_import *control);

/* dsp_link.c */
extern const struct dsp_edge dsp_link_edge;
void dsp_link_init(struct dsp *dsp);
void dsp_link_exit(struct dsp *dsp);

/* dsp_engine.c */
#define DSP_BOUNCE_BYTES	(64 * 1024)
int dsp_engine_init(void);
void dsp_engine_exit(void);
struct dsp_engine *dsp_engine_claim(u32 stream_id);
void dsp_engine_release(struct dsp_engine *engine);
int dsp_engine_move(struct dsp_engine *engine, u32 script, u32 dst, u32 src, u32 len);
phys_addr_t dsp_engine_harness(struct dsp_engine *engine, size_t *size);
u8 *dsp_engine_bounce(struct dsp_engine *engine, u32 *offset);

/* dsp_bank.c */
int dsp_stream_init(struct dsp *dsp, struct device *remoteproc);
void dsp_stream_exit(struct dsp *dsp);

/* dsp_stream.c */
void dsp_stream_close(struct dsp_stream *s);
const char *dsp_stream_domain_type(const struct iommu_domain *domain);
void dsp_stream_enable(struct dsp *dsp, bool on);
struct dsp_stream *dsp_stream_by_session(struct dsp *dsp, u64 session);
struct dsp_stream *dsp_stream_of(struct dsp *dsp, u64 addr, u64 *iova);
bool dsp_stream_holds(const struct dsp_stream *s, u64 iova, u64 size);
struct dsp_stream *dsp_stream_by_id(struct dsp *dsp, u32 stream_id);
int dsp_stream_read(struct dsp_stream *s, u64 iova, void *buf, size_t len);
int dsp_stream_write(struct dsp_stream *s, u64 iova, const void *buf, size_t len);
int dsp_stream_word(struct dsp_stream *s, u64 iova, bool write, u32 *value, u32 *events);
bool dsp_stream_reaches(struct dsp_stream *s, u64 iova, size_t len);
int dsp_stream_hole(struct dsp_stream *s, u64 iova, u64 size, u64 *hole);
u64 dsp_stream_identity(struct dsp_stream *s, u64 iova, u64 size);
int dsp_stream_check(struct dsp_stream *s, u64 iova, size_t len);
void dsp_stream_attached(struct dsp *dsp, bool attached, bool is_new);
const char *dsp_stream_domain(struct dsp *dsp, u64 *cookie);

/* dsp_cached.c */
int dsp_cached_init(void);
void dsp_cached_exit(void);
void *dsp_cached_map(u64 addr, size_t len);
u64 dsp_cached_pages(u64 base, u64 size);

/* dsp_view.c */
int dsp_view_init(void);
void dsp_view_exit(void);
int dsp_view_begin(void);
void dsp_view_read(phys_addr_t phys, void *to, size_t len);
void dsp_view_write(phys_addr_t phys, const void *from, size_t len);

/* dsp_smmu.c */
struct dsp_smmu_events {
	u32 count;
	struct dsp_control_fault first;
	struct dsp_control_fault last;
};

int dsp_smmu_init(void);
void dsp_smmu_exit(void);
u32 dsp_smmu_mark(void);
void dsp_smmu_since(u32 mark, u32 stream_id, struct dsp_smmu_events *events);
u32 dsp_smmu_command_mark(void);
void dsp_smmu_commands_since(u32 *mark, u64 *tlb_invalidations, u64 *syncs);

/* dsp_meter.c */
void dsp_meter_begin(struct dsp *dsp, struct dsp_meter_span *span);
void dsp_meter_end(struct dsp *dsp, struct dsp_meter_span *span);
u64 dsp_meter_pause(void);
void dsp_meter_resume(struct dsp *dsp, u64 paused);
void dsp_meter_read(struct dsp *dsp, struct dsp_control_meter *out);
void dsp_meter_exit(void);

/* dsp_call.c */
int dsp_call_submit(struct dsp *dsp, const void *data, size_t len, bool may_wait);
void dsp_call_drain(struct dsp *dsp);
unsigned int dsp_call_release(struct dsp *dsp, u32 count, bool newest_first);
void dsp_call_disown(struct dsp_request *release, s32 client);
bool dsp_call_disowned(struct dsp_request *req);
s32 dsp_call_fetch(struct dsp_request *req, unsigned int i);
s32 dsp_call_result(struct dsp_request *req, unsigned int i);
s32 dsp_call_buffers(struct dsp_request *req);
s32 dsp_call_shape(struct dsp_request *req, unsigned int n_in, unsigned int n_out);
s32 dsp_call_refuse(struct dsp_request *req, s32 code, const char *why);
s32 dsp_call_violation(struct dsp_request *req, const char *rule);

/* dsp_process.c */
void dsp_process_reset(struct dsp *dsp);
void dsp_process_audio_gone(struct dsp *dsp);
u32 dsp_process_kind(struct dsp *dsp, s32 client, u32 pd);
s32 dsp_process_call(struct dsp_request *req);
s32 dsp_process_add(struct dsp_request *req, s32 client, bool audio);
s32 dsp_process_known(struct dsp_request *req, s32 client);
s32 dsp_utilities_call(struct dsp_request *req);

/* dsp_pd.c: user PDs */
s32 dsp_pd_create(struct dsp_request *req);
s32 dsp_pd_mmap(struct dsp_request *req);
s32 dsp_pd_munmap(struct dsp_request *req);
s32 dsp_pd_mem_map(struct dsp_request *req);
s32 dsp_pd_mem_unmap(struct dsp_request *req);
bool dsp_pd_exists(struct dsp *dsp, s32 client);
bool dsp_pd_unsigned(struct dsp *dsp);
void dsp_pd_end(struct dsp *dsp, s32 client);
int dsp_pd_show(struct dsp *dsp, struct dsp_control_pd *out);

/* dsp_map.c: what clients gave to the DSP */
void dsp_map_init(struct dsp *dsp);
void dsp_map_exit(struct dsp *dsp);
s32 dsp_map_take(struct dsp_request *req, const struct dsp_map *like, u64 addr, u64 size,
		 u64 *token);
bool dsp_map_exists(struct dsp *dsp, const struct dsp_map *like);
s32 dsp_map_give_back(struct dsp_request *req, const struct dsp_map *like);
bool dsp_map_drop_handle(struct dsp *dsp, s32 client, s32 fd);
s32 dsp_map_move(struct dsp *dsp, const struct dsp_map *like, u64 off, void *buf, size_t len,
		 bool write);
u64 dsp_map_size(struct dsp *dsp, const struct dsp_map *like);
s32 dsp_map_access(struct dsp_request *req, const struct dsp_map *like, u64 off, void *buf,
		   size_t len, bool write);
void dsp_map_end(struct dsp *dsp, s32 client);
void dsp_map_bank_gone(struct dsp *dsp, struct dsp_stream *s);
void dsp_map_count(struct dsp *dsp, u64 *counter);
void dsp_map_status(struct dsp *dsp, struct dsp_control_memory *memory);
int dsp_map_show(struct dsp *dsp, struct dsp_control_map *out);

/* dsp_service.c */
s32 dsp_service_call(struct dsp_request *req);
u64 dsp_service_hash(u64 hash, const u8 *data, size_t len);
u64 dsp_service_nonzero(const u8 *data, size_t len);

/* dsp_listener.c */
s32 dsp_listener_call(struct dsp_request *req);
bool dsp_listener_take(struct dsp_request *req);
void dsp_listener_end(struct dsp *dsp, s32 client, u32 pd);
void dsp_listener_drop(struct dsp *dsp, s32 client);
void dsp_listener_close(struct dsp *dsp);
unsigned int dsp_listener_count(struct dsp *dsp);
bool dsp_listener_of_kind(struct dsp *dsp, u32 kind, struct dsp_caller *who);
void dsp_listener_await(struct dsp_request *req, const struct dsp_caller *who);
struct dsp_caller dsp_caller_of(const struct dsp_request *req);
int dsp_reverse_call(struct dsp *dsp, const struct dsp_caller *who, struct dsp_reverse *r);

/* dsp_module.c: what clients open by name; also the handles they need for that */
s32 dsp_module_call(struct dsp_request *req);
void dsp_module_drop(struct dsp *dsp, s32 client);

/* dsp_remote.c: the processes that run the code of PDs */
int dsp_remote_init(void);
void dsp_remote_exit(void);
void dsp_remote_end(struct dsp *dsp, s32 client);
void dsp_remote_end_audio(struct dsp *dsp);
int dsp_remote_show(struct dsp_control_process *out);
int dsp_remote_limit(u32 seconds, u32 silence);

/* dsp_code.c: libraries with Hexagon code in them */
#define DSP_CODE_TEXT	160
s32 dsp_code_open(struct dsp_request *req, const char *uri, const void *elf, size_t bytes,
		  u32 *module, char text[DSP_CODE_TEXT]);
s32 dsp_code_close(struct dsp_request *req, u32 module);
s32 dsp_code_call(struct dsp_request *req, u32 module);

/* dsp_audio.c: Hexagon code of the audio PD */
int dsp_audio_begin(struct dsp *dsp, struct dsp_range *range);
void dsp_audio_end(struct dsp *dsp);
int dsp_audio_order(struct dsp *dsp, struct dsp_control_audio *order);

/* dsp_file.c: what the DSP wants of its host */
int dsp_file_read(struct dsp *dsp, const struct dsp_caller *who, struct dsp_file *file);
int dsp_file_memory(struct dsp *dsp, const struct dsp_caller *who, u32 flags, u64 size,
		    u64 *dsp_addr);

/* dsp_heap.c */
void dsp_heap_init(struct dsp *dsp);
void dsp_heap_exit(struct dsp *dsp);
void dsp_heap_boot(struct dsp *dsp);
void dsp_heap_halt(struct dsp *dsp);
void dsp_heap_part(struct dsp *dsp);
void dsp_heap_restart(struct dsp *dsp);
s32 dsp_heap_offer(struct dsp *dsp, const u8 *pages, unsigned int count);
s32 dsp_heap_grow(struct dsp *dsp, u64 base, u64 size, u64 *token);
s32 dsp_heap_give_back(struct dsp *dsp, u64 token, u64 size);
void dsp_heap_stray(struct dsp *dsp, u64 addr);
struct dsp_range *dsp_heap_range(struct dsp *dsp, u64 addr, size_t len);
int dsp_heap_load(struct dsp *dsp, u64 addr, void *buf, size_t len);
int dsp_heap_store(struct dsp *dsp, u64 addr, const void *buf, size_t len);

/* dsp_range.c */
int dsp_range_alloc(struct dsp_range *range, u64 base, u64 size);
void dsp_range_free(struct dsp_range *range);
int dsp_range_first_touch(struct dsp *dsp, struct dsp_range *range, u8 *buf);
void dsp_range_compare(struct dsp *dsp, struct dsp_range *range, u64 off,
		       const u8 *seen, size_t len);
void dsp_range_blame(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len);
void dsp_range_look(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len, u8 *buf);
void dsp_range_look_all(struct dsp *dsp, struct dsp_range *range, u8 *buf);
void dsp_range_leave(struct dsp *dsp, struct dsp_range *range, u8 *buf);

/* dsp_alloc.c: the audio PD's own allocator, living in the heap itself */
struct dsp_alloc *dsp_alloc_create(struct dsp *dsp, u64 base, u64 size);
void dsp_alloc_destroy(struct dsp_alloc *alloc);
int dsp_alloc_churn(struct dsp_alloc *alloc);

/* dsp_fault.c: the rules of the tests, and the counting of what went wrong */
int dsp_fault_add(struct dsp *dsp, const struct dsp_rule *rule);
void dsp_fault_pick(struct dsp *dsp, u32 handle, u32 method, bool may_wait,
		    struct dsp_rule *rule);
void dsp_fault_answer(struct dsp_request *req);
void dsp_fault_events(struct dsp_stream *s, const struct dsp_smmu_events *events);
void dsp_fault_count(struct dsp *dsp, u64 *violation, u64 by);
void dsp_fault_clear(struct dsp *dsp);

/* dsp_fuzz.c */
void dsp_fuzz_answer(struct dsp_request *req);

/* dsp_control.c */
int dsp_control_init(void);
void dsp_control_exit(void);

#endif
