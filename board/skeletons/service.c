// SPDX-License-Identifier: GPL-2.0-only
/* A state, threads, locks and signals: service.idl. */
#include "skeleton.h"

#define THREADS_MAX	8

struct service {
	struct qurt_signal signal;
	struct qurt_mutex lock;
	uint32_t calls;
	uint32_t number;
	uint32_t rounds;
};

static void count_some(void *arg)
{
	struct service *s = arg;

	for (uint32_t i = 0; i < s->rounds; i++) {
		qurt_mutex_lock(&s->lock);
		s->number++;
		qurt_mutex_unlock(&s->lock);
	}
	qurt_thread_exit(7);
}

static int32_t start(uint32_t *id, void (*fn)(void *), struct service *s, uint16_t priority)
{
	struct qurt_thread_attr attr = { .name = "worker", .priority = priority };

	return qurt_thread_create(id, &attr, fn, s) ? E_FAILED : 0;
}

static int32_t count(struct service *s, uint32_t threads, uint32_t rounds, uint32_t *number)
{
	uint32_t id[THREADS_MAX], i;
	int status;

	if (threads > THREADS_MAX)
		return E_BADPARM;
	s->number = 0;
	s->rounds = rounds;
	for (i = 0; i < threads; i++)
		if (start(&id[i], count_some, s, 100))
			return E_FAILED;
	for (i = 0; i < threads; i++)
		if (qurt_thread_join(id[i], &status) || status != 7)
			return E_FAILED;
	*number = s->number;
	return 0;
}

static void note_order(void *arg)
{
	struct service *s = arg;

	qurt_mutex_lock(&s->lock);
	s->number = s->number * 10 + qurt_thread_get_priority(qurt_thread_get_id()) / 10;
	qurt_mutex_unlock(&s->lock);
}

static int32_t order(struct service *s, uint32_t *digits)
{
	uint32_t id[3], i;

	s->number = 0;
	qurt_mutex_lock(&s->lock);
	for (i = 0; i < 3; i++)
		if (start(&id[i], note_order, s, 30 - 10 * i))
			return E_FAILED;
	qurt_mutex_unlock(&s->lock);
	for (i = 0; i < 3; i++)
		qurt_thread_join(id[i], NULL);
	*digits = s->number;
	return 0;
}

static int32_t open(union remote_arg *args)
{
	struct service *s = calloc(1, sizeof(*s));

	if (!s)
		return E_NOMEM;
	qurt_signal_init(&s->signal);
	qurt_mutex_init(&s->lock);
	args[2].handle = (uint32_t)(uintptr_t)s;
	return 0;
}

static int32_t with_state(struct service *s, uint32_t sc, union remote_arg *args)
{
	uint32_t out = 0;
	int32_t result = E_UNSUPPORTED;

	s->calls++;
	if (METHOD(sc) == 2 && SHAPE_OF(sc) == SHAPE(1, 0, 0) && args[0].buf.bytes == 4) {
		qurt_signal_wait(&s->signal, word(&args[0], 0), QURT_ALL);
		return 0;
	}
	if (METHOD(sc) == 3 && SHAPE_OF(sc) == SHAPE(1, 0, 0) && args[0].buf.bytes == 4) {
		qurt_signal_set(&s->signal, word(&args[0], 0));
		return 0;
	}
	if (METHOD(sc) == 7 && SHAPE_OF(sc) == SHAPE(0, 1, 0) && args[0].buf.bytes == 40)
		return HAP_mem_get_stats(args[0].buf.data);
	if (METHOD(sc) == 4 && SHAPE_OF(sc) == SHAPE(1, 1, 0) && args[0].buf.bytes == 8)
		result = count(s, word(&args[0], 0), word(&args[0], 1), &out);
	if (METHOD(sc) == 5 && SHAPE_OF(sc) == SHAPE(0, 1, 0))
		result = order(s, &out);
	if (METHOD(sc) == 6 && SHAPE_OF(sc) == SHAPE(0, 1, 0)) {
		out = s->calls;
		result = 0;
	}
	if (!result)
		memcpy(args[IN_BUFS(sc)].buf.data, &out, sizeof(out));
	return result;
}

int32_t board_service_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	struct service *s = (struct service *)(uintptr_t)handle;

	if (METHOD(sc) == METHOD_OPEN)
		return open(args);
	if (METHOD(sc) == METHOD_CLOSE) {
		free(s);
		return 0;
	}
	return with_state(s, sc, args);
}
