// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all DSPs of the module have in common, whichever edge they have: the list of
 * them, the parts they are made of, boot, quiet and halt, and what their host is sent.
 *
 * Two kinds of device make a struct dsp: dsp_core.c is a remoteproc driver with an
 * rpmsg edge of the module's own; soc_core.c is the far end of the kernel's own
 * Qualcomm stack.  An edge delivers answers (struct dsp_edge) and submits requests.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>

#include "dsp.h"
#include "soc.h"

#define CHANNEL_DEFAULT	"fastrpcglink-apps-dsp"

static LIST_HEAD(dsps);
static DEFINE_MUTEX(dsps_lock);

void dsp_list_lock(void)
{
	mutex_lock(&dsps_lock);
}

void dsp_list_unlock(void)
{
	mutex_unlock(&dsps_lock);
}

struct dsp *dsp_first(void)
{
	return list_first_entry_or_null(&dsps, struct dsp, node);
}

struct dsp *dsp_next(struct dsp *dsp)
{
	return list_is_last(&dsp->node, &dsps) ? NULL : list_next_entry(dsp, node);
}

/*
 * A DSP stays once found: devices cannot be unbound by hand, and an open
 * control file keeps the module.
 */
struct dsp *dsp_find(const char *label)
{
	struct dsp *dsp, *found = NULL;

	mutex_lock(&dsps_lock);
	list_for_each_entry(dsp, &dsps, node)
		if (!strncmp(dsp->label, label, DSP_LABEL_LEN))
			found = dsp;
	mutex_unlock(&dsps_lock);
	return found;
}

void dsp_list_add(struct dsp *dsp)
{
	mutex_lock(&dsps_lock);
	list_add_tail(&dsp->node, &dsps);
	mutex_unlock(&dsps_lock);
}

void dsp_list_del(struct dsp *dsp)
{
	mutex_lock(&dsps_lock);
	list_del(&dsp->node);
	mutex_unlock(&dsps_lock);
}

/* Hand @data to the host's driver.  -ENOTCONN: it has no channel open. */
int dsp_link_deliver(struct dsp *dsp, const void *data, size_t len)
{
	int ret = dsp->edge->deliver(dsp, data, len);

	if (ret == -ENOTCONN) {
		spin_lock(&dsp->calls_lock);
		dsp->undelivered++;
		spin_unlock(&dsp->calls_lock);
	}
	return ret;
}

/* Keep a message until its moment has come. */
void dsp_link_keep(struct dsp *dsp, u32 moment, const void *data, size_t len)
{
	struct dsp_link_message *message = &dsp->link.due[moment];

	spin_lock(&dsp->link.lock);
	message->len = min(len, sizeof(message->data));
	memcpy(message->data, data, message->len);
	message->is_set = true;
	spin_unlock(&dsp->link.lock);
}

/* The moment has come: send what is kept for it. */
void dsp_link_say_due(struct dsp *dsp, u32 moment)
{
	struct dsp_link_message message;

	spin_lock(&dsp->link.lock);
	message = dsp->link.due[moment];
	dsp->link.due[moment].is_set = false;
	spin_unlock(&dsp->link.lock);
	if (message.is_set)
		dsp_link_deliver(dsp, message.data, message.len);
}

/* The channel's node in the device tree, below the remoteproc's @node. */
static int link_find(struct dsp *dsp, struct device_node *node)
{
	static const char *const compatibles[] = {
		"qcom,fastrpc", "qcom,kaanapali-fastrpc",
		/* a DSP that has FastRPC, in a tree that does not say so */
		"fastrpc-board,unsaid",
	};
	struct dsp_link *link = &dsp->link;
	unsigned int i;

	link->edge_node = of_get_child_by_name(node, "glink-edge");
	if (!link->edge_node) {
		dev_err(dsp->dev, "no glink-edge node below %pOF\n", node);
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(compatibles) && !link->channel_node; i++)
		link->channel_node = of_get_compatible_child(link->edge_node, compatibles[i]);
	if (!link->channel_node) {
		dev_err(dsp->dev, "no qcom,fastrpc node below %pOF\n", link->edge_node);
		of_node_put(link->edge_node);
		return -EINVAL;
	}
	if (of_property_read_string(link->channel_node, "qcom,glink-channels",
				    &link->channel_name))
		link->channel_name = CHANNEL_DEFAULT;
	return 0;
}

static void main_put_nodes(void *data)
{
	struct dsp *dsp = data;

	of_node_put(dsp->link.channel_node);
	of_node_put(dsp->link.edge_node);
}

static void main_exit_streams(void *data)
{
	dsp_stream_exit(data);
}

static void main_exit_heap(void *data)
{
	dsp_heap_exit(data);
}

static void main_exit_maps(void *data)
{
	dsp_map_exit(data);
}

static void main_exit_wq(void *data)
{
	destroy_workqueue(data);
}

static int main_init_parts(struct dsp *dsp, struct device *remoteproc)
{
	struct device *dev = dsp->dev;
	int ret;

	dsp->captures = devm_kcalloc(dev, DSP_CAPTURES, sizeof(*dsp->captures), GFP_KERNEL);
	/* Unbound: calls that wait for anything must not hold up the others. */
	dsp->wq = alloc_workqueue("dsp-%s", WQ_UNBOUND | WQ_HIGHPRI, 0, dsp->label);
	if (!dsp->captures || !dsp->wq)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, main_exit_wq, dsp->wq);
	if (ret)
		return ret;
	dsp_map_init(dsp);
	ret = devm_add_action_or_reset(dev, main_exit_maps, dsp);
	if (ret)
		return ret;
	ret = link_find(dsp, remoteproc->of_node);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, main_put_nodes, dsp);
	if (ret)
		return ret;
	ret = dsp_stream_init(dsp, remoteproc);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, main_exit_streams, dsp);
	if (ret)
		return ret;
	dsp_heap_init(dsp);
	return devm_add_action_or_reset(dev, main_exit_heap, dsp);
}

