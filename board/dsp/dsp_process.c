// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protection domains: the methods of handle 1, and the attributes of handle 2.
 *
 * The root PD is there from boot, and so is the static audio PD, which a
 * CREATE_STATIC finds by name and may give memory to.  Who did that may give
 * it more (MMAP), and ask for what was added (MUNMAP).  A sender becomes
 * a client when it attaches, and stays one until it is released.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp.h"
#include "dsp_wire.h"

#define AUDIO_PD_NAME	"audiopd"
#define ATTRIBUTE_UNSIGNED_PD	1

void dsp_process_reset(struct dsp *dsp)
{
	spin_lock(&dsp->calls_lock);
	dsp->nclients = 0;
	spin_unlock(&dsp->calls_lock);
}

/* The audio PD restarts: no client is attached to the new one. */
void dsp_process_audio_gone(struct dsp *dsp)
{
	unsigned int i;

	spin_lock(&dsp->calls_lock);
	for (i = 0; i < dsp->nclients; i++) {
		if (dsp->clients[i].audio)
			dsp_listener_end(dsp, dsp->clients[i].id, PD_USER);
		dsp->clients[i].audio = false;
	}
	spin_unlock(&dsp->calls_lock);
}

static int process_index(struct dsp *dsp, s32 client)
{
	unsigned int i;

	for (i = 0; i < dsp->nclients; i++)
		if (dsp->clients[i].id == client)
			return i;
	return -1;
}

/* What kind of process a client's calls are for: enum dsp_process_kind. */
u32 dsp_process_kind(struct dsp *dsp, s32 client, u32 pd)
{
	int at = process_index(dsp, client);

	lockdep_assert_held(&dsp->calls_lock);
	if (pd == PD_ROOT)
		return DSP_PROCESS_ROOT;
	if (pd == PD_SENSORS)
		return DSP_PROCESS_SENSORS;
	return at >= 0 && dsp->clients[at].audio ? DSP_PROCESS_AUDIO : DSP_PROCESS_USER;
}

s32 dsp_process_add(struct dsp_request *req, s32 client, bool audio)
{
	struct dsp *dsp = req->dsp;
	bool full;
	int at;

	spin_lock(&dsp->calls_lock);
	at = process_index(dsp, client);
	full = at < 0 && dsp->nclients == DSP_MAX_CLIENTS;
	if (at < 0 && !full) {
		at = dsp->nclients++;
		dsp->clients[at] = (struct dsp_client){ .id = client };
	}
	if (!full)
		dsp->clients[at].audio |= audio;
	spin_unlock(&dsp->calls_lock);
	return full ? dsp_call_refuse(req, DSP_E_NOMEM, "too many clients") : 0;
}

/* Only who attached, or made a PD, is listened to. */
s32 dsp_process_known(struct dsp_request *req, s32 client)
{
	struct dsp *dsp = req->dsp;
	int at;

	if (!client)
		return dsp_call_violation(req, "client id 0");
	spin_lock(&dsp->calls_lock);
	at = process_index(dsp, client);
	spin_unlock(&dsp->calls_lock);
	if (at >= 0)
		return 0;
	return dsp_call_refuse(req, DSP_E_BADSTATE, "no client attached with this number");
}

static s32 process_client_arg(struct dsp_request *req, s32 *client)
{
	s32 ret = dsp_call_shape(req, 1, 0);

	if (ret)
		return ret;
	if (req->args[0].len != 4)
		return dsp_call_violation(req, "the client argument is not 4 bytes long");
	*client = wire_s32(req->args[0].data, 0);
	if (!*client)
		return dsp_call_violation(req, "client id 0");
	return 0;
}

static s32 process_attach(struct dsp_request *req)
{
	u32 pd = req->ctx & CTX_PD_MASK;
	s32 client = 0;
	s32 ret = process_client_arg(req, &client);

	if (ret)
		return ret;
	if (pd != PD_ROOT && pd != PD_SENSORS)
		return dsp_call_violation(req, "attach to a PD that cannot be attached to");
	return dsp_process_add(req, client, false);
}

