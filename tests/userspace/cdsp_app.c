// SPDX-License-Identifier: GPL-2.0-only
/* An application linked to Debian's libcdsprpc, with a process of its own on the DSP. */
#include <signal.h>

#include "daemon.h"

#define LABEL		"cdsp"
#define CLIENT		"/tests/app/cdsp_client"
#define LIBRARY		"libboard_skel.so"
#define LIBRARY_TEXT	"board dsp library: test\n"
#define ATTR_UNSIGNED	8

static uint64_t shell_hash;

static void setup(void)
{
	userland_need();
	control_select(LABEL);
	shell_hash = host_shell();
	host_file(LIBRARY, LIBRARY_TEXT, strlen(LIBRARY_TEXT));
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

/* The application, its input and output; it has made its calls on return. */
struct client {
	pid_t pid;
	int in, out;
};

static void client_says(struct client *c, const char *what)
{
	char line[256];
	size_t len = 0;

	while (len < sizeof(line) - 1 && read(c->out, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
	if (strcmp(line, what))
		daemon_log_show();
	test_context("it said: %s", line);
	REQUIRE(!strcmp(line, what));
}

static struct client client_start(void)
{
	struct client c;

	c.pid = daemon_start_piped(CLIENT, &c.in, &c.out);
	client_says(&c, "called");
	return c;
}

/* It leaves by itself: module closed, process ended, nothing left on the DSP. */
static void client_end(struct client *c)
{
	struct dsp_control_status st;

	control_status(&st);
	close(c->in);
	client_says(c, "closed");
	close(c->out);
	CHECK_EQ(daemon_end(c->pid, 0), 0);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
}

static void check_nothing_left(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.attached_clients, 0);
	CHECK_EQ(st.memory.pds, 0);
	CHECK_EQ(st.memory.maps, 0);
	CHECK_EQ(st.memory.handles, 0);
}

TEST(application_with_an_unsigned_process)
{
	struct client c = client_start();
	struct dsp_control_pd pd;

	REQUIRE(control_pd(0, &pd));
	CHECK_EQ(pd.attrs & ATTR_UNSIGNED, ATTR_UNSIGNED);
	CHECK_EQ(pd.shell_len, HOST_SHELL_LEN);
	CHECK_EQ(pd.shell_hash, shell_hash);
	check_dsp_reads(DSP_PROCESS_USER, 5000);
	client_end(&c);
	check_nothing_left();
}

/* Shared buffers are in no message: their calls take one page, whatever their length. */
TEST(nothing_is_copied)
{
	struct client c = client_start();
	struct dsp_control_capture cap;
	uint32_t age = 0;

	do
		control_capture(age++, &cap);
	while (wire_word(cap.msg + 20, 4) != (4 << 24 | 1 << 16 | 1 << 8));
	CHECK_EQ(wire_word(cap.metadata + 8, 8), 1 << 20);
	CHECK_EQ(wire_word(cap.msg + 32, 8), PAGE);
	client_end(&c);
}

TEST(beside_the_daemon)
{
	struct client c;

	daemon_start(CDSPRPCD, NULL);
	daemon_wait_listening(1);
	c = client_start();
	check_dsp_reads(DSP_PROCESS_ROOT, 1000);
	check_dsp_reads(DSP_PROCESS_USER, 1000);
	client_end(&c);
}

TEST(killed)
{
	struct dsp_control_status st;
	struct client c = client_start();

	control_status(&st);
	daemon_end(c.pid, SIGKILL);
	close(c.in);
	close(c.out);
	control_wait(DSP_COUNT_RELEASES, st.releases + 1);
	check_nothing_left();
	c = client_start();
	client_end(&c);
}
