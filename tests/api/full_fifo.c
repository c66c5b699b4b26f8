// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP reads nothing more of what Linux writes, and the FIFO of the link fills up.
 * GLINK would wait until it reads on, however long that takes.  The driver does not go
 * there: its callers wait 10 s at most, and a signal ends that.
 *
 * Calls alone do not fill the FIFO.  What else there is on a link of a DSP is QRTR.
 */
#include <linux/qrtr.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"
#include "servreg.h"

#define DSP_NODE	5		/* of the ADSP, in QRTR */
#define NO_SERVICE	0x7000		/* a port where nothing is listening */
#define WAIT_FOR_DSP_MS	10000l
/* For all that is not that wait: on a busy machine, and still less than a second one. */
#define AT_ONCE_MS	(8000l * board_slowness())

/*
 * Two packets leave 680 of the 16368 bytes that can be used: a packet takes 48 more than its
 * data, and a call takes 56.  GLINK's own messages take some.  The second packet is too
 * large for the intent of the first.
 */
static const size_t packet_sizes[] = { 7792, 7800 };
#define FIT		12		/* or fewer */
#define CALLS		16		/* for fewer than the 20 intents */

static void __attribute__((constructor)) allow_time(void)
{
	puts("@limit 600");
}

static int fd;
static struct async_call async[CALLS];
static struct call calls[CALLS];

