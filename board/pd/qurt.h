/* SPDX-License-Identifier: GPL-2.0-only */
/* What a skeleton has of QuRT here: types by their layout, functions by their names. */
#ifndef PD_QURT_H
#define PD_QURT_H

#include <stdint.h>

#define QURT_EFAILED	1
#define QURT_EINVALID	4
#define QURT_ENOTHREAD	4
#define QURT_ALL	1	/* of qurt_signal_wait(): all bits of the mask */

struct qurt_thread_attr {
	char name[16];
	uint8_t tcb;
	uint8_t unused;
	uint16_t priority;	/* the lower, the better: 1 to 254 */
	uint8_t more[4];
	uint32_t stack_bytes;
	void *stack;
};

_Static_assert(__builtin_offsetof(struct qurt_thread_attr, priority) == 18, "layout");
_Static_assert(__builtin_offsetof(struct qurt_thread_attr, stack_bytes) == 24, "layout");

struct qurt_start {
	void (*fn)(void *);
	void *arg;
};

struct qurt_mutex {
	uint32_t owner, depth;
};

struct qurt_barrier {
	uint32_t threads, here;
};

struct qurt_signal {
	uint32_t set, waits;
};

struct qurt_sem {
	uint32_t value, unused;
};

int qurt_thread_create(uint32_t *id, const struct qurt_thread_attr *attr, void (*fn)(void *),
		       void *arg);
void qurt_thread_exit(int status);
int qurt_thread_join(uint32_t id, int *status);
uint32_t qurt_thread_get_id(void);
void qurt_thread_get_name(char *name, uint8_t room);
int qurt_thread_get_priority(uint32_t id);
int qurt_thread_set_priority(uint32_t id, uint16_t priority);
void qurt_mutex_init(struct qurt_mutex *m);
void qurt_mutex_lock(struct qurt_mutex *m);
int qurt_mutex_try_lock(struct qurt_mutex *m);
void qurt_mutex_unlock(struct qurt_mutex *m);
void qurt_nothing(void *object);
void qurt_barrier_init(struct qurt_barrier *b, uint32_t threads);
int qurt_barrier_wait(struct qurt_barrier *b);
void qurt_signal_init(struct qurt_signal *s);
uint32_t qurt_signal_wait(struct qurt_signal *s, uint32_t mask, uint32_t how);
uint32_t qurt_anysignal_wait(struct qurt_signal *s, uint32_t mask);
uint32_t qurt_signal_set(struct qurt_signal *s, uint32_t mask);
uint32_t qurt_signal_clear(struct qurt_signal *s, uint32_t mask);
uint32_t qurt_signal_get(struct qurt_signal *s);
void qurt_sem_init(struct qurt_sem *s);
void qurt_sem_init_val(struct qurt_sem *s, uint16_t value);
int qurt_sem_add(struct qurt_sem *s, uint32_t amount);
int qurt_sem_up(struct qurt_sem *s);
int qurt_sem_down(struct qurt_sem *s);
int qurt_sem_try_down(struct qurt_sem *s);
int qurt_timer_sleep(uint64_t us);
uint64_t qurt_sysclock_get_hw_ticks(void);
int qurt_hvx_lock(int mode);
int qurt_hvx_unlock(void);

#endif
