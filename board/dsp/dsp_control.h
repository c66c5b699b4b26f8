/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The board's own control node, /dev/dsp-control.
 *
 * Tests steer and question the DSP model through it; nothing of the product
 * knows it.  read() gives the same state as text for people.  Every call names
 * the DSP by its label ("adsp").  Numbers may change with the board: only
 * programs built beside it use it.
 */
#ifndef BOARD_DSP_CONTROL_H
#define BOARD_DSP_CONTROL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DSP_CONTROL_NODE	"/dev/dsp-control"
#define DSP_LABEL_LEN		8

/* The module handle of the test service, and its methods. */
#define DSP_TEST_HANDLE		0x1000
enum dsp_test_method {
	DSP_TEST_NULL		= 0,	/* does nothing, answers 0 */
	DSP_TEST_ECHO		= 1,	/* out[i] = in[i], the rest of out[i] zero */
	DSP_TEST_CHECKSUM	= 2,	/* out[0]: u64 FNV-1a over all in-buffers in order */
	DSP_TEST_FILL		= 3,	/* in[0]: u32 seed; byte j of out[i] = seed + 31 * i + j */
	DSP_TEST_XOR		= 4,	/* out[i][j] = in[i][j] ^ 0x5a; all read before any write */
	DSP_TEST_SLEEP		= 5,	/* in[0]: u32 milliseconds, then as DSP_TEST_NULL */
	DSP_TEST_RETVAL		= 6,	/* in[0]: s32 value to answer with */
	/*
	 * Where nothing is copied: the DSP works in the buffers themselves, a piece
	 * at a time, while the call runs.  For dma-bufs of any size.
	 */
	DSP_TEST_TOUCH		= 7,	/* loads the first and last byte of each in-buffer, stores
					 * DSP_TEST_TOUCHED there in each out-buffer
					 */
	DSP_TEST_HASH		= 8,	/* out[0]: u64, dsp_test_hash of all in-buffers in order */
	DSP_TEST_XOR_IN_PLACE	= 9,	/* out[i][j] = in[i][j] ^ 0x5a, as far as both go */
	/* Handles: the memory from offset on, length bytes of it. */
	DSP_TEST_HANDLE_HASH	= 10,	/* out[0]: u64, dsp_test_hash of all in-handles in order */
	DSP_TEST_HANDLE_KEEP	= 11,	/* the client's PD keeps every in-handle, and uses it */
	DSP_TEST_HANDLE_DROP	= 12,	/* in[0]: s32 fds; the PD lets go of one handle for each and
					 * names them in the answer's list; 0x8000040e if it has
					 * none
					 */
	/* Memory that the client's PD was given before (struct dsp_test_access). */
	DSP_TEST_MAP_READ	= 13,	/* in[0]: which; out[0]: what is there */
	DSP_TEST_MAP_WRITE	= 14,	/* in[0]: which; in[1]: what to store there */
};

#define DSP_TEST_TOUCHED	0xd5

/* in[0] of DSP_TEST_MAP_READ and _WRITE, little-endian. */
struct dsp_test_access {
	__u64 token;		/* what MEM_MAP answered; 0: the kept handle with this fd */
	__u64 offset;
	__s32 fd;
	__u32 pad;
};

/*
 * hash = hash * DSP_TEST_HASH_FACTOR + word, for each little-endian word of 8
 * bytes, beginning with 0; the last word of a buffer is filled up with zeros.
 */
#define DSP_TEST_HASH_FACTOR	0x9e3779b97f4a7c15ull

/* What went wrong, as the ownership oracle counts it.  All zero on a good run. */
struct dsp_control_violations {
	__u64 offered_before_grant;	/* pages offered that the DSP cannot reach (or not 1:1) */
	__u64 offered_twice;		/* pages offered again in one PD incarnation */
	__u64 taken_while_running;	/* offered pages unreachable before the stop op */
	__u64 corrupted;		/* heap pages that the DSP did not change itself */
	__u64 bad_request;		/* requests that break the wire format or its rules */
	__u64 wrong_attributes;		/* offered pages mapped in another way than for loads,
					 * stores and instructions, or with caches that the
					 * DSP does not see, or without those that it does
					 */
	/* EL1 boards: accesses of CPUs to pages that are not HLOS's, of the whole board */
	__u64 cpu_touched;
	__u64 cpu_touched_at;		/* address of the first of them */
	__u64 cpu_touched_by;		/* and the instruction it was made by */
};

