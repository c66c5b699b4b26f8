// SPDX-License-Identifier: GPL-2.0-only
/* dma-bufs of other drivers, and other drivers that take ours. */
#include <drm/drm.h>
#include <drm/drm_mode.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "harness.h"

#define VGEM_NODES	4

/* The frame of a page of ours. */
static uint64_t frame_of(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	REQUIRE_EQ(pread(fd, &entry, sizeof(entry), (uintptr_t)page / KERNEL_PAGE * sizeof(entry)),
		   sizeof(entry));
	close(fd);
	return entry & ((1ull << 55) - 1);
}

static uint64_t last_frame;

/* Pages come one after the other, up or down: every second one is asked for first. */
static void scatter(uint8_t *data, size_t len)
{
	const size_t page = KERNEL_PAGE;
	bool in_order = true;

	for (size_t first = 0; first < 2 * page; first += page)
		for (size_t at = first; at < len; at += 2 * page)
			data[at] = 1;
	for (size_t at = page; at < len; at += page)
		in_order &= frame_of(data + at) == frame_of(data + at - page) + 1;
	REQUIRE(!in_order || len <= page);
}

int udmabuf_memory(size_t len)
{
	int memory = memfd_create("foreign", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	REQUIRE_EQ(ftruncate(memory, len), 0);
	REQUIRE_EQ(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	return memory;
}

void udmabuf_need_many(void)
{
	if (!access("/sys/kernel/debug/dma-api", F_OK))
		test_skip("the kernel's DMA debugging knows no more than 7 mappings of a page");
}

int udmabuf_of(int memory, size_t len)
{
	struct udmabuf_create create = { .memfd = memory, .size = len };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), buf;

	if (dev < 0)
		test_skip("no /dev/udmabuf");
	buf = ioctl(dev, UDMABUF_CREATE, &create);
	REQUIRE(buf >= 0);
	close(dev);
	return buf;
}

int udmabuf_alloc(size_t len)
{
	int memory = udmabuf_memory(len), buf;
	uint8_t *data = dmabuf_map(memory, len);

	scatter(data, len);
	last_frame = frame_of(data);
	munmap(data, len);
	buf = udmabuf_of(memory, len);
	close(memory);
	return buf;
}

uint64_t udmabuf_frame(void)
{
	return last_frame;
}

static bool is_vgem(int fd)
{
	char name[16] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

	return !ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "vgem");
}

int vgem_open(void)
{
	static const char *const modules[] = {
		"drm", "drm_kms_helper", "drm_shmem_helper", "vgem",
	};
	char path[32];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		module_load(modules[i]);
	for (int i = 0; i < VGEM_NODES; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && is_vgem(fd))
			return fd;
		close(fd);
	}
	test_skip("this kernel has no vgem");
}

int vgem_alloc(int vgem, size_t len)
{
	struct drm_mode_create_dumb create = { .width = len / 4, .height = 1, .bpp = 32 };
	struct drm_prime_handle prime = { .flags = O_RDWR | O_CLOEXEC };

	REQUIRE_EQ(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	CHECK_EQ(create.size, len);
	prime.handle = create.handle;
	REQUIRE_EQ(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	vgem_drop(vgem, create.handle);
	return prime.fd;
}

uint32_t vgem_import(int vgem, int dmabuf)
{
	struct drm_prime_handle prime = { .fd = dmabuf };

	REQUIRE_EQ(ioctl(vgem, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime), 0);
	return prime.handle;
}

void vgem_drop(int vgem, uint32_t handle)
{
	struct drm_gem_close drop = { .handle = handle };

	REQUIRE_EQ(ioctl(vgem, DRM_IOCTL_GEM_CLOSE, &drop), 0);
}

static int import_do(uint32_t action, int fd, struct dsp_control_import *import)
{
	*import = (struct dsp_control_import){ .label = DSP, .action = action, .fd = fd };
	return control_ioctl(DSP_CONTROL_IMPORT, import);
}

void import_begin(int dmabuf)
{
	struct dsp_control_import import;

	REQUIRE_EQ(import_do(DSP_IMPORT_BEGIN, dmabuf, &import), 0);
}

void import_check(uint64_t hash, size_t len)
{
	struct dsp_control_import import;

	REQUIRE_EQ(import_do(DSP_IMPORT_LOOK, -1, &import), 0);
	CHECK_EQ(import.len, whole_pages(len));
	CHECK_EQ(import.cpu_hash, hash);
	CHECK_EQ(import.device_hash, hash);
}

void import_end(void)
{
	struct dsp_control_import import;

	import_do(DSP_IMPORT_END, -1, &import);
}
