/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of the virtual board: sets the guest up, runs programs, judges the
 * kernel log and the DSP model after each, reports over a serial port of its
 * own and powers off.
 */
#ifndef BOARD_INIT_H
#define BOARD_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp_control.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define LINE_MAX_LEN	1024

/* What the kernel command line asks for. */
struct board_config {
	char mode[16];		/* board.mode=run|test|bench|shell */
	char driver[16];	/* board.driver=ours|in-tree|given */
	char kernel[16];	/* board.kernel=6.12 */
	char variant[32];	/* board.variant=default */
	char run[2048];		/* board.run=name,name,... */
	char seed[24];		/* board.seed=, board.runs=: for programs with random input */
	char runs[24];
	char cases[256];	/* board.cases=name,...; board.rounds=: for the bench */
	char rounds[8];
	unsigned int limit;	/* board.limit=seconds one program may take */
	unsigned int slow;	/* every limit is this many times longer */
	bool coverage;		/* board.coverage=1 */
	bool behind_kexec;	/* board.life=2,...: of a test that starts a second kernel */
	bool leaks;		/* board.leaks=1: look for lost memory at the end */
	bool stop;		/* board.stop=1: nothing runs after a bad kernel log */
};

extern struct board_config config;
extern int kernel_log_fd;

/* report.c: one line per call, "KIND text", out of band of the console. */
int report_open(void);
void report(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_close(void);

/* log.c: the kernel log as a judge reads it. */
#define LOG_MAX_ALLOWED	64

struct log_verdict {
	unsigned int hits;		/* lines that fail whatever ran */
	char first[LINE_MAX_LEN];	/* the first of them */
	unsigned int allowed;
	char allow[LOG_MAX_ALLOWED][128];
};

int log_open(void);	/* a file descriptor that can be polled, or -1 */
void log_mark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_allow(struct log_verdict *v, const char *substring);
/* Judge every line since the last call. */
void log_judge(struct log_verdict *v);
/* As log_judge(), but lines with the word "what" in them become steps. */
void log_judge_showing(struct log_verdict *v, const char *what);
/* Read what booting has left and keep what log_boot_line() may be asked for. */
void log_read_boot(void);
const char *log_boot_line(const char *substring);

/* machine.c: modules, remote processors, the DSP model. */
int machine_mount(void);
int machine_load(const char *path);
bool machine_has_module(const char *name);
int machine_setup(void);
/* Learn from the device tree which DSPs this board has. */
void machine_find_dsps(void);
unsigned int machine_dsps(void);
/* Is this a kernel that cannot start them? */
bool machine_dsps_stay_off(void);
/* Every remote processor gets the word ("start", "stop") and obeys or not. */
int machine_tell_dsps(const char *word);
/* Put back what a program may have left: module, DSP, its rules. */
void machine_restore(void);
void machine_let_reboot(void);
int dsp_status(const char *label, struct dsp_control_status *st);
int dsp_audio(const char *label, struct dsp_control_audio *a);
int dsp_clear(const char *label);
/* Text about faults and violations of all DSPs; empty when there are none. */
void dsp_complaint(char *text, size_t len);

/*
 * run.c: one program under a time limit.  A command is a path, and each behind a
 * colon its arguments.
 */
#define COMMAND_LEN	1024

struct run_result {
	int status;			/* as from waitpid() */
	bool timed_out;
	bool stuck;			/* not even SIGKILL ended it */
	bool faults_allowed;
	bool rebooting;			/* a process of it waits for the machine to go down */
	unsigned int ms;
	char last_line[256];
	char skip_reason[256];
	struct log_verdict log;
};

void run_program(const char *command, struct run_result *r);
/* The same, with log_judge_showing(log, what) as the lines come. */
void run_program_showing(const char *command, struct run_result *r,
			 struct log_verdict *log, const char *what);
uint64_t now_ms(void);

/* stack.c */
bool stack_is_there(void);
void stack_show(void);

/* leaks.c */
int leaks_find(void);

/* coverage.c */
int coverage_save(void);

/* tests.c and steps.c: the two things a boot is for. */
void tests_run(void);
void steps_run(void);

#endif