/* The newest fault of one DSP's streams. */
struct dsp_control_fault {
	__u32 stream_id;
	__u32 event;			/* SMMUv3 event number, 0x10 = F_TRANSLATION; or the next */
	__u32 is_read;
	__u32 pad;
	__u64 iova;
	__u64 owners;			/* XPU: the VMs whose page it is, a bit each */
};

/* EL1 boards: the page at physical address iova is not the DSP's. */
#define DSP_EVENT_XPU		0x100

/* What clients gave to the DSP, beside the audio PD's heap. */
struct dsp_control_memory {
	__u64 pds;		/* user PDs now */
	__u64 maps;		/* MEM_MAPs now */
	__u64 handles;		/* handles kept now */
	__u64 pages;		/* pages added to heaps of user PDs now */
	__u64 creates;		/* requests that were done, since the module was loaded */
	__u64 mmaps;
	__u64 munmaps;
	__u64 mem_maps;
	__u64 mem_unmaps;
	__u64 handles_kept;
	__u64 handles_dropped;
	__u64 stores;		/* of user PDs, to memory of their own */
	__u64 dirty;		/* words that were not zero when the memory was given */
};

struct dsp_control_status {
	char label[DSP_LABEL_LEN];	/* in */
	__u32 running;			/* between the start and the stop op */
	__u32 audio_pd_up;
	__u64 boot_epoch;		/* counts start ops */
	__u64 audio_pd_epoch;		/* counts incarnations of the audio PD */
	char domain_type[16];		/* of the remoteproc's stream: "unmanaged", "dma", ... */
	__u64 domain_cookie;		/* changes when the domain is another one (0: none) */
	/* heap of the current audio PD incarnation */
	__u64 heap_base;		/* first page offered; 0: none */
	__u64 heap_size;		/* bytes offered */
	__u64 heap_pages;		/* pages offered */
	__u64 heap_pages_granted;	/* of those, reachable 1:1 when they were offered */
	__u64 heap_pages_touched;	/* of those, written and read back by the DSP */
	__u64 heap_stores;		/* stores by the audio PD's own allocator since */
	/* calls */
	__u64 requests;
	__u64 answers;			/* calls answered, after the driver's callback returned */
	__u64 held;			/* requests kept back now */
	__u32 attached_clients;
	__u32 last_dsp_error;		/* non-zero retval the model last gave by its own checks */
	__u64 releases;			/* RELEASE requests seen */
	/* SMMU, this DSP's streams, counted from the event queue itself */
	__u64 faults;
	struct dsp_control_fault last_fault;
	struct dsp_control_violations violations;
	__u64 heap_pages_dirty;		/* pages that were not all zero when they were offered */
	__u64 undelivered;		/* messages for the host that found no endpoint */
	__u64 exits_told;		/* deaths of PDs that the host's driver was told of */
	struct dsp_control_memory memory;
};

/* How the DSP answers what comes next. */
enum dsp_control_action {
	DSP_ANSWER_NORMAL = 0,
	DSP_ANSWER_NEVER,	/* forget the request */
	DSP_ANSWER_HOLD,	/* keep the answer until DSP_CONTROL_RELEASE_HELD */
	DSP_ANSWER_LATE,	/* after value milliseconds */
	DSP_ANSWER_TWICE,	/* the same answer two times */
	DSP_ANSWER_SHORT,	/* only the first value bytes (0..15), then the right answer */
	DSP_ANSWER_SHORT_ONLY,	/* only the first value bytes, nothing after */
	DSP_ANSWER_LONG,	/* value extra bytes behind the 16 */
	DSP_ANSWER_WRONG_CTX,	/* one with ctx ^ value, then the right one */
	DSP_ANSWER_STALE,	/* one whose sequence number is one older, then the right one */
	DSP_ANSWER_PD_EXIT,	/* the PD-exit word, then the right one */
	DSP_ANSWER_RETVAL,	/* do the work, then answer value (s32) */
	DSP_ANSWER_ERROR,	/* do nothing, answer value (s32) */
	DSP_ANSWER_REWRITE,	/* right answer, but every remote arg, list and page entry in
				 * the metadata buffer is overwritten with 0xff.. first, and the
				 * fd list is filled with 5s
				 */
	DSP_ANSWER_TEAR,	/* answer at once, but go on writing the out-buffers */
	DSP_ANSWER_UNSENT,	/* the link refuses the message: sending it fails with the error
				 * number value (1..4095), the DSP never sees it.  EOPNOTSUPP where
				 * the link is the kernel's own
				 */
	DSP_ANSWER_PATCH,	/* right answer, but patch[] is written into the metadata first, at
				 * offset value; at value - DSP_PATCH_FDS of the fd list if value is
				 * DSP_PATCH_FDS or more
				 */
	DSP_ANSWER_OUTPUT,	/* right answer, but the first out-buffer begins with value (u64) */
	DSP_ANSWER_POLL,	/* if the result is 0: write the poll word, then answer after value
				 * milliseconds, or never (DSP_POLL_ONLY).  With a patch[], whatever
				 * the result: the words in it, one after the other, instead
				 */
	DSP_ANSWER_FUZZ,	/* the work is done, then all that the DSP can write is made up
				 * from value and the number of the call: see dsp_fuzz.c
				 */
	DSP_ANSWER_ACTIONS
};

