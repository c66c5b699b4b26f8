// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: every access of the DSP to memory of the host, through the SMMU.
 *
 * Stream 0 is the remoteproc's own; the others are the context banks below
 * the channel's node, found by the session number in their reg.  The domain
 * that translates a stream is whatever is attached to its platform device at
 * that moment: it is asked for anew at every access and never remembered,
 * because a domain can be replaced and the next one may have the same address.
 *
 * Harness.  The engine fetches its script through the same domain, so script
 * and bounce pages are mapped there at a low IOVA (the DMA API allocates from
 * 4 GiB downwards).  An engine that cannot fetch its script runs away, so the
 * mapping is looked up before every start, and made if the domain is another
 * one.  It goes when the bank's device goes or the DSP halts.
 *
 * One event per fault.  The SMMU makes an event for every 4 bytes of a move
 * that it refuses.  So a page that the domain does not map is touched with a
 * single word, and the first word a move writes to a page is written alone,
 * for a page that is mapped but not for writing.
 */
#include <linux/highmem.h>
#include <linux/minmax.h>

#include "dsp.h"
#include "dsp_compat.h"
#include "dsp_wire.h"

#define HARNESS_IOVA	0x10000u
#define WORD_BYTES	4u
#define EVENT_TRANSLATION	0x10

/* The domain in force, or NULL if the stream cannot carry anything now. */
static struct iommu_domain *stream_domain(struct dsp_stream *s)
{
	struct iommu_domain *domain;

	lockdep_assert_held(&s->lock);
	if (!s->enabled || !s->client || !s->engine)
		return NULL;
	domain = iommu_get_domain_for_dev(s->client);
	if (domain && domain->type != IOMMU_DOMAIN_IDENTITY &&
	    !(domain->type & __IOMMU_DOMAIN_PAGING))
		return NULL;
	return domain;
}

static phys_addr_t domain_phys(struct iommu_domain *domain, u64 iova)
{
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return iova;
	return iommu_iova_to_phys(domain, iova);
}

/* The board's own pages, which are no access of the DSP's. */
static bool is_harness(struct dsp_stream *s, u64 iova)
{
	size_t size;

	dsp_engine_harness(s->engine, &size);
	return iova >= HARNESS_IOVA && iova - HARNESS_IOVA < size;
}

/* A page of the stream that leads to @phys: mapped, and, below a monitor, its to use? */
static bool page_is_open(struct dsp_stream *s, u64 iova, phys_addr_t phys)
{
	return phys && (is_harness(s, iova) || dsp_monitor_allows(s->vms, phys));
}

static bool stream_is_open(struct dsp_stream *s, struct iommu_domain *domain, u64 iova)
{
	return page_is_open(s, iova, domain_phys(domain, iova));
}

/* The monitor's word on an access, page by page; what the domain lacks is not its affair. */
static bool stream_allowed(struct dsp_stream *s, struct iommu_domain *domain, u64 iova,
			   u32 len, bool write)
{
	struct dsp_smmu_events xpu = { .count = 1, .first.stream_id = s->stream_id };
	u32 at, piece;

	if (!dsp_monitor_is_there() || is_harness(s, iova))
		return true;
	for (at = 0; at < len; at += piece) {
		phys_addr_t phys = domain_phys(domain, iova + at);

		piece = min_t(u32, len - at, WIRE_PAGE - ((iova + at) & WIRE_PAGE_MASK));
		if (!phys || dsp_monitor_access(s->vms, phys, piece, write, &xpu.first))
			continue;
		xpu.last = xpu.first;
		dsp_fault_events(s, &xpu);
		return false;
	}
	return true;
}

/* The IOVA of the script page, for which the harness is mapped on return. */
static int harness_get(struct dsp_stream *s, struct iommu_domain *domain, u32 *script)
{
	size_t size;
	phys_addr_t phys = dsp_engine_harness(s->engine, &size);
	phys_addr_t first, last;
	int ret;

	*script = lower_32_bits(phys);
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return 0;
	*script = HARNESS_IOVA;
	first = iommu_iova_to_phys(domain, HARNESS_IOVA);
	last = iommu_iova_to_phys(domain, HARNESS_IOVA + size - PAGE_SIZE);
	if (first == phys && last == phys + size - PAGE_SIZE)
		return 0;
	if (first || last) {
		dev_err(s->client, "IOVA %#x of stream %#x is taken: the board needs it for its engine\n",
			HARNESS_IOVA, s->stream_id);
		return -EBUSY;
	}
	ret = dsp_iommu_map(domain, HARNESS_IOVA, phys, size,
			    IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE);
	if (ret)
		dev_err(s->client, "cannot map the engine's script for stream %#x: %d\n",
			s->stream_id, ret);
	return ret;
}

