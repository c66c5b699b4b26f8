// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test service on DSP_TEST_HANDLE: what a module on a DSP would be, with
 * results that a test can work out for itself.  dsp_control.h tells what each
 * method does.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "dsp.h"
#include "dsp_wire.h"

#define FNV_OFFSET	0xcbf29ce484222325ull
#define FNV_PRIME	0x100000001b3ull
#define SLEEP_MAX_MS	60000u

static struct dsp_arg *service_out(struct dsp_request *req, unsigned int i)
{
	return &req->args[req->n_in + i];
}

/* out[i] = in[i] ^ mask, what is longer than in[i] stays zero */
static void service_copy(struct dsp_request *req, u8 mask)
{
	unsigned int i;
	size_t j;

	for (i = 0; i < req->n_out && i < req->n_in; i++) {
		struct dsp_arg *out = service_out(req, i);
		size_t len = min(out->len, req->args[i].len);

		for (j = 0; j < len; j++)
			out->data[j] = req->args[i].data[j] ^ mask;
	}
}

static s32 service_checksum(struct dsp_request *req)
{
	u64 hash = FNV_OFFSET;
	unsigned int i;
	size_t j;

	if (!req->n_out || service_out(req, 0)->len < 8)
		return dsp_call_refuse(req, DSP_E_BADPARM, "no room for the checksum");
	for (i = 0; i < req->n_in; i++)
		for (j = 0; j < req->args[i].len; j++)
			hash = (hash ^ req->args[i].data[j]) * FNV_PRIME;
	put_unaligned_le64(hash, service_out(req, 0)->data);
	return 0;
}

static void service_fill(struct dsp_request *req, u32 seed)
{
	unsigned int i;
	size_t j;

	for (i = 0; i < req->n_out; i++)
		for (j = 0; j < service_out(req, i)->len; j++)
			service_out(req, i)->data[j] = seed + 31 * i + j;
}

/* The four bytes of in[0] that some methods take. */
static s32 service_word(struct dsp_request *req, u32 *word)
{
	if (!req->n_in || req->args[0].len < 4)
		return dsp_call_refuse(req, DSP_E_BADPARM, "in[0] is shorter than a word");
	*word = wire_u32(req->args[0].data, 0);
	return 0;
}

/* Does a handle have the memory that its offset and length name? */
static bool service_within(const struct dsp_arg *arg)
{
	return arg->stream && arg->offset <= arg->size && arg->len <= arg->size - arg->offset;
}

u64 dsp_service_hash(u64 hash, const u8 *data, size_t len)
{
	u8 last[8] = {};

	for (; len >= 8; data += 8, len -= 8)
		hash = hash * DSP_TEST_HASH_FACTOR + get_unaligned_le64(data);
	if (!len)
		return hash;
	memcpy(last, data, len);
	return hash * DSP_TEST_HASH_FACTOR + get_unaligned_le64(last);
}

u64 dsp_service_nonzero(const u8 *data, size_t len)
{
	u64 n = 0;

	while (len--)
		n += !!*data++;
	return n;
}

/* A byte at each end of each buffer. */
static s32 service_touch(struct dsp_request *req)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < dsp_request_bufs(req) && !ret; i++) {
		struct dsp_arg *arg = &req->args[i];
		u8 byte = DSP_TEST_TOUCHED;

		if (!arg->len)
			continue;
		if (i < req->n_in)
			ret = dsp_stream_read(arg->stream, arg->iova, &byte, 1) ||
			      dsp_stream_read(arg->stream, arg->iova + arg->len - 1, &byte, 1);
		else
			ret = dsp_stream_write(arg->stream, arg->iova, &byte, 1) ||
			      dsp_stream_write(arg->stream, arg->iova + arg->len - 1, &byte, 1);
	}
	return ret ? dsp_call_refuse(req, DSP_E_FAILED, "a buffer cannot be reached") : 0;
}

static int service_hash_one(const struct dsp_arg *arg, u64 iova, u8 *buf, u64 *hash)
{
	size_t at, piece;
	int ret = 0;

	for (at = 0; at < arg->len && !ret; at += piece) {
		piece = min_t(size_t, DSP_BOUNCE_BYTES, arg->len - at);
		ret = dsp_stream_read(arg->stream, iova + at, buf, piece);
		*hash = dsp_service_hash(*hash, buf, piece);
	}
	return ret;
}

/* Arguments @first up to @end; buffers or handles. */
static s32 service_hash(struct dsp_request *req, unsigned int first, unsigned int end, u8 *buf)
{
	u64 hash = 0;
	unsigned int i;
	s32 ret;

	if (!req->n_out || service_out(req, 0)->len < 8)
		return dsp_call_refuse(req, DSP_E_BADPARM, "no room for the hash");
	for (i = first; i < end; i++) {
		struct dsp_arg *arg = &req->args[i];

		if (i >= dsp_request_bufs(req) && !service_within(arg))
			return dsp_call_refuse(req, DSP_E_BADPARM, "a handle without that memory");
		if (service_hash_one(arg, arg->iova + arg->offset, buf, &hash))
			return dsp_call_refuse(req, DSP_E_FAILED, "memory cannot be read");
	}
	ret = dsp_call_result(req, req->n_in);
	if (ret)
		return ret;
	put_unaligned_le64(hash, service_out(req, 0)->data);
	return 0;
}

static int service_xor_one(const struct dsp_arg *in, const struct dsp_arg *out, u8 *buf)
{
	size_t len = min(in->len, out->len), at, j, piece;
	int ret;

	for (at = 0; at < len; at += piece) {
		piece = min_t(size_t, DSP_BOUNCE_BYTES, len - at);
		ret = dsp_stream_read(in->stream, in->iova + at, buf, piece);
		if (ret)
			return ret;
		for (j = 0; j < piece; j++)
			buf[j] ^= 0x5a;
		ret = dsp_stream_write(out->stream, out->iova + at, buf, piece);
		if (ret)
			return ret;
	}
	return 0;
}

