// SPDX-License-Identifier: GPL-2.0-only
/* The DSP model's service registry, by its control node. */
#include <sched.h>
#include <time.h>

#include "harness.h"
#include "servreg.h"

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
