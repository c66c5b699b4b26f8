// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runtime of a process that runs Hexagon code, and the skeletons, without a board: each case
 * starts qemu-hexagon, calls, and looks at the results and at how the process ended.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "client.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define E_BADPARM	0x8000040e
#define E_NOMODULE	0x8000043e
#define E_UNSUPPORTED	0x80000414

/* Every case has a process and a module of its skeleton. */
static struct pd pd;
static uint32_t module;

static int64_t call(uint32_t method, unsigned int in, const struct arg *ins, unsigned int out,
		    struct arg *outs)
{
	return pd_result(&pd, pd_invoke(&pd, module, method, in, ins, out, outs, -1), out, outs);
}

static int64_t call_words(uint32_t method, uint32_t a, uint32_t b, unsigned int words)
{
	const uint32_t in[2] = { a, b };
	const struct arg arg = { .in = in, .bytes = 4 * words };

	return call(method, 1, &arg, 0, NULL);
}

static uint32_t send_word(uint32_t method, uint32_t a)
{
	const struct arg arg = { .in = &a, .bytes = 4 };

	return pd_invoke(&pd, module, method, 1, &arg, 0, NULL, -1);
}

static bool ended_well(void)
{
	return pd_wait(&pd) == 0;
}

static bool ended_by(int signal)
{
	int status = pd_wait(&pd);

	return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

static void case_calculator(void)
{
	const int32_t numbers[5] = { 1, -2, 300000, 2000000000, 2000000000 };
	const uint64_t pair[2] = { 1000000000000000007ull, 1000003 };
	uint64_t quotient[2] = {};
	int64_t sum = 0;
	struct arg in = { .in = numbers, .bytes = sizeof(numbers) };
	struct arg out = { .out = &sum, .bytes = sizeof(sum) };

	CHECK(call(2, 1, &in, 1, &out) == 0 && sum == 4000299999ll);
	in = (struct arg){ .in = pair, .bytes = sizeof(pair) };
	out = (struct arg){ .out = quotient, .bytes = sizeof(quotient) };
	CHECK(call(3, 1, &in, 1, &out) == 0);
	CHECK(quotient[0] == pair[0] / pair[1] && quotient[1] == pair[0] % pair[1]);
	CHECK(call(4, 0, NULL, 0, NULL) == 0);
	CHECK(call(9, 0, NULL, 0, NULL) == E_UNSUPPORTED);
	CHECK(pd_close(&pd, module) == 0);
	CHECK(call(4, 0, NULL, 0, NULL) == E_NOMODULE);
	CHECK(ended_well());
}

static uint8_t pattern(uint32_t i)
{
	return i * 7 + (i >> 8);
}

static bool xor_works(uint32_t method, uint32_t bytes, uint32_t offset_in, uint32_t offset_out)
{
	static uint8_t data[16 << 20], back[16 << 20];
	const uint32_t key = 0x5a;
	const struct arg ins[2] = {
		{ .in = &key, .bytes = 4 },
		{ .in = data, .bytes = bytes, .offset = offset_in },
	};
	struct arg out = { .out = back, .bytes = bytes, .offset = offset_out };
	bool good;
	uint32_t i;

	for (i = 0; i < bytes; i++)
		data[i] = pattern(i);
	memset(back, 0, bytes);
	good = call(method, 2, ins, 1, &out) == 0;
	for (i = 0; i < bytes && good; i++)
		good = back[i] == (pattern(i) ^ 0x5a);
	return good;
}

static void case_vectors(void)
{
	uint32_t offsets[2] = {};
	uint8_t byte = 0;
	struct arg in = { .in = &byte, .bytes = 1, .offset = 0x345 };
	struct arg outs[2] = {
		{ .out = &byte, .bytes = 1, .offset = 0xfff },
		{ .out = offsets, .bytes = sizeof(offsets) },
	};

	CHECK(xor_works(3, 1, 0, 0));
	CHECK(xor_works(3, 128, 0, 0));
	CHECK(xor_works(3, 5000, 128, 3968));
	CHECK(xor_works(3, 5000, 1, 77));
	CHECK(xor_works(3, 16 << 20, 0, 0));
	CHECK(xor_works(5, 5120, 128, 3968));
	CHECK(!xor_works(5, 5120, 1, 0) && !xor_works(5, 5121, 0, 0));
	CHECK(call(4, 1, &in, 2, outs) == 0);
	CHECK(offsets[0] == 0x345 && offsets[1] == 0xfff);
	CHECK(ended_well());
}

static void case_threads(void)
{
	const uint32_t args[2] = { 8, 2000 };
	const struct arg in = { .in = args, .bytes = sizeof(args) };
	uint32_t number = 0;
	struct arg out = { .out = &number, .bytes = 4 };

	CHECK(call(4, 1, &in, 1, &out) == 0 && number == 16000);
	CHECK(call(5, 0, NULL, 1, &out) == 0 && number == 123);
	/* 100 rounds use more threads than there are slots */
	for (int i = 0; i < 100; i++)
		CHECK(call(5, 0, NULL, 1, &out) == 0 && number == 123);
	CHECK(ended_well());
}

/* The first call waits for what the second one does, and both answers come. */
static void case_calls_that_wait(void)
{
	uint32_t number = 0, waits, sets;
	struct arg out = { .out = &number, .bytes = 4 };

	waits = send_word(2, 3);
	CHECK(call(6, 0, NULL, 1, &out) == 0 && number == 2);
	CHECK(call_words(3, 1, 0, 1) == 0);
	sets = send_word(3, 2);
	CHECK(pd_result(&pd, sets, 0, NULL) == 0);
	CHECK(pd_result(&pd, waits, 0, NULL) == 0);
	CHECK(ended_well());
}

/* Two opens of one library have a state each. */
static void case_two_states(void)
{
	uint32_t number = 0, other, first = module;
	struct arg out = { .out = &number, .bytes = 4 };

	CHECK(call(6, 0, NULL, 1, &out) == 0);
	CHECK(call(6, 0, NULL, 1, &out) == 0 && number == 2);
	CHECK(pd_open(&pd, "service", &other, NULL) == 0);
	module = other;
	CHECK(call(6, 0, NULL, 1, &out) == 0 && number == 1);
	CHECK(pd_close(&pd, first) == 0);
	CHECK(call(6, 0, NULL, 1, &out) == 0 && number == 2);
	CHECK(ended_well());
}

/* What an open takes of the process's memory is its skeleton's state, and comes back. */
static void case_memory_statistics(void)
{
	uint64_t before[5] = {}, with[5] = {}, after[5] = {};
	struct arg outs[3] = {
		{ .out = before, .bytes = sizeof(before) }, { .out = with, .bytes = sizeof(with) },
		{ .out = after, .bytes = sizeof(after) },
	};
	uint32_t other;

	CHECK(call(7, 0, NULL, 1, &outs[0]) == 0 && before[0] && before[1] && before[4]);
	CHECK(pd_open(&pd, "service", &other, NULL) == 0);
	CHECK(call(7, 0, NULL, 1, &outs[1]) == 0);
	CHECK(with[1] > before[1] && with[3] == before[3] + 1);
	CHECK(with[0] + with[1] == before[0] + before[1]);
	CHECK(pd_close(&pd, other) == 0);
	CHECK(call(7, 0, NULL, 1, &outs[2]) == 0 && !memcmp(after, before, sizeof(after)));
	CHECK(ended_well());
}

static bool shared_fill(uint32_t value, uint32_t stride)
{
	const uint32_t args[2] = { value, stride };
	const struct arg in = { .in = args, .bytes = sizeof(args) };

	return pd_result(&pd, pd_invoke(&pd, module, 3, 1, &in, 0, NULL, 0), 0, NULL) == 0;
}

static bool shared_sum(uint32_t offset, uint32_t bytes, uint64_t *total)
{
	const uint32_t args[2] = { offset, bytes };
	const struct arg in = { .in = args, .bytes = sizeof(args) };
	struct arg out = { .out = total, .bytes = 8 };

	return pd_result(&pd, pd_invoke(&pd, module, 2, 1, &in, 1, &out, 0), 1, &out) == 0;
}

/* Only pages that are touched travel, and only those that are stored to go back. */
static void case_shared(void)
{
	const uint32_t bytes = 256u << 20;
	uint32_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				-1, 0);
	uint64_t total = 0;

	CHECK(memory != MAP_FAILED);
	CHECK(!shared_sum(0, 4, &total));
	pd.memory[0].data = (uint8_t *)memory;
	pd.memory[0].bytes = bytes;
	memory[bytes / 4 - 1] = 5;
	memory[bytes / 4 - 2] = 6;
	memset(pd.ups, 0, sizeof(pd.ups));
	CHECK(shared_sum(bytes - 8, 8, &total) && total == 11);
	CHECK(pd.ups[UP_FD_READ] == 1 && pd.ups[UP_FD_WRITE] == 0);
	CHECK(shared_fill(9, 16 << 20));
	CHECK(pd.ups[UP_FD_READ] == 17 && pd.ups[UP_FD_WRITE] == 16);
	CHECK(memory[0] == 9 && memory[(240u << 20) / 4] == 9 && memory[1] == 0);
	/* What the host stores between calls is seen. */
	memory[bytes / 4 - 2] = 7;
	CHECK(shared_sum(bytes - 8, 8, &total) && total == 12);
	/* A buffer that does not end with a page. */
	pd.memory[0].bytes = 100004;
	CHECK(shared_fill(3, 4) && memory[25000] == 3 && memory[25001] == 0);
	CHECK(ended_well());
	munmap(memory, bytes);
}

