// SPDX-License-Identifier: GPL-2.0-only
/*
 * The QMI services of a DSP: SSCTL, service locator, service notifier.
 *
 * A message is a header {kind u8, transaction u16, message u16, length u16} and elements
 * {type u8, length u16, value}, all little-endian.  A string has no end of its own: the
 * element's length is the string's.  A string inside of a structure has its length, one
 * byte, before it.  Every response has element 2: {result u16, error u16}.
 *
 * SSCTL is how Linux asks the DSP to end, and tells it what becomes of other DSPs.  The
 * locator tells where the domain of a service is, and the notifier tells those who
 * listen whether the domain is up.  These two, the registry, belong to the DSP with the
 * label "adsp", and know its audio PD only.
 *
 * Requests come in the life thread, orders of tests and news of the audio PD come in
 * others.  A listener is told and heard under the lock, so it gets everything in the
 * order in which it happened.  Counters are read without the lock.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp_compat.h"
#include "soc.h"

#define QMI_HEADER	7
#define QMI_ELEMENT	3	/* type and length */
#define QMI_ROOM	384

#define QMI_REQUEST	0
#define QMI_RESPONSE	2
#define QMI_INDICATION	4

#define QMI_GOOD	0
#define QMI_MALFORMED	1
#define QMI_NO_MEMORY	2
#define QMI_INVALID_ID	41
#define QMI_UNKNOWN	94

#define SSCTL		43
#define SSCTL_VERSION	2
#define SSCTL_SHUTDOWN	0x21
#define SSCTL_EVENT	0x23
#define SSCTL_NAME_LEN	15
#define SSCTL_EVENTS	4	/* before and after power-up, before and after shutdown */

#define LOCATOR		64
#define LOCATOR_INSTANCE 1
#define LOCATOR_LIST	0x21

#define NOTIFIER	66
#define NOTIFIER_INSTANCE 74
#define NOTIFIER_LISTEN	0x20
#define NOTIFIER_STATE	0x22
#define NOTIFIER_ACK	0x23

#define SERVREG_VERSION	1
#define SERVREG_NAME_LEN 64
#define AUDIO_SERVICE	"avs/audio"
#define OTHER_PATH	"msm/adsp/other_pd"
#define BABBLE_LEN	200

/* How long the registry waits for those who do not acknowledge that the PD is down. */
#define ACK_WAIT_MS	5000

/*
 * struct qmi_listener - a port of Linux's that listens to the audio PD
 * @is_refused: it was told that it does not (DSP_SERVREG_DEAF)
 * @awaits: the "down" that it has not acknowledged yet; 0: none
 */
struct qmi_listener {
	u32 node;
	u32 port;
	u32 awaits;
	bool is_refused;
};

/*
 * struct soc_qmi - the services
 * @lock: all that changes
 * @has_ssctl: since this boot
 * @is_manual: the test tells, not the DSP
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
	struct qmi_listener listeners[DSP_SERVREG_LISTENERS];
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

/* ---- reading ---- */

/* Return: whether @data are a request. */
static bool qmi_parse(struct qmi_request *request, const u8 *data, size_t len)
{
	if (len < QMI_HEADER || data[0] != QMI_REQUEST)
		return false;
	request->transaction = get_unaligned_le16(data + 1);
	request->message = get_unaligned_le16(data + 3);
	request->elements = data + QMI_HEADER;
	request->len = get_unaligned_le16(data + 5);
	return request->len == len - QMI_HEADER;
}

/* Return: whether the elements fill the message to its end. */
static bool qmi_is_whole(const struct qmi_request *request)
{
	size_t at = 0;

	while (request->len - at >= QMI_ELEMENT) {
		size_t len = get_unaligned_le16(request->elements + at + 1);

		at += QMI_ELEMENT;
		if (len > request->len - at)
			return false;
		at += len;
	}
	return at == request->len;
}

/* The value of an element of a message that is whole, or NULL. */
static const u8 *qmi_find(const struct qmi_request *request, u8 type, size_t *len)
{
	const u8 *at = request->elements;
	const u8 *end = at + request->len;

	for (; at < end; at += QMI_ELEMENT + *len) {
		*len = get_unaligned_le16(at + 1);
		if (*at == type)
			return at + QMI_ELEMENT;
	}
	return NULL;
}

