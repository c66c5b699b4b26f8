// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory ownership under a hypervisor.
 *
 * Firmware compares the owners in a call with those that it knows, and refuses on any
 * difference.  The kernel's function returns the new owners in a word that loses VMIDs of 32
 * and above.  So the driver always builds the owners from the list that it assigned to.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/firmware/qcom/qcom_scm.h>
#include <linux/kconfig.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "vmperm.h"

/* Reads qcom,vmids.  Return: 0 (also if there is none), -EINVAL. */
int frpc_vmperm_read(const struct device_node *node, struct frpc_vmperm *perm)
{
	int count = of_property_count_u32_elems(node, "qcom,vmids");

	perm->count = 0;
	if (count == -EINVAL)
		return 0;
	if (count <= 0 || count > FRPC_VMIDS_MAX ||
	    of_property_read_u32_array(node, "qcom,vmids", perm->vmids, count) ||
	    !frpc_vmids_are_valid(perm->vmids, count))
		return -EINVAL;
	perm->count = count;
	return 0;
}

/* On 6.12 SCM says that it is available while its probe still runs, and a call then oopses. */
static bool scm_is_probed(void)
{
	struct device_driver *scm = driver_find("qcom_scm", &platform_bus_type);
	struct device *dev = scm ? driver_find_next_device(scm, NULL) : NULL;

	put_device(dev);
	return dev;
}

/* Is the SCM driver there?  It may come later. */
bool frpc_vmperm_is_ready(void)
{
	return IS_REACHABLE(CONFIG_QCOM_SCM) && qcom_scm_is_available() && scm_is_probed();
}

const struct frpc_vmperm frpc_vmperm_linux = { .vmids = { QCOM_SCM_VMID_HLOS }, .count = 1 };

/* A range of whole 4 KiB pages changes owners.  Sleeps.  Return: 0; -EIO: nothing changed. */
int frpc_vmperm_assign(phys_addr_t phys, size_t len, const struct frpc_vmperm *from,
		       const struct frpc_vmperm *perm)
{
	struct qcom_scm_vmperm to[FRPC_VMIDS_MAX];
	u64 owners = 0;
	u32 i;

	if (WARN_ON_ONCE(!from->count || !perm->count || !IS_ALIGNED(phys | len, SZ_4K)))
		return -EIO;
	for (i = 0; i < from->count; i++)
		owners |= BIT_ULL(from->vmids[i]);
	for (i = 0; i < perm->count; i++)
		to[i] = (struct qcom_scm_vmperm){ perm->vmids[i], QCOM_SCM_PERM_RWX };
	/* firmware's result comes unchanged: a positive number is an error too */
	if (!IS_REACHABLE(CONFIG_QCOM_SCM) ||
	    qcom_scm_assign_mem(phys, len, &owners, to, perm->count))
		return -EIO;
	return 0;
}
