// SPDX-License-Identifier: GPL-2.0-only
/* The firmware rings a line of Linux: it sets the interrupt pending at the distributor. */
#include "firmware.h"

#define GICD_ISPENDR	(GICD_BASE + 0x200u)

/* From GIC_FIRST_SPI to GIC_LAST_SPI. */
void gic_pend(u32 interrupt)
{
	mmio_write(GICD_ISPENDR + interrupt / 32 * 4, 1u << interrupt % 32);
}
