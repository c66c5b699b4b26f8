// SPDX-License-Identifier: GPL-2.0-only
/* A region that the kernel has in its linear map is refused, with a reason. */
#include "harness.h"

TEST(refused_with_a_reason)
{
	int fd = node_open();

	CHECK_EQ(create_audio(fd), -ENOMEM);
	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	kernel_log_rewind();
	CHECK_EQ(kernel_log_count("is memory the kernel uses"), 1);
}
