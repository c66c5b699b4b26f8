// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD as Hexagon code: its allocator lives in the heap that the driver lends, asks for
 * more by the daemon, and dies of a page that Linux takes away behind its back.
 */
#include <poll.h>
#include <signal.h>

#include "daemon.h"

#define HEAP_PAGES	2048
#define HEAP_BYTES	(HEAP_PAGES * PAGE)
#define MIB		(1ull << 20)
/* It looks at 8 of its 128 pages of 64 KiB in each. */
#define ROUNDS		(128 / 8 + 1)
/* More than it takes to fill all of the heap, or to empty it. */
#define ROUNDS_MOST	500

static void setup(void)
{
	static char line[256];

	if (file_read("/etc/hexagon", line, sizeof(line)) < 0 || strncmp(line, "ready", 5)) {
		line[strcspn(line, "\n")] = '\0';
		test_skip(line[0] ? line + strlen("none: ") : "no Hexagon code in this image");
	}
}

/* Without a heap there is no process. */
static void leave(void)
{
	daemon_end_all();
	node_close_all();
	if (dsp_is_running())
		dsp_stop();
	dsp_start();
	node_wait(NODE, true);
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = leave;
	puts("@limit 600");
}

static void audio_look(struct dsp_control_audio *a)
{
	memset(a, 0, sizeof(*a));
	strcpy(a->label, DSP);
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_AUDIO, a), 0);
}

static int audio_try_hold(uint64_t bytes)
{
	struct dsp_control_audio a = { .label = DSP, .action = DSP_AUDIO_HOLD, .hold = bytes };

	return control_ioctl(DSP_CONTROL_AUDIO, &a);
}

/* The newest process of the audio PD; false: it never had one. */
static bool process_look(struct dsp_control_process *p)
{
	struct dsp_control_process at = { .label = DSP };
	bool found = false;

	for (; !control_ioctl(DSP_CONTROL_PROCESS, &at); at.index++) {
		if (!at.is_audio || found)
			continue;
		*p = at;
		found = true;
	}
	return found;
}

static unsigned int processes_alive(void)
{
	struct dsp_control_process p = { .label = DSP };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_PROCESS, &p), 0);
	return p.alive;
}

/* So many rounds from now. */
static void wait_rounds(uint32_t rounds)
{
	struct dsp_control_audio a;

	audio_look(&a);
	REQUIRE(a.has_code);
	control_wait(DSP_COUNT_AUDIO_ROUNDS, a.rounds + rounds);
}

/* So many rounds, in which it stored something. */
static void check_at_work(uint32_t rounds)
{
	struct dsp_control_audio before, after;

	audio_look(&before);
	wait_rounds(rounds);
	control_wait(DSP_COUNT_AUDIO_STORES, before.stores + 1);
	audio_look(&after);
	CHECK_EQ(after.deaths, before.deaths);
	CHECK_EQ(processes_alive(), 1);
}

static void check_none(void)
{
	struct dsp_control_audio a;

	audio_look(&a);
	CHECK_EQ(a.has_code, 0);
	CHECK_EQ(a.stores, 0);
	CHECK_EQ(processes_alive(), 0);
}

TEST(stores_in_its_heap)
{
	struct dsp_control_process p;
	struct dsp_control_status st;
	struct dsp_control_audio a;
	int fd;

	dsp_restart();
	check_none();
	fd = daemon_open();
	control_heap_in_use();
	check_at_work(ROUNDS);
	audio_look(&a);
	CHECK(a.stores > 10000);
	CHECK(a.checks > 1000);
	CHECK(a.checks <= a.stores);
	CHECK_EQ(a.refused, 0);
	CHECK_EQ(a.added, 0);
	REQUIRE(process_look(&p));
	CHECK_EQ(p.client, 0);
	CHECK_EQ(p.is_dead, 0);
	/* It has loaded from all of its heap, page by page. */
	CHECK(p.up_bytes >= HEAP_BYTES);
	control_status(&st);
	CHECK_EQ(st.heap_pages, HEAP_PAGES);
	printf("%llu words stored, %llu found again, in %u rounds; %llu bytes moved\n",
	       (unsigned long long)a.stores, (unsigned long long)a.checks, a.rounds,
	       (unsigned long long)p.up_bytes);
	/* The daemon goes, the PD and its heap stay. */
	node_close(fd);
	check_at_work(2);
}

