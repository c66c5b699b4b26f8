/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks of the driver's own invariants.
 *
 * WARN_ON_ONCE() stands where a check costs next to nothing.  FRPC_DEBUG_WARN_ON() stands on
 * the path of every call, and where a check walks a list: only a driver that is built with
 * CONFIG_FRPC_DEBUG=y has these.  Neither tests what a program or the DSP decides.
 */
#ifndef FRPC_DEBUG_H
#define FRPC_DEBUG_H

#include <linux/bug.h>
#include <linux/kconfig.h>
#include <linux/lockdep.h>

#define FRPC_HAS_DEBUG	IS_ENABLED(CONFIG_FRPC_DEBUG)

#define FRPC_DEBUG_WARN_ON(condition)			\
	do {						\
		if (FRPC_HAS_DEBUG)			\
			WARN_ON_ONCE(condition);	\
	} while (0)

#endif /* FRPC_DEBUG_H */
