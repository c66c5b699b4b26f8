// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP refuses Linux the intent that a request needs: nothing was sent.  This is how
 * GLINK fails for one request and works for the next.  What unsent.c sees on the board's
 * own link has to hold here: memory that was about to be offered is the kernel's again,
 * and nothing at all is left of the call.
 */
#include <sys/mman.h>

#include "harness.h"

#define MIB		(1ul << 20)
#define GROWTH_MAX	(64 * MIB)
#define REFUSED_SUM	(256 * MIB)	/* bytes of requests that are not sent: would be missed */
#define MAPPINGS_MAX	4096		/* of one client */
#define SLOTS		255	/* calls the wire can tell apart */
#define MAP_FD		2

static void __attribute__((constructor)) require(void)
{
	test_setup = soc_require;
}

/* Calls through @fd take all intents that there are. */
static void refuse(int fd)
{
	link_use_up(fd, DSP_SOC_REFUSE_INTENTS);
}

static void accept_again(void)
{
	soc_faults(0);
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
	refuse(fd);
	before = requests();
	for (int i = 0; i <= SLOTS; i++)	/* each slot comes back */
		CHECK_EQ(invoke_null(fd), -EAGAIN);
	CHECK_EQ(requests(), before);
	accept_again();
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(attach_and_release)
{
	uint64_t before;
	int fd = node_open();

	refuse(fd);
	before = requests();
	for (int i = 0; i < 2 * node_sessions(); i++) {
		int other = node_open();

		test_context("round %d", i);
		CHECK_EQ(attach(other), -EAGAIN);
		node_close(other);		/* the session comes back */
	}
	test_context("%s", "");
	CHECK_EQ(requests(), before);
	accept_again();
	CHECK_EQ(attach(fd), 0);
	node_close(fd);
	sessions_check();
}

TEST(capabilities)
{
	uint32_t value;
	int fd;

	dsp_restart();		/* asked once, then known */
	fd = node_open();
	refuse(fd);
	CHECK(get_dsp_info(fd, 6, &value) < 0);
	CHECK(get_dsp_info(fd, 6, &value) < 0);
	accept_again();
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
	CHECK_EQ(value, 0x68);
}

/* ---- the audio PD's heap ---- */

static void check_carried(int fd)
{
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(heap_account_lines("] offered"), 1);
	control_heap_in_use();
}

/* Offered in name only: the next call, of any client, carries it. */
TEST(create_static_carries_it_next_time)
{
	for (int i = 0; i < 2; i++) {
		long offers;
		int fd;

		test_context("round %d", i);
		dsp_restart();
		fd = node_open();
		offers = heap_account("offers=");
		refuse(fd);
		CHECK_EQ(create_audio(fd), -EAGAIN);
		CHECK_EQ(create_audio(fd), -EAGAIN);
		CHECK_EQ(heap_account_lines("] unclaimed"), 1);
		CHECK_EQ(heap_account("offers="), offers);
		accept_again();
		if (i) {
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
	int fd = daemon_open(), other;
	struct offer o;

	control_heap_in_use();
	refuse(fd);
	other = node_open();
	CHECK_EQ(create_audio(other), -EAGAIN);
	CHECK_EQ(heap_account_lines("] offered"), 1);
	accept_again();
	CHECK_EQ(create_audio(other), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 0);
	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 100);
	node_close(fd);
}

/* Nothing is held for memory the DSP was not told of. */
TEST(create_static_then_stop_or_unload)
{
	test_teardown = driver_restore;
	for (int i = 0; i < 2; i++) {
		int fd;

		test_context("round %d", i);
		dsp_restart();
		fd = node_open();
		refuse(fd);
		CHECK_EQ(create_audio(fd), -EAGAIN);
		node_close(fd);
		if (i) {
			dsp_restart();
		} else {
			REQUIRE_EQ(driver_unload(), 0);
			REQUIRE_EQ(driver_load(), 0);
		}
		accept_again();
		CHECK_EQ(heap_account("lost="), 0);
		fd = node_open();
		check_carried(fd);
		node_close(fd);
	}
}

/* Freed at once: more goes through than may be there at a time. */
TEST(growth_is_freed)
{
	const uint64_t size = 4 * MIB;
	int fd = daemon_open();
	uint64_t before, token;

	refuse(fd);
	before = requests();
	for (uint64_t sum = 0; sum < GROWTH_MAX + 4 * size; sum += size) {
		test_context("after %llu MiB", (unsigned long long)(sum / MIB));
		CHECK_EQ(heap_grow(fd, size, &token), -EAGAIN);
		CHECK_EQ(heap_account("growth="), 0);
		CHECK_EQ(heap_account_lines("growth [mem"), 0);
	}
	CHECK_EQ(requests(), before);
	CHECK_EQ(heap_account("lost="), 0);
	accept_again();
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
	refuse(fd);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(heap_shrink(fd, token, MIB), -EAGAIN);
		CHECK_EQ(heap_account("growth="), MIB);
		CHECK_EQ(heap_account_lines("] offered"), 2);
		control_status(&st);
		CHECK_EQ(st.heap_pages * PAGE, region + piece.size);
		control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 50);
	}
	accept_again();
	CHECK_EQ(heap_shrink(fd, token, MIB), 0);
	CHECK_EQ(heap_account("growth="), 0);
}

