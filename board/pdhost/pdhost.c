// SPDX-License-Identifier: GPL-2.0-only
/*
 * pdhost: the program of the host that runs the DSP's Hexagon code.
 *
 *	pdhost SOCKET PD.ELF [QEMU-HEXAGON]
 *	pdhost --boot PID PD.ELF QEMU-HEXAGON QEMU ARGUMENT...
 *
 * It is the server of QEMU's ivshmem-doorbell: it gives the one peer that comes a shared memory
 * (remote_slots.h) and two eventfds.  From then on it starts and ends processes as the slots
 * tell it to, and carries bytes between their rings and their standard input and output.  It
 * never reads what they say.
 *
 * In the first form it listens at SOCKET and says "ready" on standard output.  In the second
 * it starts QEMU, with the other end of the socket as file descriptor 3.  Then it ends with
 * QEMU's exit status, and QEMU ends with it or with process PID, however these end.
 *
 * It ends when the peer or the process that started it does, and no process of its own outlives
 * it.  When it ends first, or is stopped, the peer sees its heartbeat stop.  Its own errors are
 * exit status 125.
 *
 * qemu-hexagon is no sandbox: code that it runs can make system calls of the host.  So a process
 * has limits, and few calls that do not fail (confine.c).  It can still read what the user can,
 * and should run no code but that which was built here.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"
#include "remote_slots.h"

#define MACHINE_FD	3		/* QEMU's end of the socket */
#define MACHINE_END_MS	5000		/* that QEMU has after SIGTERM */
#define OWN_ERROR	125

#define LENGTH(a)	(sizeof(a) / sizeof((a)[0]))

struct process {
	struct remote_slot *slot;
	pid_t pid;		/* 0: none runs */
	uint32_t life;
	int fd;			/* its input and output; negative: none */
	int is_full;		/* it takes no more input just now */
};

static struct process processes[SLOT_MAX];
static struct remote_board *board;
static int to_guest, from_guest;
static const char *elf;
static char qemu[PATH_MAX];	/* qemu-hexagon, with its directory */
static pid_t machine;		/* QEMU, if this program has started it and it runs */
static int machine_status;
static int starter = -1;	/* pidfd of the process that the machine does not outlive */

static uint32_t get(const struct slot_word *w)
{
	return __atomic_load_n(&w->v, __ATOMIC_ACQUIRE);
}

static void set(struct slot_word *w, uint32_t v)
{
	__atomic_store_n(&w->v, v, __ATOMIC_RELEASE);
}

static void ring_guest(void)
{
	const uint64_t one = 1;

	if (write(to_guest, &one, sizeof(one)) != sizeof(one) && errno != EAGAIN)
		err(OWN_ERROR, "ringing the guest");
}

/* In the child: nothing of this program's is left but the socket. */
static void __attribute__((noreturn)) become_process(int fd, pid_t parent)
{
	const uint32_t seconds = get(&board->seconds);
	char program[PATH_MAX];
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_WRONLY);
	if (null < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	close_range(3, ~0u, 0);
	if (chdir("/"))
		_exit(126);
	/* On the stack of this program: no code of the next one has memory there. */
	strcpy(program, qemu);
	confine(seconds, program);
	execle(program, qemu, "-cpu", "v67", elf, (char *)NULL, environ);
	_exit(127);
}

