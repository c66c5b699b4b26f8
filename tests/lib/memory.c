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