/* In the value of DSP_ANSWER_FUZZ: also write to the message after it was answered. */
#define DSP_FUZZ_LATE		(1ull << 63)

#define DSP_ANY			0xffffffffu
#define DSP_PATCH_BYTES		128
#define DSP_PATCH_FDS		0x100000000ull
#define DSP_POLL_ONLY		(~0ull)
#define DSP_POLL_TWICE		(1ull << 63)	/* answer two times */
#define DSP_POLL_BEHIND		(1ull << 62)	/* answer first, then write the word */
#define DSP_POLL_FLAGS		(DSP_POLL_TWICE | DSP_POLL_BEHIND)

struct dsp_control_behave {
	char label[DSP_LABEL_LEN];
	__u32 handle;		/* which requests: handle or DSP_ANY */
	__u32 method;		/* method or DSP_ANY */
	__u32 action;		/* enum dsp_control_action */
	__u32 count;		/* how many requests; 0: until changed; NORMAL drops all rules */
	__u64 value;
	__u32 patch_len;	/* for PATCH */
	__u32 pad;
	__u8 patch[DSP_PATCH_BYTES];
};

/* A message of the tester's own making, sent to the host as if by the DSP. */
enum dsp_control_moment {
	DSP_INJECT_NOW = 0,
	DSP_INJECT_AT_DESTROY,	/* once, when the channel's endpoint is destroyed: after the
				 * driver's remove has returned, before the endpoint is gone
				 */
	DSP_INJECT_AT_CREATE,	/* once, when a driver is about to be probed: its endpoint is
				 * there, its driver data is not
				 */
	DSP_INJECT_MOMENTS
};

struct dsp_control_inject {
	char label[DSP_LABEL_LEN];
	__u32 len;		/* 0..64 */
	__u32 moment;		/* enum dsp_control_moment */
	__u8 data[64];
};

struct dsp_control_release {
	char label[DSP_LABEL_LEN];
	__u32 count;		/* how many held answers to send; DSP_ANY: all */
	__u32 newest_first;
};

/* A copy of a request as it came over the wire. */
struct dsp_control_capture {
	char label[DSP_LABEL_LEN];
	__u32 age;		/* in: 0 the newest, 1 the one before, .. 15 */
	__u32 metadata_len;	/* out: bytes valid in metadata[] */
	__u64 msg_addr;		/* out: decoded address without the session bits */
	__u8 msg[40];
	__u8 metadata[2048];	/* first bytes of the metadata buffer before the work */
};

/* Wait, without polling, until a counter of the status reaches a value. */
enum dsp_control_counter {
	DSP_COUNT_REQUESTS = 0,
	DSP_COUNT_ANSWERS,
	DSP_COUNT_HELD,
	DSP_COUNT_PAGES_TOUCHED,
	DSP_COUNT_HEAP_STORES,
	DSP_COUNT_BOOT_EPOCH,
	DSP_COUNT_RELEASES,
	DSP_COUNT_RUNNING,
	DSP_COUNT_AUDIO_PD_EPOCH,
	DSP_COUNT_PD_STORES,
	DSP_COUNT_LISTENERS,	/* threads of the host that wait for a call of the DSP */
	DSP_COUNT_AT_HOLD,	/* how many are held at a point of enum dsp_hold_point */
	DSP_COUNT_CLOSING,	/* 1: a stop of the DSP has begun, or it is off */
	DSP_COUNT_AUDIO_STORES,	/* dsp_control_audio.stores, .checks, .rounds, .growths, .returns,
				 * .deaths
				 */
	DSP_COUNT_AUDIO_CHECKS,
	DSP_COUNT_AUDIO_ROUNDS,
	DSP_COUNT_AUDIO_GROWTHS,
	DSP_COUNT_AUDIO_RETURNS,
	DSP_COUNT_AUDIO_DEATHS,
	DSP_COUNT_EXITS_TOLD,	/* dsp_control_status.exits_told */
	DSP_COUNT_LISTEN,	/* listeners of the service notifier, now */
	DSP_COUNT_LISTEN_CAME,	/* dsp_control_servreg.came, .asked, .acked */
	DSP_COUNT_LISTEN_ASKED,
	DSP_COUNT_LISTEN_ACKED,
	DSP_COUNT_CHANNEL_OPENS,	/* dsp_control_soc.opens, .closes, .hoarded */
	DSP_COUNT_CHANNEL_CLOSES,
	DSP_COUNT_HOARDED,
	DSP_COUNT_REFUSED,	/* dsp_control_soc.requests_refused, .waiting */
	DSP_COUNT_WAITING,
	DSP_COUNTERS
};

