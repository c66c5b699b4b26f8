// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hexagon code of PDs: libraries that the processes of user PDs load, and calls of them, in the
 * frames of remote_frames.h.  The audio PD's own code is in its process from the beginning.
 *
 * A call of the host's becomes a frame with the bytes of its arguments, which the model has
 * moved through the SMMU, and waits for the answer.  So calls overlap, and the code of one may
 * wait for another.  It waits no longer when its process dies, its client is released or the
 * channel closes.
 *
 * Meanwhile the process may ask for memory that it was not sent: that of handles of a call,
 * or what its client has mapped before.  Each of these is a work item, since it may take long.
 * The stream moves what is asked for, so a page that the host has taken away is a real fault.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "dsp_remote.h"
#include "dsp_wire.h"

/* A question to a process; on the stack of the request that waits for the answer. */
struct code_ask {
	struct list_head node;
	u32 id;
	struct dsp_request *req;
	unsigned int users;	/* upward requests at work with the memory of @req */
	u32 result;
	u8 *body;
	u32 bytes;
	bool is_done;
};

/* A question of the process. */
struct code_up {
	struct work_struct work;
	struct dsp_remote *r;
	struct frame_head head;
	struct frame_up_body *body;	/* with the data behind it */
	u32 bytes;			/* of data */
};

/* A new process is to have the slot. */
void dsp_code_begin(struct dsp_remote *r)
{
	r->ids = 0;
	r->logs = 0;
	r->calls = 0;
	r->up_count = 0;
	r->up_bytes = 0;
	r->wait_status = 0;
	r->has_last_words = false;
}

static struct code_ask *ask_find(struct dsp_remote *r, u32 id)
{
	struct code_ask *ask;

	lockdep_assert_held(&r->lock);
	list_for_each_entry(ask, &r->asks, node)
		if (ask->id == id)
			return ask;
	return NULL;
}

static bool ask_is_done(struct dsp_remote *r, const struct code_ask *ask)
{
	bool is_done;

	spin_lock(&r->lock);
	is_done = ask->is_done;
	spin_unlock(&r->lock);
	return is_done;
}

static bool ask_is_unused(struct dsp_remote *r, const struct code_ask *ask)
{
	bool is_unused;

	spin_lock(&r->lock);
	is_unused = !ask->users;
	spin_unlock(&r->lock);
	return is_unused;
}

/* Ask and wait.  0, or what the DSP answers; the caller frees @ask->body in any case. */
static s32 code_ask(struct dsp_remote *r, struct dsp_request *req, u32 type,
		    const struct kvec *parts, unsigned int nr_parts, struct code_ask *ask)
{
	struct frame_head head = { .type = type };

	*ask = (struct code_ask){ .req = req };
	spin_lock(&r->lock);
	ask->id = ++r->ids;
	list_add(&ask->node, &r->asks);
	r->calls++;
	spin_unlock(&r->lock);
	head.id = ask->id;
	if (!dsp_remote_send(r, req, &head, parts, nr_parts))
		wait_event_idle(req->dsp->counters,
				ask_is_done(r, ask) || dsp_remote_is_over(r, req));
	spin_lock(&r->lock);
	list_del(&ask->node);
	spin_unlock(&r->lock);
	wait_event_idle(req->dsp->counters, ask_is_unused(r, ask));
	if (!ask->is_done)
		return dsp_call_refuse(req, DSP_E_BADSTATE, "its process has ended");
	return 0;
}

static bool code_answer(struct dsp_remote *r)
{
	struct code_ask *ask;

	spin_lock(&r->lock);
	ask = ask_find(r, r->head.id);
	if (ask && !ask->is_done) {
		ask->result = r->head.a;
		ask->body = r->body;
		ask->bytes = r->head.length - sizeof(r->head);
		ask->is_done = true;
		r->body = NULL;
	}
	spin_unlock(&r->lock);
	wake_up_all(&r->dsp->counters);
	/* One that comes too late is no mistake. */
	return true;
}

/* The request of a call that waits, to use its memory until up_release(). */
static struct code_ask *up_acquire(struct dsp_remote *r, u32 call)
{
	struct code_ask *ask;

	spin_lock(&r->lock);
	ask = call ? ask_find(r, call) : NULL;
	if (ask)
		ask->users++;
	spin_unlock(&r->lock);
	return ask;
}

static void up_release(struct dsp_remote *r, struct code_ask *ask)
{
	if (!ask)
		return;
	spin_lock(&r->lock);
	ask->users--;
	spin_unlock(&r->lock);
	wake_up_all(&r->dsp->counters);
}

