// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio PD: what it does with its heap.
 *
 * It makes objects there by malloc(), whose books are in the heap too, stores a pattern in each,
 * and finds it again before it frees the object.  It loads from every page of the heap in turn.
 * After each round all that it stored goes back through the model, and it rests.
 *
 * When there is no memory left, malloc() asks the host for more, by apps_mem of the daemon, and
 * gives it back when all of it is free again.
 */
#include "pd.h"
#include "hap.h"

#define OBJECTS		48
#define OBJECT_WORDS	2048u		/* at most */
#define STEPS		4		/* of a round */
#define LOOKS		8		/* pages to load from, in a round */
#define HOLD_WORDS	0x4000u		/* of an object that is held, in all but its head */
#define HOLD_MAX	512
#define HOLD_STEPS	32
#define HOLD_REST	16		/* rounds, after there was no memory for more */
#define ADDED_MAX	16
#define GROW_BYTES	0x40000u
#define REST_LEAST_US	20000
#define REST_MOST_US	100000

#define MEM_MODULE	"apps_mem"
#define MEM_MAP64	0x02010100u
#define MEM_UNMAP64	0x03010000u
#define MEM_REMOTE_HEAP	8

struct object {
	u32 *at;
	u32 words;
	u32 seed;
};

/* Memory that malloc() got from the host. */
struct added {
	struct window *w;
	u64 name;
	u64 bytes;
};

static struct object objects[OBJECTS];
static struct object holds[HOLD_MAX];
static struct added added[ADDED_MAX];
static u32 nholds;
static volatile u32 hold_bytes;
static u32 look_at;
static u32 state = 0x2545f491;
static struct frame_audio_counts counts;

