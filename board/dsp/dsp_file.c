// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process on the DSP wants of its host: files (apps_std), and memory for
 * its heap (apps_mem).  Both are modules of the host, opened by name, called
 * through the listener (dsp_listener.c).
 *
 * Arguments are packed one after the other: u32 length, and if it is not 0, zeroes
 * up to a multiple of 8 and the data.  Behind the in-buffers come the lengths of the
 * out-buffers.  Results are packed in the same way.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp.h"
#include "dsp_wire.h"

#define PACK_ROOM	1024
#define ERROR_ROOM	256

#define STD_MODULE	"apps_std"
#define STD_READ	0x04010200u
#define STD_CLOSE	0x03010000u
#define STD_LENGTH	0x0a010100u
#define STD_OPEN_ENV	0x13050100u

#define MEM_MODULE	"apps_mem"
#define MEM_MAP64	0x02010100u
#define MEM_UNMAP64	0x03010000u

#define HOST_OPEN	0x00020200u
#define HOST_CLOSE	0x01010200u

/* One call of a module of the host, while its arguments are put together. */
struct pack {
	struct dsp_reverse call;
	u8 in[PACK_ROOM];
	size_t at;		/* in the results */
};

static void pack_start(struct pack *p, u32 handle, u32 sc)
{
	memset(p, 0, sizeof(*p));
	p->call.handle = handle;
	p->call.sc = sc;
	p->call.in = p->in;
}

static void pack_length(struct pack *p, u32 len)
{
	if (WARN_ON_ONCE(p->call.in_len > PACK_ROOM - 4))
		return;
	put_unaligned_le32(len, p->in + p->call.in_len);
	p->call.in_len += 4;
}

static void pack_in(struct pack *p, const void *data, u32 len)
{
	pack_length(p, len);
	p->call.in_len = ALIGN(p->call.in_len, 8);
	if (WARN_ON_ONCE(p->call.in_len > PACK_ROOM - len))
		return;
	memcpy(p->in + p->call.in_len, data, len);
	p->call.in_len += len;
}

static void pack_words(struct pack *p, const u32 *words, unsigned int n)
{
	__le32 le[8];
	unsigned int i;

	for (i = 0; i < n; i++)
		le[i] = cpu_to_le32(words[i]);
	pack_in(p, le, 4 * n);
}

/* The next result, which has to be @len bytes long: where it is, or NULL. */
static const u8 *unpack(struct pack *p, u32 len)
{
	struct dsp_reverse *r = &p->call;
	const u8 *data;

	if (p->at + 4 > r->out_len || wire_u32(r->out, p->at) != len)
		return NULL;
	p->at += 4;
	if (len)
		p->at = ALIGN(p->at, 8);
	if (p->at > r->out_len || len > r->out_len - p->at)
		return NULL;
	data = r->out + p->at;
	p->at += len;
	return data;
}

/* 0; -EREMOTEIO if the host says no; -errno if it says nothing. */
static int host_call(struct dsp *dsp, const struct dsp_caller *who, struct pack *p)
{
	int ret = dsp_reverse_call(dsp, who, &p->call);

	if (ret)
		return ret;
	return p->call.result ? -EREMOTEIO : 0;
}

/* The first result of a call, which has to be @len bytes long; ERR_PTR(): there is none. */
static const u8 *host_ask(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 len)
{
	const u8 *out;
	int ret;

	ret = host_call(dsp, who, p);
	if (ret)
		return ERR_PTR(ret);
	out = unpack(p, len);
	return out ? out : ERR_PTR(-EPROTO);
}

static void host_done(struct pack *p)
{
	kvfree(p->call.out);
	p->call.out = NULL;
}

/* Open a module of the host, as the host opens ours. */
static int host_open(struct dsp *dsp, const struct dsp_caller *who, struct pack *p,
		     const char *name, u32 *handle)
{
	u32 head[] = { strlen(name) + 1, ERROR_ROOM };
	const u8 *out;
	int ret;

	pack_start(p, 0, HOST_OPEN);
	pack_words(p, head, 2);
	pack_in(p, name, head[0]);
	pack_length(p, 8);
	pack_length(p, ERROR_ROOM);
	out = host_ask(dsp, who, p, 8);
	ret = PTR_ERR_OR_ZERO(out);
	if (ret)
		goto out_done;
	ret = -EPROTO;
	if (wire_u32(out, 4))
		goto out_done;
	*handle = wire_u32(out, 0);
	ret = 0;

out_done:
	host_done(p);
	return ret;
}

static int host_close(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 handle)
{
	u32 head[] = { handle, ERROR_ROOM };
	const u8 *out;
	int ret;

	pack_start(p, 0, HOST_CLOSE);
	pack_words(p, head, 2);
	pack_length(p, 4);
	pack_length(p, ERROR_ROOM);
	out = host_ask(dsp, who, p, 4);
	if (IS_ERR(out))
		ret = PTR_ERR(out);
	else
		ret = wire_u32(out, 0) ? -EPROTO : 0;
	host_done(p);
	return ret;
}

static int file_open(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
		     const struct dsp_file *file, u32 *fd)
{
	u32 lengths[] = { strlen(file->env) + 1, 2, strlen(file->name) + 1, 2 };
	const u8 *out;
	int ret;

	pack_start(p, module, STD_OPEN_ENV);
	pack_words(p, lengths, 4);
	pack_in(p, file->env, lengths[0]);
	pack_in(p, ";", 2);
	pack_in(p, file->name, lengths[2]);
	pack_in(p, "r", 2);
	pack_length(p, 4);
	out = host_ask(dsp, who, p, 4);
	ret = PTR_ERR_OR_ZERO(out);
	if (!IS_ERR(out))
		*fd = wire_u32(out, 0);
	/* "No such file" is the one refusal that means nothing is wrong. */
	if (ret == -EREMOTEIO)
		ret = -ENOENT;
	host_done(p);
	return ret;
}

