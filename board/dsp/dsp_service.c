// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test service on DSP_TEST_HANDLE: what a module on a DSP would be, with
 * results that a test can work out for itself.  dsp_control.h tells what each
 * method does.
 */
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

static s32 service_buffers(struct dsp_request *req)
{
	unsigned int i;
	s32 ret;

	for (i = 0; i < dsp_request_bufs(req); i++) {
		ret = i < req->n_in ? dsp_call_fetch(req, i) : dsp_call_result(req, i);
		if (ret)
			return ret;
	}
	return 0;
}

s32 dsp_service_call(struct dsp_request *req)
{
	u32 word;
	s32 ret = service_buffers(req);

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
		if (!ret)
			service_fill(req, word);
		return ret;
	case DSP_TEST_SLEEP:
		ret = service_word(req, &word);
		if (!ret)
			req->delay_ms = min(word, SLEEP_MAX_MS);
		return ret;
	case DSP_TEST_RETVAL:
		ret = service_word(req, &word);
		return ret ? ret : (s32)word;
	default:
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such test method");
	}
}
