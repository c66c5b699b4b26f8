// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMP2P: two SMEM items of named 32-bit words, one written by each side.
 *
 * The DSP's word "slave-kernel" has the bits that PAS waits for; Linux's word
 * "master-kernel" has the stop bit.  Linux acts on edges that it sees.  So a boot
 * clears the word and waits until Linux has seen that: the restart handshake
 * (SSR_ACK), two flags that the sides toggle.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/of.h>

#include "dsp_compat.h"
#include "soc.h"

#define SMP2P_MAGIC	0x504d5324	/* "$SMP" */
#define SMP2P_VERSION	1
#define SMP2P_SSR_ACK	1
#define SMP2P_ENTRIES	16
#define SMP2P_BYTES	340

#define SMP2P_AT_MAGIC	0
#define SMP2P_AT_VERSION	4	/* u8, then three bytes of features */
#define SMP2P_AT_LOCAL	8
#define SMP2P_AT_REMOTE	10
#define SMP2P_AT_ENTRIES	12
#define SMP2P_AT_VALID	14
#define SMP2P_AT_FLAGS	16
#define SMP2P_AT_ENTRY	20
#define ENTRY_NAME	16
#define ENTRY_BYTES	20

#define FLAG_RESTART_DONE	BIT(0)
#define FLAG_RESTART_ACK	BIT(1)

#define NAME_OUT	"slave-kernel"
#define NAME_IN		"master-kernel"

/* Linux's thread needs a millisecond; a kernel with checkers needs many. */
#define HANDSHAKE_MS	2000

static u32 smp2p_read(const u8 *at)
{
	return le32_to_cpu(READ_ONCE(*(const __le32 *)at));
}

static void smp2p_write(u8 *at, u32 value)
{
	WRITE_ONCE(*(__le32 *)at, cpu_to_le32(value));
}

static u8 *smp2p_value(struct soc *soc)
{
	return soc->smp2p.out + SMP2P_AT_ENTRY + ENTRY_NAME;
}

static void smp2p_kick(struct soc *soc)
{
	/* Linux reads the item when the interrupt comes. */
	dma_wmb();
	soc_ring(soc, SOC_LINE_SMP2P);
}

/* Linux's item, when Linux has made it. */
static u8 *smp2p_in(struct soc *soc)
{
	u32 size;
	u8 *in = soc_smem_find(soc, soc->smp2p.in_item, &size);

	return in && size >= SMP2P_BYTES && smp2p_read(in) == SMP2P_MAGIC ? in : NULL;
}

/* The word of this name that Linux writes, or NULL. */
static u8 *smp2p_in_entry(struct soc *soc, const char *name)
{
	u8 *in = smp2p_in(soc);
	unsigned int i;

	for (i = 0; in && i < SMP2P_ENTRIES; i++) {
		u8 *entry = in + SMP2P_AT_ENTRY + i * ENTRY_BYTES;

		if (!strncmp(entry, name, ENTRY_NAME))
			return entry + ENTRY_NAME;
	}
	return NULL;
}

bool soc_smp2p_linux(struct soc *soc, unsigned int bit)
{
	u8 *value = smp2p_in_entry(soc, NAME_IN);

	return value && smp2p_read(value) & BIT(bit);
}

void soc_smp2p_set(struct soc *soc, unsigned int bit, bool on)
{
	u8 *value = smp2p_value(soc);
	u32 old;

	mutex_lock(&soc->smp2p.lock);
	old = smp2p_read(value);
	smp2p_write(value, on ? old | BIT(bit) : old & ~BIT(bit));
	mutex_unlock(&soc->smp2p.lock);
	smp2p_kick(soc);
}

void soc_smp2p_clear(struct soc *soc)
{
	mutex_lock(&soc->smp2p.lock);
	smp2p_write(smp2p_value(soc), 0);
	mutex_unlock(&soc->smp2p.lock);
	smp2p_kick(soc);
}

static bool smp2p_is_acknowledged(struct soc *soc)
{
	u8 *in = smp2p_in(soc);
	bool done = smp2p_read(soc->smp2p.out + SMP2P_AT_FLAGS) & FLAG_RESTART_DONE;

	return in && !!(smp2p_read(in + SMP2P_AT_FLAGS) & FLAG_RESTART_ACK) == done;
}

int soc_smp2p_boot(struct soc *soc)
{
	u8 *flags = soc->smp2p.out + SMP2P_AT_FLAGS;

	soc_smp2p_clear(soc);
	if (!soc->smp2p.was_booted) {
		soc->smp2p.was_booted = true;
		return 0;
	}
	smp2p_write(flags, smp2p_read(flags) ^ FLAG_RESTART_DONE);
	smp2p_kick(soc);
	/* Linux's answer comes with a kick, which wakes this. */
	return wait_event_timeout(soc->changed, smp2p_is_acknowledged(soc),
				  msecs_to_jiffies(HANDSHAKE_MS)) ? 0 : -ETIMEDOUT;
}

int soc_smp2p_init(struct soc *soc)
{
	u32 items[2];
	u8 *out;

	if (of_property_read_u32_array(soc->dev->of_node, "board,smp2p-items", items, 2)) {
		dev_err(soc->dev, "no board,smp2p-items: the DSP's item and Linux's\n");
		return -EINVAL;
	}
	mutex_init(&soc->smp2p.lock);
	soc->smp2p.out_item = items[0];
	soc->smp2p.in_item = items[1];
	out = soc_smem_get(soc, items[0], SMP2P_BYTES);
	if (!out)
		return -ENOMEM;
	soc->smp2p.out = out;
	/* The module was here before, and the DSP was booted by it. */
	soc->smp2p.was_booted = smp2p_read(out) == SMP2P_MAGIC;
	if (soc->smp2p.was_booted)
		return 0;
	WRITE_ONCE(*(__le16 *)(out + SMP2P_AT_LOCAL), cpu_to_le16(soc->host));
	WRITE_ONCE(*(__le16 *)(out + SMP2P_AT_REMOTE), cpu_to_le16(SOC_HOST_APPS));
	WRITE_ONCE(*(__le16 *)(out + SMP2P_AT_ENTRIES), cpu_to_le16(SMP2P_ENTRIES));
	WRITE_ONCE(*(__le16 *)(out + SMP2P_AT_VALID), cpu_to_le16(1));
	strscpy(out + SMP2P_AT_ENTRY, NAME_OUT, ENTRY_NAME);
	smp2p_write(out + SMP2P_AT_MAGIC, SMP2P_MAGIC);
	/* What has a version is complete. */
	dma_wmb();
	smp2p_write(out + SMP2P_AT_VERSION, SMP2P_VERSION | SMP2P_SSR_ACK << 8);
	return 0;
}
