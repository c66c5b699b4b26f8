// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: memory that the process does not have, and sees all the same.
 *
 * A window is a range without access.  The first access to a page brings that page, and the
 * first store to it marks it: the model moves both through the SMMU.  At the end of every call
 * all marked pages go back, and the whole window is without access again, since the host may
 * write to its memory between calls.  What cannot be brought ends the process.
 *
 * Calls overlap, and the model answers in any order.  So a page moves in one direction at a
 * time, and who needs it meanwhile waits: one that came before another call's stores went back
 * would undo them.
 */
#include "pd.h"

#define WINDOWS_MAX	64

enum page_state { PAGE_AWAY, PAGE_COMING, PAGE_SEEN, PAGE_MARKED, PAGE_LEAVING };

struct window {
	bool used;
	bool heap;
	s32 fd;
	u32 address;		/* of the heap */
	u8 *memory;
	u8 *map;		/* with a page in front of it and behind it, or the same */
	u32 map_bytes;
	u32 bytes;
	u32 refs;
	u32 here;		/* pages that are not away */
	u8 *state;		/* of each page */
};

static struct window windows[WINDOWS_MAX];

static u32 window_pages(const struct window *w)
{
	return ROUND_UP(w->bytes, PAGE_BYTES) / PAGE_BYTES;
}

static struct window *window_new(void *at, u32 bytes)
{
	struct window *w;
	u32 pages = ROUND_UP(bytes, PAGE_BYTES) / PAGE_BYTES;

	for (w = windows; w < windows + WINDOWS_MAX && w->used; w++)
		;
	if (w == windows + WINDOWS_MAX)
		return NULL;
	memset(w, 0, sizeof(*w));
	w->state = arena_alloc(&arena_own, 16, pages);
	if (!w->state)
		return NULL;
	memset(w->state, PAGE_AWAY, pages);
	/* Nothing else is next to a window, not even another one. */
	w->map_bytes = (at ? pages : pages + 2) * PAGE_BYTES;
	w->map = sys_map(at, w->map_bytes, PROT_NONE);
	w->memory = at ? w->map : w->map + PAGE_BYTES;
	if (!w->map) {
		arena_free(&arena_own, w->state);
		return NULL;
	}
	w->used = true;
	w->bytes = bytes;
	w->refs = 1;
	return w;
}

struct window *window_open_fd(s32 fd, u32 bytes)
{
	struct window *w;

	sched_hold();
	w = window_new(NULL, bytes);
	if (w)
		w->fd = fd;
	sched_let_go();
	return w;
}

static struct window *window_open_at(void *at, u32 address, u32 bytes)
{
	struct window *w;

	sched_hold();
	w = window_new(at, bytes);
	if (w) {
		w->heap = true;
		w->address = address;
	}
	sched_let_go();
	return w;
}

/* The heap is where the DSP has it. */
struct window *window_open_heap(u32 address, u32 bytes)
{
	if (!bytes || address % PAGE_BYTES)
		return NULL;
	return window_open_at((void *)address, address, bytes);
}

/* What is added to the heap is anywhere. */
struct window *window_open_added(u32 address, u32 bytes)
{
	return bytes ? window_open_at(NULL, address, bytes) : NULL;
}

struct window *window_of_fd(s32 fd)
{
	struct window *w;

	for (w = windows; w < windows + WINDOWS_MAX; w++)
		if (w->used && !w->heap && w->fd == fd)
			return w;
	return NULL;
}

struct window *window_at(const void *at)
{
	struct window *w;

	for (w = windows; w < windows + WINDOWS_MAX; w++)
		if (w->used && (u8 *)at >= w->memory &&
		    (u8 *)at < w->memory + window_pages(w) * PAGE_BYTES)
			return w;
	return NULL;
}

void *window_memory(struct window *w)
{
	return w->memory;
}

u32 window_bytes(struct window *w)
{
	return w->bytes;
}

void window_get(struct window *w)
{
	w->refs++;
}

/* Bytes of a page that there is something behind. */
static u32 page_bytes(const struct window *w, u32 page)
{
	u32 left = w->bytes - page * PAGE_BYTES;

	return left < PAGE_BYTES ? left : PAGE_BYTES;
}

static u32 page_move(const struct window *w, u32 page, u32 up, void *buf)
{
	struct frame_up_body body = {
		.at = w->heap ? w->address + page * PAGE_BYTES : (u32)w->fd,
		.offset = w->heap ? 0 : page * PAGE_BYTES,
		.bytes = page_bytes(w, page),
		.call = current->call,
	};
	bool write = up == UP_FD_WRITE || up == UP_HEAP_WRITE;
	u32 answered, ret;

	ret = frames_ask(up, &body, buf, write ? body.bytes : 0, buf, write ? 0 : body.bytes,
			 &answered);
	if (!ret && !write && answered != body.bytes)
		ret = DSP_E_FAILED;
	return ret;
}

/* The caller holds the scheduler. */
static bool page_moves(const struct window *w, u32 page)
{
	return w->state[page] == PAGE_COMING || w->state[page] == PAGE_LEAVING;
}

static void page_settle(struct window *w, u32 page, enum page_state state)
{
	struct thread *t;

	w->state[page] = state;
	while ((t = sched_best_waiter(&w->state[page])))
		sched_wake(t);
}

