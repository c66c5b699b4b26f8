// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ioctl with arguments that are almost right: valid ones with a length, a
 * pointer, a descriptor, a count or a flag bent, from one thread and from several
 * at once, on the same files.  Errors are fine; judged are the kernel's log, the
 * DSP model's oracle, memory that was not to be written, and what is left after.
 *
 * FUZZ_SEED and FUZZ_RUNS (ioctls of a batch) choose others.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "harness.h"

#define THREADS		4
#define RUNS		300		/* ioctls of a batch, all threads together */
#define BATCHES		24
#define WARM_UP		8		/* batches that fill caches */
#define ARENA		(256ul << 10)
#define CANARY		0xc5
/* Caches go on filling, up to seven pages a batch; every third call of one succeeds. */
#define TREND_PAGES	15.0
#define OBJECTS_SLACK	(50 * (BATCHES - WARM_UP))

#define OPS		16

/* Sizes that overflow something, and none that could be had. */
static const uint64_t huge[] = {
	0x10000001, 1ull << 31, UINT32_MAX, 1ull << 32, (1ull << 32) + 1, 1ull << 47,
	INT64_MAX, 1ull << 63, UINT64_MAX - 4096, UINT64_MAX - 127, UINT64_MAX,
};

/* DSP-side memory that one kind of call gave, newest last. */
struct kept {
	struct kept_memory {
		uint64_t name, size;
		int node;
	} all[4];
	uint32_t count;
};

/* What all threads use. */
static struct {
	pthread_mutex_t lock;		/* for nodes that are reopened */
	int nodes[3];
	int bufs[8];
	pthread_mutex_t kept_lock;	/* for both of these */
	struct kept lent, mapped;	/* by MMAP, by MEM_MAP */
	int others[6];			/* descriptors that are no dma-buf */
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .kept_lock = PTHREAD_MUTEX_INITIALIZER };

struct worker {
	uint64_t random;
	unsigned int runs;
	int node;			/* what the next ioctl goes to */
	uint8_t *arena;			/* a canary page before it, none behind */
	const uint8_t *readonly;	/* one page of canaries */
	uint8_t *frozen;		/* one page, for an argument that cannot be written back */
	struct fastrpc_invoke_args args[CALL_MAX_ARGS];
	uint64_t good[OPS], bad[OPS];
};

static uint32_t below(struct worker *w, uint32_t n)
{
	return random_below(&w->random, n);
}

static bool one_in(struct worker *w, uint32_t n)
{
	return !below(w, n);
}

#define PICK(w, array)	((array)[below(w, ARRAY_SIZE(array))])

/* ---- pieces of arguments ---- */

static uint64_t some_length(struct worker *w)
{
	static const uint32_t edges[] = {
		0, 1, 4, 7, 8, 127, 128, 129, 4095, 4096, 4097, 8191, 65535, 65536,
	};

	switch (below(w, 8)) {
	case 0:
		return PICK(w, huge);
	case 1:
	case 2:
		return PICK(w, edges);
	default:
		return below(w, 2000);
	}
}

static uint64_t bad_pointer(struct worker *w)
{
	uint64_t arena = (uintptr_t)w->arena;

	switch (below(w, 8)) {
	case 0:
		return below(w, 4096);
	case 1:		/* the kernel's half */
		return 0xffff000000000000 + (random_next(&w->random) & 0xfffffffff000);
	case 2:
		return UINT64_MAX - below(w, 64);
	case 3:		/* around the end of user addresses */
		return (1ull << 48) - 32 + below(w, 64);
	case 4:		/* not canonical, or tagged */
		return arena | 0x5aull << 56;
	case 5:		/* nothing there */
		return arena + ARENA + below(w, 4096);
	case 6:		/* runs into nothing */
		return arena + ARENA - below(w, 16);
	default:
		return (uintptr_t)w->readonly + below(w, 4096);
	}
}

static uint64_t some_pointer(struct worker *w)
{
	return one_in(w, 10) ? bad_pointer(w) : (uintptr_t)w->arena + below(w, ARENA);
}

static int some_buf(struct worker *w)
{
	return __atomic_load_n(&PICK(w, shared.bufs), __ATOMIC_RELAXED);
}

static int some_fd(struct worker *w)
{
	static const int odd[] = { 0, -1, -2, INT32_MIN, INT32_MAX, 1000, 1 << 20 };

	switch (below(w, 4)) {
	case 0:
		return PICK(w, odd);
	case 1:
		return PICK(w, shared.others);
	default:
		return some_buf(w);
	}
}

