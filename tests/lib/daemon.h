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

/*
 * Where the programs of the host look for what the DSP wants; the place below the
 * root is hexagonrpcd's.
 */
#define FILES_ROOT	"/tmp"
#define FILES_DIR	FILES_ROOT "/dsp/" DSP

/*
 * Skips the case, with the reason, where the packages could not be had.  Else what
 * programs log is collected from here on, and they find files in FILES_DIR.
 */
void userland_need(void);

/* Start a program (its path, then its arguments, then NULL); ends with the case. */
pid_t daemon_start(const char *path, ...) __attribute__((sentinel));
/* The same, without arguments: what it reads is written to *in, its output comes from *out. */
pid_t daemon_start_piped(const char *path, int *in, int *out);
bool daemon_runs(pid_t pid);
/* End it by a signal (0: wait until it ends by itself); its status as of waitpid(). */
int daemon_end(pid_t pid, int sig);
void daemon_end_all(void);

bool daemon_logged(const char *text);
void daemon_log_forget(void);
void daemon_log_show(void);
/*
 * Wait until so many threads wait for calls of the DSP, or until some program has
 * said this to the system log.  If not, the case ends with the end of that log.
 */
void daemon_wait_listening(unsigned int count);
void daemon_wait_logged(const char *text);

void write_file(const char *path, const void *data, size_t len);
/* A file the DSP may ask for, in FILES_DIR; its test_hash(). */
uint64_t host_file(const char *name, const void *data, size_t len);
/* The shell of unsigned processes, where Debian's library looks for it; its test_hash(). */
#define HOST_SHELL_LEN	300001
uint64_t host_shell(void);
/* Whether the DSP asks for the length of a file before it reads it. */
extern bool dsp_asks_sizes;
/* The process on the DSP reads it through its daemon; 0 or -errno. */
int dsp_reads(uint32_t process, const char *name, struct dsp_control_file *file);
/* It reads one of this length, and all of it is right. */
void check_dsp_reads(uint32_t process, size_t len);

#endif
