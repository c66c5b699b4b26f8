// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's second stage of translation: everything at its own address, RAM as
 * the owner table gives it to HLOS.
 *
 * Level 1 has 1 GiB entries, of which some are RAM: a table of 2 MiB blocks each, which
 * get a table of pages when the first page of them changes hands, for good.
 */
#include "monitor.h"

#define BLOCK		(512u * PAGE)
#define GIB		BIT(30)
#define ADDRESS_BITS	40

#define ENTRY_BLOCK	1u
#define ENTRY_TABLE	3u
#define ENTRY_PAGE	3u
#define ENTRY_USED	BIT(10)
#define ENTRY_SHARED	(3u << 8)
#define ENTRY_READ	BIT(6)
#define ENTRY_WRITE	(2u << 6)
#define ENTRY_NORMAL	(0xfu << 2)
#define ENTRY_DEVICE	BIT(2)
#define ENTRY_NO_EXEC	BIT(54)

static _Alignas(8192) u64 level1[BIT(ADDRESS_BITS) / GIB];
static _Alignas(4096) u64 level2[RAM_SIZE / BLOCK];
static _Alignas(4096) u64 level3[512][512];
static u32 nr_level3;

/* What HLOS may do with it, as an entry; 0: it is not HLOS's. */
static u64 attributes(u64 addr)
{
	u64 entry = ENTRY_USED | ENTRY_SHARED | ENTRY_NORMAL | ENTRY_READ;

	if (!owner_may(addr, BIT(MONITOR_HLOS), ACCESS_READ))
		return 0;
	if (owner_may(addr, BIT(MONITOR_HLOS), ACCESS_WRITE))
		entry |= ENTRY_WRITE;
	if (!owner_may(addr, BIT(MONITOR_HLOS), ACCESS_EXEC))
		entry |= ENTRY_NO_EXEC;
	return entry;
}

static void forget_translations(void)
{
	__asm__ volatile("dsb ish; tlbi vmalls12e1is; dsb ish; isb" : : : "memory");
}

/* In one store: the CPUs' table walkers read meanwhile. */
static void write_entry(u64 *entry, u64 value)
{
	*(volatile u64 *)entry = value;
}

static void update_page(u64 *table, u64 addr)
{
	u64 allowed = attributes(addr);

	write_entry(&table[addr / PAGE % 512], allowed ? addr | allowed | ENTRY_PAGE : 0);
}

static u64 *new_table(void)
{
	if (nr_level3 == ARRAY_SIZE(level3)) {
		log_text("the monitor has no table left");
		log_end();
		for (;;)
			;
	}
	return level3[nr_level3++];
}

/*
 * Another CPU that uses the block meanwhile takes an abort: it finds in the owner
 * table, once it has the lock, that nothing is wrong.  Return: the block's table.
 */
static u64 *split(u64 addr)
{
	u64 n = (addr - RAM_BASE) / BLOCK, i, *table;

	if ((level2[n] & 3) == ENTRY_TABLE)
		return (u64 *)(level2[n] & ~3ull);
	table = new_table();
	for (i = 0; i < 512; i++)
		update_page(table, RAM_BASE + n * BLOCK + i * PAGE);
	write_entry(&level2[n], 0);
	forget_translations();
	write_entry(&level2[n], (u64)table | ENTRY_TABLE);
	return table;
}

void enforce(u64 addr, u64 bytes)
{
	u64 at;

	for (at = addr; at < addr + bytes; at += PAGE)
		update_page(split(at), at);
	forget_translations();
}

u64 stage2_table(void)
{
	return (u64)level1;
}

void stage2_init(void)
{
	u64 i;

	for (i = 0; i < ARRAY_SIZE(level1); i++)
		level1[i] = i * GIB | ENTRY_USED | ENTRY_SHARED | ENTRY_DEVICE | ENTRY_READ |
			    ENTRY_WRITE | ENTRY_BLOCK;
	/* the owner of a block's first page owns all of it: the monitor has whole ones */
	for (i = 0; i < ARRAY_SIZE(level2); i++) {
		u64 addr = RAM_BASE + i * BLOCK, allowed = attributes(addr);

		level2[i] = allowed ? addr | allowed | ENTRY_BLOCK : 0;
	}
	for (i = 0; i < RAM_SIZE / GIB; i++)
		level1[RAM_BASE / GIB + i] = (u64)&level2[i * 512] | ENTRY_TABLE;
}