static void case_heap(void)
{
	const uint32_t at = 0x60000000, bytes = 8 << 20;
	const uint32_t words[2] = { at, bytes }, ask[2] = { 1000, ~0u };
	uint8_t *heap = calloc(1, bytes);
	const struct arg in = { .in = ask, .bytes = sizeof(ask) };
	const struct arg where = { .in = &(uint32_t){ at + 0x7ffffc }, .bytes = 4 };
	static const char nothing[64];
	uint32_t got = 0, i, used = 0;
	struct arg out = { .out = &got, .bytes = 4 };

	pd.heap = heap;
	pd.heap_at = at;
	pd.heap_bytes = bytes;
	pd_send(&pd, FRAME_HEAP, 0, 0, words, sizeof(words));
	CHECK(call(11, 1, &in, 1, &out) == 0);
	CHECK(got > bytes / 10 * 9 && got < bytes);
	for (i = 0; i < bytes; i += 1 << 16)
		used += memcmp(heap + i, nothing, 64) != 0 || heap[i + 1008] || heap[i + 1000];
	CHECK(used > 64);
	heap[bytes - 4] = 77;
	CHECK(call(2, 1, &where, 1, &out) == 0 && got == 77);
	CHECK(call_words(3, at + bytes - 4, 78, 2) == 0 && heap[bytes - 4] == 78);
	/* One byte behind it: what is not there ends the process. */
	CHECK(call_words(3, at + bytes, 1, 2) == -1);
	CHECK(pd.has_last_words && pd.last_words.address == at + bytes);
	CHECK(ended_by(SIGSEGV));
	free(heap);
}

