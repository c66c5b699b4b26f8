// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region of a sensor DSP: opened at probe, used by the DSP without an
 * offer, and the DSP's until it is halted.
 */
#include <sched.h>

#include "harness.h"

#define SYNC_ANNOUNCE	"/sys/module/dsp/parameters/sync_announce"
#define SDSP_NODE	"/dev/fastrpc-sdsp"
#define BASE		0x60000000ul
#define LAST		0x607ffffful

static void dsp_word(uint64_t addr, bool is_write, uint32_t value)
{
	struct dsp_control_access word = {
		.label = DSP, .is_write = is_write, .addr = addr, .value = value,
	};

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &word), 0);
	CHECK_EQ(word.faulted, 0);
	if (!is_write)
		CHECK_EQ(word.value, value);
}

/* It is opened a moment after the channel has come. */
static void wait_open(void)
{
	node_wait(SDSP_NODE, true);
	heap_wait_pieces("region", "offered", 1);
}

static void restore(void)
{
	if (!driver_is_loaded())
		driver_load();
	if (!dsp_is_running())
		file_write("/sys/class/remoteproc/remoteproc0/state", "start");
	node_wait(SDSP_NODE, true);
}

TEST(reachable_without_an_offer)
{
	wait_open();
	dsp_word(BASE, false, 0);
	dsp_word(BASE, true, 0x12345678);
	dsp_word(BASE, false, 0x12345678);
	dsp_word(LAST - 3, true, 0x9abcdef0);
	dsp_word(LAST - 3, false, 0x9abcdef0);
}

/* The module and the binding may want to go; the DSP's memory does not. */
TEST(stays_while_the_dsp_runs)
{
	char device[64];

	test_teardown = restore;
	wait_open();
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	dsp_word(BASE, true, 0x11111111);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	dsp_word(BASE, false, 0x11111111);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	REQUIRE_EQ(driver_bind(device), 0);
	node_wait(SDSP_NODE, true);
	dsp_word(BASE, false, 0x11111111);
}

/* Taken back when it is halted, and scrubbed for its next run. */
TEST(taken_back_when_it_is_halted)
{
	test_teardown = restore;
	wait_open();
	dsp_word(BASE, true, 0x22222222);
	REQUIRE_EQ(file_write("/sys/class/remoteproc/remoteproc0/state", "stop"), 0);
	if (board_has_monitor())
		monitor_check_owners(BASE, LAST + 1 - BASE, VM_HLOS);
	CHECK_EQ(driver_unload(), 0);
	CHECK_EQ(driver_load(), 0);
	REQUIRE_EQ(file_write("/sys/class/remoteproc/remoteproc0/state", "start"), 0);
	wait_open();
	if (board_has_monitor())
		monitor_check_owners(BASE, LAST + 1 - BASE, VM_DSP);
	dsp_word(BASE, false, 0);
}

static void set_region(uint32_t region)
{
	struct heap_piece where;

	REQUIRE_EQ(dsp_state_write("stop"), 0);
	node_wait(SDSP_NODE, false);
	REQUIRE_EQ(driver_unload(), 0);
	control_tree(region, true, &where);
	REQUIRE_EQ(driver_load(), 0);
	REQUIRE_EQ(dsp_state_write("start"), 0);
	node_wait(SDSP_NODE, true);
}

static void restore_region(void)
{
	struct heap_piece where;

	if (driver_is_loaded() && dsp_is_running())
		dsp_stop();
	driver_unload();
	control_tree(0, true, &where);
	restore();
}

/* It is told what it lacks, and nothing of an audio PD. */
TEST(without_a_region)
{
	test_teardown = restore_region;
	kernel_log_mark();
	set_region(DSP_TREE_NO_REGION);
	CHECK_EQ(kernel_log_count("the sensors' firmware gets no memory from Linux"), 1);
	kernel_log_mark();
	set_region(DSP_TREE_NO_REGION);
	CHECK_EQ(kernel_log_count("audio"), 0);
}

/* Nothing but the driver itself looks for it. */
TEST(region_of_no_node)
{
	test_teardown = restore_region;
	kernel_log_mark();
	set_region(DSP_TREE_NO_NODE);
	CHECK_EQ(kernel_log_count("the sensors' firmware gets no memory from Linux"), 1);
}

