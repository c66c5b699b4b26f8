// SPDX-License-Identifier: GPL-2.0-only
/* Whose the heap's pages are, below a monitor, in the course of their life. */
#include "harness.h"

#define MIB	(1ul << 20)

static void start(void)
{
	monitor_require();
	test_teardown = driver_restore;
}

TEST(region)
{
	struct offer o;

	start();
	daemon_came_and_went(&o);
	monitor_check_owners(o.base, o.size, VM_DSP);
	CHECK_EQ(monitor_owners(o.base - PAGE), VM_HLOS);
	CHECK_EQ(monitor_owners(o.base + o.size), VM_HLOS);
	dsp_stop();
	monitor_check_owners(o.base, o.size, VM_HLOS);
	dsp_start();
	node_wait(NODE, true);
	/* until the audio PD is asked for it is Linux' */
	monitor_check_owners(o.base, o.size, VM_HLOS);
}

/* The driver may go, the DSP still has it. */
TEST(region_offered_and_unbound)
{
	struct offer o;
	char device[64];

	start();
	daemon_came_and_went(&o);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	monitor_check_owners(o.base, o.size, VM_DSP);
	REQUIRE_EQ(driver_bind(device), 0);
	node_wait(NODE, true);
	control_heap_in_use();
	dsp_stop();
	monitor_check_owners(o.base, o.size, VM_HLOS);
}

TEST(growth)
{
	struct heap_piece piece;
	uint64_t token;
	int fd;

	start();
	fd = daemon_open();
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	piece = control_growth(0);
	monitor_check_owners(piece.base, piece.size, VM_DSP);
	REQUIRE_EQ(heap_shrink(fd, token, MIB), 0);
	monitor_check_owners(piece.base, piece.size, VM_HLOS);
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	piece = control_growth(0);
	dsp_stop();
	monitor_check_owners(piece.base, piece.size, VM_HLOS);
}

/* Lent once in a run of the DSP and reclaimed once, however many daemons ask. */
TEST(once_a_run)
{
	uint64_t assigned, refused;

	start();
	dsp_stop();
	assigned = monitor_assigned();
	refused = monitor_refused();
	dsp_start();
	for (int i = 0; i < 5; i++) {
		int fd = node_open();

		CHECK_EQ(create_audio(fd), 0);
		CHECK_EQ(create_audio(fd), 0);
		node_close(fd);
	}
	/* it asks whether Linux owns it, and gives it */
	CHECK_EQ(monitor_assigned(), assigned + 2);
	dsp_crash();
	node_wait(NODE, true);
	CHECK_EQ(monitor_assigned(), assigned + 3);
	dsp_stop();
	CHECK_EQ(monitor_assigned(), assigned + 3);
	CHECK_EQ(monitor_refused(), refused);
}
