// SPDX-License-Identifier: GPL-2.0-only
/*
 * INIT_CREATE_STATIC: the audio PD gets its remote heap with the first call of
 * an incarnation, and never again.  Each case starts with a freshly booted DSP.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

static void check_no_heap(uint32_t age, const char *name)
{
	struct offer o;

	control_offer(age, &o);
	CHECK(o.client);
	CHECK(!strcmp(o.name, name));
	CHECK_EQ(o.pages, 0);
	CHECK_EQ(o.base, 0);
	CHECK_EQ(o.size, 0);
}

static void check_heap(uint32_t age)
{
	struct offer o;

	control_offer(age, &o);
	CHECK(o.client);
	CHECK_EQ(o.namelen, 8);
	CHECK(!strcmp(o.name, "audiopd"));
	CHECK_EQ(o.pages, 1);
	CHECK(o.base && o.base % PAGE == 0);
	CHECK_EQ(o.base >> 32, 0);		/* a plain address: no session in it */
	CHECK(o.size && o.size % PAGE == 0);
}

TEST(first_call_carries_the_region)
{
	struct dsp_control_status st;
	struct offer o;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	check_heap(0);
	control_offer(0, &o);
	control_status(&st);
	CHECK_EQ(st.heap_base, o.base);
	CHECK_EQ(st.heap_size, o.size);
	control_heap_in_use();
}

/* 1:1 in the domain of the remoteproc, which is one of its own, or assigned below a monitor. */
TEST(granted_to_the_dsp_alone)
{
	struct dsp_control_status st;

	dsp_restart();
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_status(&st);
	CHECK(!strcmp(st.domain_type, board_has_monitor() ? "none" : "unmanaged"));
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	CHECK_EQ(st.violations.offered_before_grant, 0);
}

/* Asked again by the same file, by another, by one after a close: never twice. */
TEST(later_calls_carry_nothing)
{
	int a, b;

	dsp_restart();
	a = node_open();
	b = node_open();
	REQUIRE_EQ(create_audio(a), 0);
	check_heap(0);
	for (int i = 0; i < 5; i++) {
		REQUIRE_EQ(create_audio(a), 0);
		check_no_heap(0, "audiopd");
	}
	REQUIRE_EQ(create_audio(b), 0);
	check_no_heap(0, "audiopd");
	node_close(a);
	node_close(b);
	REQUIRE_EQ(create_audio(node_open()), 0);
	check_no_heap(0, "audiopd");
	control_heap_in_use();
}

/* The daemon dies; the PD and its heap do not. */
TEST(heap_survives_the_file)
{
	struct dsp_control_status before, after;
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
	control_status(&before);
	node_close(fd);
	control_wait(DSP_COUNT_HEAP_STORES, before.heap_stores + 50);
	control_status(&after);
	CHECK_EQ(after.audio_pd_epoch, before.audio_pd_epoch);
	CHECK_EQ(after.heap_pages, before.heap_pages);
}

/* A new incarnation of the PD gets it anew, scrubbed. */
TEST(given_again_after_a_restart)
{
	uint64_t base = 0;

	for (int i = 0; i < 3; i++) {
		struct offer o;

		dsp_restart();
		test_context("boot %d", i);
		REQUIRE_EQ(create_audio(node_open()), 0);
		check_heap(0);
		control_offer(0, &o);
		CHECK(!base || o.base == base);
		base = o.base;
		control_heap_in_use();
	}
}

/* The heap is for the audio PD; who asks for another PD neither gets nor uses it up. */
TEST(other_names_get_no_heap)
{
	static const char *const names[] = {
		"oispd", "audiopd2", "audiop", "Audiopd", "a", "", "xaudiopd",
	};
	int fd;

	dsp_restart();
	fd = node_open();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		test_context("name \"%s\"", names[i]);
		create_static(fd, names[i], strlen(names[i]) + 1);
		check_no_heap(0, names[i]);
	}
	test_context("then audiopd");
	REQUIRE_EQ(create_audio(fd), 0);
	check_heap(0);
	control_heap_in_use();
}

TEST(bad_arguments)
{
	struct dsp_control_status before, after;
	char *name = guarded_alloc(128);
	int fd;

	dsp_restart();
	fd = node_open();
	memset(name, 'x', 128);
	control_status(&before);
	CHECK_EQ(create_static(fd, "audiopd", 0), -EINVAL);
	CHECK_EQ(create_static(fd, name, 129), -EINVAL);
	CHECK_EQ(create_static(fd, name, 4096), -EINVAL);
	CHECK_EQ(create_static(fd, name, 0x80000000), -EINVAL);
	CHECK_EQ(create_static(fd, name, 0xffffffff), -EINVAL);
	CHECK_EQ(create_static(fd, NULL, 8), -EFAULT);
	CHECK_EQ(create_static(fd, name + 124, 8), -EFAULT);	/* runs into the guard */
	CHECK_EQ(create_static(fd, (char *)~0xfful, 8), -EFAULT);
	CHECK_EQ(create_static(fd, (char *)0xffff000080000000ul, 8), -EFAULT);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE_STATIC, NULL), -EFAULT);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);	/* none of it reached the DSP */
	/* nor used the heap up */
	CHECK_EQ(create_audio(fd), 0);
	check_heap(0);
	guarded_free(name, 128);
}

