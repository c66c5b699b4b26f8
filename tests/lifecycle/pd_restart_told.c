// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD restarts alone and the driver is told, by the service registry of the
 * DSP.  Each PD gets the region once, and none gets it by mistake.
 */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"
#include "servreg.h"

#define MIB		(1ul << 20)
#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"
#define CREATE_STATIC	8	/* method of handle 1 */
#define LATE_MS		60000	/* for ever: the kernel waits for 10 s */
#define BUS		"/sys/bus/rpmsg/"
#define QRTR_DEVICE	"remoteproc-" DSP ":glink-edge.IPCRTR.-1.-1"

/* ---- what the driver says of its heap ---- */

static bool heap_says(const char *word)
{
	char text[4096];

	REQUIRE(file_read(HEAPS, text, sizeof(text)) > 0);
	return strstr(text, word);
}

static bool piece_is(const char *what, const char *state)
{
	char text[4096], line[32], *at;

	REQUIRE(file_read(HEAPS, text, sizeof(text)) > 0);
	snprintf(line, sizeof(line), "\n  %s [", what);
	at = strstr(text, line);
	at = at ? strchr(at, ']') : NULL;
	at = at ? at + 2 : NULL;
	return at && !strncmp(at, state, strlen(state)) && at[strlen(state)] == '\n';
}

/* ---- the board ---- */

static void kernel_or_skip(void)
{
	if (!servreg_is_possible())
		test_skip("the DSP of this board has no service registry");
	node_wait(NODE, true);
	if (access("/sys/module/pdr_interface", F_OK))
		test_skip("this kernel has no PDR helper, so the driver cannot be told");
}

static void dsp_order(uint32_t action, uint32_t faults)
{
	struct dsp_control_soc order = { .label = DSP, .action = action, .faults = faults };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_SOC, &order), 0);
}

static void put_back(void)
{
	if (servreg_is_possible())
		dsp_order(DSP_SOC_FAULTS, 0);
	servreg_stop();
	driver_restore();
}

/* The helper would wait for an answer that the DSP does not live to give, and say so. */
static void let_driver_register(void)
{
	control_try_wait(DSP_COUNT_LISTEN, 1, WAIT_MS);
}

/* A fresh driver, so that it does not listen yet, then a fresh DSP. */
static void begin(enum dsp_servreg_fault fault)
{
	test_teardown = put_back;
	kernel_or_skip();
	let_driver_register();
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	servreg_start(fault);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	node_wait(NODE, true);
}

/* The same, and its audio PD is up. */
static void begin_up(void)
{
	begin(SERVREG_HONEST);
	servreg_wait_listeners(1);
	servreg_tell(SERVREG_UP);
	CHECK(heap_says(" pd=up "));
}

/* The listener registers again. */
static void restart_dsp(void)
{
	unsigned int came = servreg_came();

	dsp_restart();
	servreg_wait_came(came + 1);
}

static void pd_dies_and_comes_back(void)
{
	REQUIRE_EQ(control_restart_pd(), 0);
}

static void told_restart(void)
{
	servreg_tell(SERVREG_DOWN);
	pd_dies_and_comes_back();
	servreg_tell(SERVREG_UP);
}

/*
 * The PD has all of the region and works in it.  It is not zero for the second one:
 * the DSP runs, so the CPU must not touch it.
 */
static void check_in_use(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK(st.heap_pages);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 20);
	heap_check_open(st.heap_base);
	heap_check_open(st.heap_base + st.heap_size - PAGE);
}

/* ---- told, and right ---- */

TEST(offered_again_once)
{
	int fd, other;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	CHECK(piece_is("region", "offered"));
	for (int i = 0; i < 3; i++) {
		test_context("restart %d", i);
		servreg_tell(SERVREG_DOWN);
		CHECK(heap_says(" pd=down "));
		CHECK(piece_is("region", "orphaned"));
		pd_dies_and_comes_back();
		servreg_tell(SERVREG_UP);
		CHECK(heap_says(" pd=up "));
		heap_check_offered(fd, 1);
		CHECK(piece_is("region", "offered"));
		check_in_use();
		other = node_open();
		heap_check_offered(other, 0);
		heap_check_offered(fd, 0);
		node_close(other);
	}
}

TEST(told_everything_twice)
{
	int fd;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	servreg_tell(SERVREG_DOWN);
	servreg_tell(SERVREG_DOWN);
	pd_dies_and_comes_back();
	servreg_tell(SERVREG_UP);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	check_in_use();
}

