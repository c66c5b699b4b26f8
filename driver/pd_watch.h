/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is the audio PD up?  The DSP's service registry tells, through the kernel's PDR
 * helper.  Where there is no helper, or nobody answers it, nothing is known.
 */
#ifndef FRPC_PD_WATCH_H
#define FRPC_PD_WATCH_H

#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct frpc_remote_heap;

enum frpc_pd_state {
	FRPC_PD_UNKNOWN,
	FRPC_PD_UP,
	FRPC_PD_DOWN,
};

/**
 * struct frpc_pd_watch - on the audio PD of a heap
 * @is_wanted: the heap belongs to the DSP whose audio PD has a known name
 * @state: what is known of this run of the DSP; both under heap->lock
 * @lookups: with the helper, one a run of the DSP; the work's alone
 * @work: brings @lookups up to date
 */
struct frpc_pd_watch {
	bool is_wanted;
	enum frpc_pd_state state;
	struct list_head lookups;
	struct delayed_work work;
};

#if IS_REACHABLE(CONFIG_QCOM_PDR_HELPERS)

/* The heap is being made; nothing is watched yet. */
void frpc_pd_watch_init(struct frpc_remote_heap *heap);

/*
 * The DSP has come or gone.  From any context that may sleep, with any lock; what
 * there is to do is done soon.
 */
void frpc_pd_watch_update(struct frpc_remote_heap *heap);

/* Module end.  No lock held; waits for what frpc_pd_watch_update() started. */
void frpc_pd_watch_fini(struct frpc_remote_heap *heap);

/* Does this DSP, by the label of its channel, have an audio PD we know the name of? */
bool frpc_pd_watch_knows(const char *label);

#else

static inline void frpc_pd_watch_init(struct frpc_remote_heap *heap)
{
}

static inline void frpc_pd_watch_update(struct frpc_remote_heap *heap)
{
}

static inline void frpc_pd_watch_fini(struct frpc_remote_heap *heap)
{
}

static inline bool frpc_pd_watch_knows(const char *label)
{
	return false;
}

#endif

/* For people. */
static inline const char *frpc_pd_state_name(const struct frpc_pd_watch *watch)
{
	if (!watch->is_wanted)
		return "-";
	switch (watch->state) {
	case FRPC_PD_UP:
		return "up";
	case FRPC_PD_DOWN:
		return "down";
	default:
		return "unknown";
	}
}

#endif /* FRPC_PD_WATCH_H */
