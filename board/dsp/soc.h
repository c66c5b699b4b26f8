/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board as a SoC: the DSP's end of the kernel's own Qualcomm stack.
 *
 * On these boards the kernel's drivers stand between the FastRPC driver and the
 * DSP model: SMEM, TCSR mutex, SMP2P, PAS, SCM, GLINK, QRTR.  The soc_*.c files are
 * what a DSP and its subsystem do at the other end.  They know the layouts that
 * board/README.md lists and include nothing of the drivers they talk to.
 *
 * One struct soc belongs to one struct dsp, and lives as long.  All of its protocol
 * work happens in one thread, the life thread: kicks of Linux, boot, shutdown,
 * received messages.  Other threads may only call what says so below.
 *
 *	soc_core.c	device, life thread, boot and halt, mailbox, power domains
 *	soc_smem.c	items in shared memory
 *	soc_smp2p.c	the bits: ready, handover, stop, fatal
 *	soc_fifo.c	a FIFO in shared memory
 *	soc_glink.c	GLINK: the link to Linux
 *	soc_channel.c	GLINK: how channels are opened and closed
 *	soc_intent.c	GLINK: intents and data
 *	soc_qrtr.c	packets and the services that are announced
 *	soc_qmi.c	QMI: messages, the table of services, SSCTL
 *	soc_servreg.c	QMI: the service registry, that is, locator and notifier
 */
#ifndef SOC_H
#define SOC_H

#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mailbox_controller.h>
#include <linux/mutex.h>
#include <linux/pm_domain.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "dsp.h"

struct soc;
struct soc_glink;
struct soc_qrtr;
struct soc_qmi;

/* Host numbers of SMEM and SMP2P. */
#define SOC_HOST_APPS		0

/* Mailbox channels of a DSP's node: the first cell of the mboxes property. */
enum soc_mailbox {
	SOC_MBOX_SMP2P = 0,
	SOC_MBOX_GLINK,
	SOC_MBOXES
};

/* Interrupts of a DSP's node, by interrupt-names. */
enum soc_line {
	SOC_LINE_RESET = 0,	/* firmware: the state of the PAS image has changed */
	SOC_LINE_SMP2P,		/* this and the next: towards Linux */
	SOC_LINE_GLINK,
	SOC_LINE_WDOG,
	SOC_LINES
};

/* As many as any PAS insists on: cells 0, 1, .. of the power-domains property. */
#define SOC_POWER_DOMAINS	3

/* Bits of the DSP's SMP2P entry "slave-kernel". */
#define SOC_SMP2P_FATAL		0
#define SOC_SMP2P_READY		1
#define SOC_SMP2P_HANDOVER	2
#define SOC_SMP2P_STOP_ACK	3
#define SOC_SMP2P_SHUTDOWN_ACK	7
/* Bit of Linux's entry "master-kernel". */
#define SOC_SMP2P_STOP		0

struct soc_smem {
	void *base;
	u32 size;
	void *partition;	/* that of Linux and this DSP */
	u32 partition_size;
	void *global;
	u32 global_size;
	u32 cacheline;
};

struct soc_smp2p {
	struct mutex lock;	/* the DSP's word: a late acknowledgment changes it too */
	u8 *out;		/* the item that this DSP writes */
	u16 out_item;
	u16 in_item;		/* Linux's; found when it is there */
	bool was_booted;
};

/* An acknowledgment that comes late. */
struct soc_late {
	struct soc *soc;
	struct delayed_work work;
	unsigned int bit;
};

/*
 * struct soc - a DSP's subsystem
 * @remoteproc: PAS's device
 * @kicks: bit n: Linux rang mailbox n; set in any context
 * @reset: firmware rang the reset line
 * @orders: bit n: a test has asked for enum dsp_soc_action n
 * @changed: woken when one of these three changes
 * @faults: enum dsp_soc_fault, what a test asked to go wrong
 * @boots: how often firmware had started the image when the life thread looked last
 */
struct soc {
	struct dsp *dsp;
	struct device *dev;
	struct device *remoteproc;
	u32 host;
	u32 pas_id;
	u32 ssctl;		/* instance of the SSCTL service; 0: the DSP has none */
	u32 crash_item;		/* SMEM item of the crash reason */

