// SPDX-License-Identifier: GPL-2.0-only
/*
 * How memory gets to the DSP is decided by what is there: where Linux owns the DSP's
 * stream, by the IOMMU and nothing else; below a hypervisor by SCM and nothing else.
 * The same on both boards.
 */
#include "harness.h"

#define GROWTH		(1ul << 20)

struct used {
	uint64_t base, growth;
	int maps, assignments;
};

/* The heap's whole life, watched from outside of the driver. */
static struct used life(void)
{
	struct used used = {};
	struct offer o;
	uint64_t token;
	int fd;

	dsp_stop();
	iommu_trace_start();
	probe_start("qcom_scm_assign_mem");
	dsp_start();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	used.base = o.base;
	REQUIRE_EQ(heap_grow(fd, GROWTH, &token), 0);
	used.growth = control_growth(0).base;
	REQUIRE_EQ(heap_shrink(fd, token, GROWTH), 0);
	node_close(fd);
	dsp_stop();
	iommu_trace_stop();
	used.maps = iommu_trace_maps_of(used.base) + iommu_trace_maps_of(used.growth);
	used.assignments = probe_hits();
	probe_stop();
	dsp_start();
	return used;
}

TEST(one_or_the_other)
{
	/* without qcom,vmids there is no VM to assign it to */
	bool has_vmids = !access(DSP_VMIDS, F_OK);
	struct used used;

	test_teardown = driver_restore;
	used = life();
	CHECK_EQ(used.maps, board_has_monitor() ? 0 : 2);
	/* both are assigned and reclaimed; of the region it is asked first whose it is */
	CHECK_EQ(used.assignments, board_has_monitor() && has_vmids ? 5 : 0);
}
