// SPDX-License-Identifier: GPL-2.0-only
/* Cases, checks, exit codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "harness.h"

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_SKIPPED = 77 };
#define MAX_MESSAGES	20	/* per case; a broken loop must not fill the report */

static struct test_case *first_case;
static struct test_case **last_case = &first_case;
static jmp_buf case_end;
static int case_failures;
static bool case_skipped;
static bool case_expects_faults;
static char context[160];
static pid_t case_pid;
static pthread_t case_thread;

void (*test_setup)(void);
void (*test_teardown)(void);

void test_register(struct test_case *tc)
{
	*last_case = tc;
	last_case = &tc->next;
}

static bool failed(const char *file, int line)
{
	const char *name = strrchr(file, '/');

	if (__atomic_add_fetch(&case_failures, 1, __ATOMIC_RELAXED) > MAX_MESSAGES)
		return false;
	printf("%s:%d: ", name ? name + 1 : file, line);
	if (context[0])
		printf("[%s] ", context);
	return true;
}

bool check_eq(const char *file, int line, const char *got_text, long long got,
	      const char *want_text, long long want)
{
	if (got == want)
		return true;
	if (failed(file, line))
		printf("%s is %lld (0x%llx), expected %s = %lld (0x%llx)\n",
		       got_text, got, got, want_text, want, want);
	return false;
}

bool check_true(const char *file, int line, const char *text, bool value)
{
	if (value)
		return true;
	if (failed(file, line))
		printf("not true: %s\n", text);
	return false;
}

bool check_mem(const char *file, int line, const char *text, const void *got,
	       const void *want, size_t len)
{
	const uint8_t *g = got, *w = want;
	size_t i;

	if (!memcmp(got, want, len))
		return true;
	for (i = 0; g[i] == w[i]; i++)
		;
	if (failed(file, line))
		printf("%s differs at byte %zu of %zu: 0x%02x, expected 0x%02x\n",
		       text, i, len, g[i], w[i]);
	return false;
}

void test_abort(void)
{
	/* a child or another thread has nothing to jump back to */
	if (getpid() != case_pid || !pthread_equal(pthread_self(), case_thread)) {
		fflush(stdout);
		_exit(EXIT_FAILED);
	}
	longjmp(case_end, 1);
}

void test_in_child(void (*part)(void *), void *arg)
{
	pid_t pid;
	int status = 0;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		case_failures = 0;
		case_pid = 0;		/* test_abort() ends the child */
		part(arg);
		fflush(stdout);
		_exit(case_failures ? EXIT_FAILED : EXIT_PASSED);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

void test_skip(const char *why)
{
	printf("skipped: %s\n", why);
	case_skipped = true;
	longjmp(case_end, 1);
}

void test_context(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
}

void test_allow(const char *kernel_log_text)
{
	printf("@allow %s\n", kernel_log_text);
}

void test_expects_faults(void)
{
	case_expects_faults = true;
	puts("@allow-faults");
	test_allow("SMMU fault");
	test_allow("faults: more of them");
	test_allow("XPU error");
	test_allow("arm-smmu-v3");
}

/* The board must be as quiet after a case as it was before it. */
static void judge_board(void)
{
	struct dsp_control_status st;

	if (case_expects_faults)
		return;
	control_status(&st);
	CHECK_EQ(st.faults, 0);
	if (st.faults)
		printf("last fault: stream 0x%x iova 0x%llx %s event 0x%x\n",
		       st.last_fault.stream_id, (unsigned long long)st.last_fault.iova,
		       st.last_fault.is_read ? "read" : "write", st.last_fault.event);
	CHECK_EQ(st.violations.offered_before_grant, 0);
	CHECK_EQ(st.violations.offered_twice, 0);
	CHECK_EQ(st.violations.taken_while_running, 0);
	CHECK_EQ(st.violations.corrupted, 0);
	CHECK_EQ(st.violations.bad_request, 0);
	CHECK_EQ(st.violations.wrong_attributes, 0);
	CHECK_EQ(st.violations.cpu_touched, 0);
	if (!control_clean(&st))
		control_clear();
}

long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *case_verdict(void)
{
	if (case_failures)
		return "FAIL";
	return case_skipped ? "skip" : "ok  ";
}

static void run_case(struct test_case *tc)
{
	long start = now_ms();

	case_failures = 0;
	case_skipped = false;
	case_expects_faults = false;
	context[0] = '\0';
	case_pid = getpid();
	case_thread = pthread_self();

	/* Both halves return here when they are aborted. */
	if (!setjmp(case_end)) {
		if (test_setup)
			test_setup();
		tc->run();
	}
	if (!setjmp(case_end)) {
		control_select(DSP);
		control_normal();
		monitor_allow();
		soc_honest();
		control_release(DSP_ANY, false);
		node_close_all();
		if (test_teardown)
			test_teardown();
		if (!case_skipped)
			judge_board();
	}
	printf("%s %s (%ld ms)\n", case_verdict(), tc->name, now_ms() - start);
	fflush(stdout);
}

/* Without arguments all cases, else those named. */
static bool is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	int failures = 0, skips = 0, total = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct test_case *tc = first_case; tc; tc = tc->next) {
		if (!is_wanted(tc->name, argc, argv))
			continue;
		run_case(tc);
		total++;
		failures += case_failures != 0;
		skips += !case_failures && case_skipped;
	}
	if (!total) {
		printf("no such case in %s\n", argv[0]);
		return EXIT_FAILED;
	}
	if (failures)
		return EXIT_FAILED;
	return skips == total ? EXIT_SKIPPED : EXIT_PASSED;
}
