// SPDX-License-Identifier: GPL-2.0-only
/*
 * What README.md of board/pd says of each function that a skeleton may call: selftest.idl.
 *
 * A call has priority 192.  A thread that is better runs at once, until it waits or ends, so
 * what it has done by then is known.  When a worse one runs is not: a tick lets all run.
 */
#include "selftest.h"
#include "skeleton.h"

#define CHECK(cond) \
	do { \
		if (!(cond)) \
			return __LINE__; \
	} while (0)

#define BETTER		100
#define HELPERS		3
#define FIRST_WORD	0x12345678u

static int bytes(void)
{
	char a[16] = "0123456789abcde", b[16];
	int i;

	CHECK(memcpy(b, a, 16) == b && !memcmp(a, b, 16));
	CHECK(memmove(b + 3, b, 10) == b + 3 && !memcmp(b, "0120123456789de", 16));
	CHECK(memmove(b, b + 3, 10) == b && !memcmp(b, "0123456789789de", 16));
	CHECK(memset(b + 1, 0x1ff, 13) == b + 1 && b[0] == '0' && b[14] == 'e');
	for (i = 1; i < 14; i++)
		CHECK((uint8_t)b[i] == 0xff);
	CHECK(memcmp("\x7f", "\x80", 1) < 0 && memcmp("ab", "aa", 2) > 0 && !memcmp("a", "b", 0));
	return 0;
}

static int text(void)
{
	static const char hay[] = "hay hallo";
	char to[8];

	CHECK(strlen("") == 0 && strlen(hay) == 9);
	CHECK(!strcmp(hay, "hay hallo") && strcmp("a", "ab") < 0 && strcmp("\x80", "a") > 0);
	CHECK(!strncmp("car", "cat", 2) && strncmp("car", "cat", 3) < 0);
	CHECK(strchr(hay, 'l') == hay + 6 && strchr(hay, 0) == hay + 9 && !strchr(hay, 'x'));
	CHECK(strstr(hay, "hal") == hay + 4 && strstr(hay, "") == hay && !strstr(hay, "hoh"));
	CHECK(strlcpy(to, "0123456789", sizeof(to)) == 10 && !strcmp(to, "0123456"));
	CHECK(strlcpy(to, "0123", sizeof(to)) == 4 && !strcmp(to, "0123"));
	CHECK(strlcat(to, "45", sizeof(to)) == 6 && !strcmp(to, "012345"));
	CHECK(strlcat(to, "6789", sizeof(to)) == 10 && !strcmp(to, "0123456"));
	CHECK(strlcat(to, "x", 3) == 4 && !strcmp(to, "0123456"));
	return 0;
}

static int tokens(void)
{
	char list[] = ",;one,two;;three;", *rest;

	CHECK(!strcmp(strtok_r(list, ",;", &rest), "one"));
	CHECK(!strcmp(strtok_r(NULL, ",;", &rest), "two"));
	CHECK(!strcmp(strtok_r(NULL, ",;", &rest), "three"));
	CHECK(!strtok_r(NULL, ",;", &rest) && !strtok_r(NULL, ",;", &rest));
	return 0;
}

static int numbers(void)
{
	static const char none[] = " -x";
	char *end;

	CHECK(strtoul(" \t+42rest", &end, 10) == 42 && !strcmp(end, "rest"));
	CHECK(strtoul("0x1fg", &end, 0) == 0x1f && !strcmp(end, "g"));
	CHECK(strtoul("0xg", &end, 16) == 0 && !strcmp(end, "xg"));
	CHECK(strtoul("0778", &end, 0) == 077 && !strcmp(end, "8"));
	CHECK(strtoul("Zz", NULL, 36) == 35 * 36 + 35 && strtoul("-1", NULL, 10) == ~0ul);
	CHECK(strtoul(none, &end, 10) == 0 && end == none);
	CHECK(strtoul("4294967296", NULL, 10) == 0);
	CHECK(atoi("-17x") == -17 && atoi("x") == 0 && atoi("0x10") == 0);
	return 0;
}

