// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list in an answer by which the DSP returns handles, with entries that name no
 * handle.  Whatever it says, permanently mapped memory stays with the DSP, which goes
 * on using it: else there is a fault.
 */
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "harness.h"

#define MAP_FD		2
#define SIZE		(128u << 10)
#define LIST		16
/* The DSP stores at most every 10 ms: longer than a driver knows forgotten buffers. */
#define USES_WHILE_FORGOTTEN 400

static int fd, dmabuf;
static uint8_t *data;
static uint64_t mapped;

static void setup(void)
{
	int shell;

	fd = node_open();
	shell = dmabuf_alloc(fd, SIZE);
	REQUIRE(shell > 0);
	REQUIRE_EQ(create_pd(fd, shell, SIZE, 0), 0);
	close(shell);
	dmabuf = dmabuf_alloc(fd, SIZE);
	REQUIRE(dmabuf > 0);
	data = dmabuf_map(dmabuf, SIZE);
	fill_pattern(data, SIZE, 1);
	REQUIRE_EQ(mem_map(fd, dmabuf, MAP_FD, SIZE, &mapped), 0);
}

static void teardown(void)
{
	if (data)
		munmap(data, SIZE);
	if (dmabuf >= 0)
		close(dmabuf);
}

static void __attribute__((constructor)) use_fixture(void)
{
	test_setup = setup;
	test_teardown = teardown;
}

static long send_hash(bool as_handle)
{
	uint64_t hash = 0;
	struct call c;
	long ret;

	call_init(&c, DSP_TEST_HANDLE, as_handle ? DSP_TEST_HANDLE_HASH : DSP_TEST_HASH);
	if (!as_handle)
		call_in(&c, data, SIZE)->fd = dmabuf;
	call_out(&c, &hash, sizeof(hash));
	if (as_handle)
		call_handle(&c, dmabuf, 0, SIZE);
	ret = call_send(fd, &c);
	CHECK(ret || hash == test_hash(0, data, SIZE));
	return ret;
}

static long keep_handle(void)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HANDLE_KEEP);
	call_handle(&c, dmabuf, 0, SIZE);
	return call_send(fd, &c);
}

static long drop_handle(void)
{
	int32_t list = dmabuf;
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HANDLE_DROP);
	call_in(&c, &list, sizeof(list));
	return call_send(fd, &c);
}

/* The DSP still has the map, finds in it what is there, and nothing faulted. */
static void check_still_mapped(void)
{
	struct dsp_test_access at = { .token = mapped, .offset = SIZE / 2 };
	struct dsp_control_status st;
	uint8_t seen[100];
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_MAP_READ);
	call_in(&c, &at, sizeof(at));
	call_out(&c, seen, sizeof(seen));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(seen, data + SIZE / 2, sizeof(seen));
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 10);
	control_status(&st);
	CHECK(control_clean(&st));
}

static void answer_with(const uint64_t list[LIST])
{
	control_patch(DSP_TEST_HANDLE, DSP_TEST_HASH, DSP_PATCH_FDS, list, LIST * sizeof(*list));
	CHECK_EQ(send_hash(false), 0);
	control_normal();
	check_still_mapped();
}

static pthread_t caller;

static void ignore_signal(int sig)
{
	(void)sig;
}

static void *interrupt_when_held(void *arg)
{
	(void)arg;
	if (!control_try_wait(DSP_COUNT_HELD, 1, WAIT_MS))
		pthread_kill(caller, SIGUSR1);
	return NULL;
}

/* The caller has got EINTR; what the DSP gives back in its answer is given back all the same. */
TEST(named_in_the_answer_of_an_interrupted_call)
{
	struct sigaction sa = { .sa_handler = ignore_signal };
	struct dsp_control_status st;
	pthread_t by;

	REQUIRE_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	caller = pthread_self();
	for (int round = 0; round < 2; round++) {
		time_t end = time(NULL) + WAIT_MS / 1000;
		long ret;

		test_context("the thread %s", round ? "calls anew before the answer" : "does not");
		REQUIRE_EQ(keep_handle(), 0);
		control_behave(DSP_TEST_HANDLE, DSP_TEST_HANDLE_DROP, DSP_ANSWER_HOLD, 1, 0);
		REQUIRE_EQ(pthread_create(&by, NULL, interrupt_when_held, NULL), 0);
		CHECK_EQ(drop_handle(), -EINTR);
		pthread_join(by, NULL);
		if (round)
			CHECK_EQ(invoke_null(fd), 0);
		control_status(&st);
		control_release(DSP_ANY, false);
		control_wait(DSP_COUNT_ANSWERS, st.answers + 1);
		if (!round)
			CHECK_EQ(invoke_null(fd), 0);
		/* nothing is left to ask the DSP for */
		do
			ret = mem_unmap(fd, dmabuf, 0, SIZE);
		while (ret != -EINVAL && time(NULL) <= end);
		CHECK_EQ(ret, -EINVAL);
	}
	check_still_mapped();
}