/* The heap that the model does not give any more ends the process too. */
static void case_heap_taken(void)
{
	const uint32_t at = 0x60000000, words[2] = { at, 1 << 20 };
	uint8_t *heap = calloc(1, 1 << 20);

	pd.heap = heap;
	pd.heap_at = at;
	pd.heap_bytes = 1 << 20;
	pd_send(&pd, FRAME_HEAP, 0, 0, words, sizeof(words));
	CHECK(call_words(3, at + 0x20000, 1, 2) == 0);
	pd.heap_bytes = 0x10000;
	CHECK(call_words(3, at + 0x20000, 1, 2) == -1);
	CHECK(pd.has_last_words && pd.last_words.address == at + 0x20000);
	CHECK(ended_by(SIGSEGV));
	free(heap);
}

/* Two calls store to one page, and one of its moves takes longer than all that comes behind it. */
static void overlapping_stores(uint32_t late)
{
	const uint32_t at = 0x60000000, page = 0x20000, words[2] = { at, 1 << 20 };
	const uint32_t first[2] = { at + page, 1 }, second[2] = { at + page + 4, 2 };
	const struct arg one = { .in = first, .bytes = 8 }, two = { .in = second, .bytes = 8 };
	uint32_t *heap = calloc(1, 1 << 20), ids[2];

	pd.heap = (uint8_t *)heap;
	pd.heap_at = at;
	pd.heap_bytes = 1 << 20;
	pd_send(&pd, FRAME_HEAP, 0, 0, words, sizeof(words));
	CHECK(call_words(3, at + 0x40000, 1, 2) == 0);
	pd.late = late;
	ids[0] = pd_invoke(&pd, module, 3, 1, &one, 0, NULL, -1);
	CHECK(pd_await_held(&pd));
	ids[1] = pd_invoke(&pd, module, 3, 1, &two, 0, NULL, -1);
	CHECK(pd_result(&pd, ids[0], 0, NULL) == 0);
	CHECK(pd_result(&pd, ids[1], 0, NULL) == 0);
	CHECK(heap[page / 4] == 1 && heap[page / 4 + 1] == 2);
	CHECK(ended_well());
	free(heap);
}