/* Bring a page that is COMING. */
static bool page_bring(struct window *w, u32 page)
{
	u8 *at = w->memory + page * PAGE_BYTES;
	u8 *buf = arena_alloc(&arena_own, 16, PAGE_BYTES);
	bool ok = buf && !page_move(w, page, w->heap ? UP_HEAP_READ : UP_FD_READ, buf);

	sched_hold();
	if (ok) {
		sys_protect(at, PAGE_BYTES, PROT_READ | PROT_WRITE);
		memcpy(at, buf, page_bytes(w, page));
		sys_protect(at, PAGE_BYTES, PROT_READ);
		w->here++;
	}
	page_settle(w, page, ok ? PAGE_SEEN : PAGE_AWAY);
	sched_let_go();
	arena_free(&arena_own, buf);
	return ok;
}

/* A page that is not here.  True: the access may be tried again. */
static bool page_get(struct window *w, u32 page)
{
	bool is_mine;

	sched_hold();
	is_mine = w->state[page] == PAGE_AWAY;
	if (is_mine)
		w->state[page] = PAGE_COMING;
	else if (page_moves(w, page))
		sched_wait(&w->state[page]);
	sched_let_go();
	return is_mine ? page_bring(w, page) : true;
}

/* The first store to a page that was loaded from.  A tick between the two would lose the mark. */
static bool page_mark(struct window *w, u32 page)
{
	bool is_here;

	sched_hold();
	is_here = w->state[page] == PAGE_SEEN || w->state[page] == PAGE_MARKED;
	if (w->state[page] == PAGE_SEEN) {
		sys_protect(w->memory + page * PAGE_BYTES, PAGE_BYTES, PROT_READ | PROT_WRITE);
		w->state[page] = PAGE_MARKED;
	}
	sched_let_go();
	return is_here;
}

/* An access to @address failed.  True: it may be tried again.  In a signal. */
bool window_fault(u32 address)
{
	struct window *w = window_at((void *)address);
	struct vectors *vectors;
	bool ok = false;
	u32 page;

	if (!w)
		return false;
	page = (address - (u32)w->memory) / PAGE_BYTES;
	if (page_mark(w, page))
		return true;
	vectors = arena_alloc(&arena_own, 128, sizeof(*vectors));
	if (!vectors)
		return false;
	vectors_save(vectors);
	ok = page_get(w, page);
	vectors_restore(vectors);
	arena_free(&arena_own, vectors);
	return ok;
}

/*
 * Take a page away.  True: it is marked, and what is in it is in @buf.  One that another call
 * sends back has stores of this one, too, so it is waited for.
 */
static bool page_leave(struct window *w, u32 page, u8 *buf)
{
	bool marked = false;

	sched_hold();
	while (w->state[page] == PAGE_LEAVING)
		sched_wait(&w->state[page]);
	if (w->state[page] == PAGE_SEEN || w->state[page] == PAGE_MARKED) {
		marked = w->state[page] == PAGE_MARKED;
		if (marked)
			memcpy(buf, w->memory + page * PAGE_BYTES, page_bytes(w, page));
		sys_protect(w->memory + page * PAGE_BYTES, PAGE_BYTES, PROT_NONE);
		w->state[page] = marked ? PAGE_LEAVING : PAGE_AWAY;
		w->here -= !marked;
	}
	sched_let_go();
	return marked;
}

static u32 page_send(struct window *w, u32 page, u8 *buf)
{
	u32 ret = page_move(w, page, w->heap ? UP_HEAP_WRITE : UP_FD_WRITE, buf);

	/* One that cannot go back is as good as one that cannot be brought. */
	if (ret && w->heap)
		die("the heap took back nothing of what was stored in it");
	sched_hold();
	w->here--;
	page_settle(w, page, PAGE_AWAY);
	sched_let_go();
	return ret;
}

/* Send what is marked back, and take all access away.  0 or a DSP error. */
static u32 window_flush(struct window *w)
{
	u32 page, ret = 0, one;
	u8 *buf;

	if (!w->here)
		return 0;
	buf = arena_alloc(&arena_own, 16, PAGE_BYTES);
	if (!buf)
		return DSP_E_NOMEM;
	for (page = 0; page < window_pages(w); page++) {
		one = page_leave(w, page, buf) ? page_send(w, page, buf) : 0;
		ret = ret ? ret : one;
	}
	arena_free(&arena_own, buf);
	return ret;
}

u32 window_flush_all(void)
{
	struct window *w;
	u32 ret = 0, one;

	for (w = windows; w < windows + WINDOWS_MAX; w++) {
		one = w->used ? window_flush(w) : 0;
		ret = ret ? ret : one;
	}
	return ret;
}

/* A page that moves, or the number of pages.  The caller holds the scheduler. */
static u32 window_busy_page(const struct window *w)
{
	u32 page = 0;

	while (page < window_pages(w) && !page_moves(w, page))
		page++;
	return page;
}

u32 window_put(struct window *w)
{
	u32 ret, page;

	if (--w->refs)
		return 0;
	ret = window_flush(w);
	sched_hold();
	while ((page = window_busy_page(w)) < window_pages(w))
		sched_wait(&w->state[page]);
	sys_unmap(w->map, w->map_bytes);
	arena_free(&arena_own, w->state);
	w->used = false;
	sched_let_go();
	return ret;
}
