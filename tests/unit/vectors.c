// SPDX-License-Identifier: GPL-2.0-only
/*
 * Golden messages: reads the .txt files of tests/vectors (its README has the format), lets
 * the driver's message code build the call, and compares byte by byte.
 */
#include <linux/types.h>
#include <linux/math.h>
#include <string.h>

#include "message.h"
#include "unit.h"

#define ROOM	(64 << 10)

enum section { GIVEN, REQUEST, METADATA, INLINE, SECTIONS };

struct vector {
	const char *file;
	int line;
	u32 sc, handle, client, tid;
	u64 cookie, iova, session;
	struct frpc_arg args[FRPC_ARGS_MAX];
	u8 data[FRPC_ARGS_MAX][64];
	u32 nr_args;
	u8 want[SECTIONS][ROOM];	/* by offset in the message buffer or request */
	size_t from[SECTIONS], to[SECTIONS];
	s64 place[FRPC_ARGS_MAX];
	struct frpc_place places[FRPC_ARGS_MAX];
	u64 len;
};

static void bad_line(const struct vector *v, const char *why)
{
	printf("%s:%d: %s\n", v->file, v->line, why);
	exit(2);
}

static size_t read_hex(const struct vector *v, const char *text, u8 *out, size_t room)
{
	size_t n = 0;
	unsigned int byte;
	int used;

	while (sscanf(text, "%2x%n", &byte, &used) == 1) {
		if (n == room)
			bad_line(v, "too many bytes");
		out[n++] = byte;
		text += used;
	}
	if (text[strspn(text, " \t\n")])
		bad_line(v, "not hex");
	return n;
}

static void read_arg(struct vector *v, const char *text)
{
	struct frpc_arg *arg = &v->args[v->nr_args];
	char *rest;

	arg->ptr = strtoull(text, &rest, 0);
	arg->len = strtoull(rest, &rest, 0);
	arg->fd = strtol(rest, &rest, 0);
	v->place[v->nr_args] = -1;
	read_hex(v, rest, v->data[v->nr_args], sizeof(v->data[0]));
	v->nr_args++;
}

static void read_bytes(struct vector *v, enum section s, const char *text)
{
	size_t offset, n;
	int used, zeroes;

	if (sscanf(text, "%zx:%n", &offset, &used) != 1)
		bad_line(v, "offset: bytes");
	if (v->to[s] && v->to[s] != offset)
		bad_line(v, "a gap, or bytes given twice");
	if (!v->to[s])
		v->from[s] = offset;
	if (sscanf(text + used, " zero %d", &zeroes) == 1)
		n = zeroes;
	else
		n = read_hex(v, text + used, v->want[s] + offset, ROOM - offset);
	v->to[s] = offset + n;
}

/* "<word> a [b [c]]": true if the line is one of those. */
static bool read_number(struct vector *v, const char *text)
{
	unsigned long long n[3] = {};
	char word[16];
	char *rest;
	int used;

	if (sscanf(text, "%15[a-z]%n", word, &used) != 1)
		return false;
	rest = (char *)text + used;
	for (int i = 0; i < 3; i++)
		n[i] = strtoull(rest, &rest, 0);
	if (!strcmp(word, "sc"))
		v->sc = n[0];
	else if (!strcmp(word, "handle"))
		v->handle = n[0];
	else if (!strcmp(word, "client"))
		v->client = n[0];
	else if (!strcmp(word, "tid"))
		v->tid = n[0];
	else if (!strcmp(word, "iova"))
		v->iova = n[0];
	else if (!strcmp(word, "session"))
		v->session = n[0];
	else if (!strcmp(word, "length"))
		v->len = n[0];
	else if (!strcmp(word, "cookie"))
		v->cookie = frpc_cookie(n[0], n[1], n[2]);
	else if (!strcmp(word, "place") && n[0] < FRPC_ARGS_MAX)
		v->place[n[0]] = n[1];
	else if (!strcmp(word, "mapped") && n[0] < FRPC_ARGS_MAX)
		v->places[n[0]] = (struct frpc_place){ .iova = n[1], .len = n[2] };
	else if (!strcmp(word, "shared") && n[0] < FRPC_ARGS_MAX)
		frpc_place_set(&v->places[n[0]], n[1], n[2]);
	else
		return false;
	return true;
}

