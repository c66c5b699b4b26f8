// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's tracepoints of a call, and fastrpcctl trace: every call is told, and its
 * time goes where it was spent.
 */
#include <dirent.h>
#include <signal.h>

#include "command.h"

#define TRACING		"/sys/kernel/tracing"
#define LATE_MS		50
#define PERFETTO_FILE	"/tmp/trace.json"

static char perfetto[65536];

static struct command tool;

static void start(const char *const *words, const char *first)
{
	command_start(&tool, FASTRPCCTL, words);
	command_wait_out(&tool, first);
}

/* The number behind this member, from @p on; -1: it is not there. */
static long long number_of(const char *p, const char *key)
{
	char member[40];

	snprintf(member, sizeof(member), "\"%s\": ", key);
	p = p ? strstr(p, member) : NULL;
	return p ? strtoll(p + strlen(member), NULL, 10) : -1;
}

/* The call of this handle; the case ends if it was not told. */
static const char *told_call(unsigned int handle)
{
	char member[40];
	const char *line;

	snprintf(member, sizeof(member), "\"handle\": %u,", handle);
	line = strstr(ctl.out, member);
	if (!line)
		printf("    it told: %s\n", ctl.out);
	REQUIRE(line);
	return line;
}

TEST(stages_in_their_order)
{
	static const char *const stages[] = {
		"frpc_call_begin: dsp=" DSP " client=", " handle=0x1000 sc=0x1010100",
		"frpc_call_mapped: args=2 len=", "frpc_call_copied: args=2",
		"frpc_call_woken: args=2", "frpc_call_end: result=0",
	};
	static const char *const link[] = {
		"frpc_call_answered: dsp=" DSP " cookie=0x", " result=0",
	};
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	driver_trace_start();
	CHECK_EQ(invoke_echo(fd, 1, 100), 0);
	driver_trace_check(stages, ARRAY_SIZE(stages));
	driver_trace_check(link, ARRAY_SIZE(link));
}

/* Those of the kernel's own requests, too. */
TEST(requests_of_the_kernel)
{
	static const char *const stages[] = {
		"handle=0x1 sc=0x10000", "frpc_call_sent: cookie=0x", "frpc_call_end: result=0",
		"handle=0x1 sc=0x1010000", "frpc_call_sent: cookie=0x", "frpc_call_end: result=0",
	};
	int fd = node_open();

	driver_trace_start();
	REQUIRE_EQ(attach(fd), 0);
	node_close(fd);
	driver_trace_check(stages, ARRAY_SIZE(stages));
}

TEST(calls_for_people)
{
	static const char *const words[] = { "trace", "--count", "3", NULL };
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	start(words, "copy-out  result\n");
	for (int i = 0; i < 3; i++)
		CHECK_EQ(invoke_echo(fd, i, 10000), 0);
	command_end(&tool, 0);
	CHECK_EQ(ctl.status, 0);
	ctl_prints("  adsp   ctl_trace-");
	ctl_prints(" 0x1000     0x01010100 ");
	ctl_prints("where the time of 3 calls went");
}

