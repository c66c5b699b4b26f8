// SPDX-License-Identifier: GPL-2.0-only
/* Loading and opening what is measured. */
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <sys/stat.h>
#include <time.h>

#include "floor.h"
#include "harness.h"
#include "measured.h"

#define AFTERMATH_S	5
#define GLINK_CHANNELS	"/sys/bus/rpmsg/devices/*.fastrpcglink-apps-dsp.-1.-1"
#define CHANNELS_MAX	8

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

/* It goes, or has gone and come again, which is another file. */
static bool is_that_file(const char *path, ino_t number)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == number;
}

static void wait_until_gone(const char *path, ino_t number)
{
	time_t end = time(NULL) + WAIT_MS / 1000;

	while (is_that_file(path, number)) {
		if (time(NULL) > end) {
			printf("%s is still there\n", path);
			CHECK(!"the channel's device goes");
			test_abort();
		}
		sched_yield();
	}
}

/*
 * The device of a GLINK channel goes some time after its driver, and another one of the
 * same name comes.  A driver that binds to the old one is left without a channel.
 */
static void unload(const char *module)
{
	ino_t numbers[CHANNELS_MAX];
	struct stat st;
	glob_t found;
	size_t count;

	if (glob(GLINK_CHANNELS, 0, NULL, &found))
		found.gl_pathc = 0;
	for (count = 0; count < found.gl_pathc && count < CHANNELS_MAX; count++)
		numbers[count] = stat(found.gl_pathv[count], &st) ? 0 : st.st_ino;
	REQUIRE_EQ(module_unload(module), 0);
	for (size_t i = 0; i < count; i++)
		wait_until_gone(found.gl_pathv[i], numbers[i]);
	globfree(&found);
}

void measured_unload_ours(void)
{
	unload(measured[MEASURED_OURS].module);
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
	unload(m->module);
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