/* The engine's own pages leave the domain; s->lock held. */
void dsp_stream_close(struct dsp_stream *s)
{
	struct iommu_domain *domain = stream_domain(s);
	size_t size;
	phys_addr_t phys;

	if (!domain || domain->type == IOMMU_DOMAIN_IDENTITY)
		return;
	phys = dsp_engine_harness(s->engine, &size);
	if (iommu_iova_to_phys(domain, HARNESS_IOVA) == phys)
		iommu_unmap(domain, HARNESS_IOVA, size);
}

static void move_page(struct dsp_stream *s, phys_addr_t phys, u8 *bounce, u32 len, bool write)
{
	u8 *page;

	if (s->has_view && write) {
		dsp_view_write(phys, bounce, len);
		return;
	}
	if (s->has_view) {
		dsp_view_read(phys, bounce, len);
		return;
	}
	page = kmap_local_page(pfn_to_page(PHYS_PFN(phys)));
	if (write)
		memcpy(page + offset_in_page(phys), bounce, len);
	else
		memcpy(bounce, page + offset_in_page(phys), len);
	kunmap_local(page);
}

/*
 * The engine's addresses have 32 bits.  What is above, and what a bank has a view of its
 * own of, is found by the domain's own tables and moved by the CPU, page by page; a page
 * that is not there counts as the fault it would be, without an event of the SMMU.
 */
static int stream_follow(struct dsp_stream *s, struct iommu_domain *domain, u64 iova,
			 u8 *bounce, u32 len, bool write, u32 *events)
{
	struct dsp_smmu_events missed = { .count = 1 };

	while (len) {
		u32 piece = min_t(u32, len, WIRE_PAGE - (iova & WIRE_PAGE_MASK));
		phys_addr_t phys = domain_phys(domain, iova);

		if (!phys || !pfn_valid(PHYS_PFN(phys))) {
			missed.first = (struct dsp_control_fault) {
				.stream_id = s->stream_id,
				.event = EVENT_TRANSLATION,
				.is_read = !write,
				.iova = iova,
			};
			missed.last = missed.first;
			dsp_fault_events(s, &missed);
			*events = 1;
			return -EFAULT;
		}
		move_page(s, phys, bounce, piece, write);
		iova += piece;
		bounce += piece;
		len -= piece;
	}
	return 0;
}

/* One move between the bounce buffer at @at and @iova.  *@events is set. */
static int stream_move(struct dsp_stream *s, struct iommu_domain *domain, u64 iova,
		       u32 at, u32 len, bool write, u32 *events)
{
	struct dsp_smmu_events seen;
	u32 script, bounce, mark;
	int ret;

	*events = 0;
	if (!stream_allowed(s, domain, iova, len, write)) {
		*events = 1;
		return -EFAULT;
	}
	if (s->has_view || iova + len - 1 > U32_MAX)
		return stream_follow(s, domain, iova,
				     dsp_engine_bounce(s->engine, &bounce) + at,
				     len, write, events);
	ret = harness_get(s, domain, &script);
	if (ret)
		return ret;
	dsp_engine_bounce(s->engine, &bounce);
	bounce += script + at;
	mark = dsp_smmu_mark();
	ret = dsp_engine_move(s->engine, script, write ? iova : bounce,
			      write ? bounce : iova, len);
	dsp_smmu_since(mark, s->stream_id, &seen);
	*events = seen.count;
	if (seen.count) {
		dsp_fault_events(s, &seen);
		return -EFAULT;
	}
	return ret;
}

/*
 * Look at the pages of a chunk before the bulk of it moves.  A page without
 * a mapping gets one word, so that the fault is a real one and a single one.
 */
