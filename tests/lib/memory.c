// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is shared with the DSP, and the calls about it. */
#include <sys/mman.h>

#include "harness.h"

void *dmabuf_map(int dmabuf, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);

	REQUIRE(p != MAP_FAILED);
	return p;
}

long create_pd(int fd, int shell, uint32_t shell_len, uint32_t attrs)
{
	struct fastrpc_init_create arg = {
		.filelen = shell_len, .filefd = shell, .attrs = attrs,
	};

	return node_ioctl(fd, FASTRPC_IOCTL_INIT_CREATE, &arg);
}

long pages_lend(int fd, uint32_t flags, uint64_t size, uint64_t *dsp_addr)
{
	struct fastrpc_req_mmap arg = { .fd = -1, .flags = flags, .size = size };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MMAP, &arg);

	*dsp_addr = ret ? 0 : arg.vaddrout;
	return ret;
}

long add_pages(int fd, uint64_t size, uint64_t *dsp_addr)
{
	return pages_lend(fd, FASTRPC_MAP_ADD_PAGES, size, dsp_addr);
}

long remove_pages(int fd, uint64_t dsp_addr, uint64_t size)
{
	struct fastrpc_req_munmap arg = { .vaddrout = dsp_addr, .size = size };

	return node_ioctl(fd, FASTRPC_IOCTL_MUNMAP, &arg);
}

long mem_map(int fd, int dmabuf, uint32_t flags, uint64_t len, uint64_t *dsp_addr)
{
	struct fastrpc_mem_map arg = { .fd = dmabuf, .flags = flags, .length = len };
	long ret = node_ioctl(fd, FASTRPC_IOCTL_MEM_MAP, &arg);

	*dsp_addr = arg.vaddrout;
	return ret;
}

long mem_unmap(int fd, int dmabuf, uint64_t dsp_addr, uint64_t len)
{
	struct fastrpc_mem_unmap arg = { .fd = dmabuf, .vaddr = dsp_addr, .length = len };

	return node_ioctl(fd, FASTRPC_IOCTL_MEM_UNMAP, &arg);
}

void pd_begin(struct pd_in_use *u, const char *label, const char *node, uint32_t attrs)
{
	uint64_t addr;

	test_context("%s", label);
	u->label = label;
	control_select(label);
	node_wait(node, true);
	u->fd = node_try_open(node);
	REQUIRE(u->fd >= 0);
	u->dmabuf = dmabuf_alloc(u->fd, PD_IN_USE_SIZE);
	REQUIRE(u->dmabuf > 0);
	u->data = dmabuf_map(u->dmabuf, PD_IN_USE_SIZE);
	fill_pattern(u->data, PD_IN_USE_SIZE, label[0]);
	REQUIRE_EQ(create_pd(u->fd, u->dmabuf, PD_IN_USE_SIZE, attrs), 0);
	REQUIRE_EQ(add_pages(u->fd, PD_IN_USE_SIZE, &addr), 0);
	REQUIRE_EQ(mem_map(u->fd, u->dmabuf, FASTRPC_MAP_FD, PD_IN_USE_SIZE, &addr), 0);
}

void pd_check(const struct pd_in_use *u)
{
	struct dsp_control_status st;
	uint64_t hash = 0;
	struct call c;

	test_context("%s", u->label);
	control_select(u->label);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_HASH);
	call_in(&c, u->data, PD_IN_USE_SIZE)->fd = u->dmabuf;
	call_out(&c, &hash, sizeof(hash));
	CHECK_EQ(call_send(u->fd, &c), 0);
	CHECK_EQ(hash, test_hash(0, u->data, PD_IN_USE_SIZE));
	control_status(&st);
	CHECK_EQ(st.memory.pds, 1);
	CHECK_EQ(st.memory.maps, 1);
	CHECK_EQ(st.memory.pages, PD_IN_USE_SIZE / PAGE);
	control_wait(DSP_COUNT_PD_STORES, st.memory.stores + 5);
	control_status(&st);
	CHECK(control_clean(&st));
}

void pd_end(struct pd_in_use *u)
{
	munmap(u->data, PD_IN_USE_SIZE);
	close(u->dmabuf);
	node_close(u->fd);
}

uint64_t test_hash(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len; p += 8) {
		size_t n = len < 8 ? len : 8;
		uint64_t word = 0;

		memcpy(&word, p, n);
		hash = hash * DSP_TEST_HASH_FACTOR + word;
		len -= n;
	}
	return hash;
}
