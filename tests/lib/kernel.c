// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own switches: remoteproc, modules, driver binding, log. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "harness.h"

#define DRIVER_MODULE	"fastrpc"
/* Each unbind and bind of a remoteproc driver may take another index. */
#define RPROCS_MAX	64
#define DRIVER_SYSFS	"/sys/bus/rpmsg/drivers/frpc"
#define RPMSG_DEVICES	"/sys/bus/rpmsg/devices"

int board_slowness(void)
{
	const char *slow = getenv("BOARD_SLOW");

	return slow && atoi(slow) > 0 ? atoi(slow) : 1;
}

int board_rounds(int count)
{
	return board_slowness() > 1 ? (count + 3) / 4 : count;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	while (len < size - 1 && (got = read(fd, buf + len, size - 1 - len)) > 0)
		len += got;
	close(fd);
	buf[len] = '\0';
	return len;
}

void pipe_open(int ends[2], int flags)
{
	REQUIRE_EQ(pipe2(ends, flags), 0);
}

int dir_count(const char *path, const char *prefix)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	REQUIRE(dir);
	while ((entry = readdir(dir)))
		count += !strncmp(entry->d_name, prefix, strlen(prefix));
	closedir(dir);
	return count;
}

/* Exactly @size bytes. */
static bool file_bytes(const char *path, void *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_read = fd >= 0 && read(fd, buf, size) == (ssize_t)size;

	if (fd >= 0)
		close(fd);
	return is_read;
}

long file_number(const char *path, const char *key)
{
	static char buf[65536];
	size_t len = strlen(key);

	if (file_read(path, buf, sizeof(buf)) < 0)
		return -1;
	for (char *line = buf; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && strchr(" \t:", line[len]))
			return strtol(line + len + 1, NULL, 0);
	}
	return -1;
}

/* Of the remoteproc that a DSP of the kernel's stack names; 0: none. */
static uint32_t dsp_phandle(const char *label)
{
	char path[96];
	uint32_t phandle = 0;

	snprintf(path, sizeof(path), "/proc/device-tree/dsp-%s/board,remoteproc", label);
	file_bytes(path, &phandle, sizeof(phandle));
	return phandle;
}

static bool rproc_is(int index, const char *label, uint32_t phandle)
{
	char path[80], name[64];
	uint32_t own = 0;

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/device/of_node/phandle",
		 index);
	if (phandle)
		return file_bytes(path, &own, sizeof(own)) && own == phandle;
	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/name", index);
	if (file_read(path, name, sizeof(name)) <= 0)
		return false;
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, label);
}

/*
 * The remoteproc that is our DSP; others may exist beside it.  With the module's own
 * edge it has the DSP's name.  PAS has names of its own, and its index may change.
 */
int dsp_index_of(const char *label)
{
	uint32_t phandle = dsp_phandle(label);

	for (int i = 0; i < RPROCS_MAX; i++)
		if (rproc_is(i, label, phandle))
			return i;
	printf("no remoteproc is called %s; was the board booted with its device tree?\n", label);
	CHECK(!"the remoteproc is there");
	test_abort();
}

int dsp_index(void)
{
	return dsp_index_of(control_selected());
}

int dsp_state_write(const char *word)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/state", dsp_index());
	return file_write(path, word);
}

void dsp_state_read(char *word, size_t size)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/state", dsp_index());
	file_read(path, word, size);
	word[strcspn(word, "\n")] = '\0';
}

bool dsp_is_running(void)
{
	char state[32];

	dsp_state_read(state, sizeof(state));
	return !strcmp(state, "running");
}

void dsp_start(void)
{
	REQUIRE_EQ(dsp_state_write("start"), 0);
	control_wait(DSP_COUNT_RUNNING, 1);
}

void dsp_stop(void)
{
	REQUIRE_EQ(dsp_state_write("stop"), 0);
}

void dsp_restart(void)
{
	dsp_stop();
	node_wait(NODE, false);
	dsp_start();
	node_wait(NODE, true);
}

void dsp_crash(void)
{
	struct dsp_control_status st;
	char path[80];

	/* The core's own words, at level error, for what is done on purpose. */
	test_allow("crash detected in");
	test_allow("handling crash");
	test_allow("recovering " DSP);
	test_allow("fatal error");
	control_status(&st);
	snprintf(path, sizeof(path), "/sys/kernel/debug/remoteproc/remoteproc%d/crash",
		 dsp_index());
	REQUIRE_EQ(file_write(path, "1"), 0);
	control_wait(DSP_COUNT_BOOT_EPOCH, st.boot_epoch + 1);
	control_wait(DSP_COUNT_RUNNING, 1);
}

int dsp_wait_recovered(void)
{
	char path[80];

	/* this triggers a recovery if one is needed, under the lock of one under way */
	snprintf(path, sizeof(path), "/sys/class/remoteproc/remoteproc%d/recovery", dsp_index());
	return file_write(path, "enabled");
}

static int load_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0);
	ret = ret < 0 ? -errno : 0;
	close(fd);
	return ret;
}

