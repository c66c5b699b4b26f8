// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a client sees of odd requests, as lines "outcome WHAT | VALUE" that say nothing
 * about right or wrong: tests/run-differential has them from this driver and from the
 * in-tree one, and compares.  No request is here that could harm the in-tree driver.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "harness.h"

#define HANDLE_INIT	1
#define METHOD_RELEASE	1
#define METHOD_CREATE	6
#define CREATE_ARGS	4
#define MMAP_ARGS	3
#define MEM_MAP_ARGS	4
#define UNUSED_FD	1000

/* An address of no mapping that is a multiple of a page, too high for any program. */
#define NOWHERE		0xffffffffc0000000ull

static void print_line(const char *value, const char *fmt, va_list ap)
{
	printf("outcome ");
	vprintf(fmt, ap);
	printf(" | %s\n", value);
	fflush(stdout);
}

/* The result of a request: 0, the name of an error, or what the DSP said. */
__attribute__((format(printf, 2, 3)))
static void result(long value, const char *fmt, ...)
{
	char text[32];
	va_list ap;

	if (value < 0 && value > -4096)
		snprintf(text, sizeof(text), "%s", strerrorname_np(-value) ?: "?");
	else if (value > 0xffff || value < 0)
		snprintf(text, sizeof(text), "DSP 0x%x", (unsigned int)value);
	else
		snprintf(text, sizeof(text), "%ld", value);
	va_start(ap, fmt);
	print_line(text, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3)))
static void number(uint64_t value, const char *fmt, ...)
{
	char text[32];
	va_list ap;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	va_start(ap, fmt);
	print_line(text, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3)))
static void word(const char *value, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(value, fmt, ap);
	va_end(ap);
}

/* 0 or -errno of a call of the C library that gives -1 then. */
static long errno_of(long ret)
{
	return ret == -1 ? -errno : 0;
}

static int open_pd(void)
{
	int fd = node_open();

	REQUIRE_EQ(create_pd(fd, 0, 0, 0), 0);
	return fd;
}

/*
 * The in-tree driver looks at the file that a buffer was made by when the buffer ends,
 * which may be a while after its last user has.  So all are made by a file that no case
 * uses otherwise, and that is open to the end.
 */
static int keeper = -1;

static void open_keeper(void)
{
	if (keeper < 0)
		keeper = open(NODE, O_RDWR | O_CLOEXEC);
	REQUIRE(keeper >= 0);
}

__attribute__((constructor)) static void set_up(void)
{
	test_setup = open_keeper;
}

static int buffer(uint64_t size)
{
	int buf = dmabuf_alloc(keeper, size);

	REQUIRE(buf > 0);
	return buf;
}

/* 0 or -errno of a mapping of @size bytes from @at on, which does not last. */
static long mmap_result(int fd, size_t size, int prot, int flags, off_t at)
{
	void *p = mmap(NULL, size, prot, flags, fd, at);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, size);
	return 0;
}

static uint64_t requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

/* Opens one file more than there are sessions; returns what the last one got. */
static int open_one_more(void)
{
	int fds[32], n = 0, ret = 0;

	REQUIRE(node_sessions() < 32);
	while (!ret && n <= node_sessions()) {
		fds[n] = node_try_open(NODE);
		ret = fds[n] < 0 ? fds[n] : 0;
		n += !ret;
	}
	while (n)
		node_close(fds[--n]);
	return ret;
}

/* ---- the node ---- */

TEST(node)
{
	struct pollfd wait = { .events = POLLIN | POLLOUT };
	int fd = node_open(), other;
	struct stat st;
	char byte = 0;

	REQUIRE(!fstat(fd, &st));
	number(st.st_mode & 0777, "node: mode, decimal");
	other = open(NODE, O_RDONLY | O_CLOEXEC);
	result(errno_of(other), "node: open for reading");
	result(attach(other), "node: INIT_ATTACH of a file that was opened for reading");
	close(other);
	result(errno_of(read(fd, &byte, 1)), "node: read");
	result(errno_of(write(fd, &byte, 1)), "node: write");
	result(errno_of(pread(fd, &byte, 1, 0)), "node: pread");
	result(errno_of(lseek(fd, 0, SEEK_SET)), "node: lseek");
	result(errno_of(fsync(fd)), "node: fsync");
	wait.fd = fd;
	REQUIRE(poll(&wait, 1, 0) >= 0);
	number(wait.revents, "node: poll");
	result(mmap_result(fd, PAGE, PROT_READ, MAP_SHARED, 0), "node: mmap");
	node_close(fd);
	result(open_one_more(), "node: open, one file more than there are sessions");
}

