// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of memory when the DSP does what it was asked, and then says
 * nothing, or that it failed, or something odd.  It uses the memory all the
 * while: what is taken back before the client is released is a fault.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define HANDLE_INIT	1
#define METHOD_MMAP	4
#define METHOD_MUNMAP	5
#define METHOD_CREATE	6
#define METHOD_MEM_MAP	10
#define METHOD_MEM_UNMAP 11
#define MAP_FD		2
#define SIZE		(64u << 10)
#define REFUSED		0x80000401u

static long make_pd(int fd)
{
	int shell = dmabuf_alloc(fd, SIZE);
	long ret;

	REQUIRE(shell > 0);
	ret = create_pd(fd, shell, SIZE, 0);
	close(shell);
	return ret;
}

static int open_pd(void)
{
	int fd = node_open();

	REQUIRE_EQ(make_pd(fd), 0);
	return fd;
}

/* The request of a method, as a client with a PD makes it (not yet for CREATE). */
static long request(int fd, uint32_t method, int dmabuf, uint64_t *dsp_addr)
{
	switch (method) {
	case METHOD_CREATE:
		return make_pd(fd);
	case METHOD_MMAP:
		return add_pages(fd, SIZE, dsp_addr);
	default:
		return mem_map(fd, dmabuf, MAP_FD, SIZE, dsp_addr);
	}
}

static uint32_t kind_of(uint32_t method)
{
	return method == METHOD_CREATE ? DSP_MAP_INIT :
	       method == METHOD_MMAP ? DSP_MAP_PAGES : DSP_MAP_FD;
}

static const uint32_t methods[] = { METHOD_CREATE, METHOD_MMAP, METHOD_MEM_MAP };

#define for_each_method(m)	\
	for ((m) = methods; (m) < methods + ARRAY_SIZE(methods); (m)++)

static int open_for(uint32_t method, int *dmabuf)
{
	int fd = method == METHOD_CREATE ? node_open() : open_pd();

	*dmabuf = dmabuf_alloc(fd, SIZE);
	REQUIRE(*dmabuf > 0);
	return fd;
}

/* The DSP uses it, on and on. */
static void check_used(uint32_t kind)
{
	struct dsp_control_status st;

	CHECK_EQ(control_maps(kind, NULL), 1);
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 10);
	control_status(&st);
	CHECK(control_clean(&st));
}

static void close_and_check(int fd)
{
	struct dsp_control_status st;

	control_status(&st);
	node_close(fd);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
	control_status(&st);
	CHECK_EQ(st.memory.pds, 0);
	CHECK_EQ(st.memory.maps, 0);
	CHECK_EQ(st.memory.pages, 0);
	CHECK(control_clean(&st));
}

static const int32_t results[] = {
	REFUSED, -1, -22, -110, -512, -4095, 1, 78, INT32_MIN, INT32_MAX
};

/* It did nothing and says so: the next try is as good as the first. */
TEST(refuses)
{
	const uint32_t *m;
	uint64_t addr;
	int dmabuf;

	for_each_method(m) {
		int fd = open_for(*m, &dmabuf);

		for (unsigned int i = 0; i < ARRAY_SIZE(results); i++) {
			test_context("method %u, result %d", *m, results[i]);
			control_behave(HANDLE_INIT, *m, DSP_ANSWER_ERROR, 1, results[i]);
			CHECK(request(fd, *m, dmabuf, &addr) != 0);
		}
		CHECK_EQ(request(fd, *m, dmabuf, &addr), 0);
		close(dmabuf);
		check_used(kind_of(*m));
		close_and_check(fd);
	}
}

/*
 * It says that it failed, and uses the memory all the same.  The host may
 * believe it; then the SMMU stops the DSP, and nothing else comes of it.
 */
TEST(lies)
{
	const uint32_t *m;
	uint64_t addr;
	int dmabuf;

	test_expects_faults();
	test_allow("was taken away before it was given back");
	for_each_method(m) {
		for (unsigned int i = 0; i < ARRAY_SIZE(results); i++) {
			struct dsp_control_status st;
			int fd = open_for(*m, &dmabuf);

			test_context("method %u, result %d", *m, results[i]);
			control_behave(HANDLE_INIT, *m, DSP_ANSWER_RETVAL, 1, results[i]);
			CHECK(request(fd, *m, dmabuf, &addr) != 0);
			close(dmabuf);
			control_status(&st);
			node_close(fd);
			control_wait(DSP_COUNT_RELEASES, st.releases + 1);
		}
	}
	control_clear();
	close_and_check(open_pd());
}

/* 10 s each, so all three at once. */
struct silent {
	pthread_t thread;
	int fd, dmabuf;
	uint32_t method;
	long result;
	uint64_t addr;
};

static void *silent_main(void *arg)
{
	struct silent *s = arg;

	s->result = request(s->fd, s->method, s->dmabuf, &s->addr);
	return NULL;
}

static void begin_silent(struct silent *s)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++) {
		s[i].method = methods[i];
		s[i].fd = open_for(methods[i], &s[i].dmabuf);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++) {
		control_behave(HANDLE_INIT, methods[i], DSP_ANSWER_HOLD, 1, 0);
		REQUIRE_EQ(pthread_create(&s[i].thread, NULL, silent_main, &s[i]), 0);
	}
	control_wait(DSP_COUNT_HELD, ARRAY_SIZE(methods));
}

