// SPDX-License-Identifier: GPL-2.0-only
/*
 * fastrpcctl list, caps, heap and report: what they show is what the board has, and
 * what they cannot show they say, with what to do about it.
 */
#include <sched.h>
#include <sys/mount.h>

#include "command.h"

#define NOTHING_THERE	3

static const char *mode(void)
{
	return board_has_monitor() ? "EL1" : "EL2";
}

/* "0xFIRST-0xLAST, TEXT" */
static const char *range(char *line, size_t size, uint64_t base, uint64_t len, const char *text)
{
	snprintf(line, size, "0x%llx-0x%llx, %s", (unsigned long long)base,
		 (unsigned long long)(base + len - 1), text);
	return line;
}

static void __attribute__((constructor)) fixture(void)
{
	test_teardown = driver_restore;
}

/* Is @key's value in the JSON that was printed this text? */
static void json_has(const char *key, const char *value)
{
	char member[192];

	snprintf(member, sizeof(member), "\"%s\": %s", key, value);
	ctl_prints(member);
}

TEST(list_of_a_running_dsp)
{
	char line[64];
	struct offer o;
	int fd;

	dsp_restart();
	CHECK_EQ(fastrpcctl("list", NULL), 0);
	ctl_prints("adsp\n");
	ctl_prints("running");
	snprintf(line, sizeof(line), "mode      %s,", mode());
	ctl_prints(line);
	ctl_prints("driver    fastrpc, of this project");
	ctl_prints(NODE ", mode 0600, of ");
	ctl_prints("3 context banks, 3 bound to the driver");
	ctl_prints(", not in use: it is lent when the audio PD is asked for");
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(fastrpcctl("list", DSP, NULL), 0);
	ctl_prints(range(line, sizeof(line), o.base, o.size, "the DSP's, in use"));
}

TEST(list_of_a_dsp_that_is_off)
{
	dsp_stop();
	CHECK_EQ(fastrpcctl("list", NULL), 0);
	ctl_prints("offline");
	ctl_prints("driver    -");
	ctl_prints("nodes     none");
	ctl_prints("3 context banks, 0 bound to the driver");
}

TEST(list_for_programs)
{
	CHECK_EQ(fastrpcctl("list", "--json", NULL), 0);
	CHECK(json_is_valid(ctl.out));
	json_has("label", "\"adsp\"");
	json_has("state", "\"running\"");
	json_has("banks_bound", "3");
	json_has("mode", board_has_monitor() ? "\"EL1\"" : "\"EL2\"");
	json_has("path", "\"" NODE "\"");
	CHECK_EQ(fastrpcctl_as(become_nobody, "list", "--json", NULL), 0);
	CHECK(json_is_valid(ctl.out));
	json_has("audio_pd", "null");
}

TEST(list_of_no_such_dsp)
{
	CHECK_EQ(fastrpcctl("list", "xdsp", NULL), NOTHING_THERE);
	ctl_complains("no DSP \"xdsp\"; there are:\n  adsp\n");
	CHECK_EQ(strlen(ctl.out), 0);
}

/* The tree that this board was booted with, judged by the tool alone. */
TEST(check_dt_of_the_live_tree)
{
	char sessions[16];

	soc_require();
	CHECK_EQ(fastrpcctl("check-dt", "--live", NULL), 0);
	ctl_prints("\nadsp\n  nodes     " NODE " for ");
	ctl_prints(board_has_monitor() ? "below a hypervisor: assigned to VMs" :
					 "mapped 1:1 in the remoteproc's domain");
	CHECK_EQ(fastrpcctl("check-dt", "--live", "--json", NULL), 0);
	CHECK(json_is_valid(ctl.out));
	json_has("file", "\"/sys/firmware/fdt\"");
	snprintf(sessions, sizeof(sessions), "%d,", node_sessions());
	json_has("sessions", sessions);
	CHECK_EQ(fastrpcctl_as(become_nobody, "check-dt", "--live", NULL), NOTHING_THERE);
	ctl_complains("/sys/firmware/fdt: ");
	ctl_complains("only root may read it");
}

TEST(caps_are_the_dsps)
{
	char line[80];
	uint32_t arch;
	int fd = node_open();

	REQUIRE_EQ(get_dsp_info(fd, 6, &arch), 0);
	CHECK_EQ(fastrpcctl("caps", NULL), 0);
	snprintf(line, sizeof(line), "%3u  %-22s %#10x", 6, "arch_ver", arch);
	ctl_prints(line);
	CHECK_EQ(fastrpcctl("caps", "--json", "--all", DSP, NULL), 0);
	CHECK(json_is_valid(ctl.out));
	snprintf(line, sizeof(line), "{\"id\": 6, \"name\": \"arch_ver\", \"value\": %u}", arch);
	ctl_prints(line);
	/* unnamed ones only where they are asked for */
	ctl_prints("\"name\": null");
	CHECK_EQ(fastrpcctl("caps", "--json", NULL), 0);
	ctl_prints_not("\"name\": null");
}

