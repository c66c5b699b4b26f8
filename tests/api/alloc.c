// SPDX-License-Identifier: GPL-2.0-only
/*
 * ALLOC_DMA_BUFF: memory to share with the DSP, as a dma-buf that depends on
 * nothing: not on the file it came from, nor on the DSP, nor on a context bank.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "harness.h"

static void *map(int buf, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, buf, 0);

	REQUIRE(p != MAP_FAILED);
	return p;
}

static int alloc_ok(int fd, uint64_t size)
{
	int buf = dmabuf_alloc(fd, size);

	REQUIRE(buf >= 0);
	return buf;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return !p[0] && !memcmp(p, p + 1, len - 1);
}

/* Pins the pages at @p, as direct I/O does; bytes, or -errno. */
static long vmsplice_of(void *p, size_t len)
{
	struct iovec iov = { p, len };
	int ends[2];
	long ret;

	pipe_open(ends, 0);
	ret = vmsplice(ends[1], &iov, 1, 0);
	ret = ret < 0 ? -errno : ret;
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static int count_fds(void)
{
	return dir_count("/proc/self/fd", "");
}

/*
 * What was asked for; but on a kernel with larger pages than the DSP's whole ones of
 * those, or the daemons could not map what they ask for.
 */
static off_t buffer_size(size_t asked)
{
	bool is_exact = whole_pages(1) == PAGE;

	return is_exact ? asked : whole_pages(asked);
}

/* The audio PD's daemon asks like this, on a file it never attaches with. */
TEST(as_the_daemons_ask)
{
	int fd, buf;
	uint8_t *p;

	node_wait(NODE, true);
	fd = open(NODE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(fd >= 0);
	buf = alloc_ok(fd, 4104);
	CHECK_EQ(fcntl(buf, F_GETFD), 0);
	CHECK_EQ(fcntl(buf, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_EQ(lseek(buf, 0, SEEK_END), buffer_size(4104));
	/* a page more than it maps */
	p = map(buf, 8);
	CHECK(is_zero(p, PAGE));
	fill_pattern(p, PAGE, 1);
	munmap(p, 8);
	close(buf);
	close(fd);
}

TEST(sizes)
{
	static const size_t sizes[] = {
		1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 32 << 10, 33 << 10, 1 << 20,
		(1 << 20) + 1, 4 << 20, (4 << 20) + 1, 33 << 20,
	};
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t len = whole_pages(sizes[i]), size = buffer_size(sizes[i]);
		uint8_t *p, *want = pages_alloc(len);
		int buf;

		test_context("%zu bytes", sizes[i]);
		buf = alloc_ok(fd, sizes[i]);
		CHECK_EQ(lseek(buf, 0, SEEK_END), size);
		/* whole pages of its size can be mapped, as of any dma-buf */
		if (len != size)
			CHECK(mmap(NULL, len, PROT_READ, MAP_SHARED, buf, 0) == MAP_FAILED);
		len = size / KERNEL_PAGE * KERNEL_PAGE;
		if (!len)
			goto next;
		p = map(buf, len);
		CHECK(is_zero(p, len));
		fill_pattern(want, len, i);
		memcpy(p, want, len);
		munmap(p, len);
		/* other mappings of it show the same bytes, also of parts of it */
		p = map(buf, len);
		CHECK_MEM(p, want, len);
		munmap(p, len);
		p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, buf, len - KERNEL_PAGE);
		REQUIRE(p != MAP_FAILED);
		CHECK_MEM(p, want + len - KERNEL_PAGE, PAGE);
		munmap(p, PAGE);
next:
		munmap(want, whole_pages(sizes[i]));
		close(buf);
	}
}

TEST(sizes_that_cannot_be)
{
	static const uint64_t huge[] = {
		1ull << 32, 1ull << 40, 1ull << 63, ~0ull, ~0ull - PAGE, ~0ull - PAGE + 1,
		1ull << 30,	/* all the memory the board has */
	};
	int fd = node_open();

	CHECK_EQ(dmabuf_alloc(fd, 0), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(huge); i++) {
		test_context("0x%llx bytes", (unsigned long long)huge[i]);
		CHECK_EQ(dmabuf_alloc(fd, huge[i]), -ENOMEM);
	}
}

TEST(mappings_that_cannot_be)
{
	int buf = alloc_ok(node_open(), 2 * KERNEL_PAGE);

	CHECK(mmap(NULL, 3 * KERNEL_PAGE, PROT_READ, MAP_SHARED, buf, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, buf, 2 * KERNEL_PAGE) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, buf, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	close(buf);
}

/* Another process, a debugger and direct I/O find pages behind a mapping. */
TEST(read_by_others)
{
	const size_t len = 3 * PAGE + (4 << 20);
	int buf = alloc_ok(node_open(), len), file;
	uint8_t *p = map(buf, len), *copy = pages_alloc(len);
	struct iovec from = { p, len }, to = { copy, len };

	fill_pattern(p, len, 5);
	CHECK_EQ(process_vm_readv(getpid(), &to, 1, &from, 1, 0), len);
	CHECK_MEM(copy, p, len);
	file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	memset(copy, 0, len);
	CHECK_EQ(pread(file, copy, PAGE, (uintptr_t)p + PAGE), PAGE);
	CHECK_MEM(copy, p + PAGE, PAGE);
	close(file);
	CHECK_EQ(vmsplice_of(p, PAGE), PAGE);
	munmap(copy, len);
	munmap(p, len);
	close(buf);
}

/* A ring with one entry that reads from @file to @p; bytes, or -errno of what failed. */
static long ring_read(int ring, const struct io_uring_params *params, int file, void *p,
		      size_t len)
{
	const size_t cq_len =
		params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	const size_t sq_len = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	struct io_uring_sqe *sqe = mmap(NULL, params->sq_entries * sizeof(*sqe),
					PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	uint8_t *sq = mmap(NULL, sq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
			   IORING_OFF_SQ_RING);
	uint8_t *cq = mmap(NULL, cq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
			   IORING_OFF_CQ_RING);
	long ret;

	REQUIRE(sqe != MAP_FAILED && sq != MAP_FAILED && cq != MAP_FAILED);
	*sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_READ, .fd = file, .addr = (uintptr_t)p, .len = len,
	};
	*(uint32_t *)(sq + params->sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(sq + params->sq_off.tail), 1, __ATOMIC_RELEASE);
	ret = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	ret = ret < 0 ? -errno : ((struct io_uring_cqe *)(cq + params->cq_off.cqes))->res;
	munmap(sqe, params->sq_entries * sizeof(*sqe));
	munmap(sq, sq_len);
	munmap(cq, cq_len);
	return ret;
}

/* io_uring reads to a mapping; and pins it, on kernels that let it pin mappings of files. */
TEST(io_uring)
{
	const size_t len = 16 * PAGE;
	struct io_uring_params params = {};
	int ring = syscall(SYS_io_uring_setup, 1, &params), buf, file;
	struct iovec iov;
	uint8_t *p, *copy;
	long ret;

	if (ring < 0)
		test_skip("the kernel has no io_uring");
	buf = alloc_ok(node_open(), len);
	p = map(buf, len);
	copy = pages_alloc(len);
	fill_pattern(copy, len, 11);
	file = memfd_create("io_uring", MFD_CLOEXEC);
	REQUIRE_EQ(write(file, copy, len), len);
	CHECK_EQ(ring_read(ring, &params, file, p, len), len);
	CHECK_MEM(p, copy, len);
	iov = (struct iovec){ p, len };
	ret = syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &iov, 1);
	CHECK(!ret || errno == EOPNOTSUPP);
	close(ring);
	close(file);
	munmap(copy, len);
	munmap(p, len);
	close(buf);
}

TEST(cpu_access)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	int buf = alloc_ok(node_open(), PAGE);

	CHECK_EQ(node_ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	CHECK_EQ(node_ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	close(buf);
}

/* Whatever the pages held before, also for a buffer that was freed just now. */
TEST(always_zero)
{
	const size_t len = 1 << 20;
	int fd = node_open();

	for (int i = 0; i < 20; i++) {
		int buf = alloc_ok(fd, len);
		uint8_t *p = map(buf, len);

		if (!CHECK(is_zero(p, len)))
			i = 20;
		memset(p, 0xa5, len);
		munmap(p, len);
		close(buf);
	}
}

/* When the number of the descriptor cannot be told, there is none. */
TEST(answer_that_cannot_be_written)
{
	struct fastrpc_alloc_dma_buf *arg = pages_alloc(PAGE);
	int fd = node_open(), before;

	arg->size = PAGE;
	arg->fd = -5;
	REQUIRE_EQ(mprotect(arg, PAGE, PROT_READ), 0);
	before = count_fds();
	for (int i = 0; i < 100; i++)
		CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_ALLOC_DMA_BUFF, arg), -EFAULT);
	CHECK_EQ(count_fds(), before);
	CHECK_EQ(arg->fd, -5);
	munmap(arg, PAGE);
	close(alloc_ok(fd, PAGE));
}

TEST(no_descriptor_left)
{
	struct rlimit old, none;
	int fd = node_open();

	REQUIRE_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(dmabuf_alloc(fd, 1 << 20), -EMFILE);
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(alloc_ok(fd, PAGE));
}

TEST(there_is_no_free)
{
	uint32_t number;
	int fd = node_open();

	number = alloc_ok(fd, PAGE);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_FREE_DMA_BUFF, &number), -ENOTTY);
	close(number);
}

