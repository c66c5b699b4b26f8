// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a DSP dies by itself, below the kernel's own stack: fatal error, watchdog, a boot
 * that gets nowhere.  PAS hears of it by interrupts.  The audio PD uses its heap until
 * firmware halts the DSP, and the next DSP gets that heap anew.
 */
#include <sys/utsname.h>

#include "harness.h"

#define REASON		"adsp_test.c:1:the board was told to crash"
#define BOOT_FATAL	"fatal error received: adsp_boot.c:1:the board was told to fail this boot"
#define NOT_READY	"start timed out"
#define NO_STOP_ACK	"timed out on wait"
#define OF_EACH_KIND	7
#define HELD		10

static struct offer region;
static struct dsp_control_soc mark;
static struct dsp_control_status before;

static void allow_crash(void)
{
	/* The kernel's words, at level error, for what is done on purpose. */
	test_allow("crash detected in " DSP);
	test_allow("handling crash #");
	test_allow("recovering " DSP);
	test_allow("fatal error received: " REASON);
	test_allow("watchdog without message");
}

/* A DSP that uses its heap, and an open file. */
static int begin(void)
{
	int fd;

	soc_require();
	test_teardown = soc_restore;
	allow_crash();
	fd = daemon_open();
	control_offer(0, &region);
	control_heap_in_use();
	soc_look(&mark);
	control_status(&before);
	kernel_log_mark();
	return fd;
}

static void check_asked(unsigned int shutdowns, unsigned int stops)
{
	struct dsp_control_soc now;

	soc_look(&now);
	CHECK_EQ(now.shutdowns_asked - mark.shutdowns_asked, shutdowns);
	CHECK_EQ(now.stops_asked - mark.stops_asked, stops);
}

/*
 * A crash that a person orders stops a DSP that lives.  Kernels since 7 ask such a one to
 * stop, by the stop bit; 6.12 does not.
 */
static unsigned int stops_of_an_ordered_crash(void)
{
	struct utsname kernel;

	uname(&kernel);
	return strncmp(kernel.release, "6.", 2) ? 1 : 0;
}

/* The next DSP is there, and has the heap. */
static void check_next_dsp(void)
{
	struct dsp_control_status after;

	control_wait(DSP_COUNT_BOOT_EPOCH, before.boot_epoch + 1);
	node_wait(NODE, true);
	soc_wait_crash_handled();
	CHECK(dsp_is_running());
	control_status(&after);
	CHECK_EQ(after.boot_epoch, before.boot_epoch + 1);
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	CHECK_EQ(heap_account("lost="), 0);
	heap_check_given();
}

/* A recovery: the domain has stayed. */
static void check_recovered(void)
{
	struct dsp_control_status after;

	check_next_dsp();
	control_status(&after);
	CHECK_EQ(after.domain_cookie, before.domain_cookie);
}

static void order_crash(void)
{
	dsp_crash();
}

static const struct death {
	const char *name;
	void (*happen)(void);
	const char *words;	/* of the kernel, once for each */
} deaths[] = {
	{ "fatal", soc_fatal, "fatal error received: " REASON },
	{ "watchdog", soc_watchdog, "watchdog without message" },
	{ "ordered", order_crash, "crash detected in " DSP ": type watchdog" },
};

static void die_with_calls(const struct death *death, unsigned int stops)
{
	static struct async_call async[HELD];
	static struct call calls[HELD];
	int fd = begin();

	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < HELD; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
	}
	control_wait(DSP_COUNT_HELD, HELD);
	death->happen();
	for (int i = 0; i < HELD; i++)
		CHECK_EQ(async_join(&async[i]), -EPIPE);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	node_close(fd);
	control_normal();
	check_recovered();
	CHECK_EQ(kernel_log_count(death->words), 1);
	check_asked(0, stops);
}

TEST(fatal_error)
{
	die_with_calls(&deaths[0], 0);
}

TEST(watchdog)
{
	die_with_calls(&deaths[1], 0);
}

TEST(crash_by_order)
{
	die_with_calls(&deaths[2], stops_of_an_ordered_crash());
}

/* It lives, and does not acknowledge the stop bit, where there is one. */
TEST(crash_by_order_not_acknowledged)
{
	int fd = begin();

	test_allow(NO_STOP_ACK);
	soc_faults(DSP_SOC_NO_STOP_ACK);
	order_crash();
	node_close(fd);
	check_recovered();
	CHECK_EQ(kernel_log_count(NO_STOP_ACK), stops_of_an_ordered_crash());
}

TEST(every_kind_in_turns)
{
	unsigned int rounds = board_rounds(OF_EACH_KIND);

	for (unsigned int i = 0; i < rounds * ARRAY_SIZE(deaths); i++) {
		const struct death *death = &deaths[(i + i / ARRAY_SIZE(deaths)) %
						    ARRAY_SIZE(deaths)];
		int fd;

		if (!i)
			node_close(begin());
		test_context("%s, death %u", death->name, i);
		fd = node_open();
		REQUIRE_EQ(create_audio(fd), 0);
		control_heap_in_use();
		control_status(&before);
		death->happen();
		if (i & 1)
			node_close(fd);
		check_recovered();
		node_close_all();
	}
}

/*
 * PAS hears of a fatal error while sysmon waits for the acknowledgment of a stop.  The
 * stop goes on, and the remoteproc core finds a DSP that is off: no recovery.
 */
TEST(fatal_error_during_a_stop)
{
	int fd = begin();

	soc_faults_ms(DSP_SOC_LATE_ACK, 60000);
	soc_stop_begin();
	control_wait(DSP_COUNT_CLOSING, 1);
	soc_fatal();
	CHECK(!soc_stop_is_over());
	soc_acknowledge();
	soc_stop_end();
	soc_wait_crash_handled();
	CHECK_EQ(kernel_log_count("fatal error received: " REASON), 1);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	node_close(fd);
	soc_check_off(&region);
	check_asked(1, 0);
	soc_honest();
	dsp_start();
	check_next_dsp();
}

/* ---- boots that get nowhere ---- */

/* @words: the kernel's, once. */
static void boot_in_vain(uint32_t fault, const char *words)
{
	struct dsp_control_status st;

	node_close(begin());
	test_allow(NOT_READY);
	dsp_stop();
	soc_faults(fault);
	kernel_log_mark();
	soc_start_fails(&region, -ETIMEDOUT);
	control_status(&st);
	CHECK_EQ(st.boot_epoch, before.boot_epoch + 1);
	CHECK_EQ(kernel_log_count(words), 1);
}

static void check_next_boot(void)
{
	soc_honest();
	control_status(&before);
	dsp_start();
	check_next_dsp();
}

TEST(boot_is_never_ready)
{
	boot_in_vain(DSP_SOC_NO_READY, NOT_READY);
	check_next_boot();
}

TEST(boot_ends_in_a_fatal_error)
{
	test_allow(BOOT_FATAL);
	boot_in_vain(DSP_SOC_FATAL_BOOT, BOOT_FATAL);
	check_next_boot();
}
