// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the DSP has for longer than a call: it goes back when the DSP has
 * said so, or has no way to it any more, and never before; and only so much of it
 * can be asked for.  The DSP model uses all of it all the time: what is taken too
 * early is a fault, or a violation after the case.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define HANDLE_INIT	1
#define RELEASE		1
#define MMAP		4
#define MUNMAP		5
#define CREATE		6
#define MEM_MAP		10
#define MEM_UNMAP	11
#define MAP_FD		2
#define REFUSED		0x80000402u
#define SHELL_MAX	(2u << 20)
/* A caller that is killed does not wait for this long, but one that is not does. */
#define SILENCE_MS	8000

struct shared {
	int fd;
	size_t size;
	uint8_t *data;
};

static struct shared shared_make(int node, size_t size)
{
	struct shared s = { .fd = dmabuf_alloc(node, size), .size = size };

	REQUIRE(s.fd > 0);
	s.data = dmabuf_map(s.fd, size);
	return s;
}

static void shared_free(struct shared *s)
{
	munmap(s->data, s->size);
	close(s->fd);
}

static long create_at(int fd, const void *shell, uint32_t len, int shell_fd)
{
	struct fastrpc_init_create arg = {
		.filelen = len, .filefd = shell_fd, .file = (uintptr_t)shell,
	};

	return node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &arg);
}

static int open_pd(void)
{
	int fd = node_open();

	REQUIRE_EQ(create_at(fd, NULL, 0, -1), 0);
	return fd;
}

/* The DSP says no to the next request of process control with this method. */
static void refuse(uint32_t method)
{
	control_behave(HANDLE_INIT, method, DSP_ANSWER_ERROR, 1, REFUSED);
}

static long map(int fd, const struct shared *s, uint64_t *addr)
{
	return mem_map(fd, s->fd, MAP_FD, s->size, addr);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

/* ---- processes ---- */

TEST(shell_from_memory)
{
	static const uint32_t lens[] = { 1, PAGE, 300001, SHELL_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		for (int shell_fd = -1; shell_fd <= 0; shell_fd++) {
			uint8_t *shell = guarded_alloc(lens[i]);
			struct dsp_control_map memory;
			struct dsp_control_pd pd;
			int fd = node_open();

			test_context("%u bytes, fd %d", lens[i], shell_fd);
			fill_pattern(shell, lens[i], i);
			REQUIRE_EQ(create_at(fd, shell, lens[i], shell_fd), 0);
			REQUIRE(control_pd(0, &pd));
			CHECK_EQ(pd.shell_len, lens[i]);
			CHECK_EQ(pd.shell_hash, test_hash(0, shell, lens[i]));
			CHECK_EQ(control_maps(DSP_MAP_INIT, &memory), 1);
			CHECK_EQ(memory.size, lens[i] > 524288 ? 4 * SHELL_MAX : 2 << 20);
			guarded_free(shell, lens[i]);
			node_close(fd);
		}
	}
}

TEST(shell_that_cannot_be)
{
	static const uint64_t bad[] = { 0, 8, 0xffff000080000000, 0xfffffffffffff000 };
	int fd = node_open(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct shared s = shared_make(fd, KERNEL_PAGE);
	uint64_t before = requests();
	uint8_t *shell = guarded_alloc(PAGE);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_context("shell at 0x%llx", (unsigned long long)bad[i]);
		CHECK_EQ(create_at(fd, (void *)(uintptr_t)bad[i], 64, 0), -EFAULT);
	}
	test_context("%s", "");
	CHECK_EQ(create_at(fd, shell, PAGE + 1, 0), -EFAULT);
	CHECK_EQ(create_at(fd, shell, SHELL_MAX + 1, 0), -EINVAL);
	CHECK_EQ(create_at(fd, shell, ~0u, 0), -EINVAL);
	CHECK_EQ(create_at(fd, s.data, PAGE, 1000), -EBADF);
	CHECK_EQ(create_at(fd, s.data, PAGE, -2), -EBADF);
	CHECK_EQ(create_at(fd, s.data, PAGE, null), -EINVAL);
	CHECK_EQ(create_at(fd, s.data, KERNEL_PAGE + 1, s.fd), -EINVAL);
	CHECK_EQ(requests(), before);
	/* and none of it is in the way of a good one */
	CHECK_EQ(create_at(fd, s.data, PAGE, s.fd), 0);
	guarded_free(shell, PAGE);
	shared_free(&s);
	close(null);
}

TEST(one_process_for_a_file)
{
	int fd = open_pd();
	uint64_t before = requests();

	CHECK_EQ(create_at(fd, NULL, 0, -1), -EBUSY);
	CHECK_EQ(create_at(fd, NULL, 0, 0), -EBUSY);
	CHECK_EQ(requests(), before);
	CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 1);
}