/* The handle of a call with this fd, and memory; or NULL. */
static struct dsp_arg *up_handle(const struct code_ask *ask, s32 fd)
{
	struct dsp_arg *arg;
	unsigned int i;

	if (!ask)
		return NULL;
	for (i = dsp_request_bufs(ask->req); i < ask->req->n; i++) {
		arg = &ask->req->args[i];
		if (arg->fd == fd && arg->stream)
			return arg;
	}
	return NULL;
}

static u32 up_handle_move(const struct dsp_arg *arg, const struct code_up *up, void *data,
			  bool write)
{
	u64 at = arg->iova + up->body->offset;
	u32 bytes = up->body->bytes;
	int ret;

	if (up->body->offset > arg->size || bytes > arg->size - up->body->offset)
		return DSP_E_BADPARM;
	ret = write ? dsp_stream_write(arg->stream, at, data, bytes) :
		      dsp_stream_read(arg->stream, at, data, bytes);
	return ret ? DSP_E_FAILED : 0;
}

/* What the client of @r has mapped, or a call of it kept. */
static struct dsp_map up_map(const struct code_up *up)
{
	struct dsp_map like = {
		.kind = DSP_MAP_FD, .client = up->r->who.client, .fd = up->body->at,
	};

	if (!dsp_map_exists(up->r->dsp, &like))
		like.kind = DSP_MAP_HANDLE;
	return like;
}

/* Memory behind an fd: of a handle of the call that asks, or of a map. */
static u32 up_move(struct code_up *up, struct code_ask *ask, void *data, bool write)
{
	const struct dsp_arg *arg = up_handle(ask, up->body->at);
	struct dsp_map like;
	u32 ret;

	if ((s32)up->body->at < 0)
		return DSP_E_BADPARM;
	if (arg) {
		ret = up_handle_move(arg, up, data, write);
	} else {
		like = up_map(up);
		ret = dsp_map_move(up->r->dsp, &like, up->body->offset, data, up->body->bytes,
				   write);
	}
	spin_lock(&up->r->lock);
	up->r->up_bytes += ret ? 0 : up->body->bytes;
	spin_unlock(&up->r->lock);
	return ret;
}

static u32 up_size(struct code_up *up, struct code_ask *ask, u64 *size)
{
	const struct dsp_arg *arg = up_handle(ask, up->body->at);
	struct dsp_map like;

	if ((s32)up->body->at < 0)
		return DSP_E_BADPARM;
	if (arg) {
		*size = arg->size;
		return 0;
	}
	like = up_map(up);
	*size = dsp_map_size(up->r->dsp, &like);
	return *size ? 0 : DSP_E_BADPARM;
}

static u32 up_reverse(struct code_up *up, struct code_ask *ask, struct dsp_reverse *call)
{
	struct dsp_caller who = ask ? dsp_caller_of(ask->req) : up->r->who;
	int ret;

	if (up->r->is_audio && !dsp_listener_of_kind(up->r->dsp, DSP_PROCESS_AUDIO, &who))
		return DSP_E_BADSTATE;
	call->handle = up->body->at;
	call->sc = up->body->offset;
	call->in = (const u8 *)(up->body + 1);
	call->in_len = up->body->bytes;
	ret = dsp_reverse_call(up->r->dsp, &who, call);
	return ret ? DSP_E_BADSTATE : call->result;
}

static void up_answer(struct code_up *up, u32 result, const void *data, size_t bytes)
{
	const struct frame_head head = {
		.type = FRAME_UP | FRAME_ANSWER, .id = up->head.id, .a = result,
	};
	const struct kvec part = { (void *)data, bytes };

	dsp_remote_send(up->r, NULL, &head, &part, 1);
}

static void up_bring(struct code_up *up, struct code_ask *ask)
{
	u8 *data = kvmalloc(UP_MAX, GFP_KERNEL);
	u32 ret = DSP_E_NOMEM;

	if (data && up->body->bytes <= UP_MAX)
		ret = up_move(up, ask, data, false);
	up_answer(up, ret, data, ret ? 0 : up->body->bytes);
	kvfree(data);
}

/* One that gets no answer waits for the end of its PD. */
static void up_heap_answer(struct code_up *up, int ret, const void *data, size_t bytes)
{
	spin_lock(&up->r->lock);
	up->r->up_bytes += ret ? 0 : up->body->bytes;
	spin_unlock(&up->r->lock);
	if (ret != -EAGAIN)
		up_answer(up, ret ? DSP_E_FAILED : 0, data, ret ? 0 : bytes);
}

