// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP's remoteproc: see remoteproc.h.
 *
 * A subdevice reports the end of the DSP: the core calls its unprepare op after the stop op,
 * on a stop and on a crash, while the domain is still attached.  The remoteproc's lock
 * protects the list of subdevices; the core holds it for seconds while firmware loads.
 */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/property.h>
#ifdef CONFIG_ARM64
#include <asm/virt.h>
#endif

#include "remoteproc.h"

/*
 * A kernel that began at EL2 and went down to EL1 (a CPU without VHE) counts as one above a
 * hypervisor: no symbol for modules tells the two apart.
 */
static bool linux_is_at_el2(void)
{
#ifdef CONFIG_ARM64
	return is_kernel_in_hyp_mode();
#else
	return false;
#endif
}

/**
 * frpc_rproc_stream_kind() - what the DSP's own accesses pass through
 * @rproc: of a channel that is attached
 *
 * Return: what it is.
 */
enum frpc_stream_kind frpc_rproc_stream_kind(const struct rproc *rproc)
{
	const struct iommu_domain *domain = iommu_get_domain_for_dev(rproc->dev.parent);
	enum frpc_domain_type type = FRPC_DOMAIN_NONE;

	if (domain)
		type = domain->type == IOMMU_DOMAIN_IDENTITY ? FRPC_DOMAIN_IDENTITY :
							       FRPC_DOMAIN_OTHER;
	return frpc_stream_kind_find(rproc->has_iommu, type, linux_is_at_el2());
}

static int rproc_watch_start(struct frpc_rproc_watch *watch, struct rproc *rproc,
			     struct frpc_stream *stream)
{
	lockdep_assert_held(&rproc->lock);
	WARN_ON_ONCE(watch->rproc && watch->rproc != rproc);

	if (rproc->state != RPROC_RUNNING && rproc->state != RPROC_ATTACHED)
		return -EPIPE;
	/* after a detach the DSP runs on, but the core calls unprepare as after a stop */
	if (rproc->ops->detach)
		return -EOPNOTSUPP;
	stream->kind = frpc_rproc_stream_kind(rproc);
	stream->domain = stream->kind == FRPC_STREAM_OWN ? rproc->domain : NULL;
	stream->is_coherent = device_get_dma_attr(rproc->dev.parent) == DEV_DMA_COHERENT;
	stream->was_attached = rproc->state == RPROC_ATTACHED;
	if (watch->rproc)
		return 0;
	get_device(&rproc->dev);
	watch->rproc = rproc;
	rproc_add_subdev(rproc, &watch->subdev);
	return 0;
}

/**
 * frpc_rproc_watch() - report the end of the DSP's run from now on
 * @watch: the ops of its subdevice are set; it may watch @rproc already
 * @rproc: reference held
 * @stream: result
 *
 * Sleeps; waits killably for the remoteproc's lock.
 * Return: 0; -EINTR: killed; -EPIPE: the DSP does not run; -EOPNOTSUPP: the remoteproc can
 * be detached.
 */
int frpc_rproc_watch(struct frpc_rproc_watch *watch, struct rproc *rproc,
		     struct frpc_stream *stream)
{
	int ret;

	if (watch->rproc != rproc)
		frpc_rproc_unwatch(watch);
	if (mutex_lock_killable(&rproc->lock))
		return -EINTR;
	ret = rproc_watch_start(watch, rproc, stream);
	mutex_unlock(&rproc->lock);
	return ret;
}

/* Ends the watch.  When this returns, none of its ops runs.  Sleeps. */
void frpc_rproc_unwatch(struct frpc_rproc_watch *watch)
{
	struct rproc *rproc = watch->rproc;

	if (!rproc)
		return;
	mutex_lock(&rproc->lock);
	rproc_remove_subdev(rproc, &watch->subdev);
	mutex_unlock(&rproc->lock);
	watch->rproc = NULL;
	put_device(&rproc->dev);
}
