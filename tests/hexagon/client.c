// SPDX-License-Identifier: GPL-2.0-only
/* The client's side of the frames: client.h. */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define E_BADPARM	0x8000040eu
#define PADDED(n)	(((n) + 7u) & ~7u)

const char *hexagon_dir(void);

static int socket_send(struct pd *pd, const void *from, size_t bytes)
{
	const char *f = from;
	ssize_t put;

	for (; bytes; f += put, bytes -= put) {
		put = send(pd->fd, f, bytes, MSG_NOSIGNAL);
		if (put <= 0)
			return -1;
	}
	return 0;
}

static int socket_receive(struct pd *pd, void *to, size_t bytes)
{
	return recv(pd->fd, to, bytes, MSG_WAITALL) == (ssize_t)bytes ? 0 : -1;
}

static const struct transport by_socket = { socket_send, socket_receive };

const char *hexagon_dir(void)
{
	const char *dir = getenv("HEXAGON");

	if (!dir)
		errx(1, "HEXAGON does not say where pd.elf is");
	return dir;
}

/* A process of qemu-hexagon at the other end of a socket. */
int pd_start(struct pd *pd)
{
	char elf[256];
	int pair[2];

	memset(pd, 0, sizeof(*pd));
	pd->transport = &by_socket;
	snprintf(elf, sizeof(elf), "%s/pd.elf", hexagon_dir());
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	pd->pid = fork();
	if (!pd->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		execlp("qemu-hexagon", "qemu-hexagon", "-cpu", "v67", elf, NULL);
		_exit(127);
	}
	close(pair[1]);
	pd->fd = pair[0];
	return pd->pid < 0 ? -1 : 0;
}

/* The end of input is the end of the process.  Its wait status. */
int pd_wait(struct pd *pd)
{
	struct answer *a;
	int status = -1;

	close(pd->fd);
	waitpid(pd->pid, &status, 0);
	while ((a = pd->answers)) {
		pd->answers = a->next;
		pd_forget(a);
	}
	return status;
}

static void put(struct pd *pd, const void *from, size_t bytes)
{
	static const char zeroes[8];

	if (bytes)
		pd->transport->send(pd, from, bytes);
	if (PADDED(bytes) != bytes)
		pd->transport->send(pd, zeroes, PADDED(bytes) - bytes);
}

static void put_head(struct pd *pd, uint32_t type, uint32_t id, uint32_t a, size_t bytes)
{
	const struct frame_head head = { sizeof(head) + PADDED(bytes), type, id, a };

	put(pd, &head, sizeof(head));
}

void pd_send(struct pd *pd, uint32_t type, uint32_t id, uint32_t a, const void *body, size_t bytes)
{
	put_head(pd, type, id, a, bytes);
	put(pd, body, bytes);
}

static uint8_t *behind(struct pd *pd, bool heap, const struct frame_up_body *body)
{
	if (heap) {
		if (!pd->heap || body->at < pd->heap_at ||
		    body->at - pd->heap_at > pd->heap_bytes ||
		    body->bytes > pd->heap_bytes - (body->at - pd->heap_at))
			return NULL;
		return pd->heap + (body->at - pd->heap_at);
	}
	if (body->at >= FDS_MAX || !pd->memory[body->at].data ||
	    (uint64_t)body->offset + body->bytes > pd->memory[body->at].bytes)
		return NULL;
	return pd->memory[body->at].data + body->offset;
}

/*
 * The model answers in any order.  What is held is done when another page has moved, or when
 * the process says nothing for so long.  A page that is read is as it was when it was asked for.
 */
#define HELD_MS		300

static bool hold_up(struct pd *pd, struct answer *asked, const uint8_t *at, uint32_t bytes)
{
	if (!pd->late || asked->head.a != pd->late)
		return false;
	pd->late = 0;
	pd->held = asked;
	pd->held_bytes = calloc(1, bytes);
	if (pd->held_bytes)
		memcpy(pd->held_bytes, at, bytes);
	return pd->held_bytes;
}

static void answer_held(struct pd *pd)
{
	struct answer *asked = pd->held;
	const struct frame_up_body *body;
	uint32_t bytes = 0;

	if (!asked)
		return;
	pd->held = NULL;
	body = (void *)asked->body;
	if (asked->head.a == UP_HEAP_WRITE)
		memcpy(pd->heap + (body->at - pd->heap_at), body + 1, body->bytes);
	else
		bytes = body->bytes;
	pd_send(pd, FRAME_UP | FRAME_ANSWER, asked->head.id, 0, pd->held_bytes, bytes);
	free(pd->held_bytes);
	pd_forget(asked);
}

