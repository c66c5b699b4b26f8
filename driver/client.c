// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients: the device nodes, open files and the table of ioctls.
 */
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "private.h"

/* The user's copy, and the dma-buf until the copy is known to have arrived. */
struct alloc_arg {
	struct fastrpc_alloc_dma_buf user;
	struct dma_buf *buf;
};

/* Every argument fits; the table below says how much of it counts. */
union ioctl_arg {
	struct alloc_arg alloc;
	struct fastrpc_invoke invoke;
	struct fastrpc_init_create create;
	struct fastrpc_init_create_static create_static;
	struct fastrpc_ioctl_capability capability;
	struct fastrpc_req_mmap mmap;
	struct fastrpc_req_munmap munmap;
	struct fastrpc_mem_map mem_map;
	struct fastrpc_mem_unmap mem_unmap;
	struct fastrpc_ioctl_set_option set_option;
};

/* One ioctl. */
struct ioctl_entry {
	unsigned int cmd;	/* full command; its size is what is copied in */
	/* gets the private copy of the argument */
	long (*handler)(struct frpc_client *client, union ioctl_arg *arg);
	bool needs_session;	/* the file takes a session first, if it has none yet */
	bool has_result;	/* on success the argument goes back to the caller */
	/*
	 * After @handler succeeded; undoes what @handler did if the argument did not reach the
	 * caller.  May be NULL.
	 */
	void (*finish)(struct frpc_client *client, union ioctl_arg *arg, bool has_arrived);
};

/* The file descriptor is only a number until the caller knows it. */
static long ioctl_alloc(struct frpc_client *client, union ioctl_arg *arg)
{
	struct alloc_arg *alloc = &arg->alloc;
	struct dma_buf *buf;
	int fd;

	buf = frpc_export_create(client->channel, alloc->user.size);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	/* not O_CLOEXEC: programs have always had it this way */
	fd = get_unused_fd_flags(0);
	if (fd < 0) {
		dma_buf_put(buf);
		return fd;
	}
	alloc->user.fd = fd;
	alloc->buf = buf;
	return 0;
}

static void alloc_finish(struct frpc_client *client, union ioctl_arg *arg, bool has_arrived)
{
	if (has_arrived) {
		fd_install(arg->alloc.user.fd, arg->alloc.buf->file);
		return;
	}
	put_unused_fd(arg->alloc.user.fd);
	dma_buf_put(arg->alloc.buf);
}

static long ioctl_invoke(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_invoke_user(client, &arg->invoke);
}

static long ioctl_attach(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_attach(client, DSP_PD_ROOT);
}

static long ioctl_attach_sensors(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_attach(client, DSP_PD_SENSORS);
}

static long ioctl_create(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_create(client, &arg->create);
}

static long ioctl_create_static(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_create_static(client, &arg->create_static);
}

static long ioctl_get_dsp_info(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_capability_get(client, &arg->capability);
}

static long ioctl_mmap(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_mmap(client, &arg->mmap);
}

/* A caller that does not get the address could never unmap the memory. */
static void mmap_finish(struct frpc_client *client, union ioctl_arg *arg, bool has_arrived)
{
	const struct fastrpc_req_munmap request = {
		.vaddrout = arg->mmap.vaddrout,
		.size = arg->mmap.size,
	};

	if (!has_arrived)
		frpc_process_munmap(client, &request);
}

static long ioctl_munmap(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_munmap(client, &arg->munmap);
}

static long ioctl_mem_map(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_memory_map(client, &arg->mem_map);
}

static void mem_map_finish(struct frpc_client *client, union ioctl_arg *arg, bool has_arrived)
{
	const struct fastrpc_mem_unmap undo = {
		.fd = arg->mem_map.fd,
		.vaddr = arg->mem_map.vaddrout,
	};

	if (!has_arrived)
		frpc_process_memory_unmap(client, &undo);
}

static long ioctl_mem_unmap(struct frpc_client *client, union ioctl_arg *arg)
{
	return frpc_process_memory_unmap(client, &arg->mem_unmap);
}

static long ioctl_set_option(struct frpc_client *client, union ioctl_arg *arg)
{
	const struct fastrpc_ioctl_set_option *option = &arg->set_option;

	if (memchr_inv(option->reserved, 0, sizeof(option->reserved)) ||
	    option->request_id != FASTRPC_POLL_MODE)
		return -EINVAL;
	if (!client->channel->has_poll)
		return -EOPNOTSUPP;
	if (option->value > FASTRPC_POLL_MODE_ENABLE)
		return -EINVAL;
	WRITE_ONCE(client->is_polling, option->value);
	return 0;
}

