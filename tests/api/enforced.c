// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of the boards at EL1: does the monitor notice who touches what is not
 * its own?
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define POISON	0xdeaddeadu

static struct offer region;

static void start(void)
{
	monitor_require();
	test_expects_faults();
	daemon_came_and_went(&region);
	control_clear();
}

/* The region through /dev/mem: no driver's doing. */
static volatile uint32_t *see_region(void)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	void *bytes;

	if (fd < 0)
		test_skip("this kernel has no /dev/mem");
	bytes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, region.base);
	close(fd);
	REQUIRE(bytes != MAP_FAILED);
	return bytes;
}

static struct dsp_control_violations violations(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.violations;
}

TEST(cpu_is_counted)
{
	struct dsp_control_violations v;
	volatile uint32_t *bytes;

	start();
	bytes = see_region();
	CHECK_EQ(violations().cpu_touched, 0);
	CHECK_EQ(bytes[2], POISON);
	bytes[2] = 1;
	v = violations();
	CHECK_EQ(v.cpu_touched, 2);
	CHECK_EQ(v.cpu_touched_at, region.base + 8);
	CHECK(v.cpu_touched_by);
	control_clear();
	/* nothing of it has arrived */
	control_heap_in_use();
	CHECK_EQ(violations().corrupted, 0);
	munmap((void *)bytes, PAGE);
}

static void touch(void *bytes)
{
	*(volatile uint32_t *)bytes;
}

TEST(cpu_takes_an_abort)
{
	volatile uint32_t *bytes;
	int status;
	pid_t pid;

	start();
	bytes = see_region();
	monitor_on_abort(DSP_MONITOR_ABORT_INJECT);
	pid = fork();
	if (!pid) {
		touch((void *)bytes);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	monitor_on_abort(DSP_MONITOR_ABORT_SKIP);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	CHECK_EQ(violations().cpu_touched, 1);
	control_clear();
	munmap((void *)bytes, PAGE);
}

/* Pages of Linux', beside the region: neither read nor written by the DSP. */
TEST(dsp_is_refused)
{
	struct dsp_control_access access = { .label = DSP, .value = 1 };
	struct dsp_control_status st;

	start();
	for (int is_write = 0; is_write < 2; is_write++) {
		access.addr = region.base + region.size;
		access.is_write = is_write;
		REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
		CHECK_EQ(access.faulted, 1);
		control_status(&st);
		CHECK_EQ(st.faults, is_write + 1);
		CHECK_EQ(st.last_fault.event, DSP_EVENT_XPU);
		CHECK_EQ(st.last_fault.iova, access.addr);
		CHECK_EQ(st.last_fault.is_read, !is_write);
		CHECK_EQ(st.last_fault.owners, VM_HLOS);
	}
	control_clear();
}
