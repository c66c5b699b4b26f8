// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many DSPs at work, one of them ends and comes back: nothing to the others,
 * whose processes go on in the memory that they have.
 */
#include <sys/mman.h>

#include "harness.h"

#define UNSIGNED	8
#define MAP_FD		2
#define SIZE		(64u << 10)

static const struct domain {
	const char *label, *node;
	uint32_t attrs;
} domains[] = {
	{ "adsp", "/dev/fastrpc-adsp", 0 },
	{ "cdsp", "/dev/fastrpc-cdsp", UNSIGNED },
	{ "cdsp1", "/dev/fastrpc-cdsp1-secure", 0 },
	{ "gdsp0", "/dev/fastrpc-gdsp0", UNSIGNED },
	{ "gdsp1", "/dev/fastrpc-gdsp1-secure", 0 },
	{ "mdsp", "/dev/fastrpc-mdsp-secure", 0 },
	{ "sdsp", "/dev/fastrpc-sdsp", 0 },
};

static struct in_use {
	int fd, dmabuf;
	uint8_t *data;
} in_use[ARRAY_SIZE(domains)];

static void begin(unsigned int i)
{
	struct in_use *u = &in_use[i];
	uint64_t addr;
	int shell;

	test_context("%s", domains[i].label);
	control_select(domains[i].label);
	node_wait(domains[i].node, true);
	u->fd = node_try_open(domains[i].node);
	REQUIRE(u->fd >= 0);
	shell = dmabuf_alloc(u->fd, SIZE);
	REQUIRE(shell > 0);
	REQUIRE_EQ(create_pd(u->fd, shell, SIZE, domains[i].attrs), 0);
	close(shell);
	REQUIRE_EQ(add_pages(u->fd, SIZE, &addr), 0);
	u->dmabuf = dmabuf_alloc(u->fd, SIZE);
	REQUIRE(u->dmabuf > 0);
	u->data = dmabuf_map(u->dmabuf, SIZE);
	fill_pattern(u->data, SIZE, i);
	REQUIRE_EQ(mem_map(u->fd, u->dmabuf, MAP_FD, SIZE, &addr), 0);
}

static void check(unsigned int i)
{
	struct dsp_control_status st;
	uint64_t hash = 0;
	struct call c;

	test_context("%s", domains[i].label);
	control_select(domains[i].label);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, in_use[i].data, SIZE)->fd = in_use[i].dmabuf;
	call_out(&c, &hash, sizeof(hash));
	CHECK_EQ(call_send(in_use[i].fd, &c), 0);
	CHECK_EQ(hash, test_hash(0, in_use[i].data, SIZE));
	control_status(&st);
	CHECK_EQ(st.memory.pds, 1);
	CHECK_EQ(st.memory.maps, 1);
	CHECK_EQ(st.memory.pages, SIZE / PAGE);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 5);
	control_status(&st);
	CHECK(control_clean(&st));
}

static void end(unsigned int i)
{
	munmap(in_use[i].data, SIZE);
	close(in_use[i].dmabuf);
	node_close(in_use[i].fd);
}

static void others_go_on(unsigned int but)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		if (i != but)
			check(i);
}

TEST(each_in_turn)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		begin(i);
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++) {
		control_select(domains[i].label);
		dsp_stop();
		node_wait(domains[i].node, false);
		others_go_on(i);
		test_context("%s", domains[i].label);
		control_select(domains[i].label);
		CHECK_EQ(invoke_null(in_use[i].fd), -EPIPE);
		end(i);
		dsp_start();
		begin(i);
		check(i);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		end(i);
}