TEST(driver_name)
{
	char link[256] = "", *name;

	if (readlink("/sys/bus/rpmsg/devices/" LINK_DEVICE "/driver", link, sizeof(link) - 1) < 0)
		strcpy(link, "/?");
	name = strrchr(link, '/') + 1;
	word(name, "sysfs: name of the rpmsg driver");
}

/* ---- processes ---- */

TEST(attaching)
{
	int fd = node_open();

	result(invoke_null(fd), "INVOKE before anything else");
	result(attach(fd), "INIT_ATTACH");
	result(attach(fd), "INIT_ATTACH again");
	result(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL),
	       "INIT_ATTACH_SNS after INIT_ATTACH");
	result(create_pd(fd, 0, 0, 0), "INIT_CREATE after INIT_ATTACH");
	result(attach(fd), "INIT_ATTACH after INIT_CREATE");
}

/* What INIT_CREATE @create says, by a file that has no process. */
static long create_anew(struct fastrpc_init_create create)
{
	int fd = node_open();
	long ret = node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &create);

	node_close(fd);
	return ret;
}

TEST(creating)
{
	int fd = node_open(), buf = buffer(64 << 10), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct fastrpc_init_create create = { .filelen = 1000, .filefd = buf };
	struct dsp_control_capture cap;
	static char shell[1000];

	result(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &create),
	       "INIT_CREATE with a shell of 1,000 bytes in a dma-buf");
	control_capture(0, &cap);
	number(wire_word(cap.msg + 32, 8), "wire: INIT_CREATE: bytes of the message");
	number(wire_word(cap.metadata + 16 * 1 + 8, 8),
	       "wire: INIT_CREATE: bytes of the name, of a program called outcomes");
	number(wire_word(cap.metadata + 16 * 2 + 8, 8), "wire: INIT_CREATE: bytes of the shell");
	number(wire_word(cap.metadata + 24 * CREATE_ARGS + 16 * 2 + 8, 8),
	       "wire: INIT_CREATE: bytes of the page record of the shell");
	number(wire_word(control_argument(&cap, CREATE_ARGS, 3, 16) + 8, 8),
	       "wire: INIT_CREATE: bytes of the process's memory");
	result(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &create), "INIT_CREATE again");
	result(create_static(fd, "sensors", 8), "INIT_CREATE_STATIC after INIT_CREATE");
	create.filefd = null;
	result(create_anew(create), "INIT_CREATE with a descriptor of another kind");
	create.filefd = UNUSED_FD;
	result(create_anew(create), "INIT_CREATE with an invalid descriptor");
	create.filefd = -1;
	create.file = (uintptr_t)shell;
	result(create_anew(create),
	       "INIT_CREATE with the descriptor -1 and a shell in ordinary memory");
	create.filefd = buf;
	create.filelen = (64 << 10) + 1;
	result(create_anew(create), "INIT_CREATE with a shell longer than its dma-buf");
	create.filelen = (2 << 20) + 1;
	result(create_anew(create), "INIT_CREATE with a shell of more than 2 MiB");
	create.filelen = 0;
	result(create_anew(create), "INIT_CREATE with a descriptor, and no length");
	create.filefd = UNUSED_FD;
	result(create_anew(create), "INIT_CREATE with an invalid descriptor, and no length");
	create.filefd = 0;
	create.siglen = 0xffffffff;
	create.attrs = ~0u;
	result(create_anew(create), "INIT_CREATE with every attribute, and a signature of 4 GiB");
	result(node_ioctl(node_open(), FASTRPC_IOCTL_INIT_CREATE, NULL),
	       "INIT_CREATE without an argument");
	close(null);
	close(buf);
}

