// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the kernel's own stack stops a DSP: sysmon asks the DSP's SSCTL service first, and
 * waits for its acknowledgment.  Only then does the driver's remove run.  What does not
 * acknowledge that gets the stop bit, and what ignores the stop bit too is halted by
 * firmware all the same.  The audio PD uses its heap up to that moment.
 *
 * Limits of the kernel: 0.5 s for the service, 5 s for its response, 10 s for the
 * acknowledgment, 5 s for that of the stop bit.
 */
#include "harness.h"

#define NO_SERVICE	"timeout waiting for ssctl service"
#define NO_RESPONSE	"timeout waiting for shutdown response"
#define NO_ACK		"timeout waiting for shutdown ack"
#define NO_STOP_ACK	"timed out on wait"

#define HELD		10
/* For ever: the kernel waits for 10 s, and a case does what it does meanwhile in less. */
#define LATE_MS		60000

static struct offer region;

/* How Linux has asked the DSP to end since the mark. */
static struct dsp_control_soc mark;

static void check_asked(unsigned int shutdowns, unsigned int stops)
{
	struct dsp_control_soc now;

	soc_look(&now);
	CHECK_EQ(now.shutdowns_asked - mark.shutdowns_asked, shutdowns);
	CHECK_EQ(now.stops_asked - mark.stops_asked, stops);
}

/* A DSP that uses its heap, and an open file. */
static int begin(void)
{
	int fd;

	soc_require();
	test_teardown = soc_restore;
	fd = daemon_open();
	control_offer(0, &region);
	control_heap_in_use();
	soc_look(&mark);
	kernel_log_mark();
	return fd;
}

static void check_ended(int fd)
{
	CHECK_EQ(invoke_null(fd), -EPIPE);
	soc_check_off(&region);
	node_close(fd);
	soc_honest();
	dsp_start();
	node_wait(NODE, true);
	heap_check_given();
}

/* The node, the state and the heap are as they were, although the DSP was asked to end. */
static void check_nothing_ended(void)
{
	CHECK_EQ(access(NODE, F_OK), 0);
	CHECK(dsp_is_running());
	CHECK_EQ(heap_pieces("region", "offered"), 1);
	control_heap_in_use();
	CHECK(!soc_stop_is_over());
}

TEST(stop_is_acknowledged)
{
	for (int i = 0; i < 3; i++) {
		int fd = begin();

		test_context("stop %d", i);
		dsp_stop();
		check_asked(1, 0);
		check_ended(fd);
	}
}

/*
 * The DSP is quiet while its acknowledgment is outstanding: it swallows calls.  The
 * driver does not know, so they wait.  They end when the driver's remove runs, which
 * is behind the acknowledgment.
 */
TEST(driver_is_removed_behind_the_acknowledgment)
{
	static struct async_call async;
	static struct call call;
	struct dsp_control_status before, st;
	int fd = begin();

	soc_faults_ms(DSP_SOC_LATE_ACK, LATE_MS);
	soc_stop_begin();
	control_wait(DSP_COUNT_CLOSING, 1);
	control_status(&before);
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, fd, &call);
	check_asked(1, 0);
	check_nothing_ended();
	soc_acknowledge();
	soc_stop_end();
	CHECK_EQ(async_join(&async), -EPIPE);
	control_status(&st);
	CHECK_EQ(st.requests, before.requests);
	check_asked(1, 0);
	check_ended(fd);
}

/* The kernel waits no longer, and sets the stop bit, which is acknowledged at once. */
TEST(acknowledgment_beyond_the_limit)
{
	int fd = begin();

	test_allow(NO_ACK);
	soc_faults_ms(DSP_SOC_LATE_ACK, LATE_MS);
	soc_stop_begin();
	control_wait(DSP_COUNT_CLOSING, 1);
	soc_faults(0);
	CHECK(soc_stop_end() >= 10000);
	CHECK_EQ(kernel_log_count(NO_ACK), 1);
	check_asked(1, 1);
	check_ended(fd);
}

/* SSCTL reads requests and answers none. */
TEST(service_is_mute)
{
	int fd = begin();

	test_allow(NO_RESPONSE);
	test_allow(NO_ACK);
	soc_faults(DSP_SOC_MUTE_SSCTL);
	soc_stop_begin();
	CHECK(soc_stop_end() >= 15000);
	check_asked(0, 1);
	CHECK_EQ(kernel_log_count("timeout waiting for shutdown "), 2);
	check_ended(fd);
}

