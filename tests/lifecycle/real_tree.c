// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSPs of a real machine, as its device tree has them (board/dtb-variant): what
 * "fastrpcctl check-dt" foretells of that tree is in the node "foretold", and comes.
 */
#include <dirent.h>

#include "harness.h"

#define FORETOLD	"/sys/firmware/devicetree/base/foretold"
#define MAX_DSPS	8
#define MAX_SESSIONS	16
#define ECHO_LEN	5000

/* What was foretold of a DSP. */
static struct dsp {
	char label[16];
	uint32_t sessions, plain, secure, heap_size, heap_first, heap_last;
	char heap[16];		/* "map", "assign", "as-is", "none" */
} dsps[MAX_DSPS];
static int nr_dsps;

static uint32_t number(const char *label, const char *name)
{
	uint8_t bytes[8] = { };
	char path[96];

	snprintf(path, sizeof(path), FORETOLD "/%.15s/%s", label, name);
	if (file_read(path, (char *)bytes, sizeof(bytes)) != 4)
		return 0;
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static void read_dsp(struct dsp *dsp, const char *label)
{
	char path[96];

	snprintf(dsp->label, sizeof(dsp->label), "%.15s", label);
	dsp->sessions = number(label, "sessions");
	dsp->plain = number(label, "plain");
	dsp->secure = number(label, "secure");
	dsp->heap_size = number(label, "heap-size");
	dsp->heap_first = number(label, "heap-first");
	dsp->heap_last = number(label, "heap-last");
	snprintf(path, sizeof(path), FORETOLD "/%.15s/heap", label);
	REQUIRE(file_read(path, dsp->heap, sizeof(dsp->heap)) > 0);
}

static const char *node_of(const struct dsp *dsp, bool secure)
{
	static char path[64];

	snprintf(path, sizeof(path), "/dev/fastrpc-%.15s%s", dsp->label, secure ? "-secure" : "");
	return path;
}

/* The one that may do the most. */
static const char *best_node(const struct dsp *dsp)
{
	return node_of(dsp, dsp->secure);
}

static void select_dsp(const struct dsp *dsp)
{
	test_context("%s", dsp->label);
	control_select(dsp->label);
}

static void restore(void)
{
	if (!driver_is_loaded())
		driver_load();
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		if (!dsp_is_running())
			dsp_start();
		node_wait(best_node(&dsps[i]), true);
	}
}

static void setup(void)
{
	DIR *dir = opendir(FORETOLD);
	struct dirent *entry;

	REQUIRE(dir);
	nr_dsps = 0;
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && nr_dsps < MAX_DSPS)
			read_dsp(&dsps[nr_dsps++], entry->d_name);
	closedir(dir);
	REQUIRE(nr_dsps > 0);
}

static void __attribute__((constructor)) fixture(void)
{
	test_setup = setup;
	test_teardown = restore;
}

static int open_session(const struct dsp *dsp)
{
	int fd;

	node_wait(best_node(dsp), true);
	fd = node_try_session(best_node(dsp));
	REQUIRE(fd >= 0);
	return fd;
}

static void echo(int fd, uint8_t seed)
{
	static uint8_t in[ECHO_LEN], out[ECHO_LEN];
	struct call c;

	fill_pattern(in, sizeof(in), seed);
	memset(out, 0, sizeof(out));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, in, sizeof(in));
	call_out(&c, out, sizeof(out));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(out, in, sizeof(in));
}

static void works(const struct dsp *dsp)
{
	int fd = open_session(dsp);

	REQUIRE_EQ(attach(fd), 0);
	echo(fd, dsp->label[0]);
	node_close(fd);
}

/* The two nodes of a DSP come one after the other. */
static void check_node(const struct dsp *dsp, bool is_secure, bool is_wanted)
{
	if (is_wanted)
		node_wait(node_of(dsp, is_secure), true);
	else
		CHECK_EQ(access(node_of(dsp, is_secure), F_OK), -1);
}

TEST(nodes)
{
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		node_wait(best_node(&dsps[i]), true);
		check_node(&dsps[i], true, dsps[i].secure);
		check_node(&dsps[i], false, dsps[i].plain);
	}
}

/* As many sessions as foretold, and no more; a call in each while all are there. */
static void use_every_session(const struct dsp *dsp)
{
	struct dsp_control_status st;
	int fds[MAX_SESSIONS];

	REQUIRE(dsp->sessions && dsp->sessions < MAX_SESSIONS);
	for (unsigned int i = 0; i < dsp->sessions; i++) {
		fds[i] = open_session(dsp);
		REQUIRE_EQ(attach(fds[i]), 0);
	}
	CHECK_EQ(node_try_session(best_node(dsp)), -EBUSY);
	control_status(&st);
	CHECK_EQ(st.attached_clients, dsp->sessions);
	for (unsigned int i = 0; i < dsp->sessions; i++)
		echo(fds[i], i);
	for (unsigned int i = 0; i < dsp->sessions; i++)
		node_close(fds[i]);
}