/* What is left of it keeps its bytes: the descriptor, then the mapping alone. */
TEST(outlives_its_file)
{
	const size_t len = 3 * PAGE;
	uint8_t want[3 * PAGE], *p;
	int fd = node_open(), buf = alloc_ok(fd, len);

	node_close(fd);
	p = map(buf, len);
	fill_pattern(want, len, 4);
	memcpy(p, want, len);
	close(buf);
	CHECK_MEM(p, want, len);
	munmap(p, len);
}

TEST(outlives_the_dsp)
{
	const size_t len = 3 * PAGE;
	uint8_t want[3 * PAGE], *p;
	int fd = node_open(), buf = alloc_ok(fd, len);

	p = map(buf, len);
	fill_pattern(want, len, 5);
	memcpy(p, want, len);
	dsp_stop();
	CHECK_EQ(dmabuf_alloc(fd, PAGE), -EPIPE);
	CHECK_MEM(p, want, len);
	munmap(p, len);
	node_close(fd);
	p = map(buf, len);
	CHECK_MEM(p, want, len);
	dsp_start();
	CHECK_MEM(p, want, len);
	munmap(p, len);
	close(buf);
}

/* It has the module's code behind it, so the module stays as long as it does. */
TEST(keeps_the_module)
{
	int fd = node_open(), buf = alloc_ok(fd, PAGE);
	uint8_t *p = map(buf, PAGE);

	close(buf);
	node_close(fd);
	dsp_stop();
	CHECK_EQ(driver_unload(), -EAGAIN);
	memset(p, 1, PAGE);
	munmap(p, PAGE);
	CHECK_EQ(driver_unload(), 0);
	driver_restore();
}

/* A process that dies in the middle of it leaves nothing behind. */
TEST(killed)
{
	long before, after;
	int fd = node_open();

	before = file_number("/proc/meminfo", "MemAvailable:");
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (!pid) {
			for (int j = 0; j < 8; j++)
				map(dmabuf_alloc(fd, 1 << 20), 1 << 20);
			raise(SIGKILL);
		}
		waitpid(pid, NULL, 0);
	}
	after = file_number("/proc/meminfo", "MemAvailable:");
	test_context("%ld kB before, %ld kB after", before, after);
	CHECK(after > before - 40960);
}
