// SPDX-License-Identifier: GPL-2.0-only
/* The DSP's end of the kernel's own Qualcomm stack, and what PAS makes of it. */
#include <sched.h>

#include "harness.h"

#define IMAGE_PAGE	4096	/* the image is not shorter */

/* DSPs that were told to do something wrong; a case seldom has more than one. */
static const char *wrong[4];

static int try_order(const char *label, uint32_t action, uint32_t faults, uint32_t ms,
		     struct dsp_control_soc *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->label, sizeof(out->label), "%s", label);
	out->action = action;
	out->faults = faults;
	out->ms = ms;
	return control_ioctl(DSP_CONTROL_SOC, out);
}

void soc_require(void)
{
	struct dsp_control_soc soc;
	int ret = try_order(control_selected(), DSP_SOC_LOOK, 0, 0, &soc);

	if (ret == -EOPNOTSUPP)
		test_skip("the edge is the board's own: for boards with the kernel's stack");
	REQUIRE_EQ(ret, 0);
}

bool soc_is_there(void)
{
	struct dsp_control_soc soc;

	return try_order(control_selected(), DSP_SOC_LOOK, 0, 0, &soc) != -EOPNOTSUPP;
}

void own_edge_require(void)
{
	if (soc_is_there())
		test_skip("the kernel's stack announces channels in a way of its own");
}

void soc_order(uint32_t action, uint32_t faults, uint32_t ms, struct dsp_control_soc *out)
{
	REQUIRE_EQ(try_order(control_selected(), action, faults, ms, out), 0);
}

void soc_look(struct dsp_control_soc *soc)
{
	soc_order(DSP_SOC_LOOK, 0, 0, soc);
}

void soc_faults_ms(uint32_t faults, uint32_t ms)
{
	struct dsp_control_soc soc;
	size_t i = 0;

	while (i < ARRAY_SIZE(wrong) - 1 && wrong[i] && strcmp(wrong[i], control_selected()))
		i++;
	wrong[i] = control_selected();
	soc_order(DSP_SOC_FAULTS, faults, ms, &soc);
}

void soc_faults(uint32_t faults)
{
	soc_faults_ms(faults, 0);
}

static int refuse(const struct dsp_control_monitor *order)
{
	struct dsp_control_monitor monitor = *order;

	snprintf(monitor.label, sizeof(monitor.label), "%s", control_selected());
	monitor.action = DSP_MONITOR_REFUSE;
	return control_ioctl(DSP_CONTROL_MONITOR, &monitor);
}

void soc_refuse(uint32_t function, uint64_t n, uint64_t count, int64_t status, int64_t result)
{
	struct dsp_control_monitor order = {
		.function = function, .n = n, .count = count, .status = status, .result = result,
	};

	REQUIRE_EQ(refuse(&order), 0);
}

void soc_allow(void)
{
	struct dsp_control_monitor order = { .n = 0 };
	int ret = refuse(&order);

	CHECK(!ret || ret == -ENXIO);
}

void soc_honest(void)
{
	struct dsp_control_soc soc;

	soc_allow();
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (wrong[i])
			CHECK_EQ(try_order(wrong[i], DSP_SOC_FAULTS, 0, 0, &soc), 0);
		wrong[i] = NULL;
	}
}

void soc_fatal(void)
{
	struct dsp_control_soc soc;

	soc_order(DSP_SOC_FATAL, 0, 0, &soc);
}

void soc_acknowledge(void)
{
	struct dsp_control_soc soc;

	soc_order(DSP_SOC_ACKNOWLEDGE, 0, 0, &soc);
}

void soc_wait_shutdown_asked(uint64_t before)
{
	long end = now_ms() + WAIT_MS;
	struct dsp_control_soc now;

	for (soc_look(&now); now.shutdowns_asked == before; soc_look(&now)) {
		REQUIRE(now_ms() < end);
		sched_yield();
	}
}

void soc_watchdog(void)
{
	struct dsp_control_soc soc;

	soc_order(DSP_SOC_WATCHDOG, 0, 0, &soc);
}

