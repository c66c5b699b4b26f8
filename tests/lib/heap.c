// SPDX-License-Identifier: GPL-2.0-only
/* The audio PD's heap: a daemon of it, what is added, and the driver's account. */
#include <sched.h>

#include "harness.h"

#define HEAPS		"/sys/kernel/debug/fastrpc/heaps"
#define MMAP_SC		0x04020100

int daemon_open(void)
{
	int fd;

	dsp_restart();
	fd = node_open();
	REQUIRE_EQ(create_audio(fd), 0);
	return fd;
}

void daemon_came_and_went(struct offer *o)
{
	int fd = daemon_open();

	control_offer(0, o);
	node_close(fd);
}

long heap_grow(int fd, uint64_t size, uint64_t *token)
{
	return pages_lend(fd, FASTRPC_MAP_REMOTE_HEAP, size, token);
}

long heap_shrink(int fd, uint64_t token, uint64_t size)
{
	return remove_pages(fd, token, size);
}

void heap_check_offered(int fd, uint32_t pages)
{
	struct offer o;

	REQUIRE_EQ(create_audio(fd), 0);
	control_offer(0, &o);
	CHECK_EQ(o.pages, pages);
	CHECK(pages ? o.base != 0 : o.base == 0);
}

void heap_check_given(void)
{
	int fd = node_open();

	heap_check_offered(fd, 1);
	control_heap_in_use();
	node_close(fd);
}

void heap_check_open(uint64_t addr)
{
	struct dsp_control_access access = { .label = DSP, .addr = addr };

	REQUIRE_EQ(control_ioctl(DSP_CONTROL_ACCESS, &access), 0);
	CHECK_EQ(access.faulted, 0);
}

void heap_account_read(char *text, size_t size)
{
	REQUIRE(file_read(HEAPS, text, size) > 0);
}

long heap_account(const char *name)
{
	char text[4096], *at;

	heap_account_read(text, sizeof(text));
	at = strstr(text, name);
	REQUIRE(at);
	return strtol(at + strlen(name), NULL, 10);
}

int heap_account_lines(const char *part)
{
	char text[4096], *at = text;
	int seen = 0;

	heap_account_read(text, sizeof(text));
	for (; (at = strstr(at, part)); at += strlen(part))
		seen++;
	return seen;
}

void heap_wait_account(const char *part)
{
	long end = now_ms() + WAIT_MS;
	char text[4096];

	while (!heap_account_lines(part)) {
		if (now_ms() > end) {
			heap_account_read(text, sizeof(text));
			printf("the account of heaps does not say \"%s\":\n%s", part, text);
			CHECK(!"the driver took notice");
			test_abort();
		}
		sched_yield();
	}
}

int heap_pieces(const char *what, const char *state)
{
	char text[4096], start[32], end[32], *line, *rest = text;
	int count = 0;

	heap_account_read(text, sizeof(text));
	snprintf(start, sizeof(start), "  %s [", what);
	snprintf(end, sizeof(end), "] %s", state);
	while ((line = strsep(&rest, "\n"))) {
		size_t len = strlen(line), tail = strlen(end);

		if (!strncmp(line, start, strlen(start)) &&
		    (!*state || (len > tail && !strcmp(line + len - tail, end))))
			count++;
	}
	return count;
}

void heap_wait_pieces(const char *what, const char *state, int count)
{
	long end = now_ms() + WAIT_MS;

	while (heap_pieces(what, state) != count) {
		if (now_ms() > end) {
			CHECK_EQ(heap_pieces(what, state), count);
			test_abort();
		}
		sched_yield();
	}
}

struct heap_piece control_growth(uint32_t age)
{
	struct dsp_control_capture cap;
	const uint8_t *head, *page;

	control_capture(age, &cap);
	CHECK_EQ(wire_word(cap.msg, 4), 0);
	CHECK_EQ(cap.msg[8] & 0xf, 1);
	REQUIRE_EQ(wire_word(cap.msg + 20, 4), MMAP_SC);
	head = control_argument(&cap, 3, 0, 24);
	CHECK(wire_word(head, 4));			/* client */
	CHECK_EQ(wire_word(head + 4, 4), FASTRPC_MAP_REMOTE_HEAP);
	CHECK_EQ(wire_word(head + 8, 8), 0);
	CHECK_EQ(wire_word(head + 16, 4), 16);		/* bytes of page records */
	CHECK_EQ(wire_word(head + 20, 4), 0);
	page = control_argument(&cap, 3, 1, 16);
	control_argument(&cap, 3, 2, 8);
	return (struct heap_piece){ wire_word(page, 8), wire_word(page + 8, 8) };
}

static void restore_region(void)
{
	struct heap_piece where;

	control_pin(false);
	if (dsp_is_running())
		dsp_stop();
	node_wait(NODE, false);
	driver_unload();
	control_tree(0, true, &where);
	driver_restore();
}

struct heap_piece heap_use_region(uint32_t index)
{
	struct heap_piece where;

	test_teardown = restore_region;
	dsp_stop();
	node_wait(NODE, false);
	REQUIRE_EQ(driver_unload(), 0);
	control_tree(index, true, &where);
	REQUIRE_EQ(driver_load(), 0);
	kernel_log_mark();
	dsp_start();
	node_wait(NODE, true);
	return where;
}
