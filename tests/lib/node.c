// SPDX-License-Identifier: GPL-2.0-only
/* The driver's node, and calls through it. */
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "harness.h"

#define MAX_NODES	64

static int nodes[MAX_NODES];
static int nr_nodes;

int node_try_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (nr_nodes < MAX_NODES)
		nodes[nr_nodes++] = fd;
	return fd;
}

/* A call whose arguments cannot be read: it is not sent. */
long node_take(int fd)
{
	struct fastrpc_invoke unreadable = { .handle = DSP_TEST_HANDLE, .sc = 1 << 16 };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &unreadable);

	return ret == -EFAULT ? 0 : ret;
}

int node_try_session(const char *path)
{
	int fd = node_try_open(path);
	long ret = fd < 0 ? fd : node_take(fd);

	if (fd >= 0 && ret)
		node_close(fd);
	return ret ? ret : fd;
}

int node_session(void)
{
	int fd = node_open();

	REQUIRE_EQ(node_take(fd), 0);
	return fd;
}

int sessions_free(void)
{
	int fds[MAX_NODES], n = 0;

	while (n < MAX_NODES && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	for (int i = 0; i < n; i++)
		node_close(fds[i]);
	return n;
}

void sessions_wait(int want)
{
	time_t end = time(NULL) + WAIT_MS / 1000;

	while (sessions_free() != want && time(NULL) <= end)
		sched_yield();
	CHECK_EQ(sessions_free(), want);
}

void node_close(int fd)
{
	for (int i = 0; i < nr_nodes; i++)
		if (nodes[i] == fd)
			nodes[i] = nodes[--nr_nodes];
	close(fd);
}

void node_close_all(void)
{
	while (nr_nodes)
		close(nodes[--nr_nodes]);
}

/* inotify is set up before the look, so that no event falls in between. */
void node_wait(const char *path, bool present)
{
	int in = inotify_init1(IN_CLOEXEC);
	struct pollfd pfd = { .fd = in, .events = POLLIN };
	char events[4096];

	REQUIRE(in >= 0);
	REQUIRE(inotify_add_watch(in, "/dev", IN_CREATE | IN_DELETE) >= 0);
	while ((access(path, F_OK) == 0) != present) {
		if (poll(&pfd, 1, WAIT_MS) <= 0 || read(in, events, sizeof(events)) < 0) {
			printf("%s did not %s in %d ms\n", path,
			       present ? "appear" : "disappear", WAIT_MS);
			CHECK(!"the node came or went in time");
			close(in);
			test_abort();
		}
	}
	close(in);
}

/* The in-tree driver, or one that was given, frees a session some time after close(). */
static bool session_may_come_back(int ret, int waited_ms)
{
	const char *driver = getenv("BOARD_DRIVER");

	return ret == -EBUSY && waited_ms < WAIT_MS && driver && strcmp(driver, "ours");
}

int node_open(void)
{
	int fd, waited_ms = 0;

	node_wait(NODE, true);
	while (session_may_come_back(fd = node_try_open(NODE), waited_ms))
		waited_ms += 1 + poll(NULL, 0, 1);
	REQUIRE(fd >= 0);
	return fd;
}

static int banks, noncoherent_banks;

static int count_bank(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (type == FTW_D && !strncmp(path + ftw->base, "compute-cb@", 11))
		banks++;
	if (type == FTW_F && !strcmp(path + ftw->base, "dma-noncoherent"))
		noncoherent_banks++;
	return 0;
}

static void count_banks(void)
{
	char path[80];

	banks = 0;
	noncoherent_banks = 0;
	snprintf(path, sizeof(path), "/sys/firmware/devicetree/base/remoteproc-%s",
		 control_selected());
	nftw(path, count_bank, 16, FTW_PHYS);
}

int node_sessions(void)
{
	count_banks();
	return banks;
}

bool node_is_noncoherent(void)
{
	count_banks();
	return noncoherent_banks;
}

long node_ioctl(int fd, unsigned long request, const void *arg)
{
	long ret = syscall(SYS_ioctl, fd, request, arg);

	return ret == -1 ? -errno : ret;
}

void call_init(struct call *c, uint32_t handle, uint32_t method)
{
	memset(c, 0, sizeof(*c));
	c->inv.handle = handle;
	c->inv.sc = method << 24;
	c->inv.args = (uintptr_t)c->args;
}

static struct fastrpc_invoke_args *call_add(struct call *c, const void *ptr, size_t len)
{
	struct fastrpc_invoke_args *a = &c->args[c->ins + c->outs];

	a->ptr = (uintptr_t)ptr;
	a->length = len;
	a->fd = -1;
	return a;
}

struct fastrpc_invoke_args *call_in(struct call *c, const void *ptr, size_t len)
{
	struct fastrpc_invoke_args *a = call_add(c, ptr, len);

	REQUIRE_EQ(c->outs, 0);
	c->ins++;
	return a;
}

struct fastrpc_invoke_args *call_out(struct call *c, void *ptr, size_t len)
{
	struct fastrpc_invoke_args *a = call_add(c, ptr, len);

	c->outs++;
	return a;
}

struct fastrpc_invoke_args *call_handle(struct call *c, int dmabuf, uint32_t offset, size_t len)
{
	struct fastrpc_invoke_args *a = &c->args[c->ins + c->outs + c->in_handles++];

	a->ptr = offset;
	a->length = len;
	a->fd = dmabuf;
	return a;
}

long call_send(int fd, struct call *c)
{
	c->inv.sc &= 0x1f000000;
	c->inv.sc |= c->ins << 16 | c->outs << 8 | c->in_handles << 4 | c->out_handles;
	return node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &c->inv);
}

