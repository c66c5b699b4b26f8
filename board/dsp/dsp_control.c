// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/dsp-control: the door for tests, described in dsp_control.h.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "dsp.h"
#include "monitor_call.h"
#include "soc.h"

/* See dsp.h: here the word is the field's name. */
#undef at_least

#define WAIT_MAX_MS	600000u
#define FILE_MAX	(4u << 20)
#define FILE_CHUNK	1000	/* no power of two: chunks end anywhere in a page */

static void control_fill_heap(struct dsp *dsp, struct dsp_control_status *st)
{
	struct dsp_audio *audio = &dsp->audio;

	mutex_lock(&audio->lock);
	st->audio_pd_up = audio->up;
	st->audio_pd_epoch = audio->epoch;
	st->heap_base = audio->base;
	st->heap_size = audio->size;
	st->heap_pages = audio->pages;
	st->heap_pages_granted = audio->granted;
	st->heap_pages_touched = audio->touched;
	st->heap_pages_dirty = audio->dirty;
	st->heap_stores = audio->stores;
	mutex_unlock(&audio->lock);
}

static void control_fill(struct dsp *dsp, struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	memcpy(st->label, dsp->label, sizeof(st->label));
	strscpy(st->domain_type, dsp_stream_domain(dsp, &st->domain_cookie),
		sizeof(st->domain_type));
	control_fill_heap(dsp, st);
	dsp_map_status(dsp, &st->memory);

	spin_lock(&dsp->calls_lock);
	st->running = dsp->running;
	st->boot_epoch = dsp->boot_epoch;
	st->requests = dsp->requests_seen;
	st->answers = dsp->answers;
	st->held = dsp->held;
	st->attached_clients = dsp->nclients;
	st->last_dsp_error = dsp->last_dsp_error;
	st->releases = dsp->releases;
	st->undelivered = dsp->undelivered;
	st->exits_told = dsp->exits_told;
	spin_unlock(&dsp->calls_lock);

	spin_lock(&dsp->fault_lock);
	st->faults = dsp->faults;
	st->last_fault = dsp->last_fault;
	st->violations = dsp->violations;
	spin_unlock(&dsp->fault_lock);
	dsp_monitor_violations(&st->violations);
}

static long control_status(struct dsp *dsp, void *arg)
{
	control_fill(dsp, arg);
	return 0;
}

static long control_behave(struct dsp *dsp, void *arg)
{
	const struct dsp_control_behave *behave = arg;
	struct dsp_rule rule = {
		.handle = behave->handle,
		.method = behave->method,
		.action = behave->action,
		.left = behave->count,
		.value = behave->value,
		.patch_len = behave->patch_len,
	};

	if (rule.action >= DSP_ANSWER_ACTIONS || rule.patch_len > sizeof(rule.patch))
		return -EINVAL;
	if (rule.action == DSP_ANSWER_UNSENT && (!rule.value || rule.value > MAX_ERRNO))
		return -EINVAL;
	if (rule.action == DSP_ANSWER_UNSENT && dsp->soc)
		return -EOPNOTSUPP;
	memcpy(rule.patch, behave->patch, sizeof(rule.patch));
	return dsp_fault_add(dsp, &rule);
}

static long control_inject(struct dsp *dsp, void *arg)
{
	const struct dsp_control_inject *inject = arg;

	if (inject->len > sizeof(inject->data))
		return -EINVAL;
	switch (inject->moment) {
	case DSP_INJECT_NOW:
		/* What the driver's callback thinks of it is the driver's affair. */
		return dsp_link_deliver(dsp, inject->data, inject->len) == -ENOTCONN ?
		       -ENOTCONN : 0;
	case DSP_INJECT_AT_DESTROY:
	case DSP_INJECT_AT_CREATE:
		dsp_link_keep(dsp, inject->moment, inject->data, inject->len);
		return 0;
	default:
		return -EINVAL;
	}
}

static long control_release_held(struct dsp *dsp, void *arg)
{
	const struct dsp_control_release *release = arg;

	dsp_call_release(dsp, release->count, release->newest_first);
	return 0;
}

