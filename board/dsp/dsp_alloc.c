// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD's allocator: first fit with boundary headers, kept in the
 * heap itself and reached only by the DSP's loads and stores.
 *
 * Block: a header of 32 bytes, then the content.  A header holds its own
 * size, the size of the block before it (0: it is the first), whether it is
 * used, and a check word, all of it little-endian.  Blocks fill the heap from
 * end to end and two free ones are never neighbours.
 *
 * The objects, that is the PD's variables, are here; what they point to is in
 * the heap.
 */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

#define HEADER_BYTES	32
#define HEADER_MAGIC	0x48445350u	/* "PSDH" */
#define HEADER_CHECK	0x9e3779b9u
#define ALIGN_BYTES	32
#define OBJECTS		48
#define OBJECT_MAX	8192
#define WALK_MAX	200	/* blocks to look at for one allocation */
#define CHURN_STEPS	4

struct alloc_object {
	u64 addr;		/* of the block; 0: none */
	u32 len;
	u32 seed;
};

struct dsp_alloc {
	struct dsp *dsp;
	u64 base;
	u64 end;
	u64 rover;
	struct rnd_state rnd;
	struct alloc_object object[OBJECTS];
	u8 content[OBJECT_MAX];
};

struct alloc_block {
	u64 addr;
	u64 size;
	u64 before;
	u32 used;
};

static u32 block_check(const struct alloc_block *b)
{
	return HEADER_CHECK ^ (u32)b->addr ^ (u32)b->size ^ ((u32)b->before << 1) ^ b->used;
}

static int block_store(struct dsp_alloc *alloc, const struct alloc_block *b)
{
	u8 header[HEADER_BYTES] = { };

	put_unaligned_le32(HEADER_MAGIC, header);
	put_unaligned_le32(b->used, header + 4);
	put_unaligned_le64(b->size, header + 8);
	put_unaligned_le64(b->before, header + 16);
	put_unaligned_le32(block_check(b), header + 24);
	return dsp_heap_store(alloc->dsp, b->addr, header, sizeof(header));
}

static int block_load(struct dsp_alloc *alloc, u64 addr, struct alloc_block *b)
{
	u8 header[HEADER_BYTES];
	int ret;

	ret = dsp_heap_load(alloc->dsp, addr, header, sizeof(header));
	if (ret)
		return ret;
	b->addr = addr;
	b->used = wire_u32(header, 4);
	b->size = wire_u64(header, 8);
	b->before = wire_u64(header, 16);
	/* Loads give what the DSP stored: this is the model's own consistency. */
	if (WARN_ON_ONCE(wire_u32(header, 0) != HEADER_MAGIC ||
			 wire_u32(header, 24) != block_check(b)))
		return -EIO;
	return 0;
}

/* Tell the block behind [addr, addr+size) how long its neighbour is now. */
static int block_tell_next(struct dsp_alloc *alloc, u64 addr, u64 size)
{
	struct alloc_block next;
	int ret;

	if (addr + size == alloc->end)
		return 0;
	ret = block_load(alloc, addr + size, &next);
	if (ret)
		return ret;
	next.before = size;
	return block_store(alloc, &next);
}

/* Take the front of a free block that is long enough. */
static int block_take(struct dsp_alloc *alloc, struct alloc_block *b, u64 need)
{
	struct alloc_block rest = {
		.addr = b->addr + need,
		.size = b->size - need,
		.before = need,
	};
	int ret;

	if (rest.size >= HEADER_BYTES + ALIGN_BYTES) {
		ret = block_store(alloc, &rest);
		if (ret)
			return ret;
		ret = block_tell_next(alloc, rest.addr, rest.size);
		if (ret)
			return ret;
		b->size = need;
	}
	b->used = 1;
	alloc->rover = b->addr + b->size == alloc->end ? alloc->base : b->addr + b->size;
	return block_store(alloc, b);
}

