// SPDX-License-Identifier: GPL-2.0-only
/* Where `fastrpcctl trace` says that the time of a call went, for events in each order. */
#include <string.h>

#include "../../tools/lib/calls.h"
#include "unit.h"

#define CALLER	77

static struct trace_event event_of(const char *name, double seconds, const char *words)
{
	struct trace_event event = { .seconds = seconds, .pid = CALLER };

	snprintf(event.comm, sizeof(event.comm), "caller");
	snprintf(event.name, sizeof(event.name), "%s", name);
	snprintf(event.words, sizeof(event.words), "%s", words);
	return event;
}

static const struct traced_call *take(const char *name, double seconds, const char *words)
{
	struct trace_event event = event_of(name, seconds, words);

	return calls_take(&event);
}

static void begin(void)
{
	take("frpc_call_begin", 1, "dsp=adsp client=1 handle=0x1000 sc=0x1010100");
	take("frpc_call_mapped", 2, "len=64");
	take("frpc_call_copied", 3, "");
}

static void check_stages(const struct traced_call *call, long long send, long long dsp)
{
	if (!CHECK(call))
		return;
	CHECK_EQ(call_stage_us(call, STAGE_PREPARE), 1000000);
	CHECK_EQ(call_stage_us(call, STAGE_COPY_IN), 1000000);
	CHECK_EQ(call_stage_us(call, STAGE_SEND), send);
	CHECK_EQ(call_stage_us(call, STAGE_DSP), dsp);
	CHECK_EQ(call_stage_us(call, STAGE_WAKE), 1000000);
	CHECK_EQ(call_stage_us(call, STAGE_COPY_OUT), 1000000);
	CHECK_EQ(call_total_us(call), 7000000);
}

static const struct traced_call *end(void)
{
	take("frpc_call_woken", 7, "");
	return take("frpc_call_end", 8, "result=0");
}

static void test_answer_after_the_send(void)
{
	begin();
	take("frpc_call_sent", 4, "cookie=0x100");
	take("frpc_call_answered", 6, "cookie=0x100");
	check_stages(end(), 1000000, 2000000);
}

/* The DSP answers while the caller is still in its send: no stage may be lost. */
static void test_answer_before_the_send_ends(void)
{
	begin();
	take("frpc_call_answered", 6, "cookie=0x200");
	take("frpc_call_sent", 6.5, "cookie=0x200");
	check_stages(end(), 0, 3000000);
}

/* The same, but the buffer of the caller's CPU is read first. */
static void test_answer_read_late(void)
{
	begin();
	take("frpc_call_sent", 6.5, "cookie=0x300");
	take("frpc_call_answered", 6, "cookie=0x300");
	check_stages(end(), 0, 3000000);
}

int main(void)
{
	test_answer_after_the_send();
	test_answer_before_the_send_ends();
	test_answer_read_late();
	return unit_result();
}
