// SPDX-License-Identifier: GPL-2.0-only
/*
 * The formats of the driver's tracepoints, as perf and trace-cmd read them: they know
 * numbers and texts, and no name of an enum.
 */
#include <dirent.h>

#include "harness.h"

#define EVENTS	"/sys/kernel/tracing/events/frpc"

static void check_event(const char *name)
{
	static char text[65536];
	char path[320], *fmt;

	test_context("%s", name);
	snprintf(path, sizeof(path), EVENTS "/%s/format", name);
	REQUIRE(file_read(path, text, sizeof(text)) > 0);
	fmt = strstr(text, "print fmt:");
	REQUIRE(fmt);
	if (!CHECK(!strstr(fmt, "FRPC_")))
		printf("%s\n", fmt);
}

TEST(no_names_of_enums)
{
	DIR *dir = opendir(EVENTS);
	struct dirent *entry;
	int count = 0;

	REQUIRE(dir);
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "frpc_", 5))
			continue;
		check_event(entry->d_name);
		count++;
	}
	closedir(dir);
	CHECK(count > 0);
}