/* Return: whether there is such an element and it is a number of @len bytes. */
static bool qmi_get(const struct qmi_request *request, u8 type, size_t len, u32 *value)
{
	size_t found;
	const u8 *at = qmi_find(request, type, &found);

	if (!at || found != len)
		return false;
	*value = 0;
	while (len--)
		*value = *value << 8 | at[len];
	return true;
}

/* The same for a name, which gets an end; @room with that. */
static bool qmi_get_name(const struct qmi_request *request, u8 type, char *name, size_t room)
{
	size_t len;
	const u8 *at = qmi_find(request, type, &len);

	if (!at || !len || len >= room || memchr(at, '\0', len))
		return false;
	memcpy(name, at, len);
	name[len] = '\0';
	return true;
}

/* ---- writing ---- */

static void qmi_put_bytes(struct qmi_message *m, const void *data, size_t len)
{
	if (WARN_ON_ONCE(len > sizeof(m->bytes) - m->len))
		return;
	memcpy(m->bytes + m->len, data, len);
	m->len += len;
}

static void qmi_put(struct qmi_message *m, u32 value, size_t len)
{
	__le32 word = cpu_to_le32(value);

	qmi_put_bytes(m, &word, len);
}

static void qmi_begin(struct qmi_message *m, u8 kind, u16 transaction, u16 message)
{
	m->len = 0;
	qmi_put(m, kind, 1);
	qmi_put(m, transaction, 2);
	qmi_put(m, message, 2);
	qmi_put(m, 0, 2);
}

static void qmi_begin_element(struct qmi_message *m, u8 type, size_t len)
{
	qmi_put(m, type, 1);
	qmi_put(m, len, 2);
}

static void qmi_put_number(struct qmi_message *m, u8 type, u32 value, size_t len)
{
	qmi_begin_element(m, type, len);
	qmi_put(m, value, len);
}

static void qmi_put_string(struct qmi_message *m, u8 type, const void *text, size_t len)
{
	qmi_begin_element(m, type, len);
	qmi_put_bytes(m, text, len);
}

static void qmi_send(struct soc *soc, u32 from_port, u32 node, u32 port, struct qmi_message *m)
{
	put_unaligned_le16(m->len - QMI_HEADER, m->bytes + 5);
	soc_qrtr_send(soc, from_port, node, port, m->bytes, m->len);
}

static void qmi_begin_response(struct qmi_message *m, const struct qmi_request *request, u16 error)
{
	qmi_begin(m, QMI_RESPONSE, request->transaction, request->message);
	qmi_begin_element(m, 0x02, 4);
	qmi_put(m, !!error, 2);
	qmi_put(m, error, 2);
}

static void qmi_send_response(struct soc *soc, const struct qmi_request *request,
			      struct qmi_message *m)
{
	qmi_send(soc, request->service->port, request->node, request->port, m);
}

static void qmi_respond(struct soc *soc, const struct qmi_request *request, u16 error)
{
	struct qmi_message m;

	qmi_begin_response(&m, request, error);
	qmi_send_response(soc, request, &m);
}

/* ---- SSCTL ---- */

static void ssctl_shutdown(struct soc *soc, const struct qmi_request *request)
{
	qmi_respond(soc, request, QMI_GOOD);
	soc_shutdown_asked(soc);
	soc_acknowledge(soc, SOC_SMP2P_SHUTDOWN_ACK);
}

/* {length u8, name} */
static bool ssctl_get_name(const struct qmi_request *request, char *name)
{
	size_t len;
	const u8 *at = qmi_find(request, 0x01, &len);

	if (!at || len < 2 || at[0] != len - 1 || at[0] > SSCTL_NAME_LEN)
		return false;
	memcpy(name, at + 1, at[0]);
	name[at[0]] = '\0';
	return true;
}

static void ssctl_event(struct soc *soc, const struct qmi_request *request)
{
	char name[SSCTL_NAME_LEN + 1];
	struct soc_qmi *qmi = soc->qmi;
	u32 event;

	if (!ssctl_get_name(request, name) || !qmi_get(request, 0x02, 4, &event) ||
	    event >= SSCTL_EVENTS) {
		qmi_respond(soc, request, QMI_MALFORMED);
		return;
	}
	mutex_lock(&qmi->lock);
	qmi->events++;
	snprintf(qmi->last_event, sizeof(qmi->last_event), "%s %u", name, event);
	mutex_unlock(&qmi->lock);
	qmi_respond(soc, request, QMI_GOOD);
}

