/* SPDX-License-Identifier: GPL-2.0-only */
/* User-space stand-in for the kernel header of this name: what message code uses of it. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
#define U32_MAX	0xffffffffu
#define S32_MAX		((s32)(U32_MAX >> 1))
#define U64_MAX	0xffffffffffffffffull

/* The wire is little-endian, and so is every machine this runs on. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "run the unit tests on a little-endian machine"
#endif
#define cpu_to_le16(x)	((u16)(x))
#define cpu_to_le32(x)	((u32)(x))
#define cpu_to_le64(x)	((u64)(x))
#define le16_to_cpu(x)	((u16)(x))
#define le32_to_cpu(x)	((u32)(x))
#define le64_to_cpu(x)	((u64)(x))

#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif

#endif
