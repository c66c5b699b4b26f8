// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware below Linux, by the calls of monitor_call.h.
 *
 * Boards at EL1: a monitor knows which VMs own each page of RAM, and enforces it.
 * A DSP's own stream is not Linux' there.  QEMU translates the engine behind it all
 * the same, by a domain of a device of ours (fastrpc-board,engine) in which all
 * RAM is mapped to itself, for good.  What stands between the DSP and memory is the
 * monitor's table, which is asked before every transfer, for every page.
 *
 *
 * Boards at EL2 with the kernel's own stack: firmware at EL3 keeps the same table, and
 * the state of what PAS starts, but there is no second stage to enforce anything with.
 * A board at EL2 with an edge of the module's own has no firmware at all.
 */
#include <linux/arm-smccc.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#include "dsp.h"
#include "dsp_compat.h"
#include "monitor_call.h"

static bool has_monitor;	/* firmware enforces the ownership of memory */
static bool has_firmware;	/* firmware answers */
static bool has_late_driver;

static struct arm_smccc_res monitor_call(u32 id, u64 a, u64 b, u64 c, u64 d)
{
	struct arm_smccc_res res;

	arm_smccc_smc(id, a, b, c, d, 0, 0, 0, &res);
	return res;
}

bool dsp_monitor_is_there(void)
{
	return has_monitor;
}

/* MONITOR_PAS_...; *boots: how often firmware has started the image. */
u64 dsp_monitor_pas_state(u32 pas_id, u64 *boots)
{
	struct arm_smccc_res res = monitor_call(MONITOR_PAS_STATE, pas_id, 0, 0, 0);

	*boots = res.a2;
	return res.a1;
}

/*
 * Ring @interrupt, a number of the GIC's, whenever the state changes.  @runs: a boot
 * loader has started the image.
 */
int dsp_monitor_pas_watch(u32 pas_id, u32 interrupt, u32 vm, bool runs)
{
	if (!has_firmware)
		return -ENODEV;
	return monitor_call(MONITOR_PAS_WATCH, pas_id, interrupt, vm, runs).a0 ? -EIO : 0;
}

int dsp_monitor_pas_halted(u32 pas_id)
{
	return monitor_call(MONITOR_PAS_HALTED, pas_id, 0, 0, 0).a0 ? -EIO : 0;
}

/* Which VMs have the page, and which of them may write to it, and execute it. */
static u64 owners_of(phys_addr_t phys, u64 *write, u64 *exec)
{
	struct arm_smccc_res res = monitor_call(MONITOR_OWNERS, phys, 0, 0, 0);

	*write = res.a2;
	*exec = res.a3;
	return res.a1;
}

/* Do all of @vms have the page, for loads and stores? */
bool dsp_monitor_allows(u64 vms, phys_addr_t phys)
{
	u64 write, exec;

	return !has_monitor || !(vms & ~(owners_of(phys, &write, &exec) & write));
}

/* Do @vms, and no other VM, own the page with all rights? */
bool dsp_monitor_is_only(u64 vms, phys_addr_t phys)
{
	u64 write, exec;

	return !has_monitor || (owners_of(phys, &write, &exec) == vms && write == vms &&
				exec == vms);
}

/* The pages are theirs from now on, whatever was before. */
int dsp_monitor_give(u64 addr, u64 len, u64 vms)
{
	if (!has_firmware)
		return -ENXIO;
	return monitor_call(MONITOR_GIVE, addr, len, vms, 0).a0 ? -EINVAL : 0;
}

/* One access, about to be made.  False: it must not be, and @fault says what it was. */
bool dsp_monitor_access(u64 vms, phys_addr_t phys, size_t len, bool write,
			struct dsp_control_fault *fault)
{
	struct arm_smccc_res res;

	if (!has_monitor)
		return true;
	res = monitor_call(MONITOR_ACCESS, phys, len, vms, write);
	if (!res.a0)
		return true;
	fault->event = DSP_EVENT_XPU;
	fault->is_read = !write;
	fault->iova = res.a1;
	fault->owners = res.a2;
	return false;
}

static u64 monitor_count(u32 which)
{
	return monitor_call(MONITOR_COUNT, which, 0, 0, 0).a1;
}

void dsp_monitor_violations(struct dsp_control_violations *v)
{
	if (!has_firmware)
		return;
	v->cpu_touched = monitor_count(MONITOR_COUNT_CPU);
	v->cpu_touched_at = monitor_count(MONITOR_COUNT_CPU_AT);
	v->cpu_touched_by = monitor_count(MONITOR_COUNT_CPU_PC);
}

void dsp_monitor_clear(void)
{
	if (has_firmware)
		monitor_call(MONITOR_CLEAR, 0, 0, 0, 0);
}

static int late_probe(struct platform_device *pdev)
{
	return 0;
}

static const struct of_device_id late_of_match[] = {
	{ .compatible = "fastrpc-board,late" },
	{ }
};

static struct platform_driver late_driver = {
	.probe = late_probe,
	.driver = {
		.name = "dsp-scm-waits-for",
		.of_match_table = late_of_match,
		.suppress_bind_attrs = true,
	},
};

/* What the SCM device waits for is there from now on. */
static int scm_comes(void)
{
	int ret = has_late_driver ? 0 : platform_driver_register(&late_driver);

	has_late_driver = !ret;
	return ret;
}