static void keep(struct kept *k, struct worker *w, uint64_t name, uint64_t size)
{
	pthread_mutex_lock(&shared.kept_lock);
	k->all[k->count++ % ARRAY_SIZE(k->all)] = (struct kept_memory){ name, size, w->node };
	pthread_mutex_unlock(&shared.kept_lock);
}

/* Often the newest, on its own node; else any name, or an old one, on any. */
static struct kept_memory some_kept(struct kept *k, struct worker *w)
{
	struct kept_memory m = { random_next(&w->random), (1 + below(w, 32)) * PAGE, w->node };
	uint32_t back = one_in(w, 2) ? 1 : 1 + below(w, ARRAY_SIZE(k->all));

	if (one_in(w, 4))
		return m;
	pthread_mutex_lock(&shared.kept_lock);
	if (back <= k->count)
		m = k->all[(k->count - back) % ARRAY_SIZE(k->all)];
	pthread_mutex_unlock(&shared.kept_lock);
	if (!one_in(w, 8))
		w->node = m.node;
	return m;
}

static int some_node(struct worker *w)
{
	return __atomic_load_n(&PICK(w, shared.nodes), __ATOMIC_RELAXED);
}

/* ---- ioctls ---- */

/* One 32-bit word of a valid argument becomes something else. */
static void bend(struct worker *w, void *arg, size_t len)
{
	static const uint32_t words[] = {
		0, 1, 2, 8, 0x1000, 0x3000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000,
	};
	uint32_t *word = (uint32_t *)arg + below(w, len / 4);

	*word = one_in(w, 2) ? PICK(w, words) : *word ^ 1u << below(w, 32);
}

/*
 * The argument as it is, or bent, or where it cannot be read or written.  What
 * is returned in it comes back only from where the program has it.
 */
static long issue(struct worker *w, unsigned long request, void *arg, size_t len)
{
	uint8_t *end = w->arena + ARENA;

	if (one_in(w, 4))
		bend(w, arg, len);
	switch (below(w, 24)) {
	case 0:
		return node_ioctl(w->node, request, (void *)(uintptr_t)bad_pointer(w));
	case 1:		/* the last byte is missing */
		memcpy(end - len + 1, arg, len - 1);
		return node_ioctl(w->node, request, end - len + 1);
	case 2:		/* can be read, not written back */
		mprotect(w->frozen, PAGE, PROT_READ | PROT_WRITE);
		memcpy(w->frozen, arg, len);
		mprotect(w->frozen, PAGE, PROT_READ);
		return node_ioctl(w->node, request, w->frozen);
	default:
		return node_ioctl(w->node, request, arg);
	}
}

static uint32_t some_handle(struct worker *w)
{
	/* what the DSP takes from every client; what it makes of the rest is not judged here */
	static const uint32_t handles[] = { 1, 0x1001, 0x7fffffff, 0x80000000, 0xffffffff };

	return one_in(w, 10) ? PICK(w, handles) : DSP_TEST_HANDLE;
}

static uint32_t some_scalars(struct worker *w)
{
	static const uint8_t many[] = { 0, 1, 17, 127, 254, 255 };
	uint32_t ins = below(w, 5), outs = below(w, 5), handles = 0;
	uint32_t method = below(w, 7);

	if (one_in(w, 40))
		ins = PICK(w, many);
	if (one_in(w, 40))
		outs = PICK(w, many);
	if (one_in(w, 6))
		handles = below(w, 256);
	if (method == DSP_TEST_SLEEP)	/* for as long as an argument says */
		method = DSP_TEST_NULL;
	return (one_in(w, 20) ? below(w, 8) << 29 : 0) | method << 24 | ins << 16 | outs << 8 |
	       handles;
}

static void fill_args(struct worker *w, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct fastrpc_invoke_args *a = &w->args[i];

		/* many calls are right in all of it */
		a->ptr = (uintptr_t)w->arena + below(w, ARENA / 2);
		a->length = below(w, 1500);
		a->fd = -1;
		a->attr = one_in(w, 8) ? 1u << below(w, 9) : 0;
		if (one_in(w, 8))
			a->length = some_length(w);
		if (one_in(w, 12))
			a->ptr = some_pointer(w);
		if (one_in(w, 8))
			a->fd = some_fd(w);
		if (i && one_in(w, 12))	/* around the one before */
			a->ptr = w->args[i - 1].ptr + below(w, 64) - 32;
	}
}

