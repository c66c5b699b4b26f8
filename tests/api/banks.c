// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context banks that cannot be used: they are no sessions, and the others are.
 */
#include "harness.h"

#define FIRST_SESSION	3	/* board.dtsi */
#define MAX_SESSIONS	8

/* The session that a file has, off the wire. */
static uint64_t session_of(int fd)
{
	struct dsp_control_capture cap;

	CHECK_EQ(attach(fd), 0);
	CHECK_EQ(invoke_null(fd), 0);
	control_capture(0, &cap);
	return wire_word(cap.msg + 28, 4);
}

/* Opens all there is; a bit for each session. */
static uint64_t sessions_there(void)
{
	uint64_t there = 0;
	int fd;

	node_wait(NODE, true);
	test_allow("No session available");
	while ((fd = node_try_session(NODE)) >= 0) {
		uint64_t session = session_of(fd);

		REQUIRE(session < MAX_SESSIONS);
		CHECK(!(there & 1u << session));
		there |= 1u << session;
	}
	CHECK_EQ(fd, -EBUSY);
	node_close_all();
	return there;
}

static uint64_t sessions_in_tree(void)
{
	return ((1u << node_sessions()) - 1) << FIRST_SESSION;
}

/* Sessions of banks whose stream the SMMU does not have. */
static uint64_t sessions_lost(void)
{
	uint64_t lost = 0;
	char path[120];

	for (unsigned int i = 0; i < MAX_SESSIONS; i++) {
		snprintf(path, sizeof(path), "/sys/firmware/devicetree/base/remoteproc-" DSP
			 "/glink-edge/fastrpc/compute-cb@%x/board,lost", i);
		if (!access(path, F_OK))
			lost |= 1u << i;
	}
	return lost;
}

/*
 * The driver core goes on with a device whose IOMMU could not be attached.  Its
 * memory would be where the DSP does not find it.
 */
TEST(iommu_is_not_attached)
{
	uint64_t lost = sessions_lost();

	if (!lost)
		test_skip("all banks of this device tree can be attached");
	kernel_log_rewind();
	/* the node comes last: all banks have been tried then */
	CHECK_EQ(sessions_there(), sessions_in_tree() & ~lost);
	CHECK_EQ(kernel_log_count("IOMMU is not attached"), 1);
	for (int i = 0; i < 3; i++) {
		dsp_restart();
		CHECK_EQ(sessions_there(), sessions_in_tree() & ~lost);
	}
}

static void restore(void)
{
	control_maskless(0);
	dsp_restart();
}

/* Its addresses would be cut to a width that was never agreed on. */
TEST(dma_mask_is_refused)
{
	uint64_t all = sessions_in_tree() & ~sessions_lost();

	test_teardown = restore;
	test_allow("cannot address 32 bits");
	test_allow("probe with driver frpc-cb failed");
	test_allow("probe of remoteproc-" DSP ":");
	for (uint64_t refused = 1u << FIRST_SESSION; refused <= all; refused <<= 1) {
		test_context("session bits %#llx", (unsigned long long)refused);
		control_maskless(refused);
		kernel_log_mark();
		dsp_restart();
		CHECK_EQ(sessions_there(), all & ~refused);
		CHECK_EQ(kernel_log_count("cannot address 32 bits"), !!(all & refused));
	}
	test_context("all");
	control_maskless(all);
	dsp_restart();
	CHECK_EQ(sessions_there(), 0);
	test_context("none");
	control_maskless(0);
	dsp_restart();
	CHECK_EQ(sessions_there(), all);
}
