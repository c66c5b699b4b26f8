// SPDX-License-Identifier: GPL-2.0-only
/* Debian's FastRPC programs on the board. */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon.h"

#define MAX_DAEMONS	8
#define MAX_ARGS	8
#define LOG_ROOM	(256 << 10)
#define LOG_SHOWN	4000	/* bytes of its end */

bool dsp_asks_sizes = true;

static pid_t daemons[MAX_DAEMONS];
static int nr_daemons;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t log_grew = PTHREAD_COND_INITIALIZER;
static char log_text[LOG_ROOM];
static size_t log_len;

pid_t daemon_start(const char *path, ...)
{
	char *argv[MAX_ARGS + 1] = { (char *)path };
	va_list ap;
	pid_t pid;

	va_start(ap, path);
	for (int i = 1; i < MAX_ARGS && (argv[i] = va_arg(ap, char *)); i++)
		;
	va_end(ap);
	REQUIRE(nr_daemons < MAX_DAEMONS);
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		execv(path, argv);
		printf("cannot run %s: %s\n", path, strerror(errno));
		fflush(stdout);
		_exit(127);
	}
	daemons[nr_daemons++] = pid;
	return pid;
}

pid_t daemon_start_piped(const char *path, int *in, int *out)
{
	int to[2], from[2], own_in = dup(0), own_out = dup(1);
	pid_t pid;

	REQUIRE(own_in >= 0 && own_out >= 0);
	pipe_open(to, O_CLOEXEC);
	pipe_open(from, O_CLOEXEC);
	fflush(stdout);
	dup2(to[0], 0);
	dup2(from[1], 1);
	pid = daemon_start(path, NULL);
	dup2(own_in, 0);
	dup2(own_out, 1);
	close(own_in);
	close(own_out);
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

bool daemon_runs(pid_t pid)
{
	siginfo_t info = { };

	return !waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid;
}

int daemon_end(pid_t pid, int sig)
{
	int status = -1;

	if (sig)
		kill(pid, sig);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	for (int i = 0; i < nr_daemons; i++)
		if (daemons[i] == pid)
			daemons[i] = daemons[--nr_daemons];
	return status;
}

void daemon_end_all(void)
{
	while (nr_daemons)
		daemon_end(daemons[0], SIGKILL);
}

static void *log_main(void *arg)
{
	int fd = (intptr_t)arg;
	char line[4096];
	ssize_t len;

	while ((len = recv(fd, line, sizeof(line) - 1, 0)) >= 0) {
		line[len++] = '\n';
		pthread_mutex_lock(&log_lock);
		if (log_len + len <= LOG_ROOM) {
			memcpy(log_text + log_len, line, len);
			log_len += len;
			pthread_cond_broadcast(&log_grew);
		}
		pthread_mutex_unlock(&log_lock);
	}
	return NULL;
}

bool daemon_logged(const char *text)
{
	bool has;

	pthread_mutex_lock(&log_lock);
	has = memmem(log_text, log_len, text, strlen(text));
	pthread_mutex_unlock(&log_lock);
	return has;
}

void daemon_log_forget(void)
{
	pthread_mutex_lock(&log_lock);
	log_len = 0;
	pthread_mutex_unlock(&log_lock);
}

static void log_start(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	static int fd = -1;
	pthread_t thread;

	daemon_log_forget();
	if (fd >= 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unlink(addr.sun_path);
	REQUIRE_EQ(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, log_main, (void *)(intptr_t)fd), 0);
	pthread_detach(thread);
}

/* Its last lines; what cannot be printed is a dot. */
void daemon_log_show(void)
{
	size_t from;

	pthread_mutex_lock(&log_lock);
	from = log_len > LOG_SHOWN ? log_len - LOG_SHOWN : 0;
	puts("system log:");
	for (size_t i = from; i < log_len; i++)
		putchar(log_text[i] == '\n' || (log_text[i] >= ' ' && log_text[i] < 127) ?
			log_text[i] : '.');
	pthread_mutex_unlock(&log_lock);
}

void userland_need(void)
{
	static char line[512];

	if (file_read("/etc/userland", line, sizeof(line)) < 0 || !strncmp(line, "none", 4)) {
		line[strcspn(line, "\n")] = '\0';
		test_skip(line[0] ? line + strlen("none: ") : "no Debian user space in this image");
	}
	mkdir(FILES_ROOT "/dsp", 0755);
	mkdir(FILES_DIR, 0755);
	setenv("DSP_LIBRARY_PATH", FILES_DIR, 1);
	log_start();
}

void daemon_wait_listening(unsigned int count)
{
	if (!control_try_wait(DSP_COUNT_LISTENERS, count, WAIT_MS))
		return;
	daemon_log_show();
	CHECK(!"the daemons wait for calls of the DSP");
	test_abort();
}

void daemon_wait_logged(const char *text)
{
	struct timespec end;
	bool said = false;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_MS / 1000;
	pthread_mutex_lock(&log_lock);
	while (!(said = memmem(log_text, log_len, text, strlen(text))) && !err)
		err = pthread_cond_timedwait(&log_grew, &log_lock, &end);
	pthread_mutex_unlock(&log_lock);
	if (said)
		return;
	daemon_log_show();
	CHECK(!"a daemon said what was waited for");
	test_abort();
}

void write_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	REQUIRE(fd >= 0);
	REQUIRE_EQ(write(fd, data, len), (ssize_t)len);
	close(fd);
}