static s32 service_xor_in_place(struct dsp_request *req, u8 *buf)
{
	unsigned int i;

	for (i = 0; i < req->n_out && i < req->n_in; i++)
		if (service_xor_one(&req->args[i], service_out(req, i), buf))
			return dsp_call_refuse(req, DSP_E_FAILED, "a buffer cannot be reached");
	return 0;
}

static s32 service_keep(struct dsp_request *req)
{
	unsigned int i, end = dsp_request_bufs(req) + SC_IN_HANDLES(req->sc);
	u64 token;
	s32 ret;

	for (i = dsp_request_bufs(req); i < end; i++) {
		const struct dsp_arg *arg = &req->args[i];
		const struct dsp_map like = {
			.kind = DSP_MAP_HANDLE, .client = req->client, .fd = arg->fd,
		};

		if (!arg->stream)
			return dsp_call_refuse(req, DSP_E_BADPARM, "a handle without memory");
		ret = dsp_map_take(req, &like, arg->addr, arg->size, &token);
		if (ret)
			return ret;
		dsp_map_count(req->dsp, &req->dsp->maps.counts.handles_kept);
	}
	return 0;
}

static s32 service_drop(struct dsp_request *req)
{
	s32 ret = req->n_in ? dsp_call_fetch(req, 0) : DSP_E_BADPARM;
	unsigned int i;

	if (ret)
		return ret;
	for (i = 0; i < req->args[0].len / 4 && i < ARRAY_SIZE(req->fds); i++) {
		s32 fd = wire_s32(req->args[0].data, 4 * i);

		if (!dsp_map_drop_handle(req->dsp, req->client, fd))
			return dsp_call_refuse(req, DSP_E_BADPARM, "no handle with this fd");
		dsp_map_count(req->dsp, &req->dsp->maps.counts.handles_dropped);
		req->fds[req->nfds++] = fd;
	}
	return 0;
}

static s32 service_map(struct dsp_request *req, bool write)
{
	struct dsp_map like = { .client = req->client };
	struct dsp_arg *data;
	s32 ret = req->n_in ? dsp_call_fetch(req, 0) : DSP_E_BADPARM;

	if (ret)
		return ret;
	if (req->args[0].len < sizeof(struct dsp_test_access) || dsp_request_bufs(req) != 2 ||
	    req->n_in != 1 + write)
		return dsp_call_refuse(req, DSP_E_BADPARM, "not these arguments");
	ret = write ? dsp_call_fetch(req, 1) : dsp_call_result(req, 1);
	if (ret)
		return ret;
	data = &req->args[1];
	like.token = wire_u64(req->args[0].data, 0);
	like.kind = like.token ? DSP_MAP_FD : DSP_MAP_HANDLE;
	like.fd = like.token ? -1 : wire_s32(req->args[0].data, 16);
	return dsp_map_access(req, &like, wire_u64(req->args[0].data, 8), data->data, data->len,
			      write);
}

/* What works in the host's memory itself, a piece at a time. */
static s32 service_in_place(struct dsp_request *req)
{
	unsigned int bufs = dsp_request_bufs(req);
	u8 *buf;
	s32 ret;

	buf = kvmalloc(DSP_BOUNCE_BYTES, GFP_KERNEL);
	if (!buf)
		return dsp_call_refuse(req, DSP_E_NOMEM, "no memory");
	switch (req->method) {
	case DSP_TEST_HASH:
		ret = service_hash(req, 0, req->n_in, buf);
		break;
	case DSP_TEST_HANDLE_HASH:
		ret = service_hash(req, bufs, bufs + SC_IN_HANDLES(req->sc), buf);
		break;
	default:
		ret = service_xor_in_place(req, buf);
		break;
	}
	kvfree(buf);
	return ret;
}

static s32 service_copied(struct dsp_request *req)
{
	u32 word;
	s32 ret = dsp_call_buffers(req);

	if (ret)
		return ret;
	switch (req->method) {
	case DSP_TEST_NULL:
		return 0;
	case DSP_TEST_ECHO:
		service_copy(req, 0);
		return 0;
	case DSP_TEST_XOR:
		service_copy(req, 0x5a);
		return 0;
	case DSP_TEST_CHECKSUM:
		return service_checksum(req);
	case DSP_TEST_FILL:
		ret = service_word(req, &word);
		if (ret)
			return ret;
		service_fill(req, word);
		return 0;
	case DSP_TEST_SLEEP:
		ret = service_word(req, &word);
		if (ret)
			return ret;
		req->delay_ms = min(word, SLEEP_MAX_MS);
		return 0;
	case DSP_TEST_RETVAL:
		ret = service_word(req, &word);
		if (ret)
			return ret;
		return word;
	default:
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such test method");
	}
}

s32 dsp_service_call(struct dsp_request *req)
{
	switch (req->method) {
	case DSP_TEST_TOUCH:
		return service_touch(req);
	case DSP_TEST_HASH:
	case DSP_TEST_HANDLE_HASH:
	case DSP_TEST_XOR_IN_PLACE:
		return service_in_place(req);
	case DSP_TEST_HANDLE_KEEP:
		return service_keep(req);
	case DSP_TEST_HANDLE_DROP:
		return service_drop(req);
	case DSP_TEST_MAP_READ:
	case DSP_TEST_MAP_WRITE:
		return service_map(req, req->method == DSP_TEST_MAP_WRITE);
	default:
		return service_copied(req);
	}
}
