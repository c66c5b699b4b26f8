// SPDX-License-Identifier: GPL-2.0-only
/* The link to the DSP when there is too little of what it carries messages in. */
#include <dirent.h>
#include <sched.h>

#include "harness.h"

/* More than any DSP of the board offers, and than a test makes it offer. */
#define INTENTS_MAX	1000

void link_use_up(int fd, uint32_t fault)
{
	long ret = 0;
	int used;

	soc_require();
	soc_faults(DSP_SOC_REFUSE_INTENTS);
	for (used = 0; !ret && used < INTENTS_MAX; used++)
		ret = invoke_null(fd);
	REQUIRE_EQ(ret, -EAGAIN);
	soc_faults(fault);
}

/* Threads of @pid that are inside of @function of the kernel now. */
static int tasks_inside(pid_t pid, const char *function)
{
	char path[300], stack[8192];
	struct dirent *d;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stack", pid, d->d_name);
		if (d->d_name[0] != '.' && file_read(path, stack, sizeof(stack)) > 0 &&
		    strstr(stack, function))
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

/* A stack cannot be waited for, so it is read until it is as expected. */
void task_wait_inside(pid_t pid, const char *function, int count)
{
	long end = now_ms() + WAIT_MS;
	int inside;

	while ((inside = tasks_inside(pid, function)) < count && now_ms() < end)
		sched_yield();
	if (inside < count)
		printf("%d of %d threads are inside of %s\n", inside, count, function);
	REQUIRE(inside >= count);
}
