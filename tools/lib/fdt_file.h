/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device tree in a file, read by libfdt.  Its nodes are numbered from 0, the root, in
 * the order of the file: a parent comes before its children.
 */
#ifndef TOOLS_FDT_FILE_H
#define TOOLS_FDT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDT_NONE	(-1)

struct fdt_node {
	int offset;
	int parent;		/* FDT_NONE: the root */
	uint32_t phandle;
	bool is_enabled;	/* by its own status and its parents' */
};

struct fdt_file {
	void *blob;
	struct fdt_node *nodes;
	int count;
};

/* NULL: it cannot be read, or is no device tree: errno, or 0 and @fault says what is wrong. */
struct fdt_file *fdt_file_read(const char *path, const char **fault);
void fdt_file_free(struct fdt_file *file);

/* The node's name with its unit address; what is returned lives as long as the file. */
const char *fdt_file_name(const struct fdt_file *file, int node);
/* From the root on; to be freed. */
char *fdt_file_path(const struct fdt_file *file, int node);
int fdt_file_by_path(const struct fdt_file *file, const char *path);
int fdt_file_by_phandle(const struct fdt_file *file, uint32_t phandle);
/* The next child behind @child (FDT_NONE: the first), or FDT_NONE. */
int fdt_file_next_child(const struct fdt_file *file, int parent, int child);

/* A property and its bytes; NULL: there is none. */
const void *fdt_file_bytes(const struct fdt_file *file, int node, const char *name, int *len);
bool fdt_file_has(const struct fdt_file *file, int node, const char *name);
/* A string that ends within its property; NULL: there is none. */
const char *fdt_file_text(const struct fdt_file *file, int node, const char *name);
/* Is it among the strings of "compatible"? */
bool fdt_file_is(const struct fdt_file *file, int node, const char *compatible);
/* The cell at @index; @otherwise if there are fewer. */
uint32_t fdt_file_cell(const struct fdt_file *file, int node, const char *name, int index,
		       uint32_t otherwise);
int fdt_file_cells(const struct fdt_file *file, int node, const char *name);	/* how many */
/* The number in @cells cells from @index on. */
uint64_t fdt_file_number(const struct fdt_file *file, int node, const char *name, int index,
			 int cells);

#endif
