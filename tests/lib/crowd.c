// SPDX-License-Identifier: GPL-2.0-only
/* Threads at work while signals hit them. */
#include <signal.h>
#include <time.h>

#include "harness.h"

#define TICK_MS		20

struct member {
	pthread_t thread;
	void (*work)(void *arg);
	void *arg;
	bool has_ended;
};

static void on_signal(int sig)
{
	(void)sig;
}

static void *member_main(void *arg)
{
	struct member *m = arg;

	m->work(m->arg);
	__atomic_store_n(&m->has_ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool have_ended(const struct member *members, int count)
{
	for (int i = 0; i < count; i++)
		if (!__atomic_load_n(&members[i].has_ended, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

/* One after the other is hit in each tick: also a call without an answer ends. */
void crowd_run(void (*work)(void *), void *args, size_t arg_size, int count)
{
	struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	struct sigaction sa = { .sa_handler = on_signal };
	struct member members[CROWD_MAX] = {};
	sigset_t none;

	REQUIRE(count <= CROWD_MAX);
	sigemptyset(&none);
	sigaction(SIGUSR1, &sa, NULL);
	for (int i = 0; i < count; i++) {
		members[i].work = work;
		members[i].arg = (char *)args + i * arg_size;
		REQUIRE_EQ(pthread_create(&members[i].thread, NULL, member_main, &members[i]), 0);
	}
	for (int turn = 0; !have_ended(members, count); turn++) {
		sigtimedwait(&none, NULL, &tick);
		pthread_kill(members[turn % count].thread, SIGUSR1);
	}
	for (int i = 0; i < count; i++)
		pthread_join(members[i].thread, NULL);
}
