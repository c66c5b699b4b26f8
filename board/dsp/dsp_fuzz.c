// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP that does its work and then lies about it in every way it has, as a
 * number from the tester tells: metadata, outputs and fd list are overwritten,
 * the answer comes twice, torn, too early or not at all, in a crowd of others
 * that are no answers to a call.
 *
 * It does not lie about what it still uses: whether memory was taken or given
 * back is believed by the host, and the oracle goes by it.  So on handle 1
 * failures stay failures, and a success is only denied where that leaves the
 * memory with the DSP.
 *
 * Everything is made from the rule's value and the number of the call, so a run
 * with the same calls in the same order does the same.
 */
#include <linux/delay.h>

#include "dsp.h"
#include "dsp_wire.h"

#define FUZZ_WRITES_MAX		8
#define FUZZ_BYTES_MAX		64
#define FUZZ_DELAY_MAX_MS	5
#define FUZZ_LATE_ROUNDS	4

struct fuzz {
	struct dsp_request *req;
	u64 state;
};

static u64 fuzz_next(struct fuzz *f)
{
	u64 z = f->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static u32 fuzz_below(struct fuzz *f, u32 n)
{
	return (u32)(fuzz_next(f) >> 32) % n;
}

static bool fuzz_one_in(struct fuzz *f, u32 n)
{
	return !fuzz_below(f, n);
}

/* Words that have a meaning for the host that reads them back. */
static u64 fuzz_word(struct fuzz *f)
{
	static const u64 words[] = {
		0, 1, 5, 0x1000, U32_MAX, U64_MAX, 1ull << 31, 1ull << 63, 0xffff800080000000ull,
		POLL_DONE, 0x0000ffffffff0000ull,
	};

	return fuzz_one_in(f, 3) ? fuzz_next(f) : words[fuzz_below(f, ARRAY_SIZE(words))];
}

/* Somewhere in the message, more often in its tables than in the rest. */
static void fuzz_scribble(struct fuzz *f)
{
	struct dsp_request *req = f->req;
	u32 len = 8 * (1 + fuzz_below(f, FUZZ_BYTES_MAX / 8));
	u32 range = fuzz_one_in(f, 3) ? req->meta_size : META_MIN(req->n) + 4;
	u8 bytes[FUZZ_BYTES_MAX];
	u32 i;

	for (i = 0; i < len; i += 8)
		put_unaligned_le64(fuzz_word(f), bytes + i);
	dsp_stream_write(req->stream, req->meta_iova + fuzz_below(f, range - len), bytes, len);
}

/* Descriptors to drop: those that programs have, again and again. */
static void fuzz_fd_list(struct fuzz *f)
{
	struct dsp_request *req = f->req;
	u8 fds[META_FDS_BYTES] = {};
	u32 i, count = fuzz_below(f, META_FDS_BYTES / 8 + 1), base = fuzz_below(f, 64);

	for (i = 0; i < count; i++)
		put_unaligned_le64(fuzz_one_in(f, 4) ? fuzz_word(f) : base + fuzz_below(f, 4),
				   fds + 8 * i);
	dsp_stream_write(req->stream, req->meta_iova + META_FDS(req->n), fds, sizeof(fds));
}

static void fuzz_memory(struct fuzz *f)
{
	u32 writes = fuzz_below(f, FUZZ_WRITES_MAX + 1);

	if (!f->req->stream || dsp_call_disowned(f->req))
		return;
	if (fuzz_one_in(f, 4))
		fuzz_fd_list(f);
	while (writes--)
		fuzz_scribble(f);
}

/* May the host be told something else than what was done? */
static bool fuzz_may_deny(const struct dsp_request *req)
{
	if (req->handle != HANDLE_INIT)
		return true;
	return !req->retval && (req->method == INIT_ATTACH || req->method == INIT_CREATE_STATIC);
}

static s32 fuzz_retval(struct fuzz *f)
{
	static const s32 values[] = {
		1, -1, -4, -11, -110, -512, -516, -530, -4095, S32_MIN, S32_MAX, DSP_E_NOMEM,
	};

	if (!fuzz_may_deny(f->req) || !fuzz_one_in(f, 3))
		return f->req->retval;
	return fuzz_one_in(f, 3) ? (s32)fuzz_next(f) | 1 :
				   values[fuzz_below(f, ARRAY_SIZE(values))];
}

static void fuzz_send(struct fuzz *f, u64 ctx, s32 retval, u32 len)
{
	u8 message[FUZZ_BYTES_MAX];

	put_unaligned_le64(fuzz_word(f), message + ANSWER_BYTES - 4);
	memset(message + ANSWER_BYTES, 0xff, sizeof(message) - ANSWER_BYTES);
	put_unaligned_le64(ctx, message + ANSWER_CTX);
	put_unaligned_le32(retval, message + ANSWER_RETVAL);
	dsp_link_deliver(f->req->dsp, message, len);
}

/* A message that answers nothing, though it may come close. */
static void fuzz_stray(struct fuzz *f)
{
	u64 ctx = f->req->ctx, away;

	switch (fuzz_below(f, 6)) {
	case 0:		/* torn off */
		fuzz_send(f, ctx, 0, fuzz_below(f, ANSWER_BYTES));
		break;
	case 1:		/* one bit of the context */
		fuzz_send(f, ctx ^ 1ull << fuzz_below(f, 64), 0, ANSWER_BYTES);
		break;
	case 2:		/* the number of an earlier or a later call */
		fuzz_send(f, ctx + ((u64)fuzz_below(f, 600) - 300) * CTX_SEQUENCE_ONE * 2 +
			  CTX_SEQUENCE_ONE, 0, ANSWER_BYTES);
		break;
	case 3:
		fuzz_send(f, CTX_PD_EXIT, 0, ANSWER_BYTES);
		break;
	case 4:		/* a slot near by, where a call may be waiting, with another's number */
		away = ((u64)fuzz_below(f, 8) + 1) * CTX_INDEX_ONE;
		fuzz_send(f, fuzz_one_in(f, 2) ? ctx + away : ctx - away, 0, ANSWER_BYTES);
		break;
	default:
		fuzz_send(f, fuzz_word(f), (s32)fuzz_next(f), fuzz_below(f, FUZZ_BYTES_MAX + 1));
	}
}

static void fuzz_strays(struct fuzz *f)
{
	u32 count = fuzz_one_in(f, 2) ? fuzz_below(f, 4) : 0;

	while (count--)
		fuzz_stray(f);
}

/* After the answer: only where the rule says that the mapping stays. */
static void fuzz_late(struct fuzz *f)
{
	struct dsp_request *req = f->req;
	u32 round;

	for (round = 0; round < FUZZ_LATE_ROUNDS; round++) {
		if (!req->stream || READ_ONCE(req->dsp->link.closing) || dsp_call_disowned(req) ||
		    !dsp_stream_reaches(req->stream, req->meta_iova, req->meta_size))
			return;
		fuzz_memory(f);
	}
}

/* The results are written; answer, or do what such a DSP does instead. */
void dsp_fuzz_answer(struct dsp_request *req)
{
	u64 value = req->rule.value;
	struct fuzz f = { .req = req, .state = value + req->serial * 0x100000001b3ull };
	s32 retval;

	fuzz_memory(&f);
	fuzz_strays(&f);
	if (fuzz_one_in(&f, 4))
		usleep_range(100, 100 + fuzz_below(&f, FUZZ_DELAY_MAX_MS * 1000));
	/* the kernel's own calls would wait long for it */
	if (req->handle > HANDLE_UTILITIES && fuzz_one_in(&f, 24))
		return;
	retval = fuzz_retval(&f);
	fuzz_send(&f, req->ctx, retval, ANSWER_BYTES + fuzz_below(&f, 2) * fuzz_below(&f, 48));
	if (fuzz_one_in(&f, 4))
		fuzz_send(&f, req->ctx, fuzz_retval(&f), ANSWER_BYTES);
	fuzz_strays(&f);
	if (value & DSP_FUZZ_LATE)
		fuzz_late(&f);
}