uint64_t host_file(const char *name, const void *data, size_t len)
{
	char path[128];

	snprintf(path, sizeof(path), FILES_DIR "/%s", name);
	write_file(path, data, len);
	return test_hash(0, data, len);
}

/* The machine is looked up, then the path is relative to this. */
#define CONF_DIR	"/usr/share/hexagon-dsp"
#define CONF_TEXT	"machines:\n  linux,dummy-virt:\n    DSP_LIBRARY_PATH: board\n"

uint64_t host_shell(void)
{
	static uint8_t shell[HOST_SHELL_LEN];

	mkdir(CONF_DIR, 0755);
	mkdir(CONF_DIR "/conf.d", 0755);
	mkdir(CONF_DIR "/board", 0755);
	write_file(CONF_DIR "/conf.d/board.yaml", CONF_TEXT, strlen(CONF_TEXT));
	fill_pattern(shell, HOST_SHELL_LEN, 7);
	write_file(CONF_DIR "/board/fastrpc_shell_unsigned_3", shell, HOST_SHELL_LEN);
	return test_hash(0, shell, HOST_SHELL_LEN);
}

int dsp_reads(uint32_t process, const char *name, struct dsp_control_file *file)
{
	memset(file, 0, sizeof(*file));
	strcpy(file->label, control_selected());
	file->process = process;
	file->ask_size = dsp_asks_sizes;
	strcpy(file->env, "ADSP_LIBRARY_PATH");
	snprintf(file->name, sizeof(file->name), "%s", name);
	return control_ioctl(DSP_CONTROL_FILE, file);
}

void check_dsp_reads(uint32_t process, size_t len)
{
	static uint32_t seed;
	struct dsp_control_file file;
	char *data = malloc(len + 1);
	uint64_t hash;
	int ret;

	REQUIRE(data);
	fill_pattern(data, len, ++seed);
	hash = host_file("some.bin", data, len);
	ret = dsp_reads(process, "some.bin", &file);
	if (!CHECK_EQ(ret, 0))
		daemon_log_show();
	if (dsp_asks_sizes)
		CHECK_EQ(file.size, len);
	CHECK_EQ(file.len, len);
	CHECK_EQ(file.hash, hash);
	CHECK_MEM(file.head, data, len < sizeof(file.head) ? len : sizeof(file.head));
	free(data);
}