static __attribute__((format(printf, 4, 5)))
int prints(const char *want, uint32_t room, int length, const char *format, ...)
{
	char to[48];
	va_list args;
	int ret;

	memset(to, '#', sizeof(to));
	va_start(args, format);
	ret = vsnprintf(to, room, format, args);
	va_end(args);
	return ret == length && !strcmp(to, want) && to[room] == '#';
}

static int formats(void)
{
	char to[8];

	CHECK(prints("7|   7|7   |007|+7", 40, 18, "%d|%4d|%-4d|%.3i|%+d", 7, 7, 7, 7, 7));
	CHECK(prints("-2147483648 4294967295", 40, 22, "%d %u", -2147483647 - 1, ~0u));
	CHECK(prints("ff|0XFF|000ff|17", 40, 16, "%x|%#X|%05x|%o", 255, 255, 255, 15));
	CHECK(prints("-9000000000 123456789abcdef", 40, 27, "%lld %llx", -9000000000ll,
		     0x123456789abcdefull));
	CHECK(prints("x|ab|  ab|%|(float)", 40, 19, "%c|%.2s|%*s|%%|%f", 'x', "abc", 4, "ab",
		     1.5));
	CHECK(prints("012", 4, 10, "%s", "0123456789"));
	CHECK(snprintf(to, sizeof(to), "%s-%d", "abc", 1) == 5 && !strcmp(to, "abc-1"));
	CHECK(snprintf(NULL, 0, "%d", 100) == 3);
	return 0;
}

static int allocated(void *(*get)(size_t), void *(*zeroed)(size_t, size_t),
		     void *(*again)(void *, size_t), void *(*aligned)(size_t, size_t),
		     void (*give)(void *))
{
	uint8_t *p = get(100), *z, *a;
	int i;

	CHECK(p && (uintptr_t)p % 16 == 0);
	memset(p, 0x5a, 100);
	a = aligned(4096, 100);
	CHECK(a && (uintptr_t)a % 4096 == 0);
	z = zeroed(10, 10);
	for (i = 0; i < 100; i++)
		CHECK(!z[i]);
	p = again(p, 100000);
	for (i = 0; i < 100; i++)
		CHECK(p[i] == 0x5a);
	a = again(a, 50);
	CHECK(a && !zeroed(0x10001, 0x10000) && !get(0x7fffffff));
	give(p);
	give(z);
	give(a);
	give(NULL);
	return 0;
}

static int allocation(void)
{
	int line = allocated(malloc, calloc, realloc, memalign, free);

	return line ? line : allocated(__wrap_malloc, __wrap_calloc, __wrap_realloc,
				       __wrap_memalign, __wrap_free);
}

static int division(void)
{
	volatile uint64_t u = 0xfedcba9876543210ull, v = 0x76543217;
	volatile int64_t s = -1000000000007ll, t = 1000003;
	volatile uint32_t a = 0xfedcba98, b = 12345;
	volatile int32_t c = -1000003, d = 1009;

	CHECK(u / v == 0x227627606ull && u % v == 0x33766b86);
	CHECK(v / u == 0 && v % u == v && u / 1 == u);
	CHECK(s / t == -999997 && s % t == -16 && s / -t == 999997);
	CHECK(a / b == 346365 && a % b == 2627);
	CHECK(c / d == -991 && c % d == -84 && c / -d == 991 && -c % d == 84);
	return 0;
}

static int clocks(void)
{
	uint64_t us = HAP_perf_get_time_us(), ticks = qurt_sysclock_get_hw_ticks();

	HAP_timer_sleep(3000);
	CHECK(HAP_perf_get_time_us() - us >= 3000);
	CHECK(qurt_timer_sleep(3000) == 0 && HAP_perf_get_time_us() - us >= 6000);
	CHECK(qurt_sysclock_get_hw_ticks() - ticks >= 6 * 19200);
	CHECK(HAP_perf_qtimer_count_to_us(19200000) == 1000000);
	CHECK(HAP_utimer_get_time() == 0 && HAP_perf_get_pcycles() == 0);
	return 0;
}

