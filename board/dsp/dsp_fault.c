// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes wrong: on purpose, by the rules that tests give, and by mistake
 * of the host, counted for the oracle.
 *
 * A rule says what to do with the next calls of a handle and method.  The
 * newest rule that fits wins.  It is picked when the message arrives, so the
 * order of messages, not that of the workers, decides which call it hits.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

#define FAULTS_TOLD	4	/* faults that get a line of their own */
#define LONG_MAX_EXTRA	240
#define TEAR_MS		20
#define TEAR_MAX_MS	2000
#define POLL_MAX_MS	20000
#define POLL_WORD_US	100

/* DSP_ANSWER_NORMAL drops all rules. */
int dsp_fault_add(struct dsp *dsp, const struct dsp_rule *rule)
{
	unsigned int i;
	int ret = 0;

	spin_lock(&dsp->calls_lock);
	if (rule->action == DSP_ANSWER_NORMAL) {
		dsp->rules = 0;
		goto out;
	}
	for (i = 0; i < dsp->rules; i++)
		if (dsp->rule[i].handle == rule->handle && dsp->rule[i].method == rule->method)
			break;
	if (i < dsp->rules)
		memmove(&dsp->rule[i], &dsp->rule[i + 1],
			(--dsp->rules - i) * sizeof(*rule));
	if (dsp->rules == DSP_MAX_RULES)
		ret = -ENOSPC;
	else
		dsp->rule[dsp->rules++] = *rule;
out:
	spin_unlock(&dsp->calls_lock);
	return ret;
}

/*
 * The rule for a call that arrives, action DSP_ANSWER_NORMAL if there is none.  A rule
 * that refuses messages is kept for a sender that waits: others are told to.
 */
void dsp_fault_pick(struct dsp *dsp, u32 handle, u32 method, bool may_wait,
		    struct dsp_rule *picked)
{
	unsigned int i = dsp->rules;

	lockdep_assert_held(&dsp->calls_lock);
	memset(picked, 0, sizeof(*picked));
	while (i--) {
		struct dsp_rule *rule = &dsp->rule[i];

		if ((rule->handle != DSP_ANY && rule->handle != handle) ||
		    (rule->method != DSP_ANY && rule->method != method))
			continue;
		*picked = *rule;
		if (rule->action == DSP_ANSWER_UNSENT && !may_wait) {
			picked->value = EBUSY;
			return;
		}
		if (rule->left && !--rule->left)
			memmove(rule, rule + 1, (--dsp->rules - i) * sizeof(*rule));
		return;
	}
}

static void fault_send(struct dsp_request *req, u64 ctx, s32 retval, size_t len)
{
	u8 message[ANSWER_BYTES + LONG_MAX_EXTRA];

	memset(message, 0xa5, sizeof(message));
	put_unaligned_le64(ctx, message + ANSWER_CTX);
	put_unaligned_le32(retval, message + ANSWER_RETVAL);
	dsp_link_deliver(req->dsp, message, len);
}

static void fault_send_right(struct dsp_request *req)
{
	fault_send(req, req->ctx, req->retval, ANSWER_BYTES);
}

/* Everything the host could be tempted to read again. */
static void fault_rewrite(struct dsp_request *req)
{
	size_t tables = META_TABLES(req->n);
	unsigned int i;
	u8 *junk;

	if (!req->stream || dsp_call_disowned(req))
		return;
	junk = kvmalloc(tables + META_FDS_BYTES, GFP_KERNEL);
	if (!junk)
		return;
	memset(junk, 0xff, tables);
	for (i = 0; i < META_FDS_BYTES / 8; i++)
		put_unaligned_le64(5, junk + tables + 8 * i);
	dsp_stream_write(req->stream, req->meta_iova, junk, tables + META_FDS_BYTES);
	kvfree(junk);
}

/* Nothing may keep the end of the channel, or of the client, waiting. */
static bool fault_hurry(struct dsp_request *req)
{
	return READ_ONCE(req->dsp->link.closing) || dsp_call_disowned(req);
}