/* It was down before any client came: there is no segment to offer again. */
TEST(restarted_before_the_first_offer)
{
	int fd;

	begin_up();
	fd = node_open();
	servreg_tell(SERVREG_DOWN);
	CHECK(piece_is("region", "unclaimed"));
	CHECK_EQ(create_audio(fd), -ENOTCONN);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 1);
	CHECK(piece_is("region", "offered"));
	control_heap_in_use();
	heap_check_offered(fd, 0);
}

TEST(nothing_is_offered_while_down)
{
	struct fastrpc_req_mmap map = {
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = MIB,
	};
	struct dsp_control_status before, after;
	int fd;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_DOWN);
	control_status(&before);
	kernel_log_mark();
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(create_audio(fd), -ENOTCONN);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), -ENOTCONN);
	CHECK_EQ(kernel_log_count(DRIVER_WORD), 0);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(invoke_null(fd), 0);		/* the rest of the channel works */
	pd_dies_and_comes_back();
	servreg_tell(SERVREG_UP);
	/* the new PD has to have the region first */
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), -ENOMEM);
	heap_check_offered(fd, 1);
	check_in_use();
}

/*
 * What came of an offer in the last run of the DSP is heard of behind the end of that run: in
 * this one it does not count, and a PD that restarts gets the region again.
 */
TEST(unanswered_in_an_earlier_run)
{
	unsigned int came;
	int fd;

	begin_up();
	came = servreg_came();
	errand_cut_short(node_open(), CREATE_STATIC, create_audio, ERRAND_WAKES_LATE, dsp_stop);
	dsp_start();
	servreg_wait_came(came + 1);
	servreg_tell(SERVREG_UP);
	node_wait(NODE, true);
	fd = node_open();
	heap_check_offered(fd, 1);
	told_restart();
	heap_check_offered(fd, 1);
	check_in_use();
}

/* The new PD knows nothing of what was added for the old one. */
TEST(growth_stays_with_the_dsp)
{
	struct fastrpc_req_mmap map = {
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = MIB,
	};
	struct fastrpc_req_munmap unmap = { .size = MIB };
	struct dsp_control_capture cap;
	uint64_t added;
	int fd;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), 0);
	control_capture(0, &cap);
	added = wire_word(control_argument(&cap, 3, 1, 16), 8);
	unmap.vaddrout = map.vaddrout;
	told_restart();
	heap_check_offered(fd, 1);
	CHECK(piece_is("growth", "offered"));
	heap_check_open(added);
	CHECK(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap) != 0);
	CHECK(piece_is("growth", "offered"));
	heap_check_open(added);
	/* but it can have more */
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), 0);
	unmap.vaddrout = map.vaddrout;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap), 0);
	dsp_stop();
	CHECK(!heap_says("growth ["));
	CHECK(piece_is("region", "unclaimed"));
}

/* ---- with something in flight ---- */

static void start_held_create(struct errand *create, int fd)
{
	control_behave(1, CREATE_STATIC, DSP_ANSWER_HOLD, 1, 0);
	errand_start(create, create_audio, fd);
	control_wait(DSP_COUNT_HELD, 1);
}

/* The old PD had taken it: its answer comes before the driver lets the new one start. */
TEST(answered_while_going_down)
{
	struct errand create;
	int fd;

	begin_up();
	fd = node_open();
	start_held_create(&create, fd);
	servreg_send(SERVREG_DOWN);
	heap_wait_account(" pd=down ");
	control_release(1, false);
	servreg_wait_ack();
	CHECK_EQ(errand_end(&create), 0);
	CHECK(piece_is("region", "orphaned"));
	pd_dies_and_comes_back();
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 1);
	check_in_use();
}

/* It is unknown which PD takes it: not again for this one, but for the next. */
TEST(not_answered_while_going_down)
{
	struct errand create;
	int fd;

	begin_up();
	fd = node_open();
	/* the second offer: never_answered has the first of a run */
	heap_check_offered(fd, 1);
	told_restart();
	start_held_create(&create, fd);
	servreg_tell(SERVREG_DOWN);
	CHECK(piece_is("region", "offered"));
	pd_dies_and_comes_back();
	servreg_tell(SERVREG_UP);
	control_release(1, false);
	CHECK_EQ(errand_end(&create), 0);
	heap_check_offered(fd, 0);
	told_restart();
	heap_check_offered(fd, 1);
	check_in_use();
}

