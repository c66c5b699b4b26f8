/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of the DSP that runs Hexagon code: what its files share.
 *
 * The program is freestanding: qemu-hexagon loads it, and it talks in frames
 * (remote_frames.h) over its standard input and output.  It loads skeletons, gives each call a
 * thread, and has the part of libc, QuRT and HAP that symbols.c lists.
 *
 * Threads share one processor.  The one of the best priority that can run runs, until it waits
 * or ends; one that runs for longer than a tick lets all others run once, whatever their
 * priority, as a DSP with several hardware threads would.  The runtime itself is not
 * interrupted: it holds the scheduler (sched_hold) wherever it changes what it shares.
 */
#ifndef PD_H
#define PD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remote_frames.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

/* DSP errors, as they go over the wire. */
#define DSP_E_FAILED		0x80000401u
#define DSP_E_NOMEM		0x80000402u
#define DSP_E_BADPARM		0x8000040eu
#define DSP_E_UNSUPPORTED	0x80000414u
#define DSP_E_NOMODULE		0x8000043eu

#define ROUND_UP(n, to)		(((n) + (to) - 1) / (to) * (to))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

/* sys.c: the host's kernel.  A negative result is an error. */
#define PAGE_BYTES	0x10000u
#define PROT_NONE	0
#define PROT_READ	1
#define PROT_WRITE	2
#define PROT_EXEC	4
#define SIGNAL_ILL	4
#define SIGNAL_TRAP	5
#define SIGNAL_ABORT	6
#define SIGNAL_BUS	7
#define SIGNAL_FPE	8
#define SIGNAL_SEGV	11
#define SIGNAL_XCPU	24
#define SIGNAL_TICK	26

long sys_read(int fd, void *to, size_t bytes);
long sys_write(int fd, const void *from, size_t bytes);
void *sys_map(void *at, size_t bytes, int prot);
void sys_unmap(void *at, size_t bytes);
void sys_protect(void *at, size_t bytes, int prot);
void sys_catch(int signal, void (*handler)(int, void *, void *));
void sys_default(int signal);
void sys_raise(int signal);
void sys_tick(unsigned int ms);
bool sys_input_within(u64 us);
u64 sys_now_us(void);
void sys_exit(int status) __attribute__((noreturn));

/* switch.c */
struct context {
	u32 r16_27[12];
	u32 r29_31[3];
	u32 unused;
};

void context_switch(struct context *from, const struct context *to);
void context_make(struct context *ctx, void *stack_top, void (*run)(void));
/* What a signal does not save. */
struct vectors {
	u8 v[32 * 128];
	u8 q[4 * 128];
} __attribute__((aligned(128)));

void vectors_save(struct vectors *to);
void vectors_restore(const struct vectors *from);

/* sched.c */
#define PRIORITY_JOB	192	/* of a call, unless it says otherwise */
#define PRIORITY_WORST	255

struct thread {
	struct context ctx;
	bool used;
	bool ready;
	bool ended;
	bool joined;		/* another thread waits for the end */
	u32 id;
	u32 turn;		/* when it ran last */
	u16 priority;
	char name[16];
	s32 status;
	u32 call;		/* id of the INVOKE that it works for */
	const void *waits_for;
	u64 wakes_at;		/* in us; 0: it does not sleep */
	void *stack;
	void (*fn)(void *arg);
	void *arg;
};

extern struct thread *current;

void sched_init(void);
void sched_hold(void);
bool sched_is_held(void);
void sched_let_go(void);
struct thread *thread_start(void (*fn)(void *), void *arg, u16 priority, const char *name);
void thread_exit(s32 status) __attribute__((noreturn));
s32 thread_join(u32 id, s32 *status);
struct thread *thread_find(u32 id);
void sched_wait(const void *object);
void sched_wake(struct thread *t);
struct thread *sched_best_waiter(const void *object);
void sched_yield_to_better(void);
void sched_sleep(u64 us);
void sched_run_others(void);
bool sched_tick(void);
bool sched_others_ready(void);
u64 sched_next_wake(void);

