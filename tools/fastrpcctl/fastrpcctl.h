/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of fastrpcctl: one file each, and one entry in main.c's table. */
#ifndef FASTRPCCTL_H
#define FASTRPCCTL_H

#include <stddef.h>

#include "options.h"

/* Goes with the driver's. */
#define FASTRPCCTL_VERSION	"0.1.0"

/**
 * struct command - one verb
 * @name: what it is called
 * @words: words it takes behind its options, for the help
 * @help: a line for people
 * @options: its options
 * @run: with the words, up to a NULL; returns the exit status
 */
struct command {
	const char *name;
	const char *words;
	const char *help;
	const struct option_entry *options;
	int (*run)(char **words);
};

extern const struct command command_list;
extern const struct command command_caps;
extern const struct command command_heap;
extern const struct command command_trace;
extern const struct command command_selftest;
extern const struct command command_doctor;
extern const struct command command_report;
extern const struct command command_check_dt;

/*
 * Calls @visit for each, as elements of an array if @as_json.  Returns the status of
 * all: a failure says more than a DSP that is not there.
 */
struct domain;
int visit_domains(const struct domain *domains, size_t count, bool as_json,
		  int (*visit)(const struct domain *domain));

#endif