static u32 random_word(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* It depends on the place, and on when the object was made. */
static u32 object_word(const struct object *o, u32 i)
{
	return (o->seed + i * 0x9e3779b1u) ^ (u32)&o->at[i];
}

static bool object_make(struct object *o, u32 words)
{
	u32 *at = arena_alloc(&arena_user, 16, 4 * words);

	if (!at)
		return false;
	*o = (struct object){ at, words, random_word() };
	for (u32 i = 0; i < words; i++)
		at[i] = object_word(o, i);
	counts.stores += words;
	return true;
}

static void object_drop(struct object *o)
{
	for (u32 i = 0; i < o->words; i++)
		if (o->at[i] != object_word(o, i))
			die("its heap is not as it left it");
	counts.checks += o->words;
	arena_free(&arena_user, o->at);
	o->at = NULL;
}

static void churn(void)
{
	for (u32 i = 0; i < STEPS; i++) {
		struct object *o = &objects[random_word() % OBJECTS];

		if (o->at)
			object_drop(o);
		else
			object_make(o, 1 + random_word() % OBJECT_WORDS);
	}
}

/*
 * As much as it was told to, a piece of it in each round.  A malloc() that finds nothing looks
 * all over the heap, so it is not tried again at once.
 */
static void hold(void)
{
	const u32 bytes = 4 * HOLD_WORDS;
	static u32 again;

	for (u32 i = 0; i < HOLD_STEPS; i++) {
		if (nholds < HOLD_MAX && nholds * bytes < hold_bytes) {
			if (counts.rounds < again)
				break;
			if (!object_make(&holds[nholds], HOLD_WORDS)) {
				again = counts.rounds + HOLD_REST;
				break;
			}
			nholds++;
		} else if (nholds && (nholds - 1) * bytes >= hold_bytes) {
			object_drop(&holds[--nholds]);
		}
	}
	counts.held = (u64)nholds * bytes;
}

void audio_hold(u32 bytes)
{
	hold_bytes = bytes;
}

static void look(struct window *heap)
{
	const u32 pages = ROUND_UP(window_bytes(heap), PAGE_BYTES) / PAGE_BYTES;
	const u8 *memory = window_memory(heap);

	for (u32 i = 0; i < LOOKS; i++) {
		(void)*(const volatile u32 *)(memory + look_at * PAGE_BYTES);
		look_at = (look_at + 1) % pages;
	}
}

/* The host's daemon has its driver give the memory to the heap: the DSP's name for it. */
static bool host_map(u32 handle, u64 bytes, u64 *name)
{
	u64 in[4] = { 0, MEM_REMOTE_HEAP, 0, bytes }, out[2];
	union remote_arg args[2] = {
		{ .buf = { in, sizeof(in) } }, { .buf = { out, sizeof(out) } },
	};

	if (remote_handle_invoke(handle, MEM_MAP64, args))
		return false;
	*name = out[1];
	return true;
}

static bool host_unmap(u32 handle, u64 bytes, u64 name)
{
	u64 in[2] = { name, bytes };
	union remote_arg args[1] = { { .buf = { in, sizeof(in) } } };

	return !remote_handle_invoke(handle, MEM_UNMAP64, args);
}

/* Ask for memory (*@name is 0 and is set), or have it taken back. */
static bool host_memory(u64 bytes, u64 *name)
{
	u32 handle;
	bool ok;

	if (remote_handle_open(MEM_MODULE, &handle))
		return false;
	ok = *name ? host_unmap(handle, bytes, *name) : host_map(handle, bytes, name);
	remote_handle_close(handle);
	return ok;
}

/* Where the DSP's kernel has put what the host gave, and a window there. */
static struct window *added_window(u64 name, u32 bytes)
{
	const struct frame_up_body body = { .at = name, .offset = name >> 32 };
	u32 where[2] = {}, answered;

	if (frames_ask(UP_HEAP_WHERE, &body, NULL, 0, where, sizeof(where), &answered) ||
	    answered != sizeof(where) || where[1] != bytes)
		return NULL;
	return window_open_added(where[0], bytes);
}

static struct added *added_slot(void)
{
	for (struct added *a = added; a < added + ADDED_MAX; a++)
		if (!a->w)
			return a;
	return NULL;
}

/* More for malloc(), which no other thread uses meanwhile. */
static void *grow(size_t *bytes)
{
	struct added *a = added_slot();
	u64 name = 0;

	*bytes = ROUND_UP(*bytes, GROW_BYTES);
	if (!a || !host_memory(*bytes, &name)) {
		counts.refused++;
		return NULL;
	}
	a->w = added_window(name, *bytes);
	if (!a->w) {
		host_memory(*bytes, &name);
		counts.refused++;
		return NULL;
	}
	a->name = name;
	a->bytes = *bytes;
	counts.growths++;
	counts.added += *bytes;
	return window_memory(a->w);
}

static void give_back(void)
{
	for (struct added *a = added; a < added + ADDED_MAX; a++) {
		if (!a->w || !arena_take(&arena_user, window_memory(a->w), a->bytes))
			continue;
		window_put(a->w);
		a->w = NULL;
		counts.added -= a->bytes;
		if (host_memory(a->bytes, &a->name))
			counts.returns++;
		else
			counts.refused++;
	}
}

static void audio_round(struct window *heap)
{
	churn();
	hold();
	look(heap);
	give_back();
	window_flush_all();
	counts.rounds++;
	frames_send(FRAME_COUNTS, 0, 0, &counts, sizeof(counts));
}

/* Others have most of the processor. */
static void rest(u64 worked_us)
{
	u64 us = 3 * worked_us;

	us = us < REST_LEAST_US ? REST_LEAST_US : us;
	sched_sleep(us > REST_MOST_US ? REST_MOST_US : us);
}

static void audio_main(void *arg)
{
	struct window *heap = arg;
	u64 since;

	arena_add(&arena_user, window_memory(heap), window_bytes(heap) & -16u);
	arena_user.more = grow;
	for (;;) {
		since = sys_now_us();
		audio_round(heap);
		rest(sys_now_us() - since);
	}
}

void audio_begin(struct window *heap)
{
	if (!thread_start(audio_main, heap, PRIORITY_JOB, "audio"))
		die("no thread for the audio PD");
}
