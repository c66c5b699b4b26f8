// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD's heap, and the oracle of who owns it.
 *
 * On an offer every page is first looked at: is it reachable by the DSP's own
 * stream, at its own address, and was it not offered before in this life of
 * the PD?  Then every page is written with a pattern and read back, through
 * the SMMU, before the offer is answered.  A PD that cannot reach its heap
 * dies, as the real one does.
 *
 * From then on the memory is the DSP's.  The PD runs an allocator in it
 * (dsp_alloc.c) from a thread that ends in the stop op of the remoteproc and
 * not before.  The model keeps a shadow of all it stored, so what the host
 * changes behind its back shows at the byte, and what the host takes away
 * shows at the page: at once if the PD uses it, or else when the scrubber
 * comes by, or at the latest in the last look of the stop op.
 */
#include <linux/bitmap.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

static unsigned int heap_pause_ms = 10;
module_param(heap_pause_ms, uint, 0644);
MODULE_PARM_DESC(heap_pause_ms, "pause of the audio PD between two rounds in its heap");

static bool touch_uncounted = true;
module_param(touch_uncounted, bool, 0644);
MODULE_PARM_DESC(touch_uncounted, "read a word of a page that CREATE_STATIC names with a count of 0");

#define HEAP_CHUNK	DSP_BOUNCE_BYTES

static u64 range_pages(const struct dsp_range *range)
{
	return range->size / WIRE_PAGE;
}

static struct dsp_stream *heap_stream(struct dsp *dsp)
{
	return &dsp->stream[0];
}

static void heap_die(struct dsp *dsp, const char *why, u64 addr)
{
	dev_err(dsp->dev, "audio PD: %s at %#llx: the PD is dead\n", why, addr);
	dsp->audio.up = false;
}

/* Page @i of the range is not what the DSP left there. */
static void heap_spoilt(struct dsp *dsp, struct dsp_range *range, u64 i)
{
	if (test_and_set_bit(i, range->spoilt))
		return;
	dsp_fault_count(dsp, &dsp->violations.corrupted, 1);
	if (!dsp->audio.told_corrupted)
		dev_err(dsp->dev, "audio PD: heap page %#llx was changed by somebody else\n",
			range->base + i * WIRE_PAGE);
	dsp->audio.told_corrupted = true;
}

/* Page @i of the range cannot be reached any more. */
static void heap_lost(struct dsp *dsp, struct dsp_range *range, u64 i)
{
	if (test_and_set_bit(i, range->lost))
		return;
	dsp_fault_count(dsp, &dsp->violations.taken_while_running, 1);
	if (!dsp->audio.told_taken)
		dev_err(dsp->dev, "audio PD: heap page %#llx was taken away while the DSP runs\n",
			range->base + i * WIRE_PAGE);
	dsp->audio.told_taken = true;
}

static void heap_compare(struct dsp *dsp, struct dsp_range *range, u64 off,
			 const u8 *seen, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t piece = min_t(size_t, len - at,
				     WIRE_PAGE - ((off + at) & WIRE_PAGE_MASK));

		if (memcmp(seen + at, range->shadow + off + at, piece))
			heap_spoilt(dsp, range, (off + at) / WIRE_PAGE);
		at += piece;
	}
}

/* An access to [off, off+len) failed: which pages are to blame? */
static void heap_blame(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len)
{
	u64 i;

	for (i = off / WIRE_PAGE; i * WIRE_PAGE < off + len; i++)
		if (!dsp_stream_identity(heap_stream(dsp), range->base + i * WIRE_PAGE))
			heap_lost(dsp, range, i);
}

static struct dsp_range *heap_range(struct dsp *dsp, u64 addr, size_t len)
{
	unsigned int i;

	for (i = 0; i < dsp->audio.ranges; i++) {
		struct dsp_range *range = &dsp->audio.range[i];

		if (addr >= range->base && addr - range->base <= range->size &&
		    len <= range->size - (addr - range->base))
			return range;
	}
	return NULL;
}

/*
 * The PD's loads and stores.  A load gives what the DSP last stored there,
 * whatever was found, so that one spoilt header is one spoilt page and not
 * the end of the allocator.
 */
