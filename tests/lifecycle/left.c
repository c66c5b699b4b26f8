// SPDX-License-Identifier: GPL-2.0-only
/*
 * Below a hypervisor, a region that is not Linux' when Linux comes: a system before this
 * one, or a driver before this one, did not get it back.  Nothing is stored there before
 * the hypervisor has said that it may be.
 */
#include "harness.h"

static struct heap_piece region;

/* The region is theirs when the driver comes. */
static void come_to(uint64_t owners)
{
	struct offer o;

	monitor_require();
	test_teardown = driver_restore;
	daemon_came_and_went(&o);
	region = (struct heap_piece){ o.base, o.size };
	dsp_stop();
	node_wait(NODE, false);
	REQUIRE_EQ(driver_unload(), 0);
	monitor_check_owners(region.base, region.size, VM_HLOS);
	control_left(region.base, region.size, 0, owners);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	node_wait(NODE, true);
}

/* The CPU's accesses are counted by the monitor; the harness wants none of them. */
static void check_left_alone(uint64_t owners)
{
	struct dsp_control_status st;
	int fd = node_open();

	test_allow("Assign memory protection call failed");
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);
	CHECK_EQ(st.violations.cpu_touched, 0);
	monitor_check_owners(region.base, region.size, owners);
	node_close(fd);
}

/* It is Linux' after all: the next request finds out. */
static void check_found_out(void)
{
	control_left(region.base, region.size, 0, VM_HLOS);
	heap_check_given();
	monitor_check_owners(region.base, region.size, VM_DSP);
}

TEST(assigned_to_others)
{
	come_to(1ull << 40);
	check_left_alone(1ull << 40);
	check_found_out();
}

/* As after a kexec, or a return that was refused. */
TEST(assigned_to_the_dsp)
{
	uint64_t owners = VM_DSP;

	come_to(owners);
	check_left_alone(owners);
	check_found_out();
}

/* One page in its middle is enough. */
TEST(one_page_is_assigned)
{
	struct dsp_control_status st;
	uint64_t at;

	come_to(VM_HLOS);
	at = region.base + region.size / PAGE / 2 * PAGE;
	control_left(at, PAGE, 0, 1ull << 40);
	test_allow("Assign memory protection call failed");
	CHECK_EQ(create_audio(node_open()), -ENOMEM);
	control_status(&st);
	CHECK_EQ(st.violations.cpu_touched, 0);
	CHECK_EQ(monitor_owners(at), 1ull << 40);
	check_found_out();
}