/*
 * PAS keeps the system awake from the report of a crash until the remoteproc core is
 * done with it.  The core may find then that the DSP has been stopped meanwhile; a DSP
 * that was started before it looks is taken for the crashed one.  The file cannot be
 * waited for, so it is read until it says so.
 */
void soc_wait_crash_handled(void)
{
	long end = now_ms() + WAIT_MS;
	char path[96], text[8];

	snprintf(path, sizeof(path),
		 "/sys/class/remoteproc/remoteproc%d/device/power/wakeup_active", dsp_index());
	for (;;) {
		REQUIRE(file_read(path, text, sizeof(text)) > 0);
		if (*text == '0')
			return;
		if (now_ms() > end)
			break;
		sched_yield();
	}
	CHECK(!"the remoteproc core is done with the crash");
	test_abort();
}

/* The memory of the DSP's image, from the device tree. */
static void find_image(uint64_t *addr, uint64_t *len)
{
	static const char *const path =
		"/proc/device-tree/reserved-memory/adsp-image@5a400000/reg";
	uint8_t reg[17];

	REQUIRE_EQ(file_read(path, (char *)reg, sizeof(reg)), 16);
	*addr = *len = 0;
	for (int i = 0; i < 8; i++) {
		*addr = *addr << 8 | reg[i];
		*len = *len << 8 | reg[8 + i];
	}
}

static void check_offline(struct dsp_control_status *st)
{
	char state[32];

	dsp_state_read(state, sizeof(state));
	CHECK(!strcmp(state, "offline"));
	CHECK_EQ(node_try_open(NODE), -ENOENT);
	control_status(st);
	CHECK_EQ(st->running, 0);
}

void soc_check_off(const struct offer *region)
{
	struct dsp_control_status st;
	uint64_t addr, len;

	check_offline(&st);
	CHECK(strcmp(st.domain_type, "unmanaged"));
	CHECK_EQ(heap_pieces("region", "unclaimed"), 1);
	CHECK_EQ(heap_pieces("growth", ""), 0);
	CHECK_EQ(heap_account("growth="), 0);
	if (!board_has_monitor())
		return;
	find_image(&addr, &len);
	monitor_check_owners(addr, len, VM_HLOS);
	monitor_check_owners(region->base, region->size, VM_HLOS);
}

void soc_check_left_running(const struct offer *region)
{
	struct dsp_control_status st;
	uint64_t addr, len;

	check_offline(&st);
	CHECK_EQ(st.boot_epoch, 0);
	CHECK(strcmp(st.domain_type, "unmanaged"));
	if (!board_has_monitor())
		return;
	find_image(&addr, &len);
	/* the first VM alone has the image */
	monitor_check_owners(addr, IMAGE_PAGE, VM_DSP & -VM_DSP);
	monitor_check_owners(region->base, region->size, VM_DSP);
}

void soc_start_fails(const struct offer *region, int error)
{
	test_allow("can't start rproc " DSP);
	test_allow("Failed to load program segments: ");
	test_allow("Boot failed: ");
	/* one that runs counts how often it was started */
	REQUIRE_EQ(dsp_state_write("start"), error);
	soc_wait_crash_handled();
	soc_check_off(region);
}

/* ---- a stop by another thread ---- */

static struct {
	pthread_t thread;
	int result;
	long took_ms;
	bool is_begun, is_over;
} stop;

static void *stop_main(void *arg)
{
	long start = now_ms();

	(void)arg;
	stop.result = dsp_state_write("stop");
	stop.took_ms = now_ms() - start;
	__atomic_store_n(&stop.is_over, true, __ATOMIC_SEQ_CST);
	return NULL;
}

void soc_stop_begin(void)
{
	stop.is_over = false;
	REQUIRE_EQ(pthread_create(&stop.thread, NULL, stop_main, NULL), 0);
	stop.is_begun = true;
}

bool soc_stop_is_over(void)
{
	return __atomic_load_n(&stop.is_over, __ATOMIC_SEQ_CST);
}

long soc_stop_end(void)
{
	stop.is_begun = false;
	pthread_join(stop.thread, NULL);
	CHECK_EQ(stop.result, 0);
	return stop.took_ms;
}

void soc_restore(void)
{
	if (stop.is_begun)
		soc_stop_end();
	driver_restore();
}