static s32 process_release(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;
	s32 client = 0;
	s32 ret = process_client_arg(req, &client);
	int at;

	if (ret)
		return ret;
	dsp_listener_drop(dsp, client);
	dsp_call_disown(req, client);
	dsp_pd_end(dsp, client);
	dsp_module_drop(dsp, client);
	spin_lock(&dsp->calls_lock);
	dsp->releases++;
	at = process_index(dsp, client);
	if (at >= 0)
		dsp->clients[at] = dsp->clients[--dsp->nclients];
	spin_unlock(&dsp->calls_lock);
	wake_up_all(&dsp->counters);
	/* The audio PD lost its daemon, not its life: it keeps its heap. */
	return at < 0 ? dsp_call_refuse(req, DSP_E_BADSTATE, "release of no client") : 0;
}

/*
 * in0: client, name length with the NUL, number of page records;
 * in1: name; in2: page records.  A record that is not counted is ignored.
 */
static s32 process_create_static(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	u32 namelen, pages;
	s32 client, ret;

	ret = dsp_call_shape(req, 3, 0);
	if (ret)
		return ret;
	if (arg[0].len != 12)
		return dsp_call_violation(req, "create static: in0 is not 12 bytes long");
	client = wire_s32(arg[0].data, 0);
	namelen = wire_u32(arg[0].data, 4);
	pages = wire_u32(arg[0].data, 8);
	if (!client)
		return dsp_call_violation(req, "client id 0");
	if (!namelen || namelen != arg[1].len || arg[1].data[namelen - 1])
		return dsp_call_violation(req, "create static: bad name length");
	if (pages > DSP_MAX_RECORDS || (u64)pages * 16 > arg[2].len)
		return dsp_call_violation(req, "create static: more page records than sent");
	if ((req->ctx & CTX_PD_MASK) != PD_USER)
		return dsp_call_violation(req, "create static: not for the user PD");
	if (strcmp((char *)arg[1].data, AUDIO_PD_NAME))
		return dsp_call_refuse(req, DSP_E_NOPROCESS, "no static PD of this name");

	if (!pages && arg[2].len >= 16)
		dsp_heap_stray(req->dsp, wire_u64(arg[2].data, 0));
	ret = dsp_heap_offer(req->dsp, arg[2].data, pages);
	if (ret)
		return dsp_call_refuse(req, ret, "audio PD");
	return dsp_process_add(req, client, true);
}

/* Memory of the audio PD's pool is an affair of those that attached to it. */
static s32 process_check_daemon(struct dsp_request *req, s32 client)
{
	struct dsp *dsp = req->dsp;
	bool audio;
	int at;

	if (!client)
		return dsp_call_violation(req, "client id 0");
	if ((req->ctx & CTX_PD_MASK) != PD_USER)
		return dsp_call_violation(req, "memory of a heap: not for the user PD");
	spin_lock(&dsp->calls_lock);
	at = process_index(dsp, client);
	audio = at >= 0 && dsp->clients[at].audio;
	spin_unlock(&dsp->calls_lock);
	return audio ? 0 : dsp_call_refuse(req, DSP_E_BADSTATE, "not attached to the audio PD");
}

/*
 * in0: client, flags, address 0, size of in1 in bytes; in1: page record;
 * out0: the DSP's name for it.
 */
