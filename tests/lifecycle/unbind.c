// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver is unbound from its channel by hand while the DSP runs on.  Memory
 * that the DSP has stays where it is, and is not given a second time.
 */
#include <dirent.h>

#include "harness.h"

static char device[64];

static void restore(void)
{
	if (device[0] && access(NODE, F_OK))
		driver_bind(device);
	device[0] = '\0';
	driver_restore();
}

static void unbind(void)
{
	REQUIRE_EQ(driver_unbind(device, sizeof(device)), 0);
	CHECK_EQ(node_try_open(NODE), -ENOENT);
}

static void bind_again(void)
{
	REQUIRE_EQ(driver_bind(device), 0);
	node_wait(NODE, true);
}

/* The DSP goes on as if nothing was: it stores, and loses no page. */
static void check_dsp_still_stores(void)
{
	struct dsp_control_status st;

	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 200);
}

TEST(offered_heap_stays_reachable)
{
	struct dsp_control_status before, after;
	struct offer o;
	int fd;

	test_teardown = restore;
	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
	control_status(&before);
	for (int i = 0; i < 5; i++) {
		test_context("round %d", i);
		unbind();
		check_dsp_still_stores();
		bind_again();
		fd = node_open();
		CHECK_EQ(create_audio(fd), 0);
		control_offer(0, &o);
		CHECK_EQ(o.pages, 0);		/* it has it already */
		CHECK_EQ(o.base, 0);
		node_close(fd);
		check_dsp_still_stores();
	}
	control_status(&after);
	CHECK_EQ(after.heap_pages, before.heap_pages);
	CHECK_EQ(after.audio_pd_epoch, before.audio_pd_epoch);
	/* the next DSP gets it in the ordinary way */
	dsp_restart();
	CHECK_EQ(create_audio(node_open()), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_heap_in_use();
}

/* Stopped while no driver is bound: taken back all the same, and given anew. */
TEST(dsp_stops_while_unbound)
{
	struct offer o;
	int fd;

	test_teardown = restore;
	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_heap_in_use();
	node_close(fd);
	unbind();
	check_dsp_still_stores();
	dsp_restart();		/* a new channel: the driver binds by itself */
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_heap_in_use();
}

TEST(nothing_offered)
{
	struct offer o;

	test_teardown = restore;
	dsp_restart();
	for (int i = 0; i < 5; i++) {
		unbind();
		bind_again();
		CHECK_EQ(invoke_null(node_open()), 0);
	}
	REQUIRE_EQ(create_audio(node_open()), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, 1);
	control_heap_in_use();
}

/* Files and calls of the channel that was unbound. */
TEST(calls_in_flight_end)
{
	static struct async_call async[10];
	static struct call calls[10];
	int fd = node_open(), other;

	test_teardown = restore;
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	for (int i = 0; i < 10; i++) {
		call_init(&calls[i], DSP_TEST_HANDLE, DSP_TEST_NULL);
		async_start(&async[i], fd, &calls[i]);
	}
	control_wait(DSP_COUNT_HELD, 10);
	unbind();
	for (int i = 0; i < 10; i++)
		CHECK_EQ(async_join(&async[i]), -EPIPE);
	CHECK_EQ(invoke_null(fd), -EPIPE);
	bind_again();
	other = node_open();
	/* the DSP answers the old channel's calls to the new one */
	control_normal();
	control_release(DSP_ANY, false);
	CHECK_EQ(invoke_null(other), 0);
	CHECK_EQ(invoke_null(fd), -EPIPE);
}

/* A device of this DSP that is bound to the driver of the context banks. */
static bool find_bank(char *name, size_t size)
{
	DIR *dir = opendir("/sys/bus/platform/drivers/frpc-cb");
	struct dirent *d;
	bool found = false;

	while (dir && (d = readdir(dir)))
		if (strstr(d->d_name, "-" DSP ":") && strstr(d->d_name, "compute-cb")) {
			snprintf(name, size, "%s", d->d_name);
			found = true;
		}
	if (dir)
		closedir(dir);
	return found;
}

/* One bank goes: its clients' calls end, and those of the others go on. */
TEST(one_bank_is_unbound)
{
	static struct async_call async[8];
	static struct call c;
	int fds[8], n = 0, dead = 0;
	char bank[256];

	test_teardown = restore;
	dsp_restart();
	while (n < 8 && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	REQUIRE_EQ(n, node_sessions());
	REQUIRE(n > 1);
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 0, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	for (int i = 0; i < n; i++)
		async_start(&async[i], fds[i], &c);
	control_wait(DSP_COUNT_HELD, n);
	REQUIRE(find_bank(bank, sizeof(bank)));
	REQUIRE_EQ(file_write("/sys/bus/platform/drivers/frpc-cb/unbind", bank), 0);
	control_normal();
	control_release(DSP_ANY, false);
	for (int i = 0; i < n; i++) {
		long want = async_join(&async[i]) ? -EPIPE : 0;

		CHECK_EQ(async[i].result, want);
		CHECK_EQ(invoke_null(fds[i]), want);
		dead += !!want;
	}
	/* each bank of this board has one session */
	CHECK_EQ(dead, 1);
	for (int i = 0; i < n; i++)
		node_close(fds[i]);
	CHECK_EQ(sessions_free(), n - 1);
	dsp_restart();
	CHECK_EQ(sessions_free(), n);
}

/* The context banks go from under their clients, the channel stays. */
TEST(banks_are_unbound)
{
	static struct async_call async;
	static struct call c;
	char bank[256];
	int fds[8], n = 0, dead = 0;

	test_teardown = restore;
	dsp_restart();
	while (n < 8 && (fds[n] = node_try_session(NODE)) >= 0)
		n++;
	REQUIRE_EQ(n, node_sessions());
	control_behave(DSP_TEST_HANDLE, DSP_TEST_NULL, DSP_ANSWER_HOLD, 1, 0);
	call_init(&c, DSP_TEST_HANDLE, DSP_TEST_NULL);
	async_start(&async, fds[0], &c);
	control_wait(DSP_COUNT_HELD, 1);
	while (find_bank(bank, sizeof(bank)))
		REQUIRE_EQ(file_write("/sys/bus/platform/drivers/frpc-cb/unbind", bank), 0);
	CHECK_EQ(async_join(&async), -EPIPE);
	for (int i = 0; i < n; i++)
		dead += invoke_null(fds[i]) == -EPIPE;
	CHECK_EQ(dead, n);
	/* what memory is good for a DSP, its banks tell */
	CHECK_EQ(dmabuf_alloc(fds[0], PAGE), -EPIPE);
	for (int i = 0; i < n; i++)
		node_close(fds[i]);
	CHECK_EQ(node_try_session(NODE), -EBUSY);
	dsp_restart();
	CHECK_EQ(invoke_null(node_open()), 0);
}
