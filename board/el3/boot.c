// SPDX-License-Identifier: GPL-2.0-only
/* What a CPU needs before it enters the kernel at EL2. */
#include "el3.h"

/* Below it is not secure; reserved bits; HVC and SMC are allowed; EL2 is AArch64. */
#define SCR		0x531u
#define SRE_ALL		0xfu		/* the GIC's system registers, for all levels */
#define SCTLR_EL2_RESET	0x30c50830u

static void set_registers(void)
{
	sysreg_write(scr_el3, SCR);
	sysreg_write(cptr_el3, 0);
	sysreg_write(mdcr_el3, 0);
	sysreg_write(s3_6_c12_c12_5, SRE_ALL);	/* ICC_SRE_EL3 */
	sysreg_write(sctlr_el2, SCTLR_EL2_RESET);
	__asm__ volatile("isb" : : : "memory");
}

u64 boot(u64 *context)
{
	set_registers();
	gic_init_cpu(this_cpu());
	if (!psci_is_first())
		return psci_wait(context);
	gic_init_distributor();
	owner_init(RAM_BASE);
	log_text("firmware: up");
	log_end();
	*context = TREE_BASE;
	return KERNEL_BASE;
}

/* The table is only kept here: no stage of translation is the firmware's. */
void enforce(u64 addr, u64 bytes)
{
	(void)addr;
	(void)bytes;
}

u64 abort_policy(u64 policy)
{
	(void)policy;
	return NOT_SUPPORTED;
}
