// SPDX-License-Identifier: GPL-2.0-only
/*
 * The subsystem of one DSP on boards with the kernel's own Qualcomm stack.
 *
 * One platform device "fastrpc-board,soc-dsp" is what surrounds one DSP: a mailbox
 * that Linux rings, four interrupts that ring Linux, two power domains, and the life
 * thread.  Firmware (board/firmware) rings the reset line when PAS has started the
 * image, and when PAS wants it shut down.
 *
 * Shutdown: firmware answers PAS with "busy" until this module has told it that the
 * DSP has halted.  So everything that the DSP does last, it does while all of its
 * memory is still mapped and assigned, and PAS goes on after that.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <uapi/linux/sched/types.h>

#include "dsp_compat.h"
#include "monitor_call.h"
#include "soc.h"

/* Orders of tests that the life thread carries out: enum dsp_soc_action is the bit. */
#define ORDER_WAIT_MS	20000

static const char *const line_names[SOC_LINES] = {
	[SOC_LINE_RESET] = "reset",
	[SOC_LINE_SMP2P] = "smp2p",
	[SOC_LINE_GLINK] = "glink",
	[SOC_LINE_WDOG] = "wdog",
};

/* Linux may take the interrupt right here: that is no work of the DSP's. */
void soc_ring(struct soc *soc, enum soc_line line)
{
	unsigned long flags;
	u64 paused;

	preempt_disable();
	local_irq_save(flags);
	irq_set_irqchip_state(soc->line[line], IRQCHIP_STATE_PENDING, true);
	paused = dsp_meter_pause();
	local_irq_restore(flags);
	dsp_meter_resume(soc->dsp, paused);
	preempt_enable();
}

static void core_wake(struct soc *soc)
{
	wake_up_all(&soc->changed);
}

/* ---- what the DSP says of itself ---- */

static void core_acknowledge_now(struct soc *soc, unsigned int bit)
{
	soc_smp2p_set(soc, bit, true);
}

static void core_late_work(struct work_struct *work)
{
	struct soc_late *late = container_of(to_delayed_work(work), struct soc_late, work);

	core_acknowledge_now(late->soc, late->bit);
}

void soc_acknowledge(struct soc *soc, unsigned int bit)
{
	struct soc_late *late = &soc->late[bit == SOC_SMP2P_STOP_ACK];

	if (!soc_has_fault(soc, DSP_SOC_LATE_ACK)) {
		core_acknowledge_now(soc, bit);
		return;
	}
	late->bit = bit;
	schedule_delayed_work(&late->work, msecs_to_jiffies(READ_ONCE(soc->ack_delay_ms)));
}

void soc_shutdown_asked(struct soc *soc)
{
	WRITE_ONCE(soc->shutdowns_asked, soc->shutdowns_asked + 1);
	if (!soc_has_fault(soc, DSP_SOC_WORKS_ON))
		dsp_close_calls(soc->dsp);
}

/* A crashed DSP serves no call; its memory is in use until firmware halts it. */
static void core_crash(struct soc *soc, const char *reason)
{
	dsp_close_calls(soc->dsp);
	soc_smem_crash_reason(soc, reason);
}

/* Linux has set or cleared the stop bit. */
static void core_look_at_stop(struct soc *soc)
{
	bool stop = soc_smp2p_linux(soc, SOC_SMP2P_STOP);

	if (stop == soc->was_stopped)
		return;
	soc->was_stopped = stop;
	if (!stop) {
		soc_smp2p_set(soc, SOC_SMP2P_STOP_ACK, false);
		return;
	}
	WRITE_ONCE(soc->stops_asked, soc->stops_asked + 1);
	if (!soc_has_fault(soc, DSP_SOC_WORKS_ON))
		dsp_close_calls(soc->dsp);
	if (!soc_has_fault(soc, DSP_SOC_NO_STOP_ACK))
		soc_acknowledge(soc, SOC_SMP2P_STOP_ACK);
}

/* ---- boot and halt ---- */

/* The domain of the DSP's own stream, if the remoteproc has attached one of its own. */
static struct iommu_domain *core_own_domain(struct soc *soc)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(soc->dsp->stream[0].client);

	return domain && domain->type == IOMMU_DOMAIN_UNMANAGED &&
	       soc->dsp->stream[0].client == soc->remoteproc ? domain : NULL;
}

