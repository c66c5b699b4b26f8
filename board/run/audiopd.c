// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of `make run`: brings the audio PD up and looks at what the DSP has
 * made of it.  The bringing up is done by Debian's adsprpcd where it is on the
 * board, else with the one ioctl of it that matters here.
 *
 * Works with any FastRPC driver: what its ioctls return is reported, what the
 * DSP and the SMMU saw decides.  Lines that start with "@step " are for the
 * report; when something is wrong, the last line says what, and the exit status
 * is 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dsp_control.h"
#include <misc/fastrpc.h>

#define LABEL		"adsp"
#define WAIT_MS		10000
#define STORES_WANTED	100	/* of the PD's allocator, to see that it lives */
#define ATTR_ARCH	6
#define ECHO_BYTES	10000
#define DAEMON		"/usr/sbin/adsprpcd"
#define SLICE_MS	200	/* between two looks at what became of the daemon */
#define FILE_DIR	"/tmp/files"
#define FILE_NAME	"audio.txt"
#define FILE_TEXT	"read by the audio PD through its daemon\n"
#define GROWTH		(256 << 10)

static int control_fd;
static const char *node;	/* the one that was opened last */

static void step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void step(const char *fmt, ...)
{
	va_list ap;

	printf("@step ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void give_up(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(1);
}

/* The exact result of an ioctl: a value of the DSP, or -errno. */
static long node_ioctl(int fd, unsigned long request, const void *arg)
{
	long ret = syscall(SYS_ioctl, fd, request, arg);

	return ret == -1 ? -errno : ret;
}

static const char *describe(long ret)
{
	static char text[80];

	if (!ret)
		snprintf(text, sizeof(text), "0, success");
	else if (ret < 0 && ret > -4096)
		snprintf(text, sizeof(text), "%ld, %s", ret, strerror(-ret));
	else
		snprintf(text, sizeof(text), "the DSP's result 0x%" PRIx32, (uint32_t)ret);
	return text;
}

/* The node appears when the driver has probed: wait as the daemons do. */
static int open_node(void)
{
	static const char *const nodes[] = {
		"/dev/fastrpc-" LABEL "-secure",
		"/dev/fastrpc-" LABEL,
	};
	int in = inotify_init1(IN_CLOEXEC);
	struct pollfd pfd = { .fd = in, .events = POLLIN };
	char events[4096];

	inotify_add_watch(in, "/dev", IN_CREATE);
	for (;;) {
		for (int i = 0; i < 2; i++) {
			int fd = open(nodes[i], O_RDWR | O_CLOEXEC);

			if (fd >= 0) {
				node = nodes[i];
				close(in);
				return fd;
			}
			if (errno != ENOENT)
				give_up("%s: %s", nodes[i], strerror(errno));
		}
		if (poll(&pfd, 1, WAIT_MS) <= 0 || read(in, events, sizeof(events)) < 0)
			give_up("no /dev/fastrpc-" LABEL " after %d s: see the kernel log",
				WAIT_MS / 1000);
	}
}

static void look_at(struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	strcpy(st->label, LABEL);
	if (ioctl(control_fd, DSP_CONTROL_STATUS, st))
		give_up("the DSP model does not tell its state: %s", strerror(errno));
}

/* false: not within the time. */
static bool wait_for(uint32_t counter, uint64_t at_least, uint32_t ms)
{
	struct dsp_control_wait w = {
		.label = LABEL, .counter = counter, .timeout_ms = ms, .at_least = at_least,
	};

	return !ioctl(control_fd, DSP_CONTROL_WAIT, &w);
}

static bool wait_until(uint32_t counter, uint64_t at_least)
{
	return wait_for(counter, at_least, WAIT_MS);
}

static void ask_capability(int fd)
{
	struct fastrpc_ioctl_capability cap = { .attribute_id = ATTR_ARCH };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &cap);

	if (ret)
		step("GET_DSP_INFO: %s", describe(ret));
	else
		step("GET_DSP_INFO: the DSP is of architecture v%" PRIx32, cap.capability & 0xff);
}

