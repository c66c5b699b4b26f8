// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulated service registry.  A QMI message is a header {type u8, transaction
 * u16, message u16, length u16} and elements {type u8, length u16, value}, all
 * little-endian; a string inside of a structure has its length, one byte, before it.
 */
#include <linux/qrtr.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "harness.h"
#include "servreg.h"

#define PD_PATH		"msm/adsp/audio_pd"
#define PD_INSTANCE	74u

#define LOCATOR		0x40u
#define NOTIFIER	0x42u

#define REQUEST		0
#define RESPONSE	2
#define INDICATION	4

#define REGISTER_LISTENER	0x20
#define GET_DOMAIN_LIST		0x21
#define STATE_UPDATED		0x22
#define SET_ACK			0x23

struct address {
	uint32_t node, port;
};

struct qmi {
	uint8_t bytes[512];
	unsigned int len;
};

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_running;
	enum servreg_fault fault;
	int locator, notifier;
	int stop[2];		/* a pipe: closed to end the thread */
	/* under the lock */
	struct address listeners[8];
	unsigned int nr_listeners, came;
	bool was_asked;
	uint16_t tid, acked;
} reg = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

/* ---- messages ---- */

static void put(struct qmi *m, uint32_t value, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		m->bytes[m->len++] = value >> (8 * i);
}

static void qmi_begin(struct qmi *m, uint8_t type, uint16_t transaction, uint16_t message)
{
	m->len = 0;
	put(m, type, 1);
	put(m, transaction, 2);
	put(m, message, 2);
	put(m, 0, 2);
}

static void qmi_number(struct qmi *m, uint8_t type, uint32_t value, unsigned int len)
{
	put(m, type, 1);
	put(m, len, 2);
	put(m, value, len);
}

static void qmi_string(struct qmi *m, uint8_t type, const char *text)
{
	size_t len = strlen(text);

	put(m, type, 1);
	put(m, len, 2);
	memcpy(m->bytes + m->len, text, len);
	m->len += len;
}

/* {result, error}: success, or refused for want of resources */
static void qmi_result(struct qmi *m, bool is_good)
{
	qmi_number(m, 0x02, is_good ? 0 : 1 | 0x17 << 16, 4);
}

static void qmi_send(int fd, struct address to, struct qmi *m)
{
	struct sockaddr_qrtr addr = {
		.sq_family = AF_QIPCRTR, .sq_node = to.node, .sq_port = to.port,
	};
	uint16_t len = m->len - 7;

	m->bytes[5] = len;
	m->bytes[6] = len >> 8;
	/* who is gone hears nothing: no error of this program */
	sendto(fd, m->bytes, m->len, 0, (struct sockaddr *)&addr, sizeof(addr));
}

/* ---- the services ---- */

static void add_domain(struct qmi *m, const char *path)
{
	size_t len = strlen(path);

	put(m, 0x12, 1);
	put(m, 1 + 1 + len + 4 + 1 + 4, 2);
	put(m, 1, 1);			/* domains in this message */
	put(m, len, 1);
	memcpy(m->bytes + m->len, path, len);
	m->len += len;
	put(m, PD_INSTANCE, 4);
	put(m, 0, 1);
	put(m, 0, 4);
}

static void answer_locate(const struct qmi *request, struct address from)
{
	uint16_t transaction = request->bytes[1] | request->bytes[2] << 8;
	bool is_good = reg.fault != SERVREG_REFUSES;
	struct qmi m;

	if (reg.fault == SERVREG_MUTE)
		return;
	qmi_begin(&m, RESPONSE, transaction, GET_DOMAIN_LIST);
	if (reg.fault == SERVREG_BABBLE) {
		while (m.len < 200)
			put(&m, 0xa5u * m.len, 1);
	} else {
		qmi_result(&m, is_good);
		qmi_number(&m, 0x10, is_good, 2);
		if (is_good)
			add_domain(&m, reg.fault == SERVREG_ELSEWHERE ?
				   "msm/adsp/other_pd" : PD_PATH);
	}
	qmi_send(reg.locator, from, &m);
}