static void process_start(struct process *p, uint32_t life)
{
	struct remote_slot *slot = p->slot;
	pid_t parent = getpid();
	int pair[2];

	set(&slot->to_head, 0);
	set(&slot->to_tail, 0);
	set(&slot->from_head, 0);
	set(&slot->from_tail, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		err(OWN_ERROR, "a socket for a process");
	p->pid = fork();
	if (p->pid < 0)
		err(OWN_ERROR, "a process");
	if (!p->pid)
		become_process(pair[1], parent);
	close(pair[1]);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	p->fd = pair[0];
	p->life = life;
	p->is_full = 0;
	set(&board->alive, get(&board->alive) + 1);
	set(&board->started, get(&board->started) + 1);
	set(&slot->have, life);
	ring_guest();
}

/* Bytes of the guest's to the process, as many as it takes. */
static void carry_to(struct process *p)
{
	struct remote_slot *slot = p->slot;
	uint32_t tail = get(&slot->to_tail), head = get(&slot->to_head), at, some, moved = 0;
	ssize_t put;

	p->is_full = 0;
	/* More than there is room for: the guest is out of order, and its process goes. */
	if (head - tail > RING_BYTES) {
		kill(p->pid, SIGKILL);
		return;
	}
	while (head != tail) {
		at = tail % RING_BYTES;
		some = head - tail < RING_BYTES - at ? head - tail : RING_BYTES - at;
		put = send(p->fd, slot->to + at, some, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put <= 0) {
			p->is_full = put < 0 && errno == EAGAIN;
			break;
		}
		tail += put;
		moved = 1;
	}
	if (!moved)
		return;
	set(&slot->to_tail, tail);
	ring_guest();
}

static int ring_room(struct process *p)
{
	return get(&p->slot->from_head) - get(&p->slot->from_tail) < RING_BYTES;
}

/* Bytes of the process to the guest.  0: there will be no more. */
static int carry_from(struct process *p)
{
	struct remote_slot *slot = p->slot;
	uint32_t head = get(&slot->from_head), tail = get(&slot->from_tail), at, room, moved = 0;
	ssize_t got = 1;

	while (head - tail < RING_BYTES) {
		at = head % RING_BYTES;
		room = RING_BYTES - (head - tail);
		room = room < RING_BYTES - at ? room : RING_BYTES - at;
		got = recv(p->fd, slot->from + at, room, MSG_DONTWAIT);
		if (got <= 0)
			break;
		head += got;
		moved = 1;
	}
	if (moved) {
		set(&slot->from_head, head);
		ring_guest();
	}
	return got > 0 || (got < 0 && errno == EAGAIN);
}

static void process_gone(struct process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->pid = 0;
	set(&board->alive, get(&board->alive) - 1);
}

/* The guest wants this one no more: what it has not said stays unsaid. */
static void process_end(struct process *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	process_gone(p);
}

/* A process has ended by itself; its last words come before its status. */
static void process_reap(struct process *p)
{
	int status;

	if (!p->pid || !ring_room(p) || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return;
	carry_from(p);
	process_gone(p);
	set(&p->slot->status, status);
	set(&p->slot->dead, p->life);
	ring_guest();
}

/* What the guest wants of this slot. */
static void process_serve(struct process *p)
{
	uint32_t want = get(&p->slot->want), have = get(&p->slot->have);

	if (want != have) {
		if (p->pid)
			process_end(p);
		if (want) {
			process_start(p, want);
		} else {
			set(&p->slot->have, 0);
			ring_guest();
		}
	}
	if (!p->pid)
		return;
	carry_to(p);
	if (ring_room(p))
		carry_from(p);
	process_reap(p);
}

/* One word of the handshake, with a file descriptor or without. */
static void tell(int peer, int64_t word, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec data = { &word, sizeof(word) };
	struct msghdr msg = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(peer, &msg, MSG_NOSIGNAL) != sizeof(word))
		err(OWN_ERROR, "the machine's end of the socket");
}

/* Version 0; the peer is number 1 and this program 0; the memory; both doorbells. */
static void greet(int peer, int memory)
{
	tell(peer, 0, -1);
	tell(peer, 1, -1);
	tell(peer, -1, memory);
	tell(peer, 0, from_guest);
	tell(peer, 1, to_guest);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		errx(OWN_ERROR, "%s: too long for a socket", path);
	strcpy(address.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) || listen(fd, 1))
		err(OWN_ERROR, "%s", path);
	return fd;
}

