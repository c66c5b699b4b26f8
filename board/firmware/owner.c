// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner table: for every page of RAM, which VMs have it and what they may do.
 * In the beginning HLOS has all of it but the firmware's own.  Few such sets of VMs exist
 * at a time, so a page has the number of one.
 */
#include "firmware.h"

#define PAGES		(RAM_SIZE / PAGE)

static struct owners sets[256];		/* the first is empty */
static u32 nr_sets;
static u8 pages[PAGES];

bool owner_is_ram(u64 addr, u64 bytes)
{
	return addr >= RAM_BASE && bytes <= RAM_SIZE && addr - RAM_BASE <= RAM_SIZE - bytes;
}

static u8 *page_of(u64 addr)
{
	return &pages[(addr - RAM_BASE) / PAGE];
}

/* Of the page with @addr in it, which is RAM. */
const struct owners *owner_of(u64 addr)
{
	return &sets[*page_of(addr)];
}

static bool is_same(const struct owners *a, const struct owners *b)
{
	return a->own == b->own && a->write == b->write && a->exec == b->exec;
}

static bool is_used(u32 set)
{
	u64 i;

	for (i = 0; i < PAGES; i++)
		if (pages[i] == set)
			return true;
	return false;
}

/* A set that no page has any more; there is one, unless 256 are in use at a time. */
static u32 find_unused(void)
{
	u32 set = 1;

	while (set < ARRAY_SIZE(sets) - 1 && is_used(set))
		set++;
	return set;
}

static u8 set_of(const struct owners *owners)
{
	u32 set;

	for (set = 0; set < nr_sets; set++)
		if (is_same(&sets[set], owners))
			return set;
	set = nr_sets < ARRAY_SIZE(sets) ? nr_sets++ : find_unused();
	sets[set] = *owners;
	return set;
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
	u8 set = set_of(owners);
	u64 at;

	for (at = addr; at < addr + bytes; at += PAGE)
		*page_of(at) = set;
	enforce(addr, bytes);
}

/* The same for those of the pages that @from have, and no other VM has. */
void owner_replace(u64 addr, u64 bytes, u64 from, const struct owners *owners)
{
	u8 set = set_of(owners);
	u64 at;

	for (at = addr; at < addr + bytes; at += PAGE)
		if (owner_of(at)->own == from)
			*page_of(at) = set;
	enforce(addr, bytes);
}

/* HLOS has RAM from @first on. */
void owner_init(u64 first)
{
	u64 hlos = BIT(MONITOR_HLOS), at;
	u8 set;

	nr_sets = 1;
	set = set_of(&(struct owners){ .own = hlos, .write = hlos, .exec = hlos });
	for (at = first; at < RAM_BASE + RAM_SIZE; at += PAGE)
		*page_of(at) = set;
}
