// SPDX-License-Identifier: GPL-2.0-only
/*
 * An application, linked to the archive's libcdsprpc, that calls the skeletons of
 * board/skeletons as it is told: a line of its input is a command, and a line of its output
 * what came of it, "0x0" if all went well.
 *
 *	open N NAME		the skeleton of this name is number N from now on
 *	close N
 *	call N METHOD [WORD...]	the words, if there are any, are the first in-buffer
 *	ask N METHOD BYTES [WORD...]	the same, with an out-buffer, whose words follow
 *	xor N BYTES [shared] [vectors]
 *				the transform skeleton, and what it made is compared
 *	where N IN OUT [shared]	where in a page the same skeleton has buffers that begin there
 *	sum N BYTES		the shared skeleton loads and stores in a buffer by its fd
 *	far N BYTES		the same at a few places of a large one
 *	sessions COUNT NAME	so many times: open, method 4, close; each has a process of its own
 *	times N METHOD COUNT	so many calls without arguments: nanoseconds that the quickest took
 *	reverse N		the misbehave skeleton has this library open its module apps_std
 *	file N BYTES		the host skeleton stores a file of this application, and loads one
 *	begin N METHOD [WORD...]	"call" by another thread
 *	end			what came of that
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <remote.h>
#include <rpcmem.h>

#define MODULES		8
#define WORDS		16
#define WRONG		0xbad1u		/* the DSP's results are not what they have to be */

#define XOR_KEY		0x5a

static remote_handle64 modules[MODULES];

/* One call, by this thread or another. */
struct call {
	remote_handle64 module;
	uint32_t method;
	uint32_t in[WORDS], out[WORDS];
	uint32_t in_words, out_bytes;
	uint32_t result;
	pthread_t thread;
};

static void call_make(struct call *c)
{
	remote_arg args[2];
	uint32_t n = 0, sc;

	if (c->in_words) {
		args[n].buf.pv = c->in;
		args[n++].buf.nLen = 4 * c->in_words;
	}
	if (c->out_bytes) {
		args[n].buf.pv = c->out;
		args[n++].buf.nLen = c->out_bytes;
	}
	sc = REMOTE_SCALARS_MAKE(c->method, !!c->in_words, !!c->out_bytes);
	c->result = remote_handle64_invoke(c->module, sc, args);
}

static void *call_thread(void *arg)
{
	call_make(arg);
	return NULL;
}

static uint32_t next_word(char **rest)
{
	return strtoul(*rest, rest, 0);
}

/* METHOD [BYTES] [WORD...] */
static void call_read(struct call *c, uint32_t module, char *rest, int has_out)
{
	memset(c, 0, sizeof(*c));
	c->module = modules[module];
	c->method = next_word(&rest);
	if (has_out)
		c->out_bytes = next_word(&rest);
	if (c->out_bytes > sizeof(c->out))
		c->out_bytes = sizeof(c->out);
	for (rest += strspn(rest, " "); *rest && c->in_words < WORDS; rest += strspn(rest, " "))
		c->in[c->in_words++] = next_word(&rest);
}

static uint32_t do_open(uint32_t module, const char *name)
{
	char uri[200];

	snprintf(uri, sizeof(uri),
		 "file:///libboard_%s.so?board_%s_invoke&_modver=1.0&_dom=cdsp", name, name);
	return remote_handle64_open(uri, &modules[module]);
}

static uint8_t pattern(size_t i)
{
	return i * 7 + (i >> 8) + (i >> 16);
}

static uint32_t xor_check(const uint8_t *in, const uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (in[i] != pattern(i) || out[i] != (in[i] ^ XOR_KEY))
			return WRONG;
	return 0;
}