TEST(caps_that_cannot_be_had)
{
	const int nr_sessions = node_sessions();

	dsp_restart();
	control_behave(2, 0, DSP_ANSWER_ERROR, 1, 0x80000414);
	CHECK_EQ(fastrpcctl("caps", NULL), 1);
	ctl_complains("does not support it");
	control_behave(2, 0, DSP_ANSWER_ERROR, 1, 0x4e);
	CHECK_EQ(fastrpcctl("caps", NULL), 1);
	ctl_complains("its error 0x4e");
	control_normal();

	/* a question needs no session */
	for (int i = 0; i < nr_sessions; i++)
		node_session();
	CHECK_EQ(fastrpcctl("caps", NULL), 0);
	node_close_all();
	CHECK_EQ(fastrpcctl_as(become_nobody, "caps", NULL), NOTHING_THERE);
	ctl_complains("as a member of the node's group");
	dsp_stop();
	CHECK_EQ(fastrpcctl("caps", NULL), NOTHING_THERE);
	ctl_complains("echo start > /sys/class/remoteproc/remoteproc");
}

/* Every word of the driver's account, in text and for programs. */
TEST(heap_is_the_drivers_account)
{
	static const char *const figures[] = {
		"halts", "crashes", "lends", "offers", "reclaims", "lost", "growth",
	};
	char text[128], key[32], kib[32];
	struct heap_piece added;
	struct offer o;
	uint64_t token;
	int fd = daemon_open();

	control_offer(0, &o);
	REQUIRE_EQ(heap_grow(fd, 1 << 20, &token), 0);
	added = control_growth(0);
	CHECK_EQ(fastrpcctl("heap", NULL), 0);
	snprintf(kib, sizeof(kib), "%llu KiB: offered", (unsigned long long)o.size >> 10);
	ctl_prints(range(text, sizeof(text), o.base, o.size, kib));
	ctl_prints(range(text, sizeof(text), added.base, added.size, "1024 KiB: offered"));
	CHECK_EQ(fastrpcctl("heap", "-j", NULL), 0);
	CHECK(json_is_valid(ctl.out));
	json_has("channel", "\"adsp\"");
	json_has("secure_maps_lost", "0");
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		snprintf(key, sizeof(key), "%s=", figures[i]);
		snprintf(text, sizeof(text), "%ld", heap_account(key));
		json_has(figures[i], text);
	}
	CHECK_EQ(heap_shrink(fd, token, 1 << 20), 0);
}

static void without_debugfs(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    umount2("/sys/kernel/debug", MNT_DETACH))
		_exit(126);
}

TEST(heap_that_cannot_be_seen)
{
	CHECK_EQ(fastrpcctl_as(become_nobody, "heap", NULL), NOTHING_THERE);
	ctl_complains("run this as root");
	CHECK_EQ(fastrpcctl_as(without_debugfs, "heap", NULL), NOTHING_THERE);
	ctl_complains("mount -t debugfs");
	CHECK_EQ(fastrpcctl("heap", "adsp", NULL), 2);
	ctl_complains("see: fastrpcctl heap --help");
}

TEST(without_the_driver)
{
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	CHECK_EQ(fastrpcctl("heap", NULL), NOTHING_THERE);
	ctl_complains("modprobe fastrpc");
	dsp_start();
	CHECK_EQ(fastrpcctl("list", NULL), 0);
	ctl_prints("driver    -");
	CHECK_EQ(fastrpcctl("caps", NULL), NOTHING_THERE);
	ctl_complains("modprobe fastrpc");
	CHECK_EQ(fastrpcctl("report", NULL), 0);
	ctl_prints("none is loaded");
}

static void with_secrets(void)
{
	if (sethostname("a-secret-host", 13) || setenv("A_SECRET", "a-secret-word", 1))
		_exit(126);
}

static void report(void)
{
	char name[65] = "";

	gethostname(name, sizeof(name) - 1);
	CHECK_EQ(fastrpcctl_as(with_secrets, "report", NULL), 0);
	CHECK_EQ(sethostname(name, strlen(name)), 0);
}

TEST(report_has_what_is_needed)
{
	static const char *const needed[] = {
		"kernel ", "fastrpc 0.", "== list ==", "== heap ==", "== caps ==", "arch_ver",
		"offers ", "qcom,vmids", "compatible             qcom,fastrpc",
		"remote heap [mem 0x", "started at EL",
	};

	report();
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		ctl_prints(needed[i]);
	CHECK_EQ(strlen(ctl.err), 0);
}

/* No host name, no environment, nothing of the command line that is not the driver's affair. */
TEST(report_has_nothing_private)
{
	report();
	ctl_prints_not("a-secret");
	ctl_prints_not("board.mode=");
}