/* The DSP takes its time: it is the DSP's. */
TEST(time_goes_where_it_was_spent)
{
	static const char *const words[] = { "trace", "--json", "--count", "2", NULL };
	long long total, parts = 0, dsp, send;
	const char *late, *stages;
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	start(words, "\"start\"");
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_LATE, 1, LATE_MS);
	CHECK_EQ(invoke_null(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	command_end(&tool, 0);
	CHECK_EQ(ctl.status, 0);
	CHECK(json_is_valid(ctl.out));
	late = told_call(DSP_TEST_HANDLE);
	stages = strstr(late, "stages_us");
	total = number_of(late, "total_us");
	dsp = number_of(stages, "dsp");
	send = number_of(stages, "send");
	/* the DSP may have begun before the caller was back from sending */
	test_context("dsp %lld us, send %lld us", dsp, send);
	CHECK(dsp + send >= LATE_MS * 1000);
	CHECK(dsp > LATE_MS * 1000 / 2);
	CHECK(total >= dsp);
	parts = number_of(stages, "prepare") + number_of(stages, "copy-in") + send + dsp +
		number_of(stages, "wake") + number_of(stages, "copy-out");
	/* each is cut to a microsecond */
	test_context("parts %lld of %lld us", parts, total);
	CHECK(parts <= total && parts >= total - 8);
	CHECK_EQ(number_of(strstr(ctl.out, "\"summary\""), "calls"), 2);
	CHECK_EQ(number_of(strstr(ctl.out, "\"summary\""), "lost_events"), 0);
}

TEST(heap_events)
{
	static const char *const words[] = { "trace", "-j", NULL };
	int fd;

	start(words, "\"start\"");
	dsp_restart();
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	command_wait_out(&tool, "\"what\": \"offer\", \"from\": \"lent\", \"to\": \"offered\"");
	command_end(&tool, SIGINT);
	CHECK_EQ(ctl.status, 0);
	CHECK(json_is_valid(ctl.out));
	ctl_prints("\"what\": \"lend\", \"from\": \"mine\", \"to\": \"lent\"");
}

static void perfetto_read(void)
{
	int len = file_read(PERFETTO_FILE, perfetto, sizeof(perfetto));

	unlink(PERFETTO_FILE);
	test_context("%s has %d bytes", PERFETTO_FILE, len);
	REQUIRE(len > 0 && len < (int)sizeof(perfetto));
	CHECK(json_is_valid(perfetto));
}

/* The first event of this name from @p on; the case ends if there is none. */
static const char *perfetto_event(const char *p, const char *phase, const char *name)
{
	char members[80];

	snprintf(members, sizeof(members), "\"ph\": \"%s\", \"name\": \"%s\"", phase, name);
	p = strstr(p, members);
	if (!p)
		printf("    the file has: %s\n", perfetto);
	REQUIRE(p);
	return p;
}

/* A DSP is a process, the caller its thread, and each stage lies inside of its call. */
TEST(perfetto_calls)
{
	static const char *const words[] = {
		"trace", "--count", "2", "--perfetto", PERFETTO_FILE, NULL
	};
	static const char *const stages[] = { "prepare", "copy-in", "dsp", "copy-out" };
	long long begin, end, from, until;
	const char *call, *stage;
	int fd = node_open();

	REQUIRE_EQ(attach(fd), 0);
	start(words, "copy-out  result\n");
	for (int i = 0; i < 2; i++)
		CHECK_EQ(invoke_echo(fd, i, 10000), 0);
	command_end(&tool, 0);
	CHECK_EQ(ctl.status, 0);
	perfetto_read();
	stage = perfetto_event(perfetto, "M", "process_name");
	CHECK(strstr(stage, "\"args\": {\"name\": \"" DSP "\"}"));
	stage = perfetto_event(perfetto, "M", "thread_name");
	CHECK_EQ(number_of(stage, "tid"), getpid());
	call = perfetto_event(perfetto, "X", "handle 0x1000, method 1");
	begin = number_of(call, "ts");
	end = begin + number_of(call, "dur");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		stage = perfetto_event(call, "X", stages[i]);
		from = number_of(stage, "ts");
		until = from + number_of(stage, "dur");
		test_context("%s: %lld to %lld, the call: %lld to %lld", stages[i], from, until,
			     begin, end);
		CHECK(from >= begin && until >= from && until <= end);
	}
}

/* A state of the heap ends where the next begins. */
TEST(perfetto_heap)
{
	static const char *const words[] = { "trace", "--perfetto", PERFETTO_FILE, NULL };
	const char *lent, *end;
	int fd;

	start(words, "copy-out  result\n");
	dsp_restart();
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	command_wait_out(&tool, "offer: lent -> offered");
	command_end(&tool, SIGINT);
	CHECK_EQ(ctl.status, 0);
	perfetto_read();
	lent = perfetto_event(perfetto, "B", "lent");
	end = perfetto_event(lent, "E", "");
	lent = perfetto_event(end, "B", "offered");
	CHECK_EQ(number_of(end, "ts"), number_of(lent, "ts"));
}

/* It is a guest: nothing stays switched on, and nothing of it stays. */
TEST(leaves_tracing_as_it_was)
{
	static const char *const words[] = { "trace", "--summary", "--seconds", "1", NULL };
	char text[16];
	struct dirent *entry;
	DIR *dir;

	command_start(&tool, FASTRPCCTL, words);
	command_end(&tool, 0);
	CHECK_EQ(ctl.status, 0);
	ctl_prints("no call ended");
	CHECK(file_read(TRACING "/events/frpc/enable", text, sizeof(text)) > 0);
	CHECK_EQ(text[0], '0');
	dir = opendir(TRACING "/instances");
	REQUIRE(dir);
	while ((entry = readdir(dir)))
		CHECK(entry->d_name[0] == '.');
	closedir(dir);
}

TEST(where_it_cannot)
{
	CHECK_EQ(fastrpcctl_as(become_nobody, "trace", NULL), 3);
	ctl_complains("only root may trace");
	test_teardown = driver_restore;
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	CHECK_EQ(fastrpcctl("trace", NULL), 3);
	ctl_complains("modprobe fastrpc");
}