static const struct ioctl_entry ioctl_table[] = {
	{ FASTRPC_IOCTL_ALLOC_DMA_BUFF, ioctl_alloc, .has_result = true, .finish = alloc_finish },
	{ FASTRPC_IOCTL_INVOKE, ioctl_invoke, .needs_session = true },
	{ FASTRPC_IOCTL_INIT_ATTACH, ioctl_attach, .needs_session = true },
	{ FASTRPC_IOCTL_INIT_ATTACH_SNS, ioctl_attach_sensors, .needs_session = true },
	{ FASTRPC_IOCTL_INIT_CREATE, ioctl_create, .needs_session = true },
	{ FASTRPC_IOCTL_INIT_CREATE_STATIC, ioctl_create_static, .needs_session = true },
	/* memory is for clients that have joined a protection domain: they have a session */
	{ FASTRPC_IOCTL_MMAP, ioctl_mmap, .has_result = true, .finish = mmap_finish },
	{ FASTRPC_IOCTL_MUNMAP, ioctl_munmap },
	{ FASTRPC_IOCTL_MEM_MAP, ioctl_mem_map, .has_result = true, .finish = mem_map_finish },
	{ FASTRPC_IOCTL_MEM_UNMAP, ioctl_mem_unmap },
	{ FASTRPC_IOCTL_SET_OPTION, ioctl_set_option },
	{ FASTRPC_IOCTL_GET_DSP_INFO, ioctl_get_dsp_info, .has_result = true },
};

static const struct ioctl_entry *ioctl_find(unsigned int cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ioctl_table); i++)
		if (ioctl_table[i].cmd == cmd)
			return &ioctl_table[i];
	return NULL;
}

/* A session is taken when the file first needs one, and kept until it is closed. */
static int client_take_session(struct frpc_client *client)
{
	struct frpc_session *session;

	/* pairs with the store below */
	if (smp_load_acquire(&client->session))
		return 0;
	if (mutex_lock_killable(&client->session_lock))
		return -EINTR;
	session = client->session;
	if (!session)
		session = frpc_session_get(client);
	if (!IS_ERR(session))
		/* a thread that sees the session sees what is in it */
		smp_store_release(&client->session, session);
	mutex_unlock(&client->session_lock);
	return PTR_ERR_OR_ZERO(session);
}

static long client_ioctl(struct file *file, unsigned int cmd, unsigned long address)
{
	const struct ioctl_entry *entry = ioctl_find(cmd);
	struct frpc_client *client = file->private_data;
	void __user *user_arg = (void __user *)address;
	union ioctl_arg arg;
	long ret;

	if (!entry)
		return -ENOTTY;
	if (!READ_ONCE(client->channel->is_alive))
		return -EPIPE;
	if (copy_from_user(&arg, user_arg, _IOC_SIZE(cmd)))
		return -EFAULT;
	ret = entry->needs_session ? client_take_session(client) : 0;
	if (ret)
		return ret;

	ret = entry->handler(client, &arg);
	if (ret || !entry->has_result)
		return ret;
	if (copy_to_user(user_arg, &arg, _IOC_SIZE(cmd)))
		ret = -EFAULT;
	if (entry->finish)
		entry->finish(client, &arg, !ret);
	return ret;
}

static int client_open(struct inode *inode, struct file *file)
{
	struct frpc_node *node = container_of(file->private_data, struct frpc_node, misc);
	struct frpc_channel *channel = node->channel;
	struct frpc_client *client;

	client = kzalloc_obj(*client, GFP_KERNEL_ACCOUNT);
	if (!client)
		return -ENOMEM;
	mutex_init(&client->session_lock);
	/* the node is registered, so the channel is there */
	frpc_channel_get(channel);
	client->channel = channel;
	client->pd = DSP_PD_ROOT;
	client->is_privileged = node->is_secure;
	frpc_mappings_setup(client);
	file->private_data = client;
	return 0;
}

static int client_release(struct inode *inode, struct file *file)
{
	struct frpc_client *client = file->private_data;

	frpc_release_client(client);
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&client->mappings));
	frpc_channel_put(client->channel);
	kfree(client);
	return 0;
}

static const struct file_operations client_fops = {
	.owner = THIS_MODULE,
	.open = client_open,
	.release = client_release,
	.unlocked_ioctl = client_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static int node_register(struct frpc_node *node, struct frpc_channel *channel,
			 struct device *parent, const char *suffix)
{
	int ret;

	snprintf(node->name, sizeof(node->name), "fastrpc-%s%s", channel->label, suffix);
	node->channel = channel;
	node->misc.minor = MISC_DYNAMIC_MINOR;
	node->misc.name = node->name;
	node->misc.fops = &client_fops;
	node->misc.parent = parent;
	ret = misc_register(&node->misc);
	if (ret)
		return dev_err_probe(parent, ret, "cannot register /dev/%s\n", node->name);
	node->is_registered = true;
	return 0;
}

/**
 * frpc_nodes_register() - make a channel visible
 * @channel: ready for clients
 * @parent: its device
 * @has_both: it has a plain node and one for privileged clients (-secure); else the
 *	      latter only if the channel is secure
 *
 * Return: 0; on an error some nodes may be registered: frpc_nodes_deregister().
 */
int frpc_nodes_register(struct frpc_channel *channel, struct device *parent, bool has_both)
{
	int ret;

	channel->nodes[0].is_secure = true;
	if (channel->is_secure || has_both) {
		ret = node_register(&channel->nodes[0], channel, parent, "-secure");
		if (ret)
			return ret;
	}
	if (channel->is_secure && !has_both)
		return 0;
	return node_register(&channel->nodes[1], channel, parent, "");
}

/* No file is opened on the channel after this; open files stay. */
void frpc_nodes_deregister(struct frpc_channel *channel)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(channel->nodes); i++) {
		if (!channel->nodes[i].is_registered)
			continue;
		misc_deregister(&channel->nodes[i].misc);
		channel->nodes[i].is_registered = false;
	}
}
