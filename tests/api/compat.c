// SPDX-License-Identifier: GPL-2.0-only
/*
 * What differs for a 32-bit program on a 64-bit kernel: where its memory may be, and
 * addresses that it extended by their sign.  All of it holds for 64-bit programs as well.
 */
#include <sys/mman.h>

#include "harness.h"

/* Half of a 32-bit program's addresses are negative as a long. */
#define HIGH	((void *)0xc0000000ul)
#define SIZE	(2 * PAGE)

static uint8_t *map_high(int dmabuf)
{
	int flags = dmabuf < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(HIGH, SIZE, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, dmabuf, 0);

	REQUIRE(p == HIGH);
	return p;
}

static uint64_t extend(const void *p)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)(uintptr_t)p;
}

static uint64_t count_requests(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.requests;
}

TEST(copied_above_2_gib)
{
	uint8_t *high = map_high(-1), in[100];
	int fd = node_open();
	struct call c;

	fill_pattern(in, sizeof(in), 1);
	memcpy(high, in, sizeof(in));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, high, sizeof(in));
	call_out(&c, high + PAGE, sizeof(in));
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(high + PAGE, in, sizeof(in));
	munmap(high, SIZE);
}

TEST(mapped_above_2_gib)
{
	int fd = node_open(), buf = dmabuf_alloc(fd, SIZE);
	uint8_t *high = map_high(buf), in[100];
	struct call c;

	fill_pattern(in, sizeof(in), 2);
	memcpy(high + 50, in, sizeof(in));
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_in(&c, high + 50, sizeof(in))->fd = buf;
	call_out(&c, high + PAGE + 50, sizeof(in))->fd = buf;
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK_MEM(high + PAGE + 50, in, sizeof(in));
	munmap(high, SIZE);
	close(buf);
}

TEST(arguments_above_2_gib)
{
	uint8_t *high = map_high(-1);
	int fd = node_open();
	struct call c;
	uint32_t word = 5;

	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_in(&c, &word, sizeof(word));
	memcpy(high, c.args, sizeof(c.args[0]));
	c.inv.sc = DSP_TEST_NULL << 24 | 1 << 16;
	c.inv.args = (uintptr_t)high;
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &c.inv), 0);
	c.inv.args = extend(high);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INVOKE, &c.inv), -EFAULT);
	munmap(high, SIZE);
}

/* No memory of a program is there: such an address must not be taken for another one. */
TEST(extended_by_their_sign)
{
	int fd = node_open(), buf = dmabuf_alloc(fd, SIZE);
	uint8_t *high = map_high(buf), other[100];
	static const int descriptors[] = { -1, 0, 1 };
	uint64_t before = count_requests();
	struct call c;

	for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++) {
		int used = descriptors[i] == 1 ? buf : descriptors[i];

		test_context("descriptor %d", descriptors[i]);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, high, sizeof(other))->fd = used;
		call_out(&c, other, sizeof(other));
		c.args[0].ptr = extend(high);
		CHECK_EQ(call_send(fd, &c), -EFAULT);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, other, sizeof(other));
		call_out(&c, high, sizeof(other))->fd = used;
		c.args[1].ptr = extend(high);
		/* a copied output's address counts when there is an answer */
		CHECK_EQ(call_send(fd, &c), -EFAULT);
	}
	CHECK_EQ(count_requests(), before + 2);
	munmap(high, SIZE);
	close(buf);
}

TEST(names_and_shells_extended_by_their_sign)
{
	struct fastrpc_init_create_static audio = { .namelen = 8 };
	struct fastrpc_init_create create = { .filelen = 100 };
	uint8_t *high = map_high(-1);
	int fd = node_open();

	strcpy((char *)high, "audiopd");
	audio.name = extend(high);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE_STATIC, &audio), -EFAULT);
	create.file = extend(high);
	CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &create), -EFAULT);
	munmap(high, SIZE);
}
