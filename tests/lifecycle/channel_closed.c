// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GLINK channel ends and begins without its remoteproc: the DSP closes it, or the driver
 * goes and the DSP opens it again, or does not.  Each channel is a device of its own.  The
 * audio PD lives on, and has its heap.
 */
#include <pthread.h>
#include <sys/stat.h>

#include "harness.h"

#define DEVICE_PATH	"/sys/bus/rpmsg/devices/" LINK_DEVICE
#define DRIVER		"/sys/bus/rpmsg/drivers/frpc"
#define IN_USE		(-EWOULDBLOCK)
#define HELD		3
#define WAITING_MOST	64
/* A closed channel is not opened again sooner after it was opened last. */
#define REOPEN_MS	200l

static int fd;
static struct async_call async[HELD];
static struct call calls[HELD];

static void require(void)
{
	soc_require();
	test_teardown = driver_restore;
	dsp_restart();
}

static void __attribute__((constructor)) use_fixture(void)
{
	test_setup = require;
}

static void order(uint32_t action)
{
	struct dsp_control_soc soc;

	soc_order(action, 0, 0, &soc);
}

static uint64_t opens(void)
{
	struct dsp_control_soc soc;

	soc_look(&soc);
	return soc.opens;
}

/* Which device it is: no other one has this number; 0: there is none. */
static ino_t device_number(void)
{
	struct stat st;

	return stat(DEVICE_PATH, &st) ? 0 : st.st_ino;
}

/* The folder cannot be waited for, so it is read until it is as expected. */
static void device_wait(bool present)
{
	long end = now_ms() + WAIT_MS;
	bool is_there;

	do
		is_there = device_number();
	while (is_there != present && now_ms() < end);
	REQUIRE_EQ(is_there, present);
}

/* There is a device, and it is not this one. */
static void device_wait_new(ino_t old)
{
	long end = now_ms() + WAIT_MS;
	ino_t number;

	do
		number = device_number();
	while ((!number || number == old) && now_ms() < end);
	REQUIRE(number && number != old);
}

static void close_channel(void)
{
	order(DSP_SOC_CLOSE);
	node_wait(NODE, false);
	device_wait(false);
}

static void open_channel(void)
{
	order(DSP_SOC_OPEN);
	node_wait(NODE, true);
}

static void hold_calls(void)
{
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, HELD, 0);
	for (int i = 0; i < HELD; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
	}
	control_wait(DSP_COUNT_HELD, HELD);
}

static void check_held_calls_ended(void)
{
	for (int i = 0; i < HELD; i++)
		CHECK_EQ(async_join(&async[i]), -EPIPE);
}

/* The DSP goes on as if nothing was: it stores, and loses no page. */
static void check_dsp_still_stores(void)
{
	struct dsp_control_status st;

	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 100);
}

/* ---- the DSP closes the channel ---- */

TEST(closed_and_opened)
{
	int old;

	for (int i = 0; i < board_rounds(4); i++) {
		uint64_t before = opens();

		test_context("round %d", i);
		fd = node_open();
		REQUIRE_EQ(attach(fd), 0);
		hold_calls();
		close_channel();
		check_held_calls_ended();
		CHECK_EQ(invoke_null(fd), -EPIPE);
		CHECK_EQ(attach(fd), -EPIPE);
		old = fd;
		open_channel();
		control_wait(DSP_COUNT_CHANNEL_OPENS, before + 1);
		CHECK_EQ(opens(), before + 1);
		fd = node_open();
		CHECK_EQ(attach(fd), 0);
		/* answers to calls of the channel that was closed */
		control_release(DSP_ANY, false);
		CHECK_EQ(invoke_echo(fd, i, 3000), 0);
		CHECK_EQ(invoke_null(old), -EPIPE);
		node_close(old);
		node_close(fd);
		sessions_check();
	}
}

/* The DSP may answer calls of the channel that was closed: no later call has their cookies. */
TEST(cookies_are_not_used_again)
{
	uint64_t cookies[8];
	struct dsp_control_capture cap;

	for (size_t i = 0; i < ARRAY_SIZE(cookies); i++) {
		fd = node_open();
		REQUIRE_EQ(attach(fd), 0);
		control_capture(0, &cap);
		cookies[i] = wire_word(cap.msg + 8, 8);
		for (size_t j = 0; j < i; j++) {
			test_context("channels %zu and %zu", j, i);
			CHECK(cookies[i] != cookies[j]);
		}
		close_channel();
		node_close(fd);
		open_channel();
	}
}