/* ---- locator ---- */

static void locator_put_domain(struct qmi_message *m, const char *path)
{
	size_t len = strlen(path);

	qmi_begin_element(m, 0x12, 1 + 1 + len + 4 + 1 + 4);
	qmi_put(m, 1, 1);			/* domains in this message */
	qmi_put(m, len, 1);
	qmi_put_bytes(m, path, len);
	qmi_put(m, NOTIFIER_INSTANCE, 4);
	qmi_put(m, 0, 1);			/* the service has no data */
	qmi_put(m, 0, 4);
}

/* The domains of a service from number @offset on.  There is one service, with one. */
static void locator_answer(struct soc *soc, const struct qmi_request *request,
			   const char *service, u32 offset)
{
	bool is_known = !strcmp(service, AUDIO_SERVICE);
	struct qmi_message m;

	qmi_begin_response(&m, request, QMI_GOOD);
	qmi_put_number(&m, 0x10, is_known, 2);	/* domains in all */
	qmi_put_number(&m, 0x11, 1, 2);		/* revision of the list */
	if (is_known && !offset)
		locator_put_domain(&m, soc->qmi->fault == DSP_SERVREG_ELSEWHERE ?
				   OTHER_PATH : DSP_SERVREG_PATH);
	qmi_send_response(soc, request, &m);
}

/* The header of a response, and what is no element. */
static void locator_babble(struct soc *soc, const struct qmi_request *request)
{
	struct qmi_message m;

	qmi_begin(&m, QMI_RESPONSE, request->transaction, request->message);
	while (m.len < BABBLE_LEN)
		qmi_put(&m, 0xa5 * m.len, 1);
	qmi_send_response(soc, request, &m);
}

static void locator_try(struct soc *soc, const struct qmi_request *request)
{
	char service[SERVREG_NAME_LEN + 1];
	u32 offset = 0;
	size_t len;

	if (!qmi_get_name(request, 0x01, service, sizeof(service)) ||
	    (qmi_find(request, 0x10, &len) && !qmi_get(request, 0x10, 4, &offset)))
		qmi_respond(soc, request, QMI_MALFORMED);
	else
		locator_answer(soc, request, service, offset);
}

static void locator_list(struct soc *soc, const struct qmi_request *request)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	WRITE_ONCE(qmi->asked, qmi->asked + 1);
	switch (qmi->fault) {
	case DSP_SERVREG_MUTE:
		break;
	case DSP_SERVREG_REFUSES:
		qmi_respond(soc, request, QMI_NO_MEMORY);
		break;
	case DSP_SERVREG_BABBLE:
		locator_babble(soc, request);
		break;
	default:
		locator_try(soc, request);
		break;
	}
	mutex_unlock(&qmi->lock);
	wake_up_all(&soc->dsp->counters);
}

/* ---- notifier: all of it under qmi->lock ---- */

static void notifier_count(struct soc_qmi *qmi)
{
	u32 i, unacked = 0;

	for (i = 0; i < qmi->nr_listeners; i++)
		unacked += !!qmi->listeners[i].awaits;
	WRITE_ONCE(qmi->unacked, unacked);
}

/* Forget who listens at this port of the node, or at any (0). */
static void notifier_forget(struct soc_qmi *qmi, u32 node, u32 port)
{
	u32 i, left = 0;

	for (i = 0; i < qmi->nr_listeners; i++) {
		const struct qmi_listener *listener = &qmi->listeners[i];

		if (listener->node != node || (port && listener->port != port))
			qmi->listeners[left++] = *listener;
	}
	WRITE_ONCE(qmi->nr_listeners, left);
	notifier_count(qmi);
}

static void notifier_forget_all(struct soc_qmi *qmi)
{
	WRITE_ONCE(qmi->nr_listeners, 0);
	notifier_count(qmi);
}

static struct qmi_listener *notifier_find(struct soc_qmi *qmi, u32 node, u32 port)
{
	u32 i;

	for (i = 0; i < qmi->nr_listeners; i++)
		if (qmi->listeners[i].node == node && qmi->listeners[i].port == port)
			return &qmi->listeners[i];
	return NULL;
}