/*
 * Make the DSP of @dev, whose label and edge are set.  Its own stream is that of
 * @remoteproc, and its channel is described below that device's node.
 */
int dsp_init_dsp(struct dsp *dsp, struct device *remoteproc)
{
	spin_lock_init(&dsp->calls_lock);
	spin_lock_init(&dsp->fault_lock);
	spin_lock_init(&dsp->link.lock);
	mutex_init(&dsp->life);
	init_waitqueue_head(&dsp->counters);
	INIT_LIST_HEAD(&dsp->requests);
	INIT_LIST_HEAD(&dsp->held_list);
	INIT_LIST_HEAD(&dsp->listeners);
	INIT_LIST_HEAD(&dsp->modules);
	dsp->link.closing = true;
	return main_init_parts(dsp, remoteproc);
}

/* There are domains now, and the DSP's accesses can go through them. */
int dsp_open_streams(struct dsp *dsp)
{
	u32 value, events;
	int ret;

	dsp_stream_enable(dsp, true);
	/* The script page of the harness: proves that the engine runs at all. */
	ret = dsp_stream_word(&dsp->stream[0], 0x10000, false, &value, &events);
	if (ret) {
		dev_err(dsp->dev, "the engine of stream %#x does not move a word: %d\n",
			dsp->stream[0].stream_id, ret);
		dsp_stream_enable(dsp, false);
	}
	return ret;
}

/* The DSP runs: root PD and audio PD are there, no client is, no memory is offered. */
void dsp_boot(struct dsp *dsp)
{
	mutex_lock(&dsp->life);
	dsp_process_reset(dsp);
	dsp_heap_boot(dsp);
	spin_lock(&dsp->calls_lock);
	dsp->boot_epoch++;
	dsp->running = true;
	spin_unlock(&dsp->calls_lock);
	mutex_unlock(&dsp->life);
	wake_up_all(&dsp->counters);
}

/* Some look at it without the lock. */
static void main_set_closing(struct dsp *dsp, bool closing)
{
	spin_lock(&dsp->calls_lock);
	WRITE_ONCE(dsp->link.closing, closing);
	spin_unlock(&dsp->calls_lock);
}

/* Requests are served from now on. */
void dsp_open_calls(struct dsp *dsp)
{
	main_set_closing(dsp, false);
}

/*
 * No request is served any more: calls that are worked on run to their end, all others
 * are forgotten, and the user PDs end.  The audio PD goes on using its heap.
 */
void dsp_close_calls(struct dsp *dsp)
{
	main_set_closing(dsp, true);
	wake_up_all(&dsp->counters);
	dsp_listener_close(dsp);
	dsp_call_drain(dsp);
	dsp_pd_end(dsp, 0);
	dsp_module_drop(dsp, 0);
}

/* The last look at all that was offered; after that the DSP touches nothing. */
void dsp_halt(struct dsp *dsp)
{
	mutex_lock(&dsp->life);
	dsp_heap_halt(dsp);
	dsp_stream_enable(dsp, false);
	spin_lock(&dsp->calls_lock);
	dsp->running = false;
	spin_unlock(&dsp->calls_lock);
	mutex_unlock(&dsp->life);
	wake_up_all(&dsp->counters);
}

/* The audio PD alone dies and comes back.  -ENXIO: the DSP does not run. */
int dsp_restart_audio_pd(struct dsp *dsp)
{
	int ret = -ENXIO;

	mutex_lock(&dsp->life);
	if (dsp->running) {
		if (dsp->soc)
			soc_servreg_audio_pd(dsp->soc, false);
		dsp_heap_restart(dsp);
		if (dsp->soc)
			soc_servreg_audio_pd(dsp->soc, true);
		ret = 0;
	}
	mutex_unlock(&dsp->life);
	return ret;
}

static const struct {
	int (*init)(void);
	void (*exit)(void);
} main_parts[] = {
	{ dsp_smmu_init, dsp_smmu_exit },
	{ dsp_cached_init, dsp_cached_exit },
	{ dsp_view_init, dsp_view_exit },
	{ dsp_engine_init, dsp_engine_exit },
	{ dsp_monitor_init, dsp_monitor_exit },
	{ dsp_remote_init, dsp_remote_exit },
	{ dsp_control_init, dsp_control_exit },
	{ dsp_domain_init, dsp_domain_exit },
	{ dsp_hold_init, dsp_hold_exit },
	{ dsp_import_init, dsp_import_exit },
	{ dsp_tree_init, dsp_tree_exit },
	{ dsp_core_init, dsp_core_exit },
	{ soc_init, soc_exit },
};

static void main_undo(unsigned int parts)
{
	while (parts--)
		main_parts[parts].exit();
}

static int __init dsp_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(main_parts); i++) {
		ret = main_parts[i].init();
		if (ret) {
			main_undo(i);
			return ret;
		}
	}
	return 0;
}

static void __exit dsp_exit(void)
{
	main_undo(ARRAY_SIZE(main_parts));
	dsp_meter_exit();
	/* The last module_put() of a release function may not have returned yet. */
	synchronize_rcu();
}

module_init(dsp_init);
module_exit(dsp_exit);

MODULE_DESCRIPTION("DSP of the FastRPC virtual board");
MODULE_LICENSE("GPL");
