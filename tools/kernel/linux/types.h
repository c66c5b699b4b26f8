/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's types, for pure code of the driver's that is built into a tool. */
#ifndef TOOLS_LINUX_TYPES_H
#define TOOLS_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

#endif