/* Never answered: it may be with any PD until the DSP is halted. */
TEST(never_answered)
{
	pid_t child;
	int fd;

	begin_up();
	control_behave(1, CREATE_STATIC, DSP_ANSWER_HOLD, 1, 0);
	child = fork();
	REQUIRE(child >= 0);
	if (!child)
		_exit(create_audio(node_try_open(NODE)) != 0);
	control_wait(DSP_COUNT_HELD, 1);
	kill(child, SIGKILL);
	REQUIRE_EQ(waitpid(child, NULL, 0), child);
	told_restart();
	fd = node_open();
	heap_check_offered(fd, 0);
	CHECK(piece_is("region", "offered"));
	control_release(1, false);
	node_close(fd);
	restart_dsp();
	heap_check_offered(node_open(), 1);
	control_heap_in_use();
}

/* ---- the DSP, the driver and the registry come and go ---- */

static void allow_crash(void)
{
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
}

/* A driver that closed a lookup would wait for a DSP that reads no message. */
TEST(one_listener_for_all_runs)
{
	begin_up();
	for (unsigned int runs = 2; runs < 5; runs++) {
		test_context("run %u", runs);
		restart_dsp();
		CHECK_EQ(servreg_came(), runs);
		servreg_tell(SERVREG_UP);
		CHECK(heap_says(" pd=up "));
		heap_check_offered(node_open(), 1);
	}
	CHECK_EQ(servreg_asked(), 1);		/* for the one lookup */
	told_restart();
	heap_check_offered(node_open(), 1);
	check_in_use();
}

/*
 * The driver waits for an answer before it takes the next news: these are taken when the DSP
 * has crashed, and are over with its run.
 */
TEST(news_of_an_earlier_run)
{
	unsigned int came;
	struct errand create;
	int fd;

	allow_crash();
	test_allow("failed to send QMI message");
	begin_up();
	fd = node_open();
	start_held_create(&create, fd);
	came = servreg_came();
	servreg_send(SERVREG_DOWN);
	servreg_send(SERVREG_UP);
	servreg_send(SERVREG_DOWN);
	dsp_crash();
	CHECK_EQ(errand_end(&create), -EPIPE);
	servreg_wait_came(came + 1);
	CHECK(heap_says(" pd=unknown "));
	fd = node_open();
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	control_heap_in_use();
}

/* The driver knows of no "up" of this run, so a "down" ends nothing. */
static void check_down_without_up(void)
{
	int fd;

	CHECK(heap_says(" pd=unknown "));
	servreg_tell(SERVREG_DOWN);
	CHECK(heap_says(" pd=unknown "));
	fd = node_open();
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	control_heap_in_use();
}

/* "Up" of the run before is no "up" of this one. */
TEST(down_without_up)
{
	begin_up();
	heap_check_offered(node_open(), 1);
	restart_dsp();
	check_down_without_up();
}

