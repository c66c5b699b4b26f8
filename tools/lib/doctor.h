/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mistakes that people make with DSPs, found in what the kernel shows of a machine.  No DSP
 * is asked.  A node is opened only where so many files of it are open that its sessions may
 * be taken.
 */
#ifndef TOOLS_DOCTOR_H
#define TOOLS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "domain.h"

/**
 * struct finding - one mistake
 * @id: its name for programs
 * @dsp: label or remote processor; NULL: it concerns the machine
 * @text: what is wrong
 * @cure: what to do
 */
struct finding {
	const char *id;
	const char *dsp;
	char *text;
	char *cure;
};

/**
 * struct doctor - what is looked at, and what was found
 * @user: whose rights are judged; NULL: those of this process
 * @domains: the DSPs
 * @nr_domains: how many
 * @level: where Linux runs
 * @release: of the kernel
 * @log: of the kernel; NULL: it may not be read
 * @findings: the result
 * @nr_findings: how many
 */
struct doctor {
	const char *user;
	struct domain *domains;
	size_t nr_domains;
	enum linux_level level;
	char *release;
	char *log;
	struct finding *findings;
	size_t nr_findings;
};

/* Looks at everything.  False: this machine has nothing of FastRPC. */
bool doctor_look(struct doctor *doctor);

/* Adds a finding; its text and its cure follow. */
void doctor_found(struct doctor *doctor, const char *id, const char *dsp);
void doctor_text(struct doctor *doctor, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doctor_cure(struct doctor *doctor, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool doctor_has_found(const struct doctor *doctor, const char *id);

/* doctor_dsp.c: from the remote processor to the node.  All of them look at one DSP. */
void doctor_look_at_start(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_stream(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_driver(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_heap(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_crashes(struct doctor *doctor, const struct domain *domain);

/* doctor_use.c: programs, and what they need */
void doctor_look_at_rights(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_sessions(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_shells(struct doctor *doctor, const struct domain *domain);
void doctor_look_at_skeletons(struct doctor *doctor);
void doctor_look_at_daemons(struct doctor *doctor);
void doctor_look_at_dma_heap(struct doctor *doctor);

#endif
