// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to the host, by the names that a DSP has for them: a module of the host is opened by its
 * name or URI, and called with scalars and arguments as a skeleton is.
 *
 * Arguments travel in one piece, one after the other: u32 length and, if that is not 0, zeroes
 * up to a multiple of 8 and the bytes.  Behind the in-buffers come the lengths of the
 * out-buffers.  Results come likewise.
 */
#include "pd.h"
#include "hap.h"

#define HOST		0	/* the handle of what opens and closes */
#define HOST_OPEN	0x00020200u
#define HOST_CLOSE	0x01010200u
#define ERROR_ROOM	256

struct pack {
	u8 *bytes;		/* at a multiple of 8 */
	u32 at;
	u32 end;		/* of results */
};

static void pack_length(struct pack *p, u32 length)
{
	memcpy(p->bytes + p->at, &length, sizeof(length));
	p->at += sizeof(length);
}

static void pack_in(struct pack *p, const struct remote_buf *buf)
{
	pack_length(p, buf->bytes);
	while (buf->bytes && p->at % 8)
		p->bytes[p->at++] = 0;
	memcpy(p->bytes + p->at, buf->data, buf->bytes);
	p->at += buf->bytes;
}

/* False: the next result is not of this length. */
static bool unpack(struct pack *p, const struct remote_buf *buf)
{
	u32 length;

	if (p->end - p->at < sizeof(length))
		return false;
	memcpy(&length, p->bytes + p->at, sizeof(length));
	p->at += sizeof(length);
	if (length)
		p->at = ROUND_UP(p->at, 8);
	if (length != buf->bytes || p->at > p->end || length > p->end - p->at)
		return false;
	memcpy(buf->data, p->bytes + p->at, length);
	p->at += length;
	return true;
}

/* Bytes of so many buffers in one piece, at most; 0: too many. */
static u32 pack_room(const union remote_arg *args, u32 n)
{
	u64 room = 8;

	for (u32 i = 0; i < n; i++)
		room += ROUND_UP((u64)args[i].buf.bytes, 8) + 8;
	return room <= FRAME_MAX / 2 ? room : 0;
}

/* 0 or an error, of the host's module or on the way there.  Handles do not travel. */
int remote_handle_invoke(u32 handle, u32 scalars, union remote_arg *args)
{
	const u32 in = scalars >> 16 & 0xff, all = in + (scalars >> 8 & 0xff);
	u32 room_in = pack_room(args, all), room_out = pack_room(args + in, all - in), ret, i;
	struct frame_up_body body = { .at = handle, .offset = scalars, .call = current->call };
	struct pack p = {};

	if (scalars & 0xff)
		return DSP_E_UNSUPPORTED;
	if (room_in && room_out)
		p.bytes = arena_alloc(&arena_own, 16, room_in + room_out);
	if (!p.bytes)
		return DSP_E_NOMEM;
	for (i = 0; i < in; i++)
		pack_in(&p, &args[i].buf);
	for (; i < all; i++)
		pack_length(&p, args[i].buf.bytes);
	body.bytes = p.at;
	ret = frames_ask(UP_REVERSE, &body, p.bytes, p.at, p.bytes, room_in + room_out, &p.end);
	p.at = 0;
	for (i = in; i < all && !ret; i++)
		ret = unpack(&p, &args[i].buf) ? 0 : DSP_E_FAILED;
	arena_free(&arena_own, p.bytes);
	return ret;
}

int remote_handle_open(const char *name, u32 *handle)
{
	u32 lengths[2] = { strlen(name) + 1, ERROR_ROOM }, opened[2] = {};
	char why[ERROR_ROOM];
	union remote_arg args[4] = {
		{ .buf = { lengths, sizeof(lengths) } },
		{ .buf = { (void *)name, lengths[0] } },
		{ .buf = { opened, sizeof(opened) } },
		{ .buf = { why, sizeof(why) } },
	};
	int ret = remote_handle_invoke(HOST, HOST_OPEN, args);

	*handle = opened[0];
	return ret ? ret : (int)opened[1];
}

int remote_handle_close(u32 handle)
{
	u32 words[2] = { handle, ERROR_ROOM }, error = 0;
	char why[ERROR_ROOM];
	union remote_arg args[3] = {
		{ .buf = { words, sizeof(words) } },
		{ .buf = { &error, sizeof(error) } },
		{ .buf = { why, sizeof(why) } },
	};
	int ret = remote_handle_invoke(HOST, HOST_CLOSE, args);

	return ret ? ret : (int)error;
}

/* A handle of the host's has 32 bits also where a skeleton keeps it in 64. */
int remote_handle64_open(const char *name, u64 *handle)
{
	u32 narrow;
	int ret = remote_handle_open(name, &narrow);

	*handle = narrow;
	return ret;
}

int remote_handle64_invoke(u64 handle, u32 scalars, union remote_arg *args)
{
	return remote_handle_invoke(handle, scalars, args);
}

int remote_handle64_close(u64 handle)
{
	return remote_handle_close(handle);
}
