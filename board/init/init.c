// SPDX-License-Identifier: GPL-2.0-only
/* Start and end of the guest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

struct board_config config = {
	.mode = "shell",
	.driver = "ours",
	.kernel = "?",
	.variant = "default",
	.limit = 60,
	.slow = 1,
};

int kernel_log_fd = -1;

static void take_option(const char *option)
{
	static const struct {
		const char *name;
		char *value;
		size_t len;
	} options[] = {
		{ "board.mode=", config.mode, sizeof(config.mode) },
		{ "board.driver=", config.driver, sizeof(config.driver) },
		{ "board.kernel=", config.kernel, sizeof(config.kernel) },
		{ "board.variant=", config.variant, sizeof(config.variant) },
		{ "board.run=", config.run, sizeof(config.run) },
		{ "board.seed=", config.seed, sizeof(config.seed) },
		{ "board.runs=", config.runs, sizeof(config.runs) },
		{ "board.cases=", config.cases, sizeof(config.cases) },
		{ "board.rounds=", config.rounds, sizeof(config.rounds) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		size_t len = strlen(options[i].name);

		if (!strncmp(option, options[i].name, len))
			snprintf(options[i].value, options[i].len, "%s", option + len);
	}
	if (!strncmp(option, "board.limit=", 12) && atoi(option + 12) > 0)
		config.limit = atoi(option + 12);
	if (!strncmp(option, "board.slow=", 11) && atoi(option + 11) > 0)
		config.slow = atoi(option + 11);
	if (!strcmp(option, "board.coverage=1"))
		config.coverage = true;
	if (!strncmp(option, "board.life=2", 12))
		config.behind_kexec = true;
	if (!strcmp(option, "board.leaks=1"))
		config.leaks = true;
	if (!strcmp(option, "board.stop=1"))
		config.stop = true;
}

static void read_command_line(void)
{
	static char line[4096];
	FILE *f = fopen("/proc/cmdline", "r");
	char *option, *rest = line;

	if (f && fgets(line, sizeof(line), f))
		while ((option = strsep(&rest, "\n ")))
			take_option(option);
	if (f)
		fclose(f);
}

/* What programs find in their environment. */
static void set_environment(void)
{
	char slow[16];

	snprintf(slow, sizeof(slow), "%u", config.slow);
	clearenv();
	setenv("PATH", "/tests:/bin", 1);
	setenv("HOME", "/tmp", 1);
	setenv("TERM", "linux", 1);
	setenv("BOARD_DRIVER", config.driver, 1);
	setenv("BOARD_DRIVER_KO", "/modules/fastrpc.ko", 1);
	setenv("BOARD_KERNEL", config.kernel, 1);
	setenv("BOARD_VARIANT", config.variant, 1);
	setenv("BOARD_SLOW", slow, 1);
	setenv("FUZZ_SEED", config.seed, 1);
	setenv("FUZZ_RUNS", config.runs, 1);
	setenv("BENCH_CASES", config.cases, 1);
	setenv("BENCH_ROUNDS", config.rounds, 1);
}

static void shell_run(void)
{
	char *argv[] = { "/bin/busybox", "setsid", "-c", "/bin/busybox", "sh", NULL };
	pid_t shell, ended;

	/* Debian's programs first: some tests have their names. */
	setenv("PATH", "/bin:/usr/sbin:/usr/bin:/tests", 1);
	machine_setup();
	printf("\nThe board is up: driver %s, kernel %s, variant %s.  Try:\n"
	       "  fastrpcctl list       DSPs, nodes and context banks\n"
	       "  fastrpcctl doctor     what is missing, and why\n"
	       "  adsprpcd audiopd &    Debian's daemon brings the audio PD up; then: fastrpcctl heap\n"
	       "  dmesg                 the kernel's messages, of the boot too\n"
	       "  ls /tests             test programs, to run by name\n"
	       "\"exit\" or Ctrl-A X ends the board.\n\n",
	       config.driver, config.kernel, config.variant);
	shell = fork();
	if (!shell) {
		execv(argv[0], argv);
		perror("board: no shell in this image");
		_exit(127);
	}
	do {
		ended = wait(NULL);
	} while (ended >= 0 && ended != shell);
	report("end", "0 0 0");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!machine_mount()) {
		read_command_line();
		set_environment();
		machine_find_dsps();
		chdir("/tmp");
		kernel_log_fd = log_open();
		if (!report_open() && kernel_log_fd >= 0) {
			log_read_boot();
			if (!strcmp(config.mode, "run"))
				steps_run();
			else if (!strcmp(config.mode, "test") || !strcmp(config.mode, "bench"))
				tests_run();
			else
				shell_run();
			report_close();
		}
	}
	sync();
	machine_let_reboot();
	reboot(RB_POWER_OFF);
	/* A PID 1 that returns would panic the kernel; the host's time limit ends us. */
	for (;;)
		pause();
}
