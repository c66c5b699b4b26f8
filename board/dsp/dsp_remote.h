/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes of the host that run the code of PDs: what dsp_remote.c, which carries bytes,
 * dsp_code.c, which knows what they say, and dsp_audio.c, which has the audio PD's, share.
 */
#ifndef DSP_REMOTE_H
#define DSP_REMOTE_H

#include <linux/uio.h>

#include "dsp.h"
#include "remote_frames.h"
#include "remote_slots.h"

/*
 * struct dsp_remote - one slot of the shared memory, and the process that it has
 * @is_taken: a PD has it: that of client @who of @dsp, or (@is_audio) its audio PD.  All four
 *	under remotes_lock
 * @name: of the PD, for people
 * @life_lock: a start or an end at a time
 * @life: of the process; 0: none.  Under @life_lock
 * @send_lock: a frame at a time
 * @work: takes frames off the ring.  @head, @got and @body are its alone
 * @is_dead: it ended by itself, or says nonsense.  @is_ending: it is being ended
 * @lock: all below
 * @asks: what it was asked and has not answered
 * @ups: what it asked and was not answered yet
 * @calls, @up_count, @up_bytes: what it was asked, has asked and moved, in all
 * @lives, @deaths, @given_up: processes of this slot, and of these that ended not as they were told
 */
struct dsp_remote {
	struct remote_slot *slot;
	bool is_taken;
	struct dsp *dsp;
	struct dsp_caller who;
	bool is_audio;
	char name[24];
	struct mutex life_lock;		/* see above */
	u32 life;
	struct mutex send_lock;		/* see above */
	struct work_struct work;
	struct frame_head head;
	u32 got;
	u8 *body;
	bool is_dead;
	bool is_ending;

	spinlock_t lock;		/* see above */
	struct list_head asks;
	u32 ids;
	unsigned int ups;
	u32 logs;
	u32 calls;
	u32 up_count;
	u64 up_bytes;
	u32 wait_status;
	bool has_last_words;
	struct frame_last_words last_words;
	u32 lives;
	u32 deaths;
	u32 given_up;
};

/* dsp_remote.c */
struct dsp_remote *dsp_remote_of(struct dsp_request *req);
struct dsp_remote *dsp_remote_audio(struct dsp *dsp);
bool dsp_remote_is_over(struct dsp_remote *r, struct dsp_request *req);
int dsp_remote_send(struct dsp_remote *r, struct dsp_request *req, const struct frame_head *what,
		    const struct kvec *parts, unsigned int nr_parts);

/* dsp_code.c */
void dsp_code_begin(struct dsp_remote *r);
bool dsp_code_frame(struct dsp_remote *r);
void dsp_code_died(struct dsp_remote *r, u32 wait_status);
void dsp_code_show(struct dsp_remote *r, struct dsp_control_process *out);
bool dsp_code_is_idle(struct dsp_remote *r);
int dsp_code_heap(struct dsp_remote *r, u32 address, u32 bytes);
int dsp_code_hold(struct dsp_remote *r, u32 bytes);

/* dsp_audio.c */
int dsp_audio_move(struct dsp *dsp, u64 addr, void *buf, size_t len, bool write);
int dsp_audio_where(struct dsp *dsp, u64 token, u32 *address, u32 *bytes);
void dsp_audio_counts(struct dsp *dsp, const struct frame_audio_counts *counts);
void dsp_audio_died(struct dsp *dsp);

#endif
