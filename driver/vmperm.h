/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory ownership under a hypervisor: which virtual machines (VMIDs) may touch
 * a range, changed by calls to the secure world.
 */
#ifndef FRPC_VMPERM_H
#define FRPC_VMPERM_H

#include <linux/types.h>

struct device_node;

#define FRPC_VMIDS_MAX		16

/**
 * struct frpc_vmperm - who gets the memory
 * @vmids: their numbers, below 64
 * @count: how many; 0: no hypervisor is meant
 */
struct frpc_vmperm {
	u32 vmids[FRPC_VMIDS_MAX];
	u32 count;
};

/* Reads qcom,vmids.  Return: 0 (also if there is none), -EINVAL. */
int frpc_vmperm_read(const struct device_node *node, struct frpc_vmperm *perm);

/* Return: 0 calls can be made; -EPROBE_DEFER not yet; -ENODEV never. */
int frpc_vmperm_ready(void);

/**
 * frpc_vmperm_lend() - Linux gives a range to @perm
 * @phys: start, 4 KiB aligned
 * @len: bytes, a multiple of 4 KiB
 * @perm: count not 0
 *
 * Sleeps.
 * Return: 0; -EIO: the range is still Linux's.
 */
int frpc_vmperm_lend(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm);

/**
 * frpc_vmperm_reclaim() - Linux takes a range back
 * @phys: start of a range lent as a whole
 * @len: its bytes
 * @perm: exactly those it was lent to
 *
 * Sleeps.
 * Return: 0; -EIO: the range must not be touched, but this may be tried again.
 */
int frpc_vmperm_reclaim(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm);

#endif /* FRPC_VMPERM_H */
