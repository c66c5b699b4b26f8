// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules: what a client opens by name and calls by handle (remotectl), and the
 * few handles that are always there.
 *
 * A name "file:///<library>?..." makes the DSP load that library, which it reads
 * from its host, through the listener of the very client that opens.  Its code runs in the
 * PD of the client (dsp_code.c); a library of a board without Hexagon code is a line of
 * text that says which service of the model's it is.
 */
#include <linux/elf.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp.h"
#include "dsp_wire.h"

#define LISTENER_SUFFIX	"_default_listener"
#define URI_FILE	"file:///"
#define LIBRARY_ENV	"ADSP_LIBRARY_PATH"
#define LIBRARY_MARK	"board dsp library: test\n"
#define LIBRARY_HEAD	4096
#define LIBRARY_MAX	(8u << 20)
#define LIBRARY_CHUNK	16000
#define LIBRARY_MACHINE	164	/* Hexagon */
#define NAME_MAX_BYTES	256

/* Libraries take a handle below 0xff, or one from 0x100 to 0x200, for their own. */
#define MODULE_FIRST	0x20000u
#define MODULES_MAX	256

struct dsp_module {
	struct list_head node;
	u32 handle;
	s32 client;
	enum { MODULE_LISTENER, MODULE_SERVICE, MODULE_CODE } kind;
	u32 code;		/* number of the library in its process */
};

static struct dsp_module *module_find(struct dsp *dsp, u32 handle, s32 client)
{
	struct dsp_module *m;

	lockdep_assert_held(&dsp->calls_lock);
	list_for_each_entry(m, &dsp->modules, node)
		if (m->handle == handle && m->client == client)
			return m;
	return NULL;
}

/* Read up to @room bytes of the library from the host, into memory for the caller to free. */
static int module_read(struct dsp_request *req, const char *uri, size_t room,
		       struct dsp_file *file)
{
	struct dsp_caller who = dsp_caller_of(req);
	int ret;

	*file = (struct dsp_file){ .env = LIBRARY_ENV, .room = room, .chunk = LIBRARY_CHUNK };
	strscpy(file->name, uri + strlen(URI_FILE), sizeof(file->name));
	file->name[strcspn(file->name, "?")] = '\0';
	file->data = kvmalloc(room, GFP_KERNEL);
	if (!file->data)
		return -ENOMEM;
	dsp_listener_await(req, &who);
	ret = dsp_file_read(req->dsp, &who, file);
	if (ret) {
		kvfree(file->data);
		file->data = NULL;
	}
	return ret;
}

static bool library_is_service(const struct dsp_file *file)
{
	return file->len >= strlen(LIBRARY_MARK) &&
	       !memcmp(file->data, LIBRARY_MARK, strlen(LIBRARY_MARK));
}

static bool library_is_code(const struct dsp_file *file)
{
	const struct elf32_hdr *elf = (const struct elf32_hdr *)file->data;

	return file->len >= sizeof(*elf) && !memcmp(elf->e_ident, ELFMAG, SELFMAG) &&
	       elf->e_ident[EI_CLASS] == ELFCLASS32 && elf->e_machine == LIBRARY_MACHINE;
}

static int module_add(struct dsp_request *req, const struct dsp_module *like, u32 *handle)
{
	struct dsp_module *m = kmemdup(like, sizeof(*like), GFP_KERNEL);
	struct dsp *dsp = req->dsp;

	if (!m)
		return -ENOMEM;
	m->client = req->client;
	spin_lock(&dsp->calls_lock);
	if (dsp->nmodules < MODULES_MAX && !dsp->link.closing) {
		m->handle = MODULE_FIRST + dsp->modules_made++ % 0x10000000;
		list_add(&m->node, &dsp->modules);
		dsp->nmodules++;
		*handle = m->handle;
		m = NULL;
	}
	spin_unlock(&dsp->calls_lock);
	kfree(m);
	return m ? -ENOSPC : 0;
}

/* The loader's error and reason, where it has any. */
struct module_refusal {
	s32 error;
	char text[DSP_CODE_TEXT];
};

/* The file is larger than what was read of it, which is enough to know what it is. */
static int module_read_rest(struct dsp_request *req, const char *uri, struct dsp_file *file)
{
	if (file->len < LIBRARY_HEAD)
		return 0;
	kvfree(file->data);
	return module_read(req, uri, LIBRARY_MAX, file);
}

/* The loader's refusal is -ENOEXEC, and in *@refusal. */
static int module_load_code(struct dsp_request *req, const char *uri, struct dsp_file *file,
			    struct dsp_module *like, struct module_refusal *refusal)
{
	int ret = module_read_rest(req, uri, file);

	if (ret)
		return ret;
	refusal->error = dsp_code_open(req, uri, file->data, file->len, &like->code,
				       refusal->text);
	return refusal->error ? -ENOEXEC : 0;
}

static int module_load(struct dsp_request *req, const char *uri, struct dsp_module *like,
		       struct module_refusal *refusal)
{
	struct dsp_file file;
	int ret = module_read(req, uri, LIBRARY_HEAD, &file);

	if (ret)
		return ret;
	if (library_is_service(&file)) {
		like->kind = MODULE_SERVICE;
	} else if (library_is_code(&file) && dsp_pd_exists(req->dsp, req->client)) {
		like->kind = MODULE_CODE;
		ret = module_load_code(req, uri, &file, like, refusal);
	} else {
		ret = -ENOEXEC;
	}
	kvfree(file.data);
	return ret;
}

static int module_open(struct dsp_request *req, const char *name, u32 *handle,
		       struct module_refusal *refusal)
{
	size_t len = strlen(name), suffix = strlen(LISTENER_SUFFIX);
	struct dsp_module like = { .kind = MODULE_LISTENER };
	int ret;