TEST(numbers_that_are_no_handles)
{
	static const uint64_t odd[] = {
		1, 2, 3, 255, 1u << 20, INT32_MAX, 1ull << 31, UINT32_MAX, 1ull << 32,
		(1ull << 32) + 3, 1ull << 63, ~0ull
	};
	uint64_t list[LIST];

	for (unsigned int i = 0; i < ARRAY_SIZE(odd); i++) {
		test_context("%#llx", (unsigned long long)odd[i]);
		for (unsigned int j = 0; j < LIST; j++)
			list[j] = odd[i];
		answer_with(list);
	}
	test_context("all of them");
	memset(list, 0, sizeof(list));
	memcpy(list, odd, sizeof(odd));
	answer_with(list);
}

/* Mapped by MEM_MAP and for the call itself, but no handle. */
TEST(buffers_that_are_no_handles)
{
	uint64_t list[LIST] = { dmabuf };

	answer_with(list);
	for (unsigned int i = 0; i < LIST; i++)
		list[i] = dmabuf;
	answer_with(list);
	list[0] = (1ull << 32) + dmabuf;
	answer_with(list);
}

TEST(a_handle_many_times_over)
{
	uint64_t list[LIST];

	for (unsigned int i = 0; i < LIST; i++)
		list[i] = dmabuf;
	for (int i = 0; i < 3; i++) {
		test_context("round %d", i);
		REQUIRE_EQ(keep_handle(), 0);
		CHECK_EQ(send_hash(true), 0);
		answer_with(list);
		CHECK_EQ(drop_handle(), 0);
		check_still_mapped();
	}
}

/*
 * A map that the driver took for a handle would stay as long as the buffer
 * does; so the buffer goes, for all but the DSP.
 */
TEST(map_outlives_its_buffer)
{
	struct dsp_test_access at = { .token = mapped };
	uint8_t want[100], seen[100];
	struct dsp_control_status st;
	uint64_t list[LIST];
	struct call c;

	for (unsigned int i = 0; i < LIST; i++)
		list[i] = dmabuf;
	REQUIRE_EQ(keep_handle(), 0);
	answer_with(list);
	CHECK_EQ(drop_handle(), 0);
	memcpy(want, data, sizeof(want));
	munmap(data, SIZE);
	close(dmabuf);
	data = NULL;
	dmabuf = -1;
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + USES_WHILE_FORGOTTEN);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_MAP_READ);
	call_in(&c, &at, sizeof(at));
	call_out(&c, seen, sizeof(seen));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(seen, want, sizeof(seen));
}

TEST(handles_come_and_go)
{
	for (int i = 0; i < 50; i++) {
		test_context("round %d", i);
		REQUIRE_EQ(keep_handle(), 0);
		CHECK_EQ(drop_handle(), 0);
	}
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 0);
	check_still_mapped();
}

/* The other way to have a handle back is to ask for it. */
TEST(handle_asked_back)
{
	REQUIRE_EQ(keep_handle(), 0);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 1);
	CHECK_EQ(mem_unmap(fd, dmabuf, 0, SIZE), 0);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 0);
	CHECK_EQ(mem_unmap(fd, dmabuf, 0, SIZE), -EINVAL);
	check_still_mapped();
}

/* What the answer said of a call whose result is an error counts as well. */
TEST(list_with_an_error)
{
	REQUIRE_EQ(keep_handle(), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_HANDLE_DROP, DSP_ANSWER_RETVAL, 1, 0x80000401u);
	CHECK_EQ(drop_handle(), (int32_t)0x80000401u);
	check_still_mapped();
	REQUIRE_EQ(keep_handle(), 0);
	CHECK_EQ(drop_handle(), 0);
}