static void monitor_refuse(const struct dsp_control_monitor *order)
{
	struct arm_smccc_res res;

	arm_smccc_smc(MONITOR_REFUSE, order->n, order->count, order->status, order->result,
		      order->function, 0, 0, &res);
}

/* The page that is asked for, and how many bytes from there on have the same owners. */
static void monitor_look(struct dsp_control_monitor *order)
{
	u64 write, exec, at;

	order->owners = owners_of(order->addr, &order->writers, &order->executors);
	for (at = PAGE_SIZE; at < order->len; at += PAGE_SIZE)
		if (owners_of(order->addr + at, &write, &exec) != order->owners ||
		    write != order->writers || exec != order->executors)
			break;
	order->len = at;
}

int dsp_monitor_order(struct dsp_control_monitor *order)
{
	int ret = 0;

	if (!has_firmware)
		return -ENXIO;
	switch (order->action) {
	case DSP_MONITOR_LOOK:
		break;
	case DSP_MONITOR_REFUSE:
		monitor_refuse(order);
		break;
	case DSP_MONITOR_ABORT_INJECT:
		monitor_call(MONITOR_ON_ABORT, MONITOR_ABORT_INJECT, 0, 0, 0);
		break;
	case DSP_MONITOR_ABORT_SKIP:
		monitor_call(MONITOR_ON_ABORT, MONITOR_ABORT_SKIP, 0, 0, 0);
		break;
	case DSP_MONITOR_SCM_COMES:
		ret = scm_comes();
		break;
	default:
		ret = -EINVAL;
	}
	monitor_look(order);
	order->assigned = monitor_count(MONITOR_COUNT_ASSIGNED);
	order->refused = monitor_count(MONITOR_COUNT_REFUSED);
	return ret;
}

static int engine_ram(struct resource *ram)
{
	struct device_node *node = of_find_node_by_type(NULL, "memory");
	int ret = node ? of_address_to_resource(node, 0, ram) : -ENODEV;

	of_node_put(node);
	return ret;
}

/* The device is being unbound, its domain is still attached. */
static void engine_unmap(void *data)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(data);
	struct resource ram;

	if (domain && domain->type != IOMMU_DOMAIN_IDENTITY && !engine_ram(&ram))
		iommu_unmap(domain, ram.start, resource_size(&ram));
}

static int engine_probe(struct platform_device *pdev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&pdev->dev);
	struct resource ram;
	int ret;

	ret = engine_ram(&ram);
	if (ret)
		return ret;
	if (!domain)
		return -EPROBE_DEFER;
	if (domain->type != IOMMU_DOMAIN_IDENTITY) {
		ret = dsp_iommu_map(domain, ram.start, ram.start, resource_size(&ram),
				    IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE);
		if (ret)
			return ret;
	}
	return devm_add_action_or_reset(&pdev->dev, engine_unmap, &pdev->dev);
}

static const struct of_device_id engine_of_match[] = {
	{ .compatible = "fastrpc-board,engine" },
	{ }
};

static struct platform_driver engine_driver = {
	.probe = engine_probe,
	.driver = {
		.name = "dsp-stream-engine",
		.of_match_table = engine_of_match,
		.suppress_bind_attrs = true,
	},
};

/*
 * The device whose domain translates a DSP's own stream: @remoteproc, or that of
 * board,engine in the node of @dev.  ERR_PTR; a reference otherwise.
 */
struct device *dsp_monitor_client(struct device *dev, struct device *remoteproc)
{
	struct device_node *node = of_parse_phandle(dev->of_node, "board,engine", 0);
	struct platform_device *pdev;

	if (!node)
		return get_device(remoteproc);
	pdev = of_find_device_by_node(node);
	of_node_put(node);
	if (pdev && pdev->dev.driver == &engine_driver.driver)
		return &pdev->dev;
	if (pdev)
		put_device(&pdev->dev);
	return ERR_PTR(-EPROBE_DEFER);
}

/* The VMs that a DSP is, by board,vmids; without that it is none of its own, but HLOS. */
u64 dsp_monitor_vms(const struct device *dev, u32 *first)
{
	u32 vmids[DSP_MAX_VMS];
	u64 vms = 0;
	int i, n;

	*first = MONITOR_HLOS;
	n = of_property_read_variable_u32_array(dev->of_node, "board,vmids", vmids, 1,
						DSP_MAX_VMS);
	if (n <= 0)
		return BIT_ULL(MONITOR_HLOS);
	for (i = 0; i < n; i++)
		vms |= BIT_ULL(vmids[i] & 63);
	*first = vmids[0] & 63;
	return vms;
}

static bool monitor_is_described(const char *compatible)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, compatible);

	of_node_put(node);
	return node;
}

int dsp_monitor_init(void)
{
	has_monitor = monitor_is_described("fastrpc-board,monitor");
	has_firmware = has_monitor || monitor_is_described("fastrpc-board,firmware");
	if (has_firmware && (long)monitor_call(MONITOR_COUNT, 0, 0, 0, 0).a0) {
		pr_err("dsp: the device tree describes firmware of the board, but no call is answered: boot with board/boot\n");
		return -ENODEV;
	}
	return platform_driver_register(&engine_driver);
}

void dsp_monitor_exit(void)
{
	if (has_late_driver)
		platform_driver_unregister(&late_driver);
	platform_driver_unregister(&engine_driver);
}
