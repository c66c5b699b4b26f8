// SPDX-License-Identifier: GPL-2.0-only
/*
 * The call that moves memory between VMs: regions, the VMs that have them, the VMs
 * that get them.  All of it is checked before anything is changed: a single page that
 * the named VMs do not own, exactly, and the call is refused.
 */
#include "firmware.h"

#define MAX_REGIONS	32u
#define MAX_SENDERS	32u

struct region {
	u64 addr;
	u64 bytes;
};

struct receiver {
	u32 vm;
	u32 access;
	u64 context;
	u32 context_bytes;
	u32 unused;
};

/* A copy: what was checked cannot change any more. */
struct assignment {
	struct region regions[MAX_REGIONS];
	u64 nr_regions;
	u64 from;
	struct owners to;
};

static bool read_regions(u64 addr, u64 bytes, struct assignment *a)
{
	const struct region *list = owner_list(addr, bytes, sizeof(*list), MAX_REGIONS);

	if (!list)
		return false;
	memcpy(a->regions, list, bytes);
	a->nr_regions = bytes / sizeof(*list);
	return true;
}

static bool read_senders(u64 addr, u64 bytes, u64 *from)
{
	const u32 *vms = owner_list(addr, bytes, sizeof(*vms), MAX_SENDERS);
	u64 i;

	*from = 0;
	for (i = 0; vms && i < bytes / sizeof(*vms); i++) {
		u32 vm = vms[i];

		if (vm >= VMS)
			return false;
		*from |= BIT(vm);
	}
	return vms;
}

static bool read_receivers(u64 addr, u64 bytes, struct owners *to)
{
	const struct receiver *list = owner_list(addr, bytes, sizeof(*list), MAX_SENDERS);
	u64 i;

	*to = (struct owners){};
	for (i = 0; list && i < bytes / sizeof(*list); i++) {
		struct receiver receiver = list[i];

		if (receiver.vm >= VMS || !(receiver.access & ACCESS_READ))
			return false;
		to->own |= BIT(receiver.vm);
		if (receiver.access & ACCESS_WRITE)
			to->write |= BIT(receiver.vm);
		if (receiver.access & ACCESS_EXEC)
			to->exec |= BIT(receiver.vm);
	}
	return list;
}

/* Three lists.  From the fourth argument on they are in an array of their own, at x5. */
static bool read_assignment(const u64 *x, struct assignment *a)
{
	const u64 *rest = owner_list(x[5], 3 * sizeof(*rest), sizeof(*rest), 3);

	return read_regions(x[2], x[3], a) && rest && read_senders(x[4], rest[0], &a->from) &&
	       read_receivers(rest[1], rest[2], &a->to);
}

static bool may_assign(const struct assignment *a)
{
	u64 i;

	for (i = 0; i < a->nr_regions; i++)
		if (!owner_is_exactly(a->regions[i].addr, a->regions[i].bytes, a->from))
			return false;
	return true;
}

static void tell(const struct assignment *a, const char *what)
{
	log_text("assign");
	if (a->nr_regions) {
		log_hex(a->regions[0].addr);
		log_hex(a->regions[0].bytes);
	}
	log_text(" from");
	log_hex(a->from);
	log_text(" to");
	log_hex(a->to.own);
	log_text(what);
	log_end();
}

void assign(struct frame *frame)
{
	struct assignment a = {};
	u64 i;

	lock_take();
	if (!read_assignment(frame->x, &a) || !may_assign(&a)) {
		frame->x[0] = 0;
		frame->x[1] = REFUSED;
		tell(&a, ": refused");
	} else if (refuse_turn(SCM_ASSIGN, frame)) {
		tell(&a, ": refused on request");
	} else {
		for (i = 0; i < a.nr_regions; i++)
			owner_set(a.regions[i].addr, a.regions[i].bytes, &a.to);
		frame->x[0] = 0;
		frame->x[1] = 0;
		tell(&a, "");
	}
	counts[frame->x[0] || frame->x[1] ? MONITOR_COUNT_REFUSED : MONITOR_COUNT_ASSIGNED]++;
	lock_release();
}
