// SPDX-License-Identifier: GPL-2.0-only
/* All interrupts belong to the kernel: they are group 1, not secure. */
#include "el3.h"

#define GICD_CTLR		(GICD_BASE + 0x0u)
#define GICD_TYPER		(GICD_BASE + 0x4u)
#define GICD_IGROUPR(n)		(GICD_BASE + 0x080u + 4 * (n))
#define GICD_IGRPMODR(n)	(GICD_BASE + 0xd00u + 4 * (n))

#define CTLR_AFFINITY		0x30u	/* routing by affinity, in both worlds */
#define CTLR_GROUPS		0x07u	/* the three of them are on */

#define GICR_WAKER		0x14u
#define GICR_IGROUPR0		0x10080u
#define GICR_IGRPMODR0		0x10d00u

#define WAKER_IS_ASLEEP		BIT(2)

void gic_init_cpu(u64 cpu)
{
	u64 redistributor = GICR_BASE + cpu * GICR_STRIDE;

	mmio_write(redistributor + GICR_WAKER, 0);
	while (mmio_read(redistributor + GICR_WAKER) & WAKER_IS_ASLEEP)
		;
	mmio_write(redistributor + GICR_IGROUPR0, ~0u);
	mmio_write(redistributor + GICR_IGRPMODR0, 0);
}

void gic_init_distributor(void)
{
	u32 last = mmio_read(GICD_TYPER) & 0x1f, n;	/* of 32 interrupts each */

	mmio_write(GICD_CTLR, CTLR_AFFINITY);
	for (n = 1; n <= last; n++) {
		mmio_write(GICD_IGROUPR(n), ~0u);
		mmio_write(GICD_IGRPMODR(n), 0);
	}
	mmio_write(GICD_CTLR, CTLR_AFFINITY | CTLR_GROUPS);
}
