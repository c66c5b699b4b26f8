// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of the secure world's firmware, as far as Debian's qcom_scm makes them
 * to find out what is there, and the one that moves memory between VMs.
 *
 * Assigning: regions, the VMs that have them, the VMs that get them.  All of it is
 * checked before anything is changed: a single page that the named VMs do not own,
 * exactly, and the call is refused.
 */
#include "monitor.h"

#define PAGE_MASK	4095u

/* Service and command; bit 30 says "64 bit", bit 31 "fast". */
#define FUNCTION(id)	((id) & 0xffff)
#define DLOAD_MODE	0x0110
#define DISABLE_SDI	0x0109
#define IS_AVAILABLE	0x0601
#define QSEECOM_VERSION	0x0603
#define ASSIGN		0x0c16

#define QSEECOM_1_2	0x1402000u

/* What a refusal looks like: the call was understood, its result is an error. */
#define REFUSED		((u64)-22)

#define MAX_REGIONS	32u
#define MAX_VMS		32u
#define VMS		64u

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

struct assignment {
	const struct region *regions;
	u64 nr_regions;
	u64 from;
	struct owners to;
};

/* The @n-th assignment from now on and @count after it are refused, like this. */
static struct {
	u64 n;
	u64 count;
	u64 status;
	u64 result;
} refuse;

void scm_refuse(u64 n, u64 count, u64 status, u64 result)
{
	owner_lock();
	refuse.n = n;
	refuse.count = count;
	refuse.status = status;
	refuse.result = result;
	owner_unlock();
}

/* A list in HLOS' memory: NULL unless all of it is, and it has 1 to @max entries. */
static const void *list_at(u64 addr, u64 bytes, u64 entry, u64 max)
{
	u64 at;

	if (addr & 7 || !bytes || bytes % entry || bytes / entry > max ||
	    !owner_is_ram(addr, bytes))
		return NULL;
	for (at = addr & ~(u64)PAGE_MASK; at < addr + bytes; at += PAGE_MASK + 1)
		if (!owner_may(at, BIT(MONITOR_HLOS), ACCESS_READ))
			return NULL;
	return (const void *)addr;
}

static bool read_sources(u64 addr, u64 bytes, u64 *from)
{
	const u32 *vms = list_at(addr, bytes, sizeof(*vms), MAX_VMS);
	u64 i;

	*from = 0;
	for (i = 0; vms && i < bytes / sizeof(*vms); i++) {
		if (vms[i] >= VMS)
			return false;
		*from |= BIT(vms[i]);
	}
	return vms;
}

static bool read_receivers(u64 addr, u64 bytes, struct owners *to)
{
	const struct receiver *list = list_at(addr, bytes, sizeof(*list), MAX_VMS);
	u64 i;

	*to = (struct owners){};
	for (i = 0; list && i < bytes / sizeof(*list); i++) {
		if (list[i].vm >= VMS || !(list[i].access & ACCESS_READ))
			return false;
		to->own |= BIT(list[i].vm);
		if (list[i].access & ACCESS_WRITE)
			to->write |= BIT(list[i].vm);
		if (list[i].access & ACCESS_EXEC)
			to->exec |= BIT(list[i].vm);
	}
	return list;
}

/* Three lists.  From the fourth argument on they are in an array of their own, at x5. */
static bool read_assignment(const struct frame *frame, struct assignment *a)
{
	const u64 *x = frame->x;
	const u64 *rest = list_at(x[5], 3 * sizeof(*rest), sizeof(*rest), 3);

	a->regions = list_at(x[2], x[3], sizeof(*a->regions), MAX_REGIONS);
	a->nr_regions = x[3] / sizeof(*a->regions);
	return a->regions && rest && read_sources(x[4], rest[0], &a->from) &&
	       read_receivers(rest[1], rest[2], &a->to);
}

static bool may_assign(const struct assignment *a)
{
	u64 i, at;

	for (i = 0; i < a->nr_regions; i++) {
		const struct region *r = &a->regions[i];

		if (!r->bytes || (r->addr | r->bytes) & PAGE_MASK ||
		    !owner_is_ram(r->addr, r->bytes))
			return false;
		for (at = r->addr; at < r->addr + r->bytes; at += PAGE_MASK + 1)
			if (owner_of(at)->own != a->from)
				return false;
	}
	return true;
}

static void tell(const struct assignment *a, const char *what)
{
	log_text("assign");
	if (a->nr_regions && a->regions) {
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

/* Is it this one's turn to be refused by request? */
static bool is_refused(void)
{
	if (!refuse.n)
		return false;
	if (refuse.n > 1) {
		refuse.n--;
		return false;
	}
	if (!--refuse.count)
		refuse.n = 0;
	return true;
}

static void assign(struct frame *frame)
{
	struct assignment a = {};
	u64 i;

	owner_lock();
	if (!read_assignment(frame, &a) || !may_assign(&a)) {
		frame->x[0] = 0;
		frame->x[1] = REFUSED;
		tell(&a, ": refused");
	} else if (is_refused()) {
		frame->x[0] = refuse.status;
		frame->x[1] = refuse.result;
		tell(&a, ": refused on request");
	} else {
		for (i = 0; i < a.nr_regions; i++)
			owner_set(a.regions[i].addr, a.regions[i].bytes, &a.to);
		frame->x[0] = 0;
		frame->x[1] = 0;
		tell(&a, "");
	}
	counts[frame->x[0] || frame->x[1] ? MONITOR_COUNT_REFUSED : MONITOR_COUNT_ASSIGNED]++;
	owner_unlock();
}

static u64 is_available(u32 function)
{
	return function == IS_AVAILABLE || function == DLOAD_MODE || function == ASSIGN;
}

void scm_call(struct frame *frame)
{
	switch (FUNCTION(frame->x[0])) {
	case IS_AVAILABLE:
		frame->x[0] = 0;
		frame->x[1] = is_available(FUNCTION(frame->x[2]));
		break;
	case DLOAD_MODE:
	case DISABLE_SDI:
		frame->x[0] = 0;
		frame->x[1] = 0;
		break;
	case QSEECOM_VERSION:
		frame->x[0] = 0;
		frame->x[1] = QSEECOM_1_2;
		break;
	case ASSIGN:
		assign(frame);
		break;
	default:
		frame->x[0] = NOT_SUPPORTED;
	}
}