static void add_listener(struct address from)
{
	if (reg.nr_listeners < ARRAY_SIZE(reg.listeners))
		reg.listeners[reg.nr_listeners++] = from;
	reg.came++;
}

static void answer_listen(const struct qmi *request, struct address from)
{
	uint16_t transaction = request->bytes[1] | request->bytes[2] << 8;
	struct qmi m;

	qmi_begin(&m, RESPONSE, transaction, REGISTER_LISTENER);
	qmi_result(&m, reg.fault != SERVREG_DEAF);
	if (reg.fault != SERVREG_DEAF && reg.fault != SERVREG_STATELESS)
		qmi_number(&m, 0x10, SERVREG_UNINIT, 4);
	qmi_send(reg.notifier, from, &m);
	add_listener(from);
}

static void answer_ack(const struct qmi *request, struct address from)
{
	uint16_t transaction = request->bytes[1] | request->bytes[2] << 8;
	struct qmi m;

	qmi_begin(&m, RESPONSE, transaction, SET_ACK);
	qmi_result(&m, true);
	qmi_send(reg.notifier, from, &m);
	/* the transaction is the last element */
	reg.acked = request->bytes[request->len - 2] | request->bytes[request->len - 1] << 8;
}

/* The name server tells of clients that are gone. */
static void forget_listener(const struct qmi *m)
{
	struct qrtr_ctrl_pkt pkt;

	if (m->len < sizeof(pkt))
		return;
	memcpy(&pkt, m->bytes, sizeof(pkt));
	if (pkt.cmd != QRTR_TYPE_DEL_CLIENT)
		return;
	for (unsigned int i = 0; i < reg.nr_listeners; i++)
		if (reg.listeners[i].port == pkt.client.port) {
			reg.nr_listeners--;
			memmove(&reg.listeners[i], &reg.listeners[i + 1],
				(reg.nr_listeners - i) * sizeof(reg.listeners[0]));
			i--;
		}
}

static void serve(int fd)
{
	struct sockaddr_qrtr addr = {};
	socklen_t addr_len = sizeof(addr);
	struct address from;
	struct qmi m;
	ssize_t len;

	len = recvfrom(fd, m.bytes, sizeof(m.bytes), MSG_DONTWAIT, (struct sockaddr *)&addr,
		       &addr_len);
	if (len < 0)
		return;
	m.len = len;
	from.node = addr.sq_node;
	from.port = addr.sq_port;
	pthread_mutex_lock(&reg.lock);
	if (from.port == QRTR_PORT_CTRL) {
		forget_listener(&m);
	} else if (len > 7 && m.bytes[0] == REQUEST) {
		switch (m.bytes[3] | m.bytes[4] << 8) {
		case GET_DOMAIN_LIST:
			reg.was_asked = true;
			answer_locate(&m, from);
			break;
		case REGISTER_LISTENER:
			answer_listen(&m, from);
			break;
		case SET_ACK:
			answer_ack(&m, from);
			break;
		}
	}
	pthread_cond_broadcast(&reg.changed);
	pthread_mutex_unlock(&reg.lock);
}

static void *serve_main(void *arg)
{
	struct pollfd fds[] = {
		{ .fd = reg.locator, .events = POLLIN },
		{ .fd = reg.notifier, .events = POLLIN },
		{ .fd = reg.stop[0], .events = POLLIN },
	};

	(void)arg;
	while (poll(fds, ARRAY_SIZE(fds), -1) > 0 && !fds[2].revents) {
		for (int i = 0; i < 2; i++)
			if (fds[i].revents)
				serve(fds[i].fd);
	}
	return NULL;
}

