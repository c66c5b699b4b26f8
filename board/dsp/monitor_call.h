/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor of the EL1 boards is asked, beside PSCI and the firmware's own
 * calls: by SMC, fast, 64-bit, of an OEM's service.  board/README.md specifies
 * them.  Shared by the monitor and the dsp module.
 */
#ifndef MONITOR_CALL_H
#define MONITOR_CALL_H

#define MONITOR_OWNERS		0xc3000001u	/* x1: address */
#define MONITOR_ACCESS		0xc3000002u	/* x1: address, x2: bytes, x3: VMs, x4: write? */
#define MONITOR_COUNT		0xc3000003u	/* x1: MONITOR_COUNT_... */
#define MONITOR_CLEAR		0xc3000004u	/* violations to 0 */
/* x1: n, x2: how many, x3: status, x4: result, x5: service and command, 0: assign */
#define MONITOR_REFUSE		0xc3000005u
#define MONITOR_ON_ABORT	0xc3000006u	/* x1: MONITOR_ABORT_... */
/*
 * A subsystem that PAS starts: x1: PAS id, x2: number of the interrupt at the GIC that
 * rings when its state changes (0: it has no DSP behind it), x3: VM that its image
 * belongs to while it runs, x4: 1: a boot loader has started it before Linux.
 */
#define MONITOR_PAS_WATCH	0xc3000007u
/* x1: PAS id.  x1: MONITOR_PAS_..., x2: how often it was started, x3: where its image is */
#define MONITOR_PAS_STATE	0xc3000008u
#define MONITOR_PAS_HALTED	0xc3000009u	/* x1: PAS id: the DSP has stopped */

/* x1: address, x2: bytes, x3: VMs that own these pages from now on, with all rights */
#define MONITOR_GIVE		0xc300000au

/* x1 of the answer to MONITOR_PAS_STATE */
#define MONITOR_PAS_OFF		0
#define MONITOR_PAS_RUNNING	1
#define MONITOR_PAS_HALTING	2	/* shutdown was called: waits for MONITOR_PAS_HALTED */

/* x1 of MONITOR_COUNT */
#define MONITOR_COUNT_ASSIGNED	0	/* assignments that were done */
#define MONITOR_COUNT_REFUSED	1	/* and those that were not */
#define MONITOR_COUNT_CPU	2	/* accesses of CPUs to what is not HLOS's */
#define MONITOR_COUNT_DSP	3	/* accesses of DSPs to what is not theirs */
#define MONITOR_COUNT_CPU_AT	4	/* address of the first of CPUs */
#define MONITOR_COUNT_CPU_PC	5	/* who it was */
#define MONITOR_COUNTS		6

/* What becomes of a CPU's access to memory that is not HLOS's. */
#define MONITOR_ABORT_INJECT	0	/* an external abort, as hardware has it */
#define MONITOR_ABORT_SKIP	1	/* a load reads MONITOR_POISON, a store is lost */

#define MONITOR_POISON		0xdeaddeaddeaddeadull

/* The VM that Linux is. */
#define MONITOR_HLOS		3

#endif
