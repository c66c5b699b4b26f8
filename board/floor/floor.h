/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* /dev/board-floor: one message to the DSP and its answer, see floor.c. */
#ifndef BOARD_FLOOR_H
#define BOARD_FLOOR_H

#include <linux/ioctl.h>

#define FLOOR_NODE	"/dev/board-floor"
#define FLOOR_ECHO	_IO('f', 1)	/* returns when the answer is there: 0 or what it says */

#endif
