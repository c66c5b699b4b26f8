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

#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif

#endif