static void case_stores_and_late_read(void)
{
	overlapping_stores(UP_HEAP_READ);
}

static void case_stores_and_late_write(void)
{
	overlapping_stores(UP_HEAP_WRITE);
}

/* The audio PD begins: a heap of so much, and as much behind it that apps_mem gives. */
static uint8_t *audio_begin(uint32_t bytes, uint32_t more)
{
	const uint32_t at = 0x60000000, words[2] = { at, bytes };

	pd.heap = calloc(1, bytes + more);
	pd.heap_at = at;
	pd.heap_bytes = bytes + more;
	pd.given_bytes = more;
	pd_send(&pd, FRAME_HEAP, 0, HEAP_AUDIO, words, sizeof(words));
	return pd.heap;
}

static void audio_hold(uint32_t bytes)
{
	const uint32_t words[2] = { bytes };

	pd_send(&pd, FRAME_HOLD, 0, 0, words, sizeof(words));
}

static void case_audio(void)
{
	uint8_t *heap = audio_begin(1 << 20, 1 << 20);
	uint32_t used = 0;

	while (pd.counts.checks < 20000)
		CHECK(pd_await_round(&pd));
	CHECK(pd.counts.stores > pd.counts.checks && !pd.counts.growths && !pd.counts.refused);
	/* Every page was loaded from, and of some its stores came. */
	CHECK(pd.ups[UP_HEAP_READ] > 16 && pd.ups[UP_HEAP_WRITE] > 0);
	for (uint32_t i = 0; i < 1 << 20; i += 64)
		used += heap[i] != 0;
	CHECK(used > 100);
	audio_hold((1 << 20) + (1 << 19));
	while (pd.counts.held < (1 << 20) + (1 << 19))
		CHECK(pd_await_round(&pd));
	CHECK(pd.counts.growths >= 2 && pd.counts.added == pd.counts.growths << 18);
	CHECK(pd.given == pd.counts.added && !pd.counts.refused);
	audio_hold(0);
	while (pd.counts.returns < pd.counts.growths)
		CHECK(pd_await_round(&pd));
	CHECK(!pd.counts.added && !pd.given);
	/* No more than there is. */
	audio_hold(4 << 20);
	while (!pd.counts.refused)
		CHECK(pd_await_round(&pd));
	CHECK(pd.given == 1 << 20);
	CHECK(pd_await_round(&pd));
	/* Calls beside it. */
	CHECK(call_words(3, pd.heap_at - 4, 1, 2) == -1);
	CHECK(ended_by(SIGSEGV));
	free(heap);
}

