// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: what no driver of the board's channel can do without.  One system
 * call sends a message of a FastRPC request's size that asks the DSP for nothing,
 * sleeps, and returns what the answer says.  make bench takes it off what a call
 * costs; no other program uses it.
 *
 * An open file is one caller: its number is the context in its messages.
 */
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/rpmsg.h>
#include <linux/rwsem.h>
#include <linux/slab.h>

#include "floor.h"

#define CALLERS_MAX	64
#define TEST_SERVICE	0x1000	/* of the board's DSP; method 0 does nothing */
#define CLIENT		1

struct floor_request {
	__le32 client;
	__le32 thread;
	__le64 context;
	__le32 handle;
	__le32 scalars;
	__le64 metadata;
	__le64 metadata_size;
};

static_assert(sizeof(struct floor_request) == 40);

struct floor_answer {
	__le64 context;
	__le32 result;
	__le32 pad;
};

static_assert(sizeof(struct floor_answer) == 16);

struct floor_caller {
	struct completion done;
	int number;
	int result;
};

static struct {
	struct rw_semaphore gate;	/* rpdev; held for writing by remove */
	struct rpmsg_device *rpdev;
	spinlock_t lock;		/* callers */
	struct floor_caller *callers[CALLERS_MAX];
} channel = {
	.gate = __RWSEM_INITIALIZER(channel.gate),
	.lock = __SPIN_LOCK_UNLOCKED(channel.lock),
};

static DEFINE_IDA(caller_numbers);

static void answer(u64 number, int result)
{
	unsigned long flags;

	if (number >= CALLERS_MAX)
		return;
	spin_lock_irqsave(&channel.lock, flags);
	if (channel.callers[number]) {
		channel.callers[number]->result = result;
		complete(&channel.callers[number]->done);
	}
	spin_unlock_irqrestore(&channel.lock, flags);
}

static int floor_receive(struct rpmsg_device *rpdev, void *data, int len, void *priv, u32 addr)
{
	const struct floor_answer *message = data;

	if (len < sizeof(*message))
		return -EINVAL;
	answer(le64_to_cpu(message->context), le32_to_cpu(message->result));
	return 0;
}

static int send_request(const struct floor_caller *caller)
{
	struct floor_request request = {
		.client = cpu_to_le32(CLIENT),
		.thread = cpu_to_le32(task_pid_nr(current)),
		.context = cpu_to_le64(caller->number),
		.handle = cpu_to_le32(TEST_SERVICE),
	};
	int ret = -EPIPE;

	down_read(&channel.gate);
	if (channel.rpdev)
		ret = rpmsg_send(channel.rpdev->ept, &request, sizeof(request));
	up_read(&channel.gate);
	return ret;
}

static long floor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct floor_caller *caller = file->private_data;
	int ret;

	if (cmd != FLOOR_ECHO)
		return -ENOTTY;
	reinit_completion(&caller->done);
	ret = send_request(caller);
	if (ret)
		return ret;
	ret = wait_for_completion_interruptible(&caller->done);
	if (ret)
		return ret;
	return caller->result;
}

static int floor_open(struct inode *inode, struct file *file)
{
	struct floor_caller *caller = kzalloc(sizeof(*caller), GFP_KERNEL);

	if (!caller)
		return -ENOMEM;
	caller->number = ida_alloc_max(&caller_numbers, CALLERS_MAX - 1, GFP_KERNEL);
	if (caller->number < 0) {
		kfree(caller);
		return -EBUSY;
	}
	init_completion(&caller->done);
	spin_lock_irq(&channel.lock);
	channel.callers[caller->number] = caller;
	spin_unlock_irq(&channel.lock);
	file->private_data = caller;
	return 0;
}

static int floor_release(struct inode *inode, struct file *file)
{
	struct floor_caller *caller = file->private_data;

	spin_lock_irq(&channel.lock);
	channel.callers[caller->number] = NULL;
	spin_unlock_irq(&channel.lock);
	ida_free(&caller_numbers, caller->number);
	kfree(caller);
	return 0;
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.open = floor_open,
	.release = floor_release,
	.unlocked_ioctl = floor_ioctl,
};

static struct miscdevice floor_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "board-floor",
	.fops = &floor_fops,
	.mode = 0600,
};

/* A board may have more DSPs than the one that is measured. */
static bool is_measured(struct rpmsg_device *rpdev)
{
	const char *label;

	return !of_property_read_string(rpdev->dev.of_node, "label", &label) &&
	       !strcmp(label, "adsp");
}

/*
 * The channel of another DSP is bound and left alone: one that is refused would be opened
 * again and again.
 */
static int floor_probe(struct rpmsg_device *rpdev)
{
	int ret;

	if (!is_measured(rpdev))
		return 0;
	down_write(&channel.gate);
	if (channel.rpdev) {
		up_write(&channel.gate);
		return -EBUSY;
	}
	channel.rpdev = rpdev;
	up_write(&channel.gate);
	ret = misc_register(&floor_misc);
	if (ret)
		channel.rpdev = NULL;
	return ret;
}

/* Ends all waits: no answer will come. */
static void floor_remove(struct rpmsg_device *rpdev)
{
	u64 number;

	if (!is_measured(rpdev))
		return;
	misc_deregister(&floor_misc);
	down_write(&channel.gate);
	channel.rpdev = NULL;
	up_write(&channel.gate);
	for (number = 0; number < CALLERS_MAX; number++)
		answer(number, -EPIPE);
}

static const struct of_device_id floor_match[] = {
	{ .compatible = "qcom,fastrpc" },
	{ }
};
MODULE_DEVICE_TABLE(of, floor_match);

static struct rpmsg_driver floor_driver = {
	.probe = floor_probe,
	.remove = floor_remove,
	.callback = floor_receive,
	.drv = {
		.name = "board-floor",
		.of_match_table = floor_match,
	},
};
module_rpmsg_driver(floor_driver);

MODULE_DESCRIPTION("Bare echo on the channel of the board's DSP");
MODULE_LICENSE("GPL");
