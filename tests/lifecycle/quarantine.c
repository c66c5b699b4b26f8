// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the IOMMU does not give back: the DSP might still reach it.  It is
 * counted, said once, and never used again, and everything else goes on.
 */
#include "harness.h"

#define MIB	(1ul << 20)
#define REFUSED	"cannot be reclaimed"

static void allow_messages(void)
{
	test_allow(REFUSED);
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
}

static uint64_t grow(int fd)
{
	uint64_t token;

	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	return token;
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

/* What the DSP left there, which was not written or zeroed since. */
static uint64_t content(uint64_t addr, uint64_t len)
{
	uint64_t nonzero, sum = control_look(addr, len, &nonzero);

	CHECK(nonzero > len / 2);
	return sum;
}

/* The DSP gives a piece back, and the domain does not let go of it. */
TEST(growth_after_munmap)
{
	long before = heap_account("lost=");
	uint64_t token, asked, addr, sum;
	int fd;

	allow_messages();
	fd = daemon_open();
	token = grow(fd);
	addr = control_growth(0).base;
	control_heap_in_use();
	control_domain(DSP_DOMAIN_KEEP, addr, MIB);
	kernel_log_mark();
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_account("lost="), before + 1);
	CHECK_EQ(heap_pieces("growth", "lost"), 1);
	sum = content(addr, MIB);

	/* not lent: it cannot be reclaimed a second time */
	asked = requests();
	CHECK_EQ(heap_shrink(fd, token, MIB), -EINVAL);
	CHECK_EQ(requests(), asked);

	/* and is no hindrance */
	CHECK_EQ(heap_shrink(fd, grow(fd), MIB), 0);
	control_heap_in_use();
	control_domain(DSP_DOMAIN_KEEP, 0, 0);
	node_close(fd);
	dsp_restart();
	heap_check_given();
	CHECK_EQ(kernel_log_count(REFUSED), 0);
	CHECK_EQ(heap_pieces("growth", "lost"), 1);
	CHECK_EQ(content(addr, MIB), sum);
}

/* The same when the DSP ends: the domain goes or, after a crash, stays. */
static void growth_at_the_end(void (*end)(void))
{
	long before = heap_account("lost="), len = heap_account("growth=");
	uint64_t addr, sum;
	int fd;

	allow_messages();
	fd = daemon_open();
	grow(fd);
	addr = control_growth(0).base;
	control_heap_in_use();
	node_close(fd);
	control_domain(DSP_DOMAIN_KEEP, addr, MIB);
	kernel_log_mark();
	end();
	node_wait(NODE, true);
	control_domain(DSP_DOMAIN_KEEP, 0, 0);
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_account("lost="), before + 1);
	CHECK_EQ(heap_account("growth="), len + (long)MIB);
	sum = content(addr, MIB);
	heap_check_given();
	dsp_restart();
	heap_check_given();
	CHECK_EQ(kernel_log_count(REFUSED), 0);
	CHECK_EQ(content(addr, MIB), sum);
}

TEST(growth_after_a_stop)
{
	growth_at_the_end(dsp_restart);
}

TEST(growth_after_a_crash)
{
	growth_at_the_end(dsp_crash);
}

TEST(leaves_a_trace)
{
	static const char *const steps[] = {
		"len=0x100000 step=lend way=map from=mine to=lent",
		"len=0x100000 step=offer way=map from=lent to=offered",
		"len=0x100000 step=lose way=map from=offered to=lost",
	};
	uint64_t token;
	int fd;

	allow_messages();
	fd = daemon_open();
	driver_trace_start();
	token = grow(fd);
	control_domain(DSP_DOMAIN_KEEP, control_growth(0).base, MIB);
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	control_domain(DSP_DOMAIN_KEEP, 0, 0);
	driver_trace_check(steps, ARRAY_SIZE(steps));
}

/* The last case: from here on this boot has no region. */
TEST(region)
{
	long before = heap_account("lost=");
	struct offer o;
	uint64_t sum;
	int fd;

	allow_messages();
	fd = daemon_open();
	control_offer(0, &o);
	control_heap_in_use();
	control_domain(DSP_DOMAIN_KEEP, o.base + 2 * MIB, 2 * MIB);
	kernel_log_mark();
	dsp_stop();
	CHECK_EQ(kernel_log_count(REFUSED), 1);
	CHECK_EQ(heap_account("lost="), before + 1);
	CHECK_EQ(heap_pieces("region", "lost"), 1);
	control_domain(DSP_DOMAIN_KEEP, 0, 0);
	node_close(fd);
	sum = content(o.base, o.size);
	for (int i = 0; i < 3; i++) {
		test_context("boot %d", i);
		kernel_log_mark();
		if (i)
			dsp_crash();
		else
			dsp_start();
		node_wait(NODE, true);
		fd = node_open();
		CHECK_EQ(create_audio(fd), -ENOMEM);
		CHECK_EQ(attach(fd), 0);
		CHECK_EQ(invoke_null(fd), 0);
		node_close(fd);
		CHECK_EQ(kernel_log_count("an earlier run of the DSP still has the region"), 1);
	}
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	CHECK_EQ(heap_account("lost="), before + 1);
	CHECK_EQ(content(o.base, o.size), sum);
}