/* The host gives no more: malloc() has none, and the PD goes on. */
TEST(goes_on_when_there_is_no_more)
{
	struct dsp_control_audio a;

	daemon_open();
	REQUIRE_EQ(audio_try_hold(HEAP_BYTES + MIB), 0);
	do {
		wait_rounds(1);
		audio_look(&a);
		REQUIRE(a.rounds < ROUNDS_MOST);
	} while (!a.refused);
	CHECK(a.held > HEAP_BYTES - MIB);
	CHECK_EQ(a.growths, 0);
	REQUIRE_EQ(audio_try_hold(0), 0);
	do {
		wait_rounds(1);
		audio_look(&a);
		REQUIRE(a.rounds < ROUNDS_MOST);
	} while (a.held);
	check_at_work(2);
}

/* Its malloc() has the daemon get more, and gives it back. */
TEST(grows_by_its_own_malloc)
{
	struct dsp_control_status st;
	struct dsp_control_audio a;

	userland_need();
	dsp_restart();
	daemon_start(ADSPRPCD, "audiopd", NULL);
	daemon_wait_listening(1);
	check_at_work(1);
	REQUIRE_EQ(audio_try_hold(HEAP_BYTES + MIB / 2), 0);
	do {
		wait_rounds(1);
		audio_look(&a);
		REQUIRE_EQ(a.refused, 0);
		REQUIRE(a.rounds < ROUNDS_MOST);
	} while (a.held < HEAP_BYTES + MIB / 2);
	CHECK(a.growths >= 2);
	control_status(&st);
	CHECK_EQ(st.heap_pages, HEAP_PAGES + a.added / PAGE);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.heap_pages_touched, st.heap_pages);
	REQUIRE_EQ(audio_try_hold(0), 0);
	control_wait(DSP_COUNT_AUDIO_RETURNS, a.growths);
	check_at_work(2);
	audio_look(&a);
	CHECK_EQ(a.added, 0);
	CHECK_EQ(a.refused, 0);
	control_status(&st);
	CHECK_EQ(st.heap_pages, HEAP_PAGES);
}

/* 2 MiB of the heap are Linux' again, or the DSP's. */
static void take(uint64_t addr, bool give)
{
	if (board_has_monitor())
		control_left(addr, 2 * MIB, 0, give ? VM_DSP : VM_HLOS);
	else
		control_domain(give ? DSP_DOMAIN_GIVE : DSP_DOMAIN_TAKE, addr, 2 * MIB);
}

static void check_died_at(uint64_t addr)
{
	struct dsp_control_process p;
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.audio_pd_up, 0);
	CHECK_EQ(st.faults, 1);
	CHECK(st.last_fault.iova >= addr && st.last_fault.iova < addr + 2 * MIB);
	CHECK_EQ(st.violations.corrupted, 0);
	CHECK(st.violations.taken_while_running > 0);
	CHECK_EQ(processes_alive(), 0);
	REQUIRE(process_look(&p));
	CHECK_EQ(p.is_dead, 1);
	CHECK_EQ(p.has_last_words, 1);
	/* Of a load or store; or it could not send back what it had stored. */
	CHECK(p.signal == SIGSEGV || p.signal == SIGABRT);
	if (p.signal == SIGSEGV)
		CHECK(p.address >= addr && p.address < addr + 2 * MIB);
}

