// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debian's check of what FastRPC needs, as it is: it looks at files and at sysfs,
 * and names the first thing that is missing.  Its last complaint stays on the board:
 * no firmware is here that could carry a build id of the maker's.
 */
#include "daemon.h"

#define LIBRARIES	"/usr/lib/aarch64-linux-gnu"

static const char *const tools[] = {
	"/usr/bin/fastrpc-healthcheck",
	"/usr/libexec/aarch64-linux-gnu/fastrpc/dsp_check",
};

static void setup(void)
{
	userland_need();
	unsetenv("LD_LIBRARY_PATH");
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = daemon_end_all;
}

/* What it says of our DSP: the line of its table. */
static const char *verdict(void)
{
	static char line[256];
	int in, out;
	pid_t pid = daemon_start_piped(tools[access(tools[0], X_OK) ? 1 : 0], &in, &out);
	FILE *said = fdopen(out, "r");

	close(in);
	REQUIRE(said);
	while (fgets(line, sizeof(line), said) && strncmp(line, "ADSP", 4))
		;
	while (getc(said) != EOF)
		;
	fclose(said);
	CHECK_EQ(daemon_end(pid, 0), 0);
	line[strcspn(line, "\n")] = '\0';
	test_context("%s", line);
	return line;
}

static void place_shells(void)
{
	host_file("fastrpc_shell_0", "shell", 5);
	host_file("fastrpc_shell_unsigned_0", "shell", 5);
}

TEST(what_is_missing)
{
	const char *said;

	setenv("DSP_LIBRARY_PATH", "/tmp", 1);
	CHECK(strstr(verdict(), "Missing DSP modules"));
	setenv("DSP_LIBRARY_PATH", FILES_DIR, 1);
	place_shells();
	/* Newer versions look where Debian has the libraries. */
	said = verdict();
	CHECK(strstr(said, "Missing FastRPC user-space libs") ||
	      strstr(said, "Missing firmware build ID"));
	setenv("LD_LIBRARY_PATH", LIBRARIES, 1);
	CHECK(strstr(verdict(), "Missing firmware build ID"));
}

TEST(state_of_the_dsp)
{
	CHECK(strstr(verdict(), "Online"));
	dsp_stop();
	CHECK(strstr(verdict(), "Offline"));
	dsp_start();
	CHECK(strstr(verdict(), "Online"));
	node_wait(NODE, true);
}
