// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMAP and MUNMAP: the audio PD's heap grows.  A DSP that refuses, or does not
 * answer in time, may have taken the memory all the same: it stays open to it.
 */
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

#define REMOTE_HEAP	8u
#define LIMIT		(64ul << 20)
#define REFUSAL		0x80000402u

static uint64_t token;	/* the DSP's name for what the newest heap_mmap() added */

static long heap_mmap(int fd, uint32_t flags, uint64_t vaddrin, uint64_t size)
{
	struct fastrpc_req_mmap arg = {
		.fd = -1, .flags = flags, .vaddrin = vaddrin, .size = size,
	};
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MMAP, &arg);

	token = ret ? 0 : arg.vaddrout;
	return ret;
}

static long heap_munmap(int fd, uint64_t vaddr, uint64_t size)
{
	struct fastrpc_req_munmap arg = { .vaddrout = vaddr, .size = size };

	return node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &arg);
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

/* Can the DSP read the word at this address with its own stream? */
static bool reads(uint64_t addr)
{
	struct dsp_control_access a = { .label = DSP, .addr = addr };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &a), 0);
	return !a.faulted;
}

/* And write it?  Not to memory that the audio PD has: it would notice. */
static bool writes(uint64_t addr)
{
	struct dsp_control_access a = { .label = DSP, .addr = addr, .is_write = 1 };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &a), 0);
	return !a.faulted;
}

TEST(only_for_the_daemon_of_the_audio_pd)
{
	uint64_t before;
	int fd;

	dsp_restart();
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	before = requests();
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, 1 << 20), -EPERM);
	CHECK_EQ(heap_munmap(fd, 0x1000, 1 << 20), -EINVAL);
	CHECK_EQ(requests(), before);
}

TEST(bad_arguments)
{
	static const uint32_t flags[] = { 0, 1, 2, 4, 6, 9, 0x3000, 0x1008, 0x80000008, ~0u };
	int fd = daemon_open();
	uint64_t before = requests();

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		test_context("flags 0x%x", flags[i]);
		CHECK_EQ(heap_mmap(fd, flags[i], 0, PAGE), -EINVAL);
	}
	test_context("%s", "");
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0x1000, PAGE), -EINVAL);
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, 0), -EINVAL);
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, LIMIT + 1), -ENOMEM);
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, ~0ull), -ENOMEM);
	CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, 1ull << 63), -ENOMEM);
	CHECK_EQ(heap_munmap(fd, 0, PAGE), -EINVAL);
	CHECK_EQ(heap_munmap(fd, 0xd0000000, PAGE), -EINVAL);
	CHECK_EQ(heap_munmap(fd, 0xd0000000, 0), -EINVAL);
	CHECK_EQ(heap_munmap(fd, ~0ull, ~0ull), -EINVAL);
	CHECK_EQ(requests(), before);
}

static uint64_t heap_pages(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.heap_pages;
}

/* Given, used page by page like the region, and given back for good. */
TEST(grows_and_shrinks)
{
	static const uint64_t sizes[] = { 1, 4096, 5000, 64 << 10, 1 << 20, 3 << 20 };
	int fd = daemon_open();
	uint64_t region = heap_pages();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct heap_piece p;
		uint64_t asked;

		test_context("%llu bytes", (unsigned long long)sizes[i]);
		REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, sizes[i]), 0);
		CHECK(token);
		p = control_growth(0);
		CHECK_EQ(p.size, whole_pages(sizes[i]));
		CHECK_EQ(heap_pages(), region + p.size / PAGE);
		control_heap_in_use();

		asked = requests();
		CHECK_EQ(heap_munmap(fd, token, p.size + PAGE), -EINVAL);
		CHECK_EQ(heap_munmap(fd, token + 1, p.size), -EINVAL);
		CHECK_EQ(requests(), asked);		/* the DSP was not bothered */
		CHECK_EQ(heap_munmap(fd, token, sizes[i]), 0);
		CHECK_EQ(heap_pages(), region);
		asked = requests();
		CHECK_EQ(heap_munmap(fd, token, sizes[i]), -EINVAL);
		CHECK_EQ(requests(), asked);
	}
	control_heap_in_use();
}

/* Several at once, given back in another order, by a daemon that came later. */
TEST(a_later_daemon_gives_back)
{
	uint64_t tokens[4], region;
	int fd = daemon_open();

	region = heap_pages();
	for (int i = 0; i < 4; i++) {
		REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, (i + 1) << 18), 0);
		tokens[i] = token;
		for (int j = 0; j < i; j++)
			CHECK(tokens[j] != tokens[i]);
	}
	node_close(fd);
	control_heap_in_use();			/* outlives the file */
	CHECK(heap_pages() > region);
	fd = node_open();
	CHECK_EQ(heap_munmap(fd, tokens[0], 1 << 18), -EINVAL);
	REQUIRE_EQ(create_audio(fd), 0);
	for (int i = 0; i < 4; i++) {
		int j = (i * 3 + 1) % 4;

		test_context("piece %d", j);
		CHECK_EQ(heap_munmap(fd, tokens[j], (j + 1) << 18), 0);
	}
	CHECK_EQ(heap_pages(), region);
	control_heap_in_use();
}

