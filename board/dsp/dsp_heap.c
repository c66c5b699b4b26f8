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
 * From then on the memory is the DSP's.  The PD runs an allocator in it: Hexagon
 * code where the board has it (dsp_audio.c), else dsp_alloc.c, from a thread that
 * ends in the stop op of the remoteproc and not before.  The model keeps a shadow
 * of all it stored, so what the host changes behind its back shows at the byte,
 * and what the host takes away shows at the page: at once if the PD uses it, or
 * else when the scrubber comes by, or at the latest in the last look of the stop op.
 *
 * Ranges that MMAP adds are judged and used in the same way.  MUNMAP ends
 * that for one of them: it is checked a last time, and then ignored.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

static unsigned int heap_pause_ms = 10;
module_param(heap_pause_ms, uint, 0644);
MODULE_PARM_DESC(heap_pause_ms, "least pause of the audio PD between two rounds in its heap");

static bool touch_uncounted = true;
module_param(touch_uncounted, bool, 0644);
MODULE_PARM_DESC(touch_uncounted, "read a word of a page that CREATE_STATIC names with a count of 0");

/* Names of added ranges.  Wider than 32 bits, so that a host that cuts them is found out. */
#define TOKEN_FIRST	0x1e0000000ull

#define for_each_range(range, audio)						\
	for ((range) = (audio)->range; (range) < (audio)->range + DSP_MAX_RANGES; (range)++)	\
		if ((range)->size)

static struct dsp_stream *heap_stream(struct dsp *dsp)
{
	return &dsp->stream[0];
}

static void heap_die(struct dsp *dsp, const char *why, u64 addr)
{
	dev_err(dsp->dev, "audio PD: %s at %#llx: the PD is dead\n", why, addr);
	dsp->audio.up = false;
}

/* The range that has all of these; NULL: there is none. */
struct dsp_range *dsp_heap_range(struct dsp *dsp, u64 addr, size_t len)
{
	struct dsp_range *range;

	for_each_range(range, &dsp->audio)
		if (addr >= range->base && addr - range->base <= range->size &&
		    len <= range->size - (addr - range->base))
			return range;
	return NULL;
}

/*
 * The PD's loads and stores.  A load gives what the DSP last stored there,
 * whatever was found, so that one spoilt header is one spoilt page and not
 * the end of the allocator.
 */
int dsp_heap_load(struct dsp *dsp, u64 addr, void *buf, size_t len)
{
	struct dsp_range *range = dsp_heap_range(dsp, addr, len);
	u64 off;

	lockdep_assert_held(&dsp->audio.lock);
	if (WARN_ON_ONCE(!range))
		return -EINVAL;
	off = addr - range->base;
	if (dsp_stream_read(heap_stream(dsp), addr, buf, len)) {
		dsp_range_blame(dsp, range, off, len);
		return -EFAULT;
	}
	dsp_range_compare(dsp, range, off, buf, len);
	memcpy(buf, range->shadow + off, len);
	return 0;
}

int dsp_heap_store(struct dsp *dsp, u64 addr, const void *buf, size_t len)
{
	struct dsp_range *range = dsp_heap_range(dsp, addr, len);
	u64 off;

	lockdep_assert_held(&dsp->audio.lock);
	if (WARN_ON_ONCE(!range))
		return -EINVAL;
	off = addr - range->base;
	if (dsp_stream_write(heap_stream(dsp), addr, buf, len)) {
		dsp_range_blame(dsp, range, off, len);
		return -EFAULT;
	}
	memcpy(range->shadow + off, buf, len);
	spin_lock(&dsp->calls_lock);
	dsp->audio.stores++;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	return 0;
}

/* Where the scrubber goes on: the next range that there is, from its beginning. */
static void heap_scrub_next(struct dsp_audio *audio)
{
	unsigned int i;

	audio->scrub_at = 0;
	for (i = 0; i < DSP_MAX_RANGES; i++) {
		audio->scrub_range = (audio->scrub_range + 1) % DSP_MAX_RANGES;
		if (audio->range[audio->scrub_range].size)
			return;
	}
}

/* Added memory has no allocator of its own: a store a round keeps it in use. */
static int heap_use(struct dsp *dsp, struct dsp_range *range, u64 off, size_t len)
{
	u64 page = dsp->audio.stores % (len / WIRE_PAGE);
	__le64 word = cpu_to_le64(dsp->audio.stores);

	if (!range->token)
		return 0;
	return dsp_heap_store(dsp, range->base + off + page * WIRE_PAGE, &word, sizeof(word));
}

static int heap_scrub(struct dsp *dsp, u8 *buf)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range = &audio->range[audio->scrub_range];
	u64 off = audio->scrub_at;
	size_t len = min_t(u64, DSP_BOUNCE_BYTES, range->size - off);

	/* What Hexagon code uses it looks at itself: what it finds is its end, and one fault. */
	if (!range->size || range->is_code) {
		heap_scrub_next(audio);
		return 0;
	}
	dsp_range_look(dsp, range, off, len, buf);
	audio->scrub_at += len;
	if (audio->scrub_at == range->size)
		heap_scrub_next(audio);
	return heap_use(dsp, range, off, len);
}

