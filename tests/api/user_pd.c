// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PD of the client's own, and the memory it is given: shell, heap pages,
 * mapped dma-bufs, dma-bufs as buffers and as handles of calls.  What the
 * caller sees is compared with the tables of the DSP and with what the DSP
 * reads there.  Only what any driver of this interface has to do.
 */
#include <sys/mman.h>

#include "harness.h"

#define SHELL_LEN	300001u
#define SHELL_ROOM	(300 << 10)
#define MAP_FD		2

struct shared {
	int fd;
	size_t size;
	uint8_t *data;
};

static struct shared shared_alloc(int node, size_t size, uint32_t seed)
{
	struct shared s = { .size = size };

	s.fd = dmabuf_alloc(node, size);
	REQUIRE(s.fd > 0);
	s.data = dmabuf_map(s.fd, size);
	fill_pattern(s.data, size, seed);
	return s;
}

static void shared_free(struct shared *s)
{
	munmap(s->data, s->size);
	close(s->fd);
}

/* A node with a PD of its own. */
static int open_pd(void)
{
	int fd = node_open();
	struct shared shell = shared_alloc(fd, 64 << 10, 1);

	REQUIRE_EQ(create_pd(fd, shell.fd, shell.size, 0), 0);
	shared_free(&shell);
	return fd;
}

static void check_nothing_left(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.memory.pds, 0);
	CHECK_EQ(st.memory.maps, 0);
	CHECK_EQ(st.memory.handles, 0);
	CHECK_EQ(st.memory.pages, 0);
}

static void close_pd(int fd)
{
	struct dsp_control_status st;

	control_status(&st);
	node_close(fd);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
	check_nothing_left();
}

TEST(shell_from_a_dmabuf)
{
	int fd = node_open();
	struct shared shell = shared_alloc(fd, SHELL_ROOM, 1);
	struct dsp_control_map memory;
	struct dsp_control_status st;
	struct dsp_control_pd pd;

	REQUIRE_EQ(create_pd(fd, shell.fd, SHELL_LEN, 0), 0);
	REQUIRE(control_pd(0, &pd));
	CHECK(!control_pd(1, &pd));
	control_pd(0, &pd);
	CHECK(!strcmp(pd.name, program_invocation_short_name));
	CHECK_EQ(pd.attrs, 0);
	CHECK_EQ(pd.shell_len, SHELL_LEN);
	CHECK_EQ(pd.shell_hash, test_hash(0, shell.data, SHELL_LEN));
	CHECK_EQ(control_maps(DSP_MAP_INIT, &memory), 1);
	CHECK_EQ(memory.client, pd.client);
	CHECK_EQ(memory.size, 2 << 20);
	/* The PD lives in it. */
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 5);
	CHECK_EQ(st.memory.dirty, 0);
	shared_free(&shell);
	close_pd(fd);
}

TEST(attributes_reach_the_dsp)
{
	int fd = node_open();
	struct shared shell = shared_alloc(fd, PAGE, 2);
	struct dsp_control_pd pd;

	REQUIRE_EQ(create_pd(fd, shell.fd, shell.size, 4), 0);
	REQUIRE(control_pd(0, &pd));
	CHECK_EQ(pd.attrs, 4);
	shared_free(&shell);
	close_pd(fd);
}

TEST(memory_for_a_large_shell)
{
	int fd = node_open();
	struct shared shell = shared_alloc(fd, (1 << 20) + PAGE, 3);
	struct dsp_control_map memory;

	REQUIRE_EQ(create_pd(fd, shell.fd, shell.size, 0), 0);
	CHECK_EQ(control_maps(DSP_MAP_INIT, &memory), 1);
	CHECK_EQ(memory.size, 5 << 20);		/* four times the shell, whole MiB */
	shared_free(&shell);
	close_pd(fd);
}