static int power_and_cache(void)
{
	uint64_t physical = 1;
	uint32_t word;

	CHECK(HAP_power_set(&word, &word) == 0 && HAP_power_get(&word, &word) == E_UNSUPPORTED);
	CHECK(!HAP_cache_lock(4096, &physical) && !physical);
	CHECK(HAP_cache_unlock(&word) == E_UNSUPPORTED);
	CHECK(HAP_cache_lock_addr(&word, 32) == E_UNSUPPORTED);
	CHECK(HAP_cache_unlock_addr(&word) == E_UNSUPPORTED);
	CHECK(HAP_query_avail_cachelock() == 0 && HAP_query_total_cachelock() == 0);
	return 0;
}

static int library(void)
{
	const uint32_t guard = __stack_chk_guard;
	uint64_t stats[5];

	__register_frame_info_bases(NULL, NULL, NULL, NULL);
	CHECK(!__deregister_frame_info_bases(NULL));
	__cxa_finalize(NULL);
	CHECK(guard && guard == __stack_chk_guard);
	CHECK(HAP_mem_set_grow_size(1 << 20, 5 << 20) == 0);
	CHECK(HAP_mem_get_stats(stats) == 0 && stats[4] == 5 << 20);
	HAP_debug("a line", 2, "selftest.c", __LINE__);
	HAP_debug_v2(2, "selftest.c", __LINE__, "%s and %d more", "a line", 1);
	HAP_debug_runtime(2, "selftest.c", __LINE__, "the last of %d", 3);
	return 0;
}

/* What threads of a check share. */
struct shared {
	struct qurt_mutex mutex;
	struct qurt_barrier barrier;
	struct qurt_sem sem;
	struct qurt_signal signal;
	uint32_t mask, seen;
	uint32_t began, went_on, returned;
};

static int32_t start(uint32_t *id, void (*fn)(void *), void *arg)
{
	struct qurt_thread_attr attr = { .name = "helper", .priority = BETTER };

	return qurt_thread_create(id, &attr, fn, arg);
}

static int start_all(uint32_t *id, uint32_t n, void (*fn)(void *), struct shared *s)
{
	for (uint32_t i = 0; i < n; i++)
		CHECK(start(&id[i], fn, s) == 0 && s->began == i + 1);
	return 0;
}

static int join_all(const uint32_t *id, uint32_t n)
{
	int status;

	for (uint32_t i = 0; i < n; i++)
		CHECK(qurt_thread_join(id[i], &status) == 0 && status == 0);
	return 0;
}

static void thread_named(void *arg)
{
	char name[16], begin[5];
	uint32_t id = qurt_thread_get_id();

	qurt_thread_get_name(name, sizeof(name));
	qurt_thread_get_name(begin, sizeof(begin));
	*(uint32_t *)arg = strcmp(name, "helper") || strcmp(begin, "help") ||
			   qurt_thread_get_priority(id) != BETTER ? 1 : id;
	qurt_thread_set_priority(id, 150);
	qurt_thread_exit(qurt_thread_get_priority(id));
}

static int threads(void)
{
	uint32_t id, seen = 0;
	int status = 0;

	CHECK(start(&id, thread_named, &seen) == 0 && seen == id);
	CHECK(id != qurt_thread_get_id());
	CHECK(qurt_thread_join(id, &status) == 0 && status == 150);
	CHECK(qurt_thread_join(id, &status) == QURT_ENOTHREAD);
	CHECK(qurt_thread_get_priority(id) == -1);
	CHECK(qurt_thread_set_priority(id, 10) == QURT_EINVALID);
	return 0;
}