TEST(closed_with_the_heap_in_use)
{
	struct dsp_control_status before, after;
	struct offer o;

	fd = daemon_open();
	control_heap_in_use();
	test_allow("the DSP still has it");	/* not a complaint */
	control_status(&before);
	for (int i = 0; i < 3; i++) {
		test_context("round %d", i);
		close_channel();
		CHECK_EQ(create_audio(fd), -EPIPE);
		check_dsp_still_stores();
		CHECK_EQ(driver_unload(), IN_USE);	/* the DSP has memory of the driver's */
		node_close(fd);
		CHECK_EQ(driver_unload(), IN_USE);
		open_channel();
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_offer(0, &o);
		CHECK_EQ(o.pages, 0);			/* it has it already */
		check_dsp_still_stores();
	}
	control_status(&after);
	CHECK_EQ(after.heap_pages, before.heap_pages);
	CHECK_EQ(after.audio_pd_epoch, before.audio_pd_epoch);
	CHECK_EQ(heap_account("lost="), 0);
	node_close(fd);
	/* the next DSP gets it in the ordinary way */
	dsp_restart();
	heap_check_given();
}

/* The next PD is offered what the DSP has all the time, as it is. */
TEST(audio_pd_restarts_while_closed)
{
	fd = daemon_open();
	control_heap_in_use();
	heap_wait_account(" pd=up ");
	test_allow("the DSP still has it");
	close_channel();
	node_close(fd);
	CHECK_EQ(control_restart_pd(), 0);
	open_channel();
	fd = node_open();
	heap_check_offered(fd, 1);
	heap_check_offered(fd, 0);
	check_dsp_still_stores();
}

/* Closed for good: the driver and the remoteproc come and go all the same. */
TEST(closed_then_unloaded)
{
	close_channel();
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(access(DEVICE_PATH, F_OK), -1);
	open_channel();
	heap_check_given();
}

TEST(closed_then_stopped)
{
	for (int i = 0; i < 3; i++) {
		test_context("round %d", i);
		fd = daemon_open();
		control_heap_in_use();
		test_allow("the DSP still has it");
		close_channel();
		node_close(fd);
		dsp_stop();
		if (i == 1) {
			REQUIRE_EQ(driver_unload(), 0);
			REQUIRE_EQ(driver_load(), 0);
		}
		dsp_start();
		heap_check_given();
	}
}

/* There is a device, and no driver for it. */
TEST(closed_without_a_driver)
{
	ino_t old;

	REQUIRE_EQ(driver_unload(), 0);
	device_wait(true);
	order(DSP_SOC_CLOSE);
	device_wait(false);
	REQUIRE_EQ(driver_load(), 0);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	open_channel();
	REQUIRE_EQ(driver_unload(), 0);
	device_wait(true);
	old = device_number();
	order(DSP_SOC_CLOSE);
	order(DSP_SOC_OPEN);
	device_wait_new(old);
	REQUIRE_EQ(driver_load(), 0);
	heap_check_given();
}

/* ---- the driver goes ---- */

static void unbind(void)
{
	REQUIRE_EQ(file_write(DRIVER "/unbind", LINK_DEVICE), 0);
}

/*
 * What is unbound is gone; the DSP opens another channel, which binds by itself.  Who binds
 * by hand before the old device has gone confuses GLINK: it then mixes up two channels.
 */
TEST(unbound_and_bound_too_late)
{
	for (int i = 0; i < board_rounds(4); i++) {
		uint64_t before = opens();

		test_context("round %d", i);
		fd = node_open();
		REQUIRE_EQ(attach(fd), 0);
		unbind();
		control_wait(DSP_COUNT_CHANNEL_OPENS, before + 1);
		node_wait(NODE, true);
		CHECK_EQ(file_write(DRIVER "/bind", LINK_DEVICE), -EBUSY);
		CHECK_EQ(opens(), before + 1);
		CHECK_EQ(invoke_null(fd), -EPIPE);
		node_close(fd);
		CHECK_EQ(invoke_null(node_open()), 0);
		node_close_all();
	}
	heap_check_given();
}

TEST(unbound_for_good)
{
	struct offer o;

	fd = daemon_open();
	control_heap_in_use();
	test_allow("the DSP still has it");
	soc_faults(DSP_SOC_NO_REOPEN);
	unbind();
	device_wait(false);
	CHECK_EQ(file_write(DRIVER "/bind", LINK_DEVICE), -ENODEV);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	node_close(fd);
	check_dsp_still_stores();
	soc_faults(0);			/* which does not open it either */
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	CHECK_EQ(access(DEVICE_PATH, F_OK), -1);
	dsp_restart();
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_heap_in_use();
}

