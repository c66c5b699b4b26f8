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
#include <sys/utsname.h>
#include <unistd.h>

#include "domain.h"
#include "fastrpcctl.h"
#include "file.h"
#include "json.h"
#include "klog.h"
#include "say.h"

#define DT	"/sys/firmware/devicetree/base"

static bool as_json;

static const struct option_entry options[] = {
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ }
};

/* Commands whose result is a part of the report. */
static const struct command *const included[] = {
	&command_doctor, &command_list, &command_heap, &command_caps,
};

static void section(const char *name)
{
	printf("\n== %s ==\n", name);
}

/* A line of the system, or a member of the object. */
static void say(const char *what, const char *text)
{
	if (as_json)
		json_text(what, text);
	else
		printf("%-22s %s\n", what, text ? text : "-");
}

/* The strings of a file of the device tree, or of sysfs; to be freed. */
static char *words_of(const char *path)
{
	size_t len = 0;
	char *text = file_text(path, &len);

	for (size_t i = 0; text && i + 1 < len; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

static void print_words(const char *what, const char *path)
{
	char *text = words_of(path);

	say(what, text);
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
	char *chosen = must_print("%s", ""), *longer;

	while (rest && (word = strsep(&rest, " ")))
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			if (strncmp(word, names[i], strlen(names[i])))
				continue;
			longer = must_print("%s%s%s", chosen, *chosen ? " " : "", word);
			free(chosen);
			chosen = longer;
		}
	say("parameters", chosen);
	free(chosen);
	free(line);
}

/* The first line of os-release that says it all. */
static void print_system(void)
{
	char *text = file_text("/etc/os-release", NULL), *name;

	name = text ? strstr(text, "PRETTY_NAME=") : NULL;
	if (name) {
		name += strlen("PRETTY_NAME=");
		name[strcspn(name, "\n")] = '\0';
		say("system", name);
	}
	free(text);
}

static void report_system(void)
{
	char *driver = driver_version(), *kernel;
	struct utsname names;

	uname(&names);
	kernel = must_print("%s %s", names.release, names.machine);
	say("fastrpcctl", FASTRPCCTL_VERSION);
	say("kernel", kernel);
	print_system();
	print_words("model", DT "/model");
	print_words("compatible", DT "/compatible");
	print_parameters();
	say("driver", driver || as_json ? driver : "none is loaded");
	print_words("srcversion", "/sys/module/fastrpc/srcversion");
	print_words("taint", "/proc/sys/kernel/tainted");
	free(driver);
	free(kernel);
}

/* Runs another command as its user would; what it complains of is in the report. */
static void include(const struct command *command)
{
	char *no_words[] = { NULL };
	int status;

	section(command->name);
	fflush(stdout);
	status = command->run(no_words);
	if (status)
		printf("(exit status %d)\n", status);
	fflush(stdout);
}

/* The same, as a member: what it prints with --json, or null. */
static void include_json(const struct command *command)
{
	const struct option_entry *option = command->options;
	char *no_words[] = { NULL };

	while (strcmp(option->name, "json"))
		option++;
	*option->flag = true;
	json_key(command->name);
	command->run(no_words);
	json_key_taken();
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
	char *text = klog_read(), *rest = text, *line;

	if (as_json)
		json_array("log");
	else
		section("kernel log, lines of FastRPC, remote processors and SMMU");
	if (!text && !as_json)
		printf("not readable (%m): run this as root\n");
	while (rest && (line = strsep(&rest, "\n"))) {
		if (!is_of_interest(line))
			continue;
		if (as_json)
			json_text(NULL, line);
		else
			printf("%s\n", line);
	}
	if (as_json)
		json_end();
	free(text);
}

static void report(void)
{
	/* complaints go where they belong in the text */
	dup2(STDOUT_FILENO, STDERR_FILENO);
	printf("Report of fastrpcctl.  Please read it before you send it.\n\n");
	report_system();
	for (size_t i = 0; i < ARRAY_SIZE(included); i++)
		include(included[i]);
	report_device_tree();
	report_log();
}

static void report_json(void)
{
	json_object(NULL);
	report_system();
	for (size_t i = 0; i < ARRAY_SIZE(included); i++)
		include_json(included[i]);
	report_log();
	json_end();
}

static int run(char **words)
{
	(void)words;
	(as_json ? report_json : report)();
	return STATUS_GOOD;
}

const struct command command_report = {
	.name = "report", .words = "", .options = options, .run = run,
	.help = "all that a bug report needs, to be read before it is sent",
};