static int heap_thread(void *data)
{
	struct dsp *dsp = data;
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);

	while (!kthread_should_stop()) {
		ktime_t begun;

		mutex_lock(&audio->lock);
		begun = ktime_get();
		if (buf && audio->up && !audio->away) {
			u64 at = audio->range[audio->scrub_range].base;

			if (heap_scrub(dsp, buf))
				heap_die(dsp, "heap access failed", at);
			else if (audio->alloc && dsp_alloc_churn(audio->alloc))
				heap_die(dsp, "heap access failed", audio->base);
		}
		mutex_unlock(&audio->lock);
		schedule_timeout_interruptible(dsp_rest(heap_pause_ms, begun));
	}
	kvfree(buf);
	return 0;
}

/* How many pages of [base, base+size) the PD was offered before. */
static u64 heap_offered_before(struct dsp *dsp, u64 base, u64 size)
{
	struct dsp_range *range;
	u64 pages = 0;

	for_each_range(range, &dsp->audio) {
		u64 first = max(base, range->base);
		u64 end = min(base + size, range->base + range->size);

		if (first < end)
			pages += (end - first) / WIRE_PAGE;
	}
	return pages;
}

/* The oracle's look at the tables: how many pages lead to themselves, and are its alone? */
static u64 heap_count_granted(struct dsp *dsp, u64 base, u64 size, u64 *missing)
{
	u64 addr, granted = 0, same = base;
	u64 reach = min_t(u64, base + size, U32_MAX + 1ull);

	*missing = base;
	for (addr = base; addr < base + size; addr += WIRE_PAGE) {
		if (same <= addr && addr < reach)
			same = addr + dsp_stream_identity(heap_stream(dsp), addr, reach - addr);
		if (addr < same && dsp_monitor_is_only(dsp->vms, addr))
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
	if (events)
		heap_die(dsp, "fault on its new heap", addr);
	else if (dsp_monitor_is_there())
		heap_die(dsp, "its new heap has other owners than those it was meant for", addr);
	else
		heap_die(dsp, "its new heap does not lead to the memory it names", addr);
	return DSP_E_FAILED;
}

/* The allocator lives in the first range that MUNMAP cannot end. */
static s32 heap_begin(struct dsp *dsp, struct dsp_range *range)
{
	struct dsp_audio *audio = &dsp->audio;
	struct task_struct *thread;
	int ret = -EEXIST;

	if (!audio->alloc && !audio->code && !range->token)
		ret = dsp_audio_begin(dsp, range);
	if (ret && ret != -EEXIST && ret != -ENXIO)
		return DSP_E_NOMEM;
	if (ret == -ENXIO) {
		audio->alloc = dsp_alloc_create(dsp, range->base, range->size);
		if (!audio->alloc)
			return DSP_E_NOMEM;
	}
	if (audio->thread)
		return 0;
	thread = kthread_run(heap_thread, dsp, "dsp-heap-%s", dsp->label);
	if (IS_ERR(thread))
		return DSP_E_NOMEM;
	audio->thread = thread;
	return 0;
}

/* May the PD use the range at all?  Counts what is wrong with it. */
static s32 heap_judge(struct dsp *dsp, u64 base, u64 size)
{
	struct dsp_audio *audio = &dsp->audio;
	u64 pages = size / WIRE_PAGE, granted, missing, twice, wrong;

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
	wrong = dsp_domain_wrong_pages(dsp, base, size);
	if (wrong) {
		dsp_fault_count(dsp, &dsp->violations.wrong_attributes, wrong);
		dev_err(dsp->dev, "audio PD: %llu heap pages from %#llx are not mapped as a heap has to be\n",
			wrong, base);
	}
	granted = heap_count_granted(dsp, base, size, &missing);
	if (!audio->base)
		audio->base = base;
	audio->size += size;
	audio->pages += pages;
	audio->granted += granted;
	return granted < pages ? heap_unreachable(dsp, missing, pages - granted) : 0;
}

static struct dsp_range *heap_free_slot(struct dsp_audio *audio)
{
	unsigned int i;

	for (i = 0; i < DSP_MAX_RANGES; i++)
		if (!audio->range[i].size)
			return &audio->range[i];
	return NULL;
}

static s32 heap_take(struct dsp *dsp, u64 base, u64 size, u64 token)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range = heap_free_slot(audio);
	u8 *buf;
	s32 ret;

	if (!range)
		return DSP_E_NOMEM;
	ret = heap_judge(dsp, base, size);
	if (ret)
		return ret;
	buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);
	if (!buf || dsp_range_alloc(range, base, size)) {
		kvfree(buf);
		return DSP_E_NOMEM;
	}
	ret = dsp_range_first_touch(dsp, range, buf);
	kvfree(buf);
	if (ret) {
		/* The tables said yes and the hardware no: not writable, for instance. */
		dsp_range_free(range);
		audio->granted -= size / WIRE_PAGE;
		dsp_fault_count(dsp, &dsp->violations.offered_before_grant, size / WIRE_PAGE);
		heap_die(dsp, "fault while first using its heap", base);
		return DSP_E_FAILED;
	}
	range->token = token;
	dev_info(dsp->dev, "audio PD: heap [mem %#llx-%#llx]: %llu pages written and read back\n",
		 base, base + size - 1, range->size / WIRE_PAGE);
	return heap_begin(dsp, range);
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
		ret = heap_take(dsp, wire_u64(records, 16 * i), wire_u64(records, 16 * i + 8),
				0);
	mutex_unlock(&audio->lock);
	wake_up_all(&dsp->counters);
	return ret;
}