static long create_static_of(uint64_t name, uint32_t namelen)
{
	struct fastrpc_init_create_static arg = { .name = name, .namelen = namelen };
	int fd = node_open();
	long ret = node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE_STATIC, &arg);

	node_close(fd);
	return ret;
}

TEST(static_names)
{
	static char name[200];

	memset(name, 'x', sizeof(name));
	result(create_static_of((uintptr_t)name, 129),
	       "INIT_CREATE_STATIC with a name of 129 bytes");
	result(create_static_of(NOWHERE, 8), "INIT_CREATE_STATIC with a name that cannot be read");
}

/* ---- heap pages of a process ---- */

static long lend(int fd, struct fastrpc_req_mmap arg, uint64_t *addr)
{
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MMAP, &arg);

	if (addr)
		*addr = arg.vaddrout;
	return ret;
}

TEST(lending)
{
	struct fastrpc_req_mmap add = { .fd = -1, .flags = FASTRPC_MAP_ADD_PAGES, .size = PAGE };
	int fd = open_pd(), other = node_open();
	struct dsp_control_capture cap;
	struct fastrpc_req_mmap arg = add;
	uint64_t addr;

	arg.fd = UNUSED_FD;
	result(lend(fd, arg, NULL), "MMAP with an invalid descriptor");
	arg = add;
	arg.flags = 0;
	result(lend(fd, arg, NULL), "MMAP with no flag");
	arg.flags = FASTRPC_MAP_ADD_PAGES | 1;
	result(lend(fd, arg, NULL), "MMAP with one flag too many");
	arg.flags = FASTRPC_MAP_REMOTE_HEAP;
	result(lend(fd, arg, NULL), "MMAP for the audio PD's heap, by another process");
	arg = add;
	arg.vaddrin = 0x10000;
	result(lend(fd, arg, NULL), "MMAP with an address");
	arg = add;
	arg.size = 1ull << 44;
	result(lend(fd, arg, NULL), "MMAP of 16 TiB");
	result(lend(other, add, NULL), "MMAP without a process");
	REQUIRE_EQ(create_pd(other, 0, 0, 0), 0);
	arg.size = 100;
	result(lend(fd, arg, &addr), "MMAP of 100 bytes");
	control_capture(0, &cap);
	number(wire_word(control_argument(&cap, MMAP_ARGS, 1, 16) + 8, 8),
	       "wire: MMAP of 100 bytes: bytes of the page record");
	result(remove_pages(fd, addr, PAGE), "MUNMAP of 4,096 bytes after a MMAP of 100");
	result(remove_pages(fd, addr, 100), "MUNMAP of 100 bytes then");
	REQUIRE_EQ(add_pages(fd, 2 * PAGE, &addr), 0);
	result(remove_pages(fd, addr, PAGE), "MUNMAP of a part");
	result(remove_pages(other, addr, 2 * PAGE), "MUNMAP by another file");
	result(remove_pages(fd, addr, 2 * PAGE), "MUNMAP");
	result(remove_pages(fd, addr, 2 * PAGE), "MUNMAP again");
	result(node_ioctl(fd, FASTRPC_IOCTL_MMAP, NULL), "MMAP without an argument");
}

/* ---- maps of a process ---- */

static long map(int fd, struct fastrpc_mem_map arg, uint64_t *addr)
{
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg);

	if (addr)
		*addr = arg.vaddrout;
	return ret;
}

/* The result of one MEM_MAP, and of the MEM_UNMAP that belongs to it. */
static long map_once(int fd, struct fastrpc_mem_map arg)
{
	uint64_t addr;
	long ret = map(fd, arg, &addr);

	if (!ret)
		mem_unmap(fd, arg.fd, addr, arg.length);
	return ret;
}