/* A channel that comes and goes does so five times a second at most. */
TEST(not_opened_in_a_hurry)
{
	int rounds = 15;
	long began, took;

	/* without a driver, whose probe would take as long */
	REQUIRE_EQ(driver_unload(), 0);
	device_wait(true);
	began = now_ms();
	for (int i = 0; i < rounds; i++) {
		order(DSP_SOC_CLOSE);
		device_wait(false);
		order(DSP_SOC_OPEN);
		device_wait(true);
	}
	took = now_ms() - began;
	test_context("%d times in %ld ms", rounds, took);
	CHECK(took >= (rounds - 1) * REOPEN_MS);
}

/* ---- messages at the wrong time ---- */

static volatile bool storm_ends;

/* Answers to everything that was ever asked; the channel may be there or not. */
static void *storm(void *arg)
{
	struct dsp_control_inject in = { .label = DSP, .len = 16 };
	long *sent = arg;

	for (uint32_t i = 0; !storm_ends; i++) {
		uint64_t ctx = (i % 256) << 8 | (i & 1);
		struct dsp_control_soc soc;
		int ret;

		/* Linux takes them more slowly, and the DSP must not be busy with them for ever */
		for (soc_look(&soc); soc.waiting > WAITING_MOST && !storm_ends; soc_look(&soc))
			sched_yield();
		memcpy(in.data, &ctx, sizeof(ctx));
		ret = control_ioctl(DSP_CONTROL_INJECT, &in);
		if (ret != -ENOTCONN)
			CHECK_EQ(ret, 0);
		*sent += !ret;
	}
	return NULL;
}

TEST(messages_while_the_driver_comes_and_goes)
{
	pthread_t thread;
	long sent = 0;

	storm_ends = false;
	REQUIRE_EQ(pthread_create(&thread, NULL, storm, &sent), 0);
	for (int i = 0; i < board_rounds(4); i++) {
		uint64_t before = opens();

		test_context("round %d", i);
		fd = node_open();
		CHECK_EQ(invoke_null(fd), 0);
		if (i % 2) {
			unbind();
		} else {
			node_close(fd);
			REQUIRE_EQ(driver_unload(), 0);
			REQUIRE_EQ(driver_load(), 0);
		}
		control_wait(DSP_COUNT_CHANNEL_OPENS, before + 1);
		node_wait(NODE, true);
		node_close_all();
	}
	storm_ends = true;
	pthread_join(thread, NULL);
	CHECK(sent > 100);
	fd = node_open();
	CHECK_EQ(invoke_echo(fd, 1, 3000), 0);
}

static void *load(void *result)
{
	*(int *)result = driver_load();
	return NULL;
}

/* The probe has begun, and is held where it makes the context banks. */
static void load_and_hold(pthread_t *thread, int *result)
{
	REQUIRE_EQ(driver_unload(), 0);
	device_wait(true);
	control_hold(DSP_HOLD_PROBE, true);
	REQUIRE_EQ(pthread_create(thread, NULL, load, result), 0);
	control_wait(DSP_COUNT_AT_HOLD, 1);
}

static void let_go(pthread_t thread, int *result)
{
	control_hold(DSP_HOLD_PROBE, false);
	pthread_join(thread, NULL);
	CHECK_EQ(*result, 0);
}

/* The DSP gets an intent when it asks, before the driver is ready: answers to nothing. */
TEST(messages_in_the_probe)
{
	uint8_t rsp[16] = { 0, 0, 1 };
	struct dsp_control_soc soc;
	int result = 1;
	pthread_t thread;

	control_inject_at_create(rsp, sizeof(rsp));
	load_and_hold(&thread, &result);
	for (int i = 0; i < 256; i++) {
		rsp[1] = i;
		control_inject(rsp, i % 8 ? sizeof(rsp) : 3);
	}
	for (long end = now_ms() + WAIT_MS; now_ms() < end;) {
		soc_look(&soc);
		if (!soc.waiting)
			break;
	}
	CHECK_EQ(soc.waiting, 0);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	let_go(thread, &result);
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_echo(fd, 1, 3000), 0);
}

/* The driver's end comes as soon as its beginning is over. */
TEST(closed_in_the_probe)
{
	int result = 1;
	pthread_t thread;

	for (int i = 0; i < 4; i++) {
		test_context("round %d", i);
		load_and_hold(&thread, &result);
		order(DSP_SOC_CLOSE);
		if (i % 2)
			order(DSP_SOC_OPEN);	/* Linux has it to do after the CLOSE */
		let_go(thread, &result);
		if (!(i % 2)) {
			device_wait(false);
			/* the folder loses the device before the driver has left it */
			node_wait(NODE, false);
			open_channel();
		}
		/* of the channel that was closed, the node may be there still */
		control_wait(DSP_COUNT_CHANNEL_CLOSES, i + 1);
		device_wait(true);
	}
	node_wait(NODE, true);
	dsp_restart();
	heap_check_given();
}
