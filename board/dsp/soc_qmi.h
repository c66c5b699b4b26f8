/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QMI over QRTR: the DSP's services, and the messages to and from them.
 *
 * A message is a header {kind u8, transaction u16, message u16, length u16} and elements
 * {type u8, length u16, value}, all little-endian.  A string has no end of its own: the
 * element's length is the string's.  A string inside of a structure has its length, one
 * byte, before it.  Every response has element 2: {result u16, error u16}.
 *
 * Requests come in the life thread.  Orders of tests and news of the audio PD come in
 * other threads.  A listener is told and heard under the lock, so it gets everything in
 * the order in which it happened.  Counters are read without the lock.
 */
#ifndef SOC_QMI_H
#define SOC_QMI_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "soc.h"

#define QMI_ROOM	384

#define QMI_REQUEST	0
#define QMI_RESPONSE	2
#define QMI_INDICATION	4

#define QMI_GOOD	0
#define QMI_MALFORMED	1
#define QMI_NO_MEMORY	2
#define QMI_INVALID_ID	41
#define QMI_UNKNOWN	94

/* The registry: numbers of its two services, and of their messages. */
#define SERVREG_VERSION	1

#define LOCATOR		64
#define LOCATOR_INSTANCE 1
#define LOCATOR_LIST	0x21

#define NOTIFIER	66
#define NOTIFIER_INSTANCE 74
#define NOTIFIER_LISTEN	0x20
#define NOTIFIER_STATE	0x22
#define NOTIFIER_ACK	0x23

/*
 * struct servreg_listener - a port of Linux's that listens to the audio PD
 * @awaits: the "down" that it has not acknowledged yet; 0: none
 * @is_refused: it was told that it does not listen (DSP_SERVREG_DEAF)
 */
struct servreg_listener {
	u32 node;
	u32 port;
	u32 awaits;
	bool is_refused;
};

/*
 * struct soc_qmi - the services
 * @lock: @events, @last_event, and all that follows them
 * @has_ssctl: since this boot
 * @has_registry: the DSP has the locator and the notifier
 * @events: those of SSCTL, of other DSPs
 * @is_manual: the test tells the listeners, not the DSP
 * @is_down: the audio PD has gone, and the new one has not come
 * @told: transaction of the newest indication; the wire has the low half of it
 * @acked: the newest that was acknowledged
 * @unacked: listeners that have not acknowledged the newest "down"
 */
struct soc_qmi {
	struct mutex lock;	/* see above */
	struct soc_service services[SOC_SERVICES];
	bool has_ssctl;
	bool has_registry;
	u64 events;
	char last_event[DSP_EVENT_LEN];

	u32 fault;		/* enum dsp_servreg_fault */
	bool is_manual;
	bool is_down;
	struct servreg_listener listeners[DSP_SERVREG_LISTENERS];
	u32 nr_listeners;
	u32 came;
	u32 asked;
	u32 told;
	u32 acked;
	u32 unacked;
};

/* A request, taken apart as far as its header goes. */
struct qmi_request {
	const struct soc_service *service;
	u32 node;
	u32 port;
	u16 transaction;
	u16 message;
	const u8 *elements;
	size_t len;
};

struct qmi_message {
	u8 bytes[QMI_ROOM];
	size_t len;
};

/* soc_qmi.c: reading a request that is whole. */
/* The value of an element, or NULL. */
const u8 *qmi_find(const struct qmi_request *request, u8 type, size_t *len);
/* Return: whether there is such an element and it is a number of @len bytes. */
bool qmi_get(const struct qmi_request *request, u8 type, size_t len, u32 *value);
/* The same for a name, which gets an end; @room with that. */
bool qmi_get_name(const struct qmi_request *request, u8 type, char *name, size_t room);

/* soc_qmi.c: writing.  Any thread that may sleep. */
void qmi_begin(struct qmi_message *m, u8 kind, u16 transaction, u16 message);
/* A response begins with its element 2.  @error 0: the request was good. */
void qmi_begin_response(struct qmi_message *m, const struct qmi_request *request, u16 error);
/* An element of @len bytes, which the caller puts next. */
void qmi_begin_element(struct qmi_message *m, u8 type, size_t len);
void qmi_put_bytes(struct qmi_message *m, const void *data, size_t len);
void qmi_put(struct qmi_message *m, u32 value, size_t len);
/* These two put an element. */
void qmi_put_number(struct qmi_message *m, u8 type, u32 value, size_t len);
void qmi_put_string(struct qmi_message *m, u8 type, const void *text, size_t len);
void qmi_send(struct soc *soc, u32 from_port, u32 node, u32 port, struct qmi_message *m);
void qmi_send_response(struct soc *soc, const struct qmi_request *request,
		       struct qmi_message *m);
/* A response that has nothing but its element 2. */
void qmi_respond(struct soc *soc, const struct qmi_request *request, u16 error);

/* soc_servreg.c: requests to the locator and the notifier.  Life thread. */
void servreg_locate(struct soc *soc, const struct qmi_request *request);
void servreg_listen(struct soc *soc, const struct qmi_request *request);
void servreg_ack(struct soc *soc, const struct qmi_request *request);
/* The DSP boots or halts: the registry forgets its listeners.  The caller holds the lock. */
void servreg_reset_locked(struct soc_qmi *qmi);

#endif
