// SPDX-License-Identifier: GPL-2.0-only
/*
 * fastrpcctl doctor: each mistake is made on the board, is found, and no other with it.
 * Where the board itself is the mistake, tests/lists names the case for that variant.
 * The kernel's log is cleared before each case but the first: it tells of the past.
 */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <linux/userfaultfd.h>

#include "command.h"

#define FIRMWARE	"/lib/firmware/adsp.mbn"
#define NOT_THERE	"/lib/firmware/not-there"
#define DMA_HEAP	"/dev/dma_heap"
#define DSP_DIRECTORY	"/tmp/dsp"
#define SHELL		DSP_DIRECTORY "/fastrpc_shell_unsigned_3"
#define SKELETON	DSP_DIRECTORY "/libsome_skel.so"
#define DEVICE_TREE	"/sys/firmware/devicetree/base"
#define SYSTEMCTL	"/usr/bin/systemctl"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"
#define MANY_CRASHES	3

/* Calls of PAS: its service and command. */
#define PAS_AUTH_AND_RESET	0x0205

static void log_clear(void)
{
	const int clear = 5;

	REQUIRE_EQ(klogctl(clear, NULL, 0), 0);
}

/* The names of what was found, in one line: "a b". */
static const char *found_ids(void)
{
	static const char key[] = "\"id\": \"";
	static char ids[512];
	const char *at = ctl.out;
	size_t len = 0;

	ids[0] = '\0';
	while ((at = strstr(at, key))) {
		at += strlen(key);
		len += snprintf(ids + len, sizeof(ids) - len, "%s%.*s", len ? " " : "",
				(int)strcspn(at, "\""), at);
		REQUIRE(len < sizeof(ids));
	}
	return ids;
}

static void check_found(const char *ids)
{
	CHECK_EQ(ctl.status, *ids ? 1 : 0);
	CHECK(json_is_valid(ctl.out));
	test_context("it found \"%s\", not \"%s\": %s", found_ids(), ids, ctl.out);
	CHECK(!strcmp(found_ids(), ids));
	test_context("%s", "");
}

/* These and no others, in order: "" is nothing.  ctl has their texts and cures afterwards. */
static void finds_as(void (*prepare)(void), const char *ids)
{
	fastrpcctl_as(prepare, "doctor", "--json", NULL);
	check_found(ids);
}

static void finds(const char *ids)
{
	finds_as(NULL, ids);
}

/* --- boards where all is well ---------------------------------------------------- */

static unsigned int audio_without_region;

static bool node_has(const char *path, struct FTW *ftw, const char *property)
{
	char name[512];

	snprintf(name, sizeof(name), "%.*s%s", ftw->base, path, property);
	return access(name, F_OK) == 0;
}

/* GLINK opens the channels some time after the DSPs have started. */
static void wait_for_dsp(const char *label, bool has_plain_node)
{
	char node[64];

	snprintf(node, sizeof(node), "/dev/fastrpc-%s%s", label, has_plain_node ? "" : "-secure");
	node_wait(node, true);
}

/* A file "label" of the device tree, in the node of a DSP. */
static int look_at_label(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	bool has_plain_node;
	char label[32];

	(void)st;
	if (type != FTW_F || strcmp(path + ftw->base, "label") || !strstr(path, "/fastrpc/") ||
	    file_read(path, label, sizeof(label)) <= 0)
		return 0;
	has_plain_node = node_has(path, ftw, "qcom,non-secure-domain") ||
			 !strncmp(label, "cdsp", 4) || !strncmp(label, "gdsp", 4);
	wait_for_dsp(label, has_plain_node);
	if (!strncmp(label, "adsp", 4))
		audio_without_region += !node_has(path, ftw, "memory-region");
	return 0;
}

/* Every DSP of the device tree is there; the audio DSPs without a region are counted. */
static void look_at_tree(void)
{
	audio_without_region = 0;
	REQUIRE_EQ(nftw(DEVICE_TREE, look_at_label, 16, FTW_PHYS), 0);
}

/*
 * On boards of real machines' trees, too: some of these have no region.  The first case of
 * a boot, so all that the kernel has said since its start is in the log.
 */
