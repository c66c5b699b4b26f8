// SPDX-License-Identifier: GPL-2.0-only
/*
 * User PDs: the methods of handle 1 by which a client makes a process of its
 * own on the DSP and gives it memory.
 *
 * A PD is its client's: CREATE makes it, RELEASE ends it, and so does the end
 * of the channel.  What is in its shell does not matter here, only that all of
 * it can be read; a checksum tells a test whether it was the right one.  The
 * memory itself, and its oracle, are in dsp_map.c.
 */
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp.h"
#include "dsp_wire.h"

#define PD_MEMORY_MIN	SZ_2M
#define PD_MEMORY_UNIT	SZ_1M

/* All of this is under maps.lock. */
static struct dsp_pd *pd_find(struct dsp *dsp, s32 client)
{
	unsigned int i;

	lockdep_assert_held(&dsp->maps.lock);
	for (i = 0; i < dsp->maps.npds; i++)
		if (dsp->maps.pds[i].client == client)
			return &dsp->maps.pds[i];
	return NULL;
}

bool dsp_pd_exists(struct dsp *dsp, s32 client)
{
	bool found;

	mutex_lock(&dsp->maps.lock);
	found = pd_find(dsp, client);
	mutex_unlock(&dsp->maps.lock);
	return found;
}

static s32 pd_add(struct dsp *dsp, const struct dsp_pd *pd)
{
	s32 ret = 0;

	mutex_lock(&dsp->maps.lock);
	if (pd_find(dsp, pd->client))
		ret = DSP_E_BADSTATE;
	else if (dsp->maps.npds == DSP_MAX_PDS)
		ret = DSP_E_NOMEM;
	else
		dsp->maps.pds[dsp->maps.npds++] = *pd;
	mutex_unlock(&dsp->maps.lock);
	return ret;
}

/* The client is released, or (@client 0) the channel ends: its PD, its code and its memory. */
void dsp_pd_end(struct dsp *dsp, s32 client)
{
	struct dsp_pd *pd;

	dsp_remote_end(dsp, client);
	dsp_map_end(dsp, client);
	mutex_lock(&dsp->maps.lock);
	pd = pd_find(dsp, client);
	if (pd)
		*pd = dsp->maps.pds[--dsp->maps.npds];
	else if (!client)
		dsp->maps.npds = 0;
	mutex_unlock(&dsp->maps.lock);
}

/* PD @out->index, in no order that matters. */
int dsp_pd_show(struct dsp *dsp, struct dsp_control_pd *out)
{
	struct dsp_pd *pd = NULL;

	mutex_lock(&dsp->maps.lock);
	if (out->index < dsp->maps.npds)
		pd = &dsp->maps.pds[out->index];
	if (pd) {
		out->client = pd->client;
		out->attrs = pd->attrs;
		out->siglen = pd->siglen;
		out->shell_len = pd->shell_len;
		out->shell_hash = pd->shell_hash;
		memcpy(out->name, pd->name, sizeof(out->name));
	}
	mutex_unlock(&dsp->maps.lock);
	return pd ? 0 : -ENOENT;
}

/* Does the DSP of this channel run code without a signature? */
bool dsp_pd_unsigned(struct dsp *dsp)
{
	return !strncmp(dsp->channel_label, "cdsp", 4) || !strncmp(dsp->channel_label, "gdsp", 4);
}

/*
 * in0: client, name length with the NUL, shell length, number of page records,
 * attributes, signature length; in1: name; in2: shell; in3: page record.
 * Method 7 has attributes, and on some hosts two words more that repeat them.
 */