struct dsp_control_wait {
	char label[DSP_LABEL_LEN];
	__u32 counter;		/* enum dsp_control_counter */
	__u32 timeout_ms;
	__u64 at_least;		/* returns 0 once the counter is this or more; else ETIMEDOUT */
};

/* One access of the DSP's own through the stream of the remoteproc. */
struct dsp_control_access {
	char label[DSP_LABEL_LEN];
	__u32 is_write;
	__u32 stream_id;	/* 0: the remoteproc's own stream */
	__u64 addr;
	__u32 value;		/* in for a write, out for a read */
	__u32 faulted;		/* out: SMMU events it made */
};

/* A piece of memory that a client gave to the DSP. */
enum dsp_control_map_kind {
	DSP_MAP_INIT = 0,	/* what a user PD was created with */
	DSP_MAP_PAGES,		/* added to its heap by MMAP */
	DSP_MAP_FD,		/* MEM_MAP */
	DSP_MAP_HANDLE,		/* a handle of a call that was kept */
};

struct dsp_control_map {
	char label[DSP_LABEL_LEN];
	__u64 token;		/* in: that of the entry before, 0 for the first; out: the DSP's
				 * name for it.  ENOENT: no more entries
				 */
	__u32 kind;		/* enum dsp_control_map_kind */
	__s32 client;
	__s32 fd;		/* negative: none */
	__u32 flags;		/* of MMAP or MEM_MAP */
	__u32 session;
	__u32 pad;
	__u64 iova;		/* without the session */
	__u64 size;
};

#define DSP_PD_NAME_LEN		16

/* A user PD. */
struct dsp_control_pd {
	char label[DSP_LABEL_LEN];
	__u32 index;		/* in: 0, 1, ..; ENOENT: no more of them */
	__s32 client;
	__u32 attrs;
	__u32 siglen;
	__u64 shell_len;
	__u64 shell_hash;	/* dsp_test_hash of the shell as the DSP read it */
	char name[DSP_PD_NAME_LEN];
};

/* The processes on the DSP, by what they are to the host. */
enum dsp_process_kind {
	DSP_PROCESS_ROOT = 0,
	DSP_PROCESS_AUDIO,
	DSP_PROCESS_SENSORS,
	DSP_PROCESS_USER,
};

/*
 * A process on the DSP reads a file of the host, through its listener
 * there: opened by name in the directories that a variable of the listener's
 * environment lists.
 */
#define DSP_FILE_NAME_LEN	64
#define DSP_FILE_HEAD_LEN	256

struct dsp_control_file {
	char label[DSP_LABEL_LEN];
	__u32 process;		/* enum dsp_process_kind */
	__u32 ask_size;		/* some hosts do not know that call, and end */
	char env[DSP_FILE_NAME_LEN];	/* "ADSP_LIBRARY_PATH" */
	char name[DSP_FILE_NAME_LEN];
	__u64 size;		/* out: as the host says, if it was asked */
	__u64 len;		/* out: bytes read */
	__u64 hash;		/* out: dsp_test_hash of them */
	__u8 head[DSP_FILE_HEAD_LEN];	/* out: the first of them */
};

/* A process on the DSP has its host add memory to its heap, or take it back. */
struct dsp_control_heap {
	char label[DSP_LABEL_LEN];
	__u32 process;		/* enum dsp_process_kind */
	__u32 flags;		/* 8: the remote heap */
	__u64 size;
	__u64 dsp_addr;		/* out, or, to take it back, in */
};