static void take_mutex(void *arg)
{
	struct shared *s = arg;

	s->began++;
	s->returned += qurt_mutex_try_lock(&s->mutex) != 0;
	qurt_mutex_lock(&s->mutex);
	s->went_on++;
	qurt_mutex_unlock(&s->mutex);
}

static int mutexes(void)
{
	struct shared s = {};
	uint32_t id[HELPERS];
	int line;

	qurt_mutex_init(&s.mutex);
	CHECK(qurt_mutex_try_lock(&s.mutex) == 0);
	line = start_all(id, HELPERS, take_mutex, &s);
	if (line)
		return line;
	CHECK(s.returned == HELPERS && s.went_on == 0);
	qurt_mutex_unlock(&s.mutex);
	CHECK(s.went_on == HELPERS && qurt_mutex_try_lock(&s.mutex) == 0);
	qurt_mutex_unlock(&s.mutex);
	qurt_mutex_destroy(&s.mutex);
	return join_all(id, HELPERS);
}

static void meet(void *arg)
{
	struct shared *s = arg;

	s->began++;
	s->returned += qurt_barrier_wait(&s->barrier);
	s->went_on++;
	s->returned += qurt_barrier_wait(&s->barrier);
	s->went_on++;
}

static int barriers(void)
{
	struct shared s = {};
	uint32_t id[HELPERS];
	int line;

	qurt_barrier_init(&s.barrier, HELPERS + 1);
	line = start_all(id, HELPERS, meet, &s);
	if (line)
		return line;
	CHECK(s.went_on == 0);
	CHECK(qurt_barrier_wait(&s.barrier) == 1 && s.went_on == HELPERS);
	CHECK(qurt_barrier_wait(&s.barrier) == 1 && s.went_on == 2 * HELPERS);
	CHECK(s.returned == 0);
	qurt_barrier_destroy(&s.barrier);
	return join_all(id, HELPERS);
}

static void take_one(void *arg)
{
	struct shared *s = arg;

	s->began++;
	qurt_sem_down(&s->sem);
	s->went_on++;
}

static int semaphores(void)
{
	struct shared s = {};
	uint32_t id[HELPERS];
	int line;

	qurt_sem_init(&s.sem);
	CHECK(qurt_sem_try_down(&s.sem) == 0 && qurt_sem_try_down(&s.sem) == -1);
	qurt_sem_destroy(&s.sem);
	qurt_sem_init_val(&s.sem, 0);
	line = start_all(id, HELPERS, take_one, &s);
	if (line)
		return line;
	CHECK(s.went_on == 0);
	qurt_sem_add(&s.sem, HELPERS - 1);
	CHECK(s.went_on == HELPERS - 1 && qurt_sem_try_down(&s.sem) == -1);
	qurt_sem_up(&s.sem);
	CHECK(s.went_on == HELPERS && qurt_sem_try_down(&s.sem) == -1);
	qurt_sem_up(&s.sem);
	qurt_sem_down(&s.sem);
	return join_all(id, HELPERS);
}

static void wait_for_all(void *arg)
{
	struct shared *s = arg;

	s->began++;
	s->seen = qurt_signal_wait(&s->signal, s->mask, QURT_ALL);
	s->went_on++;
}

static int signals(void)
{
	struct shared s = { .mask = 6 };
	uint32_t id;
	int line;

	qurt_signal_init(&s.signal);
	CHECK(qurt_signal_set(&s.signal, 1) == 0 && qurt_signal_get(&s.signal) == 1);
	line = start_all(&id, 1, wait_for_all, &s);
	if (line)
		return line;
	CHECK(qurt_signal_set(&s.signal, 2) == 1 && s.went_on == 0);
	CHECK(qurt_signal_clear(&s.signal, 2) == 3 && qurt_signal_set(&s.signal, 4) == 1);
	CHECK(s.went_on == 0);
	CHECK(qurt_signal_set(&s.signal, 2) == 5 && s.went_on == 1 && s.seen == 7);
	CHECK(qurt_signal_get(&s.signal) == 7 && qurt_signal_wait(&s.signal, 8 | 1, 0) == 7);
	qurt_signal_destroy(&s.signal);
	return join_all(&id, 1);
}

