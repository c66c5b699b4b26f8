/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Older kernels.  The driver is written for the newest one; this file defines the
 * new names for kernels that lack them.
 */
#ifndef FRPC_COMPAT_H
#define FRPC_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "fastrpc needs Linux 6.1 or newer: use a newer kernel, 6.1 is Debian 12's"
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(8, 0, 0)
#error "fastrpc has not been tried on Linux 8: use 7.x, or adapt driver/compat and say how it went"
#endif

/* Until 6.2 iommu_map() had no gfp argument: it always could sleep. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#include <linux/iommu.h>

static inline int frpc_compat_iommu_map(struct iommu_domain *domain, unsigned long iova,
					phys_addr_t phys, size_t len, int prot, gfp_t gfp)
{
	return iommu_map(domain, iova, phys, len, prot);
}

#define iommu_map frpc_compat_iommu_map
#endif

/*
 * Until 6.3 the source owners were an unsigned int: memory can be assigned to VMIDs
 * of 32 and above, but not reclaimed from them.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/qcom_scm.h>

static inline int frpc_compat_assign_mem(phys_addr_t phys, size_t len, u64 *from,
					 const struct qcom_scm_vmperm *to, unsigned int count)
{
	unsigned int owners = (unsigned int)*from;

	if (owners != *from) {
		pr_warn_once("fastrpc: Linux before 6.4 cannot reclaim memory from VMIDs above 31\n");
		return -EOPNOTSUPP;
	}
	return qcom_scm_assign_mem(phys, len, &owners, to, count);
}

#define qcom_scm_assign_mem frpc_compat_assign_mem
#endif

/*
 * Before 6.7 the driver owns its shrinker, and registration can fail: the caches are then not
 * trimmed.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#include <linux/shrinker.h>
#include <linux/slab.h>

static inline struct shrinker *shrinker_alloc(unsigned int flags, const char *name)
{
	struct shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);

	if (shrinker)
		shrinker->seeks = DEFAULT_SEEKS;
	return shrinker;
}

static inline void shrinker_register(struct shrinker *shrinker)
{
	if (register_shrinker(shrinker, "fastrpc"))
		pr_warn("fastrpc: cannot register the shrinker, caches are not trimmed under memory pressure\n");
}

static inline void shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
#endif

/*
 * Until 6.14 the PDR helper waited for the answer to its acknowledgment, for five seconds at
 * most.  The stable kernels have the change from these releases on.
 */
#define FRPC_COMPAT_SINCE(first, next) \
	(LINUX_VERSION_CODE >= (first) && LINUX_VERSION_CODE < (next))
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0) && \
	!FRPC_COMPAT_SINCE(KERNEL_VERSION(6, 13, 9), KERNEL_VERSION(6, 14, 0)) && \
	!FRPC_COMPAT_SINCE(KERNEL_VERSION(6, 12, 21), KERNEL_VERSION(6, 13, 0)) && \
	!FRPC_COMPAT_SINCE(KERNEL_VERSION(6, 6, 85), KERNEL_VERSION(6, 7, 0)) && \
	!FRPC_COMPAT_SINCE(KERNEL_VERSION(6, 1, 132), KERNEL_VERSION(6, 2, 0))
#define FRPC_PDR_ACK_TIME	(5 * HZ)
#endif

/* Before 7.0 an allocation named a size, not an object. */
#include <linux/slab.h>
#ifndef kzalloc_obj
#define kmalloc_obj(object, gfp)	kmalloc(sizeof(object), gfp)
#define kzalloc_obj(object, gfp)	kzalloc(sizeof(object), gfp)
#endif

/* Until 6.13 a namespace was a word, not a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#include <linux/module.h>
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns)	MODULE_INFO(import_ns, ns)
#endif

#endif /* FRPC_COMPAT_H */
