// SPDX-License-Identifier: GPL-2.0-only
/* Files of the application, by calls to a module of its library: host.idl. */
#include "skeleton.h"

#define MODULE		"apps_std"

/* Methods of apps_std, with the buffers that each has. */
#define STD_OPEN	(0u << 24 | SHAPE(3, 1, 0))
#define STD_CLOSE	(3u << 24 | SHAPE(1, 0, 0))
#define STD_READ	(4u << 24 | SHAPE(1, 2, 0))
#define STD_WRITE	(5u << 24 | SHAPE(2, 1, 0))

#define BUF(data, bytes)	{ .buf = { (void *)(data), bytes } }

static int32_t file_open(uint32_t std, const union remote_arg *name, const char *mode, uint32_t *fd)
{
	uint32_t lengths[2] = { name->buf.bytes, 2 };
	union remote_arg args[] = {
		BUF(lengths, sizeof(lengths)), *name, BUF(mode, 2), BUF(fd, sizeof(*fd)),
	};

	return remote_handle_invoke(std, STD_OPEN, args);
}

static int32_t file_close(uint32_t std, uint32_t fd)
{
	union remote_arg args[] = { BUF(&fd, sizeof(fd)) };

	return remote_handle_invoke(std, STD_CLOSE, args);
}

static int32_t file_store(uint32_t std, union remote_arg *args)
{
	uint32_t words[2] = { 0, args[1].buf.bytes }, done[2] = {};
	union remote_arg write[] = {
		BUF(words, sizeof(words)), args[1], BUF(done, sizeof(done)),
	};
	int32_t ret = file_open(std, &args[0], "w", &words[0]);

	if (ret)
		return ret;
	ret = remote_handle_invoke(std, STD_WRITE, write);
	if (!ret && done[0] != words[1])
		ret = E_FAILED;
	return file_close(std, words[0]) ? E_FAILED : ret;
}

static int32_t file_load(uint32_t std, union remote_arg *args)
{
	uint32_t words[2] = { 0, args[1].buf.bytes }, done[2] = {};
	union remote_arg read[] = {
		BUF(words, sizeof(words)), BUF(done, sizeof(done)), args[1],
	};
	int32_t ret = file_open(std, &args[0], "r", &words[0]);

	if (ret)
		return ret;
	ret = remote_handle64_invoke(std, STD_READ, read);
	if (!ret && done[0] != words[1])
		ret = E_FAILED;
	return file_close(std, words[0]) ? E_FAILED : ret;
}

static int32_t store(union remote_arg *args)
{
	uint32_t std;
	int32_t ret = remote_handle_open(MODULE, &std);

	if (ret)
		return ret;
	ret = file_store(std, args);
	return remote_handle_close(std) ? E_FAILED : ret;
}

/* By the names for handles of 64 bits. */
static int32_t load(union remote_arg *args)
{
	uint64_t std;
	int32_t ret = remote_handle64_open(MODULE, &std);

	if (ret)
		return ret;
	ret = file_load(std, args);
	return remote_handle64_close(std) ? E_FAILED : ret;
}

int32_t board_host_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (METHOD(sc) == 2 && SHAPE_OF(sc) == SHAPE(2, 0, 0))
		return store(args);
	if (METHOD(sc) == 3 && SHAPE_OF(sc) == SHAPE(1, 1, 0))
		return load(args);
	return E_UNSUPPORTED;
}
