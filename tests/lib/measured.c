// SPDX-License-Identifier: GPL-2.0-only
/* Loading and opening what is measured. */
#include <fcntl.h>
#include <time.h>

#include "floor.h"
#include "harness.h"
#include "measured.h"

#define AFTERMATH_S	5

const struct measured measured[MEASURED_COUNT] = {
	[MEASURED_OURS] = { "ours", "fastrpc", "fastrpc", false },
	[MEASURED_IN_TREE] = { "in-tree", "in-tree", "fastrpc", false },
	[MEASURED_FLOOR] = { "floor", "floor", "floor", true },
};

static bool is_floor;

void wait_for_aftermath(void)
{
	struct timespec time = { .tv_sec = AFTERMATH_S };

	/* under -icount the clock jumps on when there is nothing to do */
	nanosleep(&time, NULL);
}

void measured_begin(const struct measured *m)
{
	REQUIRE_EQ(module_load(m->file), 0);
	is_floor = m->is_floor;
	node_wait(is_floor ? FLOOR_NODE : NODE, true);
	wait_for_aftermath();
}

void measured_end(const struct measured *m)
{
	wait_for_aftermath();
	REQUIRE_EQ(module_unload(m->module), 0);
}

int measured_open(void)
{
	int fd = is_floor ? open(FLOOR_NODE, O_RDWR | O_CLOEXEC) : node_try_open(NODE);

	REQUIRE(fd >= 0);
	return fd;
}

void measured_close(int fd)
{
	if (is_floor)
		close(fd);
	else
		node_close(fd);
}

bool measured_is_floor(void)
{
	return is_floor;
}