static void core_say_booted(struct soc *soc)
{
	if (soc_smp2p_boot(soc))
		WRITE_ONCE(soc->handshakes_lost, soc->handshakes_lost + 1);
	if (soc_has_fault(soc, DSP_SOC_FATAL_BOOT)) {
		core_crash(soc, "adsp_boot.c:1:the board was told to fail this boot");
		soc_smp2p_set(soc, SOC_SMP2P_FATAL, true);
		return;
	}
	if (soc_has_fault(soc, DSP_SOC_NO_READY))
		return;
	soc_smp2p_set(soc, SOC_SMP2P_READY, true);
	soc_smp2p_set(soc, SOC_SMP2P_HANDOVER, true);
}

static void core_boot(struct soc *soc)
{
	struct dsp *dsp = soc->dsp;
	struct iommu_domain *domain = core_own_domain(soc);
	/* A recovery keeps the domain. */
	bool is_new = !dsp_domain_is_known(dsp, domain);

	if (is_new)
		dsp_domain_attached(dsp, domain);
	dsp_stream_attached(dsp, domain, is_new);
	soc->was_stopped = soc_smp2p_linux(soc, SOC_SMP2P_STOP);
	if (dsp_open_streams(dsp) || soc_glink_boot(soc)) {
		dev_err(soc->dev, "the DSP does not boot: see the lines above\n");
		return;
	}
	soc_qmi_reset(soc);
	dsp_boot(dsp);
	dsp_open_calls(dsp);
	soc->is_up = true;
	core_say_booted(soc);
}

static void core_halt(struct soc *soc)
{
	struct dsp *dsp = soc->dsp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(soc->late); i++)
		cancel_delayed_work_sync(&soc->late[i].work);
	dsp_close_calls(dsp);
	soc_glink_halt(soc);
	soc_qmi_reset(soc);
	dsp_halt(dsp);
	dsp_stream_attached(dsp, false, false);
	soc->is_up = false;
	/*
	 * Linux must not find bits of this life when it prepares the next: it would take
	 * them for those of the new one.
	 */
	soc_smp2p_clear(soc);
}

/* The reset line rang: what has become of the image? */
static void core_look_at_firmware(struct soc *soc)
{
	u64 boots, state = dsp_monitor_pas_state(soc->pas_id, &boots);

	if (state == MONITOR_PAS_RUNNING && boots != soc->boots) {
		WRITE_ONCE(soc->boots, boots);
		core_boot(soc);
	} else if (state == MONITOR_PAS_HALTING) {
		core_halt(soc);
		if (dsp_monitor_pas_halted(soc->pas_id))
			dev_err(soc->dev, "firmware does not take the DSP for halted\n");
	}
}

/* ---- the life thread ---- */

/* Between two things that the DSP does, each of which sees the same faults throughout. */
static void core_obey_faults(struct soc *soc)
{
	WRITE_ONCE(soc->ack_delay_ms, READ_ONCE(soc->ordered_ms));
	WRITE_ONCE(soc->faults, READ_ONCE(soc->ordered_faults));
	soc_glink_faults(soc);
}

static void core_acknowledge_late(struct soc *soc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(soc->late); i++)
		flush_delayed_work(&soc->late[i].work);
}

static void core_obey(struct soc *soc, enum dsp_soc_action action)
{
	switch (action) {
	case DSP_SOC_FAULTS:
		core_obey_faults(soc);
		break;
	case DSP_SOC_FATAL:
		if (!soc->is_up)
			break;
		core_crash(soc, "adsp_test.c:1:the board was told to crash");
		soc_smp2p_set(soc, SOC_SMP2P_FATAL, true);
		break;
	case DSP_SOC_WATCHDOG:
		if (!soc->is_up)
			break;
		core_crash(soc, "");
		soc_ring(soc, SOC_LINE_WDOG);
		break;
	case DSP_SOC_CLOSE:
		soc_channel_close(soc, SOC_CHANNEL_FASTRPC);
		break;
	case DSP_SOC_OPEN:
		soc_channel_open(soc, SOC_CHANNEL_FASTRPC);
		break;
	case DSP_SOC_ACKNOWLEDGE:
		core_acknowledge_late(soc);
		break;
	case DSP_SOC_LOOK:
	case DSP_SOC_ACTIONS:
		break;
	}
}