/* Return: 0 or a QMI error.  Who listens already is the newest now. */
static u16 notifier_add(struct soc_qmi *qmi, const struct qmi_request *request)
{
	struct qmi_listener *listener;

	notifier_forget(qmi, request->node, request->port);
	if (qmi->fault == DSP_SERVREG_ABSENT || qmi->nr_listeners == ARRAY_SIZE(qmi->listeners))
		return QMI_NO_MEMORY;
	listener = &qmi->listeners[qmi->nr_listeners];
	listener->node = request->node;
	listener->port = request->port;
	listener->awaits = 0;
	listener->is_refused = qmi->fault == DSP_SERVREG_DEAF;
	WRITE_ONCE(qmi->nr_listeners, qmi->nr_listeners + 1);
	WRITE_ONCE(qmi->came, qmi->came + 1);
	return listener->is_refused ? QMI_NO_MEMORY : QMI_GOOD;
}

static u32 notifier_first_state(struct soc *soc)
{
	if (soc->qmi->is_manual)
		return DSP_SERVREG_UNINIT;
	return !soc->qmi->is_down && READ_ONCE(soc->dsp->audio.up) ? DSP_SERVREG_UP :
	       DSP_SERVREG_DOWN;
}

/* Return: 0 or a QMI error. */
static u16 notifier_change(struct soc_qmi *qmi, const struct qmi_request *request)
{
	char path[SERVREG_NAME_LEN + 1];
	u32 enable;

	if (!qmi_get(request, 0x01, 1, &enable) || enable > 1 ||
	    !qmi_get_name(request, 0x02, path, sizeof(path)))
		return QMI_MALFORMED;
	if (strcmp(path, DSP_SERVREG_PATH))
		return QMI_INVALID_ID;
	if (enable)
		return notifier_add(qmi, request);
	notifier_forget(qmi, request->node, request->port);
	return QMI_GOOD;
}

static void notifier_listen(struct soc *soc, const struct qmi_request *request)
{
	struct soc_qmi *qmi = soc->qmi;
	struct qmi_message m;
	u16 error;

	mutex_lock(&qmi->lock);
	error = notifier_change(qmi, request);
	qmi_begin_response(&m, request, error);
	if (!error && qmi->fault != DSP_SERVREG_STATELESS)
		qmi_put_number(&m, 0x10, notifier_first_state(soc), 4);
	qmi_send_response(soc, request, &m);
	mutex_unlock(&qmi->lock);
	wake_up_all(&soc->dsp->counters);
}

/* Return: the number of the indication whose low half is @transaction, 0: there is none. */
static u32 notifier_told(const struct soc_qmi *qmi, u16 transaction)
{
	u32 told = qmi->told - (u16)(qmi->told - transaction);

	return told <= qmi->told ? told : 0;
}

static void notifier_ack(struct soc *soc, const struct qmi_request *request)
{
	char path[SERVREG_NAME_LEN + 1];
	struct soc_qmi *qmi = soc->qmi;
	struct qmi_listener *listener;
	u32 transaction, told;

	if (!qmi_get_name(request, 0x01, path, sizeof(path)) ||
	    !qmi_get(request, 0x02, 2, &transaction)) {
		qmi_respond(soc, request, QMI_MALFORMED);
		return;
	}
	mutex_lock(&qmi->lock);
	listener = notifier_find(qmi, request->node, request->port);
	told = notifier_told(qmi, transaction);
	qmi_respond(soc, request, listener && told ? QMI_GOOD : QMI_INVALID_ID);
	if (listener && told) {
		if (listener->awaits == told)
			listener->awaits = 0;
		notifier_count(qmi);
		WRITE_ONCE(qmi->acked, max(qmi->acked, told));
	}
	mutex_unlock(&qmi->lock);
	wake_up_all(&soc->dsp->counters);
}

static void notifier_indicate(struct soc *soc, const struct qmi_listener *listener,
			      struct qmi_message *m)
{
	const struct soc_service *service = soc->qmi->services;

	while (service->service != NOTIFIER)
		service++;
	qmi_send(soc, service->port, listener->node, listener->port, m);
}

/* Return: the number of the indication. */
static u32 notifier_tell(struct soc *soc, const struct qmi_listener *listener, u32 state,
			 const void *path, size_t len)
{
	u32 told = soc->qmi->told + 1;
	struct qmi_message m;

	WRITE_ONCE(soc->qmi->told, told);
	qmi_begin(&m, QMI_INDICATION, told, NOTIFIER_STATE);
	qmi_put_number(&m, 0x01, state, 4);
	qmi_put_string(&m, 0x02, path, len);
	qmi_put_number(&m, 0x03, (u16)told, 2);
	notifier_indicate(soc, listener, &m);
	return told;
}