static uint32_t xor_call(uint32_t module, uint32_t method, uint8_t *in, uint8_t *out, size_t len)
{
	uint32_t key = XOR_KEY, ret;
	remote_arg args[3] = {
		{ .buf = { &key, sizeof(key) } }, { .buf = { in, len } }, { .buf = { out, len } },
	};

	for (size_t i = 0; i < len; i++)
		in[i] = pattern(i);
	memset(out, 0, len);
	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(method, 2, 1), args);
	return ret ? ret : xor_check(in, out, len);
}

/* Copied ones begin anywhere in a page, shared ones at its beginning. */
static void *buffer_alloc(size_t len, bool is_shared)
{
	return is_shared ? rpcmem_alloc(RPCMEM_HEAP_ID_SYSTEM, RPCMEM_DEFAULT_FLAGS, len) :
			   malloc(len);
}

static void buffer_free(void *buffer, bool is_shared)
{
	if (is_shared)
		rpcmem_free(buffer);
	else
		free(buffer);
}

static uint32_t do_xor(uint32_t module, size_t len, const char *how)
{
	const bool is_shared = strstr(how, "shared");
	uint8_t *in = buffer_alloc(len, is_shared), *out = buffer_alloc(len, is_shared);
	uint32_t ret = WRONG;

	if (in && out)
		ret = xor_call(module, strstr(how, "vectors") ? 5 : 3, in, out, len);
	buffer_free(in, is_shared);
	buffer_free(out, is_shared);
	return ret;
}

#define PAGE		4096
#define WHERE_BYTES	100

/* Shared ones keep their place in the page; copied ones are where vectors may begin. */
static uint32_t where_check(const uint32_t *want, const uint32_t *offsets, bool is_shared)
{
	for (int i = 0; i < 2; i++)
		if (is_shared ? offsets[i] != want[i] : offsets[i] % 128 != 0)
			return WRONG;
	return 0;
}

static uint32_t do_where(uint32_t module, char *rest)
{
	uint32_t want[2] = { next_word(&rest) % PAGE, next_word(&rest) % PAGE };
	const bool is_shared = strstr(rest, "shared");
	uint8_t *in = buffer_alloc(2 * PAGE, is_shared), *out = buffer_alloc(2 * PAGE, is_shared);
	uint32_t offsets[2] = { 1, 1 }, ret = WRONG;
	remote_arg args[3] = {
		{ .buf = { in + want[0], WHERE_BYTES } },
		{ .buf = { out + want[1], WHERE_BYTES } },
		{ .buf = { offsets, sizeof(offsets) } },
	};

	if (in && out)
		ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(4, 1, 2), args);
	if (!ret)
		ret = where_check(want, offsets, is_shared);
	buffer_free(in, is_shared);
	buffer_free(out, is_shared);
	return ret;
}

static uint32_t sum_load(uint32_t module, int fd, const uint32_t *words, size_t len)
{
	uint32_t range[2] = { 0, len }, ret;
	uint64_t total = 0, want = 0;
	remote_arg args[3] = {
		{ .buf = { range, sizeof(range) } }, { .buf = { &total, sizeof(total) } },
		{ .dma = { fd, 0 } },
	};

	for (size_t i = 0; i < len / 4; i++)
		want += words[i];
	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKEX(0, 2, 1, 1, 1, 0),
				     args);
	return ret ? ret : total == want ? 0 : WRONG;
}

#define FILL_WORD	0xfeed5eedu
#define FILL_STRIDE	4096u

static uint32_t sum_store(uint32_t module, int fd, const uint32_t *words, size_t len)
{
	uint32_t what[2] = { FILL_WORD, FILL_STRIDE }, ret;
	remote_arg args[2] = { { .buf = { what, sizeof(what) } }, { .dma = { fd, 0 } } };

	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKEX(0, 3, 1, 0, 1, 0),
				     args);
	for (size_t i = 0; i < len / 4 && !ret; i++)
		if (words[i] != (i % (FILL_STRIDE / 4) ? (uint32_t)i * 2654435761u : FILL_WORD))
			ret = WRONG;
	return ret;
}