/* Memory that MMAP adds; *token is the name to give it back by. */
s32 dsp_heap_grow(struct dsp *dsp, u64 base, u64 size, u64 *token)
{
	struct dsp_audio *audio = &dsp->audio;
	s32 ret = DSP_E_BADSTATE;

	mutex_lock(&audio->lock);
	*token = audio->next_token;
	if (!audio->up)
		goto out_unlock;
	ret = heap_take(dsp, base, size, *token);
	if (ret)
		goto out_unlock;
	/* Not even the next life of the PD uses a name again. */
	audio->next_token += size + WIRE_PAGE;

out_unlock:
	mutex_unlock(&audio->lock);
	wake_up_all(&dsp->counters);
	return ret;
}

static struct dsp_range *heap_added(struct dsp_audio *audio, u64 token, u64 size)
{
	struct dsp_range *range;

	for_each_range(range, audio)
		if (token && range->token == token && range->size == size)
			return range;
	return NULL;
}

static s32 heap_remove(struct dsp *dsp, u64 token, u64 size, u8 *buf)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range;

	lockdep_assert_held(&audio->lock);
	if (!audio->up)
		return DSP_E_BADSTATE;
	range = heap_added(audio, token, size);
	if (!range)
		return DSP_E_BADPARM;
	audio->size -= size;
	audio->pages -= range->size / WIRE_PAGE;
	audio->granted -= range->size / WIRE_PAGE;
	audio->touched -= range->touched;
	if (range == &audio->range[audio->scrub_range])
		heap_scrub_next(audio);
	dsp_range_leave(dsp, range, buf);
	return 0;
}

/* MUNMAP: once it is answered, nothing of the DSP's touches the range again. */
s32 dsp_heap_give_back(struct dsp *dsp, u64 token, u64 size)
{
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);
	s32 ret;

	if (!buf)
		return DSP_E_NOMEM;
	mutex_lock(&audio->lock);
	ret = heap_remove(dsp, token, size, buf);
	mutex_unlock(&audio->lock);
	kvfree(buf);
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
	dsp->audio.next_token = TOKEN_FIRST;
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
	audio->away = false;
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
	spin_lock(&dsp->calls_lock);
	memset(&audio->counts, 0, sizeof(audio->counts));
	spin_unlock(&dsp->calls_lock);
	mutex_unlock(&audio->lock);
}

/* The stop op: the last look at all that was offered, then nothing any more. */
void dsp_heap_halt(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);
	struct task_struct *thread;
	struct dsp_range *range;

	/* From here on the PD takes nothing more, so it starts no thread. */
	mutex_lock(&audio->lock);
	audio->up = false;
	thread = audio->thread;
	audio->thread = NULL;
	mutex_unlock(&audio->lock);
	if (thread)
		kthread_stop(thread);
	dsp_audio_end(dsp);

	mutex_lock(&audio->lock);
	dsp_alloc_destroy(audio->alloc);
	audio->alloc = NULL;
	for_each_range(range, audio)
		dsp_range_leave(dsp, range, buf);
	mutex_unlock(&audio->lock);
	kvfree(buf);
}

/*
 * The remoteproc core detaches and takes the domain: the driver that lent the memory
 * cannot prevent it.  The PD looks at all of it a last time, keeps what it has,
 * and waits for its end; then it looks once more, past the SMMU.
 */
void dsp_heap_part(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;
	u8 *buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);
	struct dsp_range *range;

	mutex_lock(&audio->lock);
	for_each_range(range, audio)
		dsp_range_look_all(dsp, range, buf);
	audio->away = true;
	mutex_unlock(&audio->lock);
	kvfree(buf);
}

/* The PD alone dies and comes back: dsp->life is held, the DSP runs. */
void dsp_heap_restart(struct dsp *dsp)
{
	dsp_heap_halt(dsp);
	dsp_process_audio_gone(dsp);
	dsp_heap_boot(dsp);
	dev_notice(dsp->dev, "audio PD: restarted alone, without a heap\n");
	wake_up_all(&dsp->counters);
}