/*
 * Go on writing after the answer.  Only where there still is a mapping: the
 * point is what the host does with data that changes, not a fault.
 */
static void fault_tear(struct dsp_request *req)
{
	u64 ms = req->rule.value ? min_t(u64, req->rule.value, TEAR_MAX_MS) : TEAR_MS;
	unsigned long end = jiffies + msecs_to_jiffies(ms);
	unsigned int i;
	u8 junk = 0;

	while (time_before(jiffies, end) && !fault_hurry(req)) {
		junk++;
		for (i = req->n_in; i < dsp_request_bufs(req); i++) {
			struct dsp_arg *arg = &req->args[i];

			if (!arg->len || !arg->data ||
			    !dsp_stream_reaches(arg->stream, arg->iova, arg->len))
				continue;
			memset(arg->data, junk, arg->len);
			dsp_stream_write(arg->stream, arg->iova, arg->data, arg->len);
		}
		cond_resched();
	}
}

/* What the answer says beside its data: memory given back, and what a rule wants. */
static void fault_write_tail(struct dsp_request *req)
{
	const struct dsp_rule *rule = &req->rule;
	u8 fds[META_FDS_BYTES] = {};
	u64 at = rule->value;
	unsigned int i;

	if (!req->stream)
		return;
	for (i = 0; i < req->nfds; i++)
		put_unaligned_le64(req->fds[i], fds + 8 * i);
	if (req->nfds)
		dsp_stream_write(req->stream, req->meta_iova + META_FDS(req->n), fds,
				 sizeof(fds));
	if (rule->action != DSP_ANSWER_PATCH)
		return;
	if (at >= DSP_PATCH_FDS)
		at = at - DSP_PATCH_FDS + META_FDS(req->n);
	if (at <= req->meta_size && rule->patch_len <= req->meta_size - at)
		dsp_stream_write(req->stream, req->meta_iova + at, rule->patch,
				 rule->patch_len);
}

static void fault_poll_words(struct dsp_request *req)
{
	static const __le32 done = cpu_to_le32(POLL_DONE);
	const struct dsp_rule *rule = &req->rule;
	const void *words = rule->patch_len ? (const void *)rule->patch : &done;
	u32 i, count = max_t(u32, rule->patch_len / sizeof(done), 1);
	u64 at = req->meta_iova + META_POLL(req->n);

	for (i = 0; i < count && !fault_hurry(req); i++) {
		if (!dsp_stream_reaches(req->stream, at, sizeof(done)))
			return;
		dsp_stream_write(req->stream, at, words + i * sizeof(done), sizeof(done));
		if (i + 1 < count)
			usleep_range(POLL_WORD_US, 2 * POLL_WORD_US);
	}
}

/*
 * A host that polls sees this word before the answer, or without one.  From
 * then on the metadata is the host's again.  False: there will be no answer.
 */
static bool fault_poll(struct dsp_request *req)
{
	u64 ms = req->rule.value & ~DSP_POLL_FLAGS;

	if (!req->stream || dsp_call_disowned(req) || (req->retval && !req->rule.patch_len))
		return true;
	if (req->rule.value == DSP_POLL_ONLY) {
		fault_poll_words(req);
		return false;
	}
	if (req->rule.value & DSP_POLL_BEHIND)
		fault_send_right(req);
	fault_poll_words(req);
	wait_event_timeout(req->dsp->counters, fault_hurry(req),
			   msecs_to_jiffies(min_t(u64, ms, POLL_MAX_MS)));
	if (req->rule.value & DSP_POLL_TWICE)
		fault_send_right(req);
	return !(req->rule.value & DSP_POLL_BEHIND);
}