/* Results of a call to the host, each a length and, at a multiple of 8, its bytes. */
struct results {
	uint8_t bytes[(1 << 17) + 1024];
	uint32_t at;
};

static void result_add(struct results *r, const void *from, uint32_t bytes)
{
	memcpy(r->bytes + r->at, &bytes, sizeof(bytes));
	r->at += sizeof(bytes);
	while (bytes && r->at % 8)
		r->bytes[r->at++] = 0;
	memcpy(r->bytes + r->at, from, bytes);
	r->at += bytes;
}

/* The argument that begins at *@at, in the same form. */
static const uint8_t *argument(const struct frame_up_body *body, uint32_t *at, uint32_t *bytes)
{
	const uint8_t *all = (const uint8_t *)(body + 1), *data;

	memcpy(bytes, all + *at, sizeof(*bytes));
	*at += sizeof(*bytes);
	if (*bytes)
		*at = PADDED(*at);
	data = all + *at;
	*at += *bytes;
	return *at <= body->bytes ? data : NULL;
}

#define HOST_OPEN	0x00020200
#define HOST_CLOSE	0x01010200

/* A module of the host is opened or closed. */
static void answer_open_or_close(struct results *r, uint32_t scalars, uint32_t handle)
{
	const uint32_t opened[2] = { handle, 0 };
	static const char text[256];

	if (scalars == HOST_OPEN)
		result_add(r, opened, sizeof(opened));
	else
		result_add(r, &opened[1], sizeof(opened[1]));
	result_add(r, text, sizeof(text));
}

/* The daemon's apps_mem: names have more than 32 bits, and each is of as much. */
#define GIVEN_HIGH	0x1e
#define GROWTH		0x40000u
#define MEM_HANDLE	77

static uint32_t answer_memory(struct pd *pd, const struct frame_up_body *body, struct results *r)
{
	uint64_t names[2] = {};

	switch (body->offset) {
	case 0x02010100:	/* map */
		if (body->at != MEM_HANDLE || pd->given == pd->given_bytes)
			return 0x80000402;
		names[1] = (uint64_t)GIVEN_HIGH << 32 | (pd->heap_at + pd->heap_bytes -
							 pd->given_bytes + pd->given);
		pd->given += GROWTH;
		result_add(r, names, sizeof(names));
		break;
	case 0x03010000:	/* unmap */
		pd->given -= GROWTH;
		break;
	default:
		answer_open_or_close(r, body->offset, MEM_HANDLE);
	}
	return 0;
}

/* The library's apps_std. */
#define STD_HANDLE	55
#define STD_FD		1234

static uint32_t answer_file(struct pd *pd, const struct frame_up_body *body, struct results *r)
{
	uint32_t at = 0, bytes = 0, words[2] = {}, done[2] = {};
	const uint8_t *in = argument(body, &at, &bytes);

	if (!in || bytes > 8 || (body->offset & 0xff))
		return E_BADPARM;
	memcpy(words, in, bytes);
	if (body->at == 0) {
		answer_open_or_close(r, body->offset, STD_HANDLE);
		return 0;
	}
	if (body->at != STD_HANDLE || (body->offset >> 24 && words[0] != STD_FD))
		return E_BADPARM;
	switch (body->offset) {
	case 0x00030100:	/* open: the name's bytes, the mode's, both */
		in = argument(body, &at, &bytes);
		if (!in || bytes != words[0] || strcmp((const char *)in, "/file"))
			return 2;
		in = argument(body, &at, &bytes);
		if (in && !strcmp((const char *)in, "w"))
			pd->file_bytes = 0;
		pd->file_opened++;
		done[0] = STD_FD;
		result_add(r, done, sizeof(done[0]));
		return 0;
	case 0x03010000:	/* close */
		pd->file_closed++;
		return 0;
	case 0x04010200:	/* read: bytes and their room; how many, are there more */
		done[0] = words[1] < pd->file_bytes ? words[1] : pd->file_bytes;
		result_add(r, done, sizeof(done));
		memcpy(&bytes, (const uint8_t *)(body + 1) + at + 4, sizeof(bytes));
		result_add(r, pd->file, bytes <= sizeof(pd->file) ? bytes : 0);
		return 0;
	case 0x05020100:	/* write */
		in = argument(body, &at, &bytes);
		if (!in || bytes != words[1] || bytes > sizeof(pd->file))
			return E_BADPARM;
		memcpy(pd->file, in, bytes);
		pd->file_bytes = bytes;
		done[0] = bytes;
		result_add(r, done, sizeof(done));
		return 0;
	}
	return E_BADPARM;
}

