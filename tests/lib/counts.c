// SPDX-License-Identifier: GPL-2.0-only
/* What something costs: the scheduler's account, perf counters, the DSP model's meter. */
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "counts.h"
#include "harness.h"

#define TRACING_EVENTS	"/sys/kernel/tracing/events/"
#define CALIBRATIONS	9

const char *const count_names[COUNTS] = {
	[COUNT_MAPS] = "maps", [COUNT_UNMAPS] = "unmaps", [COUNT_SLAB] = "slab",
	[COUNT_PAGES] = "pages", [COUNT_SWITCHES] = "switches", [COUNT_WORKS] = "works",
	[COUNT_TLBI] = "tlbi", [COUNT_SYNCS] = "syncs",
};

/* One counter may be the sum of several tracepoints. */
static struct {
	const char *name;
	enum count count;
	bool own;		/* of threads of this program only */
	int fd;
} events[] = {
	{ "iommu/map", COUNT_MAPS, false, -1 },
	{ "iommu/unmap", COUNT_UNMAPS, false, -1 },
	{ "kmem/kmalloc", COUNT_SLAB, true, -1 },
	{ "kmem/kmem_cache_alloc", COUNT_SLAB, true, -1 },
	{ "kmem/mm_page_alloc", COUNT_PAGES, true, -1 },
	{ "sched/sched_switch", COUNT_SWITCHES, false, -1 },
	{ "workqueue/workqueue_execute_start", COUNT_WORKS, false, -1 },
};

static struct dsp_control_meter meter_at_start;
static uint64_t run_time_at_start;
static int64_t cost_of_nothing, counts_of_nothing[COUNTS];

/*
 * Reading this file queues a work item on each processor's ordinary queue and waits
 * for it, so what was queued before has been run.
 */
static void wait_for_put_off_work(void)
{
	char text[64];

	file_read("/proc/sys/vm/stat_refresh", text, sizeof(text));
}

static void meter_read(struct dsp_control_meter *meter)
{
	memset(meter, 0, sizeof(*meter));
	snprintf(meter->label, sizeof(meter->label), "%s", control_selected());
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_METER, meter), 0);
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
	uint64_t frequency;

	__asm__("mrs %0, cntfrq_el0" : "=r" (frequency));
	return ticks * 1000000000ull / frequency;
}

/*
 * For how long processor 0 has run anything, up to the last time it changed from
 * one thread to another.
 */
static uint64_t run_time(void)
{
	char text[4096], *line;
	unsigned long long ns = 0;

	REQUIRE(file_read("/proc/schedstat", text, sizeof(text)) > 0);
	line = strstr(text, "cpu0 ");
	REQUIRE(line && sscanf(line, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &ns) == 1);
	return ns;
}

void cost_start(void)
{
	meter_read(&meter_at_start);
	wait_for_put_off_work();
	run_time_at_start = run_time();
}

struct cost cost_stop(void)
{
	struct dsp_control_meter now;
	struct cost cost;

	wait_for_put_off_work();
	cost.host = run_time() - run_time_at_start;
	meter_read(&now);
	cost.model = ticks_to_ns(now.busy - meter_at_start.busy);
	cost.host -= cost.model + cost_of_nothing;
	return cost;
}

static int event_open(const char *name, bool own)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char path[96], text[16], comm[16], filter[64];
	int fd;

	snprintf(path, sizeof(path), TRACING_EVENTS "%s/id", name);
	REQUIRE(file_read(path, text, sizeof(text)) > 0);
	attr.config = atoi(text);
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	REQUIRE(fd >= 0);
	if (!own)
		return fd;
	prctl(PR_GET_NAME, comm);
	snprintf(filter, sizeof(filter), "comm == \"%s\"", comm);
	REQUIRE_EQ(ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter), 0);
	return fd;
}

void counts_start(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		events[i].fd = event_open(events[i].name, events[i].own);
	wait_for_put_off_work();
	meter_read(&meter_at_start);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		REQUIRE_EQ(ioctl(events[i].fd, PERF_EVENT_IOC_RESET, 0), 0);
}

void counts_stop(int64_t counts[COUNTS])
{
	struct dsp_control_meter now;
	int64_t value;
	size_t i;

	wait_for_put_off_work();
	for (i = 0; i < ARRAY_SIZE(events); i++)
		ioctl(events[i].fd, PERF_EVENT_IOC_DISABLE, 0);
	memset(counts, 0, COUNTS * sizeof(*counts));
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		REQUIRE_EQ(read(events[i].fd, &value, sizeof(value)), sizeof(value));
		counts[events[i].count] += value;
		close(events[i].fd);
	}
	meter_read(&now);
	counts[COUNT_TLBI] = now.tlb_invalidations - meter_at_start.tlb_invalidations;
	counts[COUNT_SYNCS] = now.syncs - meter_at_start.syncs;
	for (i = 0; i < COUNTS; i++)
		counts[i] -= counts_of_nothing[i];
}

/* The least of several: whatever comes in between makes it more. */
void counts_calibrate(void)
{
	int64_t least = INT64_MAX, counts[COUNTS], least_counts[COUNTS];

	cost_of_nothing = 0;
	memset(counts_of_nothing, 0, sizeof(counts_of_nothing));
	for (int i = 0; i < CALIBRATIONS; i++) {
		struct cost cost;

		cost_start();
		cost = cost_stop();
		if (cost.host < least)
			least = cost.host;
		counts_start();
		counts_stop(counts);
		for (int c = 0; c < COUNTS; c++)
			if (!i || counts[c] < least_counts[c])
				least_counts[c] = counts[c];
	}
	cost_of_nothing = least;
	memcpy(counts_of_nothing, least_counts, sizeof(counts_of_nothing));
}
