/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver has to know about the DSP's remoteproc.  Only remoteproc.c uses the lock,
 * the state and the domain of a struct rproc: the remoteproc core exports no functions for
 * them to drivers below a remoteproc.  A driver in the kernel tree would ask for them.
 */
#ifndef FRPC_REMOTEPROC_H
#define FRPC_REMOTEPROC_H

#include <linux/remoteproc.h>
#include <linux/types.h>

#include "tree_rules.h"

struct frpc_stream {
	enum frpc_stream_kind kind;
	struct iommu_domain *domain;	/* FRPC_STREAM_OWN: valid until the DSP's run ends */
	bool is_coherent;		/* the DSP's accesses snoop the caches of the CPUs */
	bool was_attached;		/* Linux found the DSP running, and did not start it */
};

/*
 * Reports the end of a DSP.  The owner sets the ops of @subdev, which run under the
 * remoteproc's lock: stop() before the stop op of the remoteproc; unprepare() after it,
 * while the DSP's domain still exists.
 */
struct frpc_rproc_watch {
	struct rproc_subdev subdev;
	struct rproc *rproc;		/* watched, reference held; the owner serialises */
};

enum frpc_stream_kind frpc_rproc_stream_kind(const struct rproc *rproc);
int frpc_rproc_watch(struct frpc_rproc_watch *watch, struct rproc *rproc,
		     struct frpc_stream *stream);
void frpc_rproc_unwatch(struct frpc_rproc_watch *watch);

#endif /* FRPC_REMOTEPROC_H */
