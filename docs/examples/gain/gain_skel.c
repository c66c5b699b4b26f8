// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of the example that the DSP runs.
 *
 * The DSP gives the arguments of a call in the order in-buffers, out-buffers.  The scalars of the
 * call say which method it is for and how many buffers of each kind it has.  The application may
 * be another one than ours, so a call of another shape is refused.
 */
#include <stdint.h>

#include "gain.h"

union remote_arg {
	struct {
		void *data;
		uint32_t bytes;
	} buf;
	uint32_t handle;	/* of an open: the skeleton's own, which later calls bring */
};

#define METHOD(scalars)		((scalars) >> 24 & 0x1f)
#define SHAPE(scalars)		((scalars) & 0x00ffffff)
#define SHAPE_OF(in, out)	((in) << 16 | (out) << 8)
#define SHAPE_OF_OPEN		(SHAPE_OF(2, 0) | 1)

#define E_NOMEM		((int)0x80000402)
#define E_BADPARM	((int)0x8000040e)
#define E_UNSUPPORTED	((int)0x80000414)

/* What an open has. */
struct gain {
	uint32_t samples;
};

/* The DSP's C library has these. */
void *calloc(unsigned long n, unsigned long bytes);
void free(void *p);

static int gain_open(union remote_arg *args)
{
	struct gain *g = calloc(1, sizeof(*g));

	if (!g)
		return E_NOMEM;
	args[2].handle = (uint32_t)(uintptr_t)g;
	return 0;
}

static int gain_scale(struct gain *g, union remote_arg *args)
{
	const int32_t *gain = args[0].buf.data;
	const int16_t *from = args[1].buf.data;
	uint32_t *clipped = args[2].buf.data;
	int16_t *to = args[3].buf.data;
	uint32_t bytes = args[1].buf.bytes, i;
	int64_t louder;

	if (args[0].buf.bytes != sizeof(*gain) || args[2].buf.bytes != sizeof(*clipped) ||
	    bytes % sizeof(*from) || args[3].buf.bytes != bytes)
		return E_BADPARM;
	*clipped = 0;
	for (i = 0; i < bytes / sizeof(*from); i++) {
		louder = (int64_t)from[i] * *gain / GAIN_ONE;
		to[i] = louder > INT16_MAX ? INT16_MAX : louder < INT16_MIN ? INT16_MIN : louder;
		*clipped += to[i] != louder;
	}
	g->samples += i;
	return 0;
}

static int gain_count(const struct gain *g, union remote_arg *args)
{
	uint32_t *samples = args[0].buf.data;

	if (args[0].buf.bytes != sizeof(*samples))
		return E_BADPARM;
	*samples = g->samples;
	return 0;
}

/* The function that GAIN_URI names. */
int gain_skel_invoke(uint64_t handle, uint32_t scalars, union remote_arg *args)
{
	struct gain *g = (struct gain *)(uintptr_t)handle;

	switch (METHOD(scalars)) {
	case GAIN_OPEN:
		return SHAPE(scalars) == SHAPE_OF_OPEN ? gain_open(args) : E_BADPARM;
	case GAIN_CLOSE:
		free(g);
		return 0;
	case GAIN_SCALE:
		return SHAPE(scalars) == SHAPE_OF(2, 2) ? gain_scale(g, args) : E_BADPARM;
	case GAIN_COUNT:
		return SHAPE(scalars) == SHAPE_OF(0, 1) ? gain_count(g, args) : E_BADPARM;
	}
	return E_UNSUPPORTED;
}
