// SPDX-License-Identifier: GPL-2.0-only
/*
 * mksmem FILE HOST...: SMEM as the boot loader of a SoC leaves it.
 *
 * SMEM is memory that Linux and the DSPs share.  Its last page has a table of
 * partitions: one is for all hosts, and one is for Linux and each HOST.  Items of the
 * partition for all are made here, since no DSP makes them.  All numbers are
 * little-endian.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMEM_BYTES		0x200000u

/* Of the header: the version of the boot loader, which says that there is a table. */
#define BOOT_VERSION_AT		0x5c
#define BOOT_VERSION		(12u << 16)
#define INITIALIZED_AT		0xc0

#define TABLE_AT		(SMEM_BYTES - 0x1000)
#define TABLE_MAGIC		0x434f5424u	/* "$TOC" */
#define TABLE_ENTRIES		(TABLE_AT + 8)
#define TABLE_FIRST		(TABLE_AT + 32)
#define TABLE_ENTRY_BYTES	48

/* Behind the last entry.  Linux takes no item with a higher number. */
#define INFO_MAGIC		0x49494953u	/* "SIII" */
#define INFO_BYTES		20
#define INFO_ITEMS		1024

#define PARTITION_MAGIC		0x54525024u	/* "$PRT" */
#define PARTITION_FREE_LOW	12
#define PARTITION_FREE_HIGH	16
#define PARTITION_HEADER	32
#define PARTITION_BYTES		0x20000u
#define PARTITION_FIRST		0x10000u
#define CACHELINE		32

#define ITEM_CANARY		0xa5a5
#define ITEM_HEADER		16

#define HOST_LINUX		0
#define HOST_ALL		0xfffe
/* Linux 6.12 has no room for more. */
#define HOST_LAST		19

#define CRASH_REASON_BYTES	80

/* All PAS images of the board: where the driver looks for the reason of a crash. */
static const uint16_t crash_items[] = { 421, 423, 424, 601, 633, 640, 641, 0 };

/*
 * The table of minidumps: there is one, and it has an entry for each image, which says
 * that the image has no minidump.  So Linux takes a full dump.
 */
#define MINIDUMP_ITEM		602
#define MINIDUMP_HEADER		16
#define MINIDUMP_ENTRY		32
#define MINIDUMP_ENTRIES	32

static unsigned char smem[SMEM_BYTES];

__attribute__((format(printf, 1, 2), noreturn))
static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mksmem: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static unsigned char *bytes_at(uint32_t offset, uint32_t bytes)
{
	if (offset > SMEM_BYTES || bytes > SMEM_BYTES - offset)
		die("%u bytes at 0x%x are outside of SMEM", bytes, offset);
	return smem + offset;
}

static void put16(uint32_t offset, uint16_t value)
{
	unsigned char *p = bytes_at(offset, 2);

	p[0] = value;
	p[1] = value >> 8;
}

static void put32(uint32_t offset, uint32_t value)
{
	put16(offset, value);
	put16(offset + 2, value >> 16);
}

static uint32_t get32(uint32_t offset)
{
	const unsigned char *p = bytes_at(offset, 4);

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The next partition, and its entry in the table; where it begins. */
static uint32_t partition_make(uint16_t host0, uint16_t host1)
{
	uint32_t n = get32(TABLE_ENTRIES);
	uint32_t entry = TABLE_FIRST + n * TABLE_ENTRY_BYTES;
	uint32_t partition = PARTITION_FIRST + n * PARTITION_BYTES;

	if (partition + PARTITION_BYTES > TABLE_AT ||
	    entry + TABLE_ENTRY_BYTES + INFO_BYTES > SMEM_BYTES)
		die("no room for partition %u, of host %u", n, host1);
	put32(partition, PARTITION_MAGIC);
	put16(partition + 4, host0);
	put16(partition + 6, host1);
	put32(partition + 8, PARTITION_BYTES);
	put32(partition + PARTITION_FREE_LOW, PARTITION_HEADER);
	put32(partition + PARTITION_FREE_HIGH, PARTITION_BYTES);

	put32(entry, partition);
	put32(entry + 4, PARTITION_BYTES);
	put16(entry + 12, host0);
	put16(entry + 14, host1);
	put32(entry + 16, CACHELINE);
	put32(TABLE_ENTRIES, n + 1);
	return partition;
}

/* An item of zeros in the low list of a partition; where its data are. */
static uint32_t item_make(uint32_t partition, uint16_t item, uint32_t bytes)
{
	uint32_t offset = get32(partition + PARTITION_FREE_LOW);
	uint32_t header = partition + offset;
	uint32_t rounded = (bytes + 7) & ~7u;

	if (offset + ITEM_HEADER + rounded > get32(partition + PARTITION_FREE_HIGH))
		die("no room for item %u of %u bytes", item, bytes);
	put16(header, ITEM_CANARY);
	put16(header + 2, item);
	put32(header + 4, rounded);
	put16(header + 8, rounded - bytes);
	put32(partition + PARTITION_FREE_LOW, offset + ITEM_HEADER + rounded);
	return header + ITEM_HEADER;
}

static void partition_for_all(void)
{
	uint32_t partition = partition_make(HOST_ALL, HOST_ALL), minidump;
	const uint16_t *item;

	for (item = crash_items; *item; item++)
		item_make(partition, *item, CRASH_REASON_BYTES);
	minidump = item_make(partition, MINIDUMP_ITEM,
			     MINIDUMP_HEADER + MINIDUMP_ENTRIES * MINIDUMP_ENTRY);
	put32(minidump, 1);
}

static uint16_t host_number(const char *text)
{
	char *end;
	unsigned long host = strtoul(text, &end, 10);

	if (end == text || *end || host <= HOST_LINUX || host > HOST_LAST)
		die("\"%s\" is no host: give numbers from %u to %u", text, HOST_LINUX + 1,
		    HOST_LAST);
	return host;
}

/* Linux refuses all of SMEM if two partitions are for the same host. */
static void partitions_for_hosts(char **hosts)
{
	uint32_t seen = 0;

	for (; *hosts; hosts++) {
		uint16_t host = host_number(*hosts);

		if (seen & 1u << host)
			die("host %u is there twice", host);
		seen |= 1u << host;
		partition_make(HOST_LINUX, host);
	}
}

static void info_make(void)
{
	uint32_t info = TABLE_FIRST + get32(TABLE_ENTRIES) * TABLE_ENTRY_BYTES;

	put32(info, INFO_MAGIC);
	put32(info + 4, SMEM_BYTES);
	put16(info + 16, INFO_ITEMS);
}

static void write_file(const char *name)
{
	FILE *file = fopen(name, "wb");

	if (!file)
		die("cannot open %s: %s", name, strerror(errno));
	if (fwrite(smem, sizeof(smem), 1, file) != 1 || fclose(file))
		die("cannot write %s: %s", name, strerror(errno));
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage: mksmem FILE HOST...");
	put32(BOOT_VERSION_AT, BOOT_VERSION);
	put32(INITIALIZED_AT, 1);
	put32(TABLE_AT, TABLE_MAGIC);
	put32(TABLE_AT + 4, 1);
	partition_for_all();
	partitions_for_hosts(argv + 2);
	info_make();
	write_file(argv[1]);
	return 0;
}