/* What it stored is changed. */
static void case_audio_changed(void)
{
	uint8_t *heap = audio_begin(1 << 20, 0);

	audio_hold(1 << 19);
	while (pd.counts.held < 1 << 19)
		CHECK(pd_await_round(&pd));
	for (uint32_t at = 0x8000; at < 1 << 20; at += 0x10000)
		heap[at] ^= 1;
	audio_hold(0);
	while (pd_await_round(&pd))
		CHECK(pd.counts.rounds < 1000);
	CHECK(pd.has_last_words && !strcmp(pd.last_words.text, "its heap is not as it left it"));
	CHECK(ended_by(SIGABRT));
	free(heap);
}

/* The model gives a part of it no more. */
static void case_audio_taken(void)
{
	uint8_t *heap = audio_begin(1 << 20, 0);

	CHECK(pd_await_round(&pd));
	pd.heap_bytes = 1 << 19;
	while (pd_await_round(&pd))
		CHECK(pd.counts.rounds < 1000);
	CHECK(pd.has_last_words);
	CHECK(pd.last_words.signal == SIGABRT ||
	      (pd.last_words.address >= pd.heap_at + (1 << 19) &&
	       pd.last_words.address < pd.heap_at + (1 << 20)));
	CHECK(ended_by(pd.last_words.signal));
	free(heap);
}

static void case_wild_store(void)
{
	CHECK(call_words(3, 0x1230, 0xabcd, 2) == -1);
	CHECK(pd.has_last_words && pd.last_words.signal == SIGSEGV);
	CHECK(pd.last_words.address == 0x1230 && pd.last_words.pc);
	CHECK(ended_by(SIGSEGV));
}

/* The compiler's trap is an access to an address that means it. */
static void case_trap(void)
{
	CHECK(call(4, 0, NULL, 0, NULL) == -1);
	CHECK(pd.has_last_words && pd.last_words.signal == SIGSEGV);
	CHECK(pd.last_words.address == 0xbadc0fee && pd.last_words.r[29]);
	CHECK(ended_by(SIGSEGV));
}

static void dies_with(uint32_t method, const char *words)
{
	CHECK(call(method, 0, NULL, 0, NULL) == -1);
	CHECK(pd.has_last_words && !strcmp(pd.last_words.text, words));
	CHECK(ended_by(SIGABRT));
}

static void case_abort(void)
{
	dies_with(6, "abort()");
}

static void case_assertion(void)
{
	dies_with(16, "misbehave.c:17: assertion failed: two > three");
}

static void case_smashed_stack(void)
{
	dies_with(17, "a function wrote beyond its stack");
}

static void case_free_twice(void)
{
	dies_with(18, "free() of what malloc() did not give, or twice");
}

static void case_exit(void)
{
	CHECK(call(7, 0, NULL, 0, NULL) == -1);
	CHECK(pd_wait(&pd) == 3 << 8);
}

/* There is no stack left to say anything with. */
static void case_recursion(void)
{
	CHECK(call(8, 0, NULL, 0, NULL) == -1);
	CHECK(!pd.has_last_words && ended_by(SIGSEGV));
}

/* A call that spins keeps no other one from its turn. */
static void case_spinning_call(void)
{
	uint32_t spins = pd_invoke(&pd, module, 13, 0, NULL, 0, NULL, -1);

	CHECK(call_words(9, 0x80001234, 0, 1) == 0x80001234);
	CHECK(call_words(9, 0, 0, 1) == 0);
	CHECK(call(14, 0, NULL, 0, NULL) == 0);
	CHECK(pd_result(&pd, spins, 0, NULL) == 0);
	CHECK(ended_well());
}

static void case_endless_loop(void)
{
	pd_invoke(&pd, module, 5, 0, NULL, 0, NULL, -1);
	CHECK(call_words(9, 7, 0, 1) == 7);
	kill(pd.pid, SIGKILL);
	CHECK(ended_by(SIGKILL));
}

static void case_log(void)
{
	CHECK(call_words(10, 1000, 0, 1) == 0);
	CHECK(pd.logs == 1000);
	CHECK(ended_well());
}