static long control_capture(struct dsp *dsp, void *arg)
{
	struct dsp_control_capture *capture = arg;
	struct dsp_capture *slot;
	long ret = -ENOENT;

	spin_lock(&dsp->calls_lock);
	if (capture->age < DSP_CAPTURES && capture->age < dsp->arrived) {
		slot = &dsp->captures[(dsp->arrived - 1 - capture->age) % DSP_CAPTURES];
		capture->metadata_len = slot->metadata_len;
		capture->msg_addr = slot->addr;
		memcpy(capture->msg, slot->msg, sizeof(capture->msg));
		memcpy(capture->metadata, slot->metadata, slot->metadata_len);
		memset(capture->metadata + slot->metadata_len, 0,
		       sizeof(capture->metadata) - slot->metadata_len);
		ret = 0;
	}
	spin_unlock(&dsp->calls_lock);
	return ret;
}

/* Counters of the kernel's stack; 0 where the edge is the module's own. */
static u64 control_soc_counter(struct soc *soc, u32 counter)
{
	struct dsp_control_servreg registry = {};
	struct dsp_control_soc link = {};

	if (!soc)
		return 0;
	soc_servreg_counts(soc, &registry);
	soc_glink_show(soc, &link);
	switch (counter) {
	case DSP_COUNT_LISTEN:
		return registry.listeners;
	case DSP_COUNT_LISTEN_CAME:
		return registry.came;
	case DSP_COUNT_LISTEN_ASKED:
		return registry.asked;
	case DSP_COUNT_LISTEN_ACKED:
		return registry.acked;
	case DSP_COUNT_CHANNEL_OPENS:
		return link.opens;
	case DSP_COUNT_CHANNEL_CLOSES:
		return link.closes;
	case DSP_COUNT_HOARDED:
		return link.hoarded;
	case DSP_COUNT_REFUSED:
		return link.requests_refused;
	case DSP_COUNT_WAITING:
		return link.waiting;
	}
	return 0;
}

static u64 control_counter(struct dsp *dsp, u32 counter)
{
	u64 value = 0;

	if (counter >= DSP_COUNT_LISTEN)
		return control_soc_counter(dsp->soc, counter);

	spin_lock(&dsp->calls_lock);
	switch (counter) {
	case DSP_COUNT_REQUESTS:
		value = dsp->requests_seen;
		break;
	case DSP_COUNT_ANSWERS:
		value = dsp->answers;
		break;
	case DSP_COUNT_HELD:
		value = dsp->held;
		break;
	case DSP_COUNT_PAGES_TOUCHED:
		value = READ_ONCE(dsp->audio.touched);
		break;
	case DSP_COUNT_HEAP_STORES:
		value = dsp->audio.stores;
		break;
	case DSP_COUNT_BOOT_EPOCH:
		value = dsp->boot_epoch;
		break;
	case DSP_COUNT_RELEASES:
		value = dsp->releases;
		break;
	case DSP_COUNT_EXITS_TOLD:
		value = dsp->exits_told;
		break;
	case DSP_COUNT_RUNNING:
		value = dsp->running;
		break;
	case DSP_COUNT_AUDIO_PD_EPOCH:
		value = READ_ONCE(dsp->audio.epoch);
		break;
	case DSP_COUNT_PD_STORES:
		value = READ_ONCE(dsp->maps.counts.stores);
		break;
	case DSP_COUNT_LISTENERS:
		value = dsp_listener_count(dsp);
		break;
	case DSP_COUNT_AT_HOLD:
		value = atomic_read(&dsp->at_hold);
		break;
	case DSP_COUNT_CLOSING:
		value = READ_ONCE(dsp->link.closing);
		break;
	case DSP_COUNT_AUDIO_STORES:
		value = dsp->audio.counts.stores;
		break;
	case DSP_COUNT_AUDIO_CHECKS:
		value = dsp->audio.counts.checks;
		break;
	case DSP_COUNT_AUDIO_ROUNDS:
		value = dsp->audio.counts.rounds;
		break;
	case DSP_COUNT_AUDIO_GROWTHS:
		value = dsp->audio.counts.growths;
		break;
	case DSP_COUNT_AUDIO_RETURNS:
		value = dsp->audio.counts.returns;
		break;
	case DSP_COUNT_AUDIO_DEATHS:
		value = dsp->audio.deaths;
		break;
	}
	spin_unlock(&dsp->calls_lock);
	return value;
}

