// SPDX-License-Identifier: GPL-2.0-only
/* System calls: number in r6, arguments from r0 on, trap0(#1). */
#include "pd.h"

enum {
	NR_READ = 63,
	NR_WRITE = 64,
	NR_PPOLL = 73,
	NR_EXIT_GROUP = 94,
	NR_SETITIMER = 103,
	NR_CLOCK_GETTIME = 113,
	NR_TGKILL = 131,
	NR_SIGACTION = 134,
	NR_SIGPROCMASK = 135,
	NR_GETPID = 172,
	NR_GETTID = 178,
	NR_MUNMAP = 215,
	NR_MMAP2 = 222,
	NR_MPROTECT = 226,
};

#define SA_SIGINFO	4
#define SA_NODEFER	0x40000000
#define MAP_PRIVATE	2
#define MAP_FIXED	0x10
#define MAP_ANONYMOUS	0x20
#define MAP_NORESERVE	0x4000
#define ERRNO_MAX	4095
#define EINTR		4
#define POLL_IN		1

static long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r6 asm("r6") = nr;
	register long r0 asm("r0") = a;
	register long r1 asm("r1") = b;
	register long r2 asm("r2") = c;
	register long r3 asm("r3") = d;
	register long r4 asm("r4") = e;
	register long r5 asm("r5") = f;

	asm volatile("trap0(#1)"
		     : "+r" (r0)
		     : "r" (r6), "r" (r1), "r" (r2), "r" (r3), "r" (r4), "r" (r5)
		     : "memory");
	return r0;
}

static long sys4(long nr, long a, long b, long c, long d)
{
	return sys6(nr, a, b, c, d, 0, 0);
}

long sys_read(int fd, void *to, size_t bytes)
{
	long ret;

	do
		ret = sys4(NR_READ, fd, (long)to, bytes, 0);
	while (ret == -EINTR);
	return ret;
}

long sys_write(int fd, const void *from, size_t bytes)
{
	long ret;

	do
		ret = sys4(NR_WRITE, fd, (long)from, bytes, 0);
	while (ret == -EINTR);
	return ret;
}

/* NULL: there is no memory.  With @at it is there and nowhere else. */
void *sys_map(void *at, size_t bytes, int prot)
{
	long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED : 0);
	unsigned long ret = sys6(NR_MMAP2, (long)at, bytes, prot, flags, -1, 0);

	return ret > (unsigned long)-ERRNO_MAX ? NULL : (void *)ret;
}

void sys_unmap(void *at, size_t bytes)
{
	sys4(NR_MUNMAP, (long)at, bytes, 0, 0);
}

void sys_protect(void *at, size_t bytes, int prot)
{
	if (sys4(NR_MPROTECT, (long)at, bytes, prot, 0))
		die("mprotect failed");
}

struct action {
	void (*handler)(int signal, void *info, void *context);
	unsigned long flags;
	unsigned long zero[4];
};

void sys_catch(int signal, void (*handler)(int, void *, void *))
{
	struct action action = { .handler = handler, .flags = SA_SIGINFO | SA_NODEFER };

	sys4(NR_SIGACTION, signal, (long)&action, 0, 8);
}

void sys_default(int signal)
{
	struct action action = {};

	sys4(NR_SIGACTION, signal, (long)&action, 0, 8);
}

void sys_raise(int signal)
{
	sys4(NR_TGKILL, sys4(NR_GETPID, 0, 0, 0, 0), sys4(NR_GETTID, 0, 0, 0, 0), signal, 0);
}

/*
 * SIGVTALRM, once, when the process has run for @ms: one that the host does not let run has no
 * ticks.
 */
void sys_tick(unsigned int ms)
{
	const long timer[4] = { 0, 0, 0, ms * 1000 };

	sys4(NR_SETITIMER, 1, (long)timer, 0, 0);
}

/* Is there something to read, or will there be in @us?  ~0: as long as it takes. */
bool sys_input_within(u64 us)
{
	struct { s32 fd; u16 events, revents; } poll = { .fd = 0, .events = POLL_IN };
	const long timeout[2] = { us / 1000000, us % 1000000 * 1000 };

	return sys6(NR_PPOLL, (long)&poll, 1, ~us ? (long)timeout : 0, 0, 8, 0) > 0;
}

u64 sys_now_us(void)
{
	long now[2] = {};

	sys4(NR_CLOCK_GETTIME, 1, (long)now, 0, 0);
	return (u64)now[0] * 1000000 + now[1] / 1000;
}

void sys_exit(int status)
{
	for (;;)
		sys4(NR_EXIT_GROUP, status, 0, 0, 0);
}
