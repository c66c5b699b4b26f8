// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads: who runs, who waits for what.
 *
 * Thread 0 is the main loop, which reads frames.  It is the worst of all, so it reads when all
 * others wait, or when a tick passes the processor round.
 */
#include "pd.h"

#define THREADS_MAX	128
#define STACK_BYTES	0x10000
#define TICK_MS		10

static struct thread threads[THREADS_MAX];
static u32 turns;
static u32 ids;
static volatile u32 held;
static volatile bool tick_missed;
static bool tick_armed;
static struct thread *to_free;		/* ended; its stack was in use until the switch */

struct thread *current = &threads[0];

void sched_init(void)
{
	threads[0].used = true;
	threads[0].ready = true;
	threads[0].priority = PRIORITY_WORST + 1;
}

void sched_hold(void)
{
	held++;
	asm volatile("" : : : "memory");
}

bool sched_is_held(void)
{
	return held;
}

/* A tick that came meanwhile is made up for. */
void sched_let_go(void)
{
	asm volatile("" : : : "memory");
	if (--held || !tick_missed)
		return;
	tick_missed = false;
	sched_tick();
}

static void thread_bury(void)
{
	struct thread *t = to_free;

	to_free = NULL;
	if (t) {
		arena_free(&arena_own, t->stack);
		t->stack = NULL;
	}
}

static void wake_sleepers(void)
{
	u64 now = 0;
	u32 i;

	for (i = 0; i < THREADS_MAX; i++) {
		if (!threads[i].used || !threads[i].wakes_at)
			continue;
		now = now ? now : sys_now_us();
		if (threads[i].wakes_at <= now)
			sched_wake(&threads[i]);
	}
}

/* In us from now; 0: at once; ~0: no thread sleeps. */
u64 sched_next_wake(void)
{
	u64 next = ~0ull, now;
	u32 i;

	for (i = 0; i < THREADS_MAX; i++)
		if (threads[i].used && threads[i].wakes_at && threads[i].wakes_at < next)
			next = threads[i].wakes_at;
	if (!~next)
		return next;
	now = sys_now_us();
	return next > now ? next - now : 0;
}

/* Does @a go before @b?  Of equals who has waited for longer. */
static bool goes_before(const struct thread *a, const struct thread *b, bool in_turn)
{
	if (!in_turn && a->priority != b->priority)
		return a->priority < b->priority;
	return (s32)(a->turn - b->turn) < 0;
}

static struct thread *sched_pick(bool in_turn)
{
	struct thread *best = NULL;
	u32 i;

	wake_sleepers();
	for (i = 0; i < THREADS_MAX; i++)
		if (threads[i].used && threads[i].ready && &threads[i] != current &&
		    (!best || goes_before(&threads[i], best, in_turn)))
			best = &threads[i];
	return best;
}

static void sched_switch(struct thread *to)
{
	struct thread *from = current;
	u32 mine = held;

	from->turn = ++turns;
	current = to;
	if (to != &threads[0] && !tick_armed) {
		tick_armed = true;
		sys_tick(TICK_MS);
	}
	context_switch(&from->ctx, &to->ctx);
	held = mine;
	thread_bury();
}

/* The current thread cannot go on. */
static void sched_leave(void)
{
	/* The main loop always can. */
	sched_switch(sched_pick(false));
}

/* Lets all others run that can; the main loop calls it. */
void sched_run_others(void)
{
	struct thread *to;

	sched_hold();
	to = sched_pick(false);
	if (to)
		sched_switch(to);
	sched_let_go();
}

bool sched_others_ready(void)
{
	bool ready;

	sched_hold();
	ready = sched_pick(false);
	sched_let_go();
	return ready;
}

/* After a change: a better thread may have become ready. */
void sched_yield_to_better(void)
{
	struct thread *to = sched_pick(false);

	if (to && to->priority < current->priority)
		sched_switch(to);
}

/*
 * A tick came.  True: it was taken.  In a signal the interrupted thread's vectors are live.
 */