TEST(refused_process)
{
	int fd = node_open();

	for (int i = 0; i < 20; i++) {
		refuse(CREATE);
		CHECK_EQ((uint32_t)create_at(fd, NULL, 0, -1), REFUSED);
	}
	CHECK_EQ(create_at(fd, NULL, 0, -1), 0);
	CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 1);
}

/* The DSP has the memory, whatever became of the program that asked. */
TEST(killed_while_a_process_starts)
{
	struct dsp_control_status st;
	pid_t pid;

	node_wait(NODE, true);
	control_behave(HANDLE_INIT, CREATE, DSP_ANSWER_HOLD, 1, 0);
	control_behave(HANDLE_INIT, RELEASE, DSP_ANSWER_HOLD, 1, 0);
	pid = fork();
	if (!pid) {
		create_at(node_open(), NULL, 0, -1);
		_exit(1);
	}
	control_wait(DSP_COUNT_HELD, 1);
	kill(pid, SIGKILL);
	control_wait(DSP_COUNT_HELD, 2);
	CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 0);	/* until the release is answered */
	control_status(&st);
	control_release(DSP_ANY, false);
	control_wait(DSP_COUNT_ANSWERS, st.answers + 2);
	waitpid(pid, NULL, 0);
	CHECK_EQ(sessions_free(), node_sessions());
}

/* ---- dsp that keeps what it has ---- */

TEST(kept_when_unmap_is_refused)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, 64 << 10);
	uint64_t addr, pages;

	REQUIRE_EQ(map(fd, &s, &addr), 0);
	REQUIRE_EQ(add_pages(fd, 1 << 20, &pages), 0);
	for (int i = 0; i < 3; i++) {
		refuse(MEM_UNMAP);
		CHECK_EQ((uint32_t)mem_unmap(fd, s.fd, addr, s.size), REFUSED);
		refuse(MUNMAP);
		CHECK_EQ((uint32_t)remove_pages(fd, pages, 1 << 20), REFUSED);
	}
	shared_free(&s);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 1);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 1);
	/* by any descriptor: the one it came by is closed */
	CHECK_EQ(mem_unmap(fd, -1, addr, 0), 0);
	CHECK_EQ(remove_pages(fd, pages, 1 << 20), 0);
	CHECK_EQ(mem_unmap(fd, -1, addr, 0), -EINVAL);
	CHECK_EQ(remove_pages(fd, pages, 1 << 20), -EINVAL);
}

/* No other client gets the context bank, until the DSP has lost its way into it. */
TEST(kept_when_release_is_refused)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, 64 << 10);
	struct dsp_control_status st;
	uint64_t addr;

	CHECK_EQ(map(fd, &s, &addr), 0);
	CHECK_EQ(add_pages(fd, 1 << 20, &addr), 0);
	refuse(RELEASE);
	node_close(fd);
	shared_free(&s);
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 50);
	CHECK_EQ(sessions_free(), node_sessions() - 1);
	dsp_restart();
	CHECK_EQ(sessions_free(), node_sessions());
}

TEST(refused_memory_is_freed)
{
	int fd = open_pd(), maps, unmaps;
	struct shared s = shared_make(fd, 64 << 10);
	uint64_t addr;

	iommu_trace_start();
	for (int i = 0; i < 20; i++) {
		refuse(MMAP);
		CHECK_EQ((uint32_t)add_pages(fd, 1 << 20, &addr), REFUSED);
	}
	iommu_trace_counts(&maps, &unmaps);
	iommu_trace_stop();
	CHECK(unmaps >= 20);
	refuse(MEM_MAP);
	CHECK_EQ((uint32_t)map(fd, &s, &addr), REFUSED);
	CHECK_EQ(mem_unmap(fd, s.fd, addr, s.size), -EINVAL);
	CHECK_EQ(map(fd, &s, &addr), 0);
	shared_free(&s);
}