static s32 pd_create_check(struct dsp_request *req)
{
	const struct dsp_arg *arg = req->args;
	bool takes_attrs = req->method == INIT_CREATE_ATTR;
	u32 namelen, attrs;

	if (arg[0].len != 24 || arg[3].len != 16)
		return dsp_call_violation(req, "create: bad argument lengths");
	namelen = wire_u32(arg[0].data, 4);
	attrs = wire_u32(arg[0].data, 16);
	if (!wire_s32(arg[0].data, 0))
		return dsp_call_violation(req, "client id 0");
	if (!namelen || namelen != arg[1].len || arg[1].data[namelen - 1])
		return dsp_call_violation(req, "create: bad name length");
	if (wire_u32(arg[0].data, 8) != arg[2].len)
		return dsp_call_violation(req, "create: in0 gives another length of the shell");
	if (wire_u32(arg[0].data, 12) != 1)
		return dsp_call_violation(req, "create: not one page record");
	if (takes_attrs != !!attrs)
		return dsp_call_violation(req, "create: attributes and method do not fit");
	if ((req->ctx & CTX_PD_MASK) != PD_USER)
		return dsp_call_violation(req, "create: not for the user PD");
	if ((attrs & CREATE_UNSIGNED) && !dsp_pd_unsigned(req->dsp))
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no unsigned PDs here");
	return 0;
}

static s32 pd_create_memory(struct dsp_request *req, const struct dsp_pd *pd)
{
	const struct dsp_map like = { .kind = DSP_MAP_INIT, .client = pd->client, .fd = -1 };
	u64 addr = wire_u64(req->args[3].data, 0);
	u64 size = wire_u64(req->args[3].data, 8);
	u64 token;

	if (size < PD_MEMORY_MIN || size % PD_MEMORY_UNIT || size < 4 * pd->shell_len)
		return dsp_call_violation(req, "create: a PD cannot begin with so much memory");
	return dsp_map_take(req, &like, addr, size, &token);
}

s32 dsp_pd_create(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	struct dsp_pd pd = {};
	s32 ret;

	if (req->method == INIT_CREATE_ATTR && req->n_in == 6)
		ret = dsp_call_shape(req, 6, 0);
	else
		ret = dsp_call_shape(req, 4, 0);
	if (ret)
		return ret;
	ret = pd_create_check(req);
	if (ret)
		return ret;
	pd.client = wire_s32(arg[0].data, 0);
	pd.attrs = wire_u32(arg[0].data, 16);
	pd.siglen = wire_u32(arg[0].data, 20);
	pd.shell_len = arg[2].len;
	pd.shell_hash = dsp_service_hash(0, arg[2].data, arg[2].len);
	strscpy(pd.name, (char *)arg[1].data, sizeof(pd.name));
	ret = dsp_process_add(req, pd.client, false);
	if (ret)
		return ret;
	ret = pd_add(req->dsp, &pd);
	if (ret)
		return dsp_call_refuse(req, ret, "the client has a PD, or there are too many");
	ret = pd_create_memory(req, &pd);
	if (ret) {
		dsp_pd_end(req->dsp, pd.client);
		return ret;
	}
	dsp_map_count(req->dsp, &req->dsp->maps.counts.creates);
	return 0;
}

/* Pages for the heap of a PD; in0 and in1 as the caller has checked them. */
s32 dsp_pd_mmap(struct dsp_request *req)
{
	const struct dsp_map like = {
		.kind = DSP_MAP_PAGES,
		.client = wire_s32(req->args[0].data, 0),
		.flags = wire_u32(req->args[0].data, 4),
		.fd = -1,
	};
	u64 token;
	s32 ret;

	if ((req->ctx & CTX_PD_MASK) != PD_USER)
		return dsp_call_refuse(req, DSP_E_BADSTATE, "root and sensors take no pages");
	if (!dsp_pd_exists(req->dsp, like.client))
		return dsp_call_refuse(req, DSP_E_BADSTATE, "the client has no PD");
	ret = dsp_map_take(req, &like, wire_u64(req->args[1].data, 0),
			   wire_u64(req->args[1].data, 8), &token);
	if (ret)
		return ret;
	put_unaligned_le64(token, req->args[2].data);
	dsp_map_count(req->dsp, &req->dsp->maps.counts.mmaps);
	return 0;
}

