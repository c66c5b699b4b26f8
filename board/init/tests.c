// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of one boot.  Setting the board up and taking it down are tests of
 * their own: what goes wrong there must not hide behind green programs.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "init.h"

enum { EXIT_SKIPPED = 77 };

static unsigned int passed, failed, skipped;
static bool log_was_bad;

static void count(const char *name, const char *verdict, unsigned int ms, const char *reason)
{
	unsigned int *counter = !strcmp(verdict, "pass") ? &passed :
				!strcmp(verdict, "skip") ? &skipped : &failed;

	++*counter;
	report("test", "%s %s %u %s", name, verdict, ms, reason);
}

/* Why a program that ended must not pass, as text; empty if it may. */
static void judge(struct run_result *r, char *why, size_t len)
{
	*why = '\0';
	if (r->stuck)
		snprintf(why, len, "stuck in the kernel, SIGKILL does not end it");
	else if (r->timed_out)
		snprintf(why, len, "not done after %u s", r->ms / 1000);
	else if (WIFSIGNALED(r->status))
		snprintf(why, len, "killed by signal %d", WTERMSIG(r->status));
	else if (WEXITSTATUS(r->status) && WEXITSTATUS(r->status) != EXIT_SKIPPED)
		snprintf(why, len, "exit status %d", WEXITSTATUS(r->status));
	else if (r->log.hits)
		snprintf(why, len, "%u kernel messages, first: %.400s", r->log.hits, r->log.first);
	else if (!r->faults_allowed)
		dsp_complaint(why, len);
}

/* @name: of a program, and each behind a colon the cases that are to be run */
static bool run_test(char *name)
{
	static struct run_result r;
	char command[COMMAND_LEN], why[512];

	memset(&r, 0, sizeof(r));
	snprintf(command, sizeof(command), "/tests/%s", name);
	name[strcspn(name, ":")] = '\0';
	report("start", "%s", name);
	log_mark("test %s", name);
	run_program(command, &r);
	log_judge(&r.log);
	judge(&r, why, sizeof(why));
	log_was_bad |= r.log.hits;
	if (r.faults_allowed)
		report("allow-faults", "%s", name);
	if (*why)
		count(name, "fail", r.ms, why);
	else if (WEXITSTATUS(r.status) == EXIT_SKIPPED)
		count(name, "skip", r.ms,
		      *r.skip_reason ? r.skip_reason : r.last_line);
	else
		count(name, "pass", r.ms, "");
	if (r.stuck)
		return false;
	machine_restore();
	return true;
}

/*
 * A step of the boot itself, judged by the kernel log and the DSP model.
 * Complaints are a failure, but no reason to run nothing: false only if the
 * step could not be taken.
 */
static bool boot_test(const char *name, int (*step)(void))
{
	static struct log_verdict log;
	uint64_t start = now_ms();
	char why[512] = "";
	bool done;

	memset(&log, 0, sizeof(log));
	/* a driver that waits for something: the rpmsg core takes it for an error */
	log_allow(&log, "rpmsg_dev_probe: failed: -517");
	/* a device tree with mistakes, of which the driver has to complain */
	if (!strcmp(config.variant, "mislabelled")) {
		log_allow(&log, "frpc remoteproc-");
		log_allow(&log, "frpc: probe of remoteproc-");
	}
	if (machine_dsps_stay_off()) {
		log_allow(&log, "error -22 initializing firmware");
		log_allow(&log, "Error in getting resource table: -22");
		log_allow(&log, "can't start rproc");
		log_allow(&log, "Boot failed: -22");
	}
	report("start", "%s", name);
	log_mark("test %s", name);
	done = !step();
	if (!done)
		snprintf(why, sizeof(why), "see the lines above and the console log");
	log_judge(&log);
	log_was_bad |= log.hits;
	if (done && log.hits)
		snprintf(why, sizeof(why), "%u kernel messages, first: %.400s",
			 log.hits, log.first);
	if (!*why)
		dsp_complaint(why, sizeof(why));
	count(name, *why ? "fail" : "pass", now_ms() - start, why);
	return done;
}

static int take_down(void)
{
	return machine_tell_dsps("stop");
}

/* What comes after a checker's report may be its consequence, or go unseen. */
static bool may_go_on(void)
{
	return !config.stop || !log_was_bad;
}

static bool run_programs(bool alive)
{
	char *name, *rest = config.run;

	while ((name = strsep(&rest, ",")) && may_go_on()) {
		if (!*name)
			continue;
		if (alive)
			alive = run_test(name);
		else
			count(name, "fail", 0, "not run: the board is not usable any more");
	}
	return alive && may_go_on();
}

void tests_run(void)
{
	bool alive = boot_test("board-up", machine_setup);

	alive = run_programs(alive);
	if (alive)
		boot_test("board-down", take_down);
	if (alive && config.leaks)
		boot_test("leaks", leaks_find);
	if (alive && config.coverage)
		boot_test("coverage", coverage_save);
	report("end", "%u %u %u", passed, failed, skipped);
}