TEST(no_false_alarm)
{
	static const char mistake[] = "no-memory-region";
	char ids[128] = "";

	look_at_tree();
	REQUIRE(audio_without_region <= 3);
	for (unsigned int i = 0; i < audio_without_region; i++)
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s%s", i ? " " : "",
			 mistake);
	finds(ids);
	/* in a report, too */
	CHECK_EQ(fastrpcctl("report", NULL), 0);
	ctl_prints("== doctor ==\n");
	ctl_prints(*ids ? "memory-region" : "no mistake found\n");
	/* all of these trees have /firmware/scm, at EL2, too */
	if (board_has_monitor())
		ctl_prints("a hypervisor owns the memory of the DSP");
	else
		ctl_prints_not("a hypervisor owns the memory of the DSP");
}

/* Programs may have a node open and use no session. */
TEST(open_files_are_no_sessions)
{
	log_clear();
	for (int i = node_sessions(); i > 0; i--)
		node_open();
	finds("");
}

/* --- a DSP that is off ------------------------------------------------------------- */

static void restore(void)
{
	rename(NOT_THERE, FIRMWARE);
	driver_restore();
}

/* The DSP is off, and nothing of the past counts. */
static void turn_off(void)
{
	log_clear();
	test_teardown = restore;
	dsp_stop();
	node_wait(NODE, false);
}

static void start_refused(void)
{
	test_allow("release reset");
	test_allow("can't start rproc");
	test_allow("Boot failed: -22");
	soc_refuse(PAS_AUTH_AND_RESET, 1, 1, 0, MONITOR_REFUSAL);
	CHECK_EQ(dsp_state_write("start"), -EINVAL);
}

TEST(not_started)
{
	turn_off();
	finds("not-started");
	CHECK_EQ(fastrpcctl("doctor", NULL), 1);
	ctl_prints("adsp: the DSP is offline: its firmware is there, and nothing has started it\n");
	ctl_prints("\n  cure   echo start > /sys/class/remoteproc/remoteproc");
}

TEST(firmware_is_missing)
{
	soc_require();
	turn_off();
	test_allow("request_firmware failed: -2");
	test_allow("Boot failed: -2");
	REQUIRE_EQ(rename(FIRMWARE, NOT_THERE), 0);
	CHECK_EQ(dsp_state_write("start"), -ENOENT);
	finds("firmware-missing");
	ctl_prints("the DSP is offline: its firmware adsp.mbn is not below /lib/firmware");
	/* as after the initramfs, on the machine's own file system */
	REQUIRE_EQ(rename(NOT_THERE, FIRMWARE), 0);
	finds("firmware-not-in-initramfs");
	ctl_prints("update-initramfs -u");
	/* what was missing once is past when the DSP has been up */
	dsp_start();
	node_wait(NODE, true);
	finds("");
	dsp_stop();
	finds("not-started");
}

TEST(firmware_is_refused)
{
	soc_require();
	turn_off();
	start_refused();
	finds("start-failed");
	ctl_prints(": Boot failed: -22");
	ctl_prints("of this very machine");
}

/* --- the driver ---------------------------------------------------------------------- */

TEST(driver_is_not_loaded)
{
	turn_off();
	REQUIRE_EQ(driver_unload(), 0);
	dsp_start();
	finds("no-driver");
	ctl_prints("a DSP runs, and no driver ");
}

TEST(channel_is_closed)
{
	char device[96];

	soc_require();
	log_clear();
	node_wait(NODE, true);
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	finds("no-channel");
	ctl_prints("the DSP runs and has not opened its FastRPC channel");
	CHECK_EQ(driver_bind(device), 0);
	node_wait(NODE, true);
	finds("");
}

TEST(dsp_crashes)
{
	log_clear();
	for (int i = 1; i <= MANY_CRASHES; i++) {
		dsp_crash();
		node_wait(NODE, true);
		finds(i < MANY_CRASHES ? "" : "crashes");
	}
	ctl_prints("the DSP has crashed 3 times: ");
	log_clear();
}

/* --- rights, sessions, shells ---------------------------------------------------------- */

static void set_modes(mode_t mode)
{
	CHECK_EQ(chmod(NODE, mode), 0);
	if (!access("/dev/fastrpc-cdsp", F_OK))
		CHECK_EQ(chmod("/dev/fastrpc-cdsp", mode), 0);
}