static void core_obey_all(struct soc *soc)
{
	unsigned int action;

	for (action = 0; action < DSP_SOC_ACTIONS; action++) {
		if (!test_bit(action, &soc->orders))
			continue;
		core_obey(soc, action);
		clear_bit(action, &soc->orders);
		core_wake(soc);
	}
}

static bool core_has_work(struct soc *soc)
{
	return READ_ONCE(soc->reset) || READ_ONCE(soc->kicks) || READ_ONCE(soc->orders) ||
	       kthread_should_stop();
}

static int core_life(void *data)
{
	struct soc *soc = data;
	struct dsp_meter_span span;

	while (!kthread_should_stop()) {
		wait_event_idle(soc->changed, core_has_work(soc));
		dsp_meter_begin(soc->dsp, &span);
		if (test_and_clear_bit(0, &soc->reset))
			core_look_at_firmware(soc);
		if (test_and_clear_bit(SOC_MBOX_SMP2P, &soc->kicks) && soc->is_up)
			core_look_at_stop(soc);
		if (test_and_clear_bit(SOC_MBOX_GLINK, &soc->kicks) && soc->is_up)
			soc_glink_kick(soc);
		core_obey_all(soc);
		dsp_meter_end(soc->dsp, &span);
	}
	return 0;
}

static irqreturn_t core_reset_interrupt(int irq, void *data)
{
	struct soc *soc = data;

	set_bit(0, &soc->reset);
	core_wake(soc);
	return IRQ_HANDLED;
}

/* Linux rings.  It may hold spinlocks, with interrupts off. */
static int core_mbox_send(struct mbox_chan *chan, void *data)
{
	struct soc *soc = container_of(chan->mbox, struct soc, mbox);

	set_bit(chan - soc->mbox_chan, &soc->kicks);
	core_wake(soc);
	return 0;
}

static const struct mbox_chan_ops core_mbox_ops = {
	.send_data = core_mbox_send,
};

static struct mbox_chan *core_mbox_xlate(struct mbox_controller *mbox,
					 const struct of_phandle_args *args)
{
	if (args->args_count != 1 || args->args[0] >= SOC_MBOXES)
		return ERR_PTR(-EINVAL);
	return &mbox->chans[args->args[0]];
}

/* ---- the FastRPC channel ---- */

static int core_deliver(struct dsp *dsp, const void *data, size_t len)
{
	return soc_channel_send(dsp->soc, SOC_CHANNEL_FASTRPC, data, len);
}

static const struct dsp_edge core_edge = {
	.deliver = core_deliver,
};

static void core_channel_opened(struct soc *soc)
{
	dev_dbg(soc->dev, "%s is open\n", soc->dsp->link.channel_name);
}

/* Calls go on: what answers them finds no channel. */
static void core_channel_closed(struct soc *soc)
{
	dev_dbg(soc->dev, "%s is closed\n", soc->dsp->link.channel_name);
}

static void core_channel_receive(struct soc *soc, const u8 *data, size_t len)
{
	if (dsp_call_submit(soc->dsp, data, len, true))
		dev_err_ratelimited(soc->dev, "a request was lost for lack of memory\n");
}

const struct soc_channel_ops soc_fastrpc_channel = {
	.opened = core_channel_opened,
	.closed = core_channel_closed,
	.receive = core_channel_receive,
};

/* ---- what tests ask for ---- */

static int core_order_life(struct soc *soc, enum dsp_soc_action action)
{
	set_bit(action, &soc->orders);
	core_wake(soc);
	return wait_event_timeout(soc->changed, !test_bit(action, &soc->orders),
				  msecs_to_jiffies(ORDER_WAIT_MS)) ? 0 : -ETIMEDOUT;
}

