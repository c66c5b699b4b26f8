// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads, locks and signals, by the names that QuRT has for them.
 *
 * An object that waits are for is known by its address; what it holds is in the caller's memory,
 * in as many bytes as the smallest of QuRT's types has.
 */
#include "pd.h"
#include "qurt.h"

static void qurt_entry(void *arg)
{
	struct qurt_start *start = arg;
	struct qurt_start copy = *start;

	arena_free(&arena_own, start);
	copy.fn(copy.arg);
}

/* The stack that the caller brings is not used: skeletons bring 4 KiB, signals need more. */
int qurt_thread_create(u32 *id, const struct qurt_thread_attr *attr, void (*fn)(void *), void *arg)
{
	struct qurt_start *start = arena_alloc(&arena_own, 16, sizeof(*start));
	struct thread *t;

	if (!start)
		return QURT_EFAILED;
	*start = (struct qurt_start){ fn, arg };
	t = thread_start(qurt_entry, start, attr->priority, attr->name);
	if (!t) {
		arena_free(&arena_own, start);
		return QURT_EFAILED;
	}
	*id = t->id;
	sched_hold();
	sched_yield_to_better();
	sched_let_go();
	return 0;
}

void qurt_thread_exit(int status)
{
	thread_exit(status);
}

int qurt_thread_join(u32 id, int *status)
{
	return thread_join(id, status) ? QURT_ENOTHREAD : 0;
}

u32 qurt_thread_get_id(void)
{
	return current->id;
}

void qurt_thread_get_name(char *name, u8 room)
{
	strlcpy(name, current->name, room);
}

int qurt_thread_get_priority(u32 id)
{
	struct thread *t = thread_find(id);

	return t ? t->priority : -1;
}

int qurt_thread_set_priority(u32 id, u16 priority)
{
	struct thread *t = thread_find(id);

	if (!t)
		return QURT_EINVALID;
	sched_hold();
	t->priority = priority;
	sched_yield_to_better();
	sched_let_go();
	return 0;
}

void qurt_mutex_init(struct qurt_mutex *m)
{
	m->owner = 0;
	m->depth = 0;
}

/* Thread 0, the main loop, takes none. */
void qurt_mutex_lock(struct qurt_mutex *m)
{
	sched_hold();
	if (!m->owner)
		m->owner = current->id;
	else if (m->owner != current->id || !m->depth)
		sched_wait(m);
	m->depth = 1;
	sched_let_go();
}

int qurt_mutex_try_lock(struct qurt_mutex *m)
{
	int ret = 0;

	sched_hold();
	if (!m->owner) {
		m->owner = current->id;
		m->depth = 1;
	} else {
		ret = -1;
	}
	sched_let_go();
	return ret;
}

/* It is handed to the waiter of the best priority. */
void qurt_mutex_unlock(struct qurt_mutex *m)
{
	struct thread *t;

	sched_hold();
	t = sched_best_waiter(m);
	m->owner = t ? t->id : 0;
	m->depth = !!t;
	if (t) {
		sched_wake(t);
		sched_yield_to_better();
	}
	sched_let_go();
}

void qurt_nothing(void *object)
{
	(void)object;
}

static void wake_all(const void *object)
{
	struct thread *t;

	while ((t = sched_best_waiter(object)))
		sched_wake(t);
	sched_yield_to_better();
}

void qurt_barrier_init(struct qurt_barrier *b, u32 threads)
{
	b->threads = threads;
	b->here = 0;
}

int qurt_barrier_wait(struct qurt_barrier *b)
{
	int last;

	sched_hold();
	last = ++b->here >= b->threads;
	if (last) {
		b->here = 0;
		wake_all(b);
	} else {
		sched_wait(b);
	}
	sched_let_go();
	return last;
}

void qurt_signal_init(struct qurt_signal *s)
{
	s->set = 0;
	s->waits = 0;
}

/* Until all bits of @mask are set (QURT_ALL), or one of them. */
u32 qurt_signal_wait(struct qurt_signal *s, u32 mask, u32 how)
{
	u32 set;

	sched_hold();
	while (how & QURT_ALL ? (s->set & mask) != mask : !(s->set & mask)) {
		s->waits++;
		sched_wait(s);
		s->waits--;
	}
	set = s->set;
	sched_let_go();
	return set;
}

u32 qurt_anysignal_wait(struct qurt_signal *s, u32 mask)
{
	return qurt_signal_wait(s, mask, 0);
}

u32 qurt_signal_set(struct qurt_signal *s, u32 mask)
{
	u32 old;

	sched_hold();
	old = s->set;
	s->set |= mask;
	wake_all(s);
	sched_let_go();
	return old;
}

u32 qurt_signal_clear(struct qurt_signal *s, u32 mask)
{
	u32 old = s->set;

	s->set &= ~mask;
	return old;
}

u32 qurt_signal_get(struct qurt_signal *s)
{
	return s->set;
}

/* One may take it, unless qurt_sem_init_val() says how many. */
void qurt_sem_init(struct qurt_sem *s)
{
	qurt_sem_init_val(s, 1);
}

void qurt_sem_init_val(struct qurt_sem *s, u16 value)
{
	s->value = value;
}

/* As many waiters go on as it has become free for, the best ones first. */
int qurt_sem_add(struct qurt_sem *s, u32 amount)
{
	struct thread *t;

	sched_hold();
	s->value += amount;
	while (amount-- && (t = sched_best_waiter(s)))
		sched_wake(t);
	sched_yield_to_better();
	sched_let_go();
	return 0;
}

int qurt_sem_up(struct qurt_sem *s)
{
	return qurt_sem_add(s, 1);
}

int qurt_sem_down(struct qurt_sem *s)
{
	sched_hold();
	while (!s->value)
		sched_wait(s);
	s->value--;
	sched_let_go();
	return 0;
}

int qurt_sem_try_down(struct qurt_sem *s)
{
	bool is_free;

	sched_hold();
	is_free = s->value;
	s->value -= is_free;
	sched_let_go();
	return is_free ? 0 : -1;
}

int qurt_timer_sleep(u64 us)
{
	sched_sleep(us);
	return 0;
}

/* Ticks of 19.2 MHz. */
u64 qurt_sysclock_get_hw_ticks(void)
{
	return sys_now_us() * 192 / 10;
}

int qurt_hvx_lock(int mode)
{
	(void)mode;
	return 0;
}

int qurt_hvx_unlock(void)
{
	return 0;
}
