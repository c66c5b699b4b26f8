// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link refuses a message: rpmsg_send() fails, and the DSP never saw the
 * request.  This is the one failure after which memory that was about to be
 * offered is the kernel's again, and nothing at all is left of the call.  How the
 * kernel's own link fails is in refused_intents.c.
 */
#include "harness.h"

#define METHOD_ATTACH	0
#define METHOD_RELEASE	1
#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define METHOD_CREATE	8
#define MIB		(1ul << 20)
#define LIMIT		(64 * MIB)
#define SLOTS		255	/* calls the wire can tell apart */

static const int errors[] = { ENOMEM, EAGAIN, EPIPE, ENXIO };

static void __attribute__((constructor)) require(void)
{
	test_setup = control_require_unsent;
}

/* The next @count requests of handle 1 and @method fail with @error. */
static void refuse(uint32_t method, uint32_t count, int error)
{
	control_behave(1, method, DSP_ANSWER_UNSENT, count, error);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

TEST(invoke)
{
	uint64_t before;
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	before = requests();
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		test_context("error %d", errors[i]);
		control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_UNSENT, SLOTS + 1,
			       errors[i]);
		for (int j = 0; j <= SLOTS; j++)	/* each slot comes back */
			CHECK_EQ(invoke_null(fd), -errors[i]);
		CHECK_EQ(requests(), before + i);
		CHECK_EQ(invoke_null(fd), 0);
	}
}

TEST(attach_and_release)
{
	int rounds = 2 * node_sessions();
	uint64_t before = requests();

	for (int i = 0; i < rounds; i++) {
		int fd = node_open();

		test_context("round %d", i);
		refuse(METHOD_ATTACH, 1, EAGAIN);
		CHECK_EQ(attach(fd), -EAGAIN);
		refuse(METHOD_RELEASE, 1, EPIPE);
		node_close(fd);				/* the session comes back */
	}
	CHECK_EQ(requests(), before);
	CHECK_EQ(attach(node_open()), 0);
}

/* The DSP knows the client until a RELEASE has reached it, so that is tried again. */
TEST(release_is_sent_after_all)
{
	struct dsp_control_status before;
	int fd = node_open();

	CHECK_EQ(attach(fd), 0);
	control_status(&before);
	refuse(METHOD_RELEASE, 2, EPIPE);
	node_close(fd);
	CHECK_EQ(sessions_free(), node_sessions() - 1);
	control_wait(DSP_COUNT_RELEASES, before.releases + 1);
	control_wait(DSP_COUNT_ANSWERS, before.answers + 1);
	sessions_wait(node_sessions());
}

TEST(capabilities)
{
	uint32_t value;
	int fd;

	dsp_restart();		/* asked once, then known */
	fd = node_open();
	control_behave(2, DSP_ANY, DSP_ANSWER_UNSENT, 2, ENOMEM);
	CHECK(get_dsp_info(fd, 6, &value) < 0);
	CHECK(get_dsp_info(fd, 6, &value) < 0);
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
	CHECK_EQ(value, 0x68);
}

static void check_carried(int fd)
{
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(heap_account_lines("] offered"), 1);
	control_heap_in_use();
}

/* Offered in name only: the next call, of whomever, carries it. */
TEST(create_static_carries_it_next_time)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		long offers;
		int fd;

		test_context("error %d", errors[i]);
		dsp_restart();
		offers = heap_account("offers=");
		fd = node_open();
		refuse(METHOD_CREATE, 2, errors[i]);
		CHECK_EQ(create_audio(fd), -errors[i]);
		CHECK_EQ(create_audio(fd), -errors[i]);
		CHECK_EQ(heap_account_lines("] unclaimed"), 1);
		CHECK_EQ(heap_account("offers="), offers);
		if (i & 1) {
			node_close(fd);
			fd = node_open();
		}
		check_carried(fd);
		CHECK_EQ(heap_account("offers="), offers + 1);
	}
}

/* What the DSP has already does not become the kernel's by a later call. */
TEST(create_static_of_a_later_daemon)
{
	struct dsp_control_status st;
	int fd = daemon_open();
	struct offer o;

	control_heap_in_use();
	refuse(METHOD_CREATE, 1, EAGAIN);
	CHECK_EQ(create_audio(node_open()), -EAGAIN);
	CHECK_EQ(heap_account_lines("] offered"), 1);
	CHECK_EQ(create_audio(node_open()), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 0);
	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 100);
	node_close(fd);
}

/* Nothing is held for memory the DSP was not told of. */
TEST(create_static_then_stop_or_unload)
{
	int fd;

	test_teardown = driver_restore;
	dsp_restart();
	fd = node_open();
	refuse(METHOD_CREATE, 1, ENOMEM);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	node_close(fd);
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	fd = node_open();
	refuse(METHOD_CREATE, 1, ENOMEM);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	node_close(fd);
	dsp_restart();
	CHECK_EQ(heap_account("lost="), 0);
	check_carried(node_open());
}

/* Freed at once: more goes through than may be there at a time. */
TEST(growth_is_freed)
{
	const uint64_t size = 4 * MIB;
	int fd = daemon_open();
	uint64_t before = requests(), token;

	for (uint64_t sum = 0; sum < LIMIT + 4 * size; sum += size) {
		int error = errors[sum / size % ARRAY_SIZE(errors)];

		test_context("after %llu MiB", (unsigned long long)(sum / MIB));
		refuse(METHOD_MMAP, 1, error);
		CHECK_EQ(heap_grow(fd, size, &token), -error);
		CHECK_EQ(heap_account("growth="), 0);
		CHECK_EQ(heap_account_lines("growth [mem"), 0);
	}
	CHECK_EQ(requests(), before);
	CHECK_EQ(heap_account("lost="), 0);
	REQUIRE_EQ(heap_grow(fd, size, &token), 0);
	control_heap_in_use();
	CHECK_EQ(heap_shrink(fd, token, size), 0);
}

/* The DSP was not asked, so it has the piece still. */
TEST(growth_is_not_returned)
{
	int fd = daemon_open();
	struct dsp_control_status st;
	struct heap_piece piece;
	uint64_t token, region;

	control_status(&st);
	region = st.heap_size;
	REQUIRE_EQ(heap_grow(fd, MIB, &token), 0);
	piece = control_growth(0);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		test_context("error %d", errors[i]);
		refuse(METHOD_MUNMAP, 1, errors[i]);
		CHECK_EQ(heap_shrink(fd, token, MIB), -errors[i]);
		CHECK_EQ(heap_account("growth="), MIB);
		CHECK_EQ(heap_account_lines("] offered"), 2);
		control_status(&st);
		CHECK_EQ(st.heap_pages * PAGE, region + piece.size);
		control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 50);
	}
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	CHECK_EQ(heap_account("growth="), 0);
}