static void case_reverse(void)
{
	const uint32_t words[2] = { 0x1234, 0x02010100 };
	char back[sizeof(struct frame_up_body) + 11] = "";
	const struct arg ins[2] = {
		{ .in = words, .bytes = sizeof(words) }, { .in = "0123456789", .bytes = 11 },
	};
	struct arg out = { .out = back, .bytes = sizeof(back) };
	const struct frame_up_body *body = (void *)back;

	CHECK(call(12, 2, ins, 1, &out) == 0);
	CHECK(body->at == 0x1234 && body->offset == 0x02010100 && body->bytes == 11);
	CHECK(!strcmp(back + sizeof(*body), "0123456789"));
	CHECK(ended_well());
}

/* Bytes of the skeleton's go to the host by a call of its own, and bytes of the host's come. */
static void host_file_of(uint32_t bytes)
{
	static uint8_t data[1 << 17], back[1 << 17];
	const struct arg ins[2] = {
		{ .in = "/file", .bytes = 6 }, { .in = data, .bytes = bytes, .offset = 77 },
	};
	struct arg out = { .out = back, .bytes = bytes };
	uint32_t i;

	for (i = 0; i < bytes; i++)
		data[i] = pattern(i);
	CHECK(call(2, 2, ins, 0, NULL) == 0);
	CHECK(pd.file_bytes == bytes && !memcmp(pd.file, data, bytes));
	for (i = 0; i < bytes; i++)
		pd.file[i] ^= 0xff;
	CHECK(call(3, 1, ins, 1, &out) == 0);
	for (i = 0; i < bytes && back[i] + data[i] == 0xff; i++)
		;
	CHECK(i == bytes && pd.file_opened == pd.file_closed);
}

static void case_host_file(void)
{
	static const uint32_t lengths[] = { 1, 7, 8, 4095, 1 << 17 };
	const struct arg missing = { .in = "/none", .bytes = 6 };
	struct arg out = { .out = &(uint32_t){ 0 }, .bytes = 4 };

	pd.has_files = true;
	for (size_t i = 0; i < ARRAY_SIZE(lengths) && !why_not; i++)
		host_file_of(lengths[i]);
	if (why_not)
		return;
	/* What the module says is the result of the call. */
	CHECK(call(3, 1, &missing, 1, &out) == 2);
	CHECK(ended_well());
}

#define SELFTEST_GROUPS	17

/* Each function that a skeleton may call does what the page says of it. */
static void case_functions(void)
{
	uint32_t group, line = 1;
	const struct arg in = { .in = &group, .bytes = 4 };
	struct arg out = { .out = &line, .bytes = 4 };

	for (group = 0; group < SELFTEST_GROUPS; group++) {
		CHECK(call(2, 1, &in, 1, &out) == 0);
		if (line) {
			snprintf(text, sizeof(text), "board/skeletons/selftest.c:%u", line);
			why_not = text;
			return;
		}
	}
	CHECK(call(2, 1, &in, 1, &out) == E_BADPARM);
	CHECK(pd.logs == 3);
	CHECK(ended_well());
}

static void case_memory_functions(void)
{
	static uint32_t words[3 * 4096] = { 0x12345678 };
	const struct arg in = { .in = &(uint32_t){ FDS_MAX - 1 }, .bytes = 4 };
	uint32_t line = 1;
	struct arg out = { .out = &line, .bytes = 4 };

	pd.memory[0].data = (uint8_t *)words;
	pd.memory[0].bytes = sizeof(words);
	CHECK(pd_result(&pd, pd_invoke(&pd, module, 3, 1, &in, 1, &out, 0), 1, &out) == 0);
	if (line) {
		snprintf(text, sizeof(text), "board/skeletons/selftest.c:%u", line);
		why_not = text;
		return;
	}
	CHECK(words[1] == 0x12345678 && !words[2]);
	CHECK(ended_well());
}

static void case_missing_symbol(void)
{
	char why[160] = "";
	uint32_t other;

	CHECK(pd_open(&pd, "incomplete", &other, why) == (int)E_UNSUPPORTED);
	CHECK(!strcmp(why, "missing symbol: board_function_that_is_missing"));
	CHECK(call(4, 0, NULL, 0, NULL) == 0);
	CHECK(ended_well());
}