	if (len >= suffix && !strcmp(name + len - suffix, LISTENER_SUFFIX))
		return module_add(req, &like, handle);
	if (strncmp(name, URI_FILE, strlen(URI_FILE)))
		return -ENOENT;
	ret = module_load(req, name, &like, refusal);
	if (ret)
		return ret;
	ret = module_add(req, &like, handle);
	if (ret && like.kind == MODULE_CODE)
		dsp_code_close(req, like.code);
	return ret;
}

/*
 * in0: u32 length of the name with its NUL, u32 room for a text; in1: name;
 * out0: u32 handle, u32 error of the loader; out1: that room.
 */
static s32 remotectl_open(struct dsp_request *req)
{
	struct module_refusal refusal = { .error = DSP_E_FAILED };
	struct dsp_arg *arg = req->args;
	u32 handle = 0, len;
	int err;
	s32 ret;

	ret = dsp_call_shape(req, 2, 2);
	if (ret)
		return ret;
	len = arg[1].len;
	if (arg[0].len != 8 || wire_u32(arg[0].data, 0) != len || !len || len > NAME_MAX_BYTES ||
	    arg[1].data[len - 1] || arg[2].len != 8 || wire_u32(arg[0].data, 4) != arg[3].len)
		return dsp_call_violation(req, "remotectl open: bad argument lengths");
	ret = dsp_call_result(req, 2);
	if (ret)
		return ret;
	ret = dsp_call_result(req, 3);
	if (ret)
		return ret;
	err = module_open(req, (char *)arg[1].data, &handle, &refusal);
	put_unaligned_le32(handle, arg[2].data);
	put_unaligned_le32(err ? refusal.error : 0, arg[2].data + 4);
	if (err && arg[3].len && refusal.text[0])
		strscpy((char *)arg[3].data, refusal.text, arg[3].len);
	else if (err && arg[3].len)
		snprintf(arg[3].data, arg[3].len, "the board's DSP has no module for it (%d)", err);
	dev_dbg(req->dsp->dev, "client %d opens %s: handle %#x, %d\n", req->client,
		(char *)arg[1].data, handle, err);
	return 0;
}

/* in0: u32 handle, u32 room; out0: u32 error; out1: that room */
static s32 remotectl_close(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;
	struct dsp_module *m;
	s32 ret;
	u32 err;

	ret = dsp_call_shape(req, 1, 2);
	if (ret)
		return ret;
	if (req->args[0].len != 8 || req->args[1].len != 4)
		return dsp_call_violation(req, "remotectl close: bad argument lengths");
	ret = dsp_call_result(req, 1);
	if (ret)
		return ret;
	ret = dsp_call_result(req, 2);
	if (ret)
		return ret;
	spin_lock(&dsp->calls_lock);
	m = module_find(dsp, wire_u32(req->args[0].data, 0), req->client);
	if (m) {
		list_del(&m->node);
		dsp->nmodules--;
	}
	spin_unlock(&dsp->calls_lock);
	err = m ? 0 : DSP_E_NOMODULE;
	if (m && m->kind == MODULE_CODE)
		err = dsp_code_close(req, m->code);
	put_unaligned_le32(err, req->args[1].data);
	kfree(m);
	return 0;
}

/* What a library asks of its process and the model has no use for: taken, all outputs 0. */
static s32 module_accept(struct dsp_request *req)
{
	return dsp_call_buffers(req);
}

/* Handle 4: the client's own process. */
static s32 current_process(struct dsp_request *req)
{
	struct dsp *dsp = req->dsp;

	if (req->method == PROCESS_EXIT) {
		spin_lock(&dsp->calls_lock);
		dsp_listener_end(dsp, req->client, req->ctx & CTX_PD_MASK);
		spin_unlock(&dsp->calls_lock);
	}
	return module_accept(req);
}

static s32 module_dynamic(struct dsp_request *req)
{
	struct dsp_module *m, found = {};
	struct dsp *dsp = req->dsp;

	spin_lock(&dsp->calls_lock);
	m = module_find(dsp, req->handle, req->client);
	if (m)
		found = *m;
	spin_unlock(&dsp->calls_lock);
	if (!m)
		return dsp_call_refuse(req, DSP_E_NOMODULE, "no module has this handle");
	switch (found.kind) {
	case MODULE_SERVICE:
		return dsp_service_call(req);
	case MODULE_CODE:
		return dsp_code_call(req, found.code);
	default:
		return module_accept(req);
	}
}

s32 dsp_module_call(struct dsp_request *req)
{
	bool old = req->handle == HANDLE_REMOTECTL;

	switch (req->handle) {
	case HANDLE_REMOTECTL:
	case HANDLE_REMOTECTL1:
		if (req->method == (old ? REMOTECTL_OPEN : REMOTECTL1_OPEN))
			return remotectl_open(req);
		if (req->method == (old ? REMOTECTL_CLOSE : REMOTECTL1_CLOSE))
			return remotectl_close(req);
		return old ? dsp_call_refuse(req, DSP_E_UNSUPPORTED, "no such remotectl method") :
			     module_accept(req);
	case HANDLE_PROCESS:
		return current_process(req);
	case HANDLE_MESSAGES:
		return module_accept(req);
	default:
		return module_dynamic(req);
	}
}

/* The client has gone; all of them if @client is 0. */
void dsp_module_drop(struct dsp *dsp, s32 client)
{
	struct dsp_module *m, *next;

	spin_lock(&dsp->calls_lock);
	list_for_each_entry_safe(m, next, &dsp->modules, node) {
		if (client && m->client != client)
			continue;
		list_del(&m->node);
		dsp->nmodules--;
		kfree(m);
	}
	spin_unlock(&dsp->calls_lock);
}
