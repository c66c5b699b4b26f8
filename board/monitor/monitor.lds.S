/* SPDX-License-Identifier: GPL-2.0-only */
#include "layout.h"

ENTRY(image_start)

PHDRS
{
	code PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = MONITOR_BASE;
	.head : { *(.head) } : code
	.text : { *(.text*) } : code
	.rodata : { *(.rodata*) } : code
	.data : { *(.data*) } : data
	. = ALIGN(8192);
	bss_start = .;
	.bss (NOLOAD) : { *(.bss*) *(COMMON) } : data
	. = ALIGN(16);
	bss_end = .;
	ASSERT(. <= MONITOR_END, "the monitor does not fit: see layout.h")
	/DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }
}