static uint32_t do_sum(uint32_t module, size_t len)
{
	uint32_t *words = rpcmem_alloc(RPCMEM_HEAP_ID_SYSTEM, RPCMEM_DEFAULT_FLAGS, len), ret;
	int fd = words ? rpcmem_to_fd(words) : -1;

	if (!words)
		return WRONG;
	for (size_t i = 0; i < len / 4; i++)
		words[i] = (uint32_t)i * 2654435761u;
	ret = fastrpc_mmap(CDSP_DOMAIN_ID, fd, words, 0, len, FASTRPC_MAP_FD);
	if (!ret)
		ret = sum_load(module, fd, words, len);
	if (!ret)
		ret = sum_store(module, fd, words, len);
	if (!ret)
		ret = fastrpc_munmap(CDSP_DOMAIN_ID, fd, words, len);
	rpcmem_free(words);
	return ret;
}

/* The line of selftest.c that does not like it; the DSP never hears of the first fd. */
static uint32_t memory_call(uint32_t module, int unknown, int fd, uint32_t *line)
{
	remote_arg args[3] = {
		{ .buf = { &unknown, sizeof(unknown) } }, { .buf = { line, sizeof(*line) } },
		{ .dma = { fd, 0 } },
	};

	return remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKEX(0, 3, 1, 1, 1, 0),
				      args);
}

static uint32_t memory_run(struct call *c, uint32_t module, uint32_t *words, int unknown)
{
	int fd = rpcmem_to_fd(words);
	uint32_t ret;

	words[0] = 0x12345678;
	words[1] = 0;
	c->out_bytes = sizeof(c->out[0]);
	ret = fastrpc_mmap(CDSP_DOMAIN_ID, fd, words, 0, PAGE, FASTRPC_MAP_FD);
	if (!ret)
		ret = memory_call(module, unknown, fd, &c->out[0]);
	if (!ret && !c->out[0] && words[1] != words[0])
		ret = WRONG;
	if (!ret)
		ret = fastrpc_munmap(CDSP_DOMAIN_ID, fd, words, PAGE);
	return ret;
}

static uint32_t do_memory(struct call *c, uint32_t module)
{
	uint32_t *known = buffer_alloc(PAGE, true), *unknown = buffer_alloc(PAGE, true);
	uint32_t ret = WRONG;

	if (known && unknown)
		ret = memory_run(c, module, known, rpcmem_to_fd(unknown));
	buffer_free(known, true);
	buffer_free(unknown, true);
	return ret;
}

#define FAR_STRIDE	(4u << 20)

/* Words that the DSP stored, and the one behind each, which it did not. */
static uint32_t far_check(const uint32_t *words, size_t len)
{
	for (size_t at = 0; at < len; at += FAR_STRIDE)
		if (words[at / 4] != FILL_WORD || words[at / 4 + 1] != at)
			return WRONG;
	return 0;
}

/* The last word is the host's. */
static uint32_t far_call(uint32_t module, int fd, uint32_t *words, size_t len)
{
	uint32_t range[2] = { len - 4, 4 }, what[2] = { FILL_WORD, FAR_STRIDE }, ret;
	uint64_t total = 0;
	remote_arg load[3] = {
		{ .buf = { range, sizeof(range) } }, { .buf = { &total, sizeof(total) } },
		{ .dma = { fd, 0 } },
	};
	remote_arg store[2] = { { .buf = { what, sizeof(what) } }, { .dma = { fd, 0 } } };

	words[len / 4 - 1] = XOR_KEY;
	for (size_t at = 0; at < len; at += FAR_STRIDE)
		words[at / 4 + 1] = at;
	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKEX(0, 2, 1, 1, 1, 0),
				     load);
	if (!ret && total != XOR_KEY)
		ret = WRONG;
	if (!ret)
		ret = remote_handle64_invoke(modules[module],
					     REMOTE_SCALARS_MAKEX(0, 3, 1, 0, 1, 0), store);
	return ret ? ret : far_check(words, len);
}

