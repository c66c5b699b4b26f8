/* SPDX-License-Identifier: GPL-2.0-only */
/* User-space stand-in for the kernel header of this name: threads that can be killed. */
#ifndef SHIM_LINUX_WAIT_H
#define SHIM_LINUX_WAIT_H

#include <pthread.h>
#include <stdbool.h>

#define wait_queue_head_t	struct shim_wait_queue

struct shim_wait_queue {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int nr_waiting;
	bool is_killed;		/* each task that waits, or will */
};

#define init_waitqueue_head(queue) do {					\
	pthread_mutex_init(&(queue)->lock, NULL);			\
	pthread_cond_init(&(queue)->wake, NULL);			\
	(queue)->nr_waiting = 0;					\
	(queue)->is_killed = false;					\
} while (0)

#define wake_up_all(queue) do {						\
	pthread_mutex_lock(&(queue)->lock);				\
	pthread_cond_broadcast(&(queue)->wake);				\
	pthread_mutex_unlock(&(queue)->lock);				\
} while (0)

static __thread bool shim_was_killed;

static inline void shim_wait_begin(struct shim_wait_queue *queue, unsigned int state)
{
	(void)state;
	pthread_mutex_lock(&queue->lock);
	queue->nr_waiting++;
	shim_was_killed = false;
}

/* False: the task is killed. */
static inline bool shim_wait(struct shim_wait_queue *queue)
{
	pthread_cond_broadcast(&queue->wake);
	shim_was_killed = queue->is_killed;
	if (!shim_was_killed)
		pthread_cond_wait(&queue->wake, &queue->lock);
	return !shim_was_killed;
}

static inline int shim_wait_end(struct shim_wait_queue *queue)
{
	queue->nr_waiting--;
	pthread_mutex_unlock(&queue->lock);
	return shim_was_killed ? -512 : 0;
}

#define wait_event_state(queue, condition, state) ({			\
	shim_wait_begin(&(queue), (state));				\
	while (!(condition) && shim_wait(&(queue)))			\
		;							\
	shim_wait_end(&(queue));					\
})

#endif
