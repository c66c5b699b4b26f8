// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ADSPs, each with a carve-out and a domain of its own: both have their
 * heap at once, and the end of one is nothing to the other.
 */
#include "harness.h"

#define SECOND		"second"
#define SECOND_NODE	"/dev/fastrpc-adsp1"

static void status_of(const char *label, struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	snprintf(st->label, sizeof(st->label), "%s", label);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_STATUS, st), 0);
}

static void wait_for(const char *label, uint32_t counter, uint64_t at_least)
{
	struct dsp_control_wait w = {
		.counter = counter, .at_least = at_least, .timeout_ms = WAIT_MS,
	};

	snprintf(w.label, sizeof(w.label), "%s", label);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_WAIT, &w), 0);
}

/* It has its heap, reaches all of it, works in it, and nothing went wrong. */
static void check_in_use(const char *label)
{
	struct dsp_control_status st;

	status_of(label, &st);
	CHECK(st.audio_pd_up);
	CHECK(st.heap_pages);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	CHECK_EQ(st.heap_pages_dirty, 0);
	wait_for(label, DSP_COUNT_HEAP_STORES, st.heap_stores + 200);
	status_of(label, &st);
	CHECK(st.audio_pd_up);
	CHECK(control_clean(&st));
}

static void second_state(const char *word)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/state",
		 dsp_index_of(SECOND));
	REQUIRE_EQ(file_write(path, word), 0);
}

static int second_open(void)
{
	int fd;

	node_wait(SECOND_NODE, true);
	fd = node_try_open(SECOND_NODE);
	REQUIRE(fd >= 0);
	return fd;
}

static void second_stop(void)
{
	second_state("stop");
	node_wait(SECOND_NODE, false);
}

TEST(both_have_a_heap)
{
	struct dsp_control_status first, second;

	REQUIRE_EQ(create_audio(node_open()), 0);
	REQUIRE_EQ(create_audio(second_open()), 0);
	status_of(DSP, &first);
	status_of(SECOND, &second);
	CHECK(first.heap_base && second.heap_base);
	CHECK(first.heap_base + first.heap_size <= second.heap_base ||
	      second.heap_base + second.heap_size <= first.heap_base);
	check_in_use(DSP);
	check_in_use(SECOND);
}

/* What the one was lent, the other has no way to. */
TEST(neither_reaches_the_others)
{
	struct dsp_control_access access = { };
	struct dsp_control_status st;
	char label[DSP_LABEL_LEN] = SECOND;

	test_expects_faults();
	REQUIRE_EQ(create_audio(node_open()), 0);
	REQUIRE_EQ(create_audio(second_open()), 0);
	status_of(DSP, &st);
	strcpy(access.label, SECOND);
	access.addr = st.heap_base;
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
	CHECK_EQ(access.faulted, 1);
	status_of(SECOND, &st);
	CHECK_EQ(st.faults, 1);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_CLEAR, label), 0);
	memset(&access, 0, sizeof(access));
	strcpy(access.label, DSP);
	access.addr = st.heap_base;
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
	CHECK_EQ(access.faulted, 1);
	CHECK_EQ(control_faults(), 1);
	control_clear();
}

TEST(the_second_stops)
{
	REQUIRE_EQ(create_audio(node_open()), 0);
	for (int i = 0; i < 3; i++) {
		int fd;

		test_context("round %d", i);
		fd = second_open();
		REQUIRE_EQ(create_audio(fd), 0);
		check_in_use(SECOND);
		node_close(fd);
		second_stop();
		check_in_use(DSP);
		second_state("start");
		fd = second_open();
		REQUIRE_EQ(create_audio(fd), 0);
		check_in_use(SECOND);
		check_in_use(DSP);
		node_close(fd);
	}
}

TEST(the_first_stops)
{
	REQUIRE_EQ(create_audio(node_open()), 0);
	REQUIRE_EQ(create_audio(second_open()), 0);
	dsp_stop();
	node_wait(NODE, false);
	check_in_use(SECOND);
	dsp_start();
	REQUIRE_EQ(create_audio(node_open()), 0);
	check_in_use(DSP);
	check_in_use(SECOND);
}