static void up_heap_bring(struct code_up *up)
{
	u32 bytes = up->body->bytes;
	u8 *data = bytes <= UP_MAX ? kvmalloc(UP_MAX, GFP_KERNEL) : NULL;
	int ret = -EINVAL;

	if (data)
		ret = dsp_audio_move(up->r->dsp, up->body->at, data, bytes, false);
	up_heap_answer(up, ret, data, bytes);
	kvfree(data);
}

static void up_heap_take(struct code_up *up)
{
	u32 bytes = up->body->bytes;
	int ret = -EINVAL;

	if (up->bytes >= bytes)
		ret = dsp_audio_move(up->r->dsp, up->body->at, up->body + 1, bytes, true);
	up_heap_answer(up, ret, NULL, 0);
}

static void up_heap_where(struct code_up *up)
{
	u64 token = (u64)up->body->offset << 32 | up->body->at;
	u32 where[2] = {};
	int ret = dsp_audio_where(up->r->dsp, token, &where[0], &where[1]);

	up_answer(up, ret ? DSP_E_BADPARM : 0, where, ret ? 0 : sizeof(where));
}

/* The heap is the audio PD's alone. */
static void up_serve_audio(struct code_up *up)
{
	switch (up->r->is_audio ? up->head.a : 0) {
	case UP_HEAP_READ:
		up_heap_bring(up);
		break;
	case UP_HEAP_WRITE:
		up_heap_take(up);
		break;
	case UP_HEAP_WHERE:
		up_heap_where(up);
		break;
	default:
		up_answer(up, DSP_E_UNSUPPORTED, NULL, 0);
	}
}

static void up_serve(struct code_up *up, struct code_ask *ask)
{
	struct dsp_reverse call = {};
	u64 size = 0;
	u32 ret;

	switch (up->head.a) {
	case UP_FD_SIZE:
		ret = up_size(up, ask, &size);
		up_answer(up, ret, &size, ret ? 0 : sizeof(size));
		break;
	case UP_FD_READ:
		up_bring(up, ask);
		break;
	case UP_FD_WRITE:
		ret = DSP_E_BADPARM;
		if (up->bytes >= up->body->bytes)
			ret = up_move(up, ask, up->body + 1, true);
		up_answer(up, ret, NULL, 0);
		break;
	case UP_REVERSE:
		ret = DSP_E_BADPARM;
		if (up->bytes >= up->body->bytes)
			ret = up_reverse(up, ask, &call);
		up_answer(up, ret, call.out, call.out_len);
		kvfree(call.out);
		break;
	default:
		up_serve_audio(up);
	}
}

static void up_work(struct work_struct *work)
{
	struct code_up *up = container_of(work, struct code_up, work);
	struct dsp_remote *r = up->r;
	struct code_ask *ask = up_acquire(r, up->body->call);

	up_serve(up, ask);
	up_release(r, ask);
	kvfree(up->body);
	kfree(up);
	spin_lock(&r->lock);
	r->ups--;
	spin_unlock(&r->lock);
	wake_up_all(&r->dsp->counters);
}

/* Does no upward request use the process any more? */
bool dsp_code_is_idle(struct dsp_remote *r)
{
	bool is_idle;

	spin_lock(&r->lock);
	is_idle = !r->ups;
	spin_unlock(&r->lock);
	return is_idle;
}

static bool code_up(struct dsp_remote *r)
{
	u32 bytes = r->head.length - sizeof(r->head);
	struct code_up *up;

	if (bytes < sizeof(*up->body))
		return false;
	up = kzalloc(sizeof(*up), GFP_KERNEL);
	if (!up)
		return false;
	INIT_WORK(&up->work, up_work);
	up->r = r;
	up->head = r->head;
	up->body = (struct frame_up_body *)r->body;
	up->bytes = bytes - sizeof(*up->body);
	r->body = NULL;
	spin_lock(&r->lock);
	r->ups++;
	r->up_count++;
	spin_unlock(&r->lock);
	queue_work(r->dsp->wq, &up->work);
	return true;
}

static bool code_log(struct dsp_remote *r)
{
	u32 bytes = r->head.length - sizeof(r->head);

	r->logs++;
	dev_dbg(r->dsp->dev, "%s: %.*s\n", r->name, (int)bytes, r->body);
	return true;
}

static bool code_last_words(struct dsp_remote *r)
{
	if (r->head.length < sizeof(r->head) + sizeof(r->last_words))
		return false;
	memcpy(&r->last_words, r->body, sizeof(r->last_words));
	r->has_last_words = true;
	return true;
}