int dsp_heap_load(struct dsp *dsp, u64 addr, void *buf, size_t len)
{
	struct dsp_range *range = heap_range(dsp, addr, len);
	u64 off;

	lockdep_assert_held(&dsp->audio.lock);
	if (WARN_ON_ONCE(!range))
		return -EINVAL;
	off = addr - range->base;
	if (dsp_stream_read(heap_stream(dsp), addr, buf, len)) {
		heap_blame(dsp, range, off, len);
		return -EFAULT;
	}
	heap_compare(dsp, range, off, buf, len);
	memcpy(buf, range->shadow + off, len);
	return 0;
}

int dsp_heap_store(struct dsp *dsp, u64 addr, const void *buf, size_t len)
{
	struct dsp_range *range = heap_range(dsp, addr, len);
	u64 off;

	lockdep_assert_held(&dsp->audio.lock);
	if (WARN_ON_ONCE(!range))
		return -EINVAL;
	off = addr - range->base;
	if (dsp_stream_write(heap_stream(dsp), addr, buf, len)) {
		heap_blame(dsp, range, off, len);
		return -EFAULT;
	}
	memcpy(range->shadow + off, buf, len);
	spin_lock(&dsp->calls_lock);
	dsp->audio.stores++;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	return 0;
}

/* Look at [off, off+len) of a range, whole pages: there, and as it was left? */
static void heap_look(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len, u8 *buf)
{
	u64 before = bitmap_weight(range->lost, range_pages(range));
	u32 word, events;

	heap_blame(dsp, range, off, len);
	if (bitmap_weight(range->lost, range_pages(range)) == before &&
	    find_next_bit(range->lost, (off + len) / WIRE_PAGE, off / WIRE_PAGE) ==
	    (off + len) / WIRE_PAGE) {
		if (!dsp_stream_read(heap_stream(dsp), range->base + off, buf, len))
			heap_compare(dsp, range, off, buf, len);
		return;
	}
	/* One access that shows the loss to the SMMU too, not one per page. */
	if (!before)
		dsp_stream_word(heap_stream(dsp), range->base + WIRE_PAGE *
				find_first_bit(range->lost, range_pages(range)),
				false, &word, &events);
}

static void heap_scrub(struct dsp *dsp, u8 *buf)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range = &audio->range[audio->scrub_range];
	size_t len = min_t(u64, HEAP_CHUNK, range->size - audio->scrub_at);

	heap_look(dsp, range, audio->scrub_at, len, buf);
	audio->scrub_at += len;
	if (audio->scrub_at < range->size)
		return;
	audio->scrub_at = 0;
	audio->scrub_range = (audio->scrub_range + 1) % audio->ranges;
}

static int heap_thread(void *data)
{
	struct dsp *dsp = data;
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(HEAP_CHUNK, GFP_KERNEL);

	while (!kthread_should_stop()) {
		mutex_lock(&audio->lock);
		if (buf && audio->up) {
			heap_scrub(dsp, buf);
			if (dsp_alloc_churn(audio->alloc))
				heap_die(dsp, "heap access failed", audio->range[0].base);
		}
		mutex_unlock(&audio->lock);
		schedule_timeout_interruptible(msecs_to_jiffies(heap_pause_ms));
	}
	kvfree(buf);
	return 0;
}

/*
 * The shadow stays for the next incarnation: megabytes that come and go with
 * every start would drown the leak that a test looks for.
 */
static void range_free(struct dsp_range *range)
{
	bitmap_free(range->lost);
	bitmap_free(range->spoilt);
	range->lost = NULL;
	range->spoilt = NULL;
}

static int range_alloc(struct dsp_range *range, u64 base, u64 size)
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
	range_free(range);
	return -ENOMEM;
}