	int line[SOC_LINES];	/* Linux's numbers of the interrupts */
	struct mbox_controller mbox;
	struct mbox_chan mbox_chan[SOC_MBOXES];
	struct generic_pm_domain pd[SOC_POWER_DOMAINS];
	struct generic_pm_domain *pds[SOC_POWER_DOMAINS];
	struct genpd_onecell_data pd_data;

	struct task_struct *life;
	wait_queue_head_t changed;
	unsigned long kicks;
	unsigned long reset;
	unsigned long orders;
	unsigned long faults;
	u32 ack_delay_ms;	/* with DSP_SOC_LATE_ACK */
	u32 ordered_faults;	/* both: of an order that the life thread has not seen yet */
	u32 ordered_ms;
	struct soc_late late[2];
	u64 boots;
	u64 handshakes_lost;
	u64 shutdowns_asked;
	u64 stops_asked;
	bool is_up;		/* booted and not yet halted; the life thread's */
	bool was_stopped;	/* Linux's stop bit, when it was looked at last */
	unsigned int parts;	/* of the files below, that are initialised */

	struct soc_smem smem;
	struct soc_smp2p smp2p;
	struct soc_glink *glink;
	struct soc_qrtr *qrtr;
	struct soc_qmi *qmi;
};

static inline bool soc_has_fault(const struct soc *soc, unsigned long fault)
{
	return READ_ONCE(soc->faults) & fault;
}

/* soc_core.c */
int soc_init(void);
void soc_exit(void);
/* Ring a line of Linux.  Any context. */
void soc_ring(struct soc *soc, enum soc_line line);
/*
 * SSCTL has asked for a shutdown and was answered.  The DSP ends its calls and PDs,
 * but for the audio PD, which uses its heap until firmware halts it.  Life thread.
 */
void soc_shutdown_asked(struct soc *soc);
/* Answer a shutdown request or a stop bit on SMP2P.  Life thread or a work item. */
void soc_acknowledge(struct soc *soc, unsigned int bit);
int soc_order(struct soc *soc, struct dsp_control_soc *order);

/* soc_smem.c */
int soc_smem_init(struct soc *soc);
void soc_smem_exit(struct soc *soc);
/*
 * An item in the partition of Linux and this DSP: the one that exists, whichever side
 * made it, or NULL.  @size may be NULL.
 */
void *soc_smem_find(struct soc *soc, u16 item, u32 *size);
/* The same, made in the DSP's list, zeroed, if it is not there yet. */
void *soc_smem_get(struct soc *soc, u16 item, u32 size);
/* The crash reason, in the global partition. */
void soc_smem_crash_reason(struct soc *soc, const char *text);

/* soc_smp2p.c */
int soc_smp2p_init(struct soc *soc);
/* The handshake of a boot.  -ETIMEDOUT: Linux did not acknowledge it. */
int soc_smp2p_boot(struct soc *soc);
void soc_smp2p_set(struct soc *soc, unsigned int bit, bool on);
void soc_smp2p_clear(struct soc *soc);
bool soc_smp2p_linux(struct soc *soc, unsigned int bit);

/* soc_fifo.c: an end of a FIFO in shared memory.  Lengths are multiples of the unit. */
#define SOC_FIFO_UNIT		8

/*
 * struct soc_fifo - one end
 * @mine: the DSP's index: of the writer where it writes, of the reader where it reads
 * @theirs: Linux's index, which may hold anything
 * @at: what @mine should hold
 */
struct soc_fifo {
	u8 *data;
	u32 size;
	__le32 *mine;
	__le32 *theirs;
	u32 at;
};

/* -EPROTO: no FIFO has that size.  The index in shared memory is left as it is. */
int soc_fifo_init(struct soc_fifo *fifo, u8 *data, u32 size, __le32 *mine, __le32 *theirs);
/* Bytes that can be read, or -EPROTO for an index out of range. */
int soc_fifo_used(const struct soc_fifo *fifo);
/* Bytes behind the next @offset, no more than there are. */
void soc_fifo_peek(const struct soc_fifo *fifo, u32 offset, void *data, u32 len);
/* The DSP has read so many. */
void soc_fifo_skip(struct soc_fifo *fifo, u32 len);
/* Bytes that are free, or -EPROTO.  A FIFO that is filled to the last looks empty. */
int soc_fifo_room(const struct soc_fifo *fifo);
/* Linux sees them all at once. */
void soc_fifo_write(struct soc_fifo *fifo, const void *data, u32 len);

