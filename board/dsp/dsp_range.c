// SPDX-License-Identifier: GPL-2.0-only
/*
 * One range of the audio PD's heap: what the DSP stored in it, and what has
 * become of that.  The caller holds audio.lock.
 */
#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "dsp.h"
#include "dsp_wire.h"

static u64 range_pages(const struct dsp_range *range)
{
	return range->size / WIRE_PAGE;
}

static struct dsp_stream *range_stream(struct dsp *dsp)
{
	return &dsp->stream[0];
}

/* Page @i of the range is not what the DSP left there. */
static void range_spoilt(struct dsp *dsp, struct dsp_range *range, u64 i)
{
	if (test_and_set_bit(i, range->spoilt))
		return;
	dsp_fault_count(dsp, &dsp->violations.corrupted, 1);
	if (!dsp->audio.told_corrupted)
		dev_err(dsp->dev, "audio PD: heap page %#llx was changed, and not by the DSP\n",
			range->base + i * WIRE_PAGE);
	dsp->audio.told_corrupted = true;
}

/* Page @i of the range cannot be reached any more. */
static void range_lost(struct dsp *dsp, struct dsp_range *range, u64 i)
{
	if (test_and_set_bit(i, range->lost))
		return;
	dsp_fault_count(dsp, &dsp->violations.taken_while_running, 1);
	if (!dsp->audio.told_taken)
		dev_err(dsp->dev, "audio PD: heap page %#llx was taken away while the DSP runs\n",
			range->base + i * WIRE_PAGE);
	dsp->audio.told_taken = true;
}

/*
 * Four words at a time: the kernel's memcmp() looks at the shadow of each where there
 * is KASAN.
 */
static bool range_same(const u8 *seen, const u8 *expected, size_t len)
{
	struct words { u64 w[4]; } __packed;
	size_t at;

	for (at = 0; len - at >= sizeof(struct words); at += sizeof(struct words)) {
		const struct words *a = (const struct words *)(seen + at);
		const struct words *b = (const struct words *)(expected + at);

		if ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) |
		    (a->w[2] ^ b->w[2]) | (a->w[3] ^ b->w[3]))
			return false;
	}
	return !memcmp(seen + at, expected + at, len - at);
}

void dsp_range_compare(struct dsp *dsp, struct dsp_range *range, u64 off,
		       const u8 *seen, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t piece = min_t(size_t, len - at,
				     WIRE_PAGE - ((off + at) & WIRE_PAGE_MASK));

		if (!range_same(seen + at, range->shadow + off + at, piece))
			range_spoilt(dsp, range, (off + at) / WIRE_PAGE);
		at += piece;
	}
}

/* An access to [off, off+len) failed: which pages are to blame? */
void dsp_range_blame(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len)
{
	u64 at, end = round_up(off + len, WIRE_PAGE);

	for (at = round_down(off, WIRE_PAGE); at < end; at += WIRE_PAGE) {
		at += dsp_stream_identity(range_stream(dsp), range->base + at, end - at);
		if (at < end)
			range_lost(dsp, range, at / WIRE_PAGE);
	}
}

/* The DSP has no way there now.  What it left must be there all the same. */
static void range_look_behind(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len)
{
	void *bytes = dsp_cached_map(range->base + off, len);

	if (WARN_ON_ONCE(!bytes))
		return;
	dsp_range_compare(dsp, range, off, bytes, len);
	memunmap(bytes);
}

/* Look at [off, off+len) of a range, whole pages: there, and as it was left? */
void dsp_range_look(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len, u8 *buf)
{
	u64 before = bitmap_weight(range->lost, range_pages(range));
	u64 end = (off + len) / WIRE_PAGE;
	u32 word, events;

	if (dsp->audio.away) {
		range_look_behind(dsp, range, off, len);
		return;
	}
	dsp_range_blame(dsp, range, off, len);
	if (bitmap_weight(range->lost, range_pages(range)) == before &&
	    find_next_bit(range->lost, end, off / WIRE_PAGE) == end) {
		if (!dsp_stream_read(range_stream(dsp), range->base + off, buf, len))
			dsp_range_compare(dsp, range, off, buf, len);
		return;
	}
	/* One access that shows the loss to the SMMU too, not one per page. */
	if (!before)
		dsp_stream_word(range_stream(dsp), range->base + WIRE_PAGE *
				find_first_bit(range->lost, range_pages(range)),
				false, &word, &events);
}