static int announce(uint32_t service, uint32_t instance)
{
	struct qrtr_ctrl_pkt pkt = {
		.cmd = QRTR_TYPE_NEW_SERVER,
		.server = { .service = service, .instance = instance << 8 | 1 },
	};
	struct sockaddr_qrtr addr = {};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_QIPCRTR, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	REQUIRE(fd >= 0);
	REQUIRE_EQ(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	addr.sq_port = QRTR_PORT_CTRL;
	REQUIRE_EQ(sendto(fd, &pkt, sizeof(pkt), 0, (struct sockaddr *)&addr, sizeof(addr)),
		   sizeof(pkt));
	return fd;
}

bool servreg_is_possible(void)
{
	int fd = socket(AF_QIPCRTR, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

void servreg_start(enum servreg_fault fault)
{
	REQUIRE(!reg.is_running);
	reg.fault = fault;
	reg.nr_listeners = 0;
	reg.came = 0;
	reg.was_asked = false;
	REQUIRE_EQ(pipe(reg.stop), 0);
	/* whoever is told of the locator asks at once for the notifier */
	reg.notifier = announce(NOTIFIER, PD_INSTANCE);
	reg.locator = announce(LOCATOR, 1);
	REQUIRE_EQ(pthread_create(&reg.thread, NULL, serve_main, NULL), 0);
	reg.is_running = true;
}

void servreg_stop(void)
{
	if (!reg.is_running)
		return;
	close(reg.stop[1]);
	pthread_join(reg.thread, NULL);
	close(reg.stop[0]);
	close(reg.locator);
	close(reg.notifier);
	reg.is_running = false;
}

/* ---- for the test's own thread ---- */

static void wait_until(bool (*is_so)(unsigned int), unsigned int value, const char *what)
{
	struct timespec end;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_MS / 1000;
	pthread_mutex_lock(&reg.lock);
	while (!is_so(value) && !ret)
		ret = pthread_cond_timedwait(&reg.changed, &reg.lock, &end);
	pthread_mutex_unlock(&reg.lock);
	if (ret) {
		printf("service registry: no %s in %d ms\n", what, WAIT_MS);
		CHECK(!"the driver talks to the service registry");
		test_abort();
	}
}

static bool has_listeners(unsigned int count)
{
	return reg.nr_listeners == count;
}

static bool have_come(unsigned int at_least)
{
	return reg.came >= at_least;
}

static bool was_asked(unsigned int unused)
{
	(void)unused;
	return reg.was_asked;
}

static bool was_acked(unsigned int tid)
{
	return reg.acked == tid;
}

void servreg_wait_listeners(unsigned int count)
{
	wait_until(has_listeners, count, count ? "listener" : "end of listening");
}

unsigned int servreg_came(void)
{
	unsigned int count;

	pthread_mutex_lock(&reg.lock);
	count = reg.came;
	pthread_mutex_unlock(&reg.lock);
	return count;
}

void servreg_wait_came(unsigned int at_least)
{
	wait_until(have_come, at_least, "new listener");
}

void servreg_wait_asked(void)
{
	wait_until(was_asked, 0, "question");
}

static struct address listener(bool is_newest)
{
	struct address found = {};

	pthread_mutex_lock(&reg.lock);
	if (reg.nr_listeners)
		found = reg.listeners[is_newest ? reg.nr_listeners - 1 : 0];
	pthread_mutex_unlock(&reg.lock);
	REQUIRE(found.port);
	return found;
}

static void tell(struct address to, const char *path, uint32_t state)
{
	struct qmi m;

	qmi_begin(&m, INDICATION, ++reg.tid, STATE_UPDATED);
	qmi_number(&m, 0x01, state, 4);
	qmi_string(&m, 0x02, path);
	qmi_number(&m, 0x03, reg.tid, 2);
	qmi_send(reg.notifier, to, &m);
}

void servreg_send_of(const char *path, uint32_t state)
{
	tell(listener(true), path, state);
}

void servreg_send_raw(const void *data, unsigned int len)
{
	struct qmi m;

	qmi_begin(&m, INDICATION, 0, STATE_UPDATED);
	REQUIRE(len <= sizeof(m.bytes) - m.len);
	memcpy(m.bytes + m.len, data, len);
	m.len += len;
	qmi_send(reg.notifier, listener(true), &m);
}

void servreg_send(uint32_t state)
{
	servreg_send_of(PD_PATH, state);
}

void servreg_wait_ack(void)
{
	wait_until(was_acked, reg.tid, "acknowledgment");
}

void servreg_tell(uint32_t state)
{
	servreg_send(state);
	servreg_wait_ack();
}

void servreg_tell_oldest(uint32_t state)
{
	tell(listener(false), PD_PATH, state);
	servreg_wait_ack();
}
