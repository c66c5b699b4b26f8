/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debian's FastRPC programs on the board: starting and ending them, and what they
 * say to the system log.
 */
#ifndef TESTS_DAEMON_H
#define TESTS_DAEMON_H

#include <sys/types.h>

#include "harness.h"

#define ADSPRPCD	"/usr/sbin/adsprpcd"
#define CDSPRPCD	"/usr/sbin/cdsprpcd"
#define HEXAGONRPCD	"/usr/libexec/hexagonrpc/hexagonrpcd"

/* Where the programs of the host look for what the DSP wants. */
#define FILES_DIR	"/tmp/dsp"

/* Skips the case, with the reason, where the packages could not be had. */
void userland_need(void);

/* Start a program (its path, then its arguments, then NULL); ends with the case. */
pid_t daemon_start(const char *path, ...) __attribute__((sentinel));
bool daemon_runs(pid_t pid);
/* End it by a signal (0: wait until it ends by itself); its status as of waitpid(). */
int daemon_end(pid_t pid, int sig);
void daemon_end_all(void);

/* Has any program said this to the system log since daemon_log_start()? */
void daemon_log_start(void);
bool daemon_log_has(const char *text);
void daemon_log_show(void);

/* A file the DSP may ask for, in FILES_DIR; its test_hash(). */
uint64_t host_file(const char *name, const void *data, size_t len);
/* The process on the DSP reads it through its daemon; 0 or -errno. */
int dsp_reads(uint32_t process, const char *name, struct dsp_control_file *file);

#endif