/* First use: every page gets a pattern of its own, and is read back. */
static int heap_first_touch(struct dsp *dsp, struct dsp_range *range, u8 *buf)
{
	struct dsp_stream *s = heap_stream(dsp);
	struct dsp_audio *audio = &dsp->audio;
	u64 off, at;
	u32 len;

	for (off = 0; off < range->size; off += len) {
		u8 *shadow = range->shadow + off;

		len = min_t(u64, HEAP_CHUNK, range->size - off);
		if (dsp_stream_read(s, range->base + off, buf, len))
			return -EFAULT;
		for (at = 0; at < len; at += WIRE_PAGE)
			if (memchr_inv(buf + at, 0, WIRE_PAGE))
				audio->dirty++;
		for (at = 0; at < len; at += 8)
			put_unaligned_le64((audio->epoch << 48) ^ (range->base + off + at),
					   shadow + at);
		if (dsp_stream_write(s, range->base + off, shadow, len))
			return -EFAULT;
	}
	for (off = 0; off < range->size; off += len) {
		len = min_t(u64, HEAP_CHUNK, range->size - off);
		if (dsp_stream_read(s, range->base + off, buf, len))
			return -EFAULT;
		heap_compare(dsp, range, off, buf, len);
		audio->touched += len / WIRE_PAGE;
	}
	audio->touched -= bitmap_weight(range->spoilt, range_pages(range));
	return 0;
}

/* How many pages of [base, base+size) the PD was offered before. */
static u64 heap_offered_before(struct dsp *dsp, u64 base, u64 size)
{
	u64 pages = 0;
	unsigned int i;

	for (i = 0; i < dsp->audio.ranges; i++) {
		struct dsp_range *range = &dsp->audio.range[i];
		u64 first = max(base, range->base);
		u64 end = min(base + size, range->base + range->size);

		if (first < end)
			pages += (end - first) / WIRE_PAGE;
	}
	return pages;
}

/* The oracle's look at the tables: how many pages lead to themselves? */
static u64 heap_count_granted(struct dsp *dsp, u64 base, u64 size, u64 *missing)
{
	u64 addr, granted = 0;

	*missing = base;
	for (addr = base; addr < base + size; addr += WIRE_PAGE) {
		if (addr <= U32_MAX && dsp_stream_identity(heap_stream(dsp), addr))
			granted++;
		else if (granted == (addr - base) / WIRE_PAGE)
			*missing = addr;
	}
	return granted;
}

/* The PD's first access to memory that it cannot reach is its last. */
static s32 heap_unreachable(struct dsp *dsp, u64 addr, u64 pages)
{
	u32 word = 0, events = 0;

	dsp_fault_count(dsp, &dsp->violations.offered_before_grant, pages);
	if (addr <= U32_MAX && !dsp_stream_reaches(heap_stream(dsp), addr, 1))
		dsp_stream_word(heap_stream(dsp), addr, true, &word, &events);
	heap_die(dsp, events ? "translation fault on its new heap" :
		 "its new heap does not lead to the memory it names", addr);
	return DSP_E_FAILED;
}

static s32 heap_begin(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range = &audio->range[0];
	struct task_struct *thread;

	if (audio->thread)
		return 0;
	audio->alloc = dsp_alloc_create(dsp, range->base, range->size);
	if (!audio->alloc)
		return DSP_E_NOMEM;
	thread = kthread_run(heap_thread, dsp, "dsp-heap-%s", dsp->label);
	if (IS_ERR(thread)) {
		dsp_alloc_destroy(audio->alloc);
		audio->alloc = NULL;
		return DSP_E_NOMEM;
	}
	audio->thread = thread;
	return 0;
}

/* May the PD use the range at all?  Counts what is wrong with it. */
static s32 heap_judge(struct dsp *dsp, u64 base, u64 size)
{
	struct dsp_audio *audio = &dsp->audio;
	u64 pages = size / WIRE_PAGE, granted, missing, twice;

	if (!pages || (base | size) & WIRE_PAGE_MASK || size > U64_MAX - base) {
		dsp_fault_count(dsp, &dsp->violations.bad_request, 1);
		dev_err(dsp->dev, "audio PD: bad heap range %#llx+%#llx\n", base, size);
		return DSP_E_BADPARM;
	}
	twice = heap_offered_before(dsp, base, size);
	if (twice) {
		dsp_fault_count(dsp, &dsp->violations.offered_twice, twice);
		dev_err(dsp->dev, "audio PD: %llu heap pages from %#llx are offered a second time\n",
			twice, base);
		return DSP_E_BADSTATE;
	}
	if (audio->ranges == DSP_MAX_RANGES)
		return DSP_E_NOMEM;

	granted = heap_count_granted(dsp, base, size, &missing);
	if (!audio->ranges)
		audio->base = base;
	audio->size += size;
	audio->pages += pages;
	audio->granted += granted;
	return granted < pages ? heap_unreachable(dsp, missing, pages - granted) : 0;
}