long tasks_freeze(void)
{
	long ret;

	if (access("/sys/power/pm_test", F_OK))
		test_skip("the kernel cannot try to suspend");
	REQUIRE_EQ(file_write("/sys/power/pm_freeze_timeout", "2000"), 0);
	REQUIRE_EQ(file_write("/sys/power/pm_test", "freezer"), 0);
	REQUIRE_EQ(file_write("/sys/module/suspend/parameters/pm_test_delay", "1"), 0);
	ret = file_write("/sys/power/state", "freeze");
	file_write("/sys/power/pm_test", "none");
	file_write("/sys/power/pm_freeze_timeout", "20000");
	return ret;
}

int module_load(const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "/modules/%s.ko", name);
	return load_file(path);
}

const char *driver_ko(void)
{
	const char *ko = getenv("BOARD_DRIVER_KO");

	return ko ? ko : "/modules/fastrpc.ko";
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

int driver_unload(void)
{
	return module_unload(DRIVER_MODULE);
}

bool driver_is_loaded(void)
{
	return access("/sys/module/" DRIVER_MODULE, F_OK) == 0;
}

/* The folder cannot be waited for, so it is read until the entry is not in it. */
static void wait_until_gone(const char *folder, const char *entry)
{
	time_t end = time(NULL) + WAIT_MS / 1000;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, entry);
	while (!access(path, F_OK)) {
		if (time(NULL) > end) {
			printf("%s is still there\n", path);
			CHECK(!"the channel's device goes");
			test_abort();
		}
		sched_yield();
	}
}

/* The DSP does not open the channel again by itself: it was unbound by hand. */
static bool is_kept_closed;

/* Where the DSP's channel is a GLINK one: 0, and @order is done, or -errno. */
static int channel_order(uint32_t action, uint32_t faults)
{
	struct dsp_control_soc order = { .action = action, .faults = faults };

	snprintf(order.label, sizeof(order.label), "%s", control_selected());
	return control_ioctl(DSP_CONTROL_SOC, &order);
}

/* The device of the selected DSP's channel: "remoteproc-adsp:glink-edge.fastrpc...". */
static int channel_device(char *name, size_t size)
{
	DIR *dir = opendir(DRIVER_SYSFS);
	char prefix[32];
	struct dirent *d;

	name[0] = '\0';
	if (!dir)
		return -errno;
	snprintf(prefix, sizeof(prefix), "remoteproc-%s:", control_selected());
	while ((d = readdir(dir)))
		if (d->d_type == DT_LNK && !strncmp(d->d_name, prefix, strlen(prefix)))
			snprintf(name, size, "%s", d->d_name);
	closedir(dir);
	return name[0] ? 0 : -ENODEV;
}

/*
 * A GLINK channel's device does not survive that: when the DSP opens the channel again
 * there is another one, which binds by itself.  So that the driver stays unbound until
 * driver_bind(), the DSP is told not to.
 */
int driver_unbind(char *name, size_t size)
{
	int ret = channel_device(name, size);

	if (ret)
		return ret;
	is_kept_closed = !channel_order(DSP_SOC_FAULTS, DSP_SOC_NO_REOPEN);
	ret = file_write(DRIVER_SYSFS "/unbind", name);
	if (is_kept_closed) {
		wait_until_gone(RPMSG_DEVICES, name);
		channel_order(DSP_SOC_FAULTS, 0);
	}
	return ret;
}

static int channel_reopen(void)
{
	is_kept_closed = false;
	return channel_order(DSP_SOC_OPEN, 0);
}

int driver_bind(const char *name)
{
	return is_kept_closed ? channel_reopen() : file_write(DRIVER_SYSFS "/bind", name);
}

/* As for a driver_bind(), the channel has to be there. */
int driver_load(void)
{
	int ret = load_file(driver_ko());

	return !ret && is_kept_closed ? channel_reopen() : ret;
}

void driver_restore(void)
{
	if (!driver_is_loaded())
		REQUIRE_EQ(driver_load(), 0);
	if (!dsp_is_running())
		dsp_start();
	node_wait(NODE, true);
}

/*
 * A reader of /dev/kmsg has its own position: placed at the end, it later
 * sees exactly what came since.
 */
static int kmsg_fd = -1;

static void kernel_log_seek(int whence)
{
	if (kmsg_fd < 0)
		kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(kmsg_fd >= 0);
	REQUIRE(lseek(kmsg_fd, 0, whence) >= 0);
}

void kernel_log_mark(void)
{
	kernel_log_seek(SEEK_END);
}

void kernel_log_rewind(void)
{
	kernel_log_seek(SEEK_SET);
}

int kernel_log_count(const char *text)
{
	char record[8192];
	int count = 0;
	ssize_t len;

	for (;;) {
		len = read(kmsg_fd, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;	/* the oldest ones were overwritten */
		if (len <= 0)
			break;
		record[len] = '\0';
		if (strstr(record, text))
			count++;
	}
	return count;
}

void kernel_log_wait(const char *text)
{
	struct pollfd pfd = { .fd = kmsg_fd, .events = POLLIN };

	while (!kernel_log_count(text))
		REQUIRE(poll(&pfd, 1, WAIT_MS) > 0);
}
