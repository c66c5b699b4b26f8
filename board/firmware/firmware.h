/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor at EL2 and the firmware at EL3 have in common.
 *
 * Both run below an unmodified kernel, answer its calls by SMC, and keep the table of
 * which VM has which page.  Every exception comes from a lower level: nothing here
 * nests, and the MMU stays off.  board/monitor enforces the table, by the kernel's
 * second stage of translation; board/el3 only keeps it.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "monitor_call.h"

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1ull << (n))

#define PAGE		4096u
#define VMS		64u

/* SMCCC's "no such call". */
#define NOT_SUPPORTED	((u64)-1)
/* The firmware understood the call, and its result is an error. */
#define REFUSED		((u64)-22)

/* x0 to x30 of what was interrupted; vectors.S knows the order. */
struct frame {
	u64 x[32];
};

#define sysreg_read(name) ({						\
	u64 sysreg_value;						\
	__asm__ volatile("mrs %0, " #name : "=r" (sysreg_value));	\
	sysreg_value; })
#define sysreg_write(name, value)					\
	__asm__ volatile("msr " #name ", %0" : : "r" ((u64)(value)))

static inline u32 mmio_read(u64 addr)
{
	u32 value;

	__asm__ volatile("ldr %w0, [%1]" : "=r" (value) : "r" (addr) : "memory");
	return value;
}

static inline void mmio_write(u64 addr, u32 value)
{
	__asm__ volatile("str %w0, [%1]" : : "r" (value), "r" (addr) : "memory");
}

/* vectors.S */
extern char vectors[];

/* call.c: what came by SMC or HVC */
void call(struct frame *frame);

/* scm.c: the calls of Qualcomm's firmware, by service and command */
#define SCM_DISABLE_SDI		0x0109
#define SCM_DLOAD_MODE		0x0110
#define SCM_PAS_INIT_IMAGE	0x0201
#define SCM_PAS_MEM_SETUP	0x0202
#define SCM_PAS_AUTH_AND_RESET	0x0205
#define SCM_PAS_SHUTDOWN	0x0206
#define SCM_PAS_GET_RSCTABLE	0x0221
#define SCM_IS_AVAILABLE	0x0601
#define SCM_QSEECOM_VERSION	0x0603
#define SCM_ASSIGN		0x0c16

void scm_call(struct frame *frame);

/* assign.c, pas.c */
void assign(struct frame *frame);
void pas_call(u32 function, struct frame *frame);
/* 0 or REFUSED; @x are the registers of the private call, for arguments and results. */
u64 pas_watch(const u64 *x);
u64 pas_state(u64 *x);
u64 pas_halted(const u64 *x);

/* refuse.c: calls that are refused because a test asked for it */
u64 refuse_order(const u64 *x);
bool refuse_turn(u32 function, struct frame *frame);

/* owner.c: which VMs have which page */
#define ACCESS_READ	4
#define ACCESS_WRITE	2
#define ACCESS_EXEC	1

/* Bit n of each is VM n's. */
struct owners {
	u64 own;	/* it may read, at least */
	u64 write;
	u64 exec;
};

void owner_init(u64 first);
bool owner_is_ram(u64 addr, u64 bytes);
const struct owners *owner_of(u64 addr);
bool owner_may(u64 addr, u64 vms, u32 access);
bool owner_hlos_may(u64 addr, u64 bytes, u32 access);
const void *owner_list(u64 addr, u64 bytes, u64 entry, u64 max);
bool owner_is_exactly(u64 addr, u64 bytes, u64 vms);
void owner_set(u64 addr, u64 bytes, const struct owners *owners);
void owner_replace(u64 addr, u64 bytes, u64 from, const struct owners *owners);

/* violation.c */
extern u64 counts[];

void violation_tell(const char *who, u64 addr, u32 access);
void violation_check(u64 *x);
void violation_clear(void);

#define VIOLATIONS_TOLD	32	/* lines of each kind until the next violation_clear() */

/* lock.c: the one lock; it protects everything but the log */
void lock_take(void);
void lock_release(void);

/* gic.c */
#define GIC_FIRST_SPI	32u
#define GIC_LAST_SPI	287u

void gic_pend(u32 interrupt);

/* host.c */
void host_call(u64 call, const void *arguments);

/* log.c: a file of the host */
void log_text(const char *text);
void log_hex(u64 value);
void log_end(void);

/* string.c: what the compiler may call */
void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);

/* What the monitor and the firmware at EL3 each have of their own. */
void trap(struct frame *frame);
void trap_unexpected(void);
void psci_call(struct frame *frame);
/* The owners of these pages have changed; the lock is held. */
void enforce(u64 addr, u64 bytes);
/* MONITOR_ON_ABORT.  0 or NOT_SUPPORTED. */
u64 abort_policy(u64 policy);

#endif