static long do_invoke(struct worker *w)
{
	uint32_t sc = some_scalars(w);
	struct fastrpc_invoke inv = {
		.handle = some_handle(w), .sc = sc, .args = (uintptr_t)w->args,
	};

	fill_args(w, (sc >> 16 & 255) + (sc >> 8 & 255) + (sc >> 4 & 15) + (sc & 15));
	if (one_in(w, 30))
		inv.args = bad_pointer(w);
	if (one_in(w, 30))
		inv.args = (uintptr_t)w->arena + ARENA - 24 * below(w, 4);
	/* not bent: a bent scalars word could mean a sleep, a handle another's rules */
	return node_ioctl(w->node, FASTRPC_IOCTL_INVOKE, &inv);
}

static long do_create_static(struct worker *w)
{
	static const char * const names[] = { "audiopd", "securepd", "", "a" };
	const char *name = PICK(w, names);
	struct fastrpc_init_create_static arg = {
		.namelen = strlen(name) + 1, .memlen = 3 << 20, .name = (uintptr_t)name,
	};

	if (one_in(w, 5))
		arg.name = some_pointer(w);
	return issue(w, FASTRPC_IOCTL_INIT_CREATE_STATIC, &arg, sizeof(arg));
}

static long do_create(struct worker *w)
{
	struct fastrpc_init_create arg = {
		.filelen = below(w, 3) ? 0 : below(w, 10000), .filefd = -1,
		.attrs = one_in(w, 2) ? 8 : 0, .siglen = one_in(w, 4) ? 1 : 0,
		.file = (uintptr_t)w->arena,
	};

	if (one_in(w, 6))
		arg.filelen = some_length(w);
	if (one_in(w, 6))
		arg.filefd = some_fd(w);
	if (one_in(w, 6))
		arg.file = some_pointer(w);
	return issue(w, FASTRPC_IOCTL_INIT_CREATE, &arg, sizeof(arg));
}

static long do_mmap(struct worker *w)
{
	struct fastrpc_req_mmap arg = {
		.fd = -1, .size = (1 + below(w, 32)) * 4096,
		.flags = one_in(w, 2) ? FASTRPC_MAP_ADD_PAGES : FASTRPC_MAP_REMOTE_HEAP,
	};
	long ret;

	if (one_in(w, 4))
		arg.size = some_length(w);
	ret = issue(w, FASTRPC_IOCTL_MMAP, &arg, sizeof(arg));
	if (!ret)
		keep(&shared.lent, w, arg.vaddrout, arg.size);
	return ret;
}

static long do_munmap(struct worker *w)
{
	struct kept_memory m = some_kept(&shared.lent, w);
	struct fastrpc_req_munmap arg = { .vaddrout = m.name, .size = m.size };

	return issue(w, FASTRPC_IOCTL_MUNMAP, &arg, sizeof(arg));
}

static long do_mem_map(struct worker *w)
{
	struct fastrpc_mem_map arg = {
		.fd = some_fd(w), .flags = below(w, 4), .length = 4096, .vaddrin = some_pointer(w),
	};
	long ret;

	if (one_in(w, 4))
		arg.length = some_length(w);
	if (one_in(w, 4))
		arg.flags = one_in(w, 2) ? 16 : below(w, 1 << 18);
	if (one_in(w, 8))
		arg.offset = some_length(w);
	ret = issue(w, FASTRPC_IOCTL_MEM_MAP, &arg, sizeof(arg));
	if (!ret)
		keep(&shared.mapped, w, arg.vaddrout, arg.length);
	return ret;
}

static long do_mem_unmap(struct worker *w)
{
	struct kept_memory m = some_kept(&shared.mapped, w);
	struct fastrpc_mem_unmap arg = {
		.fd = one_in(w, 2) ? -1 : some_fd(w), .vaddr = m.name, .length = m.size,
	};

	return issue(w, FASTRPC_IOCTL_MEM_UNMAP, &arg, sizeof(arg));
}