static bool code_counts(struct dsp_remote *r)
{
	const struct frame_audio_counts *counts = (struct frame_audio_counts *)r->body;

	if (!r->is_audio || r->head.length < sizeof(r->head) + sizeof(*counts))
		return false;
	dsp_audio_counts(r->dsp, counts);
	return true;
}

/* A frame is there as a whole.  False: it is none that a process sends. */
bool dsp_code_frame(struct dsp_remote *r)
{
	if (r->head.type & FRAME_ANSWER)
		return code_answer(r);
	switch (r->head.type) {
	case FRAME_UP:
		return code_up(r);
	case FRAME_LOG:
		return code_log(r);
	case FRAME_LAST_WORDS:
		return code_last_words(r);
	case FRAME_COUNTS:
		return code_counts(r);
	}
	return false;
}

/* As a crash report says it. */
static void code_report(struct dsp_remote *r)
{
	const struct frame_last_words *last = &r->last_words;

	if (r->wait_status == DSP_PROCESS_GIVEN_UP)
		dev_info(r->dsp->dev, "%s: its process is given up\n", r->name);
	else if (!r->has_last_words)
		dev_info(r->dsp->dev, "%s: its process died without a word, wait status %#x\n",
			 r->name, r->wait_status);
	else
		dev_info(r->dsp->dev, "%s: its process died: signal %u, address %#x, pc %#x, lr %#x, sp %#x, r0 %#x, r1 %#x%s%.*s\n",
			 r->name, last->signal, last->address, last->pc, last->r[31],
			 last->r[29], last->r[0], last->r[1], last->text[0] ? ": " : "",
			 (int)sizeof(last->text), last->text);
}

static void code_tell_exit(struct dsp *dsp)
{
	u8 message[ANSWER_BYTES] = {};
	int ret;

	put_unaligned_le64(CTX_PD_EXIT, message + ANSWER_CTX);
	ret = dsp_link_deliver(dsp, message, sizeof(message));
	spin_lock(&dsp->calls_lock);
	dsp->exits_told += !ret;
	spin_unlock(&dsp->calls_lock);
}

/* The process ended by itself, or says what makes no sense: nothing more comes of it. */
void dsp_code_died(struct dsp_remote *r, u32 wait_status)
{
	struct dsp *dsp = r->dsp;

	r->wait_status = wait_status;
	spin_lock(&r->lock);
	if (wait_status == DSP_PROCESS_GIVEN_UP)
		r->given_up++;
	else
		r->deaths++;
	spin_unlock(&r->lock);
	WRITE_ONCE(r->is_dead, true);
	code_report(r);
	if (r->is_audio) {
		dsp_audio_died(dsp);
	} else {
		spin_lock(&dsp->calls_lock);
		dsp_listener_end(dsp, r->who.client, r->who.pd);
		spin_unlock(&dsp->calls_lock);
	}
	code_tell_exit(dsp);
	wake_up_all(&dsp->counters);
}

void dsp_code_show(struct dsp_remote *r, struct dsp_control_process *out)
{
	out->logs = r->logs;
	out->calls = r->calls;
	out->ups = r->up_count;
	out->up_bytes = r->up_bytes;
	out->wait_status = r->wait_status;
	out->lives = r->lives;
	out->deaths = r->deaths;
	out->given_up = r->given_up;
	out->has_last_words = r->has_last_words;
	out->signal = r->last_words.signal;
	out->address = r->last_words.address;
	out->pc = r->last_words.pc;
	memcpy(out->registers, r->last_words.r, sizeof(out->registers));
	strscpy(out->text, r->last_words.text, sizeof(out->text));
}

static int code_tell(struct dsp_remote *r, u32 type, u32 a, u32 word, u32 other)
{
	const struct frame_head head = { .type = type, .a = a };
	const u32 words[] = { word, other };
	const struct kvec part = { (void *)words, sizeof(words) };

	return dsp_remote_send(r, NULL, &head, &part, 1);
}

/* The audio PD has a heap, and begins. */
int dsp_code_heap(struct dsp_remote *r, u32 address, u32 bytes)
{
	return code_tell(r, FRAME_HEAP, HEAP_AUDIO, address, bytes);
}

int dsp_code_hold(struct dsp_remote *r, u32 bytes)
{
	return code_tell(r, FRAME_HOLD, 0, bytes, 0);
}

/*
 * Have the PD of @req's client load a library and open it.  0 and its number in *@module; or
 * what the loader says, with a reason in @text, which is empty if there is none.
 */