/* The answer comes after the wait: the memory has no known address, but the DSP has it. */
TEST(killed_while_lending)
{
	static const uint32_t methods[] = { MMAP, MEM_MAP };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		struct dsp_control_status st;
		int fd = open_pd();
		long start;
		pid_t pid;

		test_context("method %u", methods[i]);
		control_behave(HANDLE_INIT, methods[i], DSP_ANSWER_HOLD, 1, 0);
		pid = fork();
		if (!pid) {
			struct shared s = shared_make(fd, PAGE);
			uint64_t addr;

			if (methods[i] == MMAP)
				add_pages(fd, 1 << 20, &addr);
			else
				map(fd, &s, &addr);
			_exit(1);
		}
		control_wait(DSP_COUNT_HELD, 1);
		start = now_ms();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		CHECK(now_ms() - start < SILENCE_MS);
		control_status(&st);
		control_release(DSP_ANY, false);
		control_wait(DSP_COUNT_ANSWERS, st.answers + 1);
		CHECK_EQ(control_maps(methods[i] == MMAP ? DSP_MAP_PAGES : DSP_MAP_FD, NULL), 1);
		control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 50);
		node_close(fd);
		CHECK_EQ(control_maps(DSP_MAP_INIT, NULL), 0);
	}
	CHECK_EQ(sessions_free(), node_sessions());
}

/* Without an address the caller could never give it back: it is given back for it. */
TEST(answers_that_cannot_be_written)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, PAGE);
	struct fastrpc_req_mmap *add = pages_alloc(PAGE);
	struct fastrpc_mem_map *arg = (void *)((uint8_t *)add + 1024);

	add->fd = -1;
	add->flags = FASTRPC_MAP_ADD_PAGES;
	add->size = 1 << 20;
	arg->fd = s.fd;
	arg->length = s.size;
	arg->flags = MAP_FD;
	REQUIRE_EQ(mprotect(add, PAGE, PROT_READ), 0);
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MMAP, add), -EFAULT);
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, arg), -EFAULT);
	}
	CHECK_EQ(control_maps(DSP_MAP_PAGES, NULL), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 0);
	munmap(add, PAGE);
	shared_free(&s);
}

TEST(dsp_stops_with_mappings)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, 64 << 10);
	uint64_t addr, pages;

	CHECK_EQ(map(fd, &s, &addr), 0);
	CHECK_EQ(add_pages(fd, 1 << 20, &pages), 0);
	dsp_stop();
	CHECK_EQ(mem_unmap(fd, s.fd, addr, s.size), -EPIPE);
	CHECK_EQ(remove_pages(fd, pages, 1 << 20), -EPIPE);
	s.data[5] = 5;
	dsp_start();
	node_wait(NODE, true);
	CHECK_EQ(sessions_free(), node_sessions());
	node_close(fd);
	CHECK_EQ(s.data[5], 5);
	shared_free(&s);
}

/* ---- what can be asked for ---- */

