// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP reaches no memory before the audio PD is asked for, and none that it gave back.
 * The only test that makes the DSP fault on purpose, so it stands alone: in the boots of
 * all others one SMMU event is one too many.
 */
#include "harness.h"

static void check_access(uint64_t addr, bool is_open)
{
	struct dsp_control_access probe = { .label = DSP, .addr = addr };
	struct dsp_control_status st;

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &probe), 0);
	CHECK_EQ(probe.faulted, !is_open);
	if (is_open)
		return;
	control_status(&st);
	CHECK_EQ(st.last_fault.iova, addr);
	CHECK_EQ(st.last_fault.event, board_has_monitor() ? DSP_EVENT_XPU : 0x10);
	control_clear();
}

/* Whether the driver is there, unbound, or unloaded. */
TEST(closed_before_the_first_request)
{
	struct offer o;
	char device[64];
	int fd;

	test_teardown = driver_restore;
	test_expects_faults();
	daemon_came_and_went(&o);
	dsp_restart();
	control_clear();
	check_access(o.base, false);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	check_access(o.base, false);
	REQUIRE_EQ(driver_bind(device), 0);
	REQUIRE_EQ(driver_unload(), 0);
	check_access(o.base + o.size - PAGE, false);
	REQUIRE_EQ(driver_load(), 0);
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	check_access(o.base, true);
	control_heap_in_use();
	CHECK_EQ(control_faults(), 0);
}

/* An addition to the heap that the DSP agreed to give back. */
TEST(closed_after_munmap)
{
	struct fastrpc_req_mmap map = { .fd = -1, .flags = 8, .size = 1 << 20 };
	struct dsp_control_access probe = { .label = DSP };
	struct fastrpc_req_munmap unmap = { .size = 1 << 20 };
	struct dsp_control_capture cap;
	int fd;

	test_expects_faults();
	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), 0);
	control_capture(0, &cap);
	probe.addr = wire_word(control_argument(&cap, 3, 1, 16), 8);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &probe), 0);
	CHECK_EQ(probe.faulted, 0);
	unmap.vaddrout = map.vaddrout;
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap), 0);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &probe), 0);
	CHECK(probe.faulted);
	control_clear();
	control_heap_in_use();
	CHECK_EQ(control_faults(), 0);
}
