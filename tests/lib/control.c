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

static const char *current = DSP;

void control_select(const char *label)
{
	current = label;
}

const char *control_selected(void)
{
	return current;
}

static void put_label(char label[DSP_LABEL_LEN])
{
	snprintf(label, DSP_LABEL_LEN, "%s", current);
}

void control_status(struct dsp_control_status *st)
{
	memset(st, 0, sizeof(*st));
	put_label(st->label);
	control_do(DSP_CONTROL_STATUS, st, "status");
}

void control_behave(uint32_t handle, uint32_t method, uint32_t action,
		    uint32_t count, uint64_t value)
{
	struct dsp_control_behave b = {
		.handle = handle, .method = method,
		.action = action, .count = count, .value = value,
	};

	put_label(b.label);
	control_do(DSP_CONTROL_BEHAVE, &b, "behave");
}

static void behave_with(uint32_t handle, uint32_t method, uint32_t action, uint64_t value,
			const void *data, size_t len)
{
	struct dsp_control_behave b = {
		.handle = handle, .method = method, .action = action, .value = value,
		.patch_len = len,
	};

	REQUIRE(len <= sizeof(b.patch));
	memcpy(b.patch, data, len);
	put_label(b.label);
	control_do(DSP_CONTROL_BEHAVE, &b, "patch");
}

void control_patch(uint32_t handle, uint32_t method, uint64_t at, const void *data, size_t len)
{
	behave_with(handle, method, DSP_ANSWER_PATCH, at, data, len);
}

void control_poll_words(uint32_t handle, uint64_t value, const uint32_t *words, size_t count)
{
	behave_with(handle, DSP_ANY, DSP_ANSWER_POLL, value, words, count * sizeof(*words));
}

void control_normal(void)
{
	control_behave(DSP_ANY, DSP_ANY, DSP_ANSWER_NORMAL, 0, 0);
}

void control_require_unsent(void)
{
	struct dsp_control_behave b = {
		.method = DSP_ANY, .action = DSP_ANSWER_UNSENT, .count = 1, .value = EIO,
	};
	int ret;

	put_label(b.label);
	ret = control_ioctl(DSP_CONTROL_BEHAVE, &b);
	if (ret == -EOPNOTSUPP)
		test_skip("the link is the kernel's own and does not fail at will");
	REQUIRE_EQ(ret, 0);
	control_normal();
}

void control_release(uint32_t count, bool newest_first)
{
	struct dsp_control_release r = {
		.count = count, .newest_first = newest_first,
	};

	put_label(r.label);
	control_do(DSP_CONTROL_RELEASE_HELD, &r, "release held answers");
}

static void inject(const void *data, uint32_t len, uint32_t moment)
{
	struct dsp_control_inject in = { .len = len, .moment = moment };

	put_label(in.label);
	memcpy(in.data, data, len);
	control_do(DSP_CONTROL_INJECT, &in, "inject");
}

void control_inject(const void *data, uint32_t len)
{
	inject(data, len, DSP_INJECT_NOW);
}

void control_inject_at_destroy(const void *data, uint32_t len)
{
	inject(data, len, DSP_INJECT_AT_DESTROY);
}

void control_inject_at_create(const void *data, uint32_t len)
{
	inject(data, len, DSP_INJECT_AT_CREATE);
}

void control_capture(uint32_t age, struct dsp_control_capture *cap)
{
	memset(cap, 0, sizeof(*cap));
	put_label(cap->label);
	cap->age = age;
	control_do(DSP_CONTROL_CAPTURE, cap, "capture");
}

void control_clear(void)
{
	char label[DSP_LABEL_LEN];

	put_label(label);
	control_do(DSP_CONTROL_CLEAR, label, "clear");
}

int control_try_wait(uint32_t counter, uint64_t at_least, uint32_t timeout_ms)
{
	struct dsp_control_wait w = {
		.counter = counter, .at_least = at_least,
		.timeout_ms = timeout_ms,
	};

	put_label(w.label);
	return control_ioctl(DSP_CONTROL_WAIT, &w);
}

void control_wait(uint32_t counter, uint64_t at_least)
{
	struct dsp_control_status st;
	int ret = control_try_wait(counter, at_least, WAIT_MS);

	if (!ret)
		return;
	control_status(&st);
	printf("control: counter %u did not reach %llu: %s\n", counter,
	       (unsigned long long)at_least, strerror(-ret));
	printf("requests %llu answers %llu held %llu running %u\n",
	       (unsigned long long)st.requests, (unsigned long long)st.answers,
	       (unsigned long long)st.held, st.running);
	CHECK(!"the DSP got where it was expected");
	test_abort();
}

void control_domain(uint32_t action, uint64_t addr, uint64_t len)
{
	struct dsp_control_domain d = { .label = DSP, .action = action, .addr = addr, .len = len };

	control_do(DSP_CONTROL_DOMAIN, &d, "domain");
}

void control_hold(uint32_t point, bool on)
{
	struct dsp_control_hold h = { .label = DSP, .point = point, .on = on };

	control_do(DSP_CONTROL_HOLD, &h, "hold");
}

int control_restart_pd(void)
{
	char label[DSP_LABEL_LEN] = DSP;

	return control_ioctl(DSP_CONTROL_RESTART_PD, label);
}