/* Manners of the remoteproc's domain. */
enum dsp_domain_action {
	DSP_DOMAIN_HIDE = 0,	/* the remoteproc has no domain, though it should; ends with SHOW,
				 * or when the DSP stops
				 */
	DSP_DOMAIN_SHOW,	/* and probes that were deferred are tried again */
	DSP_DOMAIN_KEEP,	/* unmapping [addr, addr+len) comes short; len 0: no more */
	DSP_DOMAIN_TAKE,	/* [addr, addr+len), of whole mappings, is unmapped behind the back
				 * of who mapped it
				 */
	DSP_DOMAIN_GIVE,	/* and mapped again as it was */
};

struct dsp_control_domain {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_domain_action */
	__u32 pad;
	__u64 addr;
	__u64 len;
};

/* Where the kernel can be held, for a minute at most. */
enum dsp_hold_point {
	DSP_HOLD_PROBE = 0,	/* the driver's probe, when it creates a context bank's device */
	DSP_HOLD_ANNOUNCE,	/* the remoteproc's start, before the channel is announced */
	DSP_HOLD_ANNOUNCED,	/* the remoteproc's start, when the channel has been announced */
	DSP_HOLD_STOP,		/* the remoteproc's stop, before the channel goes */
	DSP_HOLD_REBOOT,	/* a reboot, before the first device is shut down */
	DSP_HOLD_POINTS
};

struct dsp_control_hold {
	char label[DSP_LABEL_LEN];
	__u32 point;		/* enum dsp_hold_point */
	__u32 on;		/* 1: hold who comes there; 0: let go */
};

/* Banks that, from the next probe of their driver on, accept no width of DMA addresses. */
struct dsp_control_banks {
	char label[DSP_LABEL_LEN];
	__u64 maskless;		/* a bit for each session */
};

/* A device of no DSP takes a dma-buf of the caller's, one at a time. */
enum dsp_import_action {
	DSP_IMPORT_BEGIN = 0,	/* attach and map it; EBUSY: there is one already; EMSGSIZE: in
				 * pieces that are longer than the device takes
				 */
	DSP_IMPORT_LOOK,	/* all of it, mapped by the kernel and as the device sees it */
	DSP_IMPORT_END,
};

struct dsp_control_import {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_import_action */
	__s32 fd;		/* to begin with */
	__u64 len;		/* out, of a look: bytes */
	__u64 cpu_hash;		/* dsp_test_hash of them */
	__u64 device_hash;
};

/* What the CPU sees of memory that Linux does not own.  Reads only. */
struct dsp_control_look {
	char label[DSP_LABEL_LEN];
	__u64 addr;		/* physical, whole pages */
	__u64 len;
	__u64 sum;		/* out: dsp_test_hash of the content */
	__u64 nonzero;		/* out: bytes that are not zero */
};

/* EL1 boards: what the monitor below Linux knows, and is told to do. */
enum dsp_monitor_action {
	DSP_MONITOR_LOOK = 0,
	DSP_MONITOR_REFUSE,		/* the n-th such call from now on, and count in all */
	DSP_MONITOR_ABORT_INJECT,	/* a CPU's access to what is not HLOS's: external abort */
	DSP_MONITOR_ABORT_SKIP,		/* ... has no effect, and is counted */
	DSP_MONITOR_SCM_COMES,		/* variant el1-late-scm: the kernel gets its SCM device */
};

struct dsp_control_monitor {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_monitor_action */
	__u32 function;		/* REFUSE: service << 8 | command of the SCM call; 0: assign */
	__u64 addr;		/* of a page */
	__u64 len;		/* in: bytes from there on; out: those that are as that page is */
	__u64 n;		/* REFUSE; 0: none any more */
	__u64 count;
	__s64 status;		/* REFUSE: x0 and x1 of the answer */
	__s64 result;
	__u64 owners;		/* out: VMs whose page it is, a bit each */
	__u64 writers;		/* out: and which of them may write, and execute */
	__u64 executors;
	__u64 assigned;		/* out: assignments that were made since the board booted */
	__u64 refused;		/* out: and those that were refused */
};

/*
 * What is not the host's: time that the model itself spent on calls, and the
 * commands of the one SMMU.  Counted from the first reading on.  To be read again
 * before the SMMU was given as many commands as its queue holds (65536).
 */
struct dsp_control_meter {
	char label[DSP_LABEL_LEN];
	__u64 busy;		/* ticks of the CPU's counter (CNTVCT) */
	__u64 tlb_invalidations;
	__u64 syncs;
};

/*
 * Boards with the kernel's own Qualcomm stack: what a DSP does wrong at its end of it.
 * Bits of dsp_control_soc.faults.
 */