static void read_vector(struct vector *v, FILE *f)
{
	static const char *const names[] = { "given", "request", "metadata", "inline" };
	enum section s = GIVEN;
	char text[512];

	while (fgets(text, sizeof(text), f)) {
		int i, known = 0;

		v->line++;
		text[strcspn(text, "#\n")] = '\0';
		if (!text[strspn(text, " \t")])
			continue;
		for (i = REQUEST; i < SECTIONS; i++)
			if (!strncmp(text, names[i], strlen(names[i]))) {
				s = i;
				known = 1;
			}
		if (known || read_number(v, text))
			continue;
		if (!strncmp(text, "arg ", 4))
			read_arg(v, text + 4);
		else if (s != GIVEN)
			read_bytes(v, s, text);
		else
			bad_line(v, "what is this?");
	}
}

static void compare(const struct vector *v, enum section s, const u8 *got, const char *what)
{
	for (size_t i = v->from[s]; i < v->to[s]; i++) {
		if (got[i] == v->want[s][i])
			continue;
		printf("%s: %s byte 0x%zx is %02x, expected %02x\n",
		       v->file, what, i, got[i], v->want[s][i]);
		unit_failures++;
		return;
	}
}

static void check_request(const struct vector *v, const struct frpc_message *msg)
{
#ifdef HAVE_REQUEST_FILL
	struct dsp_request rq;

	memset(&rq, 0xee, sizeof(rq));
	frpc_request_fill(&rq, v->cookie, v->client, v->tid, v->handle, msg,
			  v->iova + v->session);
	if (v->to[REQUEST]) {
		CHECK_EQ(v->to[REQUEST], sizeof(rq));
		compare(v, REQUEST, (const u8 *)&rq, "request");
	}
#else
	/* the request is made elsewhere: check at least what it is made from */
	u64 word;

	if (!v->to[REQUEST])
		return;
	memcpy(&word, v->want[REQUEST] + 8, 8);
	CHECK_EQ(v->cookie, word);
	memcpy(&word, v->want[REQUEST] + 32, 8);
	CHECK_EQ(round_up((u64)msg->len, 4096ull), word);
#endif
}

static void check_vector(struct vector *v)
{
	static u16 order[FRPC_ARGS_MAX];
	static u32 offsets[FRPC_ARGS_MAX], skips[FRPC_ARGS_MAX];
	struct frpc_message msg = {
		.args = v->args, .offsets = offsets, .skips = skips, .places = v->places,
		.order = order,
	};
	u8 *buf;

	frpc_message_init(&msg, v->sc);
	if (!CHECK_EQ(msg.nr_args, v->nr_args) || !CHECK_EQ(frpc_message_layout(&msg), 0))
		return;
	CHECK_EQ(msg.len, v->len);
	CHECK_EQ(msg.metadata_len, v->to[METADATA]);
	CHECK(v->to[METADATA] && !v->from[METADATA]);
	/* exactly as long as the message: a byte more is an error of the driver's */
	buf = malloc(msg.len);
	if (!buf)
		abort();
	memset(buf, 0xee, msg.len);
	memset(buf + msg.metadata_len, 0, msg.len - msg.metadata_len);
	frpc_message_fill(&msg, buf, v->iova, v->session);
	for (u32 i = 0; i < v->nr_args; i++) {
		if (v->place[i] < 0)
			continue;
		CHECK_EQ(offsets[i], v->place[i]);
		if (i < msg.nr_ins && v->args[i].len <= sizeof(v->data[i]))
			memcpy(buf + offsets[i], v->data[i], v->args[i].len);
	}
	check_request(v, &msg);
	compare(v, METADATA, buf, "metadata");
	if (v->to[INLINE]) {
		CHECK_EQ(v->from[INLINE], msg.metadata_len);
		CHECK_EQ(v->to[INLINE], msg.len);
		compare(v, INLINE, buf, "inline");
	}
	free(buf);
}

int main(int argc, char **argv)
{
	static struct vector v;

	if (argc < 2) {
		printf("usage: %s vector.txt ...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");
		int before = unit_failures;

		if (!f) {
			perror(argv[i]);
			return 2;
		}
		memset(&v, 0, sizeof(v));
		v.file = argv[i];
		read_vector(&v, f);
		fclose(f);
		check_vector(&v);
		if (unit_failures > before)
			printf("FAIL %s\n", argv[i]);
	}
	return unit_result();
}