int soc_order(struct soc *soc, struct dsp_control_soc *order)
{
	int ret = 0;

	if (order->action >= DSP_SOC_ACTIONS)
		return -EINVAL;
	if (order->action == DSP_SOC_FAULTS) {
		WRITE_ONCE(soc->ordered_ms, order->ms);
		WRITE_ONCE(soc->ordered_faults, order->faults);
	}
	if (order->action != DSP_SOC_LOOK)
		ret = core_order_life(soc, order->action);
	order->boots = READ_ONCE(soc->boots);
	order->handshakes_lost = READ_ONCE(soc->handshakes_lost);
	order->shutdowns_asked = READ_ONCE(soc->shutdowns_asked);
	order->stops_asked = READ_ONCE(soc->stops_asked);
	soc_glink_show(soc, order);
	soc_qmi_show(soc, order);
	return ret;
}

/* ---- the device ---- */

static void core_put_remoteproc(void *data)
{
	put_device(data);
}

static int core_find_remoteproc(struct soc *soc)
{
	struct device_node *node = of_parse_phandle(soc->dev->of_node, "board,remoteproc", 0);
	struct platform_device *pdev = node ? of_find_device_by_node(node) : NULL;

	of_node_put(node);
	if (!pdev) {
		dev_err(soc->dev, "board,remoteproc names no device\n");
		return -ENODEV;
	}
	soc->remoteproc = &pdev->dev;
	return devm_add_action_or_reset(soc->dev, core_put_remoteproc, soc->remoteproc);
}

static int core_read_properties(struct soc *soc)
{
	struct device_node *node = soc->dev->of_node;

	of_property_read_u32(node, "board,ssctl", &soc->ssctl);
	of_property_read_u32(node, "board,crash-item", &soc->crash_item);
	if (of_property_read_u32(node, "board,host", &soc->host) ||
	    of_property_read_u32(node, "board,pas-id", &soc->pas_id)) {
		dev_err(soc->dev, "no board,host or no board,pas-id\n");
		return -EINVAL;
	}
	return 0;
}

static int core_init_lines(struct soc *soc, struct platform_device *pdev)
{
	unsigned int i;

	for (i = 0; i < SOC_LINES; i++) {
		soc->line[i] = platform_get_irq_byname(pdev, line_names[i]);
		if (soc->line[i] < 0)
			return soc->line[i];
	}
	return devm_request_irq(soc->dev, soc->line[SOC_LINE_RESET], core_reset_interrupt, 0,
				dev_name(soc->dev), soc);
}

static int core_init_mailbox(struct soc *soc)
{
	soc->mbox.dev = soc->dev;
	soc->mbox.ops = &core_mbox_ops;
	soc->mbox.chans = soc->mbox_chan;
	soc->mbox.num_chans = SOC_MBOXES;
	soc->mbox.of_xlate = core_mbox_xlate;
	return devm_mbox_controller_register(soc->dev, &soc->mbox);
}

static void core_exit_domains(void *data)
{
	struct soc *soc = data;
	unsigned int i;

	of_genpd_del_provider(soc->dev->of_node);
	for (i = 0; i < ARRAY_SIZE(soc->pd); i++)
		pm_genpd_remove(&soc->pd[i]);
}

/* They are always on: PAS insists on having them. */
static int core_init_domains(struct soc *soc)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(soc->pd); i++) {
		soc->pd[i].name = devm_kasprintf(soc->dev, GFP_KERNEL, "%s-%u",
						 dev_name(soc->dev), i);
		if (!soc->pd[i].name)
			return -ENOMEM;
		ret = pm_genpd_init(&soc->pd[i], NULL, true);
		if (ret)
			return ret;
		soc->pds[i] = &soc->pd[i];
	}
	soc->pd_data.domains = soc->pds;
	soc->pd_data.num_domains = ARRAY_SIZE(soc->pds);
	ret = of_genpd_add_provider_onecell(soc->dev->of_node, &soc->pd_data);
	if (ret)
		return ret;
	return devm_add_action_or_reset(soc->dev, core_exit_domains, soc);
}

static const struct {
	int (*init)(struct soc *soc);
	void (*exit)(struct soc *soc);
} core_parts[] = {
	{ soc_smem_init, soc_smem_exit },
	{ soc_smp2p_init, NULL },
	{ soc_glink_init, soc_glink_exit },
	{ soc_qrtr_init, soc_qrtr_exit },
	{ soc_qmi_init, soc_qmi_exit },
};

