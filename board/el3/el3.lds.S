/* SPDX-License-Identifier: GPL-2.0-only */
#include "layout.h"

ENTRY(start)

PHDRS
{
	code PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = FLASH_BASE;
	.head : { *(.head) } : code
	.text : { *(.text*) } : code
	.rodata : { *(.rodata*) } : code
	ASSERT(. <= FLASH_BASE + FLASH_SIZE, "the firmware does not fit: see layout.h")
	.data : { *(.data*) } : code
	ASSERT(SIZEOF(.data) == 0, "the firmware runs in flash: no variable may have a first value")
	. = SECURE_BASE;
	.bss (NOLOAD) : { *(.bss*) *(COMMON) } : data
	ASSERT(. <= SECURE_BASE + SECURE_SIZE, "the tables do not fit: see layout.h")
	/DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }
}
