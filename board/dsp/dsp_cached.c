// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has mapped for itself through the CPU's caches.
 *
 * QEMU's machine has no caches.  A DSP that does not snoop them would find old bytes in a
 * carve-out that Linux stored to through a cached mapping, and such a line may be written
 * back over what the DSP stores.  Memory without struct pages is mapped by memremap(): its
 * calls are noted, but for those of this module, and the last one for a page counts.
 */
#include <linux/io.h>
#include <linux/kprobes.h>
#include <linux/minmax.h>

#include "dsp.h"

#define CACHED_CALLS	16u

/* The last calls, in a ring. */
static struct {
	spinlock_t lock;	/* of all of it: any task may map */
	struct {
		u64 addr, len;
		bool is_cached;
	} call[CACHED_CALLS];
	unsigned int calls;
} seen = { .lock = __SPIN_LOCK_UNLOCKED(seen.lock) };

/* The task that maps for this module. */
static DEFINE_MUTEX(own_lock);
static struct task_struct *own_task;

/* memremap(addr, len, flags) */
static int mapped(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long flags;
	unsigned int at;

	if (READ_ONCE(own_task) == current)
		return 0;
	spin_lock_irqsave(&seen.lock, flags);
	at = seen.calls++ % CACHED_CALLS;
	seen.call[at].addr = regs->regs[0];
	seen.call[at].len = regs->regs[1];
	seen.call[at].is_cached = regs->regs[2] & MEMREMAP_WB;
	spin_unlock_irqrestore(&seen.lock, flags);
	return 0;
}

/* false: this kernel has no kprobes */
static bool is_watching;

static struct kprobe probe = { .symbol_name = "memremap", .pre_handler = mapped };

/* memremap(), cached, and not Linux' */
void *dsp_cached_map(u64 addr, size_t len)
{
	void *bytes;

	mutex_lock(&own_lock);
	WRITE_ONCE(own_task, current);
	bytes = memremap(addr, len, MEMREMAP_WB);
	WRITE_ONCE(own_task, NULL);
	mutex_unlock(&own_lock);
	return bytes;
}

static bool is_cached(u64 addr)
{
	unsigned int i, calls = min(seen.calls, CACHED_CALLS);

	lockdep_assert_held(&seen.lock);
	for (i = 1; i <= calls; i++) {
		unsigned int at = (seen.calls - i) % CACHED_CALLS;

		if (addr >= seen.call[at].addr && addr - seen.call[at].addr < seen.call[at].len)
			return seen.call[at].is_cached;
	}
	return false;
}

/* How many of these pages Linux had cached when it was last there. */
u64 dsp_cached_pages(u64 base, u64 size)
{
	unsigned long flags;
	u64 addr, pages = 0;

	spin_lock_irqsave(&seen.lock, flags);
	for (addr = base; addr < base + size; addr += PAGE_SIZE)
		pages += is_cached(addr);
	spin_unlock_irqrestore(&seen.lock, flags);
	return pages;
}

int dsp_cached_init(void)
{
	is_watching = !register_kprobe(&probe);
	if (!is_watching)
		pr_notice("dsp: cannot watch %s: whether a carve-out is in a cache is not known\n",
			  probe.symbol_name);
	return 0;
}

void dsp_cached_exit(void)
{
	if (is_watching)
		unregister_kprobe(&probe);
}