/* A library that ends anywhere, or has one byte changed, is refused or works: no more. */
static void case_broken_library(void)
{
	static const char uri[] = "file:///x.so?board_calculator_invoke";
	uint32_t bytes, other, cut;
	uint8_t *elf = read_file("libboard_calculator.so", &bytes);
	char why[160];

	for (cut = 0; cut < 800; cut += 13)
		CHECK(pd_open_bytes(&pd, uri, elf, cut, &other, why) != 0 && why[0]);
	for (cut = 0; cut < 52; cut++) {
		elf[cut] ^= 0xff;
		CHECK(pd_open_bytes(&pd, uri, elf, bytes, &other, why) != -1);
		elf[cut] ^= 0xff;
	}
	CHECK(pd_open_bytes(&pd, "file:///x.so?no_such_function", elf, bytes, &other, why) != 0);
	CHECK(strstr(why, "no_such_function"));
	CHECK(pd_open_bytes(&pd, "file:///x.so", elf, bytes, &other, why) == (int)E_BADPARM);
	CHECK(pd_open_bytes(&pd, uri, elf, bytes, &other, why) == 0);
	CHECK(ended_well());
	free(elf);
}

static void case_bad_frame(void)
{
	pd_send(&pd, 0x77, 1, 0, NULL, 0);
	CHECK(!pd_await(&pd, 1));
	CHECK(pd.has_last_words && strstr(pd.last_words.text, "unknown type"));
	CHECK(ended_by(SIGABRT));
}

static void case_hundred_opens(void)
{
	uint32_t other;

	for (int i = 0; i < 100; i++) {
		CHECK(pd_open(&pd, "transform", &other, NULL) == 0);
		CHECK(pd_close(&pd, other) == 0);
	}
	CHECK(ended_well());
}

#define CASE(name, skeleton)	{ #name, skeleton, case_##name }
static const struct {
	const char *name;
	const char *skeleton;
	void (*run)(void);
} cases[] = {
	CASE(calculator, "calculator"), CASE(vectors, "transform"), CASE(threads, "service"),
	CASE(calls_that_wait, "service"), CASE(two_states, "service"), CASE(shared, "shared"),
	CASE(heap, "misbehave"), CASE(heap_taken, "misbehave"),
	CASE(stores_and_late_read, "misbehave"), CASE(stores_and_late_write, "misbehave"),
	CASE(audio, "misbehave"), CASE(audio_changed, "misbehave"),
	CASE(audio_taken, "misbehave"), CASE(wild_store, "misbehave"),
	CASE(trap, "misbehave"), CASE(abort, "misbehave"), CASE(exit, "misbehave"),
	CASE(assertion, "misbehave"), CASE(smashed_stack, "misbehave"),
	CASE(free_twice, "misbehave"), CASE(recursion, "misbehave"),
	CASE(spinning_call, "misbehave"), CASE(endless_loop, "misbehave"),
	CASE(log, "misbehave"), CASE(reverse, "misbehave"),
	CASE(functions, "selftest"), CASE(memory_functions, "selftest"),
	CASE(host_file, "host"), CASE(missing_symbol, "calculator"),
	CASE(broken_library, "calculator"), CASE(bad_frame, "calculator"),
	CASE(hundred_opens, "calculator"), CASE(memory_statistics, "service"),
};

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	char why[160] = "";
	int failed = 0;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long since = now_ms();

		if (argc > 1 && strcmp(argv[1], cases[i].name))
			continue;
		why_not = NULL;
		/* A process that hangs ends with this one. */
		alarm(300);
		if (pd_start(&pd) || pd_open(&pd, cases[i].skeleton, &module, why))
			why_not = why[0] ? why : "the process did not open its library";
		else
			cases[i].run();
		if (why_not && waitpid(pd.pid, NULL, WNOHANG) == 0) {
			kill(pd.pid, SIGKILL);
			pd_wait(&pd);
		}
		printf("test hexagon/%s %s %ld%s%s\n", cases[i].name, why_not ? "fail" : "pass",
		       now_ms() - since, why_not ? " " : "", why_not ? why_not : "");
		fflush(stdout);
		failed |= !!why_not;
	}
	return failed;
}
