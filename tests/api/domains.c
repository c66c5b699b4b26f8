// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every kind of DSP at once: the names of the nodes, who may make a PD through
 * which of them, and that none of it has to do with the DSP beside it.
 */
#include <sys/mman.h>

#include "harness.h"

#define UNSIGNED	8
#define MAP_FD		2

/* @secure: has a -secure node; @plain: has one without */
static const struct domain {
	const char *label;
	bool plain, secure, unsigned_pd;
} domains[] = {
	{ "adsp", true, false, false },
	{ "cdsp", true, true, true },
	{ "cdsp1", true, true, true },
	{ "gdsp0", true, true, true },
	{ "gdsp1", true, true, true },
	{ "mdsp", false, true, false },
	{ "sdsp", true, false, false },
};

#define for_each_domain(d)	\
	for ((d) = domains; (d) < domains + ARRAY_SIZE(domains); (d)++)

static const char *node_of(const struct domain *d, bool secure)
{
	static char path[40];

	snprintf(path, sizeof(path), "/dev/fastrpc-%s%s", d->label, secure ? "-secure" : "");
	return path;
}

/* The node that may do the most. */
static int domain_open(const struct domain *d)
{
	int fd;

	test_context("%s", d->label);
	control_select(d->label);
	node_wait(node_of(d, d->secure), true);
	fd = node_try_open(node_of(d, d->secure));
	REQUIRE(fd >= 0);
	return fd;
}

static long make_pd(int fd, uint32_t attrs)
{
	int shell = dmabuf_alloc(fd, 4 * PAGE);
	long ret;

	REQUIRE(shell > 0);
	ret = create_pd(fd, shell, 4 * PAGE, attrs);
	close(shell);
	return ret;
}

TEST(nodes)
{
	const struct domain *d;

	for_each_domain(d) {
		test_context("%s", d->label);
		node_wait(node_of(d, d->secure), true);
		CHECK_EQ(access(node_of(d, true), F_OK) == 0, d->secure);
		CHECK_EQ(access(node_of(d, false), F_OK) == 0, d->plain);
	}
}

TEST(a_session_for_each_bank)
{
	const struct domain *d;
	int fds[16];

	for_each_domain(d) {
		int banks, n = 0;

		fds[n++] = domain_open(d);
		banks = node_sessions();
		test_allow("No session available");
		/* Both nodes give from the same sessions. */
		while (n < 16 && (fds[n] = node_try_open(node_of(d, !d->plain || n % 2))) >= 0)
			n++;
		if (!d->secure)
			while (n < 16 && (fds[n] = node_try_open(node_of(d, false))) >= 0)
				n++;
		CHECK_EQ(n, banks);
		while (n)
			node_close(fds[--n]);
	}
}

TEST(what_the_dsp_can)
{
	const struct domain *d;
	uint32_t value;

	for_each_domain(d) {
		int fd = domain_open(d);

		CHECK_EQ(get_dsp_info(fd, 1, &value), 0);
		CHECK_EQ(value, d->unsigned_pd);
		CHECK_EQ(get_dsp_info(fd, 255, &value), 0);
		CHECK_EQ(value, 0xfa57);
		node_close(fd);
	}
}

TEST(calls)
{
	const struct domain *d;
	uint8_t in[5000], out[5000];
	struct call c;

	for_each_domain(d) {
		int fd = domain_open(d);
		struct dsp_control_status st;

		CHECK_EQ(attach(fd), 0);
		fill_pattern(in, sizeof(in), d->label[0]);
		call_init(&c, DSP_TEST_HANDLE, DSP_TEST_ECHO);
		call_in(&c, in, sizeof(in));
		call_out(&c, out, sizeof(out));
		CHECK_EQ(call_send(fd, &c), 0);
		CHECK_MEM(out, in, sizeof(in));
		control_status(&st);
		CHECK_EQ(st.attached_clients, 1);
		node_close(fd);
	}
}

/* A plain node beside a secure one is for PDs that nobody signed. */
TEST(who_may_make_a_pd)
{
	const struct domain *d;
	struct dsp_control_pd pd;
	int fd;

	for_each_domain(d) {
		fd = domain_open(d);
		CHECK_EQ(make_pd(fd, 0), 0);
		CHECK(control_pd(0, &pd));
		node_close(fd);

		fd = domain_open(d);
		if (d->unsigned_pd)
			CHECK_EQ(make_pd(fd, UNSIGNED), 0);
		else
			CHECK(make_pd(fd, UNSIGNED) != 0);
		node_close(fd);

		if (!d->plain || !d->secure)
			continue;
		test_allow("Untrusted application");
		fd = node_try_open(node_of(d, false));
		REQUIRE(fd >= 0);
		CHECK_EQ(make_pd(fd, 0), -ECONNREFUSED);
		CHECK(!control_pd(0, &pd));
		CHECK_EQ(make_pd(fd, UNSIGNED), 0);
		REQUIRE(control_pd(0, &pd));
		CHECK_EQ(pd.attrs, UNSIGNED);
		node_close(fd);
	}
}

struct in_use {
	int fd, dmabuf;
	uint8_t *data;
};

/* A PD with memory of every kind, working. */
static void use_memory(const struct domain *d, struct in_use *u)
{
	uint64_t addr;

	u->fd = domain_open(d);
	REQUIRE_EQ(make_pd(u->fd, d->unsigned_pd ? UNSIGNED : 0), 0);
	REQUIRE_EQ(add_pages(u->fd, 64 << 10, &addr), 0);
	u->dmabuf = dmabuf_alloc(u->fd, 64 << 10);
	REQUIRE(u->dmabuf > 0);
	u->data = dmabuf_map(u->dmabuf, 64 << 10);
	fill_pattern(u->data, 64 << 10, d->label[0]);
	CHECK_EQ(mem_map(u->fd, u->dmabuf, MAP_FD, 64 << 10, &addr), 0);
}

static void check_memory(const struct domain *d, struct in_use *u)
{
	struct dsp_control_status st;
	uint64_t hash = 0;
	struct call c;

	test_context("%s", d->label);
	control_select(d->label);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, u->data, 64 << 10)->fd = u->dmabuf;
	call_out(&c, &hash, sizeof(hash));
	CHECK_EQ(call_send(u->fd, &c), 0);
	CHECK_EQ(hash, test_hash(0, u->data, 64 << 10));
	control_status(&st);
	CHECK_EQ(st.memory.pds, 1);
	CHECK_EQ(st.memory.maps, 1);
	CHECK_EQ(st.memory.pages, 16);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 5);
	CHECK(control_clean(&st));
}

static void put_memory(struct in_use *u)
{
	munmap(u->data, 64 << 10);
	close(u->dmabuf);
	node_close(u->fd);
}

TEST(all_at_once)
{
	struct in_use in_use[ARRAY_SIZE(domains)];
	const struct domain *d;

	for_each_domain(d)
		use_memory(d, &in_use[d - domains]);
	for_each_domain(d)
		check_memory(d, &in_use[d - domains]);
	for_each_domain(d)
		put_memory(&in_use[d - domains]);
}