static s32 process_mmap(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	u32 flags;
	u64 token;
	s32 ret;

	ret = dsp_call_shape(req, 2, 1);
	if (ret)
		return ret;
	if (arg[0].len != 24 || arg[1].len != 16 || arg[2].len != 8)
		return dsp_call_violation(req, "mmap: bad argument lengths");
	if (wire_u32(arg[0].data, 16) != 16)
		return dsp_call_violation(req, "mmap: in0 gives another size of the page record");
	flags = wire_u32(arg[0].data, 4);
	if (wire_u64(arg[0].data, 8))
		return dsp_call_violation(req, "mmap: an address is wished for");
	ret = dsp_call_result(req, 2);
	if (ret)
		return ret;
	if (flags == MAP_ADD_PAGES || flags == MAP_ADD_PAGES_LLC)
		return dsp_pd_mmap(req);
	ret = process_check_daemon(req, wire_s32(arg[0].data, 0));
	if (ret)
		return ret;
	if (flags != MAP_REMOTE_HEAP)
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "mmap: no such flags");
	ret = dsp_heap_grow(req->dsp, wire_u64(arg[1].data, 0), wire_u64(arg[1].data, 8), &token);
	if (ret)
		return dsp_call_refuse(req, ret, "audio PD");
	put_unaligned_le64(token, arg[2].data);
	return 0;
}

/* in0: client, 4 bytes of nothing, the DSP's name for it, its size. */
static s32 process_munmap(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	s32 ret;

	ret = dsp_call_shape(req, 1, 0);
	if (ret)
		return ret;
	if (arg[0].len != 24)
		return dsp_call_violation(req, "munmap: in0 is not 24 bytes long");
	if (dsp_pd_exists(req->dsp, wire_s32(arg[0].data, 0)))
		return dsp_pd_munmap(req);
	ret = process_check_daemon(req, wire_s32(arg[0].data, 0));
	if (ret)
		return ret;
	ret = dsp_heap_give_back(req->dsp, wire_u64(arg[0].data, 8), wire_u64(arg[0].data, 16));
	return ret ? dsp_call_refuse(req, ret, "audio PD") : 0;
}

s32 dsp_process_call(struct dsp_request *req)
{
	switch (req->method) {
	case INIT_ATTACH:
		return process_attach(req);
	case INIT_RELEASE:
		return process_release(req);
	case INIT_MMAP:
		return process_mmap(req);
	case INIT_MUNMAP:
		return process_munmap(req);
	case INIT_CREATE:
	case INIT_CREATE_ATTR:
		return dsp_pd_create(req);
	case INIT_CREATE_STATIC:
		return process_create_static(req);
	case INIT_MEM_MAP:
		return dsp_pd_mem_map(req);
	case INIT_MEM_UNMAP:
		return dsp_pd_mem_unmap(req);
	default:
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such init method");
	}
}

/* What a DSP says of itself; attributes not named here are 0. */
static const struct {
	u8 id;
	u32 value;
} attributes[] = {
	{ 6, 0x68 },	/* architecture v68 */
	{ 9, 1 },	/* asynchronous calls */
	{ 10, 1 },	/* status notifications */
	{ 128, 1 },	/* performance logging */
	{ 129, 1 },	/* DMA handles by reverse call */
	{ 131, 1 },	/* buffers shared by processes */
	{ 255, 0xfa57 },	/* the board's own mark, to see that the last word arrives */
};

/* in0: words wanted; out0: attributes 1, 2, 3 and so on. */
s32 dsp_utilities_call(struct dsp_request *req)
{
	unsigned int i;
	u32 words;
	s32 ret;

	if (req->method != UTIL_ATTRIBUTES)
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such utility");
	ret = dsp_call_shape(req, 1, 1);
	if (ret)
		return ret;
	if (req->args[0].len != 4 || req->args[1].len % 4)
		return dsp_call_violation(req, "attributes: bad argument lengths");
	words = wire_u32(req->args[0].data, 0);
	if (words > UTIL_ATTRIBUTE_WORDS || words * 4 > req->args[1].len)
		return dsp_call_violation(req, "attributes: more words wanted than there is room");
	ret = dsp_call_result(req, 1);
	if (ret)
		return ret;
	if (words >= ATTRIBUTE_UNSIGNED_PD && dsp_pd_unsigned(req->dsp))
		put_unaligned_le32(1, req->args[1].data + 4 * (ATTRIBUTE_UNSIGNED_PD - 1));
	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		if (attributes[i].id <= words)
			put_unaligned_le32(attributes[i].value,
					   req->args[1].data + 4 * (attributes[i].id - 1));
	return 0;
}