/* ---- what clients lend to processes of their own ---- */

static long free_bytes(void)
{
	return file_number("/proc/meminfo", "MemFree") << 10;
}

TEST(process_is_not_created)
{
	struct dsp_control_pd pd;
	int fd = node_open();
	long before;

	refuse(fd);
	before = free_bytes();
	for (unsigned long sum = 0; sum < REFUSED_SUM; sum += 2 * MIB)
		CHECK_EQ(create_pd(fd, -1, 0, 0), -EAGAIN);
	CHECK(before - free_bytes() < (long)REFUSED_SUM / 4);
	CHECK(!control_pd(0, &pd));
	accept_again();
	CHECK_EQ(create_pd(fd, -1, 0, 0), 0);
	CHECK(control_pd(0, &pd));
	CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 1);
}

static int open_pd(void)
{
	int fd = node_open();

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	return fd;
}

TEST(pages_are_not_added)
{
	uint64_t addr;
	int fd = open_pd();
	long before;

	refuse(fd);
	before = free_bytes();
	for (unsigned long sum = 0; sum < REFUSED_SUM; sum += 4 * MIB)
		CHECK_EQ(add_pages(fd, 4 * MIB, &addr), -EAGAIN);
	CHECK(before - free_bytes() < (long)REFUSED_SUM / 4);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 0);
	accept_again();
	REQUIRE_EQ(add_pages(fd, 4 * MIB, &addr), 0);
	/* and not taken away: the DSP was not asked */
	refuse(fd);
	CHECK_EQ(remove_pages(fd, addr, 4 * MIB), -EAGAIN);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 1);
	accept_again();
	CHECK_EQ(remove_pages(fd, addr, 4 * MIB), 0);
}

struct shared {
	int fd;
	uint8_t *data;
};

static struct shared shared_make(int node)
{
	struct shared s = { .fd = dmabuf_alloc(node, PAGE) };

	REQUIRE(s.fd > 0);
	s.data = dmabuf_map(s.fd, PAGE);
	return s;
}

static void shared_free(struct shared *s)
{
	munmap(s->data, PAGE);
	close(s->fd);
}

TEST(memory_is_not_mapped)
{
	int fd = open_pd();
	struct shared s = shared_make(fd);
	uint64_t addr;

	refuse(fd);
	for (int i = 0; i < MAPPINGS_MAX + 20; i++) {
		CHECK_EQ(mem_map(fd, s.fd, MAP_FD, PAGE, &addr), -EAGAIN);
		CHECK_EQ(mem_unmap(fd, s.fd, addr, PAGE), -EINVAL);
	}
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 0);
	accept_again();
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, PAGE, &addr), 0);
	/* and not unmapped: the DSP was not asked, and uses it */
	refuse(fd);
	CHECK_EQ(mem_unmap(fd, s.fd, addr, PAGE), -EAGAIN);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 1);
	accept_again();
	CHECK_EQ(mem_unmap(fd, s.fd, addr, PAGE), 0);
	shared_free(&s);
}

TEST(handle_is_not_lent)
{
	int fd = open_pd();
	struct shared s = shared_make(fd);
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_handle(&c, s.fd, 0, PAGE);
	refuse(fd);
	for (int i = 0; i < 20; i++) {
		CHECK_EQ(call_send(fd, &c), -EAGAIN);
		CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), -EINVAL);
	}
	accept_again();
	shared_free(&s);
	CHECK_EQ(invoke_null(fd), 0);
}