static void allow_messages(void)
{
	test_expects_faults();
	test_allow("SMMU fault");
	test_allow("XPU error");
	test_allow("was taken away while the DSP runs");
	test_allow("its process died");
	test_allow("arm-smmu-v3");
}

TEST(dies_of_a_page_that_is_taken_away)
{
	struct dsp_control_status st;
	struct dsp_control_audio before, after;
	uint64_t addr;

	allow_messages();
	daemon_open();
	check_at_work(1);
	audio_look(&before);
	control_status(&st);
	addr = st.heap_base + 2 * MIB;
	take(addr, false);
	control_wait(DSP_COUNT_AUDIO_DEATHS, before.deaths + 1);
	check_died_at(addr);
	CHECK_EQ(audio_try_hold(MIB), -ENXIO);
	take(addr, true);
	REQUIRE_EQ(control_restart_pd(), 0);
	check_none();
	/* It was one fault and one death, with the end of the PD too. */
	CHECK_EQ(control_faults(), 1);
	audio_look(&after);
	CHECK_EQ(after.deaths, before.deaths + 1);
	control_clear();
	daemon_open();
	control_heap_in_use();
	check_at_work(2);
	CHECK_EQ(control_faults(), 0);
}

/* The registry's news of the PD that is up again may come after its news of the end. */
static int daemon_open_after_restart(void)
{
	int fd = node_open(), waited_ms = 0;
	long ret;

	while ((ret = create_audio(fd)) == -ENOTCONN && waited_ms < WAIT_MS)
		waited_ms += 1 + poll(NULL, 0, 1);
	REQUIRE_EQ(ret, 0);
	return fd;
}

TEST(pd_restarts)
{
	struct dsp_control_status st;
	int fd = daemon_open();

	for (int i = 0; i < 3; i++) {
		test_context("restart %d", i);
		check_at_work(2);
		REQUIRE_EQ(control_restart_pd(), 0);
		check_none();
		node_close(fd);
		fd = daemon_open_after_restart();
		control_status(&st);
		CHECK(st.audio_pd_up);
		/* Only where the driver is told of the new PD it gives it the heap. */
		if (st.heap_pages)
			continue;
		CHECK_EQ(processes_alive(), 0);
		node_close(fd);
		fd = daemon_open();
	}
	check_at_work(2);
}

TEST(dsp_stops_and_crashes)
{
	test_allow("recovering " DSP);
	for (int i = 0; i < 3; i++) {
		test_context("stop %d", i);
		daemon_open();
		check_at_work(2);
		dsp_stop();
		CHECK_EQ(processes_alive(), 0);
		node_close_all();
		dsp_start();
		node_wait(NODE, true);
		check_none();
	}
	daemon_open();
	check_at_work(2);
	dsp_crash();
	CHECK_EQ(dsp_wait_recovered(), 0);
	check_none();
	daemon_open();
	check_at_work(2);
}

/* The same while it gets memory from its host, which goes away. */
TEST(ends_while_it_grows)
{
	struct dsp_control_audio a;

	userland_need();
	for (int i = 0; i < 3; i++) {
		test_context("end %d", i);
		dsp_restart();
		daemon_start(ADSPRPCD, "audiopd", NULL);
		daemon_wait_listening(1);
		REQUIRE_EQ(audio_try_hold(HEAP_BYTES + 2 * MIB), 0);
		do {
			wait_rounds(1);
			audio_look(&a);
			REQUIRE(a.rounds < ROUNDS_MOST);
		} while (!a.growths);
		if (i == 0)
			REQUIRE_EQ(control_restart_pd(), 0);
		else if (i == 1)
			dsp_stop();
		daemon_end_all();
		if (i == 2) {
			/* Its daemon has gone, and it has what it got. */
			check_at_work(2);
			dsp_stop();
		}
		CHECK_EQ(processes_alive(), 0);
		if (i)
			dsp_start();
		audio_look(&a);
		CHECK_EQ(a.growths, 0);
	}
}