static uint32_t do_far(uint32_t module, size_t len)
{
	uint32_t *words = rpcmem_alloc(RPCMEM_HEAP_ID_SYSTEM, RPCMEM_DEFAULT_FLAGS, len), ret;
	int fd = words ? rpcmem_to_fd(words) : -1;

	if (!words)
		return WRONG;
	ret = fastrpc_mmap(CDSP_DOMAIN_ID, fd, words, 0, len, FASTRPC_MAP_FD);
	if (!ret)
		ret = far_call(module, fd, words, len);
	if (!ret)
		ret = fastrpc_munmap(CDSP_DOMAIN_ID, fd, words, len);
	rpcmem_free(words);
	return ret;
}

/* With its last handle the library gives up the session, and the process on the DSP goes. */
static uint32_t do_sessions(uint32_t count, const char *name)
{
	uint32_t ret = 0;

	while (count-- && !ret) {
		ret = do_open(0, name);
		if (!ret)
			ret = remote_handle64_invoke(modules[0], REMOTE_SCALARS_MAKE(4, 0, 0),
						     NULL);
		if (!ret)
			ret = remote_handle64_close(modules[0]);
	}
	return ret;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static uint32_t do_times(struct call *c, uint32_t module, char *rest)
{
	uint32_t method = next_word(&rest), count = next_word(&rest), ret = 0;
	uint64_t least = UINT32_MAX, begun, took;

	while (count-- && !ret) {
		begun = now_ns();
		ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(method, 0, 0),
					     NULL);
		took = now_ns() - begun;
		if (took < least)
			least = took;
	}
	c->out[0] = least;
	c->out_bytes = sizeof(c->out[0]);
	return ret;
}

/* As a call of the DSP arrives here: lengths, and behind each what has it, at a multiple of 8. */
static const struct packed {
	uint32_t head_len, pad1;
	uint32_t name_len, error_room;
	uint32_t text_len, pad2;
	char text[9];
	uint32_t handle_len, error_len;
} __attribute__((packed)) open_apps_std = {
	.head_len = 8, .name_len = 9, .error_room = 256, .text_len = 9, .text = "apps_std",
	.handle_len = 8, .error_len = 256,
};

/* The handle and the error come back behind a length. */
static uint32_t do_reverse(uint32_t module)
{
	uint32_t call[2] = { 0, REMOTE_SCALARS_MAKE(0, 2, 2) }, results[128] = {}, ret;
	remote_arg args[3] = {
		{ .buf = { call, sizeof(call) } },
		{ .buf = { (void *)&open_apps_std, sizeof(open_apps_std) } },
		{ .buf = { results, sizeof(results) } },
	};

	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(12, 2, 1), args);
	return ret ? ret : results[0] == 8 && results[2] && !results[3] ? 0 : WRONG;
}

#define FILE_NAME	"/tmp/hexagon_file"

static uint32_t file_write(const uint8_t *bytes, size_t len)
{
	FILE *f = fopen(FILE_NAME, "w");
	size_t done = f ? fwrite(bytes, 1, len, f) : 0;

	return f && !fclose(f) && done == len ? 0 : WRONG;
}

/* Is it in the file, and no more? */
static uint32_t file_check(const uint8_t *bytes, size_t len)
{
	FILE *f = fopen(FILE_NAME, "r");
	uint32_t ret = f ? 0 : WRONG;

	for (size_t i = 0; i < len && !ret; i++)
		ret = getc(f) == bytes[i] ? 0 : WRONG;
	if (!ret && getc(f) != EOF)
		ret = WRONG;
	if (f)
		fclose(f);
	return ret;
}