static int make_memory(void)
{
	int fd = memfd_create("hexagon", MFD_CLOEXEC);
	uint8_t *at;

	if (fd < 0 || ftruncate(fd, SLOT_MEMORY))
		err(OWN_ERROR, "shared memory");
	at = mmap(NULL, SLOT_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		err(OWN_ERROR, "shared memory");
	board = (void *)at;
	for (unsigned int i = 0; i < SLOT_MAX; i++) {
		processes[i].slot = (void *)(at + SLOT_OFFSET(i));
		processes[i].fd = -1;
	}
	set(&board->magic, SLOT_MAGIC);
	return fd;
}

/* As a shell finds it. */
static void find_qemu(const char *name)
{
	const char *path = strchr(name, '/') ? "" : getenv("PATH"), *end;

	for (; path; path = *end ? end + 1 : NULL) {
		end = strchrnul(path, ':');
		snprintf(qemu, sizeof(qemu), "%.*s%s%s", (int)(end - path), path,
			 end > path ? "/" : "", name);
		if (!access(qemu, X_OK))
			return;
	}
	errx(OWN_ERROR, "%s is not to be found", name);
}

/* Every end comes by way of this: SIGTERM and SIGCHLD are read like all else. */
static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* 0: a signal says that this is the end. */
static int take_signals(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			return 0;
	if (machine && waitpid(machine, &machine_status, WNOHANG) == machine) {
		machine = 0;
		return 0;
	}
	return 1;
}

/* In the child: QEMU, which does not outlive this program. */
static void __attribute__((noreturn)) become_machine(char **command, int fd, pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(OWN_ERROR);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* dup2() to itself would leave it to be closed. */
	if (fd == MACHINE_FD ? fcntl(fd, F_SETFD, 0) : dup2(fd, MACHINE_FD) < 0)
		_exit(OWN_ERROR);
	execvp(command[0], command);
	err(OWN_ERROR, "%s", command[0]);
}

/* This program's end of the socket. */
static int start_machine(char **command, pid_t boot)
{
	pid_t parent = getpid();
	int pair[2];

	starter = syscall(SYS_pidfd_open, boot, 0);
	if (starter < 0)
		err(OWN_ERROR, "process %d, which is to end with this one", boot);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		err(OWN_ERROR, "a socket for QEMU");
	machine = fork();
	if (machine < 0)
		err(OWN_ERROR, "QEMU");
	if (!machine)
		become_machine(command, pair[1], parent);
	close(pair[1]);
	return pair[0];
}

/* QEMU ends now, by itself if it can. */
static void end_machine(int signals)
{
	struct pollfd end = { .fd = signals, .events = POLLIN };

	if (!machine)
		return;
	kill(machine, SIGTERM);
	while (poll(&end, 1, MACHINE_END_MS) > 0) {
		take_signals(signals);
		if (!machine)
			return;
	}
	kill(machine, SIGKILL);
	waitpid(machine, &machine_status, 0);
}

static void drain(int eventfd)
{
	uint64_t n;

	if (read(eventfd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		err(OWN_ERROR, "the doorbell");
}

/* For tests of what the guest makes of a host that is stopped. */
static void fall_silent(void)
{
	const uint32_t seconds = get(&board->silence);

	if (!seconds)
		return;
	set(&board->silence, 0);
	sleep(seconds);
}

static void serve(int peer, int signals)
{
	struct pollfd polls[4 + SLOT_MAX];
	int i;

	for (;;) {
		polls[0] = (struct pollfd){ .fd = peer, .events = POLLIN };
		polls[1] = (struct pollfd){ .fd = signals, .events = POLLIN };
		polls[2] = (struct pollfd){ .fd = from_guest, .events = POLLIN };
		polls[3] = (struct pollfd){ .fd = starter, .events = POLLIN };
		for (i = 0; i < SLOT_MAX; i++) {
			struct process *p = &processes[i];

			polls[4 + i] = (struct pollfd){ .fd = p->fd };
			if (p->fd >= 0)
				polls[4 + i].events = (ring_room(p) ? POLLIN : 0) |
						      (p->is_full ? POLLOUT : 0);
			/* One that hung up is reaped by SIGCHLD; until then it would wake all. */
			if (!polls[4 + i].events)
				polls[4 + i].fd = -1;
		}
		if (poll(polls, LENGTH(polls), HEARTBEAT_MS / 2) < 0 && errno != EINTR)
			err(OWN_ERROR, "poll");
		set(&board->heartbeat, get(&board->heartbeat) + 1);
		/* The peer says nothing: it has gone. */
		if (polls[0].revents || polls[3].revents || !take_signals(signals))
			return;
		fall_silent();
		drain(from_guest);
		for (i = 0; i < SLOT_MAX; i++)
			process_serve(&processes[i]);
	}
}

/* The one peer that comes, or -1. */
static int accept_peer(const char *path, int signals)
{
	struct pollfd wait[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int door = listen_at(path), peer;

	puts("ready");
	fflush(stdout);
	wait[0].fd = door;
	wait[1].fd = signals;
	poll(wait, 2, -1);
	peer = wait[0].revents ? accept4(door, NULL, NULL, SOCK_CLOEXEC) : -1;
	unlink(path);
	return peer;
}

/* What QEMU's end is to who started this program. */
static int machine_result(void)
{
	if (WIFEXITED(machine_status))
		return WEXITSTATUS(machine_status);
	warnx("QEMU died of signal %d", WTERMSIG(machine_status));
	return 1;
}

int main(int argc, char **argv)
{
	int is_boot = argc > 5 && !strcmp(argv[1], "--boot");
	int signals, memory, peer;

	if (argc < 3 || (!strcmp(argv[1], "--boot") && !is_boot))
		errx(2, "usage: pdhost SOCKET PD.ELF [QEMU-HEXAGON]\n"
			"   or: pdhost --boot PID PD.ELF QEMU-HEXAGON QEMU ARGUMENT...");
	elf = argv[2 + is_boot];
	find_qemu(argc > 3 ? argv[3 + is_boot] : "qemu-hexagon");
	/* Also of one that is stopped, and what it has started goes with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signals = watch_signals();
	memory = make_memory();
	from_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	to_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signals < 0 || from_guest < 0 || to_guest < 0)
		err(OWN_ERROR, "eventfd");
	peer = is_boot ? start_machine(argv + 5, atoi(argv[2])) : accept_peer(argv[1], signals);
	if (peer >= 0) {
		greet(peer, memory);
		serve(peer, signals);
	}
	end_machine(signals);
	for (int i = 0; i < SLOT_MAX; i++)
		if (processes[i].pid)
			process_end(&processes[i]);
	return is_boot ? machine_result() : 0;
}