static long do_alloc(struct worker *w)
{
	struct fastrpc_alloc_dma_buf arg = { .fd = -1, .flags = below(w, 4) };
	long ret;
	int old;

	arg.size = one_in(w, 4) ? PICK(w, huge) : 1 + below(w, 300000);
	if (one_in(w, 16))
		arg.size = 0;
	ret = issue(w, FASTRPC_IOCTL_ALLOC_DMA_BUFF, &arg, sizeof(arg));
	if (ret || arg.fd < 3)
		return ret;
	old = __atomic_exchange_n(&PICK(w, shared.bufs), arg.fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
	return 0;
}

static long do_info(struct worker *w)
{
	struct fastrpc_ioctl_capability arg = { .attribute_id = below(w, 300) };

	return issue(w, FASTRPC_IOCTL_GET_DSP_INFO, &arg, sizeof(arg));
}

static long do_number(struct worker *w)
{
	return node_ioctl(w->node, _IOC(below(w, 4), 'R', 14 + below(w, 242), below(w, 128)),
			  w->arena);
}

/* A file goes while others may be inside of it. */
static long do_reopen(struct worker *w)
{
	uint32_t i = below(w, ARRAY_SIZE(shared.nodes));
	int fd;

	pthread_mutex_lock(&shared.lock);
	close(shared.nodes[i]);
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	__atomic_store_n(&shared.nodes[i], fd, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&shared.lock);
	return fd < 0 ? -errno : 0;
}

/* A dma-buf is looked into, and its descriptor goes. */
static long do_drop(struct worker *w)
{
	int fd = __atomic_exchange_n(&PICK(w, shared.bufs), -1, __ATOMIC_RELAXED);
	volatile uint8_t *map;

	if (fd < 0)
		return -EBADF;
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -errno;
	map[0]++;
	return munmap((void *)map, PAGE);
}

static long do_attach(struct worker *w)
{
	return node_ioctl(w->node, FASTRPC_IOCTL_INIT_ATTACH, (void *)(uintptr_t)bad_pointer(w));
}

static long do_attach_sns(struct worker *w)
{
	return node_ioctl(w->node, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL);
}

static long do_free(struct worker *w)
{
	uint32_t arg = 0;

	return issue(w, FASTRPC_IOCTL_FREE_DMA_BUFF, &arg, sizeof(arg));
}

static long do_set_option(struct worker *w)
{
	struct fastrpc_ioctl_set_option arg = { .value = 1 };

	return issue(w, FASTRPC_IOCTL_SET_OPTION, &arg, sizeof(arg));
}

/* @never: no call of it need succeed, here or anywhere */
static const struct {
	struct random_step step;
	long (*run)(struct worker *w);
	bool never;
} ops[OPS] = {
	{ { "INVOKE", 48 }, do_invoke, false },
	{ { "ATTACH", 2 }, do_attach, false },
	{ { "ATTACH_SNS", 1 }, do_attach_sns, false },
	{ { "CREATE_STATIC", 4 }, do_create_static, false },
	{ { "CREATE", 5 }, do_create, false },
	{ { "MMAP", 6 }, do_mmap, false },
	{ { "MUNMAP", 8 }, do_munmap, false },
	{ { "MEM_MAP", 6 }, do_mem_map, false },
	{ { "MEM_UNMAP", 4 }, do_mem_unmap, false },
	{ { "ALLOC", 4 }, do_alloc, false },
	{ { "FREE", 1 }, do_free, true },
	{ { "SET_OPTION", 3 }, do_set_option, true },
	{ { "INFO", 3 }, do_info, false },
	{ { "any number", 3 }, do_number, true },
	{ { "reopen", 2 }, do_reopen, false },
	{ { "drop", 2 }, do_drop, false },
};

static void work(void *arg)
{
	struct worker *w = arg;

	while (w->runs--) {
		size_t op = RANDOM_STEP(&w->random, ops);
		long ret;

		w->node = some_node(w);
		ret = ops[op].run(w);
		/* error numbers that the kernel keeps to itself */
		CHECK(ret > -512 || ret < -530);
		if (ret)
			w->bad[op]++;
		else
			w->good[op]++;
	}
}

/* ---- batches ---- */

/* The arena between a page that is never named and one that is not there. */
static void worker_init(struct worker *w, uint64_t seed, unsigned int runs)
{
	uint8_t *area;

	memset(w, 0, sizeof(*w));
	w->random = seed;
	w->runs = runs;
	w->frozen = pages_alloc(PAGE);
	area = pages_alloc(2 * PAGE + ARENA + PAGE);
	memset(area, CANARY, 2 * PAGE);
	REQUIRE_EQ(mprotect(area, PAGE, PROT_READ), 0);
	REQUIRE_EQ(mprotect(area + 2 * PAGE + ARENA, PAGE, PROT_NONE), 0);
	w->readonly = area;
	w->arena = area + 2 * PAGE;
}

static void worker_fini(struct worker *w)
{
	for (size_t i = 0; i < PAGE; i++)
		if (!CHECK_EQ(w->arena[i - PAGE], CANARY) || !CHECK_EQ(w->readonly[i], CANARY))
			break;
	munmap(w->frozen, PAGE);
	munmap((void *)w->readonly, 2 * PAGE + ARENA + PAGE);
}

static void open_shared(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared.nodes); i++)
		shared.nodes[i] = fcntl(node_open(), F_DUPFD_CLOEXEC, 50);
	node_close_all();
	/* most calls need a domain or a buffer: one of three, and half of them */
	REQUIRE_EQ(create_pd(shared.nodes[0], -1, 0, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(shared.bufs); i++)
		shared.bufs[i] = i % 2 ? -1 : dmabuf_alloc(shared.nodes[0], 16 * PAGE);
	shared.others[0] = shared.nodes[0];
	shared.others[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	shared.others[2] = memfd_create("fuzz", MFD_CLOEXEC);
	shared.others[3] = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	pipe_open(&shared.others[4], O_CLOEXEC);
}

static void close_shared(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared.nodes); i++)
		close(shared.nodes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(shared.bufs); i++)
		if (shared.bufs[i] >= 0)
			close(shared.bufs[i]);
	for (size_t i = 1; i < ARRAY_SIZE(shared.others); i++)
		close(shared.others[i]);
}

