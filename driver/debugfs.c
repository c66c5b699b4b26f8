// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs, for people: fastrpc/heaps, the state of every remote heap, and
 * fastrpc/secure_maps_lost, how many secure maps cannot be had back.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "heap_internal.h"
#include "private.h"

static struct dentry *dir;

static int heaps_show(struct seq_file *seq, void *data)
{
	frpc_remote_heaps_show(seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(heaps);

void frpc_debugfs_init(void)
{
	dir = debugfs_create_dir("fastrpc", NULL);
	debugfs_create_file("heaps", 0400, dir, NULL, &heaps_fops);
	debugfs_create_atomic_t("secure_maps_lost", 0400, dir, &frpc_secure_maps_lost);
}

void frpc_debugfs_fini(void)
{
	debugfs_remove(dir);
}
