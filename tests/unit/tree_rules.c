// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver makes of what a device tree says: each rule at its borders, by the
 * binding, by what firmware takes and by docs/remote-heap.md.
 */
#include <string.h>

#include "tree_rules.h"
#include "unit.h"

#define KIB_4	4096ull
#define GIB	(1ull << 30)

struct named_kind {
	const char *label;
	bool is_known, has_both_nodes, is_compute, has_unsigned, has_heap, is_heap_implicit;
};

static void test_labels(void)
{
	static const struct named_kind kinds[] = {
		{ "adsp", true, .has_heap = true },
		{ "adsp2", true, .has_heap = true },
		{ "sdsp", true, .has_heap = true, .is_heap_implicit = true },
		{ "mdsp", true },
		{ "cdsp", true, true, true, true },
		{ "cdsp3", true, true, true, true },
		{ "gdsp1", true, true, .has_unsigned = true },
		{ "cdsp89012345678", true, true, true, true },
		{ "cdsp890123456789", false },	/* too long for a node's name */
		{ "", false },
		{ "ads", false },
		{ "xdsp", false },
		{ "ADSP", false },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct frpc_domain_kind *kind = frpc_domain_kind_find(kinds[i].label);

		if (!CHECK_EQ(!!kind, kinds[i].is_known) || !kind)
			continue;
		if (!CHECK_EQ(kind->has_both_nodes, kinds[i].has_both_nodes) ||
		    !CHECK_EQ(kind->is_compute, kinds[i].is_compute) ||
		    !CHECK_EQ(kind->has_unsigned, kinds[i].has_unsigned) ||
		    !CHECK_EQ(kind->has_heap, kinds[i].has_heap) ||
		    !CHECK_EQ(kind->is_heap_implicit, kinds[i].is_heap_implicit))
			printf("label \"%s\"\n", kinds[i].label);
	}
}

static void test_address_bits(void)
{
	const struct frpc_soc *old = frpc_soc_find("qcom,fastrpc");
	const struct frpc_soc *young = frpc_soc_find("qcom,kaanapali-fastrpc");
	const struct frpc_domain_kind *adsp = frpc_domain_kind_find("adsp");
	const struct frpc_domain_kind *cdsp = frpc_domain_kind_find("cdsp");
	const struct frpc_domain_kind *gdsp = frpc_domain_kind_find("gdsp0");

	CHECK(!frpc_soc_find("qcom,glymur-fastrpc"));	/* by its fallback */
	CHECK(!frpc_soc_find("qcom,fastrpc-compute-cb"));
	CHECK_EQ(frpc_bank_bits(old, adsp), 32);
	CHECK_EQ(frpc_bank_bits(old, cdsp), 32);
	CHECK_EQ(frpc_bank_bits(young, adsp), 32);
	CHECK_EQ(frpc_bank_bits(young, cdsp), 34);
	CHECK_EQ(frpc_bank_bits(young, gdsp), 32);
	/* the session's number begins at bit 32 of an address, or at bit 56 */
	CHECK_EQ(frpc_heap_bits(old), 32);
	CHECK_EQ(frpc_heap_bits(young), 36);
}

static void test_stream(void)
{
	for (int at_el2 = 0; at_el2 < 2; at_el2++) {
		CHECK_EQ(frpc_stream_kind_find(true, FRPC_DOMAIN_NONE, at_el2), FRPC_STREAM_OWN);
		CHECK_EQ(frpc_stream_kind_find(true, FRPC_DOMAIN_OTHER, at_el2), FRPC_STREAM_OWN);
		CHECK_EQ(frpc_stream_kind_find(false, FRPC_DOMAIN_OTHER, at_el2), FRPC_STREAM_DMA);
		CHECK_EQ(frpc_stream_kind_find(false, FRPC_DOMAIN_IDENTITY, at_el2),
			 FRPC_STREAM_FREE);
	}
	CHECK_EQ(frpc_stream_kind_find(false, FRPC_DOMAIN_NONE, true), FRPC_STREAM_FREE);
	CHECK_EQ(frpc_stream_kind_find(false, FRPC_DOMAIN_NONE, false), FRPC_STREAM_VM);
}

