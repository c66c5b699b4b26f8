// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkmbn FILE [TEXT]: an image that PAS loads.
 *
 * An MBN is a 32-bit ELF file in which two program headers mean something else: the
 * first covers the headers, the second the hashes that firmware checks.  Linux hands
 * both to firmware as they are.  The rest is one segment that may be loaded anywhere.
 * It has TEXT in it and is larger in memory than in the file.
 */
#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the flags of a program header: its kind, and whether firmware may move it. */
#define KIND_HEADERS		0x07000000u
#define KIND_HASHES		0x02000000u
#define RELOCATABLE		0x08000000u

#define MACHINE_HEXAGON		164
#define LINKED_AT		0x10000000u
#define HASH_BYTES		128
#define SEGMENT_BYTES		4096
#define SEGMENT_MEMORY		0x10000u

enum { HEADERS, HASHES, SEGMENT, PROGRAM_HEADERS };

static struct {
	Elf32_Ehdr elf;
	Elf32_Phdr program[PROGRAM_HEADERS];
	unsigned char hashes[HASH_BYTES];
	char segment[SEGMENT_BYTES];
} mbn;

static void fill_elf(Elf32_Ehdr *elf)
{
	memcpy(elf->e_ident, ELFMAG, SELFMAG);
	elf->e_ident[EI_CLASS] = ELFCLASS32;
	elf->e_ident[EI_DATA] = ELFDATA2LSB;
	elf->e_ident[EI_VERSION] = EV_CURRENT;
	elf->e_type = htole16(ET_EXEC);
	elf->e_machine = htole16(MACHINE_HEXAGON);
	elf->e_version = htole32(EV_CURRENT);
	elf->e_entry = htole32(LINKED_AT);
	elf->e_phoff = htole32((char *)mbn.program - (char *)&mbn);
	elf->e_ehsize = htole16(sizeof(*elf));
	elf->e_phentsize = htole16(sizeof(mbn.program[0]));
	elf->e_phnum = htole16(PROGRAM_HEADERS);
}

static void fill_program(int n, uint32_t type, uint32_t flags, const void *from, uint32_t bytes)
{
	Elf32_Phdr *program = &mbn.program[n];

	program->p_type = htole32(type);
	program->p_flags = htole32(flags);
	program->p_offset = htole32((const char *)from - (const char *)&mbn);
	program->p_filesz = htole32(bytes);
}

static void fill(const char *text)
{
	Elf32_Phdr *segment = &mbn.program[SEGMENT];

	fill_elf(&mbn.elf);
	fill_program(HEADERS, PT_NULL, KIND_HEADERS, &mbn, sizeof(mbn.elf) + sizeof(mbn.program));
	fill_program(HASHES, PT_NULL, KIND_HASHES, mbn.hashes, sizeof(mbn.hashes));
	fill_program(SEGMENT, PT_LOAD, RELOCATABLE | PF_R | PF_W | PF_X, mbn.segment,
		     sizeof(mbn.segment));
	segment->p_vaddr = htole32(LINKED_AT);
	segment->p_paddr = htole32(LINKED_AT);
	segment->p_memsz = htole32(SEGMENT_MEMORY);
	memset(mbn.hashes, 0x5a, sizeof(mbn.hashes));
	memcpy(mbn.segment, text, strlen(text));
}

int main(int argc, char **argv)
{
	const char *text = argc == 3 ? argv[2] : "";
	FILE *file;

	if (argc != 2 && argc != 3) {
		fputs("usage: mkmbn FILE [TEXT]\n", stderr);
		return 1;
	}
	if (strlen(text) >= sizeof(mbn.segment)) {
		fprintf(stderr, "mkmbn: a text of %zu bytes does not fit: %zu are possible\n",
			strlen(text), sizeof(mbn.segment) - 1);
		return 1;
	}
	fill(text);
	file = fopen(argv[1], "wb");
	if (!file || fwrite(&mbn, sizeof(mbn), 1, file) != 1 || fclose(file)) {
		fprintf(stderr, "mkmbn: cannot write %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