TEST(heap_grows_and_shrinks)
{
	uint64_t addr[3];
	int fd = open_pd();
	struct dsp_control_map map;
	struct dsp_control_status st;

	for (int i = 0; i < 3; i++) {
		REQUIRE_EQ(add_pages(fd, (i + 1) << 16, &addr[i]), 0);
		CHECK_EQ(control_maps(DSP_MAP_PAGES, &map), i + 1);
		CHECK_EQ(map.token, addr[i]);
		CHECK_EQ(map.size, (i + 1) << 16);
	}
	control_status(&st);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 20);
	test_allow("not in list");
	CHECK_EQ(remove_pages(fd, addr[1], 1 << 16), -EINVAL);
	CHECK_EQ(remove_pages(fd, addr[1], 2 << 16), 0);
	CHECK_EQ(remove_pages(fd, addr[1], 2 << 16), -EINVAL);
	CHECK_EQ(control_maps(DSP_MAP_PAGES, &map), 2);
	CHECK_EQ(map.token, addr[2]);
	close_pd(fd);
}

/* What the DSP finds at @off of memory it was given before. */
static long dsp_reads(int fd, uint64_t token, int32_t handle, uint64_t off, void *to, size_t len)
{
	struct dsp_test_access at = { .token = token, .offset = off, .fd = handle };
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_MAP_READ);
	call_in(&c, &at, sizeof(at));
	call_out(&c, to, len);
	return call_send(fd, &c);
}

static long dsp_writes(int fd, uint64_t token, uint64_t off, const void *from, size_t len)
{
	struct dsp_test_access at = { .token = token, .offset = off };
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_MAP_WRITE);
	call_in(&c, &at, sizeof(at));
	call_in(&c, from, len);
	return call_send(fd, &c);
}

TEST(mapped_buffer_is_shared)
{
	int fd = open_pd();
	struct shared s = shared_alloc(fd, 1 << 20, 4);
	uint8_t *seen = malloc(s.size), *stored = malloc(5000);
	struct dsp_control_map map;
	uint64_t addr;

	REQUIRE_EQ(mem_map(fd, s.fd, MAP_FD, s.size, &addr), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, &map), 1);
	CHECK_EQ(map.token, addr);
	CHECK_EQ(map.fd, s.fd);
	CHECK_EQ(map.flags, MAP_FD);
	CHECK_EQ(map.size, s.size);
	CHECK_EQ(dsp_reads(fd, addr, 0, 0, seen, s.size), 0);
	CHECK_MEM(seen, s.data, s.size);
	fill_pattern(stored, 5000, 9);
	CHECK_EQ(dsp_writes(fd, addr, 4000, stored, 5000), 0);
	CHECK_MEM(s.data + 4000, stored, 5000);
	CHECK_EQ(mem_unmap(fd, s.fd, addr, s.size), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), 0);
	test_allow("not in list");
	CHECK_EQ(mem_unmap(fd, s.fd, addr, s.size), -EINVAL);
	free(seen);
	free(stored);
	shared_free(&s);
	close_pd(fd);
}

TEST(many_maps)
{
	enum { MAPS = 40 };
	struct shared s[MAPS];
	uint64_t addr[MAPS];
	int fd = open_pd();

	for (int i = 0; i < MAPS; i++) {
		s[i] = shared_alloc(fd, PAGE * (1 + i % 5), i);
		test_context("map %d", i);
		REQUIRE_EQ(mem_map(fd, s[i].fd, MAP_FD, s[i].size, &addr[i]), 0);
	}
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), MAPS);
	for (int i = 0; i < MAPS; i += 2)
		CHECK_EQ(mem_unmap(fd, s[i].fd, addr[i], s[i].size), 0);
	CHECK_EQ(control_maps(DSP_MAP_FD, NULL), MAPS / 2);
	for (int i = 0; i < MAPS; i++)
		shared_free(&s[i]);
	close_pd(fd);		/* takes the rest */
}

