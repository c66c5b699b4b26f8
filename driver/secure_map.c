// SPDX-License-Identifier: GPL-2.0-only
/*
 * Secure maps (FASTRPC_ATTR_SECUREMAP): dma-bufs that the DSP reaches through its own
 * stream and not through a context bank.  Under a hypervisor the first VM of qcom,vmids
 * owns the memory together with Linux, and the DSP gets the physical address.
 *
 * The first call with the attribute assigns the buffer, and the end of the map reclaims
 * it.  A map that ends while the DSP may use it, because its channel ends before the call,
 * and one that cannot be reclaimed are lost: the buffer is never freed.
 */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/firmware/qcom/qcom_scm.h>
#include <linux/iommu.h>

#include "private.h"
#include "remoteproc.h"

/* How many maps could not be reclaimed; for debugfs. */
atomic_t frpc_secure_maps_lost;

/**
 * frpc_secure_map_setup() - find the owners of secure maps
 * @channel: being probed
 *
 * There are none without a hypervisor.
 */
void frpc_secure_map_setup(struct frpc_channel *channel)
{
	struct device *dev = &channel->rpdev->dev;
	struct frpc_vmperm *perm = &channel->secure_perm;
	struct rproc *rproc = rproc_get_by_child(dev);

	if (!rproc || frpc_rproc_stream_kind(rproc) != FRPC_STREAM_VM ||
	    frpc_vmperm_read(dev->of_node, perm) || !perm->count)
		return;
	perm->count = 2;
	perm->vmids[1] = perm->vmids[0];
	perm->vmids[0] = QCOM_SCM_VMID_HLOS;
}

/* Finds the physical range of a map; -EINVAL: it is not one range. */
static int secure_map_find_memory(struct frpc_map *map)
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

static int secure_map_assign(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	int ret;

	lockdep_assert_held(&session->space->maps_lock);

	if (map->is_undone || !session->space->is_alive)
		return -EPIPE;
	if (map->is_secure)
		return 0;
	ret = secure_map_find_memory(map);
	if (ret)
		return ret;
	ret = frpc_vmperm_assign(map->phys, map->len, &frpc_vmperm_linux,
				 &session->channel->secure_perm);
	if (ret)
		return ret;
	map->is_secure = true;
	return 0;
}

/**
 * frpc_secure_map_make() - assign the memory of a map to the DSP
 * @map: used by the caller
 *
 * Sleeps.  Does nothing if it is assigned already.
 *
 * Return: 0; -EOPNOTSUPP: no hypervisor, or the device tree names no VM of the DSP; -EINVAL:
 * not contiguous, or out of the DSP's reach; -EIO: the secure world refuses, for example
 * because another session has assigned the buffer; -EPIPE; -EINTR.
 */
int frpc_secure_map_make(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	int ret;

	if (!session->channel->secure_perm.count || !frpc_vmperm_is_ready())
		return -EOPNOTSUPP;
	if (mutex_lock_killable(&session->space->maps_lock))
		return -EINTR;
	ret = secure_map_assign(map);
	mutex_unlock(&session->space->maps_lock);
	return ret;
}

/* Keeps the memory of a map for ever: the DSP may use it. */
static void secure_map_lose(struct frpc_map *map, const char *reason, int error)
{
	/* this reference is never dropped */
	if (map->export)
		kref_get(&map->export->refs);
	else
		get_dma_buf(map->buf);
	atomic_inc(&frpc_secure_maps_lost);
	dev_err(map->session->space->dev,
		"secure map of %pa: %s (%d), this memory is not used again until reboot\n",
		&map->phys, reason, error);
}

/* The map is being undone; space->maps_lock held.  Allocates no memory. */
void frpc_secure_map_undo(struct frpc_map *map)
{
	struct frpc_session *session = map->session;
	bool is_used;
	int ret;

	lockdep_assert_held(&session->space->maps_lock);

	if (!map->is_secure)
		return;
	WARN_ON_ONCE(!session->channel->secure_perm.count);
	spin_lock_irq(&session->lock);
	is_used = map->users || map->is_left;
	spin_unlock_irq(&session->lock);
	if (is_used) {
		secure_map_lose(map, "the DSP may be using it", -EBUSY);
		return;
	}
	ret = frpc_vmperm_assign(map->phys, map->len, &session->channel->secure_perm,
				 &frpc_vmperm_linux);
	if (ret) {
		secure_map_lose(map, "SCM did not reclaim it", ret);
		return;
	}
	map->is_secure = false;
}
