// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver as "make install" lays it on a machine that has the in-tree one, too:
 * Debian's udev loads ours when the channel of a DSP appears, and gives the nodes to
 * whom our rules say.
 */
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "harness.h"

#define UDEVD	"/usr/lib/systemd/systemd-udevd"
#define UDEVADM	"/usr/bin/udevadm"
#define OURS	"/sys/bus/rpmsg/drivers/frpc"

static bool has(const char *path)
{
	return !access(path, F_OK);
}

/* With one word; its exit status.  What it says goes to our output, not into the kernel's log. */
static int run(const char *path, const char *word, const char *option)
{
	int status;
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (!pid) {
		setenv("SYSTEMD_LOG_TARGET", "console", 1);
		execl(path, path, word, option, NULL);
		_exit(127);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void udev_start(void)
{
	if (!has(UDEVD))
		test_skip("no udev: for the variant installed, where Debian has it");
	/* comes back when the daemon listens */
	REQUIRE_EQ(run(UDEVD, "--daemon", NULL), 0);
}

/* Until it has done what there was to do. */
static void udev_settle(void)
{
	CHECK_EQ(run(UDEVADM, "settle", "--timeout=60"), 0);
}

static void restore(void)
{
	if (has("/run/udev/control"))
		CHECK_EQ(run(UDEVADM, "control", "--exit"), 0);
	driver_restore();
}

static void __attribute__((constructor)) fixture(void)
{
	test_teardown = restore;
}

static gid_t group_of_ours(void)
{
	char groups[256];
	unsigned int gid = 0;

	REQUIRE(file_read("/etc/group", groups, sizeof(groups)) > 0);
	REQUIRE(sscanf(groups, "%*[^\n] fastrpc:x:%u:", &gid) == 1);
	return gid;
}

/* Of root and the group alone, or, a secure one, of root alone. */
static void check_node(const char *name)
{
	bool secure = strstr(name, "-secure");
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/%s", name);
	test_context("%s", path);
	REQUIRE_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_uid, 0);
	CHECK_EQ(st.st_gid, secure ? 0 : group_of_ours());
	CHECK_EQ(st.st_mode & 07777, secure ? 0600 : 0660);
}

TEST(udev_loads_ours)
{
	udev_start();
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	CHECK(!has("/sys/module/fastrpc"));
	dsp_start();
	node_wait(NODE, true);
	CHECK(has(OURS));
}

TEST(nodes_belong_to_the_group)
{
	unsigned int nr_plain = 0, nr_secure = 0;
	struct dirent *entry;
	DIR *dir;

	udev_start();
	dsp_restart();
	CHECK_EQ(run(UDEVADM, "trigger", "--subsystem-match=misc"), 0);
	udev_settle();
	dir = opendir("/dev");
	REQUIRE(dir);
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "fastrpc-", 8))
			continue;
		*(strstr(entry->d_name, "-secure") ? &nr_secure : &nr_plain) += 1;
		check_node(entry->d_name);
	}
	closedir(dir);
	CHECK(nr_plain);
	CHECK(nr_secure);
}