/* Buffers of a call that are pieces of dma-bufs: nothing is copied. */
TEST(buffers_of_a_call)
{
	static const size_t at[] = { 0, 8, 4095, 4096, 70001 };
	static const size_t lens[] = { 1, 4096, 5000, 65536, 300000 };
	int fd = open_pd();
	struct shared in = shared_alloc(fd, 1 << 20, 5), out = shared_alloc(fd, 1 << 20, 6);
	uint8_t *want = malloc(out.size);
	struct call c;

	REQUIRE(want);
	for (unsigned int i = 0; i < ARRAY_SIZE(at) * ARRAY_SIZE(lens); i++) {
		size_t off = at[i % ARRAY_SIZE(at)], len = lens[i / ARRAY_SIZE(at)];

		test_context("%zu bytes at %zu", len, off);
		memcpy(want, out.data, out.size);
		for (size_t j = 0; j < len; j++)
			want[off + j] = in.data[off + j] ^ 0x5a;
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_XOR_IN_PLACE);
		call_in(&c, in.data + off, len)->fd = in.fd;
		call_out(&c, out.data + off, len)->fd = out.fd;
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_MEM(out.data, want, out.size);
	}
	free(want);
	shared_free(&in);
	shared_free(&out);
	close_pd(fd);
}

TEST(large_buffers_of_a_call)
{
	int fd = open_pd();
	struct shared in = shared_alloc(fd, 16 << 20, 7);
	uint8_t inlined[100] = { 1, 2, 3 };
	uint64_t hash = 0;
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, inlined, sizeof(inlined));
	call_in(&c, in.data, in.size)->fd = in.fd;
	call_in(&c, in.data + 123, 4567)->fd = in.fd;
	call_out(&c, &hash, sizeof(hash));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_EQ(hash, test_hash(test_hash(test_hash(0, inlined, sizeof(inlined)),
					   in.data, in.size), in.data + 123, 4567));
	shared_free(&in);
	close_pd(fd);
}

static long drop_handles(int fd, const int32_t *fds, unsigned int count)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HANDLE_DROP);
	call_in(&c, fds, count * sizeof(*fds));
	return call_send(fd, &c);
}

static long give_handle(int fd, const struct shared *s, uint32_t method, uint64_t *hash)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, method);
	if (hash)
		call_out(&c, hash, sizeof(*hash));
	call_handle(&c, s->fd, 0, s->size);
	return call_send(fd, &c);
}

TEST(handle_is_kept_until_the_dsp_drops_it)
{
	int fd = open_pd();
	struct shared s = shared_alloc(fd, 128 << 10, 8);
	struct dsp_control_map map;
	uint8_t seen[300];
	int32_t fds[] = { s.fd };

	CHECK_EQ(give_handle(fd, &s, DSP_TEST_HANDLE_KEEP, NULL), 0);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, &map), 1);
	CHECK_EQ(map.fd, s.fd);
	CHECK_EQ(map.size, s.size);
	CHECK_EQ(invoke_null(fd), 0);
	s.data[70000] ^= 0xff;
	CHECK_EQ(dsp_reads(fd, 0, s.fd, 70000, seen, sizeof(seen)), 0);
	CHECK_MEM(seen, s.data + 70000, sizeof(seen));
	CHECK_EQ(drop_handles(fd, fds, 1), 0);
	CHECK_EQ(control_maps(DSP_MAP_HANDLE, NULL), 0);
	shared_free(&s);
	close_pd(fd);
}

TEST(handle_for_one_call)
{
	int fd = open_pd();
	struct shared s = shared_alloc(fd, 64 << 10, 8);
	uint64_t hash = 0;

	CHECK_EQ(give_handle(fd, &s, DSP_TEST_HANDLE_HASH, &hash), 0);
	CHECK_EQ(hash, test_hash(0, s.data, s.size));
	shared_free(&s);
	close_pd(fd);
}

TEST(everything_at_once_then_close)
{
	int fd = open_pd();
	struct shared a = shared_alloc(fd, 128 << 10, 1), b = shared_alloc(fd, 64 << 10, 2);
	uint64_t addr;

	CHECK_EQ(add_pages(fd, 1 << 20, &addr), 0);
	CHECK_EQ(mem_map(fd, a.fd, MAP_FD, a.size, &addr), 0);
	CHECK_EQ(give_handle(fd, &b, DSP_TEST_HANDLE_KEEP, NULL), 0);
	shared_free(&a);
	shared_free(&b);
	CHECK_EQ(invoke_null(fd), 0);
	close_pd(fd);
}