static void fault_write_results(struct dsp_request *req)
{
	unsigned int i;

	if (dsp_call_disowned(req)) {
		req->retval = dsp_call_refuse(req, DSP_E_BADSTATE, "its client is gone");
		return;
	}
	for (i = req->n_in; req->args && i < dsp_request_bufs(req); i++) {
		struct dsp_arg *arg = &req->args[i];

		if (!arg->data || !arg->len)
			continue;
		if (i == req->n_in && req->rule.action == DSP_ANSWER_OUTPUT && arg->len >= 8)
			put_unaligned_le64(req->rule.value, arg->data);
		if (dsp_stream_write(arg->stream, arg->iova, arg->data, arg->len))
			req->retval = dsp_call_refuse(req, DSP_E_FAILED,
						      "out-buffer not writable");
	}
	fault_write_tail(req);
}

static void fault_messages(struct dsp_request *req)
{
	u64 value = req->rule.value;

	switch (req->rule.action) {
	case DSP_ANSWER_TWICE:
		fault_send_right(req);
		break;
	case DSP_ANSWER_SHORT:
	case DSP_ANSWER_SHORT_ONLY:
		fault_send(req, req->ctx, req->retval, min_t(u64, value, ANSWER_BYTES - 1));
		break;
	case DSP_ANSWER_LONG:
		fault_send(req, req->ctx, req->retval,
			   ANSWER_BYTES + min_t(u64, value, LONG_MAX_EXTRA));
		return;
	case DSP_ANSWER_WRONG_CTX:
		fault_send(req, req->ctx ^ value, req->retval, ANSWER_BYTES);
		break;
	case DSP_ANSWER_STALE:
		fault_send(req, req->ctx - CTX_SEQUENCE_ONE, req->retval, ANSWER_BYTES);
		break;
	case DSP_ANSWER_PD_EXIT:
		fault_send(req, CTX_PD_EXIT, 0, ANSWER_BYTES);
		break;
	case DSP_ANSWER_REWRITE:
		fault_rewrite(req);
		break;
	case DSP_ANSWER_POLL:
		if (!fault_poll(req))
			return;
		break;
	case DSP_ANSWER_FUZZ:
		dsp_fuzz_answer(req);
		return;
	}
	if (req->rule.action != DSP_ANSWER_SHORT_ONLY)
		fault_send_right(req);
}

/* Write the results and answer, in the way the rule wants it. */
void dsp_fault_answer(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;

	fault_write_results(req);
	fault_messages(req);
	spin_lock(&dsp->calls_lock);
	dsp->answers++;
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	if (req->rule.action == DSP_ANSWER_TEAR)
		fault_tear(req);
}

/* A transfer made events: all are counted, the first few are told. */
void dsp_fault_events(struct dsp_stream *s, const struct dsp_smmu_events *events)
{
	struct dsp *dsp = s->dsp;
	u64 told;

	spin_lock(&dsp->fault_lock);
	dsp->faults += events->count;
	dsp->last_fault = events->last;
	told = dsp->faults_told++;
	spin_unlock(&dsp->fault_lock);

	if (told < FAULTS_TOLD && events->first.event == DSP_EVENT_XPU)
		dev_err(dsp->dev, "XPU error: %s of %#llx, which VMs %#llx own\n",
			events->first.is_read ? "read" : "write", events->first.iova,
			events->first.owners);
	else if (told < FAULTS_TOLD)
		dev_err(dsp->dev, "SMMU fault: stream %#x %s at %#llx (event %#x, %u in this access)\n",
			s->stream_id, events->first.is_read ? "read" : "write",
			events->first.iova, events->first.event, events->count);
	else if (told == FAULTS_TOLD)
		dev_err(dsp->dev, "faults: more of them are counted, but not told\n");
}

void dsp_fault_count(struct dsp *dsp, u64 *violation, u64 by)
{
	spin_lock(&dsp->fault_lock);
	*violation += by;
	spin_unlock(&dsp->fault_lock);
}

void dsp_fault_clear(struct dsp *dsp)
{
	spin_lock(&dsp->fault_lock);
	dsp->faults = 0;
	dsp->faults_told = 0;
	memset(&dsp->last_fault, 0, sizeof(dsp->last_fault));
	memset(&dsp->violations, 0, sizeof(dsp->violations));
	spin_unlock(&dsp->fault_lock);
}