static void restore_rights(void)
{
	unlink(DMA_HEAP "/system");
	rmdir(DMA_HEAP);
	set_modes(0600);
}

/* Both by the user's own eyes and by root's. */
static void stranger_is_told(const char *ids, const char *what)
{
	finds_as(become_nobody, ids);
	if (*ids)
		ctl_prints(what);
	fastrpcctl("doctor", "--json", "--user", "stranger", NULL);
	check_found(ids);
}

TEST(user_has_no_rights)
{
	const char *one = "node-permission", *two = "node-permission node-permission";

	log_clear();
	test_teardown = restore_rights;
	look_at_tree();
	set_modes(0600);
	stranger_is_told(access("/dev/fastrpc-cdsp", F_OK) ? one : two,
			 " may not open " NODE " (mode 0600)");
	set_modes(0666);
	stranger_is_told("", NULL);
	/* the kernels of the board have no such device: the file tells as much */
	REQUIRE_EQ(mkdir(DMA_HEAP, 0755), 0);
	REQUIRE_EQ(mknod(DMA_HEAP "/system", S_IFREG | 0600, 0), 0);
	stranger_is_told("dma-heap-permission", " may not open " DMA_HEAP "/system (mode 0600)");
	finds("");
}

TEST(sessions_are_taken)
{
	char holder[64];

	log_clear();
	for (int i = node_sessions(); i > 1; i--)
		node_session();
	node_open();
	finds("");
	node_session();
	finds("sessions-taken");
	snprintf(holder, sizeof(holder), "ctl_doctor (%d)", getpid());
	ctl_prints(" sessions are taken, the next program gets EBUSY: ");
	ctl_prints(holder);
}

static void with_library_path(void)
{
	setenv("DSP_LIBRARY_PATH", "/nowhere;" DSP_DIRECTORY, 1);
}

static void restore_libraries(void)
{
	unlink(SHELL);
	unlink(SKELETON);
	rmdir(DSP_DIRECTORY);
}

TEST(shell_is_missing)
{
	log_clear();
	test_teardown = restore_libraries;
	look_at_tree();
	if (access("/dev/fastrpc-cdsp", F_OK))
		test_skip("the board has no compute DSP");
	REQUIRE_EQ(mkdir(DSP_DIRECTORY, 0755), 0);
	REQUIRE_EQ(mknod(SKELETON, S_IFREG | 0644, 0), 0);
	finds_as(with_library_path, "no-shell");
	ctl_prints("no fastrpc_shell_3 or fastrpc_shell_unsigned_3 in DSP_LIBRARY_PATH (/nowhere;");
	REQUIRE_EQ(mknod(SHELL, S_IFREG | 0644, 0), 0);
	finds_as(with_library_path, "");
}

TEST(skeleton_is_missing)
{
	log_clear();
	test_teardown = restore_libraries;
	look_at_tree();
	REQUIRE_EQ(mkdir(DSP_DIRECTORY, 0755), 0);
	finds_as(with_library_path,
		 access("/dev/fastrpc-cdsp", F_OK) ? "no-skeleton" : "no-shell no-skeleton");
	ctl_prints("DSP_LIBRARY_PATH (/nowhere;" DSP_DIRECTORY ") has no skeleton");
	REQUIRE_EQ(mknod(SKELETON, S_IFREG | 0644, 0), 0);
	REQUIRE_EQ(mknod(SHELL, S_IFREG | 0644, 0), 0);
	finds_as(with_library_path, "");
}

/* --- daemons ------------------------------------------------------------------------------ */

/*
 * The image has no systemd.  This program, called by that name, says what its environment
 * has of the units, if it is asked for the daemons of DSPs, in these very words.
 */
static void __attribute__((constructor)) stand_in(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *units = getenv("UNITS");

	if (strcmp(name ? name + 1 : argv[0], "systemctl"))
		return;
	if (!units || argc < 3 || strcmp(argv[1], "show") ||
	    strcmp(argv[argc - 1], "*rpcd*.service"))
		exit(1);
	printf("Id=cdsprpcd.service\nNRestarts=0\nResult=success\nActiveState=active\n\n%s", units);
	exit(0);
}

