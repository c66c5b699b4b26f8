// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory ownership under a hypervisor.
 *
 * The firmware compares the owners it is told with those it knows and refuses
 * on any difference.  The kernel's call hands the new owners back in a word
 * that loses VMIDs of 32 and above, so that word is not used: the owners are
 * always built from the list the memory was lent to.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/firmware/qcom/qcom_scm.h>
#include <linux/kconfig.h>
#include <linux/of.h>

#include "vmperm.h"

int frpc_vmperm_read(const struct device_node *node, struct frpc_vmperm *perm)
{
	int count = of_property_count_u32_elems(node, "qcom,vmids");
	u32 i;

	perm->count = 0;
	if (count == -EINVAL)
		return 0;
	if (count <= 0 || count > FRPC_VMIDS_MAX ||
	    of_property_read_u32_array(node, "qcom,vmids", perm->vmids, count))
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (perm->vmids[i] >= BITS_PER_LONG_LONG)
			return -EINVAL;
	perm->count = count;
	return 0;
}

#if IS_REACHABLE(CONFIG_QCOM_SCM)

/* A node that can be probed but has not been is worth waiting for. */
int frpc_vmperm_ready(void)
{
	struct device_node *node;
	int ret = -ENODEV;

	if (qcom_scm_is_available())
		return 0;
	node = of_find_compatible_node(NULL, NULL, "qcom,scm");
	if (node && of_device_is_available(node))
		ret = -EPROBE_DEFER;
	of_node_put(node);
	return ret;
}

static u64 owner_mask(const struct frpc_vmperm *perm)
{
	u64 mask = 0;
	u32 i;

	for (i = 0; i < perm->count; i++)
		mask |= BIT_ULL(perm->vmids[i]);
	return mask;
}

static int assign(phys_addr_t phys, size_t len, u64 from, const struct qcom_scm_vmperm *to,
		  u32 count)
{
	/*
	 * What the firmware says passes through raw: a positive number is no success, and
	 * -EINVAL says nothing of the caller's arguments.  The number is in the log.
	 */
	return qcom_scm_assign_mem(phys, len, &from, to, count) ? -EIO : 0;
}

int frpc_vmperm_lend(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm)
{
	struct qcom_scm_vmperm to[FRPC_VMIDS_MAX];
	u32 i;

	for (i = 0; i < perm->count; i++) {
		to[i].vmid = perm->vmids[i];
		to[i].perm = QCOM_SCM_PERM_RWX;
	}
	return assign(phys, len, BIT_ULL(QCOM_SCM_VMID_HLOS), to, perm->count);
}

int frpc_vmperm_reclaim(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm)
{
	const struct qcom_scm_vmperm to = {
		.vmid = QCOM_SCM_VMID_HLOS,
		.perm = QCOM_SCM_PERM_RWX,
	};

	return assign(phys, len, owner_mask(perm), &to, 1);
}

#else /* no SCM in this kernel */

int frpc_vmperm_ready(void)
{
	return -ENODEV;
}

int frpc_vmperm_lend(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm)
{
	return -ENODEV;
}

int frpc_vmperm_reclaim(phys_addr_t phys, size_t len, const struct frpc_vmperm *perm)
{
	return -ENODEV;
}

#endif
