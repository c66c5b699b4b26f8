// SPDX-License-Identifier: GPL-2.0-only
/* The guest's machinery: file systems, modules, remote processors, the DSP model. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

#define RPROC_CLASS	"/sys/class/remoteproc"
#define DEVICE_TREE	"/proc/device-tree"
#define MAX_DSPS	8

static char dsp_labels[MAX_DSPS][DSP_LABEL_LEN];
static unsigned int dsp_count;

int machine_mount(void)
{
	static const struct {
		const char *type, *where;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
		{ "tmpfs", "/tmp" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].where, 0755);
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL) &&
		    errno != EBUSY) {
			printf("board: mount %s: %s\n", mounts[i].where, strerror(errno));
			return -1;
		}
	}
	return 0;
}

int machine_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0) {
		report("log", "%s: %s", path, strerror(errno));
		return -1;
	}
	ret = syscall(SYS_finit_module, fd, "", 0);
	if (ret)
		report("log", "loading %s: %s", path, strerror(errno));
	close(fd);
	return ret;
}

bool machine_has_module(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !access(path, F_OK);
}

static int read_word(const char *path, char *word, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, word, len - 1);
	close(fd);
	word[n > 0 ? n : 0] = '\0';
	word[strcspn(word, "\n")] = '\0';
	return 0;
}

static int write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = write(fd, word, strlen(word)) < 0 ? -1 : 0;
	if (ret)
		report("log", "%s > %s: %s", word, path, strerror(errno));
	close(fd);
	return ret;
}

/*
 * With the module's own edge a DSP's label is in the node of its remoteproc, with the
 * kernel's stack in a node beside that, "dsp-...".
 */
void machine_find_dsps(void)
{
	DIR *dir = opendir(DEVICE_TREE);
	struct dirent *entry;

	while (dir && dsp_count < MAX_DSPS && (entry = readdir(dir))) {
		char path[320];

		if (strncmp(entry->d_name, "remoteproc-", 11) &&
		    strncmp(entry->d_name, "dsp-", 4))
			continue;
		snprintf(path, sizeof(path), DEVICE_TREE "/%s/label", entry->d_name);
		if (!read_word(path, dsp_labels[dsp_count], DSP_LABEL_LEN))
			dsp_count++;
	}
	if (dir)
		closedir(dir);
}

unsigned int machine_dsps(void)
{
	return dsp_count;
}

/*
 * PAS boots its DSPs by itself, but for the modem.  Some milliseconds pass from its
 * probe to that, in which the state is still "offline".
 */
static bool rproc_boots_by_itself(const char *rproc)
{
	char path[320], compatible[256];

	snprintf(path, sizeof(path), RPROC_CLASS "/%s/device/of_node/compatible", rproc);
	return !read_word(path, compatible, sizeof(compatible)) &&
	       strstr(compatible, "-pas") && !strstr(compatible, "-mpss-");
}

static bool rproc_is(const char *rproc, const char *wanted)
{
	char path[320], state[32];

	snprintf(path, sizeof(path), RPROC_CLASS "/%s/state", rproc);
	return !read_word(path, state, sizeof(state)) && !strcmp(state, wanted);
}

static bool rproc_is_up(const char *rproc)
{
	return rproc_is(rproc, "running") || rproc_is(rproc, "attached");
}

/* The state file cannot be waited for, so it is read until it says so. */
static int rproc_wait_up(const char *rproc)
{
	uint64_t end = now_ms() + 10000 * config.slow;

	while (!rproc_is_up(rproc)) {
		if (now_ms() > end) {
			report("log", "%s does not run after %u s", rproc,
			       10 * config.slow);
			return -1;
		}
		usleep(5000);
	}
	return 0;
}

/*
 * Behind kexec PAS finds the DSPs running and cannot start them.  The own edge's DSPs are in
 * the dsp module, which a second kernel has anew.
 */
bool machine_dsps_stay_off(void)
{
	return config.behind_kexec && stack_is_there();
}

static bool rproc_is_as_told(const char *rproc, const char *word)
{
	if (!strcmp(word, "start"))
		return rproc_is_up(rproc) || machine_dsps_stay_off();
	return rproc_is(rproc, "offline");
}

static int rproc_tell(const char *rproc, const char *word)
{
	char path[320];

	if (rproc_is_as_told(rproc, word))
		return 0;
	snprintf(path, sizeof(path), RPROC_CLASS "/%s/state", rproc);
	return write_word(path, word);
}

/* Call @what for every remote processor. */
static int tell_each_rproc(int (*what)(const char *rproc, const char *word), const char *word)
{
	DIR *dir = opendir(RPROC_CLASS);
	int told = 0, failed = 0;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		told++;
		failed |= what(entry->d_name, word);
	}
	if (dir)
		closedir(dir);
	if (!told)
		report("log", "no remote processor: did PAS or dsp.ko bind to its node?");
	return told && !failed ? 0 : -1;
}

int machine_tell_dsps(const char *word)
{
	return tell_each_rproc(rproc_tell, word);
}

static int rproc_first_start(const char *rproc, const char *word)
{
	if (rproc_boots_by_itself(rproc) && !machine_dsps_stay_off())
		return rproc_wait_up(rproc);
	return rproc_tell(rproc, word);
}

