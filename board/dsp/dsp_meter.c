// SPDX-License-Identifier: GPL-2.0-only
/*
 * The meter: what the model and the SMMU do in a call, so that it can be taken off
 * what the call costs its caller.
 *
 * A span is the work of one work item, without the driver's callback, and without
 * the time in which the worker had to let others run: those are told by preempt
 * notifiers.  Time is the CPU's own counter; under QEMU's -icount it counts
 * instructions.
 */
#include <asm/arch_timer.h>
#include <linux/atomic.h>

#include "dsp.h"

static struct {
	bool is_on;
	struct mutex commands_lock;	/* all but is_on */
	u32 mark;
	u64 tlb_invalidations;
	u64 syncs;
} meter = { .commands_lock = __MUTEX_INITIALIZER(meter.commands_lock) };

#ifdef CONFIG_PREEMPT_NOTIFIERS

static struct dsp_meter_span *span_of(struct preempt_notifier *notifier)
{
	return container_of(notifier, struct dsp_meter_span, notifier);
}

static void span_sched_in(struct preempt_notifier *notifier, int cpu)
{
	span_of(notifier)->since = __arch_counter_get_cntvct();
}

static void span_sched_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	struct dsp_meter_span *span = span_of(notifier);

	span->busy += __arch_counter_get_cntvct() - span->since;
}

static struct preempt_ops span_ops = {
	.sched_in = span_sched_in,
	.sched_out = span_sched_out,
};

static void span_watch(struct dsp_meter_span *span)
{
	preempt_notifier_init(&span->notifier, &span_ops);
	preempt_notifier_register(&span->notifier);
}

static void span_unwatch(struct dsp_meter_span *span)
{
	preempt_notifier_unregister(&span->notifier);
}

static void meter_switch(bool on)
{
	if (on)
		preempt_notifier_inc();
	else
		preempt_notifier_dec();
}

#else

/* Without them, time of others counts as the model's. */
static void span_watch(struct dsp_meter_span *span)
{
}

static void span_unwatch(struct dsp_meter_span *span)
{
}

static void meter_switch(bool on)
{
}

#endif

/* The current task works for @dsp until dsp_meter_end(). */
void dsp_meter_begin(struct dsp *dsp, struct dsp_meter_span *span)
{
	span->is_metered = READ_ONCE(meter.is_on);
	if (!span->is_metered)
		return;
	span->busy = 0;
	span_watch(span);
	span->since = __arch_counter_get_cntvct();
}

void dsp_meter_end(struct dsp *dsp, struct dsp_meter_span *span)
{
	if (!span->is_metered)
		return;
	span_unwatch(span);
	span->busy += __arch_counter_get_cntvct() - span->since;
	atomic64_add(span->busy, &dsp->busy);
}

/* Around what is done for the host within a span, and does not sleep. */
u64 dsp_meter_pause(void)
{
	return READ_ONCE(meter.is_on) ? __arch_counter_get_cntvct() : 0;
}

void dsp_meter_resume(struct dsp *dsp, u64 paused)
{
	if (paused)
		atomic64_sub(__arch_counter_get_cntvct() - paused, &dsp->busy);
}

void dsp_meter_read(struct dsp *dsp, struct dsp_control_meter *out)
{
	mutex_lock(&meter.commands_lock);
	if (!meter.is_on) {
		meter_switch(true);
		meter.mark = dsp_smmu_command_mark();
		WRITE_ONCE(meter.is_on, true);
	}
	dsp_smmu_commands_since(&meter.mark, &meter.tlb_invalidations, &meter.syncs);
	out->busy = atomic64_read(&dsp->busy);
	out->tlb_invalidations = meter.tlb_invalidations;
	out->syncs = meter.syncs;
	mutex_unlock(&meter.commands_lock);
}

void dsp_meter_exit(void)
{
	if (meter.is_on)
		meter_switch(false);
}