static void set_unit(int restarts, const char *result, const char *state)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "Id=adsprpcd.service\nNRestarts=%d\nResult=%s\nActiveState=%s\n", restarts,
		 result, state);
	setenv("UNITS", text, 1);
}

static void with_restarts(void)
{
	set_unit(31, "exit-code", "activating");
}

static void with_few_restarts(void)
{
	set_unit(3, "success", "active");
}

static void with_unit_given_up(void)
{
	set_unit(4, "start-limit-hit", "failed");
}

static void restore_systemctl(void)
{
	unlink(SYSTEMCTL);
}

TEST(daemon_restarts)
{
	char self[PATH_MAX] = "";

	log_clear();
	if (!access(SYSTEMCTL, F_OK))
		test_skip("this image has systemd");
	test_teardown = restore_systemctl;
	look_at_tree();
	mkdir("/usr", 0755);
	mkdir("/usr/bin", 0755);
	REQUIRE(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	REQUIRE_EQ(symlink(self, SYSTEMCTL), 0);
	finds_as(with_restarts, "daemon-restarts");
	ctl_prints("adsprpcd.service does not stay: systemd has started it 31 times again");
	ctl_prints("journalctl -u adsprpcd.service says why");
	finds_as(with_unit_given_up, "daemon-restarts");
	finds_as(with_few_restarts, "");
}

/* --- boards that are the mistake --------------------------------------------------------- */

static void require_variant(const char *name)
{
	const char *variant = getenv("BOARD_VARIANT");

	if (!variant || strcmp(variant, name))
		test_skip("for another variant");
	log_clear();
}

/* The driver says why it has no heap when it is asked for one, anew for each run of the DSP. */
static void ask_for_heap(void)
{
	look_at_tree();
	dsp_restart();
	CHECK_EQ(create_audio(node_open()), -ENOMEM);
	node_close_all();
}

TEST(no_memory_region)
{
	require_variant("no-region");
	ask_for_heap();
	finds("no-memory-region");
	ctl_prints("its node in the device tree has no memory-region");
}

TEST(heap_is_refused)
{
	require_variant("misaligned");
	ask_for_heap();
	finds("heap-refused");
	ctl_prints("is not a multiple of 4 KiB");
}

TEST(remoteproc_has_no_iommu)
{
	require_variant("no-iommu-domain");
	ask_for_heap();
	finds("kernel-too-old-for-el2");
	ctl_prints("use Linux 7.0 or newer");
}

TEST(labels_are_wrong)
{
	require_variant("mislabelled");
	node_wait(NODE, true);
	finds("no-label not-taken");
	ctl_prints("/remoteproc-cdsp/glink-edge/fastrpc in the device tree has no label");
	ctl_prints("the driver did not take the DSP: there is no /dev/fastrpc-xdsp");
}

static void restore_cdsp(void)
{
	control_select("cdsp");
	if (!dsp_is_running())
		dsp_start();
	control_select(DSP);
}

/* Nothing in the tree translates the CDSP's stream, and so it does not start. */
TEST(tree_is_wrong)
{
	require_variant("doctor");
	node_wait(NODE, true);
	node_wait("/dev/fastrpc-cdsp", true);
	finds("no-remoteproc no-fastrpc-node");
	ctl_prints("the device tree has this DSP, and no remote processor is there for it");
	ctl_prints("\"dsp\": \"cdsp1\", \"text\": \"remoteproc");
	ctl_prints(" below it in the device tree: no program can call this DSP");
	test_teardown = restore_cdsp;
	control_select("cdsp");
	dsp_stop();
	start_refused();
	finds("no-remoteproc no-fastrpc-node start-failed tree-not-for-el2");
	ctl_prints("boot with the tree of this machine for EL2, NAME-el2.dtb");
}

/* A modem DSP has its secure node only. */
TEST(node_is_secure)
{
	require_variant("installed");
	control_select("mdsp");
	node_wait("/dev/fastrpc-mdsp-secure", true);
	CHECK_EQ(fastrpcctl_as(become_nobody, "doctor", NULL), 1);
	ctl_prints(" may not open /dev/fastrpc-mdsp-secure, and this DSP has no other node");
	finds("");
}

static int load_in_tree(void)
{
	struct utsname kernel;
	char path[160];
	int fd;

	uname(&kernel);
	snprintf(path, sizeof(path), "/lib/modules/%s/kernel/drivers/misc/fastrpc.ko",
		 kernel.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		test_skip("this kernel comes without the in-tree driver");
	REQUIRE_EQ(syscall(SYS_finit_module, fd, "", 0), 0);
	return close(fd);
}

static void restore_ours(void)
{
	if (dsp_is_running())
		dsp_stop();
	if (driver_is_loaded())
		REQUIRE_EQ(driver_unload(), 0);
	driver_restore();
}

TEST(driver_is_the_kernels)
{
	require_variant("installed");
	test_teardown = restore_ours;
	dsp_stop();
	REQUIRE_EQ(driver_unload(), 0);
	load_in_tree();
	dsp_start();
	node_wait(NODE, true);
	finds("in-tree-driver");
	ctl_prints(" that is loaded is the one that Linux ships");
	ctl_prints("update-initramfs -u, then reboot");
}

/*
 * A load of our module that the kernel has let in and not finished: it waits for the
 * module's parameters, in a page that only comes when the file @pager is closed.
 */
static struct held_load {
	pthread_t thread;
	void *image, *parameters;
	size_t size;
	int pager;
	long result;
} held = { .pager = -1 };

static void *load_image(void *unused)
{
	(void)unused;
	held.result = syscall(SYS_init_module, held.image, held.size, held.parameters);
	return NULL;
}

static void read_image(void)
{
	int fd = open(driver_ko(), O_RDONLY | O_CLOEXEC);
	struct stat st;

	REQUIRE(fd >= 0);
	REQUIRE_EQ(fstat(fd, &st), 0);
	held.size = st.st_size;
	held.image = mmap(NULL, held.size, PROT_READ, MAP_PRIVATE, fd, 0);
	REQUIRE(held.image != MAP_FAILED);
	close(fd);
}

static void keep_parameters_away(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	held.parameters = mmap(NULL, KERNEL_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(held.parameters != MAP_FAILED);
	range.range.start = (uintptr_t)held.parameters;
	range.range.len = KERNEL_PAGE;
	held.pager = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	REQUIRE(held.pager >= 0);
	REQUIRE_EQ(ioctl(held.pager, UFFDIO_API, &api), 0);
	REQUIRE_EQ(ioctl(held.pager, UFFDIO_REGISTER, &range), 0);
}

/* Until the kernel asks for the parameters: it has judged the signature by then. */
static void load_and_hold(void)
{
	struct pollfd asked = { .events = POLLIN };

	read_image();
	keep_parameters_away();
	asked.fd = held.pager;
	REQUIRE_EQ(pthread_create(&held.thread, NULL, load_image, NULL), 0);
	REQUIRE_EQ(poll(&asked, 1, WAIT_MS), 1);
}

static void finish_load(void)
{
	if (held.pager < 0)
		return;
	close(held.pager);
	held.pager = -1;
	pthread_join(held.thread, NULL);
	CHECK_EQ(held.result, 0);
	munmap(held.parameters, KERNEL_PAGE);
	munmap(held.image, held.size);
}

static void restore_held(void)
{
	finish_load();
	driver_restore();
}

/*
 * As Secure Boot does it, the kernel takes signed modules only: until the next boot, so
 * this case is the last one.  Ours, which has no signature, is back afterwards because its
 * load began before.
 */
TEST(module_is_unsigned)
{
	require_variant("installed");
	test_teardown = restore_held;
	dsp_stop();
	node_wait(NODE, false);
	REQUIRE_EQ(driver_unload(), 0);
	load_and_hold();
	REQUIRE_EQ(file_write(SIG_ENFORCE, "1"), 0);
	test_allow("is rejected");
	CHECK_EQ(driver_load(), -EKEYREJECTED);
	dsp_start();
	finds("secure-boot");
	ctl_prints("the driver is installed and not loaded: Secure Boot is on");
	ctl_prints("docs/secure-boot.md");
	finish_load();
	node_wait(NODE, true);
	finds("");
}