TEST(a_call_on_every_bank)
{
	test_allow("No session available");
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		use_every_session(&dsps[i]);
	}
}

/* What the driver says when it has let the DSP in. */
static const char *way_text(const struct dsp *dsp)
{
	if (!strcmp(dsp->heap, "map"))
		return "mapped 1:1 in the remoteproc's IOMMU domain";
	return !strcmp(dsp->heap, "assign") ? "assigned to the DSP by SCM" : "used as it is";
}

static void check_heap(const struct dsp *dsp)
{
	struct offer o;
	int fd;

	dsp_stop();
	node_wait(best_node(dsp), false);
	dsp_start();
	kernel_log_mark();
	fd = open_session(dsp);
	if (!strcmp(dsp->heap, "none")) {
		CHECK_EQ(create_audio(fd), -ENOMEM);
		return;
	}
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	CHECK_EQ(o.size, dsp->heap_size);
	CHECK(o.base >= dsp->heap_first && o.base + o.size - 1 <= dsp->heap_last);
	CHECK_EQ(kernel_log_count(way_text(dsp)), 1);
	control_heap_in_use();
	node_close(fd);
}

/* Where the driver has a region that the DSP may use. */
static struct heap_piece lent_region(void)
{
	unsigned long long first, last;
	char text[4096], *region;

	heap_wait_pieces("region", "offered", 1);
	heap_account_read(text, sizeof(text));
	region = strstr(text, "  region [mem ");
	REQUIRE(region);
	REQUIRE(sscanf(region, "  region [mem %llx-%llx] offered", &first, &last) == 2);
	return (struct heap_piece){ first, last + 1 - first };
}

static void dsp_reaches(uint64_t addr)
{
	struct dsp_control_access word = { .is_write = 1, .addr = addr, .value = 0x5e5e5e5e };

	snprintf(word.label, sizeof(word.label), "%s", control_selected());
	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &word), 0);
	CHECK_EQ(word.faulted, 0);
}

/* The VMs that the device tree gives the DSP's memory to. */
static uint64_t vms_of(const struct dsp *dsp)
{
	uint8_t vmids[64];
	char path[128];
	uint64_t vms = 0;
	int len;

	snprintf(path, sizeof(path),
		 "/proc/device-tree/remoteproc-%.15s/glink-edge/fastrpc/qcom,vmids", dsp->label);
	len = file_read(path, (char *)vmids, sizeof(vmids));
	REQUIRE(len > 0);
	for (int i = 3; i < len; i += 4)
		vms |= 1ull << vmids[i];
	return vms;
}

static void check_owners(const struct dsp *dsp, const struct heap_piece *region, bool is_lent)
{
	if (!strcmp(dsp->heap, "assign"))
		monitor_check_owners(region->base, region->size, is_lent ? vms_of(dsp) : VM_HLOS);
}

/* The sensors' firmware has its region while the DSP runs, and is not told of it. */
static void check_lent(const struct dsp *dsp)
{
	struct dsp_control_status before, after;
	struct heap_piece region;

	if (!strcmp(dsp->heap, "none"))
		return;
	dsp_stop();
	node_wait(best_node(dsp), false);
	control_status(&before);
	dsp_start();
	node_wait(best_node(dsp), true);
	region = lent_region();
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(region.size, dsp->heap_size);
	CHECK(region.base >= dsp->heap_first && region.base + region.size - 1 <= dsp->heap_last);
	check_owners(dsp, &region, true);
	dsp_reaches(region.base);
	dsp_reaches(region.base + region.size - 4);
	works(dsp);
	control_status(&after);
	CHECK_EQ(after.heap_pages, 0);
	dsp_stop();
	check_owners(dsp, &region, false);
}

TEST(heap_as_foretold)
{
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		if (!strncmp(dsps[i].label, "adsp", 4))
			check_heap(&dsps[i]);
		else if (!strncmp(dsps[i].label, "sdsp", 4))
			check_lent(&dsps[i]);
	}
}

TEST(stop_and_start)
{
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		dsp_stop();
		node_wait(best_node(&dsps[i]), false);
		dsp_start();
		works(&dsps[i]);
	}
}

TEST(crash)
{
	for (int i = 0; i < nr_dsps; i++) {
		int fd;

		select_dsp(&dsps[i]);
		test_allow("recovering");
		fd = open_session(&dsps[i]);
		REQUIRE_EQ(attach(fd), 0);
		dsp_crash();
		CHECK_EQ(invoke_null(fd), -EPIPE);
		node_close(fd);
		works(&dsps[i]);
	}
}

TEST(reload)
{
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		dsp_stop();
	}
	REQUIRE_EQ(driver_unload(), 0);
	REQUIRE_EQ(driver_load(), 0);
	for (int i = 0; i < nr_dsps; i++) {
		select_dsp(&dsps[i]);
		dsp_start();
		works(&dsps[i]);
	}
}
