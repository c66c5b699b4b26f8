/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor of the virtual board: what its files share.
 *
 * It runs at EL2 below an unmodified kernel at EL1, and decides who may touch
 * which page.  Every exception comes from EL1 or EL0: nothing here nests, and the
 * MMU of EL2 stays off.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "monitor_call.h"

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1ull << (n))

/* SMCCC's "no such call". */
#define NOT_SUPPORTED	((u64)-1)

/* x0 to x30 of whoever was interrupted; head.S knows the order. */
struct frame {
	u64 x[32];
};

#define sysreg_read(name) ({						\
	u64 sysreg_value;						\
	__asm__ volatile("mrs %0, " #name : "=r" (sysreg_value));	\
	sysreg_value; })
#define sysreg_write(name, value)					\
	__asm__ volatile("msr " #name ", %0" : : "r" ((u64)(value)))

/* head.S */
extern char secondary_start[];
extern char vectors[];

/* boot.c */
void boot_first(void);
u64 boot_secondary(u64 *context);

/* trap.c */
void trap(struct frame *frame);
void trap_unexpected(void);

/* psci.c */
void psci_call(struct frame *frame);
u64 psci_entered(u64 *context);

/* scm.c: the firmware's calls */
void scm_call(struct frame *frame);
void scm_refuse(u64 n, u64 count, u64 status, u64 result);

/* owner.c: whose page is it? */
#define ACCESS_READ	4
#define ACCESS_WRITE	2
#define ACCESS_EXEC	1

/* Bit n of each is VM n's. */
struct owners {
	u64 own;	/* it may read, at least */
	u64 write;
	u64 exec;
};

void owner_init(void);
void owner_lock(void);
void owner_unlock(void);
bool owner_is_ram(u64 addr, u64 bytes);
struct owners *owner_of(u64 addr);
bool owner_may(u64 addr, u64 vms, u32 access);
void owner_set(u64 addr, u64 bytes, const struct owners *owners);

/* stage2.c: what of it the kernel sees */
void stage2_init(void);
u64 stage2_table(void);
void stage2_update(u64 addr, u64 bytes);

/* violation.c */
void violation_call(struct frame *frame);
void violation_abort(struct frame *frame, u64 syndrome);
extern u64 counts[];

/* log.c: the host's file */
void log_text(const char *text);
void log_hex(u64 value);
void log_end(void);

/* string functions the compiler may call */
void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);

#endif