/*
 * The shadow stays for the next incarnation: megabytes that come and go with
 * every start would drown the leak that a test looks for.
 */
void dsp_range_free(struct dsp_range *range)
{
	bitmap_free(range->lost);
	bitmap_free(range->spoilt);
	range->lost = NULL;
	range->spoilt = NULL;
	range->size = 0;
	range->token = 0;
	range->is_code = false;
}

int dsp_range_alloc(struct dsp_range *range, u64 base, u64 size)
{
	if (range->shadow_room < size) {
		kvfree(range->shadow);
		range->shadow = kvmalloc(size, GFP_KERNEL);
		range->shadow_room = range->shadow ? size : 0;
	}
	range->base = base;
	range->size = size;
	range->lost = bitmap_zalloc(size / WIRE_PAGE, GFP_KERNEL);
	range->spoilt = bitmap_zalloc(size / WIRE_PAGE, GFP_KERNEL);
	if (range->shadow && range->lost && range->spoilt)
		return 0;
	dsp_range_free(range);
	return -ENOMEM;
}

/* What each word is made of: where it is, and which life of the PD wrote it. */
static void range_pattern(struct dsp_range *range, u64 off, u32 len, u64 mark)
{
	__le64 *word = (__le64 *)(range->shadow + off), *end = word + len / sizeof(*word);
	u64 addr = range->base + off;

	for (; word < end; addr += sizeof(*word))
		*word++ = cpu_to_le64(mark ^ addr);
}

/* First use: every page gets a pattern of its own, and is read back. */
int dsp_range_first_touch(struct dsp *dsp, struct dsp_range *range, u8 *buf)
{
	struct dsp_stream *s = range_stream(dsp);
	struct dsp_audio *audio = &dsp->audio;
	u64 off, at;
	u32 len;

	for (off = 0; off < range->size; off += len) {
		len = min_t(u64, DSP_BOUNCE_BYTES, range->size - off);
		if (dsp_stream_read(s, range->base + off, buf, len))
			return -EFAULT;
		for (at = 0; at < len; at += WIRE_PAGE)
			if (!range_same(buf + at, page_address(ZERO_PAGE(0)), WIRE_PAGE))
				audio->dirty++;
		range_pattern(range, off, len, audio->epoch << 48);
		if (dsp_stream_write(s, range->base + off, range->shadow + off, len))
			return -EFAULT;
	}
	for (off = 0; off < range->size; off += len) {
		len = min_t(u64, DSP_BOUNCE_BYTES, range->size - off);
		if (dsp_stream_read(s, range->base + off, buf, len))
			return -EFAULT;
		dsp_range_compare(dsp, range, off, buf, len);
	}
	range->touched = range_pages(range) - bitmap_weight(range->spoilt, range_pages(range));
	audio->touched += range->touched;
	return 0;
}

/* @buf may be NULL: then nothing is looked at. */
void dsp_range_look_all(struct dsp *dsp, struct dsp_range *range, u8 *buf)
{
	u64 off;

	for (off = 0; buf && off < range->size; off += DSP_BOUNCE_BYTES)
		dsp_range_look(dsp, range, off,
			       min_t(u64, DSP_BOUNCE_BYTES, range->size - off), buf);
}

/* Look at all of a range a last time and forget it. */
void dsp_range_leave(struct dsp *dsp, struct dsp_range *range, u8 *buf)
{
	dsp_range_look_all(dsp, range, buf);
	dsp_range_free(range);
}
