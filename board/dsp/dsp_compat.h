/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything the dsp module has to know about kernel versions.
 */
#ifndef DSP_COMPAT_H
#define DSP_COMPAT_H

#include <linux/iommu.h>
#include <linux/poll.h>
#include <linux/rpmsg.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "the board's dsp module needs Linux 6.1 or newer: choose another KERNEL"
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(8, 0, 0)
#error "the board's dsp module has not been tried on Linux 8: choose another KERNEL, or adapt it"
#endif

/* Before 6.12 every architecture had its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* iommu_map() got its gfp argument in 6.3. */
static inline int dsp_iommu_map(struct iommu_domain *domain, unsigned long iova,
				phys_addr_t phys, size_t size, int prot)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return iommu_map(domain, iova, phys, size, prot);
#else
	return iommu_map(domain, iova, phys, size, prot, GFP_KERNEL);
#endif
}

/* A namespace is a string from 6.13 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define DSP_NS(name)	name
#else
#define DSP_NS(name)	#name
#endif

/* From 6.2 on the plain ones want the buffer locked. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dsp_dma_buf_vmap	dma_buf_vmap
#define dsp_dma_buf_vunmap	dma_buf_vunmap
#else
#define dsp_dma_buf_vmap	dma_buf_vmap_unlocked
#define dsp_dma_buf_vunmap	dma_buf_vunmap_unlocked
#endif

/*
 * What an rpmsg transport has to provide.  The kernel keeps these two tables
 * in a private header that no header package carries, so they are declared
 * here again: the order of the members is the contract, and a wrong one
 * compiles silently.  What differs between kernels is not guessed from the
 * version: Kbuild looks into the public rpmsg header for the public function
 * behind each member (DSP_RPMSG_*).
 */
struct rpmsg_device_ops {
	struct rpmsg_device *(*create_channel)(struct rpmsg_device *rpdev,
					       struct rpmsg_channel_info *chinfo);
	int (*release_channel)(struct rpmsg_device *rpdev,
			       struct rpmsg_channel_info *chinfo);
	struct rpmsg_endpoint *(*create_ept)(struct rpmsg_device *rpdev,
					     rpmsg_rx_cb_t cb, void *priv,
					     struct rpmsg_channel_info chinfo);
	int (*announce_create)(struct rpmsg_device *rpdev);
	int (*announce_destroy)(struct rpmsg_device *rpdev);
};

#ifdef DSP_RPMSG_CONST_DATA
#define dsp_rpmsg_data const void
#else
#define dsp_rpmsg_data void
#endif

struct rpmsg_endpoint_ops {
	void (*destroy_ept)(struct rpmsg_endpoint *ept);
	int (*send)(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len);
	int (*sendto)(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len, u32 dst);
#ifdef DSP_RPMSG_OFFCHANNEL
	int (*send_offchannel)(struct rpmsg_endpoint *ept, u32 src, u32 dst,
			       dsp_rpmsg_data *data, int len);
#endif
	int (*trysend)(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len);
	int (*trysendto)(struct rpmsg_endpoint *ept, dsp_rpmsg_data *data, int len, u32 dst);
#ifdef DSP_RPMSG_OFFCHANNEL
	int (*trysend_offchannel)(struct rpmsg_endpoint *ept, u32 src, u32 dst,
				  dsp_rpmsg_data *data, int len);
#endif
	__poll_t (*poll)(struct rpmsg_endpoint *ept, struct file *filp, poll_table *wait);
#ifdef DSP_RPMSG_FLOW_CONTROL
	int (*set_flow_control)(struct rpmsg_endpoint *ept, bool pause, u32 dst);
#endif
	ssize_t (*get_mtu)(struct rpmsg_endpoint *ept);
};

#endif
