// SPDX-License-Identifier: GPL-2.0-only
/* What the DSP gets to see: its arguments, and nothing of the kernel or of others. */
#include "harness.h"

#define METADATA_END(n)	((40 * (n) + 388 + 127) / 128 * 128)

/* Kernel addresses of arm64 start with 0xffff; every 64-bit word is looked at. */
static void no_kernel_address(const uint8_t *bytes, size_t len, const char *what)
{
	for (size_t i = 0; i + 8 <= len; i += 8) {
		uint64_t v;

		memcpy(&v, bytes + i, 8);
		test_context("%s at 0x%zx: 0x%llx", what, i, (unsigned long long)v);
		if (!CHECK(v >> 48 != 0xffff))
			return;
	}
	test_context("%s", what);
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Of the newest call, with @n arguments whose bytes end @data_len after the metadata. */
static void check_newest(unsigned int n, size_t data_len, const char *what)
{
	struct dsp_control_capture cap;
	size_t end = METADATA_END(n);

	control_capture(0, &cap);
	no_kernel_address(cap.msg, sizeof(cap.msg), what);
	no_kernel_address(cap.metadata, cap.metadata_len, what);
	REQUIRE(end + data_len <= cap.metadata_len);
	CHECK(is_zero(cap.metadata + 40 * n, end - 40 * n));
	/* no other byte of the page: another program may have had it before */
	CHECK(is_zero(cap.metadata + end + data_len, cap.metadata_len - end - data_len));
}

/* A file that makes its first call: its pages are fresh. */
TEST(requests_of_the_kernel)
{
	uint32_t value;
	int fd;

	dsp_restart();
	fd = node_open();
	CHECK_EQ(attach(fd), 0);
	check_newest(1, 4, "attach");
	node_close(fd);
	fd = node_open();
	CHECK_EQ(get_dsp_info(fd, 6, &value), 0);
	check_newest(2, 4, "get info");		/* the out-buffer is zero as well */
	node_close(fd);
	fd = node_open();
	CHECK_EQ(create_audio(fd), 0);
	check_newest(3, 256 + 16, "create static");
}

TEST(calls_of_users)
{
	static uint8_t in[64], out[64];
	struct call c;
	int fd;

	memset(in, 0x5a, sizeof(in));
	memset(out, 0x5b, sizeof(out));	/* the content of an out-buffer is not sent */
	for (int n = 1; n < 5; n++) {
		fd = node_open();
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		for (int i = 0; i < n; i++)
			call_in(&c, in, i == n - 1 ? 64 : 0);
		for (int i = 0; i < n; i++)
			call_out(&c, out, i == n - 1 ? 64 : 0);
		CHECK_EQ(call_send(fd, &c), 0);
		check_newest(2 * n, 64, "echo");
		node_close(fd);
	}
}

/* What one client sent, the next one's messages do not contain. */
TEST(nothing_of_the_client_before)
{
	uint8_t *secret = pages_alloc(16 * PAGE);
	int sessions = node_sessions();
	struct call c;

	memset(secret, 0xa5, 16 * PAGE);
	for (int i = 0; i < sessions; i++) {
		int fd = node_open();

		for (size_t len = 1000; len < 16 * PAGE; len *= 3) {
			call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
			call_in(&c, secret, len);
			CHECK_EQ(call_send(fd, &c), 0);
		}
		CHECK_EQ(attach(fd), 0);
		node_close(fd);
	}
	for (int i = 0; i < sessions; i++) {
		int fd = node_open();

		for (size_t len = 0; len < 3; len++) {
			struct dsp_control_capture cap;

			call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
			call_in(&c, "xyz", len);
			CHECK_EQ(call_send(fd, &c), 0);
			control_capture(0, &cap);
			test_context("session %d, %zu bytes", i, len);
			CHECK(!memmem(cap.metadata, cap.metadata_len, "\xa5\xa5\xa5\xa5", 4));
		}
	}
}

/* An out-buffer that the DSP does not fill comes back zero, not as memory of another program. */
TEST(unfilled_output_is_zero)
{
	uint8_t *secret = pages_alloc(4 * PAGE), *out = pages_alloc(4 * PAGE);
	int fd = node_open();
	struct call c;

	memset(secret, 0xa5, 4 * PAGE);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	call_in(&c, secret, 4 * PAGE);
	CHECK_EQ(call_send(fd, &c), 0);

	/* the DSP answers without having written anything */
	memset(out, 0xee, 4 * PAGE);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_ECHO, DSP_ANSWER_ERROR, 1, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
	call_out(&c, out, 4 * PAGE);
	CHECK_EQ(call_send(fd, &c), 0);
	CHECK(is_zero(out, 4 * PAGE));
}