/* In memory that outlives the process of a batch. */
struct batch {
	uint64_t seed;
	int threads;
	unsigned int runs;
	uint64_t good[OPS], bad[OPS];
};

static void batch(void *arg)
{
	static struct worker workers[THREADS];
	struct batch *b = arg;

	open_shared();
	for (int i = 0; i < b->threads; i++)
		worker_init(&workers[i], b->seed + i, b->runs / b->threads);
	crowd_run(work, workers, sizeof(*workers), b->threads);
	for (int i = 0; i < b->threads; i++) {
		for (int op = 0; op < OPS; op++) {
			b->good[op] += workers[i].good[op];
			b->bad[op] += workers[i].bad[op];
		}
		worker_fini(&workers[i]);
	}
	close_shared();
	sessions_check();
}

/* Arguments that always fail reach no code: every kind of call must also succeed. */
static void check_reach(const struct batch *b)
{
	for (int op = 0; op < OPS; op++)
		printf("%-14s %6llu succeeded %6llu failed\n", ops[op].step.name,
		       (unsigned long long)b->good[op], (unsigned long long)b->bad[op]);
	/* a slow board makes fewer calls, and which of them meet is chance */
	if (board_slowness() > 1)
		return;
	for (int op = 0; op < OPS; op++) {
		test_context("%s", ops[op].step.name);
		CHECK(b->good[op] || ops[op].never);
	}
}

TEST(one_thread)
{
	struct batch *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	puts("@limit 900");
	*b = (struct batch){ .seed = random_seed(), .threads = 1, .runs = random_runs(2 * RUNS) };
	test_in_child(batch, b);
}

TEST(threads_on_the_same_files)
{
	struct batch *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* a slow board looks for leaks by itself */
	bool is_slow = board_slowness() > 1;
	int batches = is_slow ? BATCHES / 3 : BATCHES;
	static struct memory before, after;
	uint64_t seed = random_seed();
	long free_pages[BATCHES];

	kernel_log_mark();
	/* as many calls in fewer batches, where a restart takes long */
	*b = (struct batch){ .threads = THREADS, .runs = random_runs(is_slow ? 2 * RUNS : RUNS) };
	for (int i = 0; i < batches; i++) {
		test_context("batch %d", i);
		b->seed = seed + 1000 * (i + 1);
		test_in_child(batch, b);
		dsp_restart();		/* what the audio PD was given comes back */
		memory_read(i < WARM_UP ? &before : &after);
		free_pages[i] = (i < WARM_UP ? &before : &after)->free_pages;
	}
	test_context("%s", "");
	check_reach(b);
	if (!is_slow) {
		memory_check_trend(free_pages + WARM_UP, BATCHES - WARM_UP, 1, TREND_PAGES);
		memory_compare_slabs(&before, &after, OBJECTS_SLACK);
	}
	/* what a program can do at will is not logged each time */
	CHECK(kernel_log_count("fastrpc") <= 20 * batches);
}

/* Nothing of the above holds the driver, or its memory. */
TEST(driver_goes)
{
	test_teardown = driver_restore;
	dsp_stop();
	CHECK_EQ(driver_unload(), 0);
}
