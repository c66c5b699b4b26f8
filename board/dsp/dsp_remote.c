// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link to board/pdhost, the program of the host that runs Hexagon code: a PCI device of
 * QEMU's (ivshmem-doorbell) with a memory that the two share (remote_slots.h) and a doorbell
 * for each.
 *
 * A slot of the memory has one process after the other, and two rings of bytes.  This file
 * starts and ends processes and carries the bytes; dsp_code.c knows what they mean.  Where
 * there is no such device, no PD can run code.
 *
 * A process belongs to the user PD of one client, or is the audio PD of a DSP.  It starts when
 * that client opens the first library with code in it, or the audio PD gets its heap.  It ends
 * with the PD, or dies: then its calls are answered with an error, and nothing of it is left but
 * what it said last.  A host that gives no sign of life has lost all that it ran.
 *
 * Lock order: audio.lock, remotes_lock, a life_lock; a send_lock; calls_lock, a remote's lock.
 */
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "dsp_remote.h"
#include "dsp_wire.h"

#define LINK_VENDOR		0x1af4
#define LINK_DEVICE		0x1110
#define LINK_REGS_BAR		0
#define LINK_MEMORY_BAR		2
#define LINK_DOORBELL		12	/* peer << 16 | vector; pdhost is peer 0 */

/* How long a process may take to start, or to be gone. */
#define LIFE_MS			60000
/*
 * Looks at the heartbeat, without a change, until the host is given up.  They are counted, and
 * not the time, which also goes on for a board that was stopped itself.
 */
#define WATCH_MS		1000
#define WATCH_MOST		20

static struct {
	void __iomem *regs;
	struct device *dev;
	struct remote_board *board;
	struct dsp_remote remotes[SLOT_MAX];
	u32 lives;
	bool is_there;
	struct delayed_work watch;
	u32 heartbeat;
	unsigned int nr_unchanged;
	bool is_silent;
} link;

/* Whose a slot is, and link.lives. */
static DEFINE_MUTEX(remotes_lock);

static u32 word_get(const struct slot_word *w)
{
	/* Words of remote_slots.h: what they tell of was stored before. */
	return smp_load_acquire(&w->v);
}

static void word_set(struct slot_word *w, u32 v)
{
	/* The host loads it likewise. */
	smp_store_release(&w->v, v);
}

static void link_ring(void)
{
	/* writel() orders what was stored in the memory before it. */
	writel(0, link.regs + LINK_DOORBELL);
}

/* Since link_watch() said so; it may be back before that sees it. */
static bool host_is_silent(void)
{
	return READ_ONCE(link.is_silent) &&
	       word_get(&link.board->heartbeat) == READ_ONCE(link.heartbeat);
}

/* Will nothing come of what the process is asked for @req, or by itself? */
bool dsp_remote_is_over(struct dsp_remote *r, struct dsp_request *req)
{
	if (READ_ONCE(r->is_dead) || READ_ONCE(r->is_ending))
		return true;
	return req && (READ_ONCE(req->dsp->link.closing) || dsp_call_disowned(req));
}

static bool send_has_room(struct dsp_remote *r)
{
	return word_get(&r->slot->to_head) - word_get(&r->slot->to_tail) < RING_BYTES;
}

/* Some bytes of @from into the ring, as many as there is room for. */
static u32 send_some(struct dsp_remote *r, const u8 *from, u32 bytes)
{
	struct remote_slot *slot = r->slot;
	u32 head = word_get(&slot->to_head), at = head % RING_BYTES;
	u32 room = RING_BYTES - (head - word_get(&slot->to_tail));
	u32 some = min3(bytes, room, RING_BYTES - at);

	/* More than a ring has: the host moves an index that it does not own. */
	if (room > RING_BYTES)
		return 0;
	memcpy(slot->to + at, from, some);
	word_set(&slot->to_head, head + some);
	link_ring();
	return some;
}

static int send_bytes(struct dsp_remote *r, struct dsp_request *req, const void *from, size_t bytes)
{
	const u8 *f = from;
	u32 some;

	while (bytes) {
		wait_event_idle(r->dsp->counters,
				send_has_room(r) || dsp_remote_is_over(r, req));
		if (dsp_remote_is_over(r, req))
			return -ESHUTDOWN;
		some = send_some(r, f, min_t(size_t, bytes, RING_BYTES));
		f += some;
		bytes -= some;
	}
	return 0;
}

static int send_padded(struct dsp_remote *r, struct dsp_request *req, const void *from,
		       size_t bytes)
{
	static const u8 zeroes[8];
	int ret = send_bytes(r, req, from, bytes);

	return ret ? ret : send_bytes(r, req, zeroes, ALIGN(bytes, 8) - bytes);
}

