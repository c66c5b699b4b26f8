// SPDX-License-Identifier: GPL-2.0-only
/* Logs, memory behind fds, timers: what a skeleton calls by names that begin with HAP. */
#include "pd.h"
#include "hap.h"

void HAP_debug(const char *text, int level, const char *file, int line)
{
	frames_log(level, "%s:%d: %s", file, line, text);
}

void HAP_debug_v2(int level, const char *file, int line, const char *format, ...)
{
	char text[192];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	HAP_debug(text, level, file, line);
}

void *user_malloc(size_t bytes)
{
	return arena_alloc(&arena_user, 16, bytes);
}

void *user_memalign(size_t align, size_t bytes)
{
	return arena_alloc(&arena_user, align, bytes);
}

void *user_calloc(size_t n, size_t bytes)
{
	void *p;

	if (bytes && n > ~0u / bytes)
		return NULL;
	p = user_malloc(n * bytes);
	if (p)
		memset(p, 0, n * bytes);
	return p;
}

void user_free(void *p)
{
	arena_free(&arena_user, p);
}

void *user_realloc(void *p, size_t bytes)
{
	void *to = user_malloc(bytes);

	if (to && p) {
		memcpy(to, p, arena_bytes(p) < bytes ? arena_bytes(p) : bytes);
		user_free(p);
	}
	return to;
}

static u32 fd_bytes(s32 fd, u64 *bytes)
{
	const struct frame_up_body body = { .at = fd, .call = current->call };
	u32 answered, ret;

	ret = frames_ask(UP_FD_SIZE, &body, NULL, 0, bytes, sizeof(*bytes), &answered);
	if (!ret && (answered != sizeof(*bytes) || !*bytes || *bytes > 1u << 30))
		ret = DSP_E_FAILED;
	return ret;
}

int adsp_mmap_fd_getinfo(int fd, u32 *bytes)
{
	u64 all = 0;
	u32 ret = fd_bytes(fd, &all);

	*bytes = all;
	return ret;
}

static struct window *fd_window(s32 fd)
{
	struct window *w = window_of_fd(fd);
	u64 bytes = 0;

	if (w) {
		window_get(w);
		return w;
	}
	return fd_bytes(fd, &bytes) ? NULL : window_open_fd(fd, bytes);
}

/* 0 and where the memory behind an fd is; what it is to hardware is not known here. */
int HAP_mmap_get(int fd, void **at, u64 *physical)
{
	struct window *w = fd_window(fd);

	if (!w)
		return -1;
	*at = window_memory(w);
	if (physical)
		*physical = 0;
	return 0;
}

int HAP_mmap_put(int fd)
{
	struct window *w = window_of_fd(fd);

	return w ? (int)window_put(w) : -1;
}

void *HAP_mmap(void *at, int bytes, int prot, int flags, int fd, long offset)
{
	struct window *w = fd_window(fd);

	(void)at;
	(void)prot;
	(void)flags;
	if (!w)
		return (void *)-1;
	if (bytes < 0 || offset < 0 || (u64)offset + bytes > window_bytes(w)) {
		window_put(w);
		return (void *)-1;
	}
	return (u8 *)window_memory(w) + offset;
}

int HAP_munmap(void *at, int bytes)
{
	struct window *w = window_at(at);

	(void)bytes;
	return w ? (int)window_put(w) : -1;
}

static u64 grow_max = 0x8000000;

int HAP_mem_set_grow_size(u32 least, u32 most)
{
	(void)least;
	grow_max = most;
	return 0;
}

/* Bytes free and used, blocks free and used, and how much the heap grows by. */
int HAP_mem_get_stats(u64 *stats)
{
	struct arena_stats now;

	arena_count(&arena_user, &now);
	stats[0] = now.free_bytes;
	stats[1] = now.used_bytes;
	stats[2] = now.free_blocks;
	stats[3] = now.used_blocks;
	stats[4] = grow_max;
	return 0;
}

void HAP_timer_sleep(u64 us)
{
	sched_sleep(us);
}

u64 HAP_perf_get_time_us(void)
{
	return sys_now_us();
}

u64 HAP_perf_qtimer_count_to_us(u64 count)
{
	return count * 10 / 192;
}

int HAP_power_set(void *context, void *request)
{
	(void)context;
	(void)request;
	return 0;
}

u32 HAP_unsupported(void)
{
	return DSP_E_UNSUPPORTED;
}

/* For all that returns a number, of 64 bits or fewer. */
u64 HAP_zero(void)
{
	return 0;
}

/* There is no cache, so none of it is there to be locked. */
void *HAP_cache_lock(u32 bytes, u64 *physical)
{
	(void)bytes;
	if (physical)
		*physical = 0;
	return NULL;
}

void HAP_abort(void)
{
	die("abort()");
}

void HAP_exit(int status)
{
	sys_exit(status & 0xff);
}

void HAP_assert(const char *what, const char *file, int line)
{
	char text[160];

	snprintf(text, sizeof(text), "%s:%d: assertion failed: %s", file, line, what);
	die(text);
}

void HAP_stack_smashed(void)
{
	die("a function wrote beyond its stack");
}

/* Packed arguments and results as a listener of the host has them; 0 or an error. */
int HAP_reverse_call(u32 handle, u32 scalars, const void *packed, u32 bytes, void *results,
		     u32 room, u32 *got)
{
	const struct frame_up_body body = {
		.at = handle, .offset = scalars, .bytes = bytes, .call = current->call,
	};

	return frames_ask(UP_REVERSE, &body, packed, bytes, results, room, got);
}
