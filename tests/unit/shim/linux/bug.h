/* SPDX-License-Identifier: GPL-2.0-only */
/* User-space stand-in for the kernel header of this name: a warning ends the test. */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

#include <stdlib.h>

#define WARN_ON_ONCE(cond)	((cond) ? abort() : (void)0)
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)

#endif