static int stream_probe(struct dsp_stream *s, struct iommu_domain *domain, u64 iova,
			u32 len, bool write)
{
	u32 at = 0, events;
	int ret;

	while (at < len) {
		u32 piece = min_t(u32, len - at, WIRE_PAGE - ((iova + at) & WIRE_PAGE_MASK));
		bool mapped = stream_is_open(s, domain, iova + at);

		if (!mapped || write) {
			ret = stream_move(s, domain, iova + at, at, min(piece, WORD_BYTES),
					  write, &events);
			if (ret)
				return ret;
		}
		if (!mapped)
			return -ENXIO;
		at += piece;
	}
	return 0;
}

/* As much as the bounce buffer takes.  stream_probe() has written a single word already. */
static int stream_transfer_piece(struct dsp_stream *s, struct iommu_domain *domain, u64 iova,
				 u8 *buf, u32 bytes, bool write)
{
	u32 offset, events;
	u8 *bounce = dsp_engine_bounce(s->engine, &offset);
	int ret;

	lockdep_assert_held(&s->lock);
	if (write)
		memcpy(bounce, buf, bytes);
	ret = stream_probe(s, domain, iova, bytes, write);
	if (ret)
		return ret;
	if (write && bytes <= WORD_BYTES)
		return 0;
	ret = stream_move(s, domain, iova, 0, bytes, write, &events);
	if (ret)
		return ret;
	if (!write)
		memcpy(buf, bounce, bytes);
	return 0;
}

static int stream_transfer(struct dsp_stream *s, u64 iova, u8 *buf, size_t len, bool write)
{
	struct iommu_domain *domain;
	int ret = 0;

	if (!dsp_stream_holds(s, iova, len))
		return -EFAULT;
	mutex_lock(&s->lock);
	domain = stream_domain(s);
	if (!domain)
		ret = -ENXIO;
	while (len && !ret) {
		u32 chunk = min_t(size_t, len, DSP_BOUNCE_BYTES);

		ret = stream_transfer_piece(s, domain, iova, buf, chunk, write);
		iova += chunk;
		buf += chunk;
		len -= chunk;
	}
	mutex_unlock(&s->lock);
	return ret;
}

/* 0; -EFAULT after a fault, which is counted; -ENXIO if there is no way at all. */
int dsp_stream_read(struct dsp_stream *s, u64 iova, void *buf, size_t len)
{
	return stream_transfer(s, iova, buf, len, false);
}

int dsp_stream_write(struct dsp_stream *s, u64 iova, const void *buf, size_t len)
{
	return stream_transfer(s, iova, (u8 *)buf, len, true);
}

/* A single access, wanted or not; *@events says how many faults it made. */
int dsp_stream_word(struct dsp_stream *s, u64 iova, bool write, u32 *value, u32 *events)
{
	struct iommu_domain *domain;
	u32 offset;
	u8 *bounce;
	int ret;

	*events = 0;
	mutex_lock(&s->lock);
	domain = stream_domain(s);
	if (!domain) {
		mutex_unlock(&s->lock);
		return -ENXIO;
	}
	bounce = dsp_engine_bounce(s->engine, &offset);
	if (write)
		memcpy(bounce, value, WORD_BYTES);
	ret = stream_move(s, domain, iova, 0, WORD_BYTES, write, events);
	if (!write)
		memcpy(value, bounce, WORD_BYTES);
	mutex_unlock(&s->lock);
	return ret;
}

/* Are all pages mapped?  Looks only, touches nothing. */
bool dsp_stream_reaches(struct dsp_stream *s, u64 iova, size_t len)
{
	struct iommu_domain *domain;
	u64 at;
	bool all;

	if (!dsp_stream_holds(s, iova, len))
		return false;
	mutex_lock(&s->lock);
	domain = stream_domain(s);
	all = domain;
	for (at = iova & ~(u64)WIRE_PAGE_MASK; all && at < iova + len; at += WIRE_PAGE)
		all = stream_is_open(s, domain, at);
	mutex_unlock(&s->lock);
	return all;
}

/* Is a page of it not mapped?  0, or -EFAULT and which, or -ENXIO: no way at all. */
int dsp_stream_hole(struct dsp_stream *s, u64 iova, u64 size, u64 *hole)
{
	struct iommu_domain *domain;
	int ret = 0;
	u64 at;

	*hole = iova;
	mutex_lock(&s->lock);
	domain = stream_domain(s);
	if (!domain)
		ret = -ENXIO;
	for (at = iova & ~(u64)WIRE_PAGE_MASK; !ret && at < iova + size; at += WIRE_PAGE) {
		if (stream_is_open(s, domain, at))
			continue;
		*hole = at;
		ret = -EFAULT;
	}
	mutex_unlock(&s->lock);
	return ret;
}