TEST(mapping_lengths_and_flags)
{
	int fd = open_pd(), buf = buffer(4 * PAGE);
	struct fastrpc_mem_map whole = { .fd = buf, .flags = FASTRPC_MAP_FD, .length = 4 * PAGE };
	static const uint32_t flags[] = { 0, 1, 3, 4, 8, 16, 17, 0x20, 0x1000, 0x20000, 1u << 31 };
	struct fastrpc_mem_map arg = whole;
	struct dsp_control_capture cap;
	uint64_t before, addr;
	bool is_mapped;

	result(map_once(fd, whole), "MEM_MAP");
	arg.version = -1;
	arg.attrs = -1;
	memset(arg.reserved, 0xff, sizeof(arg.reserved));
	result(map_once(fd, arg), "MEM_MAP with bits in version, attrs and reserved");
	arg = whole;
	arg.length = 0;
	before = requests();
	result(map_once(fd, arg), "MEM_MAP of length 0");
	number(requests() != before, "MEM_MAP of length 0: asks the DSP");
	arg.length = 100;
	result(map_once(fd, arg), "MEM_MAP of 100 bytes");
	is_mapped = !map(fd, arg, &addr);
	control_capture(0, &cap);
	number(wire_word(control_argument(&cap, MEM_MAP_ARGS, 1, 16) + 8, 8),
	       "wire: MEM_MAP of 100 bytes: bytes of the page record");
	if (is_mapped)
		mem_unmap(fd, buf, addr, 100);
	arg.length = 4 * PAGE + 1;
	result(map_once(fd, arg), "MEM_MAP of more than there is");
	arg.length = ~0ull;
	result(map_once(fd, arg), "MEM_MAP of all");
	arg = whole;
	arg.offset = PAGE;
	result(map_once(fd, arg), "MEM_MAP with an offset, to behind the end");
	arg.length = PAGE;
	result(map_once(fd, arg), "MEM_MAP with an offset");
	arg.offset = -1;
	result(map_once(fd, arg), "MEM_MAP with the offset -1");
	arg = whole;
	arg.vaddrin = 0x12345000;
	result(map_once(fd, arg), "MEM_MAP with an address");
	arg = whole;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		arg.flags = flags[i];
		result(map_once(fd, arg), "MEM_MAP with the flags 0x%x", arg.flags);
	}
	close(buf);
}

TEST(mapping_descriptors)
{
	int fd = open_pd(), buf = buffer(4 * PAGE), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct fastrpc_mem_map arg = { .fd = buf, .flags = FASTRPC_MAP_FD, .length = PAGE };
	struct fastrpc_mem_map *locked = pages_alloc(PAGE);
	uint64_t addr, again;

	arg.fd = -1;
	result(map_once(fd, arg), "MEM_MAP with the descriptor -1");
	arg.fd = UNUSED_FD;
	result(map_once(fd, arg), "MEM_MAP with an invalid descriptor");
	arg.fd = null;
	result(map_once(fd, arg), "MEM_MAP with a descriptor of another kind");
	arg.fd = buf;
	result(map_once(node_open(), arg), "MEM_MAP without a process");
	REQUIRE_EQ(map(fd, arg, &addr), 0);
	arg.length = 8 * PAGE;
	result(map(fd, arg, NULL), "MEM_MAP of more than there is, when a part is mapped");
	arg.length = 2 * PAGE;
	result(map(fd, arg, &again), "MEM_MAP of another length, when a part is mapped");
	result(mem_unmap(fd, buf, addr + PAGE, PAGE), "MEM_UNMAP of another address");
	result(mem_unmap(fd, UNUSED_FD, addr, PAGE), "MEM_UNMAP with another descriptor");
	result(mem_unmap(fd, buf, addr, 0), "MEM_UNMAP with another length");
	result(mem_unmap(fd, buf, addr, PAGE), "MEM_UNMAP again");
	mem_unmap(fd, -1, again, 2 * PAGE);
	arg.length = PAGE;
	REQUIRE_EQ(map(fd, arg, &addr), 0);
	result(mem_unmap(fd, -1, addr, PAGE), "MEM_UNMAP with the descriptor -1");
	REQUIRE_EQ(map(fd, arg, &addr), 0);
	close(buf);
	result(mem_unmap(fd, buf, addr, PAGE), "MEM_UNMAP when the descriptor is closed");
	buf = buffer(PAGE);
	*locked = (struct fastrpc_mem_map){ .fd = buf, .flags = FASTRPC_MAP_FD, .length = PAGE };
	REQUIRE_EQ(mprotect(locked, PAGE, PROT_READ), 0);
	result(node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, locked),
	       "MEM_MAP whose answer cannot be written");
	number(control_maps(DSP_MAP_FD, NULL),
	       "MEM_MAP whose answer cannot be written: maps that are left");
	munmap(locked, PAGE);
	close(buf);
	close(null);
}

