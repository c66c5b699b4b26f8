// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner table: for every page of RAM, which VMs have it and what they may do.
 * In the beginning all of it is HLOS's but the monitor's own.
 */
#include "monitor.h"

#define PAGE		4096u
#define PAGES		(RAM_SIZE / PAGE)

static struct owners pages[PAGES];
static u32 lock;

void owner_lock(void)
{
	u32 taken, failed;

	__asm__ volatile("	sevl\n"
			 "1:	wfe\n"
			 "2:	ldaxr	%w0, %2\n"
			 "	cbnz	%w0, 1b\n"
			 "	stxr	%w1, %w3, %2\n"
			 "	cbnz	%w1, 2b\n"
			 : "=&r" (taken), "=&r" (failed), "+Q" (lock) : "r" (1) : "memory");
}

void owner_unlock(void)
{
	__asm__ volatile("stlr %w1, %0" : "=Q" (lock) : "r" (0) : "memory");
}

bool owner_is_ram(u64 addr, u64 bytes)
{
	return addr >= RAM_BASE && bytes <= RAM_SIZE && addr - RAM_BASE <= RAM_SIZE - bytes;
}

/* Of the page with @addr in it, which is RAM. */
struct owners *owner_of(u64 addr)
{
	return &pages[(addr - RAM_BASE) / PAGE];
}

/* May all of @vms do that to the page? */
bool owner_may(u64 addr, u64 vms, u32 access)
{
	const struct owners *page;

	if (!owner_is_ram(addr, 1))
		return false;
	page = owner_of(addr);
	return !(vms & ~page->own) && !(access & ACCESS_WRITE && vms & ~page->write) &&
	       !(access & ACCESS_EXEC && vms & ~page->exec);
}

/* Whole pages of RAM, the lock held. */
void owner_set(u64 addr, u64 bytes, const struct owners *owners)
{
	u64 at;

	for (at = addr; at < addr + bytes; at += PAGE)
		*owner_of(at) = *owners;
	stage2_update(addr, bytes);
}

void owner_init(void)
{
	u64 hlos = BIT(MONITOR_HLOS), at;

	for (at = MONITOR_END; at < (u64)RAM_BASE + RAM_SIZE; at += PAGE)
		*owner_of(at) = (struct owners){ .own = hlos, .write = hlos, .exec = hlos };
	stage2_init();
}