/*
 * soc_glink.c, soc_channel.c, soc_intent.c: channels.  All callbacks come in the life
 * thread, with no lock held, and may sleep.
 */
enum soc_channel {
	SOC_CHANNEL_QRTR = 0,	/* "IPCRTR" */
	SOC_CHANNEL_FASTRPC,	/* the name in the channel's device tree node */
	SOC_CHANNELS
};

struct soc_channel_ops {
	/* Both ends are open: Linux and the DSP may send. */
	void (*opened)(struct soc *soc);
	/* Linux, or the DSP, has closed it, or the DSP has halted. */
	void (*closed)(struct soc *soc);
	void (*receive)(struct soc *soc, const u8 *data, size_t len);
};

extern const struct soc_channel_ops soc_qrtr_channel;		/* soc_qrtr.c */
extern const struct soc_channel_ops soc_fastrpc_channel;	/* soc_core.c */

int soc_glink_init(struct soc *soc);
void soc_glink_exit(struct soc *soc);
/* The DSP boots: the pipe is allocated, the channels are closed.  Life thread. */
int soc_glink_boot(struct soc *soc);
/* Linux rang: read the FIFO, go on writing.  Life thread. */
void soc_glink_kick(struct soc *soc);
/* The DSP halts: nothing is sent or received any more.  Life thread. */
void soc_glink_halt(struct soc *soc);
/*
 * Send, or queue until Linux offers an intent that is large enough.  Never waits for
 * Linux.  Any thread that may sleep.  -ENOTCONN: the channel is not open.
 */
int soc_channel_send(struct soc *soc, enum soc_channel channel, const void *data, size_t len);
/* The DSP closes the channel, or opens it again.  Life thread. */
void soc_channel_close(struct soc *soc, enum soc_channel channel);
void soc_channel_open(struct soc *soc, enum soc_channel channel);
/* Faults have changed: intents that were hoarded may be given back.  Life thread. */
void soc_glink_faults(struct soc *soc);
void soc_glink_show(struct soc *soc, struct dsp_control_soc *out);

/* soc_qrtr.c */
struct soc_service {
	u32 service;
	u32 instance;		/* version in the low byte */
	u32 port;
	/* A message for the service, from @node and @port.  Life thread. */
	void (*receive)(struct soc *soc, const struct soc_service *service,
			u32 node, u32 port, const u8 *data, size_t len);
};

int soc_qrtr_init(struct soc *soc);
void soc_qrtr_exit(struct soc *soc);
/* Data from a port of the DSP's.  Any thread that may sleep. */
int soc_qrtr_send(struct soc *soc, u32 from_port, u32 node, u32 port,
		  const void *data, size_t len);
/* What the DSP offers has changed: announce and withdraw.  Any thread that may sleep. */
void soc_qrtr_update(struct soc *soc);
/* How many services Linux knows of now. */
unsigned int soc_qrtr_announced(struct soc *soc);

/* soc_qmi.c */
int soc_qmi_init(struct soc *soc);
void soc_qmi_exit(struct soc *soc);
/* Every service that the DSP can have, in the order in which they are announced. */
#define SOC_SERVICES	3
const struct soc_service *soc_qmi_services(struct soc *soc);
/* Whether the DSP has that service now. */
bool soc_qmi_offers(struct soc *soc, const struct soc_service *service);
/* The DSP boots or halts: the registry forgets its listeners.  Life thread. */
void soc_qmi_reset(struct soc *soc);
void soc_qmi_show(struct soc *soc, struct dsp_control_soc *out);

/* soc_servreg.c */
/* Linux's end of this port, or all of its ports (port 0), has gone. */
void soc_servreg_client_gone(struct soc *soc, u32 node, u32 port);
/*
 * The audio PD went down or came up: the registry tells all listeners.  "Down" returns
 * when they have acknowledged it, or have had time enough.  Any thread that may sleep,
 * but the life thread, which receives the acknowledgments.
 */
void soc_servreg_audio_pd(struct soc *soc, bool is_up);
/* What a test wants of the registry, see DSP_CONTROL_SERVREG.  Any thread that may sleep. */
int soc_servreg_order(struct soc *soc, struct dsp_control_servreg *order);
/* The counters in @out, but nothing else of it.  Any context. */
void soc_servreg_counts(struct soc *soc, struct dsp_control_servreg *out);

#endif
