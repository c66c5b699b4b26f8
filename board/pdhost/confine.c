// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process that runs Hexagon code may do on the host: confine.h.
 *
 * The system calls that qemu-hexagon needs are listed, some with what an argument has to be.
 * All others fail with EPERM, also for root.  So a process makes no other one, sends signals to
 * itself alone, opens files only to read them, and has no memory that its limit does not count.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

#if defined(__x86_64__)
#define OWN_ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH	AUDIT_ARCH_AARCH64
#else
#error "which system calls does qemu-hexagon make here?"
#endif

/* qemu-hexagon reserves 4 GiB of addresses, and has about 200 MiB itself. */
#define MEMORY_ADDRESSES	(6ull << 30)
#define MEMORY_USED		(1024ull << 20)
#define MEMORY_STACK		(8ull << 20)
#define FILES			16
#define SECONDS			900
#define LAST_SECONDS		5	/* and then, to say its last words */

#define FAILED			126	/* exit status */

#define LENGTH(a)		(sizeof(a) / sizeof((a)[0]))

/*
 * One system call, and what an argument has to be: @value in the bits of @mask.  Where @value is
 * known at run time only, it is the process's own number, or the address of the program's name.
 */
struct rule {
	uint32_t nr;
	uint32_t arg;
	uint64_t mask;
	uint64_t value;
	enum { VALUE_IS, VALUE_OWN_PID, VALUE_PROGRAM } kind;
};

#define ANY(name)				{ SYS_##name }
#define ONLY(name, arg, mask, value)		{ SYS_##name, arg, mask, value }
#define WORD					0xffffffffu
#define POINTER					UINT64_MAX

#define OPEN_CHANGES	(O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
#define THREAD		(CLONE_VM | CLONE_THREAD)
#define NEW_NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)
/* Memory that RLIMIT_DATA does not count. */
#define MAP_UNCOUNTED	(MAP_TYPE | MAP_GROWSDOWN | MAP_HUGETLB)
#define ADVICE_OF_ROOT	0xffffffe0u	/* 100 and more: of pages, not of the process's memory */

static const struct rule rules[] = {
	/* What each access takes comes first. */
	ANY(read), ANY(write), ANY(ppoll), ANY(rt_sigprocmask), ANY(rt_sigreturn), ANY(mprotect),
	ANY(clock_gettime), ANY(setitimer), ANY(futex),

	ANY(readv), ANY(writev), ANY(pread64), ANY(lseek), ANY(close), ANY(getdents64),
	ANY(newfstatat), ANY(fstat), ANY(statx), ANY(statfs), ANY(fstatfs), ANY(readlinkat),
	ANY(faccessat), ANY(faccessat2), ANY(getcwd), ANY(pselect6),
	ONLY(openat, 2, OPEN_CHANGES, O_RDONLY),
	/* Others have a process signalled, or more files. */
	ONLY(fcntl, 1, WORD, F_GETFD), ONLY(fcntl, 1, WORD, F_SETFD), ONLY(fcntl, 1, WORD, F_GETFL),

	ONLY(mmap, 3, MAP_UNCOUNTED, MAP_PRIVATE), ANY(munmap), ANY(mremap), ANY(brk),
	ONLY(madvise, 2, ADVICE_OF_ROOT, 0), ANY(get_mempolicy), ANY(set_mempolicy),

	ANY(rt_sigaction), ANY(rt_sigsuspend), ANY(rt_sigpending), ANY(rt_sigtimedwait),
	ANY(sigaltstack), ANY(getitimer), ANY(restart_syscall),
	{ SYS_kill, 0, WORD, 0, VALUE_OWN_PID }, { SYS_tgkill, 0, WORD, 0, VALUE_OWN_PID },

	ONLY(clone, 0, THREAD | CLONE_VFORK | NEW_NAMESPACES, THREAD), ANY(set_tid_address),
	ANY(set_robust_list), ANY(rseq), ANY(membarrier), ANY(sched_yield), ANY(sched_getaffinity),
	ONLY(prctl, 0, WORD, PR_SET_NAME), ANY(exit), ANY(exit_group),
	{ SYS_execve, 0, POINTER, 0, VALUE_PROGRAM },

	ANY(getpid), ANY(getppid), ANY(gettid), ANY(getuid), ANY(geteuid), ANY(getgid),
	ANY(getegid), ANY(uname), ANY(sysinfo), ANY(times), ANY(getrusage), ANY(getrandom),
	ANY(clock_getres), ANY(gettimeofday), ANY(nanosleep), ANY(clock_nanosleep), ANY(getcpu),
	ONLY(prlimit64, 2, POINTER, 0),
#if defined(__x86_64__)
	ANY(arch_prctl), ANY(access), ANY(readlink), ANY(stat), ANY(lstat), ANY(poll), ANY(select),
	ANY(time), ANY(getrlimit), ANY(getpgrp),
#endif
};

