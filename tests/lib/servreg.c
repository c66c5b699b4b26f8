// SPDX-License-Identifier: GPL-2.0-only
/* The DSP model's service registry, by its control node. */
#include <sched.h>
#include <time.h>

#include "harness.h"
#include "servreg.h"

static struct {
	uint32_t listener;	/* its port; 0: there was none yet */
	uint32_t told;
	uint32_t noted[DSP_SERVREG_LISTENERS];
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

static bool is_listed(const uint32_t *ports, unsigned int count, uint32_t port)
{
	for (unsigned int i = 0; i < count; i++)
		if (ports[i] == port)
			return true;
	return false;
}

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

void servreg_wait_listeners(unsigned int count)
{
	struct dsp_control_servreg seen;

	if (!count) {
		wait_for_no_listener();
		return;
	}
	control_wait(DSP_COUNT_LISTEN, count);
	look(&seen);
	REQUIRE(seen.listeners);
	reg.listener = seen.ports[seen.listeners - 1];
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

uint32_t servreg_listener(void)
{
	return reg.listener;
}

void servreg_note(void)
{
	struct dsp_control_servreg seen;

	look(&seen);
	memcpy(reg.noted, seen.ports, sizeof(reg.noted));
}

/* The newest that was not noted; 0: none. */
static uint32_t find_new(const struct dsp_control_servreg *seen)
{
	for (unsigned int i = seen->listeners; i--;)
		if (!is_listed(reg.noted, ARRAY_SIZE(reg.noted), seen->ports[i]))
			return seen->ports[i];
	return 0;
}

void servreg_wait_new(void)
{
	struct dsp_control_servreg seen;

	for (look(&seen); !find_new(&seen); look(&seen))
		control_wait(DSP_COUNT_LISTEN_CAME, seen.came + 1);
	reg.listener = find_new(&seen);
}

/* ---- what it is told ---- */

static int try_tell(uint32_t listener, const char *path, uint32_t state)
{
	struct dsp_control_servreg order = {
		.action = DSP_SERVREG_TELL, .port = listener, .value = state, .len = strlen(path),
	};
	int ret;

	REQUIRE(listener);
	REQUIRE(order.len <= sizeof(order.data));
	memcpy(order.data, path, order.len);
	ret = try_order(&order);
	if (!ret)
		reg.told = order.told;
	return ret;
}

void servreg_send_of(const char *path, uint32_t state)
{
	REQUIRE_EQ(try_tell(reg.listener, path, state), 0);
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

bool servreg_try_tell_to(uint32_t listener, uint32_t state)
{
	time_t end = time(NULL) + WAIT_MS / 1000;
	struct dsp_control_servreg seen;

	if (try_tell(listener, DSP_SERVREG_PATH, state))
		return false;
	for (look(&seen); seen.acked < reg.told; look(&seen)) {
		if (!is_listed(seen.ports, seen.listeners, listener))
			return false;
		REQUIRE(time(NULL) <= end);
		sched_yield();
	}
	return true;
}
