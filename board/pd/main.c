// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main loop: it reads frames, and gives each a thread.
 *
 * Arguments of a call lie at the offset within a page that the caller's have.  So what a DSP
 * would see aligned for its vectors is aligned here.
 */
#include "pd.h"

#define MODULES_MAX	64
#define DSP_PAGE	4096u
#define URI_MAX		512u

struct job {
	struct frame_head head;
	u8 *body;		/* of an OPEN */
	struct module *module;
	u32 scalars;
	u32 in, out, handles;
	u32 module_number;
	union remote_arg *args;
	u32 bytes_out;
};

static struct module modules[MODULES_MAX];
static u32 modules_made;

static struct module *module_of(u32 number)
{
	for (struct module *m = modules; m < modules + MODULES_MAX; m++)
		if (number && m->number == number)
			return m;
	return NULL;
}

static struct module *module_new(void)
{
	for (struct module *m = modules; m < modules + MODULES_MAX; m++) {
		if (m->number)
			continue;
		memset(m, 0, sizeof(*m));
		m->number = ++modules_made;
		return m;
	}
	return NULL;
}

/* The name between '?' and '&' of a URI. */
static bool uri_entry(const char *uri, char *name, u32 room)
{
	const char *at = strchr(uri, '?');
	u32 n = 0;

	for (at = at ? at + 1 : ""; *at && *at != '&' && n < room - 1; at++)
		name[n++] = *at;
	name[n] = '\0';
	return n;
}

static u32 open_module(const u8 *body, u32 bytes, struct frame_opened *opened)
{
	const u32 *lengths = (const u32 *)body;
	const char *uri = (const char *)(lengths + 2);
	char entry[128];
	struct module *m;
	u32 at, ret;

	if (bytes < 8 || !lengths[0] || lengths[0] > URI_MAX)
		return DSP_E_BADPARM;
	at = 8 + ROUND_UP(lengths[0], 8);
	if (at > bytes || lengths[1] > bytes - at || uri[lengths[0] - 1])
		return DSP_E_BADPARM;
	if (!uri_entry(uri, entry, sizeof(entry))) {
		snprintf(opened->text, sizeof(opened->text), "no function is named behind '?'");
		return DSP_E_BADPARM;
	}
	m = module_new();
	if (!m)
		return DSP_E_NOMEM;
	ret = module_load(m, body + at, lengths[1], entry, opened->text);
	if (ret)
		goto err_free_module;
	ret = module_open(m, uri);
	if (ret)
		goto err_unload;
	opened->module = m->number;
	return 0;

err_unload:
	snprintf(opened->text, sizeof(opened->text), "its open said %#x", ret);
	module_unload(m);
err_free_module:
	m->number = 0;
	return ret;
}

static void job_open(void *arg)
{
	struct job *job = arg;
	struct frame_opened opened = {};

	current->call = 0;
	opened.error = open_module(job->body, job->head.length - sizeof(job->head), &opened);
	window_flush_all();
	frames_send(FRAME_OPEN | FRAME_ANSWER, job->head.id, 0, &opened, sizeof(opened));
	arena_free(&arena_own, job->body);
	arena_free(&arena_own, job);
}

static void job_close(void *arg)
{
	struct job *job = arg;
	struct module *m = module_of(job->module_number);
	u32 ret = m ? (u32)module_close(m) : DSP_E_NOMODULE;

	if (m) {
		window_flush_all();
		module_unload(m);
		m->number = 0;
	}
	frames_send(FRAME_CLOSE | FRAME_ANSWER, job->head.id, ret, NULL, 0);
	arena_free(&arena_own, job);
}

static void job_free(struct job *job)
{
	for (u32 i = 0; job->args && i < job->in + job->out; i++)
		if (job->args[i].buf.data)
			arena_free(&arena_own, (u8 *)((u32)job->args[i].buf.data & -DSP_PAGE));
	arena_free(&arena_own, job->args);
	arena_free(&arena_own, job);
}

static void job_answer(struct job *job, u32 result)
{
	u32 i, last = job->in + job->out;

	frames_begin(FRAME_INVOKE | FRAME_ANSWER, job->head.id, result,
		     result ? 0 : job->bytes_out);
	for (i = job->in; i < last && !result; i++)
		frames_part(job->args[i].buf.data, job->args[i].buf.bytes);
	frames_end();
	job_free(job);
}

static void job_invoke(void *arg)
{
	struct job *job = arg;
	s32 result;
	u32 flushed;

	current->call = job->head.id;
	result = job->module->entry(job->module->handle, job->scalars, job->args);
	flushed = window_flush_all();
	job_answer(job, result ? (u32)result : flushed);
}

/* Memory for an argument: pages of its own, and in the first one the caller's offset. */
static bool arg_place(struct job *job, u32 i, u32 offset, u32 bytes)
{
	u8 *p;

	if (!bytes)
		return true;
	if (offset >= DSP_PAGE || bytes > FRAME_MAX)
		return false;
	p = arena_alloc(&arena_own, DSP_PAGE, offset + bytes);
	if (!p)
		return false;
	job->args[i].buf = (struct remote_buf){ p + offset, bytes };
	if (i >= job->in) {
		memset(p + offset, 0, bytes);
		job->bytes_out += ROUND_UP(bytes, 8);
	}
	return true;
}

static void skip(u32 bytes)
{
	u8 nothing[256];
	u32 some;

	for (; bytes; bytes -= some) {
		some = bytes < sizeof(nothing) ? bytes : sizeof(nothing);
		frames_read(nothing, some);
	}
}

