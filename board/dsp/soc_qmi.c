// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMI: messages, the table of the DSP's services, and SSCTL.
 *
 * SSCTL is how Linux asks the DSP to end, and tells it what becomes of other DSPs.  The
 * other two services, locator and notifier, are in soc_servreg.c.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "dsp_compat.h"
#include "soc_qmi.h"

#define QMI_HEADER	7
#define QMI_ELEMENT	3	/* type and length */

#define SSCTL		43
#define SSCTL_VERSION	2
#define SSCTL_SHUTDOWN	0x21
#define SSCTL_EVENT	0x23
#define SSCTL_NAME_LEN	15
#define SSCTL_EVENTS	4	/* before and after power-up, before and after shutdown */

/* ---- reading ---- */

/* Return: whether @data is a request. */
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

const u8 *qmi_find(const struct qmi_request *request, u8 type, size_t *len)
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

bool qmi_get(const struct qmi_request *request, u8 type, size_t len, u32 *value)
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

bool qmi_get_name(const struct qmi_request *request, u8 type, char *name, size_t room)
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

void qmi_put_bytes(struct qmi_message *m, const void *data, size_t len)
{
	if (WARN_ON_ONCE(len > sizeof(m->bytes) - m->len))
		return;
	memcpy(m->bytes + m->len, data, len);
	m->len += len;
}

void qmi_put(struct qmi_message *m, u32 value, size_t len)
{
	__le32 word = cpu_to_le32(value);

	qmi_put_bytes(m, &word, len);
}

void qmi_begin(struct qmi_message *m, u8 kind, u16 transaction, u16 message)
{
	m->len = 0;
	qmi_put(m, kind, 1);
	qmi_put(m, transaction, 2);
	qmi_put(m, message, 2);
	qmi_put(m, 0, 2);
}

void qmi_begin_element(struct qmi_message *m, u8 type, size_t len)
{
	qmi_put(m, type, 1);
	qmi_put(m, len, 2);
}

void qmi_put_number(struct qmi_message *m, u8 type, u32 value, size_t len)
{
	qmi_begin_element(m, type, len);
	qmi_put(m, value, len);
}

void qmi_put_string(struct qmi_message *m, u8 type, const void *text, size_t len)
{
	qmi_begin_element(m, type, len);
	qmi_put_bytes(m, text, len);
}

void qmi_send(struct soc *soc, u32 from_port, u32 node, u32 port, struct qmi_message *m)
{
	put_unaligned_le16(m->len - QMI_HEADER, m->bytes + 5);
	soc_qrtr_send(soc, from_port, node, port, m->bytes, m->len);
}

void qmi_begin_response(struct qmi_message *m, const struct qmi_request *request, u16 error)
{
	qmi_begin(m, QMI_RESPONSE, request->transaction, request->message);
	qmi_begin_element(m, 0x02, 4);
	qmi_put(m, !!error, 2);
	qmi_put(m, error, 2);
}

void qmi_send_response(struct soc *soc, const struct qmi_request *request,
		       struct qmi_message *m)
{
	qmi_send(soc, request->service->port, request->node, request->port, m);
}

void qmi_respond(struct soc *soc, const struct qmi_request *request, u16 error)
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

/* ---- the services ---- */

static const struct {
	u32 service;
	u16 message;
	void (*handle)(struct soc *soc, const struct qmi_request *request);
} qmi_handlers[] = {
	{ SSCTL, SSCTL_SHUTDOWN, ssctl_shutdown },
	{ SSCTL, SSCTL_EVENT, ssctl_event },
	{ LOCATOR, LOCATOR_LIST, servreg_locate },
	{ NOTIFIER, NOTIFIER_LISTEN, servreg_listen },
	{ NOTIFIER, NOTIFIER_ACK, servreg_ack },
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

/* A message that is no request gets no response, for it has no transaction. */
static void qmi_receive(struct soc *soc, const struct soc_service *service, u32 node, u32 port,
			const u8 *data, size_t len)
{
	struct qmi_request request = { .service = service, .node = node, .port = port };

	if (service->service == SSCTL && soc_has_fault(soc, DSP_SOC_MUTE_SSCTL))
		return;
	if (qmi_parse(&request, data, len))
		qmi_handle(soc, &request);
}

void soc_qmi_reset(struct soc *soc)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	servreg_reset_locked(qmi);
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

void soc_qmi_show(struct soc *soc, struct dsp_control_soc *out)
{
	struct soc_qmi *qmi = soc->qmi;

	mutex_lock(&qmi->lock);
	out->events = qmi->events;
	strscpy(out->last_event, qmi->last_event, sizeof(out->last_event));
	mutex_unlock(&qmi->lock);
	out->services = soc_qrtr_announced(soc);
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
	/* The notifier comes before the locator, which sends clients to it. */
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