enum dsp_soc_fault {
	DSP_SOC_HOARD_INTENTS	= 1u << 0,	/* gives no intent back and leaves requests for
						 * intents unanswered
						 */
	DSP_SOC_REFUSE_INTENTS	= 1u << 1,	/* gives no intent back and refuses requests */
	DSP_SOC_SMALL_INTENTS	= 1u << 2,	/* gives no intent back and grants requests with an
						 * intent of 8 bytes, until there are 256 of any
						 */
	DSP_SOC_STALL_FIFO	= 1u << 3,	/* reads nothing that Linux writes */
	DSP_SOC_NO_REOPEN	= 1u << 4,	/* a channel that Linux closes stays closed */
	DSP_SOC_NO_READY	= 1u << 5,	/* boots without saying so */
	DSP_SOC_FATAL_BOOT	= 1u << 6,	/* says fatal where it should say ready */
	DSP_SOC_NO_STOP_ACK	= 1u << 7,	/* the stop bit is not acknowledged */
	DSP_SOC_NO_SSCTL	= 1u << 8,	/* from the next boot on: no SSCTL service */
	DSP_SOC_MUTE_SSCTL	= 1u << 9,	/* SSCTL's requests are not answered */
	DSP_SOC_LATE_ACK	= 1u << 10,	/* shutdown-ack and stop-ack come ms late */
	DSP_SOC_WORKS_ON	= 1u << 11,	/* calls are served until firmware halts the DSP */
};

enum dsp_soc_action {
	DSP_SOC_LOOK = 0,
	DSP_SOC_FAULTS,		/* from now on these, and no others */
	DSP_SOC_FATAL,		/* a fatal error, with a reason in SMEM */
	DSP_SOC_WATCHDOG,	/* the watchdog bites */
	DSP_SOC_CLOSE,		/* the DSP closes the FastRPC channel */
	DSP_SOC_OPEN,		/* and opens it again */
	DSP_SOC_ACKNOWLEDGE,	/* what LATE_ACK has put off comes now */
	DSP_SOC_ACTIONS
};

#define DSP_EVENT_LEN		32

struct dsp_control_soc {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_soc_action */
	__u32 faults;		/* FAULTS */
	__u32 ms;		/* with LATE_ACK */
	__u32 pad;
	/* out; counted since the module was loaded, but where it says otherwise */
	__u64 boots;		/* of firmware */
	__u64 handshakes_lost;	/* boots whose restart Linux did not acknowledge in time */
	__u64 shutdowns_asked;	/* by SSCTL */
	__u64 stops_asked;	/* by the stop bit */
	__u64 events;		/* of other DSPs, told by SSCTL */
	char last_event[DSP_EVENT_LEN];	/* "cdsp 1": whose, and its number */
	__u64 opens;		/* of the FastRPC channel, by both ends */
	__u64 closes;
	__u64 hoarded;		/* now: intents that should have been given back */
	__u64 requests_refused;	/* requests for intents that were refused or left alone */
	__u64 waiting;		/* now: messages that wait for an intent of Linux */
	__u64 waiting_most;	/* ever */
	__u64 services;		/* now: that were announced to Linux's QRTR */
};

/* The service locator and notifier of a DSP. */
enum dsp_servreg_fault {
	DSP_SERVREG_HONEST = 0,
	DSP_SERVREG_ABSENT,	/* both are withdrawn at once and forget who listened; they
				 * are announced again when the fault ends
				 */
	DSP_SERVREG_MUTE,	/* the locator takes requests and answers none */
	DSP_SERVREG_REFUSES,	/* the locator answers with an error */
	DSP_SERVREG_ELSEWHERE,	/* the locator knows other domains only */
	DSP_SERVREG_BABBLE,	/* the locator's answer is no QMI message */
	DSP_SERVREG_DEAF,	/* the notifier refuses listeners, but TELL and RAW reach them */
	DSP_SERVREG_STATELESS,	/* the notifier's answer has no state in it */
};

enum dsp_servreg_action {
	DSP_SERVREG_LOOK = 0,
	DSP_SERVREG_FAULT,	/* fault, for what comes */
	DSP_SERVREG_TELL,	/* one listener, the state of a path; ENXIO: it does not listen */
	DSP_SERVREG_RAW,	/* the same, an indication with these data behind its header */
	DSP_SERVREG_MANUAL,	/* value 1: RESTART_PD is not told, and the first state is
				 * "uninitialized"; 0: as the PD is
				 */
};

/* States of a protection domain on the wire. */
#define DSP_SERVREG_DOWN	0x0fffffffu
#define DSP_SERVREG_UP		0x1fffffffu
#define DSP_SERVREG_EARLY	0x2fffffffu
#define DSP_SERVREG_UNINIT	0x7fffffffu