static int control(unsigned long request, void *arg)
{
	int fd = open(DSP_CONTROL_NODE, O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, request, arg);
	close(fd);
	return ret;
}

static void set_label(char to[DSP_LABEL_LEN], const char *label)
{
	snprintf(to, DSP_LABEL_LEN, "%.*s", DSP_LABEL_LEN - 1, label);
}

/*
 * At EL1 a CPU that touches what is not Linux' takes an abort, and may take locks
 * with it.  A test is better off if it goes on; the monitor counts.
 */
static void survive_aborts(void)
{
	struct dsp_control_monitor order = { .action = DSP_MONITOR_ABORT_SKIP };

	set_label(order.label, dsp_labels[0]);
	if (dsp_count && !strcmp(config.mode, "test"))
		control(DSP_CONTROL_MONITOR, &order);
}

/* The modules of the board, in the order given. */
static int load_list(const char *list)
{
	char name[64], path[96];
	FILE *f = fopen(list, "r");

	if (!f)
		return -1;
	while (fgets(name, sizeof(name), f)) {
		name[strcspn(name, "\n")] = '\0';
		snprintf(path, sizeof(path), "/modules/%s.ko", name);
		if (machine_load(path)) {
			fclose(f);
			return -1;
		}
		if (!strcmp(name, "dsp"))
			survive_aborts();
	}
	fclose(f);
	return 0;
}

int machine_setup(void)
{
	if (load_list("/modules/load"))
		return -1;
	return tell_each_rproc(rproc_first_start, "start");
}

int dsp_status(const char *label, struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	set_label(st->label, label);
	return control(DSP_CONTROL_STATUS, st);
}

int dsp_audio(const char *label, struct dsp_control_audio *a)
{
	memset(a, 0, sizeof(*a));
	set_label(a->label, label);
	return control(DSP_CONTROL_AUDIO, a);
}

int dsp_clear(const char *label)
{
	char name[DSP_LABEL_LEN] = "";

	set_label(name, label);
	return control(DSP_CONTROL_CLEAR, name);
}

/* A test may have had the monitor refuse what comes. */
static void allow_assignments(const char *label)
{
	struct dsp_control_monitor order = { .action = DSP_MONITOR_REFUSE };

	set_label(order.label, label);
	control(DSP_CONTROL_MONITOR, &order);
}

void machine_restore(void)
{
	for (unsigned int i = 0; i < dsp_count; i++) {
		struct dsp_control_behave rule = {
			.handle = DSP_ANY, .method = DSP_ANY, .action = DSP_ANSWER_NORMAL,
		};
		struct dsp_control_release held = { .count = DSP_ANY };

		set_label(rule.label, dsp_labels[i]);
		set_label(held.label, dsp_labels[i]);
		control(DSP_CONTROL_BEHAVE, &rule);
		control(DSP_CONTROL_RELEASE_HELD, &held);
		allow_assignments(dsp_labels[i]);
	}
	if (!machine_has_module("dsp"))
		machine_load("/modules/dsp.ko");
	if (!machine_has_module("fastrpc"))
		machine_load("/modules/fastrpc.ko");
	machine_tell_dsps("start");
	for (unsigned int i = 0; i < dsp_count; i++)
		dsp_clear(dsp_labels[i]);
}

/* A test may have begun a reboot and held it. */
void machine_let_reboot(void)
{
	for (unsigned int i = 0; i < dsp_count; i++) {
		struct dsp_control_hold hold = { .point = DSP_HOLD_REBOOT };

		set_label(hold.label, dsp_labels[i]);
		control(DSP_CONTROL_HOLD, &hold);
	}
}

static void complain(char *text, size_t len, const char *fmt, const char *label, uint64_t n)
{
	size_t used = strlen(text);

	if (n)
		snprintf(text + used, len - used, fmt, used ? ", " : "", label,
			 (unsigned long long)n);
}

void dsp_complaint(char *text, size_t len)
{
	struct dsp_control_status st;

	*text = '\0';
	for (unsigned int i = 0; i < dsp_count; i++) {
		const char *label = dsp_labels[i];
		const struct dsp_control_violations *v = &st.violations;

		if (dsp_status(label, &st))
			continue;
		complain(text, len, "%s%s: faults: %llu", label, st.faults);
		complain(text, len, "%s%s: pages offered before they were lent: %llu",
			 label, v->offered_before_grant);
		complain(text, len, "%s%s: pages offered twice: %llu", label, v->offered_twice);
		complain(text, len, "%s%s: pages reclaimed from the running DSP: %llu", label,
			 v->taken_while_running);
		complain(text, len, "%s%s: heap pages changed by others: %llu", label,
			 v->corrupted);
		complain(text, len, "%s%s: malformed requests: %llu", label, v->bad_request);
		complain(text, len, "%s%s: pages mapped in another way than a heap is: %llu",
			 label, v->wrong_attributes);
		complain(text, len, "%s%s: accesses of a CPU to memory that is not Linux': %llu",
			 label, v->cpu_touched);
		complain(text, len, "%s%s: the first of them was of %#llx", label,
			 v->cpu_touched_at);
		complain(text, len, "%s%s: ... by the instruction at %#llx", label,
			 v->cpu_touched_by);
	}
}