static s32 heap_take(struct dsp *dsp, u64 base, u64 size)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range = &audio->range[audio->ranges];
	u8 *buf;
	s32 ret;

	ret = heap_judge(dsp, base, size);
	if (ret)
		return ret;
	buf = kvmalloc(HEAP_CHUNK, GFP_KERNEL);
	if (!buf || range_alloc(range, base, size)) {
		kvfree(buf);
		return DSP_E_NOMEM;
	}
	ret = heap_first_touch(dsp, range, buf);
	kvfree(buf);
	if (ret) {
		/* The tables said yes and the hardware no: not writable, for instance. */
		range_free(range);
		audio->granted -= range_pages(range);
		dsp_fault_count(dsp, &dsp->violations.offered_before_grant, range_pages(range));
		heap_die(dsp, "fault while first using its heap", base);
		return DSP_E_FAILED;
	}
	audio->ranges++;
	dev_info(dsp->dev, "audio PD: heap [mem %#llx-%#llx]: %llu pages written and read back\n",
		 base, base + size - 1, range_pages(range));
	return heap_begin(dsp);
}

/* Page records {addr, size} that CREATE_STATIC counts: the PD's from now on. */
s32 dsp_heap_offer(struct dsp *dsp, const u8 *records, unsigned int count)
{
	struct dsp_audio *audio = &dsp->audio;
	unsigned int i;
	s32 ret = 0;

	mutex_lock(&audio->lock);
	if (!audio->up)
		ret = DSP_E_BADSTATE;
	for (i = 0; i < count && !ret; i++)
		ret = heap_take(dsp, wire_u64(records, 16 * i), wire_u64(records, 16 * i + 8));
	mutex_unlock(&audio->lock);
	wake_up_all(&dsp->counters);
	return ret;
}

/*
 * A page that is named but not counted.  Firmware ignores it, so it is no
 * part of the heap.  The model reads a word of it, to show on a kernel whose
 * driver forgets the count whether the DSP could have used it.
 */
void dsp_heap_stray(struct dsp *dsp, u64 addr)
{
	u32 word, events = 0;

	if (!addr || !touch_uncounted)
		return;
	if (addr <= U32_MAX)
		dsp_stream_word(heap_stream(dsp), addr, false, &word, &events);
	dev_notice(dsp->dev, "audio PD: page %#llx named but not counted, so not heap; %s\n",
		   addr, events ? "the DSP cannot reach it" : "the DSP could reach it");
}

void dsp_heap_init(struct dsp *dsp)
{
	mutex_init(&dsp->audio.lock);
}

void dsp_heap_exit(struct dsp *dsp)
{
	unsigned int i;

	for (i = 0; i < DSP_MAX_RANGES; i++)
		kvfree(dsp->audio.range[i].shadow);
}

/* The DSP boots: a new incarnation of the PD, without any heap. */
void dsp_heap_boot(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;

	mutex_lock(&audio->lock);
	audio->epoch++;
	audio->up = true;
	audio->ranges = 0;
	audio->base = 0;
	audio->size = 0;
	audio->pages = 0;
	audio->granted = 0;
	audio->touched = 0;
	audio->dirty = 0;
	audio->stores = 0;
	audio->scrub_range = 0;
	audio->scrub_at = 0;
	audio->told_corrupted = false;
	audio->told_taken = false;
	mutex_unlock(&audio->lock);
}

/* The stop op: the last look at all that was offered, then nothing any more. */
void dsp_heap_halt(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(HEAP_CHUNK, GFP_KERNEL);
	unsigned int i;
	u64 off;

	if (audio->thread)
		kthread_stop(audio->thread);
	audio->thread = NULL;
	mutex_lock(&audio->lock);
	dsp_alloc_destroy(audio->alloc);
	audio->alloc = NULL;
	for (i = 0; i < audio->ranges; i++) {
		struct dsp_range *range = &audio->range[i];

		for (off = 0; buf && off < range->size; off += HEAP_CHUNK)
			heap_look(dsp, range, off,
				  min_t(u64, HEAP_CHUNK, range->size - off), buf);
		range_free(range);
	}
	audio->ranges = 0;
	audio->up = false;
	mutex_unlock(&audio->lock);
	kvfree(buf);
}