/*
 * A frame of these parts, each padded to 8; the length of @what is set here.  0, or
 * -ESHUTDOWN if the process has gone, or @req needs it no more.  Then what is in the ring is
 * no whole frame, so a process that is left has to end: a @req that is over ends its PD.
 */
int dsp_remote_send(struct dsp_remote *r, struct dsp_request *req, const struct frame_head *what,
		    const struct kvec *parts, unsigned int nr_parts)
{
	struct frame_head head = *what;
	unsigned int i;
	int ret;

	head.length = sizeof(head);
	for (i = 0; i < nr_parts; i++)
		head.length += ALIGN(parts[i].iov_len, 8);
	mutex_lock(&r->send_lock);
	ret = send_padded(r, req, &head, sizeof(head));
	for (i = 0; i < nr_parts && !ret; i++)
		ret = send_padded(r, req, parts[i].iov_base, parts[i].iov_len);
	mutex_unlock(&r->send_lock);
	return ret;
}

/* Some bytes off the ring; 0: there are none, or the indices are nonsense. */
static u32 receive_some(struct dsp_remote *r, void *to, u32 bytes)
{
	struct remote_slot *slot = r->slot;
	u32 tail = word_get(&slot->from_tail), at = tail % RING_BYTES;
	u32 there = word_get(&slot->from_head) - tail;
	u32 some = min3(bytes, there, RING_BYTES - at);

	if (!some || there > RING_BYTES)
		return 0;
	memcpy(to, slot->from + at, some);
	word_set(&slot->from_tail, tail + some);
	link_ring();
	return some;
}

static bool receive_begin(struct dsp_remote *r)
{
	u32 length = r->head.length;

	if (length < sizeof(r->head) || length > FRAME_MAX || length % 8)
		return false;
	r->body = kvzalloc(max_t(u32, length - sizeof(r->head), 8), GFP_KERNEL);
	return r->body;
}

static void receive_end(struct dsp_remote *r)
{
	kvfree(r->body);
	r->body = NULL;
	r->got = 0;
}

/* All frames that have come, and a part of the next.  False: one is nonsense. */
static bool receive(struct dsp_remote *r)
{
	const u32 head_bytes = sizeof(r->head);
	bool ok = true;
	u32 some;

	while (ok) {
		if (r->got < head_bytes)
			some = receive_some(r, (u8 *)&r->head + r->got, head_bytes - r->got);
		else
			some = receive_some(r, r->body + r->got - head_bytes,
					    r->head.length - r->got);
		if (!some)
			break;
		r->got += some;
		if (r->got == head_bytes)
			ok = receive_begin(r);
		if (ok && r->got >= head_bytes && r->got == r->head.length) {
			ok = dsp_code_frame(r);
			receive_end(r);
		}
	}
	return ok;
}

/* The doorbell was rung: words have come, or room, or the end.  Or it will ring no more. */
static void remote_work(struct work_struct *work)
{
	struct dsp_remote *r = container_of(work, struct dsp_remote, work);
	bool has_ended, ok;
	u32 life;

	/* The rings are this life's: remote_start(). */
	life = smp_load_acquire(&r->life);
	if (life && !dsp_remote_is_over(r, NULL)) {
		/* What it wrote before it ended is in the ring then. */
		has_ended = word_get(&r->slot->dead) == life;
		ok = receive(r);
		if (has_ended || !ok || host_is_silent())
			dsp_code_died(r, has_ended ? word_get(&r->slot->status) :
						     DSP_PROCESS_GIVEN_UP);
	}
	wake_up_all(&r->dsp->counters);
}

/* Each process that there is looks at its slot. */
static void link_look(void)
{
	struct dsp_remote *r;

	for (r = link.remotes; r < link.remotes + SLOT_MAX; r++)
		/* With r->dsp: remote_take(). */
		if (smp_load_acquire(&r->is_taken))
			queue_work(r->dsp->wq, &r->work);
}

static irqreturn_t link_interrupt(int irq, void *data)
{
	link_look();
	return IRQ_HANDLED;
}

/* Is the host alive?  One that was only slow may go on with what the model still wants. */
static void link_watch(struct work_struct *work)
{
	const u32 heartbeat = word_get(&link.board->heartbeat);

	if (heartbeat != link.heartbeat) {
		WRITE_ONCE(link.heartbeat, heartbeat);
		link.nr_unchanged = 0;
		if (link.is_silent)
			dev_info(link.dev, "pdhost lives again\n");
		WRITE_ONCE(link.is_silent, false);
	} else if (++link.nr_unchanged == WATCH_MOST) {
		dev_err(link.dev, "pdhost gives no sign of life: its processes are given up\n");
		WRITE_ONCE(link.is_silent, true);
		link_look();
	}
	schedule_delayed_work(&link.watch, msecs_to_jiffies(WATCH_MS));
}

static bool life_is(struct dsp_remote *r, u32 life)
{
	return word_get(&r->slot->have) == life;
}

