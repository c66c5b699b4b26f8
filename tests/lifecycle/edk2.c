// SPDX-License-Identifier: GPL-2.0-only
/*
 * A board that EFI firmware has started.  The firmware keeps code and data that it needs
 * while Linux runs, and a region of the device tree is there: the heap does not get it,
 * all else works, and so does the firmware.  A region beside it is a heap.
 */
#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>
#include <sys/klog.h>

#include "harness.h"

#define LOG_SIZE	(4 << 20)
#define READ_ALL	3	/* of klogctl() */

/* In the order of board,regions in board/dts/own/edk2.dtsi. */
enum { BESIDE, OF_EFI };

static struct heap_piece use_region(uint32_t index)
{
	if (access("/sys/firmware/efi", F_OK))
		test_skip("there is no EFI firmware: board/setup edk2 says why");
	return heap_use_region(index);
}

/* A call into the firmware, which is the machine's clock. */
static void check_clock(void)
{
	int fd = open("/dev/rtc0", O_RDONLY | O_CLOEXEC);
	struct rtc_time time = { };

	REQUIRE(fd >= 0);
	CHECK_EQ(ioctl(fd, RTC_RD_TIME, &time), 0);
	CHECK(time.tm_year > 100);
	close(fd);
}

/* A line of the kernel's list, which it prints for efi=debug: "efi:   0x1-0x2 [TYPE |RUN|...". */
static bool is_runtime_line(const char *line, const struct heap_piece *where)
{
	unsigned long long first, last;
	int end = 0;

	sscanf(line, "efi: %llx-%llx [%*[^|]|RUN|%n", &first, &last, &end);
	return end && where->base <= last && first < where->base + where->size;
}

static bool is_runtime_memory(const struct heap_piece *where)
{
	static char log[LOG_SIZE];
	int len = klogctl(READ_ALL, log, sizeof(log) - 1);

	REQUIRE(len > 0);
	for (char *line = log; (line = strstr(line, "efi:   0x")); line++)
		if (is_runtime_line(line, where))
			return true;
	return false;
}

TEST(runtime_memory_is_refused)
{
	struct heap_piece where;
	int fd;

	where = use_region(OF_EFI);
	check_clock();
	test_context("edk2 has its memory elsewhere: board/dts/own/edk2.dtsi has to follow");
	REQUIRE(is_runtime_memory(&where));
	test_context("%s", "");
	fd = node_open();
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_echo(fd, 1, 5000), 0);
	CHECK_EQ(kernel_log_count("memory-region of-efi overlaps EFI runtime memory"), 1);
	node_close(fd);
	check_clock();
}

TEST(a_region_beside_it)
{
	struct heap_piece where = use_region(BESIDE);
	struct offer o;
	int fd = node_open();

	CHECK(!is_runtime_memory(&where));
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.base, where.base);
	CHECK_EQ(o.size, where.size);
	control_heap_in_use();
	node_close(fd);
	check_clock();
}