static void answer_reverse(struct pd *pd, uint32_t id, const struct frame_up_body *body)
{
	static struct results results;
	uint32_t ret;

	results.at = 0;
	ret = pd->has_files ? answer_file(pd, body, &results) :
			      answer_memory(pd, body, &results);
	pd_send(pd, FRAME_UP | FRAME_ANSWER, id, ret, results.bytes, ret ? 0 : results.at);
}

/* What the process asks for.  True: @asked is kept. */
static bool answer_up(struct pd *pd, struct answer *asked)
{
	const struct frame_up_body *body = (void *)asked->body;
	uint32_t up = asked->head.a, id = asked->head.id, type = FRAME_UP | FRAME_ANSWER;
	bool heap = up == UP_HEAP_READ || up == UP_HEAP_WRITE;
	bool move = heap || up == UP_FD_READ || up == UP_FD_WRITE;
	uint8_t *at = move ? behind(pd, heap, body) : NULL;
	uint64_t size;

	pd->ups[up < ARRAY_SIZE(pd->ups) ? up : 0]++;
	if (up == UP_FD_SIZE && body->at < FDS_MAX && pd->memory[body->at].data) {
		size = pd->memory[body->at].bytes;
		pd_send(pd, type, id, 0, &size, sizeof(size));
	} else if (up == UP_REVERSE && (pd->given_bytes || pd->has_files)) {
		answer_reverse(pd, id, body);
	} else if (up == UP_HEAP_WHERE) {
		const uint32_t where[2] = { body->at, GROWTH };

		pd_send(pd, type, id, body->offset == GIVEN_HIGH ? 0 : 0x8000040e, where,
			sizeof(where));
	} else if (up == UP_REVERSE) {
		/* What went in, and the handle in front. */
		pd_send(pd, type, id, 0, body, sizeof(*body) + body->bytes);
	} else if (!at) {
		pd_send(pd, type, id, 0x80000401, NULL, 0);
	} else if (hold_up(pd, asked, at, body->bytes)) {
		return true;
	} else if (up == UP_FD_READ || up == UP_HEAP_READ) {
		pd_send(pd, type, id, 0, at, body->bytes);
	} else {
		memcpy(at, body + 1, body->bytes);
		pd_send(pd, type, id, 0, NULL, 0);
	}
	if (pd->held && asked->head.a != pd->held->head.a)
		answer_held(pd);
	return false;
}

/* Has the process something to say?  What is held does not wait for ever. */
static void give_time(struct pd *pd)
{
	struct pollfd fd = { .fd = pd->fd, .events = POLLIN };

	if (pd->held && poll(&fd, 1, HELD_MS) == 0)
		answer_held(pd);
}

/* The next frame; what is an answer is kept.  -1: there are none any more. */
static int pd_step(struct pd *pd)
{
	struct answer *a = calloc(1, sizeof(*a));
	uint32_t rest;

	give_time(pd);
	if (!a || pd->transport->receive(pd, &a->head, sizeof(a->head)) ||
	    a->head.length < sizeof(a->head) || a->head.length > FRAME_MAX) {
		free(a);
		return -1;
	}
	a->body = calloc(1, a->head.length);
	rest = a->head.length - sizeof(a->head);
	if (!a->body || (rest && pd->transport->receive(pd, a->body, rest))) {
		pd_forget(a);
		return -1;
	}
	if (a->head.type & FRAME_ANSWER) {
		a->next = pd->answers;
		pd->answers = a;
		return 0;
	}
	if (a->head.type == FRAME_UP && answer_up(pd, a))
		return 0;
	if (a->head.type == FRAME_LOG) {
		pd->logs++;
		if (getenv("VERBOSE"))
			fprintf(stderr, "pd: %s\n", (char *)a->body);
	}
	if (a->head.type == FRAME_COUNTS)
		memcpy(&pd->counts, a->body, sizeof(pd->counts));
	if (a->head.type == FRAME_LAST_WORDS) {
		pd->has_last_words = true;
		memcpy(&pd->last_words, a->body, sizeof(pd->last_words));
	}
	pd_forget(a);
	return 0;
}

/* The answer to @id, which the caller forgets; NULL: the process has gone. */
struct answer *pd_await(struct pd *pd, uint32_t id)
{
	struct answer **at, *a;

	for (;;) {
		for (at = &pd->answers; (a = *at); at = &a->next) {
			if (a->head.id != id)
				continue;
			*at = a->next;
			return a;
		}
		if (pd_step(pd))
			return NULL;
	}
}