/* A life of 0 is an end. */
static int life_want(struct dsp_remote *r, u32 life)
{
	word_set(&r->slot->want, life);
	link_ring();
	if (!wait_event_timeout(r->dsp->counters, life_is(r, life) || host_is_silent(),
				msecs_to_jiffies(LIFE_MS)))
		return -ETIMEDOUT;
	return life_is(r, life) ? 0 : -EHOSTDOWN;
}

static int remote_start(struct dsp_remote *r)
{
	u32 life;
	int ret;

	mutex_lock(&remotes_lock);
	life = ++link.lives;
	mutex_unlock(&remotes_lock);
	ret = life_want(r, life);
	if (ret) {
		word_set(&r->slot->want, 0);
		return ret;
	}
	spin_lock(&r->lock);
	r->lives++;
	spin_unlock(&r->lock);
	/* The host has emptied the rings: from here on they are read. */
	smp_store_release(&r->life, life);
	queue_work(r->dsp->wq, &r->work);
	return 0;
}

/* The process of this client, or a free slot; NULL if there is neither. */
static struct dsp_remote *remote_find(const struct dsp *dsp, const struct dsp_caller *who,
				      bool is_audio)
{
	struct dsp_remote *r, *free = NULL;

	lockdep_assert_held(&remotes_lock);
	for (r = link.remotes; r < link.remotes + SLOT_MAX && link.is_there; r++) {
		if (r->is_taken && r->dsp == dsp && r->is_audio == is_audio &&
		    r->who.client == who->client)
			return r;
		if (!r->is_taken && !free)
			free = r;
	}
	return free;
}

static void remote_take(struct dsp_remote *r, struct dsp *dsp, const struct dsp_caller *who,
			bool is_audio)
{
	lockdep_assert_held(&remotes_lock);
	r->dsp = dsp;
	r->who = *who;
	r->is_audio = is_audio;
	if (is_audio)
		strscpy(r->name, "audio PD", sizeof(r->name));
	else
		snprintf(r->name, sizeof(r->name), "client %d", who->client);
	r->got = 0;
	r->is_dead = false;
	r->is_ending = false;
	dsp_code_begin(r);
	/* The interrupt handler looks at it without the lock. */
	smp_store_release(&r->is_taken, true);
}

static struct dsp_remote *remote_get(struct dsp *dsp, const struct dsp_caller *who, bool is_audio)
{
	struct dsp_remote *r;
	int ret = 0;

	mutex_lock(&remotes_lock);
	r = remote_find(dsp, who, is_audio);
	if (r && !r->is_taken)
		remote_take(r, dsp, who, is_audio);
	mutex_unlock(&remotes_lock);
	if (!r)
		return ERR_PTR(link.is_there ? -ENOSPC : -ENXIO);
	mutex_lock(&r->life_lock);
	if (!r->life)
		ret = remote_start(r);
	mutex_unlock(&r->life_lock);
	return ret ? ERR_PTR(ret) : r;
}

/*
 * The process of the PD that @req's client has; it is started if it has to.  It stays until
 * dsp_remote_end(), which comes when @req has ended.  -ENXIO: this board runs no code.
 */
struct dsp_remote *dsp_remote_of(struct dsp_request *req)
{
	const struct dsp_caller who = dsp_caller_of(req);

	return remote_get(req->dsp, &who, false);
}

/* Likewise that of the DSP's audio PD, until dsp_remote_end_audio(). */
struct dsp_remote *dsp_remote_audio(struct dsp *dsp)
{
	const struct dsp_caller none = {};

	return remote_get(dsp, &none, true);
}

/* All its calls have ended by now; its own requests see that it is ending. */
static void remote_end(struct dsp_remote *r)
{
	struct dsp *dsp = r->dsp;

	WRITE_ONCE(r->is_ending, true);
	wake_up_all(&dsp->counters);
	flush_work(&r->work);
	mutex_lock(&r->life_lock);
	if (life_want(r, 0) == -ETIMEDOUT)
		dev_err(dsp->dev, "%s: its process does not end\n", r->name);
	r->life = 0;
	mutex_unlock(&r->life_lock);
	wait_event_idle(dsp->counters, dsp_code_is_idle(r));
	receive_end(r);
	mutex_lock(&remotes_lock);
	r->is_taken = false;
	mutex_unlock(&remotes_lock);
}

/* @client 0: of any of the user PDs, or the audio PD's. */
static struct dsp_remote *remote_next(const struct dsp *dsp, s32 client, bool is_audio)
{
	struct dsp_remote *r, *found = NULL;

	mutex_lock(&remotes_lock);
	for (r = link.remotes; r < link.remotes + SLOT_MAX && !found; r++)
		if (r->is_taken && !r->is_ending && r->dsp == dsp && r->is_audio == is_audio &&
		    (!client || r->who.client == client))
			found = r;
	mutex_unlock(&remotes_lock);
	return found;
}

