// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP as a node of QRTR, over the channel "IPCRTR".
 *
 * A packet is a header of eight little-endian words and data, padded to 4 bytes:
 *
 *	version 1, type, source node and port, confirm_rx, size of the data without the
 *	padding, destination node and port
 *
 * Version 3 has a shorter header.  Linux reads both and writes only version 1, and so
 * does this node, which takes anything else for an error.
 *
 * The control ports of two nodes talk to each other in packets of five words: the type
 * again, and four words that depend on it.  The DSP says HELLO when the channel opens.
 * It announces its services after Linux's HELLO, for Linux 7 sends nothing before its
 * own.  A second HELLO of Linux gets all services again, as Linux may have forgotten
 * them.  Linux's own services are of no interest to this node.
 *
 * Linux asks at times to have the receipt of a packet confirmed, and sends no more to
 * that port when too many wait for it.  The confirmation comes when the service is done
 * with the packet.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/slab.h>

#include "dsp_compat.h"
#include "soc.h"

#define QRTR_VERSION	1
#define QRTR_HEADER	32
#define QRTR_CONTROL	20
/* Linux's intents are of 1 KiB, and no service has more to say. */
#define QRTR_DATA_MAX	512

#define PORT_CONTROL	0xfffffffeu
#define NODE_ANY	0xffffffffu
#define NODE_LINUX	1u
/* The other DSPs are nodes 8 + their SMEM host. */
#define HOST_ADSP	2
#define NODE_ADSP	5u
#define NODE_OTHER	8u

/* Packet types. */
#define QRTR_DATA	1
#define QRTR_HELLO	2
#define QRTR_BYE	3
#define QRTR_NEW_SERVER	4
#define QRTR_DEL_SERVER	5
#define QRTR_DEL_CLIENT	6
#define QRTR_RESUME_TX	7

/*
 * struct soc_qrtr - the node
 * @lock: all but @node; also held while services are announced and withdrawn, so that
 *	Linux gets these in the order in which they happen
 * @linux_node: who said HELLO last
 * @has_linux: Linux has said HELLO
 * @announced: bit n: service n of soc_qmi_services() was announced
 */
struct soc_qrtr {
	struct mutex lock;	/* see above */
	u32 node;
	u32 linux_node;
	bool has_linux;
	unsigned long announced;
};

struct qrtr_packet {
	u32 type;
	u32 node;
	u32 port;
	u32 to_node;
	u32 to_port;
	bool confirm;
	const u8 *data;
	size_t len;
};

/* ---- to Linux ---- */

static int qrtr_send(struct soc *soc, u32 type, u32 from_port, u32 node, u32 port,
		     const void *data, size_t len)
{
	size_t padded = QRTR_HEADER + ALIGN(len, 4);
	__le32 *packet;
	int ret;

	if (!len || len > QRTR_DATA_MAX)
		return -EINVAL;
	packet = kzalloc(padded, GFP_KERNEL);
	if (!packet)
		return -ENOMEM;
	packet[0] = cpu_to_le32(QRTR_VERSION);
	packet[1] = cpu_to_le32(type);
	packet[2] = cpu_to_le32(soc->qrtr->node);
	packet[3] = cpu_to_le32(from_port);
	packet[5] = cpu_to_le32(len);
	packet[6] = cpu_to_le32(node);
	packet[7] = cpu_to_le32(port);
	memcpy(packet + 8, data, len);
	ret = soc_channel_send(soc, SOC_CHANNEL_QRTR, packet, padded);
	kfree(packet);
	/* Without a channel there is no Linux that would miss it. */
	if (ret && ret != -ENOTCONN)
		dev_warn_ratelimited(soc->dev, "QRTR: a packet of type %u was lost: %d\n",
				     type, ret);
	return ret;
}

int soc_qrtr_send(struct soc *soc, u32 from_port, u32 node, u32 port,
		  const void *data, size_t len)
{
	return qrtr_send(soc, QRTR_DATA, from_port, node, port, data, len);
}

static void qrtr_tell_server(struct soc *soc, u32 type, const struct soc_service *service)
{
	const __le32 words[] = {
		cpu_to_le32(type), cpu_to_le32(service->service), cpu_to_le32(service->instance),
		cpu_to_le32(soc->qrtr->node), cpu_to_le32(service->port),
	};

	qrtr_send(soc, type, PORT_CONTROL, soc->qrtr->linux_node, PORT_CONTROL,
		  words, sizeof(words));
}

static void qrtr_say_hello(struct soc *soc)
{
	const __le32 words[5] = { cpu_to_le32(QRTR_HELLO) };

	qrtr_send(soc, QRTR_HELLO, PORT_CONTROL, NODE_LINUX, PORT_CONTROL, words, sizeof(words));
}

static void qrtr_confirm(struct soc *soc, const struct qrtr_packet *packet)
{
	const __le32 words[5] = {
		cpu_to_le32(QRTR_RESUME_TX), cpu_to_le32(packet->to_node),
		cpu_to_le32(packet->to_port),
	};

	qrtr_send(soc, QRTR_RESUME_TX, packet->to_port, packet->node, packet->port,
		  words, sizeof(words));
}

/* qrtr->lock held. */
static void qrtr_update(struct soc *soc)
{
	const struct soc_service *service = soc_qmi_services(soc);
	struct soc_qrtr *qrtr = soc->qrtr;
	unsigned int i;

	for (i = 0; qrtr->has_linux && i < SOC_SERVICES; i++, service++) {
		if (soc_qmi_offers(soc, service) == test_bit(i, &qrtr->announced))
			continue;
		change_bit(i, &qrtr->announced);
		qrtr_tell_server(soc, test_bit(i, &qrtr->announced) ? QRTR_NEW_SERVER :
				 QRTR_DEL_SERVER, service);
	}
}