TEST(dsp_crashes_while_down)
{
	unsigned int came;
	int fd;

	allow_crash();
	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	servreg_tell(SERVREG_DOWN);
	CHECK_EQ(create_audio(fd), -ENOTCONN);
	node_close(fd);
	came = servreg_came();
	dsp_crash();
	fd = node_open();
	CHECK(heap_says(" pd=unknown "));
	heap_check_offered(fd, 1);
	CHECK(piece_is("region", "offered"));
	control_heap_in_use();
	servreg_wait_came(came + 1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	told_restart();
	heap_check_offered(fd, 1);
	check_in_use();
}

/* The driver lets go of the channel, and the DSP does not open it again by itself. */
static void unbind(void)
{
	char device[64];

	dsp_order(DSP_SOC_FAULTS, DSP_SOC_NO_REOPEN);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	node_wait(NODE, false);
}

/* With an open channel there is a device again, and the driver binds to it. */
static void bind(void)
{
	dsp_order(DSP_SOC_FAULTS, 0);
	dsp_order(DSP_SOC_OPEN, 0);
	node_wait(NODE, true);
}

TEST(unbound_meanwhile)
{
	struct dsp_control_status st;
	int fd;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	control_status(&st);
	node_close(fd);
	unbind();
	told_restart();
	CHECK(piece_is("region", "orphaned"));
	heap_check_open(st.heap_base);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	bind();
	fd = node_open();
	CHECK(heap_says(" pd=up "));
	heap_check_offered(fd, 1);
	check_in_use();
	heap_check_offered(fd, 0);
	/* and once more without being used in between: it stays open all the same */
	told_restart();
	node_close(fd);
	unbind();
	CHECK(piece_is("region", "orphaned"));
	heap_check_open(st.heap_base);
	bind();
	heap_check_offered(node_open(), 1);
	check_in_use();
}

/* New channels get no driver; with the one for QRTR the driver is told all the same. */
static void bind_only_qrtr(void)
{
	REQUIRE_EQ(file_write(BUS "drivers_autoprobe", "0"), 0);
	dsp_start();
	while (file_write(BUS "drivers/qcom_smd_qrtr/bind", QRTR_DEVICE) == -ENODEV)
		sched_yield();
	/* else the driver is bound when the DSP opens its channel */
	while (access(BUS "devices/" LINK_DEVICE, F_OK))
		sched_yield();
	REQUIRE_EQ(file_write(BUS "drivers_autoprobe", "1"), 0);
}

static void put_back_bus(void)
{
	file_write(BUS "drivers_autoprobe", "1");
	file_write(BUS "drivers/frpc/bind", LINK_DEVICE);
	put_back();
}

/* What the driver hears before it has a channel: "up" is kept, and "down" ends it. */
TEST(told_before_the_channel)
{
	static const uint32_t last[] = { SERVREG_UP, SERVREG_DOWN };
	int fd;

	begin_up();
	test_teardown = put_back_bus;
	for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
		unsigned int came = servreg_came();

		test_context("state 0x%x", last[i]);
		dsp_stop();
		bind_only_qrtr();
		servreg_wait_came(came + 1);
		servreg_tell(SERVREG_UP);
		servreg_tell(last[i]);
		REQUIRE_EQ(file_write(BUS "drivers/frpc/bind", LINK_DEVICE), 0);
		node_wait(NODE, true);
		CHECK(heap_says(last[i] == SERVREG_UP ? " pd=up " : " pd=unknown "));
		fd = node_open();
		heap_check_offered(fd, 1);
		control_heap_in_use();
		if (last[i] == SERVREG_UP) {
			told_restart();
			heap_check_offered(fd, 1);
			check_in_use();
		}
		node_close(fd);
	}
}

static void stop_to_its_end(void)
{
	soc_honest();
	soc_restore();
	put_back_bus();
}

/*
 * The channel comes when a stop has the remoteproc's lock: the driver does not watch that run,
 * and does not learn of its end.  What it was told of the run is nothing in the next.
 */
TEST(told_in_a_run_that_is_not_watched)
{
	struct dsp_control_soc soc;
	unsigned int came;

	begin_up();
	test_teardown = stop_to_its_end;
	came = servreg_came();
	dsp_stop();
	bind_only_qrtr();
	servreg_wait_came(came + 1);
	servreg_tell(SERVREG_UP);
	soc_look(&soc);
	soc_faults_ms(DSP_SOC_WORKS_ON | DSP_SOC_LATE_ACK, LATE_MS);
	soc_stop_begin();
	soc_wait_shutdown_asked(soc.shutdowns_asked);
	REQUIRE_EQ(file_write(BUS "drivers/frpc/bind", LINK_DEVICE), 0);
	node_wait(NODE, true);
	CHECK(heap_says(" pd=up "));
	CHECK(!soc_stop_is_over());
	soc_acknowledge();
	soc_stop_end();
	soc_honest();
	/* the registry has gone, and its last word comes behind that */
	heap_wait_account(" pd=unknown ");
	test_allow("PDR: ");
	servreg_send_behind(SERVREG_UP);
	heap_wait_account(" pd=up ");
	dsp_start();
	node_wait(NODE, true);
	servreg_wait_came(came + 2);
	check_down_without_up();
}

TEST(unloaded_afterwards)
{
	int fd;

	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	told_restart();
	heap_check_offered(fd, 1);
	node_close(fd);
	CHECK_EQ(driver_unload(), -EWOULDBLOCK);
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	servreg_start(SERVREG_HONEST);
	REQUIRE_EQ(driver_load(), 0);
	dsp_start();
	fd = node_open();
	servreg_wait_listeners(1);
	CHECK_EQ(servreg_came(), 1);		/* what was left with the helper would come first */
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 1);
	control_heap_in_use();
}