static void test_way(void)
{
	enum frpc_heap_way way;

	for (int nr_vmids = -1; nr_vmids <= 2; nr_vmids++) {
		CHECK(!frpc_heap_way_find(FRPC_STREAM_OWN, nr_vmids, &way));
		CHECK_EQ(way, FRPC_HEAP_MAP);
		CHECK(frpc_heap_way_find(FRPC_STREAM_DMA, nr_vmids, &way));
		CHECK(!frpc_heap_way_find(FRPC_STREAM_FREE, nr_vmids, &way));
		CHECK_EQ(way, FRPC_HEAP_AS_IS);
	}
	CHECK(!frpc_heap_way_find(FRPC_STREAM_VM, 2, &way));
	CHECK_EQ(way, FRPC_HEAP_ASSIGN);
	CHECK(!frpc_heap_way_find(FRPC_STREAM_VM, 0, &way));
	CHECK_EQ(way, FRPC_HEAP_AS_IS);
	CHECK(frpc_heap_way_find(FRPC_STREAM_VM, -1, &way));
}

static void test_vmids(void)
{
	u32 vmids[FRPC_VMIDS_MAX + 1] = { 22, 37 };

	CHECK(frpc_vmids_are_valid(vmids, 2));
	CHECK(frpc_vmids_are_valid(vmids, FRPC_VMIDS_MAX));
	CHECK(!frpc_vmids_are_valid(vmids, FRPC_VMIDS_MAX + 1));
	CHECK(!frpc_vmids_are_valid(vmids, 0));
	CHECK(!frpc_vmids_are_valid(vmids, -1));
	vmids[1] = 63;
	CHECK(frpc_vmids_are_valid(vmids, 2));
	vmids[1] = 64;
	CHECK(!frpc_vmids_are_valid(vmids, 2));
	CHECK(frpc_vmids_are_valid(vmids, 1));
}

/* Is something wrong with a region there, of that size? */
static bool is_fault(u64 base, u64 size, u32 bits)
{
	struct frpc_region region = { .base = base, .size = size, .is_no_map = true };

	return frpc_region_fault(&region, false, bits, FRPC_HEAP_MAP);
}

static void test_region_place(void)
{
	CHECK(!is_fault(2 * GIB, 8 << 20, 32));
	CHECK(!is_fault(0, KIB_4, 32));
	CHECK(is_fault(2 * GIB, 0, 32));
	CHECK(is_fault(2 * GIB + 512, KIB_4, 32));
	CHECK(is_fault(2 * GIB, KIB_4 + 512, 32));
	CHECK(!is_fault(4 * GIB - KIB_4, KIB_4, 32));
	CHECK(is_fault(4 * GIB - KIB_4, 2 * KIB_4, 32));
	CHECK(is_fault(4 * GIB, KIB_4, 32));
	CHECK(!is_fault(4 * GIB, KIB_4, 36));
	CHECK(!is_fault(64 * GIB - KIB_4, KIB_4, 36));
	CHECK(is_fault(64 * GIB, KIB_4, 36));
}

/* By whether it is reusable, and who uses it how. */
static void test_region_kind(void)
{
	struct frpc_region pool = { .base = GIB, .size = KIB_4, .is_reusable = true };
	struct frpc_region both = { .base = GIB, .size = KIB_4, .is_reusable = true,
				    .is_no_map = true };

	CHECK(frpc_region_is_reusable(&pool));
	CHECK(!frpc_region_is_reusable(&both));
	for (int way = FRPC_HEAP_AS_IS; way <= FRPC_HEAP_ASSIGN; way++) {
		CHECK(!frpc_region_fault(&pool, false, 32, way));
		CHECK(!frpc_region_fault(&both, true, 32, way));
		CHECK_EQ(!frpc_region_fault(&pool, true, 32, way), way != FRPC_HEAP_AS_IS);
	}
}

static void test_overlap(void)
{
	CHECK(frpc_ranges_overlap(10, 10, 19, 1));
	CHECK(frpc_ranges_overlap(19, 1, 10, 10));
	CHECK(frpc_ranges_overlap(10, 10, 0, 100));
	CHECK(!frpc_ranges_overlap(10, 10, 20, 10));
	CHECK(!frpc_ranges_overlap(20, 10, 10, 10));
	CHECK(!frpc_ranges_overlap(10, 0, 5, 10));
	CHECK(!frpc_ranges_overlap(5, 10, 10, 0));
	/* up to the last address that there is */
	CHECK(frpc_ranges_overlap(~0ull - 9, 10, ~0ull, 1));
}

int main(void)
{
	test_labels();
	test_address_bits();
	test_stream();
	test_way();
	test_vmids();
	test_region_place();
	test_region_kind();
	test_overlap();
	return unit_result();
}