/* The next DSP has no such service. */
static int begin_without_service(uint32_t faults)
{
	struct dsp_control_soc before, after;
	int fd;

	soc_require();
	test_allow(NO_SERVICE);
	soc_look(&before);
	soc_faults(DSP_SOC_NO_SSCTL | faults);
	fd = begin();
	soc_look(&after);
	CHECK_EQ(after.services, before.services - 1);
	return fd;
}

TEST(no_service)
{
	int fd = begin_without_service(0);

	dsp_stop();
	CHECK_EQ(kernel_log_count(NO_SERVICE), 1);
	check_asked(0, 1);
	check_ended(fd);
}

/* Nothing that Linux does makes this DSP stop: firmware does. */
TEST(no_acknowledgment_at_all)
{
	int fd = begin_without_service(DSP_SOC_NO_STOP_ACK);

	test_allow(NO_STOP_ACK);
	soc_stop_begin();
	CHECK(soc_stop_end() >= 5000);
	CHECK_EQ(kernel_log_count(NO_STOP_ACK), 1);
	check_asked(0, 1);
	check_ended(fd);
}

/* ---- a DSP that acknowledges everything, and serves calls until it is halted ---- */

TEST(works_on_while_it_is_asked)
{
	static struct async_call async[HELD];
	static struct call calls[HELD];
	int fd = begin();

	soc_faults_ms(DSP_SOC_WORKS_ON | DSP_SOC_LATE_ACK, LATE_MS);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < HELD; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
		control_wait(DSP_COUNT_HELD, i + 1);	/* the DSP releases the oldest first */
	}
	soc_stop_begin();
	soc_wait_shutdown_asked(mark.shutdowns_asked);
	CHECK_EQ(control_try_wait(DSP_COUNT_CLOSING, 1, 0), -ETIMEDOUT);
	for (int i = 0; i < 20; i++)
		CHECK_EQ(invoke_echo(fd, i, 1000 * i), 0);
	heap_check_offered(node_open(), 0);
	control_release(HELD / 2, false);
	for (int i = 0; i < HELD / 2; i++)
		CHECK_EQ(async_join(&async[i]), 0);
	check_nothing_ended();
	soc_acknowledge();
	soc_stop_end();
	for (int i = HELD / 2; i < HELD; i++)
		CHECK_EQ(async_join(&async[i]), -EPIPE);
	control_normal();
	check_asked(1, 0);
	check_ended(fd);
}

/* The driver's word, or GLINK's to a sender that came just before the driver's remove. */
static bool is_end(long ret)
{
	return ret == -EPIPE || ret == -EIO || ret == -ECANCELED;
}

/* What a call gives is right, or there is no call any more. */
static void *call_until_the_end(void *arg)
{
	uint32_t in = 0, out = 0;
	int fd = *(int *)arg;
	struct call call;
	long ret;

	do {
		in++;
		call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&call, &in, sizeof(in));
		call_out(&call, &out, sizeof(out));
		ret = call_send(fd, &call);
		if (!ret)
			CHECK_EQ(out, in);
	} while (!ret);
	CHECK(is_end(ret));
	return NULL;
}

/*
 * A request that came just before the driver's remove may be read behind it, when its
 * memory is not there any more.  Nothing else may have failed, least of all in the heap.
 */
static void check_only_late_requests_failed(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK(!st.faults || st.last_fault.iova < region.base ||
	      st.last_fault.iova >= region.base + region.size);
	st.faults = 0;
	st.violations.bad_request = 0;
	CHECK(control_clean(&st));
	control_clear();
}

TEST(works_on_until_it_is_halted)
{
	test_expects_faults();
	test_allow("bad request: metadata not reachable");
	for (int i = 0; i < board_rounds(4); i++) {
		struct dsp_control_status st;
		pthread_t threads[4];
		int fd = begin();

		test_context("stop %d", i);
		soc_faults(DSP_SOC_WORKS_ON);
		for (size_t n = 0; n < ARRAY_SIZE(threads); n++)
			REQUIRE_EQ(pthread_create(&threads[n], NULL, call_until_the_end, &fd), 0);
		control_status(&st);
		control_wait(DSP_COUNT_ANSWERS, st.answers + 100);
		dsp_stop();
		for (size_t n = 0; n < ARRAY_SIZE(threads); n++)
			pthread_join(threads[n], NULL);
		check_asked(1, 0);
		check_only_late_requests_failed();
		check_ended(fd);
	}
	CHECK_EQ(control_faults(), 0);
}
