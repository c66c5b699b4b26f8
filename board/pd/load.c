// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skeletons: shared libraries in ELF, for Hexagon.
 *
 * The file comes from the host and is believed nothing: every offset in it is checked before it
 * is used.  All segments go into one map, and are writable, since relocations are done there.
 * What a library needs is looked up in the list of symbols; NEEDED entries are not followed.
 */
#include "pd.h"

#define ELF_MAGIC	0x464c457fu
#define ELF_DYN		3
#define ELF_HEXAGON	164

struct elf_head {
	u32 magic;
	u8 class, data, version, rest[9];
	u16 type, machine;
	u32 elf_version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf_symbol {
	u32 name, value, size;
	u8 info, other;
	u16 section;
};

struct elf_rela {
	u32 offset, info, addend;
};

struct elf_dyn {
	u32 tag, value;
};

enum { PT_LOAD = 1, PT_DYNAMIC = 2 };
enum {
	DT_PLTRELSZ = 2, DT_HASH = 4, DT_STRTAB = 5, DT_SYMTAB = 6, DT_RELA = 7, DT_RELASZ = 8,
	DT_STRSZ = 10, DT_INIT = 12, DT_FINI = 13, DT_JMPREL = 23, DT_INIT_ARRAY = 25,
	DT_INIT_ARRAYSZ = 27, DT_COUNT = 28,
};

enum {
	R_HEX_32 = 6, R_HEX_COPY = 32, R_HEX_GLOB_DAT = 33, R_HEX_JMP_SLOT = 34,
	R_HEX_RELATIVE = 35,
};

#define SYMBOL_WEAK	2
#define IMAGE_MAX	(64u << 20)
#define TEXT_BYTES	160

/* While it is loaded. */
struct image {
	const u8 *file;
	u32 file_bytes;
	u8 *at;			/* where address 0 is */
	u32 bytes;
	u32 dyn[DT_COUNT];
	const struct elf_symbol *symbols;
	u32 nr_symbols;
	const char *strings;
	u32 strings_bytes;
	char *why;
};

static u32 refuse(struct image *image, u32 error, const char *format, const char *name)
{
	snprintf(image->why, TEXT_BYTES, format, name);
	return error;
}

static bool in_image(const struct image *image, u32 at, u32 bytes)
{
	return at <= image->bytes && bytes <= image->bytes - at;
}

static const struct elf_head *elf_head(const struct image *image)
{
	return (const struct elf_head *)image->file;
}

static const struct elf_segment *elf_segments(const struct image *image)
{
	return (const struct elf_segment *)(image->file + elf_head(image)->phoff);
}

static u32 check_head(struct image *image)
{
	const struct elf_head *head = elf_head(image);

	if (image->file_bytes < sizeof(*head) || head->magic != ELF_MAGIC || head->class != 1 ||
	    head->data != 1)
		return refuse(image, DSP_E_FAILED, "no ELF file of 32 bits%s", "");
	if (head->machine != ELF_HEXAGON || head->type != ELF_DYN)
		return refuse(image, DSP_E_FAILED, "no shared library for Hexagon%s", "");
	if (head->phentsize != sizeof(struct elf_segment) || head->phoff % 4 ||
	    head->phoff > image->file_bytes ||
	    head->phnum > (image->file_bytes - head->phoff) / sizeof(struct elf_segment))
		return refuse(image, DSP_E_FAILED, "the file ends before its segments%s", "");
	return 0;
}

static u32 check_segments(struct image *image)
{
	const struct elf_segment *s = elf_segments(image);
	const struct elf_segment *end = s + elf_head(image)->phnum;

	for (; s < end; s++) {
		if (s->type != PT_LOAD)
			continue;
		if (s->offset > image->file_bytes || s->filesz > image->file_bytes - s->offset)
			return refuse(image, DSP_E_FAILED, "the file ends within a segment%s", "");
		if (s->filesz > s->memsz || s->memsz > IMAGE_MAX || s->vaddr > IMAGE_MAX)
			return refuse(image, DSP_E_FAILED, "a segment is out of range%s", "");
		if (s->vaddr + s->memsz > image->bytes)
			image->bytes = s->vaddr + s->memsz;
	}
	return image->bytes ? 0 : refuse(image, DSP_E_FAILED, "nothing is to be loaded%s", "");
}

static u32 copy_segments(struct image *image)
{
	const struct elf_segment *s = elf_segments(image);
	const struct elf_segment *end = s + elf_head(image)->phnum;

	image->at = sys_map(NULL, ROUND_UP(image->bytes, PAGE_BYTES),
			    PROT_READ | PROT_WRITE | PROT_EXEC);
	if (!image->at)
		return refuse(image, DSP_E_NOMEM, "no memory for the library%s", "");
	for (; s < end; s++)
		if (s->type == PT_LOAD)
			memcpy(image->at + s->vaddr, image->file + s->offset, s->filesz);
	return 0;
}

static u32 read_dynamic(struct image *image)
{
	const struct elf_segment *s = elf_segments(image);
	const struct elf_segment *end = s + elf_head(image)->phnum;
	const struct elf_dyn *dyn, *last;

	while (s < end && s->type != PT_DYNAMIC)
		s++;
	if (s == end || s->vaddr % 4 || !in_image(image, s->vaddr, s->memsz))
		return refuse(image, DSP_E_FAILED, "no dynamic section%s", "");
	dyn = (const struct elf_dyn *)(image->at + s->vaddr);
	last = dyn + s->memsz / sizeof(*dyn);
	for (; dyn < last && dyn->tag; dyn++)
		if (dyn->tag < DT_COUNT)
			image->dyn[dyn->tag] = dyn->value;
	return 0;
}

static u32 read_tables(struct image *image)
{
	u32 hash = image->dyn[DT_HASH];

	if (!hash || hash % 4 || !in_image(image, hash, 8))
		return refuse(image, DSP_E_FAILED,
			      "no table DT_HASH: link it with --hash-style=sysv%s", "");
	image->nr_symbols = ((u32 *)(image->at + hash))[1];
	image->strings_bytes = image->dyn[DT_STRSZ];
	if (image->nr_symbols > IMAGE_MAX / sizeof(struct elf_symbol) ||
	    image->dyn[DT_SYMTAB] % 4 ||
	    !in_image(image, image->dyn[DT_SYMTAB],
		      image->nr_symbols * sizeof(struct elf_symbol)) ||
	    !image->strings_bytes || !in_image(image, image->dyn[DT_STRTAB], image->strings_bytes))
		return refuse(image, DSP_E_FAILED, "symbols out of range%s", "");
	image->symbols = (const struct elf_symbol *)(image->at + image->dyn[DT_SYMTAB]);
	image->strings = (const char *)image->at + image->dyn[DT_STRTAB];
	if (image->strings[image->strings_bytes - 1])
		return refuse(image, DSP_E_FAILED, "the names do not end%s", "");
	return 0;
}

static const char *symbol_name(const struct image *image, const struct elf_symbol *s)
{
	return s->name < image->strings_bytes ? image->strings + s->name : "";
}

/* Its own first: a library may have a function that the list has too. */
static u32 symbol_value(struct image *image, u32 number, u32 *value)
{
	const struct elf_symbol *s;
	void *found;

	if (number >= image->nr_symbols)
		return refuse(image, DSP_E_FAILED, "a relocation of a symbol out of range%s", "");
	s = &image->symbols[number];
	if (s->section) {
		*value = (u32)image->at + s->value;
		return 0;
	}
	found = symbol_find(symbol_name(image, s));
	if (!found && number && s->info >> 4 != SYMBOL_WEAK)
		return refuse(image, DSP_E_UNSUPPORTED, "missing symbol: %s",
			      symbol_name(image, s));
	*value = (u32)found;
	return 0;
}

static u32 relocate_one(struct image *image, const struct elf_rela *rela)
{
	u32 value = 0, ret, *where = (u32 *)(image->at + rela->offset);
	u32 type = rela->info & 0xff;

	if (!in_image(image, rela->offset, 4) || rela->offset % 4)
		return refuse(image, DSP_E_FAILED, "a relocation out of range%s", "");
	switch (type) {
	case R_HEX_RELATIVE:
		*where = (u32)image->at + rela->addend;
		return 0;
	case R_HEX_32:
	case R_HEX_GLOB_DAT:
	case R_HEX_JMP_SLOT:
		ret = symbol_value(image, rela->info >> 8, &value);
		*where = value + rela->addend;
		return ret;
	default:
		return refuse(image, DSP_E_UNSUPPORTED, "a relocation of unknown type%s", "");
	}
}

static u32 relocate(struct image *image, u32 at, u32 bytes)
{
	const struct elf_rela *rela = (const struct elf_rela *)(image->at + at);
	u32 ret = 0;

	if (!bytes)
		return 0;
	if (at % 4 || !in_image(image, at, bytes))
		return refuse(image, DSP_E_FAILED, "relocations out of range%s", "");
	for (u32 i = 0; i < bytes / sizeof(*rela) && !ret; i++)
		ret = relocate_one(image, &rela[i]);
	return ret;
}

static u32 find_entry(struct image *image, struct module *m, const char *entry)
{
	u32 i;

	for (i = 1; i < image->nr_symbols; i++)
		if (image->symbols[i].section &&
		    !strcmp(symbol_name(image, &image->symbols[i]), entry))
			break;
	if (i >= image->nr_symbols)
		return refuse(image, DSP_E_FAILED, "the library has no function %s", entry);
	m->entry = (module_entry)(image->at + image->symbols[i].value);
	return 0;
}

static u32 run_init(struct image *image)
{
	u32 at = image->dyn[DT_INIT_ARRAY], bytes = image->dyn[DT_INIT_ARRAYSZ];
	void (**init)(void) = (void (**)(void))(image->at + at);

	if (at % 4 || !in_image(image, at, bytes) || !in_image(image, image->dyn[DT_INIT], 4))
		return refuse(image, DSP_E_FAILED, "constructors out of range%s", "");
	if (image->dyn[DT_INIT])
		((void (*)(void))(image->at + image->dyn[DT_INIT]))();
	for (u32 i = 0; i < bytes / sizeof(*init); i++)
		if (init[i])
			init[i]();
	return 0;
}

static u32 image_load(struct image *image)
{
	u32 ret = check_head(image);

	if (ret)
		return ret;
	ret = check_segments(image);
	if (ret)
		return ret;
	return copy_segments(image);
}

static u32 image_link(struct image *image)
{
	u32 ret = read_dynamic(image);

	if (ret)
		return ret;
	ret = read_tables(image);
	if (ret)
		return ret;
	ret = relocate(image, image->dyn[DT_RELA], image->dyn[DT_RELASZ]);
	if (ret)
		return ret;
	return relocate(image, image->dyn[DT_JMPREL], image->dyn[DT_PLTRELSZ]);
}

static u32 image_begin(struct image *image, struct module *m, const char *entry)
{
	u32 ret = find_entry(image, m, entry);

	if (ret)
		return ret;
	ret = run_init(image);
	if (ret)
		return ret;
	if (image->dyn[DT_FINI] && in_image(image, image->dyn[DT_FINI], 4))
		m->fini = (void (*)(void))(image->at + image->dyn[DT_FINI]);
	return 0;
}

/* 0, or a DSP error and in @why (160 bytes) the reason.  @elf is not used afterwards. */
u32 module_load(struct module *m, const u8 *elf, u32 bytes, const char *entry, char *why)
{
	struct image image = { .file = elf, .file_bytes = bytes, .why = why };
	u32 ret = image_load(&image);

	m->image = image.at;
	m->image_bytes = ROUND_UP(image.bytes, PAGE_BYTES);
	if (ret)
		goto err_unload;
	ret = image_link(&image);
	if (ret)
		goto err_unload;
	ret = image_begin(&image, m, entry);
	if (ret)
		goto err_unload;
	return 0;

err_unload:
	module_unload(m);
	return ret;
}

void module_unload(struct module *m)
{
	if (m->fini)
		m->fini();
	if (m->image)
		sys_unmap(m->image, m->image_bytes);
	m->image = NULL;
}

/* Method 0: in {u32 bytes of the URI}, the URI; a handle out, the skeleton's own. */
s32 module_open(struct module *m, const char *uri)
{
	u32 bytes = strlen(uri) + 1;
	union remote_arg args[3] = {
		{ .buf = { &bytes, sizeof(bytes) } },
		{ .buf = { (void *)uri, bytes } },
	};
	s32 ret = m->entry(0, 0x00020001, args);

	m->handle = args[2].handle;
	return ret;
}

s32 module_close(struct module *m)
{
	union remote_arg args[1] = { { .handle = m->handle } };

	return m->entry(m->handle, 0x01000010, args);
}