void soc_qrtr_update(struct soc *soc)
{
	mutex_lock(&soc->qrtr->lock);
	qrtr_update(soc);
	mutex_unlock(&soc->qrtr->lock);
}

unsigned int soc_qrtr_announced(struct soc *soc)
{
	return hweight_long(READ_ONCE(soc->qrtr->announced));
}

/* ---- from Linux ---- */

/* Return: whether @data are a packet. */
static bool qrtr_parse(const u8 *data, size_t len, struct qrtr_packet *packet)
{
	size_t size;

	if (len < QRTR_HEADER || get_unaligned_le32(data) != QRTR_VERSION)
		return false;
	packet->type = get_unaligned_le32(data + 4);
	packet->node = get_unaligned_le32(data + 8);
	packet->port = get_unaligned_le32(data + 12);
	packet->confirm = get_unaligned_le32(data + 16);
	size = get_unaligned_le32(data + 20);
	packet->to_node = get_unaligned_le32(data + 24);
	packet->to_port = get_unaligned_le32(data + 28);
	packet->data = data + QRTR_HEADER;
	packet->len = size;
	len -= QRTR_HEADER;
	return size && size <= len && len == ALIGN(size, 4);
}

static void qrtr_hello(struct soc *soc, u32 node)
{
	struct soc_qrtr *qrtr = soc->qrtr;

	mutex_lock(&qrtr->lock);
	qrtr->linux_node = node;
	qrtr->has_linux = true;
	WRITE_ONCE(qrtr->announced, 0);
	qrtr_update(soc);
	mutex_unlock(&qrtr->lock);
}

/* Linux knows nothing of this node any more, and has no ports here. */
static void qrtr_part(struct soc *soc)
{
	struct soc_qrtr *qrtr = soc->qrtr;

	mutex_lock(&qrtr->lock);
	qrtr->has_linux = false;
	WRITE_ONCE(qrtr->announced, 0);
	mutex_unlock(&qrtr->lock);
	soc_servreg_client_gone(soc, qrtr->linux_node, 0);
}

/* Return: whether it was well-formed. */
static bool qrtr_control(struct soc *soc, const struct qrtr_packet *packet)
{
	u32 node, port;

	if (packet->len < QRTR_CONTROL || get_unaligned_le32(packet->data) != packet->type)
		return false;
	switch (packet->type) {
	case QRTR_HELLO:
		qrtr_hello(soc, packet->node);
		return true;
	case QRTR_BYE:
		qrtr_part(soc);
		return true;
	case QRTR_DEL_CLIENT:
		node = get_unaligned_le32(packet->data + 4);
		port = get_unaligned_le32(packet->data + 8);
		/* A node speaks for its own ports only. */
		if (node != packet->node || !port)
			return false;
		soc_servreg_client_gone(soc, node, port);
		return true;
	case QRTR_NEW_SERVER:
	case QRTR_DEL_SERVER:
		return true;
	default:
		return false;
	}
}

/* A port without a service takes nothing, and confirms nothing. */
static void qrtr_dispatch(struct soc *soc, const struct qrtr_packet *packet)
{
	const struct soc_service *service = soc_qmi_services(soc);
	unsigned int i;

	for (i = 0; i < SOC_SERVICES; i++, service++)
		if (service->port == packet->to_port && test_bit(i, &soc->qrtr->announced))
			break;
	if (i == SOC_SERVICES)
		return;
	service->receive(soc, service, packet->node, packet->port, packet->data, packet->len);
	if (packet->confirm)
		qrtr_confirm(soc, packet);
}

/* Linux sends its first control packets before it has learnt the number of this node. */
static bool qrtr_is_mine(const struct soc *soc, const struct qrtr_packet *packet)
{
	return packet->to_node == soc->qrtr->node ||
	       (packet->to_node == NODE_ANY && packet->to_port == PORT_CONTROL);
}

static bool qrtr_take(struct soc *soc, const u8 *data, size_t len)
{
	struct qrtr_packet packet;

	if (!qrtr_parse(data, len, &packet) || !qrtr_is_mine(soc, &packet))
		return false;
	if (packet.to_port == PORT_CONTROL)
		return qrtr_control(soc, &packet);
	if (packet.type != QRTR_DATA)
		return false;
	qrtr_dispatch(soc, &packet);
	return true;
}

static void qrtr_receive(struct soc *soc, const u8 *data, size_t len)
{
	if (!qrtr_take(soc, data, len))
		dev_warn_ratelimited(soc->dev, "QRTR: no packet for node %u: %*ph\n",
				     soc->qrtr->node, (int)min_t(size_t, len, QRTR_HEADER), data);
}

const struct soc_channel_ops soc_qrtr_channel = {
	.opened = qrtr_say_hello,
	.closed = qrtr_part,
	.receive = qrtr_receive,
};

/* ---- the node itself ---- */

int soc_qrtr_init(struct soc *soc)
{
	soc->qrtr = kzalloc(sizeof(*soc->qrtr), GFP_KERNEL);
	if (!soc->qrtr)
		return -ENOMEM;
	mutex_init(&soc->qrtr->lock);
	soc->qrtr->node = soc->host == HOST_ADSP ? NODE_ADSP : NODE_OTHER + soc->host;
	soc->qrtr->linux_node = NODE_LINUX;
	return 0;
}

void soc_qrtr_exit(struct soc *soc)
{
	kfree(soc->qrtr);
}
