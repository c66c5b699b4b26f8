// SPDX-License-Identifier: GPL-2.0-only
/*
 * Secure maps (FASTRPC_ATTR_SECUREMAP): dma-bufs that the DSP reaches by itself and
 * not through a context bank.  Below a hypervisor the first VM of qcom,vmids comes to
 * own the memory beside Linux, and the DSP is told the physical address.
 *
 * It is given when a call first names a buffer so, and taken back when the map goes.
 * A map that goes while the DSP may be using it, because its channel ends before the
 * call, and one that the secure world does not give back are quarantined: the buffer
 * is never freed.
 */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/firmware/qcom/qcom_scm.h>
#include <linux/iommu.h>

#include "private.h"
#include "remoteproc.h"

/* Maps whose memory did not come back; for people. */
atomic_t frpc_secure_maps_lost;

/**
 * frpc_secure_map_setup() - find out who shares secure maps with Linux
 * @channel: being probed
 *
 * Only below a hypervisor there is an owner to share with.
 */
void frpc_secure_map_setup(struct frpc_channel *channel)
{
	struct device *dev = &channel->rpdev->dev;
	struct frpc_vmperm *perm = &channel->secure;
	struct rproc *rproc = rproc_get_by_child(dev);

	if (!rproc || frpc_rproc_stream_kind(rproc) != FRPC_STREAM_VM ||
	    frpc_vmperm_read(dev->of_node, perm) || !perm->count)
		return;
	perm->count = 2;
	perm->vmids[1] = perm->vmids[0];
	perm->vmids[0] = QCOM_SCM_VMID_HLOS;
}

/* One address and one length have to describe all of it. */
static int map_find_memory(struct frpc_map *map)
{
	struct frpc_space *space = map->session->space;
	phys_addr_t first = frpc_space_phys(space, map->iova);
	size_t at;

	if (!first || !IS_ALIGNED(first | map->len, PAGE_SIZE) ||
	    (u64)(first + map->len - 1) >> space->channel->soc->sid_shift)
		return -EINVAL;
	for (at = 0; at < map->len; at += PAGE_SIZE)
		if (frpc_space_phys(space, map->iova + at) != first + at)
			return -EINVAL;
	map->phys = first;
	return 0;
}

/**
 * frpc_secure_map_make() - let the DSP itself have the memory of a map
 * @map: used by the caller
 *
 * Sleeps.  Nothing to do for one that it has already.
 *
 * Return: 0; -EOPNOTSUPP: no hypervisor, or none that knows the DSP; -EINVAL: not
 * contiguous, or out of the DSP's reach; -EIO: the secure world refuses, as it does
 * while another session has the buffer so; -EPIPE; -EINTR.
 */
int frpc_secure_map_make(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	const struct frpc_vmperm *perm = &session->channel->secure;
	int ret = 0;

	if (!perm->count || !frpc_vmperm_is_ready())
		return -EOPNOTSUPP;
	if (mutex_lock_killable(&session->space->maps_lock))
		return -EINTR;
	if (map->is_undone || !session->space->is_alive)
		ret = -EPIPE;
	else if (!map->is_secure)
		ret = map_find_memory(map);
	if (!ret && !map->is_secure)
		ret = frpc_vmperm_assign(map->phys, map->len, &frpc_vmperm_linux, perm);
	if (!ret)
		map->is_secure = true;
	mutex_unlock(&session->space->maps_lock);
	return ret;
}

/* The map is being undone, space->maps_lock held.  Needs no memory. */
void frpc_secure_map_undo(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	bool is_used;
	int ret = -EBUSY;

	if (!map->is_secure)
		return;
	spin_lock_irq(&session->lock);
	is_used = map->users || map->is_left;
	spin_unlock_irq(&session->lock);
	if (!is_used)
		ret = frpc_vmperm_assign(map->phys, map->len, &session->channel->secure,
					 &frpc_vmperm_linux);
	if (!ret) {
		map->is_secure = false;
		return;
	}
	/* never to be put */
	if (map->own)
		kref_get(&map->own->refs);
	else
		get_dma_buf(map->buf);
	atomic_inc(&frpc_secure_maps_lost);
	dev_err(session->space->dev, "secure map of %pa: %s (%d), this memory is not used again until reboot\n",
		&map->phys, is_used ? "the DSP may be using it" : "cannot be taken back", ret);
}