static void notifier_tell_all(struct soc *soc, bool is_up)
{
	struct soc_qmi *qmi = soc->qmi;
	u32 i, told;

	for (i = 0; i < qmi->nr_listeners; i++) {
		struct qmi_listener *listener = &qmi->listeners[i];

		if (listener->is_refused)
			continue;
		told = notifier_tell(soc, listener, is_up ? DSP_SERVREG_UP : DSP_SERVREG_DOWN,
				     DSP_SERVREG_PATH, strlen(DSP_SERVREG_PATH));
		listener->awaits = is_up ? 0 : told;
	}
	notifier_count(qmi);
}

/* ---- from elsewhere in the DSP ---- */

void soc_qmi_audio_pd(struct soc *soc, bool is_up)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	qmi->is_down = !is_up;
	if (!qmi->is_manual)
		notifier_tell_all(soc, is_up);
	mutex_unlock(&qmi->lock);
	wait_event_timeout(soc->dsp->counters, is_up || !READ_ONCE(qmi->unacked),
			   msecs_to_jiffies(ACK_WAIT_MS));
}

void soc_qmi_client_gone(struct soc *soc, u32 node, u32 port)
{
	mutex_lock(&soc->qmi->lock);
	notifier_forget(soc->qmi, node, port);
	mutex_unlock(&soc->qmi->lock);
	wake_up_all(&soc->dsp->counters);
}

void soc_qmi_reset(struct soc *soc)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	notifier_forget_all(qmi);
	qmi->is_down = false;
	WRITE_ONCE(qmi->has_ssctl, soc->ssctl && !soc_has_fault(soc, DSP_SOC_NO_SSCTL));
	mutex_unlock(&qmi->lock);
	wake_up_all(&soc->dsp->counters);
}

const struct soc_service *soc_qmi_services(struct soc *soc)
{
	return soc->qmi->services;
}

bool soc_qmi_offers(struct soc *soc, const struct soc_service *service)
{
	const struct soc_qmi *qmi = soc->qmi;

	if (service->service == SSCTL)
		return READ_ONCE(qmi->has_ssctl);
	return qmi->has_registry && READ_ONCE(qmi->fault) != DSP_SERVREG_ABSENT;
}

/* ---- what tests ask for ---- */

static void order_fault(struct soc *soc, u32 fault)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	WRITE_ONCE(qmi->fault, fault);
	WRITE_ONCE(qmi->came, 0);
	WRITE_ONCE(qmi->asked, 0);
	if (fault == DSP_SERVREG_ABSENT)
		notifier_forget_all(qmi);
	mutex_unlock(&qmi->lock);
	soc_qrtr_update(soc);
	wake_up_all(&soc->dsp->counters);
}

/* The listener at @port, or the newest (0), or NULL.  qmi->lock held. */
static struct qmi_listener *order_listener(struct soc_qmi *qmi, u32 port)
{
	u32 i = qmi->nr_listeners;

	while (i--)
		if (!port || qmi->listeners[i].port == port)
			return &qmi->listeners[i];
	return NULL;
}

static int order_tell(struct soc *soc, const struct dsp_control_servreg *order)
{
	struct soc_qmi *qmi = soc->qmi;
	const struct qmi_listener *listener;
	struct qmi_message m;

	mutex_lock(&qmi->lock);
	listener = order_listener(qmi, order->port);
	if (listener && order->action == DSP_SERVREG_TELL) {
		notifier_tell(soc, listener, order->value, order->data, order->len);
	} else if (listener) {
		qmi_begin(&m, QMI_INDICATION, 0, NOTIFIER_STATE);
		qmi_put_bytes(&m, order->data, order->len);
		notifier_indicate(soc, listener, &m);
	}
	mutex_unlock(&qmi->lock);
	return listener ? 0 : -ENXIO;
}

static int order_do(struct soc *soc, const struct dsp_control_servreg *order)
{
	switch (order->action) {
	case DSP_SERVREG_LOOK:
		return 0;
	case DSP_SERVREG_FAULT:
		if (order->fault > DSP_SERVREG_STATELESS)
			return -EINVAL;
		order_fault(soc, order->fault);
		return 0;
	case DSP_SERVREG_TELL:
	case DSP_SERVREG_RAW:
		return order->len > sizeof(order->data) ? -EINVAL : order_tell(soc, order);
	case DSP_SERVREG_MANUAL:
		mutex_lock(&soc->qmi->lock);
		soc->qmi->is_manual = order->value;
		mutex_unlock(&soc->qmi->lock);
		return 0;
	default:
		return -EINVAL;
	}
}