/* 0 and the block in *addr; 0 and *addr == 0 if there is no room. */
static int alloc_get(struct dsp_alloc *alloc, u32 len, u64 *addr)
{
	u64 need = HEADER_BYTES + ALIGN(len, ALIGN_BYTES);
	struct alloc_block b;
	unsigned int i;
	int ret;

	*addr = 0;
	for (i = 0; i < WALK_MAX; i++) {
		ret = block_load(alloc, alloc->rover, &b);
		if (ret)
			return ret;
		if (!b.used && b.size >= need) {
			*addr = b.addr;
			return block_take(alloc, &b, need);
		}
		alloc->rover = b.addr + b.size == alloc->end ? alloc->base : b.addr + b.size;
	}
	return 0;
}

static int alloc_put(struct dsp_alloc *alloc, u64 addr)
{
	struct alloc_block b, other;
	int ret;

	ret = block_load(alloc, addr, &b);
	if (ret)
		return ret;
	b.used = 0;
	if (b.addr + b.size != alloc->end) {
		ret = block_load(alloc, b.addr + b.size, &other);
		if (ret)
			return ret;
		if (!other.used)
			b.size += other.size;
	}
	if (b.before) {
		ret = block_load(alloc, b.addr - b.before, &other);
		if (ret)
			return ret;
		if (!other.used) {
			other.size += b.size;
			b = other;
		}
	}
	/* The place to look next may have become the inside of this block. */
	if (alloc->rover > b.addr && alloc->rover < b.addr + b.size)
		alloc->rover = b.addr;
	ret = block_store(alloc, &b);
	return ret ? ret : block_tell_next(alloc, b.addr, b.size);
}

static void object_content(struct dsp_alloc *alloc, const struct alloc_object *o)
{
	u32 i;

	for (i = 0; i < o->len; i++)
		alloc->content[i] = o->seed + 7 * i + (i >> 8);
}

static int object_make(struct dsp_alloc *alloc, struct alloc_object *o)
{
	int ret;

	o->len = 1 + prandom_u32_state(&alloc->rnd) % OBJECT_MAX;
	o->seed = prandom_u32_state(&alloc->rnd);
	ret = alloc_get(alloc, o->len, &o->addr);
	if (ret || !o->addr)
		return ret;
	object_content(alloc, o);
	return dsp_heap_store(alloc->dsp, o->addr + HEADER_BYTES, alloc->content, o->len);
}

static int object_drop(struct dsp_alloc *alloc, struct alloc_object *o)
{
	u64 addr = o->addr;
	u32 i;
	int ret;

	ret = dsp_heap_load(alloc->dsp, addr + HEADER_BYTES, alloc->content, o->len);
	if (ret)
		return ret;
	for (i = 0; i < o->len; i++)
		if (WARN_ON_ONCE(alloc->content[i] != (u8)(o->seed + 7 * i + (i >> 8))))
			return -EIO;
	o->addr = 0;
	return alloc_put(alloc, addr);
}

/* One round of the PD's work.  Not 0: it lost its heap. */
int dsp_alloc_churn(struct dsp_alloc *alloc)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < CHURN_STEPS && !ret; i++) {
		struct alloc_object *o =
			&alloc->object[prandom_u32_state(&alloc->rnd) % OBJECTS];

		ret = o->addr ? object_drop(alloc, o) : object_make(alloc, o);
	}
	return ret;
}

struct dsp_alloc *dsp_alloc_create(struct dsp *dsp, u64 base, u64 size)
{
	struct alloc_block all = { .addr = base, .size = size };
	struct dsp_alloc *alloc;

	alloc = kvzalloc(sizeof(*alloc), GFP_KERNEL);
	if (!alloc)
		return NULL;
	alloc->dsp = dsp;
	alloc->base = base;
	alloc->end = base + size;
	alloc->rover = base;
	prandom_seed_state(&alloc->rnd, base ^ dsp->audio.epoch);
	if (block_store(alloc, &all)) {
		kvfree(alloc);
		return NULL;
	}
	return alloc;
}

void dsp_alloc_destroy(struct dsp_alloc *alloc)
{
	kvfree(alloc);
}
