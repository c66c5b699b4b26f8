// SPDX-License-Identifier: GPL-2.0-only
/*
 * FastRPC: calls into the programs of a Qualcomm DSP.  Module start and end.
 */
#include <linux/module.h>

#include "private.h"
#include "remote_heap.h"

static int __init frpc_init(void)
{
	int ret;

	ret = frpc_heap_init();
	if (ret)
		return ret;
	frpc_debugfs_init();
	ret = frpc_shrinker_init();
	if (ret)
		goto err_debugfs_fini;
	/* context banks first: a channel's probe creates and binds them */
	ret = frpc_session_init();
	if (ret)
		goto err_shrink_fini;
	ret = frpc_channel_init();
	if (ret)
		goto err_session_fini;
	return 0;

err_session_fini:
	frpc_session_fini();
err_shrink_fini:
	frpc_shrinker_fini();
err_debugfs_fini:
	frpc_debugfs_fini();
	frpc_heap_fini();
	return ret;
}

static void __exit frpc_exit(void)
{
	frpc_channel_fini();
	frpc_session_fini();
	frpc_shrinker_fini();
	frpc_debugfs_fini();
	frpc_heap_fini();
}

module_init(frpc_init);
module_exit(frpc_exit);

MODULE_DESCRIPTION("FastRPC driver for Qualcomm DSPs, with and without a hypervisor");
MODULE_AUTHOR("The fastrpc maintainers");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