TEST(says_nothing)
{
	struct silent s[ARRAY_SIZE(methods)];
	struct dsp_control_status st;

	begin_silent(s);
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++) {
		pthread_join(s[i].thread, NULL);
		test_context("method %u", s[i].method);
		CHECK_EQ(s[i].result, -ETIMEDOUT);
		close(s[i].dmabuf);
	}
	test_context("after the time-outs");
	check_used(DSP_MAP_PAGES);
	check_used(DSP_MAP_FD);
	CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 3);
	/* The answer that comes now has no caller. */
	control_status(&st);
	control_release(DSP_ANY, false);
	control_wait(DSP_COUNT_ANSWERS, st.answers + 3);
	check_used(DSP_MAP_PAGES);
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++)
		node_close(s[i].fd);
	control_wait(DSP_COUNT_RELEASES, st.releases + 3);
	control_status(&st);
	CHECK_EQ(st.memory.pds + st.memory.maps + st.memory.pages, 0);
}

TEST(dsp_stops_before_it_answers)
{
	struct silent s[ARRAY_SIZE(methods)];

	begin_silent(s);
	dsp_restart();
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++) {
		pthread_join(s[i].thread, NULL);
		CHECK_EQ(s[i].result, -EPIPE);
		close(s[i].dmabuf);
		node_close(s[i].fd);
	}
	close_and_check(open_pd());
}

TEST(answers_in_odd_ways)
{
	static const struct {
		uint32_t action;
		uint64_t value;
	} odd[] = {
		{ DSP_ANSWER_TWICE, 0 }, { DSP_ANSWER_SHORT, 15 }, { DSP_ANSWER_LONG, 200 },
		{ DSP_ANSWER_WRONG_CTX, 1 << 8 }, { DSP_ANSWER_STALE, 0 },
		{ DSP_ANSWER_PD_EXIT, 0 }, { DSP_ANSWER_REWRITE, 0 }, { DSP_ANSWER_TEAR, 20 },
		{ DSP_ANSWER_LATE, 30 },
	};
	const uint32_t *m;
	uint64_t addr;
	int dmabuf;

	for_each_method(m) {
		for (unsigned int i = 0; i < ARRAY_SIZE(odd); i++) {
			int fd = open_for(*m, &dmabuf);

			test_context("method %u, action %u", *m, odd[i].action);
			control_behave(HANDLE_INIT, *m, odd[i].action, 1, odd[i].value);
			CHECK_EQ(request(fd, *m, dmabuf, &addr), 0);
			check_used(kind_of(*m));
			close(dmabuf);
			close_and_check(fd);
		}
	}
}

/* A name that is not the DSP's own: it cannot be given back, and close still frees it. */
TEST(odd_names)
{
	static const uint64_t names[] = { 0, 1, 0x1000, ~0ull, 1ull << 63 };
	uint64_t addr;
	int dmabuf;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		int fd = open_for(METHOD_MMAP, &dmabuf);

		test_context("name %llu", (unsigned long long)names[i]);
		control_behave(HANDLE_INIT, METHOD_MMAP, DSP_ANSWER_OUTPUT, 2, names[i]);
		control_behave(HANDLE_INIT, METHOD_MEM_MAP, DSP_ANSWER_OUTPUT, 1, names[i]);
		/* Whether the driver passes such a name on is its own affair. */
		add_pages(fd, SIZE, &addr);
		remove_pages(fd, names[i], SIZE);
		add_pages(fd, SIZE, &addr);
		mem_map(fd, dmabuf, MAP_FD, SIZE, &addr);
		mem_unmap(fd, dmabuf, names[i], SIZE);
		close(dmabuf);
		CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 2);
		check_used(DSP_MAP_FD);
		close_and_check(fd);
	}
}

TEST(will_not_give_back)
{
	uint64_t pages, map;
	int dmabuf, fd = open_for(METHOD_MMAP, &dmabuf);

	REQUIRE_EQ(add_pages(fd, SIZE, &pages), 0);
	REQUIRE_EQ(mem_map(fd, dmabuf, MAP_FD, SIZE, &map), 0);
	control_behave(HANDLE_INIT, METHOD_MUNMAP, DSP_ANSWER_ERROR, 1, REFUSED);
	control_behave(HANDLE_INIT, METHOD_MEM_UNMAP, DSP_ANSWER_ERROR, 1, REFUSED);
	CHECK_EQ(remove_pages(fd, pages, SIZE), (int32_t)REFUSED);
	CHECK_EQ(mem_unmap(fd, dmabuf, map, SIZE), (int32_t)REFUSED);
	check_used(DSP_MAP_PAGES);
	check_used(DSP_MAP_FD);
	CHECK_EQ(remove_pages(fd, pages, SIZE), 0);
	CHECK_EQ(mem_unmap(fd, dmabuf, map, SIZE), 0);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 0);
	close(dmabuf);
	close_and_check(fd);
}

static void die_waiting(uint32_t method)
{
	struct dsp_control_status st;
	pid_t child;
	int status;

	control_status(&st);
	control_behave(HANDLE_INIT, method, DSP_ANSWER_HOLD, 1, 0);
	fflush(stdout);
	child = fork();
	REQUIRE(child >= 0);
	if (!child) {
		uint64_t addr;
		int dmabuf, fd = open_for(method, &dmabuf);

		request(fd, method, dmabuf, &addr);
		_exit(0);
	}
	control_wait(DSP_COUNT_HELD, 1);
	kill(child, SIGKILL);
	REQUIRE_EQ(waitpid(child, &status, 0), child);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
	control_release(DSP_ANY, false);
	control_status(&st);
	CHECK_EQ(st.memory.pds + st.memory.maps + st.memory.pages, 0);
}

TEST(killed_while_waiting)
{
	const uint32_t *m;

	for_each_method(m) {
		test_context("method %u", *m);
		die_waiting(*m);
	}
	close_and_check(open_pd());
}