#define DSP_SERVREG_PATH	"msm/adsp/audio_pd"
#define DSP_SERVREG_BYTES	256
#define DSP_SERVREG_LISTENERS	16

struct dsp_control_servreg {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_servreg_action */
	__u32 fault;
	__u32 value;		/* TELL: state; MANUAL */
	__u32 port;		/* TELL, RAW: Linux's port of the listener; 0: of the newest */
	__u32 len;		/* of data.  RAW: any; TELL: the path */
	__u32 listeners;	/* out: that listen now */
	__u32 came;		/* out: since the fault was set last */
	__u32 asked;		/* out: requests to the locator, likewise */
	__u32 told;		/* out: transaction of the newest indication */
	__u32 acked;		/* out: newest transaction that was acknowledged */
	__u32 ports[DSP_SERVREG_LISTENERS];	/* out: of the listeners, the newest is the last */
	__u8 data[DSP_SERVREG_BYTES];
};

/*
 * The channel's node of the device tree gets another memory-region, from the next probe
 * of its driver on: one of those that board,regions of the DSP's node lists.
 */
#define DSP_TREE_NO_REGION	0xffffffffu
#define DSP_TREE_NO_NODE	0xfffffffeu	/* the phandle of no node */

struct dsp_control_tree {
	char label[DSP_LABEL_LEN];
	__u32 region;		/* index in board,regions, or one of these */
	__u32 has_vmids;	/* qcom,vmids as booted with; without it, the DSP is HLOS */
	__u64 base;		/* out: of the region, by the kernel */
	__u64 size;
};

/* Memory, in whole pages, as a system before this one left it. */
struct dsp_control_left {
	char label[DSP_LABEL_LEN];
	__u64 addr;
	__u64 len;
	__u32 byte;		/* it is full of these; 0: as it is */
	__u32 pad;
	__u64 owners;		/* VMs, a bit each; 0: as it is.  ENXIO without firmware */
};

#define DSP_CONTROL_STATUS	 _IOWR('d', 1, struct dsp_control_status)
#define DSP_CONTROL_BEHAVE	 _IOW('d', 2, struct dsp_control_behave)
#define DSP_CONTROL_INJECT	 _IOW('d', 3, struct dsp_control_inject)
#define DSP_CONTROL_RELEASE_HELD _IOW('d', 4, struct dsp_control_release)
#define DSP_CONTROL_CAPTURE	 _IOWR('d', 5, struct dsp_control_capture)
#define DSP_CONTROL_WAIT	 _IOW('d', 6, struct dsp_control_wait)
#define DSP_CONTROL_ACCESS	 _IOWR('d', 7, struct dsp_control_access)
/* Set the counters of faults and violations to zero (after a test that expects them). */
#define DSP_CONTROL_CLEAR	 _IOW('d', 8, char[DSP_LABEL_LEN])
/*
 * The audio PD dies and comes back, the DSP and its channel stay: another
 * audio_pd_epoch, nothing of the old heap is touched any more, the new PD has
 * none.  Returns when it is up.  ENXIO while the DSP is off.
 */
#define DSP_CONTROL_RESTART_PD	 _IOW('d', 9, char[DSP_LABEL_LEN])
#define DSP_CONTROL_MAP		 _IOWR('d', 10, struct dsp_control_map)
#define DSP_CONTROL_PD		 _IOWR('d', 11, struct dsp_control_pd)
#define DSP_CONTROL_DOMAIN	 _IOW('d', 12, struct dsp_control_domain)
#define DSP_CONTROL_HOLD	 _IOW('d', 13, struct dsp_control_hold)
#define DSP_CONTROL_LOOK	 _IOWR('d', 14, struct dsp_control_look)
/*
 * The boot loader, not Linux, has started the DSP: the remoteproc is "detached"
 * until it is told to start, which attaches it.  ENXIO: the DSP is not off, or
 * not board,attachable.
 */
#define DSP_CONTROL_EARLY_BOOT	 _IOW('d', 15, char[DSP_LABEL_LEN])
#define DSP_CONTROL_BANKS	 _IOW('d', 16, struct dsp_control_banks)

/* ENXIO: there is no firmware of the board's. */
#define DSP_CONTROL_MONITOR	 _IOWR('d', 17, struct dsp_control_monitor)
#define DSP_CONTROL_IMPORT	 _IOWR('d', 18, struct dsp_control_import)
#define DSP_CONTROL_METER	 _IOWR('d', 19, struct dsp_control_meter)

