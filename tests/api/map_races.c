// SPDX-License-Identifier: GPL-2.0-only
/*
 * One buffer, mapped, used and unmapped by several threads of a client at once.
 * The DSP model uses what it has all the time, so what goes too early is a fault.
 */
#include <sys/mman.h>

#include "harness.h"

#define THREADS		4
#define ROUNDS		((int)random_runs(40))
#define MAP_FD		2
#define SIZE		(4 * PAGE)
#define IN_USE		((int32_t)0x8000040d)	/* the DSP: this descriptor is mapped */

static struct {
	int node, buf;
	uint8_t *data;
	uint64_t name;
	pthread_barrier_t start;
	int unmapped;
} shared;

static void make_shared(void)
{
	shared.node = node_open();
	REQUIRE_EQ(create_pd(shared.node, -1, 0, 0), 0);
	shared.buf = dmabuf_alloc(shared.node, SIZE);
	REQUIRE(shared.buf >= 0);
	shared.data = dmabuf_map(shared.buf, SIZE);
	pthread_barrier_init(&shared.start, NULL, THREADS);
}

static void drop_shared(void)
{
	munmap(shared.data, SIZE);
	close(shared.buf);
	node_close_all();
}

static void run_threads(void *(*work)(void *))
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		REQUIRE_EQ(pthread_create(&threads[i], NULL, work, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* A descriptor is for one map at a time: each thread has one of its own. */
static void *map_and_unmap(void *arg)
{
	int buf = dup(shared.buf);

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t name;

		if (!CHECK_EQ(mem_map(shared.node, buf, MAP_FD, SIZE, &name), 0) ||
		    !CHECK_EQ(mem_unmap(shared.node, buf, name, SIZE), 0))
			break;
	}
	close(buf);
	return NULL;
}

/* Each has a map of its own, of one buffer that is there once. */
TEST(each_its_own_map)
{
	make_shared();
	run_threads(map_and_unmap);
	drop_shared();
}

static void *unmap_the_one(void *arg)
{
	long ret;

	(void)arg;
	pthread_barrier_wait(&shared.start);
	ret = mem_unmap(shared.node, shared.buf, shared.name, SIZE);
	if (!ret)
		__atomic_add_fetch(&shared.unmapped, 1, __ATOMIC_RELAXED);
	else
		CHECK_EQ(ret, -EINVAL);
	return NULL;
}

/* The map goes once, however many threads ask for it. */
TEST(one_map_for_all)
{
	make_shared();
	for (int i = 0; i < ROUNDS; i++) {
		test_context("round %d", i);
		shared.unmapped = 0;
		REQUIRE_EQ(mem_map(shared.node, shared.buf, MAP_FD, SIZE, &shared.name), 0);
		run_threads(unmap_the_one);
		CHECK_EQ(shared.unmapped, 1);
	}
	drop_shared();
}

static void *use_or_map(void *arg)
{
	static int next;
	static struct call c;
	int me = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % THREADS;

	if (me)
		return map_and_unmap(arg);
	for (int i = 0; i < 2 * ROUNDS; i++) {
		uint8_t out[SIZE];

		fill_pattern(shared.data, SIZE, i);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, shared.data, SIZE)->fd = shared.buf;
		call_out(&c, out, SIZE);
		if (!CHECK_EQ(call_send(shared.node, &c), 0) ||
		    !CHECK_MEM(out, shared.data, SIZE))
			break;
	}
	return NULL;
}

/* Calls with the buffer go on while its maps come and go. */
TEST(used_meanwhile)
{
	make_shared();
	run_threads(use_or_map);
	drop_shared();
}

/* The map that cannot be made says so; one that was made can be unmapped without it. */
static void *map_what_goes(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&shared.start);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t name;
		long ret = mem_map(shared.node, shared.buf, MAP_FD, SIZE, &name);

		if (ret == IN_USE)		/* another thread has it mapped */
			continue;
		if (ret) {
			CHECK_EQ(ret, -EINVAL);	/* no dma-buf any more */
			break;
		}
		CHECK_EQ(mem_unmap(shared.node, -1, name, SIZE), 0);
	}
	return NULL;
}

TEST(descriptor_goes_meanwhile)
{
	for (int i = 0; i < 5; i++) {
		pthread_t threads[THREADS];

		test_context("round %d", i);
		make_shared();
		for (int j = 1; j < THREADS; j++)
			REQUIRE_EQ(pthread_create(&threads[j], NULL, map_what_goes, NULL), 0);
		pthread_barrier_wait(&shared.start);
		REQUIRE_EQ(dup2(STDIN_FILENO, shared.buf), shared.buf);
		for (int j = 1; j < THREADS; j++)
			pthread_join(threads[j], NULL);
		drop_shared();
	}
}
