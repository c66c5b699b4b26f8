// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every kind of DSP at once: the names of the nodes, who may make a PD through
 * which of them, what addresses its banks have, and that none of it has to do
 * with the DSP beside it.  What a variant says of a DSP is read off its device
 * tree; what follows from that is in here.
 */
#include "harness.h"

#define UNSIGNED	8

/*
 * @both: a plain node and a -secure one, whatever the device tree says
 * @unsigned_pd: every client may have an unsigned PD
 * @wide: banks of 34 bits on newer SoCs
 */
static const struct domain {
	const char *label;
	bool both, unsigned_pd, wide;
} domains[] = {
	{ "adsp", false, false, false },
	{ "cdsp", true, true, true },
	{ "cdsp1", true, true, true },
	{ "gdsp0", true, true, false },
	{ "gdsp1", true, true, false },
	{ "mdsp", false, false, false },
	{ "sdsp", false, false, false },
};

#define for_each_domain(d)	\
	for ((d) = domains; (d) < domains + ARRAY_SIZE(domains); (d)++)

static int read_property(const struct domain *d, const char *name, char *value, size_t size)
{
	char path[160];

	snprintf(path, sizeof(path),
		 "/sys/firmware/devicetree/base/remoteproc-%s/glink-edge/fastrpc/%s", d->label,
		 name);
	return file_read(path, value, size);
}

/* A channel is secure unless the device tree says otherwise. */
static bool is_secure(const struct domain *d)
{
	char value[8];

	return read_property(d, "qcom,non-secure-domain", value, sizeof(value)) == -ENOENT;
}

static bool is_newer_soc(const struct domain *d)
{
	static const char newer[] = "qcom,kaanapali-fastrpc";
	char value[128];
	int len = read_property(d, "compatible", value, sizeof(value));

	REQUIRE(len > 0);
	return memmem(value, len, newer, sizeof(newer));
}

static bool has_node(const struct domain *d, bool secure)
{
	return d->both || secure == is_secure(d);
}

static const char *node_of(const struct domain *d, bool secure)
{
	static char path[40];

	snprintf(path, sizeof(path), "/dev/fastrpc-%s%s", d->label, secure ? "-secure" : "");
	return path;
}

static int open_node(const struct domain *d, bool secure)
{
	int fd;

	test_context("%s", node_of(d, secure));
	control_select(d->label);
	node_wait(node_of(d, secure), true);
	fd = node_try_open(node_of(d, secure));
	REQUIRE(fd >= 0);
	return fd;
}

/* The node that may do the most. */
static int domain_open(const struct domain *d)
{
	return open_node(d, has_node(d, true));
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
		for (int secure = 0; secure < 2; secure++)
			if (has_node(d, secure))
				node_wait(node_of(d, secure), true);
		CHECK_EQ(access(node_of(d, true), F_OK) == 0, has_node(d, true));
		CHECK_EQ(access(node_of(d, false), F_OK) == 0, has_node(d, false));
	}
}

/* Both nodes give from the same sessions. */
TEST(a_session_for_each_bank)
{
	const struct domain *d;
	int fds[16];

	test_allow("No session available");
	for_each_domain(d) {
		int n = 0;

		fds[n++] = domain_open(d);
		REQUIRE_EQ(node_take(fds[0]), 0);
		while (n < 16) {
			fds[n] = node_try_session(node_of(d, d->both ? n % 2 : is_secure(d)));
			if (fds[n] < 0)
				break;
			n++;
		}
		CHECK_EQ(fds[n], -EBUSY);
		CHECK_EQ(n, node_sessions());
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

/* To join what is there already, any node will do. */
TEST(who_may_attach)
{
	const struct domain *d;

	for_each_domain(d) {
		for (int secure = 0; secure < 2; secure++) {
			int fd;

			if (!has_node(d, secure))
				continue;
			fd = open_node(d, secure);
			CHECK_EQ(attach(fd), 0);
			CHECK_EQ(invoke_null(fd), 0);
			node_close(fd);
			fd = open_node(d, secure);
			CHECK_EQ(node_ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH_SNS, NULL), 0);
			node_close(fd);
		}
	}
}

/* The node alone does not decide: where no node is secure, every client may have any PD. */
static bool may_have(const struct domain *d, bool secure, uint32_t attrs)
{
	return secure || !is_secure(d) || (d->unsigned_pd && attrs == UNSIGNED);
}

static void check_pd(const struct domain *d, bool secure, uint32_t attrs)
{
	struct dsp_control_status before, after;
	struct dsp_control_pd pd;
	int fd = open_node(d, secure);
	long ret;

	control_status(&before);
	ret = make_pd(fd, attrs);
	control_status(&after);
	if (!may_have(d, secure, attrs)) {
		CHECK_EQ(ret, -ECONNREFUSED);
		CHECK_EQ(after.requests, before.requests);
	} else if (attrs == UNSIGNED && !d->unsigned_pd) {
		/* it is the DSP that has no such thing */
		CHECK_EQ((int32_t)ret, (int32_t)0x80000414);
	} else {
		CHECK_EQ(ret, 0);
		REQUIRE(control_pd(0, &pd));
		CHECK_EQ(pd.attrs, attrs);
	}
	if (ret)
		CHECK(!control_pd(0, &pd));
	node_close(fd);
}

/* A plain node beside a secure one is for unsigned PDs. */
TEST(who_may_make_a_pd)
{
	const struct domain *d;

	test_allow("Untrusted application");
	for_each_domain(d) {
		for (int secure = 0; secure < 2; secure++) {
			if (!has_node(d, secure))
				continue;
			check_pd(d, secure, 0);
			check_pd(d, secure, UNSIGNED);
		}
	}
}

/* The session is where the SoC's DSPs look for it, and the bank as wide as it may be. */
TEST(addresses)
{
	struct dsp_control_capture cap;
	const struct domain *d;

	for_each_domain(d) {
		int fd = domain_open(d), shift = is_newer_soc(d) ? 56 : 32;
		uint64_t addr, iova;

		CHECK_EQ(attach(fd), 0);
		CHECK_EQ(invoke_null(fd), 0);
		control_capture(0, &cap);
		addr = wire_word(cap.msg + 24, 8);
		iova = addr & ((1ull << shift) - 1);
		CHECK(addr >> shift >= 1 && addr >> shift <= 5);
		CHECK_EQ(iova >> 34, 0);
		/* The DMA API gives from the top, so the width shows. */
		CHECK_EQ(iova >> 32 != 0, d->wide && is_newer_soc(d));
		node_close(fd);
	}
}

TEST(all_at_once)
{
	struct pd_in_use in_use[ARRAY_SIZE(domains)];
	const struct domain *d;

	for_each_domain(d)
		pd_begin(&in_use[d - domains], d->label, node_of(d, has_node(d, true)),
			 d->unsigned_pd ? UNSIGNED : 0);
	for_each_domain(d)
		pd_check(&in_use[d - domains]);
	for_each_domain(d)
		pd_end(&in_use[d - domains]);
}