static void core_exit_parts(void *data)
{
	struct soc *soc = data;

	while (soc->parts--)
		if (core_parts[soc->parts].exit)
			core_parts[soc->parts].exit(soc);
}

static int core_init_parts(struct soc *soc)
{
	int ret = 0;

	for (soc->parts = 0; soc->parts < ARRAY_SIZE(core_parts); soc->parts++) {
		ret = core_parts[soc->parts].init(soc);
		if (ret)
			break;
	}
	if (ret) {
		core_exit_parts(soc);
		return ret;
	}
	return devm_add_action_or_reset(soc->dev, core_exit_parts, soc);
}

/* Firmware rings the reset line no more before the thread ends. */
static void core_end(void *data)
{
	struct soc *soc = data;

	dsp_list_del(soc->dsp);
	dsp_monitor_pas_watch(soc->pas_id, 0, MONITOR_HLOS, false);
	kthread_stop(soc->life);
	if (soc->is_up)
		core_halt(soc);
	dsp_domain_detach(soc->dsp, core_own_domain(soc));
}

static int core_begin(struct soc *soc)
{
	u32 vm;
	int ret;

	dsp_monitor_vms(soc->dev, &vm);
	soc->life = kthread_create(core_life, soc, "dsp-life-%s", soc->dsp->label);
	if (IS_ERR(soc->life))
		return PTR_ERR(soc->life);
	/* As quick as hardware: Linux waits for it with interrupts off in places. */
	sched_set_fifo_low(soc->life);
	wake_up_process(soc->life);
	dsp_list_add(soc->dsp);
	ret = dsp_monitor_pas_watch(soc->pas_id,
				    irq_get_irq_data(soc->line[SOC_LINE_RESET])->hwirq, vm,
				    of_property_read_bool(soc->dev->of_node, "board,early-boot"));
	if (ret) {
		dev_err(soc->dev, "the board's firmware does not watch PAS id %u: %d\n",
			soc->pas_id, ret);
		core_end(soc);
		return ret;
	}
	return devm_add_action_or_reset(soc->dev, core_end, soc);
}

static int core_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *label = "adsp";
	struct soc *soc;
	struct dsp *dsp;
	unsigned int i;
	int ret;

	soc = devm_kzalloc(dev, sizeof(*soc), GFP_KERNEL);
	dsp = devm_kzalloc(dev, sizeof(*dsp), GFP_KERNEL);
	if (!soc || !dsp)
		return -ENOMEM;
	soc->dsp = dsp;
	soc->dev = dev;
	init_waitqueue_head(&soc->changed);
	for (i = 0; i < ARRAY_SIZE(soc->late); i++) {
		soc->late[i].soc = soc;
		INIT_DELAYED_WORK(&soc->late[i].work, core_late_work);
	}
	of_property_read_string(dev->of_node, "label", &label);
	strscpy(dsp->label, label, sizeof(dsp->label));
	dsp->soc = soc;
	dsp->dev = dev;
	dsp->edge = &core_edge;

	ret = core_find_remoteproc(soc);
	if (ret)
		return ret;
	ret = core_read_properties(soc);
	if (ret)
		return ret;
	ret = dsp_init_dsp(dsp, soc->remoteproc);
	if (ret)
		return ret;
	ret = core_init_parts(soc);
	if (ret)
		return ret;
	ret = core_init_lines(soc, pdev);
	if (ret)
		return ret;
	ret = core_init_domains(soc);
	if (ret)
		return ret;
	ret = core_begin(soc);
	if (ret)
		return ret;
	/* From here on the kernel's drivers find what they wait for. */
	return core_init_mailbox(soc);
}

static const struct of_device_id core_of_match[] = {
	{ .compatible = "fastrpc-board,soc-dsp" },
	{ }
};

static struct platform_driver core_driver = {
	.probe = core_probe,
	.driver = {
		.name = "board-soc-dsp",
		.of_match_table = core_of_match,
		.suppress_bind_attrs = true,
	},
};

int soc_init(void)
{
	return platform_driver_register(&core_driver);
}

void soc_exit(void)
{
	platform_driver_unregister(&core_driver);
}