/* The DSP will not part with it: it keeps it, and may be asked again. */
TEST(dsp_keeps_it)
{
	struct dsp_control_status st;
	int fd = daemon_open();
	uint64_t mine;
	struct heap_piece p;

	REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, 1 << 20), 0);
	mine = token;
	p = control_growth(0);
	for (int i = 0; i < 3; i++) {
		control_behave(1, 5, DSP_ANSWER_ERROR, 1, REFUSAL);
		CHECK_EQ(heap_munmap(fd, mine, p.size), (int32_t)REFUSAL);
		CHECK(reads(p.base));
	}
	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 100);
	CHECK_EQ(heap_munmap(fd, mine, p.size), 0);
}

/* A new DSP knows nothing of it, and what the old one had in use is closed late enough. */
TEST(gone_with_the_dsp)
{
	uint64_t old, region, asked;
	int fd = daemon_open();

	region = heap_pages();
	REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, 1 << 20), 0);
	old = token;
	control_heap_in_use();
	node_close(fd);
	fd = daemon_open();
	CHECK_EQ(heap_pages(), region);
	asked = requests();
	CHECK_EQ(heap_munmap(fd, old, 1 << 20), -EINVAL);
	CHECK_EQ(requests(), asked);
}

/* On the wire, whole pages; open to the DSP before it heard of it, and still. */
TEST(refused_memory_stays_open)
{
	static const uint64_t sizes[] = { 1, 4096, 4097, 1 << 20, (1 << 20) + 5 };
	int fd = daemon_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct heap_piece p;

		test_context("%llu bytes", (unsigned long long)sizes[i]);
		control_behave(1, 4, DSP_ANSWER_ERROR, 1, REFUSAL);
		CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, sizes[i]), (int32_t)REFUSAL);
		p = control_growth(0);
		CHECK_EQ(p.size, whole_pages(sizes[i]));
		CHECK_EQ(p.base % PAGE, 0);
		CHECK_EQ(p.base >> 32, 0);
		CHECK(reads(p.base) && writes(p.base));
		CHECK(reads(p.base + p.size - 4) && writes(p.base + p.size - 4));
	}
}

/* The daemon is killed while the DSP thinks about it. */
TEST(abandoned_memory_stays_open)
{
	struct heap_piece p;
	pid_t pid;
	int fd = daemon_open();

	control_behave(1, 4, DSP_ANSWER_HOLD, 1, 0);
	pid = fork();
	if (!pid) {
		heap_mmap(fd, REMOTE_HEAP, 0, 1 << 20);
		_exit(0);
	}
	control_wait(DSP_COUNT_HELD, 1);
	p = control_growth(0);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(reads(p.base));
	CHECK(reads(p.base + p.size - 4));
	node_close(fd);
	CHECK(reads(p.base));
}

/* All pieces together are bounded, and the bound starts anew with a new DSP. */
TEST(bounded)
{
	const uint64_t size = 4 << 20;

	for (int round = 0; round < 2; round++) {
		int fd = daemon_open();

		test_context("round %d", round);
		control_behave(1, 4, DSP_ANSWER_ERROR, 0, REFUSAL);
		for (uint64_t sum = 0; sum < LIMIT; sum += size)
			REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, size), (int32_t)REFUSAL);
		CHECK_EQ(heap_mmap(fd, REMOTE_HEAP, 0, PAGE), -ENOMEM);
		control_normal();
		node_close(fd);
	}
}

/* The DSP's end gives all of it back to the kernel. */
TEST(given_back_when_the_dsp_ends)
{
	const long rounds = 4, pieces = 15, kib = 4 << 10;
	long before, after;

	before = file_number("/proc/meminfo", "MemFree");
	for (int round = 0; round < rounds; round++) {
		int fd = daemon_open();

		test_context("round %d", round);
		control_behave(1, 4, DSP_ANSWER_ERROR, 0, REFUSAL);
		for (int i = 0; i < pieces; i++)
			REQUIRE_EQ(heap_mmap(fd, REMOTE_HEAP, 0, kib << 10), (int32_t)REFUSAL);
		control_normal();
		node_close(fd);
	}
	dsp_restart();
	after = file_number("/proc/meminfo", "MemFree");
	test_context("%ld KiB free before, %ld after %ld MiB", before, after,
		     rounds * pieces * kib >> 10);
	CHECK(before - after < pieces * kib);	/* a quarter of what went through */
}