/* ---- buffers ---- */

TEST(buffers)
{
	struct fastrpc_alloc_dma_buf arg = { .size = PAGE, .flags = ~0u, .fd = 77 };
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	int fd = node_open(), buf;
	struct rlimit old, none;
	char byte;

	result(node_ioctl(fd, FASTRPC_IOCTL_ALLOC_DMA_BUFF, &arg),
	       "ALLOC_DMA_BUFF with bits in flags");
	buf = arg.fd;
	number(fcntl(buf, F_GETFL) & O_ACCMODE, "ALLOC_DMA_BUFF: access mode of the descriptor");
	number(fcntl(buf, F_GETFD), "ALLOC_DMA_BUFF: flags of the descriptor");
	number(lseek(buf, 0, SEEK_END), "ALLOC_DMA_BUFF of 4,096 bytes: size by lseek");
	result(errno_of(read(buf, &byte, 1)), "dma-buf: read");
	result(mmap_result(buf, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0),
	       "dma-buf: mmap MAP_PRIVATE");
	result(mmap_result(buf, PAGE, PROT_READ, MAP_PRIVATE, 0),
	       "dma-buf: mmap MAP_PRIVATE, to read");
	result(mmap_result(buf, 2 * PAGE, PROT_READ, MAP_SHARED, 0),
	       "dma-buf: mmap of more than there is");
	result(mmap_result(buf, PAGE, PROT_READ, MAP_SHARED, PAGE), "dma-buf: mmap behind the end");
	result(mmap_result(buf, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, 0),
	       "dma-buf: mmap to execute");
	result(errno_of(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync)), "dma-buf: DMA_BUF_IOCTL_SYNC");
	close(buf);
	buf = buffer(100);
	number(lseek(buf, 0, SEEK_END), "ALLOC_DMA_BUFF of 100 bytes: size by lseek");
	close(buf);
	result(dmabuf_alloc(fd, 1ull << 44), "ALLOC_DMA_BUFF of 16 TiB");
	REQUIRE_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	buf = dmabuf_alloc(fd, PAGE);
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
	result(buf, "ALLOC_DMA_BUFF without a descriptor left");
	result(node_ioctl(fd, FASTRPC_IOCTL_ALLOC_DMA_BUFF, NULL),
	       "ALLOC_DMA_BUFF without an argument");
	result(node_ioctl(fd, FASTRPC_IOCTL_FREE_DMA_BUFF, &buf), "FREE_DMA_BUFF");
}

TEST(buffers_and_other_programs)
{
	int buf = buffer(PAGE), flags = O_CREAT | O_RDWR | O_CLOEXEC;
	static uint8_t copy[PAGE];
	uint8_t *p = dmabuf_map(buf, PAGE);
	struct iovec here = { copy, sizeof(copy) }, there = { p, PAGE };
	int file, mem;

	result(process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 ? -errno : 0,
	       "dma-buf: process_vm_readv of a mapping");
	mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	result(pread(mem, copy, 8, (uintptr_t)p) < 0 ? -errno : 0,
	       "dma-buf: a debugger reads a mapping");
	close(mem);
	result(errno_of(mlock(p, PAGE)), "dma-buf: mlock of a mapping");
	file = open("/tmp/direct", flags | O_DIRECT, 0600);
	result(file < 0 ? -errno : write(file, p, PAGE) < 0 ? -errno : 0,
	       "dma-buf: write of a mapping to a file of tmpfs, O_DIRECT");
	close(file);
	unlink("/tmp/direct");
	munmap(p, PAGE);
	close(buf);
}

/* ---- calls ---- */

