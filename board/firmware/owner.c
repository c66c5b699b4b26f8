// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner table: for every page of RAM, which VMs have it and what they may do.
 * In the beginning HLOS has all of it but the firmware's own.
 */
#include "firmware.h"

#define PAGES		(RAM_SIZE / PAGE)

static struct owners pages[PAGES];

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

/* May HLOS do that to all of these bytes?  At least one of them. */
bool owner_hlos_may(u64 addr, u64 bytes, u32 access)
{
	u64 at;

	if (!bytes || !owner_is_ram(addr, bytes))
		return false;
	for (at = addr & ~(PAGE - 1ull); at < addr + bytes; at += PAGE)
		if (!owner_may(at, BIT(MONITOR_HLOS), access))
			return false;
	return true;
}

/* A list in the memory of HLOS: NULL unless all of it is, and it has 1 to @max entries. */
const void *owner_list(u64 addr, u64 bytes, u64 entry, u64 max)
{
	if (addr & 7 || bytes % entry || bytes / entry > max ||
	    !owner_hlos_may(addr, bytes, ACCESS_READ))
		return NULL;
	return (const void *)addr;
}

/* Are they whole pages of RAM, at least one, that @vms have, and no other VM has? */
bool owner_is_exactly(u64 addr, u64 bytes, u64 vms)
{
	u64 at;

	if (!bytes || (addr | bytes) & (PAGE - 1) || !owner_is_ram(addr, bytes))
		return false;
	for (at = addr; at < addr + bytes; at += PAGE)
		if (owner_of(at)->own != vms)
			return false;
	return true;
}

/* Whole pages of RAM, the lock held. */
void owner_set(u64 addr, u64 bytes, const struct owners *owners)
{
	u64 at;

	for (at = addr; at < addr + bytes; at += PAGE)
		*owner_of(at) = *owners;
	enforce(addr, bytes);
}

/* HLOS has RAM from @first on. */
void owner_init(u64 first)
{
	u64 hlos = BIT(MONITOR_HLOS), at;

	for (at = first; at < (u64)RAM_BASE + RAM_SIZE; at += PAGE)
		*owner_of(at) = (struct owners){ .own = hlos, .write = hlos, .exec = hlos };
}