/* Can the DSP reach the region now? */
static bool is_open(void)
{
	struct dsp_control_access word = { .label = DSP, .addr = BASE };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &word), 0);
	return !word.faulted;
}

static void *start_main(void *unused)
{
	(void)unused;
	dsp_state_write("start");
	return NULL;
}

/*
 * The channel is announced within the remoteproc's start, which is held there with its
 * lock, and the driver is unbound.  What was open by then stays so until the DSP is off.
 */
TEST(unbound_while_the_remoteproc_is_locked)
{
	pthread_t starter;
	char device[64];
	bool was_open;

	own_edge_require();
	test_teardown = restore;
	test_expects_faults();
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "1"), 0);
	control_hold(DSP_HOLD_ANNOUNCED, true);
	REQUIRE_EQ(pthread_create(&starter, NULL, start_main, NULL), 0);
	control_wait(DSP_COUNT_AT_HOLD, 1);
	node_wait(SDSP_NODE, true);
	was_open = is_open();
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	CHECK(is_open() || !was_open);
	control_hold(DSP_HOLD_ANNOUNCED, false);
	pthread_join(starter, NULL);
	REQUIRE_EQ(file_write(SYNC_ANNOUNCE, "0"), 0);
	CHECK(is_open() || !was_open);
	REQUIRE_EQ(driver_bind(device), 0);
	node_wait(SDSP_NODE, true);
	CHECK(is_open() || !was_open);
	control_clear();
}

/* Messages to the DSP do not leave: CREATE_STATIC, of any client, is not sent. */
static void refuse_messages(int fd)
{
	if (soc_is_there())
		link_use_up(fd, DSP_SOC_REFUSE_INTENTS);
	else
		control_behave(1, 8, DSP_ANSWER_UNSENT, 1, EAGAIN);
}

/*
 * The driver cannot open the region yet, and a client whose request is not sent does.  That
 * request told the DSP nothing, but the DSP may use the region: it stays.
 */
TEST(opened_by_a_request_that_is_not_sent)
{
	uint64_t refused;
	long lends;
	int fd;

	monitor_require();
	test_teardown = restore;
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	lends = heap_account("lends=");
	refused = monitor_refused();
	monitor_refuse(1, 1u << 30, MONITOR_REFUSAL);
	dsp_start();
	node_wait(SDSP_NODE, true);
	while (monitor_refused() == refused)
		sched_yield();
	fd = node_try_open(SDSP_NODE);
	REQUIRE(fd >= 0);
	refuse_messages(fd);
	/* the driver tries again in a second */
	monitor_allow();
	CHECK_EQ(create_audio(fd), -EAGAIN);
	CHECK_EQ(heap_pieces("region", "offered"), 1);
	monitor_check_owners(BASE, LAST + 1 - BASE, VM_DSP);
	dsp_word(BASE, true, 0x44444444);
	soc_honest();
	control_normal();
	node_close(fd);
	CHECK_EQ(heap_account("lends="), lends + 1);
}

/* What the DSP of the run before did not give back is not touched under the next one. */
TEST(return_was_refused)
{
	monitor_require();
	test_teardown = restore;
	test_allow("cannot be reclaimed");
	test_allow("SCM did not reclaim it");
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	dsp_start();
	wait_open();
	dsp_word(BASE, true, 0x33333333);
	monitor_refuse(1, 1, MONITOR_REFUSAL);
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	monitor_allow();
	monitor_check_owners(BASE, LAST + 1 - BASE, VM_DSP);
	dsp_start();
	node_wait(SDSP_NODE, true);
	/* the DSP uses it, as it may */
	dsp_word(BASE, false, 0x33333333);
	monitor_check_owners(BASE, LAST + 1 - BASE, VM_DSP);
	REQUIRE_EQ(dsp_state_write("stop"), 0);
	monitor_check_owners(BASE, LAST + 1 - BASE, VM_HLOS);
	dsp_start();
	wait_open();
	dsp_word(BASE, false, 0);
}
