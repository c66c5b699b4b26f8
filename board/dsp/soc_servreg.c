// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service registry: the QMI services locator and notifier.
 *
 * The locator tells where the domain of a service is.  The notifier tells its listeners
 * whether the domain is up.  Both belong to the DSP with the label "adsp", and know its
 * audio PD only.
 */
#include <linux/jiffies.h>
#include <linux/string.h>

#include "soc_qmi.h"

#define SERVREG_NAME_LEN 64
#define AUDIO_SERVICE	"avs/audio"
#define OTHER_PATH	"msm/adsp/other_pd"
#define BABBLE_LEN	200

/* How long the registry waits for listeners that do not acknowledge that the PD is down. */
#define ACK_WAIT_MS	5000

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

/*
 * The answer lists the domains of a service from number @offset on.  The registry knows
 * one service, and that has one domain.
 */
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

/* The header of the response is good, but what follows it is no element. */
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

void servreg_locate(struct soc *soc, const struct qmi_request *request)
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

/* ---- notifier: servreg_*() take qmi->lock, and the others want it ---- */

static void notifier_count(struct soc_qmi *qmi)
{
	u32 i, unacked = 0;

	for (i = 0; i < qmi->nr_listeners; i++)
		unacked += !!qmi->listeners[i].awaits;
	WRITE_ONCE(qmi->unacked, unacked);
}

/* Forget the listener at this port of the node, or all of the node's (port 0). */
static void notifier_forget(struct soc_qmi *qmi, u32 node, u32 port)
{
	u32 i, left = 0;

	for (i = 0; i < qmi->nr_listeners; i++) {
		const struct servreg_listener *listener = &qmi->listeners[i];

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

static struct servreg_listener *notifier_find(struct soc_qmi *qmi, u32 node, u32 port)
{
	u32 i;

	for (i = 0; i < qmi->nr_listeners; i++)
		if (qmi->listeners[i].node == node && qmi->listeners[i].port == port)
			return &qmi->listeners[i];
	return NULL;
}

/* Return: 0 or a QMI error.  A port that listens already becomes the newest. */
static u16 notifier_add(struct soc_qmi *qmi, const struct qmi_request *request)
{
	struct servreg_listener *listener;

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
	const struct soc_qmi *qmi = soc->qmi;

	if (qmi->is_manual)
		return DSP_SERVREG_UNINIT;
	if (qmi->is_down || !READ_ONCE(soc->dsp->audio.up))
		return DSP_SERVREG_DOWN;
	return DSP_SERVREG_UP;
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

void servreg_listen(struct soc *soc, const struct qmi_request *request)
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

/* Return: the number of the indication whose low half is @transaction; 0: there is none. */
static u32 notifier_told(const struct soc_qmi *qmi, u16 transaction)
{
	u32 told = qmi->told - (u16)(qmi->told - transaction);

	return told <= qmi->told ? told : 0;
}

void servreg_ack(struct soc *soc, const struct qmi_request *request)
{
	char path[SERVREG_NAME_LEN + 1];
	struct soc_qmi *qmi = soc->qmi;
	struct servreg_listener *listener;
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

static void notifier_indicate(struct soc *soc, const struct servreg_listener *listener,
			      struct qmi_message *m)
{
	const struct soc_service *service = soc->qmi->services;

	while (service->service != NOTIFIER)
		service++;
	qmi_send(soc, service->port, listener->node, listener->port, m);
}

/* Return: the number of the indication. */
static u32 notifier_tell(struct soc *soc, const struct servreg_listener *listener, u32 state,
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
		struct servreg_listener *listener = &qmi->listeners[i];

		if (listener->is_refused)
			continue;
		told = notifier_tell(soc, listener, is_up ? DSP_SERVREG_UP : DSP_SERVREG_DOWN,
				     DSP_SERVREG_PATH, strlen(DSP_SERVREG_PATH));
		listener->awaits = is_up ? 0 : told;
	}
	notifier_count(qmi);
}

/* ---- from elsewhere in the DSP ---- */

void servreg_reset_locked(struct soc_qmi *qmi)
{
	notifier_forget_all(qmi);
	qmi->is_down = false;
}

void soc_servreg_audio_pd(struct soc *soc, bool is_up)
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

void soc_servreg_client_gone(struct soc *soc, u32 node, u32 port)
{
	mutex_lock(&soc->qmi->lock);
	notifier_forget(soc->qmi, node, port);
	mutex_unlock(&soc->qmi->lock);
	wake_up_all(&soc->dsp->counters);
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

/* Return: the listener at @port, or the newest (0), or NULL.  The caller holds qmi->lock. */
static struct servreg_listener *order_listener(struct soc_qmi *qmi, u32 port)
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
	const struct servreg_listener *listener;
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

void soc_servreg_counts(struct soc *soc, struct dsp_control_servreg *out)
{
	const struct soc_qmi *qmi = soc->qmi;

	out->listeners = READ_ONCE(qmi->nr_listeners);
	out->came = READ_ONCE(qmi->came);
	out->asked = READ_ONCE(qmi->asked);
	out->told = READ_ONCE(qmi->told);
	out->acked = READ_ONCE(qmi->acked);
}

int soc_servreg_order(struct soc *soc, struct dsp_control_servreg *order)
{
	struct soc_qmi *qmi = soc->qmi;
	u32 i;
	int ret;

	if (!qmi->has_registry)
		return -EOPNOTSUPP;
	ret = order_do(soc, order);
	mutex_lock(&qmi->lock);
	soc_servreg_counts(soc, order);
	memset(order->ports, 0, sizeof(order->ports));
	for (i = 0; i < qmi->nr_listeners; i++)
		order->ports[i] = qmi->listeners[i].port;
	mutex_unlock(&qmi->lock);
	return ret;
}