/* Reads the body of an INVOKE.  0 or a DSP error; the body has been read in any case. */
static u32 invoke_read(struct job *job)
{
	u32 left = job->head.length - sizeof(job->head), words[2], i, n;
	bool ok = true;

	if (left < sizeof(words)) {
		skip(left);
		return DSP_E_BADPARM;
	}
	frames_read(words, sizeof(words));
	left -= sizeof(words);
	job->module = module_of(words[0]);
	job->scalars = words[1];
	job->in = words[1] >> 16 & 0xff;
	job->out = words[1] >> 8 & 0xff;
	job->handles = (words[1] >> 4 & 0xf) + (words[1] & 0xf);
	n = job->in + job->out + job->handles;
	job->args = arena_alloc(&arena_own, 16, (n + 1) * sizeof(*job->args));
	if (!job->args || left < n * sizeof(words)) {
		skip(left);
		return DSP_E_BADPARM;
	}
	memset(job->args, 0, n * sizeof(*job->args));
	for (i = 0; i < n; i++) {
		frames_read(words, sizeof(words));
		left -= sizeof(words);
		if (i >= job->in + job->out)
			job->args[i].dma.fd = words[0], job->args[i].dma.offset = words[1];
		else
			ok = ok && arg_place(job, i, words[0], words[1]);
	}
	for (i = 0; i < job->in && ok; i++) {
		struct remote_buf *buf = &job->args[i].buf;

		if (ROUND_UP(buf->bytes, 8) > left) {
			ok = false;
			break;
		}
		frames_read(buf->data, buf->bytes);
		skip(ROUND_UP(buf->bytes, 8) - buf->bytes);
		left -= ROUND_UP(buf->bytes, 8);
	}
	skip(left);
	return ok ? 0 : DSP_E_NOMEM;
}

static void job_start(struct job *job, void (*fn)(void *))
{
	if (!thread_start(fn, job, PRIORITY_JOB, "call"))
		die("too many calls at once");
}

static void take_invoke(struct job *job)
{
	u32 ret = invoke_read(job);

	if (!ret && !job->module)
		ret = DSP_E_NOMODULE;
	if (ret)
		job_answer(job, ret);
	else
		job_start(job, job_invoke);
}

static void take_open(struct job *job)
{
	u32 bytes = job->head.length - sizeof(job->head);

	job->body = arena_alloc(&arena_own, 16, bytes);
	if (!job->body)
		die("no memory for a library");
	frames_read(job->body, bytes);
	job_start(job, job_open);
}

static void take_close(struct job *job)
{
	u32 words[2] = {};

	frames_read(words, sizeof(words));
	skip(job->head.length - sizeof(job->head) - sizeof(words));
	job->module_number = words[0];
	job_start(job, job_close);
}

/* The pool of the audio PD: malloc() takes from there and nowhere else. */
static void *no_more(size_t *bytes)
{
	(void)bytes;
	return NULL;
}

static void heap_add(void *arg)
{
	struct window *w = arg;

	arena_add(&arena_user, window_memory(w), window_bytes(w) & -16u);
	window_flush_all();
}

static void take_hold(const struct frame_head *head)
{
	u32 words[2] = {};

	frames_read(words, sizeof(words));
	skip(head->length - sizeof(*head) - sizeof(words));
	audio_hold(words[0]);
}

static void take_heap(const struct frame_head *head)
{
	u32 words[2] = {};
	struct window *w;

	frames_read(words, sizeof(words));
	skip(head->length - sizeof(*head) - sizeof(words));
	w = window_open_heap(words[0], words[1]);
	if (!w)
		die("a heap that cannot be where it is said to be");
	arena_user.more = no_more;
	if (head->a == HEAP_AUDIO)
		audio_begin(w);
	else if (!thread_start(heap_add, w, PRIORITY_JOB, "heap"))
		die("no thread for the heap");
}

static void take_frame(void)
{
	struct frame_head head;
	struct job *job;

	frames_read(&head, sizeof(head));
	if (head.length < sizeof(head) || head.length > FRAME_MAX || head.length % 8)
		die("a frame of impossible length");
	switch (head.type) {
	case FRAME_UP | FRAME_ANSWER:
		frames_take_answer(&head);
		return;
	case FRAME_HEAP:
		take_heap(&head);
		return;
	case FRAME_HOLD:
		take_hold(&head);
		return;
	case FRAME_EXIT:
		sys_exit(0);
	}
	job = arena_alloc(&arena_own, 16, sizeof(*job));
	if (!job)
		die("no memory for a call");
	memset(job, 0, sizeof(*job));
	job->head = head;
	switch (head.type) {
	case FRAME_OPEN:
		take_open(job);
		return;
	case FRAME_INVOKE:
		take_invoke(job);
		return;
	case FRAME_CLOSE:
		take_close(job);
		return;
	default:
		die("a frame of unknown type");
	}
}

void pd_main(void)
{
	sched_init();
	death_init();
	for (;;) {
		if (frames_pending())
			take_frame();
		else if (sched_others_ready())
			sched_run_others();
		else
			sys_input_within(sched_next_wake());
	}
}

/* qemu-hexagon hands over a stack; what is on it does not matter. */
asm(".globl _start\n"
    "_start:\n"
    "	r29 = and(r29, #-16)\n"
    "	call pd_main\n");