TEST(calls)
{
	int fd = node_open(), buf = buffer(4 * PAGE), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint8_t *p = dmabuf_map(buf, 4 * PAGE), *read_only = pages_alloc(PAGE);
	struct dsp_control_capture cap;
	static uint8_t bytes[100];
	uint64_t before;
	struct call c;

	REQUIRE_EQ(mprotect(read_only, PAGE, PROT_READ), 0);
	call_init(&c, HANDLE_INIT, 0);
	result(call_send(fd, &c), "INVOKE of handle 1");
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	result(call_send(fd, &c), "INVOKE without arguments");
	control_capture(0, &cap);
	number(wire_word(cap.msg + 32, 8), "wire: INVOKE without arguments: bytes of the message");
	call_in(&c, NULL, 0);
	result(call_send(fd, &c), "INVOKE with an argument of no bytes");
	c.args[0].fd = UNUSED_FD;
	result(call_send(fd, &c),
	       "INVOKE with an argument of no bytes and an invalid descriptor");
	c.args[0].length = 1;
	c.args[0].ptr = (uintptr_t)bytes;
	result(call_send(fd, &c), "INVOKE with an invalid descriptor");
	c.args[0].fd = null;
	result(call_send(fd, &c), "INVOKE with a descriptor of another kind");
	c.args[0].fd = -2;
	result(call_send(fd, &c), "INVOKE with the descriptor -2");
	c.args[0].fd = -1;
	c.args[0].attr = ~1u;
	result(call_send(fd, &c), "INVOKE with bits in attr");
	c.args[0].attr = 0;
	c.args[0].ptr = NOWHERE;
	result(call_send(fd, &c), "INVOKE with an input that cannot be read");
	c.args[0].ptr = ~0ull - 10;
	c.args[0].length = 100;
	result(call_send(fd, &c), "INVOKE with an input that wraps");
	c.inv.args = 0;
	result(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &c.inv),
	       "INVOKE whose arguments cannot be read");
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, bytes, sizeof(bytes));
	call_out(&c, read_only, sizeof(bytes));
	before = requests();
	result(call_send(fd, &c), "INVOKE with an output that cannot be written");
	number(requests() - before,
	       "INVOKE with an output that cannot be written: calls that the DSP got");
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_in(&c, p, 4 * PAGE + 1)->fd = buf;
	result(call_send(fd, &c), "INVOKE with more than a dma-buf has");
	c.args[0].length = PAGE;
	c.args[0].ptr = NOWHERE;
	result(call_send(fd, &c), "INVOKE with a dma-buf, at an address that no program has");
	c.args[0].ptr = (uintptr_t)bytes;
	result(call_send(fd, &c), "INVOKE with a dma-buf, at an address that is not its mapping");
	c.args[0].ptr = (uintptr_t)p + 3 * PAGE;
	c.args[0].length = PAGE + 1;
	result(call_send(fd, &c), "INVOKE with a part that ends behind a dma-buf");
	c.args[0].length = PAGE;
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_in(&c, p + 10, 100)->fd = buf;
	result(call_send(fd, &c), "INVOKE with 100 bytes of a dma-buf");
	control_capture(0, &cap);
	number(wire_word(cap.metadata + 24 + 8, 8),
	       "wire: INVOKE with 100 bytes of a dma-buf: bytes of the page record");
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_ERROR, 1, 5);
	result(invoke_null(fd), "INVOKE that the DSP answers with 5");
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_ERROR, 1, 0x80000414);
	result(invoke_null(fd), "INVOKE that the DSP answers with 0x80000414");
	control_behave(DSP_TEST_HANDLE, DSP_ANY, DSP_ANSWER_ERROR, 1, (uint32_t)-22);
	result(invoke_null(fd), "INVOKE that the DSP answers with -22");
	munmap(p, 4 * PAGE);
	close(buf);
	close(null);
}

TEST(calls_with_handles)
{
	int fd = open_pd(), buf = buffer(4 * PAGE);
	uint64_t hash;
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HANDLE_HASH);
	call_out(&c, &hash, sizeof(hash));
	call_handle(&c, buf, 0, 4 * PAGE);
	result(call_send(fd, &c), "INVOKE with a handle");
	c.args[1].length = 4 * PAGE + 1;
	result(call_send(fd, &c), "INVOKE with a handle of more than a dma-buf has");
	c.args[1].fd = UNUSED_FD;
	result(call_send(fd, &c), "INVOKE with a handle that is no descriptor");
	close(buf);
}

