// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI.  A CPU that is off waits in the firmware until it is switched on, and then enters
 * the kernel where CPU_ON says.  QEMU's WFE does not wait when CPUs run in parallel: until
 * then such a CPU keeps a thread of the host busy.
 */
#include "el3.h"

#define PSCI_VERSION		0x84000000u
#define CPU_OFF			0x84000002u
#define CPU_ON			0xc4000003u
#define AFFINITY_INFO		0xc4000004u
#define MIGRATE_INFO_TYPE	0x84000006u
#define SYSTEM_OFF		0x84000008u
#define SYSTEM_RESET		0x84000009u
#define PSCI_FEATURES		0x8400000au

#define VERSION_1_1		0x10001u
#define NO_MIGRATION		2u	/* no trusted system is tied to a CPU */
#define INVALID_PARAMETERS	((u64)-2)
#define ALREADY_ON		((u64)-4)
#define ON_PENDING		((u64)-5)

/* What AFFINITY_INFO answers. */
#define INFO_ON			0u
#define INFO_OFF		1u
#define INFO_PENDING		2u

#define SYS_EXIT		0x18
#define EXIT_APPLICATION	0x20026u

enum cpu_state {
	CPU_IS_ABSENT = 0,	/* it has never come here */
	CPU_IS_OFF,
	CPU_IS_PENDING,		/* CPU_ON was called */
	CPU_IS_ON,
};

/* The lock protects all changes but that from pending to on, which is the CPU's own. */
static struct cpu {
	u64 entry;
	u64 context;
	u32 state;
} cpus[CPUS];

static u32 state_of(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

static void set_state(struct cpu *cpu, u32 state)
{
	__atomic_store_n(&cpu->state, state, __ATOMIC_RELEASE);
	__asm__ volatile("dsb sy; sev" : : : "memory");
}

/* Is this CPU the one that boots the machine, and does it do so just now? */
bool psci_is_first(void)
{
	u64 cpu = this_cpu();

	if (cpu || state_of(&cpus[cpu]) != CPU_IS_ABSENT)
		return false;
	set_state(&cpus[cpu], CPU_IS_ON);
	return true;
}

/* Until this CPU is switched on.  Return: where it enters the kernel. */
u64 psci_wait(u64 *context)
{
	struct cpu *cpu = &cpus[this_cpu()];

	set_state(cpu, CPU_IS_OFF);
	while (state_of(cpu) != CPU_IS_PENDING)
		__asm__ volatile("wfe");
	*context = cpu->context;
	set_state(cpu, CPU_IS_ON);
	return cpu->entry;
}

static u64 switch_on(u64 number, u64 entry, u64 context)
{
	struct cpu *cpu = &cpus[number];

	switch (state_of(cpu)) {
	case CPU_IS_OFF:
		cpu->entry = entry;
		cpu->context = context;
		set_state(cpu, CPU_IS_PENDING);
		return 0;
	case CPU_IS_PENDING:
		return ON_PENDING;
	case CPU_IS_ON:
		return ALREADY_ON;
	default:
		return INVALID_PARAMETERS;
	}
}

static u64 cpu_on(u64 number, u64 entry, u64 context)
{
	u64 ret;

	if (number >= CPUS)
		return INVALID_PARAMETERS;
	lock_take();
	ret = switch_on(number, entry, context);
	lock_release();
	return ret;
}

static u64 affinity_info(u64 number, u64 level)
{
	if (number >= CPUS || level)
		return INVALID_PARAMETERS;
	switch (state_of(&cpus[number])) {
	case CPU_IS_OFF:
		return INFO_OFF;
	case CPU_IS_PENDING:
		return INFO_PENDING;
	case CPU_IS_ON:
		return INFO_ON;
	default:
		return INVALID_PARAMETERS;
	}
}

/* QEMU ends with status 0.  Its -no-reboot would have it end at a reset as well. */
static void end_machine(void)
{
	static const u64 reason[2] = { EXIT_APPLICATION, 0 };

	host_call(SYS_EXIT, reason);
}

static u64 features(u32 function)
{
	switch (function) {
	case PSCI_VERSION:
	case CPU_OFF:
	case CPU_ON:
	case AFFINITY_INFO:
	case MIGRATE_INFO_TYPE:
	case SYSTEM_OFF:
	case SYSTEM_RESET:
	case PSCI_FEATURES:
		return 0;
	default:
		return NOT_SUPPORTED;
	}
}

void psci_call(struct frame *frame)
{
	u64 *x = frame->x;

	switch ((u32)x[0]) {
	case PSCI_VERSION:
		x[0] = VERSION_1_1;
		break;
	case CPU_OFF:
		start();
		break;
	case CPU_ON:
		x[0] = cpu_on(x[1], x[2], x[3]);
		break;
	case AFFINITY_INFO:
		x[0] = affinity_info(x[1], x[2]);
		break;
	case MIGRATE_INFO_TYPE:
		x[0] = NO_MIGRATION;
		break;
	case SYSTEM_OFF:
	case SYSTEM_RESET:
		end_machine();
		break;
	case PSCI_FEATURES:
		x[0] = features(x[1]);
		break;
	default:
		x[0] = NOT_SUPPORTED;
	}
}
