// SPDX-License-Identifier: GPL-2.0-only
/* Something that a thread does and that does not come back for a while. */
#include <sys/syscall.h>

#include "harness.h"

static void *errand_main(void *arg)
{
	struct errand *errand = arg;

	errand->tid = syscall(SYS_gettid);
	errand->result = errand->run(errand->fd);
	return NULL;
}

void errand_start(struct errand *errand, long (*run)(int fd), int fd)
{
	memset(errand, 0, sizeof(*errand));
	errand->run = run;
	errand->fd = fd;
	REQUIRE_EQ(pthread_create(&errand->thread, NULL, errand_main, errand), 0);
}

long errand_end(struct errand *errand)
{
	pthread_join(errand->thread, NULL);
	return errand->result;
}

void errand_cut_short(int fd, uint32_t method, long (*request)(int fd),
		      enum errand_waking waking, void (*end)(void))
{
	bool is_late = waking == ERRAND_WAKES_LATE;
	struct errand errand;

	control_behave(1, method, DSP_ANSWER_HOLD, 1, 0);
	(is_late ? late_start : errand_start)(&errand, request, fd);
	control_wait(DSP_COUNT_HELD, 1);
	if (is_late)
		late_hold();
	end();
	CHECK_EQ((is_late ? late_end : errand_end)(&errand), -EPIPE);
	control_normal();
	node_close(fd);
}
