// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two DSPs below the kernel's own stack.  Sysmon tells each what becomes of the other.
 * Calls of the one go on while the other stops, starts or crashes.
 */
#include "harness.h"

#define OTHER		"cdsp"
#define OTHER_NODE	"/dev/fastrpc-cdsp"
#define UNSIGNED	8

/* What sysmon tells, and its numbers: before and after the power comes and goes. */
enum { COMES, IS_THERE, GOES, IS_GONE };

static const struct {
	const char *label, *node;
	uint32_t attrs;
} dsps[] = {
	{ DSP, NODE, 0 },
	{ OTHER, OTHER_NODE, UNSIGNED },
};

static struct pd_in_use in_use[ARRAY_SIZE(dsps)];

static void begin(unsigned int i)
{
	pd_begin(&in_use[i], dsps[i].label, dsps[i].node, dsps[i].attrs);
}

static uint64_t events_of(unsigned int who)
{
	struct dsp_control_soc soc;

	control_select(dsps[who].label);
	soc_look(&soc);
	return soc.events;
}

/* DSP @who was told of @count events since, and the newest is this one of the other. */
static void check_told(unsigned int who, uint64_t since, unsigned int count, int event)
{
	char expected[DSP_EVENT_LEN];
	struct dsp_control_soc soc;

	control_select(dsps[who].label);
	soc_look(&soc);
	CHECK_EQ(soc.events - since, count);
	snprintf(expected, sizeof(expected), "%s %d", dsps[!who].label, event);
	if (!CHECK(!strcmp(soc.last_event, expected)))
		printf("told last: %s, expected: %s\n", soc.last_event, expected);
}

/* A call of the one that is under way while something becomes of the other. */
static struct async_call async;
static struct call call;

static void call_begin(unsigned int who)
{
	control_select(dsps[who].label);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, in_use[who].fd, &call);
	control_wait(DSP_COUNT_HELD, 1);
}

static void call_check(unsigned int who)
{
	control_select(dsps[who].label);
	control_release(1, false);
	CHECK_EQ(async_join(&async), 0);
	pd_check(&in_use[who]);
	control_select(dsps[who].label);
	CHECK_EQ(invoke_echo(in_use[who].fd, who, 10000), 0);
}

/* The one that died: its files are dead, a new one works. */
static void begin_again(unsigned int who)
{
	control_select(dsps[who].label);
	node_wait(dsps[who].node, true);
	CHECK_EQ(invoke_null(in_use[who].fd), -EPIPE);
	pd_end(&in_use[who]);
	begin(who);
	pd_check(&in_use[who]);
}

static void allow_crash(const char *label)
{
	char text[64];

	test_allow("handling crash #");
	test_allow("fatal error received: adsp_test.c:1:the board was told to crash");
	snprintf(text, sizeof(text), "crash detected in %s: type fatal error", label);
	test_allow(text);
	snprintf(text, sizeof(text), "recovering %s", label);
	test_allow(text);
}

static void stop_and_start(unsigned int who)
{
	unsigned int other = !who;
	uint64_t told = events_of(other);

	call_begin(other);
	control_select(dsps[who].label);
	dsp_stop();
	node_wait(dsps[who].node, false);
	check_told(other, told, 2, IS_GONE);
	call_check(other);
	call_begin(other);
	control_select(dsps[who].label);
	dsp_start();
	node_wait(dsps[who].node, true);
	check_told(other, told, 4, IS_THERE);
	call_check(other);
	begin_again(who);
}

static void crash(unsigned int who)
{
	unsigned int other = !who;
	uint64_t told = events_of(other);
	struct dsp_control_status st;

	allow_crash(dsps[who].label);
	call_begin(other);
	control_select(dsps[who].label);
	control_status(&st);
	soc_fatal();
	control_wait(DSP_COUNT_BOOT_EPOCH, st.boot_epoch + 1);
	node_wait(dsps[who].node, true);
	soc_wait_crash_handled();
	check_told(other, told, 4, IS_THERE);
	call_check(other);
	begin_again(who);
}

static void restore(void)
{
	control_select(OTHER);
	if (!dsp_is_running())
		dsp_start();
	control_select(DSP);
	driver_restore();
}

/* The audio PD of the first uses its heap all the time. */
static void with_both(void (*happen)(unsigned int who))
{
	struct offer region;
	unsigned int i;

	soc_require();
	if (access(OTHER_NODE, F_OK))
		test_skip("for boards with two DSPs");
	test_teardown = restore;
	daemon_came_and_went(&region);
	for (i = 0; i < ARRAY_SIZE(dsps); i++)
		begin(i);
	for (i = 0; i < 2 * ARRAY_SIZE(dsps); i++) {
		test_context("%u, %s", i, dsps[i % 2].label);
		happen(i % 2);
		control_select(DSP);
		if (i % 2 == 1)
			control_heap_in_use();
		else
			heap_check_given();
	}
	for (i = 0; i < ARRAY_SIZE(dsps); i++)
		pd_end(&in_use[i]);
}

TEST(one_stops_and_starts)
{
	with_both(stop_and_start);
}

TEST(one_crashes)
{
	with_both(crash);
}