/* The root PD, as a program of its own would use it: attach, call, leave. */
static void call_root_pd(void)
{
	static uint8_t sent[ECHO_BYTES], got[ECHO_BYTES];
	struct fastrpc_invoke_args args[] = {
		{ .ptr = (uintptr_t)sent, .length = sizeof(sent), .fd = -1 },
		{ .ptr = (uintptr_t)got, .length = sizeof(got), .fd = -1 },
	};
	struct fastrpc_invoke invoke = {
		.handle = DSP_TEST_HANDLE,
		.sc = DSP_TEST_ECHO << 24 | 1 << 16 | 1 << 8,
		.args = (uintptr_t)args,
	};
	int fd = open_node();
	long ret;

	ret = node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH, NULL);
	if (ret)
		give_up("INIT_ATTACH: %s", describe(ret));
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = i * 7;
	ret = node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &invoke);
	if (ret)
		give_up("INVOKE: %s", describe(ret));
	if (memcmp(sent, got, sizeof(sent)))
		give_up("INVOKE: the DSP's echo is not what was sent");
	step("root PD: INIT_ATTACH and an INVOKE that echoes %zu bytes, all of them right",
	     sizeof(sent));
	close(fd);
}

static void create_audio_pd(int fd)
{
	struct fastrpc_init_create_static create = {
		.namelen = sizeof("audiopd"), .memlen = 3 << 20, .name = (uintptr_t)"audiopd",
	};

	step("CREATE_STATIC \"audiopd\": %s",
	     describe(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE_STATIC, &create)));
}

/* Which package the daemon is of, or why there is none: the image says. */
static const char *about_daemon(void)
{
	static char line[256];
	FILE *f = fopen("/etc/userland", "r");

	while (f && fgets(line, sizeof(line), f) && strncmp(line, "fastrpc-support ", 16) &&
	       strncmp(line, "none: ", 6))
		;
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return strncmp(line, "none: ", 6) ? line : line + 6;
}

static void start_daemon(void)
{
	int fd = open(FILE_DIR "/" FILE_NAME, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, FILE_TEXT, strlen(FILE_TEXT)) < 0)
		give_up(FILE_DIR "/" FILE_NAME ": %s", strerror(errno));
	close(fd);
	setenv("DSP_LIBRARY_PATH", FILE_DIR, 1);
	if (!fork()) {
		execl(DAEMON, DAEMON, "audiopd", NULL);
		_exit(127);
	}
}

/* It tries again and again whatever goes wrong, so the DSP is asked what did. */
static void run_daemon(void)
{
	struct dsp_control_status st;
	bool listens = false;

	mkdir(FILE_DIR, 0755);
	start_daemon();
	for (int ms = 0; ms < WAIT_MS && !listens; ms += SLICE_MS) {
		listens = wait_for(DSP_COUNT_LISTENERS, 1, SLICE_MS);
		look_at(&st);
		if (st.faults || waitpid(-1, NULL, WNOHANG) > 0)
			break;
	}
	if (listens)
		step("adsprpcd has attached to the audio PD and waits for its calls");
	else
		step("adsprpcd does not get as far as to wait for calls of the audio PD");
}

/* What an audio PD wants of its daemon: files, and more memory. */
static void use_daemon(void)
{
	struct dsp_control_file file = {
		.label = LABEL, .process = DSP_PROCESS_AUDIO, .ask_size = 1,
		.env = "ADSP_LIBRARY_PATH", .name = FILE_NAME,
	};
	struct dsp_control_heap heap = {
		.label = LABEL, .process = DSP_PROCESS_AUDIO, .flags = 8, .size = GROWTH,
	};

	if (ioctl(control_fd, DSP_CONTROL_FILE, &file))
		give_up("the audio PD cannot read " FILE_NAME " through its daemon: %s",
			strerror(errno));
	if (file.len != strlen(FILE_TEXT) || memcmp(file.head, FILE_TEXT, file.len))
		give_up("the audio PD has read something else than what is in " FILE_NAME);
	step("the audio PD has opened and read a file of %llu bytes through its daemon",
	     (unsigned long long)file.len);
	if (ioctl(control_fd, DSP_CONTROL_HEAP, &heap))
		give_up("the audio PD gets no more memory through its daemon: %s", strerror(errno));
	step("the audio PD's heap has grown by %u KiB through its daemon", GROWTH >> 10);
}