static uint32_t file_calls(uint32_t module, uint8_t *bytes, uint8_t *back, size_t len)
{
	remote_arg args[2] = {
		{ .buf = { FILE_NAME, sizeof(FILE_NAME) } }, { .buf = { bytes, len } },
	};
	uint32_t ret;

	for (size_t i = 0; i < len; i++)
		bytes[i] = pattern(i);
	ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(2, 2, 0), args);
	if (!ret)
		ret = file_check(bytes, len);
	for (size_t i = 0; i < len; i++)
		bytes[i] ^= XOR_KEY;
	if (!ret)
		ret = file_write(bytes, len);
	args[1].buf.pv = back;
	if (!ret)
		ret = remote_handle64_invoke(modules[module], REMOTE_SCALARS_MAKE(3, 1, 1), args);
	return ret ? ret : memcmp(bytes, back, len) ? WRONG : 0;
}

/* The DSP calls this application's library for it, while this application waits for the DSP. */
static uint32_t do_file(uint32_t module, size_t len)
{
	uint8_t *bytes = malloc(2 * len);
	uint32_t ret = bytes ? file_calls(module, bytes, bytes + len, len) : WRONG;

	free(bytes);
	unlink(FILE_NAME);
	return ret;
}

static void say(uint32_t result, const struct call *c)
{
	printf("0x%x", result);
	for (uint32_t i = 0; c && !result && i < c->out_bytes / 4; i++)
		printf(" 0x%x", c->out[i]);
	putchar('\n');
}

static void obey(const char *verb, uint32_t number, char *rest)
{
	const uint32_t module = number % MODULES;
	static struct call other;
	struct call c = {};

	if (!strcmp(verb, "open")) {
		say(do_open(module, rest + strspn(rest, " ")), NULL);
	} else if (!strcmp(verb, "close")) {
		say(remote_handle64_close(modules[module]), NULL);
	} else if (!strcmp(verb, "call") || !strcmp(verb, "ask")) {
		call_read(&c, module, rest, !strcmp(verb, "ask"));
		call_make(&c);
		say(c.result, &c);
	} else if (!strcmp(verb, "xor")) {
		size_t len = next_word(&rest);

		say(do_xor(module, len, rest), NULL);
	} else if (!strcmp(verb, "where")) {
		say(do_where(module, rest), NULL);
	} else if (!strcmp(verb, "memory")) {
		say(do_memory(&c, module), &c);
	} else if (!strcmp(verb, "sum")) {
		say(do_sum(module, next_word(&rest)), NULL);
	} else if (!strcmp(verb, "far")) {
		say(do_far(module, next_word(&rest)), NULL);
	} else if (!strcmp(verb, "sessions")) {
		say(do_sessions(number, rest + strspn(rest, " ")), NULL);
	} else if (!strcmp(verb, "times")) {
		say(do_times(&c, module, rest), &c);
	} else if (!strcmp(verb, "reverse")) {
		say(do_reverse(module), NULL);
	} else if (!strcmp(verb, "file")) {
		say(do_file(module, next_word(&rest)), NULL);
	} else if (!strcmp(verb, "begin")) {
		call_read(&other, module, rest, 0);
		say(pthread_create(&other.thread, NULL, call_thread, &other), NULL);
	} else if (!strcmp(verb, "end")) {
		pthread_join(other.thread, NULL);
		say(other.result, NULL);
	} else {
		puts("no such command");
	}
}

int main(void)
{
	struct remote_rpc_control_unsigned_module unsign = {
		.domain = CDSP_DOMAIN_ID, .enable = 1,
	};
	char line[256], *rest, *verb;
	uint32_t number;

	setvbuf(stdout, NULL, _IOLBF, 0);
	say(remote_session_control(DSPRPC_CONTROL_UNSIGNED_MODULE, &unsign, sizeof(unsign)), NULL);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		verb = strtok_r(line, " ", &rest);
		if (!verb)
			continue;
		number = next_word(&rest);
		obey(verb, number, rest);
	}
	return 0;
}
