/* SPDX-License-Identifier: GPL-2.0-only */
/* What pure code of the driver's uses of the kernel's header of this name. */
#ifndef TOOLS_LINUX_MINMAX_H
#define TOOLS_LINUX_MINMAX_H

#define min(a, b)		((a) < (b) ? (a) : (b))

#endif