bool sched_tick(void)
{
	static struct vectors spare;
	struct vectors *vectors = &spare;
	struct thread *to;

	tick_armed = false;
	if (held) {
		tick_missed = true;
		return false;
	}
	if (current == &threads[0])
		return true;
	held++;
	to = sched_pick(true);
	if (to) {
		vectors = arena_alloc(&arena_own, sizeof(u64) * 16, sizeof(*vectors));
		if (vectors) {
			vectors_save(vectors);
			sched_switch(to);
			vectors_restore(vectors);
			arena_free(&arena_own, vectors);
		}
	} else {
		tick_armed = true;
		sys_tick(TICK_MS);
	}
	held--;
	return true;
}

/* Until sched_wake().  The caller holds the scheduler, once. */
void sched_wait(const void *object)
{
	current->waits_for = object;
	current->ready = false;
	sched_leave();
}

void sched_wake(struct thread *t)
{
	t->waits_for = NULL;
	t->wakes_at = 0;
	t->ready = true;
}

void sched_sleep(u64 us)
{
	sched_hold();
	current->wakes_at = sys_now_us() + us;
	sched_wait(&threads[0]);
	sched_let_go();
}

struct thread *sched_best_waiter(const void *object)
{
	struct thread *best = NULL;
	u32 i;

	for (i = 0; i < THREADS_MAX; i++)
		if (threads[i].used && threads[i].waits_for == object &&
		    (!best || goes_before(&threads[i], best, false)))
			best = &threads[i];
	return best;
}

/* The first that a thread does. */
static void thread_begin(void)
{
	held = 1;
	thread_bury();
	held = 0;
	current->fn(current->arg);
	thread_exit(0);
}

static struct thread *thread_slot(void)
{
	u32 i;

	for (i = 1; i < THREADS_MAX; i++)
		if (!threads[i].used)
			return &threads[i];
	return NULL;
}

/* NULL: there are too many, or no memory for the stack.  It does not run yet. */
struct thread *thread_start(void (*fn)(void *), void *arg, u16 priority, const char *name)
{
	struct thread *t;

	sched_hold();
	t = thread_slot();
	if (t) {
		memset(t, 0, sizeof(*t));
		t->stack = arena_alloc(&arena_own, 16, STACK_BYTES);
		if (!t->stack)
			t = NULL;
	}
	if (t) {
		t->used = true;
		t->id = ++ids;
		t->priority = priority;
		t->fn = fn;
		t->arg = arg;
		t->call = current->call;
		t->turn = ++turns;
		strlcpy(t->name, name, sizeof(t->name));
		context_make(&t->ctx, (u8 *)t->stack + STACK_BYTES, thread_begin);
		t->ready = true;
	}
	sched_let_go();
	return t;
}

/*
 * Who joins gets the status, at any later time, as long as there are slots to keep it in: the
 * oldest that was not asked for makes room.
 */
static void thread_forget_old(void)
{
	struct thread *oldest = NULL;
	u32 i, ended = 0;

	for (i = 1; i < THREADS_MAX; i++) {
		if (!threads[i].used || !threads[i].ended)
			continue;
		ended++;
		if (!oldest || (s32)(threads[i].turn - oldest->turn) < 0)
			oldest = &threads[i];
	}
	if (ended > THREADS_MAX / 4 && !oldest->joined)
		oldest->used = false;
}

void thread_exit(s32 status)
{
	struct thread *waiter;

	sched_hold();
	current->status = status;
	current->ended = true;
	current->ready = false;
	to_free = current;
	while ((waiter = sched_best_waiter(current)))
		sched_wake(waiter);
	thread_forget_old();
	sched_leave();
	__builtin_unreachable();
}

struct thread *thread_find(u32 id)
{
	u32 i;

	for (i = 1; i < THREADS_MAX; i++)
		if (threads[i].used && threads[i].id == id)
			return &threads[i];
	return NULL;
}

/* 0, or -1 if there is no such thread. */
s32 thread_join(u32 id, s32 *status)
{
	struct thread *t;
	s32 ret = -1;

	sched_hold();
	t = thread_find(id);
	if (t && t != current) {
		t->joined = true;
		if (!t->ended)
			sched_wait(t);
		if (status)
			*status = t->status;
		t->used = false;
		ret = 0;
	}
	sched_let_go();
	return ret;
}
