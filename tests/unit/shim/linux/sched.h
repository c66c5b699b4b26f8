/* SPDX-License-Identifier: GPL-2.0-only */
/* User-space stand-in for the kernel header of this name. */
#define TASK_KILLABLE	1
#define TASK_FREEZABLE	2