/* The addresses of its bank, and the memory that there is: no other. */
TEST(pages_have_a_limit)
{
	const uint64_t part = 96 << 20;
	int fd = open_pd();
	uint64_t addr[3], more;

	CHECK_EQ(add_pages(fd, 0, &more), -EINVAL);
	CHECK_EQ(add_pages(fd, 1ull << 30, &more), -ENOMEM);
	CHECK_EQ(add_pages(fd, 1ull << 32, &more), -ENOMEM);
	CHECK_EQ(add_pages(fd, (1ull << 32) + 1, &more), -ENOMEM);
	CHECK_EQ(add_pages(fd, 1ull << 63, &more), -ENOMEM);
	CHECK_EQ(add_pages(fd, ~0ull, &more), -ENOMEM);
	for (int i = 0; i < 3; i++)
		REQUIRE_EQ(add_pages(fd, part, &addr[i]), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(remove_pages(fd, addr[i], part), 0);
}

TEST(maps_that_cannot_be)
{
	static const uint32_t flags[] = { 8, 0x1000, 0x3000, 0x1002, ~0u };
	int fd = open_pd(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct shared s = shared_make(fd, 3 * KERNEL_PAGE);
	uint64_t addr, before = requests();
	struct fastrpc_mem_map arg = { .fd = s.fd, .flags = MAP_FD, .length = PAGE };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		test_context("flags 0x%x", flags[i]);
		CHECK_EQ(mem_map(fd, s.fd, flags[i], PAGE, &addr), -EINVAL);
	}
	test_context("%s", "");
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, 0, &addr), -EINVAL);
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, 3 * KERNEL_PAGE + 1, &addr), -EINVAL);
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, 1ull << 63, &addr), -EINVAL);
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, ~0ull, &addr), -EINVAL);
	CHECK_EQ(mem_map(fd, -1, MAP_FD, PAGE, &addr), -EBADF);
	CHECK_EQ(mem_map(fd, 1000, MAP_FD, PAGE, &addr), -EBADF);
	CHECK_EQ(mem_map(fd, null, MAP_FD, PAGE, &addr), -EINVAL);
	arg.offset = -1;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg), -EINVAL);
	arg.offset = 3 * KERNEL_PAGE - PAGE + 1;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg), -EINVAL);
	/* the sum of the two wraps, and would be inside of the buffer */
	arg.offset = 2 * PAGE;
	arg.length = -PAGE;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg), -EINVAL);
	arg.length = PAGE;
	CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), -EINVAL);
	CHECK_EQ(mem_unmap(fd, -1, 0, 0), -EINVAL);
	CHECK_EQ(requests(), before);
	arg.offset = 3 * KERNEL_PAGE - PAGE;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg), 0);
	/* a length that was right once is looked at again */
	CHECK_EQ(mem_map(fd, s.fd, MAP_FD, 3 * KERNEL_PAGE + 1, &addr), -EINVAL);
	shared_free(&s);
	close(null);
}

TEST(flags_are_passed_on)
{
	static const uint32_t flags[] = { 0, 1, 2, 3, 16, 0x20000 };
	int fd = open_pd();
	struct shared s = shared_make(fd, PAGE);

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct dsp_control_map seen;
		uint64_t addr;

		test_context("flags 0x%x", flags[i]);
		CHECK_EQ(mem_map(fd, s.fd, flags[i], PAGE, &addr), 0);
		CHECK_EQ(control_maps(DSP_MAP_FD, &seen), 1);
		CHECK_EQ(seen.flags, flags[i]);
		CHECK_EQ(mem_unmap(fd, s.fd, addr, PAGE), 0);
	}
	shared_free(&s);
}

/* What one client lent, no other takes back. */
TEST(only_its_own)
{
	int a = open_pd(), b = open_pd();
	struct shared s = shared_make(a, PAGE);
	uint64_t addr, pages;

	CHECK_EQ(map(a, &s, &addr), 0);
	CHECK_EQ(add_pages(a, PAGE, &pages), 0);
	CHECK_EQ(mem_unmap(b, s.fd, addr, PAGE), -EINVAL);
	CHECK_EQ(mem_unmap(b, -1, addr, PAGE), -EINVAL);
	CHECK_EQ(remove_pages(b, pages, PAGE), -EINVAL);
	CHECK_EQ(mem_unmap(a, s.fd + 1, addr, PAGE), -EINVAL);
	CHECK_EQ(remove_pages(a, pages, 2 * PAGE), -EINVAL);
	CHECK_EQ(mem_unmap(a, s.fd, addr, PAGE), 0);
	CHECK_EQ(remove_pages(a, pages, PAGE), 0);
	shared_free(&s);
}

/* ---- handles ---- */

static long give(int fd, const struct shared *s, uint32_t method)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, method);
	call_handle(&c, s->fd, 0, s->size);
	return call_send(fd, &c);
}

static long drop(int fd, int32_t which)
{
	return invoke_word(fd, DSP_TEST_HANDLE_DROP, which);
}

/* There is no process of the client's that could keep it. */
TEST(handles_of_a_client_that_joined_nothing)
{
	for (int i = 0; i <= node_sessions(); i++) {
		int fd = node_open();
		struct shared s = shared_make(fd, PAGE);
		struct call c;
		uint64_t addr;

		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
		call_handle(&c, s.fd, 0, s.size);
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_EQ(map(fd, &s, &addr), -EPERM);
		CHECK_EQ(add_pages(fd, PAGE, &addr), -EPERM);
		node_close(fd);
		shared_free(&s);
	}
	CHECK_EQ(sessions_free(), node_sessions());
}