s32 dsp_code_open(struct dsp_request *req, const char *uri, const void *elf, size_t bytes,
		  u32 *module, char text[DSP_CODE_TEXT])
{
	const u32 lengths[] = { strlen(uri) + 1, bytes };
	const struct kvec parts[] = {
		{ (void *)lengths, sizeof(lengths) }, { (void *)uri, lengths[0] },
		{ (void *)elf, bytes },
	};
	struct dsp_remote *r = dsp_remote_of(req);
	const struct frame_opened *opened;
	struct code_ask ask;
	s32 ret;

	if (IS_ERR(r)) {
		snprintf(text, DSP_CODE_TEXT, "no process for Hexagon code (%ld)", PTR_ERR(r));
		return DSP_E_FAILED;
	}
	ret = code_ask(r, req, FRAME_OPEN, parts, ARRAY_SIZE(parts), &ask);
	if (ret)
		goto out_free_body;
	ret = DSP_E_FAILED;
	if (ask.bytes < sizeof(*opened))
		goto out_free_body;
	opened = (const struct frame_opened *)ask.body;
	ret = opened->error;
	*module = opened->module;
	strscpy(text, opened->text, min_t(size_t, DSP_CODE_TEXT, sizeof(opened->text)));

out_free_body:
	kvfree(ask.body);
	return ret;
}

/* What the library says to it. */
s32 dsp_code_close(struct dsp_request *req, u32 module)
{
	const u32 words[] = { module, 0 };
	const struct kvec part = { (void *)words, sizeof(words) };
	struct dsp_remote *r = dsp_remote_of(req);
	struct code_ask ask;
	s32 ret;

	if (IS_ERR(r))
		return DSP_E_BADSTATE;
	ret = code_ask(r, req, FRAME_CLOSE, &part, 1, &ask);
	kvfree(ask.body);
	return ret ? ret : ask.result;
}

/* The out-buffers, as they come one after the other. */
static s32 code_take_results(struct dsp_request *req, const struct code_ask *ask)
{
	struct dsp_arg *arg;
	size_t at = 0;
	unsigned int i;

	for (i = req->n_in; i < dsp_request_bufs(req); i++) {
		arg = &req->args[i];
		if (arg->len > ask->bytes - at)
			return dsp_call_refuse(req, DSP_E_FAILED, "results are missing");
		memcpy(arg->data, ask->body + at, arg->len);
		at = min_t(size_t, at + ALIGN(arg->len, 8), ask->bytes);
	}
	return 0;
}

/* Offset within a page and length of each buffer, fd and offset of each handle. */
static void code_describe(const struct dsp_request *req, u32 *words)
{
	const struct dsp_arg *arg;
	unsigned int i;

	for (i = 0; i < req->n; i++, words += 2) {
		arg = &req->args[i];
		words[0] = i < dsp_request_bufs(req) ? arg->iova & WIRE_PAGE_MASK : arg->fd;
		words[1] = i < dsp_request_bufs(req) ? arg->len : arg->offset;
	}
}

static s32 code_invoke(struct dsp_request *req, struct dsp_remote *r, u32 *words,
		       struct kvec *parts)
{
	struct code_ask ask;
	unsigned int i;
	s32 ret;

	code_describe(req, words + 2);
	parts[0] = (struct kvec){ words, 8 + 8 * req->n };
	for (i = 0; i < req->n_in; i++)
		parts[1 + i] = (struct kvec){ req->args[i].data, req->args[i].len };
	ret = code_ask(r, req, FRAME_INVOKE, parts, 1 + req->n_in, &ask);
	if (ret)
		goto out_free_body;
	ret = ask.result;
	if (ret)
		goto out_free_body;
	ret = code_take_results(req, &ask);

out_free_body:
	kvfree(ask.body);
	return ret;
}

/* A call of a library, whose number in its process is @module. */
s32 dsp_code_call(struct dsp_request *req, u32 module)
{
	struct dsp_remote *r = dsp_remote_of(req);
	struct kvec *parts;
	u32 *words;
	s32 ret;

	if (IS_ERR(r))
		return dsp_call_refuse(req, DSP_E_BADSTATE, "no process for Hexagon code");
	ret = dsp_call_buffers(req);
	if (ret)
		return ret;
	words = kcalloc(2 + 2 * req->n, sizeof(*words), GFP_KERNEL);
	parts = kcalloc(1 + req->n_in, sizeof(*parts), GFP_KERNEL);
	ret = DSP_E_NOMEM;
	if (words && parts) {
		words[0] = module;
		words[1] = req->sc;
		ret = code_invoke(req, r, words, parts);
	}
	kfree(parts);
	kfree(words);
	return ret;
}