/* The PD of this client ends, or (@client 0) all do; no call of it is left. */
void dsp_remote_end(struct dsp *dsp, s32 client)
{
	struct dsp_remote *r;

	while ((r = remote_next(dsp, client, false)))
		remote_end(r);
}

/* The audio PD ends. */
void dsp_remote_end_audio(struct dsp *dsp)
{
	struct dsp_remote *r = remote_next(dsp, 0, true);

	if (r)
		remote_end(r);
}

/* The process in slot @out->index of the board, whatever the DSP. */
int dsp_remote_show(struct dsp_control_process *out)
{
	struct dsp_remote *r;

	if (!link.is_there)
		return -ENXIO;
	if (out->index >= SLOT_MAX)
		return -ENOENT;
	r = &link.remotes[out->index];
	out->alive = word_get(&link.board->alive);
	out->started = word_get(&link.board->started);
	mutex_lock(&remotes_lock);
	out->is_taken = r->is_taken;
	out->is_dead = r->is_dead;
	out->client = r->who.client;
	out->is_audio = r->is_audio;
	dsp_code_show(r, out);
	mutex_unlock(&remotes_lock);
	return 0;
}

/*
 * @seconds of a processor for each process that starts from now on; 0: what the host gives.
 * And it does nothing for @silence seconds.
 */
int dsp_remote_limit(u32 seconds, u32 silence)
{
	if (!link.is_there)
		return -ENXIO;
	word_set(&link.board->seconds, seconds);
	word_set(&link.board->silence, silence);
	link_ring();
	return 0;
}

static void link_init_remotes(u8 *memory)
{
	struct dsp_remote *r;
	unsigned int i;

	for (i = 0; i < SLOT_MAX; i++) {
		r = &link.remotes[i];
		r->slot = (struct remote_slot *)(memory + SLOT_OFFSET(i));
		mutex_init(&r->life_lock);
		mutex_init(&r->send_lock);
		spin_lock_init(&r->lock);
		INIT_LIST_HEAD(&r->asks);
		INIT_WORK(&r->work, remote_work);
	}
}

static int link_map(struct pci_dev *pdev)
{
	u8 *memory;

	link.regs = pcim_iomap(pdev, LINK_REGS_BAR, 0);
	if (!link.regs)
		return -ENOMEM;
	/* RAM of the host's: WB, since Device memory takes no unaligned access. */
	memory = devm_memremap(&pdev->dev, pci_resource_start(pdev, LINK_MEMORY_BAR),
			       pci_resource_len(pdev, LINK_MEMORY_BAR), MEMREMAP_WB);
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	link.board = (struct remote_board *)memory;
	if (pci_resource_len(pdev, LINK_MEMORY_BAR) < SLOT_MEMORY ||
	    word_get(&link.board->magic) != SLOT_MAGIC) {
		dev_err(&pdev->dev, "the shared memory is not pdhost's\n");
		return -ENODEV;
	}
	link_init_remotes(memory);
	return 0;
}

static void link_free_vectors(void *pdev)
{
	pci_free_irq_vectors(pdev);
}

static int link_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	if (link.is_there)
		return -EBUSY;
	/* Memory alone, without a peer that interrupts: not pdhost's. */
	if (!pdev->msix_cap)
		return -ENODEV;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = link_map(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	ret = devm_add_action_or_reset(&pdev->dev, link_free_vectors, pdev);
	if (ret)
		return ret;
	ret = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0), link_interrupt, 0,
			       "dsp-remote", &link);
	if (ret)
		return ret;
	link.dev = &pdev->dev;
	INIT_DELAYED_WORK(&link.watch, link_watch);
	schedule_delayed_work(&link.watch, msecs_to_jiffies(WATCH_MS));
	link.is_there = true;
	return 0;
}

/* The DSPs have stopped: no PD is left. */
static void link_remove(struct pci_dev *pdev)
{
	link.is_there = false;
	cancel_delayed_work_sync(&link.watch);
	pci_clear_master(pdev);
}

static const struct pci_device_id link_ids[] = {
	{ PCI_DEVICE(LINK_VENDOR, LINK_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, link_ids);

static struct pci_driver link_driver = {
	.name = "dsp-remote",
	.id_table = link_ids,
	.probe = link_probe,
	.remove = link_remove,
	.driver = { .suppress_bind_attrs = true },
};

int dsp_remote_init(void)
{
	return pci_register_driver(&link_driver);
}

void dsp_remote_exit(void)
{
	struct dsp_remote *r;

	pci_unregister_driver(&link_driver);
	/* The interrupt that was the last may have queued one. */
	for (r = link.remotes; r < link.remotes + SLOT_MAX && r->slot; r++)
		cancel_work_sync(&r->work);
}