/* Until the audio PD has worked once more. */
bool pd_await_round(struct pd *pd)
{
	const uint32_t rounds = pd->counts.rounds;

	while (pd->counts.rounds == rounds)
		if (pd_step(pd))
			return false;
	return true;
}

/* Until a page is held. */
bool pd_await_held(struct pd *pd)
{
	while (!pd->held)
		if (pd_step(pd))
			return false;
	return true;
}

void pd_forget(struct answer *a)
{
	if (a)
		free(a->body);
	free(a);
}

void *read_file(const char *name, uint32_t *bytes)
{
	char path[256];
	struct stat st;
	void *data;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", hexagon_dir(), name);
	f = fopen(path, "r");
	if (!f || fstat(fileno(f), &st))
		err(1, "%s", path);
	data = malloc(st.st_size);
	if (!data || fread(data, 1, st.st_size, f) != (size_t)st.st_size)
		err(1, "reading %s", path);
	fclose(f);
	*bytes = st.st_size;
	return data;
}

/* 0, a DSP error with its reason in @why (160 bytes), or -1. */
int pd_open_bytes(struct pd *pd, const char *uri, const void *elf, uint32_t bytes,
		  uint32_t *module, char *why)
{
	const uint32_t lengths[2] = { strlen(uri) + 1, bytes };
	const struct frame_opened *opened;
	uint32_t id = ++pd->ids;
	struct answer *a;
	int ret;

	put_head(pd, FRAME_OPEN, id, 0, 8 + PADDED(lengths[0]) + bytes);
	put(pd, lengths, sizeof(lengths));
	put(pd, uri, lengths[0]);
	put(pd, elf, bytes);
	a = pd_await(pd, id);
	if (!a)
		return -1;
	opened = (void *)a->body;
	*module = opened->module;
	if (why)
		memcpy(why, opened->text, sizeof(opened->text));
	ret = opened->error;
	pd_forget(a);
	return ret;
}

int pd_open(struct pd *pd, const char *skeleton, uint32_t *module, char *why)
{
	char name[64], uri[160];
	uint32_t bytes;
	void *elf;
	int ret;

	snprintf(name, sizeof(name), "libboard_%s.so", skeleton);
	snprintf(uri, sizeof(uri), "file:///%s?board_%s_invoke&_modver=1.0", name, skeleton);
	elf = read_file(name, &bytes);
	ret = pd_open_bytes(pd, uri, elf, bytes, module, why);
	free(elf);
	return ret;
}

/* The id of the call, for pd_result().  @handle: an fd, or negative for none. */
uint32_t pd_invoke(struct pd *pd, uint32_t module, uint32_t method, unsigned int in,
		   const struct arg *in_args, unsigned int out, struct arg *out_args, int handle)
{
	const uint32_t scalars = method << 24 | in << 16 | out << 8 | (handle >= 0) << 4;
	const uint32_t call[2] = { module, scalars };
	uint32_t id = ++pd->ids, pair[2], i;
	size_t bytes = 8 + 8 * (in + out + (handle >= 0));

	for (i = 0; i < in; i++)
		bytes += PADDED(in_args[i].bytes);
	put_head(pd, FRAME_INVOKE, id, 0, bytes);
	put(pd, call, sizeof(call));
	for (i = 0; i < in + out; i++) {
		const struct arg *arg = i < in ? &in_args[i] : &out_args[i - in];

		pair[0] = arg->offset;
		pair[1] = arg->bytes;
		put(pd, pair, sizeof(pair));
	}
	pair[0] = handle;
	pair[1] = 0;
	if (handle >= 0)
		put(pd, pair, sizeof(pair));
	for (i = 0; i < in; i++)
		put(pd, in_args[i].in, in_args[i].bytes);
	return id;
}

/* The result of a call, or -1 if its process has gone. */
int64_t pd_result(struct pd *pd, uint32_t id, unsigned int out, struct arg *out_args)
{
	struct answer *a = pd_await(pd, id);
	uint8_t *at;
	int64_t ret;

	if (!a)
		return -1;
	ret = a->head.a;
	at = a->body;
	for (unsigned int i = 0; i < out && !ret; i++) {
		memcpy(out_args[i].out, at, out_args[i].bytes);
		at += PADDED(out_args[i].bytes);
	}
	pd_forget(a);
	return ret;
}

int64_t pd_close(struct pd *pd, uint32_t module)
{
	const uint32_t body[2] = { module };
	uint32_t id = ++pd->ids;

	pd_send(pd, FRAME_CLOSE, id, 0, body, sizeof(body));
	return pd_result(pd, id, 0, NULL);
}