/* alloc.c */
struct arena_stats {
	u32 free_bytes, used_bytes;
	u32 free_blocks, used_blocks;
};

struct arena {
	struct block *free;
	u32 used_bytes;			/* of blocks, with their heads */
	u32 used_blocks;
	void *(*more)(size_t *bytes);	/* at least so many, in whole pages */
	const u8 *home, *home_last;	/* what arena_add() gave */
};

void *arena_alloc(struct arena *arena, size_t align, size_t bytes);
void arena_free(struct arena *arena, void *p);
size_t arena_bytes(const void *p);
void arena_count(struct arena *arena, struct arena_stats *stats);
void arena_add(struct arena *arena, void *at, size_t bytes);
bool arena_take(struct arena *arena, void *at, size_t bytes);

extern struct arena arena_own;		/* of the runtime */
extern struct arena arena_user;		/* of the skeletons */

/* window.c: memory behind fds and in the heap, brought page by page when it is touched */
struct window;
struct window *window_open_fd(s32 fd, u32 bytes);
struct window *window_open_heap(u32 address, u32 bytes);
struct window *window_open_added(u32 address, u32 bytes);
struct window *window_of_fd(s32 fd);
struct window *window_at(const void *at);
void *window_memory(struct window *w);
u32 window_bytes(struct window *w);
void window_get(struct window *w);
u32 window_put(struct window *w);
u32 window_flush_all(void);
bool window_fault(u32 address);

/* audio.c */
void audio_begin(struct window *heap);
void audio_hold(u32 bytes);

/* frames.c */
void frames_read(void *to, size_t bytes);
bool frames_pending(void);
void frames_send(u32 type, u32 id, u32 a, const void *body, u32 bytes);
void frames_begin(u32 type, u32 id, u32 a, u32 bytes);
void frames_part(const void *from, size_t bytes);
void frames_end(void);
u32 frames_ask(u32 up, const struct frame_up_body *body, const void *data, u32 bytes,
	       void *answer, u32 room, u32 *answered);
void frames_take_answer(const struct frame_head *head);
void frames_log(u32 level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* load.c */
struct remote_buf {
	void *data;
	u32 bytes;
};

union remote_arg {
	struct remote_buf buf;
	struct {
		s32 fd;
		u32 offset;
	} dma;
	u32 handle;
};

typedef s32 (*module_entry)(u64 handle, u32 scalars, union remote_arg *args);

struct module {
	u32 number;
	u64 handle;
	void *image;
	size_t image_bytes;
	module_entry entry;
	void (*fini)(void);
};

u32 module_load(struct module *m, const u8 *elf, u32 bytes, const char *entry, char *why);
void module_unload(struct module *m);
s32 module_open(struct module *m, const char *uri);
s32 module_close(struct module *m);

/* symbols.c; NULL: there is none */
void *symbol_find(const char *name);

/* death.c */
void death_init(void);
void die(const char *text) __attribute__((noreturn));

/* libc.c: the rest of it is in the list of symbols only */
void *memcpy(void *to, const void *from, size_t bytes);
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *to, const void *from,
							    size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int c, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strlcpy(char *to, const char *from, size_t room);
size_t strlcat(char *to, const char *from, size_t room);
char *strtok_r(char *s, const char *delimiters, char **rest);
unsigned long strtoul(const char *s, char **end, int base);
int atoi(const char *s);
int vsnprintf(char *to, size_t room, const char *format, va_list args);
int snprintf(char *to, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* divide.c: the compiler calls these */
u64 __hexagon_udivdi3(u64 a, u64 b);
u64 __hexagon_umoddi3(u64 a, u64 b);
s64 __hexagon_divdi3(s64 a, s64 b);
s64 __hexagon_moddi3(s64 a, s64 b);
u32 __hexagon_udivsi3(u32 a, u32 b);
u32 __hexagon_umodsi3(u32 a, u32 b);
s32 __hexagon_divsi3(s32 a, s32 b);
s32 __hexagon_modsi3(s32 a, s32 b);

#endif
