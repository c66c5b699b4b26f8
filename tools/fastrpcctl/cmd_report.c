// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: what a bug report needs, as text that its sender can read through.
 *
 * What goes in is chosen piece by piece; nothing that names a person, a network or
 * this one machine (host name, serial numbers, command line, environment) is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "domain.h"
#include "fastrpcctl.h"
#include "file.h"
#include "say.h"

#define DT	"/sys/firmware/devicetree/base"

static const struct option_entry options[] = {
	{ }
};

static void section(const char *name)
{
	printf("\n== %s ==\n", name);
}

/* The strings of a file of the device tree, or of sysfs. */
static void print_words(const char *what, const char *path)
{
	size_t len = 0;
	char *text = file_text(path, &len);

	printf("%-22s ", what);
	for (const char *word = text; word && word < text + len; word += strlen(word) + 1)
		printf("%s%s", word == text ? "" : " ", word);
	printf("%s\n", text ? "" : "-");
	free(text);
}

/* Parameters that decide what this driver sees; others stay private. */
static void print_parameters(void)
{
	static const char *const names[] = {
		"iommu.", "arm-smmu", "kvm-arm.", "cma=", "clk_ignore_unused", "pd_ignore_unused",
		"id_aa64", "fastrpc.", "nokaslr",
	};
	char *line = file_text("/proc/cmdline", NULL), *rest = line, *word;

	printf("%-22s", "parameters");
	while (rest && (word = strsep(&rest, " ")))
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (!strncmp(word, names[i], strlen(names[i])))
				printf(" %s", word);
	putchar('\n');
	free(line);
}

/* The first line of os-release that says it all. */
static void print_system(void)
{
	char *text = file_text("/etc/os-release", NULL), *name;

	name = text ? strstr(text, "PRETTY_NAME=") : NULL;
	if (name)
		printf("%-22s %.*s\n", "system", (int)strcspn(name + 12, "\n"), name + 12);
	free(text);
}

static void report_system(void)
{
	char *driver = driver_version();
	struct utsname names;

	uname(&names);
	printf("%-22s %s\n", "fastrpcctl", FASTRPCCTL_VERSION);
	printf("%-22s %s %s\n", "kernel", names.release, names.machine);
	print_system();
	print_words("model", DT "/model");
	print_words("compatible", DT "/compatible");
	print_parameters();
	printf("%-22s %s\n", "driver", driver ? driver : "none is loaded");
	print_words("srcversion", "/sys/module/fastrpc/srcversion");
	print_words("taint", "/proc/sys/kernel/tainted");
	free(driver);
}

/* Runs another command as its user would; what it complains of is in the report. */
static void include(const char *name, const struct command *command)
{
	char *no_words[] = { NULL };
	int status;

	section(name);
	fflush(stdout);
	status = command->run(no_words);
	if (status)
		printf("(exit status %d)\n", status);
	fflush(stdout);
}

/* A list of strings, or else words of four bytes: all properties of the binding are either. */
static void print_property(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	size_t len = 0;
	char *bytes = file_text(path, &len);

	if (len && bytes[0] >= 'a' && bytes[0] <= 'z') {
		print_words(name, path);
	} else {
		printf("%-22s", name);
		for (size_t i = 0; i < len; i++)
			printf("%s%02x", i % 4 ? "" : " ", (unsigned char)bytes[i]);
		putchar('\n');
	}
	free(bytes);
}

static void print_properties(const char *of_node)
{
	static const char *const names[] = {
		"compatible", "label", "memory-region", "qcom,glink-channels", "qcom,smd-channels",
		"qcom,non-secure-domain", "qcom,vmids",
	};

	printf("%s\n", of_node);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = must_print("%s/%s", of_node, names[i]);

		if (file_existsf("%s", path))
			print_property(path);
		free(path);
	}
}

static void report_device_tree(void)
{
	char *no_labels[] = { NULL };
	struct domain *domains;
	size_t count;

	section("device tree");
	if (domains_find(no_labels, &domains, &count))
		return;
	for (size_t i = 0; i < count; i++)
		print_properties(domains[i].of_node);
}

/* Drivers that have a part in it; others may say what is private. */
static bool is_of_interest(const char *line)
{
	static const char *const words[] = {
		"fastrpc", "frpc", "remoteproc", "arm-smmu", "qcom_scm", "qcom_q6v5", "glink",
		"smd-edge", "started at EL", "kvm [",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

static void report_log(void)
{
	const int read_all = 3, size_of_log = 10;
	int room = klogctl(size_of_log, NULL, 0), len;
	char *text, *rest, *line;

	section("kernel log, lines of FastRPC, remote processors and SMMU");
	text = must_alloc((room > 0 ? room : 0) + 1);
	len = room > 0 ? klogctl(read_all, text, room) : room;
	if (len < 0)
		printf("not to be had (%m): only root may read it here\n");
	rest = len > 0 ? text : NULL;
	while (rest && (line = strsep(&rest, "\n")))
		if (is_of_interest(line))
			printf("%s\n", line);
	free(text);
}

static int run(char **words)
{
	(void)words;
	/* complaints go where they belong in the text */
	dup2(STDOUT_FILENO, STDERR_FILENO);
	printf("Report of fastrpcctl.  Please read it before you send it.\n\n");
	report_system();
	include("list", &command_list);
	include("heap", &command_heap);
	include("caps", &command_caps);
	report_device_tree();
	report_log();
	return STATUS_GOOD;
}

const struct command command_report = {
	.name = "report", .words = "", .options = options, .run = run,
	.help = "all that a bug report needs, to be read before it is sent",
};
