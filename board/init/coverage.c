// SPDX-License-Identifier: GPL-2.0-only
/* What a driver built with --coverage has counted, for the host to evaluate. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

#define COUNTED		"/sys/kernel/debug/gcov"
#define SHARE		"/tmp/coverage"

/* The host offers a directory, under this name, if it wants to know. */
#define SHARE_TAG	"coverage"

static int copy(const char *from, const char *name)
{
	char to[512], buf[65536];
	ssize_t len = -1;
	int in, out;

	snprintf(to, sizeof(to), SHARE "/%s", name);
	in = open(from, O_RDONLY);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	while (in >= 0 && out >= 0 && (len = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, len) != len)
			break;
	if (len)
		report("log", "copying %s: %s", from, strerror(errno));
	close(in);
	close(out);
	return len ? -1 : 0;
}

static bool is_counter(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".gcda");
}

/* All below @path, into one directory: the driver has no two files of a name. */
static int copy_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	while (dir && (entry = readdir(dir))) {
		char below[512];

		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			ret |= copy_tree(below);
		else if (is_counter(entry->d_name))
			ret |= copy(below, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return ret;
}

int coverage_save(void)
{
	int ret;

	mkdir(SHARE, 0755);
	if (mount(SHARE_TAG, SHARE, "9p", 0, "trans=virtio,version=9p2000.L")) {
		report("log", "mounting the share of the host: %s", strerror(errno));
		return -1;
	}
	ret = copy_tree(COUNTED);
	umount(SHARE);
	return ret;
}
