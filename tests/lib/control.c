// SPDX-License-Identifier: GPL-2.0-only
/* The DSP model's control node. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "harness.h"

static int control_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(DSP_CONTROL_NODE, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		printf("%s: %s; is the board's dsp module loaded?\n",
		       DSP_CONTROL_NODE, strerror(errno));
		exit(1);
	}
	return fd;
}

int control_ioctl(unsigned long request, void *arg)
{
	return ioctl(control_fd(), request, arg) < 0 ? -errno : 0;
}

static void control_do(unsigned long request, void *arg, const char *what)
{
	int ret = control_ioctl(request, arg);

	if (!ret)
		return;
	printf("control: %s: %s\n", what, strerror(-ret));
	CHECK(!"the control node did what it was told");
	test_abort();
}

void control_status(struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	strcpy(st->label, DSP);
	control_do(DSP_CONTROL_STATUS, st, "status");
}

void control_behave(uint32_t handle, uint32_t method, uint32_t action,
		    uint32_t count, uint64_t value)
{
	struct dsp_control_behave b = {
		.label = DSP, .handle = handle, .method = method,
		.action = action, .count = count, .value = value,
	};

	control_do(DSP_CONTROL_BEHAVE, &b, "behave");
}

void control_normal(void)
{
	control_behave(DSP_ANY, DSP_ANY, DSP_ANSWER_NORMAL, 0, 0);
}

void control_release(uint32_t count, bool newest_first)
{
	struct dsp_control_release r = {
		.label = DSP, .count = count, .newest_first = newest_first,
	};

	control_do(DSP_CONTROL_RELEASE_HELD, &r, "release held answers");
}

void control_inject(const void *data, uint32_t len)
{
	struct dsp_control_inject in = { .label = DSP, .len = len };

	memcpy(in.data, data, len);
	control_do(DSP_CONTROL_INJECT, &in, "inject");
}

void control_capture(uint32_t age, struct dsp_control_capture *cap)
{
	memset(cap, 0, sizeof(*cap));
	strcpy(cap->label, DSP);
	cap->age = age;
	control_do(DSP_CONTROL_CAPTURE, cap, "capture");
}

void control_clear(void)
{
	char label[DSP_LABEL_LEN] = DSP;

	control_do(DSP_CONTROL_CLEAR, label, "clear");
}

int control_try_wait(uint32_t counter, uint64_t at_least, uint32_t timeout_ms)
{
	struct dsp_control_wait w = {
		.label = DSP, .counter = counter, .at_least = at_least,
		.timeout_ms = timeout_ms,
	};

	return control_ioctl(DSP_CONTROL_WAIT, &w);
}

void control_wait(uint32_t counter, uint64_t at_least)
{
	struct dsp_control_status st;
	int ret = control_try_wait(counter, at_least, WAIT_MS);

	if (!ret)
		return;
	control_status(&st);
	printf("control: counter %u did not reach %llu: %s (requests %llu answers %llu held %llu running %u)\n",
	       counter, (unsigned long long)at_least, strerror(-ret),
	       (unsigned long long)st.requests, (unsigned long long)st.answers,
	       (unsigned long long)st.held, st.running);
	CHECK(!"the DSP got where it was expected");
	test_abort();
}

uint64_t control_faults(void)
{
	struct dsp_control_status st;

	control_status(&st);
	return st.faults;
}

bool control_clean(const struct dsp_control_status *st)
{
	const struct dsp_control_violations *v = &st->violations;

	return !st->faults && !v->offered_before_grant && !v->offered_twice &&
	       !v->taken_while_running && !v->corrupted && !v->bad_request;
}
