// SPDX-License-Identifier: GPL-2.0-only
/* Frames in and out. */
#include "pd.h"

static u8 in[4096] __attribute__((aligned(8)));
static u32 in_at, in_end;
static u32 ups;

/* An answer that a thread waits for; on its stack. */
struct ask {
	struct ask *next;
	u32 id;
	u32 error;
	void *to;
	u32 room;
	u32 bytes;
};

static struct ask *asks;

/* The other end has gone: so does this one. */
static void closed(void)
{
	sys_exit(0);
}

static u32 from_buffer(u8 *to, u32 bytes)
{
	u32 some = in_end - in_at < bytes ? in_end - in_at : bytes;

	memcpy(to, in + in_at, some);
	in_at += some;
	return some;
}

/* The main loop's alone.  What is large goes where it belongs at once. */
void frames_read(void *to, size_t bytes)
{
	u8 *t = to;
	long got;

	while (bytes) {
		got = from_buffer(t, bytes);
		if (!got && bytes >= sizeof(in)) {
			got = sys_read(0, t, bytes);
			if (got <= 0)
				closed();
		} else if (!got) {
			got = sys_read(0, in, sizeof(in));
			if (got <= 0)
				closed();
			in_at = 0;
			in_end = got;
			got = 0;
		}
		t += got;
		bytes -= got;
	}
}

bool frames_pending(void)
{
	return in_at < in_end || sys_input_within(0);
}

/* A frame is written in one piece: the scheduler is held from frames_begin() to _end(). */
void frames_begin(u32 type, u32 id, u32 a, u32 bytes)
{
	struct frame_head head = { sizeof(head) + ROUND_UP(bytes, 8), type, id, a };

	sched_hold();
	frames_part(&head, sizeof(head));
}

void frames_part(const void *from, size_t bytes)
{
	static const u8 zeroes[8];
	size_t pad = ROUND_UP(bytes, 8) - bytes;
	const u8 *f = from;
	long put;

	while (bytes) {
		put = sys_write(1, f, bytes);
		if (put <= 0)
			closed();
		f += put;
		bytes -= put;
	}
	if (pad && sys_write(1, zeroes, pad) != (long)pad)
		closed();
}

void frames_end(void)
{
	sched_let_go();
}

void frames_send(u32 type, u32 id, u32 a, const void *body, u32 bytes)
{
	u8 small[512] __attribute__((aligned(8)));
	struct frame_head *head = (struct frame_head *)small;

	if (bytes > sizeof(small) - sizeof(*head)) {
		frames_begin(type, id, a, bytes);
		frames_part(body, bytes);
		frames_end();
		return;
	}
	*head = (struct frame_head){ sizeof(*head) + ROUND_UP(bytes, 8), type, id, a };
	memset(head + 1, 0, head->length - sizeof(*head));
	memcpy(head + 1, body, bytes);
	sched_hold();
	frames_part(small, head->length);
	sched_let_go();
}

/*
 * Ask the model and wait.  The answer's error; its body is in @answer, as far as there is room,
 * which is in memory that no window brings.
 */
u32 frames_ask(u32 up, const struct frame_up_body *body, const void *data, u32 bytes,
	       void *answer, u32 room, u32 *answered)
{
	struct ask ask = { .to = answer, .room = room };

	sched_hold();
	ask.id = ++ups;
	ask.next = asks;
	asks = &ask;
	frames_begin(FRAME_UP, ask.id, up, sizeof(*body) + ROUND_UP(bytes, 8));
	frames_part(body, sizeof(*body));
	frames_part(data, bytes);
	frames_end();
	sched_wait(&ask);
	sched_let_go();
	if (answered)
		*answered = ask.bytes;
	return ask.error;
}

/* The head of an answer was read: its body follows. */
void frames_take_answer(const struct frame_head *head)
{
	u32 left = head->length - sizeof(*head), some;
	struct ask **at, *ask;
	struct thread *t;
	u8 nothing[256];

	sched_hold();
	for (at = &asks; (ask = *at); at = &ask->next)
		if (ask->id == head->id)
			break;
	if (ask) {
		*at = ask->next;
		ask->error = head->a;
		ask->bytes = left < ask->room ? left : ask->room;
		frames_read(ask->to, ask->bytes);
		left -= ask->bytes;
		t = sched_best_waiter(ask);
		if (t)
			sched_wake(t);
	}
	sched_let_go();
	for (; left; left -= some) {
		some = left < sizeof(nothing) ? left : sizeof(nothing);
		frames_read(nothing, some);
	}
}

void frames_log(u32 level, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	frames_send(FRAME_LOG, 0, level, text, strlen(text) + 1);
}
