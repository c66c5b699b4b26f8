// SPDX-License-Identifier: GPL-2.0-only
/* What programs that use a DSP need, and what they do to each other. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/fastrpc.h>

#include "doctor.h"
#include "file.h"
#include "say.h"
#include "tree.h"

#define DMA_HEAP	"/dev/dma_heap/system"
#define LIBRARY_DIR	"/usr/share/hexagon-dsp"

/* A daemon that was started again so often since it was last started by hand. */
#define MANY_STARTS	5

/* --- rights ------------------------------------------------------------------- */

/* Is the user in this group, by /etc/group? */
static bool is_member(const char *user, gid_t gid)
{
	char *path = file_path("/etc/group");
	FILE *file = fopen(path, "re");
	const struct group *entry;
	bool found = false;

	free(path);
	while (file && (entry = fgetgrent(file)))
		for (char **name = entry->gr_mem; entry->gr_gid == gid && *name; name++)
			found |= !strcmp(*name, user);
	if (file)
		fclose(file);
	return found;
}

static bool find_user(const char *name, uid_t *uid, gid_t *gid)
{
	char *path = file_path("/etc/passwd");
	FILE *file = fopen(path, "re");
	const struct passwd *entry;
	bool found = false;

	free(path);
	while (file && !found && (entry = fgetpwent(file))) {
		found = !strcmp(entry->pw_name, name);
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	return found;
}

/* By the mode; a user that no file names is taken for one without rights. */
static bool user_may_open(const char *user, const struct stat *st)
{
	mode_t both = 6;
	uid_t uid = -1;
	gid_t gid = -1;

	if (find_user(user, &uid, &gid) && !uid)
		return true;
	if (uid == st->st_uid)
		both <<= 6;
	else if (gid == st->st_gid || is_member(user, st->st_gid))
		both <<= 3;
	return (st->st_mode & both) == both;
}

static bool may_open(const struct doctor *doctor, const char *path, const struct stat *st)
{
	return doctor->user ? user_may_open(doctor->user, st) : file_may_open(path);
}

static const char *user_text(const struct doctor *doctor)
{
	return doctor->user ? doctor->user : "this user";
}

/* What gives the user the right: the group, if the mode has one that may. */
static void cure_rights(struct doctor *doctor, const struct stat *st)
{
	const char *user = doctor->user ? doctor->user : "USER";

	if (st->st_gid && (st->st_mode & 060) == 060)
		doctor_cure(doctor, "make %s a member of the node's group, %u in /etc/group: usermod -aG GROUP %s, and log in again",
			    user, st->st_gid, user);
	else
		doctor_cure(doctor, "the udev rules of this project give the node to the group \"fastrpc\": make install, or the package, then systemd-sysusers; usermod -aG fastrpc %s, and log in again",
			    user);
}

void doctor_look_at_rights(struct doctor *doctor, const struct domain *domain)
{
	const struct domain_node *node = domain_best_node(domain);

	if (!node->is_there || may_open(doctor, node->path, &node->st))
		return;
	if (node->is_secure) {
		doctor_found(doctor, "secure-node", domain->label);
		doctor_text(doctor, "%s may not open %s, and this DSP has no other node: it is for privileged programs",
			    user_text(doctor), node->path);
		doctor_cure(doctor, "run the program as root, or with a rule of udev of your own for the node.  A device tree with qcom,non-secure-domain makes it a node for all");
	} else {
		doctor_found(doctor, "node-permission", domain->label);
		doctor_text(doctor, "%s may not open %s (mode %04o)",
			    user_text(doctor), node->path, node->st.st_mode & 07777);
		cure_rights(doctor, &node->st);
	}
}

void doctor_look_at_dma_heap(struct doctor *doctor)
{
	struct stat st;

	if (!file_stat(DMA_HEAP, &st) || may_open(doctor, DMA_HEAP, &st))
		return;
	doctor_found(doctor, "dma-heap-permission", NULL);
	doctor_text(doctor, "%s may not open " DMA_HEAP " (mode %04o): programs have their shared memory from there",
		    user_text(doctor), st.st_mode & 07777);
	doctor_cure(doctor, "a rule of udev: SUBSYSTEM==\"dma_heap\", KERNEL==\"system\", GROUP=\"fastrpc\", MODE=\"0660\"");
}

/* --- sessions ----------------------------------------------------------------- */

struct holders {
	const struct domain *domain;
	unsigned int count;
	char *names;		/* "adsprpcd (812), ..." */
};

static bool is_node_of(const struct domain *domain, const char *path)
{
	return !strcmp(path, domain->nodes[0].path) || !strcmp(path, domain->nodes[1].path);
}

/* @path: /proc/PID/fd/N */
static void count_holder(const char *path, void *arg)
{
	char *whole = file_path(path), target[PATH_MAX] = "", *comm, *names;
	struct holders *holders = arg;
	unsigned long pid;

	if (readlink(whole, target, sizeof(target) - 1) > 0 &&
	    is_node_of(holders->domain, target)) {
		pid = strtoul(path + strlen("/proc/"), NULL, 10);
		comm = file_textf("/proc/%lu/comm", pid);
		names = must_print("%s%s%s (%lu)", holders->names ? holders->names : "",
				   holders->names ? ", " : "", comm ? comm : "?", pid);
		free(holders->names);
		free(comm);
		holders->names = names;
		holders->count++;
	}
	free(whole);
}

/*
 * Does a file of this node get a session?  This driver gives one to the first call, others
 * to the open.  The arguments of the call are unreadable, so the DSP hears nothing of it.
 */
static bool gets_no_session(const char *path)
{
	struct fastrpc_invoke unreadable = { .sc = 1 << 16 };
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool is_busy = fd < 0 && errno == EBUSY;

	if (fd >= 0) {
		is_busy = ioctl(fd, FASTRPC_IOCTL_INVOKE, &unreadable) && errno == EBUSY;
		close(fd);
	}
	return is_busy;
}

/*
 * A file that is open need not have a session, and a bank that the driver does not have
 * gives none.  So the driver is asked, if enough files are open and if it may be asked.
 */
static bool are_sessions_taken(const struct domain *domain, unsigned int open_files)
{
	const char *path = domain_best_node(domain)->path;

	if (file_has_root() || !file_may_open(path))
		return open_files >= domain->sessions;
	return open_files >= domain->banks_bound && gets_no_session(path);
}

void doctor_look_at_sessions(struct doctor *doctor, const struct domain *domain)
{
	struct holders holders = { .domain = domain };

	if (!domain->sessions || !domain_best_node(domain)->is_there)
		return;
	file_for_each(must_print("/proc/[0-9]*/fd/*"), count_holder, &holders);
	if (holders.count && are_sessions_taken(domain, holders.count)) {
		doctor_found(doctor, "sessions-taken", domain->label);
		doctor_text(doctor, "its %u sessions are taken, the next program gets EBUSY: %s",
			    domain->sessions, holders.names);
		doctor_cure(doctor, "end one of these programs");
	}
	free(holders.names);
}

/* --- processes on the DSP ------------------------------------------------------ */

/* The number in the shell's name: as the library counts the domains. */
static int shell_number(const char *label)
{
	static const char *const labels[] = {
		"adsp", "mdsp", "sdsp", "cdsp", "cdsp1", "gdsp0", "gdsp1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (!strcmp(labels[i], label))
			return i;
	return -1;
}

static bool has_shell_in(const char *dir, int number)
{
	return file_existsf("%s/fastrpc_shell_%d", dir, number) ||
	       file_existsf("%s/fastrpc_shell_unsigned_%d", dir, number);
}

/* Of any program: libNAME_skel.so, libNameSkel.so */
static bool has_skeleton_in(const char *dir, int number)
{
	(void)number;
	return file_countf("%s/lib*[sS]kel*.so*", dir);
}

/* Directories with a semicolon between them. */
static bool is_in_path(bool (*is_in)(const char *dir, int number), const char *list, int number)
{
	char *copy = must_print("%s", list), *rest = copy, *dir;
	bool found = false;

	while ((dir = strsep(&rest, ";")))
		found |= *dir && is_in(dir, number);
	free(copy);
	return found;
}

/* Where the library looks by itself, by machine. */
static bool has_shell_by_default(int number)
{
	bool found = has_shell_in("/vendor/dsp", number);

	for (const char *depth = "/*/*/*/*"; *depth; depth += 2)
		found |= file_countf(LIBRARY_DIR "%s/fastrpc_shell_%d", depth, number) ||
			 file_countf(LIBRARY_DIR "%s/fastrpc_shell_unsigned_%d", depth, number);
	return found;
}

/* For compute DSPs, and where there are programs that would start a process there. */
void doctor_look_at_shells(struct doctor *doctor, const struct domain *domain)
{
	const struct frpc_domain_kind *kind = frpc_domain_kind_find(domain->label);
	const char *path = getenv("DSP_LIBRARY_PATH");
	int number = shell_number(domain->label);

	if (!kind || !kind->is_compute || number < 0 || !domain_best_node(domain)->is_there)
		return;
	if (!path && !file_countf("/usr/lib/*/libcdsprpc.so*"))
		return;
	if ((path && is_in_path(has_shell_in, path, number)) || has_shell_by_default(number))
		return;
	doctor_found(doctor, "no-shell", domain->label);
	doctor_text(doctor, "no fastrpc_shell_%d or fastrpc_shell_unsigned_%d in DSP_LIBRARY_PATH (%s) or below %s: programs cannot start a process on this DSP, and their skeletons are looked for in the same places",
		    number, number, path ? path : "not set", LIBRARY_DIR);
	doctor_cure(doctor, "put the shells that belong to the DSP's firmware, and the program's skeleton, into one directory: export DSP_LIBRARY_PATH=DIRECTORY");
}

/* Who sets the path has a program's skeleton there, or only shells. */
void doctor_look_at_skeletons(struct doctor *doctor)
{
	const char *path = getenv("DSP_LIBRARY_PATH");

	if (!path || is_in_path(has_skeleton_in, path, 0))
		return;
	for (size_t i = 0; i < doctor->nr_domains; i++) {
		int number = shell_number(doctor->domains[i].label);

		if (number >= 0 && is_in_path(has_shell_in, path, number))
			return;
	}
	doctor_found(doctor, "no-skeleton", NULL);
	doctor_text(doctor, "DSP_LIBRARY_PATH (%s) has no skeleton (lib*_skel.so) and no shell: a program that needs its skeleton from there ends with an error when it opens its handle",
		    path);
	doctor_cure(doctor, "name the directory that has them, several with ; between them: export DSP_LIBRARY_PATH=DIRECTORY");
}

/* --- daemons ------------------------------------------------------------------- */

/* What systemd says of a unit, in lines of NAME=VALUE. */
struct unit {
	char name[256], result[256], state[256];
	unsigned int starts;
};

static bool restarts_for_ever(const struct unit *unit)
{
	return !strcmp(unit->result, "start-limit-hit") ||
	       (unit->starts >= MANY_STARTS && strcmp(unit->state, "inactive"));
}

static void judge_unit(struct doctor *doctor, const struct unit *unit)
{
	if (!*unit->name || !restarts_for_ever(unit))
		return;
	doctor_found(doctor, "daemon-restarts", NULL);
	doctor_text(doctor, "%s does not stay: systemd has started it %u times again",
		    unit->name, unit->starts);
	doctor_cure(doctor, "journalctl -u %s says why.  If another finding is here, cure that first: the daemon asks again and again for what it does not get",
		    unit->name);
}

/* The value of a line "NAME=VALUE" with this name, or NULL. */
static const char *value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(line, name, len) && line[len] == '=' ? line + len + 1 : NULL;
}

static void copy_value(const char *line, const char *name, char *value, size_t size)
{
	const char *found = value_of(line, name);

	if (found)
		snprintf(value, size, "%s", found);
}

static void parse_unit_line(struct unit *unit, const char *line)
{
	const char *starts = value_of(line, "NRestarts");

	copy_value(line, "Id", unit->name, sizeof(unit->name));
	copy_value(line, "Result", unit->result, sizeof(unit->result));
	copy_value(line, "ActiveState", unit->state, sizeof(unit->state));
	if (starts)
		unit->starts = strtoul(starts, NULL, 10);
}

/* Its output, to be read; NULL if it cannot be run.  What it complains of is not shown. */
static FILE *start_program(char *const *argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ret = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!ret)
		return fdopen(ends[0], "r");
	close(ends[0]);
	return NULL;
}

/* Units are parted by empty lines. */
static void read_units(struct doctor *doctor, FILE *lines)
{
	struct unit unit = { };
	char line[256];

	while (fgets(line, sizeof(line), lines)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line) {
			judge_unit(doctor, &unit);
			unit = (struct unit){ };
		}
		parse_unit_line(&unit, line);
	}
	judge_unit(doctor, &unit);
}

/* No shell is between: the pattern of names is systemctl's own, and images may have no shell. */
void doctor_look_at_daemons(struct doctor *doctor)
{
	char *program = file_path("/usr/bin/systemctl");
	char *const argv[] = {
		program, "show", "-p", "Id", "-p", "NRestarts", "-p", "Result",
		"-p", "ActiveState", "*rpcd*.service", NULL,
	};
	pid_t pid;
	FILE *lines = start_program(argv, &pid);

	if (lines) {
		read_units(doctor, lines);
		fclose(lines);
		waitpid(pid, NULL, 0);
	}
	free(program);
}
