// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "fdt_file.h"
#include "file.h"
#include "say.h"

static bool is_enabled(const void *blob, int offset)
{
	int len;
	const char *status = fdt_getprop(blob, offset, "status", &len);

	return !status || !strncmp(status, "ok", len) || !strncmp(status, "okay", len);
}

static void add_node(struct fdt_file *file, int offset, int parent)
{
	struct fdt_node *node;

	/* in steps of powers of two */
	if (!(file->count & (file->count - 1)))
		file->nodes = must_grow(file->nodes,
					(file->count ? 2 * file->count : 1) * sizeof(*node));
	node = &file->nodes[file->count++];
	node->offset = offset;
	node->parent = parent;
	node->phandle = fdt_get_phandle(file->blob, offset);
	node->is_enabled = is_enabled(file->blob, offset) &&
			   (parent == FDT_NONE || file->nodes[parent].is_enabled);
}

#define MAX_DEPTH	32

/* 0, or an error of libfdt's. */
static int add_nodes(struct fdt_file *file)
{
	int above[MAX_DEPTH] = { FDT_NONE };
	int depth = 0, offset = 0;

	while (offset >= 0 && depth >= 0) {
		if (depth >= MAX_DEPTH - 1)
			return -FDT_ERR_BADSTRUCTURE;
		add_node(file, offset, above[depth]);
		above[depth + 1] = file->count - 1;
		offset = fdt_next_node(file->blob, offset, &depth);
	}
	return offset == -FDT_ERR_NOTFOUND || depth < 0 ? 0 : offset;
}

/* Does all of it lie within the bytes of the file? */
static int check(const char *bytes, size_t len)
{
	if (len < sizeof(struct fdt_header))
		return -FDT_ERR_TRUNCATED;
	return fdt_check_full(bytes, len);
}

struct fdt_file *fdt_file_read(const char *path, const char **fault)
{
	struct fdt_file *file;
	size_t len = 0;
	char *bytes = file_text(path, &len);
	int ret;

	*fault = NULL;
	if (!bytes)
		return NULL;
	errno = 0;
	file = must_alloc(sizeof(*file));
	file->blob = bytes;
	ret = check(bytes, len);
	if (ret)
		goto err_free_file;
	ret = add_nodes(file);
	if (ret)
		goto err_free_file;
	return file;

err_free_file:
	*fault = fdt_strerror(ret);
	fdt_file_free(file);
	return NULL;
}

void fdt_file_free(struct fdt_file *file)
{
	free(file->nodes);
	free(file->blob);
	free(file);
}

const char *fdt_file_name(const struct fdt_file *file, int node)
{
	return fdt_get_name(file->blob, file->nodes[node].offset, NULL);
}

char *fdt_file_path(const struct fdt_file *file, int node)
{
	char *above, *path;

	if (file->nodes[node].parent <= 0)
		return must_print("/%s", fdt_file_name(file, node));
	above = fdt_file_path(file, file->nodes[node].parent);
	path = must_print("%s/%s", above, fdt_file_name(file, node));
	free(above);
	return path;
}

int fdt_file_by_path(const struct fdt_file *file, const char *path)
{
	int offset = fdt_path_offset(file->blob, path);

	for (int i = 0; offset >= 0 && i < file->count; i++)
		if (file->nodes[i].offset == offset)
			return i;
	return FDT_NONE;
}

int fdt_file_by_phandle(const struct fdt_file *file, uint32_t phandle)
{
	for (int i = 0; phandle && i < file->count; i++)
		if (file->nodes[i].phandle == phandle)
			return i;
	return FDT_NONE;
}

int fdt_file_next_child(const struct fdt_file *file, int parent, int child)
{
	for (int i = child == FDT_NONE ? parent + 1 : child + 1; i < file->count; i++)
		if (file->nodes[i].parent == parent)
			return i;
	return FDT_NONE;
}

const void *fdt_file_bytes(const struct fdt_file *file, int node, const char *name, int *len)
{
	return fdt_getprop(file->blob, file->nodes[node].offset, name, len);
}

bool fdt_file_has(const struct fdt_file *file, int node, const char *name)
{
	int len;

	return fdt_file_bytes(file, node, name, &len);
}

const char *fdt_file_text(const struct fdt_file *file, int node, const char *name)
{
	int len;
	const char *text = fdt_file_bytes(file, node, name, &len);

	return text && len && memchr(text, '\0', len) ? text : NULL;
}

bool fdt_file_is(const struct fdt_file *file, int node, const char *compatible)
{
	return !fdt_node_check_compatible(file->blob, file->nodes[node].offset, compatible);
}

uint32_t fdt_file_cell(const struct fdt_file *file, int node, const char *name, int index,
		       uint32_t otherwise)
{
	fdt32_t cell;
	int len;
	const char *bytes = fdt_file_bytes(file, node, name, &len);

	if (!bytes || (index + 1) * (int)sizeof(cell) > len)
		return otherwise;
	memcpy(&cell, bytes + index * sizeof(cell), sizeof(cell));
	return fdt32_to_cpu(cell);
}

int fdt_file_cells(const struct fdt_file *file, int node, const char *name)
{
	int len;

	return fdt_file_bytes(file, node, name, &len) ? len / (int)sizeof(fdt32_t) : 0;
}

uint64_t fdt_file_number(const struct fdt_file *file, int node, const char *name, int index,
			 int cells)
{
	uint64_t number = 0;

	for (int i = 0; i < cells; i++)
		number = number << 32 | fdt_file_cell(file, node, name, index + i, 0);
	return number;
}
