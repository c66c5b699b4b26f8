// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs and other drivers: theirs in calls and maps of ours, ours in their
 * devices, and which of the two goes first.
 */
#include <sys/mman.h>

#include "harness.h"

#define LEN	(64 * PAGE)

static long echo(int fd, const void *in, int buf, void *out, size_t len)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, len)->fd = buf;
	call_out(&c, out, len);
	return call_send(fd, &c);
}

/* Calls both ways, and a map that a process has; all of it through one map of ours. */
static void use_buffer(int buf)
{
	static uint8_t copy[LEN];
	uint8_t *data = dmabuf_map(buf, LEN);
	int fd = node_open();
	uint64_t addr;

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	for (int i = 0; i < 3; i++) {
		fill_pattern(data, LEN, i);
		memset(copy, 0, LEN);
		CHECK_EQ(echo(fd, data, buf, copy, LEN), 0);
		CHECK_MEM(copy, data, LEN);
		CHECK_EQ(echo(fd, data + PAGE, buf, copy, LEN), -EINVAL);
		CHECK_EQ(invoke_xor(fd, copy, data, buf, LEN), 0);
		for (size_t j = 0; j < LEN; j++)
			copy[j] ^= 0x5a;
		CHECK_MEM(data, copy, LEN);
		REQUIRE_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, LEN, &addr), 0);
		CHECK_EQ(mem_unmap(fd, buf, addr, LEN), 0);
	}
	/* the descriptor and the file go, the DSP keeps the map until the file does */
	CHECK_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, LEN, &addr), 0);
	munmap(data, LEN);
	close(buf);
	node_close(fd);
}

/* Pages here and there, joined by the context bank. */
TEST(udmabuf_exporter)
{
	use_buffer(udmabuf_alloc(LEN));
}

TEST(vgem_exporter)
{
	int vgem = vgem_open();

	use_buffer(vgem_alloc(vgem, LEN));
	close(vgem);
}

/* Its exporter has it first, then the DSP goes under it, then it goes. */
TEST(exporter_outlives_the_dsp)
{
	int vgem = vgem_open(), fd = node_open(), buf = vgem_alloc(vgem, LEN);
	uint8_t *data = dmabuf_map(buf, LEN);
	static uint8_t copy[LEN];
	uint64_t addr;

	REQUIRE_EQ(create_pd(fd, -1, 0, 0), 0);
	REQUIRE_EQ(mem_map(fd, buf, FASTRPC_MAP_FD, LEN, &addr), 0);
	CHECK_EQ(echo(fd, data, buf, copy, LEN), 0);
	dsp_stop();
	close(vgem);
	fill_pattern(data, LEN, 6);
	CHECK_EQ(echo(fd, data, buf, copy, LEN), -EPIPE);
	node_close(fd);
	dsp_start();
	fd = node_open();
	CHECK_EQ(echo(fd, data, buf, copy, LEN), 0);
	CHECK_MEM(copy, data, LEN);
	munmap(data, LEN);
	close(buf);
}

/* A DRM driver takes our buffer, and the DSP goes on with it. */
TEST(imported_by_vgem)
{
	int vgem = vgem_open(), fd = node_open(), buf = dmabuf_alloc(fd, LEN);
	uint8_t *data = dmabuf_map(buf, LEN);
	static uint8_t copy[LEN];
	uint32_t handle;

	fill_pattern(data, LEN, 7);
	for (int i = 0; i < 3; i++) {
		handle = vgem_import(vgem, buf);
		CHECK_EQ(echo(fd, data, buf, copy, LEN), 0);
		CHECK_MEM(copy, data, LEN);
		vgem_drop(vgem, handle);
	}
	vgem_import(vgem, buf);
	munmap(data, LEN);
	close(buf);
	node_close(fd);
	/* vgem has the last reference, and the buffer has code of the driver behind it */
	dsp_stop();
	CHECK_EQ(driver_unload(), -EAGAIN);
	close(vgem);
	CHECK_EQ(driver_unload(), 0);
	driver_restore();
}

/*
 * What a program wrote, and what the DSP did, is what the kernel finds by a
 * mapping of its own (vmap), and what any device finds.
 */
TEST(seen_by_the_kernel_and_another_device)
{
	static const size_t lens[] = { PAGE, 3 * PAGE, LEN, 5 << 20 };

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		size_t len = whole_pages(lens[i]);
		int fd = node_open(), buf = dmabuf_alloc(fd, len);
		uint8_t *data, in[PAGE];

		test_context("%zu bytes", lens[i]);
		REQUIRE(buf >= 0);
		data = dmabuf_map(buf, len);
		fill_pattern(data, len, i);
		import_begin(buf);
		import_check(test_hash(0, data, len), len);
		fill_pattern(in, PAGE, i + 10);
		CHECK_EQ(invoke_xor(fd, in, data + len - PAGE, buf, PAGE), 0);
		import_check(test_hash(0, data, len), len);
		import_end();
		munmap(data, len);
		close(buf);
		node_close(fd);
	}
}

/* The other device has it last: file, channel and DSP are gone by then. */
TEST(other_device_has_it_last)
{
	int fd = node_open(), buf = dmabuf_alloc(fd, LEN);
	uint8_t *data = dmabuf_map(buf, LEN);
	static uint8_t copy[LEN];
	uint64_t hash;

	test_teardown = import_end;
	fill_pattern(data, LEN, 8);
	hash = test_hash(0, data, LEN);
	CHECK_EQ(echo(fd, data, buf, copy, LEN), 0);
	import_begin(buf);
	munmap(data, LEN);
	close(buf);
	import_check(hash, LEN);
	node_close(fd);
	import_check(hash, LEN);
	dsp_stop();
	import_check(hash, LEN);
	CHECK_EQ(driver_unload(), -EAGAIN);
	import_check(hash, LEN);
	import_end();
	CHECK_EQ(driver_unload(), 0);
	driver_restore();
}