/*
 * The DSP calls its host.  They return when it has answered: ENOTCONN: no
 * program listens for the process; ENOENT: the host has no such file; EREMOTEIO: the host
 * refuses something else; EPROTO: it answers nonsense; ETIMEDOUT.
 */
#define DSP_CONTROL_FILE	 _IOWR('d', 20, struct dsp_control_file)
#define DSP_CONTROL_HEAP	 _IOWR('d', 21, struct dsp_control_heap)

/* Both: EOPNOTSUPP where the board has no stack of the kernel's below its driver. */
#define DSP_CONTROL_SOC		 _IOWR('d', 22, struct dsp_control_soc)
#define DSP_CONTROL_SERVREG	 _IOWR('d', 23, struct dsp_control_servreg)

/*
 * A page of the pool that the channel's node names is another device's, from now on or
 * no more.  ENOMEM: the pool has none.
 */
struct dsp_control_pin {
	char label[DSP_LABEL_LEN];
	__u32 on;
	__u32 pad;
};

/*
 * A process of the host that runs the Hexagon code of a PD, by the slot that it has.
 * ENXIO: there is no Hexagon code on this board.  ENOENT: no such slot.
 */
#define DSP_PROCESS_GIVEN_UP	0xffffffffu	/* it said nonsense, or the host nothing */

struct dsp_control_process {
	char label[DSP_LABEL_LEN];
	__u32 index;		/* in */
	__u32 is_taken;		/* a PD has the slot; else the rest is of the last that had it */
	__s32 client;
	__u32 is_dead;		/* it ended by itself */
	__u32 wait_status;	/* as of waitpid() on the host, or DSP_PROCESS_GIVEN_UP */
	__u32 logs;		/* lines that it wrote */
	__u32 calls;		/* that it was given, and opens and closes */
	__u32 ups;		/* questions of its own: memory, calls of the host */
	__u64 up_bytes;		/* of memory that those moved */
	__u32 has_last_words;	/* then all up to @text is valid */
	__u32 signal;
	__u32 address;		/* that it could not reach */
	__u32 pc;
	__u32 registers[32];
	char text[160];		/* of abort() and friends; else empty */
	__u32 alive;		/* processes on the host now, of all slots */
	__u32 started;		/* and since the board was switched on */
	__u32 is_audio;		/* it is the audio PD, of no client */
	__u32 lives;		/* processes that this slot had, with the one that runs */
	__u32 deaths;		/* of these, by themselves */
	__u32 given_up;		/* and that were given up */
};

/* The audio PD's own Hexagon code. */
enum dsp_audio_action {
	DSP_AUDIO_LOOK = 0,
	DSP_AUDIO_HOLD,		/* have it hold so many bytes, beside what it needs itself.  ENXIO:
				 * it has no code, or no life
				 */
};

struct dsp_control_audio {
	char label[DSP_LABEL_LEN];
	__u32 action;		/* enum dsp_audio_action */
	__u32 has_code;		/* out: it has a process of the host; else the rest is 0 */
	__u64 hold;		/* HOLD */
	/* out; words of 4 bytes are counted, since the PD has its heap */
	__u64 stores;		/* words of objects that it stored */
	__u64 checks;		/* and found again as it had stored them */
	__u64 held;		/* bytes that it holds now */
	__u64 added;		/* bytes that its malloc() got from the host, now */
	__u32 growths;		/* times that it got some */
	__u32 returns;		/* and gave it back */
	__u32 refused;		/* times that it was refused */
	__u32 rounds;
	__u64 deaths;		/* of such processes by themselves, since the module was loaded */
};

/* Of processes that start from now on, and of the program of the host that starts them. */
struct dsp_control_limit {
	char label[DSP_LABEL_LEN];
	__u32 seconds;		/* of a processor; 0: as many as pdhost gives */
	__u32 silence;		/* seconds that pdhost does nothing, once, as if it were stopped */
};

/* ENOENT: no such region, or no qcom,vmids in the tree that was booted with. */
#define DSP_CONTROL_TREE	 _IOWR('d', 24, struct dsp_control_tree)
#define DSP_CONTROL_LEFT	 _IOW('d', 25, struct dsp_control_left)
#define DSP_CONTROL_PIN		 _IOW('d', 26, struct dsp_control_pin)
#define DSP_CONTROL_PROCESS	 _IOWR('d', 27, struct dsp_control_process)
#define DSP_CONTROL_LIMIT	 _IOW('d', 28, struct dsp_control_limit)
#define DSP_CONTROL_AUDIO	 _IOWR('d', 29, struct dsp_control_audio)

#endif