/* The length counts the NUL: a name without one would run on at the DSP. */
TEST(name_without_nul)
{
	struct dsp_control_status before, after;
	int fd;

	dsp_restart();
	fd = node_open();
	control_status(&before);
	CHECK_EQ(create_static(fd, "audiopdX", 8), -EINVAL);
	CHECK_EQ(create_static(fd, "a", 1), -EINVAL);
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
}

/* 128 bytes with the NUL are the most. */
TEST(longest_name)
{
	char *name = guarded_alloc(128);
	int fd;

	dsp_restart();
	fd = node_open();
	memset(name, 'n', 127);
	name[127] = '\0';
	create_static(fd, name, 128);
	check_no_heap(0, name);
	guarded_free(name, 128);
}

/*
 * The DSP answers with an error: it is unknown whether it took the pages, so
 * they stay given.  The second call must not give them once more.
 */
TEST(error_leaves_it_offered)
{
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(1, 8, DSP_ANSWER_RETVAL, 1, 0x80000402);
	CHECK_EQ(create_audio(fd), (int32_t)0x80000402);
	check_heap(0);
	CHECK_EQ(create_audio(fd), 0);
	check_no_heap(0, "audiopd");
	control_heap_in_use();
}

/* The same when the DSP really did nothing with it: unknown means given. */
TEST(refusal_leaves_it_offered)
{
	int fd;

	dsp_restart();
	fd = node_open();
	control_behave(1, 8, DSP_ANSWER_ERROR, 1, 0x80000402);
	CHECK_EQ(create_audio(fd), (int32_t)0x80000402);
	check_heap(0);
	CHECK_EQ(create_audio(fd), 0);
	check_no_heap(0, "audiopd");
}

/* Killed while the DSP thinks about it: the late yes changes nothing. */
TEST(kill_leaves_it_offered)
{
	struct dsp_control_status st;
	pid_t pid;
	int status;

	dsp_restart();
	control_status(&st);
	control_behave(1, 8, DSP_ANSWER_HOLD, 1, 0);
	pid = fork();
	if (!pid) {
		create_audio(node_open());
		_exit(0);
	}
	control_wait(DSP_COUNT_HELD, 1);
	check_heap(0);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	control_release(DSP_ANY, false);
	CHECK_EQ(create_audio(node_open()), 0);
	check_no_heap(0, "audiopd");
	control_heap_in_use();
}

struct caller {
	pthread_t thread;
	int fd;
	long result;
};

static void *call_create(void *arg)
{
	struct caller *c = arg;

	c->result = create_audio(c->fd);
	return NULL;
}

/* Many at once on two files: one of them carries it. */
TEST(concurrent_calls_offer_once)
{
	struct caller callers[8];
	int fd[2], carried = 0;

	dsp_restart();
	fd[0] = node_open();
	fd[1] = node_open();
	for (int i = 0; i < 8; i++) {
		callers[i].fd = fd[i & 1];
		REQUIRE_EQ(pthread_create(&callers[i].thread, NULL, call_create, &callers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK_EQ(callers[i].result, 0);
	}
	for (int age = 0; age < 8; age++) {
		struct offer o;

		control_offer(age, &o);
		carried += o.pages;
	}
	CHECK_EQ(carried, 1);
	control_heap_in_use();
}

/* What the first one is told decides what the second one carries: it waits for that. */
TEST(second_waits_for_the_first)
{
	struct dsp_control_status before;
	struct caller callers[2];

	dsp_restart();
	for (int i = 0; i < 2; i++)
		callers[i].fd = node_open();
	control_status(&before);
	control_behave(1, 8, DSP_ANSWER_HOLD, 1, 0);
	REQUIRE_EQ(pthread_create(&callers[0].thread, NULL, call_create, &callers[0]), 0);
	control_wait(DSP_COUNT_HELD, 1);
	REQUIRE_EQ(pthread_create(&callers[1].thread, NULL, call_create, &callers[1]), 0);
	/* it would be there at once */
	CHECK_EQ(control_try_wait(DSP_COUNT_REQUESTS, before.requests + 2, 200), -ETIMEDOUT);
	control_release(1, false);
	for (int i = 0; i < 2; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK_EQ(callers[i].result, 0);
	}
	check_no_heap(0, "audiopd");
	check_heap(1);
	control_heap_in_use();
}