#define RULE_MAX	9	/* instructions of one */

static struct sock_filter load(size_t offset)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

static struct sock_filter mask(uint32_t bits)
{
	return (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits);
}

/* Goes on behind @skip more if it is not this. */
static struct sock_filter is(uint32_t value, uint8_t skip)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static struct sock_filter answer(uint32_t what)
{
	return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what);
}

/* The low word of an argument; behind it is the high one. */
static size_t low_word(const struct rule *r)
{
	return offsetof(struct seccomp_data, args) + r->arg * sizeof(uint64_t);
}

static unsigned int put_rule(struct sock_filter *f, const struct rule *r, uint64_t value)
{
	unsigned int n = 0;

	f[n++] = is(r->nr, r->mask ? RULE_MAX - 1 : 1);
	if (!r->mask) {
		f[n++] = answer(SECCOMP_RET_ALLOW);
		return n;
	}
	f[n++] = load(low_word(r));
	f[n++] = mask(r->mask);
	f[n++] = is(value, 4);
	f[n++] = load(low_word(r) + sizeof(uint32_t));
	f[n++] = mask(r->mask >> 32);
	f[n++] = is(value >> 32, 1);
	f[n++] = answer(SECCOMP_RET_ALLOW);
	/* Another rule may have the same number. */
	f[n++] = load(offsetof(struct seccomp_data, nr));
	return n;
}

static void allow(const char *program)
{
	const uint64_t values[] = {
		[VALUE_OWN_PID] = getpid(), [VALUE_PROGRAM] = (uintptr_t)program,
	};
	struct sock_filter filter[LENGTH(rules) * RULE_MAX + 8];
	struct sock_fprog fprog = { .filter = filter };
	unsigned int i, n = 0;

	filter[n++] = load(offsetof(struct seccomp_data, arch));
	filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	filter[n++] = answer(SECCOMP_RET_KILL_PROCESS);
	filter[n++] = load(offsetof(struct seccomp_data, nr));
	for (i = 0; i < LENGTH(rules); i++)
		n += put_rule(filter + n, &rules[i],
			      rules[i].kind ? values[rules[i].kind] : rules[i].value);
	/* The C library takes clone() where there is no clone3(), whose flags no filter sees. */
	filter[n++] = is(SYS_clone3, 1);
	filter[n++] = answer(SECCOMP_RET_ERRNO | ENOSYS);
	filter[n++] = answer(SECCOMP_RET_ERRNO | EPERM);
	fprog.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fprog))
		_exit(FAILED);
}

static void limit(int what, rlim_t most, rlim_t more)
{
	const struct rlimit r = { most, most + more };

	if (setrlimit(what, &r))
		_exit(FAILED);
}

void confine(uint32_t seconds, const char *program)
{
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_AS, MEMORY_ADDRESSES, 0);
	limit(RLIMIT_DATA, MEMORY_USED, 0);
	limit(RLIMIT_STACK, MEMORY_STACK, 0);
	limit(RLIMIT_MEMLOCK, 0, 0);
	limit(RLIMIT_NOFILE, FILES, 0);
	limit(RLIMIT_FSIZE, 0, 0);
	/* SIGXCPU in every second of these, and then SIGKILL. */
	limit(RLIMIT_CPU, seconds ? seconds : SECONDS, LAST_SECONDS);
	allow(program);
}
