// SPDX-License-Identifier: GPL-2.0-only
/* ioctl numbers that are not ours, sizes that are not right, pointers to nowhere. */
#include "harness.h"

static const unsigned long ours[] = {
	FASTRPC_IOCTL_INVOKE, FASTRPC_IOCTL_INIT_ATTACH, FASTRPC_IOCTL_INIT_ATTACH_SNS,
	FASTRPC_IOCTL_INIT_CREATE_STATIC, FASTRPC_IOCTL_GET_DSP_INFO,
	FASTRPC_IOCTL_MMAP, FASTRPC_IOCTL_MUNMAP, FASTRPC_IOCTL_ALLOC_DMA_BUFF,
	FASTRPC_IOCTL_INIT_CREATE, FASTRPC_IOCTL_MEM_MAP, FASTRPC_IOCTL_MEM_UNMAP,
	FASTRPC_IOCTL_SET_OPTION,
};

/* Has a number, and never had a meaning. */
static const unsigned long unused[] = {
	FASTRPC_IOCTL_FREE_DMA_BUFF,
};

static bool is_ours(unsigned long request)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (ours[i] == request)
			return true;
	return false;
}

/* The numbers that user space was compiled with, years ago. */
TEST(numbers_are_frozen)
{
	CHECK_EQ(FASTRPC_IOCTL_ALLOC_DMA_BUFF, 0xC0105201);
	CHECK_EQ(FASTRPC_IOCTL_FREE_DMA_BUFF, 0xC0045202);
	CHECK_EQ(FASTRPC_IOCTL_INVOKE, 0xC0105203);
	CHECK_EQ(FASTRPC_IOCTL_INIT_ATTACH, 0x00005204);
	CHECK_EQ(FASTRPC_IOCTL_INIT_CREATE, 0xC0185205);
	CHECK_EQ(FASTRPC_IOCTL_MMAP, 0xC0205206);
	CHECK_EQ(FASTRPC_IOCTL_MUNMAP, 0xC0105207);
	CHECK_EQ(FASTRPC_IOCTL_INIT_ATTACH_SNS, 0x00005208);
	CHECK_EQ(FASTRPC_IOCTL_INIT_CREATE_STATIC, 0xC0105209);
	CHECK_EQ(FASTRPC_IOCTL_MEM_MAP, 0xC040520A);
	CHECK_EQ(FASTRPC_IOCTL_MEM_UNMAP, 0xC030520B);
	CHECK_EQ(FASTRPC_IOCTL_SET_OPTION, 0xC020520C);
	CHECK_EQ(FASTRPC_IOCTL_GET_DSP_INFO, 0xC01C520D);
}

TEST(never_implemented)
{
	static uint8_t zero[4096], ones[4096];
	int fd = node_open();

	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < ARRAY_SIZE(unused); i++) {
		test_context("ioctl 0x%lx", unused[i]);
		CHECK_EQ(node_ioctl(fd, unused[i], zero), -ENOTTY);
		CHECK_EQ(node_ioctl(fd, unused[i], ones), -ENOTTY);
		CHECK_EQ(node_ioctl(fd, unused[i], NULL), -ENOTTY);
	}
}

/* Every number of our letter with every direction and many a size. */
TEST(unknown_numbers_sizes_and_directions)
{
	static const unsigned int sizes[] = {
		0, 1, 4, 12, 15, 16, 17, 24, 28, 32, 64, 4096, 16383,
	};
	static uint8_t zero[16384];
	struct dsp_control_status before, after;
	int fd = node_open();

	control_status(&before);
	for (unsigned int nr = 0; nr < 256; nr++) {
		for (unsigned int dir = 0; dir < 4; dir++) {
			for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
				unsigned long request = _IOC(dir, 'R', nr, sizes[i]);

				if (is_ours(request))
					continue;
				test_context("ioctl 0x%lx", request);
				if (!CHECK_EQ(node_ioctl(fd, request, zero), -ENOTTY))
					return;
			}
		}
	}
	control_status(&after);
	CHECK_EQ(after.requests, before.requests);
	CHECK_EQ(invoke_null(fd), 0);
}

TEST(other_letters)
{
	static uint8_t zero[64];
	int fd = node_open();

	for (unsigned int letter = 0; letter < 256; letter++) {
		test_context("letter 0x%x", letter);
		if (letter == 'R')
			continue;
		CHECK_EQ(node_ioctl(fd, _IOWR(letter, 3, struct fastrpc_invoke), zero), -ENOTTY);
	}
	/* the number is 32 bits; more are cut off by the kernel's own entry */
	CHECK_EQ(node_ioctl(fd, 0, zero), -ENOTTY);
	CHECK_EQ(node_ioctl(fd, 0xffffffff, zero), -ENOTTY);
}

TEST(bad_argument_pointers)
{
	/* a 32-bit program has their lower halves */
	static const uint64_t bad[] = {
		0, 8, ~0xfull, 0xffff000080000000, 0x0000fffffffffff8, 0x0001000000000000,
	};
	char *end = guarded_alloc(PAGE);
	int fd = node_open();

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		unsigned long size = _IOC_SIZE(ours[i]);

		if (!size)
			continue;
		for (size_t b = 0; b < ARRAY_SIZE(bad); b++) {
			const void *at = (void *)(uintptr_t)bad[b];

			test_context("ioctl 0x%lx at %p", ours[i], at);
			CHECK_EQ(node_ioctl(fd, ours[i], at), -EFAULT);
		}
		/* one byte too few before the end of memory */
		CHECK_EQ(node_ioctl(fd, ours[i], end + PAGE - size + 1), -EFAULT);
	}
	guarded_free(end, PAGE);
}

/* Those without an argument ignore it. */
TEST(argument_of_attach_is_ignored)
{
	int fd = node_open();

	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH, (void *)8), 0);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, (void *)~0ul), 0);
}

/* What an unprivileged program can do a thousand times is not logged a thousand times. */
TEST(bad_calls_do_not_fill_the_log)
{
	static uint8_t zero[64];
	int fd = node_open(), lines;

	kernel_log_mark();
	for (int i = 0; i < 1000; i++) {
		node_ioctl(fd, _IOC(3, 'R', 99, 16), zero);
		node_ioctl(fd, FASTRPC_IOCTL_INVOKE, NULL);
		node_ioctl(fd, FASTRPC_IOCTL_MMAP, zero);
		create_static(fd, NULL, 8);
	}
	lines = kernel_log_count("");
	CHECK(lines <= 20);
	if (lines > 20)
		printf("%d lines\n", lines);
}
