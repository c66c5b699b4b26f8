// SPDX-License-Identifier: GPL-2.0-only
/* What a CPU needs before it enters the kernel at EL1. */
#include "monitor.h"

#define HCR_VM		BIT(0)		/* stage 2 */
#define HCR_SWIO	BIT(1)
#define HCR_TSC		BIT(19)		/* SMC comes here */
#define HCR_RW		BIT(31)		/* EL1 is AArch64 */

/* 40 bits of address from level 1 on, 4 KiB pages, cached walks, inner shareable. */
#define VTCR		0x80023558u
#define VMID_SHIFT	48

#define CPTR_NO_TRAPS	0x33ffu
#define MDCR_COUNTERS	0x1fu		/* their number, as it is after reset */
#define CNTHCTL_EL1	3u		/* counter and timer are EL1's */
#define SRE_ALL		0xfu		/* the GIC's system registers, for EL1 too */
#define SCTLR_EL1_RESET	0x30d00800u

static void set_registers(void)
{
	sysreg_write(vbar_el2, vectors);
	sysreg_write(vtcr_el2, VTCR);
	sysreg_write(vttbr_el2, stage2_table() | BIT(VMID_SHIFT));
	sysreg_write(hcr_el2, HCR_RW | HCR_TSC | HCR_SWIO | HCR_VM);
	sysreg_write(cptr_el2, CPTR_NO_TRAPS);
	sysreg_write(hstr_el2, 0);
	sysreg_write(mdcr_el2, sysreg_read(mdcr_el2) & MDCR_COUNTERS);
	sysreg_write(cnthctl_el2, CNTHCTL_EL1);
	sysreg_write(cntvoff_el2, 0);
	sysreg_write(s3_4_c12_c9_5, SRE_ALL);	/* ICC_SRE_EL2 */
	sysreg_write(s3_4_c12_c11_0, 0);	/* ICH_HCR_EL2 */
	sysreg_write(vpidr_el2, sysreg_read(midr_el1));
	sysreg_write(vmpidr_el2, sysreg_read(mpidr_el1));
	sysreg_write(sctlr_el1, SCTLR_EL1_RESET);
	__asm__ volatile("isb; tlbi vmalls12e1is; dsb ish; isb" : : : "memory");
}

void boot_first(void)
{
	owner_init(MONITOR_END);
	stage2_init();
	set_registers();
	log_text("monitor: up");
	log_end();
}

/* Return: where to enter; *context: what the kernel gave for that. */
u64 boot_secondary(u64 *context)
{
	set_registers();
	return psci_entered(context);
}
