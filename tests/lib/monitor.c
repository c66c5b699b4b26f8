// SPDX-License-Identifier: GPL-2.0-only
/* The monitor below Linux, asked through the DSP model's control node. */
#include <fcntl.h>

#include "harness.h"

static struct dsp_control_monitor ask(struct dsp_control_monitor order)
{
	int ret;

	snprintf(order.label, sizeof(order.label), "%s", control_selected());
	ret = control_ioctl(DSP_CONTROL_MONITOR, &order);
	REQUIRE_EQ(ret, 0);
	return order;
}

bool board_has_firmware(void)
{
	return board_has_monitor() || !access("/proc/device-tree/firmware-calls", F_OK);
}

bool board_has_monitor(void)
{
	return !access("/proc/device-tree/monitor", F_OK);
}

void monitor_require(void)
{
	if (!board_has_monitor())
		test_skip("no monitor: for boards at EL1");
}

uint64_t monitor_dsp(void)
{
	uint8_t vmids[64];
	uint64_t vms = 0;
	int len = file_read(DSP_VMIDS, (char *)vmids, sizeof(vmids));

	REQUIRE(len > 0);
	for (int i = 3; i < len; i += 4)
		vms |= 1ull << vmids[i];
	return vms;
}

uint64_t monitor_owners(uint64_t addr)
{
	return ask((struct dsp_control_monitor){ .addr = addr }).owners;
}

void monitor_check_owners(uint64_t addr, uint64_t len, uint64_t vms)
{
	struct dsp_control_monitor page = ask((struct dsp_control_monitor){
		.addr = addr, .len = len,
	});

	CHECK_EQ(page.owners, vms);
	CHECK_EQ(page.writers, vms);
	CHECK_EQ(page.executors, vms);
	CHECK_EQ(page.len, len);
}

uint64_t monitor_assigned(void)
{
	return ask((struct dsp_control_monitor){ .addr = 0 }).assigned;
}

uint64_t monitor_refused(void)
{
	return ask((struct dsp_control_monitor){ .addr = 0 }).refused;
}

void monitor_refuse(uint64_t n, uint64_t count, long result)
{
	/* the kernel's own word on it */
	test_allow("Assign memory protection call failed");
	ask((struct dsp_control_monitor){
		.action = DSP_MONITOR_REFUSE, .n = n, .count = count, .result = result,
	});
}

void monitor_allow(void)
{
	if (board_has_firmware())
		ask((struct dsp_control_monitor){ .action = DSP_MONITOR_REFUSE });
}

void monitor_on_abort(uint32_t action)
{
	ask((struct dsp_control_monitor){ .action = action });
}

void monitor_scm_comes(void)
{
	ask((struct dsp_control_monitor){ .action = DSP_MONITOR_SCM_COMES });
}
