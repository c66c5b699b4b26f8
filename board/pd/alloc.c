// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory by first fit.
 *
 * A block has its head in front of it, in the arena's memory itself; so an arena in the heap of
 * the audio PD keeps all of its books there.  Free blocks are in a list by address, and one that
 * touches the next is joined with it.  A large block of the ordinary arenas is a map of its own.
 */
#include "pd.h"

#define UNIT		16u		/* also the bytes of a head */
#define MARK_USED	0x75736564u
#define MARK_FREE	0x66726565u
#define MARK_ALIGNED	0x616c6967u	/* the head is of a block that begins @bytes before */

struct block {
	u32 mark;
	u32 bytes;		/* of the block with its head */
	struct block *next;
	u32 wanted;		/* what was asked for */
};

static void *more_pages(size_t *bytes)
{
	*bytes = ROUND_UP(*bytes, 16 * PAGE_BYTES);
	return sys_map(NULL, *bytes, PROT_READ | PROT_WRITE);
}

struct arena arena_own = { .more = more_pages };
struct arena arena_user = { .more = more_pages };

/*
 * One thread at a time.  Of the skeletons' arena others wait, since to touch the heap's memory
 * may be to ask the model for it.  The runtime's own is used in signals too: nothing interrupts.
 */
static bool user_taken;

static void arena_lock(struct arena *arena)
{
	sched_hold();
	if (arena == &arena_own)
		return;
	while (user_taken)
		sched_wait(&user_taken);
	user_taken = true;
	sched_let_go();
}

static void arena_unlock(struct arena *arena)
{
	struct thread *t;

	if (arena != &arena_own) {
		sched_hold();
		user_taken = false;
		t = sched_best_waiter(&user_taken);
		if (t)
			sched_wake(t);
	}
	sched_let_go();
}

static bool is_before(const struct block *a, const struct block *b)
{
	return (u8 *)a + a->bytes == (u8 *)b;
}

static void block_give(struct arena *arena, struct block *b)
{
	struct block *before = NULL, *after = arena->free;

	b->mark = MARK_FREE;
	while (after && after < b) {
		before = after;
		after = after->next;
	}
	b->next = after;
	if (after && is_before(b, after)) {
		b->bytes += after->bytes;
		b->next = after->next;
	}
	if (!before) {
		arena->free = b;
	} else if (is_before(before, b)) {
		before->bytes += b->bytes;
		before->next = b->next;
	} else {
		before->next = b;
	}
}

static struct block *block_take_there(struct arena *arena, u32 bytes, const u8 *from,
				      const u8 *last)
{
	struct block **at, *b, *rest;

	for (at = &arena->free; (b = *at); at = &b->next) {
		if (b->bytes < bytes || (u8 *)b < from || (u8 *)b > last)
			continue;
		if (b->bytes - bytes >= 2 * UNIT) {
			rest = (struct block *)((u8 *)b + bytes);
			rest->mark = MARK_FREE;
			rest->bytes = b->bytes - bytes;
			rest->next = b->next;
			*at = rest;
			b->bytes = bytes;
		} else {
			*at = b->next;
		}
		b->mark = MARK_USED;
		return b;
	}
	return NULL;
}

/* At home if there is room: what was added for a while is to become free again. */
static struct block *block_take(struct arena *arena, u32 bytes)
{
	struct block *b = NULL;

	if (arena->home)
		b = block_take_there(arena, bytes, arena->home, arena->home_last);
	return b ? b : block_take_there(arena, bytes, NULL, (const u8 *)~0u);
}

/* More memory for the arena, which keeps it until arena_take(). */
static bool arena_grow(struct arena *arena, u32 bytes)
{
	size_t got = bytes;
	struct block *b = arena->more(&got);

	if (!b)
		return false;
	b->bytes = got;
	block_give(arena, b);
	return true;
}

void arena_add(struct arena *arena, void *at, size_t bytes)
{
	struct block *b = at;

	arena_lock(arena);
	b->bytes = bytes;
	arena->home = at;
	arena->home_last = (u8 *)at + bytes - 1;
	block_give(arena, b);
	arena_unlock(arena);
}

/* Take back what arena->more() gave, if all of it is free. */
bool arena_take(struct arena *arena, void *at, size_t bytes)
{
	struct block **link, *b;

	arena_lock(arena);
	for (link = &arena->free; (b = *link) && b != at; link = &b->next)
		;
	if (b && b->bytes == bytes)
		*link = b->next;
	else
		b = NULL;
	arena_unlock(arena);
	return b;
}

/* @align is a power of 2; NULL: there is no memory */
void *arena_alloc(struct arena *arena, size_t align, size_t bytes)
{
	struct block *b, *aligned;
	u32 need;
	u8 *p;

	if (bytes > 0x7fff0000u - align)
		return NULL;
	need = ROUND_UP(bytes, UNIT) + UNIT + (align > UNIT ? align : 0);
	arena_lock(arena);
	b = block_take(arena, need);
	if (!b && arena_grow(arena, need))
		b = block_take(arena, need);
	if (b) {
		b->wanted = bytes;
		arena->used_bytes += b->bytes;
		arena->used_blocks++;
	}
	arena_unlock(arena);
	if (!b)
		return NULL;
	p = (u8 *)(b + 1);
	if ((u32)p % UNIT || align <= UNIT)
		return p;
	p = (u8 *)ROUND_UP((u32)p, align);
	aligned = (struct block *)p - 1;
	if (aligned != b) {
		aligned->mark = MARK_ALIGNED;
		aligned->bytes = (u8 *)aligned - (u8 *)b;
		aligned->wanted = bytes;
	}
	return p;
}

static struct block *block_of(const void *p)
{
	struct block *b = (struct block *)p - 1;

	if (b->mark == MARK_ALIGNED)
		b = (struct block *)((u8 *)b - b->bytes);
	if (b->mark != MARK_USED)
		die("free() of what malloc() did not give, or twice");
	return b;
}

size_t arena_bytes(const void *p)
{
	return ((struct block *)p - 1)->wanted;
}

void arena_free(struct arena *arena, void *p)
{
	struct block *b;

	if (!p)
		return;
	arena_lock(arena);
	b = block_of(p);
	((struct block *)p - 1)->mark = MARK_FREE;
	arena->used_bytes -= b->bytes;
	arena->used_blocks--;
	block_give(arena, b);
	arena_unlock(arena);
}

void arena_count(struct arena *arena, struct arena_stats *stats)
{
	const struct block *b;

	arena_lock(arena);
	*stats = (struct arena_stats){
		.used_bytes = arena->used_bytes, .used_blocks = arena->used_blocks,
	};
	for (b = arena->free; b; b = b->next) {
		stats->free_bytes += b->bytes;
		stats->free_blocks++;
	}
	arena_unlock(arena);
}
