// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's IOMMU code was asked to do, counted by its own tracepoints. */
#include <fcntl.h>
#include <poll.h>

#include "harness.h"

#define TRACING	"/sys/kernel/tracing/"

static void switch_events(const char *value)
{
	REQUIRE_EQ(file_write(TRACING "events/iommu/map/enable", value), 0);
	REQUIRE_EQ(file_write(TRACING "events/iommu/unmap/enable", value), 0);
}

void iommu_trace_start(void)
{
	if (access(TRACING "events/iommu/map/enable", F_OK))
		test_skip("this kernel does not trace the IOMMU");
	REQUIRE_EQ(file_write(TRACING "trace", "0"), 0);
	switch_events("1");
}

void iommu_trace_stop(void)
{
	switch_events("0");
}

static int count_in(const char *text, const char *word)
{
	int n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

void iommu_trace_counts(int *maps, int *unmaps)
{
	const size_t room = 4 << 20;
	char *text = malloc(room);

	REQUIRE(text);
	REQUIRE(file_read(TRACING "trace", text, room) >= 0);
	*maps = count_in(text, " map: IOMMU");
	*unmaps = count_in(text, " unmap: IOMMU");
	free(text);
}

void iommu_trace_wait_unmap(void)
{
	int fd = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char text[4096];
	ssize_t len;

	REQUIRE(fd >= 0);
	do {
		if (poll(&pfd, 1, WAIT_MS) <= 0) {
			CHECK(!"something was unmapped in time");
			break;
		}
		len = read(fd, text, sizeof(text) - 1);
		text[len > 0 ? len : 0] = '\0';
	} while (!strstr(text, " unmap: IOMMU"));
	close(fd);
}
