// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's IOMMU code was asked to do, and what the driver tells of itself. */
#include <fcntl.h>
#include <poll.h>

#include "harness.h"

#define TRACING	"/sys/kernel/tracing/"

static void switch_events(const char *value)
{
	REQUIRE_EQ(file_write(TRACING "events/iommu/map/enable", value), 0);
	REQUIRE_EQ(file_write(TRACING "events/iommu/unmap/enable", value), 0);
}

/* What is written to it does not matter; that it is opened to be written anew does. */
static void trace_clear(void)
{
	int fd = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	REQUIRE(fd >= 0);
	close(fd);
}

void iommu_trace_start(void)
{
	if (access(TRACING "events/iommu/map/enable", F_OK))
		test_skip("this kernel does not trace the IOMMU");
	trace_clear();
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

/* The whole trace; free it. */
static char *read_trace(void)
{
	const size_t room = 4 << 20;
	char *text = malloc(room);

	REQUIRE(text);
	REQUIRE(file_read(TRACING "trace", text, room) >= 0);
	return text;
}

void iommu_trace_counts(int *maps, int *unmaps)
{
	char *text = read_trace();

	*maps = count_in(text, " map: IOMMU");
	*unmaps = count_in(text, " unmap: IOMMU");
	free(text);
}

int iommu_trace_maps_of(uint64_t phys)
{
	char *text = read_trace(), *line, *rest = text, paddr[40];
	int n = 0;

	snprintf(paddr, sizeof(paddr), "paddr=0x%016llx", (unsigned long long)phys);
	while ((line = strsep(&rest, "\n")))
		n += strstr(line, " map: IOMMU") && strstr(line, paddr);
	free(text);
	return n;
}

#define PROBE_ENABLE	TRACING "events/board/probe/enable"

void probe_start(const char *function)
{
	char event[80];

	snprintf(event, sizeof(event), "p:board/probe %s", function);
	if (file_write(TRACING "kprobe_events", event))
		test_skip("this kernel cannot probe its functions");
	REQUIRE_EQ(file_write(PROBE_ENABLE, "1"), 0);
}

void probe_stop(void)
{
	REQUIRE_EQ(file_write(PROBE_ENABLE, "0"), 0);
	REQUIRE_EQ(file_write(TRACING "kprobe_events", "-:board/probe"), 0);
}

long probe_hits(void)
{
	return file_number(TRACING "kprobe_profile", "  probe");
}

void iommu_trace_wait_unmaps(int count)
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
		count -= count_in(text, " unmap: IOMMU");
	} while (count > 0);
	close(fd);
}

void driver_trace_start(void)
{
	REQUIRE_EQ(file_write(TRACING "events/frpc/enable", "1"), 0);
	trace_clear();
}

void driver_trace_check(const char *const *texts, size_t count)
{
	static char trace[1 << 16];
	const char *at = trace;

	REQUIRE_EQ(file_write(TRACING "events/frpc/enable", "0"), 0);
	REQUIRE(file_read(TRACING "trace", trace, sizeof(trace)) > 0);
	for (size_t i = 0; at && i < count; i++) {
		test_context("%s", texts[i]);
		at = strstr(at, texts[i]);
		CHECK(at);
	}
	test_context("%s", "");
}

void durations_start(const char *const *functions, size_t count)
{
	char line[64];

	/* a write takes one name, and adds it; it refuses a name only if the line ends */
	for (size_t i = 0; i < count; i++) {
		snprintf(line, sizeof(line), "%s\n", functions[i]);
		REQUIRE_EQ(file_write(TRACING "set_ftrace_filter", line), 0);
	}
	if (file_write(TRACING "current_tracer", "function_graph"))
		test_skip("this kernel does not trace how long its functions take");
	REQUIRE_EQ(file_write(TRACING "options/funcgraph-tail", "1"), 0);
	trace_clear();
}

void durations_stop(void)
{
	REQUIRE_EQ(file_write(TRACING "tracing_on", "0"), 0);
}

/* " 0) + 10.256 us   |  name();", or the end of a block, "}  name" with comment signs */
double durations_longest(const char *function)
{
	char *text = read_trace(), *line, *rest = text;
	double longest = 0;

	while ((line = strsep(&rest, "\n"))) {
		char *unit = strstr(line, " us "), *number;

		if (!unit || !strstr(unit, function))
			continue;
		for (number = unit; number > line && number[-1] != ' '; number--)
			;
		if (strtod(number, NULL) > longest)
			longest = strtod(number, NULL);
	}
	free(text);
	return longest * 1000;
}

void durations_end(void)
{
	REQUIRE_EQ(file_write(TRACING "current_tracer", "nop"), 0);
	REQUIRE_EQ(file_write(TRACING "set_ftrace_filter", "\n"), 0);
	REQUIRE_EQ(file_write(TRACING "tracing_on", "1"), 0);
}
