/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every board test is made of: cases, checks, and handles on the three
 * things a test can touch: the driver's node, the DSP model's control node and
 * the kernel's own switches (remoteproc, modules, driver binding).
 *
 * A program is a list of TEST() functions.  They run in the order of the file,
 * each on a quiet board: afterwards the harness closes the nodes that the case
 * opened, drops its rules for the DSP, and asks the DSP model whether anything
 * faulted or was violated.  Exit status: 0 passed, 1 failed, 77 skipped.
 *
 * Lines on stdout that the runner understands:
 *	@allow <text>	a kernel log line with this text does not fail the test
 *	@allow-faults	the test provokes SMMU faults and clears them itself
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dsp_control.h"
#include <misc/fastrpc.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
/* The DSP's, whatever the kernel's is. */
#define PAGE		4096ul
/* What the kernel maps and protects. */
#define KERNEL_PAGE	((size_t)sysconf(_SC_PAGESIZE))
#define DSP		"adsp"		/* the DSP of the default variant */
#define NODE		"/dev/fastrpc-" DSP
/* No wait of a good run comes near it, on a machine that has other work too. */
#define WAIT_MS		(30000 * board_slowness())

/* ---- cases and checks: harness.c ---- */

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

void test_register(struct test_case *tc);

#define TEST(fn)							\
	static void fn(void);						\
	static void __attribute__((constructor)) fn##_register(void)	\
	{								\
		static struct test_case tc = { .name = #fn, .run = fn };\
		test_register(&tc);					\
	}								\
	static void fn(void)

/* Both sides are evaluated once and printed when they differ. */
#define CHECK_EQ(got, want) \
	check_eq(__FILE__, __LINE__, #got, (long long)(got), #want, (long long)(want))
#define CHECK(cond) \
	check_true(__FILE__, __LINE__, #cond, !!(cond))
#define CHECK_MEM(got, want, len) \
	check_mem(__FILE__, __LINE__, #got, (got), (want), (len))
/* The same, but the rest of the case makes no sense without it. */
#define REQUIRE_EQ(got, want) \
	do { if (!CHECK_EQ(got, want)) test_abort(); } while (0)
#define REQUIRE(cond) \
	do { \
		bool holds = (cond); \
		check_true(__FILE__, __LINE__, #cond, holds); \
		if (!holds) \
			test_abort(); \
	} while (0)

bool check_eq(const char *file, int line, const char *got_text, long long got,
	      const char *want_text, long long want);
bool check_true(const char *file, int line, const char *text, bool value);
bool check_mem(const char *file, int line, const char *text, const void *got,
	       const void *want, size_t len);
void test_abort(void) __attribute__((noreturn));
/* Runs a part of the case in a child, so that nothing of its memory stays; its checks count. */
void test_in_child(void (*part)(void *), void *arg);
/* Ends this case as not applicable here; a program of only such cases exits 77. */
void test_skip(const char *why) __attribute__((noreturn));
/* Context for the checks that follow ("length 4095"); printed with a failure. */
void test_context(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void test_allow(const char *kernel_log_text);
/* This case causes faults or violations: it judges and clears them itself. */
void test_expects_faults(void);
/* Work between two cases, for programs whose fixture is more than an open node. */
extern void (*test_setup)(void);
extern void (*test_teardown)(void);

/* ---- the driver's node and its calls: node.c ---- */

/* Waits for the node if it has to; aborts the case if it cannot be opened. */
int node_open(void);
/* One attempt: a file descriptor or -errno. */
int node_try_open(const char *path);
/* Has the file take a session, without a word to the DSP: 0 or -errno (EBUSY: none is free). */
long node_take(int fd);
/* Both: a file with a session, or -errno. */
int node_try_session(const char *path);
int node_session(void);			/* aborts the case if there is none */
/* How many sessions are free. */
int sessions_free(void);
/* An answer is on its way to the driver for a while, and no counter tells when it is there. */
void sessions_wait(int want);
void node_close(int fd);
void node_close_all(void);
void node_wait(const char *path, bool present);
/* Compute banks of the selected DSP in the device tree: the sessions there have to be. */
int node_sessions(void);
/* Some of them do not see the CPU's caches. */
bool node_is_noncoherent(void);
/* Every session is there to be had, and works; all nodes are closed then. */
void sessions_check(void);

/*
 * The exact result of an ioctl: a value of the DSP or -errno.  (A DSP code from
 * -4095 to -1 cannot be told from an errno.)
 */
long node_ioctl(int fd, unsigned long request, const void *arg);

#define CALL_MAX_ARGS	(255 + 255 + 15 + 15)

struct call {
	struct fastrpc_invoke inv;
	struct fastrpc_invoke_args args[CALL_MAX_ARGS];
	unsigned int ins, outs, in_handles, out_handles;
};

void call_init(struct call *c, uint32_t handle, uint32_t method);
/* In-buffers first, as on the wire.  Each returns its argument to be bent. */
struct fastrpc_invoke_args *call_in(struct call *c, const void *ptr, size_t len);
struct fastrpc_invoke_args *call_out(struct call *c, void *ptr, size_t len);
/* After all buffers: memory that the DSP may keep, from offset on. */
struct fastrpc_invoke_args *call_handle(struct call *c, int dmabuf, uint32_t offset, size_t len);
long call_send(int fd, struct call *c);

/*
 * @len bytes there and back; -EBADMSG if they come back as others.  For one thread
 * at a time.
 */
#define ECHO_MAX	(4 << 20)
long invoke_echo(int fd, uint32_t seed, size_t len);
/* The DSP's hash of @data, which is in dma-buf @buf; the second form also compares it. */
long invoke_hash(int fd, const void *data, int buf, size_t len, uint64_t *hash);
long invoke_hash_check(int fd, const void *data, int buf, size_t len);
/* The DSP stores @in, changed, to @out, which is in dma-buf @buf. */
long invoke_xor(int fd, const void *in, void *out, int buf, size_t len);
/* A test method with one word as its input. */
long invoke_word(int fd, uint32_t method, uint32_t word);
long invoke_null(int fd);			/* DSP_TEST_NULL without arguments */
long invoke_null_method(int fd, uint32_t method);
long attach(int fd);
long create_static(int fd, const char *name, uint32_t namelen);
long create_audio(int fd);			/* create_static() of "audiopd" */
long get_dsp_info(int fd, uint32_t id, uint32_t *value);

int dmabuf_alloc(int fd, uint64_t size);	/* a descriptor of it, or -errno */

void fill_pattern(void *buf, size_t len, uint32_t seed);
void *guarded_alloc(size_t len);		/* the byte behind it faults */
void guarded_free(void *buf, size_t len);
void *pages_alloc(size_t len);			/* zeroed pages */
size_t whole_pages(size_t len);			/* in bytes: of the kernel's */

/* ---- memory that is shared with the DSP: memory.c ---- */

void *dmabuf_map(int dmabuf, size_t size);	/* aborts the case if it cannot */
long create_pd(int fd, int shell, uint32_t shell_len, uint32_t attrs);
/* A MMAP with these flags; *dsp_addr is the DSP's name of the memory, or 0. */
long pages_lend(int fd, uint32_t flags, uint64_t size, uint64_t *dsp_addr);
long add_pages(int fd, uint64_t size, uint64_t *dsp_addr);
long remove_pages(int fd, uint64_t dsp_addr, uint64_t size);
long mem_map(int fd, int dmabuf, uint32_t flags, uint64_t len, uint64_t *dsp_addr);
long mem_unmap(int fd, int dmabuf, uint64_t dsp_addr, uint64_t len);
/* A PD with memory of every kind, at work on a DSP. */
#define PD_IN_USE_SIZE	(64u << 10)

struct pd_in_use {
	const char *label;
	int fd, dmabuf;
	uint8_t *data;
};

void pd_begin(struct pd_in_use *u, const char *label, const char *node, uint32_t attrs);
void pd_check(const struct pd_in_use *u);	/* works, and has what it was given */
void pd_end(struct pd_in_use *u);
/* What the DSP makes of [data, data+len), see DSP_TEST_HASH_FACTOR. */
uint64_t test_hash(uint64_t hash, const void *data, size_t len);

/* A call that another thread makes, so that the test can go on. */
struct async_call {
	pthread_t thread;
	int fd;
	struct call *call;
	long result;
};

void async_start(struct async_call *a, int fd, struct call *call);
long async_join(struct async_call *a);

/* ---- the DSP model's control node: control.c ---- */

int control_ioctl(unsigned long request, void *arg);	/* 0 or -errno */
/* Which DSP everything below is about, until the case ends; DSP at its start. */
void control_select(const char *label);
const char *control_selected(void);
void control_status(struct dsp_control_status *st);
void control_behave(uint32_t handle, uint32_t method, uint32_t action,
		    uint32_t count, uint64_t value);
/* DSP_ANSWER_PATCH, until changed. */
void control_patch(uint32_t handle, uint32_t method, uint64_t at, const void *data, size_t len);
/* DSP_ANSWER_POLL with these words instead of the one, until changed. */
void control_poll_words(uint32_t handle, uint64_t value, const uint32_t *words, size_t count);
void control_normal(void);
/* Skips the case where DSP_ANSWER_UNSENT cannot be had. */
void control_require_unsent(void);
void control_release(uint32_t count, bool newest_first);
void control_inject(const void *data, uint32_t len);
/* The same, between the driver's remove and the end of its endpoint. */
void control_inject_at_destroy(const void *data, uint32_t len);
/* The same, when the endpoint is there and the driver's probe has not begun. */
void control_inject_at_create(const void *data, uint32_t len);
void control_capture(uint32_t age, struct dsp_control_capture *cap);
void control_clear(void);
/* Aborts the case when the counter does not get there in WAIT_MS. */
void control_wait(uint32_t counter, uint64_t at_least);
int control_try_wait(uint32_t counter, uint64_t at_least, uint32_t timeout_ms);
uint64_t control_faults(void);
bool control_clean(const struct dsp_control_status *st);

/* The entry of the DSP's map table after the one with this name; false: none. */
bool control_map_after(uint64_t token, struct dsp_control_map *map);
/* How many entries of this kind it has, and the newest of them. */
unsigned int control_maps(uint32_t kind, struct dsp_control_map *newest);
bool control_pd(uint32_t index, struct dsp_control_pd *pd);

struct heap_piece {
	uint64_t base, size;
};

/* What a CREATE_STATIC told the DSP, read off the wire. */
struct offer {
	uint32_t client, namelen, pages;
	char name[129];
	uint64_t base, size;
};

void control_offer(uint32_t age, struct offer *o);
/* The DSP has a heap, reached all of it 1:1, and is using it. */
void control_heap_works(void);
/* ... and found it clean. */
void control_heap_in_use(void);
/* Bytes of argument @i of @n of a captured call; aborts if it is not @len long. */
const uint8_t *control_argument(const struct dsp_control_capture *cap, unsigned int n,
				unsigned int i, uint64_t len);
/* Word of @len bytes, little-endian. */
uint64_t wire_word(const uint8_t *p, size_t len);

int control_restart_pd(void);		/* the audio PD's alone; 0 or -errno */
void control_domain(uint32_t action, uint64_t addr, uint64_t len);
void control_hold(uint32_t point, bool on);
/* Banks of these sessions (a bit each) take no DMA mask when their driver comes. */
void control_maskless(uint64_t sessions);
/* What the CPU sees there; *nonzero may be NULL. */
uint64_t control_look(uint64_t addr, uint64_t len, uint64_t *nonzero);
/*
 * The channel's node names another region of board,regions, or DSP_TREE_NO_REGION, or
 * DSP_TREE_NO_NODE, from the next probe of the driver on; *where is set.
 */
void control_tree(uint32_t region, bool has_vmids, struct heap_piece *where);
/* A page of the pool that the channel's node names is another device's. */
void control_pin(bool on);
int control_try_pin(bool on);		/* 0; -ENOMEM: it has no page left */
/* As a system before this one left it: full of @byte, and its owners'; 0: as it is. */
void control_left(uint64_t addr, uint64_t len, uint8_t byte, uint64_t owners);

/* ---- the audio PD's heap: heap.c ---- */

/* A daemon of the audio PD, with a DSP that was freshly booted. */
int daemon_open(void);
/* The same, and it has gone again: the DSP has its heap, and this is what it was told. */
void daemon_came_and_went(struct offer *o);
/* MMAP and MUNMAP of its heap; *token is the DSP's name for what was added. */
long heap_grow(int fd, uint64_t size, uint64_t *token);
long heap_shrink(int fd, uint64_t token, uint64_t size);

/* Another CREATE_STATIC: it carries the region (1 page record) or nothing (0). */
void heap_check_offered(int fd, uint32_t pages);
/* A daemon comes, gets all of the region, and the DSP uses it. */
void heap_check_given(void);
/* A word through the DSP's own stream: is the page still open to it? */
void heap_check_open(uint64_t addr);

/* The driver's own account of its heaps (docs/abi), as text. */
void heap_account_read(char *text, size_t size);
long heap_account(const char *name);		/* the number behind "name=" */
int heap_account_lines(const char *part);	/* how often @part is in it */
/* The account cannot be waited for, so it is read until @part is in it. */
void heap_wait_account(const char *part);
/* How many "region" or "growth" pieces are in a state; "" for any. */
int heap_pieces(const char *what, const char *state);
/* Likewise, until so many are. */
void heap_wait_pieces(const char *what, const char *state, int count);
/*
 * The channel's region is number @index of board,regions from now on, and that of number 0 after
 * the case.  The DSP and the driver start anew.
 */
struct heap_piece heap_use_region(uint32_t index);

/* What a MMAP told the DSP, read off the wire. */
struct heap_piece control_growth(uint32_t age);

/* ---- the monitor below Linux, on boards at EL1: monitor.c ---- */

#define VM_HLOS		(1ull << 3)
#define VM_DSP		monitor_dsp()	/* qcom,vmids of the board, a bit each */
/* What firmware says of a call that it refuses. */
#define MONITOR_REFUSAL	(-22)

/* In the device tree: big-endian words. */
#define DSP_VMIDS	"/proc/device-tree/remoteproc-adsp/glink-edge/fastrpc/qcom,vmids"

bool board_has_monitor(void);
/* Firmware of the board, at EL3 too, which counts what it was asked to assign. */
bool board_has_firmware(void);
/* Skips the case where there is none. */
void monitor_require(void);
uint64_t monitor_dsp(void);
/* The VMs that own a page, a bit each. */
uint64_t monitor_owners(uint64_t addr);
/* @vms, and no other VM, own every page of [addr, addr + len) with all rights. */
void monitor_check_owners(uint64_t addr, uint64_t len, uint64_t vms);
/* Assignments made, and refused, since the board booted. */
uint64_t monitor_assigned(void);
uint64_t monitor_refused(void);
/* The n-th assignment from now on is refused with this result, and count in all. */
void monitor_refuse(uint64_t n, uint64_t count, long result);
/* No more of that; nothing happens where there is no monitor. */
void monitor_allow(void);
/* What becomes of a CPU's access to memory that is not Linux': enum dsp_monitor_action. */
void monitor_on_abort(uint32_t action);
/* Variant el1-late-scm: the kernel gets its SCM device. */
void monitor_scm_comes(void);

/* ---- the DSP's end of the kernel's own Qualcomm stack: soc.c ---- */

/* Skips the case where the board's edge is its own. */
void soc_require(void);
bool soc_is_there(void);
/* The opposite: what only the dsp module's own edge can show. */
void own_edge_require(void);
/* Any order to the selected DSP: enum dsp_soc_action; *out is how it is then. */
void soc_order(uint32_t action, uint32_t faults, uint32_t ms, struct dsp_control_soc *out);
void soc_look(struct dsp_control_soc *soc);
/* From now on it does these wrong, and nothing else: bits of enum dsp_soc_fault. */
void soc_faults(uint32_t faults);
void soc_faults_ms(uint32_t faults, uint32_t ms);
/*
 * Firmware refuses the n-th call of this function from now on, and count in all, with
 * this answer in x0 and x1.  @function: service << 8 | command.
 */
void soc_refuse(uint32_t function, uint64_t n, uint64_t count, int64_t status, int64_t result);
void soc_allow(void);
/* Both sides behave correctly again; the harness calls this after each case. */
void soc_honest(void);
void soc_fatal(void);			/* both: returns when the DSP has said so */
void soc_watchdog(void);
/* SSCTL has asked the DSP to end, once more than so often. */
void soc_wait_shutdown_asked(uint64_t before);
/* What DSP_SOC_LATE_ACK has put off comes now. */
void soc_acknowledge(void);
/* A crash that was reported is past: the DSP boots again, or it was off. */
void soc_wait_crash_handled(void);
/* The DSP is off, and neither IOMMU nor firmware has anything open to it. */
void soc_check_off(const struct offer *region);
/* Linux has not started the DSP; firmware keeps its image and this region for a run before. */
void soc_check_left_running(const struct offer *region);
/* A start that has to end with this -errno, and leaves the DSP off. */
void soc_start_fails(const struct offer *region, int error);
/* The selected DSP is stopped by another thread. */
void soc_stop_begin(void);
bool soc_stop_is_over(void);
long soc_stop_end(void);		/* after how many milliseconds it was over */
/* Puts back what a case left, a stop under way too. */
void soc_restore(void);

/* ---- a link that has no room for messages: link.c ---- */

/* The channel's device, on boards with the kernel's stack. */
#define LINK_DEVICE	"remoteproc-" DSP ":glink-edge.fastrpcglink-apps-dsp.-1.-1"

/*
 * Calls through @fd take all intents that Linux has for requests, and the DSP gives none
 * back from now on: @fault says what it does when it is asked for one.
 */
void link_use_up(int fd, uint32_t fault);
/* Waits until so many threads of a process, or more, are inside of a function of the kernel. */
void task_wait_inside(pid_t pid, const char *function, int count);

/* ---- what a thread does that does not come back for a while: errand.c, late.c ---- */

struct errand {
	pthread_t thread;
	long (*run)(int fd);
	int fd;
	long result;
	volatile pid_t tid;
};

void errand_start(struct errand *errand, long (*run)(int fd), int fd);
long errand_end(struct errand *errand);		/* its result */

/* The same on a CPU of its own; skips the case where there is one CPU only. */
void late_start(struct errand *errand, long (*run)(int fd), int fd);
/* It sleeps: from here on its CPU is busy, and it stays where it is when it is woken. */
void late_hold(void);
/* It may go on; its result. */
long late_end(struct errand *errand);

enum errand_waking {
	ERRAND_WAKES,
	ERRAND_WAKES_LATE,	/* behind all that @end does */
};

/*
 * The DSP has @request, which is @method of process control, and does not answer it: @end is
 * the end of the DSP, and of the request.  Closes @fd.
 */
void errand_cut_short(int fd, uint32_t method, long (*request)(int fd),
		      enum errand_waking waking, void (*end)(void));

/* ---- the kernel's own switches: kernel.c ---- */

/* 1; more where the kernel has checkers that slow it down. */
int board_slowness(void);
/* Of a test that repeats itself to meet a rare moment: fewer rounds on a slow board. */
int board_rounds(int count);
long now_ms(void);			/* of a monotonic clock */

int file_write(const char *path, const char *text);	/* 0 or -errno */
int file_read(const char *path, char *buf, size_t size);	/* length or -errno */
long file_number(const char *path, const char *key);	/* "key  123" lines */
int dir_count(const char *path, const char *prefix);	/* names that begin with it */
void pipe_open(int ends[2], int flags);	/* aborts the case if it cannot */

/* The DSP that is selected (control_select()), for the first two. */
void dsp_start(void);
void dsp_stop(void);
void dsp_restart(void);			/* returns when the new node is there */
void dsp_crash(void);			/* returns when it has booted again */
int dsp_wait_recovered(void);		/* a recovery has ended as a whole; 0 or -errno */
bool dsp_is_running(void);
int dsp_index(void);			/* N of remoteprocN */
int dsp_index_of(const char *label);
/* The remoteproc's state file. */
int dsp_state_write(const char *word);	/* 0 or -errno */
void dsp_state_read(char *word, size_t size);

/* Freezes all tasks as suspend does, for 2 s at most, and thaws them: 0 or -errno. */
long tasks_freeze(void);

int module_load(const char *name);	/* of the kernel's own, in the image; 0 or -errno */
int module_unload(const char *name);
const char *driver_ko(void);
int driver_load(void);			/* 0 or -errno */
int driver_unload(void);
bool driver_is_loaded(void);
int driver_unbind(char *name, size_t size);	/* tells which device it was */
int driver_bind(const char *name);
/* Puts back what a case left: driver loaded, DSP running, node there. */
void driver_restore(void);

/* Kernel log lines with this text since the mark, or since boot; reads them. */
void kernel_log_mark(void);
void kernel_log_rewind(void);
int kernel_log_count(const char *text);
/* Until a line from there on has the text. */
void kernel_log_wait(const char *text);
/* In each line of the driver's, or of its devices'; a busy kernel has words of its own. */
#define DRIVER_WORD	"rpc"

/* ---- dma-bufs of other drivers, and drivers that take ours: foreign.c ---- */

/* Skips the case where the kernel has no such driver. */
int udmabuf_alloc(size_t len);		/* a descriptor; its pages are not in order */
uint64_t udmabuf_frame(void);		/* where the first page of the newest is */
int udmabuf_memory(size_t len);		/* what buffers can be made of, any number of them */
int udmabuf_of(int memory, size_t len);	/* a descriptor; skips the case where it cannot */
void udmabuf_need_many(void);		/* skips the case where few may be of the same memory */
int vgem_open(void);
int vgem_alloc(int vgem, size_t len);
uint32_t vgem_import(int vgem, int dmabuf);	/* until vgem_drop(), or vgem is closed */
void vgem_drop(int vgem, uint32_t handle);
/* Another device's view (DSP_CONTROL_IMPORT): both hashes must be @hash. */
void import_begin(int dmabuf);
void import_check(uint64_t hash, size_t len);
void import_end(void);

/* ---- what the IOMMU was asked to do: trace.c ---- */

void iommu_trace_start(void);		/* from 0; skips the case where it cannot */
void iommu_trace_stop(void);
void iommu_trace_counts(int *maps, int *unmaps);
void iommu_trace_wait_unmaps(int count);	/* fails the case if one is not there in WAIT_MS */
int iommu_trace_maps_of(uint64_t phys);	/* mappings that begin at this physical address */
/* How often a function of the kernel is called. */
void probe_start(const char *function);	/* from 0; skips the case where it cannot */
void probe_stop(void);
long probe_hits(void);

/* How long functions of the kernel take. */
void durations_start(const char *const *functions, size_t count);
void durations_stop(void);
double durations_longest(const char *function);	/* nanoseconds; 0: it was not called */
void durations_end(void);

/* The driver's own tracepoints: these texts must have come since, in this order. */
void driver_trace_start(void);
void driver_trace_check(const char *const *texts, size_t count);

/* ---- the kernel's free memory and its trend: leaks.c ---- */

#define MEMORY_FIGURES	64
#define MEMORY_SLABS	512

struct memory_slab {
	char name[48];
	long active, size;
};

struct memory {
	long free_pages;
	struct memory_slab slabs[MEMORY_SLABS];
	int nr_slabs;
};

/* Everything that can be dropped is dropped first. */
void memory_read(struct memory *m);
/*
 * Free memory goes up and down by some twenty pages by itself, and at times by a
 * hundred at once, so two figures say nothing.  The trend does: the median of the
 * slopes between any two of figures taken @every so many rounds is the number of
 * pages lost a round, and must be less than @most.
 */
void memory_check_trend(const long *free_pages, int count, int every, double most);
/* Fails if any kind of object has grown by @slack or more. */
void memory_compare_slabs(const struct memory *before, const struct memory *after, long slack);

/* ---- threads at work while signals hit them: crowd.c ---- */

#define CROWD_MAX	16
/* @args: @count arguments of @arg_size bytes each.  Returns when all have ended. */
void crowd_run(void (*work)(void *), void *args, size_t arg_size, int count);

/* ---- numbers from a seed: random.c ---- */

uint64_t random_seed(void);		/* of the environment, or the default; prints it */
/* So many, and half of them where the kernel has checkers; or of the environment. */
unsigned int random_runs(unsigned int otherwise);
uint64_t random_next(uint64_t *state);
uint32_t random_below(uint64_t *state, uint32_t n);

/* The first member of every entry of a table of things to do at random. */
struct random_step {
	const char *name;
	unsigned int weight;	/* how often it comes, in relation to the others */
};

/* The number of an entry of an array. */
#define RANDOM_STEP(state, table)	\
	random_step(state, &(table)[0].step, sizeof((table)[0]), ARRAY_SIZE(table))
size_t random_step(uint64_t *state, const struct random_step *first, size_t size, size_t count);

#endif /* TESTS_HARNESS_H */