/* How many of @size bytes from the page at @iova on lead to themselves, without a gap? */
u64 dsp_stream_identity(struct dsp_stream *s, u64 iova, u64 size)
{
	struct iommu_domain *domain;
	u64 at = 0;

	mutex_lock(&s->lock);
	domain = stream_domain(s);
	for (; domain && at < size; at += WIRE_PAGE) {
		phys_addr_t phys = domain_phys(domain, iova + at);

		if (phys != iova + at || !page_is_open(s, iova + at, phys))
			break;
	}
	mutex_unlock(&s->lock);
	return at;
}

/* Firmware's check of a range it is about to use: every page answers a read. */
int dsp_stream_check(struct dsp_stream *s, u64 iova, size_t len)
{
	struct iommu_domain *domain;
	int ret = -ENXIO;

	if (!dsp_stream_holds(s, iova, len))
		return -EFAULT;
	mutex_lock(&s->lock);
	domain = stream_domain(s);
	if (domain)
		ret = stream_probe(s, domain, iova, len, false);
	mutex_unlock(&s->lock);
	return ret;
}

const char *dsp_stream_domain_type(const struct iommu_domain *domain)
{
	if (!domain)
		return "none";
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return "identity";
	if (domain->type == IOMMU_DOMAIN_UNMANAGED)
		return "unmanaged";
	return domain->type & __IOMMU_DOMAIN_PAGING ? "dma" : "blocked";
}

/*
 * The stream has a domain of its own now, another one than before if it @is_new, or is
 * about to lose it.  Between the two calls it cannot go, outside of them it must not be
 * looked at.
 */
void dsp_stream_attached(struct dsp *dsp, bool attached, bool is_new)
{
	struct dsp_stream *s = &dsp->stream[0];

	mutex_lock(&s->lock);
	dsp->attached = attached;
	if (attached && is_new)
		dsp->domain_generation++;
	mutex_unlock(&s->lock);
}

/*
 * Which domain the DSP's own stream has, and a number that is another one for
 * another domain; addresses are no use for that, they come again.
 */
const char *dsp_stream_domain(struct dsp *dsp, u64 *cookie)
{
	struct dsp_stream *s = &dsp->stream[0];
	const char *type = dsp->idle_domain_type;

	mutex_lock(&s->lock);
	*cookie = strcmp(type, "none") ? 1 : 0;
	if (dsp->attached) {
		type = dsp_stream_domain_type(iommu_get_domain_for_dev(s->client));
		*cookie = 1 + dsp->domain_generation;
	}
	mutex_unlock(&s->lock);
	return type;
}

struct dsp_stream *dsp_stream_by_session(struct dsp *dsp, u64 session)
{
	unsigned int i;

	for (i = 0; i < dsp->streams; i++)
		if (dsp->stream[i].session == session)
			return &dsp->stream[i];
	return NULL;
}

/* The stream that an address on the wire names, and what is left of the address. */
struct dsp_stream *dsp_stream_of(struct dsp *dsp, u64 addr, u64 *iova)
{
	*iova = addr & (BIT_ULL(dsp->session_shift) - 1);
	return dsp_stream_by_session(dsp, addr >> dsp->session_shift);
}

/* Is the range within the addresses that the stream has? */
bool dsp_stream_holds(const struct dsp_stream *s, u64 iova, u64 size)
{
	u64 end = BIT_ULL(s->width);

	return iova <= end && size <= end - iova;
}

struct dsp_stream *dsp_stream_by_id(struct dsp *dsp, u32 stream_id)
{
	unsigned int i;

	for (i = 0; i < dsp->streams; i++)
		if (dsp->stream[i].stream_id == stream_id)
			return &dsp->stream[i];
	return NULL;
}

/*
 * The DSP starts or has halted: open or close every stream.  Closing takes
 * the lock of each, so no access is under way afterwards.
 */
void dsp_stream_enable(struct dsp *dsp, bool on)
{
	unsigned int i;

	for (i = 0; i < dsp->streams; i++) {
		struct dsp_stream *s = &dsp->stream[i];

		mutex_lock(&s->lock);
		if (!on)
			dsp_stream_close(s);
		s->enabled = on;
		mutex_unlock(&s->lock);
	}
}