/* ---- calls that a handler with SA_RESTART interrupts ---- */

static pthread_t caller;
static volatile bool is_released_by_handler;

static void on_signal(int sig)
{
	(void)sig;
	if (is_released_by_handler)
		control_release(DSP_ANY, false);
}

static void *interrupt_when_held(void *arg)
{
	if (!control_try_wait(DSP_COUNT_HELD, 1, WAIT_MS))
		pthread_kill(caller, SIGUSR1);
	return arg;
}

static long call_interrupted(int fd, struct call *c)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pthread_t thread;
	long ret;

	REQUIRE_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	caller = pthread_self();
	REQUIRE_EQ(pthread_create(&thread, NULL, interrupt_when_held, NULL), 0);
	ret = call_send(fd, c);
	pthread_join(thread, NULL);
	control_release(DSP_ANY, false);
	return ret;
}

TEST(calls_and_signals)
{
	int fd = node_open(), buf = buffer(PAGE);
	uint64_t before = requests();
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	is_released_by_handler = true;
	result(call_interrupted(fd, &c), "INVOKE, a handler with SA_RESTART meanwhile");
	number(requests() - before,
	       "INVOKE, a handler with SA_RESTART meanwhile: calls that the DSP got");
	before = requests();
	is_released_by_handler = false;
	call_in(&c, dmabuf_map(buf, PAGE), PAGE)->fd = buf;
	result(call_interrupted(fd, &c),
	       "INVOKE with a dma-buf, the same, and the DSP does not answer");
	number(requests() - before,
	       "INVOKE with a dma-buf, the same, and the DSP does not answer: calls that it got");
	close(buf);
}

/* ---- what is known of a DSP, and options ---- */

static long set_option(int fd, uint32_t id, uint32_t value, int32_t reserved)
{
	struct fastrpc_ioctl_set_option option = { .request_id = id, .value = value };

	option.reserved[5] = reserved;
	return node_ioctl(fd, FASTRPC_IOCTL_SET_OPTION, &option);
}

TEST(options)
{
	int fd = node_open();
	uint32_t value;

	result(get_dsp_info(fd, 255, &value), "GET_DSP_INFO of 255");
	result(get_dsp_info(fd, 256, &value), "GET_DSP_INFO of 256");
	result(node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, NULL),
	       "GET_DSP_INFO without an argument");
	result(set_option(fd, FASTRPC_POLL_MODE, 1, 0),
	       "SET_OPTION: poll mode, on this SoC without it");
	result(set_option(fd, FASTRPC_POLL_MODE, 2, 0),
	       "SET_OPTION: poll mode 2, on this SoC without it");
	result(set_option(fd, 0, 1, 0), "SET_OPTION of an unknown number");
	result(set_option(fd, FASTRPC_POLL_MODE, 1, 1), "SET_OPTION with bits in reserved");
	result(node_ioctl(fd, _IO('R', 14), NULL), "an unknown ioctl");
}

/* ---- the end of a client ---- */

TEST(release_that_is_refused)
{
	int fd = open_pd(), before = sessions_free() + 1;

	control_behave(HANDLE_INIT, METHOD_RELEASE, DSP_ANSWER_ERROR, 1, 0x80000401);
	node_close(fd);
	number(before - sessions_free(),
	       "RELEASE that the DSP refuses: sessions that are missing then");
}

/* The last one: it costs the driver a session, until the DSP ends. */
TEST(release_that_is_not_answered)
{
	int fd = node_open(), before;
	long start;

	REQUIRE_EQ(attach(fd), 0);
	before = sessions_free() + 1;
	control_behave(HANDLE_INIT, METHOD_RELEASE, DSP_ANSWER_NEVER, 1, 0);
	start = now_ms();
	node_close(fd);
	number((now_ms() - start) / 5000 * 5,
	       "RELEASE that the DSP does not answer: seconds of close, rounded down to 5");
	number(before - sessions_free(),
	       "RELEASE that the DSP does not answer: sessions that are missing then");
}