/* The DSP runs on, so it is the helper's sockets that end the listening. */
TEST(unloaded_before_the_first_offer)
{
	begin_up();
	REQUIRE_EQ(driver_unload(), 0);
	servreg_wait_listeners(0);
	REQUIRE_EQ(driver_load(), 0);
	node_wait(NODE, true);
	servreg_wait_listeners(1);
	servreg_tell(SERVREG_UP);
	heap_check_offered(node_open(), 1);
	control_heap_in_use();
}

/* The DSP itself tells, and starts the new PD when the driver has acknowledged. */
TEST(told_by_the_dsp)
{
	int fd;

	test_teardown = put_back;
	kernel_or_skip();
	let_driver_register();
	dsp_restart();
	heap_wait_account(" pd=up ");
	fd = node_open();
	heap_check_offered(fd, 1);
	for (int i = 0; i < 3; i++) {
		test_context("restart %d", i);
		pd_dies_and_comes_back();
		heap_wait_account(" pd=up ");
		heap_check_offered(fd, 1);
		CHECK(piece_is("region", "offered"));
		check_in_use();
	}
}

/* ---- a registry that is of no use ---- */

/* As without one: once for a run of the DSP, and the log is not filled. */
static void check_conservative(enum dsp_servreg_fault fault)
{
	int fd;

	kernel_log_mark();
	begin(fault);
	servreg_wait_asked();
	fd = node_open();
	heap_check_offered(fd, 1);
	pd_dies_and_comes_back();
	if (fault == SERVREG_STATELESS || fault == SERVREG_DEAF) {
		servreg_wait_listeners(1);
		servreg_send(SERVREG_DOWN);
	}
	for (int i = 0; i < 100; i++)
		heap_check_offered(fd, 0);
	CHECK(piece_is("region", "offered"));
	node_close(fd);
	dsp_stop();
	/* what the helper waits for ends here */
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE(kernel_log_count("PDR: ") < 10);
}

TEST(registry_that_is_of_no_use)
{
	static const enum dsp_servreg_fault faults[] = {
		SERVREG_MUTE, SERVREG_REFUSES, SERVREG_ELSEWHERE, SERVREG_BABBLE,
		SERVREG_DEAF, SERVREG_STATELESS,
	};

	/* the helper's own words, a few for each run of the DSP */
	test_allow("PDR: ");
	test_allow("failed to decode incoming message");
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		test_context("fault %d", faults[i]);
		check_conservative(faults[i]);
		put_back();
	}
}

/* The helper drops a lookup that is refused, and keeps one that finds no domain. */
TEST(registry_that_recovers)
{
	static const enum dsp_servreg_fault faults[] = { SERVREG_REFUSES, SERVREG_ELSEWHERE };
	int fd;

	test_allow("PDR: ");
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		test_context("fault %d", faults[i]);
		begin(faults[i]);
		servreg_wait_asked();
		dsp_stop();
		servreg_start(SERVREG_HONEST);
		dsp_start();
		servreg_wait_listeners(1);
		servreg_tell(SERVREG_UP);
		fd = node_open();
		heap_check_offered(fd, 1);
		told_restart();
		heap_check_offered(fd, 1);
		check_in_use();
		node_close(fd);
		put_back();
	}
}

/* Words that mean nothing, or mean another domain. */
TEST(news_that_is_none)
{
	static const uint32_t states[] = {
		SERVREG_EARLY, SERVREG_UNINIT, 0, 1, 0xffffffff, 0x80000000,
	};
	uint8_t noise[DSP_SERVREG_BYTES];
	int fd;

	test_allow("failed to decode incoming message");
	test_allow("qmi_decode: Inval");
	begin_up();
	fd = node_open();
	heap_check_offered(fd, 1);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		test_context("state 0x%x", states[i]);
		servreg_tell(states[i]);
		CHECK(heap_says(" pd=up "));
		heap_check_offered(fd, 0);
	}
	test_context("noise");
	servreg_send_of("msm/adsp/sensor_pd", SERVREG_DOWN);
	servreg_send_of("", SERVREG_DOWN);
	for (unsigned int len = 1; len <= sizeof(noise); len += 17) {
		fill_pattern(noise, len, len);
		servreg_send_raw(noise, len);
	}
	servreg_tell(SERVREG_UP);
	heap_check_offered(fd, 0);
	control_heap_in_use();
}