static long control_wait(struct dsp *dsp, void *arg)
{
	const struct dsp_control_wait *wait = arg;
	long left = msecs_to_jiffies(min(wait->timeout_ms, WAIT_MAX_MS));
	u32 counter = wait->counter;

	if (counter >= DSP_COUNTERS)
		return -EINVAL;
	left = wait_event_interruptible_timeout(dsp->counters, control_counter(dsp, counter) >=
						wait->at_least, left);
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

static long control_access(struct dsp *dsp, void *arg)
{
	struct dsp_control_access *access = arg;
	struct dsp_stream *s = &dsp->stream[0];
	int ret;

	if (access->stream_id)
		s = dsp_stream_by_id(dsp, access->stream_id);
	if (!s || !dsp_stream_holds(s, access->addr, sizeof(access->value)))
		return -EINVAL;
	ret = dsp_stream_word(s, access->addr, access->is_write, &access->value,
			      &access->faulted);
	/* A fault is a result like any other. */
	return ret == -EFAULT ? 0 : ret;
}

static long control_clear(struct dsp *dsp, void *arg)
{
	dsp_fault_clear(dsp);
	dsp_monitor_clear();
	return 0;
}

static long control_restart_pd(struct dsp *dsp, void *arg)
{
	return dsp_restart_audio_pd(dsp);
}

static long control_map(struct dsp *dsp, void *arg)
{
	return dsp_map_show(dsp, arg);
}

static long control_pd(struct dsp *dsp, void *arg)
{
	return dsp_pd_show(dsp, arg);
}

static long control_file(struct dsp *dsp, void *arg)
{
	struct dsp_control_file *control = arg;
	struct dsp_file *file;
	struct dsp_caller who;
	long ret;

	if (!dsp_listener_of_kind(dsp, control->process, &who))
		return -ENOTCONN;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	strscpy(file->env, control->env, sizeof(file->env));
	strscpy(file->name, control->name, sizeof(file->name));
	file->room = FILE_MAX;
	file->chunk = FILE_CHUNK;
	file->ask_size = control->ask_size;
	file->data = kvmalloc(file->room, GFP_KERNEL);
	ret = -ENOMEM;
	if (!file->data)
		goto out_free_file;
	ret = dsp_file_read(dsp, &who, file);
	if (ret)
		goto out_free_file;
	control->size = file->size;
	control->len = file->len;
	control->hash = dsp_service_hash(0, file->data, file->len);
	memcpy(control->head, file->data, min(file->len, sizeof(control->head)));

out_free_file:
	kvfree(file->data);
	kfree(file);
	return ret;
}

static long control_heap(struct dsp *dsp, void *arg)
{
	struct dsp_control_heap *heap = arg;
	struct dsp_caller who;

	if (!dsp_listener_of_kind(dsp, heap->process, &who))
		return -ENOTCONN;
	return dsp_file_memory(dsp, &who, heap->flags, heap->size, &heap->dsp_addr);
}

static long control_domain(struct dsp *dsp, void *arg)
{
	return dsp_domain_order(dsp, arg);
}

static long control_hold(struct dsp *dsp, void *arg)
{
	const struct dsp_control_hold *hold = arg;

	return dsp_hold_set(dsp, hold->point, hold->on);
}

static long control_look(struct dsp *dsp, void *arg)
{
	struct dsp_control_look *look = arg;
	u64 i;
	u8 *bytes;

	if ((look->addr | look->len) & ~PAGE_MASK || !look->len)
		return -EINVAL;
	for (i = 0; i < look->len; i += PAGE_SIZE)
		if (!dsp_monitor_allows(BIT_ULL(MONITOR_HLOS), look->addr + i))
			return -EACCES;
	bytes = dsp_cached_map(look->addr, look->len);
	if (!bytes)
		return -EFAULT;
	look->sum = dsp_service_hash(0, bytes, look->len);
	look->nonzero = dsp_service_nonzero(bytes, look->len);
	memunmap(bytes);
	return 0;
}

static long control_monitor(struct dsp *dsp, void *arg)
{
	return dsp_monitor_order(arg);
}

static long control_meter(struct dsp *dsp, void *arg)
{
	dsp_meter_read(dsp, arg);
	return 0;
}

static long control_early_boot(struct dsp *dsp, void *arg)
{
	return dsp_early_boot(dsp);
}

static long control_banks(struct dsp *dsp, void *arg)
{
	const struct dsp_control_banks *banks = arg;

	WRITE_ONCE(dsp->maskless, banks->maskless);
	return 0;
}

static long control_import(struct dsp *dsp, void *arg)
{
	return dsp_import_order(arg);
}

static long control_soc(struct dsp *dsp, void *arg)
{
	return dsp->soc ? soc_order(dsp->soc, arg) : -EOPNOTSUPP;
}

static long control_servreg(struct dsp *dsp, void *arg)
{
	return dsp->soc ? soc_servreg_order(dsp->soc, arg) : -EOPNOTSUPP;
}

static long control_tree(struct dsp *dsp, void *arg)
{
	return dsp_tree_order(dsp, arg);
}

static long control_left(struct dsp *dsp, void *arg)
{
	return dsp_tree_leave(arg);
}

static long control_pin(struct dsp *dsp, void *arg)
{
	const struct dsp_control_pin *order = arg;

	return dsp_tree_pin(dsp, order->on);
}

static long control_process(struct dsp *dsp, void *arg)
{
	return dsp_remote_show(arg);
}

static long control_limit(struct dsp *dsp, void *arg)
{
	const struct dsp_control_limit *limit = arg;

	return dsp_remote_limit(limit->seconds, limit->silence);
}

static long control_audio(struct dsp *dsp, void *arg)
{
	return dsp_audio_order(dsp, arg);
}

static const struct {
	unsigned int cmd;
	long (*func)(struct dsp *dsp, void *arg);
} control_calls[] = {
	{ DSP_CONTROL_STATUS, control_status },
	{ DSP_CONTROL_BEHAVE, control_behave },
	{ DSP_CONTROL_INJECT, control_inject },
	{ DSP_CONTROL_RELEASE_HELD, control_release_held },
	{ DSP_CONTROL_CAPTURE, control_capture },
	{ DSP_CONTROL_WAIT, control_wait },
	{ DSP_CONTROL_ACCESS, control_access },
	{ DSP_CONTROL_CLEAR, control_clear },
	{ DSP_CONTROL_RESTART_PD, control_restart_pd },
	{ DSP_CONTROL_MAP, control_map },
	{ DSP_CONTROL_PD, control_pd },
	{ DSP_CONTROL_FILE, control_file },
	{ DSP_CONTROL_HEAP, control_heap },
	{ DSP_CONTROL_SOC, control_soc },
	{ DSP_CONTROL_SERVREG, control_servreg },
	{ DSP_CONTROL_DOMAIN, control_domain },
	{ DSP_CONTROL_HOLD, control_hold },
	{ DSP_CONTROL_LOOK, control_look },
	{ DSP_CONTROL_EARLY_BOOT, control_early_boot },
	{ DSP_CONTROL_BANKS, control_banks },
	{ DSP_CONTROL_MONITOR, control_monitor },
	{ DSP_CONTROL_IMPORT, control_import },
	{ DSP_CONTROL_METER, control_meter },
	{ DSP_CONTROL_TREE, control_tree },
	{ DSP_CONTROL_LEFT, control_left },
	{ DSP_CONTROL_PIN, control_pin },
	{ DSP_CONTROL_PROCESS, control_process },
	{ DSP_CONTROL_LIMIT, control_limit },
	{ DSP_CONTROL_AUDIO, control_audio },
};

/* Every argument begins with the label; it is copied in, and out for _IOR. */
static long control_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	size_t size = _IOC_SIZE(cmd);
	struct dsp *dsp;
	unsigned int i;
	long ret;
	void *arg;

	for (i = 0; i < ARRAY_SIZE(control_calls); i++)
		if (control_calls[i].cmd == cmd)
			break;
	if (i == ARRAY_SIZE(control_calls))
		return -ENOTTY;
	arg = memdup_user((void __user *)uarg, size);
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	dsp = dsp_find(arg);
	ret = dsp ? control_calls[i].func(dsp, arg) : -ENODEV;
	if (!ret && (_IOC_DIR(cmd) & _IOC_READ) && copy_to_user((void __user *)uarg, arg, size))
		ret = -EFAULT;
	kfree(arg);
	return ret;
}