long invoke_echo(int fd, uint32_t seed, size_t len)
{
	static uint8_t in[ECHO_MAX], out[ECHO_MAX];
	static struct call c;
	long ret;

	REQUIRE(len <= sizeof(in));
	fill_pattern(in, len, seed);
	memset(out, 0, len);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, len);
	call_out(&c, out, len);
	ret = call_send(fd, &c);
	return !ret && memcmp(in, out, len) ? -EBADMSG : ret;
}

long invoke_hash(int fd, const void *data, int buf, size_t len, uint64_t *hash)
{
	struct call c;

	*hash = 0;
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, data, len)->fd = buf;
	call_out(&c, hash, sizeof(*hash));
	return call_send(fd, &c);
}

long invoke_hash_check(int fd, const void *data, int buf, size_t len)
{
	uint64_t hash;
	long ret = invoke_hash(fd, data, buf, len, &hash);

	if (!ret)
		CHECK_EQ(hash, test_hash(0, data, len));
	return ret;
}

long invoke_xor(int fd, const void *in, void *out, int buf, size_t len)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_XOR);
	call_in(&c, in, len);
	call_out(&c, out, len)->fd = buf;
	return call_send(fd, &c);
}

long invoke_word(int fd, uint32_t method, uint32_t word)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, method);
	call_in(&c, &word, sizeof(word));
	return call_send(fd, &c);
}

void sessions_check(void)
{
	for (int i = 0; i < node_sessions(); i++)
		CHECK_EQ(invoke_echo(node_open(), i, 3000), 0);
	CHECK_EQ(node_try_session(NODE), -EBUSY);
	node_close_all();
}

long invoke_null_method(int fd, uint32_t method)
{
	struct call c;

	call_init(&c, DSP_TEST_HANDLE, method);
	return call_send(fd, &c);
}

long invoke_null(int fd)
{
	return invoke_null_method(fd, DSP_TEST_NULL);
}

long attach(int fd)
{
	return node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH, NULL);
}

long create_static(int fd, const char *name, uint32_t namelen)
{
	struct fastrpc_init_create_static arg = {
		.namelen = namelen, .memlen = 3 << 20, .name = (uintptr_t)name,
	};

	return node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE_STATIC, &arg);
}

long create_audio(int fd)
{
	return create_static(fd, "audiopd", sizeof("audiopd"));
}

long get_dsp_info(int fd, uint32_t id, uint32_t *value)
{
	struct fastrpc_ioctl_capability cap = { .attribute_id = id, .capability = 0xdeadbeef };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &cap);

	*value = cap.capability;
	return ret;
}

int dmabuf_alloc(int fd, uint64_t size)
{
	struct fastrpc_alloc_dma_buf arg = { .size = size, .fd = -1 };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_ALLOC_DMA_BUFF, &arg);

	return ret ? ret : arg.fd;
}

/* Every byte depends on its place and on the seed: a shifted copy differs. */
void fill_pattern(void *buf, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;
	uint8_t *p = buf;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = x >> 24;
	}
}

size_t whole_pages(size_t len)
{
	return (len + KERNEL_PAGE - 1) / KERNEL_PAGE * KERNEL_PAGE;
}

void *pages_alloc(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(p != MAP_FAILED);
	return p;
}

void *guarded_alloc(size_t len)
{
	size_t room = whole_pages(len);
	uint8_t *p = pages_alloc(room + KERNEL_PAGE);

	REQUIRE_EQ(mprotect(p + room, KERNEL_PAGE, PROT_NONE), 0);
	return p + room - len;
}

void guarded_free(void *buf, size_t len)
{
	size_t room = whole_pages(len);

	munmap((uint8_t *)buf + len - room, room + KERNEL_PAGE);
}

static void *async_main(void *arg)
{
	struct async_call *a = arg;

	a->result = call_send(a->fd, a->call);
	return NULL;
}

void async_start(struct async_call *a, int fd, struct call *call)
{
	pthread_attr_t attr;

	a->fd = fd;
	a->call = call;
	a->result = -EINPROGRESS;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	REQUIRE_EQ(pthread_create(&a->thread, &attr, async_main, a), 0);
	pthread_attr_destroy(&attr);
}

long async_join(struct async_call *a)
{
	pthread_join(a->thread, NULL);
	return a->result;
}
