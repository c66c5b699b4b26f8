// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD as Hexagon code: a process of the host (../pd/audio.c) whose allocator lives in
 * the heap.
 *
 * The process has none of the heap's memory.  It asks for a page when it loads or stores there,
 * and sends back what it stored: each such question is an access of the DSP's own stream, so a
 * page that the host has taken away is a real fault, and the end of the PD.  The shadow of
 * dsp_heap.c is told of all of it, so what changes behind the DSP's back shows here too.
 */
#include <linux/mutex.h>

#include "dsp_remote.h"
#include "dsp_wire.h"

/* The process has its pages of 64 KiB at the DSP's addresses, and those have 32 bits. */
#define AUDIO_PAGE_MASK	0xffffull

/* The heap is there.  -ENXIO: its code does not run on this board, or not there. */
int dsp_audio_begin(struct dsp *dsp, struct dsp_range *range)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_remote *r;
	int ret;

	lockdep_assert_held(&audio->lock);
	if (range->base & AUDIO_PAGE_MASK || range->base + range->size > U32_MAX)
		return -ENXIO;
	r = dsp_remote_audio(dsp);
	if (IS_ERR(r))
		return PTR_ERR(r);
	ret = dsp_code_heap(r, range->base, range->size);
	if (ret)
		return ret;
	audio->code = r;
	range->is_code = true;
	dev_info(dsp->dev, "audio PD: its allocator is Hexagon code\n");
	return 0;
}

/* The PD ends, and takes nothing more: its process too. */
void dsp_audio_end(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;

	dsp_remote_end_audio(dsp);
	mutex_lock(&audio->lock);
	audio->code = NULL;
	mutex_unlock(&audio->lock);
}

/*
 * A load or store of the process.  -EAGAIN: it gets no answer, since the PD ends, or waits for
 * its end without a way to the heap.
 */
int dsp_audio_move(struct dsp *dsp, u64 addr, void *buf, size_t len, bool write)
{
	struct dsp_audio *audio = &dsp->audio;
	int ret;

	mutex_lock(&audio->lock);
	if (!audio->up || audio->away)
		ret = -EAGAIN;
	else if (!dsp_heap_range(dsp, addr, len))
		ret = -EINVAL;
	else if (write)
		ret = dsp_heap_store(dsp, addr, buf, len);
	else
		ret = dsp_heap_load(dsp, addr, buf, len);
	mutex_unlock(&audio->lock);
	return ret;
}

/* Where is what the host has added by this name?  The process uses it from now on. */
int dsp_audio_where(struct dsp *dsp, u64 token, u32 *address, u32 *bytes)
{
	struct dsp_audio *audio = &dsp->audio;
	struct dsp_range *range;
	int ret = -ENOENT;

	mutex_lock(&audio->lock);
	for (range = audio->range; range < audio->range + DSP_MAX_RANGES; range++) {
		if (!range->size || !token || range->token != token ||
		    range->base + range->size > U32_MAX)
			continue;
		range->is_code = true;
		*address = range->base;
		*bytes = range->size;
		ret = 0;
	}
	mutex_unlock(&audio->lock);
	return ret;
}

/* What it says of itself. */
void dsp_audio_counts(struct dsp *dsp, const struct frame_audio_counts *counts)
{
	spin_lock(&dsp->calls_lock);
	dsp->audio.counts = *counts;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
}

/* The process has ended by itself: so has the PD, until it is restarted. */
void dsp_audio_died(struct dsp *dsp)
{
	struct dsp_audio *audio = &dsp->audio;

	mutex_lock(&audio->lock);
	audio->up = false;
	mutex_unlock(&audio->lock);
	dsp_process_audio_gone(dsp);
	spin_lock(&dsp->calls_lock);
	audio->deaths++;
	spin_unlock(&dsp->calls_lock);
	dev_err(dsp->dev, "audio PD: its process died: the PD is dead\n");
}

static int audio_hold(struct dsp *dsp, u64 bytes)
{
	struct dsp_audio *audio = &dsp->audio;
	int ret = -ENXIO;

	if (bytes > U32_MAX)
		return -EINVAL;
	mutex_lock(&audio->lock);
	if (audio->code && audio->up)
		ret = dsp_code_hold(audio->code, bytes);
	mutex_unlock(&audio->lock);
	return ret;
}

static void audio_look(struct dsp *dsp, struct dsp_control_audio *out)
{
	struct dsp_audio *audio = &dsp->audio;

	mutex_lock(&audio->lock);
	out->has_code = !!audio->code;
	mutex_unlock(&audio->lock);
	spin_lock(&dsp->calls_lock);
	out->stores = audio->counts.stores;
	out->checks = audio->counts.checks;
	out->held = audio->counts.held;
	out->added = audio->counts.added;
	out->growths = audio->counts.growths;
	out->returns = audio->counts.returns;
	out->refused = audio->counts.refused;
	out->rounds = audio->counts.rounds;
	out->deaths = audio->deaths;
	spin_unlock(&dsp->calls_lock);
}

int dsp_audio_order(struct dsp *dsp, struct dsp_control_audio *order)
{
	int ret = 0;

	if (order->action == DSP_AUDIO_HOLD)
		ret = audio_hold(dsp, order->hold);
	else if (order->action != DSP_AUDIO_LOOK)
		ret = -EINVAL;
	audio_look(dsp, order);
	return ret;
}
