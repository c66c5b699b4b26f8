// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pdhost lets a process do, by one that tries: it runs in the place of qemu-hexagon, and
 * says a line for each thing that is not as it has to be, and "done".
 *
 * All numbers of system calls are tried, but those that qemu-hexagon needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBERS		1024
#define MIB		(1ull << 20)

/* Known to do no harm to others, if the arguments are as below. */
static const int allowed[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_lseek, SYS_close, SYS_openat,
	SYS_getdents64, SYS_newfstatat, SYS_fstat, SYS_statx, SYS_statfs, SYS_fstatfs,
	SYS_readlinkat, SYS_faccessat, SYS_faccessat2, SYS_getcwd, SYS_ppoll, SYS_pselect6,
	SYS_fcntl,
	SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_brk, SYS_madvise, SYS_get_mempolicy,
	SYS_set_mempolicy, SYS_membarrier,
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigsuspend,
	SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_kill, SYS_tgkill,
	SYS_restart_syscall, SYS_setitimer, SYS_getitimer,
	SYS_clone, SYS_clone3, SYS_set_tid_address, SYS_set_robust_list, SYS_rseq, SYS_futex,
	SYS_exit, SYS_exit_group, SYS_sched_yield, SYS_sched_getaffinity, SYS_prctl, SYS_execve,
	SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
	SYS_uname, SYS_sysinfo, SYS_times, SYS_getrusage, SYS_getrandom, SYS_getcpu,
	SYS_prlimit64, SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_nanosleep,
	SYS_clock_nanosleep,
#if defined(__x86_64__)
	SYS_arch_prctl, SYS_access, SYS_readlink, SYS_stat, SYS_lstat, SYS_poll, SYS_select,
	SYS_time, SYS_getrlimit, SYS_getpgrp,
	335, 336,	/* of the kernel's own probes: a signal, and no filter is asked */
#endif
};

#define SAY(...)	dprintf(1, __VA_ARGS__)
#define HAS_TO(cond) \
	do { \
		if (!(cond)) \
			SAY("line %d: %s (errno %d)\n", __LINE__, #cond, errno); \
	} while (0)

static pid_t own;

/* A process that should not have been made does not go on. */
static int is_refused(long ret)
{
	const int error = errno;

	if (getpid() != own)
		_exit(0);
	errno = error;
	return ret == -1 && error == EPERM;
}

/* As open() does it.  What is opened here is not to be closed: it is to fail. */
#define OPEN(path, ...)	syscall(SYS_openat, AT_FDCWD, path, __VA_ARGS__)

#define REFUSED(call)	HAS_TO((errno = 0, is_refused(call)))

static int is_allowed(int nr)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i] == nr)
			return 1;
	return 0;
}

static void try_all(void)
{
	for (int nr = 0; nr < NUMBERS; nr++) {
		if (is_allowed(nr) || is_refused(syscall(nr, -1, -1, -1, -1, -1, -1)))
			continue;
		SAY("system call %d is not refused (errno %d)\n", nr, errno);
		return;
	}
}

static void *thread(void *arg)
{
	return arg;
}

/* A thread, but no process. */
static void try_processes(void)
{
	char *const arguments[] = { "true", NULL };
	pthread_t t;
	void *back = NULL;

	HAS_TO(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
	REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	REFUSED(syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0));
	REFUSED(syscall(SYS_clone, CLONE_VM | CLONE_SIGHAND, 0, 0, 0, 0));
	REFUSED(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	REFUSED(execve("/bin/true", arguments, NULL));
	HAS_TO(pthread_create(&t, NULL, thread, &own) == 0);
	HAS_TO(pthread_join(t, &back) == 0 && back == &own);
}

static void try_signals(void)
{
	const pid_t parent = getppid();

	HAS_TO(kill(own, 0) == 0);
	HAS_TO(syscall(SYS_tgkill, own, own, 0) == 0);
	REFUSED(kill(parent, 0));
	REFUSED(kill(-1, 0));
	REFUSED(kill(0, 0));
	REFUSED(kill(-own, 0));
	REFUSED(syscall(SYS_tgkill, parent, parent, 0));
	REFUSED(syscall(SYS_tkill, own, 0));
	REFUSED(fcntl(0, F_SETOWN, parent));
	REFUSED(fcntl(0, F_SETFL, O_ASYNC));
	REFUSED(fcntl(0, F_SETSIG, SIGKILL));
	/* It ends with pdhost. */
	REFUSED(prctl(PR_SET_PDEATHSIG, 0));
	REFUSED(prctl(PR_SET_CHILD_SUBREAPER, 1));
	REFUSED(prctl(PR_SET_DUMPABLE, 1));
	REFUSED(setsid());
}

static void try_files(void)
{
	struct rlimit most;
	int fd, last = -1;

	REFUSED(OPEN("/dev/null", O_WRONLY));
	REFUSED(OPEN("/dev/null", O_RDWR));
	REFUSED(OPEN("/dev/null", O_RDONLY | O_TRUNC));
	REFUSED(OPEN("/tmp/prisoner", O_RDONLY | O_CREAT, 0600));
	REFUSED(OPEN("/tmp", O_RDONLY | O_TMPFILE, 0600));
	REFUSED(fcntl(0, F_DUPFD, 0));
	HAS_TO(getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_max == 0);
	while ((fd = OPEN("/dev/null", O_RDONLY)) >= 0)
		last = fd;
	HAS_TO(errno == EMFILE && last == 15);
	while (last > 2)
		close(last--);
}

static void *map(uint64_t bytes, int prot, int flags)
{
	return mmap(NULL, bytes, prot, flags, -1, 0);
}

/* How much there is until an error, in steps; it is not touched. */
static uint64_t map_all(uint64_t step, int prot)
{
	uint64_t got = 0;

	while (got < 1ull << 40 &&
	       map(step, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE) != MAP_FAILED)
		got += step;
	return got;
}

static void try_memory(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	void *later = map(16 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS);
	uint64_t got;

	HAS_TO(later != MAP_FAILED);
	HAS_TO(map(4096, rw, MAP_SHARED | MAP_ANONYMOUS) == MAP_FAILED && errno == EPERM);
	HAS_TO(map(4096, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN) == MAP_FAILED &&
	       errno == EPERM);
	HAS_TO(map(2 * MIB, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB) == MAP_FAILED &&
	       errno == EPERM);
	REFUSED(madvise(later, 4096, 100 /* MADV_HWPOISON */));
	got = map_all(8 * MIB, rw);
	HAS_TO(errno == ENOMEM && got >= 896 * MIB && got <= 1024 * MIB);
	HAS_TO(mprotect(later, 16 * MIB, rw) == -1 && errno == ENOMEM);
	HAS_TO(sbrk(16 * MIB) == (void *)-1 && errno == ENOMEM);
	got += map_all(64 * MIB, PROT_NONE);
	HAS_TO(errno == ENOMEM && got >= 5120 * MIB && got <= 6144 * MIB);
}

/* Nor does it change what it has. */
static void try_limits(void)
{
	static const int all[] = {
		RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CPU,
		RLIMIT_CORE, RLIMIT_MEMLOCK,
	};
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit is;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		HAS_TO(getrlimit(all[i], &is) == 0 && is.rlim_max != RLIM_INFINITY);
		REFUSED(setrlimit(all[i], &none));
		REFUSED(syscall(SYS_prlimit64, getppid(), all[i], &none, NULL));
	}
}

int main(void)
{
	own = getpid();
	try_processes();
	try_signals();
	try_files();
	try_limits();
	try_all();
	try_memory();
	SAY("done\n");
	return 0;
}
