// SPDX-License-Identifier: GPL-2.0-only
/* The DSP model's service registry, by its control node. */
#include <linux/qrtr.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

#include "harness.h"
#include "servreg.h"

#define INDICATION	4	/* a kind of QMI's messages, */
#define STATE_UPDATED	0x22	/* and one of the notifier's */

static struct {
	uint32_t listener;	/* its port; 0: there was none yet */
	uint32_t told;
} reg;

static int try_order(struct dsp_control_servreg *order)
{
	snprintf(order->label, sizeof(order->label), "%s", DSP);
	return control_ioctl(DSP_CONTROL_SERVREG, order);
}

static void look(struct dsp_control_servreg *seen)
{
	memset(seen, 0, sizeof(*seen));
	REQUIRE_EQ(try_order(seen), 0);
}

bool servreg_is_possible(void)
{
	struct dsp_control_servreg order = { .action = DSP_SERVREG_LOOK };

	return !try_order(&order);
}

static void set(enum dsp_servreg_fault fault, bool is_manual)
{
	struct dsp_control_servreg manual = { .action = DSP_SERVREG_MANUAL, .value = is_manual };
	struct dsp_control_servreg order = { .action = DSP_SERVREG_FAULT, .fault = fault };

	REQUIRE_EQ(try_order(&manual), 0);
	REQUIRE_EQ(try_order(&order), 0);
}

void servreg_start(enum dsp_servreg_fault fault)
{
	memset(&reg, 0, sizeof(reg));
	set(fault, true);
}

void servreg_leave_out(void)
{
	if (servreg_is_possible())
		set(DSP_SERVREG_ABSENT, false);
}

void servreg_stop(void)
{
	if (servreg_is_possible())
		set(DSP_SERVREG_HONEST, false);
}

/* ---- who listens ---- */

/* Counters can be waited for to grow only. */
static void wait_for_no_listener(void)
{
	time_t end = time(NULL) + WAIT_MS / 1000;
	struct dsp_control_servreg seen;

	for (look(&seen); seen.listeners; look(&seen)) {
		if (time(NULL) > end) {
			CHECK(!"the driver has ceased to listen");
			test_abort();
		}
		sched_yield();
	}
}

static void look_for_newest(void)
{
	struct dsp_control_servreg seen;

	look(&seen);
	REQUIRE(seen.listeners);
	reg.listener = seen.ports[seen.listeners - 1];
}

void servreg_wait_listeners(unsigned int count)
{
	if (!count) {
		wait_for_no_listener();
		return;
	}
	control_wait(DSP_COUNT_LISTEN, count);
	look_for_newest();
}

void servreg_wait_came(unsigned int count)
{
	control_wait(DSP_COUNT_LISTEN_CAME, count);
	look_for_newest();
}

void servreg_wait_asked(void)
{
	control_wait(DSP_COUNT_LISTEN_ASKED, 1);
}

unsigned int servreg_came(void)
{
	struct dsp_control_servreg seen;

	look(&seen);
	return seen.came;
}

unsigned int servreg_asked(void)
{
	struct dsp_control_servreg seen;

	look(&seen);
	return seen.asked;
}

/* ---- what it is told ---- */

void servreg_send_of(const char *path, uint32_t state)
{
	struct dsp_control_servreg order = {
		.action = DSP_SERVREG_TELL, .port = reg.listener, .value = state,
		.len = strlen(path),
	};

	REQUIRE(reg.listener);
	REQUIRE(order.len <= sizeof(order.data));
	memcpy(order.data, path, order.len);
	REQUIRE_EQ(try_order(&order), 0);
	reg.told = order.told;
}

void servreg_send(uint32_t state)
{
	servreg_send_of(DSP_SERVREG_PATH, state);
}

void servreg_send_raw(const void *data, unsigned int len)
{
	struct dsp_control_servreg order = {
		.action = DSP_SERVREG_RAW, .port = reg.listener, .len = len,
	};

	REQUIRE(reg.listener);
	REQUIRE(len <= sizeof(order.data));
	memcpy(order.data, data, len);
	REQUIRE_EQ(try_order(&order), 0);
}

void servreg_wait_ack(void)
{
	control_wait(DSP_COUNT_LISTEN_ACKED, reg.told);
}

void servreg_tell(uint32_t state)
{
	servreg_send(state);
	servreg_wait_ack();
}

static uint8_t *put(uint8_t *at, uint32_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*at++ = value >> (8 * i);
	return at;
}

static uint8_t *put_number(uint8_t *at, uint8_t type, uint32_t value, size_t len)
{
	return put(put(put(at, type, 1), len, 2), value, len);
}

void servreg_send_behind(uint32_t state)
{
	const size_t path_len = strlen(DSP_SERVREG_PATH);
	int sock = socket(AF_QIPCRTR, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_qrtr to;
	socklen_t size = sizeof(to);
	uint8_t message[128], *body, *end;

	REQUIRE(reg.listener);
	REQUIRE(sock >= 0);
	REQUIRE_EQ(getsockname(sock, (void *)&to, &size), 0);
	to.sq_port = reg.listener;
	body = put(put(put(message, INDICATION, 1), 0, 2), STATE_UPDATED, 2) + 2;
	end = put_number(body, 0x01, state, 4);
	end = put(put(end, 0x02, 1), path_len, 2);
	memcpy(end, DSP_SERVREG_PATH, path_len);
	end = put_number(end + path_len, 0x03, 0, 2);
	put(body - 2, end - body, 2);
	REQUIRE_EQ(sendto(sock, message, end - message, 0, (void *)&to, sizeof(to)),
		   end - message);
	close(sock);
}
