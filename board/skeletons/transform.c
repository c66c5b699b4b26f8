// SPDX-License-Identifier: GPL-2.0-only
/* Bytes from one buffer into another, with vectors: transform.idl. */
#include <hexagon_protos.h>
#include <hexagon_types.h>

#include "skeleton.h"

#define VECTOR	128

static int32_t echo(union remote_arg *args)
{
	if (args[0].buf.bytes != args[1].buf.bytes)
		return E_BADPARM;
	memcpy(args[1].buf.data, args[0].buf.data, args[0].buf.bytes);
	return 0;
}

static uint32_t xor_vectors(uint8_t *to, const uint8_t *from, uint32_t bytes, uint8_t key)
{
	HVX_Vector keys = Q6_V_vsplat_R(key * 0x01010101u);
	uint32_t i;

	if (((uintptr_t)to | (uintptr_t)from) % VECTOR)
		return 0;
	for (i = 0; i + VECTOR <= bytes; i += VECTOR)
		*(HVX_Vector *)(to + i) = Q6_V_vxor_VV(*(const HVX_Vector *)(from + i), keys);
	return i;
}

static int32_t xor_bytes(union remote_arg *args, int vectors_only)
{
	uint8_t *to = args[2].buf.data;
	const uint8_t *from = args[1].buf.data;
	uint32_t i, bytes = args[1].buf.bytes;
	uint8_t key;

	if (args[0].buf.bytes != 4 || bytes != args[2].buf.bytes)
		return E_BADPARM;
	key = word(&args[0], 0);
	i = xor_vectors(to, from, bytes, key);
	if (vectors_only)
		return i == bytes ? 0 : E_BADPARM;
	for (; i < bytes; i++)
		to[i] = from[i] ^ key;
	return 0;
}

static int32_t where(union remote_arg *args)
{
	uint32_t offsets[2] = {
		(uintptr_t)args[0].buf.data % 4096, (uintptr_t)args[1].buf.data % 4096,
	};

	if (args[2].buf.bytes != sizeof(offsets))
		return E_BADPARM;
	memcpy(args[2].buf.data, offsets, sizeof(offsets));
	return 0;
}

int32_t board_transform_invoke(uint64_t handle, uint32_t sc, union remote_arg *args)
{
	int32_t result;

	(void)handle;
	if (open_or_close(sc, args, &result))
		return result;
	if (METHOD(sc) == 2 && SHAPE_OF(sc) == SHAPE(1, 1, 0))
		return echo(args);
	if ((METHOD(sc) == 3 || METHOD(sc) == 5) && SHAPE_OF(sc) == SHAPE(2, 1, 0))
		return xor_bytes(args, METHOD(sc) == 5);
	if (METHOD(sc) == 4 && SHAPE_OF(sc) == SHAPE(1, 2, 0))
		return where(args);
	return E_UNSUPPORTED;
}