static void check_faults(const struct dsp_control_status *st)
{
	const struct dsp_control_fault *f = &st->last_fault;

	if (st->faults)
		give_up("%llu SMMU faults, the last: stream 0x%x, IOVA 0x%llx, %s, event 0x%x",
			(unsigned long long)st->faults, f->stream_id, (unsigned long long)f->iova,
			f->is_read ? "read" : "write", f->event);
}

static void check_heap(const struct dsp_control_status *st)
{
	if (!st->heap_pages)
		give_up("the DSP was offered no heap");
	if (st->heap_pages_granted != st->heap_pages)
		give_up("%llu of %llu heap pages were not reachable 1:1 when they were offered",
			(unsigned long long)(st->heap_pages - st->heap_pages_granted),
			(unsigned long long)st->heap_pages);
}

static void check_violations(const struct dsp_control_status *st)
{
	const struct dsp_control_violations *v = &st->violations;

	if (v->offered_before_grant || v->offered_twice || v->taken_while_running ||
	    v->corrupted || v->bad_request)
		give_up("pages early %llu, twice %llu, taken %llu, changed %llu; bad requests %llu",
			(unsigned long long)v->offered_before_grant,
			(unsigned long long)v->offered_twice,
			(unsigned long long)v->taken_while_running,
			(unsigned long long)v->corrupted, (unsigned long long)v->bad_request);
}

/* Hexagon code finds words again that it stored. */
static void check_code(const struct dsp_control_audio *before)
{
	struct dsp_control_audio now = { .label = LABEL };

	if (wait_until(DSP_COUNT_AUDIO_CHECKS, before->checks + STORES_WANTED))
		return;
	if (!ioctl(control_fd, DSP_CONTROL_AUDIO, &now) && now.stores > before->stores)
		give_up("the audio PD's allocator stores into the heap and finds nothing again");
	give_up("the audio PD's allocator stopped storing into the heap");
}

/* Its code's, or the model's in the place of that. */
static void check_allocator(const struct dsp_control_status *st)
{
	struct dsp_control_audio a = { .label = LABEL };

	if (!ioctl(control_fd, DSP_CONTROL_AUDIO, &a) && a.has_code)
		check_code(&a);
	else if (!wait_until(DSP_COUNT_HEAP_STORES, st->heap_stores + STORES_WANTED))
		give_up("the audio PD's allocator stopped storing into the heap");
}

/* The PD uses its heap: every page once, then its allocator goes on and on. */
static void check_use(struct dsp_control_status *st)
{
	if (!st->audio_pd_up)
		give_up("the audio PD is not up");
	if (!wait_until(DSP_COUNT_PAGES_TOUCHED, st->heap_pages))
		give_up("the DSP could not use all %llu pages of its heap",
			(unsigned long long)st->heap_pages);
	check_allocator(st);
	look_at(st);
	step("the audio PD's allocator is at work in the heap: %llu stores so far",
	     (unsigned long long)st->heap_stores);
}

int main(void)
{
	bool by_daemon = !access(DAEMON, X_OK);
	struct dsp_control_status st;
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	control_fd = open(DSP_CONTROL_NODE, O_RDWR | O_CLOEXEC);
	if (control_fd < 0)
		give_up(DSP_CONTROL_NODE ": %s; is the board's dsp module loaded?",
			strerror(errno));
	fd = open_node();
	step("%s is there and open", node);
	ask_capability(fd);
	call_root_pd();
	if (by_daemon) {
		close(fd);
		step("client: adsprpcd audiopd, of Debian's %s", about_daemon());
		run_daemon();
	} else {
		step("client: the board's own, for Debian's could not be had: %s", about_daemon());
		create_audio_pd(fd);
	}

	/* the cause before its consequences */
	look_at(&st);
	check_faults(&st);
	check_heap(&st);
	check_use(&st);
	if (by_daemon)
		use_daemon();
	look_at(&st);
	check_faults(&st);
	check_violations(&st);
	return 0;
}