static int file_length(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
		       u32 fd, u64 *size)
{
	const u8 *out;
	int ret;

	pack_start(p, module, STD_LENGTH);
	pack_words(p, &fd, 1);
	pack_length(p, 8);
	out = host_ask(dsp, who, p, 8);
	ret = PTR_ERR_OR_ZERO(out);
	if (!IS_ERR(out))
		*size = wire_u64(out, 0);
	host_done(p);
	return ret;
}

/* One piece of the file, behind what is there.  0, and *eof at its end. */
static int file_piece(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
		      u32 fd, struct dsp_file *file, bool *eof)
{
	u32 want[] = { fd, min_t(size_t, file->chunk, file->room - file->len) };
	const u8 *head, *data;
	u32 got;
	int ret;

	pack_start(p, module, STD_READ);
	pack_words(p, want, 2);
	pack_length(p, 8);
	pack_length(p, want[1]);
	head = host_ask(dsp, who, p, 8);
	ret = PTR_ERR_OR_ZERO(head);
	if (ret)
		goto out_done;
	ret = -EPROTO;
	data = unpack(p, want[1]);
	got = wire_u32(head, 0);
	if (!data || got > want[1])
		goto out_done;
	memcpy(file->data + file->len, data, got);
	file->len += got;
	*eof = wire_u32(head, 4) || !got || file->len == file->room;
	ret = 0;

out_done:
	host_done(p);
	return ret;
}

static int file_close(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
		      u32 fd)
{
	int ret;

	pack_start(p, module, STD_CLOSE);
	pack_words(p, &fd, 1);
	ret = host_call(dsp, who, p);
	host_done(p);
	return ret;
}

static int file_read_all(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
			 struct dsp_file *file)
{
	bool eof = false;
	u32 fd = 0;
	int ret, closed;

	ret = file_open(dsp, who, p, module, file, &fd);
	if (ret)
		return ret;
	if (file->ask_size)
		ret = file_length(dsp, who, p, module, fd, &file->size);
	while (!ret && !eof && file->len < file->room)
		ret = file_piece(dsp, who, p, module, fd, file, &eof);
	closed = file_close(dsp, who, p, module, fd);
	return ret ? ret : closed;
}

/*
 * Open the file by name in the directories that an environment variable of the
 * host lists, read up to file->room bytes of it, close it.  -ENOENT: the host says
 * that there is none; -EREMOTEIO: another refusal; -EPROTO: answers that do not fit.
 */
int dsp_file_read(struct dsp *dsp, const struct dsp_caller *who, struct dsp_file *file)
{
	struct pack *p = kmalloc(sizeof(*p), GFP_KERNEL);
	u32 module;
	int ret, closed;

	if (!p)
		return -ENOMEM;
	file->len = 0;
	ret = host_open(dsp, who, p, STD_MODULE, &module);
	if (ret)
		goto out_free_pack;
	ret = file_read_all(dsp, who, p, module, file);
	closed = host_close(dsp, who, p, module);
	ret = ret ? ret : closed;

out_free_pack:
	kfree(p);
	return ret;
}

/* Have the host add memory to the process's pool; *dsp_addr is the DSP's name for it. */
static int memory_map(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
		      u32 flags, u64 size, u64 *dsp_addr)
{
	u8 in[32] = { };
	const u8 *out;
	int ret;

	put_unaligned_le32(flags, in + 8);
	put_unaligned_le64(size, in + 24);
	pack_start(p, module, MEM_MAP64);
	pack_in(p, in, sizeof(in));
	pack_length(p, 16);
	out = host_ask(dsp, who, p, 16);
	ret = PTR_ERR_OR_ZERO(out);
	if (!IS_ERR(out))
		*dsp_addr = wire_u64(out, 8);
	host_done(p);
	return ret;
}

static int memory_unmap(struct dsp *dsp, const struct dsp_caller *who, struct pack *p, u32 module,
			u64 size, u64 dsp_addr)
{
	u8 in[16];
	int ret;

	put_unaligned_le64(dsp_addr, in);
	put_unaligned_le64(size, in + 8);
	pack_start(p, module, MEM_UNMAP64);
	pack_in(p, in, sizeof(in));
	ret = host_call(dsp, who, p);
	host_done(p);
	return ret;
}

/* Ask for memory (*dsp_addr is 0 and is set), or to take back what was got. */
int dsp_file_memory(struct dsp *dsp, const struct dsp_caller *who, u32 flags, u64 size,
		    u64 *dsp_addr)
{
	struct pack *p = kmalloc(sizeof(*p), GFP_KERNEL);
	u32 module;
	int ret, closed;

	if (!p)
		return -ENOMEM;
	ret = host_open(dsp, who, p, MEM_MODULE, &module);
	if (ret)
		goto out_free_pack;
	ret = *dsp_addr ? memory_unmap(dsp, who, p, module, size, *dsp_addr) :
			  memory_map(dsp, who, p, module, flags, size, dsp_addr);
	closed = host_close(dsp, who, p, module);
	ret = ret ? ret : closed;

out_free_pack:
	kfree(p);
	return ret;
}