static void control_show_one(struct seq_file *m, const struct dsp_control_status *st)
{
	const struct dsp_control_violations *v = &st->violations;

	seq_printf(m, "dsp: %.*s\n", DSP_LABEL_LEN, st->label);
	seq_printf(m, "running: %u\nboot_epoch: %llu\n", st->running, st->boot_epoch);
	seq_printf(m, "domain: %s cookie %llu\n", st->domain_type, st->domain_cookie);
	seq_printf(m, "audio_pd: %s epoch %llu\n", st->audio_pd_up ? "up" : "down",
		   st->audio_pd_epoch);
	seq_printf(m, "heap: base %#llx size %#llx pages %llu granted %llu touched %llu dirty %llu stores %llu\n",
		   st->heap_base, st->heap_size, st->heap_pages, st->heap_pages_granted,
		   st->heap_pages_touched, st->heap_pages_dirty, st->heap_stores);
	seq_printf(m, "calls: requests %llu answers %llu held %llu undelivered %llu\n",
		   st->requests, st->answers, st->held, st->undelivered);
	seq_printf(m, "clients: %u releases %llu\n", st->attached_clients, st->releases);
	seq_printf(m, "memory: user_pds %llu maps %llu handles %llu pages %llu stores %llu\n",
		   st->memory.pds, st->memory.maps, st->memory.handles, st->memory.pages,
		   st->memory.stores);
	seq_printf(m, "last_dsp_error: %#x\n", st->last_dsp_error);
	seq_printf(m, "faults: %llu", st->faults);
	if (st->faults)
		seq_printf(m, " last stream %#x %s iova %#llx event %#x",
			   st->last_fault.stream_id, st->last_fault.is_read ? "read" : "write",
			   st->last_fault.iova, st->last_fault.event);
	seq_printf(m, "\nviolations: offered_before_grant %llu offered_twice %llu taken_while_running %llu corrupted %llu bad_request %llu wrong_attributes %llu cpu_touched %llu\n",
		   v->offered_before_grant, v->offered_twice, v->taken_while_running,
		   v->corrupted, v->bad_request, v->wrong_attributes, v->cpu_touched);
}

static int control_show(struct seq_file *m, void *unused)
{
	struct dsp_control_status *st;
	struct dsp *dsp;

	st = kmalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	dsp_list_lock();
	for (dsp = dsp_first(); dsp; dsp = dsp_next(dsp)) {
		control_fill(dsp, st);
		control_show_one(m, st);
	}
	dsp_list_unlock();
	kfree(st);
	return 0;
}

static int control_open(struct inode *inode, struct file *file)
{
	/* miscdevice left a pointer here that single_open() does not want. */
	file->private_data = NULL;
	return single_open(file, control_show, NULL);
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,	/* for tests that are 32-bit programs */
};

static struct miscdevice control_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dsp-control",
	.fops = &control_fops,
	.mode = 0600,
};

int dsp_control_init(void)
{
	return misc_register(&control_misc);
}

void dsp_control_exit(void)
{
	misc_deregister(&control_misc);
}