void control_maskless(uint64_t sessions)
{
	struct dsp_control_banks b = { .label = DSP, .maskless = sessions };

	control_do(DSP_CONTROL_BANKS, &b, "banks");
}

uint64_t control_look(uint64_t addr, uint64_t len, uint64_t *nonzero)
{
	struct dsp_control_look l = { .label = DSP, .addr = addr, .len = len };

	control_do(DSP_CONTROL_LOOK, &l, "look");
	if (nonzero)
		*nonzero = l.nonzero;
	return l.sum;
}

void control_tree(uint32_t region, bool has_vmids, struct heap_piece *where)
{
	struct dsp_control_tree tree = { .region = region, .has_vmids = has_vmids };

	put_label(tree.label);
	control_do(DSP_CONTROL_TREE, &tree, "device tree");
	*where = (struct heap_piece){ tree.base, tree.size };
}

void control_left(uint64_t addr, uint64_t len, uint8_t byte, uint64_t owners)
{
	struct dsp_control_left left = {
		.addr = addr, .len = len, .byte = byte, .owners = owners,
	};

	put_label(left.label);
	control_do(DSP_CONTROL_LEFT, &left, "memory of before");
}

int control_try_pin(bool on)
{
	struct dsp_control_pin order = { .on = on };

	put_label(order.label);
	return control_ioctl(DSP_CONTROL_PIN, &order);
}

void control_pin(bool on)
{
	REQUIRE_EQ(control_try_pin(on), 0);
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
	       !v->taken_while_running && !v->corrupted && !v->bad_request &&
	       !v->wrong_attributes && !v->cpu_touched;
}

bool control_map_after(uint64_t token, struct dsp_control_map *map)
{
	int ret;

	memset(map, 0, sizeof(*map));
	put_label(map->label);
	map->token = token;
	ret = control_ioctl(DSP_CONTROL_MAP, map);
	if (ret && ret != -ENOENT)
		control_do(DSP_CONTROL_MAP, map, "map table");
	return !ret;
}

unsigned int control_maps(uint32_t kind, struct dsp_control_map *newest)
{
	struct dsp_control_map map = { .token = 0 };
	unsigned int count = 0;

	while (control_map_after(map.token, &map)) {
		if (map.kind != kind)
			continue;
		count++;
		if (newest)
			*newest = map;
	}
	return count;
}

bool control_pd(uint32_t index, struct dsp_control_pd *pd)
{
	int ret;

	memset(pd, 0, sizeof(*pd));
	put_label(pd->label);
	pd->index = index;
	ret = control_ioctl(DSP_CONTROL_PD, pd);
	if (ret && ret != -ENOENT)
		control_do(DSP_CONTROL_PD, pd, "user PDs");
	return !ret;
}

uint64_t wire_word(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

/* Argument @i of @n, found as the DSP finds it: its page plus the token's low bits. */
const uint8_t *control_argument(const struct dsp_control_capture *cap, unsigned int n,
				unsigned int i, uint64_t len)
{
	uint64_t pv = wire_word(cap->metadata + 16 * i, 8);
	uint64_t page = wire_word(cap->metadata + 24 * n + 16 * i, 8);
	uint64_t at = (page & 0xffffffff) + pv % PAGE - (cap->msg_addr & 0xffffffff);

	REQUIRE_EQ(wire_word(cap->metadata + 16 * i + 8, 8), len);
	REQUIRE(at + len <= cap->metadata_len);
	return cap->metadata + at;
}

#define CREATE_STATIC_SC	0x08030000

void control_offer(uint32_t age, struct offer *o)
{
	struct dsp_control_capture cap;
	const uint8_t *in0, *page;

	memset(o, 0, sizeof(*o));
	control_capture(age, &cap);
	CHECK_EQ(wire_word(cap.msg, 4), 0);		/* the kernel's own */
	CHECK_EQ(cap.msg[8] & 0xf, 1);			/* user PDs */
	CHECK_EQ(wire_word(cap.msg + 16, 4), 1);
	REQUIRE_EQ(wire_word(cap.msg + 20, 4), CREATE_STATIC_SC);
	in0 = control_argument(&cap, 3, 0, 12);
	o->client = wire_word(in0, 4);
	o->namelen = wire_word(in0 + 4, 4);
	o->pages = wire_word(in0 + 8, 4);
	REQUIRE(o->namelen < sizeof(o->name));
	memcpy(o->name, control_argument(&cap, 3, 1, o->namelen), o->namelen);
	page = control_argument(&cap, 3, 2, 16);
	o->base = wire_word(page, 8);
	o->size = wire_word(page + 8, 8);
}

void control_heap_works(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK(st.audio_pd_up);
	CHECK(st.heap_pages);
	CHECK_EQ(st.heap_pages * PAGE, st.heap_size);
	CHECK_EQ(st.heap_pages_granted, st.heap_pages);
	control_wait(DSP_COUNT_PAGES_TOUCHED, st.heap_pages);
	control_status(&st);
	control_wait(DSP_COUNT_HEAP_STORES, st.heap_stores + 10);
}

void control_heap_in_use(void)
{
	struct dsp_control_status st;

	control_status(&st);
	CHECK_EQ(st.heap_pages_dirty, 0);		/* scrubbed before it was given */
	control_heap_works();
}