s32 dsp_pd_munmap(struct dsp_request *req)
{
	const struct dsp_map like = {
		.kind = DSP_MAP_PAGES,
		.client = wire_s32(req->args[0].data, 0),
		.token = wire_u64(req->args[0].data, 8),
		.size = wire_u64(req->args[0].data, 16),
		.fd = -1,
	};
	s32 ret;

	if (!like.token)
		return dsp_call_refuse(req, DSP_E_BADPARM, "no such memory");
	ret = dsp_map_give_back(req, &like);
	if (ret)
		return ret;
	dsp_map_count(req->dsp, &req->dsp->maps.counts.munmaps);
	return 0;
}

static bool pd_map_flags_known(u32 flags)
{
	return flags <= 4 || flags == MAP_FD_NOMAP || flags == MAP_DMA_HANDLE;
}

/*
 * in0: client, fd, offset, flags, address wished for, bytes of in1, 0; in1: page
 * record; in2: nothing; out0: the DSP's name for it.
 */
s32 dsp_pd_mem_map(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	struct dsp_map like = { .kind = DSP_MAP_FD };
	u64 token;
	s32 ret = dsp_call_shape(req, 3, 1);

	if (ret)
		return ret;
	if (arg[0].len != 32 || arg[1].len != 16 || arg[2].len || arg[3].len != 8)
		return dsp_call_violation(req, "mem map: bad argument lengths");
	if (wire_u32(arg[0].data, 24) != 16 || wire_u32(arg[0].data, 28))
		return dsp_call_violation(req, "mem map: in0 gives other sizes of the records");
	like.client = wire_s32(arg[0].data, 0);
	like.fd = wire_s32(arg[0].data, 4);
	like.flags = wire_u32(arg[0].data, 12);
	if (like.fd < 0)
		return dsp_call_violation(req, "mem map: a negative fd");
	ret = dsp_process_known(req, like.client);
	if (ret)
		return ret;
	if (!pd_map_flags_known(like.flags))
		return dsp_call_refuse(req, DSP_E_UNSUPPORTED, "mem map: no such flags");
	if (dsp_map_exists(req->dsp, &like))
		return dsp_call_refuse(req, DSP_E_BADSTATE, "mem map: the fd is mapped already");
	ret = dsp_call_result(req, 3);
	if (ret)
		return ret;
	ret = dsp_map_take(req, &like, wire_u64(arg[1].data, 0), wire_u64(arg[1].data, 8), &token);
	if (ret)
		return ret;
	put_unaligned_le64(token, arg[3].data);
	dsp_map_count(req->dsp, &req->dsp->maps.counts.mem_maps);
	return 0;
}

/* in0: client, fd, the DSP's name for it (0: the handle that was kept), length. */
s32 dsp_pd_mem_unmap(struct dsp_request *req)
{
	struct dsp_arg *arg = req->args;
	struct dsp_map like = { .kind = DSP_MAP_FD };
	s32 ret = dsp_call_shape(req, 1, 0);

	if (ret)
		return ret;
	if (arg[0].len != 24)
		return dsp_call_violation(req, "mem unmap: in0 is not 24 bytes long");
	like.client = wire_s32(arg[0].data, 0);
	like.fd = wire_s32(arg[0].data, 4);
	like.token = wire_u64(arg[0].data, 8);
	like.size = wire_u64(arg[0].data, 16);
	ret = dsp_process_known(req, like.client);
	if (ret)
		return ret;
	if (like.fd < 0)
		return dsp_call_refuse(req, DSP_E_BADPARM, "no such memory");
	if (!like.token)
		like.kind = DSP_MAP_HANDLE;
	ret = dsp_map_give_back(req, &like);
	if (ret)
		return ret;
	dsp_map_count(req->dsp, &req->dsp->maps.counts.mem_unmaps);
	return 0;
}
