/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all skeletons here share: how a call arrives.
 *
 * A skeleton is a library with one function for all of its methods.  Arguments come in the order
 * in-buffers, out-buffers, handles, as the scalars count them.  Method 0 opens: its last argument
 * takes the skeleton's own handle, which all later calls bring.  Method 1 closes.
 */
#ifndef SKELETON_H
#define SKELETON_H

#include <stddef.h>
#include <stdint.h>

#include "hap.h"
#include "qurt.h"

struct remote_buf {
	void *data;
	uint32_t bytes;
};

union remote_arg {
	struct remote_buf buf;
	struct {
		int32_t fd;
		uint32_t offset;
	} dma;
	uint32_t handle;
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define METHOD_OPEN	0
#define METHOD_CLOSE	1
#define METHOD(sc)	((sc) >> 24 & 0x1f)
#define IN_BUFS(sc)	((sc) >> 16 & 0xff)
#define OUT_BUFS(sc)	((sc) >> 8 & 0xff)
#define HANDLES(sc)	(((sc) >> 4 & 0xf) + ((sc) & 0xf))
#define SHAPE(in, out, handles)	((in) << 16 | (out) << 8 | (handles))
#define SHAPE_OF(sc)	SHAPE(IN_BUFS(sc), OUT_BUFS(sc), HANDLES(sc))

#define E_FAILED	((int32_t)0x80000401)
#define E_NOMEM		((int32_t)0x80000402)
#define E_BADPARM	((int32_t)0x8000040e)
#define E_UNSUPPORTED	((int32_t)0x80000414)

void *malloc(size_t bytes);
void *calloc(size_t n, size_t bytes);
void free(void *p);
void abort(void);
void exit(int status);
void _Assert(const char *what, const char *file, int line);
void __stack_chk_fail(void);
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int c, size_t bytes);

/* A word of an argument, which may be at any address. */
static inline uint32_t word(const union remote_arg *arg, uint32_t i)
{
	uint32_t value;

	__builtin_memcpy(&value, (const uint8_t *)arg->buf.data + 4 * i, 4);
	return value;
}

/* Open and close of a skeleton without a state.  False: it is another method. */
static inline int open_or_close(uint32_t sc, union remote_arg *args, int32_t *result)
{
	*result = 0;
	if (METHOD(sc) == METHOD_OPEN && SHAPE_OF(sc) == SHAPE(2, 0, 1))
		args[2].handle = 1;
	else if (METHOD(sc) > METHOD_CLOSE)
		return 0;
	return 1;
}

#endif