void soc_qmi_counts(struct soc *soc, struct dsp_control_servreg *out)
{
	const struct soc_qmi *qmi = soc->qmi;

	out->listeners = READ_ONCE(qmi->nr_listeners);
	out->came = READ_ONCE(qmi->came);
	out->asked = READ_ONCE(qmi->asked);
	out->told = READ_ONCE(qmi->told);
	out->acked = READ_ONCE(qmi->acked);
}

int soc_qmi_order(struct soc *soc, struct dsp_control_servreg *order)
{
	struct soc_qmi *qmi = soc->qmi;
	u32 i;
	int ret;

	if (!qmi->has_registry)
		return -EOPNOTSUPP;
	ret = order_do(soc, order);
	mutex_lock(&qmi->lock);
	soc_qmi_counts(soc, order);
	memset(order->ports, 0, sizeof(order->ports));
	for (i = 0; i < qmi->nr_listeners; i++)
		order->ports[i] = qmi->listeners[i].port;
	mutex_unlock(&qmi->lock);
	return ret;
}

void soc_qmi_show(struct soc *soc, struct dsp_control_soc *out)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	out->events = qmi->events;
	strscpy(out->last_event, qmi->last_event, sizeof(out->last_event));
	mutex_unlock(&qmi->lock);
	out->services = soc_qrtr_announced(soc);
}

/* ---- the services ---- */

static const struct {
	u32 service;
	u16 message;
	void (*handle)(struct soc *soc, const struct qmi_request *request);
} qmi_handlers[] = {
	{ SSCTL, SSCTL_SHUTDOWN, ssctl_shutdown },
	{ SSCTL, SSCTL_EVENT, ssctl_event },
	{ LOCATOR, LOCATOR_LIST, locator_list },
	{ NOTIFIER, NOTIFIER_LISTEN, notifier_listen },
	{ NOTIFIER, NOTIFIER_ACK, notifier_ack },
};

static void qmi_handle(struct soc *soc, const struct qmi_request *request)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(qmi_handlers); i++)
		if (qmi_handlers[i].service == request->service->service &&
		    qmi_handlers[i].message == request->message)
			break;
	if (i == ARRAY_SIZE(qmi_handlers))
		qmi_respond(soc, request, QMI_UNKNOWN);
	else if (!qmi_is_whole(request))
		qmi_respond(soc, request, QMI_MALFORMED);
	else
		qmi_handlers[i].handle(soc, request);
}

/* What is no request gets no response, for it has no transaction. */
static void qmi_receive(struct soc *soc, const struct soc_service *service, u32 node, u32 port,
			const u8 *data, size_t len)
{
	struct qmi_request request = { .service = service, .node = node, .port = port };

	if (service->service == SSCTL && soc_has_fault(soc, DSP_SOC_MUTE_SSCTL))
		return;
	if (qmi_parse(&request, data, len))
		qmi_handle(soc, &request);
}

static void qmi_init_service(struct soc_service *service, u32 number, u32 version, u32 instance)
{
	service->service = number;
	service->instance = version | instance << 8;
	service->port = number;
	service->receive = qmi_receive;
}

int soc_qmi_init(struct soc *soc)
{
	struct soc_qmi *qmi = kzalloc(sizeof(*qmi), GFP_KERNEL);

	if (!qmi)
		return -ENOMEM;
	mutex_init(&qmi->lock);
	qmi->has_registry = !strcmp(soc->dsp->label, "adsp");
	/* The notifier before the locator, which sends its clients there. */
	qmi_init_service(&qmi->services[0], NOTIFIER, SERVREG_VERSION, NOTIFIER_INSTANCE);
	qmi_init_service(&qmi->services[1], LOCATOR, SERVREG_VERSION, LOCATOR_INSTANCE);
	qmi_init_service(&qmi->services[2], SSCTL, SSCTL_VERSION, soc->ssctl);
	soc->qmi = qmi;
	return 0;
}

void soc_qmi_exit(struct soc *soc)
{
	kfree(soc->qmi);
}
