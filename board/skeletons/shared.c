// SPDX-License-Identifier: GPL-2.0-only
/* Memory that the host shares by its fd: shared.idl. */
#include "skeleton.h"

static int32_t sum(const uint8_t *memory, uint32_t all, union remote_arg *args)
{
	uint32_t offset = word(&args[0], 0), bytes = word(&args[0], 1);
	uint64_t total = 0;

	if (offset % 4 || bytes % 4 || offset > all || bytes > all - offset)
		return E_BADPARM;
	for (uint32_t i = 0; i < bytes; i += 4)
		total += *(const uint32_t *)(memory + offset + i);
	memcpy(args[1].buf.data, &total, sizeof(total));
	return 0;
}

static int32_t fill(uint8_t *memory, uint32_t all, union remote_arg *args)
{
	uint32_t value = word(&args[0], 0), stride = word(&args[0], 1);

	if (!stride || stride % 4)
		return E_BADPARM;
	for (uint32_t i = 0; i + 4 <= all; i += stride)
		*(uint32_t *)(memory + i) = value;
	return 0;
}

static int32_t size(int fd, union remote_arg *args)
{
	uint32_t bytes = 0;
	int32_t ret = adsp_mmap_fd_getinfo(fd, &bytes);

	memcpy(args[0].buf.data, &bytes, sizeof(bytes));
	return ret;
}

static int32_t with_memory(uint32_t sc, union remote_arg *args)
{
	int fd = args[IN_BUFS(sc) + OUT_BUFS(sc)].dma.fd;
	uint32_t bytes;
	void *memory;
	int32_t ret;

	if (METHOD(sc) == 4 && SHAPE_OF(sc) == SHAPE(0, 1, 1))
		return size(fd, args);
	if (SHAPE_OF(sc) != (METHOD(sc) == 2 ? SHAPE(1, 1, 1) : SHAPE(1, 0, 1)) ||
	    args[0].buf.bytes != 8)
		return E_UNSUPPORTED;
	if (adsp_mmap_fd_getinfo(fd, &bytes) || HAP_mmap_get(fd, &memory, NULL))
		return E_FAILED;
	ret = METHOD(sc) == 2 ? sum(memory, bytes, args) : fill(memory, bytes, args);
	if (HAP_mmap_put(fd))
		return E_FAILED;
	return ret;
}

int32_t board_shared_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	return with_memory(sc, args);
}