static void send_packets(void)
{
	static const uint8_t packet[8192];
	struct sockaddr_qrtr to = {
		.sq_family = AF_QIPCRTR, .sq_node = DSP_NODE, .sq_port = NO_SERVICE,
	};
	int sock = socket(AF_QIPCRTR, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	REQUIRE(sock >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(packet_sizes); i++)
		REQUIRE_EQ(sendto(sock, packet, packet_sizes[i], 0, (void *)&to, sizeof(to)),
			   packet_sizes[i]);
	close(sock);
}

/* In each run the driver registers with the service registry, which takes room. */
static void wait_for_registration(void)
{
	if (servreg_is_possible() && !access("/sys/module/pdr_interface", F_OK))
		servreg_wait_listeners(1);
}

/* There is room for some calls. */
static void fill_with_packets(void)
{
	soc_require();
	dsp_restart();
	wait_for_registration();
	fd = node_open();
	REQUIRE_EQ(attach(fd), 0);
	/* GLINK has intents for packets of these sizes now, and needs no answer for more */
	send_packets();
	REQUIRE_EQ(invoke_null(fd), 0);
	soc_faults(DSP_SOC_STALL_FIFO);
	send_packets();
}

/* The FIFO is full of packets and calls, and the callers that found no room wait. */
static void fill(void)
{
	fill_with_packets();
	for (int i = 0; i < CALLS; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
	}
	task_wait_inside(getpid(), "frpc_send", CALLS - FIT);
	kernel_log_mark();
}

static void check_took(long began, long least, long most)
{
	long took = now_ms() - began;

	if (!CHECK(took >= least && took <= most))
		printf("it took %ld ms, expected %ld to %ld\n", took, least, most);
}

/* How many of the calls ended with this result. */
static int join_all(long result)
{
	int count = 0;

	for (int i = 0; i < CALLS; i++)
		count += async_join(&async[i]) == result;
	return count;
}

TEST(read_on)
{
	long began;

	fill();
	began = now_ms();
	soc_faults(0);
	CHECK_EQ(join_all(0), CALLS);
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(invoke_null(fd), 0);
}

/* The callers whose request found no room have returned. */
static void wait_for_those_without_room(void)
{
	long end = now_ms() + AT_ONCE_MS;

	while (file_number("/proc/self/status", "Threads:") > 1 + FIT && now_ms() < end)
		sched_yield();
}

/* Those that were sent are answered when the DSP reads; the others gave up together. */
TEST(one_waits_for_all)
{
	int answered = 0, given_up = 0;
	long began = now_ms(), result;

	/* the first one waits since some moment in here */
	fill();
	CHECK_EQ(invoke_null(fd), -ETIMEDOUT);
	check_took(began, WAIT_FOR_DSP_MS - 500, WAIT_FOR_DSP_MS + 2 * AT_ONCE_MS);
	/* a DSP that is dead is not waited for again at once */
	began = now_ms();
	CHECK_EQ(invoke_null(fd), -ETIMEDOUT);
	CHECK_EQ(attach(fd), -ETIMEDOUT);
	wait_for_those_without_room();
	soc_faults(0);
	for (int i = 0; i < CALLS; i++) {
		result = async_join(&async[i]);
		answered += !result;
		given_up += result == -ETIMEDOUT;
	}
	check_took(began, 0, AT_ONCE_MS);
	test_context("answered %d, given up %d", answered, given_up);
	CHECK(answered && given_up >= CALLS - FIT);
	CHECK_EQ(answered + given_up, CALLS);
	CHECK_EQ(invoke_null(fd), 0);
}

/* ---- signals ---- */

static void call_once(void *result)
{
	*(long *)result = invoke_null(fd);
}

/* Who has sent waits for an answer, one for room, and the others for their turn. */
TEST(signals_end_the_wait)
{
	long results[CALLS], began;

	fill_with_packets();
	began = now_ms();
	crowd_run(call_once, results, sizeof(results[0]), CALLS);
	for (int i = 0; i < CALLS; i++)
		CHECK_EQ(results[i], -EINTR);
	check_took(began, 0, AT_ONCE_MS);
	soc_faults(0);
	CHECK_EQ(invoke_null(fd), 0);
}

/*
 * A killed program has a request of the kernel's own left, its release, which no signal
 * ends: that takes 10 s at most, however many are killed.
 */
TEST(killed_callers_die_after_one_wait)
{
	pid_t pids[2];
	long began;
	int status;

	fill();
	for (int i = 0; i < 2; i++) {
		int node = node_open();

		fflush(stdout);
		pids[i] = fork();
		if (!pids[i]) {
			invoke_null(node);
			_exit(0);
		}
		node_close(node);
		task_wait_inside(pids[i], "frpc_send", 1);
	}
	began = now_ms();
	for (int i = 0; i < 2; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(waitpid(pids[i], &status, 0), pids[i]);
		CHECK(WIFSIGNALED(status));
	}
	check_took(began, 0, WAIT_FOR_DSP_MS + AT_ONCE_MS);
	soc_faults(0);
	join_all(0);
	CHECK_EQ(invoke_null(fd), 0);
	node_close(fd);
	sessions_check();
}

/* ---- the channel ends meanwhile ---- */

static void allow_crash(void)
{
	/* The kernel's words, at level error, for what is done on purpose. */
	test_allow("crash detected in " DSP);
	test_allow("handling crash #");
	test_allow("recovering " DSP);
	test_allow("fatal error received");
}

static void *leave(void *result)
{
	*(int *)result = file_write("/sys/bus/rpmsg/drivers/frpc/unbind", LINK_DEVICE);
	return NULL;
}

static void *stop(void *result)
{
	*(int *)result = dsp_state_write("stop");
	return NULL;
}

static void start_thread(pthread_t *thread, void *(*work)(void *), int *result)
{
	REQUIRE_EQ(pthread_create(thread, NULL, work, result), 0);
}

/*
 * The driver goes at once.  GLINK's CLOSE, behind that, may have to wait: for the DSP to
 * read, or to be gone.  What it reads then are requests of a driver that has gone.
 */
static void unbind_while_full(bool dsp_dies)
{
	pthread_t thread;
	int result = 1;
	long began;

	test_teardown = driver_restore;
	test_expects_faults();
	test_allow("bad request: metadata not reachable");
	fill();
	began = now_ms();
	start_thread(&thread, leave, &result);
	CHECK_EQ(join_all(-EPIPE), CALLS);
	node_wait(NODE, false);
	check_took(began, 0, AT_ONCE_MS);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	if (dsp_dies) {
		/* it may die before the driver's next channel is open */
		test_allow("failed to create endpoint");
		test_allow("failed with error -12");
		allow_crash();
		soc_fatal();
	}
	soc_faults(0);
	pthread_join(thread, NULL);
	CHECK_EQ(result, 0);
	check_took(began, 0, WAIT_FOR_DSP_MS + 2 * AT_ONCE_MS);
	if (dsp_dies)
		soc_wait_crash_handled();
	CHECK_EQ(invoke_null(node_open()), 0);
	control_clear();
}

TEST(unbound)
{
	unbind_while_full(false);
}

TEST(unbound_and_the_dsp_dies)
{
	unbind_while_full(true);
}

/*
 * Nor does a stop get its request to the DSP, which is QRTR's.  The callers do not wait
 * for that.
 */
TEST(stopped)
{
	pthread_t thread;
	int result = 1;
	long began;

	test_teardown = driver_restore;
	fill();
	began = now_ms();
	start_thread(&thread, stop, &result);
	CHECK_EQ(invoke_null(fd), -ETIMEDOUT);
	check_took(began, 0, WAIT_FOR_DSP_MS + AT_ONCE_MS);
	began = now_ms();
	soc_faults(0);
	pthread_join(thread, NULL);
	CHECK_EQ(result, 0);
	join_all(0);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	check_took(began, 0, AT_ONCE_MS);
	dsp_start();
	CHECK_EQ(invoke_null(node_open()), 0);
}

TEST(dies)
{
	struct dsp_control_status st;
	long began;

	test_teardown = driver_restore;
	fill();
	allow_crash();
	control_status(&st);
	began = now_ms();
	soc_fatal();
	for (int i = 0; i < CALLS; i++)
		CHECK(async_join(&async[i]) < 0);
	check_took(began, 0, AT_ONCE_MS);
	soc_faults(0);
	control_wait(DSP_COUNT_BOOT_EPOCH, st.boot_epoch + 1);
	node_wait(NODE, true);
	soc_wait_crash_handled();
	CHECK_EQ(invoke_null(fd), -EPIPE);
	CHECK_EQ(invoke_null(node_open()), 0);
}
