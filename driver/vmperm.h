/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory ownership under a hypervisor: which virtual machines (VMIDs) may touch a range,
 * changed by calls to the secure world (SCM).
 */
#ifndef FRPC_VMPERM_H
#define FRPC_VMPERM_H

#include <linux/types.h>

#include "tree_rules.h"

struct device_node;

struct frpc_vmperm {
	u32 vmids[FRPC_VMIDS_MAX];	/* below 64 */
	u32 count;			/* 0: there are no VMs */
};

extern const struct frpc_vmperm frpc_vmperm_linux;

int frpc_vmperm_read(const struct device_node *node, struct frpc_vmperm *perm);
bool frpc_vmperm_is_ready(void);
int frpc_vmperm_assign(phys_addr_t phys, size_t len, const struct frpc_vmperm *from,
		       const struct frpc_vmperm *perm);

#endif /* FRPC_VMPERM_H */
