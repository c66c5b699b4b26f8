// SPDX-License-Identifier: GPL-2.0-only
/* Turns (driver/turn.c), with threads as tasks. */
#include <unistd.h>

#include <linux/errno.h>
#include <linux/types.h>

#include "turn.h"
#include "unit.h"

#define TASKS	8
#define ROUNDS	2000

static struct frpc_turn turn;
static int nr_inside;
static int results[TASKS];

static void setup(void)
{
	turn = (struct frpc_turn){};
	frpc_turn_setup(&turn);
}

/* Waits until all tasks wait for the turn, or have waited. */
static void wait_for_tasks(void)
{
	pthread_mutex_lock(&turn.wait.lock);
	while (turn.wait.nr_waiting < TASKS)
		pthread_cond_wait(&turn.wait.wake, &turn.wait.lock);
	pthread_mutex_unlock(&turn.wait.lock);
}

static void *take_once(void *result)
{
	int ret = frpc_turn_take(&turn);

	*(int *)result = ret;
	if (!ret)
		frpc_turn_end(&turn, 0);
	return NULL;
}

/* Lets tasks come while the turn is taken, and ends it with @error, or kills them. */
static void let_tasks_wait(int error, bool is_killed)
{
	pthread_t tasks[TASKS];

	setup();
	CHECK_EQ(frpc_turn_take(&turn), 0);
	for (int i = 0; i < TASKS; i++)
		pthread_create(&tasks[i], NULL, take_once, &results[i]);
	wait_for_tasks();
	if (is_killed) {
		pthread_mutex_lock(&turn.wait.lock);
		turn.wait.is_killed = true;
		pthread_cond_broadcast(&turn.wait.wake);
		pthread_mutex_unlock(&turn.wait.lock);
	} else {
		CHECK(!frpc_turn_end(&turn, error));
	}
	for (int i = 0; i < TASKS; i++)
		pthread_join(tasks[i], NULL);
}

static void check_results(int result)
{
	for (int i = 0; i < TASKS; i++)
		CHECK_EQ(results[i], result);
}

static void test_silence_costs_all_one_wait(void)
{
	let_tasks_wait(-ETIMEDOUT, false);
	check_results(-ETIMEDOUT);
	/* who comes later asks anew */
	CHECK_EQ(frpc_turn_take(&turn), 0);
	CHECK(!frpc_turn_end(&turn, 0));
}

static void test_each_has_a_turn_after_success(void)
{
	let_tasks_wait(0, false);
	check_results(0);
}

static void test_killed_in_the_wait(void)
{
	let_tasks_wait(0, true);
	check_results(-EINTR);
	/* the turn is still this task's */
	CHECK(!frpc_turn_try(&turn));
	CHECK(frpc_turn_end(&turn, 0));
}

static void test_end_tells_who_missed_it(void)
{
	setup();
	CHECK(frpc_turn_try(&turn));
	CHECK(!frpc_turn_end(&turn, 0));
	CHECK_EQ(frpc_turn_take(&turn), 0);
	CHECK(!frpc_turn_try(&turn));
	CHECK(!frpc_turn_try(&turn));
	CHECK(frpc_turn_end(&turn, 0));
	/* and tells it once */
	CHECK_EQ(frpc_turn_take(&turn), 0);
	CHECK(!frpc_turn_end(&turn, 0));
}

static void *take_often(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		/* every other round as the work item does */
		if (i % 2 ? !frpc_turn_try(&turn) : frpc_turn_take(&turn))
			continue;
		CHECK_EQ(__atomic_add_fetch(&nr_inside, 1, __ATOMIC_RELAXED), 1);
		__atomic_sub_fetch(&nr_inside, 1, __ATOMIC_RELAXED);
		frpc_turn_end(&turn, i % 64 ? 0 : -ETIMEDOUT);
	}
	return NULL;
}

static void test_one_at_a_time(void)
{
	pthread_t tasks[TASKS];

	setup();
	for (int i = 0; i < TASKS; i++)
		pthread_create(&tasks[i], NULL, take_often, NULL);
	for (int i = 0; i < TASKS; i++)
		pthread_join(tasks[i], NULL);
	CHECK(frpc_turn_try(&turn));
}

int main(void)
{
	/* a task that never gets its turn */
	alarm(20);
	test_end_tells_who_missed_it();
	test_silence_costs_all_one_wait();
	test_each_has_a_turn_after_success();
	test_killed_in_the_wait();
	test_one_at_a_time();
	return unit_result();
}