/* Given twice and named once, it is still the DSP's. */
TEST(handle_given_twice)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, 64 << 10);
	struct dsp_control_status st;
	int name = s.fd;

	CHECK_EQ(give(fd, &s, DSP_TEST_HANDLE_KEEP), 0);
	CHECK_EQ(give(fd, &s, DSP_TEST_HANDLE_KEEP), 0);
	CHECK_EQ(drop(fd, name), 0);
	shared_free(&s);
	iommu_trace_start();
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 200);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 1);
	CHECK_EQ(drop(fd, name), 0);
	iommu_trace_wait_unmaps(1);
	iommu_trace_stop();
}

TEST(handle_taken_back_by_unmap)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, PAGE);

	CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), -EINVAL);
	CHECK_EQ(give(fd, &s, DSP_TEST_NULL), 0);
	/* the DSP knows nothing of a handle that it did not keep, and says so */
	CHECK(mem_unmap(fd, s.fd, 0, PAGE) != -EINVAL);
	control_behave(HANDLE_INIT, MEM_UNMAP, DSP_ANSWER_ERROR, 1, 0);
	CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), 0);
	CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), -EINVAL);
	shared_free(&s);
}

TEST(handles_that_cannot_be)
{
	int fd = open_pd();
	struct shared s = shared_make(fd, 2 * KERNEL_PAGE);
	struct fastrpc_invoke_args *a;
	uint64_t before = requests();
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	a = call_handle(&c, s.fd, 0, 2 * KERNEL_PAGE + 1);
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	a->ptr = KERNEL_PAGE;
	a->length = KERNEL_PAGE + 1;
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	a->length = PAGE;
	a->fd = 1000;
	CHECK_EQ(call_send(fd, &c), -EINVAL);
	a->fd = s.fd;
	a->attr = 1;
	CHECK_EQ(call_send(fd, &c), -EOPNOTSUPP);
	CHECK_EQ(requests(), before);
	a->attr = 0;
	CHECK_EQ(call_send(fd, &c), 0);
	shared_free(&s);
}

/* The DSP may write what it likes into its list of descriptors. */
TEST(hostile_list_of_descriptors)
{
	int a = open_pd(), b = open_pd();
	struct shared s = shared_make(a, 64 << 10), other = shared_make(b, 64 << 10);
	struct dsp_control_status st;
	uint64_t lists[][16] = {
		{ s.fd, s.fd, s.fd, s.fd, s.fd, s.fd, s.fd, s.fd,
		  s.fd, s.fd, s.fd, s.fd, s.fd, s.fd, s.fd, s.fd },
		{ ~0ull, 1ull << 63, 1ull << 32, (1ull << 32) + s.fd, 0xffffffff, 0x80000000,
		  0x7fffffff, 1, 2, 3, 1000, other.fd },
		{ 0, s.fd, s.fd },
	};
	uint64_t addr;

	/* b's handle must stay, whatever a's DSP says; so must what a mapped */
	CHECK_EQ(give(b, &other, DSP_TEST_HANDLE_KEEP), 0);
	CHECK_EQ(map(a, &s, &addr), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		test_context("list %zu", i);
		for (int round = 0; round < 3; round++) {
			control_patch(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_PATCH_FDS, lists[i],
				      sizeof(lists[i]));
			CHECK_EQ(give(a, &s, DSP_TEST_NULL), 0);
			control_normal();
			CHECK_EQ(invoke_null(a), 0);
		}
	}
	shared_free(&s);
	shared_free(&other);
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 200);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 1);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 1);
}

/* A call that never left lends nothing. */
TEST(unsent_handle)
{
	struct shared s;
	int fd;

	control_require_unsent();
	fd = open_pd();
	s = shared_make(fd, PAGE);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_UNSENT, 1, ENXIO);
	CHECK_EQ(give(fd, &s, DSP_TEST_NULL), -ENXIO);
	CHECK_EQ(mem_unmap(fd, s.fd, 0, PAGE), -EINVAL);
	shared_free(&s);
}