static void wait_for_any(void *arg)
{
	struct shared *s = arg;

	s->began++;
	s->seen = qurt_anysignal_wait(&s->signal, s->mask);
	s->went_on++;
}

static int anysignals(void)
{
	struct shared s = { .mask = 6 };
	uint32_t id[HELPERS];
	int line;

	qurt_anysignal_init(&s.signal);
	line = start_all(id, HELPERS, wait_for_any, &s);
	if (line)
		return line;
	CHECK(qurt_anysignal_set(&s.signal, 9) == 0 && s.went_on == 0);
	CHECK(qurt_anysignal_clear(&s.signal, 8) == 9 && qurt_anysignal_get(&s.signal) == 1);
	CHECK(qurt_anysignal_set(&s.signal, 4) == 1 && s.went_on == HELPERS && s.seen == 5);
	qurt_anysignal_destroy(&s.signal);
	return join_all(id, HELPERS);
}

static int vectors(void)
{
	CHECK(qurt_hvx_lock(1) == 0);
	CHECK(qurt_hvx_unlock() == 0);
	return 0;
}

static int memory_of_nothing(int fd)
{
	uint32_t bytes = 1;
	void *at = &bytes;

	CHECK(adsp_mmap_fd_getinfo(fd, &bytes) != 0 && !bytes);
	CHECK(HAP_mmap_get(fd, &at, NULL) != 0 && at == &bytes);
	CHECK(HAP_mmap_put(fd) != 0);
	CHECK(HAP_mmap(NULL, 4, 3, 0, fd, 0) == (void *)-1);
	CHECK(HAP_munmap(&bytes, 4) != 0);
	return 0;
}

static int memory_of_client(int fd)
{
	uint64_t physical = 1;
	uint32_t bytes, *all, *part;

	CHECK(adsp_mmap_fd_getinfo(fd, &bytes) == 0 && bytes >= 4096);
	CHECK(HAP_mmap_get(fd, (void **)&all, &physical) == 0 && physical == 0);
	CHECK(all[0] == FIRST_WORD);
	part = HAP_mmap(NULL, bytes - 4, 3, 0, fd, 4);
	CHECK(part == all + 1);
	CHECK(HAP_mmap(NULL, bytes, 3, 0, fd, 4) == (void *)-1);
	CHECK(HAP_mmap_put(fd) == 0);
	*part = FIRST_WORD;
	CHECK(HAP_munmap(part, bytes - 4) == 0);
	CHECK(HAP_mmap_put(fd) != 0);
	return 0;
}

static int (*const groups[])(void) = {
	bytes, text, tokens, numbers, formats, allocation, division, clocks, power_and_cache,
	library, threads, mutexes, barriers, semaphores, signals, anysignals, vectors,
};

static int32_t answer(union remote_arg *args, uint32_t line)
{
	memcpy(args[1].buf.data, &line, sizeof(line));
	return 0;
}

static int32_t memory(union remote_arg *args)
{
	uint32_t line = memory_of_nothing(word(&args[0], 0));

	return answer(args, line ? line : (uint32_t)memory_of_client(args[2].dma.fd));
}

int32_t board_selftest_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (METHOD(sc) == 3 && SHAPE_OF(sc) == SHAPE(1, 1, 1) && args[1].buf.bytes == 4)
		return memory(args);
	if (METHOD(sc) != 2 || SHAPE_OF(sc) != SHAPE(1, 1, 0) || args[1].buf.bytes != 4)
		return E_UNSUPPORTED;
	if (word(&args[0], 0) >= ARRAY_SIZE(groups))
		return E_BADPARM;
	return answer(args, groups[word(&args[0], 0)]());
}
