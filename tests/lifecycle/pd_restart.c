// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD restarts alone: the DSP runs on and the channel stays, so the
 * driver is not told.  It keeps to the safe side: the DSP may still have what
 * it was given, so nothing is offered again or taken back until it is halted.
 */
#include "harness.h"

#define MIB		(1ul << 20)
#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"

static void pd_restart(void)
{
	struct dsp_control_status before, after;
	char label[DSP_LABEL_LEN] = DSP;

	control_status(&before);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_RESTART_PD, label), 0);
	control_status(&after);
	CHECK(after.audio_pd_up);
	CHECK_EQ(after.audio_pd_epoch, before.audio_pd_epoch + 1);
	CHECK_EQ(after.boot_epoch, before.boot_epoch);
	CHECK_EQ(after.heap_pages, 0);
}

/* A piece of that kind in that state, by the driver's own account. */
static bool heap_is(const char *what, const char *state)
{
	char text[4096], line[32], *at;

	REQUIRE(file_read(HEAPS, text, sizeof(text)) > 0);
	snprintf(line, sizeof(line), "\n  %s [", what);
	at = strstr(text, line);
	at = at ? strchr(at, ']') : NULL;
	return at && !strncmp(at + 2, state, strlen(state));
}

/* A word through the DSP's own stream: is the page still open to it? */
static void check_open(uint64_t addr)
{
	struct dsp_control_access access = { .label = DSP, .addr = addr };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
	CHECK_EQ(access.faulted, 0);
}

static void check_offered(int fd, uint32_t pages)
{
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, pages);
	CHECK(pages ? o.base != 0 : o.base == 0);
	CHECK(heap_is("region", "offered"));
}

TEST(not_offered_again)
{
	struct dsp_control_status st;
	int fd;

	dsp_restart();
	fd = node_open();
	check_offered(fd, 1);
	control_heap_in_use();
	control_status(&st);
	for (int i = 0; i < 3; i++) {
		int other = node_open();

		test_context("restart %d", i);
		pd_restart();
		CHECK_EQ(invoke_null(fd), 0);		/* the channel stays */
		check_offered(fd, 0);
		check_offered(other, 0);
		node_close(other);
		check_open(st.heap_base);
		check_open(st.heap_base + st.heap_size - PAGE);
	}
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);
}

/* Halted, it has nothing any more: the next run gets the region, scrubbed. */
TEST(offered_after_the_dsp_restarts)
{
	int fd;

	dsp_restart();
	fd = node_open();
	check_offered(fd, 1);
	pd_restart();
	check_offered(fd, 0);
	node_close(fd);
	dsp_stop();
	CHECK(heap_is("region", "claimed"));
	dsp_start();
	check_offered(node_open(), 1);
	control_heap_in_use();
}

/* The same for a crash of the whole DSP after one of the PD. */
TEST(offered_after_the_dsp_crashes)
{
	int fd;

	dsp_restart();
	fd = node_open();
	check_offered(fd, 1);
	pd_restart();
	node_close(fd);
	dsp_crash();
	check_offered(node_open(), 1);
	control_heap_in_use();
}

/* The new PD knows nothing of what the old one was given, so it cannot give it back. */
TEST(growth_stays_with_the_dsp)
{
	struct fastrpc_req_mmap map = {
		.fd = -1, .flags = FASTRPC_MAP_REMOTE_HEAP, .size = MIB,
	};
	struct fastrpc_req_munmap unmap = { .size = MIB };
	struct dsp_control_status st;
	int fd;

	dsp_restart();
	fd = node_open();
	check_offered(fd, 1);
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), 0);
	unmap.vaddrout = map.vaddrout;
	pd_restart();
	CHECK(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap) != 0);
	check_offered(fd, 0);
	CHECK(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap) != 0);
	CHECK(heap_is("growth", "offered"));

	/* and gets more, which is its own */
	REQUIRE_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, &map), 0);
	CHECK(map.vaddrout != unmap.vaddrout);
	control_status(&st);
	CHECK_EQ(st.heap_pages, MIB / PAGE);
	control_heap_in_use();
	unmap.vaddrout = map.vaddrout;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &unmap), 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, 0);

	dsp_stop();
	CHECK(!heap_is("growth", ""));
	dsp_start();
}
