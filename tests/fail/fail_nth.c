// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy from or to user space fails once, in what a
 * client asks for.  What it returns then is free, but the next try succeeds and
 * nothing is left behind: the kernel's own checkers, the DSP model and the leak
 * search judge that.
 *
 * Needs a kernel that can inject failures.
 */
#include <fcntl.h>
#include <glob.h>

#include "sweep.h"

#define SHARED	(1ul << 20)

static int fd = -1;

static void close_fd(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

static long open_node(void)
{
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : 0;
}

static long open_and_attach(void)
{
	long ret = open_node();

	return ret ? ret : attach(fd);
}

static long call_many(void)
{
	static uint8_t in[3 << 20], out[3 << 20];
	static struct call call;
	long ret = open_and_attach();

	if (ret)
		return ret;
	ret = invoke_null(fd);
	if (ret)
		return ret;
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	for (int i = 0; i < 40; i++)
		call_in(&call, in + i * 1000, 1000);
	call_out(&call, out, 100);
	ret = call_send(fd, &call);
	if (ret)
		return ret;
	/* too large for contiguous memory */
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&call, in, sizeof(in));
	call_out(&call, out, sizeof(out));
	return call_send(fd, &call);
}

static long open_and_create(void)
{
	long ret = open_node();

	return ret ? ret : create_audio(fd);
}

static long ask(void)
{
	uint32_t value;
	long ret = open_node();

	return ret ? ret : get_dsp_info(fd, 6, &value);
}

static int buf = -1;

static void close_buf(void)
{
	if (buf >= 0)
		close(buf);
	buf = -1;
}

/* One piece of memory: of more than a page, it is asked for again by the page. */
static long alloc_small(size_t pages)
{
	int small = dmabuf_alloc(fd, pages * PAGE);

	return small < 0 ? small : close(small);
}

/* A process, and a buffer that it gets in each of the ways there are. */
static long share(void)
{
	static struct call call;
	uint64_t addr;
	long ret;

	close_buf();
	ret = open_node();
	if (!ret)
		ret = create_pd(fd, -1, 0, 0);
	if (!ret)
		ret = alloc_small(1);
	if (!ret)
		ret = alloc_small(2);
	if (ret)
		return ret;
	buf = dmabuf_alloc(fd, SHARED);
	if (buf < 0)
		return buf;
	call_init(&call, DSP_TEST_HANDLE, DSP_TEST_TOUCH);
	call_out(&call, NULL, SHARED)->fd = buf;
	call_handle(&call, buf, 0, SHARED);
	ret = call_send(fd, &call);
	if (!ret)
		ret = mem_map(fd, buf, FASTRPC_MAP_FD, SHARED, &addr);
	if (!ret)
		ret = mem_unmap(fd, buf, addr, SHARED);
	return ret;
}

/* No file that could not be opened has kept its session. */
static void check_sessions(void)
{
	int fds[16], n = 0, sessions = node_sessions();

	while (n < 16 && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	CHECK_EQ(n, sessions);
	while (n)
		node_close(fds[--n]);
}

/* The same once more, after whatever came of it. */
static void try_again(long (*sequence)(void))
{
	close_fd();
	check_sessions();
	CHECK_EQ(sequence(), 0);
	close_fd();
}

static void open_again(long result)
{
	(void)result;
	try_again(open_node);
}

static void attach_again(long result)
{
	(void)result;
	try_again(open_and_attach);
}

static void ask_again(long result)
{
	(void)result;
	try_again(ask);
}

/* dma-bufs that still have a user. */
static size_t count_buffers(void)
{
	glob_t buffers;
	size_t count;
	int ret = glob("/sys/kernel/dmabuf/buffers/*", 0, NULL, &buffers);

	REQUIRE(!access("/sys/kernel/dmabuf/buffers", F_OK));
	REQUIRE(!ret || ret == GLOB_NOMATCH);
	count = ret ? 0 : buffers.gl_pathc;
	globfree(&buffers);
	return count;
}

static void share_again(long result)
{
	(void)result;
	try_again(share);
	CHECK_EQ(count_buffers(), 1);
	close_buf();
	CHECK_EQ(count_buffers(), 0);
}

static void call_again(long result)
{
	(void)result;
	try_again(call_many);
}

TEST(opening)
{
	static const struct sweep sweep = {
		.name = "open", .sequence = open_node, .after = open_again,
	};

	node_wait(NODE, true);
	sweep_run(&sweep);
}

TEST(attaching)
{
	static const struct sweep sweep = {
		.name = "attach", .sequence = open_and_attach, .after = attach_again,
	};

	sweep_run(&sweep);
}

TEST(asking)
{
	static const struct sweep sweep = {
		.name = "get_dsp_info", .before = dsp_restart, .sequence = ask, .after = ask_again,
	};

	sweep_run(&sweep);
}

TEST(calling)
{
	static const struct sweep sweep = {
		.name = "invoke", .sequence = call_many, .after = call_again,
	};

	sweep_run(&sweep);
}

TEST(sharing)
{
	struct sweep sweep = {
		.name = "shared memory", .sequence = share, .after = share_again,
	};

	/* of each dma-buf the kernel makes a directory */
	test_allow("kobject: can not set name properly");
	test_allow("kobject_add_internal failed");
	sweep_run(&sweep);
	/* how many failures that directory takes is not the same each time */
	sweep.name = "shared memory, directories";
	sweep.depth = "24";
	sweep_run(&sweep);
}

/* An offer that was not sent is taken back, and made again next time. */
static void offer_again(long result)
{
	long offers = heap_account("offers=");
	struct offer o;

	CHECK_EQ(heap_account_lines(result ? "] unclaimed" : "] offered"), 1);
	try_again(open_and_create);
	control_offer(1, &o);		/* 0 is the release of the client */
	CHECK_EQ(o.pages, result ? 1 : 0);
	CHECK_EQ(heap_account("offers="), result ? offers + 1 : offers);
	control_heap_in_use();
}

TEST(offering)
{
	static const struct sweep sweep = {
		.name = "create_static", .before = dsp_restart, .sequence = open_and_create,
		.after = offer_again,
	};

	sweep_run(&sweep);
}
